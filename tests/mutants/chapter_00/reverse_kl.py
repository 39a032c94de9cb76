"""Student answers to `reverse_kl(samples, centres, std)`: `right_*` meet the text, `wrong_*` do not."""

import math
from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F
from scipy import stats

import ganlab
from ganlab.diagnostics import mode_report


def _counts(samples, centres, std):
    distance, nearest = torch.cdist(samples, centres).min(dim=1)
    return torch.bincount(nearest[distance <= 3 * std], minlength=len(centres)).double()


# ----------------------------------------------------------------------------------------------------------- right


def right_xlogy(samples, centres, std):
    """Counts, shares, torch.xlogy."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def right_log_minus_entropy(samples, centres, std):
    """ln K minus the entropy, a Counter, plain Python."""
    tally = Counter()
    for x in samples.tolist():
        if any(v != v for v in x):
            continue
        d = [math.dist(x, c) for c in centres.tolist()]
        if min(d) <= 3 * std:
            tally[d.index(min(d))] += 1
    n = sum(tally.values())
    if n == 0:
        return float("inf")
    return math.log(len(centres)) + sum(c / n * math.log(c / n) for c in tally.values())


def right_scipy_entropy(samples, centres, std):
    """SciPy's relative entropy against equal shares."""
    x, c = samples.detach().numpy().astype(float), centres.numpy().astype(float)
    x = x[~np.isnan(x).any(1)]
    d = np.linalg.norm(x[:, None] - c, axis=-1)
    near = d.argmin(1)[d.min(1) <= 3 * std]
    if near.size == 0:
        return math.inf
    return float(stats.entropy(np.bincount(near, minlength=len(c)), np.ones(len(c))))


def right_kl_div(samples, centres, std):
    """F.kl_div takes the log of the second distribution first; its sum leaves p = 0 out."""
    d = (samples[:, None] - centres).norm(dim=-1)
    own = F.one_hot(d.argmin(1), len(centres)) * (d <= 3 * std)
    counts = own.sum(0).double()
    if not counts.any():
        return torch.tensor(torch.inf)
    uniform = torch.full_like(counts, 1 / len(centres))
    return F.kl_div(uniform.log(), counts / counts.sum(), reduction="sum")


def right_nansum(samples, centres, std):
    """0 · ln 0 is NaN and skipped by nansum; infinity is filled in where the total is 0."""
    squared = (samples[:, None] - centres).square().sum(-1)
    best, k = squared.min(1)
    counts = torch.zeros(len(centres)).index_add_(0, k, (best.sqrt() <= 3 * std).float())
    p = counts / counts.sum()
    return torch.where(counts.sum() > 0, (p * (p * len(centres)).log()).nansum(), math.inf)


def right_counts_only(samples, centres, std):
    """ln(K/n) + Σ c ln c / n, from whole numbers, captured modes only."""
    d = torch.cdist(samples, centres)
    good = d.amin(1) <= 3 * std
    c = d.argmin(1)[good].unique(return_counts=True)[1].double()
    n = int(good.sum())
    return math.log(len(centres) / n) + float((c * c.log()).sum()) / n if n else math.inf


def right_cross_entropy(samples, centres, std):
    """The mean over good samples of the log share of their own mode, plus ln K."""
    d, k = torch.cdist(samples, centres).min(dim=1)
    k = k[d <= 3 * std]
    if k.numel() == 0:
        return math.inf
    together = (k[:, None] == torch.arange(len(centres))).double().mean(0)
    return together[k].log().mean() + math.log(len(centres))


def right_masked_log(samples, centres, std):
    """Shares above 0 are selected before the logarithm; a class keeps the tally."""

    class Tally:
        def __init__(self, size):
            self.counts = [0] * size

        def add(self, k):
            self.counts[k] += 1

        def shares(self):
            return torch.tensor([c / sum(self.counts) for c in self.counts if c > 0], dtype=torch.float64)

    tally = Tally(len(centres))
    for distance, k in zip(*torch.cdist(samples, centres).min(1), strict=True):
        if distance <= 3 * std:
            tally.add(int(k))
    p = tally.shares()
    return (p * (p / (1 / len(centres))).log()).sum() if len(p) else math.inf


def right_plain(samples, centres, std):
    counts = _counts(samples, centres, std)
    if counts.sum() == 0:
        return math.inf
    share = counts / counts.sum()
    return math.log(len(centres)) + float(torch.xlogy(share, share).sum())


def right_definition(samples, centres, std):
    counts = _counts(samples, centres, std)
    if not counts.any():
        return float("inf")
    share = counts[counts > 0] / counts.sum()
    return (share * (share * len(centres)).log()).sum()


