"""Self-attention between the places of a feature map."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlab.nets.seeds import stack_parts
from ganlab.nets.spectral import SpectralConv2d
from ganlab.runtime import require_whole


class SelfAttention(nn.Module):
    """Let each place of a map see every other one: y = x + γ v(Σⱼ βⱼᵢ h(xⱼ)), (B, C, H, W) -> same shape.

    βⱼᵢ = softmaxⱼ(f(xⱼ)ᵀ g(xᵢ)); f and g are 1 × 1 convolutions to C/8 channels (at least 1), h to C/2, v back to C.
    γ is learnt and starts at 0, so the layer starts as the identity. Memory is O(B (HW)²).

    Args:
        channels: C, ≥ 2.
        spectral: normalise the four convolutions, as the paper does.

    Raises:
        ValueError: there are fewer than 2 channels.

    Source: Zhang et al. 2019 (SAGAN), eq. 1 to 3. Their published code also pools f and h to half the side.

    """

    pointwise = True

    def __init__(self, channels: int, *, spectral: bool = False) -> None:
        super().__init__()
        require_whole("channels", channels, 2)
        convolution = SpectralConv2d if spectral else nn.Conv2d
        narrow = max(1, channels // 8)
        self.f: nn.Module = convolution(channels, narrow, 1, bias=False)
        self.g: nn.Module = convolution(channels, narrow, 1, bias=False)
        self.h: nn.Module = convolution(channels, channels // 2, 1, bias=False)
        self.v: nn.Module = convolution(channels // 2, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    stack = staticmethod(stack_parts)

    def weights(self, x: Tensor) -> Tensor:
        """Give β, (..., HW, HW): entry (i, j) is how much place i takes from place j; each row adds to 1."""
        return (self.g(x).flatten(-2).mT @ self.f(x).flatten(-2)).softmax(-1)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer, (B, C, H, W) or stacked (S, B, C, H, W)."""
        seen = self.h(x).flatten(-2) @ self.weights(x).mT  # (..., C/2, HW)
        gamma = self.gamma.view(*self.gamma.shape[:-1], 1, 1, 1, 1)
        return x + gamma * self.v(seen.unflatten(-1, x.shape[-2:]))
