"""Images with labels as one vector each, (image, one-hot label): what a conditional GAN plays on.

Real and generated samples are pairs, and the discriminator judges pairs, so the training loop needs to know nothing of
labels: a pair is a sample of C·H·W + K numbers like any other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import one_hot


class LabelledSampler(Protocol):
    """A data set that can be drawn from with labels: an `ImageSet` or a `StackedSet`."""

    @property
    def classes(self) -> int:
        """Count the classes."""
        ...

    def sample_labelled(self, n: int, *, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Draw n images and their labels."""
        ...


class Pairs:
    """A labelled data set as a sampler of pairs, for `train`: `sample(n)` gives (n, C·H·W + K).

    Raises:
        TypeError: the data has no labels to draw.

    """

    def __init__(self, data: LabelledSampler) -> None:
        if not hasattr(data, "sample_labelled"):
            raise TypeError(
                f"a conditional GAN needs labels, but {type(data).__name__} has no sample_labelled: pass an ImageSet."
            )
        self.data = data

    def __repr__(self) -> str:
        return f"Pairs({self.data!r})"

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw n pairs, the images that the data set itself would draw."""
        return join_labels(*self.data.sample_labelled(n, generator=generator), self.data.classes)


def join_labels(images: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Append one-hot labels to images, (..., C, H, W) and (...) -> (..., C·H·W + K).

    Raises:
        ValueError: there is not one label for each image, or one is no class.

    """
    if labels.shape != images.shape[:-3] or labels.is_floating_point():
        got = f"{labels.dtype} of shape {tuple(labels.shape)}"
        raise ValueError(f"labels must be one whole number for each image, {tuple(images.shape[:-3])}, got {got}.")
    if labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        low, high = int(labels.min()), int(labels.max())
        raise ValueError(f"labels must be classes from 0 to {classes - 1}, but they lie between {low} and {high}.")
    return torch.cat((images.flatten(-3), one_hot(labels, classes).to(images)), -1)


def split_labels(pairs: Tensor, shape: Sequence[int] = (1, 28, 28)) -> tuple[Tensor, Tensor]:
    """Take pairs apart, (..., C·H·W + K) -> images (..., C, H, W) and labels (...); the label is the largest number's.

    Raises:
        ValueError: there is no room for two or more classes behind an image of that shape.

    """
    pixels = math.prod(shape)
    if pairs.shape[-1] < pixels + 2:
        size = "×".join(map(str, shape))
        raise ValueError(
            f"pairs of an image of {size} and a one-hot label have more than {pixels + 1} numbers, got shape "
            f"{tuple(pairs.shape)}: join images and labels by join_labels, or pass Pairs(data) to train."
        )
    return pairs[..., :pixels].unflatten(-1, tuple(shape)), pairs[..., pixels:].argmax(-1)
