"""Print the table of the corpus; the exit code says whether one survives or a right solution is rejected.

-v prints the message of each wrong solution, --seeds N judges the right ones with N secret seeds in place of one: a
check that now and then draws inputs on which a right answer looks wrong shows only there.
"""

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import torch

from tests.mutants import corpus, judge, reads_well


def main(verbose: bool, seeds: int) -> int:
    names = sorted({solution.exercise for solution in corpus()})
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        table = dict(zip(names, pool.map(partial(judge, seeds=seeds), names), strict=True))
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-v", dest="verbose", action="store_true")
    parser.add_argument("--seeds", type=int, default=1, metavar="N")
    sys.exit(min(1, main(**vars(parser.parse_args()))))
