"""Games of two numbers in the plane: vector fields, trajectories, and eigenvalues against the circle that decides."""

from __future__ import annotations

import math

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ganlab.games import Game
from ganlab.games import vector_field as evaluate
from ganlab.plots.style import COLOURS, SERIES, axes_or_new


def vector_field(game: Game, *, limit: float = 2.0, size: int = 17, ax: Axes | None = None) -> Axes:
    """Draw where descent moves both players: the direction as arrows of one length, the speed as their darkness.

    Args:
        game: the game; its name becomes the title, and what its projection (`clip`) forbids is shaded.
        limit: half the side of the square shown.
        size: arrows a side.
        ax: where to draw.

    """
    ax = axes_or_new(ax, (3.8, 3.4))
    points, vectors = evaluate(game, limit=limit, size=size)
    speed = vectors.norm(dim=-1)
    unit = vectors / speed.clamp_min(1e-12)[..., None]
    places = [part.numpy() for part in (*points.unbind(-1), *unit.unbind(-1), speed)]
    arrows = ax.quiver(*places, cmap="Greys", pivot="mid", scale=size * 1.3, width=0.004)
    arrows.set_clim(-0.4 * float(speed.max()), float(speed.max()))  # the slowest arrow still shows
    for side in (-1, 1):
        if game.clip < limit:
            ax.axhspan(side * game.clip, side * limit, color=COLOURS["neutral"], alpha=0.25, linewidth=0)
    ax.scatter([0], [0], marker="+", s=40, color=COLOURS["real"], zorder=3)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="θ (generator)", ylabel="ψ (discriminator)")
    ax.set_aspect("equal")
    ax.set_title(game.name, fontsize=10)
    return ax


def trajectory(path: Tensor, *, label: str = "", colour: str = SERIES[1], ax: Axes | None = None) -> Axes:
    """Draw trajectories in the plane of θ and ψ, a circle at each start and a dot at each end.

    Args:
        path: (T, 2) or (T, starts, 2), such as `play` gives; what is not finite is left out.
        label: the name in the legend.
        colour: of line, circle and dot.
        ax: where to draw.

    Raises:
        ValueError: the shape does not fit.

    """
    if path.ndim not in (2, 3) or path.shape[-1] != 2 or 0 in path.shape:
        raise ValueError(f"path must have shape (T, 2) or (T, starts, 2), got {tuple(path.shape)}.")
    ax = axes_or_new(ax, (3.8, 3.4))
    lines = path.detach().cpu().reshape(len(path), -1, 2)
    for k, line in enumerate(lines.unbind(1)):
        x, y = line[line.isfinite().all(-1)].unbind(-1)
        ax.plot(x, y, color=colour, linewidth=1, label=label if label and k == 0 else "_")
        ax.plot(x[:1], y[:1], "o", color=colour, markerfacecolor="none", markersize=6, label="_")
        ax.plot(x[-1:], y[-1:], "o", color=colour, markersize=4, label="_")
    ax.set(xlabel="θ (generator)", ylabel="ψ (discriminator)")
    if label:
        ax.legend(fontsize=8)
    return ax


def distance(path: Tensor, *, label: str = "", colour: str = SERIES[1], ax: Axes | None = None) -> Axes:
    """Draw the distance from the equilibrium at (0, 0) over the updates, on a logarithmic axis.

    Args:
        path: (T, 2) or (T, starts, 2), such as `play` gives.
        label, colour, ax: as in `trajectory`.

    Raises:
        ValueError: the shape does not fit.

    """
    if path.ndim not in (2, 3) or path.shape[-1] != 2 or 0 in path.shape:
        raise ValueError(f"path must have shape (T, 2) or (T, starts, 2), got {tuple(path.shape)}.")
    ax = axes_or_new(ax)
    radii = path.detach().cpu().norm(dim=-1).reshape(len(path), -1)
    for k, radius in enumerate(radii.unbind(1)):
        ax.plot(radius, color=colour, label=label if label and k == 0 else "_")
    ax.set(yscale="log", xlabel="update", ylabel="distance from the equilibrium, √(θ² + ψ²)")
    if label:
        ax.legend(fontsize=8)
    return ax


def eigenvalues(
    values: Tensor, *, boundary: str = "circle", label: str = "", colour: str = SERIES[0], ax: Axes | None = None
) -> Axes:
    """Draw eigenvalues in the complex plane with the boundary of stability.

    Args:
        values: complex (…), any shape.
        boundary: "circle" for an update's matrix (stable inside |λ| = 1), "axis" for a flow's Jacobian (stable left
            of Re λ = 0), "none" for none.
        label, colour, ax: as in `trajectory`.

    Raises:
        ValueError: no such boundary.

    """
    if boundary not in ("circle", "axis", "none"):
        raise ValueError(f"boundary must be 'circle', 'axis' or 'none', got {boundary!r}.")
    ax = axes_or_new(ax, (3.6, 3.4))
    if boundary == "circle":
        angle = torch.linspace(0, 2 * math.pi, 200)
        ax.plot(angle.cos(), angle.sin(), color=COLOURS["real"], linewidth=0.8, linestyle=":", label="_")
        ax.set_aspect("equal")
    elif boundary == "axis":
        ax.axvline(0, color=COLOURS["real"], linewidth=0.8, linestyle=":", label="_")
    shown = values.detach().cpu().flatten().to(torch.complex128)
    ax.scatter(shown.real, shown.imag, s=16, color=colour, alpha=0.8, label=label or "_")
    ax.set(xlabel="Re λ", ylabel="Im λ")
    if label:
        ax.legend(fontsize=8)
    return ax
