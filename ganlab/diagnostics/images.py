"""Measures of generated images of digits, each per seed, on what the frozen extractor sees (`features.py`).

Images are (S, N, 1, 28, 28), or (N, 1, 28, 28) for one seed, with pixels in [−1, 1]. An image that is not finite has no
class, and its seed no distance and no score (NaN). All are estimates from finite samples: compare figures at one N and
M only, and hold them against the same measure between two sets of real images.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ganlab.diagnostics.distances import density_coverage, frechet_distance, precision_recall
from ganlab.diagnostics.features import CLASSES, DigitReading, read_digits, require_digits
from ganlab.runtime import require_tensor, require_whole

BLOCK = 2**22  # numbers of one block of pairwise distances


class ClassReport(NamedTuple):
    """How S samples spread over K classes.

    Fields:
        counts: (S, K) samples of each class.
        modes: (S,) whole numbers, classes with at least one sample; K − modes are missing.
        entropy: (S,) of the class histogram, in nats, from 0 to ln K.
        kl: (S,) KL of the histogram from the target's, in nats. For equal classes ln K − entropy, at least ln(K/modes);
            a perfect generator shows about (K − 1)/(2N) from sampling alone. +∞ where a sample is of a class that the
            target lacks, and where no sample has a class (its entropy is NaN).
    """

    counts: Tensor
    modes: Tensor
    entropy: Tensor
    kl: Tensor


class ImageReport(NamedTuple):
    """Every measure of S samples of digits against real ones: see the functions of those names, each (S,).

    Fields:
        frechet, precision, recall, density, coverage, score: as named.
        classes: the `ClassReport` of the ten digits, against equal shares.
    """

    frechet: Tensor
    precision: Tensor
    recall: Tensor
    density: Tensor
    coverage: Tensor
    score: Tensor
    classes: ClassReport


class Neighbours(NamedTuple):
    """The nearest training image of each sample, and whether it is nearer than fresh real images have theirs.

    Fields:
        distance: (S, N) Euclidean distance to the nearest training image.
        nearest: (S, N) which image that is.
        baseline: (H,) the same distance of held-out real images.
        closer: (S,) in [0, 1], the chance that a sample is nearer to the training images than a held-out image is, ties
            counting ½: ½ for a perfect generator, 1 for one that copies training images; less than ½ means samples that
            are far from all real images.
    """

    distance: Tensor
    nearest: Tensor
    baseline: Tensor
    closer: Tensor


def image_report(samples: Tensor, reference: Tensor) -> ImageReport:
    """Read samples and real images once and give every measure.

    Args:
        samples: (S, N, 1, 28, 28) or (N, 1, 28, 28), N > 32.
        reference: (M, 1, 28, 28), real images that all seeds share, M > 32.

    Raises:
        ValueError: images have another size or range, or there are no more images than features.

    """
    seen, real = _read(samples), read_digits(require_digits(reference, name="reference"))
    return ImageReport(
        frechet_distance(seen.features, real.features),
        *precision_recall(seen.features, real.features),
        *density_coverage(seen.features, real.features),
        _score(seen.logits),
        class_report(seen.classes, CLASSES),
    )


def digit_frechet(samples: Tensor, reference: Tensor) -> Tensor:
    """Give the Fréchet distance between samples and real images in the 32 features, (S,) ≥ 0.

    It is `frechet_distance` of `read_digits(…).features`: comparable with figures from these weights, N and M only. Two
    sets of one distribution are about a constant times 1/N + 1/M apart, not 0: with a few hundred images this bias can
    be as large as what is measured, so compare at one N, and with the distance between two sets of real images.

    Raises:
        ValueError: images have another size or range, or a set has no more images than features, 32.

    """
    real = read_digits(require_digits(reference, name="reference"))
    return frechet_distance(_read(samples).features, real.features)


def classifier_score(images: Tensor) -> Tensor:
    """Give exp(E KL(p(y|x) ‖ p(y))), (S,) in [1, 10]: 10 for sure classes in equal shares, 1 for one class.

    p(y|x) is the extractor's, and p(y) its mean over the seed's images. It sees neither how classes vary within nor
    whether samples look like data. Real digits score well below 10, since the extractor was trained to be less than
    sure (label smoothing): compare with the score of real images.

    Raises:
        ValueError: images have another size or range.

    Source: Salimans et al. 2016, §4 (the Inception score), with a classifier of digits.

    """
    return _score(_read(images).logits)


def digit_classes(images: Tensor) -> Tensor:
    """Give the extractor's class of each image, (S, N), −1 for one that is not finite."""
    return _read(images).classes


def stacked_classes(images: Tensor) -> Tensor:
    """Give the class 100 a + 10 b + c of each image of three digits, (S, N, 3, 28, 28) or (N, 3, 28, 28) -> (S, N).

    −1 for an image that is not finite.

    Raises:
        ValueError: images have another size, number of channels or range.

    """
    images = require_digits(images, channels=3)
    images = images[None] if images.ndim == 4 else images
    hundreds, tens, ones = (read_digits(images[:, :, k : k + 1]).classes for k in range(3))
    known = (hundreds >= 0) & (tens >= 0) & (ones >= 0)
    return torch.where(known, 100 * hundreds + 10 * tens + ones, -1)


