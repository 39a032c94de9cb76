"""Student answers to `class_histogram(labels, classes)`: `right_*` meet the statement, `wrong_*` do not."""

import math
from collections import Counter, namedtuple

import numpy as np
import torch
import torch.nn.functional as F

# ----------------------------------------------------------------------------------------------------------- right


def right_compare_with_every_class(labels, classes):
    """One comparison of each label with each class."""
    counts = (labels[:, :, None] == torch.arange(classes)).sum(1)
    p = counts / counts.sum(1, keepdim=True)
    entropy = -torch.where(p == 0, p, p * p.log()).sum(1)
    return counts, (counts == 0).sum(1), entropy


def right_shifted_one_hot(labels, classes):
    """−1 becomes a column of its own in front, which is dropped; torch's own entropy of an entry."""
    counts = F.one_hot(labels.long() + 1, classes + 1)[..., 1:].sum(dim=-2)
    share = counts.double() / counts.double().sum(dim=-1, keepdim=True)
    return counts, classes - counts.count_nonzero(dim=-1), torch.special.entr(share).sum(-1)


def right_counter(labels, classes):
    """Plain Python, seed by seed."""
    counts, missing, entropy = [], [], []
    for row in labels.tolist():
        tally = Counter(k for k in row if k >= 0)
        n = sum(tally.values())
        counts.append([tally[k] for k in range(classes)])
        missing.append(sum(tally[k] == 0 for k in range(classes)))
        entropy.append(-sum(c / n * math.log(c / n) for c in tally.values() if c) if n else math.nan)
    return torch.tensor(counts), torch.tensor(missing), torch.tensor(entropy)


def right_bincount_of_filtered(labels, classes):
    """bincount of the seeds' known labels; ln n − Σ c ln c / n."""
    counts = torch.stack([torch.bincount(row[row > -1].long(), minlength=classes) for row in labels])
    n = counts.sum(1).double()
    entropy = n.log() - torch.special.xlogy(counts.double(), counts.double()).sum(1) / n
    return counts, (counts < 1).sum(1), torch.where(n > 0, entropy, math.nan)


def right_one_bincount_for_all(labels, classes):
    """Seed and class as one index, one bincount; the pair is a named tuple, counts are int32."""
    Histogram = namedtuple("Histogram", "counts missing entropy")
    S = len(labels)
    index = (torch.arange(S)[:, None] * classes + labels)[labels != -1]
    counts = torch.bincount(index, minlength=S * classes).reshape(S, classes)
    p = counts.double() / counts.sum(1)[:, None]
    logs = p.masked_fill(p == 0, 1).log()
    return Histogram(counts.int(), (counts == 0).sum(1).int(), -(p * logs).sum(1))


