"""Print the table of the corpus; the exit code says whether one survives or a right solution is rejected."""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import torch

from tests.mutants import corpus, judge, reads_well


def main(verbose: bool) -> int:
    names = sorted({solution.exercise for solution in corpus()})
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        table = dict(zip(names, pool.map(judge, names), strict=True))
    defects = []
    heads = ("wrong", "rejected", "at once", "right", "accepted", "messages")
    print(f"{'exercise':32s}" + "".join(f" {head:>9s}" for head in heads))
    for exercise, rows in table.items():
        wrong = [row for row in rows if not row.right]
        right = [row for row in rows if row.right]
        numbers = (
            len(wrong),
            sum(row.message is not None for row in wrong),
            sum(row.seen for row in wrong),  # by the visible check as well
            len(right),
            sum(row.message is None and not row.seen for row in right),
            len({row.message for row in wrong}),
        )
        print(f"{exercise:32s}" + "".join(f" {number:9d}" for number in numbers))
        defects += [f"{exercise}: {row.name} survives" for row in wrong if row.message is None]
        defects += [f"{exercise}: {row.name} is rejected: {row.message}" for row in right if row.message is not None]
        defects += [f"{exercise}: {row.name} fails the visible check" for row in right if row.seen]
        bad = [row.name for row in wrong if row.message is not None and not reads_well(row.message)]
        defects += [f"{exercise}: {name} gets a blank message or one of several lines" for name in bad]
        if verbose:
            for row in wrong:
                print(f"    {row.name}{'' if row.seen else ' (hidden test only)'}: {row.message}")
    for defect in defects:
        print(defect)
    return len(defects)


if __name__ == "__main__":
    sys.exit(min(1, main("-v" in sys.argv)))
