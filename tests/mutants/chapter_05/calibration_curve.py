"""Student answers to `calibration_curve(stated, truth, bins)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import numpy as np
import torch
from scipy import stats
from torch.nn import functional

NAN = float("nan")
TRUTH = torch.linspace(0, 1, 4000)  # stands for the notebook's global of the same name


def _which(stated, bins):
    return (stated * bins).long().clamp(max=bins - 1)


def _means(values, which, bins):
    counts = torch.bincount(which, minlength=bins)
    return torch.bincount(which, weights=values, minlength=bins) / counts, counts


def _by_place(place, stated, truth, bins):
    which = _which(place, bins)
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


# ----------------------------------------------------------------------------------------------------------- right


def right_mask_loop(stated, truth, bins):
    """One mask a bin; the mean of nothing is NaN by itself."""
    said, is_so, counts = [], [], []
    for k in range(bins):
        low, high = k / bins, (k + 1) / bins
        inside = (stated >= low) & ((stated < high) if k < bins - 1 else (stated <= 1))
        said.append(stated[inside].mean())
        is_so.append(truth[inside].mean())
        counts.append(inside.sum())
    return torch.stack(said), torch.stack(is_so), torch.stack(counts)


def right_bincount(stated, truth, bins):
    """Three weighted counts; 0/0 is NaN."""
    which = _which(stated, bins)
    said, counts = _means(stated, which, bins)
    is_so, _ = _means(truth, which, bins)
    return said, is_so, counts


def right_bucketize(stated, truth, bins):
    """Inner edges only, so that 0 and 1 need no care; right=True puts an edge into the upper bin."""
    which = torch.bucketize(stated, torch.arange(1, bins, dtype=stated.dtype) / bins, right=True)
    said, is_so = torch.full((bins,), NAN), torch.full((bins,), NAN)
    counts = torch.zeros(bins, dtype=torch.long)
    for k in which.unique().tolist():
        said[k], is_so[k] = stated[which == k].mean(), truth[which == k].mean()
        counts[k] = int((which == k).sum())
    return said, is_so, counts


def right_one_hot(stated, truth, bins):
    """A matrix of zeros and ones, and float counts."""
    member = functional.one_hot(_which(stated, bins), bins).to(stated.dtype)
    counts = member.sum(0)
    return (stated @ member) / counts, (truth @ member) / counts, counts


def right_einsum_double(stated, truth, bins):
    """Sums in double precision over both quantities at once."""
    both = torch.stack((stated, truth)).double()
    lower = torch.arange(bins, dtype=torch.float64)
    place = torch.minimum((stated.double() * bins).floor(), torch.tensor(float(bins - 1), dtype=torch.float64))
    member = (place[:, None] == lower).double()
    counts = member.sum(0)
    said, is_so = torch.einsum("kn,nb->kb", both, member) / counts
    return said, is_so, counts.long()


def right_index_add(stated, truth, bins):
    """Scatter sums, and NaN filled in explicitly."""
    which = _which(stated, bins)
    counts = torch.zeros(bins).index_add(0, which, torch.ones(len(stated)))
    sums = torch.zeros(bins, 2).index_add(0, which, torch.stack((stated, truth), 1).float())
    means = torch.where(counts[:, None] > 0, sums / counts[:, None].clamp(min=1), torch.tensor(NAN))
    return means[:, 0], means[:, 1], counts.int()


def right_sort_and_split(stated, truth, bins):
    """Sort both by what is stated, then cut at the edges."""
    ordered, order = stated.sort()
    inner = torch.tensor([k / bins for k in range(1, bins)], dtype=stated.dtype)
    cuts = torch.searchsorted(ordered, inner, right=False).tolist()  # the first that is not below the edge
    parts = ordered.tensor_split(cuts), truth[order].tensor_split(cuts)
    counts = torch.tensor([len(part) for part in parts[0]])
    return (*(torch.stack([part.mean() for part in side]) for side in parts), counts)


def right_plain_python(stated, truth, bins):
    """Lists and dictionaries; tensors only at the end."""
    members = {k: [] for k in range(bins)}
    for s, t in zip(stated.tolist(), truth.tolist()):
        members[min(int(s * bins), bins - 1)].append((s, t))
    columns = []
    for own in members.values():
        n = len(own)
        columns.append((sum(s for s, _ in own) / n if n else NAN, sum(t for _, t in own) / n if n else NAN, n))
    said, is_so, counts = zip(*columns)
    return torch.tensor(said), torch.tensor(is_so), torch.tensor(counts)


def right_scipy(stated, truth, bins):
    """binned_statistic has these very conventions: half-open bins, the last one closed, NaN where empty."""
    s, t = stated.numpy(), truth.numpy()
    both = stats.binned_statistic(s, [s, t], "mean", bins=bins, range=(0, 1)).statistic
    counts = stats.binned_statistic(s, s, "count", bins=bins, range=(0, 1)).statistic
    return torch.tensor(both[0]), torch.tensor(both[1]), torch.tensor(counts)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_sorted_by_truth(stated, truth, bins):
    """The samples are binned by their true probability."""
    which = _which(truth, bins)
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_each_by_its_own(stated, truth, bins):
    """Each quantity is averaged over its own bins."""
    said, counts = _means(stated, _which(stated, bins), bins)
    return said, _means(truth, _which(truth, bins), bins)[0], counts


def wrong_always_ten(stated, truth, bins):
    """There are ten bins, as in the example."""
    return right_bincount(stated, truth, 10)


def wrong_one_dropped(stated, truth, bins):
    """Every bin is half-open, so a stated 1 falls out."""
    which = (stated * bins).long()
    said = torch.bincount(which, weights=stated, minlength=bins + 1)[:bins]
    is_so = torch.bincount(which, weights=truth, minlength=bins + 1)[:bins]
    counts = torch.bincount(which, minlength=bins + 1)[:bins]
    return said / counts, is_so / counts, counts


def wrong_one_in_a_bin_of_its_own(stated, truth, bins):
    """bincount makes as many bins as are needed."""
    which = (stated * bins).long()
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_one_wraps_around(stated, truth, bins):
    """A modulo keeps the index in range."""
    which = (stated * bins).long() % bins
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_closed_on_the_right(stated, truth, bins):
    """bucketize as it comes: an edge belongs to the bin below it."""
    which = torch.bucketize(stated, torch.linspace(0, 1, bins + 1)[1:-1].to(stated.dtype))
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_zero_dropped(stated, truth, bins):
    """The bins of the papers, (low, high]: a stated 0 is in none."""
    columns = []
    for k in range(bins):
        inside = (stated > k / bins) & (stated <= (k + 1) / bins)
        columns.append((stated[inside].mean(), truth[inside].mean(), inside.sum()))
    return tuple(torch.stack(column) for column in zip(*columns))


def wrong_edges_twice(stated, truth, bins):
    """Both ends of each bin are included."""
    columns = []
    for k in range(bins):
        inside = (stated >= k / bins) & (stated <= (k + 1) / bins)
        columns.append((stated[inside].mean(), truth[inside].mean(), inside.sum()))
    return tuple(torch.stack(column) for column in zip(*columns))


def wrong_empty_is_zero(stated, truth, bins):
    """An empty bin has mean 0: the count is clamped to avoid dividing by zero."""
    which = _which(stated, bins)
    counts = torch.bincount(which, minlength=bins)
    safe = counts.clamp(min=1)
    said = torch.bincount(which, weights=stated, minlength=bins) / safe
    return said, torch.bincount(which, weights=truth, minlength=bins) / safe, counts


def wrong_empty_truth_is_zero(stated, truth, bins):
    """Of an empty bin nothing is real, so only the stated mean is NaN."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return said, is_so.nan_to_num(0.0), counts


