"""A DCGAN on MNIST, measured: distance, classes, precision and recall, seconds, memory; and what bfloat16 changes.

    GANLAB_DATA=folder python -m benchmarks.images [--seeds 3] [--steps 3000]

Where the folder has MNIST's training images it trains on those; with the test images alone, on 8,000 of them, and
without any file on the bundled digits: the page says which. Figures belong to the frozen extractor of
`ganlab.diagnostics` and to their N. Each part runs in a process of its own, on one thread, and is kept in images.json,
so that an interrupted benchmark goes on. It writes IMAGES.md and images.png; about twelve minutes.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import multiprocessing
import os
import resource
import statistics
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import torch
from torch import Tensor

from benchmarks.common import machine, spread
from ganlab import TrainConfig, plots, train
from ganlab.data import ImageSet, digits, mnist
from ganlab.diagnostics import ImageReport, image_report, mean_interval
from ganlab.nets import dcgan_discriminator, dcgan_generator
from ganlab.training import Run
from ganlab.writing import write as put

HERE = Path(__file__).parent
STORE, PAGE, PICTURE = HERE / "images.json", HERE / "IMAGES.md", HERE / "images.png"
G_WIDTH, D_WIDTH = 16, 32
HELD_OUT = 2_000
SETTING = TrainConfig(
    seeds=3,
    steps=3000,
    batch_size=32,
    latent_dim=64,
    lr_g=2e-3,
    lr_d=1e-3,
    ema=0.99,
    record_every=50,
    snapshots=8,
    snapshot_size=10,
)
SHORT = 200  # steps of the variants
EARLY = 10  # of them, the first, for their losses
TURN, ROUNDS = 10, 5  # steps a turn, and turns of each, of the comparison of speed
VARIANTS: dict[str, dict[str, Any]] = {
    "float32": {},
    "channels-last": {"channels_last": True},
    "bfloat16": {"precision": "bfloat16"},
    "bfloat16, channels-last": {"precision": "bfloat16", "channels_last": True},
}
MEASURES = ("frechet", "precision", "recall", "density", "coverage", "score")


def load() -> tuple[ImageSet, Tensor, str]:
    """Give the training images, real images held out, and what they are in words."""
    folder = Path(os.environ.get("GANLAB_DATA") or "/nonexistent")
    if not any(folder.rglob("t10k-images-idx3-ubyte*")):
        test = digits("test").images
        return digits("train"), test, f"the bundled digits: 1,442 to train on, {len(test)} held out"
    test = mnist("test", folder=folder, progress=False)
    order = torch.randperm(len(test), generator=torch.Generator().manual_seed(0))  # as the extractor's training has it
    seen, held_out = order[:-HELD_OUT], test.images[order[-HELD_OUT:]]
    if any(folder.rglob("train-images-idx3-ubyte*")):
        whole = mnist("train", folder=folder, progress=False)
        return whole, held_out, f"MNIST's {len(whole):,} training images; {HELD_OUT:,} of its test images held out"
    part = ImageSet(test.images[seen], test.labels[seen], name="MNIST test, a part")
    says = "MNIST's training images are not on this machine, so {:,} of its 10,000 **test** images are trained on and"
    return part, held_out, f"{says.format(len(part))} {HELD_OUT:,} held out"


def run_part(name: str, config: TrainConfig) -> dict[str, Any]:
    """Train one setting and measure it: lists have one entry a seed."""
    torch.set_num_threads(1)
    data, real, _ = load()
    run = train_dcgan(data, config)
    if name == "dcgan":
        draw(run)
    report = image_report(run.sample(len(real)), real)
    return {
        **figures(report),
        "loss_d": run.record.loss_d[:, :EARLY].tolist(),
        "seconds": run.elapsed,
    }


def run_memory(config: TrainConfig) -> dict[str, float]:
    """Give the most memory that steps take, of the process and beyond the data; the first are like all others."""
    torch.set_num_threads(1)
    data = load()[0]
    before = _peak()
    train_dcgan(data, dataclasses.replace(config, steps=TURN))
    return {"peak": _peak(), "above": _peak() - before}


def train_dcgan(data: ImageSet, config: TrainConfig) -> Run:
    """Train the pair of this benchmark."""
    return train(
        data,
        config,
        generator=lambda: dcgan_generator(config.latent_dim, width=G_WIDTH),
        discriminator=lambda: dcgan_discriminator(width=D_WIDTH),
    )


def run_speed(variants: dict[str, TrainConfig]) -> dict[str, Any]:
    """Time the variants in turns, so that whatever else the machine does meets all of them; seconds a step."""
    torch.set_num_threads(1)
    data = load()[0]
    rounds = [
        [train_dcgan(data, dataclasses.replace(config, steps=TURN)).elapsed / TURN for config in variants.values()]
        for _ in range(ROUNDS + 1)
    ][1:]  # the first one warms up
    return dict(zip(variants, (list(column) for column in zip(*rounds, strict=True)), strict=True))


def figures(report: ImageReport) -> dict[str, Any]:
    """Give a report as lists, one entry a seed."""
    counts = {"counts": report.classes.counts.tolist(), "entropy": report.classes.entropy.tolist()}
    return {**{name: getattr(report, name).tolist() for name in MEASURES}, **counts}


def run_real(draws: int = 4) -> dict[str, Any]:
    """Measure real images against the held-out ones: what a perfect generator would show at this N."""
    torch.set_num_threads(1)
    data, real, _ = load()
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(1))
    size = min(len(real), len(data) // draws)
    return figures(image_report(data.images[order[: draws * size]].unflatten(0, (draws, size)), real))


def draw(run: Run) -> None:
    """Write the picture: samples of the first three seeds, and the same latents over time."""
    shown = run.sample(40)[:3]
    figure, axes = plt.subplots(1, 4, figsize=(11, 3.4), layout="constrained", width_ratios=[1, 1, 1, 1.45])
    for ax, seed, batch in zip(axes, run.seeds, shown, strict=False):
        plots.images(batch, columns=6, ax=ax)
        ax.set_title(f"seed {seed}", fontsize=10)
    plots.image_history(run.record, columns=9, ax=axes[3])
    axes[3].set_title(f"seed {run.seeds[0]}: the same latents over time", fontsize=10)
    temporary = PICTURE.with_name(f".{PICTURE.name}")
    figure.savefig(temporary, format="png", dpi=100)
    temporary.replace(PICTURE)
    plt.close(figure)


def parts(config: TrainConfig) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """Name every part with the function and the arguments that measure it."""
    short = dataclasses.replace(config, steps=min(SHORT, config.steps), snapshots=0, record_every=1)
    variants = {name: dataclasses.replace(short, **changes) for name, changes in VARIANTS.items()}
    return {
        "real": (run_real, ()),
        "dcgan": (run_part, ("dcgan", config)),
        **{name: (run_part, (name, variant)) for name, variant in variants.items()},
        "speed": (run_speed, (variants,)),
        **{f"memory, {name}": (run_memory, (variant,)) for name, variant in {"dcgan": config, **variants}.items()},
    }


def main(arguments: Sequence[str]) -> None:
    """Run what is missing, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=SETTING.seeds)
    parser.add_argument("--steps", type=int, default=SETTING.steps)
    parser.add_argument("--device", default="auto")
    chosen = parser.parse_args(arguments)
    config = dataclasses.replace(SETTING, seeds=chosen.seeds, steps=chosen.steps, device=chosen.device)
    says = load()[2]
    results: dict[str, Any] = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}
    for name, (function, given) in parts(config).items():
        key = f"{name}: {', '.join(map(str, given[1:]))}, widths {G_WIDTH} and {D_WIDTH}, {says}, {machine()}"
        if results.get(name, {}).get("key") != key:
            spawn = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, spawn) as pool:  # a process of its own: its peak of memory is the part's
                found = pool.submit(function, *given).result()
            results[name] = {"key": key, "load": os.getloadavg()[0], **found}
            put(STORE, json.dumps(results, indent=1))
        print(name, [round(x, 2) for x in results[name].get("frechet", [])], flush=True)
    write(results, config, says)


