"""Distances between clouds of points, each per seed: how far S generated clouds are from a reference.

Every function takes samples (S, N, d), or (N, d) for one seed, and a reference (M, d) that all seeds share or (S, M,
d), and computes in float64. A seed with a sample that is not finite gets NaN, since it has no distance, and the others
keep theirs. All are estimates from finite clouds: compare figures at one N and M only, and hold them against the same
measure between two clouds of real data, which is not 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ganlab.runtime import require_tensor, require_whole

Measure = Callable[[Tensor, Tensor], Tensor]  # (N, d), (M, d) -> (fields,)


class PrecisionRecall(NamedTuple):
    """Improved precision and recall, each (S,) in [0, 1]: fidelity and diversity."""

    precision: Tensor
    recall: Tensor


class DensityCoverage(NamedTuple):
    """Density, (S,) ≥ 0 and 1 on average for a perfect generator, and coverage, (S,) in [0, 1]."""

    density: Tensor
    coverage: Tensor


def wasserstein(samples: Tensor, reference: Tensor, *, order: int = 1) -> Tensor:
    """Give the exact Wasserstein distance between two clouds of equally many points, (S,), in the data's unit.

    W_p = (min over permutations π of 1/N Σᵢ ‖xᵢ − y_π(i)‖^p)^(1/p), p = `order`, by optimal assignment: O(N³), about
    1 s a seed at N = 1,000 and 10 s at 2,500 on one core. Between two clouds of one distribution it falls as slowly as
    N^(−1/d).

    Args:
        samples: (S, N, d) or (N, d).
        reference: (N, d) or (S, N, d): as many points as samples.
        order: 1 or 2.

    Raises:
        ValueError: the clouds' sizes differ, a shape does not fit, or the order is neither 1 nor 2.

    Source: Villani 2009, definition 6.1; for the assignment Peyré and Cuturi 2019, §2.2.

    """
    _require_order(order)
    clouds = _clouds(samples, reference)
    if clouds[0].shape[1] != clouds[1].shape[1]:
        raise ValueError(
            "the exact Wasserstein distance matches point with point and needs as many samples as reference points, "
            f"got {clouds[0].shape[1]} and {clouds[1].shape[1]}: leave some out, or use sliced_wasserstein."
        )
    from scipy.optimize import linear_sum_assignment  # here: slow to import

    def measure(x: Tensor, y: Tensor) -> Tensor:
        costs = _distances(x, y).pow(order)
        rows, columns = linear_sum_assignment(costs.cpu().numpy())
        return costs[rows, columns].mean()[None].pow(1 / order)

    return _per_seed(measure, *clouds)[0]


def sliced_wasserstein(
    samples: Tensor,
    reference: Tensor,
    *,
    order: int = 2,
    directions: int | Tensor = 128,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Average one-dimensional Wasserstein distances over directions, (S,), in the data's unit.

    SW_p = (1/L Σₗ W_p(⟨uₗ, x⟩, ⟨uₗ, y⟩)^p)^(1/p). Each term is exact, for clouds of different sizes too; the average is
    over L random directions, the same ones for every seed.

    Args:
        samples: (S, N, d) or (N, d).
        reference: (M, d) or (S, M, d).
        order: p, 1 or 2.
        directions: L, or unit vectors of your own, (L, d).
        generator: draws the directions; without one, every call uses the same ones.

    Raises:
        ValueError: a shape does not fit, there is no direction, or the order is neither 1 nor 2.

    Source: Bonneel et al. 2015 (p = 2), the mean over the sphere by Monte Carlo.

    """
    _require_order(order)
    clouds = _clouds(samples, reference)
    units = _directions(directions, clouds[0].shape[-1], generator).to(clouds[0])

    def measure(x: Tensor, y: Tensor) -> Tensor:
        return _line_costs((x @ units.mT).mT, (y @ units.mT).mT, order).mean()[None].pow(1 / order)

    return _per_seed(measure, *clouds)[0]


def energy_distance(samples: Tensor, reference: Tensor) -> Tensor:
    """Give the energy distance, (S,) ≥ 0, in the data's unit, 0 only for equal distributions.

    𝓔 = 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖, means over all pairs, a point with itself included (the V-statistic, never
    negative). `scipy.stats.energy_distance` gives √𝓔.

    Args:
        samples: (S, N, d) or (N, d).
        reference: (M, d) or (S, M, d).

    Raises:
        ValueError: a shape does not fit.

    Source: Székely and Rizzo 2013.

    """

    def measure(x: Tensor, y: Tensor) -> Tensor:
        value = 2 * _distances(x, y).mean() - _distances(x, x).mean() - _distances(y, y).mean()
        return value.clamp_min(0.0)[None]  # rounding

    return _per_seed(measure, *_clouds(samples, reference))[0]


