"""Checks of chapter 00, the instruments: three numbers from clouds whose truth is known by construction."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, close, exercise, expect, kind_of

COUNTERS = ("ganlab.diagnostics.modes",)


class Cloud(NamedTuple):
    """Samples made for the purpose, with the truth about them."""

    samples: Tensor
    centres: Tensor
    std: float
    counts: list[int]  # high-quality samples of each mode
    what: str
    hint: str = ""  # what an answer that goes wrong here has probably missed


def _make(rng: torch.Generator, counts: list[int], off: int, what: str) -> Cloud:
    """Place counts[k] samples within 3σ of mode k and `off` outside all, some of them 1 % from the border."""
    modes, std = len(counts), 0.05 + 0.03 * float(torch.rand((), generator=rng))
    cells = torch.randperm(36, generator=rng)[:modes]
    centres = 1.5 * torch.stack((cells // 6, cells % 6), 1) - 3.0 + 0.3 * torch.rand(modes, 2, generator=rng)
    home = torch.cat([torch.full((count,), k) for k, count in enumerate(counts)] + [torch.zeros(0)]).long()
    home = torch.cat((home, torch.randint(modes, (off,), generator=rng)))
    total, good = len(home), len(home) - off
    reach = 2.9 * torch.rand(total, generator=rng)
    reach[torch.rand(total, generator=rng) < 0.3] = 2.97
    outside = torch.where(torch.rand(off, generator=rng) < 0.5, 3.03, 3.1 + 3 * torch.rand(off, generator=rng))
    reach[good:] = outside
    # Along the axes and between them: a square or a diamond in place of the circle goes wrong somewhere.
    turn = torch.randint(8, (total,), generator=rng) * math.pi / 4
    samples = centres[home] + std * reach[:, None] * torch.stack((turn.cos(), turn.sin()), 1)
    return Cloud(samples[torch.randperm(total, generator=rng)], centres, std, counts, what)


def _clouds(rng: torch.Generator) -> list[Cloud]:
    """Give every kind of cloud that tells mistakes apart."""
    uneven = torch.randint(1, 30, (7,), generator=rng).tolist()
    clouds = [
        _make(rng, [0, *uneven, 0, 4], 60, "modes unequal, two missing, samples off the modes"),
        _make(rng, [20] * 6, 0, "all modes equally"),
        _make(rng, [0, 0, 40, 0, 0], 0, "one mode"),
        _make(rng, [0] * 4, 30, "all samples off the modes"),
        _make(rng, [250, 1, 0, 1], 100, "two modes with one sample each"),
        _make(rng, [1], 0, "one sample, one mode"),
        _make(rng, [0, 2], 0, "two samples, two modes"),
        _make(rng, [0, 0, 0], 0, "no samples"),
    ]
    torn = _make(rng, [0, 9, 3, 0, 5], 7, "some samples NaN")
    # Mode 0 has no samples and lies at the origin: that is where a NaN ends that is taken for 0 or for index 0.
    holes = torch.tensor([[math.nan, math.nan], [math.nan, 0.0], [0.0, math.nan]]).repeat(2, 1)
    torn = torn._replace(
        samples=torch.cat((torn.samples - torn.centres[0], holes)),
        centres=torn.centres - torn.centres[0],
        hint="; a sample with a NaN is near no mode, and the other samples are as good as before",
    )
    close_by = _make(rng, [10, 5, 0, 20], 0, "two modes close together")
    # A sample 1.5σ from mode 3 and 2.5σ from mode 2, which has none of its own.
    close_by.centres[2] = close_by.centres[3] + torch.tensor([4 * close_by.std, 0.0])
    own = (close_by.samples - close_by.centres[3]).norm(dim=1) <= 3 * close_by.std
    close_by.samples[own] = close_by.centres[3] + torch.tensor([1.5 * close_by.std, 0.0])
    # Two modes 4σ apart with samples of their own: those of mode 1 are 2.5σ from mode 0.
    ours, theirs = ((close_by.samples - close_by.centres[k]).norm(dim=1) <= 3 * close_by.std for k in (0, 1))
    close_by.centres[1] = close_by.centres[0] + torch.tensor([4 * close_by.std, 0.0])
    close_by.samples[ours] = close_by.centres[0] - torch.tensor([1.5 * close_by.std, 0.0])
    close_by.samples[theirs] = close_by.centres[0] + torch.tensor([2.5 * close_by.std, 0.0])
    close_by = close_by._replace(hint="; a sample belongs to its nearest mode alone")
    # Numbers without rounding: 3σ = 0.75 exactly. One sample is outside by less than a thousandth.
    border = Cloud(
        torch.tensor([[0.75, 0.0], [0.0, -0.75], [2.0, 0.75], [4.0, 0.7505], [4.25, 5.0]]),
        torch.tensor([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0], [4.0, 5.0]]),
        0.25,
        [2, 1, 0, 1],
        "samples at exactly 3σ, and one just beyond",
        "; a sample at exactly 3σ is of high quality, one beyond is not",
    )
    first = clouds[0]
    thrice = first._replace(samples=first.samples.repeat(3, 1), counts=[3 * count for count in first.counts])
    return [*clouds, torn, close_by, border, thrice._replace(what="the same cloud three times over")]


def _explain_share(got: float, cloud: Cloud) -> None:
    """Look for the wrong idea of "within 3σ" that gives this share."""
    x, c, std = cloud.samples, cloud.centres, cloud.std
    every, total, largest = (torch.cdist(x, c, p=p) for p in (2.0, 1.0, math.inf))
    square = "compare the distance with 3σ, or its square with (3σ)², which is 9σ²"
    mistakes = {
        "the distance is Euclidean, not |Δx| + |Δy|": total <= 3 * std,
        "the distance is Euclidean: 3σ in each coordinate is a square, not a circle": largest <= 3 * std,
        "the limit is 3σ, not σ": every <= std,
        f"{square} (here the square seems to be compared with 3σ)": every.square() <= 3 * std,
        f"{square} (here the square seems to be compared with 3σ²)": every.square() <= 3 * std**2,
    }
    for message, near in mistakes.items():
        share = float(near.any(1).double().sum()) / max(len(x), 1)
        expect(not close(got, share), f"high_quality_share: {message} ({cloud.what}).")


def _number(got: object, what: str) -> float:
    if isinstance(got, Tensor) and got.ndim == 0 and not got.is_complex():
        return float(got)
    single = isinstance(got, int | float | np.number) and not isinstance(got, complex | np.complexfloating)
    expect(single, f"{what} must be one number, got {kind_of(got)}.")
    return float(got)  # type: ignore[arg-type]


@exercise("00/modes_captured", references=COUNTERS)
def modes_captured(answer: Answer, rng: torch.Generator) -> None:
    """Want the number of modes with a sample within 3σ."""
    for cloud in _clouds(rng):
        got = _number(answer(cloud.samples, cloud.centres, cloud.std), "modes_captured")
        want = sum(count > 0 for count in cloud.counts)
        if got == want:
            continue
        expect(not cloud.hint, f"modes_captured: {cloud.what}: expected {want}, got {got:g}{cloud.hint}.")
        tally = [count for count in cloud.counts if count]
        expect(got != sum(tally) or want == 0, "modes_captured counts samples; count the modes that have at least one.")
        every = torch.cdist(cloud.samples, cloud.centres)
        near = len(every.argmin(1).unique())
        expect(got != near or want == near, f"modes_captured: only samples within 3σ count ({cloud.what}).")
        several = int((every <= 3 * cloud.std).any(0).sum()) if len(every) else 0
        expect(got != several, f"modes_captured: a sample belongs to its nearest mode alone ({cloud.what}).")
        often = sum(count > 1 for count in tally)
        expect(
            got != often,
            f"modes_captured: one sample within 3σ captures a mode, however many there are ({cloud.what}).",
        )
        expect(False, f"modes_captured: {cloud.what}: expected {want}, got {got:g}.")


@exercise("00/high_quality_share", references=COUNTERS)
def high_quality_share(answer: Answer, rng: torch.Generator) -> None:
    """Want the share of samples within 3σ of the nearest mode."""
    for cloud in _clouds(rng):
        got = _number(answer(cloud.samples, cloud.centres, cloud.std), "high_quality_share")
        good, n = sum(cloud.counts), len(cloud.samples)
        want = good / max(n, 1)
        if close(got, want):
            continue
        expect(not math.isnan(got) or n, "high_quality_share: without samples it is 0, not NaN (0/0).")
        expect(not math.isnan(got), f"high_quality_share is NaN ({cloud.what}{cloud.hint}).")
        expect(not close(got, 100 * want), "high_quality_share is a share between 0 and 1, not per cent.")
        expect(not close(got, good), "high_quality_share: divide the number of good samples by the number of samples.")
        torn = int(cloud.samples.isnan().any(1).sum())
        expect(
            not torn or not (close(got, good / (n - torn)) or close(got, (good + torn) / n)),
            "high_quality_share: a NaN sample is not of high quality, and it counts among all samples.",
        )
        if not cloud.hint:
            _explain_share(got, cloud)
        expect(False, f"high_quality_share: {cloud.what}: expected {want:.4f}, got {got:.4f}{cloud.hint}.")


@exercise("00/reverse_kl", references=COUNTERS)
def reverse_kl(answer: Answer, rng: torch.Generator) -> None:
    """Want ln K less the entropy, in nats, of the high-quality samples' modes; +∞ where there are none."""
    for cloud in _clouds(rng):
        got = _number(answer(cloud.samples, cloud.centres, cloud.std), "reverse_kl")
        counts = torch.tensor(cloud.counts, dtype=torch.float64)
        modes = len(counts)
        if not counts.sum():
            expect(
                got == math.inf,
                f"reverse_kl: {cloud.what}: no sample is of high quality; return math.inf, not {got:g}.",
            )
            continue
        share = counts / counts.sum()
        entropy = -float(torch.xlogy(share, share).sum())
        want = math.log(modes) - entropy
        if close(got, want):
            continue
        _explain_divergence(got, want, entropy, share, cloud)


