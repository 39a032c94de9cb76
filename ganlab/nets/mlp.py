"""The reference networks in two dimensions: plain `nn.Sequential`s, as a student would write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn


def mlp(sizes: Sequence[int], activation: Callable[[], nn.Module] = nn.ReLU) -> nn.Sequential:
    """Chain linear layers of the given sizes, with an activation between them: (B, sizes[0]) -> (B, sizes[-1]).

    Raises:
        ValueError: fewer than two sizes, or a size below 1.

    """
    if len(sizes) < 2 or any(size < 1 for size in sizes):
        raise ValueError(f"sizes must be two or more whole numbers of 1 or more, got {list(sizes)}.")
    layers: list[nn.Module] = []
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(fan_in, fan_out), activation()]
    return nn.Sequential(*layers[:-1])


def mlp_generator(latent_dim: int = 2, dim: int = 2, width: int = 64, depth: int = 2) -> nn.Sequential:
    """Map latents to samples, (B, latent_dim) -> (B, dim), with `depth` ReLU layers of `width` units."""
    return mlp([latent_dim, *[width] * depth, dim], nn.ReLU)


def mlp_discriminator(dim: int = 2, width: int = 64, depth: int = 2) -> nn.Sequential:
    """Map samples to logits, (B, dim) -> (B, 1), with `depth` LeakyReLU(0.2) layers of `width` units."""
    return mlp([dim, *[width] * depth, 1], lambda: nn.LeakyReLU(0.2))
