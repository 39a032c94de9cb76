"""One player: a stacked network, its weights as one (S, P) matrix, and its optimiser."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Player:
    """A stacked network whose parameters are views of one matrix, so that an update is one optimiser call on one
    tensor.

    Adam treats every number alone, so one Adam over (S, P) is S independent Adams. Row s of `weights` and of `gradient`
    belongs to seed s: a norm or a mask over seeds is one operation.
    """

    def __init__(self, net: nn.Module, lr: float, betas: tuple[float, float], device: torch.device) -> None:
        self.net = net.to(device)
        self.parameters = list(self.net.parameters())
        self.weights = nn.Parameter(torch.cat([p.detach().flatten(1) for p in self.parameters], 1))
        start = 0
        for parameter in self.parameters:
            size = parameter[0].numel()
            parameter.data = self.weights.data[:, start : start + size].view_as(parameter)
            start += size
        self.weights.grad = torch.zeros_like(self.weights)
        self.optimiser = torch.optim.Adam([self.weights], lr=lr, betas=betas, fused=True)

    def update(self, losses: Tensor, alive: Tensor) -> Tensor:
        """Take one optimiser step down `losses`, (S,), and give each seed's gradient norm, (S,).

        A seed whose gradient or loss is not finite leaves `alive`, (S,) bool, and keeps the weights it had.
        """
        gradients = torch.autograd.grad(losses.sum(), self.parameters, materialize_grads=True)
        gradient = self.weights.grad
        assert gradient is not None
        torch.cat([g.flatten(1) for g in gradients], 1, out=gradient)
        norms = torch.linalg.vector_norm(gradient, dim=1)
        alive &= (norms + losses.detach()).isfinite()
        before = self.weights.detach().clone()
        self.optimiser.step()
        torch.where(alive[:, None], self.weights.data, before, out=self.weights.data)
        return norms
