"""The settings of one ensemble of runs: plain values, checked when they are made."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from ganlab.nets.init import INITS
from ganlab.objectives import resolve_loss, resolve_penalty
from ganlab.runtime import is_number, require_precision, resolve_device

Bound = float | tuple[float]  # in brackets: not itself allowed

RANGES: dict[str, tuple[type, Bound, Bound]] = {
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
    "weight_decay": (float, 0, (math.inf,)),
    "ema": (float, 0, (1,)),
    "unroll": (int, 0, 100),
    "consensus": (float, 0, (math.inf,)),
    "clip_weights": (float, 0, (math.inf,)),
    "clip_gradients": (float, 0, (math.inf,)),
    "instance_noise": (float, 0, (math.inf,)),
    "lr_end": (float, 0, (math.inf,)),
    "penalty_end": (float, 0, (math.inf,)),
    "noise_end": (float, 0, (math.inf,)),
    "width": (int, 1, math.inf),
    "depth": (int, 0, math.inf),
    "record_every": (int, 1, math.inf),
    "snapshots": (int, 0, math.inf),
    "snapshot_size": (int, 1, math.inf),
}
CHOICES = {
    "optimizer": ("adam", "rmsprop", "sgd"),
    "update": ("alternating", "simultaneous", "extragradient", "optimistic"),
    "schedule": ("linear", "cosine"),
    "init": tuple(INITS),
    "precision": ("float32", "bfloat16"),
}


@dataclass(frozen=True)
class TrainConfig:
    """Settings of S training runs that differ in their seed only.

    One step is `n_critic` updates of the discriminator, each on a fresh batch, then `n_generator` updates of the
    generator; 0 freezes a player. All other values of `update` move both players once a step, from the same weights.

    The game:
        loss: a name in `LOSSES`.
        penalty: a name in `PENALTIES`, or None.
        penalty_weight: λ of WGAN-GP and DRAGAN, γ of R1 and R2 (which carry the factor ½ themselves); ≥ 0.
        consensus: γ of consensus optimisation, ≥ 0: both players also minimise γ ½‖v‖², v the joint gradient
            (Mescheder et al. 2017, eq. 9-10); needs update="simultaneous".
        instance_noise: σ ≥ 0 of Gaussian noise on everything D sees (Sønderby et al. 2017).
        unroll: K ≥ 0, the generator's loss is taken after K further steps of D, through which its gradient passes
            (Metz et al. 2017, eq. 5).
    The ensemble:
        seeds: S, how many runs train at once; run k uses seed `seed + k`.
        steps: iterations of the loop above.
        batch_size: samples a batch, of each of real and fake.
        latent_dim: dimensions of z ~ N(0, I).
        seed: the first run's seed.
        device: "auto" (CUDA where there is one), "cpu", "cuda", "cuda:1", …
        precision: "float32", or "bfloat16" for the forward and backward passes of convolutions and matrix products
            (torch.autocast; no gradient scaler is needed). Weights, optimiser, losses, samples and whatever is
            differentiated twice (penalties, D in unrolled steps) stay in float32. For GPUs from 2020 on; a CPU without
            units for it gets slower.
        channels_last: store the weights of convolutions with the channels innermost, the layout that a GPU's matrix
            units want. The same arithmetic, but for the order of sums.
        cuda_graph: on a GPU, capture a step of both players after the third and replay it: one launch in place of some
            hundred. Without effect on a CPU. Pieces of your own must not read values back (`.item()`).
    Optimisation:
        lr_g, lr_d: step sizes, > 0 (two time scales: Heusel et al. 2017).
        betas: Adam's β₁ and β₂, in [0, 1); RMSProp uses β₂ as its decay, SGD β₁ as its momentum.
        n_critic, n_generator: updates a step (k steps of D for one of G: Goodfellow et al. 2014, alg. 1).
        optimizer: "adam", "rmsprop" or "sgd".
        update: "alternating" (Goodfellow et al. 2014, alg. 1), "simultaneous" (Mescheder et al. 2017, §3),
            "extragradient" (Gidel et al. 2019, alg. 4) or "optimistic" (Daskalakis et al. 2018, eq. 9, with the
            optimiser's step in place of the gradient's).
        weight_decay: L2 coefficient, times the weights added to both players' gradients in front of the optimiser's
            moments (coupled, as `torch.optim.Adam` has it; not decoupled as in AdamW, Loshchilov and Hutter 2019).
        clip_weights: c > 0 keeps D's weights in [−c, c] (Arjovsky et al. 2017); 0 does not clip.
        clip_gradients: c > 0 scales each seed's gradient down to norm c, for both players (Pascanu et al. 2013, alg.
            1); 0 does not clip.
        ema: β in [0, 1); > 0 keeps an average of G's weights, w̄ ← β w̄ + (1 − β) w, which then makes the samples
            (Karras et al. 2018; Yazıcı et al. 2019).
        lr_end, penalty_end, noise_end: factors that step sizes, penalty weight and instance noise reach at the end.
        schedule: "linear" or "cosine", the way there.
    The reference networks:
        width, depth: hidden layers; init: a name in `INITS`.
    The record:
        record_every: steps between two entries.
        snapshots: sets of generated samples kept, evenly spaced up to the last step; 0 keeps none.
        snapshot_size: samples a set and seed; 20 or so where they are images, of which 1,000 of 28 × 28 take 3 MB.

    Raises:
        ValueError: a value is out of its range, or two do not go together; the message names the fields and says why.
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
    precision: str = "float32"
    channels_last: bool = False
    cuda_graph: bool = False
    optimizer: str = "adam"
    update: str = "alternating"
    weight_decay: float = 0.0
    ema: float = 0.0
    unroll: int = 0
    consensus: float = 0.0
    clip_weights: float = 0.0
    clip_gradients: float = 0.0
    instance_noise: float = 0.0
    lr_end: float = 1.0
    penalty_end: float = 1.0
    noise_end: float = 1.0
    schedule: str = "linear"
    width: int = 64
    depth: int = 2
    init: str = "torch"
    record_every: int = 10
    snapshots: int = 10
    snapshot_size: int = 1000

    def __post_init__(self) -> None:
        """Check every field, then the combinations."""
        for name, (kind, low, high) in RANGES.items():
            if isinstance(getattr(self, name), np.generic):  # NumPy's numbers are taken as Python's
                object.__setattr__(self, name, getattr(self, name).item())
            _check_number(name, getattr(self, name), kind, low, high)
        _check_betas(self.betas)
        object.__setattr__(self, "betas", tuple(b.item() if isinstance(b, np.generic) else b for b in self.betas))
        for name in ("loss", "device", *CHOICES):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"TrainConfig: {name}={getattr(self, name)!r} must be a name (a string).")
        if self.penalty is not None and not isinstance(self.penalty, str):
            raise TypeError(f"TrainConfig: penalty={self.penalty!r} must be a name (a string) or None.")
        for name in ("channels_last", "cuda_graph"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"TrainConfig: {name}={getattr(self, name)!r} must be True or False.")
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                names = ", ".join(map(repr, allowed))
                raise ValueError(f"TrainConfig: {name}={getattr(self, name)!r} is not known: use one of {names}.")
        try:
            resolve_loss(self.loss)
            if self.penalty is not None:
                resolve_penalty(self.penalty)
            require_precision(self.precision, resolve_device(self.device))
        except ValueError as error:
            raise ValueError(f"TrainConfig: {error}") from None
        _check_combinations(self)

    def __str__(self) -> str:
        """List the settings that differ from the defaults."""
        changed = [f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if getattr(self, f.name) != f.default]
        return f"TrainConfig({', '.join(changed)})"


