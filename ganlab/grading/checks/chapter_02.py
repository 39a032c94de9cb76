"""Checks of chapter 02, oscillation: simultaneous and alternating steps, the update's eigenvalues, R1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, CheckFailed, close, exercise, expect, expect_tensor
from ganlab.grading.checks.critics import Bowl, draw_bowl
from ganlab.grading.checks.players import Sweep, Swirl

STEPS = ("ganlab.games.play", "ganlab.games.Update", "ganlab.grading.checks.players.Sweep")

Step = Callable[[Swirl, Tensor, float], Tensor]


def _draw(rng: torch.Generator, *, real: bool = False) -> Swirl:
    """Draw a bent field, its linear part turning and slightly damped, or with two real eigenvalues."""
    a, b, c, d = torch.rand(4, generator=rng, dtype=torch.float64).tolist()
    turning = [[-0.4 * a, -0.8 - 0.5 * b], [0.9 + 0.7 * c, 0.1 - 0.5 * d]]
    matrix = [[-1.0 - a, 0.3 * b], [0.4 * c, 0.3 + 0.4 * d]] if real else turning
    return Swirl(torch.tensor(matrix, dtype=torch.float64), 0.4)


def _check_step(answer: Answer, rng: torch.Generator, step: Step, mistakes: dict[str, Step]) -> None:
    """Compare a step with the true one: one point, many, two (where axes are mixed up), and its derivative."""
    name = answer.name
    for shape in ((2,), (5, 2), (2, 2), (3, 2, 2), (1, 2)):
        field = _draw(rng)
        h = 0.15 + 0.6 * float(torch.rand((), generator=rng))
        points = (torch.randn(shape, generator=rng) + 0.3).double()
        got = expect_tensor(answer(field, points, h), shape, f"what {name} returns")
        want = step(field, points, h)
        if not close(got, want):
            for message, wrong in mistakes.items():
                expect(not close(got, wrong(field, points, h)), f"{name}: {message}")
            worst = int((got - want).abs().reshape(-1, 2).sum(1).nan_to_num(torch.inf).argmax())
            start, right, moved = (_show(pair, worst) for pair in (points, want, got))
            expect(False, f"{name}: expected {right} from {start} with h = {h:.3f}, got {moved}.")
    points.requires_grad_()
    _, (_, gradient, _) = answer.differentiate(field, points, h)
    (slope,) = torch.autograd.grad(step(field, points, h).sum(), points)
    expect(
        gradient is not None and close(gradient, slope),
        f"{name}: right point, wrong derivative by the old point: detach nothing, and build the new point with "
        "torch operations.",
    )


def _show(points: Tensor, row: int) -> str:
    theta, psi = points.detach().reshape(-1, 2)[row].tolist()
    return f"({theta:.3f}, {psi:.3f})"


def _turn(order: tuple[int, ...]) -> Sweep:
    """Give the step in which the players move one after the other in this order."""
    return Sweep(torch.eye(2)[list(order)], 0.0)


EULER, GAUSS_SEIDEL, MIDPOINT = Sweep(torch.ones(1, 2), 0.0), _turn((1, 0)), Sweep(torch.ones(1, 2), 0.5)


def _second_moves_both(field: Swirl, points: Tensor, h: float) -> Tensor:
    return EULER(field, _turn((1,))(field, points, h), h)


def _mixed(field: Swirl, points: Tensor, h: float, ahead: Tensor) -> Tensor:
    """Move θ by the field at `ahead`, and give ψ as it is there."""
    return torch.stack([(points + h * field(ahead))[..., 0], ahead[..., 1]], -1)


SHARED: dict[str, Step] = {
    "the sign of the step is turned: the field is the direction of descent already, w + h v(w).": (
        lambda field, points, h: points - h * field(points)
    ),
    "that is the step alone; add it to the point.": lambda field, points, h: h * field(points),
    "the step size is missing.": lambda field, points, h: points + field(points),
    "the generator does not move.": _turn((1,)),
    "the discriminator does not move.": _turn((0,)),
    "that moves half a step.": lambda field, points, h: points + 0.5 * h * field(points),
    "the discriminator's part is turned round: the field points downhill for both already.": (
        lambda field, points, h: points + h * field(points) * points.new_tensor([1.0, -1.0])
    ),
    "nobody moves.": lambda field, points, h: points,
}


@exercise("02/simultaneous_step", references=STEPS)
def simultaneous_step(answer: Answer, rng: torch.Generator) -> None:
    """Want w + h v(w), (..., 2), on bent fields with random h and start."""
    mistakes: dict[str, Step] = {
        "the generator sees the discriminator's new place; both must move from the same point.": _turn((1, 0)),
        "the discriminator sees the generator's new place; both must move from the same point.": _turn((0, 1)),
        "θ and ψ are swapped in what it returns.": lambda field, points, h: EULER(field, points, h).flip(-1),
        "each player follows the other's part of the field.": lambda field, points, h: (
            points + h * field(points).flip(-1)
        ),
        "that takes two steps.": lambda field, points, h: EULER(field, EULER(field, points, h), h),
        "the slope is taken half a step ahead; take it at the point given.": MIDPOINT,
    }
    _check_step(answer, rng, EULER, {**SHARED, **mistakes})


@exercise("02/alternating_step", references=STEPS)
def alternating_step(answer: Answer, rng: torch.Generator) -> None:
    """Want ψ' = ψ + h v_ψ(θ, ψ), then θ' = θ + h v_θ(θ, ψ'), (..., 2), on bent fields with random h and start."""
    mistakes: dict[str, Step] = {
        "that is the simultaneous step: the generator must see where the discriminator went.": EULER,
        "the generator moves first; the discriminator does, as in train().": _turn((0, 1)),
        "the discriminator moves twice: in the second half only the generator moves.": _second_moves_both,
        "the discriminator moves twice.": _turn((1, 0, 1)),
        "the generator moves twice.": _turn((0, 1, 0)),
        "θ and ψ are swapped in what it returns.": lambda field, points, h: GAUSS_SEIDEL(field, points, h).flip(-1),
        "θ answers to the new ψ from its own old place, not from a θ that has moved already.": (
            lambda field, points, h: _mixed(field, points, h, EULER(field, points, h))
        ),
        "θ has moved with ψ, and moves again: once is right.": (
            lambda field, points, h: (
                EULER(field, points, h) * points.new_tensor([0.0, 1.0])
                + EULER(field, EULER(field, points, h), h) * points.new_tensor([1.0, 0.0])
            )
        ),
        "ψ has moved for θ to see, but comes back at its old place: return ψ′.": (
            lambda field, points, h: (
                _turn((0,))(field, _turn((1,))(field, points, h), h) * points.new_tensor([1.0, 0.0])
                + points * points.new_tensor([0.0, 1.0])
            )
        ),
        "the discriminator's move is turned round: the field points downhill for both already.": Sweep(
            torch.tensor([[0.0, -1.0], [1.0, 0.0]]), 0.0
        ),
        "each player moves half a step.": lambda field, points, h: GAUSS_SEIDEL(field, points, 0.5 * h),
        "both players move in both halves.": lambda field, points, h: EULER(field, EULER(field, points, h), h),
        "the sign of the step is turned: the field is the direction of descent already.": (
            lambda field, points, h: _turn((1, 0))(field, points, -h)
        ),
    }
    _check_step(answer, rng, GAUSS_SEIDEL, {**SHARED, **mistakes})


def _at_rest(step: Sweep, matrix: Tensor, h: float) -> Tensor:
    """Give the update's matrix at (0, 0) in closed form."""
    one = torch.eye(2, dtype=torch.float64)
    if step is EULER:
        return one + h * matrix
    if step is MIDPOINT:
        return one + h * matrix + 0.5 * h * h * matrix @ matrix
    theta, psi = torch.diag(one[0]), torch.diag(one[1])
    return (one + h * theta @ matrix) @ (one + h * psi @ matrix)


@exercise("02/update_eigenvalues", references=(*STEPS[:2], "ganlab.games.jacobian", "ganlab.games.game.differentiate"))
def update_eigenvalues(answer: Answer, rng: torch.Generator) -> None:
    """Compare with the eigenvalues of the closed-form matrix: three steps, turning and non-turning bent fields."""
    for step, real in ((EULER, False), (GAUSS_SEIDEL, False), (MIDPOINT, False), (EULER, True), (GAUSS_SEIDEL, True)):
        field = _draw(rng, real=real)
        h = 0.2 + 0.7 * float(torch.rand((), generator=rng))
        got = expect_tensor(answer(step, field, h), (2,), "update_eigenvalues")
        expect(
            answer.calls[0] > 0, "update_eigenvalues: the step was not called: differentiate the step you are given."
        )
        matrix = _at_rest(step, field.matrix, h)
        if not _same(got, torch.linalg.eigvals(matrix)):
            for other in (1.0, 0.2, 0.1):
                values = torch.linalg.eigvals(_at_rest(step, field.matrix, other))
                expect(not _same(got, values), f"update_eigenvalues: that is for h = {other:g}: use the h given.")
            _explain_eigenvalues(got, matrix, field.matrix, h)


def _same(got: Tensor, want: Tensor) -> bool:
    """Compare two pairs of eigenvalues in either order."""
    got, want = got.to(torch.complex128), want.to(torch.complex128)
    return any(bool(((pair - want).abs() <= 2e-3).all()) for pair in (got, got.flip(0)))


def _explain_eigenvalues(got: Tensor, matrix: Tensor, field: Tensor, h: float) -> None:
    values, one = torch.linalg.eigvals(matrix), torch.eye(2, dtype=torch.float64)
    mistakes = {
        "those are the field's eigenvalues; differentiate the step.": torch.linalg.eigvals(field),
        "the identity is missing: differentiate the new point, not the change.": torch.linalg.eigvals(matrix - one),
        "those are their absolute values; give the complex numbers.": values.abs(),
        "those are the real parts; give the complex numbers.": values.real,
        "those are the imaginary parts; give the complex numbers.": values.imag,
        "eigvalsh is for symmetric matrices; this one is not symmetric.": torch.linalg.eigvalsh(matrix),
        "those are singular values.": torch.linalg.svdvals(matrix),
        "those are the diagonal entries.": matrix.diagonal(),
        "those belong to the simultaneous step; differentiate the step you are given.": (
            torch.linalg.eigvals(one + h * field)
        ),
        "those are squares of the eigenvalues.": values**2,
        "that is one eigenvalue twice: give both.": values[values.abs().argmax()].expand(2),
        "the identity is in the step already: add nothing to its derivative.": values + 1,
    }
    for message, value in mistakes.items():
        known = not _same(values, value)  # some mistakes change nothing on some inputs
        expect(not known or not _same(got, value), f"update_eigenvalues: {message}")
    expect(
        False,
        f"update_eigenvalues: expected {_list(values)}, got {_list(got)}; differentiate step(field, w, h), with the "
        "field and h given, by w at w = (0, 0), in float64.",
    )


def _list(values: Tensor) -> str:
    return ", ".join(f"{complex(value):.3f}" for value in values.to(torch.complex128))


@exercise("02/r1_penalty", references=("ganlab.objectives.penalties", "ganlab.PENALTIES"))
def r1_penalty(answer: Answer, rng: torch.Generator) -> None:
    """Want ½ mean ‖∇D(x)‖² over the real samples, on critics whose gradient is known; then its own gradient."""
    for shape in ((6, 2, 3, 2), (7, 2), (4, 1), (3, 3), (1, 2)):
        critic = draw_bowl(torch.Size(shape[1:]).numel(), rng, shape=shape[1:])
        real = torch.randn(shape, generator=rng) + 0.5
        fake = 2 * torch.randn(shape, generator=rng) - 1
        slopes = critic.gradient(real)
        want = 0.5 * slopes.square().sum(1).mean()
        got = expect_tensor(answer(critic, real, fake), (), "r1_penalty")
        expect(answer.calls[0] > 0, "r1_penalty: the critic was not called.")
        if not close(got, want):
            _explain_r1(got, slopes.detach().reshape(shape), critic, real, fake)
        expect(
            answer.calls[0] == 1,
            f"r1_penalty: right value, but the critic was called {answer.calls[0]} times: call it once, on the whole "
            "batch.",
        )
        gradients = _gradients(answer, critic, real, fake)
        wanted = torch.autograd.grad(want, list(critic.parameters()))
        for (name, _), expected in zip(critic.named_parameters(), wanted, strict=True):
            expect(
                gradients[0].get(name) is not None,
                "r1_penalty: its value does not depend on the critic's parameters: pass create_graph=True.",
            )
            expect(
                close(gradients[0][name], expected),
                "r1_penalty: right value, wrong gradient by the critic's parameters: detach nothing on the way.",
            )


def _gradients(answer: Answer, critic: Bowl, real: Tensor, fake: Tensor) -> list[Any]:
    try:
        return answer.differentiate(critic, real, fake).gradients
    except CheckFailed as failure:
        if "no gradient" not in str(failure):
            raise
        said = "r1_penalty: no gradient reaches the critic's parameters: pass create_graph=True and detach nothing."
        raise CheckFailed(said) from None


def _explain_r1(got: Tensor, unflat: Tensor, critic: Bowl, real: Tensor, fake: Tensor) -> None:
    slopes, at_fake = unflat.flatten(1), critic.gradient(fake).detach()
    damped = torch.sigmoid(critic(real)).detach()
    damped = (damped * (1 - damped))[:, None] * slopes
    squares, norms = slopes.square().sum(1), slopes.norm(dim=1)
    mistakes = {
        "the factor ½ is missing.": squares.mean(),
        "take the mean over samples, not the sum.": 0.5 * squares.sum(),
        "the mean over samples and the factor ½ are missing.": squares.sum(),
        "take the gradient at the real samples; that is R2, at the fake ones.": 0.5 * at_fake.square().sum(1).mean(),
        "fake samples do not enter.": 0.5 * (squares.mean() + at_fake.square().sum(1).mean()),
        "squares, not norms.": 0.5 * norms.mean(),
        "that is the penalty of WGAN-GP: R1 pulls the norm to 0, not to 1.": (norms - 1).square().mean(),
        "that pulls the norm to 1; R1 pulls it to 0.": 0.5 * (norms - 1).square().mean(),
        "sum the squares over a sample's features; the mean is over samples only.": 0.5 * slopes.square().mean(),
        "square each sample's gradient before the mean over samples.": 0.5 * slopes.mean(0).square().sum(),
        "square each sample's norm before the mean.": 0.5 * norms.mean().square(),
        "that is the gradient of the mean score: each sample's own score counts whole.": (
            0.5 * squares.mean() / len(slopes) ** 2
        ),
        "half of it is missing: is the ½ inside the square, or are fake samples counted in the mean?": 0.25
        * squares.mean(),
        "it is added to D's loss: the sign is turned.": -0.5 * squares.mean(),
        "that is the gradient of σ(D): use the critic's scores as they are.": 0.5 * damped.square().sum(1).mean(),
        "fake samples do not enter: take the mean over the real ones alone.": (
            0.5 * torch.cat([squares, at_fake.square().sum(1)]).mean()
        ),
        "sum over all features of a sample, not the last axis alone: flatten(1) first.": (
            0.5 * unflat.square().sum(-1).mean()
        ),
        "sum over all features of a sample, not axis 1 alone: flatten(1) first.": 0.5 * unflat.square().sum(1).mean(),
        "square each feature's slope before the sum over features.": 0.5 * slopes.sum(1).square().mean(),
        "square the slopes; their absolute values make another norm.": 0.5 * slopes.abs().sum(1).square().mean(),
        "norms are of one sample each, squared before the mean over samples.": 0.5 * squares.sum().sqrt(),
    }
    want = 0.5 * squares.mean()
    for message, value in mistakes.items():
        expect(close(value, want) or not close(got, value), f"r1_penalty: {message}")
    expect(False, f"r1_penalty: expected half the mean of ‖∇D(x)‖² over real samples = {want:.4f}, got {got:.4f}.")