def precision_recall(samples: Tensor, reference: Tensor, *, k: int = 3) -> PrecisionRecall:
    """Give the share of samples inside the reference's manifold (precision) and the converse (recall).

    A cloud's manifold is the union of balls around its points, each as wide as the distance to the k-th nearest other
    point of the cloud, boundary included. One outlier in the reference has a large ball and can lift precision.

    Args:
        samples: (S, N, d) or (N, d), N > k.
        reference: (M, d) or (S, M, d), M > k; the paper takes M = N.
        k: which neighbour.

    Raises:
        ValueError: a shape does not fit, or a cloud has no k-th neighbour.

    Source: Kynkäänniemi et al. 2019, eq. 1 and 2 (k = 3). The `prdc` package leaves the boundary out.

    """

    def measure(x: Tensor, y: Tensor) -> Tensor:
        apart = _distances(x, y)  # (N, M)
        inside = (apart <= _radii(y, k)).any(1), (apart <= _radii(x, k)[:, None]).any(0)
        return torch.stack([hits.to(apart).mean() for hits in inside])

    return PrecisionRecall(*_per_seed(measure, *_clouds(samples, reference, k), 2))


def density_coverage(samples: Tensor, reference: Tensor, *, k: int = 5) -> DensityCoverage:
    """Count samples in the balls around reference points: how many (density), and in how many balls (coverage).

    density = 1/(kN) Σᵢⱼ [xᵢ ∈ B(yⱼ)], coverage = 1/M Σⱼ [some xᵢ ∈ B(yⱼ)], with B(yⱼ) as wide as yⱼ's distance to its
    k-th nearest other reference point, boundary included. For equal distributions E[density] = 1 and E[coverage] =
    1 − Πᵢ₌₁ᵏ (M − i)/(M + N − i), about 1 − 2^(−k) at N = M; both in any dimension.

    Args:
        samples: (S, N, d) or (N, d).
        reference: (M, d) or (S, M, d), M > k.
        k: which neighbour.

    Raises:
        ValueError: a shape does not fit, or the reference has no k-th neighbour.

    Source: Naeem et al. 2020, §3. The `prdc` package leaves the boundary out.

    """

    def measure(x: Tensor, y: Tensor) -> Tensor:
        inside = _distances(x, y) <= _radii(y, k)  # (N, M)
        return torch.stack((inside.to(x).sum(1).mean() / k, inside.any(0).to(x).mean()))

    return DensityCoverage(*_per_seed(measure, *_clouds(samples, reference, k, both=False), 2))


def frechet_distance(samples: Tensor, reference: Tensor) -> Tensor:
    """Give the Fréchet distance of Gaussians fitted to the clouds, (S,) ≥ 0, in the data's unit squared.

    ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), with unbiased covariances: the square of W₂ between the two Gaussians. On
    features of a classifier it is the FID. It sees two moments only, and it is biased upwards at small N.

    Args:
        samples: (S, N, d) or (N, d), N > d.
        reference: (M, d) or (S, M, d), M > d.

    Raises:
        ValueError: a shape does not fit, or a cloud has no more points than dimensions, so its covariance is singular.

    Source: Dowson and Landau 1982; Heusel et al. 2017, eq. 6. The root's trace is computed from the eigenvalues of the
    symmetric Σ₁^½ Σ₂ Σ₁^½, where published code takes the real part of a general matrix root.

    """
    clouds = _clouds(samples, reference)
    for cloud, name in zip(clouds, ("samples", "reference")):
        if cloud.shape[1] <= cloud.shape[2]:
            raise ValueError(
                f"the Fréchet distance needs more points than dimensions, but {name} has {cloud.shape[1]} points in "
                f"{cloud.shape[2]} dimensions: its covariance is singular."
            )

    def measure(x: Tensor, y: Tensor) -> Tensor:
        shift = (x.mean(0) - y.mean(0)).square().sum()
        one, two = (torch.atleast_2d(cloud.mT.cov()) for cloud in (x, y))
        values, vectors = torch.linalg.eigh(one)
        root = vectors * values.clamp_min(0.0).sqrt() @ vectors.mT
        product = torch.linalg.eigvalsh(root @ two @ root).clamp_min(0.0).sqrt().sum()
        return (shift + one.trace() + two.trace() - 2 * product).clamp_min(0.0)[None]

    return _per_seed(measure, *clouds)[0]


