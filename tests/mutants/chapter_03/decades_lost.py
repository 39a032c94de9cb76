"""Student answers to `decades_lost(norms, tail=9)`: log₁₀(first / median of the last ones), one number a seed."""

import math
import statistics

import numpy as np
import torch

# ----------------------------------------------------------------------------------------------------------- right


def right_median(norms, tail=9):
    """torch.median along time, logarithm of the ratio."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median(dim=1).values)


def right_sorted_middle(norms, tail=9):
    """The middle one of the sorted last entries, a difference of logarithms."""
    ordered = norms[:, norms.shape[1] - tail :].sort(dim=1).values
    return norms[:, 0].log10() - ordered[:, tail // 2].log10()


def right_python_loop(norms, tail=9):
    """Plain floats and the statistics module."""
    result = []
    for row in norms.tolist():
        end = statistics.median(row[-tail:])
        result.append(math.inf if end == 0 else math.log10(row[0] / end))
    return torch.tensor(result)


def right_log_first(norms, tail=9):
    """The logarithm keeps the order, so the median may be taken after it."""
    logs = norms.log10()
    return logs[:, 0] - logs[:, -tail:].median(1).values


def right_kthvalue_natural_log(norms, tail=9):
    """k-th smallest, natural logarithms divided by log 10."""
    end = norms[:, -tail:].kthvalue((tail + 1) // 2, dim=1).values
    return (norms[:, 0].log() - end.log()) / math.log(10)


def right_quantile(norms, tail=9):
    """The quantile ½ in float64."""
    norms = norms.double()
    return -torch.log10(norms[:, -tail:].quantile(0.5, dim=1) / norms[:, 0])


def right_numpy(norms, tail=9):
    """NumPy inside."""
    table = norms.detach().numpy()
    with np.errstate(divide="ignore"):
        return torch.from_numpy(np.log10(table[:, 0] / np.median(table[:, -tail:], axis=1)))


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_natural_log(norms, tail=9):
    """log is log₁₀."""
    return torch.log(norms[:, 0] / norms[:, -tail:].median(1).values)


def wrong_log_two(norms, tail=9):
    """Halvings instead of decades."""
    return torch.log2(norms[:, 0] / norms[:, -tail:].median(1).values)


def wrong_sign(norms, tail=9):
    """End over start: negative where it falls."""
    return torch.log10(norms[:, -tail:].median(1).values / norms[:, 0])


def wrong_absolute(norms, tail=9):
    """A loss of decades has no sign."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values).abs()


def wrong_clamped_at_zero(norms, tail=9):
    """A norm that grows has lost nothing."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values).clamp(min=0)


def wrong_ratio(norms, tail=9):
    """The ratio without its logarithm."""
    return norms[:, 0] / norms[:, -tail:].median(1).values


def wrong_difference(norms, tail=9):
    """The logarithm of the difference."""
    return torch.log10(norms[:, 0] - norms[:, -tail:].median(1).values)


def wrong_mean_of_tail(norms, tail=9):
    """The mean is as good as the median."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].mean(1))


def wrong_geometric_mean_of_tail(norms, tail=9):
    """Mean of the logarithms."""
    return norms[:, 0].log10() - norms[:, -tail:].log10().mean(1)


def wrong_last_entry(norms, tail=9):
    """First against last."""
    return torch.log10(norms[:, 0] / norms[:, -1])


