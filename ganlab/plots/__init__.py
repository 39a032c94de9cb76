"""Figures: data in, `ax` in, `ax` out; nothing here trains, counts or shows."""

from ganlab.plots.animate import animate
from ganlab.plots.curves import band, coverage, gradient_norms, losses
from ganlab.plots.fields import distance, eigenvalues, trajectory, vector_field
from ganlab.plots.images import image_history, images
from ganlab.plots.picture import picture
from ganlab.plots.samples import samples, scatter, surface
from ganlab.plots.style import COLOURS

__all__ = [
    "COLOURS",
    "animate",
    "band",
    "coverage",
    "distance",
    "eigenvalues",
    "gradient_norms",
    "image_history",
    "images",
    "losses",
    "picture",
    "samples",
    "scatter",
    "surface",
    "trajectory",
    "vector_field",
]
