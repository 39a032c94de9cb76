"""Losses and penalties over seeds: ours carry the seed axis, a student's is written for one run and lifted here."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import vmap

from ganlab.nets.fused import FusedChain
from ganlab.nets.seeds import one_seed
from ganlab.objectives import GANLoss, Penalty
from ganlab.objectives.losses import LossFunction
from ganlab.training.player import Player

SeedLoss = Callable[[Tensor, Tensor], Tensor]  # (S, B), (S, B) -> (S,)
SeedPenalty = Callable[[Tensor, Tensor], Tensor]  # real, fake (S, B, …) -> (S,)


def flat_scores(out: Tensor) -> Tensor:
    """Drop the last axis of a stacked discriminator's output, (S, B, 1) or (S, B) -> (S, B)."""
    return out.squeeze(-1) if out.ndim == 3 else out


class SeedCritic:
    """A stacked discriminator as a penalty sees it, (S, B, …) -> (S, B)."""

    def __init__(self, net: nn.Module) -> None:
        self.net = net

    def __call__(self, x: Tensor) -> Tensor:
        """Score samples."""
        return flat_scores(self.net(x))


class ChainCritic(SeedCritic):
    """One that knows a faster way to its gradient."""

    def __init__(self, net: nn.Module, chain: FusedChain) -> None:
        super().__init__(net)
        self.chain = chain

    def input_gradient(self, x: Tensor) -> Tensor:
        """Differentiate each score by its sample, (S, B, d) -> (S, B, d)."""
        return self.chain.input_gradient(x)


def lift_loss(side: LossFunction, name: str, *, seed_axis: bool, seeds: int, batch: int) -> SeedLoss:
    """Give a loss of one run a seed axis: by vmap where it can be traced, else by a loop, said in a warning.

    Raises:
        ValueError: the loss does not give one number a run.

    """
    if seed_axis:
        return side

    def looped(s_real: Tensor, s_fake: Tensor) -> Tensor:
        return torch.stack([side(r, f) for r, f in zip(s_real, s_fake, strict=True)])

    probe = torch.linspace(-1.0, 1.0, seeds * batch).reshape(seeds, batch)
    lifted = vmap(side, randomness="different")
    try:
        out = lifted(probe, probe.flip(1))
    except (RuntimeError, ValueError):
        out = looped(probe, probe.flip(1))  # an error of the loss itself surfaces here, in its own words
        lifted = looped
        _say_loop(f"loss.{name}", seeds)
    if not isinstance(out, Tensor) or out.shape != (seeds,):
        shape = tuple(out.shape[1:]) if isinstance(out, Tensor) else type(out).__name__
        raise ValueError(f"loss.{name} must give one number a run, shape (), from two batches of scores, got {shape}.")
    return lifted


def lift_penalty(
    penalty: Penalty | Callable[..., Tensor], critic: Player, draws: dict[str, Callable[[], Tensor]]
) -> SeedPenalty:
    """Give a penalty its critic and its random numbers. A plain function is written for one run and called seed by
    seed.

    `torch.autograd.grad` cannot run inside vmap, so a student's penalty cannot be traced: S calls a step.
    """
    if isinstance(penalty, Penalty):
        own = SeedCritic(critic.net) if critic.chain is None else ChainCritic(critic.net, critic.chain)
        return lambda real, fake: penalty.function(own, real, fake, **{name: draws[name]() for name in penalty.draws})

    def looped(real: Tensor, fake: Tensor) -> Tensor:
        values = []
        for k in range(real.shape[0]):
            value = penalty(_scores_of_one(critic.net, k), real[k], fake[k])
            if not isinstance(value, Tensor) or value.ndim:
                got = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
                raise ValueError(f"penalty must give one number, a tensor of shape (), got {got}.")
            values.append(value)
        return torch.stack(values)

    return looped


def _scores_of_one(critic: nn.Module, seed: int) -> Callable[[Tensor], Tensor]:
    call = one_seed(critic, seed)

    def scores(x: Tensor) -> Tensor:
        out = call(x)
        return out.squeeze(-1) if out.ndim == 2 else out

    return scores


def lift_losses(loss: GANLoss, seeds: int, batch: int) -> tuple[SeedLoss, SeedLoss]:
    """Lift both sides of a game."""
    d = lift_loss(loss.d, "d", seed_axis=loss.seed_axis, seeds=seeds, batch=batch)
    g = lift_loss(loss.g, "g", seed_axis=loss.seed_axis, seeds=seeds, batch=batch)
    return d, g


def _say_loop(what: str, seeds: int) -> None:
    if seeds > 1:
        warnings.warn(
            f"{what} cannot be run on all seeds at once (torch.func.vmap cannot trace it): it runs seed by seed, "
            f"up to {seeds} times slower.",
            stacklevel=4,
        )
