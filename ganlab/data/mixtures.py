"""Mixtures of isotropic Gaussians: the test bench on which modes can be counted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ganlab.runtime import require_whole


class Mixture:
    """K isotropic Gaussians in d dimensions: p(x) = Σₖ wₖ N(x; cₖ, σₖ² I).

    Args:
        centres: (K, d), the modes.
        weights: (K,) non-negative, normalised here; None means equal weights.
        std: σ > 0, one number for all modes or one for each, (K,).

    Raises:
        ValueError: a shape does not fit, a value is not finite, σ ≤ 0, or a weight is negative.

    The tensors are float32 on the CPU; `sample` draws on its generator's device.

    """

    def __init__(
        self,
        centres: Tensor | Sequence[Sequence[float]],
        weights: Tensor | Sequence[float] | None = None,
        std: float | Sequence[float] | Tensor = 0.05,
    ) -> None:
        self.modes = torch.as_tensor(centres, dtype=torch.float32)
        if self.modes.ndim != 2 or 0 in self.modes.shape:
            raise ValueError(f"centres must have shape (modes, dimensions), got {tuple(self.modes.shape)}.")
        count = self.modes.shape[0]
        weight = torch.ones(count) if weights is None else torch.as_tensor(weights, dtype=torch.float32)
        stds = torch.as_tensor(std, dtype=torch.float32)
        if weight.shape != (count,):
            raise ValueError(f"weights must have one entry for each of {count} modes, got {tuple(weight.shape)}.")
        if stds.shape not in ((), (count,)):
            raise ValueError(f"std must be one number or {count} of them, got shape {tuple(stds.shape)}.")
        if not all(bool(part.isfinite().all()) for part in (self.modes, weight, stds)):
            raise ValueError("centres, weights and std must be finite numbers: one of them is NaN or infinite.")
        if bool((stds <= 0).any()):
            raise ValueError(f"std must be greater than 0, got {std}.")
        if bool((weight < 0).any()) or not bool(weight.sum() > 0):
            raise ValueError("weights must be 0 or greater, with at least one greater than 0.")
        self.weights = weight / weight.sum()
        self.stds = stds.expand(count).clone()

    @property
    def dim(self) -> int:
        """Dimensions of one sample."""
        return self.modes.shape[1]

    def __len__(self) -> int:
        """Count the modes."""
        return self.modes.shape[0]

    def __repr__(self) -> str:
        stds = sorted(set(self.stds.tolist()))
        spread = f"{stds[0]:g}" if len(stds) == 1 else f"{stds[0]:g}…{stds[-1]:g}"
        return f"Mixture({len(self)} modes in {self.dim} dimensions, std={spread})"

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw n points, (n, d), on the generator's device (CPU without one)."""
        require_whole("n", n, 0)
        device = generator.device if generator is not None else torch.device("cpu")
        # Inverse of the cumulative weights: one uniform a point, the same cost for any K.
        edges = self.weights.double().cumsum(0)[:-1].float().to(device)
        mode = torch.bucketize(torch.rand(n, generator=generator, device=device), edges, right=True)
        noise = torch.randn(n, self.dim, generator=generator, device=device)
        return self.modes.to(device)[mode] + self.stds.to(device)[mode, None] * noise

    def log_prob(self, points: Tensor) -> Tensor:
        """Give the exact log density, (..., d) -> (...,), in nats."""
        if points.shape[-1:] != (self.dim,):
            raise ValueError(f"points must have shape (..., {self.dim}), got {tuple(points.shape)}.")
        modes, stds, weights = (part.to(points) for part in (self.modes, self.stds, self.weights))
        squared = (points[..., None, :] - modes).square().sum(-1)  # (..., K)
        normaliser = self.dim * (stds.log() + 0.5 * math.log(2 * math.pi))
        return torch.logsumexp(weights.log() - normaliser - squared / (2 * stds.square()), dim=-1)


def ring(modes: int = 8, radius: float = 2.0, std: float = 0.02) -> Mixture:
    """Place equal modes on a circle, the first at angle 0.

    The angles are 2πk/modes for k < modes: no centre is drawn twice. (The published Unrolled GAN notebook includes both
    0 and 2π, so its "8 modes" are 7.)
    """
    require_whole("modes", modes)
    angles = [2 * math.pi * k / modes for k in range(modes)]
    return Mixture([[radius * math.cos(a), radius * math.sin(a)] for a in angles], std=std)


def grid(side: int = 5, spacing: float = 2.0, std: float = 0.05) -> Mixture:
    """Place side × side equal modes on a square grid centred on the origin (PacGAN's data at the defaults)."""
    require_whole("side", side)
    ticks = [spacing * (k - (side - 1) / 2) for k in range(side)]
    return Mixture([[x, y] for x in ticks for y in ticks], std=std)
