"""How a game moves: discriminators that saturate, modes that take turns, and the eigenvalues that drive both."""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import vmap

from ganlab.data.mixtures import Mixture
from ganlab.diagnostics.modes import mode_report
from ganlab.nets.seeds import stack
from ganlab.objectives import GANLoss, Penalty, resolve_loss, resolve_penalty
from ganlab.runtime import eigenvalues


class Oscillation(NamedTuple):
    """How regularly modes take turns in S runs; times are counted in snapshots.

    Fields:
        autocorrelation: (S, L + 1) in [−1, 1], at lags 0…L, 1 at lag 0; NaN where the occupancy never changes.
        period: (S,) from 2 to T, the strongest wave's length; NaN likewise. A period of T is a trend, not a turn.
        strength: (S,) in [0, 1], that wave's share of all variation: 1 for one pure wave, about 2 (ln(T/2) + .58)/T
            for noise in one mode and less in many.
        hop_rate: (S,) in [0, 1], how often the fullest mode changes from one snapshot to the next; NaN with fewer than
            two snapshots that have one.
    """

    autocorrelation: Tensor
    period: Tensor
    strength: Tensor
    hop_rate: Tensor


def saturation(scores: Tensor, *, logit: float = 4.0) -> Tensor:
    """Give the share of a discriminator's scores beyond ±`logit`, (S, B) -> (S,), in [0, 1].

    1/B Σ [|s| > logit]. Beyond it the slope of a cross-entropy loss is below σ(−logit), 1.8 % at 4, for scores of the
    right sign: real or fake, that sample no longer teaches (for the generator under the saturating loss the fakes
    are what counts). It is for logits; a Wasserstein critic has no scale to saturate on. A NaN makes its seed NaN.

    Args:
        scores: (S, B), or (B,) for one run.
        logit: the boundary, > 0, itself not counted.

    Raises:
        ValueError: there are no scores, or the logit is not above 0.

    """
    if scores.ndim == 0 or scores.shape[-1] == 0:
        raise ValueError(f"scores must have shape (seeds, B) or (B,), B > 0, got {tuple(scores.shape)}.")
    if not 0 < logit < math.inf:
        raise ValueError(f"logit must be a finite number above 0, got {logit!r}.")
    share = (scores.abs() > logit).to(scores).mean(-1)
    return torch.where(scores.isnan().any(-1), torch.nan, share)


def accuracy(s_real: Tensor, s_fake: Tensor) -> Tensor:
    """Give the share of samples that a discriminator puts on the right side of 0, (S, B), (S, B) -> (S,), in [0, 1].

    ½ (1/B Σ [s_r > 0] + 1/B Σ [s_f < 0]), a score of exactly 0 counting one half. ½ is chance; the batches may
    differ in size. Relativistic and Wasserstein scores have no zero of their own: there it means nothing. A NaN makes
    its seed NaN.

    Raises:
        ValueError: there are no scores.

    """
    for scores, name in ((s_real, "s_real"), (s_fake, "s_fake")):
        if scores.ndim == 0 or scores.shape[-1] == 0:
            raise ValueError(f"{name} must have shape (seeds, B) or (B,), B > 0, got {tuple(scores.shape)}.")
    share = 0.5 + 0.25 * (s_real.sign().mean(-1) - s_fake.sign().mean(-1))
    return torch.where(s_real.isnan().any(-1) | s_fake.isnan().any(-1), torch.nan, share)


def sample_variance(samples: Tensor) -> Tensor:
    """Give the mean over coordinates of the unbiased variance, (S, N, d) -> (S,) ≥ 0, in the data's unit squared.

    1/d Σⱼ 1/(N − 1) Σᵢ (xᵢⱼ − x̄ⱼ)². It scales with the data: no threshold means collapse everywhere, so hold it
    against the data's own value.

    Args:
        samples: (S, N, features…), or (N, d) for one seed; N > 1. A sample that is not finite makes its seed NaN.

    Raises:
        ValueError: the shape does not fit, or there are fewer than two samples.

    """
    samples = samples[None] if samples.ndim == 2 else samples
    if samples.ndim < 3 or samples.shape[1] < 2 or 0 in samples.shape:
        raise ValueError(f"samples must have shape (seeds, N, d) or (N, d), N > 1, got {tuple(samples.shape)}.")
    variance = samples.double().var(1).flatten(1).mean(1)
    return torch.where(variance.isfinite(), variance, torch.nan)


def mode_occupancy(snapshots: Tensor, mixture: Mixture, *, radius: float = 3.0) -> Tensor:
    """Give the share of samples at each mode over time, (T, S, N, d) -> (T, S, K), each row's sum at most 1.

    Only high-quality samples count, as in `mode_report`.

    Raises:
        ValueError: the shape does not fit the mixture.

    """
    if snapshots.ndim != 4:
        raise ValueError(
            f"snapshots must have shape (T, seeds, N, {mixture.dim}), got {tuple(snapshots.shape)}: were any kept?"
        )
    counts = [mode_report(samples, mixture, radius=radius).counts for samples in snapshots]
    return torch.stack(counts).double() / snapshots.shape[2]


