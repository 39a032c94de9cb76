"""The reference networks in two dimensions: plain `nn.Sequential`s, as a student would write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from torch import nn

from ganlab.nets.layers import FourierFeatures, Maxout
from ganlab.nets.minibatch import MinibatchDiscrimination, MinibatchStdDev, Pack
from ganlab.nets.native import Dropout
from ganlab.nets.spectral import SpectralLinear
from ganlab.runtime import require_whole

Activation = Callable[[], nn.Module]
Entry = TypeVar("Entry")

ACTIVATIONS: dict[str, Activation] = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "tanh": nn.Tanh,
    "elu": nn.ELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
}
NORMS: dict[str, Callable[[int], nn.Module] | None] = {
    "batch": nn.BatchNorm1d,  # Ioffe and Szegedy 2015; not in D under a gradient penalty (Gulrajani et al. 2017, §4)
    "layer": nn.LayerNorm,  # Ba et al. 2016
    "spectral": None,  # a linear layer of its own, not a layer behind it
}
MINIBATCH: dict[str, Callable[[int], nn.Module]] = {
    "discrimination": lambda width: MinibatchDiscrimination(width, group=32),
    "stddev": lambda width: MinibatchStdDev(),
}


def mlp(sizes: Sequence[int], activation: Activation = nn.ReLU) -> nn.Sequential:
    """Chain linear layers of the given sizes, with an activation between them: (B, sizes[0]) -> (B, sizes[-1]).

    Raises:
        ValueError: fewer than two sizes, or a size below 1.

    """
    if len(sizes) < 2 or not all(isinstance(size, int) and size >= 1 for size in sizes):
        raise ValueError(f"sizes must be two or more whole numbers of 1 or more, got {list(sizes)}.")
    layers: list[nn.Module] = []
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(fan_in, fan_out), activation()]
    return nn.Sequential(*layers[:-1])


def mlp_generator(
    latent_dim: int = 2,
    dim: int = 2,
    width: int = 64,
    depth: int = 2,
    *,
    activation: str = "relu",
    norm: str | None = None,
    dropout: float = 0.0,
) -> nn.Sequential:
    """Map latents to samples, (B, latent_dim) -> (B, dim), with `depth` hidden layers of `width` units.

    Args:
        latent_dim, dim, width, depth: sizes.
        activation: a name in `ACTIVATIONS`, or "maxout" (5 pieces).
        norm: None, "batch", "layer" (both between a linear layer and its activation) or "spectral" (linear layers).
        dropout: the probability behind each activation; 0 for none.

    Raises:
        ValueError: a name is not known, or a number out of its range.

    """
    require_whole("latent_dim", latent_dim)
    require_whole("dim", dim)
    hidden = _hidden(latent_dim, width, depth, activation, norm, dropout)
    return nn.Sequential(*hidden, _linear(width if depth else latent_dim, dim, norm))


def mlp_discriminator(
    dim: int = 2,
    width: int = 64,
    depth: int = 2,
    *,
    activation: str = "leaky_relu",
    norm: str | None = None,
    dropout: float = 0.0,
    fourier: int = 0,
    fourier_scale: float | Sequence[float] = 1.0,
    packing: int = 1,
    minibatch: str | None = None,
) -> nn.Sequential:
    """Map samples to logits, (B, dim) -> (B / packing, 1), with `depth` hidden layers of `width` units.

    Args:
        dim, width, depth, activation, norm, dropout: as in `mlp_generator`; LeakyReLU has slope 0.2.
        fourier: random Fourier features of each sample in front; 0 for none.
        fourier_scale: their frequencies' standard deviation, one or several.
        packing: samples joined to one (PacGAN), behind the Fourier features; must divide the batch.
        minibatch: None, "discrimination" (in groups of 32: a D step then costs 2.2 to 2.7 plain ones, and 2.6 to 3.9
            with the whole batch, `MinibatchDiscrimination`'s default; `benchmarks/RESULTS.md`) or "stddev" (over the
            whole batch): what the last layer sees of the batch.

    Raises:
        ValueError: a name is not known, or a number out of its range.

    """
    require_whole("dim", dim)
    require_whole("fourier", fourier, 0)
    layers: list[nn.Module] = []
    features = dim
    if fourier:
        waves = FourierFeatures(dim, fourier, fourier_scale)
        layers, features = [waves], waves.out_features
    if packing != 1:
        layers.append(Pack(packing))
        features *= packing
    layers += _hidden(features, width, depth, activation, norm, dropout)
    features = width if depth else features
    if minibatch is not None:
        layers.append(_look_up("minibatch", minibatch, MINIBATCH)(features))
        features += layers[-1].kernels if isinstance(layers[-1], MinibatchDiscrimination) else 1
    return nn.Sequential(*layers, _linear(features, 1, norm))


def _hidden(fan_in: int, width: int, depth: int, activation: str, norm: str | None, dropout: float) -> list[nn.Module]:
    require_whole("width", width)
    require_whole("depth", depth, 0)
    maxout = activation == "maxout"
    activate = None if maxout else _look_up("activation", activation, ACTIVATIONS, "maxout")
    normalise = None if norm is None else _look_up("norm", norm, NORMS)
    if maxout and norm == "spectral":
        raise ValueError("norm='spectral' is for linear layers: use it with another activation than 'maxout'.")
    layers: list[nn.Module] = []
    for k in range(depth):
        size = width if k else fan_in
        layers.append(Maxout(size, width) if maxout else _linear(size, width, norm))
        if normalise is not None:
            layers.append(normalise(width))
        if activate is not None:
            layers.append(activate())
        if dropout:
            layers.append(Dropout(dropout))
    return layers


def _linear(fan_in: int, fan_out: int, norm: str | None) -> nn.Module:
    return SpectralLinear(fan_in, fan_out) if norm == "spectral" else nn.Linear(fan_in, fan_out)


def _look_up(field: str, name: str, known: dict[str, Entry], *others: str) -> Entry:
    if name not in known:
        raise ValueError(f"{field}={name!r} is not known: use one of {', '.join(map(repr, [*known, *others]))}.")
    return known[name]
