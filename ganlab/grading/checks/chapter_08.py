"""Checks of chapter 08, images: the class histogram."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, close, exercise, expect, expect_tensor, kind_of

# Seeds, samples, classes: not 10 first, where ln K and ln 10 are one.
HISTOGRAMS = ((3, 40, 9), (1, 25, 7), (4, 4, 4), (2, 9, 12), (3, 6, 1), (2, 3000, 5))


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
        expect(
            not torch.equal(missing, lacking - (labels < 0).any(-1).long()),
            "class_histogram: label -1 is no class: it does not count among those that are there.",
        )
        expect(
            not torch.equal(missing[want.any(-1)], lacking[want.any(-1)]),
            "class_histogram: where no sample has a class, all classes are missing.",
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
    expect(
        not torch.equal(counts, want & 255) and not torch.equal(counts, ((want + 128) & 255) - 128),
        "class_histogram: a counter of 8 bits overflows: count in torch.long.",
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
    finite = bool(kept.isfinite().all())
    expect(
        finite or not bool((labels < 0).any()),  # labels without −1 come first, and went through
        "class_histogram: the entropy is not finite where a part of the samples has no class: leave those out.",
    )
    expect(
        finite,
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
