"""Intervals over seeds: a figure without one is an anecdote."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import torch
from torch import Tensor


class Interval(NamedTuple):
    """An estimate and its confidence interval."""

    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        """Write it as estimate [low, high]."""
        return f"{self.estimate:.3g} [{self.low:.3g}, {self.high:.3g}]"


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Give a rate with Wilson's score interval, which stays inside [0, 1] and is not empty at 0 or all successes.

    (p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n), with z the normal quantile.

    Raises:
        ValueError: successes outside 0…trials, no trials, or a confidence outside (0, 1).

    Source: Wilson 1927; recommended for small n by Brown, Cai and DasGupta 2001.

    """
    whole = all(float(number).is_integer() for number in (successes, trials))
    if not whole or trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"needs whole numbers 0 <= successes <= trials and trials >= 1, got {successes} of {trials}.")
    z = _normal_quantile(confidence)
    rate = successes / trials
    centre = rate + z * z / (2 * trials)
    reach = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low = (centre - reach) / scale if successes else 0.0  # exactly: the difference of two equal numbers is 2e-17 here
    high = (centre + reach) / scale if successes < trials else 1.0
    return Interval(rate, low, high)


def mean_interval(values: Tensor | Sequence[float], confidence: float = 0.95) -> Interval:
    """Give the mean over seeds with Student's t interval, x̄ ± t s/√n; for paired runs, pass the differences.

    Raises:
        ValueError: fewer than two values, or one is not finite.

    """
    numbers = torch.as_tensor(values, dtype=torch.float64).flatten()
    if len(numbers) < 2 or not bool(numbers.isfinite().all()):
        raise ValueError(f"needs two or more finite values, one a seed, got {numbers.tolist()}.")
    _normal_quantile(confidence)  # refuses a confidence outside (0, 1)
    from scipy.special import stdtrit  # here: it would double the time of `import ganlab.diagnostics`

    mean, error = float(numbers.mean()), float(numbers.std()) / math.sqrt(len(numbers))
    reach = float(stdtrit(len(numbers) - 1, 1 - (1 - confidence) / 2)) * error
    return Interval(mean, mean - reach, mean + reach)


def _normal_quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}.")
    return NormalDist().inv_cdf(1 - (1 - confidence) / 2)
