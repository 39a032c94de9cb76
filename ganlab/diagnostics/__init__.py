"""What a cloud of samples is worth, how a game moves, and how sure a figure over seeds is."""

from ganlab.diagnostics.distances import (
    DensityCoverage,
    PrecisionRecall,
    density_coverage,
    energy_distance,
    frechet_distance,
    precision_recall,
    sliced_wasserstein,
    wasserstein,
)
from ganlab.diagnostics.dynamics import (
    GameSpectrum,
    Oscillation,
    accuracy,
    game_spectrum,
    mode_occupancy,
    oscillation,
    sample_variance,
    saturation,
)
from ganlab.diagnostics.intervals import Interval, mean_interval, wilson_interval
from ganlab.diagnostics.modes import ModeReport, ModeTimeline, mode_hops, mode_report

__all__ = [
    "DensityCoverage",
    "GameSpectrum",
    "Interval",
    "ModeReport",
    "ModeTimeline",
    "Oscillation",
    "PrecisionRecall",
    "accuracy",
    "density_coverage",
    "energy_distance",
    "frechet_distance",
    "game_spectrum",
    "mean_interval",
    "mode_hops",
    "mode_occupancy",
    "mode_report",
    "oscillation",
    "precision_recall",
    "sample_variance",
    "saturation",
    "sliced_wasserstein",
    "wasserstein",
    "wilson_interval",
]
