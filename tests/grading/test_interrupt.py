"""Ctrl-C: one sentence, the exit code of an interrupted command, nothing that runs on, and `--resume` ends the batch."""

import os
import shutil
import signal
import subprocess
import sys

import psutil
import pytest

from ganlab import cli
from ganlab.grading import grade
from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from tests.grading.test_grade import DOUBLE, TRIPLE, hand_in, notebook
from tests.grading.toy import write_course

KEPT = "ganlab: stopped. What is graded is kept, --resume goes on."


def interrupted(*arguments, **options):
    raise KeyboardInterrupt


def test_it_is_said_in_one_sentence(tmp_path, monkeypatch, capsys):
    write_course(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grade, "grade_batch", interrupted)
    assert cli.main(["grade", "submitted"]) == 130
    assert capsys.readouterr().err.strip().splitlines()[-1] == KEPT
    monkeypatch.setattr(cli, "_build", interrupted)
    assert cli.main(["build"]) == 130
    assert capsys.readouterr() == ("", "\nganlab: stopped.\n")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_in_a_terminal(tmp_path, empty_gradebook, workers):
    """It reaches the whole group of processes: no traceback of a worker, no wait for the jobs under way."""
    course = write_course(tmp_path)
    build_chapter(*find_chapters(course), execute=False)
    shutil.copy(empty_gradebook, course)
    slow = {"cell_type": "code", "id": "s", "metadata": {}, "source": "import time; time.sleep(3)", "outputs": []}
    work = {}
    for k in range(3):
        work[f"s{k}"] = nb = notebook(course, DOUBLE, TRIPLE)
        nb["cells"].insert(1, {**slow, "execution_count": None})
    hand_in(course, work)
    # A shell without job control starts background jobs deaf to Ctrl-C: these tests may run in one.
    hears = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); from ganlab import cli; sys.exit(cli.main())"
    command = [sys.executable, "-c", hears, "grade", "submitted", "--workers", str(workers)]
    here = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": course}
    with subprocess.Popen(command, start_new_session=True, **here) as grader:
        first = grader.stdout.readline()
        family = psutil.Process(grader.pid).children(recursive=True)
        os.killpg(grader.pid, signal.SIGINT)
        rest, said = grader.communicate(timeout=60)
    assert (grader.returncode, said.strip()) == (130, KEPT)
    assert "graded" in first and rest.count("graded") <= 1  # the third was under way, or waited
    assert not psutil.wait_procs(family, timeout=10)[1]
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True, cwd=course)
    assert done.returncode == 0 and done.stdout.count("graded, 8 of 8") == 3
