"""The two updates of a GAN, each on S seeds at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ganlab.nets.seeds import is_pointwise
from ganlab.training.lifting import SeedLoss, SeedPenalty
from ganlab.training.player import Player


class StepOut(NamedTuple):
    """What one update leaves for the record, detached: (S,), (S,), (S, B) or None, (S, B)."""

    loss: Tensor
    gradient_norm: Tensor
    s_real: Tensor | None
    s_fake: Tensor


@dataclass
class Game:
    """The players, what each minimises, and which seeds still train (`alive`, (S,) bool)."""

    g: Player
    d: Player
    d_loss: SeedLoss
    g_loss: SeedLoss
    g_uses_real: bool
    penalty: SeedPenalty | None
    alive: Tensor

    def __post_init__(self) -> None:
        """Find out once whether the discriminator scores every sample alone."""
        self.pointwise = is_pointwise(self.d.net)


def score(out: Tensor) -> Tensor:
    """Drop the last axis of a discriminator's output, (S, B, 1) or (S, B) -> (S, B)."""
    return out.squeeze(-1) if out.ndim == 3 else out


def d_step(game: Game, real: Tensor, latents: Tensor) -> StepOut:
    """Update the discriminator on one batch; the generator gets no gradient."""
    with torch.no_grad():
        fake = game.g(latents)
    if game.pointwise:
        # One pass for both. A network that looks at its batch (BatchNorm, …) must never see the two mixed.
        s_real, s_fake = score(game.d(torch.cat((real, fake), 1))).split(real.shape[1], 1)
    else:
        s_real, s_fake = score(game.d(real)), score(game.d(fake))
    losses = game.d_loss(s_real, s_fake)
    penalties = game.penalty(real, fake) if game.penalty is not None else None
    norms = game.d.update(losses, penalties, game.alive)
    total = losses.detach() if penalties is None else losses.detach() + penalties.detach()
    return StepOut(total, norms, s_real.detach(), s_fake.detach())


def g_step(game: Game, real: Tensor | None, latents: Tensor) -> StepOut:
    """Update the generator on one batch; the discriminator's weights stay.

    `real` is needed only where the generator's loss uses the real scores (relativistic losses).
    """
    s_fake = score(game.d(game.g(latents), frozen=True))
    s_real = None
    if real is not None:
        with torch.no_grad():
            s_real = score(game.d(real))
    losses = game.g_loss(s_fake.detach() if s_real is None else s_real, s_fake)
    norms = game.g.update(losses, None, game.alive)
    return StepOut(losses.detach(), norms, s_real, s_fake.detach())
