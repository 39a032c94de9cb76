"""One suite for every loss of the registry, then the exact facts of single ones."""

import math

import pytest
import torch
from scipy.spatial.distance import jensenshannon
from torch import Tensor, nn
from torch.func import grad, vmap

from ganlab.objectives import LOSSES, label_smoothing, resolve_loss

S, B = 3, 7


def scores() -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(0)
    return (2 * torch.randn(S, B, generator=g)).double(), (2 * torch.randn(S, B, generator=g)).double()


@pytest.mark.parametrize("name", LOSSES)
class TestEveryLoss:
    def test_gives_one_number_a_run_and_runs_do_not_mix(self, name: str) -> None:
        loss, (real, fake) = LOSSES[name], scores()
        for side in (loss.d, loss.g):
            together = side(real, fake)
            assert together.shape == (S,)
            alone = torch.stack([side(r, f) for r, f in zip(real, fake, strict=True)])
            assert torch.allclose(together, alone, rtol=1e-12)

    def test_does_not_depend_on_the_batch_size(self, name: str) -> None:
        loss, (real, fake) = LOSSES[name], scores()
        for side in (loss.d, loss.g):
            doubled = side(real.repeat(1, 2), fake.repeat(1, 2))
            assert torch.allclose(side(real, fake), doubled, rtol=1e-12)

    def test_stays_finite_with_finite_gradients_at_large_scores(self, name: str) -> None:
        for s_real, s_fake in ((120.0, -120.0), (-120.0, 120.0), (120.0, 120.0), (-120.0, -120.0)):
            real = torch.full((B,), s_real, requires_grad=True)
            fake = torch.full((B,), s_fake, requires_grad=True)
            for side in (LOSSES[name].d, LOSSES[name].g):
                value = side(real, fake)
                slopes = torch.autograd.grad(value, (real, fake), materialize_grads=True)
                assert value.isfinite() and all(bool(s.isfinite().all()) for s in slopes)

    def test_d_pulls_real_scores_up_and_fake_scores_down(self, name: str) -> None:
        real = fake = torch.full((B,), 0.5)  # least squares has its fake target at 0
        slope_real, slope_fake = grad(LOSSES[name].d, (0, 1))(real, fake)
        assert bool((slope_real < 0).all()) and bool((slope_fake > 0).all())

    def test_g_pulls_fake_scores_up(self, name: str) -> None:
        slope = grad(LOSSES[name].g, 1)(torch.zeros(B), torch.zeros(B))
        assert bool((slope < 0).all())

    def test_says_truly_whether_g_looks_at_real_scores(self, name: str) -> None:
        real, fake = scores()
        slopes = vmap(grad(LOSSES[name].g, 0))(real, fake)
        assert bool(slopes.any()) == LOSSES[name].g_uses_real

    def test_names_its_source(self, name: str) -> None:
        assert LOSSES[name].source and LOSSES[name].seed_axis


def test_cross_entropy_equals_torch() -> None:
    real, fake = scores()
    bce = nn.BCEWithLogitsLoss()
    expected = bce(real[0], torch.ones(B).double()) + bce(fake[0], torch.zeros(B).double())
    for name in ("saturating", "nonsaturating"):
        assert LOSSES[name].d(real[0], fake[0]).item() == pytest.approx(expected.item(), rel=1e-12)
    g = bce(fake[0], torch.ones(B).double())
    assert LOSSES["nonsaturating"].g(real[0], fake[0]).item() == pytest.approx(g.item(), rel=1e-12)


def test_slopes_of_the_generator_losses() -> None:
    real, fake = scores()
    slope = {name: grad(LOSSES[name].g, 1)(real[0], fake[0]) for name in LOSSES}
    assert torch.allclose(slope["saturating"], -torch.sigmoid(fake[0]) / B)
    assert torch.allclose(slope["nonsaturating"], -torch.sigmoid(-fake[0]) / B)
    # Their ratio is e^(−s): what a generator far below gains by the change.
    assert torch.allclose(slope["nonsaturating"] / slope["saturating"], (-fake[0]).exp())
    assert torch.allclose(slope["relativistic"], -torch.sigmoid(real[0] - fake[0]) / B)
    assert torch.allclose(grad(LOSSES["relativistic"].d, 0)(real[0], fake[0]), -torch.sigmoid(fake[0] - real[0]) / B)


