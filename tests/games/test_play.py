"""Updates against closed forms on the bilinear game, where each is a matrix."""

import math

import numpy as np
import pytest
import torch

from ganlab.games import DIRAC, START, UPDATES, Game, Update, dirac, play, spectral_radius, update_matrix, xy

STARTS = torch.tensor([[1.0, -1.0], [0.3, 0.8], [-2.0, 0.1]], dtype=torch.double)
VARIANTS = {
    **{kind: Update(kind) for kind in UPDATES},
    "momentum": Update(momentum=0.5),
    "alternating momentum": Update("alternating", momentum=-0.3, n_critic=2),
    "two time scales": Update(step_size=(0.1, 0.3)),
    "generator first": Update("alternating", first="generator"),
    "unrolled": Update("alternating", unroll=2),
    "several updates of G": Update("alternating", n_generator=3, n_critic=2),
    "weight decay": Update("alternating", weight_decay=0.05),
    "clipped gradients": Update("optimistic", clip_gradients=0.3),
}


def eigenvalues(update: Update, game=None) -> np.ndarray:
    return np.sort_complex(torch.linalg.eigvals(update_matrix(game or xy(), update)).numpy())


def roots(*coefficients: complex) -> list[complex]:
    """Of the polynomial and of its conjugate: the bilinear field has eigenvalues ±i."""
    return [*np.roots(coefficients), *np.roots(np.conj(coefficients))]


def assert_same_set(found: np.ndarray, expected: list[complex]) -> None:
    rest = list(expected)
    assert len(found) == len(rest)
    for value in found:
        nearest = min(rest, key=lambda z: abs(z - value))
        assert abs(nearest - value) < 1e-7  # double roots are only this well conditioned
        rest.remove(nearest)


@pytest.mark.parametrize("h", [0.05, 0.3, 1.0])
def test_each_simultaneous_step_multiplies_the_radius(h: float) -> None:
    path = play(xy(), STARTS, Update(step_size=h), steps=20)
    radii = path.norm(dim=-1)
    assert torch.allclose(radii[1:] / radii[:-1], torch.tensor(math.sqrt(1 + h * h), dtype=torch.double), rtol=1e-12)


@pytest.mark.parametrize("h", [0.05, 0.3, 1.9])
def test_alternating_keeps_the_area(h: float) -> None:
    """The product of the eigenvalues is 1, and below h = 2 both have modulus 1; θ² + ψ² ± hθψ is conserved."""
    for first, sign in (("generator", 1), ("discriminator", -1)):
        update = Update("alternating", step_size=h, first=first)
        values = eigenvalues(update)
        assert np.prod(values) == pytest.approx(1.0, abs=1e-12)
        assert np.abs(values) == pytest.approx([1.0, 1.0], abs=1e-12)
        theta, psi = play(xy(), STARTS, update, steps=50).unbind(-1)
        conserved = theta**2 + psi**2 - sign * h * theta * psi
        assert torch.allclose(conserved, conserved[0].expand_as(conserved), rtol=1e-9)
    assert np.abs(eigenvalues(Update("alternating", step_size=2.2))).max() > 1.5


@pytest.mark.parametrize("h", [0.2, 0.7, 1.5])
def test_extragradient_contracts_below_a_step_of_one(h: float) -> None:
    """λ = 1 − h² ± ih, |λ|² = 1 − h² + h⁴."""
    assert_same_set(eigenvalues(Update("extragradient", step_size=h)), [1 - h * h + 1j * h, 1 - h * h - 1j * h])
    rate = math.sqrt(1 - h**2 + h**4)
    radii = play(xy(), STARTS, Update("extragradient", step_size=h), steps=10).norm(dim=-1)
    assert torch.allclose(radii[1:] / radii[:-1], torch.tensor(rate, dtype=torch.double))
    assert (rate < 1) == (h < 1)


@pytest.mark.parametrize("h", [0.1, 0.4, 0.7])
def test_optimistic_steps(h: float) -> None:
    """λ² − (1 + 2hμ)λ + hμ = 0 with μ = ±i: converges on xy below h = 1/√3."""
    update = Update("optimistic", step_size=h)
    assert_same_set(eigenvalues(update), roots(1, -(1 + 2j * h), 1j * h))
    assert (spectral_radius(update_matrix(xy(), update)) < 1) == (h < 1 / math.sqrt(3))


