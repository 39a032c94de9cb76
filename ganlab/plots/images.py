"""Grids of images: a batch with its labels, and the same latents at every snapshot of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from torch import Tensor

from ganlab.data.pairs import split_labels
from ganlab.plots.style import COLOURS, axes_or_new
from ganlab.training.record import Record

TILE = 0.42  # inches a side
GAP = 0.08  # between tiles, in sides of a tile
LABEL = 0.42  # height of a label, in sides of a tile
SHAPE = (1, 28, 28)


def images(
    batch: Tensor,
    *,
    labels: Tensor | Sequence[object] | None = None,
    names: Sequence[str] | None = None,
    columns: int = 10,
    by_class: bool = False,
    shape: Sequence[int] = SHAPE,
    ax: Axes | None = None,
) -> Axes:
    """Draw a grid of images, row by row; a pixel that is not finite is vermilion.

    Args:
        batch: (N, C, H, W), pixels in [−1, 1], C 1 or 3; or pairs of image and one-hot label, (N, C·H·W + K).
        labels: N whole numbers or words, one above each image; None takes those of the pairs, if it is pairs.
        names: the classes' names, to write in place of the numbers.
        columns: images in a row, ≥ 1.
        by_class: one row a class with the first `columns` images of it, its name at the left: a row without images is
            a class that is missing. Needs whole numbers as labels; classes go up to the largest label, or to the last
            of `names` or of the pairs.
        shape: an image's, for pairs.
        ax: where to draw.

    Raises:
        ValueError: the shape or the range of pixels does not fit, or labels do not.

    """
    pixels, own, classes = open_batch(batch, shape)
    if columns < 1:
        raise ValueError(f"columns must be 1 or more, got {columns}.")
    shown = own if labels is None else labels
    if shown is not None and len(shown) != len(pixels):
        raise ValueError(f"labels must be one for each of {len(pixels)} images, got {len(shown)}.")
    if by_class:
        return _by_class(pixels, _whole(shown), names, classes, columns, ax)
    columns = min(columns, len(pixels))
    texts = None if shown is None else [_name(label, names) for label in shown]
    places = [divmod(k, columns) for k in range(len(pixels))]
    return _grid(pixels, places, -(-len(pixels) // columns), columns, texts, ax)


def image_history(
    record: Record,
    seed: int = 0,
    *,
    columns: int = 10,
    rows: int = 11,
    shape: Sequence[int] = SHAPE,
    ax: Axes | None = None,
) -> Axes:
    """Draw what the same latents became: a row for each snapshot, a column for each latent.

    Args:
        record: of a run on images, or on pairs, whose labels stand above the columns; with snapshots.
        seed: position on the run's seed axis.
        columns: latents shown, at most as many as `snapshot_size`.
        rows: snapshots shown at most, evenly spaced; the first and the last are always among them.
        shape: an image's, for pairs.
        ax: where to draw.

    Raises:
        ValueError: the record holds no snapshots of images, or no such seed.

    """
    if rows < 2 or columns < 1:
        raise ValueError(f"needs rows of 2 or more and columns of 1 or more, got {rows} and {columns}.")
    frames = image_frames(record, seed, columns, shape)
    count = min(rows, len(frames))
    kept = [frames[round(k)] for k in np.linspace(0, len(frames) - 1, count)]
    pixels = torch.cat([batch for _, batch, _ in kept])
    width = len(kept[0][1])
    ax = _grid(pixels, [divmod(k, width) for k in range(len(pixels))], count, width, None, ax)
    _name_rows(ax, [f"{step:,}" for step, _, _ in kept])
    labels = kept[0][2]
    if labels is not None:
        ax.set_xticks([k + 0.5 for k in range(width)], [str(int(label)) for label in labels], fontsize=8)
        ax.tick_params(labeltop=True, labelbottom=False)
    ax.set(xlabel=f"one latent a column{', its class above' if labels is not None else ''}", ylabel="training step")
    return ax


def image_frames(
    record: Record, seed: int, count: int, shape: Sequence[int]
) -> list[tuple[int, Tensor, Tensor | None]]:
    """Give each snapshot's step, its first `count` images of one seed, (n, C, H, W), and their labels, if pairs.

    Raises:
        ValueError: the record holds no snapshots of images, or no such seed.

    """
    size = tuple(record.frames[0][1].shape) if record.frames else ()
    if len(size) not in (3, 5) or not 0 <= seed < size[0]:
        raise ValueError(
            f"needs snapshots of images, (T, seeds, n, C, H, W) or pairs, that hold seed {seed}, got "
            f"{(len(record.frames), *size) if size else 'none'}: set snapshots= in the config."
        )
    return [(step, *open_batch(frame[seed, :count], shape)[:2]) for step, frame in record.frames]


def open_batch(batch: Tensor, shape: Sequence[int]) -> tuple[Tensor, Tensor | None, int]:
    """Give images (N, C, H, W) on the CPU, and the labels and the number of classes of pairs (else None and 0).

    Raises:
        ValueError: the shape or the range of pixels does not fit.

    """
    batch = batch.detach().cpu()
    labels, classes, got = None, 0, tuple(batch.shape)
    if batch.ndim == 2:
        classes = batch.shape[1] - math.prod(shape)
        batch, labels = split_labels(batch, shape)
    if batch.ndim != 4 or batch.shape[1] not in (1, 3) or 0 in got:
        hint = ": pick one seed, as in run.sample(50)[0]" if batch.ndim in (3, 5) else ""
        raise ValueError(f"images must have shape (N, 1 or 3 channels, height, width), got {got}{hint}.")
    if not batch.is_floating_point():
        raise ValueError(f"images must be floating point in [−1, 1], got {batch.dtype}: use ImageSet(…).images.")
    known = batch[batch.isfinite()]
    if known.numel() and float(known.abs().max()) > 1.001:
        low, high = (float(end) for end in known.aminmax())
        raise ValueError(
            f"pixels must lie in [−1, 1], but they lie in [{low:g}, {high:g}]: end the generator in tanh, or clamp."
        )
    return batch.float(), labels, classes


def _by_class(
    pixels: Tensor,
    labels: Tensor,
    names: Sequence[str] | None,
    classes: int,
    columns: int,
    ax: Axes | None,
) -> Axes:
    rows = max(classes, len(names or ()), int(labels.max()) + 1)
    chosen, places = [], []
    for k in range(rows):
        own = (labels == k).nonzero().flatten()[:columns].tolist()
        chosen += own
        places += [(k, column) for column in range(len(own))]
    ax = _grid(pixels[chosen], places, rows, columns, None, ax)
    _name_rows(ax, [_name(k, names) for k in range(rows)])
    ax.set_ylabel("class")
    return ax


def _grid(
    pixels: Tensor, places: list[tuple[int, int]], rows: int, columns: int, texts: list[str] | None, ax: Axes | None
) -> Axes:
    """Paint tiles at (row, column) on one white canvas; one unit of the axes is one tile with its gap and label."""
    high, wide = pixels.shape[-2:]
    gap, head = max(1, round(GAP * wide)), round(LABEL * high) if texts else 0
    down, right = high + gap + head, wide + gap
    canvas = np.ones((rows * down, columns * right, 3), np.float32)
    for tile, (row, column) in zip(_colours(pixels), places, strict=True):
        canvas[row * down + head :, column * right :][:high, :wide] = tile
    if ax is None:
        height = TILE * rows * down / high + 0.3
        ax = axes_or_new(None, (TILE * columns * right / wide + 0.5, height))
    ax.imshow(canvas, extent=(0, columns, rows, 0), aspect=down / right, interpolation="nearest")
    for text, (row, column) in zip(texts or (), places):
        middle, top = column + 0.5 * wide / right, row + (head - 0.12 * high) / down
        ax.text(middle, top, text, ha="center", va="baseline", fontsize=7)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def _name_rows(ax: Axes, names: list[str]) -> None:
    ax.set_yticks([k + 0.5 for k in range(len(names))], names, fontsize=8)
    ax.tick_params(length=0)


def _colours(pixels: Tensor) -> np.ndarray:
    """Turn pixels in [−1, 1], (N, C, H, W), into RGB in [0, 1], (N, H, W, 3)."""
    shown = ((pixels + 1) / 2).clamp(0, 1).expand(-1, 3, -1, -1).permute(0, 2, 3, 1)
    return torch.where(shown.isfinite().all(-1, keepdim=True), shown, torch.tensor(to_rgb(COLOURS["fake"]))).numpy()


def _whole(labels: Tensor | Sequence[object] | None) -> Tensor:
    whole = torch.as_tensor(labels) if isinstance(labels, Tensor | list | tuple) and len(labels) else None
    if whole is None or whole.is_floating_point() or int(whole.min()) < 0:
        raise ValueError("by_class=True needs labels that are whole numbers of 0 or more: pass labels=, or pairs.")
    return whole.cpu()


def _name(label: object, names: Sequence[str] | None) -> str:
    if isinstance(label, str):
        return label
    k = int(label)  # type: ignore[call-overload]
    return names[k] if names is not None and 0 <= k < len(names) else str(k)