def right_loop(samples, centres, std):
    counts = _counts(samples, centres, std).tolist()
    total = sum(counts)
    if not total:
        return math.inf
    return sum(c / total * math.log(c / total * len(counts)) for c in counts if c)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_forward(samples, centres, std):
    """The truth comes first: KL(uniform ‖ p̂)."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return -(p * len(centres)).log().mean()


def wrong_all_samples(samples, centres, std):
    """Every sample counts for its nearest mode, good or not."""
    counts = torch.bincount(torch.cdist(samples, centres).argmin(1), minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_divided_by_n(samples, centres, std):
    """Shares of all N samples: they do not add up to 1."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / len(samples)
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_bad_samples_as_a_mode(samples, centres, std):
    """Bad samples are one more mode, K + 1 in all."""
    d, k = torch.cdist(samples, centres).min(1)
    k = torch.where(d <= 3 * std, k, len(centres))
    counts = torch.bincount(k, minlength=len(centres) + 1).double()
    if counts[:-1].sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * (len(centres) + 1)).sum()


def wrong_captured_modes_only(samples, centres, std):
    """K is the number of captured modes."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = k[d <= 3 * std].unique(return_counts=True)[1].double()
    if len(counts) == 0:
        return math.inf
    p = counts / counts.sum()
    return (p * (p * len(counts)).log()).sum()


def wrong_highest_index(samples, centres, std):
    """Bincount without minlength: K is the highest captured index + 1."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std]).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(counts)).sum()


def wrong_missing_mode_is_nan(samples, centres, std):
    """p ln p takes care of itself at 0."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return (p * (p * len(centres)).log()).sum()


def wrong_missing_mode_is_infinite(samples, centres, std):
    """A missing mode is the worst there is."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if (counts == 0).any():
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_served_evenly(samples, centres, std):
    """The rule at the end of the paragraph, ln(K/k), for all cases."""
    d, k = torch.cdist(samples, centres).min(1)
    captured = k[d <= 3 * std].unique().numel()
    return math.log(len(centres) / captured) if captured else math.inf


def wrong_entropy(samples, centres, std):
    """The entropy is the divergence."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return -torch.xlogy(p, p).sum()


def wrong_sign(samples, centres, std):
    """Minus, as in the entropy."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return -torch.xlogy(p, p * len(centres)).sum()


def wrong_log_k_added_to_entropy(samples, centres, std):
    """ln K + H."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return math.log(len(centres)) - torch.xlogy(p, p).sum()


def wrong_divided_by_k(samples, centres, std):
    """p/K in the logarithm."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p / len(centres)).sum()


def wrong_bits(samples, centres, std):
    """Base 2."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum() / math.log(2)


def wrong_log10(samples, centres, std):
    """Base 10."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts[counts > 0] / counts.sum()
    return (p * (p * len(centres)).log10()).sum()


def wrong_relative_to_log_k(samples, centres, std):
    """Divided by ln K, so that the worst is 1."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum() / max(math.log(len(centres)), 1e-9)


def wrong_mean_over_modes(samples, centres, std):
    """The mean over modes."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).mean()


def wrong_kl_div_of_p(samples, centres, std):
    """F.kl_div(log p, uniform): the arguments as one reads them."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = (counts / counts.sum()).clamp(min=1e-12)
    return F.kl_div(p.log(), torch.full_like(p, 1 / len(centres)), reduction="sum")


def wrong_kl_div_batchmean(samples, centres, std):
    """Reduction="batchmean", as the documentation advises: it divides by K here."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    uniform = torch.full_like(counts, 1 / len(centres))
    return F.kl_div(uniform.log(), counts / counts.sum(), reduction="batchmean")


def wrong_softmax_of_counts(samples, centres, std):
    """Softmax makes a distribution of the counts."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts.softmax(0)
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_one_added(samples, centres, std):
    """One pseudo-sample a mode avoids ln 0."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = (counts + 1) / (counts + 1).sum()
    return (p * (p * len(centres)).log()).sum()


