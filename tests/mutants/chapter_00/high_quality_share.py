"""Student answers to `high_quality_share(samples, centres, std)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def right_plain(samples, centres, std):
    if len(samples) == 0:
        return 0.0
    return float((torch.cdist(samples, centres).amin(1) <= 3 * std).double().mean())


def right_squares(samples, centres, std):
    squares = (samples[:, None] - centres).pow(2).sum(-1)
    good = (squares < 9 * std * std).any(1)
    return good.sum() / max(1, len(good))


def right_loop(samples, centres, std):
    good = sum(any(float(torch.dist(sample, centre)) <= 3 * std for centre in centres) for sample in samples)
    return good / len(samples) if len(samples) else 0


def wrong_per_cent(samples, centres, std):
    """A share is in per cent."""
    return 100 * right_plain(samples, centres, std)


def wrong_nan_passes(samples, centres, std):
    """Count the bad ones and subtract."""
    bad = (torch.cdist(samples, centres).amin(1) > 3 * std).double()
    return 1 - float(bad.mean()) if len(samples) else 0.0


def wrong_empty_is_nan(samples, centres, std):
    """A mean of nothing is fine."""
    return float((torch.cdist(samples, centres).amin(1) <= 3 * std).double().mean())


def wrong_diamond(samples, centres, std):
    """Distance is the sum of differences."""
    return (
        float(((samples[:, None] - centres).abs().sum(-1).amin(1) <= 3 * std).double().mean()) if len(samples) else 0.0
    )
