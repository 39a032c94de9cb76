"""Checks of chapter 08, images: the class histogram and the Fréchet distance."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, CheckFailed, close, exercise, expect, expect_tensor, kind_of

# Seeds, samples, classes.
HISTOGRAMS = ((3, 40, 10), (1, 25, 7), (4, 4, 4), (2, 9, 12), (3, 6, 1), (2, 3000, 5))
# Samples of one cloud, of the other, dimensions: as many as dimensions, fewer, one dimension.
CLOUDS = ((60, 45, 5), (50, 50, 4), (40, 70, 1), (300, 250, 24), (20, 20, 20), (12, 90, 20), (90, 12, 20), (2, 3, 4))


@exercise("08/class_histogram", references=("ganlab.diagnostics.images.class_report",))
def class_histogram(answer: Answer, rng: torch.Generator) -> None:
    """Want counts (S, K), missing classes (S,) and entropy (S,) of labels with gaps, with −1, with none at all."""
    for seeds, samples, classes in HISTOGRAMS:
        for unread in (0.0, 0.3):
            _settle_histogram(answer, _draw_labels(seeds, samples, classes, unread, rng), classes)
    equal = torch.arange(6).repeat(5)[torch.randperm(30, generator=rng)]
    one, none, mixed = torch.full((30,), 4), torch.full((30,), -1), equal.where(equal > 2, -1)
    _settle_histogram(answer, torch.stack((equal, one, none, mixed)), 6)
    _settle_histogram(answer, torch.stack((one, equal)), 9)
    rare = torch.ones(2, 400, dtype=torch.long)  # a class with one sample is not missing
    rare[0, 17], rare[1, 3], rare[1, 250] = 4, 0, 2
    _settle_histogram(answer, rare, 6)


def _draw_labels(seeds: int, samples: int, classes: int, unread: float, rng: torch.Generator) -> Tensor:
    """Draw labels (S, N) in unequal shares, a part of the classes left out in each seed, some labels −1."""
    weights = torch.rand(seeds, classes, generator=rng).square() + 0.02
    for row in weights:
        row[torch.randperm(classes, generator=rng)[: classes // 3]] = 0.0
    labels = torch.multinomial(weights, samples, replacement=True, generator=rng)
    return labels.where(torch.rand(labels.shape, generator=rng) >= unread, -1)


def _counts(labels: Tensor, classes: int) -> Tensor:
    return (labels[..., None] == torch.arange(classes)).sum(-2)


def _entropy(counts: Tensor, total: Tensor | None = None) -> Tensor:
    shares = counts.double() / (counts.sum(-1, keepdim=True) if total is None else total)
    return -torch.special.xlogy(shares, shares).sum(-1)


def _settle_histogram(answer: Answer, labels: Tensor, classes: int) -> None:
    seeds = len(labels)
    got = answer(labels, classes)
    expect(
        isinstance(got, tuple | list) and len(got) == 3,
        f"class_histogram must return three tensors (counts, missing, entropy), got {kind_of(got)}.",
    )
    counts = expect_tensor(got[0], (seeds, classes), "counts (S, classes)", whole=True)
    missing = expect_tensor(got[1], (seeds,), "missing (S,)", whole=True)
    entropy = expect_tensor(got[2], (seeds,), "entropy (S,)").double()
    want = _counts(labels, classes)
    if not torch.equal(counts, want):
        _explain_counts(counts, want, labels)
    lacking = (want == 0).sum(-1)
    if not torch.equal(missing, lacking):
        expect(
            not torch.equal(missing, classes - lacking),
            "class_histogram: these are the classes that are there; missing counts those without any sample.",
        )
        expect(
            not torch.equal(missing, (want.sum(0) == 0).sum().expand(seeds)),
            "class_histogram: a class is missing from one seed's samples, whatever the other seeds have.",
        )
        expect(False, "class_histogram: missing is the number of classes with no sample at all, seed by seed.")
    _settle_entropy(entropy, want, labels)


def _explain_counts(counts: Tensor, want: Tensor, labels: Tensor) -> None:
    unread = (labels < 0).sum(-1)
    for place, what in ((-1, "last"), (0, "first")):
        wrong = want.clone()
        wrong[:, place] += unread
        expect(
            not torch.equal(counts, wrong) or not bool(unread.any()),
            f"class_histogram: label -1 (no class) is counted as the {what} class: leave it out.",
        )
    together = want.sum(0).expand_as(want)
    expect(
        not torch.equal(counts, together),
        "class_histogram: the samples of all seeds are counted together; each seed has a histogram of its own.",
    )
    expect(
        not torch.equal(counts, (want > 0).long()),
        "class_histogram: counts says how many samples a class has, not whether it has any.",
    )
    expect(
        not torch.equal(counts, want.sort(-1, descending=True).values),
        "class_histogram: counts[s, k] belongs to class k: do not sort.",
    )
    expect(False, "class_histogram: expected counts[s, k], the number of samples of seed s whose label is k.")


def _settle_entropy(entropy: Tensor, want: Tensor, labels: Tensor) -> None:
    nothing = want.sum(-1) == 0
    expect(
        bool(entropy[nothing].isnan().all()),
        "class_histogram: where no sample has a class there is no histogram: its entropy is NaN.",
    )
    kept, right = entropy[~nothing], _entropy(want)[~nothing]
    if close(kept, right, tolerance=1e-5):
        return
    expect(
        bool(kept.isfinite().all()),
        "class_histogram: the entropy is not finite where a class is missing: a share of 0 adds 0 (torch.special.xlogy "
        "knows; 0 * log(0) is NaN).",
    )
    classes = want.shape[1]
    shares = want / labels.shape[1]
    mistakes = {
        "the entropy is in nats: use the natural logarithm, not log2.": right / math.log(2),
        "the entropy is in nats: use the natural logarithm, not log10.": right / math.log(10),
        "the entropy is in nats, from 0 to ln K: do not divide it by ln K.": right / max(math.log(classes), 1e-9),
        "the sign of the entropy is turned: it is -sum of p ln p, never negative.": -right,
        "shares are of the samples that have a class: those with label -1 do not count.": (
            -torch.special.xlogy(shares, shares).sum(-1)[~nothing]
        ),
        "that is exp(entropy); give the entropy itself.": right.exp(),
        "that is ln K - entropy; give the entropy itself.": math.log(classes) - right,
        "sum p ln p over the classes, do not average it.": right / classes,
        "that is the logarithm of how many classes there are; weigh them with their shares.": (
            (want > 0).sum(-1).double().log()[~nothing]
        ),
        "p is a share: divide the counts by their sum in each seed.": (
            -torch.special.xlogy(want.double(), want.double()).sum(-1)[~nothing]
        ),
        "the shares are those of all seeds together; each seed has an entropy of its own.": (
            _entropy(want.sum(0)).expand(len(right))
        ),
        "no class gets a sample that it does not have: do not add 1 to the counts.": _entropy(want + 1)[~nothing],
    }
    for message, value in mistakes.items():
        expect(not close(kept, value, tolerance=1e-5), f"class_histogram: {message}")
    expect(
        False, "class_histogram: the entropy of a seed is -sum of p ln p over its classes, p = count / sum of counts."
    )


@exercise("08/frechet", references=("ganlab.diagnostics.distances.frechet_distance",))
def frechet(answer: Answer, rng: torch.Generator) -> None:
    """Compare with a formula without matrix roots, on clouds of all sizes, and with facts of equal and moved clouds."""
    for n, m, dims in CLOUDS:
        _settle_distance(answer, _draw_cloud(n, dims, rng), _draw_cloud(m, dims, rng))
    far = 300.0 * torch.randn(6, generator=rng)
    _settle_distance(answer, _draw_cloud(40, 6, rng) + far, _draw_cloud(50, 6, rng) + far)
    _settle_distance(answer, *(0.03 * _draw_cloud(n, 6, rng).double() for n in (40, 50)))
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
    if close(got, want, tolerance=tolerance):
        return
    if math.isfinite(got):
        _explain_distance(got, want, shift, spread, a, b)
    expect(not singular, f"frechet: wrong for {sizes}: {SINGULAR}")
    expect(math.isfinite(got), f"frechet: it is {got} for {sizes}: clamp eigenvalues at 0 before the root.")
    expect(False, f"frechet: expected {want:.6g} for {sizes}, got {got:.6g}.")


def _explain_distance(got: float, want: float, shift: float, spread: float, a: Tensor, b: Tensor) -> None:
    """Name the formula that gives the wrong value."""
    dims = a.shape[1]
    one, two = (cloud.mT.cov().reshape(dims, dims) for cloud in (a, b))
    roots = [_root(part) for part in (one, two)]
    product, share = _product(a, b), [1 - 1 / len(cloud) for cloud in (a, b)]
    biased = float(share[0] * one.trace() + share[1] * two.trace()) - 2 * math.sqrt(share[0] * share[1]) * product
    mistakes = {
        "that is its square root: the distance is the squared one, as in the formula.": math.sqrt(max(want, 0.0)),
        "covariances divide by n - 1, not by n.": shift + biased,
        "the cross term, with the root of the product, is missing.": shift + spread,
        "the cross term is taken twice: - 2 Tr(...).": shift + spread - product,
        "the cross term is subtracted: - 2 Tr(...).": shift + spread + 2 * product,
        "the term of the means is missing.": want - shift,
        "the distance of the means is squared.": want - shift + math.sqrt(shift),
        "the term of the covariances is missing.": shift,
        "sum the squared differences of the means over the dimensions, do not average.": want - shift + shift / dims,
        "covariances, not only variances: what is off the diagonal counts too.": (
            shift + float((a.std(0) - b.std(0)).square().sum())
        ),
        "the root of a product of two matrices is not the product of their roots.": (
            shift + spread - 2 * float((roots[0] @ roots[1]).trace())
        ),
        "a matrix root, not the root of each entry.": (
            shift + spread - 2 * float((one @ two).diagonal().clamp_min(0).sqrt().sum())
        ),
        "the trace of the root, not the root of the trace.": (
            shift + spread - 2 * math.sqrt(max(float((one @ two).trace()), 0.0))
        ),
        "the root of the product is missing: Tr (...)^(1/2).": shift + spread - 2 * float((one @ two).trace()),
        "the product of two covariances is not symmetric, and eigvalsh reads one half of it only: use S1^(1/2) S2 "
        "S1^(1/2).": shift + spread - 2 * float(torch.linalg.eigvalsh(one @ two).clamp_min(0).sqrt().sum()),
        "that compares the covariances entry by entry (Frobenius).": shift + float((one - two).square().sum()),
    }
    for message, value in mistakes.items():
        expect(not close(got, value) or close(value, want), f"frechet: {message}")


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp_min(0).sqrt() @ vectors.mT
