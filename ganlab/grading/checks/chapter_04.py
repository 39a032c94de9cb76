"""Checks of chapter 04, mode collapse: the timeline, the hops, and the paired comparison."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganlab.data.mixtures import Mixture
from ganlab.grading.checks.base import Answer, exercise, expect, expect_tensor, kind_of

HOPS = ("ganlab.mode_hops", "ganlab.diagnostics.mode_hops")


def _mixture() -> Mixture:
    """Eleven modes in no order, σ and weights all different, two of them so close that their 3σ overlap."""
    centres = torch.tensor(
        [[3, 1], [-4, 0], [0, 5], [0, 5.6], [-3, -4], [5, -2], [1, -5], [-5, 4], [4, 4], [-1, 1], [6, 1]]
    )
    stds = [0.05, 0.2, 0.1, 0.3, 0.02, 0.15, 0.25, 0.08, 0.12, 0.04, 0.18]
    return Mixture(centres, weights=[1, 5, 2, 1, 3, 1, 4, 1, 2, 1, 3], std=stds)


def _clouds(rng: torch.Generator, moments: int, seeds: int, samples: int) -> Tensor:
    """Draw snapshots (T, S, N, 2): a mode preferred in each cloud, some modes left out, samples near the border of
    3σ.
    """
    mixture, shape = _mixture(), (moments, seeds, samples)
    chosen = torch.randint(len(mixture), shape, generator=rng)
    favourite, other, *missing = torch.randint(len(mixture), (5, moments, seeds, 1), generator=rng)
    # The favourite rules the later half of each cloud only, so that a look at its start misleads.
    late = torch.arange(samples) >= samples // 2
    chosen = torch.where(late & (torch.rand(shape, generator=rng) < 0.8), favourite, chosen)
    for left_out in missing:
        chosen = torch.where(chosen == left_out, other, chosen)
    # Distances in σ: well inside, just inside 3σ, just outside, and far away.
    reach = torch.tensor([0.5, 2.95, 3.05, 8.0])[torch.randint(4, shape, generator=rng)] * mixture.stds[chosen]
    turn = 2 * math.pi * torch.rand(shape, generator=rng)
    return mixture.modes[chosen] + reach[..., None] * torch.stack((turn.cos(), turn.sin()), -1)


def _hand_made(rng: torch.Generator) -> Tensor:
    """Draw clouds (6, 4, 220, 2) and put the cases that tell mistakes apart in place of some."""
    clouds, modes = _clouds(rng, 6, 4, 220), _mixture().modes
    clouds[1, 0] = clouds[3, 2] = 50.0  # nothing of high quality
    clouds[2, 1, :20], clouds[2, 1, 20:] = modes[[4, 1]].repeat(10, 1), 50.0  # a tie: mode 1 comes first
    clouds[0, 3, :-1], clouds[0, 3, -1] = 50.0, modes[4]  # one sample, the last, captures a mode
    clouds[4, 1] = modes[9]
    clouds[4, 1, :80] = modes[2] + torch.tensor([0.0, 0.28])  # nearest to mode 2, inside 3σ of 2 and of 3
    clouds[5, 3] = modes[2] + torch.tensor([0.0, 0.295])  # nearest to mode 2 in distance, to mode 3 in σ
    return clouds


def _count(clouds: Tensor, mixture: Mixture) -> Tensor:
    """Count high-quality samples by mode, (T, S, K), from distances: not the package's own code."""
    distance = (clouds[..., None, :] - mixture.modes).norm(dim=-1)
    nearest = torch.nn.functional.one_hot(distance.argmin(-1), len(mixture))
    return (nearest * (distance <= 3 * mixture.stds)).sum(-2)


@exercise("04/coverage_timeline", references=HOPS)
def coverage_timeline(answer: Answer, rng: torch.Generator) -> None:
    """Compare with counts from plain distances, on clouds made for the purpose, and on one moment of one seed."""
    mixture = _mixture()
    for clouds in (_hand_made(rng), _clouds(rng, 1, 1, 40)):
        result = answer(clouds, mixture)
        pair = isinstance(result, tuple | list) and len(result) == 2
        expect(pair, f"coverage_timeline must return a pair (captured, dominant), got {kind_of(result)}.")
        counts = _count(clouds, mixture)
        shape = (counts.shape[0], counts.shape[1])
        captured = expect_tensor(result[0], shape, "captured (moments, seeds)", whole=True)
        dominant = expect_tensor(result[1], shape, "dominant (moments, seeds)", whole=True)
        _explain_captured(captured, counts)
        _explain_dominant(dominant, counts)


def _explain_dominant(dominant: Tensor, counts: Tensor) -> None:
    empty, first = counts.sum(-1) == 0, counts.argmax(-1)
    expect(
        bool((dominant[empty] == -1).all()),
        "dominant must be -1 where a cloud has no high-quality sample: argmax of zeros is 0, which is a mode.",
    )
    tie = (counts == counts.amax(-1, keepdim=True)).sum(-1) > 1
    expect(
        torch.equal(dominant[tie & ~empty], first[tie & ~empty]),
        "dominant: of modes with equally many samples the first one counts.",
    )
    expect(
        torch.equal(dominant[~empty], first[~empty]),
        "dominant must be the mode with the most high-quality samples at that moment and of that seed.",
    )


