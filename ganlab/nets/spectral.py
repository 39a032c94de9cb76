"""Spectral normalisation with a seed axis, for linear and convolution layers."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils import parametrizations, parametrize

from ganlab.nets.native import convolve, stack_state
from ganlab.runtime import full_precision, require_whole


class Spectral(nn.Module):
    """What the layers below share: the weight as a matrix W (out, rest), divided by its largest singular value.

    σ ≈ uᵀ W v by power iteration: each forward pass in training mode first does `iterations` of u ← Wv/‖Wv‖,
    v ← Wᵀu/‖Wᵀu‖ from where the last one stopped; in evaluation mode u and v stay. Gradients pass through σ with u
    and v held fixed, so first and second derivatives are exact at the current u and v. A stack holds u (S, out) and
    v (S, rest); every pass moves each seed's pair exactly as it moves in that layer alone.

    Source: Miyato et al. 2018, eq. 8 and algorithm 1, started with 15 iterations (as torch does).
    """

    weight: Tensor
    u: Tensor
    v: Tensor
    iterations: int

    stack = staticmethod(stack_state)

    def start(self, iterations: int) -> None:
        """Open the power iteration; ValueError where `iterations` is below 1."""
        require_whole("iterations", iterations)
        self.iterations = iterations
        out, rest = self.matrix().shape
        self.register_buffer("u", normalize(torch.randn(out), dim=0))
        self.register_buffer("v", normalize(torch.randn(rest), dim=0))
        self.iterate(15)

    def matrix(self) -> Tensor:
        """Give the weight as a matrix with a row for each output, (out, rest) or (S, out, rest)."""
        return self.weight

    @torch.no_grad()
    def iterate(self, times: int) -> None:
        """Do power iterations, in place."""
        u, v, matrix = self.u, self.v, self.matrix()
        for _ in range(times):
            u = normalize((matrix @ v[..., None])[..., 0], dim=-1)
            v = normalize((matrix.mT @ u[..., None])[..., 0], dim=-1)
        self.u.copy_(u)
        self.v.copy_(v)

    def sigma(self) -> Tensor:
        """Estimate the largest singular value, () or (S,), differentiable in the weight."""
        u, v = self.u.clone(), self.v.clone()  # the next pass overwrites them while the graph still needs these
        return (u * (self.matrix() @ v[..., None])[..., 0]).sum(-1)

    def normalised(self) -> Tensor:
        """Take a step of the iteration if in training, and give the weight over σ, in the weight's shape."""
        with full_precision(self.weight):
            if self.training:
                self.iterate(self.iterations)
            sigma = self.sigma()
        return self.weight / sigma.view(sigma.shape + (1,) * (self.weight.ndim - sigma.ndim))


class SpectralLinear(Spectral, nn.Linear):
    """A linear layer whose weight is divided by its largest singular value: y = x (W/σ(W))ᵀ + b, (B, in) -> (B, out).

    Args:
        in_features, out_features, bias: as in `nn.Linear`.
        iterations: power iterations a pass, ≥ 1.

    Raises:
        ValueError: `iterations` is below 1.

    """

    pointwise = True

    def __init__(self, in_features: int, out_features: int, bias: bool = True, *, iterations: int = 1) -> None:
        super().__init__(in_features, out_features, bias)
        self.start(iterations)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the normalised layer, (B, in) or stacked (S, B, in)."""
        weight = self.normalised().mT
        return x @ weight if self.bias is None else x @ weight + self.bias[..., None, :]


class _SpectralConvolution(Spectral):
    """A convolution of a square kernel, plain or transposed, whose weight is normalised; see the two below."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        bias: bool = True,
        *,
        iterations: int = 1,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, bias=bias)  # torch's layer, the next
        self.start(iterations)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the normalised layer, (B, C, H, W) or stacked (S, B, C, H, W)."""
        return convolve(self, self.normalised(), x)  # type: ignore[arg-type]  # one of torch's two, by the classes below


class SpectralConv2d(_SpectralConvolution, nn.Conv2d):
    """A convolution whose weight, as a matrix (out, in·k·k), is divided by its largest singular value.

    This bounds the layer's Lipschitz constant only up to a factor of the kernel's size, as in the paper (§2.1).

    Args: as in `nn.Conv2d`, and `iterations`: power iterations a pass, ≥ 1.
    """

    pointwise = True

    def matrix(self) -> Tensor:
        """Give the weight as (out, in·k·k)."""
        return self.weight.flatten(-3)


class SpectralConvTranspose2d(_SpectralConvolution, nn.ConvTranspose2d):  # type: ignore[misc]  # no output_size
    """A transposed convolution, its weight (in, out, k, k) normalised as the matrix (out, in·k·k).

    Args: as in `nn.ConvTranspose2d`, and `iterations`: power iterations a pass, ≥ 1.
    """

    pointwise = True

    def matrix(self) -> Tensor:
        """Give the weight as (out, in·k·k)."""
        return self.weight.transpose(-4, -3).flatten(-3)


_OURS: dict[type[nn.Module], type[Spectral]] = {
    nn.Linear: SpectralLinear,
    nn.Conv2d: SpectralConv2d,
    nn.ConvTranspose2d: SpectralConvTranspose2d,
}


def is_torch_spectral(module: nn.Module) -> bool:
    """Say whether this is `torch.nn.utils.parametrizations.spectral_norm` of one of these layers and nothing more."""
    if not parametrize.is_parametrized(module) or _plain(module) not in _OURS:
        return False
    if getattr(module, "padding_mode", "zeros") != "zeros":
        return False
    parts = module.parametrizations
    assert isinstance(parts, nn.ModuleDict)
    part = parts["weight"] if list(parts) == ["weight"] else None
    return isinstance(part, nn.ModuleList) and len(part) == 1 and type(part[0]) is parametrizations._SpectralNorm


def stack_torch_spectral(modules: Sequence[nn.Module]) -> nn.Module:
    """Stack torch's spectrally normalised layers, the state of their power iterations included."""
    return stack_state([_from_torch(module) for module in modules])


def _plain(module: nn.Module) -> type[nn.Module]:
    return type(module).__bases__[0]  # torch puts a class of its own in front


def _from_torch(module: nn.Module) -> Spectral:
    ours: Any = copy.deepcopy(module)
    ours.__class__ = _OURS[_plain(module)]  # torch's own removal would take the weight from the other layers as well
    part = ours._modules.pop("parametrizations")["weight"]
    norm = part[0]
    ours.register_parameter("weight", part.original)
    ours.iterations = norm.n_power_iterations
    ours.register_buffer("u", norm._u.clone())
    ours.register_buffer("v", norm._v.clone())
    return ours
