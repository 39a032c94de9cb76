"""Players that a check hands to an answer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlab.grading.checks.wire import portable


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
class Swirl:
    """A vector field of two players, v(w) = A w + c θψ (1, −2) + c w³, (..., 2) -> (..., 2); v(0) = 0, v′(0) = A."""

    def __init__(self, matrix: Tensor, bend: float) -> None:
        self.matrix, self.bend = matrix, bend

    def __call__(self, points: Tensor) -> Tensor:
        product = points.prod(-1, keepdim=True) * points.new_tensor([1.0, -2.0])
        return points @ self.matrix.to(points).T + self.bend * (product + points**3)


def euler(field: Swirl, point: Tensor, h: float) -> Tensor:
    """Move both players at once: M = I + hA at rest."""
    return point + h * field(point)


def gauss_seidel(field: Swirl, point: Tensor, h: float) -> Tensor:
    """Move ψ, then θ from where ψ went: M = (I + h E₀ A)(I + h E₁ A) at rest, Eᵢ with one 1 on the diagonal."""
    for player in (1, 0):
        mine = torch.eye(2, dtype=point.dtype)[player]
        point = point + h * mine * field(point)
    return point


def midpoint(field: Swirl, point: Tensor, h: float) -> Tensor:
    """Move with the slope half a step ahead: M = I + hA + h²A²/2 at rest."""
    return point + h * field(point + 0.5 * h * field(point))