def wrong_empty_stated_is_the_middle(stated, truth, bins):
    """An empty bin still has a place on the axis: its middle."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return torch.where(counts > 0, said, ((torch.arange(bins) + 0.5) / bins).to(said.dtype)), is_so, counts


def wrong_empty_bins_left_out(stated, truth, bins):
    """Empty bins are not returned."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return said[counts > 0], is_so[counts > 0], counts[counts > 0]


def wrong_no_minlength(stated, truth, bins):
    """bincount is as long as there are bins; empty ones at the end are cut off."""
    which = _which(stated, bins)
    counts = torch.bincount(which)
    return torch.bincount(which, weights=stated) / counts, torch.bincount(which, weights=truth) / counts, counts


def wrong_empty_count_is_nan(stated, truth, bins):
    """Where the bin is empty, everything is NaN."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return said, is_so, torch.where(counts > 0, counts.double(), NAN)


def wrong_count_plus_one(stated, truth, bins):
    """One more in the denominator, against a division by zero, and NaN put in where the bin is empty."""
    which = _which(stated, bins)
    counts = torch.bincount(which, minlength=bins)
    said = torch.bincount(which, weights=stated, minlength=bins) / (counts + 1)
    is_so = torch.bincount(which, weights=truth, minlength=bins) / (counts + 1)
    return torch.where(counts > 0, said, NAN), torch.where(counts > 0, is_so, NAN), counts


def wrong_single_samples_ignored(stated, truth, bins):
    """A mean needs at least two samples."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return torch.where(counts > 1, said, NAN), torch.where(counts > 1, is_so, NAN), counts


