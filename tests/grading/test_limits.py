"""What one submission can cost the grader: time, memory, and what it can see."""

import json
import shutil
import time
from pathlib import Path

import nbformat
import pytest

import ganlab
from ganlab.grading import verdict, walls
from ganlab.grading.checks.service import Service
from ganlab.grading.errors import CourseError
from ganlab.grading.grade import grade_batch
from ganlab.grading.pages import PAGE_LIMIT, feedback_page
from ganlab.grading.reading import Ungradable
from ganlab.grading.repair import repair
from ganlab.grading.scores import Outcome
from ganlab.grading.source import read_source
from ganlab.grading.verdict import Examiner
from tests.grading.toy import SOURCE


class Here:
    """A kernel in this process."""

    def __init__(self, **names):
        self.service = Service(names)

    def ask(self, question, seconds):
        return self.service.reply(question)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "01_toy.py"
    path.write_text(SOURCE)
    return read_source(path)


@pytest.mark.parametrize("text", ["for k in range(f(1)): pass", "assert sum(1 for k in range(f(1)))"])
def test_a_check_that_an_answer_keeps_busy_ends(source, monkeypatch, text):
    monkeypatch.setattr(verdict, "PATIENCE", 0.1)
    start = time.monotonic()
    said = Examiner(source, "secret", 0.1).examine(text, Here(f=lambda x: 10**15))
    assert not said.passed and said.late and "took longer" in said.message and time.monotonic() - start < 5
    assert Examiner(source, "secret", 5).examine("assert f(1) == 2", Here(f=lambda x: 2)).passed


def test_an_unwritten_answer_is_told_from_one_that_torch_cannot_compute(source):
    def unwritten(x):
        raise NotImplementedError

    def unsupported(x):
        raise NotImplementedError("not implemented for 'Long'")

    examine = Examiner(source, "secret", 5).examine
    assert examine("f(1)", Here(f=unwritten)).message == "f is not written yet."
    assert (
        examine("f(1)", Here(f=unsupported)).message == "f(int) raised NotImplementedError: not implemented for 'Long'"
    )
    assert examine("f(1)", Here()).missing


HUGE = {
    "millions_of_numbers": {"cells": [], "metadata": {"x": "," * 5_100_000}},
    "megabytes_of_code": {"cells": [{"cell_type": "code", "source": "a\n" * 300_000} for _ in range(4)]},
}


@pytest.mark.parametrize("name", HUGE)
def test_what_would_take_the_graders_memory_is_not_read(source, name):
    with pytest.raises(Ungradable):
        repair(json.dumps(HUGE[name]).encode(), source)


@pytest.mark.parametrize("kind", ["code", "markdown", "raw"])
def test_a_page_takes_seconds_however_long_the_notebook(kind):
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    texts = ["\\begin{a}" * 800] * 20 + ["\\begin{a}" * 20_000 + "<b>"] * 30
    cells = [make[kind](text) for text in texts]
    start = time.monotonic()
    page = feedback_page(Outcome("ann", "01_toy", "graded"), nbformat.v4.new_notebook(cells=cells), {}, {})
    assert len(page) < 16 * PAGE_LIMIT and "the rest is left out" in page and "<b>" not in page
    assert time.monotonic() - start < 20


def test_an_installed_package_is_masked(tmp_path, monkeypatch):
    """Where ganlab lies in site-packages, chapters' checks do too: a submission must not read them."""
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    package = Path(ganlab.__file__).parent
    command = walls.bubblewrap(tmp_path, root=True)
    assert str(package) not in command
    installed = next(iter(walls.windows() - {Path("/usr")})) / "ganlab"
    monkeypatch.setattr(walls.ganlab, "__file__", str(installed / "__init__.py"))
    command = walls.bubblewrap(tmp_path, root=True)
    assert command[command.index(str(installed)) - 2 : command.index(str(installed))] == [
        "--ro-bind",
        str(tmp_path / "ganlab"),
    ]
    assert command.index(str(installed)) > max(k for k, part in enumerate(command) if part in map(str, walls.windows()))


def test_a_course_beside_python_is_refused(course, monkeypatch):
    monkeypatch.setattr(walls, "windows", lambda: {course})
    with pytest.raises(CourseError, match="move it elsewhere"):
        grade_batch(course / "submitted", course=course, output=course / "out")
    assert not (course / "out").exists()


def test_a_kernel_gets_portable_classes_and_no_answers(tmp_path):
    folder = walls.kernel_library(tmp_path, {"confine": True}) / "ganlab" / "grading" / "checks"
    left = "".join(path.read_text() for path in folder.glob("*.py") if path.name not in walls.SERVICE)
    assert "class Bowl" in left and "class Swirl" in left
    for name in ("def draw_bowl", "def midpoint", "def similarity_of", "def explain_step", "def _judge"):
        assert name not in left
    for path in folder.glob("*.py"):
        compile(path.read_text(), path.name, "exec")
