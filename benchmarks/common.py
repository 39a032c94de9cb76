"""What the benchmarks share: the machine in words, medians, and one file of results with a section for each."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path

import torch

from ganlab.writing import write

RESULTS = Path(__file__).parent / "RESULTS.md"


def machine() -> str:
    """Describe the machine and the versions that a figure belongs to."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return f"{name}, {os.cpu_count()} cores, {gpu}; Python {platform.python_version()}, torch {torch.__version__}"


def median(measure: Callable[[], float], runs: int = 5) -> float:
    """Give the median of several measurements."""
    return statistics.median(measure() for _ in range(runs))


def spread(values: Iterable[float], digits: int = 2, mark: str = "") -> str:
    """Write a median with the least and the most, the median between two marks."""
    ranked = sorted(values)
    middle = f"{mark}{statistics.median(ranked):,.{digits}f}{mark}"
    return f"{middle} [{ranked[0]:,.{digits}f}, {ranked[-1]:,.{digits}f}]"


def write_section(title: str, body: str) -> None:
    """Put a section into RESULTS.md, in place of the one with the same title."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Benchmark results\n"
    head, *sections = text.split("\n## ")
    kept = {section.split("\n", 1)[0]: section for section in sections}
    kept[title] = f"{title}\n\n{body.strip()}\n"
    text = "\n## ".join([head.rstrip() + "\n", *(kept[name].rstrip() + "\n" for name in sorted(kept))])
    write(RESULTS, text)
