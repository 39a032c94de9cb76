"""Student answers to `modes_captured(samples, centres, std)`: `right_*` meet the text, `wrong_*` do not."""

import math
from functools import reduce

import numpy as np
import torch
import torch.nn.functional as F

import ganlab
from ganlab import mode_report
from ganlab.diagnostics import modes as library_modes

# ----------------------------------------------------------------------------------------------------------- right


def right_unique_of_the_near(samples, centres, std):
    """The nearest centre of each good sample, and how many different ones there are."""
    distance, nearest = torch.cdist(samples, centres).min(dim=1)
    return nearest[distance <= 3 * std].unique().numel()


def right_bincount(samples, centres, std):
    """Squared distances by hand, counts of good samples, a tensor of shape ()."""
    squared = (samples[:, None] - centres).square().sum(-1)
    nearest = squared.argmin(1)
    good = squared.gather(1, nearest[:, None])[:, 0] <= (3 * std) ** 2
    return (torch.bincount(nearest[good], minlength=len(centres)) > 0).sum()


def right_python_set(samples, centres, std):
    """Plain Python: math.dist, a set; NaN compares as False."""
    captured = set()
    for x in samples.tolist():
        distances = [math.dist(x, c) for c in centres.tolist()]
        k = min(range(len(distances)), key=distances.__getitem__)
        if distances[k] <= 3 * std:
            captured.add(k)
    return len(captured)


def right_one_hot_mask(samples, centres, std):
    """A table (N, K) that is true where the centre is nearest and near."""
    d = torch.linalg.vector_norm(samples.unsqueeze(1) - centres.unsqueeze(0), dim=2)
    own = F.one_hot(d.argmin(1), centres.shape[0]).bool()
    return int((own & (d <= 3 * std)).any(dim=0).sum())


def right_scatter(samples, centres, std):
    """Flags, set by index."""
    d = torch.cdist(samples, centres)
    k = d.argmin(1)
    flags = torch.zeros(len(centres), dtype=torch.bool)
    flags[k[d[torch.arange(len(d)), k] <= 3 * std]] = True
    return flags.sum()


def right_numpy(samples, centres, std):
    """NumPy in double precision; finite samples only."""
    x, c = samples.detach().numpy().astype(float), centres.numpy().astype(float)
    x = x[np.isfinite(x).all(1)]
    d = np.sqrt(((x[:, None] - c[None]) ** 2).sum(-1))
    return len(np.unique(d.argmin(1)[d.min(1) <= 3 * float(std)]))


def right_mode_by_mode(samples, centres, std):
    """For each mode: is one of the samples that belong to it near?"""
    d = torch.cdist(samples, centres)
    nearest = d.argmin(dim=1)
    return sum(bool((d[nearest == k, k] <= 3 * std).any()) for k in range(len(centres)))


def right_tournament(samples, centres, std):
    """Centres are compared one after the other, the best so far is kept."""
    best = torch.full((len(samples),), math.inf)
    owner = torch.full((len(samples),), -1)
    for k, c in enumerate(centres):
        d = torch.hypot(samples[:, 0] - c[0], samples[:, 1] - c[1])
        owner = torch.where(d < best, k, owner)
        best = torch.where(d < best, d, best)
    near = owner[best <= 3 * std].tolist()
    return len(reduce(lambda seen, k: seen | {k}, near, set()))


def right_early_exit(samples, centres, std):
    """The corner case first; a class for the rest."""
    if samples.shape[0] == 0:
        return torch.tensor(0)

    class Judge:
        def __init__(self):
            self.hits = [0] * len(centres)

        def see(self, x):
            d = (centres - x).pow(2).sum(1).sqrt()
            if not d.isnan().any() and d.min() <= 3 * std:
                self.hits[int(d.argmin())] += 1

    judge = Judge()
    for x in samples:
        judge.see(x)
    return torch.tensor(judge.hits).count_nonzero()


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


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_any_sample_near(samples, centres, std):
    """A mode is captured if any sample is near it, whichever centre is nearest to that sample."""
    return int((torch.cdist(samples, centres) <= 3 * std).any(0).sum())


def wrong_first_near_centre(samples, centres, std):
    """A sample belongs to the first centre within 3σ."""
    near = torch.cdist(samples, centres) <= 3 * std
    return near.int().argmax(1)[near.any(1)].unique().numel()


