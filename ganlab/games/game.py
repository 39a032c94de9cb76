"""A game of two numbers, with its exact vector field and Jacobian.

A point is w = (θ, ψ), the last axis of a tensor (..., 2): the generator owns θ, the discriminator owns ψ, and each
minimises a loss of its own. The vector field is the direction in which gradient descent moves both players,
v(w) = (−∂L_G/∂θ, −∂L_D/∂ψ). Everything takes any number of points at once and keeps their dtype; plain numbers
become float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

PlayerLoss = Callable[[Tensor, Tensor], Tensor]  # θ (...,), ψ (...,) -> (...,)


@dataclass(frozen=True)
class Game:
    """Two players with one number each.

    v(w) = u(w) − γ ∇ ½‖u(w)‖², u = (−∂L_G/∂θ, −∂L_D/∂ψ), with γ = `consensus`; `clip` is the projection of ψ that
    follows each update.

    Args:
        generator: L_G(θ, ψ), (...,), (...,) -> (...,), elementwise: point k's loss depends on point k alone.
        discriminator: L_D(θ, ψ), likewise.
        consensus: γ ≥ 0 of consensus optimisation; 0 is plain gradient descent.
        clip: ψ is kept in [−clip, clip]; infinite by default.
        name: for titles and messages.

    Raises:
        ValueError: `consensus` is negative or `clip` is not above 0.

    Source: Mescheder et al. 2017, §4 (consensus: γ ½‖u‖² is added to both losses); Arjovsky et al. 2017, algorithm 1
    (clip).

    """

    generator: PlayerLoss
    discriminator: PlayerLoss
    consensus: float = 0.0
    clip: float = math.inf
    name: str = ""

    def __post_init__(self) -> None:
        """Check both numbers."""
        if not 0 <= self.consensus < math.inf:
            raise ValueError(f"consensus must be a finite number of 0 or more, got {self.consensus!r}.")
        if not self.clip > 0:
            raise ValueError(f"clip must be greater than 0, got {self.clip!r}.")

    def field(self, points: Tensor | Sequence[float]) -> Tensor:
        """Give v at each point, (..., 2) -> (..., 2); differentiable where `points` requires a gradient.

        Raises:
            ValueError: the last axis does not hold the two numbers θ and ψ, or a loss mixes the points.

        """
        points = as_points(points)
        keep = points.requires_grad
        with torch.enable_grad():
            own = points if keep else points.detach().requires_grad_()
            slopes = self._slopes(own, nested=keep or self.consensus > 0)
            if self.consensus > 0:
                energy = 0.5 * slopes.square().sum()
                pull = torch.autograd.grad(energy, own, create_graph=keep, materialize_grads=True)[0]
                slopes = slopes - self.consensus * pull
        return slopes if keep else slopes.detach()

    def project(self, points: Tensor) -> Tensor:
        """Clip ψ, (..., 2) -> (..., 2)."""
        if math.isinf(self.clip):
            return points
        return torch.stack((points[..., 0], points[..., 1].clamp(-self.clip, self.clip)), -1)

    def _slopes(self, points: Tensor, *, nested: bool) -> Tensor:
        """Give u: both players' slopes from one backward pass, each through its own view of the points."""
        mine, theirs = points.unbind(-1), points.unbind(-1)
        losses = self.generator(*mine), self.discriminator(*theirs)
        for loss in losses:
            if loss.shape != mine[0].shape:
                raise ValueError(
                    f"a player's loss must give one number a point, shape {tuple(mine[0].shape)}, "
                    f"got {tuple(loss.shape)}."
                )
        total = losses[0].sum() + losses[1].sum() + 0.0 * points.sum()  # the last for losses that are constants
        slopes = torch.autograd.grad(total, (mine[0], theirs[1]), create_graph=nested, materialize_grads=True)
        return -torch.stack(slopes, -1)


def as_points(points: Tensor | Sequence[float]) -> Tensor:
    """Check points (..., 2), or make them from plain numbers in float64.

    Raises:
        ValueError: the last axis does not hold two numbers.

    """
    points = points if isinstance(points, Tensor) else torch.as_tensor(points, dtype=torch.float64)
    points = points if points.is_floating_point() else points.double()
    if points.ndim == 0 or points.shape[-1] != 2:
        raise ValueError(f"points must have shape (..., 2), θ and ψ on the last axis, got {tuple(points.shape)}.")
    return points


def jacobian(game: Game, points: Tensor | Sequence[float]) -> Tensor:
    """Differentiate the vector field, J_ij = ∂v_i/∂w_j, exactly: (..., 2) -> (..., 2, 2).

    An equilibrium attracts the continuous flow if every eigenvalue of J there has a negative real part. A projection
    (`clip`) is no part of the field and does not enter.

    Source: Mescheder et al. 2017, §3.
    """
    return differentiate(game.field, as_points(points))


def differentiate(function: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """Give the Jacobian of a map that treats points alone, (..., n) -> (..., m): (..., m, n)."""
    points = points.detach().requires_grad_()
    with torch.enable_grad():
        values = function(points)
        rows = [
            torch.autograd.grad(value.sum(), points, retain_graph=True, materialize_grads=True)[0]
            if value.requires_grad
            else torch.zeros_like(points)
            for value in values.unbind(-1)
        ]
    return torch.stack(rows, -2).detach()


def vector_field(game: Game, *, limit: float = 2.0, size: int = 17) -> tuple[Tensor, Tensor]:
    """Evaluate the field on a square grid of θ and ψ in [−limit, limit]: points and vectors, both (size, size, 2).

    Rows run along ψ and columns along θ, as `pcolormesh` and `streamplot` expect.

    Raises:
        ValueError: the limit is not above 0, or there are fewer than two points a side.

    """
    if not 0 < limit < math.inf or size < 2:
        raise ValueError(f"needs a finite limit above 0 and a size of 2 or more, got limit={limit}, size={size}.")
    ticks = torch.linspace(-limit, limit, size, dtype=torch.float64)
    points = torch.stack(torch.meshgrid(ticks, ticks, indexing="xy"), -1)
    return points, game.field(points)
