"""Conditional players: they wrap an unconditional net and play on pairs (image, one-hot label), as `Pairs` draws them.

The generator draws its class from the last latent, y = ⌊K Φ(z_last)⌋, which is uniform over the K classes, and appends
it to its image. So the training loop needs no labels of its own; `class_latents` asks a trained generator for a class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from ganlab.nets.seeds import stack_parts
from ganlab.nets.spectral import SpectralLinear
from ganlab.runtime import require_tensor, require_whole


class ConditionalGenerator(nn.Module):
    """Map latents to pairs, (B, latent_dim) -> (B, C·H·W + K): the net sees the noise and a learnt vector of the class.

    Args:
        make: gives the net for so many inputs, (B, n) -> (B, C, H, W), such as `dcgan_generator`.
        latent_dim: the config's, ≥ 2: noise, and one number for the class.
        classes: K, ≥ 2.
        embedding: length of a class's vector, which starts from N(0, I) like the noise.

    Raises:
        ValueError: a number is too small; when called, there are more or fewer latents.

    Source: Mirza and Osindero 2014, §3, with an embedding.

    """

    def __init__(
        self, make: Callable[[int], nn.Module], latent_dim: int = 65, classes: int = 10, embedding: int = 16
    ) -> None:
        super().__init__()
        for name, value, low in (("latent_dim", latent_dim, 2), ("classes", classes, 2), ("embedding", embedding, 1)):
            require_whole(name, value, low)
        self.latent_dim, self.classes = latent_dim, classes
        self.net = make(latent_dim - 1 + embedding)
        self.embedding: nn.Module = nn.Linear(classes, embedding, bias=False)
        nn.init.normal_(self.embedding.weight)

    stack = staticmethod(stack_parts)

    def forward(self, z: Tensor) -> Tensor:
        """Generate pairs, from (B, latent_dim) or stacked (S, B, latent_dim)."""
        if z.shape[-1] != self.latent_dim:
            raise ValueError(
                f"this generator takes {self.latent_dim} latents, the last one for the class, got {z.shape[-1]}: set "
                f"latent_dim={self.latent_dim} in the config."
            )
        labels = (self.classes * torch.special.ndtr(z[..., -1])).long().clamp(0, self.classes - 1)
        hot = one_hot(labels, self.classes).to(z)
        images = self.net(torch.cat((z[..., :-1], self.embedding(hot)), -1))
        return torch.cat((images.flatten(-3), hot), -1)


class ProjectionDiscriminator(nn.Module):
    """Map pairs to logits, (B, C·H·W + K) -> (B, 1): D(x, y) = ψ(φ(x)) + ⟨v_y, φ(x)⟩.

    φ is the net without its last layer, ψ that layer, and v_y a learnt vector of the class. A label is the largest of
    the K last numbers, so no gradient passes through it, and between a real and a generated pair (WGAN-GP) it is the
    nearer one's.

    Args:
        net: an unconditional discriminator that ends in a linear layer with one output, as `dcgan_discriminator`'s
            does; the vectors are spectrally normalised where that layer is.
        shape: an image's.
        classes: K, ≥ 2.

    Raises:
        ValueError: the net does not end so; when called, the samples are no such pairs, or the net joins samples.

    Source: Miyato and Koyama 2018, eq. 3.

    """

    def __init__(self, net: nn.Sequential, shape: Sequence[int] = (1, 28, 28), classes: int = 10) -> None:
        super().__init__()
        require_whole("classes", classes, 2)
        last = net[-1] if isinstance(net, nn.Sequential) and len(net) > 1 else None
        if not isinstance(last, nn.Linear) or last.out_features != 1:
            raise ValueError("net must be an nn.Sequential whose last layer is a linear one with one output.")
        self.shape, self.classes = tuple(shape), classes
        self.features: nn.Module = net[:-1]
        self.score: nn.Module = last
        linear = SpectralLinear if isinstance(last, SpectralLinear) else nn.Linear
        vectors = linear(classes, last.in_features, bias=False)
        nn.init.normal_(vectors.weight, 0.0, 0.02)
        if isinstance(vectors, SpectralLinear):
            vectors.iterate(15)
        self.vectors: nn.Module = vectors

    stack = staticmethod(stack_parts)

    def forward(self, pairs: Tensor) -> Tensor:
        """Score pairs, (B, …) or stacked (S, B, …)."""
        images, hot = _open(pairs, self.shape, self.classes)
        features = self.features(images)
        if features.shape[:-1] != hot.shape[:-1]:
            raise ValueError("a conditional discriminator scores each sample alone: build its net without packing.")
        return self.score(features) + (self.vectors(hot) * features).sum(-1, keepdim=True)


class EmbeddingDiscriminator(nn.Module):
    """Map pairs to logits, (B, C·H·W + K) -> (B, 1): the net sees a learnt plane of the class as one more channel.

    Args:
        net: an unconditional discriminator of images with C + 1 channels.
        shape: an image's, (C, H, W).
        classes: K, ≥ 2.

    Raises:
        ValueError: when called, the samples are no such pairs.

    Source: Mirza and Osindero 2014, §3, for convolutions as in Denton et al. 2015, §2.2.

    """

    def __init__(self, net: nn.Module, shape: Sequence[int] = (1, 28, 28), classes: int = 10) -> None:
        super().__init__()
        require_whole("classes", classes, 2)
        self.shape, self.classes = tuple(shape), classes
        self.net = net
        self.planes: nn.Module = nn.Linear(classes, math.prod(self.shape[1:]), bias=False)
        nn.init.normal_(self.planes.weight)

    stack = staticmethod(stack_parts)

    def forward(self, pairs: Tensor) -> Tensor:
        """Score pairs, (B, …) or stacked (S, B, …)."""
        images, hot = _open(pairs, self.shape, self.classes)
        plane = self.planes(hot).unflatten(-1, (1, *self.shape[1:]))
        return self.net(torch.cat((images, plane), -3))


def class_latents(latents: Tensor, labels: Tensor, classes: int = 10) -> Tensor:
    """Make a `ConditionalGenerator` draw these classes: latents (..., latent_dim) with the last one set from labels.

    Args:
        latents: noise, such as `run.latents(n)`, (S, n, latent_dim).
        labels: whole numbers that broadcast to (S, n).
        classes: K.

    Raises:
        ValueError: a label is no class, or there is not one for each latent.

    """
    require_tensor("latents", latents)
    require_tensor("labels", labels)
    lead = tuple(latents.shape[:-1])
    try:
        labels = labels.expand(lead)
    except RuntimeError:
        got = tuple(labels.shape)
        raise ValueError(f"labels must be one for each latent, {lead}, or broadcast to that, got {got}.") from None
    if labels.is_floating_point() or (labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < classes):
        raise ValueError(f"labels must be whole numbers from 0 to {classes - 1}.")
    middle = torch.special.ndtri((labels.to(latents) + 0.5) / classes)  # of the class's share of N(0, 1)
    return torch.cat((latents[..., :-1], middle[..., None]), -1)


def _open(pairs: Tensor, shape: tuple[int, ...], classes: int) -> tuple[Tensor, Tensor]:
    """Take pairs apart: images (..., C, H, W), one-hot labels (..., K)."""
    pixels = math.prod(shape)
    if pairs.shape[-1] != pixels + classes:
        size = "×".join(map(str, shape))
        hint = "pass Pairs(data) to train" if pairs.shape[-1] <= pixels else "build it for the data's shape and classes"
        raise ValueError(
            f"a conditional discriminator needs labels: it takes vectors of {pixels} + {classes} numbers, an image of "
            f"{size} and a one-hot label, got samples that end in {pairs.shape[-1]}: {hint}."
        )
    labels = pairs[..., pixels:].argmax(-1)
    return pairs[..., :pixels].unflatten(-1, shape), one_hot(labels, classes).to(pairs)