def test_the_slope_survives_where_log_of_sigmoid_plus_eps_loses_it() -> None:
    score = torch.tensor([-30.0])
    slope = grad(LOSSES["nonsaturating"].g, 1)(score, score)
    assert slope.item() == pytest.approx(-1.0, abs=1e-6)


def test_equilibrium_values_at_zero_scores() -> None:
    zero = torch.zeros(B, dtype=torch.double)
    expected = {
        "saturating": 2 * math.log(2),
        "nonsaturating": 2 * math.log(2),
        "hinge": 2.0,
        "wasserstein": 0.0,
        "relativistic": math.log(2),
    }
    for name, value in expected.items():
        assert LOSSES[name].d(zero, zero).item() == pytest.approx(value, abs=1e-12)


FAR = torch.full((1,), 60.0, dtype=torch.double)  # a score so sure that its own term is 0


def optimum(loss_d, p: float, q: float) -> float:
    """Find the score that minimises D's loss where real and generated densities are p and q, by Newton's method."""

    def value(s: Tensor) -> Tensor:
        # A per-sample loss with weights p and q: real and fake parts are separated by zero-slope partners.
        real = loss_d(s[None], torch.zeros(1, dtype=torch.double))
        fake = loss_d(torch.zeros(1, dtype=torch.double), s[None])
        return p * real + q * fake

    s = torch.zeros((), dtype=torch.double)
    for _ in range(50):
        s = s - grad(value)(s) / grad(grad(value))(s)
    return s.item()


@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (1.0, 3.0), (0.2, 0.1)])
def test_optimal_discriminators(p: float, q: float) -> None:
    best = torch.sigmoid(torch.tensor(optimum(LOSSES["nonsaturating"].d, p, q)))
    assert best.item() == pytest.approx(p / (p + q), abs=1e-6)
    smooth = torch.sigmoid(torch.tensor(optimum(label_smoothing(0.9, 0.1).d, p, q)))
    assert smooth.item() == pytest.approx((0.9 * p + 0.1 * q) / (p + q), abs=1e-6)
    # Least squares with a = 0, b = 1.
    assert optimum(LOSSES["least_squares"].d, p, q) == pytest.approx(p / (p + q), abs=1e-9)


CELLS = torch.tensor([[0.5, 0.1], [0.2, 0.3], [0.25, 0.05], [0.05, 0.55]], dtype=torch.double)  # p and q of each cell


def test_the_best_hinge_critic_is_the_sign_and_its_loss_counts_the_total_variation() -> None:
    grid = torch.linspace(-3, 3, 6001, dtype=torch.double)
    p, q = CELLS.unbind(1)
    far = torch.full_like(grid, 9.0)  # a partner whose own term is 0
    real, fake = LOSSES["hinge"].d(grid[:, None], -far[:, None]), LOSSES["hinge"].d(far[:, None], grid[:, None])
    values = p[:, None] * real + q[:, None] * fake  # (cells, grid)
    best = values.min(1)
    assert grid[best.indices].tolist() == pytest.approx((p - q).sign().tolist(), abs=1e-9)
    variation = 0.5 * (p - q).abs().sum()
    assert best.values.sum().item() == pytest.approx(2 * (1 - variation.item()), abs=1e-9)