def oscillation(occupancy: Tensor, *, max_lag: int | None = None) -> Oscillation:
    """Measure how modes take turns, from their occupancy over evenly spaced snapshots.

    With o_k(t) the occupancy of mode k and õ_k(t) = o_k(t) − its mean over time:

    - autocorrelation ρ(τ) = Σ_k Σ_{t < T − τ} õ_k(t) õ_k(t + τ) / Σ_k Σ_t õ_k(t)², which a pure wave of period P makes
      (1 − τ/T) cos(2πτ/P);
    - period T/f, with f ≥ 1 the frequency of the largest power Σ_k |FFT õ_k|²: exact for waves that fit T a whole
      number of times, else the nearest T/f;
    - strength, that frequency's share of the power at all f ≥ 1;
    - hop rate, changes of the fullest mode (`mode_hops`) over the snapshots that have one, less one.

    A run still learning drifts, which is variation at f = 1: pass snapshots from after the start. An oscillation faster
    than two snapshots a turn is folded to a longer period.

    Args:
        occupancy: (T, S, K) such as `mode_occupancy` gives, T ≥ 4.
        max_lag: L, at most T − 1; T // 2 without one.

    Raises:
        ValueError: the shape does not fit, a value is not finite, or the lag is out of range.

    Source: the usual sample estimates (Brockwell and Davis 1991, chapters 7 and 10), summed over modes.

    """
    if occupancy.ndim != 3 or occupancy.shape[0] < 4 or 0 in occupancy.shape:
        raise ValueError(f"occupancy must have shape (T, seeds, modes), T at least 4, got {tuple(occupancy.shape)}.")
    if not bool(occupancy.isfinite().all()):
        raise ValueError("occupancy holds NaN or infinite values: shares of samples are between 0 and 1.")
    length = occupancy.shape[0]
    lags = length // 2 if max_lag is None else max_lag
    if not 0 <= lags < length:
        raise ValueError(f"max_lag must lie between 0 and {length - 1}, got {max_lag}.")
    centred = occupancy.double() - occupancy.double().mean(0)
    energy = centred.square().sum((0, 2))  # (S,)
    still = energy <= 1e-20 * length
    products = [(centred[: length - lag] * centred[lag:]).sum((0, 2)) for lag in range(lags + 1)]
    correlation = torch.stack(products, 1) / energy[:, None]
    power = torch.fft.rfft(centred, dim=0).abs().square().sum(2)[1:]  # (F, S), frequencies 1…T//2
    if length % 2 == 0:
        power[-1] /= 2  # every other frequency stands for itself and its mirror image
    peak, best = power.max(0)
    return Oscillation(
        autocorrelation=torch.where(still[:, None], torch.nan, correlation),
        period=torch.where(still, torch.nan, length / (best.double() + 1)),
        strength=torch.where(still, torch.nan, peak / power.sum(0)),
        hop_rate=_hop_rate(occupancy),
    )


def _hop_rate(occupancy: Tensor) -> Tensor:
    """Give changes of the fullest mode over pairs of successive snapshots that have one, (T, S, K) -> (S,)."""
    rates = []
    for seed in occupancy.unbind(1):
        fullest = seed[seed.sum(1) > 0].argmax(1)  # the first of equals
        rates.append((fullest.diff() != 0).double().mean())  # NaN of nothing
    return torch.stack(rates)


class GameSpectrum(NamedTuple):
    """The linearised game of S runs with P_G + P_D = P weights each.

    Fields:
        eigenvalues: (S, P) complex128, by falling real part. Those with a positive real part drive the flow away; the
            imaginary parts are its angular speeds, in radians a unit of step size × step. All NaN for a seed whose
            Jacobian is not finite.
        jacobian: (S, P, P) float64, the generator's weights first, in the stacked networks' order.
        generator_size: P_G.
    """

    eigenvalues: Tensor
    jacobian: Tensor
    generator_size: int


