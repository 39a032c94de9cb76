"""What minibatch discrimination costs: against the naive broadcast, and as a ratio of discriminator steps.

`python -m benchmarks.layers` prints the tables; `main()` returns them as markdown lines. Times are medians of 5, taken
in turns in one run on one thread, and only their ratios are meant to travel.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from benchmarks.common import machine, write_section
from ganlab import TrainConfig, ring, train
from ganlab.nets import MinibatchDiscrimination, mlp
from ganlab.nets.minibatch import closeness

REPEATS = 5
PAIRWISE = ((1, 16, 8), (8, 16, 8), (8, 4, 2))  # seeds, kernels, dims
SIZES = ((4, 2, 32), (4, 2, None), (4, 4, None), (8, 4, None), (16, 8, None))  # kernels, dims, group; the default first
RUNS = ((1, 128), (8, 64), (8, 128), (32, 128))  # seeds, batch


def naive(m: Tensor) -> Tensor:
    """Compute what `closeness` does, through the (…, C, B, B) tensor."""
    return (-(m[..., None] - m[..., None, :]).abs().sum(-3)).exp().sum(-1)


def medians(timed: Sequence[Callable[[], float]]) -> list[float]:
    """Time several things in turns, one warm-up round first; seconds."""
    rounds = [[one() for one in timed] for _ in range(REPEATS + 1)][1:]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def pairwise_rows() -> list[str]:
    """Compare forward and backward passes of the layer's core at batch 128."""
    rows = ["| seeds | kernels × dims | naive, ms | ours, ms | ratio |", "|--:|--:|--:|--:|--:|"]
    for seeds, kernels, dims in PAIRWISE:
        m = torch.randn(seeds, kernels, dims, 128, requires_grad=True)

        def once(function: Callable[[Tensor], Tensor], m: Tensor = m) -> float:
            start = time.perf_counter()
            torch.autograd.grad(function(m).sum(), m)
            return time.perf_counter() - start

        slow, fast = medians([lambda once=once: once(naive), lambda once=once: once(closeness)])
        rows.append(f"| {seeds} | {kernels} × {dims} | {1e3 * slow:.2f} | {1e3 * fast:.2f} | {slow / fast:.1f} |")
    return rows


def discriminator(size: tuple[int, int, int | None] | None) -> nn.Module:
    """Build the reference discriminator (2 × 64), with minibatch discrimination before its last layer or without."""
    plain = mlp([2, 64, 64, 1], lambda: nn.LeakyReLU(0.2))
    if size is None:
        return plain
    kernels, dims, group = size
    return nn.Sequential(
        *plain[:-1], MinibatchDiscrimination(64, kernels, dims, group=group), nn.Linear(64 + kernels, 1)
    )


def step_rows(steps: int = 10) -> list[str]:
    """Compare steps of `train` that update the discriminator only."""
    head = " | ".join(f"{kernels} × {dims}" + (f" in {group}s" if group else "") for kernels, dims, group in SIZES)
    rows = [f"| seeds | batch | plain D step, ms | {head} |", "|--:|--:|--:|" + "--:|" * len(SIZES)]
    for seeds, batch in RUNS:
        config = TrainConfig(
            seeds=seeds, batch_size=batch, steps=steps, n_generator=0, snapshots=0, record_every=steps, device="cpu"
        )

        def once(size: tuple[int, int, int | None] | None, config: TrainConfig = config) -> float:
            return train(ring(), config, discriminator=lambda: discriminator(size)).elapsed / steps

        plain, *others = medians([lambda size=size, once=once: once(size) for size in (None, *SIZES)])
        ratios = " | ".join(f"{other / plain:.2f}" for other in others)
        rows.append(f"| {seeds} | {batch} | {1e3 * plain:.2f} | {ratios} |")
    return rows


def main() -> list[str]:
    """Measure, and give both tables as markdown lines."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [
            "Minibatch discrimination, forward and backward, batch 128, against the naive broadcast:",
            "",
            *pairwise_rows(),
            "",
            "A D step with minibatch discrimination over a plain one, by kernels × dims (the first is what the "
            "builders take, whole batches are the layer's own default):",
            "",
            *step_rows(),
        ]
    finally:
        torch.set_num_threads(threads)


if __name__ == "__main__":
    write_section("Cost of minibatch discrimination", "\n".join([f"{machine()}, 1 thread.", "", *main()]))
