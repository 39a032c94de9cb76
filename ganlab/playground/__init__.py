"""Play: a slider that redraws a figure where a notebook is live, the figure alone where it is not."""

from ganlab.playground.explore import explore

__all__ = ["explore"]
