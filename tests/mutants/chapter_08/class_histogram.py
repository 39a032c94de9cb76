"""Answers to exercise 08/class_histogram."""

import math

import torch
from torch.nn.functional import one_hot


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
    counts = one_hot(labels + 1, classes + 1).sum(1)[:, 1:]
    known = counts.sum(1) > 0
    entropy = torch.full((len(labels),), math.nan)
    for k in known.nonzero().flatten():
        entropy[k] = torch.distributions.Categorical(probs=counts[k].double()).entropy()
    return counts, classes - (counts > 0).sum(1), entropy


def _histogram(labels, classes):
    return right_by_comparison(labels, classes)


def wrong_bits(labels, classes):
    """Entropy is measured in bits."""
    counts, missing, entropy = _histogram(labels, classes)
    return counts, missing, entropy / math.log(2)


def wrong_zero_log_zero(labels, classes):
    """p ln p is p ln p."""
    counts, missing, _ = _histogram(labels, classes)
    p = counts / counts.sum(1, keepdim=True)
    return counts, missing, -(p * p.log()).sum(1)


def wrong_unread_counted(labels, classes):
    """Labels are cut to the classes."""
    return _histogram(labels.clamp(0, classes - 1), classes)


def wrong_present(labels, classes):
    """Missing are those that were captured."""
    counts, missing, entropy = _histogram(labels, classes)
    return counts, classes - missing, entropy


def wrong_all_samples(labels, classes):
    """Shares are of all N samples."""
    counts, missing, _ = _histogram(labels, classes)
    shares = counts.double() / labels.shape[1]
    return counts, missing, -torch.special.xlogy(shares, shares).sum(1)


def wrong_empty_is_zero(labels, classes):
    """Nothing has no entropy, so 0."""
    counts, missing, entropy = _histogram(labels, classes)
    return counts, missing, entropy.nan_to_num(0.0)
