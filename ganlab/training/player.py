"""One player: a stacked network, its weights as one vector, its optimiser and its average."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from ganlab.nets.fused import FusedChain
from ganlab.training.config import TrainConfig


class Player:
    """A stacked network whose parameters are views of one vector: an update is one optimiser call on one tensor.

    The optimisers treat every number alone, so one of them over the vector is S independent ones. Each parameter (S,
    …) is a contiguous part of it; with `channels_last`, the weights of convolutions (S, out, in, k, k) lie in it as
    (S, out, k, k, in).

    Args:
        net: the stacked network.
        lr: the step size.
        config: optimiser, betas, weight decay, gradient clipping, precision and memory layout.
        clip_weights: bound on every weight after an update, 0 for none.
        ema: decay of the average of the weights, 0 for none.
        captured: whether steps will be captured as a graph: step sizes are tensors then, and nothing asks the device.
    """

    def __init__(
        self,
        net: nn.Module,
        lr: float,
        config: TrainConfig,
        device: torch.device,
        *,
        clip_weights: float,
        ema: float,
        captured: bool = False,
    ) -> None:
        self.net = net.to(device)
        self.lr, self.clip_weights, self.ema, self.captured = lr, clip_weights, ema, captured
        self.clip_gradients = config.clip_gradients
        self.parameters = [parameter for parameter in self.net.parameters() if parameter.requires_grad]
        self.bfloat16, self.channels_last = config.precision == "bfloat16", config.channels_last
        stored = [p.detach().movedim(2, -1) if self._moves(p) else p.detach() for p in self.parameters]
        self.weights = nn.Parameter(torch.cat([part.flatten() for part in stored]))
        self.weights.grad = torch.zeros_like(self.weights)
        _point(self.parameters, self.parts(self.weights.data))
        self.gradients = self.parts(self.weights.grad)
        # A chain has first derivatives only; consensus differentiates the penalty's gradient once more.
        whole = self.bfloat16 or config.consensus > 0
        self.chain = None if whole else FusedChain.of(self.net, self.gradients)
        self.optimizer = make_optimizer([self.weights], lr, config, captured=captured)
        self.average: Tensor | None = self.weights.detach().clone() if ema else None
        self.last_change: Tensor | None = None  # of the weights, where updates are optimistic
        self.averaged = _copy_on(self.net, self.parts(self.average)) if self.average is not None else self.net

    def __call__(self, x: Tensor, *, frozen: bool = False) -> Tensor:
        """Run the network in the fastest way that has a first derivative; `frozen` asks for none of the weights."""
        if self.bfloat16:
            with torch.autocast(x.device.type, torch.bfloat16):
                return self.net(x).float()
        return self.net(x) if self.chain is None else self.chain(x, frozen=frozen)

    def differentiate(self, losses: Tensor, penalties: Tensor | None, alive: Tensor) -> Tensor:
        """Fill the gradient with that of losses + penalties, each (S,), and give each seed's norm, (S,).

        A seed whose loss or gradient is not finite leaves `alive`, (S,) bool.
        """
        whole = losses if penalties is None else losses + penalties
        if self.chain is None:
            self.take(torch.autograd.grad(whole.sum(), self.parameters, materialize_grads=True))
        else:
            self.chain.backward(losses)
            if penalties is not None:
                self.chain.accumulate(penalties, self.parameters)
        return self.measure(whole.detach(), alive)

    def take(self, slopes: Iterable[Tensor]) -> None:
        """Use these gradients, one for each parameter."""
        torch._foreach_copy_(self.gradients, list(slopes))

    def measure(self, losses: Tensor, alive: Tensor) -> Tensor:
        """Give each seed's gradient norm, (S,), and retire seeds with a number that is not finite; then clip."""
        norms = torch.stack([torch.linalg.vector_norm(gradient.flatten(1), dim=1) for gradient in self.gradients])
        norms = torch.linalg.vector_norm(norms, dim=0)
        alive &= (norms + losses).isfinite()
        if self.clip_gradients:
            scale = (self.clip_gradients / norms).clamp(max=1.0)
            for gradient in self.gradients:
                gradient.mul_(_like(scale, gradient))
        return norms

    def step(self, alive: Tensor) -> None:
        """Move down the gradient; a seed that is not alive keeps the weights it had."""
        # Asking is free on the CPU; elsewhere it would wait for the device, so every step keeps a copy there.
        whole = alive.device.type == "cpu" and not self.captured and bool(alive.all())
        before = None if whole else self.weights.detach().clone()
        self.optimizer.step()
        self.clip()
        if before is not None:
            self.keep(before, alive)

    def clip(self) -> None:
        """Keep the weights within their bound, where there is one."""
        if self.clip_weights:
            self.weights.data.clamp_(-self.clip_weights, self.clip_weights)

    def update_average(self) -> None:
        """Move the average of the weights, where one is kept: w̄ ← β w̄ + (1 − β) w; buffers are the network's own."""
        if self.average is not None:
            self.average.lerp_(self.weights.detach(), 1 - self.ema)
            self.share_buffers()

    def share_buffers(self) -> None:
        """Give the averaged network the buffers of the trained one (running statistics, power iterations)."""
        for ours, theirs in zip(self.averaged.buffers(), self.net.buffers(), strict=True):
            ours.copy_(theirs)

    def keep(self, before: Tensor, alive: Tensor) -> None:
        """Give seeds that are not alive the weights of the vector `before`."""
        for now, old in zip(self.parts(self.weights.data), self.parts(before), strict=True):
            now.copy_(torch.where(_like(alive, now), now, old))

    def parts(self, vector: Tensor) -> list[Tensor]:
        """View a vector like the weights' as a list like the parameters'."""
        pieces = vector.split([parameter.numel() for parameter in self.parameters])
        return [self._view(piece, parameter) for piece, parameter in zip(pieces, self.parameters, strict=True)]

    def _view(self, piece: Tensor, parameter: nn.Parameter) -> Tensor:
        if not self._moves(parameter):
            return piece.view(parameter.shape)
        seeds, out, into, *kernel = parameter.shape
        return piece.view(seeds, out, *kernel, into).movedim(-1, 2)

    def _moves(self, parameter: nn.Parameter) -> bool:
        return self.channels_last and parameter.ndim == 5

    def set_lr(self, factor: float) -> None:
        """Scale the step size."""
        group = self.optimizer.param_groups[0]
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(self.lr * factor)
        else:
            group["lr"] = self.lr * factor


