"""The field and its Jacobian against finite differences, and bad input; every game of the registry passes one suite."""

import math

import pytest
import torch
from torch import Tensor

from ganlab.games import DIRAC, Game, Update, jacobian, play, vector_field, xy

POINTS = torch.tensor([[0.3, -0.7], [1.2, 0.4], [-0.5, 0.9], [-1.1, -0.2]], dtype=torch.double)
GAMES = {**DIRAC, "xy": xy(), "xy_r1": xy(penalty="r1", penalty_weight=0.3)}


def slope(function, points: Tensor, axis: int, reach: float = 1e-5) -> Tensor:
    shift = torch.zeros(2, dtype=torch.double).index_fill(0, torch.tensor(axis), reach)
    return (function(points + shift) - function(points - shift)) / (2 * reach)


@pytest.mark.parametrize("name", GAMES)
class TestEveryGame:
    def test_without_consensus_the_field_is_minus_each_players_own_slope(self, name: str) -> None:
        game = GAMES[name]
        losses = [lambda w: game.generator(*w.unbind(-1)), lambda w: game.discriminator(*w.unbind(-1))]
        u = lambda w: -torch.stack([slope(losses[k], w, k) for k in (0, 1)], -1)  # noqa: E731
        expected = u(POINTS)
        if game.consensus:
            energy = lambda w: 0.5 * u(w).square().sum(-1)  # noqa: E731
            pull = torch.stack([slope(energy, POINTS, k, 1e-3) for k in (0, 1)], -1)
            expected = expected - game.consensus * pull
        assert torch.allclose(game.field(POINTS), expected, atol=1e-6)

    def test_the_jacobian_is_that_of_finite_differences(self, name: str) -> None:
        expected = torch.stack([slope(GAMES[name].field, POINTS, k) for k in (0, 1)], -1)
        assert torch.allclose(jacobian(GAMES[name], POINTS), expected, atol=1e-8)

    def test_points_do_not_mix_and_any_shape_goes(self, name: str) -> None:
        field = GAMES[name].field
        together = field(POINTS.reshape(2, 1, 2, 2))
        alone = torch.stack([field(point) for point in POINTS])
        assert torch.allclose(together.reshape(4, 2), alone, atol=1e-14)
        assert field(POINTS.float()).dtype == torch.float32 and not together.requires_grad

    def test_rests_at_the_origin_and_is_the_same_seen_from_the_other_side(self, name: str) -> None:
        field = GAMES[name].field
        assert field([0.0, 0.0]).abs().max() < 1e-15
        assert torch.allclose(field(-POINTS), -field(POINTS), atol=1e-12)  # (θ, ψ) -> (−θ, −ψ)


def test_losses_that_are_constant_or_of_the_wrong_shape() -> None:
    idle = Game(lambda theta, psi: torch.ones_like(theta), lambda theta, psi: psi**2)
    assert torch.equal(idle.field(POINTS), torch.stack((torch.zeros(4).double(), -2 * POINTS[:, 1]), -1))
    assert torch.equal(jacobian(idle, [0.4, 0.1]), torch.tensor([[0.0, 0.0], [0.0, -2.0]]).double())
    mixed = Game(lambda theta, psi: (theta * psi).mean(), lambda theta, psi: psi)
    with pytest.raises(ValueError, match=r"one number a point, shape \(4,\), got \(\)"):
        mixed.field(POINTS)


def test_the_grid_runs_along_both_axes() -> None:
    points, vectors = vector_field(xy(), limit=1.5, size=4)
    assert points.shape == vectors.shape == (4, 4, 2)
    assert points[0, :, 0].tolist() == [-1.5, -0.5, 0.5, 1.5] == points[:, 0, 1].tolist()
    assert torch.allclose(vectors, torch.stack((-points[..., 1], points[..., 0]), -1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: xy().field([1.0, 2.0, 3.0]), r"shape \(\.\.\., 2\), θ and ψ on the last axis, got \(3,\)"),
        (lambda: jacobian(xy(), torch.tensor(1.0)), "θ and ψ on the last axis"),
        (lambda: vector_field(xy(), limit=0), "limit above 0"),
        (lambda: vector_field(xy(), size=1), "size of 2 or more"),
        (lambda: xy(consensus=-1), "consensus must be a finite number of 0 or more, got -1"),
        (lambda: xy(clip=0.0), "clip must be greater than 0, got 0"),
        (lambda: xy(clip=math.nan), "clip must be greater than 0, got nan"),
        (lambda: play(xy(), [1.0], Update()), "on the last axis"),
    ],
)
def test_bad_input_says_what_is_wrong(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
