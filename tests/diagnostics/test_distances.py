"""Distances against independent code (scipy, POT, prdc) and closed forms."""

import math

import numpy as np
import ot
import prdc
import pytest
import torch
from scipy import linalg, stats
from scipy.spatial.distance import cdist
from torch import Tensor

from ganlab.diagnostics import (
    density_coverage,
    energy_distance,
    frechet_distance,
    precision_recall,
    sliced_wasserstein,
    wasserstein,
)

EVERY = {
    "wasserstein": lambda x, y: wasserstein(x, y)[None],
    "sliced_wasserstein": lambda x, y: sliced_wasserstein(x, y)[None],
    "energy_distance": lambda x, y: energy_distance(x, y)[None],
    "precision_recall": lambda x, y: torch.stack(precision_recall(x, y)),
    "density_coverage": lambda x, y: torch.stack(density_coverage(x, y)),
    "frechet_distance": lambda x, y: frechet_distance(x, y)[None],
}


def clouds(n: int = 40, m: int = 40, dim: int = 3, seeds: int = 2) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(n + m + dim)
    return 1.3 * torch.randn(seeds, n, dim, generator=g) + 0.4, torch.randn(m, dim, generator=g)


def quantiles(n: int) -> Tensor:
    """The normal distribution as n points that carry equal mass, (n, 1)."""
    return torch.tensor(stats.norm.ppf((np.arange(n) + 0.5) / n))[:, None]


@pytest.mark.parametrize("name", EVERY)
class TestEveryDistance:
    def test_each_seed_is_measured_alone(self, name: str) -> None:
        x, y = clouds()
        together = EVERY[name](x, y)
        alone = [EVERY[name](cloud, y) for cloud in x]
        assert together.shape[1:] == (2,) and torch.allclose(together, torch.cat(alone, 1), atol=1e-12)
        assert not torch.allclose(together[:, 0], together[:, 1], atol=1e-3)

    def test_a_reference_of_its_own_for_each_seed(self, name: str) -> None:
        x, y = clouds()
        both = EVERY[name](x, torch.stack((y, 0.3 * y)))
        expected = torch.cat((EVERY[name](x[0], y), EVERY[name](x[1], 0.3 * y)), 1)
        assert torch.allclose(both, expected, atol=1e-12)

    def test_neither_order_nor_a_common_shift_matters(self, name: str) -> None:
        x, y = (part.double() for part in clouds())
        before = EVERY[name](x, y)
        assert torch.allclose(EVERY[name](x.flip(1), y.roll(3, 0)), before, atol=1e-12)
        assert torch.allclose(EVERY[name](x + 1e5, y + 1e5), before, atol=1e-9, rtol=1e-9)

    def test_a_diverged_seed_is_nan_and_the_others_keep_their_value(self, name: str) -> None:
        x, y = clouds(seeds=3)
        kept = EVERY[name](x, y)
        x[1, 4, 0] = math.inf
        broken = EVERY[name](x, y)
        assert bool(broken[:, 1].isnan().all()) and torch.equal(broken[:, [0, 2]], kept[:, [0, 2]])
        assert bool(EVERY[name](x[1], y).isnan().all())

    def test_shapes_that_do_not_fit_say_so(self, name: str) -> None:
        x, y = clouds()
        for samples, reference, message in (
            (x[0, 0], y, "samples must have shape"),
            (x[:, :0], y, "samples must have shape"),
            (x, y[:, :2], r"reference must have shape \(M, 3\) or \(2, M, 3\), got \(40, 2\)"),
            (x, y.expand(3, -1, -1), "reference must have shape"),
            (x, y * math.nan, "reference is empty or holds NaN"),
            (x, y[:0], "reference is empty"),
        ):
            with pytest.raises(ValueError, match=message):
                EVERY[name](samples, reference)


@pytest.mark.parametrize("order", [1, 2])
def test_wasserstein_equals_pot(order: int) -> None:
    x, y = clouds(n=60, m=60)
    metric = {1: "euclidean", 2: "sqeuclidean"}[order]
    for k, found in enumerate(wasserstein(x, y, order=order).tolist()):
        cost = ot.emd2([], [], ot.dist(x[k].double().numpy(), y.double().numpy(), metric))
        assert found == pytest.approx(cost ** (1 / order), rel=1e-9)


@pytest.mark.parametrize("order", [1, 2])
def test_sliced_wasserstein_equals_pot_on_the_same_directions(order: int) -> None:
    units = torch.nn.functional.normalize(
        torch.randn(17, 3, generator=torch.Generator().manual_seed(5)).double(), dim=1
    )
    for n, m in ((40, 40), (40, 25), (7, 33)):  # clouds of different sizes too
        x, y = clouds(n=n, m=m)
        found = sliced_wasserstein(x, y, order=order, directions=units)
        for k in range(2):
            arrays = x[k].double().numpy(), y.double().numpy()
            expected = ot.sliced_wasserstein_distance(*arrays, projections=units.T.numpy(), p=order)
            assert found[k].item() == pytest.approx(expected, rel=1e-9)


