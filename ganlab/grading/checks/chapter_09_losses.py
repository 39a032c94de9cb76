"""Checks of chapter 09, the modern baseline: relativistic losses."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganlab.grading.checks.base import Answer, close, exercise, expect, expect_tensor

RELATIVISTIC = ("ganlab.LOSSES.relativistic",)


def _scores(rng: torch.Generator, count: int, scale: float = 1.5) -> tuple[Tensor, Tensor]:
    """Draw scores (B,), (B,) with different means, far from 0 together, and in no order."""
    level = 6 * torch.rand((), generator=rng) - 3
    real = level + scale * torch.randn(count, generator=rng) + torch.rand((), generator=rng)
    fake = level + scale * torch.randn(count, generator=rng)
    return real.requires_grad_(), fake.requires_grad_()


@exercise("09/relativistic_d", references=RELATIVISTIC)
def relativistic_d(answer: Answer, rng: torch.Generator) -> None:
    """Want mean softplus(s_fake − s_real), pair by pair, with gradients ∓σ(s_fake − s_real)/B."""
    for count in (6, 9, 1):
        real, fake = _scores(rng, count)
        got, gradients = answer.differentiate(real, fake)
        _compare(got, real.detach(), fake.detach(), "relativistic_d", "the discriminator", player=1)
        pull = torch.sigmoid(fake - real).detach() / count
        expect(
            close(gradients[0], -pull) and close(gradients[1], pull),
            "relativistic_d: right value, wrong gradient: the discriminator learns from both scores; detach neither.",
        )
    _compare_far(answer, rng, "relativistic_d", player=1)
    _compare_near(answer, rng, "relativistic_d", player=1)


@exercise("09/relativistic_g", references=RELATIVISTIC)
def relativistic_g(answer: Answer, rng: torch.Generator) -> None:
    """Want mean softplus(s_real − s_fake), pair by pair, with gradient −σ(s_real − s_fake)/B by s_fake."""
    for count in (7, 4, 1):
        real, fake = _scores(rng, count)
        got, gradients = answer.differentiate(real, fake)
        _compare(got, real.detach(), fake.detach(), "relativistic_g", "the generator", player=-1)
        pull = torch.sigmoid(real - fake).detach() / count
        # Where s_real is detached the generator still learns the same: real samples do not come from it.
        expect(
            close(gradients[1], -pull) and (gradients[0] is None or close(gradients[0], pull)),
            "relativistic_g: right value, wrong gradient: each fake score gets -sigmoid(s_real - s_fake) / B.",
        )
    _compare_far(answer, rng, "relativistic_g", player=-1)
    _compare_near(answer, rng, "relativistic_g", player=-1)


def _compare(got: object, real: Tensor, fake: Tensor, name: str, who: str, *, player: int) -> None:
    """Compare a loss with mean softplus(player · (fake − real)), and name the formula that gives a wrong value."""
    loss, gap = expect_tensor(got, (), name), player * (fake - real)
    if close(loss, softplus(gap).mean()):
        return
    expect(bool(loss.isfinite()), f"{name}: the loss is not finite on ordinary scores.")
    separate = {1: softplus(-real).mean() + softplus(fake).mean(), -1: softplus(-fake).mean()}[player]
    both = softplus(real).mean() + softplus(-fake).mean()
    mistakes = {
        f"the players are exchanged: {who} minimises this loss.": softplus(-gap).mean(),
        "take the mean over pairs, not the sum.": softplus(gap).sum(),
        "that is the ordinary loss, in which real and fake scores never meet; score differences go in.": separate,
        "that is an ordinary loss of both batches; score differences go into one softplus.": both,
        "softplus is taken of each pair's difference, then the mean: not of the difference of the means.": softplus(
            gap.mean()
        ),
        "each real score is paired with the fake score at its own place, not with all of them (B x B).": softplus(
            player * (fake[:, None] - real)
        ).mean(),
        "that is the averaged version (RaGAN): compare with the pair's own score, not with the batch's mean.": softplus(
            player * (fake.mean() - real)
        ).mean()
        + softplus(player * (fake - real.mean())).mean(),
        "that is half of the averaged version (RaGAN): compare with the pair's own score, not with the batch's mean.": (
            softplus(player * (fake.mean() - real)).mean() + softplus(player * (fake - real.mean())).mean()
        )
        / 2,
        "that is a Wasserstein loss: the softplus is missing.": gap.mean(),
        "that is a hinge: use softplus.": (1 + gap).relu().mean(),
        "that is the saturating side: a loss to be minimised is the mean of softplus, with a plus.": -softplus(
            -gap
        ).mean(),
        "that is relu, or nearly: use softplus as it is.": gap.relu().mean(),
        "the sign is turned: softplus with a plus, or minus logsigmoid.": -softplus(gap).mean(),
        "fake scores meet the mean real score; compare with the pair's own real score.": softplus(
            player * (fake - real.mean())
        ).mean(),
        "real scores meet the mean fake score; compare with the pair's own fake score.": softplus(
            player * (fake.mean() - real)
        ).mean(),
        "both orders of the pair are in it; one softplus a pair.": softplus(gap).mean() + softplus(-gap).mean(),
        "no factor 2.": 2 * softplus(gap).mean(),
        "no factor ½.": 0.5 * softplus(gap).mean(),
    }
    for message, value in mistakes.items():
        alike = len(real) == 1 and ("mean" in message or "pair" in message)
        expect(alike or not close(loss, value), f"{name}: {message}")
    sign = "s_fake - s_real" if player == 1 else "s_real - s_fake"
    expect(False, f"{name}: expected the mean of softplus({sign}) over the pairs, {softplus(gap).mean():.4f}.")


def _compare_near(answer: Answer, rng: torch.Generator, name: str, *, player: int) -> None:
    """Equal scores, where a softplus put together from pieces has a kink, and differences of 3 to 12, both ways."""
    steps = 3 + torch.arange(8.0) + torch.rand(8, generator=rng)
    real = torch.randn(10, generator=rng)
    fake = real + torch.cat([torch.zeros(2), steps * torch.tensor([1.0, -1.0]).repeat(4)])
    got, gradients = answer.differentiate(real.clone().requires_grad_(), fake.clone().requires_grad_())
    gap = player * (fake - real)
    expect(
        close(expect_tensor(got, (), name), softplus(gap).mean(), tolerance=1e-5),
        f"{name}: inexact at score differences of 3 to 11: use softplus as it is, without a threshold of your own.",
    )
    pull = player * torch.sigmoid(gap) / len(gap)
    reached = [(1, pull), *([(0, -pull)] if gradients[0] is not None else [])]
    expect(
        all(close(gradients[k][:2], want[:2]) for k, want in reached),
        f"{name}: the gradient is wrong where s_real equals s_fake (there it is ½/B, up to the sign).",
    )
    expect(
        all(close(gradients[k], want, tolerance=1e-5) for k, want in reached),
        f"{name}: the gradient is inexact at score differences of 3 to 11: use softplus as it is, and clamp nothing.",
    )


def _compare_far(answer: Answer, rng: torch.Generator, name: str, *, player: int) -> None:
    """Differences of ±120 to ±300, where exp overflows and a sigmoid is 0; then a common shift."""
    wide = (120 + 180 * torch.rand(4, generator=rng)) * torch.tensor([1.0, -1.0, 1.0, -1.0])
    real = torch.randn(4, generator=rng)
    for fake in (real + wide, real - wide):
        leaf_r, leaf_f = real.clone().requires_grad_(), fake.clone().requires_grad_()
        got, gradients = answer.differentiate(leaf_r, leaf_f)
        loss, gap = expect_tensor(got, (), name), player * (fake - real)
        finite = bool(loss.isfinite()) and close(loss / 100, softplus(gap).mean() / 100)
        expect(
            finite,
            f"{name}: wrong at score differences above 100: use softplus (or logsigmoid), not log(sigmoid(...)).",
        )
        pull = player * torch.sigmoid(gap) / 4
        expect(
            close(gradients[1], pull) and (gradients[0] is None or close(gradients[0], -pull)),
            f"{name}: the gradient is wrong at score differences above 100: use softplus, and clamp nothing.",
        )
    real, fake = (scores.detach() for scores in _scores(rng, 8))
    shift = 50 + 20 * torch.rand((), generator=rng)
    apart = float(answer(real + shift, fake + shift)) - float(answer(real, fake))
    expect(abs(apart) < 1e-3, f"{name}: adding one number to all scores must not change the loss; only gaps count.")
