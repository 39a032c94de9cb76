"""Gradient penalties on the discriminator.

A penalty maps a critic and two batches to one number a run. The critic is a function (..., B, features…) -> (...,
B); every axis behind the scores' axes is a feature axis, so points, images and S seeds at once share the code.
Gradient norms are Euclidean, of one sample each. R1 and R2 follow the γ/2 convention of Mescheder et al. 2018: a
linear critic w·x has R1 = γ/2 ‖w‖² (their published code omits the ½: its "reg 10" is γ = 20 here).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

Critic = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Penalty:
    """One penalty: `function(critic, real, fake)`, with keywords for the random numbers named in `draws`.

    "eps" is (..., B) and "noise" (..., B, features…), both uniform in [0, 1] and drawn by the trainer from each seed's
    own stream. `train` adds `penalty_weight` times the value to the discriminator's loss. A function that can be
    differentiated by what made the fakes as well, with `detach=False`, says so in `attaches`.
    """

    function: Callable[..., Tensor]
    draws: tuple[str, ...] = ()
    uses_fake: bool = True
    attaches: bool = False
    source: str = ""


def input_gradient(critic: Critic, points: Tensor, *, detach: bool = True) -> Tensor:
    """Differentiate each score by what it scores, in the autograd graph: (..., B, features…) -> (..., B, all features).

    Exact only if a sample's score does not depend on the other samples of its batch: a critic with BatchNorm has no
    such gradient (Gulrajani et al. 2017, §4). A critic that joins m consecutive samples (packing) gives B/m scores, and
    the result is (..., B/m, m · all features). A critic may bring its own way as a method `input_gradient`. With
    `detach=False` the result can be differentiated by what made the points, too.
    """
    attached = points.requires_grad and not detach
    own = getattr(critic, "input_gradient", None)
    if own is not None and not attached:
        return own(points.detach())
    points = points if attached else points.detach().requires_grad_(True)
    scores = critic(points)
    (gradient,) = torch.autograd.grad(scores.sum(), points, create_graph=True, materialize_grads=True)
    return gradient.reshape(*scores.shape, -1)


def wgan_gp(
    critic: Critic,
    real: Tensor,
    fake: Tensor,
    eps: Tensor | None = None,
    *,
    two_sided: bool = True,
    detach: bool = True,
) -> Tensor:
    """Penalise gradient norms away from 1 between real and fake samples: E (‖∇D(x̂)‖ − 1)².

    x̂ = ε x + (1 − ε) G(z), one ε a sample. The gradient reaches the critic only: both batches are detached.

    Args:
        critic: (..., B, features…) -> (..., B).
        real, fake: (..., B, features…), the same shape.
        eps: (..., B) in [0, 1]; drawn from torch's global generator when it is None.
        two_sided: False penalises norms above 1 only, E max(0, ‖∇D‖ − 1)² (the paper's §4, Petzka et al. 2018).
        detach: False lets the gradient reach what made the fakes, too.

    Source: Gulrajani et al. 2017, eq. 3 (weight λ is `penalty_weight`).

    """
    real, fake = real.detach(), fake.detach() if detach else fake
    if eps is None:
        with torch.no_grad():
            eps = torch.rand_like(critic(real))
    mix = eps.reshape(eps.shape + (1,) * (real.ndim - eps.ndim))
    excess = _norm(input_gradient(critic, fake + mix * (real - fake), detach=detach)) - 1
    return (excess if two_sided else excess.relu()).square().mean(-1)


def dragan(
    critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None, noise: Tensor | None = None
) -> Tensor:
    """Penalise gradient norms away from 1 around the real samples: E (‖∇D(x + (1 − ε) ½ sd(x) u)‖ − 1)².

    u = `noise` is uniform in [0, 1], sd the standard deviation over all numbers of the batch (of one run).

    Source: Kodali et al. 2017, eq. 6; the perturbation is that of the authors' code.
    """
    real = real.detach()
    if eps is None:
        with torch.no_grad():
            eps = torch.rand_like(critic(real))
    noise = torch.rand_like(real) if noise is None else noise
    axes = eps.ndim
    spread = real.flatten(axes - 1).std(-1).reshape(real.shape[: axes - 1] + (1,) * (real.ndim - axes + 1))
    reach = (1 - eps).reshape(eps.shape + (1,) * (real.ndim - axes))
    return (_norm(input_gradient(critic, real + reach * 0.5 * spread * noise)) - 1).square().mean(-1)


def r1(critic: Critic, real: Tensor, fake: Tensor | None = None) -> Tensor:
    """Penalise the gradient on real samples: ½ E ‖∇D(x)‖² (weight γ is `penalty_weight`).

    Source: Mescheder et al. 2018, eq. 9.
    """
    return _half_squared_slope(critic, real)


def r2(critic: Critic, real: Tensor | None, fake: Tensor, *, detach: bool = True) -> Tensor:
    """Penalise the gradient on generated samples: ½ E ‖∇D(G(z))‖² (weight γ is `penalty_weight`).

    With `detach=False` the gradient reaches what made the fakes, too.

    Source: Mescheder et al. 2018, eq. 10.
    """
    return _half_squared_slope(critic, fake, detach=detach)


def r1_r2(critic: Critic, real: Tensor, fake: Tensor, *, detach: bool = True) -> Tensor:
    """Penalise the gradient on real and on generated samples: R1 + R2 (Huang et al. 2024, R3GAN).

    With `detach=False` the gradient reaches what made the fakes, too.
    """
    return r1(critic, real) + r2(critic, None, fake, detach=detach)


def _norm(gradient: Tensor) -> Tensor:
    # The square root has no derivative at 0, where a dead critic sits: there the clamp gives slope 0, not NaN.
    return gradient.square().sum(-1).clamp_min(1e-24).sqrt()


def _half_squared_slope(critic: Critic, points: Tensor, *, detach: bool = True) -> Tensor:
    return 0.5 * input_gradient(critic, points, detach=detach).square().sum(-1).mean(-1)


PENALTIES: dict[str, Penalty] = {
    "wgan_gp": Penalty(wgan_gp, ("eps",), attaches=True, source="Gulrajani et al. 2017, eq. 3"),
    "wgan_gp_one_sided": Penalty(
        partial(wgan_gp, two_sided=False),
        ("eps",),
        attaches=True,
        source="Gulrajani et al. 2017, §4; Petzka et al. 2018, eq. 8",
    ),
    "dragan": Penalty(dragan, ("eps", "noise"), uses_fake=False, source="Kodali et al. 2017, eq. 6"),
    "r1": Penalty(r1, uses_fake=False, source="Mescheder et al. 2018, eq. 9"),
    "r2": Penalty(r2, attaches=True, source="Mescheder et al. 2018, eq. 10"),
    "r1_r2": Penalty(r1_r2, attaches=True, source="Huang et al. 2024 (R3GAN), §3.2"),
}


def resolve_penalty(name: str) -> Penalty:
    """Find a penalty by name.

    Raises:
        ValueError: no penalty has that name; the message lists those there are.

    """
    if name not in PENALTIES:
        raise ValueError(f"penalty={name!r} is not known: use None or one of {', '.join(map(repr, PENALTIES))}.")
    return PENALTIES[name]
