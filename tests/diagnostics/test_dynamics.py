"""Saturation, oscillation and the game's spectrum, against hand-made cases, scipy and the exact games."""

import math

import numpy as np
import pytest
import torch
from scipy import signal
from torch import Tensor, nn

from ganlab import ring
from ganlab.diagnostics import (
    accuracy,
    game_spectrum,
    mode_hops,
    mode_occupancy,
    oscillation,
    sample_variance,
    saturation,
)
from ganlab.games import dirac, jacobian
from ganlab.nets import mlp, stack
from ganlab.objectives import PENALTIES, GANLoss, Penalty, r1

# Saturation, accuracy, variance.


def test_saturation_counts_both_sides_beyond_the_logit() -> None:
    scores = torch.tensor([[4.1, -4.1, 4.0, -4.0], [0.0, 1.0, -1.0, 9.0], [math.inf, -math.inf, 5.0, -6.0]])
    assert saturation(scores).tolist() == [0.5, 0.25, 1.0]
    assert saturation(scores, logit=0.5).tolist() == [1.0, 0.75, 1.0]
    assert saturation(scores[1]).item() == 0.25


def test_accuracy_counts_the_right_side_and_half_of_a_tie() -> None:
    s_real = torch.tensor([[1.0, 2.0, -1.0, 3.0], [0.0, 0.0, 0.0, 0.0], [-1.0, -1.0, -1.0, -1.0]])
    s_fake = torch.tensor([[-1.0, 5.0], [0.0, 0.0], [1.0, 1.0]])
    assert accuracy(s_real, s_fake).tolist() == [0.5 * (0.75 + 0.5), 0.5, 0.0]


def test_sample_variance_equals_numpy() -> None:
    samples = torch.randn(3, 20, 2, generator=torch.Generator().manual_seed(0)) * torch.tensor([1.0, 4.0])
    expected = np.var(samples.double().numpy(), axis=1, ddof=1).mean(1)
    assert sample_variance(samples).tolist() == pytest.approx(expected.tolist(), rel=1e-12)
    assert sample_variance(samples[0]).tolist() == pytest.approx(expected[:1].tolist())
    images = samples.reshape(3, 20, 1, 2)
    assert torch.allclose(sample_variance(images), sample_variance(samples))


def test_a_seed_that_is_not_finite_is_nan_and_no_other() -> None:
    scores = torch.tensor([[5.0, math.nan], [5.0, 0.0]])
    assert saturation(scores).isnan().tolist() == [True, False]
    assert accuracy(scores, -scores).isnan().tolist() == [True, False]
    samples = torch.tensor([[[math.inf], [1.0]], [[1.0], [3.0]]])
    assert sample_variance(samples)[0].isnan() and sample_variance(samples)[1] == 2.0


# Oscillation.


def wave(length: int, period: float, modes: int = 2) -> Tensor:
    """Occupancies that turn through `modes` modes, (T, 1, K)."""
    time = 2 * math.pi * torch.arange(length).double() / period
    return torch.stack([0.5 + 0.4 * (time + 2 * math.pi * k / modes).cos() for k in range(modes)], -1)[:, None]


