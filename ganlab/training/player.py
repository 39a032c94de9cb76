"""One player: a stacked network, its weights as one vector, and its optimiser."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlab.nets.fused import FusedChain


class Player:
    """A stacked network whose parameters are views of one vector, so that an update is one optimiser call on one tensor.

    Adam treats every number alone, so one Adam over the vector is S independent Adams. Each parameter (S, …) is a contiguous
    part of it.
    """

    def __init__(self, net: nn.Module, lr: float, betas: tuple[float, float], device: torch.device) -> None:
        self.net = net.to(device)
        self.parameters = list(self.net.parameters())
        self.weights = nn.Parameter(torch.cat([p.detach().flatten() for p in self.parameters]))
        self.weights.grad = torch.zeros_like(self.weights)
        for parameter, own in zip(self.parameters, self._parts(self.weights.data), strict=True):
            parameter.data = own
        self.gradients = self._parts(self.weights.grad)
        self.chain = FusedChain.of(self.net, self.gradients)
        self.optimiser = torch.optim.Adam([self.weights], lr=lr, betas=betas, fused=True)

    def __call__(self, x: Tensor, *, frozen: bool = False) -> Tensor:
        """Run the network in the fastest way that has a first derivative; `frozen` asks for none of the weights."""
        return self.net(x) if self.chain is None else self.chain(x, frozen=frozen)

    def update(self, losses: Tensor, penalties: Tensor | None, alive: Tensor) -> Tensor:
        """Take one optimiser step down losses + penalties, each (S,), and give each seed's gradient norm, (S,).

        A seed whose loss or gradient is not finite leaves `alive`, (S,) bool, and keeps the weights it had.
        """
        self._differentiate(losses, penalties)
        norms = torch.stack([torch.linalg.vector_norm(gradient.flatten(1), dim=1) for gradient in self.gradients])
        norms = torch.linalg.vector_norm(norms, dim=0)
        total = losses.detach() if penalties is None else losses.detach() + penalties.detach()
        alive &= (norms + total).isfinite()
        # Asking is free on the CPU; elsewhere it would wait for the device, so every step keeps a copy.
        if alive.device.type == "cpu" and bool(alive.all()):
            self.optimiser.step()
            return norms
        before = self.weights.detach().clone()
        self.optimiser.step()
        for now, old in zip(self._parts(self.weights.data), self._parts(before), strict=True):
            now.copy_(torch.where(alive.view(-1, *[1] * (now.ndim - 1)), now, old))
        return norms

    def _differentiate(self, losses: Tensor, penalties: Tensor | None) -> None:
        """Fill the gradient: the losses' through the chain where there is one, the penalties' through the modules."""
        whole = losses if penalties is None else losses + penalties
        if self.chain is not None:
            self.chain.backward(losses)
            if penalties is None:
                return
            whole = penalties
        slopes = torch.autograd.grad(whole.sum(), self.parameters, materialize_grads=True)
        for gradient, slope in zip(self.gradients, slopes, strict=True):
            if self.chain is None:
                gradient.copy_(slope)
            else:
                gradient.add_(slope)

    def _parts(self, vector: Tensor) -> list[Tensor]:
        parts = vector.split([parameter.numel() for parameter in self.parameters])
        return [part.view_as(parameter) for part, parameter in zip(parts, self.parameters, strict=True)]
