"""Seeds·steps per second on a GPU: whole steps captured as a CUDA graph, steps as they are, and a plain loop there.

    python -m benchmarks.gpu

Medians of 5, measured in turn in one run; the loop is that of `benchmarks.speed`, on the same GPU. Capturing, building
and the steps before the capture are included, as a user would wait for them.
"""

from __future__ import annotations

import statistics
import time

import torch

import ganlab
from benchmarks.common import machine, spread, write_section
from benchmarks.speed import BATCH, DATA, WIDTH, PlainLoop

SEEDS = (1, 32, 256, 1024)
STEPS, LOOP_STEPS, RUNS = 2000, 300, 5
KINDS = {"non-saturating": {}, "WGAN-GP": {"loss": "wasserstein", "penalty": "wgan_gp"}}


def ours(seeds: int, kind: str, *, cuda_graph: bool, steps: int = STEPS) -> float:
    """Train an ensemble; give seeds·steps a second."""
    config = ganlab.TrainConfig(
        seeds=seeds, steps=steps, snapshots=0, device="cuda", cuda_graph=cuda_graph, record_every=100, **KINDS[kind]
    )
    torch.cuda.synchronize()
    started = time.perf_counter()
    ganlab.train(DATA, config)  # ends by bringing the record to the CPU, which waits for the GPU
    return seeds * steps / (time.perf_counter() - started)


def row(seeds: int, kind: str) -> str:
    """Measure the three in turn; give a row of the table."""
    loop = PlainLoop(penalty=kind == "WGAN-GP", device="cuda")
    loop.run(30), ours(seeds, kind, cuda_graph=True, steps=10), ours(seeds, kind, cuda_graph=False, steps=10)
    rounds = [
        (ours(seeds, kind, cuda_graph=True), ours(seeds, kind, cuda_graph=False), loop.run(LOOP_STEPS))
        for _ in range(RUNS)
    ]
    graph, plain, alone = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = spread((one[0] / one[2] for one in rounds), 1, "**")
    return f"| {kind} | {seeds} | {graph:,.0f} | {plain:,.0f} | {alone:,.0f} | {ratio} |"


def main() -> None:
    """Measure everything and write the section."""
    if not torch.cuda.is_available():
        print("benchmarks.gpu: skipped, torch finds no GPU here; RESULTS.md keeps what it has.")
        return
    head = (
        "| | S | with the graph, seeds·steps/s | without | plain loop, steps/s | graph / loop: median [least, most] |"
    )
    rows = [head, "|---|--:|--:|--:|--:|--:|"]
    for kind in KINDS:
        for seeds in SEEDS:
            rows.append(row(seeds, kind))
            print(rows[-1], flush=True)
    about = f"2 hidden layers of {WIDTH} in both, batch {BATCH}, ring of 8, Adam, {STEPS} steps. {machine()}."
    write_section("Speed of training on a GPU", "\n".join([about, "", *rows]))


if __name__ == "__main__":
    main()