def _check_number(name: str, value: object, kind: type, low: Bound, high: Bound) -> None:
    noun = "a whole number" if kind is int else "a number"
    allowed = int if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise TypeError(f"TrainConfig: {name}={value!r} must be {noun}, {_range(low, high)}.")
    assert isinstance(value, int | float)
    above = value > low[0] if isinstance(low, tuple) else value >= low
    below = value < high[0] if isinstance(high, tuple) else value <= high
    if not (above and below and (isinstance(value, int) or math.isfinite(value))):
        raise ValueError(f"TrainConfig: {name}={value!r} is out of range: expected {noun} {_range(low, high)}.")


def _range(low: Bound, high: Bound) -> str:
    start = f"greater than {low[0]:g}" if isinstance(low, tuple) else f"of {low:g} or more"
    top = high[0] if isinstance(high, tuple) else high
    end = f"less than {top:g}" if isinstance(high, tuple) else f"at most {top:g}"
    return start if math.isinf(top) else f"{start} and {end}"


def _check_betas(betas: object) -> None:
    expected = "expected two numbers (beta1, beta2), each of 0 or more and less than 1"
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise TypeError(f"TrainConfig: betas={betas!r} is not a pair: {expected}.")
    for beta in betas:
        if not is_number(beta) or not 0 <= beta < 1:
            raise ValueError(f"TrainConfig: betas={betas!r} is out of range: {expected}.")


def _check_combinations(config: TrainConfig) -> None:
    """Refuse what cannot mean anything."""
    if config.n_critic == config.n_generator == 0:
        raise ValueError("TrainConfig: n_critic=0 and n_generator=0 train nobody: set one of them to 1 or more.")
    if config.update != "alternating" and (config.n_critic, config.n_generator) != (1, 1):
        raise ValueError(
            f"TrainConfig: update={config.update!r} moves both players once a step: it needs n_critic=1 and "
            f"n_generator=1, got {config.n_critic} and {config.n_generator}."
        )
    if config.update != "alternating" and config.unroll:
        raise ValueError(f"TrainConfig: unroll={config.unroll} needs update='alternating', got {config.update!r}.")
    if config.consensus and config.update != "simultaneous":
        raise ValueError(
            f"TrainConfig: consensus={config.consensus} needs update='simultaneous', since its vector field is that "
            f"of both players at the same weights (Mescheder et al. 2017); got {config.update!r}."
        )
    if config.consensus and config.precision != "float32":
        raise ValueError(
            f"TrainConfig: consensus={config.consensus} differentiates both players' gradients, which stay in float32: "
            f"precision={config.precision!r} would change nothing; use precision='float32'."
        )
    if config.unroll and config.optimizer == "rmsprop":
        raise ValueError(f"TrainConfig: unroll={config.unroll} needs optimizer='adam' or 'sgd', got 'rmsprop'.")
    unrolled_away = [name for name in ("weight_decay", "clip_weights", "clip_gradients") if getattr(config, name)]
    if config.unroll and config.optimizer == "sgd" and config.betas[0]:
        unrolled_away.append("betas")
    if config.unroll and unrolled_away:
        raise ValueError(
            f"TrainConfig: unroll={config.unroll} takes plain steps of Adam or SGD and leaves out {unrolled_away[0]}="
            f"{getattr(config, unrolled_away[0])!r}: set it to 0."
        )
    if config.unroll and config.penalty is not None:
        raise ValueError(
            f"TrainConfig: unroll={config.unroll} with penalty={config.penalty!r} is not defined: the unrolled steps "
            "descend D's loss alone (Metz et al. 2017); set one of them to 0 or None."
        )
