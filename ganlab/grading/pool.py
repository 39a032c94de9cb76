"""Jobs on workers: this process, processes beside it, or a Dask cluster; one that dies takes no other job along."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import connection
from typing import Any, TypeVar

from ganlab.grading.errors import CourseError

Work = TypeVar("Work")
Done = TypeVar("Done")


class Inline(Executor):
    """Runs each job at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def set_up() -> None:
    """Set a worker up: it ends with its parent, and threads of several would only get into each other's way."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["OMP_NUM_THREADS"] = "1"
    with suppress(ImportError):
        import torch

        torch.set_num_threads(1)


def _end_with_parent() -> None:
    """End this process when the grader is gone, killed perhaps; its sandbox ends with it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def local(workers: int) -> Executor:
    """Give workers on this machine."""
    if workers <= 1:
        return Inline()
    context = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=set_up)


@contextmanager
def on_dask(address: str) -> Iterator[tuple[Callable[[], Executor], int]]:
    """Give what starts an executor on the workers of a Dask scheduler, and how many they are."""
    try:
        from distributed import Client
    except ImportError as error:
        raise CourseError("distributed is not installed: run `pip install ganlab[dask]`.") from error
    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError) as error:
        raise CourseError(f"No Dask scheduler answers at {address}: start one with `dask scheduler`.") from error

    def start() -> Executor:
        if client.status in ("closing", "closed"):
            raise CourseError(f"The Dask scheduler at {address} is gone: start it again and go on with --resume.")
        return client.get_executor(pure=False)

    with client:
        yield start, max(1, sum(client.nthreads().values()))


def run_all(
    function: Callable[[Work], Done],
    jobs: Iterable[Work],
    start: Callable[[], Executor],
    window: int,
    lost: Callable[[Work, str], Done],
) -> Iterator[Done]:
    """Give results as they come, with at most `window` jobs under way.

    Where a worker dies, the jobs under way are tried once more, one by one; the one it dies of again is `lost`.
    """
    suspects: list[Work] = []
    source = iter(jobs)
    executor, running = start(), dict[Future[Done], Work]()
    try:
        while True:
            for job in islice(source, max(0, window - len(running))):
                try:
                    running[executor.submit(function, job)] = job
                except BrokenExecutor:  # a worker died since the last result
                    suspects.append(job)
                    break
            if not running and not suspects:
                break
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                job = running.pop(future)
                try:
                    yield future.result()
                except (BrokenExecutor, CancelledError):
                    suspects.append(job)
                except Exception as error:
                    yield lost(job, f"{type(error).__name__}: {error}")
            if suspects:
                suspects += running.values()
                running.clear()
                _shut(executor, wait=False)
                yield from _one_by_one(function, suspects, start, lost)
                suspects.clear()
                executor = start()
    finally:
        _shut(executor, wait=True)


def _shut(executor: Executor, *, wait: bool) -> None:
    if isinstance(executor, ProcessPoolExecutor):
        executor.shutdown(wait=wait, cancel_futures=True)
    else:  # Dask's takes no other argument
        executor.shutdown(wait=wait)


def _one_by_one(
    function: Callable[[Work], Done],
    jobs: Iterable[Work],
    start: Callable[[], Executor],
    lost: Callable[[Work, str], Done],
) -> Iterator[Done]:
    executor, fresh, waiting = start(), True, list(jobs)
    while waiting:
        job, why = waiting[0], "no worker could be started for it"
        try:
            future = executor.submit(function, job)
            why = "the grader's own process died of it twice"
            result = future.result()
        except (BrokenExecutor, CancelledError):
            executor.shutdown(wait=False)
            executor, was_fresh, fresh = start(), fresh, True
            if not was_fresh:  # it may have died of an earlier job
                continue
            result = lost(job, why)
        except Exception as error:
            result, fresh = lost(job, f"{type(error).__name__}: {error}"), False
        else:
            fresh = False
        waiting.pop(0)
        yield result
    executor.shutdown(wait=False)