def _clouds(samples: Tensor, reference: Tensor, k: int | None = None, *, both: bool = True) -> tuple[Tensor, Tensor]:
    """Check two clouds and give both a seed axis, in float64; with k, each (or the reference) has k neighbours."""
    require_tensor("samples", samples)
    require_tensor("reference", reference)
    samples = samples[None] if samples.ndim == 2 else samples
    shared = reference.ndim == 2
    reference = reference.expand(len(samples), *reference.shape) if shared else reference
    if samples.ndim != 3 or 0 in samples.shape:
        raise ValueError(f"samples must have shape (seeds, N, d) or (N, d), none 0, got {tuple(samples.shape)}.")
    if reference.ndim != 3 or (len(reference), reference.shape[2]) != (len(samples), samples.shape[2]):
        shape = tuple(reference.shape[1:] if shared else reference.shape)
        raise ValueError(
            f"reference must have shape (M, {samples.shape[2]}) or ({len(samples)}, M, {samples.shape[2]}), "
            f"got {shape}."
        )
    if reference.shape[1] == 0 or not bool(reference.isfinite().all()):
        raise ValueError("reference is empty or holds NaN or infinite values: nothing can be compared with it.")
    if k is not None:
        require_whole("k", k)
        for cloud, name in ((reference, "reference"), (samples, "samples"))[: 1 + both]:
            if cloud.shape[1] <= k:
                raise ValueError(f"k={k} asks for more neighbours than the {cloud.shape[1]} points of {name} have.")
    return samples.detach().double(), reference.detach().double()


def _per_seed(measure: Measure, samples: Tensor, reference: Tensor, fields: int = 1) -> tuple[Tensor, ...]:
    """Measure seed by seed, which bounds the memory; NaN where a seed's samples are not finite."""
    values: list[Tensor | None] = [
        measure(x, y) if bool(x.isfinite().all()) else None for x, y in zip(samples, reference, strict=True)
    ]
    nothing = samples.new_full((fields,), math.nan)
    return torch.stack([nothing if value is None else value for value in values], 1).unbind(0)


def _distances(x: Tensor, y: Tensor) -> Tensor:
    """Give Euclidean distances, (N, d), (M, d) -> (N, M), without the matrix product that loses digits."""
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def _radii(cloud: Tensor, k: int) -> Tensor:
    """Give each point's distance to its k-th nearest other point, (M, d) -> (M,)."""
    return _distances(cloud, cloud).fill_diagonal_(math.inf).kthvalue(k, dim=1).values


def _line_costs(x: Tensor, y: Tensor, order: int) -> Tensor:
    """Give W_p^p between points on lines, (L, N), (L, M) -> (L,): ∫₀¹ |F⁻¹(q) − G⁻¹(q)|^p dq, both inverses steps."""
    n, m = x.shape[1], y.shape[1]
    # Levels at which one of both inverses jumps, in units of 1/(nm), where they are whole numbers.
    levels = torch.cat((torch.arange(1, n + 1) * m, torch.arange(1, m + 1) * n)).unique().to(x.device)
    widths = levels.diff(prepend=levels.new_zeros(1)).to(x) / (n * m)
    at_x, at_y = (levels - 1) // m, (levels - 1) // n
    gaps = x.sort(1).values[:, at_x] - y.sort(1).values[:, at_y]
    return (gaps.abs().pow(order) * widths).sum(1)


def _directions(directions: int | Tensor, dim: int, generator: torch.Generator | None) -> Tensor:
    if isinstance(directions, Tensor):
        if directions.ndim != 2 or directions.shape[1] != dim or len(directions) == 0:
            raise ValueError(f"directions must have shape (L, {dim}), got {tuple(directions.shape)}.")
        lengths = directions.double().norm(dim=1, keepdim=True)
        if not bool(((lengths > 0) & lengths.isfinite()).all()):
            raise ValueError("directions must be vectors of a finite length above 0.")
        return directions.double() / lengths
    require_whole("directions", directions)
    generator = generator or torch.Generator().manual_seed(0)
    drawn = torch.randn(directions, dim, generator=generator, device=generator.device, dtype=torch.float64)
    return drawn / drawn.norm(dim=1, keepdim=True)


def _require_order(order: int) -> None:
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, got {order!r}.")
