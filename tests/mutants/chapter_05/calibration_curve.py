"""Student answers to `calibration_curve(stated, truth, bins)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch


def right_loop(stated, truth, bins):
    which = (stated * bins).long().clamp(max=bins - 1)
    rows = []
    for k in range(bins):
        inside = which == k
        rows.append((stated[inside].mean(), truth[inside].mean(), inside.sum().float()))
    return tuple(torch.stack(part) for part in zip(*rows))


def right_bincount(stated, truth, bins):
    which = torch.floor(stated * bins).long()
    which[which == bins] = bins - 1
    counts = torch.bincount(which, minlength=bins)
    return (
        torch.bincount(which, stated, bins) / counts,
        torch.bincount(which, truth, bins) / counts,
        counts,
    )


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


def wrong_shares(stated, truth, bins):
    """Counts are shares."""
    said, is_so, counts = right_loop(stated, truth, bins)
    return said, is_so, counts / len(stated)


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
