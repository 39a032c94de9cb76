"""A figure as PNG bytes, and nothing left open behind it."""

from __future__ import annotations

import io
from collections.abc import Callable

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

Draw = Callable[..., Figure]


def picture(draw: Draw) -> bytes:
    """Give what `draw()` returns as PNG, and close every figure it opened, also where it fails.

    Raises:
        TypeError: `draw` returned no figure.

    """
    before = set(plt.get_fignums())
    try:
        figure = draw()
        if not isinstance(figure, Figure):
            owner = getattr(figure, "figure", None)
            hint = "return its figure, ax.figure" if isinstance(owner, Figure) else "let it end with `return fig`"
            raise TypeError(f"draw must return a matplotlib Figure, not {type(figure).__name__}: {hint}.")
        page = io.BytesIO()
        figure.savefig(page, format="png")
        plt.close(figure)
        return page.getvalue()
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)
