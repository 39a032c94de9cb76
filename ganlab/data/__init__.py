"""Data: samplers with a known density, which can say exactly what a perfect generator would draw, and images."""

from ganlab.data.images import ImageSet, digits, fashion_mnist, mnist
from ganlab.data.latents import interpolate
from ganlab.data.mixtures import Mixture, grid, ring
from ganlab.data.pairs import Pairs, join_labels, split_labels
from ganlab.data.shapes import Points, Sampler, SwissRoll, TwoMoons, as_sampler
from ganlab.data.stacked import StackedSet, stacked_mnist

__all__ = [
    "ImageSet",
    "Mixture",
    "Pairs",
    "Points",
    "Sampler",
    "StackedSet",
    "SwissRoll",
    "TwoMoons",
    "as_sampler",
    "digits",
    "fashion_mnist",
    "grid",
    "interpolate",
    "join_labels",
    "mnist",
    "ring",
    "split_labels",
    "stacked_mnist",
]
