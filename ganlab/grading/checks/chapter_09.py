"""Checks of chapter 09, the modern baseline: the penalty on generated samples, packing."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, close, exercise, expect, expect_tensor
from ganlab.grading.checks.critics import Bowl, draw_bowl


@exercise("09/r2_penalty", references=("ganlab.objectives.penalties", "ganlab.PENALTIES"))
def r2_penalty(answer: Answer, rng: torch.Generator) -> None:
    """Want ½ mean ‖∇D(fake)‖² from (critic, real, fake): a linear critic first, then bowls whose norms differ."""
    _linear(answer, rng)
    for shape, column in (((7, 2), False), ((5, 2, 3, 2), False), ((6, 3), True), ((4, 4), False), ((1, 2), False)):
        critic = draw_bowl(torch.Size(shape[1:]).numel(), rng, column=column, shape=shape[1:])
        real, fake = torch.randn(2, *shape, generator=rng)
        # Samples that carry a gradient, as they do where they come straight from a generator; but not always.
        carries = shape[0] != 4
        got, gradients = answer.differentiate(critic, real, fake.clone().requires_grad_(carries))
        expect(answer.calls[0] > 0, "r2_penalty: the critic was not called.")
        want = 0.5 * critic.gradient(fake).square().sum(1).mean()
        if not close(expect_tensor(got, (), "r2_penalty"), want):
            _explain_r2(got, critic, real, fake)
        expect(
            carries or gradients[2] is None,
            "r2_penalty: fake came without requires_grad and leaves with it: mark a tensor of your own, fake.detach().",
        )
        _explain_gradients(gradients, critic, want)
    _flat(answer, rng)


def _linear(answer: Answer, rng: torch.Generator) -> None:
    """A linear critic w·x has R2 = ½‖w‖² wherever its samples lie."""
    features = 3
    slope = torch.randn(features, generator=rng) + 1
    critic = Bowl(torch.zeros(features, features), slope)
    real, fake = torch.randn(2, 5, features, generator=rng)
    got, squared = expect_tensor(answer(critic, real, fake), (), "r2_penalty"), slope.square().sum()
    if close(got, 0.5 * squared):
        return
    expect(
        not close(got, squared),
        "r2_penalty: ‖w‖² on a linear critic w·x, where R2 = ½‖w‖²: the factor ½ is missing, or R1 is added.",
    )
    expect(
        not close(got, 0.25 * squared),
        "r2_penalty: ¼‖w‖² on a linear critic w·x, where R2 = ½‖w‖²: halve once, and after the square.",
    )
    expect(not close(got, -0.5 * squared), "r2_penalty: a penalty is added to the loss: no minus.")
    expect(
        not close(got, 0.5 * (squared.sqrt() - 1) ** 2) and not close(got, (squared.sqrt() - 1) ** 2),
        "r2_penalty: it pulls the norm to 1, as WGAN-GP does; R2 pulls it to 0.",
    )
    norm = squared.sqrt()
    expect(not close(got, 0.5 * norm) and not close(got, norm), "r2_penalty: square the norm.")
    expect(
        not close(got, 0.5 * squared / features),
        "r2_penalty: sum the squares over a sample's features; the mean is over samples only.",
    )
    expect(not close(got, 0.5 * 5 * squared), "r2_penalty: take the mean over samples, not the sum.")


def _flat(answer: Answer, rng: torch.Generator) -> None:
    """A dead critic has slope 0: so has its penalty, where a square root would have the gradient NaN."""
    critic = Bowl(torch.zeros(2, 2), torch.zeros(2))
    got, gradients = answer.differentiate(critic, *torch.randn(2, 3, 2, generator=rng))
    expect(
        close(expect_tensor(got, (), "r2_penalty"), 0.0),
        "r2_penalty: a critic with the same score everywhere has slope 0, and penalty 0.",
    )
    expect(
        all(bool(found.isfinite().all()) for found in gradients[0].values() if found is not None),
        "r2_penalty: its gradient is NaN where the critic is flat, as a square root's is at 0: take no root at all.",
    )


def _explain_gradients(gradients: list[Any], critic: Bowl, want: Tensor) -> None:
    """Want the gradient by the critic's parameters, and none by the fake samples."""
    names = [name for name, _ in critic.named_parameters()]
    expected = dict(zip(names, torch.autograd.grad(want, list(critic.parameters())), strict=True))
    for name in names:
        expect(name in gradients[0], "r2_penalty: it freezes the critic's parameters: leave the critic as it is.")
        expect(
            gradients[0][name] is not None,
            "r2_penalty: its value does not depend on the critic's parameters: pass create_graph=True.",
        )
        expect(
            close(gradients[0][name], expected[name]),
            "r2_penalty: right value, wrong gradient by the critic's parameters: detach nothing on the way.",
        )
    expect(
        gradients[2] is None or not bool(gradients[2].any()),
        "r2_penalty: a gradient flows back into the fake samples, and so to G: work on fake.detach().",
    )


