"""Histories over training: each line is a median over seeds, each band holds their middle half and their full range."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from ganlab.plots.style import COLOURS, SERIES, axes_or_new
from ganlab.training.record import Record


def band(steps: Tensor, values: Tensor, *, label: str = "", colour: str = SERIES[0], ax: Axes | None = None) -> Axes:
    """Draw a history of several seeds: median, quartiles (dark) and extremes (light).

    Args:
        steps: (T,).
        values: (S, T); NaN (a stopped seed, a frozen player) is left out.
        label: the line's name in the legend; the number of seeds is added.
        colour: of line and band.
        ax: where to draw.

    """
    ax = axes_or_new(ax)
    x, y = steps.cpu().numpy(), values.detach().cpu().double().numpy()
    if y.ndim != 2 or y.shape[1] != len(x):
        raise ValueError(f"values must have shape (seeds, {len(x)}), one row a seed, got {y.shape}.")
    shown = ~np.isnan(y).all(0)
    ax.set_xlabel("training step")
    if not shown.any():
        return ax
    low, first, middle, third, high = np.nanquantile(y[:, shown], [0, 0.25, 0.5, 0.75, 1], axis=0)
    ax.fill_between(x[shown], low, high, color=colour, alpha=0.15, linewidth=0)
    ax.fill_between(x[shown], first, third, color=colour, alpha=0.3, linewidth=0)
    ax.plot(x[shown], middle, color=colour, label=f"{label} ({y.shape[0]} seed{'s' * (y.shape[0] > 1)})".strip())
    return ax


def coverage(
    steps: Tensor,
    captured: Tensor,
    *,
    total: int,
    label: str = "captured",
    colour: str = SERIES[0],
    ax: Axes | None = None,
) -> Axes:
    """Draw captured modes over time, with the number there is to capture.

    Args:
        steps: (T,).
        captured: (T, S), such as `ModeTimeline.captured`.
        total: modes of the target.
        label, colour, ax: as in `band`.

    """
    ax = band(steps, captured.T.double(), label=label, colour=colour, ax=ax)
    ax.axhline(total, color=COLOURS["real"], linestyle=":", linewidth=1)
    ax.set(ylim=(-0.3, total + 0.5), ylabel=f"modes captured, of {total}")
    _legend(ax)
    return ax


def losses(record: Record, *, ax: Axes | None = None) -> Axes:
    """Draw what both players minimise."""
    ax = axes_or_new(ax)
    _both(record.steps, record.loss_d, record.loss_g, ax)
    ax.set_ylabel("loss (nats for cross-entropy)")
    return ax


def gradient_norms(record: Record, *, ax: Axes | None = None) -> Axes:
    """Draw both players' gradient norms on a logarithmic axis."""
    ax = axes_or_new(ax)
    _both(record.steps, record.gradient_norm_d, record.gradient_norm_g, ax)
    ax.set(yscale="log", ylabel="gradient norm, all weights")
    return ax


def _both(steps: Tensor, d: Tensor, g: Tensor, ax: Axes) -> None:
    for values, name in ((d, "discriminator"), (g, "generator")):
        if not bool(values.isnan().all()):  # a frozen player has no history
            band(steps, values, label=name, colour=COLOURS[name], ax=ax)
    ax.set_xlabel("training step")
    _legend(ax)


def _legend(ax: Axes) -> None:
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize=8)
