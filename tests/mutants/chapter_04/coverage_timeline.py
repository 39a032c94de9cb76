"""Student answers to `coverage_timeline(snapshots, mixture)`: `right_*` meet the statement, `wrong_*` do not."""

from collections import Counter, namedtuple

import numpy as np
import torch
import torch.nn.functional as F

import ganlab
from ganlab import mode_report

# ----------------------------------------------------------------------------------------------------------- right


def right_stacked_reports(snapshots, mixture):
    """One report a moment, stacked along time."""
    reports = [mode_report(samples, mixture) for samples in snapshots]
    captured = torch.stack([r.modes for r in reports])
    counts = torch.stack([r.counts for r in reports])
    dominant = torch.where(captured > 0, counts.argmax(-1), -1)
    return captured, dominant


def right_one_report_for_all(snapshots, mixture):
    """Moments and seeds flattened to one axis, measured in one call, and folded back."""
    T, S, N, _ = snapshots.shape
    report = ganlab.mode_report(snapshots.reshape(T * S, N, 2), mixture)
    dominant = report.counts.argmax(dim=1)
    dominant[report.high_quality == 0] = -1
    return report.modes.reshape(T, S), dominant.reshape(T, S)


def right_seed_by_seed(snapshots, mixture):
    """The moments of one seed stand where the report expects seeds; columns are stacked."""
    captured, dominant = [], []
    for s in range(snapshots.shape[1]):
        report = mode_report(snapshots[:, s], mixture)
        top, index = report.counts.max(dim=1)
        captured.append(report.modes)
        dominant.append(index.masked_fill(top == 0, -1))
    return torch.stack(captured, dim=1), torch.stack(dominant, dim=1)


def right_plain_loops(snapshots, mixture):
    """Cell by cell with Python numbers; `list.index` finds the first of equals."""
    T, S = snapshots.shape[:2]
    captured = torch.zeros(T, S, dtype=torch.long)
    dominant = torch.full((T, S), -1)
    for t in range(T):
        for s in range(S):
            counts = mode_report(snapshots[t, s], mixture).counts[0].tolist()
            captured[t, s] = sum(c > 0 for c in counts)
            if max(counts) > 0:
                dominant[t, s] = counts.index(max(counts))
    return captured, dominant


def right_broadcast_by_hand(snapshots, mixture):
    """No mode_report: all distances at once, one-hot counts."""
    modes, stds = mixture.modes.to(snapshots), mixture.stds.to(snapshots)
    distance = (snapshots.unsqueeze(-2) - modes).norm(dim=-1)  # (T, S, N, K)
    smallest, nearest = distance.min(dim=-1)
    good = smallest <= 3 * stds[nearest]
    counts = (F.one_hot(nearest, len(mixture)) * good.unsqueeze(-1)).sum(dim=2)
    best = counts.max(dim=-1)
    return (counts > 0).sum(-1), torch.where(best.values > 0, best.indices, torch.tensor(-1))


def right_numpy_bincount(snapshots, mixture):
    """NumPy inside, bincount a cell, back to torch at the end (int32 is a whole number too)."""
    x = snapshots.detach().numpy()
    modes, stds = mixture.modes.numpy(), mixture.stds.numpy()
    captured = np.zeros(x.shape[:2], dtype=np.int32)
    dominant = np.full(x.shape[:2], -1, dtype=np.int32)
    for t, s in np.ndindex(*x.shape[:2]):
        d = np.linalg.norm(x[t, s][:, None] - modes[None], axis=-1)
        near = d.argmin(1)
        hits = near[d[np.arange(len(near)), near] <= 3 * stds[near]]
        if hits.size:
            bins = np.bincount(hits)
            captured[t, s], dominant[t, s] = np.count_nonzero(bins), bins.argmax()
    return torch.from_numpy(captured), torch.from_numpy(dominant)