def test_on_a_line_both_equal_scipy() -> None:
    x, y = (part.double() for part in clouds(n=30, m=30, dim=1))
    expected = [stats.wasserstein_distance(cloud[:, 0], y[:, 0]) for cloud in x]
    assert wasserstein(x, y).tolist() == pytest.approx(expected, rel=1e-12)
    assert sliced_wasserstein(x, y, order=1).tolist() == pytest.approx(expected, rel=1e-12)
    few = y[:13]
    expected = [stats.wasserstein_distance(cloud[:, 0], few[:, 0]) for cloud in x]
    assert sliced_wasserstein(x, few, order=1).tolist() == pytest.approx(expected, rel=1e-12)


def test_closed_forms_of_wasserstein() -> None:
    """Two points |θ| apart; equal-σ Gaussians |Δμ|; general 1-D Gaussians E|Δμ + Δσ Z| (order 2: √(Δμ² + Δσ²))."""
    assert wasserstein(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2)).item() == pytest.approx(5.0)
    z = quantiles(500)
    for order in (1, 2):
        assert wasserstein(z + 0.7, z, order=order).item() == pytest.approx(0.7, rel=1e-9)
    shift, spread = 0.3, 0.8
    folded = spread * math.sqrt(2 / math.pi) * math.exp(-((shift / spread) ** 2) / 2)
    folded += shift * (1 - 2 * stats.norm.cdf(-shift / spread))
    x = (1 + spread) * z + shift
    assert wasserstein(x, z).item() == pytest.approx(folded, rel=2e-3)
    assert wasserstein(x, z, order=2).item() == pytest.approx(math.hypot(shift, spread), rel=5e-3)


def test_a_shift_seen_from_random_directions() -> None:
    """⟨u, Δ⟩² has mean ‖Δ‖²/d over the sphere."""
    x = clouds(dim=3)[1]
    shifted = sliced_wasserstein(x + torch.tensor([0.0, 2.0, 0.0]), x, directions=20_000)
    assert shifted.item() == pytest.approx(2 / math.sqrt(3), rel=0.02)


def test_directions_repeat_unless_drawn() -> None:
    x, y = clouds()
    torch.manual_seed(0)
    one, two = sliced_wasserstein(x, y), sliced_wasserstein(x, y)
    g = torch.Generator().manual_seed(1)
    drawn = [sliced_wasserstein(x, y, generator=g) for _ in range(2)]
    assert torch.equal(one, two) and not torch.equal(*drawn)


def test_energy_distance_equals_scipy() -> None:
    x, y = (part.double() for part in clouds(n=30, m=21, dim=1))
    expected = [stats.energy_distance(cloud[:, 0], y[:, 0]) ** 2 for cloud in x]
    assert energy_distance(x, y).tolist() == pytest.approx(expected, rel=1e-9)
    x, y = (part.double() for part in clouds(n=30, m=21, dim=4))
    means = [2 * cdist(cloud, y).mean() - cdist(cloud, cloud).mean() - cdist(y, y).mean() for cloud in x]
    assert energy_distance(x, y).tolist() == pytest.approx(means, rel=1e-9)
    same = torch.rand(50, 20, 3, generator=torch.Generator().manual_seed(0))
    assert all(0 <= value < 1e-14 for value in energy_distance(same, same.flip(1)).tolist())


@pytest.mark.parametrize(("n", "m", "k"), [(60, 60, 3), (60, 60, 5), (35, 80, 4), (80, 35, 1)])
def test_precision_recall_density_coverage_equal_prdc(n: int, m: int, k: int) -> None:
    x, y = (part.double() for part in clouds(n=n, m=m, dim=2))
    found = torch.stack((*precision_recall(x, y, k=k), *density_coverage(x, y, k=k)))
    for seed in range(2):
        expected = prdc.compute_prdc(y.numpy(), x[seed].numpy(), nearest_k=k)
        names = ("precision", "recall", "density", "coverage")
        assert found[:, seed].tolist() == pytest.approx([expected[name] for name in names], abs=1e-12)


def test_the_boundary_of_a_ball_belongs_to_it() -> None:
    """Reference 0 and 1, k = 1: both radii are 1. Samples at 2 are on the boundary, those just beyond are not."""
    y = torch.tensor([[0.0], [1.0]])
    for place, inside in ((2.0, 1.0), (2.001, 0.0)):
        x = torch.full((4, 1), place)
        assert precision_recall(x, y, k=1).precision.item() == inside
        assert precision_recall(y, x, k=1).recall.item() == inside
        assert density_coverage(x, y, k=1).density.item() == inside
        assert density_coverage(x, y, k=1).coverage.item() == inside / 2