def make_optimizer(
    weights: list[nn.Parameter], lr: float, config: TrainConfig, *, captured: bool = False
) -> torch.optim.Optimizer:
    """Build the optimiser that the settings ask for; one to be captured keeps its step size in a tensor."""
    beta1, beta2 = config.betas
    decay = config.weight_decay
    size: Any = torch.tensor(lr, device=weights[0].device) if captured else lr
    if config.optimizer == "adam":
        return torch.optim.Adam(weights, size, config.betas, weight_decay=decay, fused=True, capturable=captured)
    if config.optimizer == "rmsprop":
        return torch.optim.RMSprop(weights, size, beta2, weight_decay=decay, foreach=True, capturable=captured)
    plain = {"fused": True} if captured else {"foreach": True}  # of the two, only the fused one takes a tensor
    return torch.optim.SGD(weights, size, momentum=beta1, weight_decay=decay, **plain)


def _copy_on(net: nn.Module, parts: list[Tensor]) -> nn.Module:
    twin = copy.deepcopy(net)
    _point([parameter for parameter in twin.parameters() if parameter.requires_grad], parts)
    return twin.requires_grad_(False)


def _point(parameters: Iterable[nn.Parameter], parts: list[Tensor]) -> None:
    for parameter, own in zip(parameters, parts, strict=True):
        parameter.data = own


def _like(values: Tensor, other: Tensor) -> Tensor:
    return values.view(-1, *[1] * (other.ndim - 1))
