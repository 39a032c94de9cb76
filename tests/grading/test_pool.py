"""Jobs on workers of any kind, and what becomes of them where a worker dies."""

from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context

from ganlab.grading.grade import grade_batch
from ganlab.grading.pool import Inline, run_all
from tests.grading.test_batch import built, course, totals  # noqa: F401
from tests.grading.test_grade import DOUBLE, TRIPLE, hand_in, notebook


class Dying(Inline):
    """Works twice, then no more, as a pool of processes does of which one died meanwhile."""

    def __init__(self):
        self.left = 2

    def submit(self, fn, /, *arguments):
        self.left -= 1
        if self.left < 0:
            raise BrokenExecutor
        return super().submit(fn, *arguments)


class Cancelling(Inline):
    """A cluster that drops the first job it is given, and takes none once it is shut."""

    def __init__(self):
        self.dropped = self.shut = False

    def submit(self, fn, /, *arguments):
        if self.shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        if self.dropped:
            return super().submit(fn, *arguments)
        self.dropped = True
        future = Future()
        future.set_exception(CancelledError())
        return future

    def shutdown(self, wait=True):
        self.shut = True


def lost(job, why):
    return -job


def test_an_executor_found_broken_loses_no_job():
    assert sorted(run_all(abs, range(1, 8), Dying, 2, lost)) == list(range(1, 8))


def test_dropped_jobs_are_tried_again_on_new_workers():
    started = []

    def start():
        started.append(Cancelling() if not started else Inline())
        return started[-1]

    assert sorted(run_all(abs, range(1, 6), start, 2, lost)) == list(range(1, 6)) and len(started) == 3
    assert sorted(run_all(abs, range(1, 3), Cancelling, 1, lost)) == [-2, -1]  # dropped twice


def test_a_dead_process_takes_its_own_job_only():
    jobs = ["1", "2", "__import__('os')._exit(1)", "4", "5", "6"]
    start = partial(ProcessPoolExecutor, 2, get_context("forkserver"))
    assert sorted(run_all(eval, jobs, start, 4, lambda job, why: -1)) == [-1, 1, 2, 4, 5, 6]


def test_any_executor_grades(course):  # noqa: F811
    submitted = hand_in(course, {f"s{k}": notebook(course, DOUBLE, TRIPLE if k else "    return x") for k in range(3)})
    started = []

    def start():
        started.append(ThreadPoolExecutor(2))
        return started[-1]

    outcomes = grade_batch(submitted, course=course, output=course, workers=2, executor=start)
    assert totals(outcomes) == {"s0": ("graded", 3), "s1": ("graded", 8), "s2": ("graded", 8)} and len(started) == 1
