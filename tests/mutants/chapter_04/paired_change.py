"""Student answers to `paired_change(before, after)`: `right_*` meet the statement, `wrong_*` do not."""

import math
import statistics

import numpy as np
import torch
from scipy import stats

# ----------------------------------------------------------------------------------------------------------- right


def right_torch(before, after):
    """The formula in torch, Python floats at the end."""
    d = after.double() - before.double()
    n = len(d)
    half = stats.t.ppf(0.975, n - 1) * d.std().item() / math.sqrt(n)
    mean = d.mean().item()
    return mean, mean - half, mean + half


def right_zero_dim_tensors(before, after):
    """Single precision throughout and 0-d tensors as results."""
    d = after.float() - before.float()
    t = torch.tensor(stats.t.ppf(0.975, df=len(d) - 1), dtype=torch.float32)
    half = t * d.std(correction=1) / len(d) ** 0.5
    return d.mean(), d.mean() - half, d.mean() + half


def right_numpy(before, after):
    """NumPy inside with ddof=1."""
    d = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    m = d.mean()
    half = stats.t.ppf(0.975, d.size - 1) * d.std(ddof=1) / np.sqrt(d.size)
    return float(m), float(m - half), float(m + half)


def right_statistics_module(before, after):
    """The standard library on lists of Python floats."""
    d = [float(b) - float(a) for a, b in zip(before.tolist(), after.tolist())]
    centre, error = statistics.fmean(d), statistics.stdev(d) / math.sqrt(len(d))
    t = float(stats.t.ppf(0.975, len(d) - 1))
    return centre, centre - t * error, centre + t * error


def right_scipy_sem(before, after):
    """scipy's standard error of the mean and the lower quantile, which is negative."""
    d = (after.double() - before.double()).numpy()
    low = d.mean() + stats.t.ppf(0.025, len(d) - 1) * stats.sem(d)
    return float(d.mean()), float(low), float(2 * d.mean() - low)


def right_standard_interval_scaled(before, after):
    """t.interval without a scale (it gives NaN at scale 0), stretched by the standard error by hand."""
    d = after.to(torch.float64) - before.to(torch.float64)
    error = float(d.std()) / math.sqrt(d.numel())
    a, b = stats.t.interval(0.95, d.numel() - 1)
    return float(d.mean()), float(d.mean() + a * error), float(d.mean() + b * error)


def right_population_over_root_n_minus_one(before, after):
    """The population deviation over √(n − 1) is the same standard error."""
    d = after.double() - before.double()
    n = d.shape[0]
    error = d.std(unbiased=False) / math.sqrt(n - 1)
    half = stats.t.isf(0.025, n - 1) * error.item()
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def right_hand_made_variance(before, after):
    """Sums by hand."""
    n, d = before.numel(), [float(y) - float(x) for x, y in zip(before, after)]
    mean = sum(d) / n
    s = math.sqrt(sum((v - mean) ** 2 for v in d) / (n - 1))
    half = float(stats.t.ppf(0.975, n - 1)) * s / n**0.5
    return mean, mean - half, mean + half


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_sign_flipped(before, after):
    """The change is before − after."""
    d = before.double() - after.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / len(d) ** 0.5
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_welch(before, after):
    """Two groups of numbers: the variances add up, with Welch's degrees of freedom."""
    a, b, n = before.double(), after.double(), len(before)
    va, vb = a.var().item() / n, b.var().item() / n
    freedom = (va + vb) ** 2 / max((va**2 + vb**2) / (n - 1), 1e-300)
    half = stats.t.ppf(0.975, max(freedom, 1.0)) * math.sqrt(va + vb)
    mean = (b.mean() - a.mean()).item()
    return mean, mean - half, mean + half


def wrong_pooled_variance(before, after):
    """The two-sample t interval with 2S − 2 degrees of freedom."""
    a, b, n = before.double(), after.double(), len(before)
    half = stats.t.ppf(0.975, 2 * n - 2) * math.sqrt((a.var() + b.var()).item() / n)
    mean = (b.mean() - a.mean()).item()
    return mean, mean - half, mean + half


def wrong_unpaired_right_freedom(before, after):
    """The variance of a difference is the sum of the variances, paired or not."""
    a, b, n = before.double(), after.double(), len(before)
    half = stats.t.ppf(0.975, n - 1) * math.sqrt((a.var() + b.var()).item() / n)
    mean = (b.mean() - a.mean()).item()
    return mean, mean - half, mean + half


def wrong_deviation_of_after(before, after):
    """Only the spread after the change matters."""
    d, n = after.double() - before.double(), len(before)
    half = stats.t.ppf(0.975, n - 1) * after.double().std().item() / math.sqrt(n)
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_difference_of_deviations(before, after):
    """The deviation of the difference is the difference of the deviations."""
    d, n = after.double() - before.double(), len(before)
    s = abs(after.double().std() - before.double().std()).item()
    half = stats.t.ppf(0.975, n - 1) * s / math.sqrt(n)
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_population_deviation(before, after):
    """NumPy's std is the sample standard deviation."""
    d = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    half = stats.t.ppf(0.975, len(d) - 1) * d.std() / np.sqrt(len(d))
    return float(d.mean()), float(d.mean() - half), float(d.mean() + half)


