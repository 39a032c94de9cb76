"""One frozen extractor of features of 28 × 28 digits: a small classifier whose weights come with the package.

It was trained by `python -m ganlab.diagnostics.train_features` on 9,442 images, shifted at random by up to two pixels:
the 1,442 of `digits("train")`, and 8,000 of MNIST's 10,000 **test** images (the first 8,000 in the order that seed 0
shuffles them into). `ACCURACY` is its accuracy on images that it never saw: the other 2,000 of MNIST's test images, and
the 355 of `digits("test")`. So MNIST's training images are new to it, and most of the test images are not. It knows
digits only: features of clothes, or of images of another kind, mean nothing.

Fréchet distance, precision and the like have no standard on MNIST. They depend on the extractor, so they can be
compared with figures from these very weights (`SHA256`) and no others.
"""

from __future__ import annotations

import functools
import hashlib
import io
import math
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ganlab.runtime import exact_convolutions, require_tensor

WEIGHTS = Path(__file__).with_name("digits.pt")
SHA256 = "3c44050aeca5add06e70c42e075703ed967e4b2737a5e85deb9afe15ca98d6d3"
ACCURACY: dict[str, float] = {"digits test": 0.9944, "MNIST test, 2,000 held out": 0.985}
FEATURES = 32
CLASSES = 10
CHUNK = 500  # images at once, which bounds the memory


class DigitReading(NamedTuple):
    """What the extractor sees in images, NaN for an image that is not finite.

    Fields:
        features: (..., N, 32), the last hidden layer, before its ReLU.
        logits: (..., N, 10), its scores of the classes.
    """

    features: Tensor
    logits: Tensor

    @property
    def classes(self) -> Tensor:
        """Give each image's class, (..., N), −1 for an image that is not finite."""
        return torch.where(self.logits.isfinite().all(-1), self.logits.argmax(-1), -1)


class DigitNet(nn.Module):
    """The extractor: three 3 × 3 convolutions with pooling, 32 features, 10 classes; 42,000 weights."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for fan_in, fan_out in ((1, 16), (16, 32), (32, 64)):
            layers += [nn.Conv2d(fan_in, fan_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 3 * 3, FEATURES))
        self.head = nn.Linear(FEATURES, CLASSES)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Read images (N, 1, 28, 28): features (N, 32) and logits (N, 10)."""
        features = self.body(x)  # before their ReLU, which would leave some constant
        return features, self.head(features.relu())


@torch.no_grad()
def read_digits(images: Tensor) -> DigitReading:
    """Read images with the frozen extractor, on the images' device.

    Args:
        images: (N, 1, 28, 28) or (S, N, 1, 28, 28), pixels in [−1, 1].

    Raises:
        ValueError: the images have another size or more channels, or their pixels lie outside [−1, 1].
        OSError: the weights that come with the package are missing or damaged.

    """
    images = require_digits(images)
    net = digit_net(images.device)
    flat = images.flatten(0, -4)
    whole = flat.flatten(1).isfinite().all(1)[:, None]
    with exact_convolutions(flat):
        parts = [net(chunk) for chunk in flat.split(CHUNK)]
    features, logits = (torch.cat(column).where(whole, math.nan) for column in zip(*parts))
    lead = images.shape[:-3]
    return DigitReading(features.unflatten(0, lead), logits.unflatten(0, lead))


def require_digits(images: Tensor, channels: int = 1, name: str = "images") -> Tensor:
    """Check images for the extractor and give them as float32."""
    require_tensor(name, images)
    got = tuple(images.shape)
    if images.ndim not in (4, 5) or got[-3:] != (channels, 28, 28) or 0 in got:
        raise ValueError(
            f"{name} must have shape (N, {channels}, 28, 28) or (seeds, N, {channels}, 28, 28) for the extractor of "
            f"digits, got {got}."
        )
    if not images.is_floating_point():
        raise ValueError(f"{name} must be floating point in [−1, 1], got {images.dtype}: use ImageSet(...).images.")
    known = images[images.isfinite()]
    if known.numel():
        low, high = (float(end) for end in known.aminmax())
        if low < -1.001 or high > 1.001:
            raise ValueError(
                f"{name} must have pixels in [−1, 1], but they lie in [{low:g}, {high:g}]: scale them, or end the "
                "generator in tanh."
            )
    return images.detach().float()


@functools.cache
def digit_net(device: torch.device | str = "cpu") -> DigitNet:
    """Load the extractor once on each device, frozen.

    Raises:
        OSError: the file is missing, or it is not the one that belongs to this version.

    """
    try:
        content = WEIGHTS.read_bytes()
    except OSError as error:
        raise OSError(f"The extractor's weights {WEIGHTS} cannot be read: install ganlab again.") from error
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise OSError(f"The extractor's weights {WEIGHTS} are damaged or of another version: install ganlab again.")
    with torch.random.fork_rng(devices=[]):
        net = DigitNet()
    net.load_state_dict(torch.load(io.BytesIO(content), weights_only=True))
    return net.eval().requires_grad_(False).to(device)