def test_the_best_discriminator_measures_the_jensen_shannon_divergence() -> None:
    """V = −L_D = −ln 4 + 2 JS, with SciPy's JS; ln 2 on disjoint supports, where V = 0."""
    p, q = CELLS.unbind(1)
    d = LOSSES["saturating"].d
    scores = torch.tensor([optimum(d, a, b) for a, b in CELLS.tolist()], dtype=torch.double)
    loss = sum(a * d(s[None], -FAR) + b * d(FAR, s[None]) for (a, b), s in zip(CELLS, scores, strict=True))
    divergence = jensenshannon(p.numpy(), q.numpy()) ** 2
    assert 0.1 < divergence < 0.3
    assert -loss.item() == pytest.approx(-math.log(4) + 2 * divergence, abs=1e-9)
    apart = jensenshannon([0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]) ** 2
    assert apart == pytest.approx(math.log(2), abs=1e-12)
    assert -d(FAR, -FAR).item() == pytest.approx(-math.log(4) + 2 * apart, abs=1e-9)


@pytest.mark.parametrize(("score", "lost"), [(-20.0, -0.17), (-30.0, -1e-5)])
def test_log_of_sigmoid_plus_eps_has_lost_its_slope(score: float, lost: float) -> None:
    """Its slope is −σ(1 − σ)/(σ + ε) with ε = 1e-8, where that of the non-saturating loss is −1."""
    s = torch.tensor([score], dtype=torch.double)
    assert grad(lambda x: -(x.sigmoid() + 1e-8).log().mean())(s).item() == pytest.approx(lost, rel=0.07)
    assert grad(LOSSES["nonsaturating"].g, 1)(s, s).item() == pytest.approx(-1.0, abs=1e-8)


def test_one_sided_smoothing_at_equilibrium() -> None:
    logit = optimum(label_smoothing(0.9).d, 1, 1)
    assert logit == pytest.approx(math.log(0.45 / 0.55), abs=1e-6)
    assert logit == pytest.approx(-0.2007, abs=1e-4)
    s = torch.tensor([logit], dtype=torch.double)
    assert label_smoothing(0.9).d(s, s).item() == pytest.approx(1.3763, abs=1e-4)


def test_two_sided_smoothing_loses_its_slope_where_data_is_rare() -> None:
    """As p/q → 0, d logit / d ln(p/q) → 1 one-sided and 8.89 p/q → 0 with labels .9/.1."""
    ratio, step = 1e-4, 1e-4

    def slope(fake_label: float) -> float:
        d = label_smoothing(0.9, fake_label).d
        return (optimum(d, ratio * math.exp(step), 1.0) - optimum(d, ratio * math.exp(-step), 1.0)) / (2 * step)

    assert slope(0.0) == pytest.approx(1.0, abs=2e-3)
    assert slope(0.1) == pytest.approx(8.89 * ratio, rel=0.01)


def test_collapse_on_k_of_K_modes_against_the_best_discriminator() -> None:
    for k, expected in ((1, 0.392), (4, 0.955), (6, 1.195), (8, 1.386)):
        # On covered modes p/q = k/K; elsewhere D is sure, and its loss there is 0.
        score = torch.tensor([math.log(k / 8)], dtype=torch.double)
        real = torch.cat((score.expand(k), torch.full((8 - k,), 60.0)))
        assert LOSSES["nonsaturating"].d(real, score.expand(8)).item() == pytest.approx(expected, abs=6e-4)


def test_relativistic_losses_ignore_a_common_shift() -> None:
    real, fake = scores()
    loss = LOSSES["relativistic"]
    assert torch.allclose(loss.d(real, fake), loss.d(real + 5, fake + 5))
    assert torch.allclose(loss.g(real, fake), loss.g(real + 5, fake + 5))


@pytest.mark.parametrize(("real", "fake"), [(1.1, 0.0), (0.9, -0.1), (0.4, 0.4), (0.2, 0.6)])
def test_labels_must_be_probabilities_in_order(real: float, fake: float) -> None:
    with pytest.raises(ValueError, match="0 <= fake_label < real_label <= 1, got"):
        label_smoothing(real, fake)


def test_an_unknown_loss_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"loss='nonsat' is not known: use one of 'saturating', 'nonsaturating'"):
        resolve_loss("nonsat")