def right_counter_dictionary(snapshots, mixture):
    """A Counter a cell; ties fall to the smaller index by the sort key; the pair is a named tuple."""
    Timeline = namedtuple("Timeline", "captured dominant")
    captured, dominant = [], []
    for moment in snapshots:
        captured.append([])
        dominant.append([])
        for cloud in moment:
            gap = (cloud[:, None] - mixture.modes.to(cloud)).square().sum(-1).sqrt()
            near = gap.argmin(1)
            good = gap.gather(1, near[:, None])[:, 0] <= 3 * mixture.stds.to(cloud)[near]
            tally = Counter(near[good].tolist())
            captured[-1].append(len(tally))
            dominant[-1].append(min(tally, key=lambda k: (-tally[k], k)) if tally else -1)
    return Timeline(torch.tensor(captured), torch.tensor(dominant))


def right_extra_column(snapshots, mixture):
    """A column of 1/2 in front wins only against zeros: its argmax, less one, is the answer."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots]).double()
    padded = F.pad(counts, (1, 0), value=0.5)
    return counts.count_nonzero(dim=-1), padded.argmax(-1) - 1


def right_running_champion(snapshots, mixture):
    """A mode takes the lead only with strictly more than the leader so far; everything is vectorised over (T, S)."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    lead = torch.zeros_like(counts[..., 0])
    captured, dominant = torch.zeros_like(lead), torch.full_like(lead, -1)
    for k in range(len(mixture)):
        more = counts[..., k] > lead
        dominant[more] = k
        lead = torch.maximum(lead, counts[..., k])
        captured += counts[..., k].clamp(max=1)
    return captured, dominant


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_no_minus_one(snapshots, mixture):
    """Argmax is always a valid mode, even when every count is zero."""
    reports = [mode_report(x, mixture) for x in snapshots]
    return torch.stack([r.modes for r in reports]), torch.stack([r.counts.argmax(1) for r in reports])


def wrong_transposed(snapshots, mixture):
    """Seeds come first everywhere in ganlab, so they come first here too."""
    reports = [mode_report(snapshots[:, s], mixture) for s in range(snapshots.shape[1])]
    captured = torch.stack([r.modes for r in reports])
    counts = torch.stack([r.counts for r in reports])
    return captured, torch.where(captured > 0, counts.argmax(-1), -1)


def wrong_swapped_pair(snapshots, mixture):
    """The order of the two results does not matter."""
    reports = [mode_report(x, mixture) for x in snapshots]
    captured = torch.stack([r.modes for r in reports])
    dominant = torch.stack([r.counts.argmax(1) for r in reports])
    dominant[captured == 0] = -1
    return dominant, captured


def wrong_reshape_for_transpose(snapshots, mixture):
    """Reshaping (S, T) to (T, S) is the same as transposing it."""
    T, S = snapshots.shape[:2]
    reports = [mode_report(snapshots[:, s], mixture) for s in range(S)]
    captured = torch.stack([r.modes for r in reports]).reshape(T, S)
    dominant = torch.stack([r.counts.argmax(1) for r in reports]).reshape(T, S)
    return captured, torch.where(captured > 0, dominant, -1)


def wrong_last_of_ties(snapshots, mixture):
    """Sorting ascending and taking the last entry is the same as argmax."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    dominant = counts.argsort(dim=-1, stable=True)[..., -1]
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, dominant, -1)


def wrong_last_of_ties_loop(snapshots, mixture):
    """In a loop, >= finds the maximum as well as > does."""
    T, S = snapshots.shape[:2]
    captured = torch.zeros(T, S, dtype=torch.long)
    dominant = torch.full((T, S), -1)
    for t in range(T):
        report = mode_report(snapshots[t], mixture)
        captured[t] = report.modes
        for s in range(S):
            best = 1
            for k, c in enumerate(report.counts[s].tolist()):
                if c >= best:
                    best, dominant[t, s] = c, k
    return captured, dominant


def wrong_ties_have_no_dominant(snapshots, mixture):
    """Two equally frequent modes mean that neither dominates."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    top = counts.max(-1, keepdim=True).values
    clear = (counts == top).sum(-1) == 1
    return (counts > 0).sum(-1), torch.where(clear & (top[..., 0] > 0), counts.argmax(-1), -1)