@pytest.mark.parametrize(("n", "m", "k"), [(64, 64, 5), (64, 64, 2), (32, 96, 5)])
def test_one_distribution_twice_has_density_one_and_known_coverage(n: int, m: int, k: int) -> None:
    """Means over 400 pairs of clouds, within 4 standard errors."""
    g = torch.Generator().manual_seed(7)
    report = density_coverage(torch.randn(400, n, 2, generator=g), torch.randn(400, m, 2, generator=g), k=k)
    exact = 1 - math.prod((m - i) / (m + n - i) for i in range(1, k + 1))
    for values, expected in ((report.density, 1.0), (report.coverage, exact)):
        error = values.std().item() / math.sqrt(400)
        assert error < 0.01 and values.mean().item() == pytest.approx(expected, abs=4 * error)
    assert n != m or exact == pytest.approx(1 - 2**-k, abs=0.01)


def test_collapse_keeps_precision_and_loses_recall() -> None:
    y = clouds(m=200, dim=2)[1]
    point = y[:1].repeat(50, 1) + 1e-4 * torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    assert precision_recall(point, y).precision.item() == 1.0 and precision_recall(point, y).recall.item() <= 0.01
    assert density_coverage(point, y).coverage.item() < 0.15


def test_frechet_distance_equals_scipy() -> None:
    x, y = (part.double() for part in clouds(n=90, m=70, dim=5))
    mixing = torch.randn(5, 5, generator=torch.Generator().manual_seed(2)).double()
    x = x @ mixing
    for k, found in enumerate(frechet_distance(x, y).tolist()):
        one, two = np.cov(x[k].numpy().T), np.cov(y.numpy().T)
        shift = ((x[k].mean(0) - y.mean(0)) ** 2).sum().item()
        expected = shift + np.trace(one + two - 2 * linalg.sqrtm(one @ two).real)
        assert found == pytest.approx(expected, rel=1e-8)


def test_frechet_distance_of_equal_covariances_is_the_shift_squared() -> None:
    y = clouds(m=50, dim=4)[1].double()
    shift = torch.tensor([1.0, -2.0, 0.5, 0.0]).double()
    assert frechet_distance(y + shift, y).item() == pytest.approx(shift.square().sum().item(), rel=1e-9)
    # On a line (Δμ)² + (Δσ)², that is W₂² of the two Gaussians.
    z = quantiles(500)
    assert frechet_distance(1.8 * z + 0.3, z).item() == pytest.approx(0.09 + 0.64 * z.var().item(), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, y: wasserstein(x, y[:30]), "as many samples as reference points, got 40 and 30"),
        (lambda x, y: wasserstein(x, y, order=3), "order must be 1 or 2, got 3"),
        (lambda x, y: sliced_wasserstein(x, y, order=0), "order must be 1 or 2, got 0"),
        (lambda x, y: sliced_wasserstein(x, y, directions=0), "directions must be a whole number of 1 or more, got 0"),
        (lambda x, y: sliced_wasserstein(x, y, directions=torch.ones(4, 2)), r"shape \(L, 3\), got \(4, 2\)"),
        (lambda x, y: precision_recall(x, y, k=0), "k must be a whole number of 1 or more, got 0"),
        (lambda x, y: precision_recall(x[:, :3], y, k=3), "k=3 asks for more neighbours than the 3 points of samples"),
        (lambda x, y: density_coverage(x, y[:5]), "k=5 asks for more neighbours than the 5 points of reference"),
        (lambda x, y: frechet_distance(x[:, :3], y), "samples has 3 points in 3 dimensions"),
        (lambda x, y: frechet_distance(x, y[:2]), "reference has 2 points in 3 dimensions"),
    ],
)
def test_bad_input_says_what_is_wrong(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(*clouds())


def test_directions_count_by_where_they_point() -> None:
    x, y = torch.randn(2, 30, 2, generator=torch.Generator().manual_seed(3))
    units = torch.eye(2)
    expected = sliced_wasserstein(x, y, directions=units)
    assert torch.allclose(sliced_wasserstein(x, y, directions=10 * units), expected, rtol=1e-12)
    for wrong in (torch.zeros(1, 2), torch.full((1, 2), math.inf)):
        with pytest.raises(ValueError, match="directions must be vectors of a finite length above 0"):
            sliced_wasserstein(x, y, directions=wrong)


def test_arrays_are_sent_to_torch_first() -> None:
    cloud = torch.randn(30, 2)
    for pair in ((cloud.numpy(), cloud), (cloud, cloud.numpy()), (cloud.tolist(), cloud)):
        with pytest.raises(TypeError, match=r"must be a torch tensor, got (ndarray|list): torch.as_tensor"):
            frechet_distance(*pair)