def wrong_correction_twice(before, after):
    """The n − 1 goes into the standard error as well."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d) - 1)
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_z(before, after):
    """The 95 % factor is 1.96."""
    d = after.double() - before.double()
    half = 1.96 * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_z_from_thirty(before, after):
    """From 30 seeds on the t quantile is 1.96."""
    d = after.double() - before.double()
    factor = 1.96 if len(d) >= 30 else stats.t.ppf(0.975, len(d) - 1)
    half = factor * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_two_deviations(before, after):
    """About two standard errors."""
    d = after.double() - before.double()
    half = 2 * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_one_standard_error(before, after):
    """Mean ± standard error is the interval."""
    d = after.double() - before.double()
    half = d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_one_sided_quantile(before, after):
    """95 % means the 0.95 quantile."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.95, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_ninety_nine(before, after):
    """Half of 0.05 off twice: the 0.9875 quantile."""
    d = after.double() - before.double()
    half = stats.t.ppf(1 - 0.025 / 2, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_lower_quantile(before, after):
    """t.ppf(0.025) is the factor, and its sign does not matter: low and high change places."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.025, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_cdf_for_quantile(before, after):
    """cdf and ppf are the same thing."""
    d = after.double() - before.double()
    half = stats.t.cdf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_freedom_n(before, after):
    """S seeds have S degrees of freedom."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d)) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_freedom_two_samples(before, after):
    """Two samples of S leave 2S − 2 degrees of freedom, also for the differences."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, 2 * len(d) - 2) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_freedom_n_minus_two(before, after):
    """One degree of freedom is lost for each of the two means."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 2) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_typed_t(before, after):
    """There are ten seeds, so t is 2.262."""
    d = after.double() - before.double()
    half = 2.262 * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_typed_seed_count(before, after):
    """There are always sixteen seeds."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, 15) * d.std().item() / 4
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_root_forgotten(before, after):
    """The standard error is s/S."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / len(d)
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_no_division(before, after):
    """The interval of the mean is the mean ± t deviations."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item()
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_both_samples_counted(before, after):
    """There are 2S numbers, so the root is √(2S)."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(before) + len(after))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_variance_for_deviation(before, after):
    """s is the variance."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.var().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_full_width(before, after):
    """The interval is twice as wide: 2·t·s/√S on each side."""
    d = after.double() - before.double()
    half = 2 * stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_half_width_halved(before, after):
    """t·s/√S is the whole width."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d)) / 2
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_sum(before, after):
    """The total change over the seeds."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    total = d.sum().item()
    return total, total - half, total + half


def wrong_median(before, after):
    """The median is the more robust mean."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.median().item(), d.median().item() - half, d.median().item() + half


def wrong_absolute_differences(before, after):
    """A change is a distance and has no sign."""
    d = (after.double() - before.double()).abs()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_relative_change(before, after):
    """The change in units of the value before."""
    d = after.double() / before.double() - 1
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_sorted_pairs(before, after):
    """The worst before belongs to the worst after."""
    d = after.double().sort().values - before.double().sort().values
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_all_pairs(before, after):
    """Every seed after against every seed before gives more data."""
    d = (after.double()[:, None] - before.double()[None, :]).flatten()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_against_the_mean_before(before, after):
    """Each seed after is compared with the mean before."""
    d = after.double() - before.double().mean()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_centred_on_zero(before, after):
    """The interval says what chance alone would give, so it is centred on 0."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), -half, half


def wrong_unchanged_seeds_dropped(before, after):
    """Seeds that did not change carry no information."""
    d = after.double() - before.double()
    d = d[d != 0]
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_outliers_dropped(before, after):
    """Differences beyond two deviations are failed runs."""
    d = after.double() - before.double()
    d = d[(d - d.mean()).abs() <= 2 * d.std()]
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_low_clipped(before, after):
    """Numbers of modes are not negative, so the interval ends at 0."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), max(0.0, d.mean().item() - half), d.mean().item() + half


def wrong_percentiles(before, after):
    """The middle 95 % of the differences is the 95 % interval."""
    d = after.double() - before.double()
    low, high = d.quantile(torch.tensor([0.025, 0.975], dtype=d.dtype)).tolist()
    return d.mean().item(), low, high


def wrong_range(before, after):
    """The interval runs from the smallest to the largest difference."""
    d = (after - before).double()
    return d.mean().item(), d.min().item(), d.max().item()


def wrong_bootstrap(before, after):
    """A bootstrap of the mean gives the same interval."""
    d = (after.double() - before.double()).numpy()
    means = np.random.default_rng(0).choice(d, (1000, len(d))).mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(d.mean()), float(low), float(high)


def wrong_order_low_mean_high(before, after):
    """Numbers are returned in ascending order."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item() - half, d.mean().item(), d.mean().item() + half


def wrong_order_high_before_low(before, after):
    """Plus comes before minus in ±."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() + half, d.mean().item() - half


def wrong_half_width_returned(before, after):
    """Mean and half-width say it all."""
    d = after.double() - before.double()
    return d.mean().item(), stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))


