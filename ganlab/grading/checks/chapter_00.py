"""Checks of chapter 00, the instruments: two samplers."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, exercise, expect, expect_tensor
from ganlab.grading.checks.draws import draw_pairs

SAMPLERS = ("ganlab.ring", "ganlab.grid", "ganlab.Mixture")
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
    even = n > 1000 and tally.unique().numel() == 1  # of a few hundred, four modes now and then get equal shares
    alone = count == 1 or (abs(repeats) <= 7 * math.sqrt((1 - 1 / count) / count / n) and not even)
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
