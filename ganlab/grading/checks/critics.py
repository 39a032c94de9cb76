"""Critics that a check hands to an answer: their gradients are known in closed form."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlab.grading.checks.wire import portable


@portable
class Bowl(nn.Module):
    """D(x) = ½ xᵀ A x + b·x of each flattened sample, (B, features…) -> (B,); ∇D = ½ (A + Aᵀ) x + b.

    `column=True` gives scores (B, 1), as networks do. With `shape`, samples of another shape are refused, and so is a
    gradient that is left in the parameters.
    """

    def __init__(
        self, matrix: Tensor, slope: Tensor, column: bool = False, shape: tuple[int, ...] | None = None
    ) -> None:
        super().__init__()
        self.matrix, self.slope = nn.Parameter(matrix.detach().clone()), nn.Parameter(slope.detach().clone())
        self.column, self.shape = column, shape
        if shape is not None:
            for parameter in self.parameters():
                parameter.register_post_accumulate_grad_hook(self._refuse)

    @staticmethod
    def _refuse(parameter: Tensor) -> None:
        raise RuntimeError("backward() adds to the gradients of the critic's parameters: use torch.autograd.grad.")

    def forward(self, points: Tensor) -> Tensor:
        if self.shape is not None and tuple(points.shape[1:]) != tuple(self.shape):
            of = ", ".join(map(str, self.shape))
            raise ValueError(f"the critic takes samples of shape (B, {of}), it was given {tuple(points.shape)}.")
        flat = points.flatten(1)
        scores = 0.5 * ((flat @ self.matrix) * flat).sum(1) + flat @ self.slope
        return scores[:, None] if self.column else scores

    def gradient(self, points: Tensor) -> Tensor:
        """Give ∇D in closed form, (B, features…) -> (B, features), differentiable in the parameters."""
        return 0.5 * points.flatten(1) @ (self.matrix + self.matrix.T) + self.slope


def draw_bowl(
    features: int, rng: torch.Generator, *, column: bool = False, shape: tuple[int, ...] | None = None
) -> Bowl:
    """Draw a bowl whose gradient norms lie on both sides of 1."""
    matrix = torch.randn(features, features, generator=rng) / features
    return Bowl(matrix, torch.randn(features, generator=rng) / features**0.5, column, shape)


@portable
class Neighbours(nn.Module):
    """D(xᵢ) = b·xᵢ + u·(xᵢ₊ₛ − xᵢ₋ₛ), the batch a circle, (B, features) -> (B,): samples see each other.

    The influences of one sample on all other scores cancel, so the gradient of the summed scores does not show them.
    """

    def __init__(self, slope: Tensor, influence: Tensor, shift: int) -> None:
        super().__init__()
        self.slope, self.influence = nn.Parameter(slope.detach().clone()), nn.Parameter(influence.detach().clone())
        self.shift = shift

    def forward(self, points: Tensor) -> Tensor:
        around = points.roll(-self.shift, 0) - points.roll(self.shift, 0)
        return points @ self.slope + around @ self.influence
