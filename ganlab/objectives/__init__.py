"""What each player minimises: losses on scores, penalties on the discriminator, each with its source."""

from ganlab.objectives.losses import LOSSES, GANLoss, label_smoothing, resolve_loss
from ganlab.objectives.penalties import PENALTIES, Penalty, dragan, r1, r1_r2, r2, resolve_penalty, wgan_gp

__all__ = [
    "LOSSES",
    "PENALTIES",
    "GANLoss",
    "Penalty",
    "dragan",
    "label_smoothing",
    "r1",
    "r1_r2",
    "r2",
    "resolve_loss",
    "resolve_penalty",
    "wgan_gp",
]