def wrong_absolute_majority(snapshots, mixture):
    """Dominant means more than half of the high-quality samples."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    share = counts / counts.sum(-1, keepdim=True)
    return (counts > 0).sum(-1), torch.where(share.max(-1).values > 0.5, counts.argmax(-1), -1)


def wrong_quality_gate(snapshots, mixture):
    """A cloud that is mostly off the modes has no dominant mode."""
    reports = [mode_report(x, mixture) for x in snapshots]
    captured = torch.stack([r.modes for r in reports])
    dominant = torch.stack([r.counts.argmax(1) for r in reports])
    quality = torch.stack([r.high_quality for r in reports])
    return captured, torch.where(quality >= 0.5, dominant, -1)


def wrong_off_mode_votes(snapshots, mixture):
    """Bad samples are a class of their own, −1, and the most frequent class wins."""
    distance, nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1).min(-1)
    label = torch.where(distance <= 3 * mixture.stds.to(snapshots)[nearest], nearest, -1)
    captured = torch.stack([mode_report(x, mixture).modes for x in snapshots])
    return captured, label.mode(dim=-1).values


def wrong_quality_ignored(snapshots, mixture):
    """Each sample belongs to its nearest mode, however far away that is."""
    nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1).argmin(-1)
    counts = F.one_hot(nearest, len(mixture)).sum(2)
    return (counts > 0).sum(-1), counts.argmax(-1)


def wrong_dominant_from_all_samples(snapshots, mixture):
    """Quality matters for capturing only; the dominant mode is where most samples are nearest."""
    captured = torch.stack([mode_report(x, mixture).modes for x in snapshots])
    nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1).argmin(-1)
    dominant = F.one_hot(nearest, len(mixture)).sum(2).argmax(-1)
    return captured, torch.where(captured > 0, dominant, -1)


def wrong_any_mode_within(snapshots, mixture):
    """A sample counts for every mode within 3σ, not only for the nearest."""
    d = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1)
    counts = (d <= 3 * mixture.stds.to(snapshots)).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_nearest_in_sigmas(snapshots, mixture):
    """The nearest mode is the one with the fewest σ to it."""
    d = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1) / mixture.stds.to(snapshots)
    least, nearest = d.min(-1)
    counts = (F.one_hot(nearest, len(mixture)) * (least <= 3)[..., None]).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_first_sigma_for_all(snapshots, mixture):
    """All modes have the same σ, so the first one will do."""
    distance, nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1).min(-1)
    good = distance <= 3 * mixture.stds[0].item()
    counts = (F.one_hot(nearest, len(mixture)) * good[..., None]).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_mean_sigma(snapshots, mixture):
    """A mixture has one typical σ: the mean of its stds."""
    distance, nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1).min(-1)
    good = distance <= 3 * mixture.stds.mean().item()
    counts = (F.one_hot(nearest, len(mixture)) * good[..., None]).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_typed_sigma(snapshots, mixture):
    """σ is 0.02, as on the ring."""
    distance, nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1).min(-1)
    counts = (F.one_hot(nearest, len(mixture)) * (distance <= 0.06)[..., None]).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_one_sigma(snapshots, mixture):
    """High quality means within one standard deviation."""
    reports = [mode_report(x, mixture, radius=1.0) for x in snapshots]
    captured = torch.stack([r.modes for r in reports])
    counts = torch.stack([r.counts for r in reports])
    return captured, torch.where(captured > 0, counts.argmax(-1), -1)


def wrong_four_sigma(snapshots, mixture):
    """A more generous radius of 4σ changes nothing that matters."""
    reports = [mode_report(x, mixture, radius=4.0) for x in snapshots]
    captured = torch.stack([r.modes for r in reports])
    counts = torch.stack([r.counts for r in reports])
    return captured, torch.where(captured > 0, counts.argmax(-1), -1)


def wrong_square_root_forgotten(snapshots, mixture):
    """The squared distance can be compared with 3σ directly."""
    square, nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).pow(2).sum(-1).min(-1)
    good = square <= 3 * mixture.stds.to(snapshots)[nearest]
    counts = (F.one_hot(nearest, len(mixture)) * good[..., None]).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_three_not_squared(snapshots, mixture):
    """The square of 3σ is 3σ²."""
    square, nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).pow(2).sum(-1).min(-1)
    good = square <= 3 * mixture.stds.to(snapshots)[nearest] ** 2
    counts = (F.one_hot(nearest, len(mixture)) * good[..., None]).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_box_distance(snapshots, mixture):
    """Within 3σ means within 3σ on each axis."""
    gap = (snapshots[..., None, :] - mixture.modes.to(snapshots)).abs()
    nearest = gap.norm(dim=-1).argmin(-1)
    inside = (gap <= 3 * mixture.stds.to(snapshots)[:, None]).all(-1)
    good = inside.gather(-1, nearest[..., None])
    counts = (F.one_hot(nearest, len(mixture)) * good).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_manhattan_distance(snapshots, mixture):
    """The distance is the sum of the absolute differences."""
    distance, nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).abs().sum(-1).min(-1)
    good = distance <= 3 * mixture.stds.to(snapshots)[nearest]
    counts = (F.one_hot(nearest, len(mixture)) * good[..., None]).sum(2)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_two_samples_needed(snapshots, mixture):
    """One sample may be luck: a mode is captured from the second one on (> 1 for >= 1)."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    return (counts > 1).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_share_needed(snapshots, mixture):
    """A mode is captured when it holds at least 1 % of the samples."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    captured = (counts >= 0.01 * snapshots.shape[2]).sum(-1)
    return captured, torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_samples_for_modes(snapshots, mixture):
    """Captured is how many samples were captured: the sum of the counts."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    return counts.sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_captured_from_quality(snapshots, mixture):
    """The high-quality share times K is the number of modes captured."""
    reports = [mode_report(x, mixture) for x in snapshots]
    quality = torch.stack([r.high_quality for r in reports])
    counts = torch.stack([r.counts for r in reports])
    captured = (quality * len(mixture)).round().long()
    return captured, torch.where(quality > 0, counts.argmax(-1), -1)


