"""Losses and penalties over seeds: ours carry the seed axis, a student's is written for one run and lifted here."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.func import vmap

from ganlab.nets.fused import FusedChain
from ganlab.nets.seeds import one_seed
from ganlab.objectives import GANLoss, Penalty
from ganlab.objectives.losses import LossFunction
from ganlab.runtime import stream_generator
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
        """Differentiate each score by its sample, (S, B, features…) -> (S, B, all features)."""
        return self.chain.input_gradient(x).flatten(2)


def lift_loss(side: LossFunction, name: str, *, seed_axis: bool, seeds: int, batch: int) -> tuple[SeedLoss, Tensor]:
    """Give a loss of one run a seed axis: by vmap where it can be traced, else by a loop, said in a warning.

    With it comes what it gives for fixed scores, (S,): a mark by which a checkpoint knows it.

    Raises:
        ValueError: the loss does not give one number a run, or one that gradients cannot pass through.
    """

    def looped(s_real: Tensor, s_fake: Tensor) -> Tensor:
        return torch.stack([_tensor(side(r, f), name) for r, f in zip(s_real, s_fake, strict=True)])

    real = torch.linspace(-0.5, 0.5, seeds * batch).reshape(seeds, batch)  # within the hinges of the hinge loss
    fake = real.flip(1).clone().requires_grad_()
    lifted = side if seed_axis else vmap(side, randomness="different")
    try:
        out = lifted(real, fake)
    except (RuntimeError, ValueError, TypeError):
        if seed_axis:
            raise
        out = looped(real, fake)  # an error of the loss itself surfaces here, in its own words
        lifted = looped
        _say_loop(name, seeds)
    if not isinstance(out, Tensor) or out.shape != (seeds,):
        got = type(out).__name__ if not isinstance(out, Tensor) else tuple(out.shape)
        what = "(S,), from scores (S, B)" if seed_axis else "(), from scores (B,)"
        got = got[1:] if isinstance(got, tuple) and not seed_axis else got
        raise ValueError(f"{name} must give one number a run, shape {what}, got {got}.")
    if not out.requires_grad or not bool(torch.autograd.grad(out.sum(), fake, materialize_grads=True)[0].any()):
        raise ValueError(
            f"{name} does not depend on the scores of generated samples, or not in a way that gradients pass through: "
            "compute it from the scores, without detach(), item() or a constant."
        )
    return lifted, out.detach()


def _tensor(value: object, name: str) -> Tensor:
    if not isinstance(value, Tensor):
        raise ValueError(f"{name} must give one number a run, a tensor of shape (), got {type(value).__name__}.")
    return value


class SeedRandomness:
    """A state of torch's global generators a seed: code written for one run draws the same alone and in company.

    On a GPU that holds for the CPU's and for the GPU's generator, but for the latter while a step is captured: a graph
    has one, for all seeds.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        self.device = device
        self.states = [stream_generator(seed, "penalty").get_state() for seed in seeds]
        gpu = seeds if device.type == "cuda" else ()
        self.device_states = [stream_generator(seed, "penalty", device).get_state() for seed in gpu]

    @contextmanager
    def of(self, k: int) -> Iterator[None]:
        """Use seed k's states, and keep where they get to."""
        before = torch.get_rng_state()
        torch.set_rng_state(self.states[k])
        try:
            with self._of_device(k):
                yield
        finally:
            self.states[k] = torch.get_rng_state()
            torch.set_rng_state(before)

    @contextmanager
    def _of_device(self, k: int) -> Iterator[None]:
        if not self.device_states or torch.cuda.is_current_stream_capturing():
            yield
            return
        before = torch.cuda.get_rng_state(self.device)
        torch.cuda.set_rng_state(self.device_states[k], self.device)
        try:
            yield
        finally:
            self.device_states[k] = torch.cuda.get_rng_state(self.device)
            torch.cuda.set_rng_state(before, self.device)


def lift_penalty(
    penalty: Penalty | Callable[..., Tensor],
    critic: Player,
    draws: dict[str, Callable[[], Tensor]],
    randomness: SeedRandomness,
) -> SeedPenalty:
    """Give a penalty its critic and its random numbers. A plain function is written for one run, called seed by seed.

    `torch.autograd.grad` cannot run inside vmap, so a student's penalty cannot be traced: S calls a step.
    """
    if isinstance(penalty, Penalty):
        function, names = penalty.function, penalty.draws
        own = SeedCritic(critic.net) if critic.chain is None else ChainCritic(critic.net, critic.chain)

        def joint(real: Tensor, fake: Tensor) -> Tensor:
            attached = {"detach": False} if penalty.attaches and fake.requires_grad else {}
            values = function(own, real, fake, **{name: draws[name]() for name in names}, **attached)
            if not isinstance(values, Tensor) or values.shape != (real.shape[0],):
                got = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
                raise ValueError(f"a Penalty must give one number a seed, ({real.shape[0]},), got {got}.")
            return values

        return joint
    if not callable(penalty):
        raise TypeError(f"penalty must be a name, a Penalty or a function, got {type(penalty).__name__}.")
    views = [_scores_of_one(critic.net, k) for k in range(len(randomness.states))]

    def looped(real: Tensor, fake: Tensor) -> Tensor:
        values = []
        for k, view in enumerate(views):
            with randomness.of(k):
                value = penalty(view, real[k], fake[k])
            if not isinstance(value, Tensor) or value.ndim:
                got = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
                raise ValueError(f"penalty must give one number, a tensor of shape (), got {got}.")
            if not value.requires_grad:
                raise ValueError(
                    "penalty does not depend on the critic's weights: call the critic, and pass create_graph=True to "
                    "torch.autograd.grad."
                )
            values.append(value)
        return torch.stack(values)

    return looped


def _scores_of_one(critic: nn.Module, seed: int) -> Callable[[Tensor], Tensor]:
    call = one_seed(critic, seed)

    def scores(x: Tensor) -> Tensor:
        out = call(x)
        return out.squeeze(-1) if out.ndim == 2 else out

    return scores


def lift_losses(loss: GANLoss, seeds: int, batch: int) -> tuple[SeedLoss, SeedLoss, dict[str, Tensor]]:
    """Lift both sides of a game: D's, G's, and both marks by name."""
    d, mark_d = lift_loss(loss.d, "loss.d", seed_axis=loss.seed_axis, seeds=seeds, batch=batch)
    g, mark_g = lift_loss(loss.g, "loss.g", seed_axis=loss.seed_axis, seeds=seeds, batch=batch)
    return d, g, {"loss.d": mark_d, "loss.g": mark_g}


def _say_loop(what: str, seeds: int) -> None:
    if seeds > 1:
        warnings.warn(
            f"{what} cannot be run on all seeds at once (torch.func.vmap cannot trace it): it runs seed by seed, "
            f"up to {seeds} times slower.",
            stacklevel=4,
        )
