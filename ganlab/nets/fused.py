"""Chains of stacked linear layers as one autograd node that reuses its memory.

A training step of small networks is bound by Python calls and by fresh pages for every activation. One node a
network, buffers that stay between steps and gradients written where the optimiser reads them remove most of both;
the arithmetic is the same. Only the first derivative is defined: penalties, which differentiate twice, use the
ordinary modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from ganlab.nets.seeds import SeedLinear, is_pointwise


class FusedChain:
    """A callable view of `nn.Sequential(SeedLinear, activation, SeedLinear, …)`, (S, B, in) -> (S, B, out).

    The weights are the module's own; their gradients go into the tensors given. Hidden activations live in buffers,
    so a forward pass must be followed by its backward pass before the next forward pass that needs one; passes under
    `no_grad` have buffers of their own.

    Args:
        layers: the stacked linear layers.
        slope: of the leaky ReLU between them; 0 for ReLU.
        gradients: where to write, one tensor for each parameter in the module's order (weight, bias, weight, …).
        front: a pointwise layer without weights in front of the first one, such as fixed Fourier features; or None.
    """

    def __init__(
        self, layers: list[SeedLinear], slope: float, gradients: Sequence[Tensor], front: nn.Module | None = None
    ) -> None:
        self.layers, self.slope, self.gradients, self.front = layers, slope, gradients, front
        self.buffers: dict[tuple[Any, ...], Tensor] = {}
        # Autograd runs a node's backward only on the way to a tensor that was asked for: ask for this one.
        self.anchor = torch.zeros((), device=layers[0].weight.device, requires_grad=True)

    @classmethod
    def of(cls, module: nn.Module, gradients: Sequence[Tensor]) -> FusedChain | None:
        """View a stacked module as a chain, or give None: only linear layers with bias and one (leaky) ReLU between."""
        parts = list(module) if type(module) is nn.Sequential else []
        front = parts.pop(0) if parts and is_pointwise(parts[0]) and not list(parts[0].parameters()) else None
        if len(parts) % 2 == 0 or len(parts) < 3:
            return None
        layers, between = parts[::2], parts[1::2]
        if not all(type(layer) is SeedLinear and layer.bias is not None for layer in layers):
            return None
        if not all(parameter.requires_grad for parameter in module.parameters()):
            return None  # a frozen layer has no gradient to write
        slopes = {0.0 if type(a) is nn.ReLU else getattr(a, "negative_slope", None) for a in between}
        if not all(type(a) in (nn.ReLU, nn.LeakyReLU) for a in between) or len(slopes) != 1:
            return None
        return cls(layers, float(slopes.pop()), gradients, front)  # type: ignore[arg-type]

    def __call__(self, x: Tensor, *, frozen: bool = False) -> Tensor:
        """Run the chain; `frozen` computes no gradients of the weights (they still pass to x)."""
        x = x if self.front is None else self.front(x)
        kept = torch.is_grad_enabled()
        out: Tensor = _Chain.apply(self, kept, frozen, self.anchor, x)
        return out

    def input_gradient(self, x: Tensor) -> Tensor:
        """Differentiate each sample's score by that sample, (S, B, in) -> same shape; one output a sample only.

        The result can be differentiated by the weights (`accumulate`). Between the kinks of its activations the chain
        is linear, so that derivative needs no second derivative of an activation.
        """
        if self.front is None:
            gradient: Tensor = _Slope.apply(self, self.anchor, x)
            return gradient
        x = x.detach().requires_grad_(True)
        features = self.front(x)
        slope = _Slope.apply(self, self.anchor, features.detach())
        return torch.autograd.grad(features, x, slope, create_graph=True)[0]

    def backward(self, losses: Tensor) -> None:
        """Differentiate the sum of losses on outputs of the chain; the weights' gradients are overwritten."""
        torch.autograd.grad(losses.sum(), self.anchor, allow_unused=True)

    def accumulate(self, penalties: Tensor, weights: Sequence[Tensor] = ()) -> None:
        """Differentiate the sum of penalties; the weights' gradients are added to.

        Where penalties use `input_gradient`, the chain's nodes write; where they call the module itself, the ordinary
        graph leads to its `weights`. A penalty may do both.
        """
        _, *slopes = torch.autograd.grad(penalties.sum(), (self.anchor, *weights), allow_unused=True)
        pairs = [(own, slope) for own, slope in zip(self.gradients, slopes, strict=False) if slope is not None]
        if pairs:
            torch._foreach_add_(*map(list, zip(*pairs, strict=True)))

    def buffer(self, role: str, layer: int, like: Tensor, width: int) -> Tensor:
        """Give the buffer (S, B, width) of one role in one layer."""
        shape = (like.shape[0], like.shape[1], width)
        key = (role, layer, shape)
        if key not in self.buffers:
            self.buffers[key] = like.new_empty(shape)
        return self.buffers[key]

    def activate(self, x: Tensor) -> Tensor:
        """Apply the activation in place."""
        return x.relu_() if self.slope == 0 else nn.functional.leaky_relu_(x, self.slope)

    def activate_backward(self, gradient: Tensor, result: Tensor) -> Tensor:
        """Multiply a gradient by the activation's slope, in place, from the activation's result."""
        if self.slope == 0:
            return torch.ops.aten.threshold_backward.grad_input(gradient, result, 0.0, grad_input=gradient)
        backward = torch.ops.aten.leaky_relu_backward.grad_input
        return backward(gradient, result, self.slope, True, grad_input=gradient)


