"""What a run records, written for TensorBoard while it trains. TensorBoard is an extra: nothing else needs it."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import torch

from ganlab.runtime import require_whole
from ganlab.training.record import HISTORIES
from ganlab.training.run import Run


class TensorBoard:
    """A callback of `train` that writes the record's histories, seed by seed, and images of fixed latents.

        board = TensorBoard("runs/dcgan")
        train(data, config, callbacks=[board], …)       # and in a terminal: tensorboard --logdir runs

    A run that is resumed goes on in the folder of the one it resumes; a fresh one hides what stood there.

    Args:
        folder: where the event files go, one folder a run.
        images: latents a seed whose images are written; 0 writes none, and so do runs on points.
        every: recorded steps between two grids of images.
        shape: an image's, for a run on pairs of image and label.

    Raises:
        ImportError: TensorBoard is not installed.
        ValueError: a number is out of range.

    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        images: int = 16,
        every: int = 10,
        shape: Sequence[int] = (1, 28, 28),
    ) -> None:
        require_whole("images", images, 0)
        require_whole("every", every)
        try:
            from torch.utils.tensorboard import SummaryWriter  # here: slow, and often not installed
        except ImportError as error:
            raise ImportError(
                "TensorBoard is not installed: install it by `pip install tensorboard` (or ganlab by `pip install "
                '".[tensorboard]"`), or train without this callback; the record holds the same figures.'
            ) from error
        self.folder, self.images, self.every, self.shape = folder, images, every, tuple(shape)
        self._open: Any = SummaryWriter
        self._writer: Any = None
        self._calls = 0

    def __call__(self, step: int, run: Run) -> None:
        """Write the last entry of the record, and images if they are due."""
        if self._writer is None:
            self._writer = self._open(os.fspath(self.folder), purge_step=step)
        writer = self._writer
        record = run.record
        if record.filled and int(record.steps[record.filled - 1]) == step:
            columns = torch.stack([getattr(record, name)[:, record.filled - 1] for name in HISTORIES]).tolist()
            for name, values in zip(HISTORIES, columns, strict=True):
                for seed, value in zip(run.seeds, values, strict=True):
                    if not math.isnan(value):  # a frozen player, a stopped seed
                        writer.add_scalar(f"{name}/seed {seed}", value, step)
        if self.images and self._calls % self.every == 0:
            self._write_images(writer, step, run)
        self._calls += 1
        writer.flush()

    def close(self) -> None:
        """Close the event file; a further call opens another."""
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _write_images(self, writer: Any, step: int, run: Run) -> None:
        pixels = math.prod(self.shape)
        pairs = len(run.features) == 1 and run.features[0] > pixels
        if len(run.features) != 3 and not pairs:
            return
        samples = run.generate(run.latents(self.images))
        if pairs:
            samples = samples[..., :pixels].unflatten(-1, self.shape)
        for seed, own in zip(run.seeds, samples, strict=True):
            writer.add_images(f"samples/seed {seed}", ((own + 1) / 2).clamp(0, 1).nan_to_num(0.0), step)
