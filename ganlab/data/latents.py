"""Latents: paths between two of them."""

from __future__ import annotations

import torch
from torch import Tensor

PATHS = ("spherical", "linear")


def interpolate(start: Tensor, end: Tensor, steps: int = 8, *, path: str = "spherical") -> Tensor:
    """Give `steps` latents on the way from start to end, both included: (…, d) and (…, d) -> (…, steps, d).

    Spherical: z(t) = [sin((1 − t)Ω) z₀ + sin(tΩ) z₁] / sin Ω with Ω the angle between them. In d dimensions z ~ N(0, I)
    has a length near √d. A straight line, z(t) = (1 − t) z₀ + t z₁, is only √(d/2) long in its middle, where a trained
    generator was hardly ever asked: images there are of its making, not of the path's. So the sphere is the default;
    for very small d, lengths vary anyway and both will do.

    A `ConditionalGenerator` takes its class from the last latent: set it with `class_latents` afterwards, else the
    class changes on the way.

    Args:
        start, end: latents of one shape, such as two halves of `run.latents(n)`.
        steps: how many, ≥ 2.
        path: "spherical" or "linear".

    Raises:
        ValueError: the shapes differ, there are fewer than 2 steps, or no such path.

    Source: White 2016, §2.1 (after Shoemake 1985). Parallel vectors, whose Ω has no sine, are joined by the line.

    """
    if not start.is_floating_point() or not end.is_floating_point():
        raise ValueError(f"start and end must be floating point, got {start.dtype} and {end.dtype}.")
    if start.shape != end.shape or start.ndim == 0:
        raise ValueError(f"start and end must have one shape (…, d), got {tuple(start.shape)} and {tuple(end.shape)}.")
    if not isinstance(steps, int) or isinstance(steps, bool) or steps < 2:
        raise ValueError(f"steps must be a whole number of 2 or more, the two ends included, got {steps!r}.")
    if path not in PATHS:
        raise ValueError(f"path={path!r} is not known: use 'spherical' or 'linear'.")
    a, b = start[..., None, :], end[..., None, :]
    t = torch.linspace(0, 1, steps, dtype=start.dtype, device=start.device)[:, None]  # (steps, 1)
    line = torch.lerp(a, b, t)
    if path == "linear":
        return line
    cosine = torch.nn.functional.cosine_similarity(a, b, dim=-1)[..., None].clamp(-1, 1)  # (…, 1, 1)
    angle = cosine.acos()
    arc = (((1 - t) * angle).sin() * a + (t * angle).sin() * b) / angle.sin()
    return torch.where(cosine.abs() < 1 - 1e-6, arc, line)
