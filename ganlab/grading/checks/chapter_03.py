"""Checks of chapter 03, vanishing gradients: the norm of the generator's gradient, the fix, the fall in decades."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganlab.grading.checks.base import Answer, close, exercise, expect, expect_tensor, kind_of
from ganlab.grading.checks.decades import explain_decades
from ganlab.grading.checks.players import BatchLoss, Seasoned, Tempered, second_time
from ganlab.objectives import LOSSES


def _players(latent: int, dim: int, hidden: int, rng: torch.Generator, level: float) -> tuple[nn.Module, nn.Module]:
    """Draw a generator and a discriminator (B, 1) whose scores of fakes lie around `level`."""
    first = nn.Sequential(nn.Linear(latent, hidden), nn.LayerNorm(hidden), nn.Tanh())
    g = nn.Sequential(first, Tempered(), nn.Linear(hidden, dim))
    last = nn.Linear(hidden + 3, 1)
    d = nn.Sequential(nn.Linear(dim, hidden + 3), nn.LeakyReLU(0.2), Tempered(), last)
    with torch.no_grad():
        for weight in (*g.parameters(), *d.parameters()):
            weight.copy_(0.6 * torch.randn(weight.shape, generator=rng))
        last.bias.fill_(level)
    return Seasoned(g), Seasoned(d)


def _slopes(g: nn.Module, d: nn.Module, latents: Tensor, name: str, by: nn.Module) -> list[Tensor]:
    scores = d(g(latents)).squeeze(1)
    return list(torch.autograd.grad(LOSSES[name].g(scores, scores), list(by.parameters())))


def _norm(slopes: list[Tensor]) -> float:
    return math.sqrt(sum(float(slope.double().square().sum()) for slope in slopes))


def _near(got: float, want: float) -> bool:
    return abs(got - want) <= 1e-3 * abs(want)


@exercise("03/gradient_norm")
def gradient_norm(answer: Answer, rng: torch.Generator) -> None:
    """Compare with autograd on drawn networks with old gradients: four losses, a batch of one, scores far below 0."""
    cases = (
        ("saturating", 3, 2, 5, 40, 0.3),
        ("nonsaturating", 2, 4, 6, 25, -0.5),
        ("least_squares", 4, 4, 4, 4, 1.0),
        ("wasserstein", 1, 3, 7, 30, 0.0),
        ("saturating", 2, 2, 5, 32, -18.0),
        ("nonsaturating", 2, 2, 5, 1, -9.0),
    )
    for name, latent, dim, hidden, batch, level in cases:
        g, d = _players(latent, dim, hidden, rng, level)
        latents = torch.randn(batch, latent, generator=rng) + 0.4
        got = _number(answer(g, d, latents, BatchLoss(name)))
        expect(
            min(answer.calls[:2]) > 0 and answer.calls[3] > 0,
            "gradient_norm: generator, discriminator and g_loss must all be called: g_loss(s, s) of s = D(G(z)).",
        )
        slopes = _slopes(g, d, latents, name, g)
        if not _near(got, _norm(slopes)):
            _explain_norm(got, slopes, g, d, latents, name)
    g, d = _players(2, 3, 5, rng, 0.2)
    latents = torch.randn(20, 2, generator=rng)
    again = answer.through(second_time, g, d, latents, BatchLoss("nonsaturating"))
    expect(
        _near(_number(again), _norm(_slopes(g, d, latents, "nonsaturating", g))),
        "gradient_norm: called twice with the same networks it gives two numbers: measure only, and leave the weights, "
        "and whether the networks train or evaluate, as they are.",
    )


def _in_linear(g: nn.Module) -> list[bool]:
    """Say of each parameter whether it belongs to a linear layer."""
    linear = {id(weight) for layer in g.modules() if isinstance(layer, nn.Linear) for weight in layer.parameters()}
    return [id(weight) in linear for weight in g.parameters()]


def _number(value: object) -> float:
    if isinstance(value, Tensor):
        expect(value.shape == (), f"gradient_norm must give one number, shape (), got shape {tuple(value.shape)}.")
        return float(value.detach())
    right = isinstance(value, int | float) or type(value).__module__ == "numpy"
    expect(right, f"gradient_norm must give one number, got {kind_of(value)}.")
    return float(value)  # type: ignore[arg-type]


def _explain_norm(got: float, slopes: list[Tensor], g: nn.Module, d: nn.Module, latents: Tensor, name: str) -> None:
    """Name the formula that gives the wrong value."""
    want, flat = _norm(slopes), torch.cat([slope.flatten() for slope in slopes]).double()
    old = [weight.grad if weight.grad is not None else torch.zeros_like(weight) for weight in g.parameters()]
    stale = [slope + before for slope, before in zip(slopes, old, strict=True)]
    inputs = latents.clone().requires_grad_()
    fake = g(inputs)
    scores = d(fake).squeeze(1)
    by_input = torch.autograd.grad(LOSSES[name].g(scores, scores), (inputs, fake), retain_graph=True)
    double = torch.sigmoid(scores)
    squashed = torch.autograd.grad(LOSSES[name].g(double, double), list(g.parameters()))
    mistakes = {
        "old gradients in .grad are counted too: clear them first, or use torch.autograd.grad.": _norm(stale),
        "that is the discriminator's gradient: differentiate by the generator's weights.": _norm(
            _slopes(g, d, latents, name, d)
        ),
        "that is the gradient by the latents: differentiate by the generator's weights.": _norm([by_input[0]]),
        "that is the gradient by the samples G(z): differentiate by the generator's weights.": _norm([by_input[1]]),
        "that is the squared norm: the root is missing.": want**2,
        "norms of single weight tensors do not add up: sum the squares of all, then take one root.": sum(
            float(slope.norm()) for slope in slopes
        ),
        "the biases are left out: all weights of the generator count.": _norm(
            [s for s, (key, _) in zip(slopes, g.named_parameters(), strict=True) if not key.endswith("bias")]
        ),
        "only the weight matrices are counted: biases, and a norm layer's weights, count too.": _norm(
            [s for s in slopes if s.ndim > 1]
        ),
        "that is the root of the mean square: sum over all weights.": want / math.sqrt(len(flat)),
        "that is a sum of absolute values: the Euclidean norm is the root of the sum of squares.": float(
            flat.abs().sum()
        ),
        "that is the mean of absolute values: the Euclidean norm is the root of the sum of squares.": float(
            flat.abs().mean()
        ),
        "that is the largest norm of one weight tensor: sum the squares over all of them.": max(
            float(slope.norm()) for slope in slopes
        ),
        "only the last weight tensor is counted: sum the squares over all of them.": _norm(slopes[-1:]),
        "only the first weight tensor is counted: sum the squares over all of them.": _norm(slopes[:1]),
        "that is the largest entry: the norm takes all weights.": float(flat.abs().max()),
        "that is the mean of the weight tensors' norms: sum the squares of all, then take one root.": (
            sum(float(slope.norm()) for slope in slopes) / len(slopes)
        ),
        "only the linear layers are counted: a norm layer has weights and biases too.": _norm(
            [slope for slope, linear in zip(slopes, _in_linear(g), strict=True) if linear]
        ),
        "the weights of both networks are counted: differentiate by the generator's alone.": _norm(
            slopes + _slopes(g, d, latents, name, d)
        ),
        "that is the old gradient in .grad alone: this loss has not reached the generator; detach nothing.": _norm(old),
        "that is the gradient after clipping: measure it as it is.": 1.0,
        "the losses take logits: hand over the discriminator's scores without a sigmoid.": _norm(list(squashed)),
        "the gradient is multiplied by the batch size: g_loss has taken the mean already.": want * len(latents),
        "the gradient is divided by the batch size: g_loss has taken the mean already.": want / len(latents),
    }
    for message, value in mistakes.items():
        expect(not _near(got, value), f"gradient_norm: {message}")
    expect(
        got != 0,
        f"gradient_norm: it gives 0 where the norm is {want:.4g}: nothing may be detached, rounded, or set to zero "
        "before it is read.",
    )
    expect(
        want > 1e-5,
        f"gradient_norm: small norms must come out right too: expected {want:.4g}, got {got:.4g}. Add no ε, no floor, "
        "and do not subtract old gradients from new ones.",
    )
    evaluated = _norm(_slopes(g.eval(), d.eval(), latents, name, g))
    expect(
        not _near(got, evaluated),
        "gradient_norm: the networks are switched to eval(): use them as they are, in the mode in which they come.",
    )
    expect(
        False,
        f"gradient_norm: expected {want:.4g}, the root of the sum of squares of the loss's gradient by all of the "
        f"generator's weights, got {got:.4g}; use the networks and latents given, in the order G, then D.",
    )


@exercise("03/generator_loss", references=("ganlab.LOSSES", "ganlab.label_smoothing"))
def generator_loss(answer: Answer, rng: torch.Generator) -> None:
    """Want the mean of softplus(−s_fake): slope −σ(−s)/B, also at logits of ±120, whatever the real scores are."""
    for batch, shift in ((7, 0.0), (5, -6.0), (1, 2.0), (4, 30.0)):
        fake = (3 * torch.randn(batch, generator=rng) + shift).requires_grad_()
        real = (2 * torch.randn(batch, generator=rng) + 4).requires_grad_()
        _compare_loss(answer, real, fake)
    far = torch.tensor([-120.0, 120.0, -119.0, -20.0, 0.5], requires_grad=True)
    got, (_, gradient) = answer.differentiate(torch.randn(5, generator=rng), far)
    finite = bool(got.isfinite().all()) and gradient is not None and bool(gradient.isfinite().all())
    expect(finite, "generator_loss: not finite at logits of ±120: use softplus (or logsigmoid), never log(σ(s) + ε).")
    _compare_loss(answer, torch.zeros(5), far)


def _compare_loss(answer: Answer, real: Tensor, fake: Tensor) -> None:
    got, (by_real, by_fake) = answer.differentiate(real, fake)
    loss, scores = expect_tensor(got, (), "generator_loss"), fake.detach()
    want = softplus(-scores).mean()
    apart = by_real is None or not bool(by_real.any())
    if not close(loss, want):
        _explain_loss(loss, real.detach(), scores, apart)
    expect(apart, "generator_loss: the generator's loss must not depend on the scores of real samples.")
    right = by_fake is not None and close(by_fake * len(scores), -torch.sigmoid(-scores))
    expect(
        right,
        "generator_loss: right value, wrong slope: expected -σ(-s)/B for each fake score; detach nothing, add no ε.",
    )


def _explain_loss(loss: Tensor, real: Tensor, scores: Tensor, apart: bool) -> None:
    mistakes = {
        "that is the saturating loss, whose slope vanishes where D wins: fix it.": -softplus(scores).mean(),
        "that is the discriminator's loss on fakes: the generator wants its scores high.": softplus(scores).mean(),
        "the sign is turned: this wants its scores low, as the discriminator does.": -softplus(-scores).mean(),
        "that is computed from the real scores: the generator is judged by its fakes.": softplus(-real).mean(),
        "that is a Wasserstein loss: stay with cross-entropy.": -scores.mean(),
        "that is the discriminator's whole loss; the generator has a loss of its own.": (
            softplus(-real).mean() + softplus(scores).mean()
        ),
        "the real scores do not belong in it.": softplus(-scores).mean() + softplus(-real).mean(),
    }
    for message, value in mistakes.items():
        expect(not close(loss, value), f"generator_loss: {message}")
    total = softplus(-scores).sum()
    expect(len(scores) == 1 or not close(loss, total), "generator_loss: take the mean over the batch, not the sum.")
    expect(
        bool(loss.isfinite()),
        "generator_loss: not finite at large logits: use softplus (or logsigmoid), never log(σ(s) + ε).",
    )
    expect(apart, "generator_loss: the generator's loss must not depend on the scores of real samples.")
    expect(
        float(scores.abs().max()) < 100,
        f"generator_loss: at logits of ±120 expected {float(softplus(-scores).mean()):.4f}, got {float(loss):.4f}: no "
        "clamp and no logarithm of a rounded σ; softplus (or logsigmoid) is right there.",
    )
    expect(
        False,
        f"generator_loss: expected the mean of -log σ(s_fake) = {float(softplus(-scores).mean()):.4f}, got "
        f"{float(loss):.4f}.",
    )


@exercise("03/decades_lost")
def decades_lost(answer: Answer, rng: torch.Generator) -> None:
    """Compare with log10 by hand on drawn histories; a rise is negative, an exact 0 at the end is infinite."""
    for seeds, moments, tail in ((4, 30, 9), (12, 12, 3), (1, 7, 7), (3, 5, 1), (6, 1, 1)):
        start = 10 ** (2 * torch.rand(seeds, 1, generator=rng) - 1)
        slope = 6 * torch.rand(seeds, 1, generator=rng) - 2  # some rise, some fall
        bumps = 0.5 * torch.randn(seeds, moments, generator=rng)
        norms = start * 10 ** (-slope * torch.linspace(0, 1, moments) + bumps)
        want = (norms[:, 0].double() / norms[:, -tail:].double().median(1).values).log10()
        got = expect_tensor(answer(norms, tail) if tail < 9 else answer(norms), (seeds,), "decades_lost (seeds,)")
        if not close(got, want, tolerance=1e-3):
            explain_decades(got, norms, tail, want)
    rows = [[2, 1, 0, 0, 0], [3, 2, 5, 0, 0], [1, 10, 100, 100, 100], [1, 0.1, 1e-12, 1e-12, 1e-12], [40, 3, 2, 4, 0]]
    got = expect_tensor(answer(torch.tensor(rows), 3), (5,), "decades_lost (seeds,)")
    expect(
        float(got[0]) == math.inf,
        "decades_lost: a norm that is exactly 0 at the end has lost infinitely many decades (inf): add no ε, no clamp.",
    )
    expect(
        float(got[1]) == math.inf,
        "decades_lost: the last three 5, 0, 0 have the median 0, so inf decades are lost: zeros count in the median.",
    )
    expect(close(got[2], -2.0), "decades_lost: a norm that rises from 1 to 100 has lost -2 decades.")
    expect(
        close(got[3], 12.0),
        f"decades_lost: from 1 to 1e-12 are 12 decades, got {float(got[3]):.4g}: only an exact 0 gives inf; add no ε.",
    )
    expect(
        close(got[4], math.log10(20.0)),
        f"decades_lost: from 40 to the last three 2, 4, 0 is log10(40 / 2) = 1.301, got {float(got[4]):.4g}: `inf` "
        "only where the median is 0.",
    )
