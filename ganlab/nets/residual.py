"""A small residual pair for images of 28 × 28 and 64 × 64, in the manner of the spectral-norm GAN's."""

from __future__ import annotations

from torch import Tensor, nn

from ganlab.nets.attention import SelfAttention
from ganlab.nets.conv import NORMS, START, image_front, require_sizes, score_head
from ganlab.nets.init import initialise
from ganlab.nets.seeds import stack_parts
from ganlab.nets.spectral import SpectralConv2d
from ganlab.runtime import require_whole


class Residual(nn.Module):
    """Add what two branches make of one input: y = main(x) + shortcut(x); both must give one shape."""

    def __init__(self, main: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.main, self.shortcut = main, shortcut

    stack = staticmethod(stack_parts)

    def forward(self, x: Tensor) -> Tensor:
        """Add the branches, (B, …) or stacked (S, B, …)."""
        return self.main(x) + self.shortcut(x)


def residual_generator(
    latent_dim: int = 100,
    size: int = 28,
    channels: int = 1,
    width: int = 32,
    *,
    norm: str | None = "batch",
    attention: bool = False,
) -> nn.Sequential:
    """Map latents to images, (B, latent_dim) -> (B, channels, size, size), in (−1, 1).

    A linear layer makes a map of `width` channels, 7 × 7 (for 28) or 4 × 4 (for 64); each residual block doubles its
    side: norm, ReLU, nearest neighbours, convolution, norm, ReLU, convolution, beside a 1 × 1 convolution.

    Args: as in `dcgan_generator`, but that all maps have `width` channels, and that "spectral" is for D only.

    Raises:
        ValueError: the size is another, or a number or name is not allowed.

    Source: Miyato et al. 2018, table 4, with fewer channels; Glorot's initialisation, without their gain.

    """
    doublings = require_sizes(size, channels, width, norm)
    require_whole("latent_dim", latent_dim)
    if norm == "spectral":
        raise ValueError("norm='spectral' is for the residual discriminator: use 'batch' or None in the generator.")
    start = START[size]
    layers: list[nn.Module] = [nn.Linear(latent_dim, width * start**2), nn.Unflatten(1, (width, start, start))]
    for k in range(doublings):
        main = [*_ready(width, norm), nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 3, 1, 1)]
        main += [*_ready(width, norm), nn.Conv2d(width, width, 3, 1, 1)]
        shortcut = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 1))
        layers.append(Residual(nn.Sequential(*main), shortcut))
        if attention and start * 2 ** (k + 1) in (14, 16):
            layers.append(SelfAttention(width))
    net = nn.Sequential(*layers, *_ready(width, norm), nn.Conv2d(width, channels, 3, 1, 1), nn.Tanh())
    initialise(net, "xavier")
    return net


def residual_discriminator(
    size: int = 28,
    channels: int = 1,
    width: int = 32,
    *,
    norm: str | None = None,
    packing: int = 1,
    minibatch: str | None = None,
    attention: bool = False,
) -> nn.Sequential:
    """Map images to logits, (B, channels, size, size) -> (B / packing, 1).

    Each residual block halves the side (ReLU, convolution, ReLU, convolution, average, beside a 1 × 1 convolution; the
    first one starts without ReLU) down to 7 × 7 or 4 × 4; then the average over places and a linear layer.

    Args: as in `dcgan_discriminator`; norm is None or "spectral" (all layers).

    Raises:
        ValueError: the size is another, or a number or name is not allowed; when called, the images have another size.

    Source: Miyato et al. 2018, table 4, with fewer channels, and the average over places where they have the sum.

    """
    doublings = require_sizes(size, channels, width, norm)
    if norm == "batch":
        raise ValueError("norm='batch' is for the residual generator: use 'spectral' or None in the discriminator.")
    convolution = SpectralConv2d if norm == "spectral" else nn.Conv2d
    layers = image_front(channels, size, packing)
    fan_in = channels * packing
    for k in range(doublings):
        main: list[nn.Module] = [nn.ReLU()] if k else []
        main += [convolution(fan_in, width, 3, 1, 1), nn.ReLU(), convolution(width, width, 3, 1, 1), nn.AvgPool2d(2)]
        # A 1 × 1 convolution and an average may change places, and this order is cheaper.
        layers.append(Residual(nn.Sequential(*main), nn.Sequential(nn.AvgPool2d(2), convolution(fan_in, width, 1))))
        if attention and size // 2 ** (k + 1) in (14, 16):
            layers.append(SelfAttention(width, spectral=norm == "spectral"))
        fan_in = width
    net = nn.Sequential(*layers, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), *score_head(width, norm, minibatch))
    initialise(net, "xavier")
    return net


def _ready(width: int, norm: str | None) -> list[nn.Module]:
    normalise = NORMS[norm]
    return [nn.ReLU()] if normalise is None else [normalise(width), nn.ReLU()]