def _explain_divergence(got: float, want: float, entropy: float, share: Tensor, cloud: Cloud) -> None:
    modes = len(share)
    if cloud.samples.isnan().any():
        expect(math.isfinite(got), f"reverse_kl is {got:g} ({cloud.what}{cloud.hint}).")
    expect(
        not math.isnan(got), f"reverse_kl is NaN ({cloud.what}): a mode without samples adds 0, the limit of p ln p."
    )
    expect(
        got != math.inf, "reverse_kl is infinite where a mode is missing: that is the other direction, KL(uniform‖p)."
    )
    seen = int((share > 0).sum())
    nearest = torch.bincount(torch.cdist(cloud.samples, cloud.centres).argmin(1), minlength=modes).double()
    nearest = nearest / nearest.sum()
    whole = share * sum(cloud.counts) / max(1, len(cloud.samples))
    mistakes = {
        "that is the entropy; subtract it from ln K.": entropy,
        "the sign is turned: ln K minus the entropy, which is 0 or more.": -want,
        "natural logarithms, please (nats, not bits).": want / math.log(2),
        "K is the number of all modes, not of those captured.": math.log(seen) - entropy,
        "only samples within 3σ are counted.": math.log(modes) + float(torch.xlogy(nearest, nearest).sum()),
        "divide by the number of high-quality samples, so that the shares add up to 1.": float(
            (whole.log().nan_to_num(neginf=0.0) + math.log(modes)).mul(whole).sum()
        ),
        "divide by the number of high-quality samples, not of all.": math.log(modes)
        + float(torch.xlogy(whole, whole).sum()),
        "it is a sum over modes, not a mean.": want / modes,
    }
    for message, value in mistakes.items():
        expect(not close(got, value), f"reverse_kl: {message}")
    expect(False, f"reverse_kl: {cloud.what}: expected ln K - entropy = {want:.4f}, got {got:.4f}{cloud.hint}.")
