"""Spectral normalisation with a seed axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils import parametrizations, parametrize

from ganlab.nets.native import stack_state


class SpectralLinear(nn.Linear):
    """A linear layer whose weight is divided by its largest singular value: y = x (W/σ(W))ᵀ + b, (B, in) -> (B, out).

    σ ≈ uᵀ W v by power iteration: each forward pass in training mode first does `iterations` of u ← Wv/‖Wv‖,
    v ← Wᵀu/‖Wᵀu‖ from where the last one stopped; in evaluation mode u and v stay. Gradients pass through σ with u
    and v held fixed, so first and second derivatives are exact at the current u and v. A stack holds u (S, out) and
    v (S, in); every pass moves each seed's pair exactly as it moves in that layer alone.

    Args:
        in_features, out_features, bias: as in `nn.Linear`.
        iterations: power iterations a pass, ≥ 1.

    Raises:
        ValueError: `iterations` is below 1.

    Source: Miyato et al. 2018, eq. 8 and algorithm 1, started with 15 iterations (as torch does).

    """

    pointwise = True
    u: Tensor
    v: Tensor

    def __init__(self, in_features: int, out_features: int, bias: bool = True, *, iterations: int = 1) -> None:
        super().__init__(in_features, out_features, bias)
        if iterations < 1:
            raise ValueError(f"iterations must be a whole number of 1 or more, got {iterations!r}.")
        self.iterations = iterations
        self.register_buffer("u", normalize(torch.randn(out_features), dim=0))
        self.register_buffer("v", normalize(torch.randn(in_features), dim=0))
        self.iterate(15)

    @classmethod
    def from_torch(cls, layer: nn.Module) -> SpectralLinear:
        """Copy `torch.nn.utils.parametrizations.spectral_norm(nn.Linear(…))`, its power iteration's state included."""
        assert isinstance(layer, nn.Linear) and isinstance(layer.parametrizations, nn.ModuleDict)
        part = layer.parametrizations["weight"]
        assert isinstance(part, parametrize.ParametrizationList)
        norm: Any = part[0]
        with torch.no_grad(), torch.random.fork_rng(devices=[]):  # what the constructor draws is overwritten
            ours = cls(
                layer.in_features, layer.out_features, layer.bias is not None, iterations=norm.n_power_iterations
            )
            ours.to(layer.weight)
            ours.weight.copy_(part.original)
            ours.u.copy_(norm._u)
            ours.v.copy_(norm._v)
            if layer.bias is not None:
                ours.bias.copy_(layer.bias)
        return ours.train(layer.training)

    stack = staticmethod(stack_state)

    @torch.no_grad()
    def iterate(self, times: int) -> None:
        """Do power iterations, in place."""
        u, v = self.u, self.v
        for _ in range(times):
            u = normalize((self.weight @ v[..., None])[..., 0], dim=-1)
            v = normalize((self.weight.mT @ u[..., None])[..., 0], dim=-1)
        self.u.copy_(u)
        self.v.copy_(v)

    def sigma(self) -> Tensor:
        """Estimate the largest singular value, () or (S,), differentiable in the weight."""
        u, v = self.u.clone(), self.v.clone()  # the next pass overwrites them while the graph still needs these
        return (u * (self.weight @ v[..., None])[..., 0]).sum(-1)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the normalised layer, (B, in) or stacked (S, B, in)."""
        if self.training:
            self.iterate(self.iterations)
        weight = (self.weight / self.sigma()[..., None, None]).mT
        return x @ weight if self.bias is None else x @ weight + self.bias[..., None, :]


def is_torch_spectral(module: nn.Module) -> bool:
    """Say whether this is `torch.nn.utils.parametrizations.spectral_norm(nn.Linear(…))` and nothing more."""
    if not isinstance(module, nn.Linear) or not parametrize.is_parametrized(module):
        return False
    parts = module.parametrizations
    assert isinstance(parts, nn.ModuleDict)
    part = parts["weight"] if list(parts) == ["weight"] else None
    return isinstance(part, nn.ModuleList) and len(part) == 1 and type(part[0]) is parametrizations._SpectralNorm


def stack_torch_spectral(modules: Sequence[nn.Module]) -> nn.Module:
    """Stack torch's spectrally normalised linear layers."""
    return stack_state([SpectralLinear.from_torch(module) for module in modules])
