"""What an update of either player differentiates, on S seeds at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ganlab.nets.seeds import is_pointwise
from ganlab.training.lifting import SeedLoss, SeedPenalty, flat_scores
from ganlab.training.player import Player
from ganlab.training.streams import Stream


class StepOut(NamedTuple):
    """What one update leaves for the record, detached: (S,), (S,), (S, B) or None, (S, B)."""

    loss: Tensor
    gradient_norm: Tensor
    s_real: Tensor | None
    s_fake: Tensor


@dataclass
class Game:
    """The players, what each minimises, where batches come from, and which seeds still train (`alive`, (S,) bool)."""

    g: Player
    d: Player
    d_loss: SeedLoss
    g_loss: SeedLoss
    g_uses_real: bool
    penalty: SeedPenalty | None
    penalty_weight: float | Tensor  # a tensor while a step is captured
    alive: Tensor
    data: Stream
    latents: Stream
    noise: Stream | None = None
    noise_std: float | Tensor = 0.0

    def __post_init__(self) -> None:
        """Find out once whether the discriminator scores every sample alone."""
        self.pointwise = is_pointwise(self.d.net)

    def blur(self, x: Tensor) -> Tensor:
        """Add instance noise where there is any."""
        return x if self.noise is None else x + self.noise_std * self.noise.next()


def d_losses(game: Game, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor | None, Tensor, Tensor]:
    """Give D's losses and weighted penalties, each (S,), and its scores; `real` and `fake` are data here."""
    real, fake = game.blur(real), game.blur(fake)
    if game.pointwise:
        # One pass for both. A network that looks at its batch (BatchNorm, …) must never see the two mixed.
        s_real, s_fake = flat_scores(game.d(torch.cat((real, fake), 1))).split(real.shape[1], 1)
    else:
        s_real, s_fake = flat_scores(game.d(real)), flat_scores(game.d(fake))
    penalties = None if game.penalty is None else game.penalty_weight * game.penalty(real, fake)
    return game.d_loss(s_real, s_fake), penalties, s_real, s_fake


def d_gradient(game: Game) -> StepOut:
    """Differentiate D's loss on one fresh batch; the generator gets no gradient."""
    with torch.no_grad():
        fake = game.g(game.latents.next())
    losses, penalties, s_real, s_fake = d_losses(game, game.data.next(), fake)
    norms = game.d.differentiate(losses, penalties, game.alive)
    total = losses.detach() if penalties is None else losses.detach() + penalties.detach()
    return StepOut(total, norms, s_real.detach(), s_fake.detach())


def g_gradient(game: Game) -> StepOut:
    """Differentiate G's loss on one fresh batch; the discriminator gets no gradient.

    Real samples are drawn only where the generator's loss uses their scores (relativistic losses).
    """
    s_fake = flat_scores(game.d(game.blur(game.g(game.latents.next())), frozen=True))
    s_real = None
    if game.g_uses_real:
        with torch.no_grad():
            s_real = flat_scores(game.d(game.blur(game.data.next())))
    losses = game.g_loss(s_fake.detach() if s_real is None else s_real, s_fake)
    norms = game.g.differentiate(losses, None, game.alive)
    return StepOut(losses.detach(), norms, s_real, s_fake.detach())
