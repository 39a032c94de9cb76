"""Limits of one submission's run, each reached: what stops, what is said of it, and what still gets its points."""

import json
import resource
import time

import nbformat
import pytest

from ganlab.grading import sandbox
from ganlab.grading.release import release
from ganlab.grading.sandbox import ForkServer, KernelDied, KernelTimeout, Limits
from ganlab.grading.source import read_source
from ganlab.grading.worker import RESTARTS, Job, grade, server_for
from tests.grading.attacks import CHAPTER, RIGHT, SOURCE

SHORT = Limits(cell=20, check=20, notebook=3)
OVER = "the notebook as a whole took longer than 3 s"
MINE = "cell-001"  # what mending calls a cell of the student's own
FRUGAL = Limits(cpu=1, files=64, cell=20, check=20)


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    path = tmp_path_factory.mktemp("target") / f"{CHAPTER}.py"
    path.write_text(SOURCE)
    return read_source(path)


@pytest.fixture(scope="module", autouse=True)
def warm(target):
    """Let neither the sandbox nor the grader's own imports take of the few seconds that a notebook has here."""
    assert run(target, limits=Limits(notebook=120))[0].status == "graded"


def run(target, first="", limits=SHORT, **answers):
    """Grade a notebook that begins with a cell of the student's own; the answers are right but for those given."""
    nb = json.loads(nbformat.writes(release(target)))
    for cell in nb["cells"]:
        cell["source"] = {**RIGHT, **answers}.get(cell["id"], "".join(cell["source"]))
    mine = {"cell_type": "code", "id": MINE, "metadata": {}, "source": first, "outputs": [], "execution_count": None}
    nb["cells"].insert(1, mine)
    graded = grade(Job("ann", CHAPTER, json.dumps(nb).encode(), nbformat.writes(target), {}, "secret", limits=limits))
    shown = {cell.id: json.dumps(cell.get("outputs")) for cell in nbformat.reads(graded.notebook, 4).cells}
    return graded, shown


def points(graded):
    return {name.removeprefix("check_"): points for name, points in graded.points.items()}


def test_within_its_time_a_notebook_gets_all_its_points(target):
    graded, _ = run(target, "import time; time.sleep(0.5)")
    assert (graded.status, graded.reason, sum(graded.points.values())) == ("graded", "", 8)


def test_a_cell_that_uses_up_the_notebooks_time(target):
    """What it exchanged before is noticed all the same."""
    graded, shown = run(target, "import torch; torch.equal = lambda *a: True\nwhile True: pass")
    assert (graded.status, graded.reason, sum(graded.points.values())) == ("timed_out", f'cell "{MINE}": {OVER}', 0)
    assert graded.flags == ("torch.equal was exchanged",)
    assert set(graded.messages.values()) == {f"not checked: {OVER}"} and len(graded.messages) == 3
    assert f"Timeout: {OVER}" in shown[MINE] and f"NotRun: {OVER}" in shown["double"] and "20 s" not in str(graded)


def test_cells_that_use_up_the_notebooks_time_together(target):
    """None is over its own limit; what was checked before keeps its points."""
    slow = f"import time; time.sleep(2.2)\n{RIGHT['triple']}"
    graded, _ = run(target, "import time; time.sleep(1.5)", triple=slow)
    assert points(graded) == {"double": 3, "triple": 0, "paired_change": 0}
    assert (graded.status, graded.reason) == ("timed_out", f'cell "triple": {OVER}')
    assert graded.messages["check_triple"] == f"not checked: {OVER}"


@pytest.mark.parametrize("stubborn", [False, True], ids=["obeys", "ignores the interrupt"])
def test_an_answer_that_uses_up_the_notebooks_time(target, monkeypatch, stubborn):
    monkeypatch.setattr(sandbox, "GRACE", 1.0)
    ignore = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)" if stubborn else "pass"
    graded, _ = run(target, triple=f"def triple(x):\n    {ignore}\n    while True: pass")
    where = 'the kernel hung at cell "check_triple": ' if stubborn else ""
    assert points(graded) == {"double": 3, "triple": 0, "paired_change": 0} and graded.status == "timed_out"
    assert graded.messages["check_triple"] == f"{where}{OVER}" and OVER in graded.reason
    assert graded.messages["check_paired_change"] == f"not checked: {OVER}"