def wrong_smallest_of_tail(norms, tail=9):
    """The lowest point counts."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].amin(1))


def wrong_middle_unsorted(norms, tail=9):
    """The middle of the last entries in time, not of the sorted ones."""
    return torch.log10(norms[:, 0] / norms[:, -tail:][:, tail // 2])


def wrong_one_above_the_middle(norms, tail=9):
    """The middle of nine is the sixth (counted from 0, tail // 2 + 1; at tail = 1 the only one)."""
    ordered = norms[:, -tail:].sort(1).values
    return torch.log10(norms[:, 0] / ordered[:, min(tail // 2 + 1, tail - 1)])


def wrong_one_below_the_middle(norms, tail=9):
    """kthvalue counts from 0 (it counts from 1)."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].kthvalue(max(tail // 2, 1), dim=1).values)


def wrong_median_of_all(norms, tail=9):
    """The median over the whole history."""
    return torch.log10(norms[:, 0] / norms.median(1).values)


def wrong_median_over_seeds(norms, tail=9):
    """median() without a dimension: one end for all seeds."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median())


def wrong_median_of_first(norms, tail=9):
    """The first `tail` entries."""
    return torch.log10(norms[:, 0] / norms[:, :tail].median(1).values)


def wrong_largest_of_history(norms, tail=9):
    """From the peak, not from the start."""
    return torch.log10(norms.amax(1) / norms[:, -tail:].median(1).values)


def wrong_median_at_the_start_too(norms, tail=9):
    """The median of the first `tail` against that of the last."""
    return torch.log10(norms[:, :tail].median(1).values / norms[:, -tail:].median(1).values)


def wrong_second_entry(norms, tail=9):
    """Counts from 1."""
    return torch.log10(norms[:, min(1, norms.shape[1] - 1)] / norms[:, -tail:].median(1).values)


def wrong_time_is_first_axis(norms, tail=9):
    """One column a seed."""
    return torch.log10(norms[0] / norms[-tail:].median(0).values)


def wrong_first_row(norms, tail=9):
    """norms[0] is the first entry of each (works where S = T)."""
    end = norms[:, -tail:].median(1).values
    return torch.log10(norms[0, : len(end)] / end) if norms.shape[1] >= len(end) else end


def wrong_tail_of_nine(norms, tail=9):
    """Ignores the argument."""
    return torch.log10(norms[:, 0] / norms[:, -9:].median(1).values)


def wrong_tail_plus_one(norms, tail=9):
    """One entry too many; torch's median takes the lower of the two."""
    return torch.log10(norms[:, 0] / norms[:, -tail - 1 :].median(1).values)


def wrong_tail_minus_one(norms, tail=9):
    """One entry too few."""
    return torch.log10(norms[:, 0] / norms[:, -max(tail - 1, 1) :].median(1).values)


def wrong_last_entry_left_out(norms, tail=9):
    """norms[:, −tail−1:−1]."""
    part = norms[:, -tail - 1 : -1] if norms.shape[1] > 1 else norms
    return torch.log10(norms[:, 0] / part.median(1).values)


def wrong_start_never_in_tail(norms, tail=9):
    """The first entry is no part of the end, even at tail = T."""
    part = norms[:, 1:][:, -tail:] if norms.shape[1] > 1 else norms
    return torch.log10(norms[:, 0] / part.median(1).values)


def wrong_tail_of_sorted_history(norms, tail=9):
    """Sort first, cut then: the largest `tail` of the history."""
    return torch.log10(norms[:, 0] / norms.sort(1).values[:, -tail:].median(1).values)


def wrong_epsilon(norms, tail=9):
    """An ε against division by zero: no `inf`."""
    return torch.log10(norms[:, 0] / (norms[:, -tail:].median(1).values + 1e-12))


def wrong_end_clamped(norms, tail=9):
    """Everything below 1e-12 is 1e-12."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values.clamp(min=1e-12))


def wrong_infinity_replaced(norms, tail=9):
    """inf cannot be averaged, so the largest number stands for it."""
    return torch.nan_to_num(torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values))


def wrong_infinity_becomes_zero(norms, tail=9):
    """Where the end is 0 nothing can be said: 0."""
    end = norms[:, -tail:].median(1).values
    return torch.where(end > 0, torch.log10(norms[:, 0] / end), torch.zeros_like(end))


def wrong_nan_for_zero(norms, tail=9):
    """Where the end is 0 nothing can be said: NaN."""
    end = norms[:, -tail:].median(1).values
    return torch.where(end > 0, torch.log10(norms[:, 0] / end), torch.full_like(end, math.nan))


def wrong_zeros_dropped(norms, tail=9):
    """Zeros are failed measurements; the median of the others."""
    ends = [row[row > 0].median() if (row > 0).any() else torch.zeros(()) for row in norms[:, -tail:]]
    return torch.log10(norms[:, 0] / torch.stack(ends).to(norms.dtype))


def wrong_zero_below_float_noise(norms, tail=9):
    """Below 1e-8 a norm is zero."""
    end = norms[:, -tail:].median(1).values
    return torch.where(end < 1e-8, torch.full_like(end, math.inf), torch.log10(norms[:, 0] / end))


def wrong_infinite_where_the_last_is_zero(norms, tail=9):
    """The very last entry decides whether the norm is 0 at the end."""
    lost = torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values)
    return torch.where(norms[:, -1] == 0, torch.full_like(lost, math.inf), lost)


def wrong_infinite_where_any_is_zero(norms, tail=9):
    """One zero among the last entries is enough."""
    lost = torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values)
    return torch.where((norms[:, -tail:] == 0).any(1), torch.full_like(lost, math.inf), lost)


def wrong_whole_decades(norms, tail=9):
    """A decade is a whole number."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values).floor()


def wrong_mean_over_seeds(norms, tail=9):
    """One number for all."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values).mean()


def wrong_single_seed_squeezed(norms, tail=9):
    """squeeze() takes the seeds away where there is one."""
    return torch.log10(norms[:, :1] / norms[:, -tail:].median(1, keepdim=True).values).squeeze()


def wrong_column(norms, tail=9):
    """(S, 1)."""
    return torch.log10(norms[:, :1] / norms[:, -tail:].median(1, keepdim=True).values)


def wrong_changes_the_history(norms, tail=9):
    """Takes the logarithm in place."""
    logs = norms.log10_()
    return logs[:, 0] - logs[:, -tail:].median(1).values


def wrong_sorts_the_history(norms, tail=9):
    """Writes the sorted tail back into the history (first entry read before)."""
    first = norms[:, 0].clone()
    norms[:, -tail:] = norms[:, -tail:].sort(1).values
    return torch.log10(first / norms[:, norms.shape[1] - 1 - tail // 2])


def wrong_per_step(norms, tail=9):
    """A rate: decades per recorded moment."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values) / norms.shape[1]


def right_torch(norms, tail=9):
    return torch.log10(norms[:, 0] / norms[:, -tail:].median(1).values)


def right_difference(norms, tail=9):
    logs = norms.double().log10()
    return logs[:, 0] - logs[:, -tail:].median(dim=1).values


def right_loop(norms, tail=9):
    lost = []
    for row in norms.tolist():
        end = sorted(row[-tail:])[tail // 2]
        lost.append(math.log10(row[0] / end) if end else math.inf)
    return torch.tensor(lost)


def wrong_natural(norms, tail=9):
    """log is log."""
    return torch.log(norms[:, 0] / norms[:, -tail:].median(1).values)


def wrong_last(norms, tail=9):
    """The end is the last entry."""
    return torch.log10(norms[:, 0] / norms[:, -1])


def wrong_seed_axis(norms, tail=9):
    """Time comes first."""
    return torch.log10(norms[0] / norms[-tail:].median(0).values)


def wrong_pooled(norms, tail=9):
    """The seeds share one end."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median())
