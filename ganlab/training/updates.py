"""How the two players move in one step of training, by name."""

from __future__ import annotations

import math
from collections.abc import Callable

from ganlab.training.config import TrainConfig
from ganlab.training.consensus import consensus_gradients
from ganlab.training.step import Game, StepOut, d_gradient, g_gradient
from ganlab.training.unrolled import unrolled_gradient

Outs = tuple[StepOut | None, StepOut | None]  # what D's and G's last update left
Update = Callable[[Game, TrainConfig], Outs]


def alternating(game: Game, config: TrainConfig) -> Outs:
    """Move D `n_critic` times, then G `n_generator` times against the D that resulted.

    Source: Goodfellow et al. 2014, algorithm 1 (k = `n_critic`).
    """
    d_out = g_out = None
    for _ in range(config.n_critic):
        d_out = d_gradient(game)
        game.d.step(game.alive)
    for _ in range(config.n_generator):
        g_out = unrolled_gradient(game, config) if config.unroll else g_gradient(game)
        game.g.step(game.alive)
    return d_out, g_out


def simultaneous(game: Game, config: TrainConfig) -> Outs:
    """Move both players from the same weights.

    Source: Mescheder et al. 2017, §3 (simultaneous gradient ascent; here both descend).
    """
    outs = consensus_gradients(game, config.consensus) if config.consensus else (d_gradient(game), g_gradient(game))
    game.d.step(game.alive)
    game.g.step(game.alive)
    return outs


def extragradient(game: Game, config: TrainConfig) -> Outs:
    """Look one step ahead, then move from the start with the gradients found there.

    Source: Korpelevich 1976; Gidel et al. 2019, algorithm 4 (both steps feed the optimiser's moments; fresh batches).
    """
    start = [player.weights.detach().clone() for player in (game.d, game.g)]
    simultaneous(game, config)
    outs = d_gradient(game), g_gradient(game)
    for player, weights in zip((game.d, game.g), start, strict=True):
        player.weights.data.copy_(weights)
        player.step(game.alive)
    return outs


def optimistic(game: Game, config: TrainConfig) -> Outs:
    """Move by twice the optimiser's step less the last one, w ← w + 2Δₜ − Δₜ₋₁ (simultaneously).

    Source: Daskalakis et al. 2018, eq. 9 and algorithm 1; with SGD, Δ = −η g, it is theirs exactly.
    """
    outs = d_gradient(game), g_gradient(game)
    for player in (game.d, game.g):
        before = player.weights.detach().clone()
        player.optimizer.step()
        change = player.weights.detach() - before
        if player.last_change is None:
            player.last_change = change.clone()
        player.weights.data.add_(change - player.last_change)
        player.last_change.copy_(change)
        player.clip()
        player.keep(before, game.alive)
    return outs


UPDATES: dict[str, Update] = {
    "alternating": alternating,
    "simultaneous": simultaneous,
    "extragradient": extragradient,
    "optimistic": optimistic,
}


def anneal(end: float, progress: float, schedule: str) -> float:
    """Give the factor on the way from 1 to `end` at `progress` in [0, 1]: a straight line or half a cosine."""
    share = progress if schedule == "linear" else 0.5 * (1 - math.cos(math.pi * progress))
    return 1 + (end - 1) * share


def apply_schedules(game: Game, config: TrainConfig, step: int) -> None:
    """Set step sizes, penalty weight and instance noise of one step (1 … steps)."""
    progress = (step - 1) / max(1, config.steps - 1)
    if config.lr_end != 1:
        factor = anneal(config.lr_end, progress, config.schedule)
        game.d.set_lr(factor)
        game.g.set_lr(factor)
    game.penalty_weight = config.penalty_weight * anneal(config.penalty_end, progress, config.schedule)
    game.noise_std = config.instance_noise * anneal(config.noise_end, progress, config.schedule)
