"""What makes an ensemble's step fast: the trainer with one of its measures taken away, against the whole, in turns.

    python -m benchmarks.ablation

32 seeds, medians of 5. A ratio of 2 says that a step takes twice as long without the measure. At the end two ways to
use both cores: threads within one batch of seeds, or the seeds split over processes of one thread.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from unittest.mock import patch

import torch
from torch import nn

from benchmarks.common import machine, spread, write_section
from benchmarks.speed import BATCH, WIDTH, ours
from ganlab import TrainConfig
from ganlab.nets.fused import FusedChain

SEEDS, STEPS, RUNS = 32, 60, 5
LIMIT = (
    "The trainer stays in one process, where record and callbacks are; `benchmarks.claims` splits its seeds over two."
)


def foreach_adam(weights: list[nn.Parameter], lr: float, config: TrainConfig, *, captured: bool) -> torch.optim.Adam:
    """Build the optimiser of a plain loop."""
    return torch.optim.Adam(weights, lr, config.betas, foreach=True)


WITHOUT = {
    "fused Adam (foreach instead)": lambda: patch("ganlab.training.player.make_optimizer", foreach_adam),
    "random numbers in blocks of steps": lambda: patch("ganlab.training.streams.MAX_BLOCK_STEPS", 1),
    "one pass of D over real and fake": lambda: patch("ganlab.training.step.is_pointwise", lambda net: False),
    "one autograd node a network, with its own buffers": lambda: patch.object(FusedChain, "of", lambda *_: None),
}


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Use so many threads within torch."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def once(around: Callable[[], object] | None = None) -> float:
    """Train; give seeds·steps a second."""
    if around is None:
        return ours(SEEDS, STEPS)
    with around():  # type: ignore[attr-defined]
        return ours(SEEDS, STEPS)


def rows() -> list[str]:
    """Compare the whole with each part taken away."""
    table = ["| without | times as long: median [least, most] |", "|---|---|"]
    with threads(1):
        once()
        for name, around in WITHOUT.items():
            table.append(f"| {name} | {spread(once() / once(around) for _ in range(RUNS))} |")
            print(table[-1], flush=True)
    return table


def share(seeds: int) -> float:
    """Train in a worker; give the seconds, of which the first call's warm-up is no part."""
    ours(seeds, 5)
    started = time.perf_counter()
    ours(seeds, STEPS)
    return time.perf_counter() - started


def cores() -> list[str]:
    """Compare one thread, two threads, and two processes of one thread with half the seeds each."""
    found: dict[str, list[float]] = {"one thread": [], "two threads": [], "two processes of one thread": []}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawn, torch.set_num_threads, (1,)) as pool:
        list(pool.map(share, [SEEDS // 2] * 2))
        for _ in range(RUNS):
            for count, name in ((1, "one thread"), (2, "two threads")):
                with threads(count):
                    found[name].append(once())
            seconds = max(pool.map(share, [SEEDS // 2] * 2))  # both at work at once
            found["two processes of one thread"].append(SEEDS * STEPS / seconds)
    table = ["| | seeds·steps/s: median [least, most] |", "|---|---|"]
    return table + [f"| {name} | {spread(rates, 0)} |" for name, rates in found.items()]


def main() -> None:
    """Measure everything and write the section."""
    about = f"{SEEDS} seeds, 2 hidden layers of {WIDTH}, batch {BATCH}, non-saturating. {machine()}."
    parts = [
        about,
        "",
        "On one thread, with one measure taken away:",
        "",
        *rows(),
        "",
        "Both cores:",
        "",
        *cores(),
        "",
        LIMIT,
    ]
    print("\n".join(parts))
    write_section("What makes a step fast", "\n".join(parts))


if __name__ == "__main__":
    main()
