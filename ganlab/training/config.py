"""The settings of one ensemble of runs: plain values, checked when they are made."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from ganlab.nets.init import INITS
from ganlab.objectives import resolve_loss, resolve_penalty
from ganlab.runtime import resolve_device

# field: (kind, lowest, highest); a bound in brackets is not itself allowed.
_RANGES: dict[str, tuple[type, float | tuple[float], float | tuple[float]]] = {
    "penalty_weight": (float, 0, math.inf),
    "seeds": (int, 1, 100_000),
    "steps": (int, 0, math.inf),
    "batch_size": (int, 1, math.inf),
    "latent_dim": (int, 1, math.inf),
    "lr_g": (float, (0,), (math.inf,)),
    "lr_d": (float, (0,), (math.inf,)),
    "n_critic": (int, 0, math.inf),
    "n_generator": (int, 0, math.inf),
    "seed": (int, 0, 2**63 - 1),
    "width": (int, 1, math.inf),
    "depth": (int, 0, math.inf),
    "record_every": (int, 1, math.inf),
    "snapshots": (int, 0, math.inf),
    "snapshot_size": (int, 1, math.inf),
}


@dataclass(frozen=True)
class TrainConfig:
    """Settings of S training runs that differ in their seed only.

    One step is `n_critic` updates of the discriminator, each on a fresh batch, then `n_generator` updates of the
    generator (alternating updates); 0 freezes a player. Both players use Adam.

    Args:
        loss: a name in `LOSSES`.
        penalty: a name in `PENALTIES`, or None.
        penalty_weight: λ of WGAN-GP, γ of R1 and R2 (which carry the factor ½ themselves); ≥ 0.
        seeds: S, how many runs train at once; run k uses seed `seed + k`.
        steps: iterations of the loop above.
        batch_size: samples a batch, of each of real and fake.
        latent_dim: dimensions of z ~ N(0, I).
        lr_g, lr_d: Adam's step sizes, > 0.
        betas: Adam's β₁ and β₂, in [0, 1).
        n_critic, n_generator: updates a step.
        seed: the first run's seed.
        device: "auto" (CUDA where there is one), "cpu", "cuda", "cuda:1", …
        width, depth, init: hidden layers of the reference networks, and a name in `INITS`.
        record_every: steps between two entries of the record.
        snapshots: sets of generated samples kept, evenly spaced up to the last step; 0 keeps none.
        snapshot_size: samples a set and seed.

    Raises:
        ValueError: a value is out of its range; the message names the field, the value and the range.
        TypeError: a value is of the wrong kind, said likewise.

    """

    loss: str = "nonsaturating"
    penalty: str | None = None
    penalty_weight: float = 1.0
    seeds: int = 8
    steps: int = 2000
    batch_size: int = 128
    latent_dim: int = 2
    lr_g: float = 1e-3
    lr_d: float = 1e-3
    betas: tuple[float, float] = (0.5, 0.999)
    n_critic: int = 1
    n_generator: int = 1
    seed: int = 0
    device: str = "auto"
    width: int = 64
    depth: int = 2
    init: str = "torch"
    record_every: int = 10
    snapshots: int = 10
    snapshot_size: int = 1000

    def __post_init__(self) -> None:
        """Check every field."""
        for name, (kind, low, high) in _RANGES.items():
            _check_number(name, getattr(self, name), kind, low, high)
        _check_betas(self.betas)
        object.__setattr__(self, "betas", tuple(self.betas))
        for name in ("loss", "device", "init"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"TrainConfig: {name}={getattr(self, name)!r} must be a name (a string).")
        if self.init not in INITS:
            raise ValueError(f"TrainConfig: init={self.init!r} is not known: use one of {', '.join(map(repr, INITS))}.")
        if self.n_critic == self.n_generator == 0:
            raise ValueError("TrainConfig: n_critic=0 and n_generator=0 train nobody: set one of them to 1 or more.")
        try:
            resolve_loss(self.loss)
            if self.penalty is not None:
                resolve_penalty(self.penalty)
            resolve_device(self.device)
        except ValueError as error:
            raise ValueError(f"TrainConfig: {error}") from None

    def __str__(self) -> str:
        """List the settings that differ from the defaults."""
        changed = [f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if getattr(self, f.name) != f.default]
        return f"TrainConfig({', '.join(changed)})"


def _check_number(name: str, value: object, kind: type, low: float | tuple[float], high: float | tuple[float]) -> None:
    noun = "a whole number" if kind is int else "a number"
    allowed = int if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise TypeError(f"TrainConfig: {name}={value!r} must be {noun}, {_range(low, high)}.")
    assert isinstance(value, int | float)
    above = value > low[0] if isinstance(low, tuple) else value >= low
    below = value < high[0] if isinstance(high, tuple) else value <= high
    if not (above and below and math.isfinite(value)):
        raise ValueError(f"TrainConfig: {name}={value!r} is out of range: expected {noun} {_range(low, high)}.")


def _range(low: float | tuple[float], high: float | tuple[float]) -> str:
    start = f"greater than {low[0]:g}" if isinstance(low, tuple) else f"of {low:g} or more"
    top = high[0] if isinstance(high, tuple) else high
    return start if math.isinf(top) else f"{start} and at most {top:g}"


def _check_betas(betas: object) -> None:
    expected = "expected two numbers (beta1, beta2), each of 0 or more and less than 1"
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise TypeError(f"TrainConfig: betas={betas!r} is not a pair: {expected}.")
    for beta in betas:
        if isinstance(beta, bool) or not isinstance(beta, int | float) or not 0 <= beta < 1:
            raise ValueError(f"TrainConfig: betas={betas!r} is out of range: {expected}.")
