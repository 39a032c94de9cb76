import math

import pytest
import torch

from ganlab.data import Points, SwissRoll, TwoMoons, as_sampler, ring


def test_swiss_roll_without_noise_lies_on_the_spiral(generator: torch.Generator) -> None:
    points = SwissRoll(std=0.0).sample(500, generator=generator)
    radius = points.norm(dim=1)
    angle = radius * 1.5 * math.pi  # r = t / 1.5π, so t is known from the radius alone
    assert float(radius.min()) >= 1 and float(radius.max()) <= 3
    assert torch.allclose(points, radius[:, None] * torch.stack((angle.cos(), angle.sin()), 1), atol=1e-4)


def test_two_moons_without_noise_are_two_half_circles(generator: torch.Generator) -> None:
    points = TwoMoons(std=0.0).sample(500, generator=generator)
    upper = (points - torch.tensor([-0.5, -0.25])).norm(dim=1)
    lower = (points - torch.tensor([0.5, 0.25])).norm(dim=1)
    assert torch.minimum((upper - 1).abs(), (lower - 1).abs()).max() < 1e-5
    assert 150 < int(((upper - 1).abs() < 1e-5).sum()) < 350


@pytest.mark.parametrize("kind", [SwissRoll, TwoMoons])
def test_noise_must_not_be_negative(kind: type) -> None:
    with pytest.raises(ValueError, match="0 or more, got -1"):
        kind(std=-1)


def test_points_are_drawn_evenly_with_replacement(generator: torch.Generator) -> None:
    drawn = Points(torch.arange(4.0)[:, None]).sample(4000, generator=generator)
    counts = torch.bincount(drawn.flatten().long())
    assert counts.sum() == 4000 and int((counts - 1000).abs().max()) < 5 * math.sqrt(750)


@pytest.mark.parametrize(
    ("points", "says"),
    [
        (torch.tensor([[0.0], [math.nan], [math.inf]]), "in 2 of 3 rows"),
        (torch.zeros(0, 2), "at least one row"),
        (torch.zeros(5), r"\(N, features…\)"),
        (torch.zeros(5, 0), "at least one row and feature"),
        (torch.zeros(5, 2, dtype=torch.complex64), "real numbers"),
    ],
)
def test_bad_points_say_what_is_wrong(points: torch.Tensor, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Points(points)


def test_as_sampler_takes_samplers_and_tensors_only() -> None:
    mixture = ring()
    assert as_sampler(mixture) is mixture
    assert isinstance(as_sampler(torch.zeros(3, 2)), Points)
    with pytest.raises(TypeError, match="got list"):
        as_sampler([[0.0, 1.0]])
