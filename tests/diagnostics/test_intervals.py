import pytest
import torch
from scipy import stats

from ganlab.diagnostics import Interval, mean_interval, wilson_interval


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (8, 10), (10, 10), (37, 120)])
def test_wilson_equals_scipy(successes: int, trials: int) -> None:
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, "wilson")
    rate, low, high = wilson_interval(successes, trials)
    assert rate == successes / trials
    assert low == pytest.approx(expected.low, abs=1e-9) and high == pytest.approx(expected.high, abs=1e-9)


def test_mean_interval_equals_scipy() -> None:
    values = [3.0, 4.5, 1.0, 7.0, 2.5]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    mean, low, high = mean_interval(torch.tensor(values), 0.9)
    assert (mean, low, high) == pytest.approx((3.6, expected.low, expected.high))


def test_it_reads_as_estimate_and_bounds() -> None:
    assert str(Interval(0.9, 0.59612, 0.98)) == "0.9 [0.596, 0.98]"


@pytest.mark.parametrize("arguments", [(1, 0), (-1, 5), (6, 5), (1, 5, 1.0), (1, 5, 0.0), (2.5, 10)])
def test_impossible_rates_are_refused(arguments: tuple) -> None:
    with pytest.raises(ValueError, match="got"):
        wilson_interval(*arguments)


@pytest.mark.parametrize("values", [[1.0], [1.0, float("nan")], []])
def test_a_spread_needs_two_finite_values(values: list[float]) -> None:
    with pytest.raises(ValueError, match="two or more finite"):
        mean_interval(values)


def test_a_confidence_is_a_probability() -> None:
    with pytest.raises(ValueError, match="between 0 and 1, got 2"):
        mean_interval([1.0, 2.0], 2)


@pytest.mark.parametrize("trials", [1, 7, 10, 16, 1000])
def test_wilson_ends_are_exact_where_none_or_all_succeed(trials: int) -> None:
    assert wilson_interval(0, trials).low == 0 and wilson_interval(trials, trials).high == 1
    assert str(wilson_interval(0, 10)) == "0 [0, 0.278]"
