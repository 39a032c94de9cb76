"""A training step under trial: `play` runs it where the student's code lives, `explain_step` judges what it left.

The optimisers are plain gradient descent, so that the weights after a step tell the gradient that was followed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganlab.grading.checks.base import close, expect, kind_of

LEFT_OVER = 0.7  # every gradient before the first step, as if an earlier step had left it


class Trial(NamedTuple):
    """What a step is tried on."""

    generator: nn.Module
    discriminator: nn.Module
    reals: Tensor  # (steps, B, d)
    latents: Tensor  # (steps, draws, B, latent)
    lr_g: float
    lr_d: float

    @classmethod
    def draw(cls, rng: torch.Generator, batch: int, latent: int, dim: int, steps: int) -> Trial:
        """Draw two small networks and the batches of some steps; real samples lie to one side."""
        generator = _network(rng, (latent, 4, dim))
        discriminator = _network(rng, (dim, 5, 1))
        reals = torch.randn(steps, batch, dim, generator=rng) + 1.0
        return cls(generator, discriminator, reals, torch.randn(steps, 4, batch, latent, generator=rng), 0.3, 0.2)


def _network(rng: torch.Generator, sizes: tuple[int, int, int]) -> nn.Module:
    net = nn.Sequential(nn.Linear(sizes[0], sizes[1]), nn.Tanh(), nn.Linear(sizes[1], sizes[2]))
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(0.8 * torch.randn(weight.shape, generator=rng))
    return net


def play(
    step: Callable[..., Any],
    generator: nn.Module,
    discriminator: nn.Module,
    reals: Tensor,
    latents: Tensor,
    lr_g: float,
    lr_d: float,
) -> list[dict[str, Any]]:
    """Run a step some times and give, after each, what it returned, both players' weights, and what was seen."""
    opt_g, opt_d = (torch.optim.SGD(net.parameters(), lr) for net, lr in ((generator, lr_g), (discriminator, lr_d)))
    for weight in (*generator.parameters(), *discriminator.parameters()):
        weight.grad = torch.full_like(weight, LEFT_OVER)
    left: list[Tensor | None] = []
    leaked = False
    moves: list[str] = []
    dice: list[float] = []  # torch's own generator at each draw: equal numbers tell that the step has set its seed

    def look(*_: object) -> None:
        # Where D's optimiser has been called (and its closure, if any), G's gradients are those left over, or none.
        nonlocal leaked
        for weight, old in zip(generator.parameters(), left, strict=True):
            clean = weight.grad is None or not weight.grad.any() or (old is not None and torch.equal(weight.grad, old))
            leaked |= not clean

    def count(opt: torch.optim.Optimizer, *_: object) -> None:
        # An optimiser that finds no gradient, not even zeros, moves nothing, whatever its rule.
        if any(weight.grad is not None for group in opt.param_groups for weight in group["params"]):
            moves.append("d" if opt is opt_d else "g")

    def draw_from(draws: Iterator[Tensor]) -> Callable[[], Tensor]:
        def draw_latents() -> Tensor:
            dice.append(float(torch.rand((), dtype=torch.float64)))
            return next(draws).clone()

        return draw_latents

    opt_d.register_step_post_hook(look)
    for opt in (opt_d, opt_g):
        opt.register_step_post_hook(count)
    history = []
    for real, batches in zip(reals, latents, strict=True):
        left[:] = [None if weight.grad is None else weight.grad.clone() for weight in generator.parameters()]
        moves.clear()
        draws = iter(batches)
        losses = step(generator, discriminator, opt_g, opt_d, real.clone(), draw_from(draws))
        seen = {
            "drawn": len(batches) - len(list(draws)),
            "leaked": leaked,
            "moves": "".join(moves),
            "seeded": len(set(dice)) < len(dice),
            "frozen": "".join(name for name, net in (("G", generator), ("D", discriminator)) if _thaw(net)),
        }
        history.append({"losses": losses, **seen, "g": _weights(generator), "d": _weights(discriminator)})
    return history


def _thaw(net: nn.Module) -> bool:
    """Tell whether some weight was left without `requires_grad`, and let the next step go on with it."""
    frozen = [weight for weight in net.parameters() if not weight.requires_grad]
    for weight in frozen:
        weight.requires_grad_(True)
    return bool(frozen)


def _weights(net: nn.Module) -> list[Tensor]:
    return [weight.detach().clone() for weight in net.parameters()]


