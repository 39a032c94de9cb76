"""Student answers to `decades_lost(norms, tail)`: `right_*` meet the statement."""

import math

import numpy as np
import torch


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


def right_numpy(norms, tail=9):
    values = norms.numpy()
    with np.errstate(divide="ignore"):
        return torch.from_numpy(np.log10(values[:, 0] / np.median(values[:, -tail:], axis=1)))


def wrong_sign(norms, tail=9):
    """What is left."""
    return -right_torch(norms, tail)


def wrong_natural(norms, tail=9):
    """log is log."""
    return torch.log(norms[:, 0] / norms[:, -tail:].median(1).values)


def wrong_last(norms, tail=9):
    """The end is the last entry."""
    return torch.log10(norms[:, 0] / norms[:, -1])


def wrong_epsilon(norms, tail=9):
    """Never divide by 0."""
    return torch.log10(norms[:, 0] / (norms[:, -tail:].median(1).values + 1e-8))


def wrong_seed_axis(norms, tail=9):
    """Time comes first."""
    return torch.log10(norms[0] / norms[-tail:].median(0).values)


def wrong_pooled(norms, tail=9):
    """The seeds share one end."""
    return torch.log10(norms[:, 0] / norms[:, -tail:].median())
