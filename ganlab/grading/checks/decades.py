"""Which mistake a wrong fall in decades looks like (chapter 03)."""

from __future__ import annotations

import math

from torch import Tensor

from ganlab.grading.checks.base import close, expect


def explain_decades(got: Tensor, norms: Tensor, tail: int, want: Tensor) -> None:
    """Fail with the mistake that the wrong numbers look like."""
    wide = norms.double()
    first, last = wide[:, 0], wide[:, -tail:]
    mistakes = {
        "the sign is turned: a fall gives a positive number.": -want,
        "that is the natural logarithm: decades are powers of ten, log10.": want * math.log(10),
        "that is the logarithm to base 2: decades are powers of ten, log10.": want * math.log2(10),
        "the end is the median of the last `tail` entries, not the last entry alone.": (first / wide[:, -1]).log10(),
        "the end is the median of the last `tail` entries, not their mean.": (first / last.mean(1)).log10(),
        "the end is the median of the last `tail` entries, not their smallest.": (first / last.amin(1)).log10(),
        "the end is the median of the last `tail` entries, not of the whole history.": (
            (first / wide.median(1).values).log10()
        ),
        "that is the ratio: take its log10.": first / last.median(1).values,
        "the start is the first entry, not the largest.": (wide.amax(1) / last.median(1).values).log10(),
        "the start is the first entry, not the median of the first ones.": (
            (wide[:, :tail].median(1).values / last.median(1).values).log10()
        ),
    }
    if len(want) > 1:  # the numbers of one seed can agree by chance
        mistakes |= _more_mistakes(first, last, wide, tail, want)
        for message, value in mistakes.items():
            same = close(value, want) or not close(got, value, tolerance=1e-3)
            expect(same, f"decades_lost: {message}")
        expect(
            not bool(got.isfinite().all()) or bool((got - got[0]).abs().max() > 1e-6),
            "decades_lost: it is the same for all seeds: each seed has its own first entry and its own end.",
        )
    expect(
        bool(got.isfinite().all()),
        "decades_lost: it gives inf or nan for positive norms: take the logarithm of the ratio, first entry over "
        "median of the last `tail`.",
    )
    expect(
        False,
        "decades_lost: expected log10(first entry / median of the last `tail` entries), one number a seed; wrong for "
        f"{len(want)} seed(s), {wide.shape[1]} moments, tail = {tail}.",
    )


def _more_mistakes(first: Tensor, last: Tensor, wide: Tensor, tail: int, want: Tensor) -> dict[str, Tensor]:
    """Give mistakes about which entries are the end, and about the sign of a rise."""
    longer, nine = wide[:, -tail - 1 :], wide[:, -9:]
    return {
        "a norm that has grown has lost a negative number of decades: take no absolute value.": want.abs(),
        "a norm that has grown has lost a negative number of decades: do not clamp at 0.": want.clamp_min(0),
        "the end is the middle of the *sorted* last entries, not the entry in the middle of them.": (
            (first / last[:, tail // 2]).log10()
        ),
        "the end is the median of the last `tail` entries, not their geometric mean.": (
            first.log10() - last.log10().mean(1)
        ),
        "the start is the first entry, norms[:, 0], not the second.": (
            (wide[:, min(1, wide.shape[1] - 1)] / last.median(1).values).log10()
        ),
        "it takes the last tail + 1 entries.": (first / longer.median(1).values).log10(),
        "it takes the last tail - 1 entries.": (first / last[:, min(1, tail - 1) :].median(1).values).log10(),
        "the argument `tail` is not used.": (first / nine.median(1).values).log10(),
        "that is the median of the first `tail` entries: the end is the last ones.": (
            (first / wide[:, :tail].median(1).values).log10()
        ),
        "all seeds share one end: the median is taken along time, for each seed alone.": (
            (first / last.median()).log10()
        ),
    }