def test_optimistic_begins_with_a_plain_step() -> None:
    plain, optimistic = (play(xy(), START, Update(kind), steps=1)[-1] for kind in ("simultaneous", "optimistic"))
    assert torch.allclose(plain, optimistic)


@pytest.mark.parametrize("beta", [-0.5, 0.4, 0.9])
def test_momentum(beta: float) -> None:
    """Heavy ball: λ² − (1 + β + hμ)λ + β = 0; no β makes simultaneous steps converge on xy."""
    h = 0.2
    update = Update(step_size=h, momentum=beta)
    assert_same_set(eigenvalues(update), roots(1, -(1 + beta + 1j * h), beta))
    assert spectral_radius(update_matrix(xy(), update)) > 1


def test_momentum_is_that_of_sgd() -> None:
    """On L_G = ½θ², L_D = ½ψ² both players are plain minimisers, so torch.optim.SGD is the oracle."""
    game = Game(lambda theta, psi: 0.5 * theta**2, lambda theta, psi: 0.5 * psi**2)
    w = torch.tensor([1.0, -2.0], dtype=torch.double, requires_grad=True)
    sgd = torch.optim.SGD([w], lr=0.1, momentum=0.7)
    for _ in range(25):
        sgd.zero_grad()
        (0.5 * w.square().sum()).backward()
        sgd.step()
    for kind in ("simultaneous", "alternating"):
        end = play(game, [1.0, -2.0], Update(kind, step_size=0.1, momentum=0.7), steps=25)[-1]
        assert torch.allclose(end, w.detach(), atol=1e-12)


def test_negative_momentum_makes_alternating_steps_converge() -> None:
    """Gidel et al. 2019 (negative momentum): β = −½ converges on the bilinear game, β = 0 and ½ do not."""
    negative, none, positive = (
        spectral_radius(update_matrix(xy(), Update("alternating", step_size=0.5, momentum=beta))).item()
        for beta in (-0.5, 0.0, 0.5)
    )
    assert negative < 0.99 and none == pytest.approx(1.0, abs=1e-9) and positive > 1.01


def test_two_time_scales_and_more_critic_steps() -> None:
    """Simultaneous on xy: |λ|² = 1 + h_G h_D. k steps of D with step h are one with kh, as D's slope is constant."""
    assert np.abs(eigenvalues(Update(step_size=(0.1, 0.4)))) ** 2 == pytest.approx([1.04] * 2, abs=1e-12)
    often = play(xy(), STARTS, Update("alternating", step_size=0.1, n_critic=4), steps=30)
    wide = play(xy(), STARTS, Update("alternating", step_size=(0.1, 0.4)), steps=30)
    assert torch.allclose(often, wide, atol=1e-12)


def test_the_order_of_players_moves_trajectories_and_not_eigenvalues() -> None:
    game = DIRAC["r1"]
    g, d = (Update("alternating", n_critic=3, first=first) for first in ("generator", "discriminator"))
    assert_same_set(eigenvalues(g, game), list(eigenvalues(d, game)))
    assert (play(game, START, g, steps=5)[-1] - play(game, START, d, steps=5)[-1]).abs().max() > 0.01


@pytest.mark.parametrize("unroll", [1, 3, 4])
def test_unrolling_makes_the_bilinear_game_converge(unroll: int) -> None:
    """On xy ψ_K = ψ + Khθ, so dL_G(θ, ψ_K)/dθ = ψ + 2Khθ: the update has determinant 1 − 2Kh², trace 2 − (2K + 1)h²."""
    h = 0.2
    update = Update("alternating", step_size=h, unroll=unroll)
    matrix = update_matrix(xy(), update)
    assert torch.linalg.det(matrix).item() == pytest.approx(1 - 2 * unroll * h**2, abs=1e-12)
    assert matrix.trace().item() == pytest.approx(2 - (2 * unroll + 1) * h**2, abs=1e-12)
    assert spectral_radius(matrix).item() == pytest.approx(math.sqrt(1 - 2 * unroll * h**2), abs=1e-12)
    theta, psi = 1.0, -1.0
    for _ in range(5):
        psi += h * theta
        theta -= h * (psi + 2 * unroll * h * theta)
    assert play(xy(), START, update, steps=5)[-1].tolist() == pytest.approx([theta, psi], abs=1e-12)


