"""A GIF of training, written by Pillow, which comes with matplotlib."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation, PillowWriter

from ganlab.data.mixtures import Mixture
from ganlab.plots.samples import scatter, view_limit
from ganlab.training.record import Record


def animate(
    record: Record,
    path: str | Path,
    *,
    mixture: Mixture | None = None,
    seed: int = 0,
    points: int = 500,
    frames_per_second: int = 4,
) -> Path:
    """Write one seed's snapshots as a GIF and give its path; the file is replaced whole or not at all.

    Raises:
        ValueError: the record holds no snapshots, or no such seed.

    """
    clouds = record.snapshots
    if clouds.ndim != 4 or not 0 <= seed < clouds.shape[1]:
        raise ValueError(f"needs snapshots (T, seeds, n, 2) that hold seed {seed}, got {tuple(clouds.shape)}.")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure, ax = plt.subplots(figsize=(3.2, 3.4), layout="constrained")
    reach = view_limit(clouds[:, seed].flatten(0, 1), mixture)

    def draw(frame: int) -> list[object]:
        ax.clear()
        scatter(clouds[frame, seed, :points], mixture=mixture, limit=reach, ax=ax)
        ax.set_title(f"step {int(record.snapshot_steps[frame])}", fontsize=10)
        return []

    temporary = path.with_name(f".{path.name}.{os.getpid()}.gif")
    try:
        film = FuncAnimation(figure, draw, frames=len(clouds))  # type: ignore[arg-type]
        film.save(temporary, writer=PillowWriter(fps=frames_per_second), dpi=80)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        plt.close(figure)
    return path
