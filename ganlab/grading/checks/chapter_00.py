"""Checks of chapter 00, the instruments: two samplers, and three numbers from clouds whose truth is known by
construction.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, close, exercise, expect, expect_tensor, kind_of
from ganlab.grading.checks.draws import draw_pairs

SAMPLERS = ("ganlab.ring", "ganlab.grid", "ganlab.Mixture")
COUNTERS = ("ganlab.diagnostics.modes",)
DRAWS = 4000
PAIRS = 200


@exercise("00/sample_ring", references=SAMPLERS)
def sample_ring(answer: Answer, rng: torch.Generator) -> None:
    """Judge draws from rings with odd and even numbers of modes by the mode, the noise and the generator of each."""
    for modes in (5, 8, 7, 1):
        radius = 2.0 + 2.0 * float(torch.rand((), generator=rng))
        std = 0.05 + 0.1 * float(torch.rand((), generator=rng))
        if modes == 1:  # no neighbour is near: wide noise shows whether it is round
            std += 0.3 * radius
        points, pairs = _drawn(answer, rng, (modes, radius, std))
        centres = _on_circle(radius, [2 * math.pi * k / modes for k in range(modes)])
        closed = _on_circle(radius, torch.linspace(0, 2 * math.pi, modes).tolist())
        mistakes = {
            "torch.linspace(0, 2π, modes) holds 0 and 2π, which are the same place: use 2πk/modes, k < modes.": closed,
            "the angles are in degrees; cos and sin take radians.": _on_circle(
                radius, [360 * k / modes for k in range(modes)]
            ),
            "mode 0 sits at angle 0, at (radius, 0).": centres.flip(1),
        }
        _judge(points, centres, std, "sample_ring", mistakes)
        _judge_pairs(pairs, centres, std, "sample_ring")


@exercise("00/sample_grid", references=SAMPLERS)
def sample_grid(answer: Answer, rng: torch.Generator) -> None:
    """Judge draws from grids with odd and even sides, and of one mode."""
    for side in (3, 4, 2, 1):
        spacing = 1.5 + float(torch.rand((), generator=rng))
        std = 0.05 + 0.05 * float(torch.rand((), generator=rng))
        points, pairs = _drawn(answer, rng, (side, spacing, std))
        ticks = torch.arange(side, dtype=torch.float64)
        centres = torch.cartesian_prod(ticks, ticks) * spacing
        shift = (side - 1) / 2 * spacing
        mistakes = {
            "the grid starts at the origin; its middle belongs there: subtract (side - 1) / 2.": centres,
            "the middle of the grid is off the origin: subtract (side - 1) / 2, not side / 2 or side // 2.": (
                centres - side / 2 * spacing
            ),
            "spacing is the distance between neighbours, not the width of the grid.": (centres - shift)
            / max(1, side - 1),
        }
        _judge(points, centres - shift, std, "sample_grid", mistakes)
        _judge_pairs(pairs, centres - shift, std, "sample_grid")


def _on_circle(radius: float, angles: list[float]) -> Tensor:
    return torch.tensor([[radius * math.cos(a), radius * math.sin(a)] for a in angles], dtype=torch.float64)


def _drawn(answer: Answer, rng: torch.Generator, settings: tuple[float, ...]) -> tuple[Tensor, Tensor]:
    """Draw one sample, many, and (pairs, 2, 2) in turn, and see that the generator alone decides which."""
    given = ", ".join(f"{value:.3g}" for value in settings)

    def draw(n: int, seed: int, used: int = 0) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        torch.rand(used, generator=generator)
        return proper(answer(n, *settings, generator), n)

    def proper(got: object, n: int) -> Tensor:
        points = expect_tensor(got, (n, 2), f"{answer.name}'s samples")
        expect(points.is_floating_point(), f"{answer.name} must give floating point numbers, got {points.dtype}.")
        called = f"{answer.name}({n}, {given}, generator)"
        expect(points.isfinite().all(), f"{answer.name} gives NaN or infinite values: {called}.")
        return points.double()

    first, second = torch.randint(2**31, (2,), generator=rng).tolist()
    draw(1, first)
    few = draw(20, first)
    expect(
        torch.equal(few, draw(20, first)),
        f"{answer.name}: generators in the same state give different samples: pass generator=generator to every draw.",
    )
    expect(
        not torch.equal(few, draw(20, second)) and not torch.equal(few, draw(20, first, used=7)),
        f"{answer.name}: another generator, or one that has been used, gives the same samples: do not seed it.",
    )
    points = draw(DRAWS, first)
    untouched, *pairs = answer.through(draw_pairs, settings, torch.Generator().manual_seed(second), PAIRS)
    drawn = torch.stack([proper(pair, 2) for pair in pairs])
    expect(
        not (drawn == drawn[0]).all(),
        f"{answer.name}: drawing again from the same generator gives the same samples: do not seed or copy it.",
    )
    expect(
        untouched,
        f"{answer.name} uses or seeds torch's own random numbers: every random number comes from `generator`.",
    )
    return points, drawn


def _judge_pairs(pairs: Tensor, centres: Tensor, std: float, name: str) -> None:
    """Hold samples that were drawn two at a time against the mixture, and the two against each other."""
    points = pairs.flatten(0, 1)
    _judge(points, centres, std, f"{name}, n = 2 samples at a time", {})
    noise = (points - centres[(points[:, None] - centres).norm(dim=-1).argmin(1)]).view_as(pairs) / std
    together = float((noise[:, 0] * noise[:, 1]).mean())
    alone = abs(together) <= 6 / math.sqrt(2 * len(pairs))
    expect(alone, f"{name}: the samples of one draw share their noise; draw (n, 2) numbers, each used once.")


def _judge(points: Tensor, centres: Tensor, std: float, name: str, mistakes: dict[str, Tensor]) -> None:
    """Hold samples against the mixture; limits at six standard errors."""
    count, n = len(centres), len(points)
    distance, nearest = (points[:, None] - centres).norm(dim=-1).min(1)
    if float((distance <= 6 * std).double().mean()) < 0.99:
        _explain_places(points, centres, std, name, mistakes)
    tally = torch.bincount(nearest, minlength=count).double()
    missing = (tally == 0).nonzero().flatten().tolist()
    expect(not missing, f"{name}: {len(missing)} of {count} modes are never drawn.")
    reach = 6 * math.sqrt(n / count * (1 - 1 / count))
    expect(float((tally - n / count).abs().max()) <= reach, f"{name}: all modes must be equally likely.")
    repeats = float((nearest[1:] == nearest[:-1]).double().mean()) - 1 / count
    alone = count == 1 or (abs(repeats) <= 7 * math.sqrt((1 - 1 / count) / count / n) and tally.unique().numel() > 1)
    expect(alone, f"{name}: the modes come in a fixed order or number; each sample picks its own mode at random.")
    _judge_noise(points - centres[nearest], nearest, count, std, name)


def _explain_places(points: Tensor, centres: Tensor, std: float, name: str, mistakes: dict[str, Tensor]) -> None:
    def share(places: Tensor) -> float:
        return float(((points[:, None] - places).norm(dim=-1).min(1).values <= 6 * std).double().mean())

    for message, places in mistakes.items():
        expect(share(places) < 0.99, f"{name}: {message}")
    scale = float((points[:, None] - centres).norm(dim=-1).min(1).values.median()) / math.sqrt(2 * math.log(2))
    variance = abs(scale / math.sqrt(std) - 1) < 0.1
    expect(not variance, f"{name}: std is the standard deviation of the noise, not its variance.")
    expect(False, f"{name}: the samples do not lie around the modes.")


def _judge_noise(noise: Tensor, nearest: Tensor, count: int, std: float, name: str) -> None:
    n = len(noise)
    each = torch.bincount(nearest, minlength=count).double()[:, None]
    means = torch.zeros(count, 2, dtype=torch.float64).index_add_(0, nearest, noise) / each
    spread = (noise - means[nearest]).square().mean(0).sqrt()
    expect((spread > 1e-3 * std).all(), f"{name}: each sample needs its own noise, in both coordinates.")
    off = (spread / std - 1).abs().max() > 6 / math.sqrt(2 * n)
    expect(
        not off or (spread / std**2 - 1).abs().max() > 0.1,
        f"{name}: std is the standard deviation: multiply standard normal noise by std, not by its square.",
    )
    expect(
        not off,
        f"{name}: the noise must have standard deviation std = {std:.3f} in each coordinate, it has "
        f"{float(spread[0]):.3f} and {float(spread[1]):.3f}.",
    )
    expect(
        (means.abs() <= 6 * std / each.sqrt()).all(),
        f"{name}: the samples of each mode must have their mean at its centre.",
    )
    together = float((noise[:, 0] * noise[:, 1]).mean()) / std**2
    expect(abs(together) <= 6 / math.sqrt(n), f"{name}: the two coordinates share their noise; draw (n, 2) numbers.")
    for reach in (1.0, 2.0, 3.0) if n > 1000 else (1.0, 2.0):
        rate = 1 - math.exp(-(reach**2) / 2)
        inside = float((noise.norm(dim=1) <= reach * std).double().mean())
        right = abs(inside - rate) <= 6 * math.sqrt(rate * (1 - rate) / n)
        expect(right, f"{name}: the noise must be normal (torch.randn).")


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
