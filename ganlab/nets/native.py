"""The seed axis of torch's own layers beyond `nn.Linear`: convolution, pooling, normalisation, dropout.

A layer whose forward pass is written for any number of leading axes, (..., B, features), needs no second class: its
`stack` is `stack_state`, which puts S in front of every weight and buffer.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

M = TypeVar("M", bound=nn.Module)


def stack_state(modules: Sequence[M]) -> M:
    """Stack the weights and buffers of S layers without children: each gets S in front, nothing else changes."""
    first = modules[0]
    stacked = copy.deepcopy(first)
    for name, parameter in first.named_parameters(recurse=False):
        values = torch.stack([getattr(module, name).detach() for module in modules])
        setattr(stacked, name, nn.Parameter(values, requires_grad=parameter.requires_grad))
    for name, _ in first.named_buffers(recurse=False):
        setattr(stacked, name, torch.stack([getattr(module, name) for module in modules]))
    return stacked


def convolve(layer: nn.Conv2d | nn.ConvTranspose2d, weight: Tensor, x: Tensor) -> Tensor:
    """Apply a convolution with this weight, (B, C, H, W); stacked, (S, B, C, H, W), the seeds are groups of channels.

    One call serves all seeds. On a CPU it costs what a loop over seeds costs; on an accelerator it is one launch
    instead of S.
    """
    seeds = weight.shape[:-4]
    if seeds:
        x, weight = x.transpose(0, 1).flatten(1, 2), weight.flatten(0, 1)
    groups = layer.groups * seeds.numel()
    bias = None if layer.bias is None else layer.bias.flatten()
    if isinstance(layer, nn.ConvTranspose2d):
        stride, padding, more = layer.stride, layer.padding, layer.output_padding
        out = F.conv_transpose2d(x, weight, bias, stride, padding, more, groups, layer.dilation)  # type: ignore[arg-type]
    else:
        out = F.conv2d(x, weight, bias, layer.stride, layer.padding, layer.dilation, groups)
    return out.unflatten(1, (*seeds, -1)).transpose(0, 1) if seeds else out


class SeedConv(nn.Module):
    """S `nn.Conv2d` or `nn.ConvTranspose2d` at once, (S, B, C, H, W) -> (S, B, C', H', W')."""

    pointwise = True

    def __init__(self, layers: Sequence[nn.Conv2d] | Sequence[nn.ConvTranspose2d]) -> None:
        super().__init__()
        self.layer: Any = stack_state(layers)

    def forward(self, x: Tensor) -> Tensor:
        """Apply layer s to x[s]."""
        return convolve(self.layer, self.layer.weight, x)


class PerSample(nn.Module):
    """A layer without state that treats each sample alone (pooling, flattening, …), on (S, B, …): one batch of S·B."""

    pointwise = True

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    @staticmethod
    def fits(layer: nn.Module) -> bool:
        """Say whether this is such a layer; one that flattens the batch axis as well is not."""
        axis = {nn.Flatten: "start_dim", nn.Unflatten: "dim"}.get(type(layer))
        return type(layer) in _PER_SAMPLE and (axis is None or getattr(layer, axis) == 1)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer."""
        return self.layer(x.flatten(0, 1)).unflatten(0, x.shape[:2])


_PER_SAMPLE = (
    *(nn.Flatten, nn.Unflatten, nn.Upsample, nn.PixelShuffle),
    *(nn.AvgPool2d, nn.MaxPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d),
)


class SeedBatchNorm(nn.Module):
    """S `nn.BatchNorm1d` or `nn.BatchNorm2d` at once, (S, B, C, …) -> same shape; running statistics by seed, (S, C).

    Not pointwise: in training a sample's value depends on its batch, so real and generated batches go separately.
    """

    def __init__(self, layers: Sequence[nn.BatchNorm1d] | Sequence[nn.BatchNorm2d]) -> None:
        super().__init__()
        self.layer = stack_state(layers)  # weight, bias, running_mean, running_var: (S, C)
        self.train(layers[0].training)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x[s] with the statistics of layer s: seeds stand side by side as further channels."""
        own = self.layer
        mean, var, momentum = own.running_mean, own.running_var, own.momentum
        if self.training and mean is not None:
            assert own.num_batches_tracked is not None
            own.num_batches_tracked.add_(1)
            if momentum is None:  # cumulative average
                momentum = 1.0 / float(own.num_batches_tracked[0])
        weight, bias = (part.flatten() if own.affine else None for part in (own.weight, own.bias))
        out = F.batch_norm(
            x.transpose(0, 1).flatten(1, 2),  # (B, S·C, …)
            None if mean is None else mean.view(-1),
            None if var is None else var.view(-1),
            weight,
            bias,
            training=self.training or mean is None,
            momentum=momentum or 0.0,
            eps=own.eps,
        )
        return out.unflatten(1, x.shape[:3:2]).transpose(0, 1)


class SeedLayerNorm(nn.Module):
    """S `nn.LayerNorm` at once, (S, B, …) -> same shape; weight and bias (S, *normalised shape)."""

    pointwise = True

    def __init__(self, layers: Sequence[nn.LayerNorm]) -> None:
        super().__init__()
        self.layer = stack_state(layers)
        self.train(layers[0].training)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise each sample over its own features."""
        own = self.layer
        out = F.layer_norm(x, own.normalized_shape, eps=own.eps)
        if own.weight is None:
            return out
        between = (1,) * (x.ndim - own.weight.ndim)
        weight = own.weight.unflatten(0, (-1, *between))
        if own.bias is None:
            return out * weight
        return torch.addcmul(own.bias.unflatten(0, (-1, *between)), out, weight)


class Dropout(nn.Module):
    """Set each number to 0 with probability p while training, and scale the others by 1/(1 − p), as `nn.Dropout` does.

    The mask is a hash of the layer's `key`, of `count`, the passes so far, and of the position, so it needs no random
    state: seed k drops the same units alone and in company, on every device, and after a restart from a checkpoint
    (both are buffers). `ganlab.nets.build` puts this layer in the place of every `nn.Dropout` and gives it its run's
    key.

    Pointwise: a sample's mask depends on no other sample, so real and generated batches may go in one pass.

    Raises:
        ValueError: p is outside [0, 1).

    Source: Srivastava et al. 2014, §4 (scaling in training rather than in testing).

    """

    pointwise = True
    key: Tensor
    count: Tensor

    def __init__(self, p: float = 0.5, key: int = 0) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"dropout p must be 0 or greater and less than 1, got {p!r}.")
        self.p = p
        self.register_buffer("key", torch.tensor(key))
        self.register_buffer("count", torch.tensor(0))

    stack = staticmethod(stack_state)

    def forward(self, x: Tensor) -> Tensor:
        """Drop, (B, …) or stacked (S, B, …) -> same shape."""
        if not self.training or self.p == 0:
            return x
        salt = _hash(self.count.int() ^ _hash((self.key >> 32 & _31).int() ^ _hash((self.key & _31).int())))
        self.count.add_(1)
        shape = x.shape[salt.ndim :]  # one run's
        position = _hash(torch.arange(shape.numel(), dtype=torch.int32, device=x.device).view(shape))
        drawn = _hash(position ^ salt.reshape(salt.shape + (1,) * len(shape)))  # uniform over the 32-bit integers
        return torch.where(drawn >= round(self.p * 2**32) - 2**31, x / (1 - self.p), 0.0)

    def extra_repr(self) -> str:
        """Show p."""
        return f"p={self.p}"


_31 = 2**31 - 1


def _hash(h: Tensor) -> Tensor:
    """Scatter 32-bit integers (Wellons' lowbias32); `&` turns torch's arithmetic shift into a logical one."""
    h = (h ^ (h >> 16 & 0xFFFF)) * 0x7FEB352D
    h = (h ^ (h >> 15 & 0x1FFFF)) * (0x846CA68B - 2**32)
    return h ^ (h >> 16 & 0xFFFF)


def key_dropout(module: nn.Module, key: int) -> nn.Module:
    """Put a `Dropout` in the place of every `nn.Dropout` and give the k-th in order the key `key + k`."""
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.Dropout:
                setattr(parent, name, Dropout(child.p).train(child.training))
    for k, layer in enumerate(part for part in module.modules() if isinstance(part, Dropout)):
        layer.key.fill_((key + k) % 2**63)
    return module


def require_multiple(batch: int, size: int, what: str, source: str) -> None:
    """Refuse a batch that does not divide into parts of `size`; `source` says where they are from."""
    if batch % size:
        raise ValueError(
            f"{what} of {size} needs a batch that is a multiple of {size}, got {batch} samples ({source})."
        )
