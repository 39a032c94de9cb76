"""Pointwise layers of the reference discriminators: random Fourier features and maxout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ganlab.nets.native import stack_state
from ganlab.nets.seeds import stack_parts
from ganlab.runtime import is_number, require_whole


class FourierFeatures(nn.Module):
    """Map points to waves of random frequencies: x -> (x, cos 2πWx, sin 2πWx), (B, dim) -> (B, dim + 2·features).

    The rows of W are drawn from N(0, scale² I): waves of a length of about 1/scale, so that a small network sees detail
    of that size.

    Args:
        dim: features of a point.
        features: waves, ≥ 1.
        scale: > 0; several scales share the waves evenly, for data with structure at several sizes.
        learnt: whether W is trained.
        keep_input: whether x itself stays in front.

    Raises:
        ValueError: a size is below 1, a scale is not a number greater than 0, or there are more scales than features.

    Source: Rahimi and Recht 2007; Tancik et al. 2020, §6.1. Keeping x is ours.

    """

    pointwise = True

    def __init__(
        self,
        dim: int,
        features: int = 32,
        scale: float | Sequence[float] = 1.0,
        *,
        learnt: bool = False,
        keep_input: bool = True,
    ) -> None:
        super().__init__()
        require_whole("dim", dim)
        require_whole("features", features)
        scales: list[Any] = list(scale) if isinstance(scale, Sequence) else [scale]
        if not scales or not all(is_number(s) and 0 < s < math.inf for s in scales) or len(scales) > features:
            raise ValueError(f"scale must be one or up to {features} numbers greater than 0, got {scale!r}.")
        self.keep_input = keep_input
        each = torch.tensor([scales[k * len(scales) // features] for k in range(features)])
        frequencies = each[:, None] * torch.randn(features, dim)
        self.frequencies: Tensor
        if learnt:
            self.frequencies = nn.Parameter(frequencies)
        else:
            self.register_buffer("frequencies", frequencies)

    stack = staticmethod(stack_state)

    @property
    def out_features(self) -> int:
        """Features a point has behind this layer."""
        features, dim = self.frequencies.shape[-2:]
        return 2 * features + dim * self.keep_input

    def forward(self, x: Tensor) -> Tensor:
        """Map points, (B, dim) or stacked (S, B, dim)."""
        phase = 2 * math.pi * (x @ self.frequencies.mT)
        return torch.cat(([x] if self.keep_input else []) + [phase.cos(), phase.sin()], -1)

    def extra_repr(self) -> str:
        """Show the sizes."""
        features, dim = self.frequencies.shape[-2:]
        return f"{dim}, features={features}"


class Maxout(nn.Module):
    """Take the largest of `pieces` linear maps in each unit: yⱼ = max_p (x W_p + b_p)ⱼ, (B, in) -> (B, out).

    Raises:
        ValueError: `pieces` is below 1.

    Source: Goodfellow et al. 2013, §2; five pieces in PacGAN's two-dimensional discriminator.

    """

    pointwise = True

    def __init__(self, in_features: int, out_features: int, pieces: int = 5) -> None:
        super().__init__()
        require_whole("pieces", pieces)
        self.pieces = pieces
        self.linear: nn.Module = nn.Linear(in_features, pieces * out_features)

    stack = staticmethod(stack_parts)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer, (B, in) or stacked (S, B, in)."""
        return self.linear(x).unflatten(-1, (self.pieces, -1)).max(-2).values