def wrong_one_centre_only(samples, centres, std):
    """A sample within 3σ of two centres is ambiguous and is left out."""
    near = torch.cdist(samples, centres) <= 3 * std
    near[near.sum(1) != 1] = False
    return int(near.any(0).sum())


def wrong_quality_forgotten(samples, centres, std):
    """A mode is captured if a sample belongs to it, near or not."""
    return torch.cdist(samples, centres).argmin(1).unique().numel()


def wrong_boundary_excluded(samples, centres, std):
    """Within means below."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d < 3 * std].unique().numel()


def wrong_one_sigma(samples, centres, std):
    """Near means within σ."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= std].unique().numel()


def wrong_squared_against_plain(samples, centres, std):
    """The root is left out, as it keeps the order; the threshold stays."""
    d, k = (samples[:, None] - centres).square().sum(-1).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_three_variances(samples, centres, std):
    """The squared distance is compared with 3σ²."""
    d, k = (samples[:, None] - centres).square().sum(-1).min(1)
    return k[d <= 3 * std**2].unique().numel()


def wrong_mean_of_squares(samples, centres, std):
    """The mean squared difference is the squared distance."""
    d, k = (samples[:, None] - centres).square().mean(-1).sqrt().min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_sum_of_absolutes(samples, centres, std):
    """The distance is |x| + |y|."""
    d, k = torch.cdist(samples, centres, p=1).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_box(samples, centres, std):
    """Near means within 3σ in each coordinate."""
    d, k = torch.cdist(samples, centres, p=math.inf).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_root_two(samples, centres, std):
    """In two dimensions σ counts √2 times."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 3 * 2**0.5 * std].unique().numel()


def wrong_tolerance(samples, centres, std):
    """A little more room against rounding: 1 % of 3σ."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 3 * std * 1.01].unique().numel()


def wrong_rounded_distance(samples, centres, std):
    """Distances are rounded to two decimals."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d.round(decimals=2) <= round(3 * std, 2)].unique().numel()


def wrong_at_least_two(samples, centres, std):
    """One sample may be chance: two are needed."""
    d, k = torch.cdist(samples, centres).min(1)
    return int((torch.bincount(k[d <= 3 * std], minlength=len(centres)) >= 2).sum())


def wrong_one_per_cent(samples, centres, std):
    """A mode needs one per cent of the samples."""
    d, k = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(k[d <= 3 * std], minlength=len(centres))
    return int(((counts > 0) & (counts >= 0.01 * len(samples))).sum())


def wrong_all_samples_good(samples, centres, std):
    """All samples that belong to the mode must be near."""
    d = torch.cdist(samples, centres)
    k = d.argmin(1)
    return sum(bool((k == j).any() and (d[k == j, j] <= 3 * std).all()) for j in range(len(centres)))


def wrong_mean_of_the_cluster(samples, centres, std):
    """A mode is captured if the mean of its samples is near."""
    d = torch.cdist(samples, centres)
    k = d.argmin(1)
    return sum(bool((samples[k == j].mean(0) - centres[j]).norm() <= 3 * std) for j in range(len(centres)))


def wrong_counts_samples(samples, centres, std):
    """The number of high-quality samples."""
    return int((torch.cdist(samples, centres).min(1).values <= 3 * std).sum())


def wrong_nearest_sample_axis(samples, centres, std):
    """The minimum goes over the samples: how many different samples are nearest to a centre and near it."""
    d, k = torch.cdist(samples, centres).min(0) if len(samples) else (torch.empty(0), torch.empty(0))
    return k[d <= 3 * std].unique().numel()


def wrong_pairs_in_order(samples, centres, std):
    """Sample i is compared with centre i; right distances only where N = K."""
    n = min(len(samples), len(centres))
    return int(((samples[:n] - centres[:n]).norm(dim=1) <= 3 * std).sum())


def wrong_each_sample_once(samples, centres, std):
    """A sample whose own centre is taken goes to the next free one within 3σ."""
    taken = set()
    for row in torch.cdist(samples, centres):
        for k in row.argsort().tolist():
            if k not in taken and row[k] <= 3 * std:
                taken.add(k)
                break
    return len(taken)


def wrong_highest_index(samples, centres, std):
    """The length of bincount is the number of modes found."""
    d, k = torch.cdist(samples, centres).min(1)
    return len(torch.bincount(k[d <= 3 * std]))


def wrong_consecutive(samples, centres, std):
    """unique_consecutive without sorting counts changes of mode."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 3 * std].unique_consecutive().numel()