def stacked_report(images: Tensor) -> ClassReport:
    """Count the 1,000 modes of Stacked MNIST, and the KL of their histogram from equal shares.

    Published figures are of about 26,000 samples and of another classifier each (Lin et al. 2018, §4.2).
    """
    return class_report(stacked_classes(images), 1000)


def class_report(labels: Tensor, classes: int = 10, *, target: Tensor | None = None) -> ClassReport:
    """Count samples by class.

    Args:
        labels: (S, N), or (N,) for one seed: whole numbers below `classes`; −1 for no class.
        classes: K.
        target: (K,) shares of the classes in the data, or counts of them; equal ones if None.

    Raises:
        ValueError: a label is no class, or the target does not fit.

    """
    require_tensor("labels", labels)
    require_whole("classes", classes)
    labels = labels[None] if labels.ndim == 1 else labels
    whole = not labels.is_floating_point() and labels.dtype is not torch.bool
    if labels.ndim != 2 or not whole or 0 in labels.shape:
        raise ValueError(
            f"labels must be whole numbers (seeds, N) or (N,), none 0, got {labels.dtype} of {tuple(labels.shape)}."
        )
    labels = labels.long()
    low, high = (int(end) for end in labels.aminmax())
    if low < -1 or high >= classes:
        raise ValueError(f"labels must be classes from 0 to {classes - 1}, or −1 for none, got {low} to {high}.")
    weights = _shares(target, classes).to(labels.device)
    counts = labels.new_zeros(len(labels), classes + 1).scatter_add_(1, labels + 1, torch.ones_like(labels))[:, 1:]
    shares = counts.double() / counts.sum(1, keepdim=True)  # NaN where nothing has a class
    entropy = -torch.special.xlogy(shares, shares).sum(1)
    kl = (torch.special.xlogy(shares, shares) - torch.special.xlogy(shares, weights)).sum(1)
    kl = kl.clamp_min(0.0).nan_to_num(math.inf, posinf=math.inf)  # rounding; nothing to count
    return ClassReport(counts, counts.gt(0).sum(1), entropy, kl)


def nearest_training(samples: Tensor, training: Tensor, held_out: Tensor) -> Neighbours:
    """Find each sample's nearest training image, to see whether a generator copies what it was shown.

    Distances are Euclidean in whatever is passed: pixels, or features of `read_digits`, which forgive a shift.

    Args:
        samples: (S, N, …), or (N, …) for one seed.
        training: (M, …), what the generator was trained on.
        held_out: (H, …), real samples that it was not trained on.

    Raises:
        ValueError: a shape does not fit, or training or held-out samples are missing or not finite.

    Source: for `closer`, the rank statistic of Meehan et al. 2020, §3, without its cells.

    """
    samples = samples[None] if samples.ndim == training.ndim else samples
    shape = tuple(training.shape[1:])
    for name, cloud in (("held_out", held_out), ("training", training)):
        if tuple(cloud.shape[1:]) != shape or len(cloud) == 0 or not bool(cloud.isfinite().all()):
            raise ValueError(
                f"{name} must be one or more finite samples (·, {_sizes(shape)}), got {tuple(cloud.shape)}."
            )
    if tuple(samples.shape[2:]) != shape or 0 in samples.shape:
        raise ValueError(f"samples must have shape (seeds, N, {_sizes(shape)}), got {tuple(samples.shape)}.")
    distance, index = _nearest(samples.flatten(0, 1), training)
    baseline, _ = _nearest(held_out, training)
    distance, index = (part.unflatten(0, samples.shape[:2]) for part in (distance, index))
    order = baseline.sort().values
    below, upto = (torch.searchsorted(order, distance, right=right) for right in (False, True))
    closer = 1 - (below + upto).double().mean(1) / (2 * len(order))
    return Neighbours(distance, index, baseline, closer.where(distance.isfinite().all(1), math.nan))


def _read(images: Tensor) -> DigitReading:
    """Read samples, with a seed axis."""
    reading = read_digits(images)
    return reading if images.ndim == 5 else DigitReading(*(part[None] for part in reading))


def _score(logits: Tensor) -> Tensor:
    log_p = logits.double().log_softmax(-1)  # (S, N, K)
    mean = log_p.exp().mean(1, keepdim=True)
    return (log_p.exp() * (log_p - mean.log())).sum(-1).mean(1).exp()


def _shares(target: Tensor | None, classes: int) -> Tensor:
    if target is None:
        return torch.full((classes,), 1 / classes, dtype=torch.float64)
    if target.shape != (classes,) or bool((target < 0).any()) or not 0 < float(target.sum()) < math.inf:
        raise ValueError(f"target must be {classes} shares of 0 or more, one a class, got shape {tuple(target.shape)}.")
    return target.double() / target.sum()


def _nearest(points: Tensor, cloud: Tensor) -> tuple[Tensor, Tensor]:
    """Give each point's distance to its nearest in the cloud, exactly, and its index, block by block."""
    x, y = points.detach().flatten(1).double(), cloud.detach().flatten(1).double()
    squares = y.square().sum(1)
    found = [(squares - 2 * part @ y.mT).argmin(1) for part in x.split(max(1, BLOCK // len(y)))]
    index = torch.cat(found)
    return (x - y[index]).norm(dim=1), index


def _sizes(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
