"""Data with a known density: every sampler here can say exactly what a perfect generator would draw."""

from ganlab.data.mixtures import Mixture, grid, ring
from ganlab.data.shapes import Points, Sampler, SwissRoll, TwoMoons, as_sampler

__all__ = ["Mixture", "Points", "Sampler", "SwissRoll", "TwoMoons", "as_sampler", "grid", "ring"]
