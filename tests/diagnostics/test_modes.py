import math

import pytest
import torch
from scipy import stats

from ganlab import Mixture, grid, mode_hops, mode_report, ring


def at(mixture: Mixture, *modes: int, n: int = 100) -> torch.Tensor:
    """Clouds of n samples exactly on the given modes in turn, (1, n, 2)."""
    return mixture.modes[torch.tensor(modes).repeat(n)[:n]][None]


def test_a_perfect_sampler_scores_98_889_per_cent(generator: torch.Generator) -> None:
    n = 200_000
    report = mode_report(grid().sample(n, generator=generator), grid())
    ideal = 1 - math.exp(-4.5)
    assert float(report.high_quality) == pytest.approx(ideal, abs=4 * math.sqrt(ideal * (1 - ideal) / n))
    assert report.modes.tolist() == [25]
    # Sampling floor (K − 1)/2N of the reverse KL.
    assert float(report.reverse_kl) == pytest.approx(24 / (2 * n), rel=1.0)


def test_hand_made_clouds() -> None:
    mixture = ring()
    one = mode_report(at(mixture, 3), mixture)
    assert (one.modes.item(), one.high_quality.item()) == (1, 1.0)
    assert one.reverse_kl.item() == pytest.approx(math.log(8), abs=1e-5)
    off = mode_report(torch.zeros(1, 50, 2), mixture)
    assert (off.modes.item(), off.high_quality.item(), off.reverse_kl.item()) == (0, 0.0, math.inf)
    even = mode_report(at(mixture, *range(8), n=800), mixture)
    assert (even.modes.item(), even.counts.tolist()) == (8, [[100] * 8])
    assert even.reverse_kl.item() == pytest.approx(0.0, abs=1e-6)


def test_reverse_kl_of_unbalanced_clouds_equals_scipy() -> None:
    mixture = Mixture([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]], [0.5, 0.3, 0.2], 0.1)
    counts = torch.tensor([60, 10, 30])
    report = mode_report(mixture.modes.repeat_interleave(counts, 0), mixture)
    assert report.reverse_kl.item() == pytest.approx(stats.entropy(counts.numpy(), [0.5, 0.3, 0.2]), rel=1e-5)
    equal = mode_report(ring(4).modes.repeat_interleave(torch.tensor([9, 1, 0, 0]), 0), ring(4))
    assert equal.reverse_kl.item() == pytest.approx(math.log(4) - stats.entropy([0.9, 0.1]), rel=1e-5)
    assert equal.reverse_kl.item() >= math.log(4 / 2)


def test_the_boundary_at_three_sigma() -> None:
    mixture = Mixture([[0.0, 0.0], [9.0, 0.0]], std=[1.0, 0.5])
    for x, good in ((2.99, True), (3.01, False), (9 + 1.49, True), (9 + 1.51, False)):
        assert bool(mode_report(torch.tensor([[x, 0.0]]), mixture).high_quality.item()) is good


def test_measures_do_not_depend_on_repeating_the_cloud() -> None:
    mixture = ring(std=0.3)
    cloud = mixture.sample(200, generator=torch.Generator().manual_seed(0))
    once, thrice = mode_report(cloud, mixture), mode_report(cloud.repeat(3, 1), mixture)
    assert torch.equal(once.modes, thrice.modes)
    assert thrice.high_quality.item() == pytest.approx(once.high_quality.item(), abs=1e-6)
    assert thrice.reverse_kl.item() == pytest.approx(once.reverse_kl.item(), abs=1e-6)


def test_each_seed_is_measured_alone_and_min_count_counts() -> None:
    mixture = ring()
    clouds = torch.cat((at(mixture, 0), at(mixture, 0, 1), at(mixture, *[2] * 9, 5)))
    report = mode_report(clouds, mixture)
    assert report.modes.tolist() == [1, 2, 2]
    assert mode_report(clouds, mixture, min_count=11).modes.tolist() == [1, 2, 1]


def test_samples_that_are_not_finite_are_off_mode() -> None:
    cloud = torch.tensor([[2.0, 0.0], [math.nan, 0.0], [math.inf, 0.0], [2.0, 0.0]])
    report = mode_report(cloud, ring())
    assert (report.modes.item(), report.high_quality.item()) == (1, 0.5)


@pytest.mark.parametrize("shape", [(5,), (2, 5, 3), (2, 0, 2), (1, 2, 5, 2)])
def test_shapes_that_do_not_fit_say_so(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="samples"):
        mode_report(torch.zeros(shape), ring())


def test_hops_count_changes_of_the_dominant_mode_and_pass_over_gaps() -> None:
    mixture, gap = ring(), torch.zeros(1, 100, 2)
    steady = [at(mixture, 2)] * 6
    turning = [at(mixture, k) for k in (0, 1, 1, 2, 0, 0)]
    gapped = [gap, at(mixture, 4), gap, at(mixture, 4), gap, at(mixture, 5)]
    never = [gap] * 6
    snapshots = torch.stack([torch.cat(column) for column in zip(steady, turning, gapped, never, strict=True)])
    timeline = mode_hops(snapshots, mixture)
    assert timeline.hops.tolist() == [0, 3, 1, 0]
    assert timeline.dominant.T.tolist() == [[2] * 6, [0, 1, 1, 2, 0, 0], [-1, 4, -1, 4, -1, 5], [-1] * 6]
    assert timeline.captured[:, 3].tolist() == [0] * 6
    with pytest.raises(ValueError, match="snapshots must have shape"):
        mode_hops(torch.empty(0), mixture)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"min_count": 0}, "min_count must be a whole number of 1 or more, got 0"),
        ({"min_count": 1.5}, "min_count must be a whole number of 1 or more, got 1.5"),
        ({"radius": 0}, "radius must be a number above 0"),
        ({"radius": math.nan}, "radius must be a number above 0"),
        ({"radius": "3"}, "radius must be a number above 0"),
    ],
)
def test_numbers_out_of_range_say_so(settings: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        mode_report(torch.zeros(4, 2), ring(), **settings)
