"""Seeds·steps per second against the loop a user would write; ratios measured in one run, medians of 5.

    python -m benchmarks.speed

The loop trains one seed at a time: plain `nn.Sequential`, foreach Adam, `BCEWithLogitsLoss`. Both use the threads that
torch is given. The pair is measured in turn, so that a machine whose speed drifts slows both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import torch
from torch import nn

import ganlab
from benchmarks.common import machine, spread, write_section
from ganlab.nets import mlp
from ganlab.plots.style import SERIES

DATA = ganlab.ring()
BATCH, WIDTH = 128, 64
FIGURE = Path(__file__).parent / "scaling.png"


class PlainLoop:
    """One GAN, trained the usual way."""

    def __init__(self, *, penalty: bool = False, width: int = WIDTH, batch: int = BATCH, device: str = "cpu") -> None:
        self.g = mlp([2, width, width, 2]).to(device)
        self.d = mlp([2, width, width, 1], lambda: nn.LeakyReLU(0.2)).to(device)
        self.penalty, self.batch, self.device = penalty, batch, device
        self.opt_g, self.opt_d = (
            torch.optim.Adam(net.parameters(), 1e-3, (0.5, 0.999), foreach=True) for net in (self.g, self.d)
        )
        self.bce = nn.BCEWithLogitsLoss()
        self.ones, self.zeros = torch.ones(batch, 1, device=device), torch.zeros(batch, 1, device=device)

    def d_loss(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        if not self.penalty:
            return self.bce(self.d(real), self.ones) + self.bce(self.d(fake), self.zeros)
        eps = torch.rand(self.batch, 1, device=self.device)
        mixed = (eps * real + (1 - eps) * fake).requires_grad_(True)
        (slope,) = torch.autograd.grad(self.d(mixed).sum(), mixed, create_graph=True)
        return self.d(fake).mean() - self.d(real).mean() + ((slope.norm(dim=1) - 1) ** 2).mean()

    def run(self, steps: int) -> float:
        """Train; give steps a second."""
        started = time.perf_counter()
        for _ in range(steps):
            real = DATA.sample(self.batch).to(self.device)
            loss = self.d_loss(real, self.g(torch.randn(self.batch, 2, device=self.device)).detach())
            self.opt_d.zero_grad()
            loss.backward()
            self.opt_d.step()
            score = self.d(self.g(torch.randn(self.batch, 2, device=self.device)))
            loss = -score.mean() if self.penalty else self.bce(score, self.ones)
            self.opt_g.zero_grad()
            loss.backward()
            self.opt_g.step()
        loss.item()  # a GPU is still at work when Python is done
        return steps / (time.perf_counter() - started)


def ours(seeds: int, steps: int, *, penalty: bool = False, width: int = WIDTH, batch: int = BATCH) -> float:
    """Train an ensemble; give seeds·steps a second, building included."""
    kind = {"loss": "wasserstein", "penalty": "wgan_gp"} if penalty else {}
    config = ganlab.TrainConfig(
        seeds=seeds, steps=steps, width=width, batch_size=batch, snapshots=0, device="cpu", **kind
    )
    started = time.perf_counter()
    ganlab.train(DATA, config)
    return seeds * steps / (time.perf_counter() - started)


def pair(seeds: int, *, penalty: bool, runs: int = 5) -> tuple[float, float, list[float]]:
    """Measure both in turn; give the medians and the ratio of each pair."""
    steps = max(40, 2400 // (seeds + 8))
    loop = PlainLoop(penalty=penalty)
    loop.run(30), ours(seeds, 10, penalty=penalty)
    pairs = [(ours(seeds, steps, penalty=penalty), loop.run(150)) for _ in range(runs)]
    first, second = (statistics.median(column) for column in zip(*pairs, strict=True))
    return first, second, [a / b for a, b in pairs]


def floor(seeds: int) -> tuple[float, float]:
    """Give the seconds a step needs for its products alone and for its memory traffic alone, at the best rates here.

    Products of one step, in multiply-adds a seed and sample of a batch: G forward twice, D forward on 2 + 1 batches,
    D's gradient by weights and inputs on 2 batches, by inputs on 1, G's by weights and inputs on 1. The best rates are
    those of the largest product and of a copy.
    """
    g, d = 2 * WIDTH + WIDTH**2 + 2 * WIDTH, 2 * WIDTH + WIDTH**2 + WIDTH
    products = 2 * seeds * BATCH * (2 * g + 3 * d + 2 * 2 * d + d + 2 * g)
    a, b = torch.randn(seeds, 2 * BATCH, WIDTH), torch.randn(seeds, WIDTH, WIDTH)
    out = torch.empty(seeds, 2 * BATCH, WIDTH)

    def rate() -> float:
        started = time.perf_counter()
        for _ in range(20):
            torch.bmm(a, b, out=out)
        return 20 * 2 * seeds * 2 * BATCH * WIDTH**2 / (time.perf_counter() - started)

    rate()
    # Memory: every hidden activation is written and read about four times (product, activation, and both backwards).
    traffic = 4 * 4 * seeds * BATCH * WIDTH * 2 * (2 + 3 + 2 + 1 + 1)
    x, y = torch.randn(seeds * BATCH * WIDTH * 4), torch.empty(seeds * BATCH * WIDTH * 4)

    def copy_rate() -> float:
        started = time.perf_counter()
        for _ in range(20):
            y.copy_(x)
        return 20 * 8 * len(x) / (time.perf_counter() - started)

    copy_rate()
    compute = products / statistics.median(rate() for _ in range(5))
    return compute, traffic / statistics.median(copy_rate() for _ in range(5))


def draw_scaling() -> None:
    """Draw the time of a step as seeds, batch and width grow."""
    axes_of = {
        "seeds S": ([1, 2, 4, 8, 16, 32, 64], lambda n: 1 / ours(n, max(20, 400 // n)) * n),
        "batch B (S = 8)": ([32, 64, 128, 256, 512], lambda n: 8 / ours(8, 40, batch=n)),
        "width (S = 8)": ([16, 32, 64, 128, 256], lambda n: 8 / ours(8, 30, width=n)),
    }
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained", sharey=True)
    for ax, (label, (sizes, seconds)) in zip(axes, axes_of.items(), strict=True):
        values = [statistics.median(seconds(n) for _ in range(3)) * 1e3 for n in sizes]
        ax.loglog(sizes, values, "o-", color=SERIES[0], label="measured")
        ax.loglog(sizes, [values[-1] * n / sizes[-1] for n in sizes], ":", color=SERIES[1], label="proportional")
        ax.set(xlabel=label)
        ax.minorticks_off()
        ax.set_xticks(sizes, [str(n) for n in sizes])
    axes[0].set_ylabel("milliseconds a step (D and G)")
    axes[0].legend(fontsize=8)
    figure.savefig(FIGURE, dpi=110)


def import_ratio() -> float:
    """Give the time of `import ganlab` over that of `import torch`, each in a fresh process, in turn."""

    def seconds(module: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        return time.perf_counter() - started

    seconds("ganlab"), seconds("torch")
    return statistics.median(seconds("ganlab") / seconds("torch") for _ in range(7))


def main() -> None:
    """Measure everything and write the section."""
    rows = ["| | S | seeds·steps/s | plain loop, steps/s | ratio: median [least, most] |", "|---|---|---|---|---|"]
    rates = {}
    for penalty in (False, True):
        name = "WGAN-GP" if penalty else "non-saturating"
        for seeds in (1, 8, 32):
            mine, plain, ratios = pair(seeds, penalty=penalty)
            rates[penalty, seeds] = mine
            rows.append(f"| {name} | {seeds} | {mine:,.0f} | {plain:,.0f} | {spread(ratios, mark='**')} |")
            print(rows[-1], flush=True)
    compute, memory = floor(32)
    step = 32 / rates[False, 32]
    draw_scaling()
    share = f"{100 * compute / step:.0f} % of it is arithmetic at full rate, {100 * (compute + memory) / step:.0f} %"
    body = "\n".join(
        [
            f"2 hidden layers of {WIDTH} in both, batch {BATCH}, ring of 8, Adam, {torch.get_num_threads()} threads.",
            f"{machine()}.",
            "",
            *rows,
            "",
            f"`import ganlab` takes {import_ratio():.2f} times as long as `import torch` (median of 7 pairs).",
            "",
            f"Floor at S = 32: the matrix products of one step alone take {compute * 1e3:.1f} ms at the rate",
            f"this machine reaches in the largest of them, its activations {memory * 1e3:.1f} ms at a copy's rate; a",
            f"step takes {step * 1e3:.1f} ms, so {share} arithmetic and memory.",
            "",
            f"![Milliseconds a step against seeds, batch size and width, both axes logarithmic]({FIGURE.name})",
        ]
    )
    write_section("Speed of training", body)


if __name__ == "__main__":
    main()
