"""Student answers to `high_quality_share(samples, centres, std)`: `right_*` meet the text, `wrong_*` do not."""

import math
import statistics

import numpy as np
import torch

import ganlab
from ganlab import mode_report

# ----------------------------------------------------------------------------------------------------------- right


def right_mean_of_near(samples, centres, std):
    """The mean of a yes or no."""
    if len(samples) == 0:
        return 0.0
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).float().mean()


def right_near_any_centre(samples, centres, std):
    """Within 3σ of the nearest centre is within 3σ of any."""
    d = (samples[:, None] - centres).norm(dim=-1)
    return (d <= 3 * std).any(1).sum().item() / max(len(samples), 1)


def right_plain_loop(samples, centres, std):
    """Plain Python; NaN compares as False."""
    good = 0
    for x, y in samples.tolist():
        good += any(math.hypot(x - a, y - b) <= 3 * std for a, b in centres.tolist())
    return good / len(samples) if len(samples) else 0.0


def right_numpy_finite(samples, centres, std):
    """NumPy: distances of finite samples, divided by all samples."""
    x, c = samples.detach().numpy().astype(np.float64), centres.numpy().astype(np.float64)
    n = x.shape[0]
    x = x[~np.isnan(x).any(axis=1)]
    if x.size == 0:
        return 0.0
    return float(np.sum(np.linalg.norm(x[:, None, :] - c[None, :, :], axis=2).min(axis=1) <= 3.0 * std) / n)


def right_expanded_square(samples, centres, std):
    """|x − c|² multiplied out, in double precision, against 9σ² with room for rounding only."""
    x, c = samples.double(), centres.double()
    squared = x.square().sum(1, keepdim=True) - 2 * torch.einsum("nd,kd->nk", x, c) + c.square().sum(1)
    good = squared.min(1).values <= 9 * std**2 * (1 + 1e-6)
    return torch.where(torch.tensor(len(x) > 0), good.sum() / max(1, len(x)), torch.tensor(0.0))


def right_nan_to_infinity(samples, centres, std):
    """NaN distances become infinite, without touching the samples; the empty mean is caught at the end."""
    d = torch.cdist(samples, centres).nan_to_num(nan=math.inf).min(dim=1).values
    return torch.nan_to_num((d <= 3 * std).double().mean(), nan=0.0)


def right_statistics(samples, centres, std):
    """The standard library's mean of ones and zeros."""
    marks = [float(((centres - x) ** 2).sum(1).sqrt().min() <= 3 * std) for x in samples]
    return statistics.fmean(marks) if marks else 0.0


def right_counting_by_mode(samples, centres, std):
    """Counts by mode, added up."""
    d = torch.cdist(samples, centres)
    nearest, total = d.argmin(1), 0
    for k in range(len(centres)):
        total += int((d[:, k][nearest == k] <= 3 * std).sum())
    return 0 if not len(samples) else total / len(samples)


def right_plain(samples, centres, std):
    if len(samples) == 0:
        return 0.0
    return float((torch.cdist(samples, centres).amin(1) <= 3 * std).double().mean())


def right_squares(samples, centres, std):
    squares = (samples[:, None] - centres).pow(2).sum(-1)
    good = (squares <= 9 * std * std).any(1)
    return good.sum() / max(1, len(good))


def right_loop(samples, centres, std):
    good = sum(any(float(torch.dist(sample, centre)) <= 3 * std for centre in centres) for sample in samples)
    return good / len(samples) if len(samples) else 0


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_all_pairs(samples, centres, std):
    """The mean over the whole table (N, K)."""
    near = (torch.cdist(samples, centres) <= 3 * std).float()
    return near.mean() if len(samples) else 0.0


