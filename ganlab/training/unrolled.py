"""Unrolled GANs: the generator's loss against the discriminator's answer, K steps ahead."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import functional_call

from ganlab.training.config import TrainConfig
from ganlab.training.lifting import flat_scores
from ganlab.training.player import Player
from ganlab.training.step import Game, StepOut


def unrolled_gradient(game: Game, config: TrainConfig) -> StepOut:
    """Differentiate G's loss after K steps of D, with the gradient through those steps; D's own weights stay.

    The unrolled steps are those that D's optimiser would take from its present state (Adam or plain gradient descent),
    all on the batch of this update.

    Source: Metz et al. 2017, eq. 3-5 (the full gradient, both terms of eq. 5; like the authors' code, which unrolls
    Adam).
    """
    fake = game.blur(game.g(game.latents.next()))
    real = game.blur(game.data.next())
    answer = Answer(game.d, config)
    for _ in range(config.unroll):
        s_real, s_fake = answer.scores(real), answer.scores(fake)
        answer.step(game.d_loss(s_real, s_fake))
    s_real, s_fake = answer.scores(real), answer.scores(fake)
    losses = game.g_loss(s_real, s_fake)
    norms = game.g.differentiate(losses, None, game.alive)
    return StepOut(losses.detach(), norms, s_real.detach(), s_fake.detach())


class Answer:
    """A copy of D whose steps are part of the autograd graph."""

    def __init__(self, player: Player, config: TrainConfig) -> None:
        self.player, self.config = player, config
        self.weights: Tensor = player.weights
        # Running statistics move on these copies: the discriminator itself is not trained here.
        self.buffers = {name: buffer.clone() for name, buffer in player.net.named_buffers()}
        self.state = {k: v.clone() for k, v in player.optimizer.state.get(player.weights, {}).items()}

    def scores(self, x: Tensor) -> Tensor:
        """Score samples with the weights reached so far."""
        names = [name for name, parameter in self.player.net.named_parameters() if parameter.requires_grad]
        weights = dict(zip(names, self.player.parts(self.weights), strict=True))
        return flat_scores(functional_call(self.player.net, {**weights, **self.buffers}, (x,)))

    def step(self, losses: Tensor) -> None:
        """Descend D's loss once."""
        (slope,) = torch.autograd.grad(losses.sum(), self.weights, create_graph=True)
        lr = self.player.optimizer.param_groups[0]["lr"]
        self.weights = self.weights - lr * (self._adam(slope) if self.config.optimizer == "adam" else slope)

    def _adam(self, slope: Tensor) -> Tensor:
        beta1, beta2 = self.config.betas
        zero = torch.zeros_like(slope)
        count = self.state.get("step", torch.zeros(())) + 1
        mean = beta1 * self.state.get("exp_avg", zero) + (1 - beta1) * slope
        square = beta2 * self.state.get("exp_avg_sq", zero) + (1 - beta2) * slope.square()
        self.state = {"step": count, "exp_avg": mean, "exp_avg_sq": square}
        # The small number stands under the root as well: the root has no derivative at 0, where unused weights are.
        root = (square / (1 - beta2**count) + 1e-16).sqrt()
        return mean / (1 - beta1**count) / (root + 1e-8)
