"""Samplers that are called again and again with one generator, where the student's function lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def draw_pairs(
    sampler: Callable[..., Any], settings: tuple[float, ...], generator: torch.Generator, pairs: int
) -> list[Any]:
    """Draw two samples at a time; the first entry says whether torch's own random numbers were left alone."""
    before = torch.get_rng_state()
    drawn = [sampler(2, *settings, generator) for _ in range(pairs)]
    return [torch.equal(before, torch.get_rng_state()), *drawn]
