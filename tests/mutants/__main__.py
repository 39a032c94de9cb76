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
    print(f"{'exercise':32s} {'wrong':>6s} {'rejected':>9s} {'right':>6s} {'accepted':>9s} {'messages':>9s}")
    for exercise, rows in table.items():
        wrong = [row for row in rows if not row[1]]
        right = [row for row in rows if row[1]]
        rejected = sum(message is not None for _, _, message in wrong)
        accepted = sum(message is None for _, _, message in right)
        messages = len({message for _, _, message in wrong})
        print(f"{exercise:32s} {len(wrong):6d} {rejected:9d} {len(right):6d} {accepted:9d} {messages:9d}")
        defects += [f"{exercise}: {name} survives" for name, _, message in wrong if message is None]
        defects += [f"{exercise}: {name} is rejected: {message}" for name, _, message in right if message is not None]
        bad = [name for name, _, message in wrong if message is not None and not reads_well(message)]
        defects += [f"{exercise}: {name} gets a blank message or one of several lines" for name in bad]
        if verbose:
            for name, _, message in wrong:
                print(f"    {name}: {message}")
    for defect in defects:
        print(defect)
    return len(defects)


if __name__ == "__main__":
    sys.exit(min(1, main("-v" in sys.argv)))
