"""Players that a check hands to an answer."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ganlab.grading.checks.wire import portable
from ganlab.objectives import LOSSES


@portable
class Seasoned(nn.Module):
    """A network in the middle of its training: each weight carries the gradient of an earlier step in `.grad`."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        for k, weight in enumerate(self.net.parameters()):
            weight.grad = torch.full_like(weight, 0.3 + 0.1 * k)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


@portable
class Tempered(nn.Module):
    """A layer whose output tells training mode from evaluation mode, as a dropout's does, but without chance."""

    def forward(self, x: Tensor) -> Tensor:
        return x if self.training else 0.7 * x


@portable
class BatchLoss:
    """The generator's loss of that name, strict about what it is given: one score a sample, (B,)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, s_real: Tensor, s_fake: Tensor) -> Tensor:
        for scores in (s_real, s_fake):
            if scores.ndim != 1:
                raise ValueError(
                    f"g_loss takes one score a sample, (B,), also at B = 1, and was given {tuple(scores.shape)}"
                )
        return LOSSES[self.name].g(s_real, s_fake)


def second_time(
    answer: Callable[..., object], g: nn.Module, d: nn.Module, latents: Tensor, g_loss: Callable[..., Tensor]
) -> object:
    """Call the answer twice with the same networks and give the second result."""
    answer(g, d, latents, g_loss)
    return answer(g, d, latents, g_loss)


@portable
class Swirl:
    """A vector field of two players, v(w) = A w + c θψ (1, −2) + c w³, (..., 2) -> (..., 2); v(0) = 0, v′(0) = A."""

    def __init__(self, matrix: Tensor, bend: float) -> None:
        self.matrix, self.bend = matrix, bend

    def __call__(self, points: Tensor) -> Tensor:
        product = points.prod(-1, keepdim=True) * points.new_tensor([1.0, -2.0])
        return points @ self.matrix.to(points).T + self.bend * (product + points**3)


@portable
class Sweep:
    """A step as numbers: partial moves w ← w + h r ⊙ v(w + a h v(w)), one for each row r of `rows` (n, 2), a = `ahead`.

    A row of ones moves both players, (0, 1) the discriminator alone.
    """

    def __init__(self, rows: Tensor, ahead: float) -> None:
        self.rows, self.ahead = rows, ahead

    def __call__(self, field: Callable[[Tensor], Tensor], point: Tensor, h: float) -> Tensor:
        for row in self.rows.to(point):
            point = point + h * row * field(point + self.ahead * h * field(point))
        return point