def wrong_epsilon(samples, centres, std):
    """1e-3 avoids ln 0."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return (p * (p * len(centres) + 1e-3).log()).sum()


def wrong_overlap_counts_twice(samples, centres, std):
    """Counts of samples within 3σ of each centre: a sample between two counts for both."""
    counts = (torch.cdist(samples, centres) <= 3 * std).sum(0).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_first_near_centre(samples, centres, std):
    """The first centre within 3σ takes the sample."""
    near = torch.cdist(samples, centres) <= 3 * std
    counts = torch.bincount(near.int().argmax(1)[near.any(1)], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_boundary_excluded(samples, centres, std):
    """Within means below."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d < 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_three_variances(samples, centres, std):
    """The squared distance against 3σ²."""
    d, k = (samples[:, None] - centres).square().sum(-1).min(1)
    counts = torch.bincount(k[d <= 3 * std**2], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_sum_of_absolutes(samples, centres, std):
    """The distance is |x| + |y|."""
    d, k = torch.cdist(samples, centres, p=1).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_none_is_zero(samples, centres, std):
    """Without good samples there is nothing to add: 0."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    p = counts / counts.sum().clamp(min=1)
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_none_is_nan(samples, centres, std):
    """0/0 shows by itself that something is wrong."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_none_is_log_k(samples, centres, std):
    """ln K is the worst mark."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.log(len(centres))
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_only_empty_is_infinite(samples, centres, std):
    """The corner case is N = 0; samples that are all bad are not thought of."""
    if len(samples) == 0:
        return math.inf
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).nansum()


def wrong_empty_raises(samples, centres, std):
    """All samples are bad if the least distance is too large; the least of nothing raises."""
    d, k = torch.cdist(samples, centres).min(1)
    if d.nan_to_num(nan=math.inf).min() > 3 * std:
        return math.inf
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_minus_infinity(samples, centres, std):
    """The logarithm of 0 is −∞."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return -math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_nan_goes_to_a_mode(samples, centres, std):
    """Bad is what is beyond 3σ; NaN is not."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[~(d > 3 * std)], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_one_nan_spoils_all(samples, centres, std):
    """A cloud with NaN gets the worst mark."""
    if samples.isnan().any():
        return math.inf
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_half_nan(samples, centres, std):
    """A NaN coordinate adds nothing to the distance."""
    d = (samples[:, None] - centres).square().nansum(-1).sqrt()
    d[samples.isnan().all(1)] = math.inf
    d, k = d.min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_bias_corrected(samples, centres, std):
    """The sampling floor (K − 1)/(2N) is taken away, not below 0."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return (torch.xlogy(p, p * len(centres)).sum() - (len(centres) - 1) / (2 * len(samples))).clamp(min=0)


def wrong_total_variation(samples, centres, std):
    """Half the sum of absolute differences measures unevenness, too."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    return (counts / counts.sum() - 1 / len(centres)).abs().sum() / 2


def wrong_chi_squared(samples, centres, std):
    """The second-order term: half of Σ (p − q)²/q."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    return (counts / counts.sum() * len(centres) - 1).square().mean() / 2


def wrong_absolute_terms(samples, centres, std):
    """A divergence has no negative terms."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).abs().sum()


def wrong_whole_shares(samples, centres, std):
    """Whole numbers divided by //."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres))
    if counts.sum() == 0:
        return math.inf
    p = (counts // counts.sum()).double()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_eight_modes(samples, centres, std):
    """K is 8."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=8).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * 8).sum()


def wrong_global_std(samples, centres, std):
    """3σ is 0.15."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 0.15], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_different_samples(samples, centres, std):
    """Repeated samples are counted once."""
    x = samples.unique(dim=0) if len(samples) else samples
    d, k = torch.cdist(x, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_axis(samples, centres, std):
    """Every mode picks its nearest sample: the minimum over axis 0."""
    if len(samples) == 0:
        return math.inf
    d, k = torch.cdist(samples, centres).min(0)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(samples)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_moves_the_samples(samples, centres, std):
    """The samples are moved to the origin in place: the caller's cloud is changed."""
    k = torch.cdist(samples, centres).argmin(1)
    samples.sub_(centres[k])
    counts = torch.bincount(k[samples.norm(dim=1) <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres)).sum()


def wrong_terms(samples, centres, std):
    """One term a mode; the sum is forgotten."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    p = counts / counts.sum()
    return torch.xlogy(p, p * len(centres))


def wrong_library(samples, centres, std):
    """The course has a report."""
    return mode_report(samples, ganlab.Mixture(centres, std=std)).reverse_kl[0] if len(samples) else math.inf


def wrong_nan_for_missing(samples, centres, std):
    """0 log 0 takes care of itself."""
    counts = _counts(samples, centres, std)
    share = counts / counts.sum()
    return math.log(len(centres)) + float((share * share.log()).sum())


def wrong_captured_only(samples, centres, std):
    """K is the number of modes found."""
    counts = _counts(samples, centres, std)
    share = counts[counts > 0] / counts.sum()
    return math.log(len(share)) + float((share * share.log()).sum()) if len(share) else math.inf
