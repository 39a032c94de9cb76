"""The games: xy and the Dirac-GAN, the latter under every loss and penalty of `objectives`.

The Dirac-GAN (Mescheder et al. 2018, §2) is the smallest GAN: one real point at 0, one generated point at θ, a linear
discriminator D(x) = ψx. Its only equilibrium is (0, 0). Scores are higher for real here; the paper's D scores fakes
high, so its ψ is −ψ here and its start θ₀ = ψ₀ = 1 is `START`. With f the paper's −softplus(−t), c = f′(0) = ½ is the
field's linear strength under every cross-entropy loss; under the Wasserstein loss, and in xy, c = 1.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.func import vmap

from ganlab.games.game import Game, PlayerLoss
from ganlab.objectives import GANLoss, Penalty, resolve_loss, resolve_penalty
from ganlab.objectives.losses import LOSSES, LossFunction

START = (1.0, -1.0)
NODES = 24  # Gauss-Hermite nodes of each side: the field is right to 1e-7 for |ψ| · noise up to 1.4

AnyPenalty = str | Penalty | Callable[..., Tensor] | None


def xy(
    *, penalty: AnyPenalty = None, penalty_weight: float = 1.0, clip: float = math.inf, consensus: float = 0.0
) -> Game:
    """Bilinear game: the generator minimises θψ, the discriminator −θψ, so v = (−ψ, θ): pure rotation.

    It is the Dirac-GAN with Wasserstein loss, ψ mirrored. A penalty acts on D(x) = ψx, as in `dirac`.

    Args:
        penalty, penalty_weight, clip, consensus: as in `dirac`.

    Raises:
        ValueError: as in `dirac`.

    Source: Goodfellow 2016 (NIPS tutorial); Gidel et al. 2019 (variational inequality perspective).

    """
    damping = _damping(penalty, penalty_weight)
    name = _describe("xy", penalty=_label(penalty, penalty_weight), clip=clip, consensus=consensus)
    return Game(lambda theta, psi: theta * psi, lambda t, p: damping(t, p) - t * p, consensus, clip, name)


def dirac(
    loss: str | GANLoss = "saturating",
    *,
    penalty: AnyPenalty = None,
    penalty_weight: float = 1.0,
    clip: float = math.inf,
    noise: float = 0.0,
    consensus: float = 0.0,
) -> Game:
    """Dirac-GAN: real data at 0, generated data at θ, D(x) = ψx, with s_real = 0 and s_fake = ψθ.

    L_D = loss.d(s_real, s_fake) + penalty_weight · penalty(D), L_G = loss.g(s_real, s_fake).

    Args:
        loss: a name in `LOSSES`, or a `GANLoss` (yours, written for one run, is lifted).
        penalty: a name in `PENALTIES`, a `Penalty`, or a function (critic, real, fake) -> scalar written for one run.
            D is linear, so R1 and R2 are γ/2 ψ², and WGAN-GP is λ(|ψ| − 1)², with slope 0 at ψ = 0.
        penalty_weight: γ of R1 and R2; λ of WGAN-GP (Mescheder et al. write λ/2: their .7 is .35 here).
        clip: ψ is clipped to [−clip, clip] after each update (weight clipping).
        noise: standard deviation of instance noise on real and generated points, its mean taken exactly (by
            Gauss-Hermite quadrature, where the paper's code draws 1,000 samples).
        consensus: γ of consensus optimisation. (The paper's code halves the second term of ∇½‖u‖², which is 0 at the
            equilibrium; here it is the whole gradient.)

    Raises:
        ValueError: no such loss or penalty, or a number is out of its range.

    Source: Mescheder et al. 2018, §2 to §4; instance noise: Sønderby et al. 2017, Arjovsky and Bottou 2017.

    """
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise must be a finite standard deviation of 0 or more, got {noise!r}.")
    label = loss if isinstance(loss, str) else "own loss"
    loss = resolve_loss(loss) if isinstance(loss, str) else loss
    g, d = (_on_points(side, noise, seed_axis=loss.seed_axis) for side in (loss.g, loss.d))
    damping = _damping(penalty, penalty_weight)
    shown = _label(penalty, penalty_weight)
    name = _describe(f"Dirac-GAN, {label}", penalty=shown, clip=clip, noise=noise, consensus=consensus)
    return Game(g, lambda theta, psi: d(theta, psi) + damping(theta, psi), consensus, clip, name)


def _on_points(side: LossFunction, noise: float, *, seed_axis: bool) -> PlayerLoss:
    """Turn one side of a loss on scores into a loss on (θ, ψ), averaged over the instance noise."""

    def averaged(theta: Tensor, psi: Tensor) -> Tensor:
        at_real, at_fake, weights = (torch.as_tensor(part).to(theta) for part in _quadrature(noise))  # (Q,) pairs
        s_real, s_fake = psi[..., None] * at_real, psi[..., None] * (theta[..., None] + at_fake)
        return (each(s_real, s_fake) * weights).sum(-1)

    def each(s_real: Tensor, s_fake: Tensor) -> Tensor:
        if seed_axis:
            return side(s_real[..., None], s_fake[..., None])  # batches of one
        return vmap(side)(s_real.reshape(-1, 1), s_fake.reshape(-1, 1)).reshape(s_real.shape)

    return averaged if noise else lambda theta, psi: each(torch.zeros_like(psi), psi * theta)


@functools.cache
def _quadrature(noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give all pairs of nodes of two independent N(0, noise²), and their weights, each (Q,)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    nodes, weights = noise * nodes, weights / weights.sum()
    real, fake = np.meshgrid(nodes, nodes)
    return real.ravel(), fake.ravel(), np.outer(weights, weights).ravel()


def _damping(penalty: AnyPenalty, weight: float) -> PlayerLoss:
    """Evaluate a penalty on D(x) = ψx between one real point at 0 and one generated at θ."""
    if not 0 <= weight < math.inf:
        raise ValueError(f"penalty_weight must be a finite number of 0 or more, got {weight!r}.")
    if penalty is None:
        return lambda theta, psi: torch.zeros_like(psi)
    found = resolve_penalty(penalty) if isinstance(penalty, str) else penalty

    def damping(theta: Tensor, psi: Tensor) -> Tensor:
        flat = psi.reshape(-1)
        # (M, B, features) with one feature, and two copies of each point for penalties that take a standard deviation.
        fake = theta.reshape(-1, 1, 1).expand(-1, 2, 1)
        real = torch.zeros_like(fake)
        with torch.random.fork_rng(devices=[]):  # D's slope is ψ everywhere: what a penalty draws cannot matter
            if isinstance(found, Penalty):
                value = found.function(lambda x: (flat[:, None, None] * x).sum(-1), real, fake)
            else:
                each = [found(lambda x, p=p: (p * x).sum(-1), r, f) for p, r, f in zip(flat, real, fake)]
                value = torch.stack(each) if each else flat
        return weight * value.reshape(psi.shape)

    return damping


def _label(penalty: AnyPenalty, weight: float) -> str | None:
    return None if penalty is None else f"{penalty if isinstance(penalty, str) else 'own penalty'} {weight:g}"


def _describe(name: str, **settings: float | str | None) -> str:
    absent = (None, 0.0, math.inf)
    return ", ".join([name, *(f"{key} {value}" for key, value in settings.items() if value not in absent)])


def _zero_sum(loss: GANLoss) -> GANLoss:
    return GANLoss(loss.d, lambda real, fake: -loss.d(real, fake), loss.source, seed_axis=True)


# The settings of Mescheder et al. 2018's notebook, and what came after.
DIRAC: dict[str, Game] = {
    "saturating": dirac("saturating"),
    "nonsaturating": dirac("nonsaturating"),
    "wasserstein": dirac("wasserstein"),
    "weight_clipping": dirac("wasserstein", clip=1.0),
    "wgan_gp": dirac("wasserstein", penalty="wgan_gp", penalty_weight=0.35),
    "instance_noise": dirac("saturating", noise=0.7),
    "r1": dirac("saturating", penalty="r1", penalty_weight=0.3),
    "r1_critical": dirac("saturating", penalty="r1", penalty_weight=1.0),
    "r2": dirac("saturating", penalty="r2", penalty_weight=0.3),
    "nonsaturating_r1": dirac("nonsaturating", penalty="r1", penalty_weight=0.3),
    "consensus": dirac("saturating", consensus=1.0),
    # Each player minimises its own softplus, as published code does: the non-saturating game's field here.
    "relativistic": dirac("relativistic"),
    # One value that D maximises and G minimises, as R3GAN's theory has it: the saturating game's field here.
    "relativistic_zero_sum": dirac(_zero_sum(LOSSES["relativistic"])),
    "relativistic_r1": dirac("relativistic", penalty="r1", penalty_weight=0.3),
}