def test_a_cells_and_a_checks_own_limit_are_told_from_the_notebooks(target, monkeypatch):
    monkeypatch.setattr(sandbox, "GRACE", 1.0)
    limits = Limits(cell=0.8, check=1, notebook=60)
    ignore = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    answers = {
        "triple": "def triple(x):\n    while True: pass",
        "paired_change": f"def paired_change(before, after):\n    {ignore}\n    while True: pass",
    }
    graded, shown = run(target, "while True: pass", limits, **answers)
    assert points(graded) == {"double": 3, "triple": 0, "paired_change": 0}
    assert (graded.status, graded.reason) == ("timed_out", f'cell "{MINE}": it took longer than 0.8 s')
    assert "Timeout: it took longer than 0.8 s" in shown[MINE]
    assert graded.messages["check_triple"] == "it took longer than 1 s"
    hung = 'the kernel hung at cell "check_paired_change": it took longer than 1 s'
    assert graded.messages["check_paired_change"] == hung


def test_too_many_dead_kernels(target):
    nb = json.loads(nbformat.writes(release(target)))
    dies = {"cell_type": "code", "metadata": {}, "source": "import os; os._exit(1)", "outputs": []}
    nb["cells"][1:1] = [{**dies, "id": f"x{k}", "execution_count": None} for k in range(RESTARTS + 1)]
    graded = grade(Job("ann", CHAPTER, json.dumps(nb).encode(), nbformat.writes(target), {}, "secret", limits=SHORT))
    assert (graded.status, graded.reason) == ("crashed", f'the kernel died at cell "{MINE}"')
    assert set(graded.messages.values()) == {f"not checked: {RESTARTS + 1} kernels died or hung before"}


def test_warming_up_takes_no_time_of_the_notebook(target, monkeypatch):
    fork = ForkServer.kernel

    def slowly(server, limits):
        time.sleep(SHORT.notebook)
        return fork(server, limits)

    monkeypatch.setattr(ForkServer, "kernel", slowly)
    graded, _ = run(target)
    assert (graded.status, sum(graded.points.values())) == ("graded", 8)


@pytest.fixture(scope="module")
def frugal():
    server = server_for(Job("", "", b"", "", {}, "", limits=FRUGAL))
    yield server
    server.close()


OPEN = """
kept = []
try:
    while len(kept) < 1000: kept.append(open("/dev/null"))
except OSError as error:
    print(error.strerror, len(kept))
"""


def test_open_files_are_limited(frugal):
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > Limits.files  # it is not this process's own limit
    for server, limit in ((server_for(Job("", "", b"", "", {}, "")), Limits.files), (frugal, FRUGAL.files)):
        with server.kernel() as kernel:
            said, count = kernel.run(OPEN)[0]["text"].rsplit(" ", 1)
            assert said == "Too many open files" and limit / 2 < int(count) < limit
            assert kernel.run("kept.clear(); print(open('/dev/null').read(), 'again')")[0]["text"] == " again\n"


def test_processor_time_is_limited(target, frugal):
    """Of each process, and beyond what catching signals or another process of its own gets around."""
    with frugal.kernel() as kernel:
        kernel.run("import signal\nfor n in (signal.SIGXCPU, signal.SIGINT): signal.signal(n, signal.SIG_IGN)")
        assert "ValueError" in str(kernel.run("import resource; resource.setrlimit(resource.RLIMIT_CPU, (99, 99))"))
        with pytest.raises(KernelDied, match=r"^it used more than 1 s of processor time$"):
            kernel.run("while True: pass")
    with frugal.kernel() as kernel:
        told = kernel.run("import os\nchild = os.fork()\nwhile not child: pass\nprint(os.waitpid(child, 0)[1])")
        assert told[0]["text"] == "9\n"
    graded, _ = run(target, limits=FRUGAL, double="def double(x):\n    while True: pass")
    assert points(graded) == {"double": 0, "triple": 3, "paired_change": 2} and graded.status == "crashed"
    assert graded.messages["check_double"].endswith(": it used more than 1 s of processor time")


def test_what_sleeps_uses_no_processor_time(frugal):
    with frugal.kernel() as kernel:
        assert kernel.run("import time; time.sleep(1.5); print('awake')")[0]["text"] == "awake\n"
        with pytest.raises(KernelTimeout, match="longer than 0.5 s"):
            kernel.run("time.sleep(9)", seconds=0.5)
