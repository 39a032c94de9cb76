"""What runs beside a student's function of chapter 07, in its kernel: it holds no answer (see `Answer.through`)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode


class _Operations(TorchDispatchMode):
    """Counts what torch is asked to do."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.count += 1
        return function(*args, **(kwargs or {}))


def count_operations(function: Callable[[Tensor], Tensor], *batches: Tensor) -> list[int]:
    """Give the number of torch's operations that each batch takes."""
    counts = []
    for batch in batches:
        with _Operations() as operations:
            function(batch)
        counts.append(operations.count)
    return counts


def lift(function: Callable[[Tensor], Tensor], seeds: Tensor) -> Tensor:
    """Call the function on all seeds at once."""
    return torch.func.vmap(function)(seeds)


def draw_twice(layer: Callable[..., nn.Module], *sizes: int) -> list[Tensor]:
    """Give T of two layers, torch seeded alike before each."""
    drawn = []
    for _ in range(2):
        torch.manual_seed(7)
        drawn.append(layer(*sizes).get_parameter("T").detach())
    return drawn