def write(results: dict[str, dict[str, Any]], config: TrainConfig, says: str) -> None:
    """Write IMAGES.md."""
    ours, real = results["dcgan"], results["real"]
    n, memory = sum(ours["counts"][0]), results["memory, dcgan"]
    rate = 1e3 * ours["seconds"] / config.steps
    lines = [
        "# A DCGAN on images, measured",
        "",
        f"`python -m benchmarks.images --seeds {config.seeds} --steps {config.steps}`. {machine()}, 1 thread.",
        f"Load while it trained {ours['load']:.1f}.",
        "",
        f"Data: {says}. DCGAN pair of widths {G_WIDTH} (generator) and {D_WIDTH}, {config}.",
        f"Each figure is of {n:,} samples against the {n:,} held-out images, in the 32 features of the extractor that",
        "comes with the package: comparable with figures of that extractor and this N only.",
        "",
        "![Samples of three seeds, and the same latents over training.](images.png)",
        "",
        "| | Fréchet | precision | recall | density | coverage | classifier score |",
        "|---|---|---|---|---|---|---|",
    ]
    for k, seed in enumerate(range(config.seed, config.seed + config.seeds)):
        lines.append(f"| seed {seed} | {' | '.join(f'{ours[name][k]:.2f}' for name in MEASURES)} |")
    if config.seeds > 1:
        lines.append(f"| **mean, 95 % interval** | {' | '.join(f'**{mean_interval(ours[m])}**' for m in MEASURES)} |")
    size = sum(real["counts"][0])
    means = " | ".join(f"{sum(real[name]) / len(real[name]):.2f}" for name in MEASURES)
    lines.append(f"| real images, {size:,}, mean of {len(real['frechet'])} draws | {means} |")
    low, high = min(real["frechet"]), max(real["frechet"])
    lines += [
        "",
        "The last row is what a perfect generator would show at this N: the Fréchet distance between two sets of real",
        f"images is {low:.2f} to {high:.2f} over the draws, not 0, and that bias is part of every figure above it.",
        "",
        "Samples by class, as the extractor sees them, and their entropy (at most ln 10 = 2.30 nats):",
        "",
        f"| | {' | '.join(map(str, range(10)))} | missing | below 2 % | entropy |",
        "|---|" + "--:|" * 13,
    ]
    rows = [(f"seed {config.seed + k}", counts, ours["entropy"][k]) for k, counts in enumerate(ours["counts"])]
    for name, counts, entropy in [*rows, ("real, one draw", real["counts"][0], real["entropy"][0])]:
        few = sum(count < 0.02 * sum(counts) for count in counts)
        cells = [*counts, counts.count(0), few, f"{entropy:.2f}"]
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    lines += [
        "",
        f"Training took {ours['seconds']:.0f} s for {config.seeds} seeds together, {rate:.0f} ms a step; the process",
        f"held at most {memory['peak']:.0f} MB, {memory['above']:.0f} MB of it beyond torch and the data.",
        "",
        *variant_lines(results, config),
    ]
    put(PAGE, "\n".join(lines) + "\n")


