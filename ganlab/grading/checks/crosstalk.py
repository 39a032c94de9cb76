"""Critics for the question whether a score depends on one sample only: with a known table of effects, or a mode of
their own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlab.grading.checks.wire import portable


@portable
class Crosstalk(nn.Module):
    """D(xᵢ) = b·xᵢ + Σⱼ Tᵢⱼ u·xⱼ of flattened samples, (B, features…) -> (B,): ∂D(xᵢ)/∂xⱼ = Tᵢⱼ u for i ≠ j.

    The table T is cut to the batch, so that smaller batches can be scored as well; its diagonal must be 0.
    """

    table: Tensor

    def __init__(self, slope: Tensor, influence: Tensor, table: Tensor) -> None:
        super().__init__()
        self.slope, self.influence = nn.Parameter(slope.detach().clone()), nn.Parameter(influence.detach().clone())
        self.register_buffer("table", table.detach().clone())

    def forward(self, points: Tensor) -> Tensor:
        flat, count = points.flatten(1), len(points)
        return flat @ self.slope + self.table[:count, :count] @ (flat @ self.influence)


@portable
class OneMode(nn.Module):
    """D(x) = b·x, (B, features) -> (B,), which refuses to be switched to another mode than the one it is made in."""

    def __init__(self, slope: Tensor, training: bool) -> None:
        super().__init__()
        self.slope = nn.Parameter(slope.detach().clone())
        self.training = training

    def train(self, mode: bool = True) -> OneMode:
        """Stay in the mode."""
        if mode != self.training:
            raise RuntimeError("the critic was switched to another mode: leave it in the one that it is in.")
        return self

    def forward(self, points: Tensor) -> Tensor:
        return points @ self.slope


def one_pair(count: int, to: int, of: int) -> Tensor:
    """Give the table in which only sample `of` moves only the score of sample `to`."""
    table = torch.zeros(count, count)
    table[to, of] = 1.0
    return table
