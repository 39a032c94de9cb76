"""Small exact games: two players with one number each, whose fate eigenvalues tell before the first step."""

from ganlab.games.game import Game, jacobian, vector_field
from ganlab.games.play import UPDATES, Update, play, spectral_radius, update_matrix
from ganlab.games.zoo import DIRAC, START, dirac, xy

__all__ = [
    "DIRAC",
    "START",
    "UPDATES",
    "Game",
    "Update",
    "dirac",
    "jacobian",
    "play",
    "spectral_radius",
    "update_matrix",
    "vector_field",
    "xy",
]