def wrong_middles(stated, truth, bins):
    """The mean stated probability of a bin is its middle."""
    _, is_so, counts = right_bincount(stated, truth, bins)
    middles = (torch.arange(bins) + 0.5) / bins
    return torch.where(counts > 0, middles, NAN), is_so, counts


def wrong_lower_edges(stated, truth, bins):
    """The mean stated probability of a bin is where it begins."""
    _, is_so, counts = right_bincount(stated, truth, bins)
    return torch.where(counts > 0, torch.arange(bins) / bins, NAN), is_so, counts


def wrong_quantile_bins(stated, truth, bins):
    """Bins of equal counts."""
    order = stated.argsort()
    parts = stated[order].tensor_split(bins), truth[order].tensor_split(bins)
    counts = torch.tensor([len(part) for part in parts[0]])
    return (*(torch.stack([part.mean() for part in side]) for side in parts), counts)


def wrong_range_of_the_data(stated, truth, bins):
    """The bins reach from the smallest to the largest stated probability."""
    low, high = stated.min(), stated.max()
    return _by_place((stated - low) / (high - low).clamp(min=1e-12), stated, truth, bins)


def wrong_rounded(stated, truth, bins):
    """The nearest bin by rounding."""
    which = (stated * bins).round().long().clamp(max=bins - 1)
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_off_by_one(stated, truth, bins):
    """bucketize with all edges numbers the bins from 0."""
    which = torch.bucketize(stated, torch.linspace(0, 1, bins + 1).to(stated.dtype), right=True).clamp(max=bins - 1)
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_one_edge_too_few(stated, truth, bins):
    """linspace(0, 1, bins) has the edges."""
    edges = torch.linspace(0, 1, bins).to(stated.dtype)
    which = (torch.bucketize(stated, edges, right=True) - 1).clamp(0, bins - 1)
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_scaled_by_one_less(stated, truth, bins):
    """Multiplying by bins − 1 keeps 1 in the last bin."""
    which = (stated * (bins - 1)).long()
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_truth_as_a_decision(stated, truth, bins):
    """The share of samples that are rather real than fake."""
    return right_bincount(stated, (truth > 0.5).to(stated.dtype), bins)


def wrong_truth_drawn(stated, truth, bins):
    """A sample is real or it is not: draw which."""
    return right_bincount(stated, (torch.rand(len(truth)) < truth).to(stated.dtype), bins)


def wrong_folded(stated, truth, bins):
    """As in image classification: the confidence in the more likely answer."""
    confidence = torch.maximum(stated, 1 - stated)
    return right_bincount(confidence, torch.where(stated >= 0.5, truth, 1 - truth), bins)


def wrong_shares(stated, truth, bins):
    """How many means how large a share."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return said, is_so, counts / counts.sum()


def wrong_sums(stated, truth, bins):
    """The means are taken later."""
    which = _which(stated, bins)
    counts = torch.bincount(which, minlength=bins)
    said = torch.bincount(which, weights=stated, minlength=bins)
    is_so = torch.bincount(which, weights=truth, minlength=bins)
    return torch.where(counts > 0, said, NAN), torch.where(counts > 0, is_so, NAN), counts


def wrong_divided_by_all(stated, truth, bins):
    """The mean over all samples, of which those outside the bin count 0."""
    said, is_so, counts = wrong_sums(stated, truth, bins)
    return said / len(stated), is_so / len(stated), counts


def wrong_medians(stated, truth, bins):
    """The middle value is as good as the mean."""
    which = _which(stated, bins)
    said, is_so = torch.full((bins,), NAN), torch.full((bins,), NAN)
    for k in which.unique().tolist():
        said[k], is_so[k] = stated[which == k].median(), truth[which == k].median()
    return said, is_so, torch.bincount(which, minlength=bins)


def wrong_swapped(stated, truth, bins):
    """Truth first."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return is_so, said, counts


def wrong_gap(stated, truth, bins):
    """The second tensor is how far the statement is off."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return said, said - is_so, counts


def wrong_truth_sorted_alone(stated, truth, bins):
    """Both are sorted, each by itself, and then cut."""
    return right_bincount(stated.sort().values, truth.sort().values, bins)


def wrong_weighted_by_the_statement(stated, truth, bins):
    """Samples of which D is surer count more."""
    which = _which(stated, bins)
    said, counts = _means(stated, which, bins)
    weights = torch.bincount(which, weights=stated, minlength=bins)
    return said, torch.bincount(which, weights=stated * truth, minlength=bins) / weights, counts


def wrong_overall_truth(stated, truth, bins):
    """One mean of the truth, for every bin."""
    said, _, counts = right_bincount(stated, truth, bins)
    return said, torch.where(counts > 0, truth.double().mean(), NAN), counts


def wrong_counts_of_real(stated, truth, bins):
    """Only real samples are counted."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return said, is_so, (is_so.nan_to_num(0.0) * counts).round().long()


