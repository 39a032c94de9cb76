"""Checks of chapter 01, the game: the losses of both players from logits, and one alternating step."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganlab.grading.checks.base import Answer, close, exercise, expect, expect_tensor
from ganlab.grading.checks.steps import Trial, explain_step, play

LOSSES = ("ganlab.LOSSES", "ganlab.label_smoothing")
FAR = 120.0


def _scores(rng: torch.Generator, *shape: int) -> Tensor:
    """Draw scores with a mean that is not 0, so that neither signs nor sums hide."""
    return 2.0 * torch.randn(*shape, generator=rng) + 1.5 * torch.rand((), generator=rng) + 0.5


@exercise("01/d_loss", references=LOSSES)
def d_loss(answer: Answer, rng: torch.Generator) -> None:
    """Want mean softplus(−s_real) + mean softplus(s_fake): value, both gradients, and both again at ±120."""
    for real_shape, fake_shape in (((6,), (6,)), ((7, 1), (4, 1)), ((5, 1), (5, 1)), ((1,), (1,)), ((3, 2), (4,))):
        real, fake = _scores(rng, *real_shape).requires_grad_(), (-_scores(rng, *fake_shape)).requires_grad_()
        got, gradients = answer.differentiate(real, fake)
        loss = float(expect_tensor(got, (), "d_loss"))
        r, f = real.detach(), fake.detach()
        want = float(softplus(-r).mean() + softplus(f).mean())
        if not close(loss, want):
            _explain_d(loss, want, r, f)
        wanted = (-torch.sigmoid(-r) / r.numel(), torch.sigmoid(f) / f.numel())
        _want_gradients("d_loss", gradients, wanted, ("real", "fake"))
    for sign_real, sign_fake in ((-1, 1), (1, 1), (-1, -1), (1, -1)):
        real = (sign_real * FAR * torch.ones(4)).requires_grad_()
        fake = (sign_fake * FAR * torch.ones(4)).requires_grad_()
        wanted = (-torch.sigmoid(-real.detach()) / 4, torch.sigmoid(fake.detach()) / 4)
        want = float(softplus(-real.detach()).mean() + softplus(fake.detach()).mean())
        _far_away(answer, (real, fake), want, wanted, "d_loss")


def _explain_d(loss: float, want: float, r: Tensor, f: Tensor) -> None:
    real, fake = float(softplus(-r).mean()), float(softplus(f).mean())
    mistakes = {
        "the labels are exchanged: D wants real scores high and generated scores low.": float(
            softplus(r).mean() + softplus(-f).mean()
        ),
        "the sign is turned: D minimises its loss.": -want,
        "the term of the generated samples is missing.": real,
        "the term of the real samples is missing.": fake,
        "it is the sum of the two means, not half of it.": want / 2,
        "it is the sum of two means, not one mean over all scores.": float(
            torch.cat((softplus(-r).flatten(), softplus(f).flatten())).mean()
        ),
        "take means over the batch, not sums.": float(softplus(-r).sum() + softplus(f).sum()),
        "scores are logits: do not apply the sigmoid before a loss that contains it.": float(
            softplus(-torch.sigmoid(r)).mean() + softplus(torch.sigmoid(f)).mean()
        ),
        "generated samples are wanted low: log(1 - σ(s)) is -softplus(s).": float(
            softplus(-r).mean() + softplus(-f).mean()
        ),
        "both terms must not share one direction: real scores are wanted high.": float(
            softplus(r).mean() + softplus(f).mean()
        ),
        "the two terms are added, not subtracted.": real - fake,
    }
    for message, value in mistakes.items():
        expect(not close(loss, value), f"d_loss: {message}")
    expect(
        False,
        f"d_loss: expected mean softplus(-s_real) + mean softplus(s_fake) = {want:.4f}, got {loss:.4f}, for scores of "
        f"shape {tuple(r.shape)} and {tuple(f.shape)}.",
    )


def _want_gradients(name: str, got: list[Tensor | None], wanted: tuple[Tensor, ...], whose: tuple[str, ...]) -> None:
    for gradient, want, scores in zip(got, wanted, whose, strict=True):
        expect(
            gradient is not None and bool(gradient.any()),
            f"{name}: right value, but no gradient reaches the {scores} scores: detach nothing, use no .item().",
        )
        expect(close(gradient, want), f"{name}: right value, wrong gradient by the {scores} scores.")


def _far_away(answer: Answer, scores: tuple[Tensor, ...], want: float, wanted: tuple[Tensor, ...], name: str) -> None:
    """Scores of ±120: finite, right, and with a gradient."""
    got, gradients = answer.differentiate(*scores)
    loss = float(expect_tensor(got, (), name))
    at = " and ".join(f"{float(part.detach()[0]):g}" for part in scores)
    expect(
        torch.tensor(loss).isfinite(),
        f"{name} is {loss:g} at scores of {at}: σ(s) is exactly 0 or 1 there, and e^120 infinite; use softplus on "
        "the logits.",
    )
    expect(
        close(loss, want, tolerance=1e-3),
        f"{name} is {loss:.4g} at scores of {at}, and must be {want:.4g}: a small number inside the logarithm, or a "
        "clamp, does not repair it; use softplus.",
    )
    for gradient, right in zip(gradients, wanted, strict=True):
        finite = gradient is not None and bool(gradient.isfinite().all())
        expect(finite, f"{name}: its gradient is not finite at scores of {at}; use softplus on the logits.")
        expect(
            close(gradient, right),
            f"{name}: at scores of {at} its gradient must be {float(right[0]):.3g} for each score, it is "
            f"{float(gradient[0]):.3g}: a clamp has no slope; use softplus.",
        )


@exercise("01/g_loss_saturating", references=LOSSES)
def g_loss_saturating(answer: Answer, rng: torch.Generator) -> None:
    """Want mean log(1 − σ(s)) = −mean softplus(s), with gradient −σ(s)/B."""
    _generator_loss(answer, rng, "g_loss_saturating", saturating=True)


@exercise("01/g_loss_nonsaturating", references=LOSSES)
def g_loss_nonsaturating(answer: Answer, rng: torch.Generator) -> None:
    """Want −mean log σ(s) = mean softplus(−s), with gradient −σ(−s)/B."""
    _generator_loss(answer, rng, "g_loss_nonsaturating", saturating=False)


def _generator_loss(answer: Answer, rng: torch.Generator, name: str, *, saturating: bool) -> None:
    def value(scores: Tensor) -> Tensor:
        return -softplus(scores).mean() if saturating else softplus(-scores).mean()

    def slope(scores: Tensor) -> Tensor:
        return -torch.sigmoid(scores if saturating else -scores) / scores.numel()

    for sign, shape in ((1, (6,)), (-1, (5, 1)), (1, (1,)), (-1, (3, 3))):
        fake = (sign * _scores(rng, *shape)).requires_grad_()
        got, gradients = answer.differentiate(fake)
        loss, s = float(expect_tensor(got, (), name)), fake.detach()
        if not close(loss, float(value(s))):
            _explain_g(loss, float(value(s)), s, name, saturating=saturating)
        _want_gradients(name, gradients, (slope(s),), ("generated",))
    for sign in (-1, 1):
        fake = (sign * FAR * torch.ones(4)).requires_grad_()
        _far_away(answer, (fake,), float(value(fake.detach())), (slope(fake.detach()),), name)


def _explain_g(loss: float, want: float, s: Tensor, name: str, *, saturating: bool) -> None:
    other = float((softplus(-s) if saturating else -softplus(s)).mean())
    kind = "non-saturating" if saturating else "saturating"
    mistakes = {
        "the sign is turned: G minimises, and wants its scores high.": -want,
        f"that is the {kind} loss, the other one.": other,
        f"that is the {kind} loss with its sign turned.": -other,
        "take the mean over the batch, not the sum.": want * s.numel(),
        "scores are logits: do not apply the sigmoid twice.": float(
            (-softplus(torch.sigmoid(s)) if saturating else softplus(-torch.sigmoid(s))).mean()
        ),
        "that is the Wasserstein loss: take the logarithm of σ.": -float(s.mean()),
        "the logarithm is missing.": float((1 - torch.sigmoid(s)).mean()),
    }
    for message, value in mistakes.items():
        expect(s.numel() == 1 or not close(loss, value), f"{name}: {message}")
    formula = "-mean softplus(s)" if saturating else "mean softplus(-s)"
    expect(False, f"{name}: expected {formula} = {want:.4f}, got {loss:.4f}, for scores of shape {tuple(s.shape)}.")


@exercise("01/alternating_step", references=(*LOSSES, "ganlab.train"))
def alternating_step(answer: Answer, rng: torch.Generator) -> None:
    """Play three steps of plain gradient descent with known gradients, from players with gradients left over."""
    for batch, latent, dim in ((6, 3, 2), (1, 2, 3), (4, 4, 4)):
        trial = Trial.draw(rng, batch, latent, dim, steps=3)
        explain_step(answer.through(play, *trial), trial)