def explain_step(history: Any, trial: Trial) -> None:
    """Hold every step against the one that the text asks for, and name the mistake that explains a difference."""
    generator, discriminator = copy.deepcopy(trial.generator), copy.deepcopy(trial.discriminator)
    for number, (seen, real, latents) in enumerate(zip(history, trial.reals, trial.latents, strict=True)):
        drawn = seen["drawn"]
        expect(drawn > 1, "alternating_step: each update needs latents of its own: call draw_latents() twice a step.")
        expect(drawn == 2, f"alternating_step: two draws of latents a step are enough, it makes {drawn}.")
        expect(
            not seen["seeded"],
            "alternating_step: it sets torch's seed, so latents drawn after it come again: they are not fresh.",
        )
        left = LEFT_OVER if number == 0 else 0.0
        _judge_d(seen["d"], generator, discriminator, real, latents, (trial.lr_d, trial.lr_g), left)
        before = copy.deepcopy(discriminator)
        wanted_d = _loss_d(before, generator, real, latents[0])
        _follow(discriminator, wanted_d, before, trial.lr_d)
        _judge_g(seen["g"], generator, (before, discriminator), real, latents, trial.lr_g, left)
        _judge_moves(seen["moves"])
        expect(
            not seen["leaked"],
            "alternating_step: D's loss sends a gradient into the generator: give D generator(z).detach().",
        )
        own = copy.deepcopy(generator)
        wanted_g = _loss_g(discriminator, own, latents[1])
        _follow(generator, wanted_g, own, trial.lr_g)
        _judge_losses(seen["losses"], float(wanted_d.detach()), float(wanted_g.detach()))
        expect(
            not seen["frozen"],
            f"alternating_step: it leaves weights of {' and '.join(seen['frozen'])} with requires_grad=False: the next "
            "step cannot train them.",
        )


def _judge_moves(moves: str) -> None:
    """Want one call of each optimiser: here they are plain gradient descent, in training Adam, which has a memory."""
    for player in "dg":
        calls = moves.count(player)
        expect(
            calls > 0,
            f"alternating_step: {player.upper()} is moved by hand: call opt_{player}.step(), which need not be plain "
            "gradient descent.",
        )
        expect(
            calls == 1,
            f"alternating_step: opt_{player}.step() is called {calls} times a step. Once is right: with zeros for "
            "gradients Adam still moves.",
        )


def _loss_d(d: nn.Module, g: nn.Module, real: Tensor, z: Tensor) -> Tensor:
    return softplus(-d(real)).mean() + softplus(d(g(z).detach())).mean()


def _loss_g(d: nn.Module, g: nn.Module, z: Tensor) -> Tensor:
    return softplus(-d(g(z))).mean()


def _slope(loss: Tensor, net: nn.Module) -> list[Tensor]:
    return list(torch.autograd.grad(loss, list(net.parameters()), retain_graph=True))


def _follow(net: nn.Module, loss: Tensor, at: nn.Module, lr: float) -> None:
    """Move `net` down the slope of a loss that was computed from the weights of `at`, its copy."""
    with torch.no_grad():
        for weight, slope in zip(net.parameters(), _slope(loss, at), strict=True):
            weight.sub_(slope, alpha=lr)


Move = tuple[str, list[Tensor]]  # what it looks like, and the gradient that was followed then


def _reached(got: list[Tensor], net: nn.Module, lr: float, slopes: list[Tensor]) -> bool:
    return all(close(now, old - lr * slope) for now, old, slope in zip(got, _weights(net), slopes, strict=True))


def _explain(got: list[Tensor], net: nn.Module, lr: float, moves: list[Move], said: str) -> None:
    for message, slopes in moves:
        expect(not _reached(got, net, lr, slopes), f"alternating_step: {message}")
    expect(False, f"alternating_step: {said}")


def _plus(a: list[Tensor], b: list[Tensor] | float, factor: float = 1.0) -> list[Tensor]:
    others = b if isinstance(b, list) else [torch.full_like(part, b) for part in a]
    return [one + factor * other for one, other in zip(a, others, strict=True)]


def _common(right: list[Tensor], whose: str, batch: int, left: float) -> list[Move]:
    """Give what can go wrong in the same way with both players."""
    player = {"d": "discriminator", "g": "generator"}[whose]
    zero = [torch.zeros_like(part) for part in right]
    uncut = " and no detach() in G's loss" if whose == "g" else ""
    stale = f"{whose.upper()} follows gradients left over from before: opt_{whose}.zero_grad() belongs before "
    moves = [
        (
            f"the {player} does not move: loss_{whose}.backward(), then opt_{whose}.step(), with no zero_grad() "
            f"between{uncut}.",
            zero,
        ),
        (f"{stale}loss_{whose}.backward().", _plus(right, left)),
        (
            f"{whose.upper()} moves by old gradients alone: opt_{whose}.step() comes after backward().",
            _plus(zero, left),
        ),
        (f"the {player} climbs: it minimises its loss.", _plus(zero, right, -1.0)),
        (f"the {player}'s loss is twice too small.", _plus(zero, right, 0.5)),
    ]
    return moves if batch == 1 else [*moves, ("take means over the batch, not sums.", _plus(zero, right, float(batch)))]


