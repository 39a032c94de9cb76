"""The course's front figure: a collapse, its repair on the same ten seeds, and repairs that do not repair.

    python -m benchmarks.front

Trains every method of METHODS on seeds 0-9 at chapter 04's failing setting, one change at a time, with equal updates of
both players, prints the table beside the figure and the last method's paired differences from the others, and writes
course/front.png. A few minutes on one thread.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

import ganlab
from ganlab import TrainConfig, mode_report, plots, train, wilson_interval
from ganlab.diagnostics import mean_interval
from ganlab.nets import mlp_discriminator
from ganlab.plots.style import SERIES

PICTURE = Path(__file__).parents[1] / "course" / "front.png"
RING = ganlab.ring(modes=8, radius=2.0, std=0.1)
COLLAPSE = TrainConfig(
    loss="nonsaturating",
    seeds=10,
    steps=2000,
    batch_size=64,
    latent_dim=2,
    width=64,
    lr_g=2e-3,
    lr_d=1e-3,
    betas=(0.9, 0.999),
    snapshots=40,
    snapshot_size=2500,
    device="cpu",
)
FAILS, REPAIRED = "as it fails", "slower generator"
METHODS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # changes of the setting, of the discriminator
    FAILS: ({}, {}),
    "WGAN-GP, one critic step": ({"loss": "wasserstein", "penalty": "wgan_gp", "penalty_weight": 0.1}, {}),
    "label smoothing": ({"loss": "one_sided_smoothing"}, {}),
    "packing, two samples": ({}, {"packing": 2}),
    "relativistic, R1 + R2": ({"loss": "relativistic", "penalty": "r1_r2", "penalty_weight": 0.1}, {}),
    "minibatch discrimination": ({}, {"minibatch": "discrimination"}),
    "no momentum": ({"betas": (0.0, 0.999)}, {}),
    REPAIRED: ({"lr_g": 5e-4}, {}),
}
CHANGES = {
    FAILS: "–",
    "WGAN-GP, one critic step": "Wasserstein losses, penalty λ = 0.1",
    "label smoothing": "real targets 0.9",
    "packing, two samples": "D sees two samples at once",
    "relativistic, R1 + R2": "relativistic losses, γ = 0.1",
    "minibatch discrimination": "D compares the samples of a batch",
    "no momentum": "both players' β₁ 0.9 → 0",
    REPAIRED: "step of G 2e-3 → 5e-4",
}
COLOURS = {FAILS: SERIES[1], REPAIRED: SERIES[0]}
OTHER = plots.COLOURS["neutral"]


class Measured(NamedTuple):
    """What the figure shows of one method."""

    samples: Tensor  # (S, N, 2), after the last step
    modes: Tensor  # (S,), captured by them
    high_quality: Tensor  # (S,), their share within 3σ
    steps: Tensor  # (T,)
    captured: Tensor  # (T, S), during training


def measure(name: str) -> Measured:
    """Train one method on all seeds."""
    settings, layers = METHODS[name]
    config = dataclasses.replace(COLLAPSE, **settings)
    run = train(RING, config, discriminator=lambda: mlp_discriminator(2, width=config.width, **layers))
    samples = run.sample(2500, seed=1)
    report = mode_report(samples, RING)
    captured = torch.stack([mode_report(cloud, RING).modes for cloud in run.record.snapshots])
    return Measured(samples, report.modes, report.high_quality, run.record.snapshot_steps, captured)


def draw(found: dict[str, Measured]) -> Figure:
    """Two rows of ten seeds, coverage over time, and the verdict on every method."""
    figure = plt.figure(figsize=(11, 5.8), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=(1, 1.3))
    rows = upper.subplots(2, COLLAPSE.seeds)
    for row, name in zip(rows, (FAILS, REPAIRED), strict=True):
        for seed, ax in enumerate(row):
            thumbnail(ax, found[name].samples[seed], COLOURS[name])
        row[0].set_ylabel(name.replace(" ", "\n", 1) if name == REPAIRED else name, color=COLOURS[name], fontsize=10)
    for seed, ax in enumerate(rows[0]):
        ax.set_title(f"seed {seed}", fontsize=9)
    left, right = lower.subplots(1, 2, width_ratios=(1, 1.05))
    timeline(left, found)
    verdicts(right, found)
    return figure


def thumbnail(ax: Axes, points: Tensor, colour: str) -> None:
    """One seed: 1,000 samples among the circles of 3σ."""
    for x, y in RING.modes.tolist():
        ax.add_patch(plt.Circle((x, y), 0.3, fill=False, color="black", linewidth=0.5))
    ax.scatter(*points[:1000].T, s=1.5, alpha=0.4, linewidths=0, color=colour, rasterized=True)
    ax.set(xlim=(-3.1, 3.1), ylim=(-3.1, 3.1), aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_color("#cccccc")


def timeline(ax: Axes, found: dict[str, Measured]) -> None:
    """Captured modes during training."""
    for name, colour in COLOURS.items():
        plots.coverage(found[name].steps, found[name].captured, total=len(RING), label=name, colour=colour, ax=ax)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.98), ncols=2, fontsize=9, frameon=False)  # off the data
    ax.set_title("Modes captured during training", fontsize=10, pad=22)


def verdicts(ax: Axes, found: dict[str, Measured]) -> None:
    """One dot a seed for every method, those with the same count above each other."""
    for row, (name, of) in enumerate(found.items()):
        counts = of.modes.sort().values
        for count in counts.unique():
            together = int((counts == count).sum())
            y = row + 0.09 * (torch.arange(together) - (together - 1) / 2)
            ax.scatter(count.expand(together), y, s=9, linewidths=0, color=COLOURS.get(name, OTHER))
    ax.set(yticks=range(len(found)), yticklabels=found, xlim=(-0.5, 8.5), xticks=range(9))
    for label in ax.get_yticklabels():
        label.set_color(COLOURS.get(label.get_text(), "black"))
    ax.set(xlabel="modes captured after 2,000 steps, of 8; one dot a seed", title="One change at a time")
    ax.title.set_fontsize(10)
    ax.grid(axis="x", color="#eeeeee")
    ax.set_axisbelow(True)
    ax.invert_yaxis()


def table(found: dict[str, Measured]) -> str:
    """One row a method, as in course/README.md."""
    rows = []
    for name, of in found.items():
        whole = int((of.modes == len(RING)).sum())
        rate, modes = wilson_interval(whole, len(of.modes)), mean_interval(of.modes)
        quality = mean_interval(100 * of.high_quality)
        rows.append(f"| {name} | {CHANGES[name]} | {rate} | {modes} | {quality} |")
    return "\n".join(rows)


def against(found: dict[str, Measured]) -> str:
    """One row a method, as in course/README.md: what the slower generator has more than it, seed by seed."""
    best, rows = found[REPAIRED], []
    for name, of in found.items():
        if name != REPAIRED:
            modes = mean_interval((best.modes - of.modes).double())
            quality = mean_interval(100 * (best.high_quality - of.high_quality))
            rows.append(f"| {name} | {modes} | {quality} |")
    return "\n".join(rows)


def main() -> None:
    """Measure, print the table, draw."""
    torch.set_num_threads(1)
    found = {name: measure(name) for name in METHODS}
    print(table(found))
    print(f"{REPAIRED} minus:", against(found), sep="\n")
    figure = draw(found)
    figure.savefig(PICTURE, dpi=130)
    plt.close(figure)
    print(f"written: {PICTURE}")


if __name__ == "__main__":
    main()