def wrong_missing_modes(samples, centres, std):
    """The number of modes that are not captured."""
    d, k = torch.cdist(samples, centres).min(1)
    return len(centres) - k[d <= 3 * std].unique().numel()


def wrong_share_of_modes(samples, centres, std):
    """The captured share of the modes."""
    d, k = torch.cdist(samples, centres).min(1)
    return torch.tensor(k[d <= 3 * std].unique().numel() / len(centres))


def wrong_nan_passes(samples, centres, std):
    """Bad samples are those beyond 3σ; NaN is not beyond."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[~(d > 3 * std)].unique().numel()


def wrong_nan_to_origin(samples, centres, std):
    """NaN becomes 0, which is a place."""
    d, k = torch.cdist(samples.nan_to_num(0.0), centres).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_nan_distance_zero(samples, centres, std):
    """The distances, not the samples, go through nan_to_num: a NaN sample sits on mode 0."""
    d, k = torch.cdist(samples, centres).nan_to_num().min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_half_nan(samples, centres, std):
    """Nansum ignores a NaN coordinate: the other one decides."""
    d = (samples[:, None] - centres).square()
    d = d.masked_fill(samples.isnan().all(1)[:, None, None], torch.inf).nansum(-1).sqrt()
    d, k = d.min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_one_nan_spoils_all(samples, centres, std):
    """A generator that gives NaN has captured nothing."""
    if samples.isnan().any():
        return 0
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_largest_distance_first(samples, centres, std):
    """A quick exit: no sample is beyond 3σ, or else the far ones are dropped; `max` of nothing raises."""
    d, k = torch.cdist(samples, centres).min(1)
    if d.max() > 3 * std:
        k = k[d <= 3 * std]
    return k.unique().numel()


def wrong_cdist_over_rows(samples, centres, std):
    """Stacks one row a sample; torch.stack of nothing raises."""
    d, k = torch.stack([(x - centres).norm(dim=1) for x in samples]).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_empty_is_perfect(samples, centres, std):
    """Without samples nothing is wrong."""
    if len(samples) == 0:
        return len(centres)
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_eight_modes(samples, centres, std):
    """There are 8 modes."""
    d, k = torch.cdist(samples, centres).min(1)
    return sum(bool(((k == j) & (d <= 3 * std)).any()) for j in range(8))


def wrong_global_centres(samples, centres, std):
    """The centres are the notebook's ring."""
    a = 2 * math.pi * torch.arange(8) / 8
    d, k = torch.cdist(samples, 2.0 * torch.stack((a.cos(), a.sin()), 1).to(samples)).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_global_std(samples, centres, std):
    """3σ is 0.15."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 0.15].unique().numel()


def wrong_std_of_the_samples(samples, centres, std):
    """σ is measured: the deviation of the samples from their centres."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 3 * (d.square().mean() / 2).sqrt()].unique().numel()


def wrong_half_precision(samples, centres, std):
    """Bfloat16 saves memory."""
    d = (samples.bfloat16()[:, None] - centres.bfloat16()).norm(dim=-1)
    d, k = d.min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_moves_the_samples(samples, centres, std):
    """The samples are moved into their mode's frame in place: the caller's cloud is changed."""
    k = torch.cdist(samples, centres).argmin(1)
    samples -= centres[k]
    return k[samples.norm(dim=1) <= 3 * std].unique().numel()


def wrong_fills_nan_in_place(samples, centres, std):
    """NaN is replaced by infinity in the caller's tensor."""
    samples[samples.isnan()] = torch.inf
    d, k = (samples[:, None] - centres).norm(dim=-1).min(1)
    return k[d <= 3 * std].unique().numel()


def wrong_one_row_of_answers(samples, centres, std):
    """Keeps the dimension: shape (1,)."""
    d, k = torch.cdist(samples, centres).min(1)
    return torch.tensor([k[d <= 3 * std].unique().numel()])


def wrong_the_modes_themselves(samples, centres, std):
    """Returns which modes, not how many."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 3 * std].unique()


def wrong_library(samples, centres, std):
    """The course has a report."""
    return mode_report(samples, ganlab.Mixture(centres, std=std)).modes[0] if len(samples) else 0


def wrong_library_module(samples, centres, std):
    """The report again, by way of its module."""
    return library_modes.mode_report(samples, ganlab.Mixture(centres, std=std)).modes[0] if len(samples) else 0


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