def wrong_half_widths_for_ends(before, after):
    """Low and high are the amounts to take away and to add."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), -half, +half


def wrong_nested_interval(before, after):
    """The interval is a pair inside the pair."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), (d.mean().item() - half, d.mean().item() + half)


def wrong_mean_only(before, after):
    """The mean is the answer, the rest is decoration."""
    return (after.double() - before.double()).mean().item()


def wrong_text(before, after):
    """A formatted line is a result."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return f"{d.mean():.3f} [{d.mean() - half:.3f}, {d.mean() + half:.3f}]"


def wrong_printed(before, after):
    """Showing the result is handing it in."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    print(d.mean().item(), d.mean().item() - half, d.mean().item() + half)


def wrong_rounded(before, after):
    """One digit after the point is enough for whole modes."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return tuple(round(v, 1) for v in (d.mean().item(), d.mean().item() - half, d.mean().item() + half))


def wrong_whole_number_mean(before, after):
    """A mean number of modes is a whole number."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    mean = float(d.sum().item() // len(d))
    return mean, mean - half, mean + half


def wrong_truncated_inputs(before, after):
    """The numbers are mode counts, so long() loses nothing."""
    d = (after.long() - before.long()).double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_float_inputs_only(before, after):
    """mean and std work on any tensor (they raise on whole numbers)."""
    d = after - before
    half = stats.t.ppf(0.975, len(d) - 1) * d.std() / len(d) ** 0.5
    return d.mean().item(), (d.mean() - half).item(), (d.mean() + half).item()


def wrong_interval_with_zero_scale(before, after):
    """t.interval does it all (without any spread it answers NaN)."""
    d = (after.double() - before.double()).numpy()
    low, high = stats.t.interval(0.95, len(d) - 1, loc=d.mean(), scale=stats.sem(d))
    return float(d.mean()), float(low), float(high)


def wrong_interval_scaled_by_deviation(before, after):
    """The scale of t.interval is the standard deviation."""
    d = (after.double() - before.double()).numpy()
    low, high = stats.t.interval(0.95, len(d) - 1, loc=d.mean(), scale=max(d.std(ddof=1), 1e-12))
    return float(d.mean()), float(low), float(high)


def wrong_normal_interval(before, after):
    """With means, the normal distribution always applies."""
    d = (after.double() - before.double()).numpy()
    half = stats.norm.ppf(0.975) * d.std(ddof=1) / math.sqrt(len(d))
    return float(d.mean()), float(d.mean() - half), float(d.mean() + half)


def wrong_test_statistic_for_change(before, after):
    """The test statistic mean/(s/√S) is the change."""
    d = after.double() - before.double()
    t = d.mean() / (d.std() / math.sqrt(len(d)))
    half = stats.t.ppf(0.975, len(d) - 1)
    return t.item(), t.item() - half, t.item() + half


def wrong_after_overwritten(before, after):
    """−= is just a shorter minus: the caller's `after` becomes the differences."""
    after -= before
    d = after.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_separate_intervals(before, after):
    """The ends are the differences of the two intervals' ends."""
    a, b, n = before.double(), after.double(), len(before)
    t = stats.t.ppf(0.975, n - 1) / math.sqrt(n)
    low = (b.mean() - t * b.std()) - (a.mean() - t * a.std())
    high = (b.mean() + t * b.std()) - (a.mean() + t * a.std())
    return (b.mean() - a.mean()).item(), low.item(), high.item()


def wrong_widest_ends(before, after):
    """From the lowest after less the highest before to the reverse, of the two intervals."""
    a, b, n = before.double(), after.double(), len(before)
    t = stats.t.ppf(0.975, n - 1) / math.sqrt(n)
    low = (b.mean() - t * b.std()) - (a.mean() + t * a.std())
    high = (b.mean() + t * b.std()) - (a.mean() - t * a.std())
    return (b.mean() - a.mean()).item(), low.item(), high.item()


def wrong_mean_absolute_deviation(before, after):
    """The mean absolute deviation is a standard deviation."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * (d - d.mean()).abs().mean().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_steps_between_seeds(before, after):
    """diff gives the differences (from seed to seed)."""
    d = after.double().diff() - before.double().diff()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_root_mean_square(before, after):
    """The deviation is the root mean square of the differences, not about their mean."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * math.sqrt(d.square().sum().item() / (len(d) - 1) / len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_zero_spread_is_none(before, after):
    """Without any spread there is no interval."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std().item() / math.sqrt(len(d))
    if half == 0:
        return d.mean().item(), None, None
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half


def wrong_floor_of_spread(before, after):
    """A small constant under the root keeps things stable."""
    d = after.double() - before.double()
    half = stats.t.ppf(0.975, len(d) - 1) * math.sqrt(d.var().item() + 1e-2) / math.sqrt(len(d))
    return d.mean().item(), d.mean().item() - half, d.mean().item() + half
