"""Student answers to `modes_captured(samples, centres, std)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def right_plain(samples, centres, std):
    distance, nearest = torch.cdist(samples, centres).min(dim=1)
    return len(nearest[distance <= 3 * std].unique())


def right_one_hot(samples, centres, std):
    distance = (samples[:, None] - centres[None]).norm(dim=2)
    near = torch.nn.functional.one_hot(distance.argmin(1), len(centres)).bool() & (distance <= 3 * std)
    return near.any(0).sum()


def right_loop(samples, centres, std):
    found = set()
    for sample in samples:
        squares = [float(((sample - centre) ** 2).sum()) for centre in centres]
        k = min(range(len(squares)), key=squares.__getitem__)
        if squares[k] <= 9 * std**2:
            found.add(k)
    return len(found)


def wrong_any_mode_in_reach(samples, centres, std):
    """A sample can capture two modes."""
    return int((torch.cdist(samples, centres) <= 3 * std).any(0).sum())


def wrong_at_least_one_per_cent(samples, centres, std):
    """A single sample is luck."""
    distance, nearest = torch.cdist(samples, centres).min(dim=1)
    counts = torch.bincount(nearest[distance <= 3 * std], minlength=len(centres))
    return int((counts > 0.01 * len(samples)).sum())


def wrong_square(samples, centres, std):
    """Within 3σ in each coordinate."""
    distance = (samples[:, None] - centres).abs().amax(-1)
    return len(distance.argmin(1)[(distance <= 3 * std).any(1)].unique())


def wrong_no_border(samples, centres, std):
    """The nearest mode is captured."""
    return len(torch.cdist(samples, centres).argmin(1).unique())
