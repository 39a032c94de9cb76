"""A training step written by somebody else: ordinary modules and optimisers, one seed after the other.

    def step(generator, discriminator, opt_g, opt_d, real, draw_latents):
        ...                                   # .backward() and .step() of torch, as in any script
        return loss_d, loss_g

Such a step cannot be traced for all seeds at once, so S seeds take S times as long as one. Each seed starts from the
weights, and sees the batches, that it has without `step=`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import torch
from torch import Tensor, nn

from ganlab.nets.seeds import stack
from ganlab.training.config import TrainConfig
from ganlab.training.lifting import SeedRandomness
from ganlab.training.player import make_optimizer
from ganlab.training.run import evaluating
from ganlab.training.step import Game, StepOut
from ganlab.training.streams import Stream

Step = Callable[..., Any]
# Settings that say how a step is made: with a step of one's own they would do nothing.
OF_THE_STEP = (
    *("loss", "penalty", "n_critic", "n_generator", "update", "unroll", "consensus"),
    *("instance_noise", "clip_weights", "clip_gradients", "ema", "precision", "channels_last", "cuda_graph"),
)


def check_own_step(step: object, config: TrainConfig, others: dict[str, object]) -> None:
    """Refuse what does not go together with a step of one's own.

    Args:
        step: the step.
        config: the settings.
        others: `train`'s other arguments, by name; None where one was not given.

    Raises:
        TypeError: it cannot be called.
        ValueError: an argument or a setting would have no effect; the message names it.
    """
    if not callable(step):
        raise TypeError(f"step must be a function of one run, got {type(step).__name__}.")
    given = [f"{name}=" for name, value in others.items() if value is not None]
    defaults = {field.name: field.default for field in fields(TrainConfig)}
    given += [f"{name}={getattr(config, name)!r}" for name in OF_THE_STEP if getattr(config, name) != defaults[name]]
    if given:
        raise ValueError(
            f"step= does not go together with {', '.join(given)}: a step of your own computes losses and penalties and "
            "moves both players itself, and its optimisers are not part of a checkpoint. Leave that out, or write it "
            "into the step."
        )


class OwnStep:
    """One update of a game, made by a student's step on ordinary modules.

    The game's stacked networks get the weights when somebody looks (`publish`).
    """

    def __init__(
        self,
        step: Step,
        game: Game,
        generators: list[nn.Module],
        discriminators: list[nn.Module],
        config: TrainConfig,
        randomness: SeedRandomness,
    ) -> None:
        self.step, self.game, self.randomness, self.count = step, game, randomness, 0
        reals, latents = game.data.split(), game.latents.split()
        parts = zip(generators, discriminators, reals, latents, strict=True)
        device = game.alive.device
        self.seeds = [_Seed(g.to(device), d.to(device), real, z, config) for g, d, real, z in parts]

    def __call__(self, game: Game, config: TrainConfig) -> tuple[StepOut, StepOut]:
        """Make one step of each seed that still trains; a seed with a loss or gradient that is not finite stops."""
        self.count += 1
        due = self.count % config.record_every == 0 or self.count == config.steps
        rates = [player.optimizer.param_groups[0]["lr"] for player in (game.g, game.d)]
        for k, own in enumerate(self.seeds):
            if game.alive[k]:
                with self.randomness.of(k):
                    game.alive[k] = own.move(self.step, rates)
                if due:
                    own.measure()

        def left(name: str) -> Tensor:
            absent = torch.tensor(torch.nan)
            return torch.stack([own.left.get(name, absent) for own in self.seeds]).to(game.alive.device)

        s_real, s_fake = (torch.stack([getattr(own, name) for own in self.seeds]) for name in ("s_real", "s_fake"))
        s_real, s_fake = s_real.to(game.alive.device), s_fake.to(game.alive.device)
        d_out = StepOut(left("loss_d"), left("norm_d"), s_real, s_fake)
        return d_out, StepOut(left("loss_g"), left("norm_g"), None, s_fake)

    def publish(self) -> None:
        """Give the stacked networks the weights of the ordinary ones."""
        self.game.g.net.load_state_dict(stack([own.generator for own in self.seeds]).state_dict())
        self.game.d.net.load_state_dict(stack([own.discriminator for own in self.seeds]).state_dict())


class _Seed:
    """One run: two modules, two optimisers, its own batches, and what its last step left for the record."""

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, reals: Stream, latents: Stream, config: TrainConfig
    ) -> None:
        self.generator, self.discriminator, self.reals, self.latents = generator, discriminator, reals, latents
        self.opt_g = make_optimizer(_trained(generator), config.lr_g, config)
        self.opt_d = make_optimizer(_trained(discriminator), config.lr_d, config)
        # The gradient that moves a player is the one that its optimiser finds.
        self.opt_g.register_step_pre_hook(lambda *_: self.left.update(norm_g=_norm(generator)))
        self.opt_d.register_step_pre_hook(lambda *_: self.left.update(norm_d=_norm(discriminator)))
        self.state = [tensor for net in (generator, discriminator) for tensor in (*net.parameters(), *net.buffers())]
        self.before = [tensor.detach().clone() for tensor in self.state]
        self.left: dict[str, Tensor] = {}
        self.s_real = self.s_fake = torch.full((config.batch_size,), torch.nan)
        self.real = self.z = torch.empty(0)

    def draw_latents(self) -> Tensor:
        """Give fresh latents, (B, latent_dim): a copy, since the stream will overwrite its block."""
        self.z = self.latents.next()[0].clone()
        return self.z

    def move(self, step: Step, rates: list[float]) -> bool:
        """Make one step and say whether all its numbers were finite; if not, go back to the weights before it."""
        for optimizer, rate in zip((self.opt_g, self.opt_d), rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate
        with torch.no_grad():
            torch._foreach_copy_(self.before, self.state)
        self.left = {}
        self.real = self.reals.next()[0].clone()
        out = step(self.generator, self.discriminator, self.opt_g, self.opt_d, self.real, self.draw_latents)
        self.left |= _losses(out)
        if bool(torch.stack([*self.left.values(), torch.zeros(())]).isfinite().all()):
            return True
        with torch.no_grad():
            torch._foreach_copy_(self.state, self.before)
        return False

    @torch.no_grad()
    def measure(self) -> None:
        """Score the batches of this step with the discriminator that it left."""
        z = self.z if len(self.z) else self.draw_latents()
        with evaluating(self.generator) as generator, evaluating(self.discriminator) as discriminator:
            self.s_real = discriminator(self.real).flatten().cpu()
            self.s_fake = discriminator(generator(z)).flatten().cpu()


def _losses(out: object) -> dict[str, Tensor]:
    """Take what a step returned: two numbers, None for a player that has no loss."""
    wanted = "step must return (loss_d, loss_g), each a number or a tensor of shape () (or None for a player at rest)"
    if not isinstance(out, tuple | list) or len(out) != 2:
        many = f"{len(out)} values" if isinstance(out, tuple | list) else type(out).__name__
        raise ValueError(f"{wanted}, got {many}.")
    losses = {}
    for name, value in zip(("loss_d", "loss_g"), out, strict=True):
        if value is None:
            continue
        if not isinstance(value, Tensor | float | int) or (isinstance(value, Tensor) and value.ndim):
            got = f"a tensor {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
            raise ValueError(f"{wanted}: {name} is {got}.")
        losses[name] = torch.as_tensor(value).detach().cpu().float()
    return losses


def _trained(net: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in net.parameters() if parameter.requires_grad]


def _norm(net: nn.Module) -> Tensor:
    gradients = [parameter.grad.flatten() for parameter in net.parameters() if parameter.grad is not None]
    return torch.linalg.vector_norm(torch.cat(gradients)).cpu() if gradients else torch.zeros(())
