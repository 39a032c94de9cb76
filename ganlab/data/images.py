"""Images with labels: pixels in [−1, 1], held once on each device, drawn with one gather and no other copy."""

from __future__ import annotations

import os
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate, one_hot, pad

from ganlab.data import download
from ganlab.runtime import require_whole, resolve_device

SIZE = 28
SPLITS = ("train", "test", "all")
FASHION_CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


class ImageSet:
    """A fixed set of labelled images, drawn from with replacement.

    Args:
        images: (N, C, H, W) or (N, H, W), C 1 or 3: floating point in [−1, 1], or uint8, which is scaled to it.
        labels: (N,) whole numbers from 0 to classes − 1.
        classes: how many there are, or their names.
        name: what the set is called when printed.

    Raises:
        TypeError: images or labels are no tensors.
        ValueError: a shape does not fit, a pixel lies outside [−1, 1], or a label is no class.

    """

    def __init__(
        self, images: Tensor, labels: Tensor, *, classes: int | Sequence[str] = 10, name: str = "images"
    ) -> None:
        if isinstance(classes, int | float | str):
            require_whole("classes", classes)
        names = [str(k) for k in range(classes)] if isinstance(classes, int) else classes
        self.class_names = tuple(names)
        self.name = name
        self.images = as_pixels(images)
        self.labels = as_labels(labels, len(self.images), self.classes).to(self.images.device)
        self._copies: dict[torch.device, tuple[Tensor, Tensor]] = {}

    @property
    def classes(self) -> int:
        """Count the classes, those without images included."""
        return len(self.class_names)

    @property
    def shape(self) -> tuple[int, ...]:
        """Give one image's shape, (C, H, W)."""
        return tuple(self.images.shape[1:])

    @property
    def device(self) -> torch.device:
        """Tell where `images` and `labels` are."""
        return self.images.device

    def __len__(self) -> int:
        """Count the images."""
        return len(self.images)

    def __repr__(self) -> str:
        size = "×".join(map(str, self.shape))
        return f"ImageSet({self.name}: {len(self):,} images of {size} in {self.classes} classes, {self.device})"

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw n images with replacement, (n, C, H, W), on the generator's device."""
        return self.sample_labelled(n, generator=generator)[0]

    def sample_labelled(self, n: int, *, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Draw n images and their labels, (n, C, H, W) and (n,): from equal generators the images of `sample`."""
        images, labels = self.on(generator.device if generator is not None else self.device)
        index = draw_indices(len(self), (n,), generator, images.device)
        return images[index], labels[index]

    def on(self, device: torch.device) -> tuple[Tensor, Tensor]:
        """Give images and labels on a device. The first call copies them there, later ones do not."""
        if device.type == "cuda" and device.index is None:
            device = torch.device("cuda", torch.cuda.current_device())
        if device == self.device:
            return self.images, self.labels
        if device not in self._copies:
            self._copies[device] = (self.images.to(device), self.labels.to(device))
        return self._copies[device]

    def to(self, device: str | torch.device) -> ImageSet:
        """Move the set to a device, copies on others let go, and give it back: `data = mnist().to("cuda")`."""
        self.images, self.labels = self.on(resolve_device(device))
        self._copies.clear()
        return self

    def resized(self, size: int) -> ImageSet:
        """Give the set at size × size pixels (bicubic). At 64 × 64, MNIST's training images take 1 GB."""
        return ImageSet(scale(self.images, size), self.labels, classes=self.class_names, name=self.name)


def digits(split: str = "train", *, device: str | torch.device = "cpu") -> ImageSet:
    """Load the 1,797 handwritten digits that come with scikit-learn: no download.

    Args:
        split: "train" (1,442), "test" (355) or "all". Of each class every fifth image is a test image, so the split
            never changes; the writers of both parts are the same.
        device: where the images go.

    The originals have 8 × 8 pixels of 17 greys. They are enlarged to 20 × 20 (bicubic) and get MNIST's margin of 4.
    """
    _require_split(split)
    from sklearn.datasets import load_digits  # here: it takes a second, and only this function needs it

    data = load_digits()
    labels = torch.as_tensor(data.target)
    images = scale(torch.as_tensor(data.images, dtype=torch.float32)[:, None] / 8 - 1, SIZE - 8)
    images = pad(images, (4, 4, 4, 4), value=-1.0)
    rank = one_hot(labels).cumsum(0).gather(1, labels[:, None]).flatten()  # 1, 2, … in its class
    keep = {"all": rank > 0, "train": rank % 5 != 0, "test": rank % 5 == 0}[split]
    return ImageSet(images[keep], labels[keep], name=f"digits {split}").to(device)


def mnist(
    split: str = "train",
    *,
    folder: str | os.PathLike[str] | None = None,
    device: str | torch.device = "cpu",
    progress: bool = True,
) -> ImageSet:
    """Load MNIST, from disk if it is there, else from one of its two mirrors.

    Args:
        split: "train" (60,000 images, 188 MB in memory), "test" (10,000) or "all" (train, then test).
        folder: where the files are or go, in torchvision's layout (MNIST/raw/…) or plain; None means the environment's
            GANLAB_DATA, else the system's cache folder.
        device: where the images go.
        progress: whether a download shows a bar.

    Raises:
        ConnectionError: it is not on disk and no mirror gave the right file.
        OSError: the folder cannot be read or written, or the disk is full.

    """
    return _idx_images(download.MNIST, split, folder, progress, 10).to(device)


def fashion_mnist(
    split: str = "train",
    *,
    folder: str | os.PathLike[str] | None = None,
    device: str | torch.device = "cpu",
    progress: bool = True,
) -> ImageSet:
    """Load Fashion-MNIST: the arguments and errors of `mnist`, torchvision's folder FashionMNIST/raw/…."""
    return _idx_images(download.FASHION_MNIST, split, folder, progress, FASHION_CLASSES).to(device)


def draw_indices(count: int, shape: tuple[int, ...], generator: torch.Generator | None, device: torch.device) -> Tensor:
    """Draw whole numbers below `count`, with replacement."""
    require_whole("n", shape[0], 0)
    return torch.randint(count, shape, generator=generator, device=device)


def scale(images: Tensor, size: int) -> Tensor:
    """Resize images in [−1, 1] to size × size, (N, C, size, size). Bicubic curves overshoot: they are cut at ±1."""
    require_whole("size", size)
    shrinks = size < images.shape[-1]
    return interpolate(images, (size, size), mode="bicubic", align_corners=False, antialias=shrinks).clamp_(-1, 1)


def as_pixels(images: Tensor) -> Tensor:
    """Check images and give them as float32 (N, C, H, W) in [−1, 1]."""
    if not isinstance(images, Tensor):
        raise TypeError(f"images must be a tensor, got {type(images).__name__}.")
    got = tuple(images.shape)
    if images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or images.shape[1] not in (1, 3) or 0 in images.shape:
        hint = " (channels come second: images.permute(0, 3, 1, 2))" if images.ndim == 4 and got[-1] in (1, 3) else ""
        raise ValueError(f"images must have shape (N, 1 or 3 channels, height, width), got {got}{hint}.")
    if images.dtype == torch.uint8:
        return images.float().div_(127.5).sub_(1)
    if not images.is_floating_point():
        raise ValueError(f"images must be uint8 (0 to 255) or floating point (−1 to 1), got {images.dtype}.")
    bad = int((~images.isfinite()).flatten(1).any(1).sum())
    if bad:
        raise ValueError(f"pixels must be finite, but {bad} of {len(images)} images hold NaN or infinite ones.")
    low, high = (float(end) for end in images.aminmax())
    if not -1 <= low <= high <= 1:
        raise ValueError(f"pixels must lie in [−1, 1], but they lie in [{low:g}, {high:g}]: scale them first.")
    if low >= 0 and high > 0:
        raise ValueError(
            f"pixels must use [−1, 1], as a generator that ends in tanh does, but they lie in [{low:g}, {high:g}]: "
            "pass 2 * images - 1 if 0 means black."
        )
    return images.detach().float()


def as_labels(labels: Tensor, count: int, classes: int) -> Tensor:
    """Check labels and give them as int64 (N,)."""
    if not isinstance(labels, Tensor):
        raise TypeError(f"labels must be a tensor, got {type(labels).__name__}.")
    if labels.shape != (count,) or labels.is_floating_point() or labels.is_complex():
        got = f"{labels.dtype} of shape {tuple(labels.shape)}"
        raise ValueError(f"labels must be one whole number for each of {count:,} images, got {got}.")
    labels = labels.long()
    wrong = ((labels < 0) | (labels >= classes)).nonzero().flatten()
    if len(wrong):
        first = int(wrong[0])
        raise ValueError(
            f"labels must be classes from 0 to {classes - 1}, but {len(wrong):,} are not, the first of them "
            f"{int(labels[first])} at image {first}."
        )
    return labels


def _idx_images(
    source: download.Source,
    split: str,
    folder: str | os.PathLike[str] | None,
    progress: bool,
    classes: int | Sequence[str],
) -> ImageSet:
    _require_split(split)
    images, labels = [], []
    for part in {"train": ("train",), "test": ("t10k",), "all": ("train", "t10k")}[split]:
        labels.append(download.load(source, f"{part}-labels-idx1-ubyte", folder, progress=progress))
        images.append(download.load(source, f"{part}-images-idx3-ubyte", folder, progress=progress))
    return ImageSet(torch.cat(images), torch.cat(labels), classes=classes, name=f"{source.name} {split}")


def _require_split(split: str) -> None:
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {split!r}.")
