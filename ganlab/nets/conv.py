"""The DCGAN pair for images of 28 × 28 and 64 × 64: plain `nn.Sequential`s, as a student would write them.

Images are (B, C, H, W) with pixels in [−1, 1]. Stacked, every net takes S in front: the seeds are groups of one
convolution.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence

from torch import Tensor, nn

from ganlab.nets.attention import SelfAttention
from ganlab.nets.init import initialise
from ganlab.nets.minibatch import MinibatchDiscrimination, MinibatchStdDev, Pack
from ganlab.nets.spectral import SpectralConv2d, SpectralConvTranspose2d, SpectralLinear
from ganlab.runtime import require_whole

START = {28: 7, 64: 4}  # the side of the smallest map, which is doubled 2 or 4 times
NORMS: dict[str | None, Callable[[int], nn.Module] | None] = {
    None: None,
    "batch": nn.BatchNorm2d,  # Ioffe and Szegedy 2015; not in D under a gradient penalty (Gulrajani et al. 2017, §4)
    "spectral": None,  # layers of its own, not a layer behind them
}
MINIBATCH: dict[str | None, Callable[[int], tuple[nn.Module | None, int]]] = {
    None: lambda features: (None, 0),
    "discrimination": lambda features: (MinibatchDiscrimination(features, group=32), 4),
    "stddev": lambda features: (MinibatchStdDev(), 1),
}


def dcgan_generator(
    latent_dim: int = 100,
    size: int = 28,
    channels: int = 1,
    width: int = 32,
    *,
    norm: str | None = "batch",
    attention: bool = False,
) -> nn.Sequential:
    """Map latents to images, (B, latent_dim) -> (B, channels, size, size), in (−1, 1).

    A linear layer makes a map of 7 × 7 (for 28) or 4 × 4 (for 64); each transposed convolution (4 × 4, stride 2)
    doubles its side and halves its channels, down to `width` in front of the last one. ReLU between them, tanh at the
    end.

    Args:
        latent_dim: dimensions of z; must be the config's.
        size: 28 or 64.
        channels: 1 for grey, 3 for RGB.
        width: channels in front of the last layer.
        norm: behind every layer but the last: "batch", "spectral" (the last layer too) or None.
        attention: self-attention at 14 × 14 or 16 × 16 (Zhang et al. 2019).

    Raises:
        ValueError: the size is another, or a number or name is not allowed.

    Source: Radford et al. 2016, §3 and §4, their initialisation included. They have 64 × 64 only.

    """
    doublings = require_sizes(size, channels, width, norm)
    require_whole("latent_dim", latent_dim)
    start, features = START[size], width * 2 ** (doublings - 1)
    layers: list[nn.Module] = [
        _linear(latent_dim, features * start**2, norm, bias=norm != "batch"),
        nn.Unflatten(1, (features, start, start)),
        *_behind(features, norm, nn.ReLU()),
    ]
    up = SpectralConvTranspose2d if norm == "spectral" else nn.ConvTranspose2d
    for k in range(doublings - 1):
        layers += [up(features, features // 2, 4, 2, 1, bias=norm != "batch")]
        features //= 2
        layers += _behind(features, norm, nn.ReLU())
        if attention and start * 2 ** (k + 1) in (14, 16):
            layers.append(SelfAttention(features, spectral=norm == "spectral"))
    return _dcgan(*layers, up(features, channels, 4, 2, 1), nn.Tanh())


def dcgan_discriminator(
    size: int = 28,
    channels: int = 1,
    width: int = 32,
    *,
    norm: str | None = "batch",
    packing: int = 1,
    minibatch: str | None = None,
    attention: bool = False,
) -> nn.Sequential:
    """Map images to logits, (B, channels, size, size) -> (B / packing, 1).

    Convolutions (4 × 4, stride 2) halve the side and double the channels, from `width`, down to 7 × 7 or 4 × 4;
    LeakyReLU of slope 0.2 between them, a linear layer at the end.

    Args:
        size, channels: the images'.
        width: channels behind the first layer.
        norm: behind every convolution but the first: "batch" or None; "spectral": all layers. A penalty on single
            samples' gradients (WGAN-GP) needs "spectral" or None.
        packing: images joined along their channels (PacGAN); must divide the batch.
        minibatch: None, "discrimination" or "stddev": what the last layer sees of the batch.
        attention: self-attention at 14 × 14 or 16 × 16.

    Raises:
        ValueError: as in `dcgan_generator`; when called, the images have another size.

    Source: as in `dcgan_generator`; the options: Miyato et al. 2018, Lin et al. 2018, Salimans et al. 2016, Karras et
    al. 2018, Zhang et al. 2019.

    """
    doublings = require_sizes(size, channels, width, norm)
    layers = image_front(channels, size, packing)
    down = SpectralConv2d if norm == "spectral" else nn.Conv2d
    fan_in = channels * packing
    for k in range(doublings):
        features = width * 2**k
        plain = k == 0 or norm != "batch"
        layers += [down(fan_in, features, 4, 2, 1, bias=plain)]
        layers += _behind(features, None if k == 0 else norm, nn.LeakyReLU(0.2))
        if attention and size // 2 ** (k + 1) in (14, 16):
            layers.append(SelfAttention(features, spectral=norm == "spectral"))
        fan_in = features
    return _dcgan(*layers, nn.Flatten(), *score_head(fan_in * START[size] ** 2, norm, minibatch))


class ImageShape(nn.Module):
    """Pass images on and refuse those of another shape.

    Raises:
        ValueError: when called with images that are not (B, channels, size, size).

    """

    pointwise = True

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.shape = (channels, size, size)

    @staticmethod
    def stack(modules: Sequence[nn.Module]) -> nn.Module:
        """Copy one: there are no weights."""
        return copy.deepcopy(modules[0])

    def forward(self, x: Tensor) -> Tensor:
        """Look at the shape."""
        if tuple(x.shape[-3:]) != self.shape:
            pairs = x.shape[-1] > math.prod(self.shape)
            wanted, got = ("×".join(map(str, shape)) for shape in (self.shape, x.shape[-3:]))
            got = f"vectors of {x.shape[-1]} numbers" if pairs else got
            hint = "pairs with labels are for a conditional one" if pairs else "build it for the data's shape"
            raise ValueError(f"this discriminator takes images of {wanted}, got {got}: {hint}.")
        return x

    def extra_repr(self) -> str:
        """Show the shape."""
        return "×".join(map(str, self.shape))


def image_front(channels: int, size: int, packing: int) -> list[nn.Module]:
    """Give a discriminator's first layers: the check of the images' shape, and packing."""
    return [ImageShape(channels, size), *([Pack(packing)] if packing != 1 else [])]


def score_head(features: int, norm: str | None, minibatch: str | None) -> list[nn.Module]:
    """Give a discriminator's last layers, (B, features) -> (B, 1), with what they see of the batch."""
    require_choice("minibatch", minibatch, list(MINIBATCH))
    layer, more = MINIBATCH[minibatch](features)
    return [*([] if layer is None else [layer]), _linear(features + more, 1, norm)]


def require_choice(what: str, value: object, known: Sequence[object]) -> None:
    """Refuse a value that is not among the known ones."""
    if value not in known:
        raise ValueError(f"{what}={value!r} is not known: use one of {', '.join(map(repr, known))}.")


def require_sizes(size: int, channels: int, width: int, norm: str | None) -> int:
    """Check what both players share and give the number of doublings."""
    require_choice("size", size, list(START))
    require_choice("norm", norm, list(NORMS))
    require_whole("channels", channels)
    require_whole("width", width)
    return (size // START[size]).bit_length() - 1


def _behind(features: int, norm: str | None, activation: nn.Module) -> list[nn.Module]:
    normalise = NORMS[norm]
    return [activation] if normalise is None else [normalise(features), activation]


def _linear(fan_in: int, fan_out: int, norm: str | None, *, bias: bool = True) -> nn.Module:
    return SpectralLinear(fan_in, fan_out, bias) if norm == "spectral" else nn.Linear(fan_in, fan_out, bias)


def _dcgan(*layers: nn.Module) -> nn.Sequential:
    net = nn.Sequential(*layers)
    initialise(net, "dcgan")
    return net
