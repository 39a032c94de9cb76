"""Student answers to `count_hops(dominant)`: `right_*` meet the statement, `wrong_*` do not."""

from itertools import groupby, pairwise

import numpy as np
import torch

# ----------------------------------------------------------------------------------------------------------- right


def right_last_seen(dominant):
    """A walk along time that remembers each seed's last dominant mode."""
    hops = torch.zeros(dominant.shape[1], dtype=torch.long)
    last = torch.full_like(dominant[0], -1)
    for now in dominant:
        seen = now >= 0
        hops += seen & (last >= 0) & (now != last)
        last = torch.where(seen, now, last)
    return hops


def right_python_loops(dominant):
    """Plain Python numbers, one seed after the other, None before the first mode."""
    result = []
    for column in dominant.T.tolist():
        last, hops = None, 0
        for mode in column:
            if mode == -1:
                continue
            if last is not None and mode != last:
                hops += 1
            last = mode
        result.append(hops)
    return torch.tensor(result)


def right_cummax_fill(dominant):
    """The index of the last seen moment is a running maximum; forward fill by gather, no loop."""
    T = dominant.shape[0]
    moment = torch.arange(T)[:, None].expand_as(dominant)
    last = torch.where(dominant >= 0, moment, -1).cummax(0).values
    filled = torch.where(last >= 0, dominant.gather(0, last.clamp(min=0)), -1)
    return ((filled[1:] != filled[:-1]) & (filled[:-1] >= 0)).sum(0)


def right_groupby(dominant):
    """Runs of equal modes without the gaps: one hop fewer than runs, and none without runs."""
    runs = [len(list(groupby(m for m in column.tolist() if m >= 0))) for column in dominant.unbind(1)]
    return torch.tensor([max(r - 1, 0) for r in runs], dtype=torch.int32)


def right_unique_consecutive(dominant):
    """Filter each column, collapse repeats, count."""
    hops = [column[column != -1].unique_consecutive().numel() - 1 for column in dominant.T]
    return torch.tensor(hops).clamp_min(0)


def right_numpy_columns(dominant):
    """NumPy inside: differences of each column without its gaps, back to torch."""
    table = dominant.numpy()
    return torch.from_numpy(
        np.array([np.count_nonzero(np.diff(c[c > -1])) for c in table.T], dtype=np.int64)
    )


def right_pairwise(dominant):
    """Neighbours in the filtered list that differ."""
    columns = [[m for m in c if m != -1] for c in dominant.t().tolist()]
    return torch.tensor([sum(a != b for a, b in pairwise(c)) for c in columns]).long()