def right_numpy(labels, classes):
    """NumPy inside, with an explicit loop over the classes."""
    table = np.array(labels)
    counts = np.stack([(table == k).sum(1) for k in range(classes)], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = counts / counts.sum(1, keepdims=True)
        terms = np.where(counts > 0, -p * np.log(p), 0 * p)
    return torch.from_numpy(counts), torch.from_numpy((counts == 0).sum(1)), torch.from_numpy(terms.sum(1))


def right_scatter(labels, classes):
    """scatter_add with weight 0 for those without a class; logs of clamped shares."""
    counts = torch.zeros(len(labels), classes, dtype=torch.long)
    counts.scatter_add_(1, labels.long().clamp(min=0), (labels >= 0).long())
    p = counts.double() / counts.sum(1, keepdim=True)
    return counts, counts.eq(0).sum(1), -(p * p.clamp(min=1e-300).log()).sum(1)


def right_by_comparison(labels, classes):
    """Compare every label with every class."""
    counts = (labels[:, :, None] == torch.arange(classes)).sum(1)
    shares = counts.double() / counts.sum(1, keepdim=True)
    return counts, (counts == 0).sum(1), -torch.special.xlogy(shares, shares).sum(1)


def right_by_bincount(labels, classes):
    """Count seed by seed; float32 shares, classes that are there only."""
    counts, missing, entropy = [], [], []
    for row in labels:
        own = torch.bincount(row[row >= 0], minlength=classes)
        p = own[own > 0] / own.sum()
        counts.append(own)
        missing.append(classes - len(p))
        entropy.append(float(-(p * p.log()).sum()) if len(p) else math.nan)
    return torch.stack(counts), torch.tensor(missing), torch.tensor(entropy)


def right_by_one_hot(labels, classes):
    """Give -1 a column of its own and drop it; the entropy is torch's."""
    counts = F.one_hot(labels + 1, classes + 1).sum(1)[:, 1:]
    known = counts.sum(1) > 0
    entropy = torch.full((len(labels),), math.nan)
    for k in known.nonzero().flatten():
        entropy[k] = torch.distributions.Categorical(probs=counts[k].double()).entropy()
    return counts, classes - (counts > 0).sum(1), entropy


# ----------------------------------------------------------------------------------------------------------- wrong


def _entropy(counts):
    p = counts.double() / counts.sum(1, keepdim=True)
    return -torch.special.xlogy(p, p).sum(1)


def _counts(labels, classes):
    return (labels[:, :, None] == torch.arange(classes)).sum(1)


def wrong_minus_one_wraps_around(labels, classes):
    """A list of counters indexed by the label; −1 then means the last class."""
    counts = torch.zeros(len(labels), classes, dtype=torch.long)
    for s, row in enumerate(labels.tolist()):
        for k in row:
            counts[s, k] += 1
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_minus_one_is_class_zero(labels, classes):
    """clamp makes the labels valid."""
    counts = F.one_hot(labels.long().clamp(min=0), classes).sum(1)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_shares_of_all_samples(labels, classes):
    """Shares are of all N samples, with or without a class."""
    counts = _counts(labels, classes)
    p = counts.double() / labels.shape[1]
    entropy = -torch.special.xlogy(p, p).sum(1)
    return counts, (counts == 0).sum(1), torch.where(counts.sum(1) > 0, entropy, math.nan)


def wrong_bits(labels, classes):
    """Entropy is in bits."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), _entropy(counts) / math.log(2)


def wrong_normalised_entropy(labels, classes):
    """Entropy lies between 0 and 1, divided by ln K."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), _entropy(counts) / math.log(max(classes, 2))


def wrong_sign(labels, classes):
    """The sum of p ln p without its minus."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), -_entropy(counts)


def wrong_zero_log_zero(labels, classes):
    """p * p.log() looks after 0 ln 0 by itself."""
    counts = _counts(labels, classes)
    p = counts / counts.sum(1, keepdim=True)
    return counts, (counts == 0).sum(1), -(p * p.log()).sum(1)


def wrong_nansum(labels, classes):
    """nansum takes care of 0 ln 0; a seed without classes then has entropy 0."""
    counts = _counts(labels, classes)
    p = counts / counts.sum(1, keepdim=True)
    return counts, (counts == 0).sum(1), -(p * p.log()).nansum(1)


def wrong_denominator_clamped(labels, classes):
    """Dividing by zero is to be avoided: at least one sample."""
    counts = _counts(labels, classes)
    p = counts.double() / counts.sum(1, keepdim=True).clamp(min=1)
    return counts, (counts == 0).sum(1), -torch.special.xlogy(p, p).sum(1)


def wrong_laplace_smoothing(labels, classes):
    """One sample more in each class keeps the logarithm finite."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), torch.where(counts.sum(1) > 0, _entropy(counts + 1), math.nan)


def wrong_epsilon_in_the_log(labels, classes):
    """ln(p + 0.001) keeps the logarithm finite."""
    counts = _counts(labels, classes)
    p = counts.double() / counts.sum(1, keepdim=True)
    return counts, (counts == 0).sum(1), -(p * (p + 1e-3).log()).sum(1)


def wrong_missing_is_present(labels, classes):
    """The number of classes that have samples."""
    counts = _counts(labels, classes)
    return counts, (counts > 0).sum(1), _entropy(counts)


def wrong_missing_from_largest_label(labels, classes):
    """Classes above the largest label are the missing ones."""
    counts = _counts(labels, classes)
    return counts, classes - 1 - labels.amax(1), _entropy(counts)


def wrong_missing_from_unique_with_minus_one(labels, classes):
    """unique counts the classes; −1 is one of the values."""
    counts = _counts(labels, classes)
    return counts, torch.tensor([classes - len(row.unique()) for row in labels]), _entropy(counts)


def wrong_missing_from_shares(labels, classes):
    """A class is missing where its share is 0; NaN is not 0, so a seed without classes misses none."""
    counts = _counts(labels, classes)
    p = counts.double() / counts.sum(1, keepdim=True)
    return counts, (p == 0).sum(1), -torch.special.xlogy(p, p).sum(1)


def wrong_missing_over_all_seeds(labels, classes):
    """A class is missing when no seed has it."""
    counts = _counts(labels, classes)
    missing = (counts.sum(0) == 0).sum()
    return counts, missing.expand(len(labels)).clone(), _entropy(counts)


def wrong_missing_up_to_one(labels, classes):
    """A single sample is an accident: at most one is missing."""
    counts = _counts(labels, classes)
    return counts, (counts <= 1).sum(1), _entropy(counts)


def wrong_missing_where_below_average(labels, classes):
    """A class with less than a tenth of its fair share is missing."""
    counts = _counts(labels, classes)
    return counts, (counts < 0.1 * labels.shape[1] / classes).sum(1), _entropy(counts)


def wrong_entropy_of_all_seeds(labels, classes):
    """The entropy of the pooled histogram, repeated."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), _entropy(counts.sum(0, keepdim=True)).repeat(len(labels))


def wrong_shares_over_seeds(labels, classes):
    """Shares sum to 1 along the other axis."""
    counts = _counts(labels, classes)
    p = counts.double() / counts.sum(0, keepdim=True).clamp(min=1)
    entropy = -torch.special.xlogy(p, p).sum(1)
    return counts, (counts == 0).sum(1), torch.where(counts.sum(1) > 0, entropy, math.nan)


def wrong_divided_by_the_grand_total(labels, classes):
    """counts.sum() without an axis: right for one seed only."""
    counts = _counts(labels, classes)
    p = counts.double() / counts.sum()
    entropy = -torch.special.xlogy(p, p).sum(1)
    return counts, (counts == 0).sum(1), torch.where(counts.sum(1) > 0, entropy, math.nan)


def wrong_mean_for_sum(labels, classes):
    """The mean of −p ln p over the classes."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), _entropy(counts) / classes


def wrong_bincount_without_minlength(labels, classes):
    """bincount knows how many classes there are."""
    rows = [torch.bincount(row[row >= 0].long(), minlength=int(labels.max()) + 1) for row in labels]
    counts = torch.stack(rows)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_minlength_one_short(labels, classes):
    """bincount of labels + 1, its first dropped; minlength should have been classes + 1."""
    rows = [torch.bincount(row.long() + 1, minlength=classes)[1:] for row in labels]
    width = max(len(row) for row in rows)
    counts = torch.stack([F.pad(row, (0, width - len(row))) for row in rows])
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_ten_classes(labels, classes):
    """Digits have ten classes."""
    counts = _counts(labels, 10)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_ten_in_missing(labels, classes):
    """Missing is ten less those present."""
    counts = _counts(labels, classes)
    return counts, 10 - (counts > 0).sum(1), _entropy(counts)


def wrong_float_counts(labels, classes):
    """Counts that will be divided are floats."""
    counts = _counts(labels, classes).float()
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_shares_for_counts(labels, classes):
    """The histogram is the table of shares."""
    counts = _counts(labels, classes)
    return counts / counts.sum(1, keepdim=True), (counts == 0).sum(1), _entropy(counts)


def wrong_float_missing(labels, classes):
    """Missing as a float, since it will be averaged."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).double().sum(1), _entropy(counts)


def wrong_labels_overwritten(labels, classes):
    """−1 is moved out of the way in the caller's own tensor."""
    labels[labels < 0] = classes
    counts = F.one_hot(labels.long(), classes + 1)[..., :classes].sum(1)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_labels_shifted_in_place(labels, classes):
    """labels += 1 makes a new tensor."""
    labels += 1
    counts = F.one_hot(labels.long(), classes + 1)[..., 1:].sum(1)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_histc_of_one_class(labels, classes):
    """histc from 0 to classes − 1; with one class both ends are equal, and it takes the data's range instead."""
    counts = torch.stack([torch.histc(row.float(), bins=classes, min=0, max=classes - 1) for row in labels]).long()
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_histc_of_the_data_range(labels, classes):
    """histc finds the range by itself."""
    counts = torch.stack([torch.histc(row[row >= 0].float(), bins=classes) for row in labels]).long()
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_indexed_assignment(labels, classes):
    """counts[seed, label] += 1 adds once for each sample; in fact once for each pair."""
    counts = torch.zeros(len(labels), classes + 1, dtype=torch.long)
    counts[torch.arange(len(labels))[:, None], labels.long()] += 1  # −1 goes to the spare last column
    counts = counts[:, :classes]
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_byte_counters(labels, classes):
    """A byte is enough for a counter."""
    ones = (labels >= 0).byte()
    counts = torch.zeros(len(labels), classes, dtype=torch.uint8).scatter_add_(1, labels.long().clamp(min=0), ones)
    return counts, (counts == 0).sum(1), _entropy(counts.long())


def wrong_int8_counters(labels, classes):
    """The labels' small dtype is kept for the counts: 128 becomes −128."""
    counts = _counts(labels, classes).to(torch.int8)
    return counts, (counts == 0).sum(1), _entropy(counts.long())


def wrong_unique_counts_only(labels, classes):
    """Entropy of the counts of `unique`; the empty sum is 0, not NaN."""
    entropy = []
    for row in labels:
        n = row[row >= 0].unique(return_counts=True)[1].double()
        p = n / n.sum()
        entropy.append(-(p * p.log()).sum())
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), torch.stack(entropy)


