"""Layers by which a discriminator sees its batch: minibatch discrimination, minibatch standard deviation, packing.

None is pointwise: real and generated batches must go through separately. All are for (B, …) and, stacked, (S, B, …).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from ganlab.nets.native import require_multiple, stack_state
from ganlab.runtime import require_whole, widened

# Numbers of one pairwise block: on a CPU the passes over a few of them stay in the cache.
_BLOCK = 2**17


def closeness(m: Tensor) -> Tensor:
    """Sum each sample's similarity to its batch, itself included: oᵢ = Σⱼ exp(−Σ_c |m_ci − m_cj|).

    (..., C, B) -> (..., B), in [1, B]. Memory is O(B²) a row, whatever C is: the dimensions are summed one after the
    other, and the first and second derivatives are written out (a third one raises an error). `torch.cdist(p=1)` cannot
    be differentiated twice, so a gradient penalty would fail on it. Where samples tie in a dimension, |·| has slope 0.
    """
    return _Closeness.apply(m)[0]


class MinibatchDiscrimination(nn.Module):
    """Append to each sample how close it is to its batch, in `kernels` learnt projections: (B, A) -> (B, A + kernels).

    o_k(xᵢ) = Σⱼ exp(−‖Mᵢₖ − Mⱼₖ‖₁), M = x T with T (A, kernels, dims).

    Args:
        in_features: A.
        kernels, dims: sizes of T, ≥ 1. The layer's cost grows as kernels · dims · batch².
        group: samples that see one another, consecutive ones (a shorter last group takes the rest): the layer as it is
            at that batch size, at group / batch of the cost. None, the default: the whole batch, as in the paper.
            `mlp_discriminator` takes groups of 32 instead. In `benchmarks/RESULTS.md` ("Cost of minibatch
            discrimination", 4 × 2, batches of 64 and 128) a D step costs 2.2 to 2.7 plain ones with groups of 32 and
            2.6 to 3.9 with the whole batch.
        exclude_self: leave j = i out, which is a constant 1: o is in [0, B − 1] and 0 in a batch of one.
        bias: add one learnt number a kernel, −1 at the start.

    Raises:
        ValueError: a size is below 1, or `group` below 2.

    Source: Salimans et al. 2016, §3.2; the published code excludes self, adds the bias, has 100 kernels × 5 dims, and
    normalises T's columns, which here only start with an expected norm of 1.

    """

    def __init__(
        self,
        in_features: int,
        kernels: int = 4,
        dims: int = 2,
        *,
        group: int | None = None,
        exclude_self: bool = False,
        bias: bool = False,
    ) -> None:
        super().__init__()
        if group is not None:
            require_whole("group", group, 2)
        self.group = group
        for name, size in (("in_features", in_features), ("kernels", kernels), ("dims", dims)):
            require_whole(name, size)
        self.kernels, self.exclude_self = kernels, exclude_self
        self.T = nn.Parameter(torch.randn(in_features, kernels, dims) / in_features**0.5)
        self.bias = nn.Parameter(torch.full((kernels,), -1.0)) if bias else None

    stack = staticmethod(stack_state)

    def forward(self, x: Tensor) -> Tensor:
        """Append the closeness features, (B, A) or stacked (S, B, A)."""
        size = self.group or max(1, x.shape[-2])
        whole = x.shape[-2] // size * size
        parts = [self._closeness(x[..., :whole, :], size)] if whole else []
        if whole < x.shape[-2]:
            parts.append(self._closeness(x[..., whole:, :], x.shape[-2] - whole))
        o = torch.cat(parts, -2)
        if self.exclude_self:
            o = o - 1
        if self.bias is not None:
            o = o + self.bias[..., None, :]
        return torch.cat((x, o), -1)

    def _closeness(self, x: Tensor, size: int) -> Tensor:
        m = widened(x @ self.T.flatten(-2)).unflatten(-2, (-1, size))  # (..., groups, size, kernels·dims)
        return closeness(m.mT.unflatten(-2, self.T.shape[-2:])).mT.flatten(-3, -2)  # (..., B, kernels)

    def extra_repr(self) -> str:
        """Show the sizes."""
        a, kernels, dims = self.T.shape[-3:]
        return f"{a}, kernels={kernels}, dims={dims}, group={self.group}, exclude_self={self.exclude_self}"


class MinibatchStdDev(nn.Module):
    """Append the batch's standard deviation, averaged over the features: (B, A) -> (B, A + 1).

    s = mean_a √(var_i x_ia + 1e-8), the same number for every sample; var divides by the group's size.

    Args:
        group: samples that share one statistic (consecutive ones; the batch must be a multiple); None: the whole batch.

    Raises:
        ValueError: `group` is below 2, or does not divide the batch.

    Source: Karras et al. 2018, §3; the published code has groups of 4, taken with a stride.

    """

    def __init__(self, group: int | None = None) -> None:
        super().__init__()
        if group is not None:
            require_whole("group", group, 2)
        self.group = group

    @staticmethod
    def stack(modules: Sequence[nn.Module]) -> nn.Module:
        """Copy one: there are no weights."""
        return copy.deepcopy(modules[0])

    def forward(self, x: Tensor) -> Tensor:
        """Append the statistic, (B, A) or stacked (S, B, A)."""
        size = self.group or x.shape[-2]
        require_multiple(x.shape[-2], size, "minibatch standard deviation in groups", "Karras et al. 2018, §3")
        groups = widened(x).unflatten(-2, (-1, size))  # (..., groups, size, A)
        spread = (groups.var(-2, correction=0, keepdim=True) + 1e-8).sqrt().mean(-1, keepdim=True)
        return torch.cat((groups, spread.expand(*groups.shape[:-1], 1)), -1).flatten(-3, -2)

    def extra_repr(self) -> str:
        """Show the group's size."""
        return f"group={self.group}"


class Pack(nn.Module):
    """Join m consecutive samples to one: (B, d) -> (B/m, m·d), images (B, C, …) -> (B/m, m·C, …).

    A discriminator behind it gives B/m scores a batch, each on m independent samples of one kind. Packs of a collapsed
    generator differ more from packs of data than its samples do from data: total variation grows with m.

    Args:
        m: samples a pack, ≥ 1.

    Raises:
        ValueError: m is below 1, or does not divide the batch.

    Source: Lin et al. 2018 (PacGAN), §3.

    """

    def __init__(self, m: int = 2) -> None:
        super().__init__()
        require_whole("packing", m)
        self.m = m
        self.batch_axis = 0

    @staticmethod
    def stack(modules: Sequence[nn.Module]) -> nn.Module:
        """Copy one, with the batch behind the seeds."""
        stacked = copy.deepcopy(modules[0])
        stacked.batch_axis = 1  # type: ignore[assignment]
        return stacked

    def forward(self, x: Tensor) -> Tensor:
        """Join samples."""
        axis = self.batch_axis
        require_multiple(x.shape[axis], self.m, "packing", "Lin et al. 2018, §3")
        return x.unflatten(axis, (-1, self.m)).flatten(axis + 1, axis + 2)

    def extra_repr(self) -> str:
        """Show m."""
        return f"m={self.m}"


def _blocks(m: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Cut rows, (rows, C, B), into blocks whose pairs fit the cache, each with memory to work in, (block, B, B).

    An accelerator takes all rows at once.
    """
    rows, _, batch = m.shape
    size = max(1, min(rows, _BLOCK // batch**2) if m.device.type == "cpu" else rows)
    scratch = m.new_empty(size, batch, batch)
    for start in range(0, rows, size):
        block = slice(start, min(start + size, rows))
        yield block, scratch[: block.stop - start]


def _differences(m: Tensor, c: int, out: Tensor | None = None) -> Tensor:
    """Give m_ci − m_cj of a block of rows, (rows, C, B) -> (rows, B, B)."""
    return torch.sub(m[:, c, :, None], m[:, c, None, :], out=out)


class _Closeness(torch.autograd.Function):
    @staticmethod
    def forward(m: Tensor) -> tuple[Tensor, Tensor]:
        rows = m.reshape(-1, *m.shape[-2:])
        count, dims, batch = rows.shape
        similarity = m.new_empty(count, batch, batch)
        for block, scratch in _blocks(rows):
            part, distance = rows[block], similarity[block]
            _differences(part, 0, out=distance).abs_()
            for c in range(1, dims):
                distance += _differences(part, c, out=scratch).abs_()
            distance.neg_().exp_()
        return similarity.sum(-1).view(*m.shape[:-2], batch), similarity.view(*m.shape[:-2], batch, batch)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: tuple[Tensor, Tensor]) -> None:
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(inputs[0], output[1])
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx: Any, g: Tensor | None, _: Tensor | None) -> Tensor | None:
        m, similarity = ctx.saved_tensors
        return None if g is None else _Slope.apply(m, similarity, g)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int], m: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[int, int]]:
        return _Closeness.apply(m.movedim(in_dims[0], 0)), (0, 0)


class _Slope(torch.autograd.Function):
    """∂(Σ g o)/∂m_ci = −Σⱼ (gᵢ + gⱼ) Eᵢⱼ sign(m_ci − m_cj), E the similarity."""

    @staticmethod
    def forward(m: Tensor, similarity: Tensor, g: Tensor) -> Tensor:
        return _slope(m, similarity, g)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, h: Tensor) -> tuple[Tensor, None, Tensor]:
        """Differentiate Σ h · slope = −Σᵢ gᵢ Σⱼ Eᵢⱼ Qᵢⱼ, where Qᵢⱼ = Σ_c (h_ci − h_cj) sign(m_ci − m_cj)."""
        m, similarity, g = ctx.saved_tensors
        scaled = _directional(m, h).mul_(similarity)
        return _slope(m, scaled, g).neg_(), None, scaled.sum(-1).neg_()


def _slope(m: Tensor, pairs: Tensor, g: Tensor) -> Tensor:
    """Give −Σⱼ (gᵢ + gⱼ) Pᵢⱼ sign(m_ci − m_cj), from (..., C, B), (..., B, B), (..., B) to (..., C, B)."""
    rows, pairs, g = m.reshape(-1, *m.shape[-2:]), pairs.flatten(0, -3), g.flatten(0, -2)
    out = torch.empty_like(rows)
    for block, scratch in _blocks(rows):
        weights = (g[block, :, None] + g[block, None, :]).mul_(pairs[block])
        for c in range(m.shape[-2]):
            # Summed over i instead of j, which is faster and turns the sign, since P is symmetric.
            out[block, c] = _differences(rows[block], c, out=scratch).sign_().mul_(weights).sum(-2)
    return out.view(m.shape)


def _directional(m: Tensor, h: Tensor) -> Tensor:
    """Give Q, the derivative of the distances along h, (..., C, B), (..., C, B) -> (..., B, B)."""
    rows, along = m.reshape(-1, *m.shape[-2:]), h.reshape(-1, *m.shape[-2:])
    total = m.new_zeros(len(rows), m.shape[-1], m.shape[-1])
    for block, scratch in _blocks(rows):
        for c in range(m.shape[-2]):
            signs = _differences(rows[block], c, out=scratch).sign_()
            total[block].addcmul_(signs, _differences(along[block], c))
    return total.view(*m.shape[:-2], *total.shape[1:])