class _Chain(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, chain: FusedChain, kept: bool, frozen: bool, anchor: Tensor, x: Tensor) -> Tensor:
        role = "kept" if kept else "dropped"
        hidden, last = [x], len(chain.layers) - 1
        for k, layer in enumerate(chain.layers):
            bias = layer.bias[:, None]  # type: ignore[index]
            if k == last:  # the result leaves this module, so it has memory of its own
                out = torch.baddbmm(bias, hidden[-1], layer.weight)
            else:
                into = chain.buffer(role, k, x, layer.weight.shape[2])
                torch.baddbmm(bias, hidden[-1], layer.weight, out=into)
                hidden.append(chain.activate(into))
        ctx.chain, ctx.hidden, ctx.frozen = chain, hidden, frozen
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        chain, hidden = ctx.chain, ctx.hidden
        for k in range(len(chain.layers) - 1, -1, -1):
            weight = chain.layers[k].weight
            if not ctx.frozen:
                _weight_gradient(hidden[k], gradient, into=chain.gradients[2 * k])
                torch.sum(gradient, 1, out=chain.gradients[2 * k + 1])
            if k == 0:
                break
            into = chain.buffer("gradient", k, gradient, weight.shape[1])
            # With one output the product is a broadcast.
            multiply = torch.mul if weight.shape[2] == 1 else torch.bmm
            multiply(gradient, weight.mT, out=into)
            gradient = chain.activate_backward(into, hidden[k])
        slope = torch.bmm(gradient, chain.layers[0].weight.mT) if ctx.needs_input_grad[4] else None
        return None, None, None, None, slope


class _Slope(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, chain: FusedChain, anchor: Tensor, x: Tensor) -> Tensor:
        hidden, weights = [x], [layer.weight for layer in chain.layers]
        for layer in chain.layers[:-1]:
            bias = layer.bias[:, None]  # type: ignore[index]
            hidden.append(chain.activate(torch.baddbmm(bias, hidden[-1], layer.weight)))
        # Backwards from a score's derivative by itself, 1: the derivative by what enters each activation.
        slopes = [chain.activate_backward(weights[-1].mT.expand_as(hidden[-1]).clone(), hidden[-1])]
        for k in range(len(weights) - 2, 0, -1):
            slopes.insert(0, chain.activate_backward(torch.bmm(slopes[0], weights[k].mT), hidden[k]))
        ctx.chain, ctx.hidden, ctx.slopes = chain, hidden, slopes
        return torch.bmm(slopes[0], weights[0].mT)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, None, None]:
        # Forwards through the linear chain that the slopes came back through; biases have no part in it.
        chain = ctx.chain
        for k, slope in enumerate(ctx.slopes):
            chain.gradients[2 * k].baddbmm_(gradient.mT, slope)
            gradient = chain.activate_backward(torch.bmm(gradient, chain.layers[k].weight), ctx.hidden[k + 1])
        chain.gradients[-2].add_(gradient.sum(1)[..., None])
        return None, None, None


def _weight_gradient(x: Tensor, gradient: Tensor, *, into: Tensor) -> None:
    """Write xᵀ g, (S, B, in), (S, B, out) -> (S, in, out); a narrow result is faster the other way round."""
    if gradient.shape[2] == 1:
        torch.bmm(gradient.mT, x, out=into.view(into.shape[0], 1, -1))
    else:
        torch.bmm(x.mT, gradient, out=into)
