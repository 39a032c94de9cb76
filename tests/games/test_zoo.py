"""The Dirac-GAN's exact facts (Mescheder et al. 2017, 2018): fields, eigenvalues, and where 500 steps end."""

import math

import pytest
import torch
from scipy import integrate, special
from torch.nn.functional import softplus

from ganlab.games import DIRAC, START, Update, dirac, jacobian, play, spectral_radius, update_matrix, vector_field, xy
from ganlab.objectives import PENALTIES, GANLoss

C = 0.5  # f′(0) of the cross-entropy losses
GRID = vector_field(xy(), limit=2.0, size=9)[0]


def flow(game) -> torch.Tensor:
    """Eigenvalues of the flow at the equilibrium, by imaginary part, then real part."""
    values = torch.linalg.eigvals(jacobian(game, [0.0, 0.0]))
    return torch.tensor(sorted(values.tolist(), key=lambda z: (round(z.imag, 9), z.real)))


def pair(trace_half: float, determinant: float) -> torch.Tensor:
    """Both roots of λ² − 2aλ + d, in the same order."""
    root = complex(trace_half**2 - determinant) ** 0.5
    return torch.tensor(sorted((trace_half - root, trace_half + root), key=lambda z: (round(z.imag, 9), z.real)))


@pytest.mark.parametrize(
    ("game", "trace_half", "determinant"),
    [
        (DIRAC["saturating"], 0.0, C**2),  # ±ic
        (DIRAC["nonsaturating"], 0.0, C**2),
        (DIRAC["relativistic"], 0.0, C**2),
        (DIRAC["wasserstein"], 0.0, 1.0),
        (xy(), 0.0, 1.0),
        *[(dirac(penalty="r1", penalty_weight=g), -g / 2, C**2) for g in (0.3, 0.999, 1.001, 2.0)],
        *[(dirac(penalty="r2", penalty_weight=g), -g / 2, C**2) for g in (0.3, 2.0)],
        (xy(penalty="r1", penalty_weight=0.8), -0.4, 1.0),
        # σ²f″(0) ± √(σ⁴f″(0)² − c²), f″(0) = −¼.
        *[(dirac(noise=s), -(s**2) / 4, C**2) for s in (0.3, 0.7, 1.3)],
        # −γc² ± ic.
        *[(dirac(consensus=g), -g * C**2, (g * C**2) ** 2 + C**2) for g in (0.5, 1.0)],
        (xy(consensus=0.6), -0.6, 1.36),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_eigenvalues_of_the_flow(game, trace_half: float, determinant: float) -> None:
    assert torch.allclose(flow(game), pair(trace_half, determinant).to(flow(game)), atol=1e-9)


def test_r1_is_critical_at_twice_c() -> None:
    """Below γ = 2c the eigenvalues are complex, above both are real."""
    below, above = (flow(dirac(penalty="r1", penalty_weight=g)).imag.abs().max() for g in (0.99 * 2 * C, 1.01 * 2 * C))
    assert below > 0.05 and above == 0


def test_the_saturating_flow_turns_and_no_more() -> None:
    """θ² + ψ² is conserved: the field is at right angles to the point, here and under xy, and not under NS."""
    for game in (DIRAC["saturating"], DIRAC["wasserstein"], xy()):
        field = game.field(GRID)
        assert (field * GRID).sum(-1).abs().max() < 1e-15 and field.abs().max() > 0.5
    inwards = (DIRAC["nonsaturating"].field(GRID) * GRID).sum(-1)
    product = GRID.prod(-1)
    assert torch.allclose(inwards, -product * torch.tanh(product / 2))


def test_fields_in_closed_form() -> None:
    theta, psi = GRID.unbind(-1)
    s = theta * psi
    for name, v in {
        "saturating": (psi * torch.sigmoid(s), -theta * torch.sigmoid(s)),
        "nonsaturating": (psi * torch.sigmoid(-s), -theta * torch.sigmoid(s)),
        "wasserstein": (psi, -theta),
        "wgan_gp": (psi, -theta - 0.7 * (psi.abs() - 1) * psi.sign()),
        "r1": (psi * torch.sigmoid(s), -theta * torch.sigmoid(s) - 0.3 * psi),
    }.items():
        assert torch.allclose(DIRAC[name].field(GRID), torch.stack(v, -1), atol=1e-14), name


def test_games_that_are_one_game() -> None:
    """RpGAN has the saturating field if zero-sum and the non-saturating one if each player minimises its own softplus.

    D is linear, so R2 is R1; xy is the Wasserstein Dirac-GAN with ψ mirrored.
    """
    for one, other in (("relativistic", "nonsaturating"), ("relativistic_zero_sum", "saturating"), ("r2", "r1")):
        assert torch.allclose(DIRAC[one].field(GRID), DIRAC[other].field(GRID), atol=1e-15)
    assert (DIRAC["relativistic"].field(GRID) - DIRAC["saturating"].field(GRID)).abs().max() > 0.5
    mirror = torch.tensor([1.0, -1.0]).double()
    assert torch.allclose(xy().field(GRID * mirror) * mirror, DIRAC["wasserstein"].field(GRID))


@pytest.mark.parametrize("name", PENALTIES)
def test_every_penalty_plays_and_pulls_the_discriminator_alone(name: str) -> None:
    """D is linear, so a penalty is a function of ψ: odd in its pull, the same at every θ, and without side effects."""
    before = torch.get_rng_state()
    game = dirac(penalty=name, penalty_weight=0.4)
    pull = game.field(GRID) - DIRAC["saturating"].field(GRID)
    assert torch.equal(torch.get_rng_state(), before)
    assert pull[..., 0].abs().max() < 1e-14 and pull[..., 1].abs().max() > 0.3
    assert torch.allclose(pull, pull[:, :1].expand_as(pull), atol=1e-14)
    assert torch.allclose(pull, -pull.flip(0), atol=1e-14)
    assert torch.equal(game.field(GRID), game.field(GRID))


def test_instance_noise_is_averaged_exactly() -> None:
    std, theta, psi = 0.7, 0.8, -1.3

    def mean(function) -> float:
        normal = lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi)  # noqa: E731
        return integrate.quad(lambda z: function(std * z) * normal(z), -12, 12, epsabs=1e-12)[0]

    v_theta = mean(lambda e: psi * special.expit(psi * (theta + e)))
    v_psi = mean(lambda e: e * special.expit(-psi * e) - (theta + e) * special.expit(psi * (theta + e)))
    assert DIRAC["instance_noise"].field([theta, psi]).tolist() == pytest.approx([v_theta, v_psi], abs=1e-9)


@pytest.mark.parametrize(
    ("name", "simultaneous", "alternating", "tolerance"),
    [
        ("saturating", 3.097, 1.421, 5e-4),
        ("nonsaturating", 0.640, 0.284, 5e-4),
        ("weight_clipping", 1.002, 1.024, 5e-4),
        ("wgan_gp", 1.802, 1.221, 5e-4),
        ("r1", 0.0, 0.0, 5e-6),
    ],
)
def test_final_radii_of_the_table(name: str, simultaneous: float, alternating: float, tolerance: float) -> None:
    """h = .2, 500 steps, the paper's θ₀ = ψ₀ = 1 and its order of players, the generator first."""
    for kind, radius in (("simultaneous", simultaneous), ("alternating", alternating)):
        end = play(DIRAC[name], START, Update(kind, step_size=0.2, first="generator"), steps=500)[-1]
        assert end.norm().item() == pytest.approx(radius, abs=tolerance)


def test_the_other_quadrant_ends_elsewhere() -> None:
    """The field depends on the sign of θψ: the table cannot be had from θ = ψ = 1 with scores higher for real."""
    end = play(DIRAC["saturating"], [1.0, 1.0], Update(), steps=500)[-1]
    assert end.norm().item() == pytest.approx(3.353, abs=5e-4)


def test_nonsaturating_converges_sublinearly() -> None:
    """On the slow scale d(r²)/dt = −r⁴/8, so r² = 8/(t + 8/r₀²), which is √(8/t) in the end."""
    path = play(DIRAC["nonsaturating"], START, Update("alternating", step_size=0.2), steps=1000)
    half_turn = 16  # steps, of 63 a turn: r² wavers within a turn
    at = (250, 600, 980)
    squared = torch.stack([path[k - half_turn : k + half_turn].square().sum(-1).mean() for k in at])
    assert torch.allclose(squared, 8 / (0.2 * torch.tensor(at).double() + 4), rtol=0.01)


@pytest.mark.parametrize("gamma", [0.2, 0.5, 0.9])
def test_r1_simultaneous_is_stable_iff_the_step_is_below_gamma_over_c_squared(gamma: float) -> None:
    game = dirac(penalty="r1", penalty_weight=gamma)
    inside, outside = (spectral_radius(update_matrix(game, Update(step_size=k * gamma / C**2))) for k in (0.999, 1.001))
    assert inside < 1 < outside
    h = 0.3
    assert torch.linalg.det(update_matrix(game, Update("alternating", step_size=h))).item() == pytest.approx(
        1 - h * gamma, abs=1e-12
    )


@pytest.mark.parametrize("h", [0.1, 0.7, 1.9])
def test_saturating_updates(h: float) -> None:
    game = DIRAC["saturating"]
    simultaneous = torch.linalg.eigvals(update_matrix(game, Update(step_size=h))).abs()
    assert simultaneous.tolist() == pytest.approx([math.hypot(1, h * C)] * 2, abs=1e-12)
    alternating = [
        torch.linalg.eigvals(update_matrix(game, Update("alternating", step_size=step))).abs()
        for step in (h, 1.999 / C, 2.1 / C)
    ]
    assert alternating[0].tolist() == pytest.approx([1.0, 1.0], abs=1e-12)
    assert alternating[1].tolist() == pytest.approx([1.0, 1.0], abs=1e-9)
    assert alternating[2].max() > 1.1  # hc > 2


def test_a_students_pieces_play_as_ours_do() -> None:
    """Written for one run: (B,), (B,) -> () and (critic, real, fake) -> ()."""
    loss = GANLoss(
        d=lambda real, fake: softplus(-real).mean() + softplus(fake).mean(), g=lambda real, fake: -softplus(fake).mean()
    )

    def own_r1(critic, real, fake):
        real = real.clone().requires_grad_()
        (slope,) = torch.autograd.grad(critic(real).sum(), real, create_graph=True)
        return 0.5 * slope.square().sum(-1).mean()

    own = dirac(loss, penalty=own_r1, penalty_weight=0.3)
    assert torch.allclose(own.field(GRID), DIRAC["r1"].field(GRID), atol=1e-14)
    assert torch.allclose(dirac(loss, noise=0.7).field(GRID), DIRAC["instance_noise"].field(GRID), atol=1e-12)
    assert torch.allclose(dirac(penalty=PENALTIES["r1"], penalty_weight=0.3).field(GRID), DIRAC["r1"].field(GRID))


def test_names_say_the_settings() -> None:
    assert DIRAC["weight_clipping"].name == "Dirac-GAN, wasserstein, clip 1.0"
    assert xy(penalty="r1", penalty_weight=0.5).name == "xy, penalty r1 0.5"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "minimax"}, "loss='minimax' is not known"),
        ({"penalty": "gp"}, "penalty='gp' is not known"),
        ({"penalty": "r1", "penalty_weight": -1.0}, "penalty_weight must be a finite number of 0 or more, got -1.0"),
        ({"noise": -0.1}, "noise must be a finite standard deviation of 0 or more, got -0.1"),
        ({"noise": math.nan}, "noise must be"),
    ],
)
def test_bad_settings_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dirac(**settings)
