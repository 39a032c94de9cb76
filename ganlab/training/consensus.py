"""Consensus optimisation: both players also make the joint gradient small."""

from __future__ import annotations

import torch

from ganlab.training.lifting import flat_scores
from ganlab.training.step import Game, StepOut


def consensus_gradients(game: Game, weight: float) -> tuple[StepOut, StepOut]:
    """Differentiate L_D + γ ½‖v‖² by D and L_G + γ ½‖v‖² by G, v = (∇_D L_D, ∇_G L_G), on one batch.

    L_D holds its penalty, and ∇_D L_D depends on G through the fakes that the penalty looks at; what a penalty of one's
    own detaches counts as constant.
    `gradient_norm` in what is recorded is that of the regularised gradients.

    Source: Mescheder et al. 2017, eq. 9-10 (γ is `TrainConfig.consensus`).
    """
    # Twice differentiable, so through the modules and with G's samples in the graph.
    real, fake = game.blur(game.data.next()), game.blur(game.g.net(game.latents.next()))
    s_real, s_fake = flat_scores(game.d.net(real)), flat_scores(game.d.net(fake))
    penalties = 0.0 if game.penalty is None else game.penalty_weight * game.penalty(real.detach(), fake)
    losses = {"d": game.d_loss(s_real, s_fake) + penalties, "g": game.g_loss(s_real, s_fake)}
    players = {"d": game.d, "g": game.g}
    slopes = {
        name: torch.autograd.grad(losses[name].sum(), player.parameters, create_graph=True, materialize_grads=True)
        for name, player in players.items()
    }
    field = torch.stack([0.5 * slope.square().sum() for own in slopes.values() for slope in own]).sum()
    norms = {}
    for name, player in players.items():
        pull = torch.autograd.grad(field, player.parameters, retain_graph=True, materialize_grads=True)
        player.take(own.detach() + weight * extra for own, extra in zip(slopes[name], pull, strict=True))
        norms[name] = player.measure(losses[name].detach(), game.alive)
    d_out, g_out = (
        StepOut(losses[name].detach(), norms[name], s_real.detach(), s_fake.detach()) for name in ("d", "g")
    )
    return d_out, g_out
