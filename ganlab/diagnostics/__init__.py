"""What a cloud of samples is worth, and how sure a figure over seeds is."""

from ganlab.diagnostics.intervals import Interval, mean_interval, wilson_interval
from ganlab.diagnostics.modes import ModeReport, ModeTimeline, mode_hops, mode_report

__all__ = [
    "Interval",
    "ModeReport",
    "ModeTimeline",
    "mean_interval",
    "mode_hops",
    "mode_report",
    "wilson_interval",
]