def variant_lines(results: dict[str, dict[str, Any]], config: TrainConfig) -> list[str]:
    """Compare precision and layout over short runs from the same weights on the same batches."""
    steps = min(SHORT, config.steps)
    plain = torch.tensor(results["float32"]["loss_d"])
    lines = [
        f"## What bfloat16 and channels-last change, {steps} steps",
        "",
        "From the same weights on the same batches. *Off* is the largest difference of D's loss from float32's, as a",
        f"share of it, at the first step and over the first {EARLY}: Adam makes a step of full size of a gradient that",
        "is rounding alone, so runs part quickly even where only the order of sums differs, as runs of other seeds do.",
        f"Speed is the median of {ROUNDS} turns of {TURN} steps, the variants one after the other, with the least and",
        f"the most (load {results['speed']['load']:.1f}). CPUs may have no units for bfloat16; GPUs from 2020 on have.",
        "",
        "| | ms a step | times float32 | peak MB beyond torch and data | off at once | off later | Fréchet |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for name in VARIANTS:
        got, times = results[name], results["speed"][name]
        off = ((torch.tensor(got["loss_d"]) - plain) / plain).abs()
        frechet = str(mean_interval(got["frechet"])) if len(got["frechet"]) > 1 else f"{got['frechet'][0]:.2f}"
        ratio = spread(own / base for own, base in zip(times, results["speed"]["float32"], strict=True))
        cells = [f"{1e3 * statistics.median(times):.0f}", ratio, f"{results[f'memory, {name}']['above']:.0f}"]
        cells += [f"{float(off[:, 0].max()):.0e}", f"{float(off.max()):.0e}", frechet]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _peak() -> float:
    """Give the most memory this process has held, in MB: the device's on a GPU, else resident."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e6
    if sys.platform.startswith("linux"):  # its ru_maxrss begins with the parent's
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(status.split("VmHWM:")[1].split()[0]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main(sys.argv[1:])
