"""Counting modes: captured modes, high-quality share, reverse KL, and hops over time, each per seed.

Definitions as in PacGAN (Lin et al. 2018, §4.1): a sample is high quality if it lies within 3σ of the nearest mode;
a mode is captured if at least one high-quality sample belongs to it. A perfect generator in two dimensions has a
high-quality share of 1 − e^(−9/2) = 98.889 %, so a larger share means samples too close to the centres.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ganlab.data.mixtures import Mixture
from ganlab.runtime import is_number, require_tensor, require_whole


class ModeReport(NamedTuple):
    """What S clouds of samples hold, one entry a seed.

    Fields:
        modes: (S,) whole numbers, captured modes.
        high_quality: (S,) in [0, 1], share of samples within `radius` σ of their nearest mode.
        reverse_kl: (S,) ≥ 0 in nats, KL of the high-quality samples' modes from the mixture's weights; +∞ where no
            sample is of high quality. For equal weights it is ln K − entropy, at least ln(K/modes); a perfect
            generator shows about (K − 1)/(2N) from sampling alone.
        counts: (S, K) high-quality samples of each mode.
    """

    modes: Tensor
    high_quality: Tensor
    reverse_kl: Tensor
    counts: Tensor


class ModeTimeline(NamedTuple):
    """How the modes changed over T snapshots of S runs.

    Fields:
        captured: (T, S) captured modes.
        dominant: (T, S) index of the mode with most high-quality samples (the first of equals); −1 where there is none.
        hops: (S,) how often the dominant mode differs from the last one seen; snapshots with none (−1) are passed over.
    """

    captured: Tensor
    dominant: Tensor
    hops: Tensor


def mode_report(samples: Tensor, mixture: Mixture, *, radius: float = 3.0, min_count: int = 1) -> ModeReport:
    """Measure samples against the mixture that they imitate.

    Args:
        samples: (S, N, d), or (N, d) for one seed. A sample that is not finite counts as off-mode.
        mixture: the target.
        radius: how many σ of its nearest mode a high-quality sample may be away, the boundary included.
        min_count: high-quality samples that make a mode captured, ≥ 1.

    Raises:
        ValueError: the samples' shape does not fit the mixture, there are none, or a number is out of range.
        TypeError: the samples are no tensor.

    Source: Lin et al. 2018 (PacGAN), §4.1; the reverse KL is their evaluation code's, for any weights.

    """
    require_tensor("samples", samples)
    require_whole("min_count", min_count)
    if not is_number(radius) or not radius > 0:
        raise ValueError(f"radius must be a number above 0, in standard deviations of a mode, got {radius!r}.")
    samples = samples[None] if samples.ndim == 2 else samples
    if samples.ndim != 3 or samples.shape[-1] != mixture.dim:
        raise ValueError(
            f"samples must have shape (seeds, N, {mixture.dim}) or (N, {mixture.dim}), got {tuple(samples.shape)}."
        )
    if samples.shape[1] == 0:
        raise ValueError("samples are empty: at least one is needed to measure anything.")
    modes, stds = mixture.modes.to(samples), mixture.stds.to(samples)
    distance, nearest = (samples[..., None, :] - modes).square().sum(-1).min(-1)  # (S, N)
    good = distance.sqrt() <= radius * stds[nearest]
    counts = torch.zeros(samples.shape[0], len(mixture), dtype=torch.long, device=samples.device)
    counts.scatter_add_(1, nearest, good.long())
    share = counts / counts.sum(1, keepdim=True)  # 0/0 = NaN where no sample is good
    weights = mixture.weights.to(samples)
    divergence = torch.where(counts > 0, share * (share / weights).log(), 0.0).sum(1).clamp_min(0.0)
    none = counts.sum(1) == 0
    return ModeReport(
        modes=(counts >= min_count).sum(1),
        high_quality=good.float().mean(1),
        reverse_kl=torch.where(none, torch.inf, divergence),
        counts=counts,
    )


def mode_hops(snapshots: Tensor, mixture: Mixture, *, radius: float = 3.0) -> ModeTimeline:
    """Follow captured and dominant modes over time.

    Args:
        snapshots: (T, S, N, d), in the order of time, such as `run.record.snapshots`.
        mixture: the target.
        radius: as in `mode_report`.

    Raises:
        ValueError: the shape does not fit.

    """
    if snapshots.ndim != 4 or len(snapshots) == 0:
        raise ValueError(
            f"snapshots must have shape (T, seeds, N, {mixture.dim}), got {tuple(snapshots.shape)}: were any kept?"
        )
    reports = [mode_report(samples, mixture, radius=radius) for samples in snapshots]
    counts = torch.stack([report.counts for report in reports])  # (T, S, K)
    dominant = torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)
    hops = torch.zeros(snapshots.shape[1], dtype=torch.long)
    last = torch.full_like(dominant[0], -1)
    for now in dominant:
        hops += ((now >= 0) & (last >= 0) & (now != last)).to(hops)
        last = torch.where(now >= 0, now, last)
    return ModeTimeline(torch.stack([report.modes for report in reports]), dominant, hops)
