"""Checks of chapter 08, images: the Fréchet distance."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, CheckFailed, close, exercise, expect, expect_tensor, kind_of

# Samples of one cloud, of the other, dimensions: as many as dimensions, fewer, one dimension, more than the judge's 32.
CLOUDS = (
    (60, 45, 5),
    (50, 50, 4),
    (40, 70, 1),
    (300, 250, 24),
    (20, 20, 20),
    (12, 90, 20),
    (90, 12, 20),
    (2, 3, 4),
    (10, 150, 40),
)


@exercise("08/frechet", references=("ganlab.diagnostics.distances.frechet_distance",))
def frechet(answer: Answer, rng: torch.Generator) -> None:
    """Compare with a formula without matrix roots, on clouds of all sizes, and with facts of equal and moved clouds."""
    for n, m, dims in CLOUDS:
        _settle_distance(answer, _draw_cloud(n, dims, rng), _draw_cloud(m, dims, rng))
    far = 300.0 * torch.randn(6, generator=rng)
    _settle_distance(answer, _draw_cloud(40, 6, rng) + far, _draw_cloud(50, 6, rng) + far)
    for size in (0.03, 0.003):
        _settle_distance(answer, *(size * _draw_cloud(n, 6, rng).double() for n in (40, 50)))
    for cloud in (_draw_cloud(80, 6, rng), _draw_cloud(7, 15, rng)):
        order = torch.randperm(len(cloud), generator=rng)
        same = _number(answer(cloud, cloud[order]))
        expect(
            close(same, 0.0),
            f"frechet: a cloud is at distance 0 from itself, {_size(cloud)}; yours is {same:.3g}.",
        )
        step = torch.randn(cloud.shape[1], generator=rng)
        moved = _number(answer(cloud, cloud + step))
        expect(
            close(moved, step.square().sum()),
            "frechet: a cloud and the same cloud moved by v are at distance |v|², the square of v's length.",
        )


def _draw_cloud(n: int, dims: int, rng: torch.Generator) -> Tensor:
    """Draw a cloud (n, dims) with a mean, correlated coordinates and spreads of its own."""
    mix = torch.randn(dims, dims, generator=rng) / dims**0.5
    spread = 0.3 + 2 * torch.rand(dims, generator=rng)
    return torch.randn(n, dims, generator=rng) @ (mix * spread) + torch.randn(dims, generator=rng)


def _number(got: object) -> float:
    if isinstance(got, Tensor):
        expect(not got.is_complex(), "frechet: the distance is complex: take the root of a symmetric matrix (eigh).")
        return float(expect_tensor(got, (), "frechet"))
    value = got.item() if hasattr(got, "item") and getattr(got, "ndim", 1) == 0 else got
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise CheckFailed(f"frechet must return one number (a tensor of shape () or a float), got {kind_of(got)}.")
    return float(value)


def _size(cloud: Tensor) -> str:
    return f"{cloud.shape[0]} samples in {cloud.shape[1]} dimensions"


def _product(x: Tensor, y: Tensor) -> float:
    """Give Tr (Σ₁^½ Σ₂ Σ₁^½)^½ as the sum of the singular values of x yᵀ, both centred: no root of a matrix."""
    one, two = (cloud - cloud.mean(0) for cloud in (x, y))
    return float(torch.linalg.svdvals(one @ two.mT).sum()) / math.sqrt((len(x) - 1) * (len(y) - 1))


SINGULAR = (
    "a cloud of no more samples than dimensions has a singular covariance, and rounding makes some eigenvalues a "
    "little negative. Compute in float64, use eigh, clamp eigenvalues at 0 before the root, add nothing to the "
    "covariances."
)


def _settle_distance(answer: Answer, x: Tensor, y: Tensor) -> None:
    singular, sizes = min(len(x), len(y)) <= x.shape[1], f"{_size(x)} against {_size(y)}"
    try:
        got = _number(answer(x, y))
    except CheckFailed as failure:
        if singular and " raised " in str(failure):  # larger clouds come first, and went through
            raise CheckFailed(f"frechet fails for {sizes}: {SINGULAR}") from None
        raise
    a, b = x.double(), y.double()
    shift = float((a.mean(0) - b.mean(0)).square().sum())
    spread = float(a.var(0).sum() + b.var(0).sum())
    want = shift + spread - 2 * _product(a, b)
    tolerance = 1e-4 * min(1.0, max(want, 1e-3)) if x.dtype == torch.float64 else 1e-4
    if singular:
        tolerance = 2e-6  # float64 is right to 1e-7 here, covariances in float32 are wrong by 1e-5
    if close(got, want, tolerance=tolerance):
        return
    if math.isfinite(got) and want > 0.1:  # below, close() takes too many values for equal
        _explain_distance(got, want, shift, spread, a, b)
    expect(not singular, f"frechet: wrong for {sizes}: {SINGULAR}")
    expect(
        math.isfinite(got),
        f"frechet: it is {got} for {sizes}: take roots of eigenvalues, not of entries, and clamp them at 0.",
    )
    expect(False, f"frechet: expected {want:.6g} for {sizes}, got {got:.6g}.")


def _explain_distance(got: float, want: float, shift: float, spread: float, a: Tensor, b: Tensor) -> None:
    """Name the formula that gives the wrong value."""
    dims = a.shape[1]
    one, two = (cloud.mT.cov().reshape(dims, dims) for cloud in (a, b))
    product, share, ratio = _product(a, b), [1 - 1 / len(cloud) for cloud in (a, b)], (len(b) - 1) / (len(a) - 1)
    biased = float(share[0] * one.trace() + share[1] * two.trace()) - 2 * math.sqrt(share[0] * share[1]) * product
    moments = (cloud.mT @ cloud / (len(cloud) - 1) for cloud in (a, b))
    mistakes = {
        "that is its square root: the distance is the squared one, as in the formula.": math.sqrt(max(want, 0.0)),
        "covariances divide by n - 1, not by n.": shift + biased,
        "both covariances divide by the first cloud's n - 1: each has its own.": (
            shift + float(one.trace() + ratio * two.trace()) - 2 * math.sqrt(ratio) * product
        ),
        "the term of the means is missing.": want - shift,
        "square the distance of the means.": want - shift + math.sqrt(shift),
        "sum the squared differences of the means over the dimensions, do not average.": want - shift + shift / dims,
        "the mean of a cloud is one number a dimension: mean(0).": want - shift + float((a.mean() - b.mean()) ** 2),
        "the covariances make no difference: their term is missing, or both are of the same cloud.": shift,
        "that is the distance over the number of dimensions: divide by nothing.": want / dims,
        "subtract a cloud's mean before the products: that is its second moment, not its covariance.": (
            shift + _distance_of(*moments)
        ),
        "covariances, not only variances: what is off the diagonal counts too.": (
            shift + float((a.std(0) - b.std(0)).square().sum())
        ),
        "that compares the covariances entry by entry (Frobenius).": shift + float((one - two).square().sum()),
        "Tr is the sum of the diagonal, not of all entries.": shift + float(one.sum() + two.sum()) - 2 * product,
    }
    for message, cross in _cross_terms(one, two, product).items():
        mistakes[message] = shift + spread - 2 * cross
    for message, value in mistakes.items():
        expect(not close(got, value) or close(value, want), f"frechet: {message}")


def _cross_terms(one: Tensor, two: Tensor, product: float) -> dict[str, float]:
    """Give what a mistake makes of the trace of the root."""
    values, vectors = torch.linalg.eigh(one)
    sizes = values.clamp_min(0).sqrt()
    root = vectors * sizes @ vectors.mT
    return {
        "the cross term, with the root of the product, is missing.": 0.0,
        "the cross term counts twice, yours counts once: - 2 Tr(...).": product / 2,
        "subtract the cross term, do not add it: - 2 Tr(...).": -product,
        "the root of a product of two matrices is not the product of their roots.": float((root @ _root(two)).trace()),
        "a matrix root, not the root of each entry.": float((one @ two).diagonal().clamp_min(0).sqrt().sum()),
        "the trace of the root is the sum of the roots of the eigenvalues, not of the diagonal.": float(
            (root @ two @ root).diagonal().clamp_min(0).sqrt().sum()
        ),
        "the trace of the root, not the root of the trace.": math.sqrt(max(float((one @ two).trace()), 0.0)),
        "the root of the product is missing: Tr (...)^(1/2).": float((one @ two).trace()),
        "the roots of S1 are missing: S1^(1/2) S2 S1^(1/2), not S1 S2 S1.": _roots_of(one @ two @ one),
        "the second S1^(1/2) is missing: S1^(1/2) S2 S1^(1/2).": _roots_of(root @ two),
        "eigenvalues of the two covariances, paired by size, forget the directions: use S1^(1/2) S2 S1^(1/2).": float(
            (sizes * torch.linalg.eigvalsh(two).clamp_min(0).sqrt()).sum()
        ),
        "the product of two covariances is not symmetric, and eigvalsh reads one half of it only: use S1^(1/2) S2 "
        "S1^(1/2).": _roots_of(one @ two),
        "the root of S1 is V diag(...) V^T, with V^T last.": _roots_of(
            (vectors * sizes @ vectors) @ two @ (vectors * sizes @ vectors)
        ),
        "the eigenvectors are the columns of V: V diag(...) V^T.": _roots_of(
            (vectors.mT * sizes @ vectors) @ two @ (vectors.mT * sizes @ vectors)
        ),
    }


def _roots_of(matrix: Tensor) -> float:
    return float(torch.linalg.eigvalsh(matrix).clamp_min(0).sqrt().sum())


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp_min(0).sqrt() @ vectors.mT


def _distance_of(one: Tensor, two: Tensor) -> float:
    """Give the distance of two Gaussians with the same mean."""
    root = _root(one)
    return float(one.trace() + two.trace()) - 2 * _roots_of(root @ two @ root)