def wrong_counted_twice(samples, centres, std):
    """A sample near two centres counts for both."""
    return (torch.cdist(samples, centres) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_one_centre_only(samples, centres, std):
    """A sample near two centres belongs to neither."""
    near = torch.cdist(samples, centres) <= 3 * std
    return (near.sum(1) == 1).sum().item() / max(len(samples), 1)


def wrong_boundary_excluded(samples, centres, std):
    """Within means below."""
    return (torch.cdist(samples, centres).amin(1) < 3 * std).sum().item() / max(len(samples), 1)


def wrong_two_sigma(samples, centres, std):
    """Within 2σ, as 95 % suggests."""
    return (torch.cdist(samples, centres).amin(1) <= 2 * std).sum().item() / max(len(samples), 1)


def wrong_one_sigma(samples, centres, std):
    """The factor 3 is forgotten."""
    return (torch.cdist(samples, centres).amin(1) <= std).sum().item() / max(len(samples), 1)


def wrong_squared_against_plain(samples, centres, std):
    """The root is left out on one side."""
    d = (samples[:, None] - centres).square().sum(-1).amin(1)
    return (d <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_three_variances(samples, centres, std):
    """(3σ)² is 3σ²."""
    d = (samples[:, None] - centres).square().sum(-1).amin(1)
    return (d <= 3 * std**2).sum().item() / max(len(samples), 1)


def wrong_distance_against_variance(samples, centres, std):
    """The threshold is 3σ², the distance is not squared."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std**2).sum().item() / max(len(samples), 1)


def wrong_mean_of_squares(samples, centres, std):
    """The root mean square difference is taken for the distance."""
    d = (samples[:, None] - centres).square().mean(-1).sqrt().amin(1)
    return (d <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_sum_of_absolutes(samples, centres, std):
    """The distance is |x| + |y|."""
    return (torch.cdist(samples, centres, p=1).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_box(samples, centres, std):
    """Each coordinate within 3σ."""
    near = ((samples[:, None] - centres).abs() <= 3 * std).all(-1).any(1)
    return near.sum().item() / max(len(samples), 1)


def wrong_coordinates_one_by_one(samples, centres, std):
    """Each coordinate near some centre's: their centres may differ."""
    near = ((samples[:, None] - centres).abs() <= 3 * std).any(1).all(-1)
    return near.sum().item() / max(len(samples), 1)


def wrong_coordinate_share(samples, centres, std):
    """The share of coordinates, not of samples."""
    nearest = torch.cdist(samples, centres).argmin(1)
    near = (samples - centres[nearest]).abs() <= 3 * std
    return near.sum().item() / max(near.numel(), 1)


def wrong_tolerance(samples, centres, std):
    """1e-3 more, against rounding."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std + 1e-3).sum().item() / max(len(samples), 1)


def wrong_axis(samples, centres, std):
    """The minimum over the samples: the share of centres with a sample near."""
    if len(samples) == 0:
        return 0.0
    return (torch.cdist(samples, centres).amin(0) <= 3 * std).float().mean()


def wrong_modes_over_samples(samples, centres, std):
    """Captured modes divided by N."""
    d, k = torch.cdist(samples, centres).min(1)
    return k[d <= 3 * std].unique().numel() / max(len(samples), 1)


def wrong_mean_over_modes(samples, centres, std):
    """The share within each served mode, averaged over the modes."""
    d, k = torch.cdist(samples, centres).min(1)
    shares = [(d[k == j] <= 3 * std).float().mean().item() for j in range(len(centres)) if (k == j).any()]
    return sum(shares) / len(shares) if shares else 0.0


def wrong_per_cent(samples, centres, std):
    """In per cent."""
    return 100 * (torch.cdist(samples, centres).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_count(samples, centres, std):
    """The number, not the share."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).sum()


def wrong_bad_share(samples, centres, std):
    """The share of bad samples."""
    return (torch.cdist(samples, centres).amin(1) > 3 * std).sum().item() / max(len(samples), 1)


def wrong_whole_division(samples, centres, std):
    """// divides."""
    return float((torch.cdist(samples, centres).amin(1) <= 3 * std).sum() // max(len(samples), 1))


def wrong_rounded(samples, centres, std):
    """Two decimals are enough."""
    return round((torch.cdist(samples, centres).amin(1) <= 3 * std).sum().item() / max(len(samples), 1), 2)


def wrong_of_2500(samples, centres, std):
    """N is 2,500."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).sum() / 2500


def wrong_one_more(samples, centres, std):
    """N + 1 in the denominator avoids 0/0."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).sum() / (len(samples) + 1)


def wrong_unbiased(samples, centres, std):
    """N − 1, as for a variance."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).sum() / max(len(samples) - 1, 1)


def wrong_nan_dropped(samples, centres, std):
    """NaN samples are removed first: they are not among the N."""
    x = samples[~samples.isnan().any(1)]
    return (torch.cdist(x, centres).amin(1) <= 3 * std).sum().item() / max(len(x), 1)


def wrong_nan_passes(samples, centres, std):
    """Good is what is not beyond 3σ."""
    return (~(torch.cdist(samples, centres).amin(1) > 3 * std)).sum().item() / max(len(samples), 1)


def wrong_complement(samples, centres, std):
    """One minus the share beyond 3σ: NaN is not beyond; no samples give 1."""
    return 1 - (torch.cdist(samples, centres).amin(1) > 3 * std).sum().item() / max(len(samples), 1)


def wrong_nan_to_origin(samples, centres, std):
    """NaN is 0."""
    return (torch.cdist(samples.nan_to_num(), centres).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_half_nan(samples, centres, std):
    """Only samples with both coordinates NaN are broken; nansum measures the others by what is left."""
    d = (samples[:, None] - centres).square().nansum(-1).sqrt().amin(1)
    good = (d <= 3 * std) & ~samples.isnan().all(1)
    return good.sum().item() / max(len(samples), 1)


def wrong_one_nan_spoils_all(samples, centres, std):
    """A cloud with NaN is worth 0."""
    if samples.isnan().any():
        return 0.0
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_nan_returned(samples, centres, std):
    """A cloud with NaN has no share."""
    if samples.isnan().any():
        return math.nan
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_nan_first_only(samples, centres, std):
    """Filters by the first coordinate and forgets the second; what is kept is divided by the rest."""
    x = samples[~samples[:, 0].isnan()]
    return (torch.cdist(x, centres).amin(1) <= 3 * std).sum().item() / max(len(x), 1)


def wrong_empty_is_nan(samples, centres, std):
    """The mean of nothing takes care of itself."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).float().mean()


def wrong_empty_divides(samples, centres, std):
    """Python divides by zero."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).sum().item() / len(samples)


def wrong_empty_is_one(samples, centres, std):
    """No sample is bad, so the share is 1."""
    if len(samples) == 0:
        return 1.0
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).float().mean()


def wrong_ceiling(samples, centres, std):
    """Divided by what a perfect generator scores."""
    share = (torch.cdist(samples, centres).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)
    return min(1.0, share / (1 - math.exp(-4.5)))


def wrong_expected_share(samples, centres, std):
    """The share from a fitted σ and the formula of the text."""
    if len(samples) == 0:
        return 0.0
    variance = torch.cdist(samples, centres).amin(1).square().nanmean() / 2
    return float(1 - torch.exp(-(9 * std**2) / (2 * variance)))


def wrong_weighted_by_distance(samples, centres, std):
    """Nearer is better: a soft share."""
    d = torch.cdist(samples, centres).amin(1).nan_to_num(nan=math.inf)
    return (1 - d / (3 * std)).clamp(min=0).sum().item() / max(len(samples), 1)


def wrong_different_samples(samples, centres, std):
    """Repeated samples count once above the line."""
    good = samples[torch.cdist(samples, centres).amin(1) <= 3 * std]
    return len(set(map(tuple, good.tolist()))) / max(len(samples), 1)


def wrong_eight_modes(samples, centres, std):
    """The first 8 centres are all there are."""
    return (torch.cdist(samples, centres[:8]).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_global_centres(samples, centres, std):
    """The centres are the notebook's ring."""
    a = 2 * math.pi * torch.arange(8) / 8
    ring = 2.0 * torch.stack((a.cos(), a.sin()), 1).to(samples)
    return (torch.cdist(samples, ring).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_global_std(samples, centres, std):
    """3σ is 0.15."""
    return (torch.cdist(samples, centres).amin(1) <= 0.15).sum().item() / max(len(samples), 1)


def wrong_norm_of_samples(samples, centres, std):
    """The ring's radius decides: near is within 3σ of the circle through the centres."""
    r = samples.norm(dim=1)
    return ((r - centres.norm(dim=1).mean()).abs() <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_half_precision(samples, centres, std):
    """Float16 sums."""
    good = torch.cdist(samples, centres).amin(1) <= 3 * std
    return (good.half().mean() if len(samples) else torch.tensor(0.0)).bfloat16().float()


def wrong_scales_the_samples(samples, centres, std):
    """The samples are divided by σ in place: the caller's cloud is changed."""
    scaled = samples.div_(std)
    return (torch.cdist(scaled, centres / std).amin(1) <= 3).sum().item() / max(len(samples), 1)


def wrong_fills_nan_in_place(samples, centres, std):
    """NaN becomes very large in the caller's tensor."""
    samples.nan_to_num_(nan=1e9)
    return ((samples[:, None] - centres).norm(dim=-1).amin(1) <= 3 * std).sum().item() / max(len(samples), 1)


def wrong_one_row_of_answers(samples, centres, std):
    """Shape (1,)."""
    good = torch.cdist(samples, centres).amin(1, keepdim=True) <= 3 * std
    return good.sum(0) / max(len(samples), 1)


def wrong_marks(samples, centres, std):
    """The marks themselves, (N,)."""
    return (torch.cdist(samples, centres).amin(1) <= 3 * std).float()


def wrong_library(samples, centres, std):
    """The course has a report."""
    return mode_report(samples, ganlab.Mixture(centres, std=std)).high_quality[0] if len(samples) else 0.0


def wrong_diamond(samples, centres, std):
    """Distance is the sum of differences."""
    return (
        float(((samples[:, None] - centres).abs().sum(-1).amin(1) <= 3 * std).double().mean()) if len(samples) else 0.0
    )