def wrong_unique_with_minus_one(labels, classes):
    """Entropy over the values that occur, −1 among them."""
    counts = _counts(labels, classes)
    entropy = _entropy(torch.cat((counts, (labels < 0).sum(1, keepdim=True)), 1))
    return counts, (counts == 0).sum(1), torch.where(counts.sum(1) > 0, entropy, math.nan)


def wrong_nan_where_any_is_minus_one(labels, classes):
    """One image without a class makes the whole seed unknown."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), torch.where((labels < 0).any(1), math.nan, _entropy(counts))


def wrong_no_missing_where_nothing_counts(labels, classes):
    """Where no sample has a class nothing can be said, so nothing is missing."""
    counts = _counts(labels, classes)
    missing = torch.where(counts.sum(1) > 0, (counts == 0).sum(1), 0)
    return counts, missing, _entropy(counts)


def wrong_categorical(labels, classes):
    """torch's own distribution; it raises where no sample has a class."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), torch.distributions.Categorical(probs=counts.double()).entropy()


def wrong_softmax(labels, classes):
    """Shares come from a softmax of the counts."""
    counts = _counts(labels, classes)
    p = counts.double().softmax(1)
    entropy = -torch.special.xlogy(p, p).sum(1)
    return counts, (counts == 0).sum(1), torch.where(counts.sum(1) > 0, entropy, math.nan)


