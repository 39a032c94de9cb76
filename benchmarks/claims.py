"""Claims against the literature: modes, high-quality share and reverse KL of many methods on PacGAN's two data sets.

    python -m benchmarks.claims [--fresh] [method …]

Every method trains 10 seeds (0-9) on the same data, in two processes of one thread and five seeds each, and is measured
as in PacGAN (2,500 samples, 3σ, at least one sample a mode). Results are kept in claims.json after each method, so that
an interrupted run goes on; a result is taken for good while its settings here are the same, whatever has changed in the
package since, and `--fresh` measures again. The table in CLAIMS.md is written anew each time.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import multiprocessing
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

import ganlab
from benchmarks.common import machine
from ganlab import TrainConfig
from ganlab.nets import mlp_discriminator, mlp_generator
from ganlab.writing import write as put

HERE = Path(__file__).parent
DATA = {"ring": ganlab.ring(radius=1.0, std=0.01), "grid": ganlab.grid(side=5, spacing=2.0, std=0.05)}
SEEDS, PROCESSES = 10, 2
BASE = TrainConfig(
    seeds=SEEDS // PROCESSES,
    steps=6000,
    batch_size=128,
    latent_dim=2,
    lr_g=1e-3,
    lr_d=1e-3,
    snapshots=0,
    record_every=100,
    device="cpu",
)


@dataclass(frozen=True)
class Method:
    """A method: what differs from the base, and what has been published for it (modes, HQ %, reverse KL)."""

    settings: dict[str, Any] = field(default_factory=dict)
    d: dict[str, Any] = field(default_factory=dict)
    g: dict[str, Any] = field(default_factory=dict)
    published: dict[str, str] = field(default_factory=dict)
    source: str = ""
    data: tuple[str, ...] = ("ring", "grid")
    standardised: bool = False  # trained on the data divided by its standard deviation
    remark: str = ""  # where our figure and the published one disagree, and the likely reason

    def described(self) -> dict[str, Any]:
        """Give what tells a stored result from one of other settings, as JSON keeps it."""
        what = {"settings": self.settings, "d": self.d, "g": self.g, "standardised": self.standardised}
        return json.loads(json.dumps({**what, "base": str(BASE), "of_seeds": SEEDS}))


PACGAN, VEEGAN = "table of Lin et al. 2018 (PacGAN)", "table of Srivastava et al. 2017 (VEEGAN)"
LONGER = (
    "the likely reason is the training: PacGAN's is 67 times as long at a tenth of our step size, with a wider, "
    "batch-normalised generator and a maxout discriminator, none of which was tried here;"
)
GROUPS = "The layer is the package's default, 4 × 2 in groups of 32 samples, not the paper's over the whole batch."
DECAY = {"lr_end": 0.05, "schedule": "cosine"}
OURS = {
    "loss": "relativistic",
    "penalty": "r1_r2",
    "penalty_weight": 0.04,
    "penalty_end": 0.0005,
    "betas": (0.0, 0.99),
    "lr_g": 2e-3,
    "lr_d": 2e-3,
    "lr_end": 0.05,
    "schedule": "cosine",
    "ema": 0.999,
    "batch_size": 256,
}
FOURIER_D = {"depth": 3, "fourier": 32, "fourier_scale": (0.3, 0.7, 1.4)}
METHODS = {
    "GAN": Method(
        published={"ring": "6.3±.5 / 98.2±.2 / .45±.09", "grid": "17.3±.8 / 94.8±.7 / .70±.07"},
        source=PACGAN,
        remark=f"Modes are close, quality is not; {LONGER} decaying our step size to a twentieth (its own row) does "
        "not make up for it. (VEEGAN's table has 1 / 99.3 and 3.3 / 0.5 for a GAN, so published rows differ as much.)",
    ),
    "GAN, step size decayed": Method(dict(DECAY), source="to test a reason below"),
    "WGAN-GP": Method(
        {"loss": "wasserstein", "penalty": "wgan_gp", "penalty_weight": 0.1, "betas": (0.5, 0.9), "n_critic": 5},
        source="none found for these data",
    ),
    "minibatch discrimination": Method(d={"minibatch": "discrimination"}, source="none at hand", remark=GROUPS),
    "unrolled (K = 5)": Method(
        {"unroll": 5},
        published={"ring": "7.6 / 35.6 / –", "grid": "23.6 / 16 / –"},
        source=VEEGAN,
        remark="Modes are close, and ours draws them more sharply, perhaps since the unrolled steps here are those of "
        "D's own Adam; VEEGAN's row is of 5 runs, its table gives neither networks nor steps. The steps looked "
        "ahead, 30,000, are not counted as updates of D; the seconds have them.",
    ),
    "PacGAN2": Method(
        d={"packing": 2},
        published={"ring": "7.9±.1 / 95.6±2.0 / .07±.03", "grid": "23.8±.7 / 91.3±.8 / .13±.04"},
        source=PACGAN,
        remark=f"The ring's modes agree, quality does not, and the grid is far from theirs; {LONGER} decaying our step "
        "size brings the grid's modes near theirs and leaves its quality as low as it was.",
    ),
    "PacGAN2, step size decayed": Method(dict(DECAY), d={"packing": 2}, source="to test a reason below"),
    "SN + hinge": Method({"loss": "hinge"}, d={"norm": "spectral"}, source="none found for these data"),
    "R1": Method({"penalty": "r1", "penalty_weight": 0.1}, source="none found for these data"),
    "RpGAN + R1 + R2": Method(
        {"loss": "relativistic", "penalty": "r1_r2", "penalty_weight": 0.1, "betas": (0.0, 0.99)},
        source="none found for these data",
    ),
    "ours, for the ring": Method(
        {**OURS, "latent_dim": 8, "steps": 12_000},
        d=FOURIER_D,
        g={"depth": 3},
        standardised=True,
        data=("ring",),
        remark="Tuned on seeds 100-102, for this data set alone. More modes and a lower KL than every row of PacGAN's "
        "table that was at hand; high quality above its PacGAN2 and PacGAN4 (95.6, 95.9), below its PacGAN3, GAN and, "
        "within our error, ALI (97.7, 98.2, 97.6); with 12,000 × 64 iterations × width against "
        "400,000 × 400, 0.5 %, though with batches of 256 against 100.",
    ),
    "ours, for the grid": Method(
        {**OURS, "latent_dim": 32, "steps": 11_000},
        d=FOURIER_D,
        g={"depth": 5},
        standardised=True,
        data=("grid",),
        remark="Tuned likewise; more modes and a lower KL than every row of PacGAN's table that was at hand (best "
        "there 24.8 and .04, in PacGAN4's), high quality as its ALI's (95.7±.6, with 24.1 modes and a KL of .14) and "
        "GAN's (94.8). With 7,000 steps and those seeds, a generator of 3 layers (z of 8) drew 83-85 % of "
        "high quality and this one 90-94 %: the rest lies on threads between the modes, which depth draws thinner. "
        "Initialised by He's rule this one drew 70-76 %.",
    ),
    "ours, for the grid, shorter": Method(
        {**OURS, "latent_dim": 32, "steps": 7000},
        d=FOURIER_D,
        g={"depth": 5},
        standardised=True,
        source="to show that it does not carry over",
        remark="On the ring this deep generator, narrow at the start, ends in one mode on most seeds: one setting did "
        "not serve both data sets.",
    ),
}


def run(name: str, data: str) -> dict[str, Any]:
    """Train and measure one method on one data set, a share of the seeds in each process."""
    method = METHODS[name]
    shares = [(name, data, first) for first in range(0, SEEDS, BASE.seeds)]
    started = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        parts = list(pool.map(run_share, *zip(*shares, strict=True)))
    joined = {key: [value for part in parts for value in part[key]] for key in parts[0]}
    cpu = joined.pop("cpu")
    config = dataclasses.replace(BASE, **method.settings)
    return {
        **joined,
        "d_updates": config.steps * config.n_critic,
        "cpu_seconds": max(cpu),  # of the slower process: the wall time where nothing else runs
        "seconds": time.perf_counter() - started,
        "machine": machine(),
        **method.described(),
    }


def run_share(name: str, data: str, first: int) -> dict[str, list[float]]:
    """Train the seeds from `first` on; one number a seed."""
    method, mixture = METHODS[name], DATA[data]
    if method.standardised:
        spread = float((mixture.modes.var(0, correction=0) + mixture.stds.square().mean()).mean().sqrt())
        mixture = ganlab.Mixture(mixture.modes / spread, std=mixture.stds / spread)
    config = dataclasses.replace(BASE, **{**method.settings, "seed": first})
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a seed that stops shows in `stopped`
        trained = ganlab.train(
            mixture,
            config,
            generator=lambda: mlp_generator(config.latent_dim, 2, **method.g),
            discriminator=lambda: mlp_discriminator(2, **method.d),
        )
    report = ganlab.mode_report(trained.sample(2500), mixture)
    return {
        "modes": report.modes.tolist(),
        "high_quality": report.high_quality.tolist(),
        "reverse_kl": report.reverse_kl.tolist(),
        "cpu": [time.process_time() - started],
        "stopped": (trained.record.stopped >= 0).int().tolist(),
    }


def with_error(values: list[float], scale: float = 1.0, digits: int = 1) -> str:
    """Write mean ± standard error; values that are not finite are counted apart."""
    numbers = scale * torch.tensor(values, dtype=torch.float64)
    finite = numbers[numbers.isfinite()]
    if len(finite) < 2:
        return "∞"
    error = float(finite.std()) / len(finite) ** 0.5
    lost = f" (∞ on {len(numbers) - len(finite)})" if len(finite) < len(numbers) else ""
    return f"{float(finite.mean()):.{digits}f}±{error:.{digits}f}{lost}"


def table(results: dict[str, dict[str, Any]], data: str) -> list[str]:
    """Write the rows of one data set."""
    rows = ["| Method | Modes | HQ % | Reverse KL | D updates | s | Published (modes / HQ % / KL) | Source |"]
    rows.append("|---|---|---|---|---|---|---|---|")
    for name, method in METHODS.items():
        got = results.get(f"{name} on {data}")
        if got is None:
            continue
        figures = [
            with_error(got["modes"]),
            with_error(got["high_quality"], 100),
            with_error(got["reverse_kl"], digits=2),
            f"{got['d_updates']:,}",
            f"{got['cpu_seconds']:.0f}",
        ]
        rows.append(f"| {name} | {' | '.join(figures)} | {method.published.get(data, '–')} | {method.source} |")
    return rows


def by_the_clock(results: dict[str, dict[str, Any]]) -> str:
    """Say how long the ten seeds of ours took on both cores."""
    done = {data: results.get(f"ours, for the {data} on {data}") for data in DATA}
    return "ours took " + " and ".join(f"{got['seconds']:.0f} s on the {data}" for data, got in done.items() if got)


def main(arguments: list[str]) -> None:
    """Run what is missing of the chosen methods (all without any), then write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("methods", nargs="*", metavar="method", help="; ".join(METHODS))
    parser.add_argument("--fresh", action="store_true", help="measure again what claims.json holds")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.methods if name not in METHODS]:
        parser.error(f"{unknown[0]!r} is no method: use one of {', '.join(METHODS)}")
    store = HERE / "claims.json"
    results: dict[str, dict[str, Any]] = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
    for name in given.methods or METHODS:
        for data in METHODS[name].data:
            key = f"{name} on {data}"
            wanted = METHODS[name].described()
            old = results.get(key, {})
            if given.fresh or {part: old.get(part) for part in wanted} != wanted:
                results[key] = run(name, data)
                fresh = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
                results = {**fresh, key: results[key]}
                put(store, json.dumps(results, indent=1))
            print(key, table({key: results[key]}, data)[-1], flush=True)
    write(results)


