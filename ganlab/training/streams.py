"""Random batches in blocks: each seed draws from its own generators, many steps at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ganlab.runtime import stream_generator

# Numbers one seed draws at once. It bounds memory, and must not depend on how many seeds train together.
BLOCK_NUMBERS = 2**16
MAX_BLOCK_STEPS = 64

Draw = Callable[[int, torch.Generator], Tensor]


class Stream:
    """Batches (S, B, …) of one purpose.

    Args:
        draw: (n, generator) -> (n, …), one run's draws.
        seeds: the runs' seeds.
        purpose: a key of `ganlab.runtime.STREAMS`.
        batch_size: B.
        numbers: how many numbers one sample holds, for the block's size.
        device: where the generators live and the batches arrive.

    """

    def __init__(
        self,
        draw: Draw,
        seeds: Sequence[int],
        purpose: str,
        batch_size: int,
        numbers: int,
        device: torch.device,
    ) -> None:
        self.draw = draw
        self.batch_size = batch_size
        self.steps = max(1, min(MAX_BLOCK_STEPS, BLOCK_NUMBERS // (batch_size * numbers)))
        self.generators = [stream_generator(seed, purpose, device) for seed in seeds]
        self.block: Tensor | None = None
        self.block_states: list[Tensor] = []  # of the generators, before the block in hand was drawn
        self.position = self.steps
        self.given = 0  # batches since the start
        self.slots: list[Tensor] = []  # the tensors that a captured step reads its batches from, in turn
        self.slot = 0

    def next(self) -> Tensor:
        """Give the next batch, (S, B, …): a view that the next block will overwrite."""
        if self.slots:
            batch = self.slots[self.slot]
            self.slot = (self.slot + 1) % len(self.slots)
            return batch
        self.given += 1
        return self.take()

    def hold(self, count: int) -> None:
        """From now on give the same `count` tensors in turn, which `fill` fills."""
        if self.block is not None:
            self.slots = [torch.empty_like(self.block[0]) for _ in range(count)]

    def fill(self) -> None:
        """Put the next batches where a captured step reads them."""
        for slot in self.slots:
            slot.copy_(self.take())

    def take(self) -> Tensor:
        """Take the next batch out of the block."""
        if self.position == self.steps:
            self.refill()
            self.position = 0
        assert self.block is not None
        batch = self.block[self.position]
        self.position += 1
        return batch

    def split(self) -> list[Stream]:
        """Give each seed a stream of its own to draw from at its own pace; before the first draw only."""
        own = []
        for generator in self.generators:
            part = copy.copy(self)
            part.generators, part.block_states = [generator], []
            own.append(part)
        return own

    def refill(self) -> None:
        """Draw the next block."""
        self.block_states = [generator.get_state() for generator in self.generators]
        for k, generator in enumerate(self.generators):
            drawn = self.draw(self.steps * self.batch_size, generator)
            shape = (self.steps, self.batch_size, *drawn.shape[1:])
            if self.block is None:
                seeds = len(self.generators)
                self.block = drawn.new_empty((self.steps, seeds, self.batch_size, *drawn.shape[1:]))
            self.block[:, k] = drawn.reshape(shape)


def normal(*features: int) -> Draw:
    """Draw z ~ N(0, I), (n, features…)."""
    return lambda n, generator: torch.randn(n, *features, generator=generator, device=generator.device)


def uniform(features: tuple[int, ...] = ()) -> Draw:
    """Draw u ~ U(0, 1), (n, features…)."""
    return lambda n, generator: torch.rand(n, *features, generator=generator, device=generator.device)
