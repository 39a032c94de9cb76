"""Adversarial losses.

Scores s = D(x) are raw logits, (..., B), larger = more real under every loss. Each loss maps (s_real, s_fake),
always in that order, to the scalar that its player minimises, one a run: (..., B), (..., B) -> (...,). Means are
over the last axis only, so one batch (B,) and S seeds at once (S, B) share the code. σ is the logistic function and
softplus(s) = log(1 + eˢ) = −log σ(−s), which is finite at every finite score where log(σ + ε) is not even right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor
from torch.nn.functional import relu, softplus

from ganlab.runtime import is_number

LossFunction = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class GANLoss:
    """The two sides of one game: `d` for the discriminator (or critic), `g` for the generator.

    A loss of your own is written for one run, (B,), (B,) -> (), and `train` lifts it over seeds; `seed_axis=True`
    says that it already maps (S, B), (S, B) -> (S,). `g_uses_real=False` says that `g` ignores its first argument,
    which saves a pass. `boundary` is the score that divides real from fake, for the record's accuracy.
    """

    d: LossFunction
    g: LossFunction
    source: str = ""
    seed_axis: bool = False
    g_uses_real: bool = True
    boundary: float = 0.0


def label_smoothing(real_label: float = 0.9, fake_label: float = 0.0) -> GANLoss:
    """Non-saturating loss whose discriminator is trained towards softened targets.

    L_D = α softplus(−s_r) + (1 − α) softplus(s_r) + β softplus(−s_f) + (1 − β) softplus(s_f), with α = `real_label`
    and β = `fake_label`; D* = (α p + β q)/(p + q). One-sided means β = 0. The generator's loss is unchanged.

    Raises:
        ValueError: a label lies outside [0, 1], or the fake label is not below the real one.

    Source: Salimans et al. 2016, §3.4 (one-sided; β = 0 because a β > 0 leaves D* flat where p is small).

    """
    if not all(map(is_number, (real_label, fake_label))) or not 0 <= fake_label < real_label <= 1:
        raise ValueError(
            "labels must satisfy 0 <= fake_label < real_label <= 1, "
            f"got real_label={real_label!r}, fake_label={fake_label!r}."
        )

    def d_loss(s_real: Tensor, s_fake: Tensor) -> Tensor:
        real = softplus(-s_real) + (1 - real_label) * s_real  # softplus(s) = softplus(−s) + s
        fake = softplus(s_fake) - fake_label * s_fake
        return real.mean(-1) + fake.mean(-1)

    d_loss.labels = (real_label, fake_label)  # type: ignore[attr-defined]  # `train` tells this side by it
    return GANLoss(d_loss, _nonsaturating_g, "Salimans et al. 2016, §3.4", seed_axis=True, g_uses_real=False)


def _cross_entropy_d(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return softplus(-s_real).mean(-1) + softplus(s_fake).mean(-1)


def _nonsaturating_g(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return softplus(-s_fake).mean(-1)


def _saturating_g(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return -softplus(s_fake).mean(-1)  # log(1 − σ(s)) = −softplus(s): slope −σ(s), gone where D wins


def _least_squares_d(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return 0.5 * (s_real - 1).square().mean(-1) + 0.5 * s_fake.square().mean(-1)


def _least_squares_g(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return 0.5 * (s_fake - 1).square().mean(-1)


def _hinge_d(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return relu(1 - s_real).mean(-1) + relu(1 + s_fake).mean(-1)


def _wasserstein_d(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return s_fake.mean(-1) - s_real.mean(-1)


def _wasserstein_g(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return -s_fake.mean(-1)


def _relativistic_d(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return softplus(s_fake - s_real).mean(-1)


def _relativistic_g(s_real: Tensor, s_fake: Tensor) -> Tensor:
    return softplus(s_real - s_fake).mean(-1)


def _own(d: LossFunction, g: LossFunction, source: str, *, g_uses_real: bool = False) -> GANLoss:
    return GANLoss(d, g, source, seed_axis=True, g_uses_real=g_uses_real)


LOSSES: dict[str, GANLoss] = {
    "saturating": _own(_cross_entropy_d, _saturating_g, "Goodfellow et al. 2014, eq. 1"),
    "nonsaturating": _own(_cross_entropy_d, _nonsaturating_g, "Goodfellow et al. 2014, §3"),
    # Targets a = 0, b = c = 1 and the factor ½ of the paper.
    "least_squares": replace(_own(_least_squares_d, _least_squares_g, "Mao et al. 2017, eq. 2 and 9"), boundary=0.5),
    "hinge": _own(_hinge_d, _wasserstein_g, "Lim and Ye 2017; Miyato et al. 2018, eq. 16-17"),
    # Needs a Lipschitz critic: combine with a penalty.
    "wasserstein": _own(_wasserstein_d, _wasserstein_g, "Arjovsky et al. 2017, eq. 2"),
    # Each real score is paired with the fake score at its own position in the batch.
    "relativistic": _own(
        _relativistic_d, _relativistic_g, "Jolicoeur-Martineau 2018, eq. 4-5 (RpGAN)", g_uses_real=True
    ),
    "one_sided_smoothing": label_smoothing(0.9),
    "two_sided_smoothing": label_smoothing(0.9, 0.1),
}


def resolve_loss(name: str) -> GANLoss:
    """Find a loss by name.

    Raises:
        ValueError: no loss has that name; the message lists those there are.

    """
    if name not in LOSSES:
        raise ValueError(f"loss={name!r} is not known: use one of {', '.join(map(repr, LOSSES))}.")
    return LOSSES[name]
