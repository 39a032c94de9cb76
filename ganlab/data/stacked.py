"""Stacked MNIST: three digits in the channels of one image, 1,000 modes that a classifier of digits can count."""

from __future__ import annotations

import os

import torch
from torch import Tensor

from ganlab.data.images import ImageSet, draw_indices, mnist
from ganlab.runtime import resolve_device

VEEGAN_TRIPLES = 128_000


class StackedSet:
    """Triples of one-channel images as RGB images, labelled 100 a + 10 b + c for the digits a, b, c in R, G, B.

    Args:
        base: the images to stack: one channel, ten classes.
        triples: (M, 3) numbers of images: the only triples there are; None draws the three images anew each time.
        name: what the set is called when printed.

    Raises:
        ValueError: base has other channels or classes, or a triple points outside it.

    No stacked image is stored: a batch is one gather from `base`, whose tensors are shared, not copied.

    """

    classes = 1000

    def __init__(self, base: ImageSet, triples: Tensor | None = None, *, name: str = "stacked") -> None:
        if not isinstance(base, ImageSet):
            raise TypeError(f"base must be an ImageSet, such as mnist(), got {type(base).__name__}.")
        if base.shape[0] != 1 or base.classes != 10:
            raise ValueError(f"base must have one channel and ten classes to be stacked, got {base!r}.")
        if triples is not None and (triples.ndim != 2 or triples.shape[1] != 3 or len(triples) == 0):
            raise ValueError(f"triples must have shape (M, 3), got {tuple(triples.shape)}.")
        if triples is not None and triples.dtype not in (torch.int64, torch.int32):
            raise ValueError(f"triples must be whole numbers (int64 or int32), got {triples.dtype}.")
        if triples is not None and not 0 <= int(triples.min()) <= int(triples.max()) < len(base):
            raise ValueError(f"triples must be numbers of images, from 0 to {len(base) - 1:,}.")
        self.base = base
        self.triples = triples
        self.name = name
        self._tables: dict[torch.device, Tensor] = {}

    @property
    def shape(self) -> tuple[int, ...]:
        """Give one image's shape, (3, H, W)."""
        return (3, *self.base.shape[1:])

    @property
    def device(self) -> torch.device:
        """Tell where the stacked images' base is."""
        return self.base.device

    def __repr__(self) -> str:
        size = "×".join(map(str, self.shape))
        count = "triples drawn anew" if self.triples is None else f"{len(self.triples):,} fixed triples"
        return f"StackedSet({self.name}: {count}, {size}, 1,000 classes, {self.device})"

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw n stacked images with replacement, (n, 3, H, W), on the generator's device."""
        return self.sample_labelled(n, generator=generator)[0]

    def sample_labelled(self, n: int, *, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Draw n stacked images and their labels, (n, 3, H, W) and (n,): the images that `sample` would draw."""
        images, labels = self.base.on(generator.device if generator is not None else self.device)
        device = images.device
        if self.triples is None:
            index = draw_indices(len(self.base), (n, 3), generator, device)
        else:
            if device not in self._tables:
                self._tables[device] = self.triples.to(device)
            index = self._tables[device][draw_indices(len(self.triples), (n,), generator, device)]
        tens, ones = labels[index[:, 1]], labels[index[:, 2]]
        return images[index].squeeze(2), 100 * labels[index[:, 0]] + 10 * tens + ones

    def to(self, device: str | torch.device) -> StackedSet:
        """Move the base to a device, and give this set back."""
        self.base.to(resolve_device(device))
        return self


def stacked_mnist(
    setup: str = "metz",
    *,
    base: ImageSet | None = None,
    seed: int = 0,
    folder: str | os.PathLike[str] | None = None,
    device: str | torch.device = "cpu",
    progress: bool = True,
) -> StackedSet:
    """Stack MNIST as one of the two published set-ups does.

    Args:
        setup: "metz" (Metz et al. 2017): three training images drawn anew for every sample; "veegan" (Srivastava et
            al. 2017): 128,000 triples drawn once, from training and test images together.
        base: other images to stack, such as `digits()` where there is no network.
        seed: of the 128,000 triples.
        folder: as in `mnist`.
        device: where the images go.
        progress: as in `mnist`.

    Raises:
        ValueError: the set-up is unknown, or base has other channels or classes than one and ten.

    Both as in PacGAN's code (Lin et al. 2018), except that "veegan" has its pixels in [0, 1] there, here both are in
    [−1, 1], and that its triples are drawn with replacement here, not in a fixed order.
    """
    if setup not in ("metz", "veegan"):
        raise ValueError(f"setup must be metz or veegan, got {setup!r}.")
    if base is None:
        base = mnist("train" if setup == "metz" else "all", folder=folder, progress=progress)
    triples = None
    if setup == "veegan":
        triples = torch.randint(len(base), (VEEGAN_TRIPLES, 3), generator=torch.Generator().manual_seed(seed))
    return StackedSet(base, triples, name=f"stacked {base.name}, {setup}").to(device)