def test_one_unrolled_step_of_the_dirac_gan_in_closed_form() -> None:
    """L_D = softplus(ψθ) + ln 2 and L_G = −softplus(ψ₁θ), ψ₁ = ψ − h_D θ σ(ψθ), which moves with θ."""
    sigma = lambda x: 1 / (1 + math.exp(-x))  # noqa: E731
    h_g, h_d, theta, psi = 0.3, 0.7, 0.8, 1.3
    s = sigma(psi * theta)
    after = psi - h_d * theta * s
    moves = -h_d * (s + theta * psi * s * (1 - s))
    expected = theta + h_g * sigma(after * theta) * (after + theta * moves)
    update = Update("alternating", step_size=(h_g, h_d), unroll=1, first="generator")
    end = play(dirac("saturating"), [theta, psi], update, steps=1)[-1]
    assert end[0].item() == pytest.approx(expected, abs=1e-12)
    # Without the gradient through D's answer the step is another one.
    assert abs(theta + h_g * sigma(after * theta) * after - expected) > 0.05


def test_several_updates_of_the_generator() -> None:
    """On xy G's slope is constant while D rests: k steps with h are one with kh."""
    often = play(xy(), STARTS, Update("alternating", step_size=0.1, n_generator=4), steps=30)
    wide = play(xy(), STARTS, Update("alternating", step_size=(0.4, 0.1)), steps=30)
    assert torch.allclose(often, wide, atol=1e-12)


def test_clipped_gradients_bound_each_step() -> None:
    path = play(xy(), [3.0, -0.05], Update(clip_gradients=0.1, step_size=0.5), steps=1)
    assert (path[1] - path[0]).tolist() == pytest.approx([0.5 * 0.05, 0.5 * 0.1])  # v = (−ψ, θ), ψ's slope clipped
    near = Update(step_size=0.1, clip_gradients=50.0)
    assert torch.equal(play(xy(), STARTS, near, steps=9), play(xy(), STARTS, Update(step_size=0.1), steps=9))


@pytest.mark.parametrize("decay", [0.1, 0.4])
def test_weight_decay_brakes_both_players(decay: float) -> None:
    """Simultaneous on xy: λ = 1 − h·decay ± ih, so it converges iff 2 decay > h (decay² + 1)."""
    h = 0.3
    update = Update(step_size=h, weight_decay=decay)
    assert_same_set(eigenvalues(update), [1 - h * decay + 1j * h, 1 - h * decay - 1j * h])
    assert (spectral_radius(update_matrix(xy(), update)) < 1) == (2 * decay > h * (decay**2 + 1))


@pytest.mark.parametrize("name", VARIANTS)
class TestEveryUpdate:
    def test_the_update_matrix_is_that_of_finite_differences(self, name: str) -> None:
        update, game, reach = VARIANTS[name], DIRAC["nonsaturating_r1"], 1e-6
        matrix = update_matrix(game, update, [0.4, -0.2])
        size = 4 if update.remembers else 2
        state = torch.tensor([0.4, -0.2, 0.0, 0.0], dtype=torch.double)[:size]
        columns = [
            (update(game, state + e) - update(game, state - e)) / (2 * reach) for e in reach * torch.eye(size).double()
        ]
        assert matrix.shape == (size, size)
        assert torch.allclose(matrix, torch.stack(columns, -1), atol=1e-8)

    def test_near_the_equilibrium_a_trajectory_follows_its_matrix(self, name: str) -> None:
        update, game = VARIANTS[name], DIRAC["r1"]
        start = torch.tensor([1e-5, -2e-5], dtype=torch.double)
        state, matrix = update.start(game, start), update_matrix(game, update)
        for _ in range(30):
            state = matrix @ state
        assert torch.allclose(play(game, start, update, steps=30)[-1], state[:2], rtol=1e-6, atol=1e-12)

    def test_many_starts_are_played_as_if_alone(self, name: str) -> None:
        together = play(DIRAC["r1"], STARTS, VARIANTS[name], steps=8)
        assert together.shape == (9, 3, 2) and torch.equal(together[0], STARTS)
        for k in range(3):
            assert torch.allclose(together[:, k], play(DIRAC["r1"], STARTS[k], VARIANTS[name], steps=8), atol=1e-14)

    def test_clips_the_discriminator_and_never_the_generator(self, name: str) -> None:
        theta, psi = play(dirac("wasserstein", clip=0.5), [0.8, 3.0], VARIANTS[name], steps=60).unbind(-1)
        assert psi.abs().max() == 0.5 and theta.abs().max() > 0.7