@pytest.mark.parametrize(("length", "period"), [(60, 12.0), (60, 2.0), (61, 61 / 7), (60, 60.0)])
def test_a_pure_wave(length: int, period: float) -> None:
    report = oscillation(wave(length, period, modes=4))
    lags = torch.arange(length // 2 + 1).double()
    expected = (1 - lags / length) * (2 * math.pi * lags / period).cos()
    assert report.period.item() == pytest.approx(period) and report.strength.item() == pytest.approx(1.0)
    assert torch.allclose(report.autocorrelation[0], expected, atol=1e-9)


def test_autocorrelation_and_spectrum_equal_numpy_and_scipy() -> None:
    for length in (40, 41):
        occupancy = torch.rand(length, 2, 3, generator=torch.Generator().manual_seed(length)).double()
        report = oscillation(occupancy, max_lag=length - 1)
        for seed in range(2):
            centred = (occupancy[:, seed] - occupancy[:, seed].mean(0)).numpy()
            full = sum(np.correlate(mode, mode, "full") for mode in centred.T)[length - 1 :]
            assert report.autocorrelation[seed].tolist() == pytest.approx((full / full[0]).tolist(), abs=1e-12)
            frequencies, power = signal.periodogram(centred, axis=0, detrend=False)
            power = power.sum(1)
            assert report.period[seed].item() == pytest.approx(1 / frequencies[power.argmax()])
            assert report.strength[seed].item() == pytest.approx(power.max() / power.sum())


def test_noise_has_the_strength_that_the_docstring_says() -> None:
    length = 100
    noise = torch.randn(length, 500, 1, generator=torch.Generator().manual_seed(0))
    expected = 2 * (math.log(length / 2) + 0.58) / length
    assert oscillation(noise).strength.mean().item() == pytest.approx(expected, rel=0.03)
    assert oscillation(noise.expand(-1, -1, 1).reshape(length, 50, 10)).strength.mean() < 0.6 * expected


def test_snapshots_to_hops_and_periods() -> None:
    """Four runs on the ring: one mode for ever, two modes in turn, three visits, never on a mode."""
    mixture, n = ring(), 10
    at = lambda k: mixture.modes[k].expand(n, 2) if k >= 0 else torch.zeros(n, 2)  # noqa: E731
    visits = [[2] * 12, [0, 0, 5, 5] * 3, [1, -1, 1, 3, -1, -1, 3, 3, 4, 4, 4, 4], [-1] * 12]
    snapshots = torch.stack([torch.stack([at(run[t]) for run in visits]) for t in range(12)])
    occupancy = mode_occupancy(snapshots, mixture)
    assert occupancy.shape == (12, 4, 8) and occupancy.sum(-1).T.tolist() == [
        [float(k >= 0) for k in run] for run in visits
    ]
    report = oscillation(occupancy)
    assert report.hop_rate[:3].tolist() == [0.0, 5 / 11, 2 / 8] and report.hop_rate[3].isnan()
    hops = mode_hops(snapshots, mixture).hops
    assert torch.equal(report.hop_rate[:3] * torch.tensor([11, 11, 8]), hops[:3].double())
    assert report.period[1].item() == 4.0 and report.strength[1].item() == pytest.approx(1.0)
    for values in (report.period, report.strength, report.autocorrelation[:, 1]):
        assert values.isnan().tolist() == [True, False, False, True]


def test_each_run_is_measured_alone() -> None:
    occupancy = torch.cat((wave(30, 10.0), wave(30, 5.0)), 1)
    together = oscillation(occupancy)
    assert together.period.tolist() == [10.0, 5.0]
    for k in range(2):
        for one, whole in zip(oscillation(occupancy[:, k : k + 1]), together, strict=True):
            assert torch.allclose(one[0], whole[k], atol=1e-12)


# The game's spectrum.

FEW, LATENTS = torch.randn(2, 6, 2, generator=torch.Generator().manual_seed(0)), torch.ones(2, 6, 1)


def point(theta: float, psi: float) -> tuple[nn.Module, nn.Module]:
    """The Dirac-GAN as networks: G(1) = θ and D(x) = ψx."""
    nets = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    for net, value in zip(nets, (theta, psi), strict=True):
        nn.init.constant_(net.weight, value)
    return nets


@pytest.mark.parametrize("loss", ["saturating", "nonsaturating", "wasserstein", "relativistic"])
@pytest.mark.parametrize(("penalty", "weight"), [(None, 0.0), ("r1", 0.3), ("wgan_gp", 0.4)])
def test_the_dirac_gan_as_networks_has_the_exact_games_jacobian(loss: str, penalty: str | None, weight: float) -> None:
    game = dirac(loss, penalty=penalty, penalty_weight=weight)
    for theta, psi in ((0.7, -1.25), (0.5, 0.75)):
        found = game_spectrum(
            *point(theta, psi), torch.zeros(3, 1), torch.ones(3, 1), loss=loss, penalty=penalty, penalty_weight=weight
        )
        expected = jacobian(game, [theta, psi])
        assert torch.allclose(found.jacobian[0], expected, atol=1e-6)  # the networks' weights are float32
        ours, theirs = (np.sort_complex(v.numpy()) for v in (found.eigenvalues[0], torch.linalg.eigvals(expected)))
        assert np.allclose(ours, theirs, atol=1e-6) and found.generator_size == 1


def test_at_the_equilibrium_the_eigenvalues_are_those_of_the_theory() -> None:
    values = game_spectrum(
        *point(0, 0), torch.zeros(3, 1), torch.ones(3, 1), loss="saturating", penalty="r1", penalty_weight=0.6
    ).eigenvalues[0]
    root = math.sqrt(0.25 - 0.09)
    assert sorted(values.imag.tolist()) == pytest.approx([-root, root]) and values.real.tolist() == pytest.approx(
        [-0.3] * 2
    )


def networks(seed: int) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(seed)
    return mlp([1, 3, 2], nn.Tanh), mlp([2, 4, 1], nn.Softplus)


@pytest.mark.parametrize("penalty", sorted(PENALTIES))
def test_the_jacobian_is_that_of_finite_differences(penalty: str) -> None:
    """The field from plain autograd at shifted weights, central differences; penalties of the fakes move with G."""
    g, d = (net.double() for net in networks(3))
    real, z = FEW[0].double(), torch.linspace(-1, 1, 6).double()[:, None]
    weights = torch.cat([p.detach().flatten() for p in (*g.parameters(), *d.parameters())])

    def field(w: Tensor) -> Tensor:
        nn.utils.vector_to_parameters(w, [*g.parameters(), *d.parameters()])
        s_real, s_fake = d(real).squeeze(-1), d(g(z)).squeeze(-1)
        l_g = nn.functional.softplus(-s_fake).mean()
        l_d = (nn.functional.softplus(-s_real) + nn.functional.softplus(s_fake)).mean()
        slopes_g = torch.autograd.grad(l_g, [*g.parameters()], retain_graph=True)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            value = PENALTIES[penalty].function(lambda x: d(x).squeeze(-1), real, g(z))
        slopes_d = torch.autograd.grad(l_d + 0.7 * value, [*d.parameters()])
        return -torch.cat([slope.flatten() for slope in (*slopes_g, *slopes_d)])

    steps = 1e-5 * torch.eye(len(weights)).double()
    expected = torch.stack([(field(weights + e) - field(weights - e)) / 2e-5 for e in steps], 1)
    nn.utils.vector_to_parameters(weights, [*g.parameters(), *d.parameters()])
    found = game_spectrum(g, d, real, z, penalty=penalty, penalty_weight=0.7)
    # A chain of linear layers is stacked as (in, out): compare what does not depend on the order of the weights.
    assert found.jacobian.shape == (1, 31, 31) and found.generator_size == 14
    for power in (1, 2, 3):
        powers = [torch.linalg.matrix_power(matrix, power).trace() for matrix in (found.jacobian[0], expected)]
        assert torch.allclose(*powers, rtol=1e-5)
    assert found.jacobian.norm() == pytest.approx(expected.norm().item(), rel=1e-7)
    assert bool((found.eigenvalues[0].real.diff() <= 0).all())
    assert found.eigenvalues.sum().real.item() == pytest.approx(expected.trace().item(), rel=1e-6)


def test_a_seed_that_is_not_finite_has_no_eigenvalues_and_costs_the_others_nothing() -> None:
    stacked = [stack([pair[i] for pair in (networks(0), networks(1))]) for i in range(2)]
    whole = game_spectrum(*stacked, FEW, LATENTS)
    broken = FEW.clone()
    broken[0, 0, 0] = torch.nan
    found = game_spectrum(*stacked, broken, LATENTS)
    assert bool(found.eigenvalues[0].isnan().all()) and torch.equal(found.eigenvalues[1], whole.eigenvalues[1])


def test_seeds_are_measured_as_if_alone_and_networks_stay_as_they_are() -> None:
    singles = [networks(k) for k in range(2)]
    stacked = [stack([pair[i] for pair in singles]) for i in range(2)]
    before = [p.clone() for net in stacked for p in net.parameters()]
    together = game_spectrum(*stacked, FEW, LATENTS, loss="saturating")
    for k in range(2):
        alone = game_spectrum(*singles[k], FEW[k], LATENTS[k], loss="saturating")
        assert torch.allclose(together.jacobian[k], alone.jacobian[0], atol=1e-9)
    assert (together.jacobian[0] - together.jacobian[1]).abs().max() > 1e-3
    after = [p for net in stacked for p in net.parameters()]
    assert all(p.dtype == torch.float32 and p.grad is None for p in after)
    assert all(torch.equal(one, two) for one, two in zip(before, after, strict=True))


def test_any_module_and_a_students_loss() -> None:
    """A module that is lifted by vmap, and a loss written for one run."""

    class Own(nn.Module):
        def __init__(self, net: nn.Module) -> None:
            super().__init__()
            self.net = net

        def forward(self, x: Tensor) -> Tensor:
            return self.net(x)

    g, d = networks(0)
    own = GANLoss(
        d=lambda real, fake: fake.mean() - real.mean() + real.square().mean(), g=lambda real, fake: -fake.mean()
    )
    lifted = GANLoss(
        d=lambda real, fake: fake.mean(-1) - real.mean(-1) + real.square().mean(-1),
        g=lambda real, fake: -fake.mean(-1),
        seed_axis=True,
    )
    one = game_spectrum(Own(g), Own(d), FEW[0], LATENTS[0], loss=own)
    two = game_spectrum(g, d, FEW[0], LATENTS[0], loss=lifted)
    assert torch.allclose(one.jacobian.diagonal(dim1=1, dim2=2).sum(), two.eigenvalues.sum().real)
    assert torch.allclose(one.jacobian.norm(), two.jacobian.norm(), rtol=1e-6)


def test_dropout_is_off_in_eval_mode() -> None:
    g, d = networks(2)
    dropped = nn.Sequential(d[0], d[1], nn.Dropout(0.5), d[2]).eval()
    with_it, without = (game_spectrum(g, net, FEW[0], LATENTS[0]).jacobian for net in (dropped, d))
    assert torch.allclose(with_it, without, atol=1e-12)


def test_a_penalty_that_draws_gives_the_same_spectrum_twice_and_keeps_the_callers_state() -> None:
    g, d = networks(1)
    twice = []
    for _ in range(2):
        torch.rand(1)  # another state of the caller's
        state = torch.get_rng_state()
        twice.append(game_spectrum(g, d, FEW[0], LATENTS[0], penalty="wgan_gp").jacobian)
        assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(*twice)
    without = game_spectrum(g, d, FEW[0], LATENTS[0]).jacobian
    assert (twice[0] - without).abs().max() > 1e-2
    passed = game_spectrum(g, d, FEW[0], LATENTS[0], penalty=Penalty(r1)).jacobian
    assert torch.equal(passed, game_spectrum(g, d, FEW[0], LATENTS[0], penalty="r1").jacobian)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: saturation(torch.zeros(3, 0)), "scores must have shape"),
        (lambda: saturation(torch.zeros(3), logit=0.0), "logit must be a finite number above 0, got 0.0"),
        (lambda: accuracy(torch.zeros(3, 0), torch.zeros(3, 2)), "s_real must have shape"),
        (lambda: accuracy(torch.zeros(3), torch.tensor(1.0)), "s_fake must have shape"),
        (lambda: sample_variance(torch.zeros(2, 1, 2)), r"N > 1, got \(2, 1, 2\)"),
        (lambda: mode_occupancy(torch.zeros(4, 10, 2), ring()), "snapshots must have shape"),
        (lambda: oscillation(torch.zeros(3, 2, 8)), "T at least 4, got"),
        (lambda: oscillation(torch.full((5, 2, 8), math.nan)), "occupancy holds NaN"),
        (lambda: oscillation(torch.zeros(5, 2, 8), max_lag=5), "max_lag must lie between 0 and 4, got 5"),
        (
            lambda: game_spectrum(*networks(0), FEW[0], LATENTS[0], max_parameters=30),
            "have 31 weights a run and the Jacobian 31² entries, more than max_parameters=30 allows",
        ),
        (lambda: game_spectrum(*networks(0), FEW, LATENTS), "generator is not stacked over 2 seeds"),
        (lambda: game_spectrum(*networks(0), FEW[0], LATENTS), "must have one seed axis"),
        (lambda: game_spectrum(*networks(0), FEW[0], LATENTS[0], loss="minimax"), "loss='minimax' is not known"),
    ],
)
def test_bad_input_says_what_is_wrong(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
