"""ganlab: why GAN training fails and how it is repaired, measured over seeds.

Rooms, from the ground up: `runtime` (devices, random streams), `writing` (files that are whole), `data` (samplers with
known densities), `nets` (networks with a seed axis), `objectives` (losses, penalties), `games` (xy and the Dirac-GAN,
exact), `training` (train, TrainConfig, Run), `diagnostics` (what a cloud of samples is worth), `plots` (figures),
`sweep` (random search over settings), `playground` (a slider that redraws a figure), `grading` (build, check, grade),
`cli`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ganlab.data import Mixture, Points, SwissRoll, TwoMoons, grid, interpolate, ring
from ganlab.diagnostics import ModeReport, mode_hops, mode_report, wilson_interval
from ganlab.objectives import LOSSES, PENALTIES, GANLoss, Penalty, label_smoothing
from ganlab.training import Record, Run, TrainConfig, train

if TYPE_CHECKING:
    from ganlab import plots

__version__ = "0.1.0"

__all__ = [
    "LOSSES",
    "PENALTIES",
    "GANLoss",
    "Mixture",
    "ModeReport",
    "Penalty",
    "Points",
    "Record",
    "Run",
    "SwissRoll",
    "TrainConfig",
    "TwoMoons",
    "grid",
    "interpolate",
    "label_smoothing",
    "mode_hops",
    "mode_report",
    "plots",
    "ring",
    "train",
    "wilson_interval",
]


def __getattr__(name: str) -> Any:
    """Import `plots` when it is first asked for: matplotlib is slow to load and training does not need it."""
    if name == "plots":
        return importlib.import_module("ganlab.plots")
    raise AttributeError(f"module 'ganlab' has no attribute {name!r}")