def write(results: dict[str, dict[str, Any]]) -> None:
    """Write CLAIMS.md."""
    lines = [
        "# Claims against the literature",
        "",
        "10 seeds (0-9) each, mean ± standard error; 2 hidden layers of 64, z of 2, batch 128, Adam 1e-3,",
        f"{BASE.steps:,} steps; what differs is listed below. 2,500 samples a seed, high quality within 3σ, a mode",
        "captured with one such sample (PacGAN's definitions); a reverse KL is infinite where no sample is of high",
        "quality, and such seeds are counted apart. PacGAN draws 100,000 points once; here every batch is fresh.",
        "s: processor seconds of the slower of two processes of five seeds each, which is the time where nothing else",
        f"runs; by the clock, {by_the_clock(results)}.",
        f"{'; '.join(sorted({got['machine'] for got in results.values()}))}.",
        "",
        "A perfect generator scores 98.9 % high quality; (K − 1)/2N is the reverse KL of a perfect sampler of 2,500.",
    ]
    for data, mixture in DATA.items():
        lines += ["", f"## {data.capitalize()} of {len(mixture)}", "", *table(results, data)]
    lines += ["", "## Where our figures and the published ones part", ""]
    lines += [f"- **{name}**: {method.remark}" for name, method in METHODS.items() if method.remark]
    lines += ["", "## Settings that differ from the base", ""]
    for name, method in METHODS.items():
        parts = {
            **method.settings,
            **{f"D {k}": v for k, v in method.d.items()},
            **{f"G {k}": v for k, v in method.g.items()},
            **({"data": "standardised"} if method.standardised else {}),
        }
        lines.append(f"- **{name}**: {', '.join(f'{k}={v!r}' for k, v in parts.items()) or 'none'}")
    put(HERE / "CLAIMS.md", "\n".join(lines) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1:])
