"""Training as a film: a GIF, written by Pillow, which comes with matplotlib, or a page of HTML with buttons."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganlab.data.mixtures import Mixture
from ganlab.plots.images import SHAPE, image_frames
from ganlab.plots.images import images as draw_images
from ganlab.plots.samples import scatter, view_limit
from ganlab.training.record import Record

Draw = Callable[[Axes, int], object]  # the frame of that number


def animate(
    record: Record,
    path: str | Path,
    *,
    mixture: Mixture | None = None,
    seed: int = 0,
    points: int = 500,
    images: int = 50,
    shape: Sequence[int] = SHAPE,
    frames_per_second: int = 4,
) -> Path:
    """Write one seed's snapshots as a film and give its path; the file is replaced whole or not at all.

    Args:
        record: with snapshots of points (n, 2), of images, or of pairs of image and label.
        path: ends in .gif, or in .html for a page with buttons to stop and step, which a notebook shows by
            `IPython.display.HTML(path.read_text())`.
        mixture: the target of points.
        seed: position on the run's seed axis.
        points, images: how many are drawn at most, the same latents in each frame.
        shape: an image's, for pairs.
        frames_per_second: > 0.

    Raises:
        ValueError: the record holds no snapshots, or no such seed, or the file's name ends otherwise.

    """
    path = Path(path)
    if path.suffix.lower() not in (".gif", ".html"):
        raise ValueError(f"the film's name must end in .gif or .html, got {path.name!r}.")
    sample = record.frames[0][1].shape[2:] if record.frames else ()
    if len(sample) > 1 or sum(sample) > math.prod(shape):
        figure, draw = _of_images(record, seed, images, shape)
    else:
        figure, draw = _of_points(record, seed, points, mixture)
    path.parent.mkdir(parents=True, exist_ok=True)
    ax, steps = figure.axes[0], [step for step, _ in record.frames]

    def frame(k: int) -> list[object]:
        ax.clear()
        draw(ax, k)
        ax.set_title(f"step {steps[k]:,}", fontsize=10)
        return []

    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix.lower()}")
    try:
        film = FuncAnimation(figure, frame, frames=len(steps))  # type: ignore[arg-type]
        if temporary.suffix == ".gif":
            film.save(temporary, writer=PillowWriter(fps=frames_per_second), dpi=80)
        else:
            temporary.write_text(film.to_jshtml(fps=frames_per_second, default_mode="once"), encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        plt.close(figure)
    return path


def _of_points(record: Record, seed: int, points: int, mixture: Mixture | None) -> tuple[Figure, Draw]:
    clouds = record.snapshots
    if clouds.ndim != 4 or not 0 <= seed < clouds.shape[1]:
        raise ValueError(f"needs snapshots (T, seeds, n, 2) that hold seed {seed}, got {tuple(clouds.shape)}.")
    reach = view_limit(clouds[:, seed].flatten(0, 1), mixture)
    figure = plt.subplots(figsize=(3.2, 3.4), layout="constrained")[0]
    return figure, lambda ax, k: scatter(clouds[k, seed, :points], mixture=mixture, limit=reach, ax=ax)


def _of_images(record: Record, seed: int, images: int, shape: Sequence[int]) -> tuple[Figure, Draw]:
    frames = image_frames(record, seed, images, shape)
    first = draw_images(frames[0][1], labels=frames[0][2])  # its size is that of the film
    assert isinstance(first.figure, Figure)
    first.figure.set_figheight(first.figure.get_figheight() + 0.2)  # the title
    return first.figure, lambda ax, k: draw_images(frames[k][1], labels=frames[k][2], ax=ax)