def right_divide_and_conquer(dominant):
    """Halves of the timeline, each told as (first mode, last mode, hops), joined recursively."""

    def story(part):
        if len(part) == 1:
            return part[0], part[0], torch.zeros_like(part[0])
        (f1, l1, h1), (f2, l2, h2) = story(part[: len(part) // 2]), story(part[len(part) // 2 :])
        joint = ((l1 >= 0) & (f2 >= 0) & (l1 != f2)).to(h1)
        return torch.where(f1 < 0, f2, f1), torch.where(l2 < 0, l1, l2), h1 + h2 + joint

    return story(dominant)[2]


def right_back_fill(dominant):
    """Filled from behind instead; a trailing gap stays −1 and is not counted."""
    filled = dominant.clone()
    for t in range(len(filled) - 2, -1, -1):
        filled[t] = torch.where(filled[t] == -1, filled[t + 1], filled[t])
    return ((filled[1:] != filled[:-1]) & (filled[1:] != -1)).sum(0)


def right_last_seen_dictionary(dominant):
    """A dictionary from seed to last mode, a list of hops."""
    last, hops = {}, [0] * dominant.shape[1]
    for row in dominant.tolist():
        for seed, mode in enumerate(row):
            if mode >= 0:
                hops[seed] += last.get(seed, mode) != mode
                last[seed] = mode
    return torch.tensor(hops, dtype=torch.int64)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_minus_one_is_a_mode(dominant):
    """−1 is a mode like any other."""
    return (dominant[1:] != dominant[:-1]).sum(0)


def wrong_gap_breaks_the_chain(dominant):
    """A hop needs both neighbours to have a mode: 3, −1, 5 has none."""
    a, b = dominant[:-1], dominant[1:]
    return ((a != b) & (a >= 0) & (b >= 0)).sum(0)


def wrong_entering_a_gap_ignored(dominant):
    """Only the newer moment has to have a mode: coming out of a gap is a hop."""
    return ((dominant[1:] != dominant[:-1]) & (dominant[1:] >= 0)).sum(0)


def wrong_entering_a_gap_counted(dominant):
    """Only the older moment has to have a mode: losing the mode is the hop."""
    return ((dominant[1:] != dominant[:-1]) & (dominant[:-1] >= 0)).sum(0)


def wrong_first_mode_is_a_hop(dominant):
    """Forward filling is enough; a start with −1 then changes once."""
    filled = dominant.clone()
    for t in range(1, len(filled)):
        filled[t] = torch.where(filled[t] < 0, filled[t - 1], filled[t])
    return (filled[1:] != filled[:-1]).sum(0)


def wrong_trailing_gap_is_a_hop(dominant):
    """Filling from behind is enough; an end with −1 then changes once."""
    filled = dominant.clone()
    for t in range(len(filled) - 2, -1, -1):
        filled[t] = torch.where(filled[t] < 0, filled[t + 1], filled[t])
    return (filled[1:] != filled[:-1]).sum(0)


def wrong_start_counted(dominant):
    """The first mode differs from the initial −1, so it is a change as well."""
    hops = []
    for column in dominant.T.tolist():
        last, n = -1, 0
        for mode in column:
            if mode != -1 and mode != last:
                n, last = n + 1, mode
        hops.append(n)
    return torch.tensor(hops)


def wrong_mode_zero_is_missing(dominant):
    """Moments with a mode are those > 0."""
    hops = [column[column > 0].unique_consecutive().numel() - 1 for column in dominant.T]
    return torch.tensor(hops).clamp_min(0)


def wrong_falsy_last(dominant):
    """`if last` asks whether there was a mode before (mode 0 is false as well)."""
    hops = []
    for column in dominant.T.tolist():
        last, n = None, 0
        for mode in column:
            if mode == -1:
                continue
            if last and mode != last:
                n += 1
            last = mode
        hops.append(n)
    return torch.tensor(hops)


def wrong_minus_one_for_empty_seed(dominant):
    """Runs minus one works without any run too."""
    hops = [column[column >= 0].unique_consecutive().numel() - 1 for column in dominant.T]
    return torch.tensor(hops)


def wrong_runs_counted(dominant):
    """The number of runs is the number of hops."""
    return torch.tensor([column[column >= 0].unique_consecutive().numel() for column in dominant.T])


def wrong_distinct_modes(dominant):
    """A seed that saw three modes hopped twice, whatever the order."""
    return torch.tensor([max(len({m for m in c if m >= 0}) - 1, 0) for c in dominant.T.tolist()])


def wrong_distinct_values(dominant):
    """The hops are the distinct values of a column."""
    return torch.tensor([column.unique().numel() for column in dominant.T])


def wrong_size_of_jump(dominant):
    """A hop to a mode further away counts for more: the sum of |differences|."""
    return torch.stack([column[column >= 0].diff().abs().sum() for column in dominant.T])


def wrong_neighbours_are_no_hop(dominant):
    """A step to the mode next door, |difference| = 1, is jitter."""
    return torch.stack([(column[column >= 0].diff().abs() > 1).sum() for column in dominant.T])


def wrong_only_neighbours_hop(dominant):
    """A hop is a step of exactly one mode."""
    return torch.stack([(column[column >= 0].diff().abs() == 1).sum() for column in dominant.T])


def wrong_modulo_eight(dominant):
    """Positions on the ring are only known modulo 8."""
    return torch.stack([(column[column >= 0].diff() % 8 != 0).sum() for column in dominant.T])


def wrong_mirror_on_the_ring(dominant):
    """Opposite modes of the ring of eight are the same axis: compared modulo 4."""
    return torch.stack([(column[column >= 0].diff() % 4 != 0).sum() for column in dominant.T])


def wrong_only_upwards(dominant):
    """A change is a positive difference."""
    return torch.stack([(column[column >= 0].diff() > 0).sum() for column in dominant.T])


def wrong_running_maximum(dominant):
    """A running maximum of the modes fills the gaps."""
    filled = dominant.cummax(0).values
    return ((filled[1:] != filled[:-1]) & (filled[:-1] >= 0)).sum(0)


def wrong_axis(dominant):
    """Time is the second axis."""
    return torch.stack([row[row >= 0].diff().ne(0).sum() for row in dominant])


def wrong_between_seeds(dominant):
    """Hops are differences between neighbouring columns, summed along time."""
    return (dominant[:, 1:] != dominant[:, :-1]).sum(0)


def wrong_total_over_seeds(dominant):
    """One number for all seeds together."""
    return torch.stack([column[column >= 0].diff().ne(0).sum() for column in dominant.T]).sum()


def wrong_mean_over_seeds(dominant):
    """The mean number of hops stands for every seed."""
    hops = torch.stack([column[column >= 0].diff().ne(0).sum() for column in dominant.T])
    return torch.full_like(hops, int(hops.float().mean()))


def wrong_flattened(dominant):
    """The mask keeps the table's shape (it flattens it, row by row)."""
    seen = dominant[dominant >= 0]
    return (seen[1:] != seen[:-1]).sum().expand(dominant.shape[1])


def wrong_flattened_by_seed(dominant):
    """All columns one after the other, with one running memory."""
    hops, last = torch.zeros(dominant.shape[1], dtype=torch.long), -1
    for s in range(dominant.shape[1]):
        for mode in dominant[:, s].tolist():
            if mode >= 0:
                hops[s] += last >= 0 and mode != last
                last = mode
    return hops


def wrong_shared_memory_across_seeds(dominant):
    """One `last` is enough when walking row by row."""
    hops, last = [0] * dominant.shape[1], None
    for row in dominant.tolist():
        for s, mode in enumerate(row):
            if mode >= 0:
                hops[s] += last is not None and mode != last
                last = mode
    return torch.tensor(hops)


def wrong_rows_with_any_gap_dropped(dominant):
    """A moment with a gap in any seed is passed over for all seeds."""
    kept = dominant[(dominant >= 0).all(1)]
    return (kept[1:] != kept[:-1]).sum(0)


def wrong_seeds_with_a_gap_dropped(dominant):
    """Seeds with a gap cannot be judged and have no hops."""
    hops = (dominant[1:] != dominant[:-1]).sum(0)
    return torch.where((dominant >= 0).all(0), hops, 0)


def wrong_stops_at_the_first_gap(dominant):
    """Once the mode is lost the story is over."""
    hops = []
    for column in dominant.T.tolist():
        n, last = 0, None
        for mode in column:
            if mode == -1:
                break
            n += last is not None and mode != last
            last = mode
        hops.append(n)
    return torch.tensor(hops)


def wrong_memory_lost_in_gap(dominant):
    """After a gap the count starts afresh with the next mode."""
    hops = torch.zeros(dominant.shape[1], dtype=torch.long)
    last = dominant[0]
    for now in dominant[1:]:
        hops += (now >= 0) & (last >= 0) & (now != last)
        last = now
    return hops


def wrong_gap_of_one_only(dominant):
    """Gaps are never longer than one moment."""
    filled = dominant.clone()
    filled[1:] = torch.where(dominant[1:] < 0, dominant[:-1], dominant[1:])
    a, b = filled[:-1], filled[1:]
    return ((a != b) & (a >= 0) & (b >= 0)).sum(0)


def wrong_gap_filled_with_zero(dominant):
    """Without a dominant mode it is mode 0."""
    filled = dominant.clamp(min=0)
    return (filled[1:] != filled[:-1]).sum(0)


def wrong_return_is_a_hop(dominant):
    """Coming back to the same mode after a gap is a hop."""
    hops = []
    for column in dominant.T.tolist():
        n, last, gap = 0, None, False
        for mode in column:
            if mode == -1:
                gap = True
                continue
            n += last is not None and (mode != last or gap)
            last, gap = mode, False
        hops.append(n)
    return torch.tensor(hops)


def wrong_last_against_first(dominant):
    """Hops are seen by comparing the end with the start."""
    seen = [column[column >= 0] for column in dominant.T]
    return torch.tensor([int(len(c) > 0 and c[0] != c[-1]) for c in seen])


def wrong_against_the_first(dominant):
    """A hop is a moment away from the first dominant mode."""
    seen = [column[column >= 0] for column in dominant.T]
    return torch.tensor([int((c != c[0]).sum()) if len(c) else 0 for c in seen])


def wrong_against_the_usual_mode(dominant):
    """A hop is a moment away from the seed's most frequent mode."""
    seen = [column[column >= 0] for column in dominant.T]
    return torch.tensor([int((c != c.mode().values).sum()) if len(c) else 0 for c in seen])


def wrong_wrapped_around(dominant):
    """roll gives the moment before, for the first one as well."""
    hops = []
    for column in dominant.T:
        c = column[column >= 0]
        hops.append((c != c.roll(1)).sum())
    return torch.stack(hops)


def wrong_two_steps_apart(dominant):
    """A mode is compared with the one two moments ago."""
    hops = []
    for column in dominant.T:
        c = column[column >= 0]
        hops.append((c[2:] != c[:-2]).sum())
    return torch.stack(hops)


def wrong_last_step_missed(dominant):
    """range(1, T − 1) reaches the end."""
    hops = torch.zeros(dominant.shape[1], dtype=torch.long)
    last = dominant[0].clone()
    for t in range(1, len(dominant) - 1):
        now = torch.where(dominant[t] >= 0, dominant[t], last)
        hops += (now != last) & (last >= 0)
        last = now
    return hops


def wrong_first_step_missed(dominant):
    """The first moment is the untrained generator and is left out."""
    hops = [column[column >= 0].unique_consecutive().numel() - 1 for column in dominant[1:].T]
    return torch.tensor(hops).clamp_min(0)


def wrong_there_and_back_is_one(dominant):
    """There and back again is one hop: only half of the changes count."""
    return torch.stack([column[column >= 0].diff().ne(0).sum() for column in dominant.T]) // 2


def wrong_must_stay(dominant):
    """A mode counts only when it lasts for two moments."""
    hops = []
    for column in dominant.T:
        runs, length = column[column >= 0].unique_consecutive(return_counts=True)
        hops.append(max(runs[length > 1].unique_consecutive().numel() - 1, 0))
    return torch.tensor(hops)


def wrong_whether_not_how_often(dominant):
    """A seed either hops or it does not."""
    return torch.stack([column[column >= 0].diff().ne(0).any() for column in dominant.T]).long()


def wrong_rate(dominant):
    """How often means per step."""
    hops = torch.stack([column[column >= 0].diff().ne(0).sum() for column in dominant.T])
    return hops / max(len(dominant) - 1, 1)


def wrong_running_count(dominant):
    """The count so far, at every moment."""
    hops, last = torch.zeros_like(dominant), dominant[0]
    for t in range(1, len(dominant)):
        now = torch.where(dominant[t] >= 0, dominant[t], last)
        hops[t] = hops[t - 1] + ((now != last) & (last >= 0))
        last = now
    return hops


def wrong_float(dominant):
    """A float tensor holds whole numbers as well."""
    hops = torch.zeros(dominant.shape[1])
    for s, column in enumerate(dominant.T):
        hops[s] = column[column >= 0].diff().ne(0).sum()
    return hops


def wrong_list(dominant):
    """A list of numbers is as good as a tensor."""
    return [int(column[column >= 0].diff().ne(0).sum()) for column in dominant.T]


def wrong_numpy(dominant):
    """A NumPy array is as good as a tensor."""
    return np.array([np.count_nonzero(np.diff(c[c >= 0])) for c in dominant.numpy().T])


def wrong_printed(dominant):
    """Showing the result is handing it in."""
    print([int(column[column >= 0].diff().ne(0).sum()) for column in dominant.T])


def wrong_return_in_the_loop(dominant):
    """`return` may stand inside the loop over the seeds."""
    for column in dominant.T:
        return column[column >= 0].diff().ne(0).sum().reshape(1)


def wrong_extra_axis(dominant):
    """keepdim keeps things tidy: (1, S)."""
    return torch.stack([column[column >= 0].diff().ne(0).sum() for column in dominant.T])[None]


def wrong_square_only(dominant):
    """shape[0] is the number of seeds."""
    hops = torch.zeros(dominant.shape[0], dtype=torch.long)
    for s in range(dominant.shape[0]):
        column = dominant[:, s]
        hops[s] = column[column >= 0].diff().ne(0).sum()
    return hops


def wrong_single_seed_squeezed(dominant):
    """squeeze removes axes that are not needed."""
    return torch.stack([column[column >= 0].diff().ne(0).sum() for column in dominant.T]).squeeze()


def wrong_single_seed_only(dominant):
    """There is one column, and item() reads its entries."""
    last, hops = -1, 0
    for now in dominant:
        if now.item() >= 0:
            hops += last >= 0 and now.item() != last
            last = now.item()
    return torch.tensor([hops])


def wrong_rows_as_one_state(dominant):
    """unique_consecutive along time treats each column for itself."""
    runs = dominant.unique_consecutive(dim=0)
    return torch.full((dominant.shape[1],), len(runs) - 1)


def wrong_middle_value(dominant):
    """A gap is filled with the mean of its neighbours."""
    filled = dominant.clone()
    for t in range(1, len(filled) - 1):
        filled[t] = torch.where(filled[t] < 0, (filled[t - 1] + filled[t + 1]) // 2, filled[t])
    a, b = filled[:-1], filled[1:]
    return ((a != b) & (a >= 0) & (b >= 0)).sum(0)


def wrong_fills_the_callers_table(dominant):
    """Writing the forward fill into the argument harms nobody, though the caller's −1 are gone."""
    for t in range(1, len(dominant)):
        gap = dominant[t] < 0
        dominant[t][gap] = dominant[t - 1][gap]
    return ((dominant[1:] != dominant[:-1]) & (dominant[:-1] >= 0)).sum(0)


def wrong_two_changes_off_for_each_gap(dominant):
    """Every −1 costs one change going in and one coming out, so two are taken off."""
    changes = (dominant[1:] != dominant[:-1]).sum(0)
    return (changes - 2 * (dominant == -1).sum(0)).clamp_min(0)


def wrong_sorted_columns(dominant):
    """Sorting puts the −1 first, where they are easy to cut off."""
    ordered = dominant.sort(0).values
    return ((ordered[1:] != ordered[:-1]) & (ordered[:-1] >= 0)).sum(0)


def wrong_zero_when_silent_at_the_end(dominant):
    """A seed without a mode at the end has none to count from."""
    hops = torch.stack([column[column >= 0].diff().ne(0).sum() for column in dominant.T])
    return hops * (dominant[-1] >= 0)


def wrong_typed_constant(dominant):
    """The numbers that my own run showed."""
    return torch.tensor([4, 2, 7, 3])
