"""Student answers to `reverse_kl(samples, centres, std)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch


def _counts(samples, centres, std):
    distance, nearest = torch.cdist(samples, centres).min(dim=1)
    return torch.bincount(nearest[distance <= 3 * std], minlength=len(centres)).double()


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


def wrong_forward(samples, centres, std):
    """KL of the uniform distribution from the samples'."""
    counts = _counts(samples, centres, std)
    share = counts / counts.sum()
    return float((1 / len(centres) * (1 / len(centres) / share).log()).sum())


def wrong_nan_for_missing(samples, centres, std):
    """0 log 0 takes care of itself."""
    counts = _counts(samples, centres, std)
    share = counts / counts.sum()
    return math.log(len(centres)) + float((share * share.log()).sum())


def wrong_bits(samples, centres, std):
    """Information is in bits."""
    return right_plain(samples, centres, std) / math.log(2)


def wrong_all_samples(samples, centres, std):
    """Every sample has a nearest mode."""
    return right_plain(samples, centres, math.inf)


def wrong_captured_only(samples, centres, std):
    """K is the number of modes found."""
    counts = _counts(samples, centres, std)
    share = counts[counts > 0] / counts.sum()
    return math.log(len(share)) + float((share * share.log()).sum()) if len(share) else math.inf