def wrong_effective_modes(snapshots, mixture):
    """The reverse KL is ln K − ln(modes), so K·exp(−KL) counts the modes."""
    reports = [mode_report(x, mixture) for x in snapshots]
    kl = torch.stack([r.reverse_kl for r in reports])
    counts = torch.stack([r.counts for r in reports])
    captured = (len(mixture) * torch.exp(-kl)).round().long()
    return captured, torch.where(captured > 0, counts.argmax(-1), -1)


def wrong_captured_share(snapshots, mixture):
    """Captured is the fraction of the K modes."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    return (counts > 0).float().mean(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_seeds_pooled(snapshots, mixture):
    """All seeds of a moment are one big cloud."""
    T, S = snapshots.shape[:2]
    report = mode_report(snapshots.reshape(T, -1, 2), mixture)
    dominant = torch.where(report.modes > 0, report.counts.argmax(1), -1)
    return report.modes[:, None].expand(T, S), dominant[:, None].expand(T, S)


def wrong_captured_so_far(snapshots, mixture):
    """A mode once captured stays captured: coverage grows along the timeline."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    captured = (counts.cumsum(0) > 0).sum(-1)
    return captured, torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_dominant_so_far(snapshots, mixture):
    """The dominant mode is the one with the most samples up to that moment."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    total = counts.cumsum(0)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, total.argmax(-1), -1)


def wrong_dominant_carried_forward(snapshots, mixture):
    """Where there is no high-quality sample, the last dominant mode still holds."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    dominant = torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)
    for t in range(1, len(dominant)):
        dominant[t] = torch.where(dominant[t] < 0, dominant[t - 1], dominant[t])
    return (counts > 0).sum(-1), dominant


def wrong_scrambled_fold(snapshots, mixture):
    """Seeds can go first before flattening; reshaping to (T, S) puts everything back."""
    T, S, N, _ = snapshots.shape
    report = mode_report(snapshots.transpose(0, 1).reshape(S * T, N, 2), mixture)
    dominant = torch.where(report.modes > 0, report.counts.argmax(1), -1)
    return report.modes.reshape(T, S), dominant.reshape(T, S)


