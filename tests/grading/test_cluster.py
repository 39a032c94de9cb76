"""Bigger than one machine: workers of a Dask scheduler in processes of their own, a gradebook on PostgreSQL."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganlab.grading.errors import CourseError
from ganlab.grading.grade import grade_batch
from tests.grading.test_batch import built, course, totals  # noqa: F401
from tests.grading.test_grade import DOUBLE, TRIPLE, hand_in, notebook

pytestmark = pytest.mark.slow
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def scheduler(tmp_path):
    """A Dask scheduler and two workers, each a process that starts it again."""
    pytest.importorskip("distributed")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": tmp_path}
    command = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-dashboard",
    ]
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--no-dashboard",
    ]
    started = [subprocess.Popen(command, **quiet), subprocess.Popen(worker, **quiet), subprocess.Popen(worker, **quiet)]
    wait_for_workers(address)
    yield address
    for process in started:
        process.kill()  # a polite worker takes half a minute
    for process in started:
        process.wait(20)


def wait_for_workers(address):
    from distributed import Client

    with Client(address, timeout=60) as client:
        client.wait_for_workers(2, timeout=60)


@pytest.mark.filterwarnings("ignore")  # distributed's own
def test_a_dask_cluster_grades(scheduler, course):  # noqa: F811
    submitted = hand_in(
        course, {f"s{k}": notebook(course, DOUBLE, TRIPLE if k % 2 else "    return x") for k in range(6)}
    )
    outcomes = grade_batch(submitted, course=course, output=course, dask=scheduler)
    assert totals(outcomes) == {f"s{k}": ("graded", 8 if k % 2 else 3) for k in range(6)}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("trouble", ["a worker dies", "all are started again"])
def test_a_cluster_in_trouble_loses_no_submission(scheduler, course, trouble):  # noqa: F811
    """Dask gives a dead worker's jobs to another, and drops all jobs where its workers are started again."""
    from distributed import Client

    submitted = hand_in(course, {f"s{k}": notebook(course, DOUBLE, TRIPLE) for k in range(8)})
    heard = []

    def report(outcome, total):
        heard.append(outcome.student)
        if len(heard) > 1:
            return
        with Client(scheduler, timeout=60, set_as_default=False) as client:
            if trouble == "a worker dies":
                os.kill(min(client.run(os.getpid).values()), signal.SIGKILL)
            else:
                client.restart(wait_for_workers=False)

    outcomes = grade_batch(submitted, course=course, output=course, dask=scheduler, report=report)
    assert totals(outcomes) == {f"s{k}": ("graded", 8) for k in range(8)} and len(heard) == 8


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_goes_away_blames_no_submission(scheduler, course):  # noqa: F811
    from distributed import Client

    submitted = hand_in(course, {f"s{k}": notebook(course, DOUBLE, TRIPLE) for k in range(8)})
    heard = []

    def report(outcome, total):
        heard.append(outcome.status)
        if len(heard) == 1:
            with Client(scheduler, timeout=60, set_as_default=False) as client:
                pid = client.run_on_scheduler(os.getpid)
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(CourseError, match="is gone: start it again and go on with --resume"):
        grade_batch(submitted, course=course, output=course, dask=scheduler, report=report)
    assert set(heard) == {"graded"} and len(heard) < 8
    outcomes = grade_batch(submitted, course=course, output=course, resume=True)
    assert totals(outcomes) == {f"s{k}": ("graded", 8) for k in range(8)}


@pytest.mark.filterwarnings("ignore")
def test_no_scheduler_is_one_sentence(course):  # noqa: F811
    pytest.importorskip("distributed")
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE)})
    with pytest.raises(CourseError, match="No Dask scheduler answers"):
        grade_batch(submitted, course=course, output=course, dask=f"tcp://127.0.0.1:{free_port()}")


@pytest.fixture
def postgres(tmp_path):
    """A PostgreSQL server of its own; it refuses to run as root, so another user owns it."""
    pytest.importorskip("psycopg2")
    if POSTGRES is None:
        pytest.skip("no PostgreSQL here")
    folder = Path("/tmp") / f"ganlab-postgres-{os.getpid()}"
    folder.mkdir()
    become = []
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
        become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    port = free_port()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/", "env": {**os.environ, "HOME": str(folder)}}
    subprocess.run([*become, POSTGRES / "initdb", "-D", folder / "data", "-U", "ganlab", "-A", "trust"], **quiet)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    subprocess.run(
        [*become, POSTGRES / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"],
        **quiet,
    )
    subprocess.run([POSTGRES / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "ganlab", "gradebook"], **quiet)
    yield f"postgresql://ganlab@127.0.0.1:{port}/gradebook"
    subprocess.run([*become, POSTGRES / "pg_ctl", "-D", folder / "data", "-m", "fast", "stop"], **quiet)
    shutil.rmtree(folder)


def test_the_gradebook_may_be_postgresql(postgres, course, tmp_path):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE), "bob": notebook(course, DOUBLE)})
    outcomes = grade_batch(submitted, course=course, output=course, db_url=postgres)
    assert totals(outcomes) == {"ann": ("graded", 8), "bob": ("graded", 3)}
    again = grade_batch(submitted, course=course, output=course, db_url=postgres, resume=True)
    assert totals(again) == totals(outcomes)
    from ganlab.grading.gradebook import alone, with_driver

    (tmp_path / "elsewhere").mkdir()
    start = time.monotonic()
    with (
        alone(with_driver(postgres), tmp_path / "elsewhere"),
        pytest.raises(CourseError, match="another `ganlab grade`"),
    ):
        grade_batch(submitted, course=course, output=course, db_url=postgres)
    assert time.monotonic() - start < 30