def game_spectrum(
    generator: nn.Module,
    discriminator: nn.Module,
    real: Tensor,
    latents: Tensor,
    *,
    loss: str | GANLoss = "nonsaturating",
    penalty: str | Penalty | None = None,
    penalty_weight: float = 1.0,
    max_parameters: int = 2000,
) -> GameSpectrum:
    """Give the exact Jacobian of the joint gradient field of both networks, and its eigenvalues.

    v(w) = (−∂L_G/∂w_G, −∂L_D/∂w_D), L_D with its penalty, J_ij = ∂v_i/∂w_j, on the batches given and in float64. For
    plain gradient descent with step size h a simultaneous step is I + hJ; under Adam J says where the game turns, not
    how fast. An equilibrium has non-zero weights to spare, so expect eigenvalues at 0.

    Args:
        generator, discriminator: stacked networks, such as `run.generator`, or plain modules for one run. They are
            copied and left as they are, in the mode (train, eval) that they are in.
        real: (S, B, features…), or (B, features…) for plain modules.
        latents: (S, B, latent_dim), or (B, latent_dim), which says that the modules are plain.
        loss: a name in `LOSSES`, or a `GANLoss`.
        penalty: a name in `PENALTIES`, or a `Penalty`; what it draws is the same at every call, and what a penalty of
            your own detaches counts as constant.
        penalty_weight: as in `train`.
        max_parameters: the largest P allowed. Time grows as P³, memory as S P².

    Raises:
        ValueError: there are too many weights, a module is not stacked over the S seeds, or a batch does not fit.

    Source: Mescheder et al. 2017 (the numerics of GANs), §3; double backward instead of `torch.func`, in
    which penalties, themselves derivatives, cannot be taken.

    """
    if latents.ndim == 2:
        nets = [stack([net]) for net in (generator, discriminator)]
        real, latents = real[None], latents[None]
    else:
        nets = [copy.deepcopy(net) for net in (generator, discriminator)]
    _check_game(nets, real, latents, max_parameters)
    g, d = (net.cpu().double().requires_grad_(True) for net in nets)
    real, latents = (batch.detach().cpu().double() for batch in (real, latents))
    chosen = resolve_loss(loss) if isinstance(loss, str) else loss
    loss_g, loss_d = (side if chosen.seed_axis else vmap(side) for side in (chosen.g, chosen.d))
    players = list(g.parameters()), list(d.parameters())
    with torch.enable_grad():
        fake = g(latents)
        s_real, s_fake = _scores(d, real), _scores(d, fake)
        totals = [loss_g(s_real, s_fake).sum(), loss_d(s_real, s_fake).sum()]
        if penalty is not None:
            totals[1] = totals[1] + penalty_weight * _penalty(penalty, d, real, fake)
        slopes = [_slopes(total, own, keep=True) for total, own in zip(totals, players, strict=True)]
        field = -torch.cat(slopes, 1)  # (S, P)
        # A seed's field depends on its own weights alone, so one row of all seeds is one backward pass.
        rows = [_slopes(field[:, row].sum(), [*players[0], *players[1]], keep=False) for row in range(field.shape[1])]
    jacobian = torch.stack(rows, 1)
    values = eigenvalues(jacobian)
    order = values.real.argsort(dim=1, descending=True, stable=True)
    return GameSpectrum(values.gather(1, order), jacobian, slopes[0].shape[1])


def _check_game(nets: list[nn.Module], real: Tensor, latents: Tensor, limit: int) -> None:
    seeds = latents.shape[0]
    if real.ndim < 3 or real.shape[0] != seeds:
        raise ValueError(
            f"real and latents must have one seed axis, (S, B, …), or none, got {tuple(real.shape)} and "
            f"{tuple(latents.shape)}."
        )
    for net, name in zip(nets, ("generator", "discriminator"), strict=True):
        if any(weight.ndim == 0 or weight.shape[0] != seeds for weight in net.parameters()):
            raise ValueError(
                f"{name} is not stacked over {seeds} seeds: stack its copies, or pass plain modules with batches "
                "(B, …) that have no seed axis."
            )
    count = sum(weight[0].numel() for net in nets for weight in net.parameters())
    if count > limit:
        raise ValueError(
            f"the two networks have {count} weights a run and the Jacobian {count}² entries, more than "
            f"max_parameters={limit} allows: use smaller networks, or raise the limit."
        )


def _scores(net: nn.Module, points: Tensor) -> Tensor:
    out: Tensor = net(points)
    return out.squeeze(-1) if out.ndim == 3 else out


def _penalty(penalty: str | Penalty, net: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    found = resolve_penalty(penalty) if isinstance(penalty, str) else penalty
    with torch.random.fork_rng(devices=[]):  # the same random points at each call, the caller's state kept
        torch.default_generator.manual_seed(0)
        attached = {"detach": False} if found.attaches else {}  # D's field depends on G through the fakes
        value: Tensor = found.function(lambda x: _scores(net, x), real, fake, **attached)
    return value.sum()


def _slopes(total: Tensor, weights: list[nn.Parameter], *, keep: bool) -> Tensor:
    """Differentiate by every weight, as one matrix (S, P)."""
    slopes = torch.autograd.grad(total, weights, create_graph=keep, retain_graph=True, materialize_grads=True)
    return torch.cat([slope.flatten(1) for slope in slopes], 1)