def wrong_samples_for_seeds(snapshots, mixture):
    """The report wants samples first, so axes 1 and 2 have to be exchanged."""
    reports = [mode_report(x.transpose(0, 1), mixture) for x in snapshots]
    captured = torch.stack([r.modes for r in reports])
    counts = torch.stack([r.counts for r in reports])
    return captured, torch.where(captured > 0, counts.argmax(-1), -1)


def wrong_argmax_over_seeds(snapshots, mixture):
    """argmax(0) of the (S, K) counts gives the dominant mode of each seed."""
    reports = [mode_report(x, mixture) for x in snapshots]
    dominant = torch.stack([r.counts.argmax(0) for r in reports])
    return torch.stack([r.modes for r in reports]), dominant


def wrong_flat_argmax(snapshots, mixture):
    """argmax without dim works row by row."""
    reports = [mode_report(x, mixture) for x in snapshots]
    captured = torch.stack([r.modes for r in reports])
    dominant = torch.stack([r.counts.argmax().expand(len(r.modes)) for r in reports])
    return captured, torch.where(captured > 0, dominant, -1)


def wrong_eight_modes(snapshots, mixture):
    """There are always eight modes."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])[..., :8]
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_ring_angles(snapshots, mixture):
    """The mode's index is its angle on the ring in K-ths of a turn."""
    K = len(mixture)
    reports = [mode_report(x, mixture) for x in snapshots]
    captured = torch.stack([r.modes for r in reports])
    best = torch.stack([r.counts.argmax(1) for r in reports])
    angle = torch.atan2(mixture.modes[best][..., 1], mixture.modes[best][..., 0])
    index = (angle / (2 * torch.pi / K)).round().long() % K
    return captured, torch.where(captured > 0, index, -1)


def wrong_numbered_from_one(snapshots, mixture):
    """Modes are numbered from 1."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1) + 1, -1)


def wrong_position_among_captured(snapshots, mixture):
    """The argmax of unique's counts is the mode, though it is only a position among the captured ones."""
    T, S = snapshots.shape[:2]
    captured, dominant = torch.zeros(T, S, dtype=torch.long), torch.full((T, S), -1)
    distance, nearest = (snapshots[..., None, :] - mixture.modes.to(snapshots)).norm(dim=-1).min(-1)
    good = distance <= 3 * mixture.stds.to(snapshots)[nearest]
    for t in range(T):
        for s in range(S):
            found, times = nearest[t, s][good[t, s]].unique(return_counts=True)
            if len(found):
                captured[t, s], dominant[t, s] = len(found), times.argmax()
    return captured, dominant


def wrong_count_for_index(snapshots, mixture):
    """max gives the dominant mode (it gives its count)."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.amax(-1), -1)


def wrong_first_captured_mode(snapshots, mixture):
    """Any captured mode can stand for the dominant one: the first."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, (counts > 0).int().argmax(-1), -1)


def wrong_nearest_to_the_mean(snapshots, mixture):
    """The dominant mode is the one nearest to the cloud's mean."""
    captured = torch.stack([mode_report(x, mixture).modes for x in snapshots])
    mean = snapshots.mean(2)
    nearest = (mean[..., None, :] - mixture.modes.to(mean)).norm(dim=-1).argmin(-1)
    return captured, torch.where(captured > 0, nearest, -1)


def wrong_excess_over_weight(snapshots, mixture):
    """Dominant is the mode that is most over-represented against its weight."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, (counts / mixture.weights).argmax(-1), -1)


def wrong_last_moment_only(snapshots, mixture):
    """Only the end of training counts."""
    report = mode_report(snapshots[-1], mixture)
    return report.modes, torch.where(report.modes > 0, report.counts.argmax(1), -1)


def wrong_last_moment_dropped(snapshots, mixture):
    """range(T − 1) runs over all T moments."""
    reports = [mode_report(snapshots[t], mixture) for t in range(len(snapshots) - 1)]
    captured = torch.stack([r.modes for r in reports])
    dominant = torch.stack([r.counts.argmax(1) for r in reports])
    return captured, torch.where(captured > 0, dominant, -1)


def wrong_first_seed_only(snapshots, mixture):
    """The report is about one cloud, so its first row is all there is."""
    reports = [mode_report(x, mixture) for x in snapshots]
    captured = torch.stack([r.modes[0] for r in reports])
    dominant = torch.stack([r.counts[0].argmax() for r in reports])
    return captured, torch.where(captured > 0, dominant, -1)


def wrong_squeezed(snapshots, mixture):
    """Axes of length one are of no use."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots]).squeeze()
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_square_buffer(snapshots, mixture):
    """zeros(S, T) has room for everything, indexed [t, s]."""
    T, S = snapshots.shape[:2]
    captured, dominant = torch.zeros(S, T, dtype=torch.long), torch.full((S, T), -1)
    for t in range(T):
        report = mode_report(snapshots[t], mixture)
        for s in range(S):
            captured[t, s] = report.modes[s]
            dominant[t, s] = report.counts[s].argmax() if report.modes[s] else -1
    return captured, dominant