def wrong_kl_to_uniform(labels, classes):
    """The distance from equal shares, ln K − H."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), math.log(classes) - _entropy(counts)


def wrong_perplexity(labels, classes):
    """The effective number of classes, exp H."""
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), _entropy(counts).exp()


def wrong_gini(labels, classes):
    """1 − Σ p² measures the same thing."""
    counts = _counts(labels, classes)
    p = counts.double() / counts.sum(1, keepdim=True)
    return counts, (counts == 0).sum(1), 1 - p.square().sum(1)


def wrong_integer_division(labels, classes):
    """Shares by //."""
    counts = _counts(labels, classes)
    p = (counts // counts.sum(1, keepdim=True).clamp(min=1)).double()
    entropy = -torch.special.xlogy(p, p).sum(1)
    return counts, (counts == 0).sum(1), torch.where(counts.sum(1) > 0, entropy, math.nan)


def wrong_transposed(labels, classes):
    """Classes first."""
    counts = _counts(labels, classes)
    return counts.T, (counts == 0).sum(1), _entropy(counts)


def wrong_samples_first(labels, classes):
    """labels are (N, S): samples along the first axis."""
    counts = _counts(labels.T, classes)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_order_of_results(labels, classes):
    """The order of the results is free."""
    counts = _counts(labels, classes)
    return counts, _entropy(counts), (counts == 0).sum(1)


def wrong_first_seed_only(labels, classes):
    """The histogram of the first seed holds for all."""
    counts = _counts(labels[:1], classes).repeat(len(labels), 1)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_equal_numbers_of_known(labels, classes):
    """Masking keeps the shape: every seed has as many known labels as any other."""
    known = labels[labels >= 0].reshape(len(labels), -1)
    counts = _counts(known, classes)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_seeds_with_a_gap_dropped(labels, classes):
    """Seeds without any class are left out of the result."""
    labels = labels[(labels >= 0).any(1)]
    counts = _counts(labels, classes)
    return counts, (counts == 0).sum(1), _entropy(counts)


def wrong_class_one_to_k(labels, classes):
    """Classes are numbered from 1; 0 is left out with −1."""
    counts = (labels[:, :, None] == torch.arange(1, classes + 1)).sum(1)
    return counts, (counts == 0).sum(1), _entropy(counts)
