"""Playing a game: updates, trajectories, and the eigenvalues that say beforehand where they lead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlab.games.game import Game, as_points, differentiate
from ganlab.runtime import eigenvalues, is_number, require_whole

UPDATES = ("simultaneous", "alternating", "extragradient", "optimistic")
PLAYERS = ("generator", "discriminator")

Step = Callable[[Game, Tensor, Tensor], Tensor]  # game, points (..., 2), step sizes (2,) -> points (..., 2)


@dataclass(frozen=True)
class Update:
    """One update of both players, h the step size, v the game's field, P its projection.

    - "simultaneous": w ← P(w + h v(w)).
    - "alternating": one player moves, then the other sees where it went (Gauss-Seidel). Unrolled, G descends
      L_G(θ, ψ_K), ψ₀ = ψ, ψₖ₊₁ = P(ψₖ − h_D ∂L_D(θ, ψₖ)/∂ψ), with the gradient through these K steps.
    - "extragradient": w̄ = P(w + h v(w)), then w ← P(w + h v(w̄)).
    - "optimistic": w ← P(w + 2h v(w) − h v(w₋₁)), with v(w₋₁) = v(w) at the first step.

    Args:
        kind: a name above, or a step of your own: (game, points (..., 2), step sizes (2,)) -> points (..., 2).
        step_size: h > 0, one for both players or (generator, discriminator) for two time scales.
        momentum: β in (−1, 1), heavy ball as in `torch.optim.SGD`: m ← βm + v, w ← w + hm; negative values are
            meaningful in games. For "simultaneous" and "alternating".
        n_critic, n_generator: updates of D and of G a turn, ≥ 1. For "alternating".
        unroll: K ≥ 0, D's steps that G looks ahead. For "alternating", without momentum, decay, clipping of gradients,
            or consensus in the game.
        clip_gradients: c ≥ 0: each player's slope is kept in [−c, c] (a slope is one number, so its norm is its size);
            0 does not clip. For every kind that has a name.
        weight_decay: ≥ 0, this times w is added to both players' gradients, after the clipping. Likewise.
        first: who moves first in "alternating": "discriminator" as in `train`, or "generator" as in Mescheder's code.
            The order moves a trajectory, never the eigenvalues.

    Left out are Adam and RMSProp, which divide by the size of past slopes: that is 0 at the equilibrium, where their
    update has no derivative and so no eigenvalues; and schedules, under which no two updates are one map (play a part
    with each step size instead).

    Raises:
        ValueError: a value is out of its range, or the kind does not use it; when called, unrolled steps meet a game
            with consensus.

    Source: extragradient: Korpelevich 1976, in GANs Gidel et al. 2019 (variational inequality perspective); optimistic:
    Daskalakis et al. 2018; two time scales: Heusel et al. 2017; momentum: Gidel et al. 2019 (negative momentum);
    unrolling: Metz et al. 2017, eq. 3-5; clipping of gradients: Pascanu et al. 2013, algorithm 1.

    """

    kind: str | Step = "simultaneous"
    step_size: float | tuple[float, float] = 0.2
    momentum: float = 0.0
    n_critic: int = 1
    first: str = "discriminator"
    n_generator: int = 1
    unroll: int = 0
    clip_gradients: float = 0.0
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        """Check every field."""
        if not callable(self.kind) and self.kind not in UPDATES:
            raise ValueError(f"update {self.kind!r} is not known: use one of {', '.join(map(repr, UPDATES))}.")
        sizes = self.step_size if isinstance(self.step_size, tuple) else (self.step_size, self.step_size)
        if len(sizes) != 2 or not all(isinstance(h, int | float) and 0 < h < math.inf for h in sizes):
            raise ValueError(f"step_size must be one finite number above 0, or a pair of them, got {self.step_size!r}.")
        if not is_number(self.momentum) or not -1 < self.momentum < 1:
            raise ValueError(f"momentum must lie between -1 and 1, got {self.momentum!r}.")
        if self.momentum and self.kind not in ("simultaneous", "alternating"):
            raise ValueError(f"momentum is for 'simultaneous' and 'alternating' updates, not for {self.kind!r}.")
        for name, low in (("n_critic", 1), ("n_generator", 1), ("unroll", 0)):
            value = getattr(self, name)
            require_whole(name, value, low)
            if value > low and self.kind != "alternating":
                raise ValueError(f"{name}={value} needs 'alternating' updates, not {self.kind!r}.")
        self._check_slopes()
        if self.first not in PLAYERS:
            raise ValueError(f"first must be 'generator' or 'discriminator', got {self.first!r}.")

    def _check_slopes(self) -> None:
        for name in ("clip_gradients", "weight_decay"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 <= value < math.inf:
                raise ValueError(f"{name} must be a finite number of 0 or more, got {value!r}.")
            if value and callable(self.kind):
                raise ValueError(f"{name}={value} has no effect on a step of your own: write it into the step.")
        for name in ("momentum", "weight_decay", "clip_gradients"):
            if self.unroll and getattr(self, name):
                raise ValueError(
                    f"unroll={self.unroll} takes plain steps of D and leaves out {name}={getattr(self, name)}: set it "
                    "to 0."
                )

    @property
    def remembers(self) -> bool:
        """Say whether a step depends on the one before, so that the state is (w, memory)."""
        return self.kind == "optimistic" or self.momentum != 0

    def start(self, game: Game, points: Tensor) -> Tensor:
        """Give the state that a game starts from: (..., 2), or (..., 4) with the memory."""
        points = game.project(points)
        if not self.remembers:
            return points
        memory = self._slope(game, points) if self.kind == "optimistic" else torch.zeros_like(points)
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
            ahead = game.project(points + h * self._slope(game, points))
            return game.project(points + h * self._slope(game, ahead))
        slope = self._slope(game, points)
        if self.kind == "optimistic":
            return torch.cat((game.project(points + h * (2 * slope - memory)), slope), -1)
        slope = slope + self.momentum * memory if self.remembers else slope
        points = game.project(points + h * slope)
        return torch.cat((points, slope), -1) if self.remembers else points

    def _slope(self, game: Game, points: Tensor) -> Tensor:
        """Give the field as the players use it: clipped, then with the decay of their weights."""
        slope = game.field(points)
        if self.clip_gradients:
            slope = slope.clamp(-self.clip_gradients, self.clip_gradients)
        return slope - self.weight_decay * points if self.weight_decay else slope

    def _alternate(self, game: Game, points: Tensor, memory: Tensor, h: Tensor) -> Tensor:
        g, d = [0] * self.n_generator, [1] * self.n_critic
        for player in g + d if self.first == "generator" else d + g:
            mine = torch.eye(2, dtype=points.dtype, device=points.device)[player]
            ahead = self.unroll and player == 0
            slope = unrolled_slope(game, points, self.unroll, h[1]) if ahead else self._slope(game, points)
            if self.remembers:
                memory = memory + mine * ((self.momentum - 1) * memory + slope)
                slope = memory
            points = game.project(points + mine * h * slope)
        return torch.cat((points, memory), -1) if self.remembers else points


def unrolled_slope(game: Game, points: Tensor, steps: int, step_size: float | Tensor) -> Tensor:
    """Give −dL_G(θ, ψ_K)/dθ, K descending (and projected) steps of D ahead, with the gradient through them.

    Args:
        game: without consensus.
        points: (..., 2).
        steps: K ≥ 0.
        step_size: D's.

    Returns:
        (..., 2), D's entry 0; differentiable where `points` requires a gradient.

    Raises:
        ValueError: the game has consensus, whose field belongs to both players at the same point.

    Source: Metz et al. 2017, eq. 3-5.

    """
    if game.consensus:
        raise ValueError(
            f"unrolled steps are not defined with consensus={game.consensus}, whose field is that of both players at "
            "the same point (Mescheder et al. 2017): leave out one of them."
        )
    keep = points.requires_grad
    with torch.enable_grad():
        own = points if keep else points.detach().requires_grad_()
        theta, psi = own.unbind(-1)
        for _ in range(steps):
            loss = game.discriminator(theta, psi).sum() + 0.0 * psi.sum()  # the last for losses that are constants
            (slope,) = torch.autograd.grad(loss, psi, create_graph=True)
            psi = game.project(torch.stack((theta, psi - step_size * slope), -1))[..., 1]
        total = game.generator(theta, psi).sum() + 0.0 * own.sum()
        (slope,) = torch.autograd.grad(total, theta, create_graph=keep, materialize_grads=True)
    slope = torch.stack((-slope, torch.zeros_like(slope)), -1)
    return slope if keep else slope.detach()


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
    """Give the largest |eigenvalue|, (..., n, n) -> (...,); NaN where a matrix is not finite."""
    return eigenvalues(matrix).abs().amax(-1)
