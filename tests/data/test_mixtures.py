import math

import pytest
import torch
from scipy import stats

from ganlab import Mixture, grid, ring


def test_ring_has_distinct_modes_on_the_circle() -> None:
    mixture = ring(modes=8, radius=2.0)
    distances = torch.pdist(mixture.modes)
    assert mixture.modes.norm(dim=1).numpy() == pytest.approx(2.0, abs=1e-6)
    # Neighbours are 2r sin(π/8) apart: 0 and 2π are not both used.
    assert float(distances.min()) == pytest.approx(4 * math.sin(math.pi / 8), abs=1e-5)


def test_grid_is_centred_with_its_spacing() -> None:
    mixture = grid(side=5, spacing=2.0)
    assert len(mixture) == 25
    assert mixture.modes.mean(0).abs().max() < 1e-6
    assert sorted(set(mixture.modes[:, 0].tolist())) == [-4, -2, 0, 2, 4]


def test_log_prob_equals_scipy_on_unequal_modes() -> None:
    centres, weights, stds = [[0.0, 1.0], [2.0, -1.0], [0.5, 0.5]], [1.0, 2.0, 5.0], [0.3, 1.0, 0.05]
    points = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    density = sum(
        w / 8 * stats.multivariate_normal(c, s**2).pdf(points.numpy())
        for c, w, s in zip(centres, weights, stds, strict=True)
    )
    ours = Mixture(centres, weights, stds).log_prob(points)
    assert ours.numpy() == pytest.approx(torch.tensor(density).log().numpy(), abs=2e-5)


def test_log_prob_keeps_leading_axes_and_far_points_finite() -> None:
    values = ring().log_prob(torch.full((2, 3, 2), 100.0))
    assert values.shape == (2, 3)
    assert bool(values.isfinite().all())


def test_samples_follow_weights_and_spread(generator: torch.Generator) -> None:
    mixture = Mixture([[-5.0, 0.0], [5.0, 0.0]], [1, 3], [0.5, 0.1])
    points = mixture.sample(40_000, generator=generator)
    right = points[:, 0] > 0
    # 4 standard errors of a share of 3/4 in 40,000 draws.
    assert float(right.float().mean()) == pytest.approx(0.75, abs=4 * math.sqrt(0.75 * 0.25 / 40_000))
    assert float(points[right].std(0).mean()) == pytest.approx(0.1, rel=0.02)
    assert float(points[~right].std(0).mean()) == pytest.approx(0.5, rel=0.03)


def test_a_mode_of_weight_zero_is_never_drawn(generator: torch.Generator) -> None:
    points = Mixture([[0.0], [9.0], [-9.0]], [0, 1, 0], 0.1).sample(2000, generator=generator)
    assert float(points.min()) > 5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"centres": [[0.0, 0.0]], "std": -0.1}, "std must be greater than 0, got -0.1"),
        ({"centres": [[0.0, 0.0]], "std": 0.0}, "std must be greater than 0"),
        ({"centres": [[0.0, 0.0]], "std": float("nan")}, "finite"),
        ({"centres": [[0.0, math.nan]]}, "finite"),
        ({"centres": [0.0, 1.0]}, "shape"),
        ({"centres": [[0.0], [1.0]], "weights": [1.0]}, "one entry for each of 2 modes"),
        ({"centres": [[0.0], [1.0]], "weights": [-1.0, 2.0]}, "0 or greater"),
        ({"centres": [[0.0], [1.0]], "weights": [0.0, 0.0]}, "at least one greater than 0"),
        ({"centres": [[0.0], [1.0]], "std": [0.1, 0.1, 0.1]}, "std must be one number or 2"),
    ],
)
def test_bad_mixtures_say_what_is_wrong(arguments: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Mixture(**arguments)


@pytest.mark.parametrize("make", [lambda: ring(modes=0), lambda: grid(side=2.5), lambda: ring(modes=True)])
def test_counts_are_whole_and_positive(make) -> None:
    with pytest.raises(ValueError, match="whole number of 1 or more"):
        make()