def _explain_captured(captured: Tensor, counts: Tensor) -> None:
    if torch.equal(captured, (counts > 0).sum(-1)):
        return
    expect(
        not torch.equal(captured, counts.sum(-1)),
        "captured counts samples; count the modes that have at least one.",
    )
    expect(not torch.equal(captured, (counts > 1).sum(-1)), "captured: one high-quality sample is enough.")
    expect(
        not bool((captured == captured[:, :1]).all()),
        "captured is the same for all seeds: measure each seed alone.",
    )
    expect(
        not bool((captured == captured[:1]).all()),
        "captured is the same at all moments: measure each snapshot.",
    )
    expect(
        False,
        "captured is wrong: count the modes with a sample within 3σ, each by its own σ, the nearest mode only.",
    )


@exercise(
    "04/count_hops", references=(*HOPS, "ganlab.diagnostics.oscillation", "ganlab.diagnostics.dynamics._hop_rate")
)
def count_hops(answer: Answer, rng: torch.Generator) -> None:
    """Compare with a count by hand on drawn sequences, and settle single cases first."""
    cases = {
        "a mode that stays has no hop": ([4, 4, 4, 4], 0),
        "every change counts, also back to a mode seen before": ([0, 1, 0, 1], 3),
        "a change of any size is one hop": ([0, 8, 0, 12], 3),
        "-1 is no mode: 3, -1, 3 has no hop": ([3, -1, 3, 3], 0),
        "a hop across a gap counts once: 3, -1, -1, 5": ([3, -1, -1, 5], 1),
        "-1 at the start is passed over": ([-1, -1, 2, 2], 0),
        "-1 at the end is passed over": ([2, 5, -1, -1], 1),
        "no mode at any moment gives 0": ([-1, -1, -1, -1], 0),
    }
    together = torch.tensor([sequence for sequence, _ in cases.values()]).T
    hops = expect_tensor(answer(together), (len(cases),), "hops (seeds,)", whole=True)
    for value, (rule, (sequence, want)) in zip(hops.tolist(), cases.items(), strict=True):
        expect(value == want, f"count_hops: {rule}; {sequence} gives {want}, not {value}.")
    one = expect_tensor(answer(torch.tensor([[6]])), (1,), "hops of one moment (seeds,)", whole=True)
    expect(int(one) == 0, "count_hops: one moment alone has no hop.")
    for moments, seeds in ((9, 4), (4, 9), (12, 1)):
        drawn = torch.randint(-1, 30, (moments, seeds), generator=rng) % 17 - 1
        hops = expect_tensor(answer(drawn), (seeds,), "hops (seeds,)", whole=True)
        expect(
            hops.tolist() == [_hops(column) for column in drawn.T.tolist()],
            "count_hops: wrong on a random timeline.",
        )


def _hops(sequence: list[int]) -> int:
    modes = [mode for mode in sequence if mode >= 0]
    return sum(a != b for a, b in zip(modes[:-1], modes[1:], strict=True))


@exercise("04/paired_change", references=("ganlab.diagnostics.mean_interval",))
def paired_change(answer: Answer, rng: torch.Generator) -> None:
    """Compare with scipy's paired t interval: whole numbers and fractions, few and many seeds, an outlier, no
    spread.
    """
    from scipy import stats

    for seeds in (10, 4, 45):
        before = torch.randint(0, 9, (seeds,), generator=rng)
        after = (before + torch.randint(-1, 5, (seeds,), generator=rng)).clamp(min=0)
        after[0], after[1] = before[0] + 40, before[1] - 1  # never all alike, and one far away
        for first, second in ((before, after), (before.float() / 3, after.float() / 3)):
            low, high = stats.ttest_rel(second.numpy(), first.numpy()).confidence_interval(0.95)
            mean = float((second - first).double().mean())
            _explain_interval(answer(first, second), mean, float(low), float(high), first.double(), second.double())
    got = answer(before, before + 2)
    alike = isinstance(got, tuple | list) and len(got) == 3 and all(value == 2 for value in got)
    expect(alike, "paired_change: where all differences are 2 there is no spread; mean, low and high are all 2.")


def _explain_interval(result: object, mean: float, low: float, high: float, before: Tensor, after: Tensor) -> None:
    if not isinstance(result, tuple | list) or len(result) != 3:
        expect(False, f"paired_change must return three numbers (mean, low, high), got {kind_of(result)}.")
    assert isinstance(result, tuple | list)
    try:
        got = [float(value) for value in result]
    except (TypeError, ValueError):
        expect(False, "paired_change: each of mean, low and high must be one number.")

    def near(a: float, b: float) -> bool:
        return abs(a - b) <= 1e-4 * max(1.0, abs(b))

    expect(
        not near(got[0], -mean) or near(mean, 0),
        "paired_change: the sign is turned; the change is after - before.",
    )
    expect(near(got[0], mean), "paired_change: the first number must be the mean over seeds of after - before.")
    expect(got[1] <= got[2], "paired_change: low and high are exchanged.")
    if near(got[1], low) and near(got[2], high):
        return
    reach, half = (high - low) / 2, (got[2] - got[1]) / 2
    n = len(before)
    spread = (before.var() / n + after.var() / n).sqrt() / ((after - before).std() / math.sqrt(n))
    expect(
        not near(half, float(reach * spread)),
        "paired_change: the spread is that of two unpaired groups; use the standard deviation of the differences.",
    )
    expect(not near(half, reach * math.sqrt(n)), "paired_change: divide the standard deviation by √S.")
    expect(
        not near(half, reach * math.sqrt((n - 1) / n)),
        "paired_change: s is the sample standard deviation, with n - 1 in its denominator.",
    )
    expect(
        False,
        "paired_change: the interval is mean ± t·s/√S, t the 0.975 quantile of Student's t with S - 1 degrees.",
    )