def _explain_r2(got: Tensor, critic: Bowl, real: Tensor, fake: Tensor) -> None:
    """Name the formula that gives the wrong value."""
    slopes, at_real = critic.gradient(fake).detach(), critic.gradient(real).detach()
    norms, count = slopes.norm(dim=1), len(fake)
    r1, r2 = 0.5 * at_real.square().sum(1).mean(), 0.5 * norms.square().mean()
    middle = critic.gradient(0.5 * (real + fake)).detach()
    mistakes = {
        "that is R1, on the real samples; R2 looks at the fake ones.": r1,
        "that is R1 + R2; write R2 alone.": r1 + r2,
        "the gradient is taken between real and fake samples; R2 looks at the fake ones.": 0.5
        * middle.square().sum(1).mean(),
        "the factor ½ is missing.": 2 * r2,
        "square each sample's norm before the mean: the mean of squares, not the square of the mean.": 0.5
        * norms.mean() ** 2,
        "norms are of one sample each: that is the gradient of the batch's mean score (divided by B twice).": r2
        / count**2,
        "that is the square of the mean gradient; take each sample's norm first.": 0.5 * slopes.mean(0).square().sum(),
        "sum the squares over all of a sample's features; the mean is over samples only.": 0.5 * slopes.square().mean(),
        "take the mean over samples, not the sum.": r2 * count,
        "square the norm.": 0.5 * norms.mean(),
        "it pulls the norm to 1, as WGAN-GP does; R2 pulls it to 0.": 0.5 * (norms - 1).square().mean(),
    }
    for message, value in mistakes.items():
        expect(count == 1 or not close(got, value), f"r2_penalty: {message}")
    # Sums over some axes and a mean over the others, on images.
    parts = [float(r2) / size for size in (*fake.shape[1:], fake[0].numel() / fake.shape[-1], fake[0, 0].numel())]
    expect(
        fake.dim() == 2 or not any(close(got, part) for part in parts),
        f"r2_penalty: wrong on samples {tuple(fake.shape)}: the norm runs over all axes but the batch's; flatten(1).",
    )
    expect(
        False,
        f"r2_penalty: wrong on samples {tuple(fake.shape)}: expected half the mean over fake samples of the squared "
        "norm of the critic's gradient.",
    )


@exercise("09/pack", references=("ganlab.nets.Pack", "ganlab.nets.minibatch.Pack"))
def pack(answer: Answer, rng: torch.Generator) -> None:
    """Want consecutive samples joined along the axis behind the batch, and batches that do not divide refused."""
    points = (((6, 2), 2), ((6, 2), 3), ((4, 4), 2), ((12, 5), 4), ((3, 2), 3), ((5, 3), 1), ((1, 2), 1))
    images = (((6, 3, 4, 4), 2), ((8, 1, 2, 5), 4), ((4, 3, 7), 2), ((9, 3, 3, 3), 3))
    refused = (((7, 2), 2), ((8, 3), 3), ((5, 3, 2, 2), 2), ((2, 2), 4), ((6, 2), 4))
    cases: tuple[tuple[tuple[int, ...], int], ...] = (*points, *images)
    for shape, m in cases:
        _one_pack(answer, torch.randn(shape, generator=rng), m)
    odd: tuple[tuple[tuple[int, ...], int], ...] = refused
    for shape, m in odd:
        raised = answer.raises(torch.randn(shape, generator=rng), m)
        expect(raised is not None, f"pack: {shape[0]} samples do not divide into packs of {m}: raise a ValueError.")
        assert raised is not None
        expect(raised.type != "NotImplementedError", "pack is not written yet.")
        expect(
            raised.type == "ValueError",
            f"pack: {shape[0]} samples with m={m} must raise a ValueError of your own, it raised {raised.type}.",
        )
    leaf = torch.randn(6, 2, generator=rng).requires_grad_()
    gradient = answer.differentiate(leaf, 2).gradients[0]
    expect(close(gradient, torch.ones(6, 2)), "pack: gradients must pass through to the samples: detach nothing.")


def _one_pack(answer: Answer, x: Tensor, m: int) -> None:
    batch, features, *rest = x.shape
    raised = answer.raises(x, m)
    expect(
        raised is None or raised.type == "NotImplementedError",
        f"pack: samples {tuple(x.shape)} divide into packs of m={m}, and yet it raised {raised and ': '.join(raised)}",
    )
    got = expect_tensor(answer(x, m), (batch // m, m * features, *rest), f"pack of {tuple(x.shape)} with m={m}")
    want = torch.stack([torch.cat(list(x[k : k + m])) for k in range(0, batch, m)])
    if close(got, want, tolerance=1e-6):
        return
    strided = torch.cat(x.split(batch // m), 1)
    expect(
        not close(got, strided, tolerance=1e-6),
        "pack: samples far apart are packed together; pack k holds the consecutive samples k·m ... k·m + m - 1.",
    )
    interleaved = torch.stack([torch.stack(list(x[k : k + m]), 1).flatten(0, 1) for k in range(0, batch, m)])
    expect(
        not close(got, interleaved, tolerance=1e-6),
        "pack: features are interleaved; each sample's features stay together, one sample after the other.",
    )
    expect(
        False,
        f"pack: right shape, wrong numbers on {tuple(x.shape)} with m={m}: pack k holds the samples "
        "k·m ... k·m + m - 1, in this order.",
    )
