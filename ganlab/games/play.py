"""Playing a game: updates, trajectories, and the eigenvalues that say beforehand where they lead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlab.games.game import Game, as_points, differentiate

UPDATES = ("simultaneous", "alternating", "extragradient", "optimistic")
PLAYERS = ("generator", "discriminator")

Step = Callable[[Game, Tensor, Tensor], Tensor]  # game, points (..., 2), step sizes (2,) -> points (..., 2)


@dataclass(frozen=True)
class Update:
    """One update of both players, h the step size, v the game's field, P its projection.

    - "simultaneous": w ← P(w + h v(w)).
    - "alternating": one player moves, then the other sees where it went (Gauss-Seidel).
    - "extragradient": w̄ = P(w + h v(w)), then w ← P(w + h v(w̄)).
    - "optimistic": w ← P(w + 2h v(w) − h v(w₋₁)), with v(w₋₁) = v(w) at the first step.

    Args:
        kind: a name above, or a step of your own: (game, points (..., 2), step sizes (2,)) -> points (..., 2).
        step_size: h > 0, one for both players or (generator, discriminator) for two time scales.
        momentum: β in (−1, 1), heavy ball as in `torch.optim.SGD`: m ← βm + v, w ← w + hm; negative values are
            meaningful in games. For "simultaneous" and "alternating".
        n_critic: updates of D for one of G. For "alternating".
        first: who moves first in "alternating": "discriminator" as in `train`, or "generator" as in Mescheder's code.
            The order moves a trajectory, never the eigenvalues.

    Raises:
        ValueError: a value is out of its range, or the kind does not use it.

    Source: extragradient: Korpelevich 1976, in GANs Gidel et al. 2019 (variational inequality perspective); optimistic:
    Daskalakis et al. 2018; two time scales: Heusel et al. 2017; momentum: Gidel et al. 2019 (negative momentum).

    """

    kind: str | Step = "simultaneous"
    step_size: float | tuple[float, float] = 0.2
    momentum: float = 0.0
    n_critic: int = 1
    first: str = "discriminator"

    def __post_init__(self) -> None:
        """Check every field."""
        if not callable(self.kind) and self.kind not in UPDATES:
            raise ValueError(f"update {self.kind!r} is not known: use one of {', '.join(map(repr, UPDATES))}.")
        sizes = self.step_size if isinstance(self.step_size, tuple) else (self.step_size, self.step_size)
        if len(sizes) != 2 or not all(isinstance(h, int | float) and 0 < h < math.inf for h in sizes):
            raise ValueError(f"step_size must be one finite number above 0, or a pair of them, got {self.step_size!r}.")
        if not -1 < self.momentum < 1:
            raise ValueError(f"momentum must lie between -1 and 1, got {self.momentum!r}.")
        if self.momentum and self.kind not in ("simultaneous", "alternating"):
            raise ValueError(f"momentum is for 'simultaneous' and 'alternating' updates, not for {self.kind!r}.")
        if not isinstance(self.n_critic, int) or self.n_critic < 1:
            raise ValueError(f"n_critic must be a whole number of 1 or more, got {self.n_critic!r}.")
        if self.n_critic > 1 and self.kind != "alternating":
            raise ValueError(f"n_critic={self.n_critic} needs 'alternating' updates, not {self.kind!r}.")
        if self.first not in PLAYERS:
            raise ValueError(f"first must be 'generator' or 'discriminator', got {self.first!r}.")

    @property
    def remembers(self) -> bool:
        """Say whether a step depends on the one before, so that the state is (w, memory)."""
        return self.kind == "optimistic" or self.momentum != 0

    def start(self, game: Game, points: Tensor) -> Tensor:
        """Give the state that a game starts from: (..., 2), or (..., 4) with the memory."""
        points = game.project(points)
        if not self.remembers:
            return points
        memory = game.field(points) if self.kind == "optimistic" else torch.zeros_like(points)
        return torch.cat((points, memory), -1)

    def __call__(self, game: Game, state: Tensor) -> Tensor:
        """Move both players once, (..., 2 or 4) -> same shape."""
        pair = self.step_size if isinstance(self.step_size, tuple) else (self.step_size, self.step_size)
        h = state.new_tensor(pair)
        points, memory = state[..., :2], state[..., 2:]
        if callable(self.kind):
            return game.project(self.kind(game, points, h))
        if self.kind == "alternating":
            return self._alternate(game, points, memory, h)
        if self.kind == "extragradient":
            ahead = game.project(points + h * game.field(points))
            return game.project(points + h * game.field(ahead))
        slope = game.field(points)
        if self.kind == "optimistic":
            return torch.cat((game.project(points + h * (2 * slope - memory)), slope), -1)
        slope = slope + self.momentum * memory if self.remembers else slope
        points = game.project(points + h * slope)
        return torch.cat((points, slope), -1) if self.remembers else points

    def _alternate(self, game: Game, points: Tensor, memory: Tensor, h: Tensor) -> Tensor:
        turns = [0] + [1] * self.n_critic
        for player in turns if self.first == "generator" else turns[1:] + turns[:1]:
            mine = torch.eye(2, dtype=points.dtype, device=points.device)[player]
            slope = game.field(points)
            if self.remembers:
                memory = memory + mine * ((self.momentum - 1) * memory + slope)
                slope = memory
            points = game.project(points + mine * h * slope)
        return torch.cat((points, memory), -1) if self.remembers else points


def play(game: Game, start: Tensor | Sequence[float], update: Update, *, steps: int = 500) -> Tensor:
    """Play from one or many starts, (..., 2) -> trajectory (steps + 1, ..., 2), the (projected) start included.

    A game that diverges runs on to infinite values; nothing stops it.

    Raises:
        ValueError: the start's last axis is not (θ, ψ), or `steps` is negative.

    """
    if steps < 0:
        raise ValueError(f"steps must be 0 or more, got {steps}.")
    state = update.start(game, as_points(start).detach())
    path = [state[..., :2]]
    for _ in range(steps):
        state = update(game, state)
        path.append(state[..., :2])
    return torch.stack(path)


def update_matrix(game: Game, update: Update, point: Tensor | Sequence[float] = (0.0, 0.0)) -> Tensor:
    """Linearise one update at rest, exactly: (..., 2) -> (..., n, n), n = 2, or 4 if the update remembers.

    F(w + δ) ≈ F(w) + Mδ. At an equilibrium the game converges locally, at rate ρ a step, if the largest |eigenvalue|
    ρ of M is below 1, and diverges above. For simultaneous updates M = I + hJ. With memory the state is (w, memory),
    at memory 0.

    Raises:
        ValueError: the point's last axis is not (θ, ψ).

    Source: Mescheder et al. 2017, §3.

    """
    points = as_points(point)
    state = torch.cat((points, torch.zeros_like(points)), -1) if update.remembers else points
    return differentiate(lambda own: update(game, own), state)


def spectral_radius(matrix: Tensor) -> Tensor:
    """Give the largest |eigenvalue|, (..., n, n) -> (...,)."""
    return torch.linalg.eigvals(matrix).abs().amax(-1)
