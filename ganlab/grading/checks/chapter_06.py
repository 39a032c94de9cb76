"""Checks of chapter 06, the Wasserstein critic: its two losses, interpolates, the gradient penalty."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganlab.grading.checks.base import Answer, close, exercise, expect, expect_tensor
from ganlab.grading.checks.critics import Bowl, draw_bowl


def _scores(rng: torch.Generator, count: int, level: float = 0.0) -> Tensor:
    """Draw scores (count,) far from 0 on one side, so that means, medians and squashed values differ."""
    return level + 3 * torch.randn(count, generator=rng) + 4 * torch.rand((), generator=rng) - 1


@exercise("06/critic_loss", references=("ganlab.LOSSES.wasserstein",))
def critic_loss(answer: Answer, rng: torch.Generator) -> None:
    """Want mean s_fake − mean s_real from scores (N,) and (M,), with gradients −1/N and 1/M."""
    # A critic's scores have no zero of their own: large means, alike or apart, of either sign.
    far = ((5, 3, 60, 60), (4, 6, -70, 80), (3, 5, 90, -50), (4, 6, -7000, 8000), (6, 4, 9000, -5000))
    cases = ((6, 6, 0, 0), (7, 4, 0, 0), (1, 1, 0, 0), *far)
    for n, m, above, below in cases:
        real, fake = _scores(rng, n, above).requires_grad_(), _scores(rng, m, below).requires_grad_()
        got, gradients = answer.differentiate(real, fake)
        loss = float(expect_tensor(got, (), "critic_loss"))
        want = float((fake.mean() - real.mean()).detach())
        if not close(loss, want):
            _explain_critic(loss, want, real.detach(), fake.detach())
        right = close(gradients[0], torch.full((n,), -1 / n)) and close(gradients[1], torch.full((m,), 1 / m))
        expect(right, "critic_loss: its gradient is -1/N for each real and 1/M for each fake score: detach nothing.")


def _explain_critic(loss: float, want: float, real: Tensor, fake: Tensor) -> None:
    expect(
        not close(loss, -want),
        "critic_loss: the sign is turned: the critic minimises, and wants real scores higher than fake ones.",
    )
    expect(not close(loss, abs(want)), "critic_loss: no absolute value: the loss may well be negative.")
    total = float(fake.sum() - real.sum())
    expect(not close(loss, total), "critic_loss: take means over the batch, not sums.")
    entropy = float(softplus(-real).mean() + softplus(fake).mean())
    expect(not close(loss, entropy), "critic_loss: that is cross-entropy; a Wasserstein critic's scores go in as is.")
    expect(not close(loss, want / 2), "critic_loss: no factor ½: it is the difference of the two means itself.")
    expect(
        abs(want) < 1000,
        "critic_loss: right for small scores, wrong for large ones: scores may be of any size; clamp nothing.",
    )
    expect(False, f"critic_loss: expected mean(s_fake) - mean(s_real) = {want:.4f}, got {loss:.4f}.")


@exercise("06/generator_loss", references=("ganlab.LOSSES.wasserstein",))
def generator_loss(answer: Answer, rng: torch.Generator) -> None:
    """Want −mean s_fake from scores (M,), with gradient −1/M."""
    for m, level in ((6, 0), (5, 0), (1, 0), (4, 80), (7, -90), (5, 8000), (4, -9000)):
        fake = _scores(rng, m, level).requires_grad_()
        got, (gradient,) = answer.differentiate(fake)
        loss, want = float(expect_tensor(got, (), "generator_loss")), -float(fake.detach().mean())
        expect(
            close(loss, want) or not close(loss, -want),
            "generator_loss: the sign is turned: the generator minimises, and wants its scores high.",
        )
        scores = fake.detach()
        logs = (float(softplus(-scores).mean()), -float(softplus(scores).mean()))
        expect(
            close(loss, want) or not any(close(loss, value) for value in logs),
            "generator_loss: that is a loss of probabilities; a Wasserstein critic's scores go in as is.",
        )
        expect(
            close(loss, want) or not close(loss, m * want),
            "generator_loss: take the mean over the batch, not the sum.",
        )
        expect(
            close(loss, want) or abs(level) < 1000,
            "generator_loss: right for small scores, wrong for large ones: scores may be of any size; clamp nothing.",
        )
        expect(close(loss, want), f"generator_loss: expected -mean(s_fake) = {want:.4f}, got {loss:.4f}.")
        right = close(gradient, torch.full((m,), -1 / m))
        expect(right, "generator_loss: its gradient is -1/M for each score: detach nothing.")


@exercise("06/interpolates", references=("ganlab.objectives.penalties.wgan_gp",))
def interpolates(answer: Answer, rng: torch.Generator) -> None:
    """Want ε x + (1 − ε) x̃ from points (B, 2) and images (B, C, H, W), eps (B,)."""
    for shape in ((5, 2), (4, 3, 2, 5), (2, 2), (1, 1, 4, 4), (6, 6)):
        real, fake = torch.randn(2, *shape, generator=rng)
        eps = torch.rand(shape[0], generator=rng)
        got = expect_tensor(answer(real, fake, eps), shape, "interpolates")
        mix = eps.view(-1, *[1] * (len(shape) - 1))
        if close(got, mix * real + (1 - mix) * fake):
            continue
        expect(
            not close(got, (1 - mix) * real + mix * fake),
            "interpolates: real and fake are exchanged: eps = 1 gives the real sample.",
        )
        expect(
            not close(got, eps[0] * real + (1 - eps[0]) * fake) or shape[0] == 1,
            "interpolates: one eps for the whole batch; each sample has its own.",
        )
        along = shape[-1] == shape[0] and close(got, eps * real + (1 - eps) * fake)
        expect(not along, "interpolates: eps runs along the features; give it one axis for each of theirs.")
        expect(False, "interpolates: expected eps * real + (1 - eps) * fake, with each sample's own eps.")


@exercise("06/gradient_penalty", references=("ganlab.objectives.penalties", "ganlab.PENALTIES"))
def gradient_penalty(answer: Answer, rng: torch.Generator) -> None:
    """Want mean (‖∇D(x̂)‖ − 1)² from (critic, real, fake, eps), on critics whose gradient is known.

    Value first, then its gradient by the critic's parameters, which needs second-order gradients, and none by the
    samples. The last critics are linear, (‖w‖ − 1)², and very steep.
    """
    cases = (((7, 2), False), ((5, 2, 3, 2), False), ((6, 3), True), ((1, 2), False), ((4, 3), False), ((8, 2), True))
    for shape, column in cases:
        critic = draw_bowl(torch.Size(shape[1:]).numel(), rng, column=column, shape=shape[1:])
        if shape == (4, 3):
            critic = Bowl(torch.zeros(3, 3), 2 * critic.slope, column, shape[1:])
        if shape == (8, 2):
            critic = Bowl(200 * critic.matrix, 200 * critic.slope, column, shape[1:])
        real, fake = torch.randn(2, *shape, generator=rng)
        eps = torch.rand(shape[0], generator=rng)
        mix = eps.view(-1, *[1] * (len(shape) - 1))
        slopes = critic.gradient(mix * real + (1 - mix) * fake)
        want = (slopes.norm(dim=1) - 1).square().mean()
        got = expect_tensor(answer(critic, real, fake, eps), (), "gradient_penalty")
        expect(answer.calls[0] > 0, "gradient_penalty: the critic was not called.")
        if not close(got, want):
            _explain_penalty(got, slopes.detach(), critic, real, fake, mix)
        _, gradients = answer.differentiate(critic, real, fake, eps)
        for name, expected in _by_parameter(want, critic).items():
            expect(
                gradients[0].get(name) is not None,
                "gradient_penalty: its value does not depend on the critic's parameters: pass create_graph=True.",
            )
            expect(
                close(gradients[0][name], expected),
                "gradient_penalty: right value, wrong gradient by the critic's parameters: detach nothing behind the "
                "interpolates.",
            )
        _, gradients = answer.differentiate(critic, real.requires_grad_(), fake.requires_grad_(), eps)
        silent = all(gradient is None or not bool(gradient.any()) for gradient in gradients[1:3])
        expect(
            silent,
            "gradient_penalty: its gradient reaches the samples, and through the fake ones the generator: detach real "
            "and fake first.",
        )


def _by_parameter(loss: Tensor, critic: Bowl) -> dict[str, Tensor]:
    names = [name for name, _ in critic.named_parameters()]
    return dict(zip(names, torch.autograd.grad(loss, list(critic.parameters())), strict=True))


def _explain_penalty(got: Tensor, slopes: Tensor, critic: Bowl, real: Tensor, fake: Tensor, mix: Tensor) -> None:
    """Name the formula that gives the wrong value."""
    norms = slopes.norm(dim=1)

    def penalty(points: Tensor) -> Tensor:
        return (critic.gradient(points).detach().norm(dim=1) - 1).square().mean()

    mistakes = {
        "norms are of one sample each: sum the squares over all feature axes.": (slopes.flatten().norm() - 1) ** 2,
        "squares of the norm minus 1, not of the squared norm.": (norms.square() - 1).square().mean(),
        "the target 1 is missing.": norms.square().mean(),
        "take the mean over samples, not the sum.": (norms - 1).square().sum(),
        "it penalises norms below 1 too (two-sided).": (norms - 1).clamp(min=0).square().mean(),
        "square each difference before the mean.": (norms.mean() - 1) ** 2,
        "square the difference; an absolute value is another penalty.": (norms - 1).abs().mean(),
        "no factor ½: the penalty is the mean square itself.": 0.5 * (norms - 1).square().mean(),
        "leave λ out: `train` multiplies by it.": 10 * (norms - 1).square().mean(),
        "a penalty is added, so it is never negative.": -(norms - 1).square().mean(),
        "the norm is Euclidean: the root of the sum of squares, not the sum of absolute values.": (
            (slopes.abs().sum(1) - 1).square().mean()
        ),
        "the norm sums the squares over the features; it takes no mean of them.": (
            (slopes.square().mean(1).sqrt() - 1).square().mean()
        ),
        "norms are of one sample each, over all its features, not of one feature over the batch.": (
            (slopes.norm(dim=0) - 1).square().mean()
        ),
        "norms are over all features of a sample: flatten images to (B, features) first.": (
            (slopes.reshape(real.shape).norm(dim=1) - 1).square().mean()
        ),
        "the norm is over all features of a sample, not over the last axis only.": (
            (slopes.reshape(real.shape).norm(dim=-1) - 1).square().mean()
        ),
        "differentiate the sum of the scores; the mean makes each gradient B times too small.": (
            (norms / len(norms) - 1).square().mean()
        ),
        "one eps for the whole batch; each sample has its own.": penalty(mix[:1] * real + (1 - mix[:1]) * fake),
        "the points are at eps, not always halfway.": penalty(0.5 * real + 0.5 * fake),
        "the gradient is taken at the interpolates, not at the real samples.": penalty(real),
        "the gradient is taken at the interpolates, not at the fake samples.": penalty(fake),
        "real and fake are exchanged: eps = 1 gives the real sample.": penalty((1 - mix) * real + mix * fake),
    }
    for message, value in mistakes.items():
        expect(len(norms) == 1 or not close(got, value), f"gradient_penalty: {message}")
    expect(False, "gradient_penalty: expected the mean of (norm - 1)² of each sample's gradient at its interpolate.")