def wrong_running_counts(stated, truth, bins):
    """A bin is everything below its upper edge."""
    said, is_so, counts = right_bincount(stated, truth, bins)
    return said, is_so, counts.cumsum(0)


def wrong_changes_its_argument(stated, truth, bins):
    """Scaled in place, to save memory."""
    said = stated.clone()
    which = stated.mul_(bins).long().clamp(max=bins - 1)
    means, counts = _means(said, which, bins)
    return means, _means(truth, which, bins)[0], counts


def wrong_global_truth(stated, truth, bins):
    """The true probabilities are the notebook's TRUTH."""
    return right_bincount(stated, TRUTH.to(stated.dtype), bins)


def wrong_arrays(stated, truth, bins):
    """NumPy arrays will do for the figure."""
    return tuple(np.asarray(column) for column in right_bincount(stated, truth, bins))


def wrong_as_columns(stated, truth, bins):
    """One matrix with the three columns."""
    return torch.stack([column.double() for column in right_bincount(stated, truth, bins)], 1)


def wrong_decimal_digits(stated, truth, bins):
    """The bin is the first digit behind the point, whatever the number of bins."""
    which = (stated * 10).long().clamp(max=bins - 1)
    said, counts = _means(stated, which, bins)
    return said, _means(truth, which, bins)[0], counts


def wrong_extremes_cut(stated, truth, bins):
    """Probabilities are clamped away from 0 and 1 first, as for a logarithm."""
    return right_bincount(stated.clamp(0.01, 0.99), truth, bins)


def wrong_histogram_of_the_range(stated, truth, bins):
    """histc counts; without limits it takes the data's range."""
    said, is_so, _ = right_bincount(stated, truth, bins)
    return said, is_so, torch.histc(stated, bins)


def wrong_rounded_statements(stated, truth, bins):
    """Percentages have two digits: statements are rounded to them first."""
    return right_bincount((stated * 100).round() / 100, truth, bins)


# ----------------------------------------------------------------------------------------------------------- more


def right_loop(stated, truth, bins):
    which = (stated * bins).long().clamp(max=bins - 1)
    rows = []
    for k in range(bins):
        inside = which == k
        rows.append((stated[inside].mean(), truth[inside].mean(), inside.sum().float()))
    return tuple(torch.stack(part) for part in zip(*rows))


def right_masks(stated, truth, bins):
    edges = torch.linspace(0, 1, bins + 1)
    edges[-1] = math.inf
    said, true, counts = [], [], []
    for low, high in zip(edges[:-1], edges[1:]):
        mask = (stated >= low) & (stated < high)
        counts.append(int(mask.sum()))
        said.append(float(stated[mask].mean()) if counts[-1] else math.nan)
        true.append(float(truth[mask].mean()) if counts[-1] else math.nan)
    return torch.tensor(said), torch.tensor(true), torch.tensor(counts)


def wrong_lost_ones(stated, truth, bins):
    """Bins are half open, all of them."""
    edges = torch.linspace(0, 1, bins + 1)
    masks = [(stated >= low) & (stated < high) for low, high in zip(edges[:-1], edges[1:])]
    return tuple(
        torch.stack(part) for part in zip(*((stated[m].mean(), truth[m].mean(), m.sum().float()) for m in masks))
    )


def wrong_centres(stated, truth, bins):
    """A bin states its centre."""
    _, is_so, counts = right_loop(stated, truth, bins)
    return torch.where(counts > 0, (torch.arange(bins) + 0.5) / bins, torch.nan), is_so, counts


def wrong_zeros(stated, truth, bins):
    """An empty bin has mean 0."""
    return tuple(part.nan_to_num() for part in right_loop(stated, truth, bins))


def wrong_exchanged(stated, truth, bins):
    """Bin by what is true."""
    is_so, said, counts = right_loop(truth, stated, bins)
    return said, is_so, counts


def wrong_quantiles(stated, truth, bins):
    """Bins hold equally many samples."""
    order = stated.argsort()
    parts = order.tensor_split(bins)
    rows = [(stated[i].mean(), truth[i].mean(), torch.tensor(float(len(i)))) for i in parts]
    return tuple(torch.stack(part) for part in zip(*rows))
