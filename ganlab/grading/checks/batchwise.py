"""Minibatch discrimination as the checks know it: its formula, mistakes in it, and what is handed to an answer."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from ganlab.grading.checks.wire import portable


@portable
class Crowd(nn.Module):
    """D(xᵢ) = w·xᵢ + v·Σⱼ tanh(xⱼ − xᵢ) + B of samples shaped as w and v, (B, …) -> (B, 1): it sees its batch.

    In evaluation mode B is left out.
    """

    def __init__(self, own: Tensor, others: Tensor) -> None:
        super().__init__()
        self.own, self.others = nn.Parameter(own.detach().clone()), nn.Parameter(others.detach().clone())

    def forward(self, points: Tensor) -> Tensor:
        if points.shape[1:] != self.own.shape:
            raise ValueError(f"this discriminator takes {_batch_of(self.own.shape)}, got {tuple(points.shape)}")
        flat = points.flatten(1)
        around = (flat[None] - flat[:, None]).tanh().sum(1)
        size = len(flat) if self.training else 0
        return (flat @ self.own.flatten() + around @ self.others.flatten() + size)[:, None]


def _batch_of(shape: torch.Size) -> str:
    return f"(B, {', '.join(map(str, shape))})"


@portable
class SlopeOfT:
    """Called with a layer, leaves the gradient of Σ output² by its T as the attribute `slope` (None: none)."""

    def __init__(self, x: Tensor) -> None:
        self.x = x

    def __call__(self, layer: nn.Module) -> None:
        if "T" in dict(layer.named_parameters(recurse=False)):
            out, t = layer(self.x).square().sum(), layer.get_parameter("T")
            layer.slope = torch.autograd.grad(out, t, allow_unused=True)[0]


def similarity_of(m: Tensor) -> Tensor:
    """Give exp(−‖mᵢₖ − mⱼₖ‖₁) of all pairs, (B, kernels, dims) -> (B, B, kernels)."""
    return (-(m[:, None] - m[None]).abs().sum(-1)).exp()


def closeness_of(m: Tensor) -> Tensor:
    """Give the sum of the similarities to all others, (B, kernels, dims) -> (B, kernels)."""
    others = 1 - torch.eye(len(m), dtype=m.dtype)
    return (similarity_of(m) * others[..., None]).sum(1)


def wrong_closeness(m: Tensor) -> dict[str, Tensor]:
    """Give what known mistakes would answer, by the sentence that names them."""
    batch, self_out = len(m), 1 - torch.eye(len(m))
    gaps = m[:, None] - m[None]

    def summed(similarity: Tensor) -> Tensor:
        return (similarity * self_out[..., None]).sum(1)

    right, apart = closeness_of(m), gaps.abs().sum(-1)
    return {
        "each sample is counted as its own neighbour; leave j = i out.": right + 1,
        "1 is taken off twice, or j = i left out twice.": right - 1,
        "sum over the other samples, do not average (over B).": right / batch,
        "sum over the other samples, do not average (over B - 1).": right / max(1, batch - 1),
        "sum over the other samples, do not average, and leave j = i out.": (right + 1) / batch,
        "that is the distance itself; the closeness is exp(-distance).": summed(apart),
        "the sign in the exponent is turned: near samples are close, far ones are not.": summed(apart.exp()),
        "use the L1 distance (absolute values), not the Euclidean one.": summed((-gaps.norm(dim=-1)).exp()),
        "use the L1 distance (absolute values), not squares.": summed((-gaps.square().sum(-1)).exp()),
        "sum |difference| over dims, do not take the largest.": summed((-gaps.abs().amax(-1)).exp()),
        "take |difference| of each dimension, then sum, not |sum of differences|.": summed((-gaps.sum(-1).abs()).exp()),
        "take the exponential of each pair, then sum over the samples.": (-apart.sum(1)).exp(),
        "sum over the other samples, do not take the nearest one only.": (similarity_of(m) * self_out[..., None]).amax(
            1
        ),
        "do not halve the sum: each sample has all others as its neighbours.": right / 2,
        "that is minus the distance; the closeness is exp(-distance), then summed.": summed(-apart),
        "sum |difference| over dims, do not average.": summed((-gaps.abs().mean(-1)).exp()),
        "take the exponential once, of the distance summed over dims, not one of each dimension.": (
            (-gaps.abs()).exp().sum(-1) * self_out[..., None]
        ).sum(1),
        "each kernel has a distance of its own: do not sum over kernels before the exponential.": (
            summed((-apart.sum(-1, keepdim=True)).exp()).expand_as(right)
        ),
        "every pair counts once for each of its two samples: no i < j only.": (
            similarity_of(m) * torch.ones(batch, batch).triu(1)[..., None]
        ).sum(1),
        "each sample sees all others, not only those before it.": (
            similarity_of(m) * torch.ones(batch, batch).tril(-1)[..., None]
        ).sum(1),
        "each pair is counted twice.": 2 * right,
    }


def output_of(x: Tensor, t: Tensor) -> Tensor:
    """Give [x, closeness(x T)], (B, in), (in, kernels, dims) -> (B, in + kernels)."""
    return torch.cat((x, closeness_of(torch.einsum("ba,akd->bkd", x, t))), 1)


def readings_of(
    parts: dict[tuple[int, ...], list[Tensor]],
    slope: float = 0.2,
    second_slope: float | None = None,
    *,
    tail: bool = False,
) -> list[Callable[[Tensor], Tensor]]:
    """Give the discriminators that these weights can be: the two hidden biases in either order."""
    (t,) = (values[0] for shape, values in parts.items() if len(shape) == 3)
    width, kernels, _ = t.shape
    first, second, last = parts[width, 2][0], parts[width, width][0], parts[1, width + kernels][0]

    later = slope if second_slope is None else second_slope

    def scores(x: Tensor, b1: Tensor, b2: Tensor) -> Tensor:
        hidden = leaky_relu(x @ first.T + b1, slope) @ second.T + b2
        out = hidden if tail else leaky_relu(hidden, later)
        out = output_of(out, t)
        return (leaky_relu(out, later) if tail else out) @ last.T + parts[1,][0]

    return [partial(scores, b1=b1, b2=b2) for b1, b2 in itertools.permutations(parts[width,], 2)]