def _judge_d(
    got: list[Tensor], g: nn.Module, d: nn.Module, real: Tensor, z: Tensor, rates: tuple[float, float], left: float
) -> None:
    lr, lr_g = rates
    right = _slope(_loss_d(d, g, real, z[0]), d)
    if _reached(got, d, lr, right):
        return
    swapped = _slope(softplus(d(real)).mean() + softplus(-d(g(z[0]))).mean(), d)
    only_real = _slope(softplus(-d(real)).mean(), d)
    after = copy.deepcopy(d)
    _follow(after, _loss_d(d, g, real, z[0]), d, lr)
    of_g = _slope(_loss_g(after, g, z[1]), after)
    early = []
    for first, second in ((0, 1), (1, 0)):  # the draw that G would have used, and D's
        moved = copy.deepcopy(g)
        _follow(moved, _loss_g(d, moved, z[first]), moved, lr_g)
        early.append(_slope(_loss_d(d, moved, real, z[second]), d))
    again = "D is moved by G's loss as well: after G's backward call opt_g.step() alone."
    moves = [
        *_common(right, "d", len(real), left),
        ("D's labels are exchanged: real samples are wanted high, generated ones low.", swapped),
        ("D learns from the real samples alone: the generated ones belong in its loss.", only_real),
        ("D learns from the generated samples alone: the real ones belong in its loss.", _plus(right, only_real, -1.0)),
        (again, _plus(right, of_g)),
        (again, _plus(_plus(right, right), of_g)),
        ("D is moved by G's loss alone: opt_d belongs to loss_d, opt_g to loss_g.", _slope(_loss_g(d, g, z[1]), d)),
        ("D moves twice in one step.", _plus(right, _slope(_loss_d(after, g, real, z[0]), after))),
        ("the first latents drawn are D's, the second are G's.", _slope(_loss_d(d, g, real, z[1]), d)),
        ("D moves twice in one step, along the same gradient.", _plus(right, right)),
        *(("G moves before D: D comes first, against the present G.", slopes) for slopes in early),
    ]
    _explain(got, d, lr, moves, "the discriminator does not follow the gradient of its own loss.")


def _judge_g(
    got: list[Tensor], g: nn.Module, ds: tuple[nn.Module, nn.Module], real: Tensor, z: Tensor, lr: float, left: float
) -> None:
    old, d = ds
    right = _slope(_loss_g(d, g, z[1]), g)
    if _reached(got, g, lr, right):
        return
    of_d = _slope(softplus(-old(real)).mean() + softplus(old(g(z[0]))).mean(), g)
    leak = "D's loss moves the generator: give D generator(z).detach()."
    moves = [
        *_common(right, "g", len(real), left),
        ("G follows the saturating loss; use the non-saturating one.", _slope(-softplus(d(g(z[1]))).mean(), g)),
        ("G helps D: its loss wants its samples to be scored high.", _slope(softplus(d(g(z[1]))).mean(), g)),
        ("G plays against the old D: update D first, then compute G's loss.", _slope(_loss_g(old, g, z[1]), g)),
        ("G's loss is computed on D's latents: draw fresh ones.", _slope(_loss_g(d, g, z[0]), g)),
        (leak, _plus(right, of_d)),
        (leak, _plus(_plus(right, of_d), left)),
        (leak, of_d),
    ]
    _explain(got, g, lr, moves, "the generator does not follow the gradient of the non-saturating loss.")


def _judge_losses(got: object, want_d: float, want_g: float) -> None:
    pair = isinstance(got, tuple | list) and len(got) == 2
    expect(pair, f"alternating_step must return a pair (loss_d, loss_g), got {kind_of(got)}.")
    assert isinstance(got, tuple | list)
    for value in got:
        one = isinstance(value, int | float) or (isinstance(value, Tensor) and value.ndim == 0)
        what = f"one of shape {tuple(value.shape)}" if isinstance(value, Tensor) else kind_of(value)
        expect(one, f"alternating_step: each loss is a number or a tensor of shape (), got {what}.")
    first, second = (float(torch.as_tensor(value).detach()) for value in got)
    swapped = close(first, want_g) and close(second, want_d) and not close(first, want_d)
    expect(not swapped, "alternating_step returns (loss_g, loss_d); D's loss comes first.")
    for place, player, value, want in (("first", "D", first, want_d), ("second", "G", second, want_g)):
        expect(
            close(value, want),
            f"alternating_step: the {place} value returned is {player}'s loss, as it was before {player}'s update: "
            f"expected {want:.4f}, got {value:.4f}.",
        )
