"""Data without modes: curves, fixed points, and the one protocol that every data source follows."""

from __future__ import annotations

import math
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from ganlab.data.images import as_pixels


@runtime_checkable
class Sampler(Protocol):
    """What `train` asks of data: `sample(n, generator=g)` gives n independent samples, (n, …), on g's device."""

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw n samples, (n, …)."""
        ...


class Points:
    """A fixed data set, drawn from with replacement.

    Args:
        points: (N, …) floating point, N ≥ 1.

    Raises:
        ValueError: it is empty, has no feature axis, or holds NaN or infinite values.

    """

    def __init__(self, points: Tensor) -> None:
        if not isinstance(points, Tensor) or points.ndim < 2 or 0 in points.shape or points.is_complex():
            raise ValueError("data must be a tensor of real numbers (N, features…) with at least one row and feature.")
        points = points.detach().float()
        bad = int((~points.isfinite()).flatten(1).any(1).sum())
        if bad:
            raise ValueError(f"data has NaN or infinite values in {bad} of {len(points)} rows: remove them first.")
        self.points = points

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw n rows with replacement, (n, …), on the generator's device."""
        device = generator.device if generator is not None else self.points.device
        if self.points.device != device:
            self.points = self.points.to(device)
        index = torch.randint(len(self.points), (n,), generator=generator, device=device)
        return self.points[index]


class SwissRoll:
    """A spiral r = t/(1.5π) in the plane, t from 1.5π to 4.5π, with Gaussian noise of standard deviation `std`."""

    def __init__(self, std: float = 0.05) -> None:
        self.std = _require_spread(std)

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw n points, (n, 2)."""
        device = generator.device if generator is not None else None
        angle = 1.5 * math.pi * (1 + 2 * torch.rand(n, generator=generator, device=device))
        curve = torch.stack((angle * angle.cos(), angle * angle.sin()), -1) / (1.5 * math.pi)
        return curve + self.std * torch.randn(n, 2, generator=generator, device=device)


class TwoMoons:
    """Two interleaved half circles of radius 1, with Gaussian noise of standard deviation `std`."""

    def __init__(self, std: float = 0.05) -> None:
        self.std = _require_spread(std)

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw n points, (n, 2)."""
        device = generator.device if generator is not None else None
        angle = math.pi * torch.rand(n, generator=generator, device=device)
        lower = torch.rand(n, generator=generator, device=device) < 0.5
        x = torch.where(lower, 1 - angle.cos(), angle.cos()) - 0.5
        y = torch.where(lower, 0.5 - angle.sin(), angle.sin()) - 0.25
        return torch.stack((x, y), -1) + self.std * torch.randn(n, 2, generator=generator, device=device)


def as_sampler(data: Sampler | Tensor) -> Sampler:
    """Accept a sampler as it is and wrap a tensor of points, or of images, (N, 1 or 3, H, W) in [−1, 1].

    Raises:
        TypeError: `data` is neither.
        ValueError: the tensor is empty or not finite, or images have another range.

    """
    if isinstance(data, Tensor):
        looks_like_images = data.ndim == 4 and data.shape[1] in (1, 3) and len(data) > 0
        return Points(as_pixels(data) if looks_like_images else data)
    if isinstance(data, Sampler):
        return data
    raise TypeError(
        f"data must be a Mixture, a tensor (N, features) or an object with sample(n, generator=...), "
        f"got {type(data).__name__}."
    )


def _require_spread(std: float) -> float:
    if not (isinstance(std, int | float) and 0 <= std < math.inf):
        raise ValueError(f"std must be a finite number of 0 or more, got {std!r}.")
    return float(std)
