"""Clouds of points, alone and over the discriminator's surface."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from ganlab.data.mixtures import Mixture
from ganlab.plots.style import COLOURS, SURFACE, axes_or_new
from ganlab.training.run import Run


def scatter(
    points: Tensor, *, mixture: Mixture | None = None, limit: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw generated points, (N, 2), and around each mode of the mixture the circle of 3σ that counts as high quality.

    Args:
        points: (N, 2).
        mixture: the target; None draws no circles.
        limit: half the side of the square shown; None fits the mixture (or the points).
        ax: where to draw.

    """
    ax = axes_or_new(ax, (3.4, 3.4))
    points = points.detach().cpu()
    ax.scatter(points[:, 0], points[:, 1], s=5, alpha=0.35, linewidths=0, color=COLOURS["fake"], label="generated")
    if mixture is not None:
        for (x, y), std in zip(mixture.modes.tolist(), mixture.stds.tolist(), strict=True):
            # A circle of 3σ can be smaller than a line is wide, so the mode's centre is marked as well.
            ax.add_patch(plt.Circle((x, y), 3 * std, fill=False, color=COLOURS["real"], linewidth=0.8))
        label = "modes, circle of 3σ"
        ax.scatter(
            mixture.modes[:, 0],
            mixture.modes[:, 1],
            s=16,
            marker="+",
            color=COLOURS["real"],
            linewidths=0.8,
            label=label,
        )
    reach = limit if limit is not None else view_limit(points, mixture)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    return ax


def surface(score: Callable[[Tensor], Tensor], *, limit: float = 3.0, size: int = 61, ax: Axes | None = None) -> Axes:
    """Colour the plane by σ(D(x)), from 0 (fake) to 1 (real).

    Args:
        score: (N, 2) -> (N,) logits.
        limit: half the side of the square shown.
        size: points along a side.
        ax: where to draw.

    """
    ax = axes_or_new(ax, (3.4, 3.4))
    ticks = torch.linspace(-limit, limit, size)
    x, y = torch.meshgrid(ticks, ticks, indexing="xy")
    with torch.no_grad():
        belief = torch.sigmoid(score(torch.stack((x, y), -1).reshape(-1, 2))).reshape(size, size).cpu()
    image = ax.pcolormesh(x.numpy(), y.numpy(), belief.numpy(), cmap=SURFACE, vmin=0, vmax=1, shading="gouraud")
    image.set_rasterized(True)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    return ax


def samples(
    run: Run,
    *,
    mixture: Mixture | None = None,
    seeds: Sequence[int] = (0, 1, 2, 3),
    n: int = 1000,
    limit: float | None = None,
    title: str = "",
    axes: Sequence[Axes] | None = None,
) -> Sequence[Axes]:
    """Draw several seeds side by side: samples over the surface of their own discriminator.

    Args:
        run: a trained run with two-dimensional data.
        mixture: the target, for its modes.
        seeds: positions on the run's seed axis; those past its end are left out.
        n: samples a seed.
        limit: half the side of the square shown.
        title: stands over the first axes, before its seed.
        axes: one for each seed.

    Raises:
        ValueError: no seed to draw, or not one axes a seed.

    """
    chosen = [k for k in seeds if k < run.config.seeds]
    if not chosen:
        raise ValueError(f"no seed to draw: the run has {run.config.seeds}, asked for {list(seeds)}.")
    if axes is None:
        size = (2.5 * len(chosen) + 0.7, 2.9)
        grid = plt.subplots(1, len(chosen), figsize=size, layout="constrained", sharey=True, squeeze=False)[1]
        axes = list(np.ravel(grid))
    if len(axes) != len(chosen):
        raise ValueError(f"axes must hold one for each of {len(chosen)} seeds, got {len(axes)}.")
    points = run.sample(n)
    reach = limit if limit is not None else view_limit(points.flatten(0, 1), mixture)
    for ax, k in zip(axes, chosen, strict=True):
        surface(lambda x, k=k: run.scores(x)[k], limit=reach, ax=ax)  # type: ignore[misc]
        scatter(points[k], mixture=mixture, limit=reach, ax=ax)
        ax.set_title(f"{title + ', ' if title and ax is axes[0] else ''}seed {run.seeds[k]}", fontsize=10)
        if ax is not axes[0]:
            ax.set_ylabel("")
    bar = axes[-1].figure.colorbar(axes[-1].collections[0], ax=list(axes), shrink=0.8, pad=0.01)
    bar.set_label("σ(D(x)): 0 fake, 1 real")
    return axes


def view_limit(points: Tensor, mixture: Mixture | None = None) -> float:
    """Give half the side of a square about the origin that shows the mixture with its 3σ, or else the points."""
    if mixture is not None:
        return 1.5 * float((mixture.modes.abs().amax(1) + 3 * mixture.stds).max())
    finite = points[points.isfinite().all(-1)]
    return max(1.5 * float(finite.abs().max()), 1e-3) if len(finite) else 1.0
