"""Colours that stay apart for colour-blind readers and in print, and the one way to get axes."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

# Okabe and Ito 2008: told apart with every common colour-vision deficiency.
COLOURS = {
    "real": "#000000",
    "fake": "#D55E00",
    "generator": "#D55E00",
    "discriminator": "#0072B2",
    "neutral": "#999999",
}
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
SURFACE = "cividis"  # one hue order for every kind of vision


def axes_or_new(ax: Axes | None, size: tuple[float, float] = (5.0, 3.4)) -> Axes:
    """Give the axes passed, or those of a new figure."""
    return plt.subplots(figsize=size, layout="constrained")[1] if ax is None else ax