def wrong_float_buffer(snapshots, mixture):
    """torch.zeros makes whole numbers."""
    T, S = snapshots.shape[:2]
    captured, dominant = torch.zeros(T, S), torch.zeros(T, S) - 1
    for t in range(T):
        report = mode_report(snapshots[t], mixture)
        captured[t] = report.modes
        dominant[t] = torch.where(report.modes > 0, report.counts.argmax(1), -1)
    return captured, dominant


def wrong_byte_buffer(snapshots, mixture):
    """Small numbers fit in uint8, −1 among them."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    dominant = torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)
    return (counts > 0).sum(-1).to(torch.uint8), dominant.to(torch.uint8)


def wrong_nan_for_none(snapshots, mixture):
    """NaN is a better sign of nothing than −1."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1).float(), torch.nan)


def wrong_lists(snapshots, mixture):
    """Nested lists are as good as tensors."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    dominant = torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)
    return (counts > 0).sum(-1).tolist(), dominant.tolist()


def wrong_numpy_arrays(snapshots, mixture):
    """NumPy arrays are as good as tensors."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots]).numpy()
    return (counts > 0).sum(-1), np.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_printed(snapshots, mixture):
    """Showing the result is handing it in."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    print((counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1))


def wrong_captured_only(snapshots, mixture):
    """The report already has the modes; the rest is a detail."""
    return torch.stack([mode_report(x, mixture).modes for x in snapshots])


def wrong_centred_in_place(snapshots, mixture):
    """Subtracting a mode with −= makes a new tensor each time."""
    counts = []
    for centre, std in zip(mixture.modes, mixture.stds):
        offset = snapshots
        offset -= centre
        counts.append((offset.norm(dim=-1) <= 3 * std).sum(-1))
    counts = torch.stack(counts, dim=-1)
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_first_hundred_samples(snapshots, mixture):
    """A hundred samples are enough to see where the generator is."""
    counts = torch.stack([mode_report(x[:, :100], mixture).counts for x in snapshots])
    return (counts > 0).sum(-1), torch.where(counts.sum(-1) > 0, counts.argmax(-1), -1)


def wrong_none_when_one_captured(snapshots, mixture):
    """With a single captured mode nothing is there to dominate over."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    captured = (counts > 0).sum(-1)
    return captured, torch.where(captured > 1, counts.argmax(-1), -1)


def wrong_minus_one_for_mode_zero(snapshots, mixture):
    """An argmax of 0 means that nothing was found."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    dominant = counts.argmax(-1)
    dominant[dominant == 0] = -1
    return (counts > 0).sum(-1), dominant


def wrong_captured_minus_one_too(snapshots, mixture):
    """−1 marks an empty cell in both tables."""
    counts = torch.stack([mode_report(x, mixture).counts for x in snapshots])
    none = counts.sum(-1) == 0
    captured, dominant = (counts > 0).sum(-1), counts.argmax(-1)
    captured[none] = dominant[none] = -1
    return captured, dominant


def wrong_whole_moment_empty(snapshots, mixture):
    """A moment has no dominant mode when none of its seeds has a good sample."""
    captured, dominant = [], []
    for samples in snapshots:
        report = mode_report(samples, mixture)
        captured.append(report.modes)
        best = report.counts.argmax(1)
        dominant.append(best if report.modes.any() else torch.full_like(best, -1))
    return torch.stack(captured), torch.stack(dominant)