def test_extragradient_looks_ahead_within_the_clip() -> None:
    """From (1, −.5) the look-ahead would be ψ = −.7; clipped it is −.5, so θ moves by h · (−.5)."""
    end = play(dirac("wasserstein", clip=0.5), [1.0, -0.5], Update("extragradient", step_size=0.2), steps=1)[-1]
    assert end.tolist() == pytest.approx([0.9, -0.5])


def test_a_step_of_your_own() -> None:
    own = Update(lambda game, w, h: w + h * game.field(w), step_size=0.3)
    assert torch.equal(play(DIRAC["r1"], START, own, steps=9), play(DIRAC["r1"], START, Update(step_size=0.3), steps=9))
    assert torch.allclose(update_matrix(xy(), own), update_matrix(xy(), Update(step_size=0.3)))
    clipped = DIRAC["weight_clipping"]
    assert torch.equal(play(clipped, START, own, steps=9), play(clipped, START, Update(step_size=0.3), steps=9))


def test_no_steps_give_the_start_alone() -> None:
    assert play(xy(), [1.0, 2.0], Update(), steps=0).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "sgd"}, "update 'sgd' is not known: use one of 'simultaneous', 'alternating'"),
        ({"step_size": 0.0}, "step_size must be one finite number above 0"),
        ({"step_size": (0.1, math.inf)}, "step_size must be one finite number above 0"),
        ({"step_size": (0.1, 0.1, 0.1)}, "step_size must be"),
        ({"momentum": 1.0}, "momentum must lie between -1 and 1, got 1.0"),
        ({"kind": "optimistic", "momentum": 0.5}, "not for 'optimistic'"),
        ({"kind": "alternating", "n_critic": 0}, "n_critic must be a whole number of 1 or more, got 0"),
        ({"n_critic": 5}, "n_critic=5 needs 'alternating' updates, not 'simultaneous'"),
        ({"kind": "alternating", "n_generator": 0}, "n_generator must be a whole number of 1 or more, got 0"),
        ({"n_generator": 2}, "n_generator=2 needs 'alternating' updates, not 'simultaneous'"),
        ({"kind": "alternating", "unroll": 1.5}, "unroll must be a whole number of 0 or more, got 1.5"),
        ({"unroll": 1}, "unroll=1 needs 'alternating' updates, not 'simultaneous'"),
        (
            {"kind": "alternating", "unroll": 2, "momentum": 0.5},
            "unroll=2 takes plain steps .* leaves out momentum=0.5",
        ),
        ({"clip_gradients": -1.0}, "clip_gradients must be a finite number of 0 or more, got -1.0"),
        ({"weight_decay": math.nan}, "weight_decay must be a finite number of 0 or more, got nan"),
        ({"kind": lambda game, w, h: w, "weight_decay": 0.1}, "no effect on a step of your own"),
        ({"first": "critic"}, "first must be 'generator' or 'discriminator', got 'critic'"),
    ],
)
def test_bad_updates_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Update(**settings)


def test_unrolled_steps_are_not_defined_with_consensus() -> None:
    with pytest.raises(ValueError, match="unrolled steps are not defined with consensus=0.5.*Mescheder et al. 2017"):
        play(xy(consensus=0.5), START, Update("alternating", unroll=1), steps=1)


def test_negative_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="steps must be 0 or more, got -1"):
        play(xy(), [1.0, 1.0], Update(), steps=-1)


def test_the_spectral_radius_of_what_is_not_finite_is_nan() -> None:
    """LAPACK may end the process on NaN: such matrices must not reach it."""
    radii = spectral_radius(
        torch.tensor([[[0.0, 2.0], [0.0, 0.5]], [[torch.nan, 0], [0, 1]], [[torch.inf, 0], [0, 1]]])
    )
    assert radii[0].item() == pytest.approx(0.5) and bool(radii[1:].isnan().all())
    wild = update_matrix(xy(), Update("alternating", step_size=1e200, n_critic=3))
    assert bool(spectral_radius(wild).isnan().all())
