"""The Colab cells: in both notebooks, of no effect elsewhere and in grading, and pip is never told to touch torch."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version

import nbformat
import pytest
from nbclient import NotebookClient

from ganlab.grading.build import build_chapter, check_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.colab import BADGE, INSTALL, is_install, read_address
from ganlab.grading.errors import CourseError
from ganlab.grading.grade import grade_batch
from ganlab.grading.settings import QUIET_KERNEL
from tests.grading.stock import REPOSITORY, assert_stock_releases
from tests.grading.test_grade import DOUBLE, TRIPLE, hand_in, notebook

PACKAGE = "ganlab @ https://github.com/an-owner/a.course/archive/refs/heads/autumn/term.zip"
FAKE_PIP = """\
import json, sys
from pathlib import Path
constraint = Path(sys.argv[sys.argv.index("--constraint") + 1]).read_text()
Path("pip.json").write_text(json.dumps({"said": sys.argv[1:], "constraint": constraint}))
sys.exit(CODE)
"""


@pytest.fixture
def chapter(course):
    address(course, "an-owner/a.course/autumn/term")
    (chapter,) = find_chapters(course)
    return chapter


def address(course, written):
    (course / "pyproject.toml").write_text(f'[tool.ganlab]\ncolab = "{written}"\n')


def released(chapter):
    build_chapter(chapter, execute=False)
    return json.loads(chapter.released.read_text())


def text(nb, cell_id):
    return "".join(next(cell for cell in nb["cells"] if cell["id"] == cell_id)["source"])


def test_both_notebooks_begin_with_badge_and_installation(chapter):
    nb = released(chapter)
    assert [cell["id"] for cell in nb["cells"]][:3] == [BADGE, INSTALL, "cell-001"]
    assert text(nb, BADGE) == (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        "(https://colab.research.google.com/github/an-owner/a.course/blob/autumn/term/course/01_toy/01_toy.ipynb)"
    )
    solved = json.loads(chapter.solved.read_text())
    assert solved["cells"][:2] == nb["cells"][:2]


def test_another_address_costs_no_run(chapter):
    assert "executed" in build_chapter(chapter)
    first = nbformat.read(chapter.solved, as_version=4)
    assert list(check_chapter(chapter)) == []
    address(chapter.course, "other/ganlab/main")
    assert len(list(check_chapter(chapter))) == 2
    assert "outputs kept" in build_chapter(chapter)
    assert list(check_chapter(chapter)) == []
    second = nbformat.read(chapter.solved, as_version=4)
    assert "other/ganlab" in second.cells[0].source and first.cells[2:] == second.cells[2:]


def test_stock_nbgrader_releases_the_same_bytes_with_colab_cells(chapter, empty_gradebook):
    released(chapter)
    assert_stock_releases(chapter, empty_gradebook)


def test_grading_takes_no_notice(chapter, empty_gradebook, tmp_path):
    """With the cells, with those of an older hand-out, and without them: the same outcome."""
    released(chapter)
    nb = notebook(chapter.course, DOUBLE, TRIPLE)
    assert nb["cells"][1]["id"] == INSTALL
    older = json.loads(json.dumps(nb).replace("an-owner/a.course", "other/ganlab"))
    without = {**nb, "cells": nb["cells"][2:]}
    renamed = json.loads(json.dumps(nb).replace(INSTALL, "x7Gh2k"))  # Colab gives cells other ids
    handed_in = {"with": nb, "older": older, "without": without, "renamed": renamed}
    shutil.copy(empty_gradebook, tmp_path)
    outcomes = grade_batch(hand_in(chapter.course, handed_in), course=chapter.course, output=tmp_path)
    for outcome in outcomes:
        assert (outcome.status, outcome.reason, outcome.flags) == ("graded", "", ())
        assert sum(outcome.scores.auto.values()) == 8
    graded = nbformat.read(tmp_path / "autograded" / "with" / chapter.name / "01_toy.ipynb", 4)
    assert [cell.id for cell in graded.cells][:2] == [
        "cell-000",
        "setup",
    ]  # title and set-up stay; no page asks for the badge


def test_an_installing_cell_is_known_by_its_text(chapter):
    code = text(released(chapter), INSTALL)
    assert is_install(code) and is_install(code.replace("a.course", "b") + "\n")
    assert not is_install(code + "\nanswer = 42") and not is_install("print(1)")


def test_elsewhere_the_cell_does_nothing(chapter):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text(released(chapter), INSTALL))])
    NotebookClient(nb, timeout=60, extra_arguments=QUIET_KERNEL).execute()
    assert nb.cells[0].outputs == []


def on_colab(code, folder, *, installed=False, answer=0):
    """Run the cell where `google.colab` is loaded and pip is a fake; what pip heard, None if it was not called."""
    pip = folder / "fake" / "pip"
    pip.mkdir(parents=True)
    (pip / "__init__.py").write_text("")
    (pip / "__main__.py").write_text(FAKE_PIP.replace("CODE", str(answer)))
    simulate = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')\n"
    simulate += "" if installed else "sys.modules['ganlab'] = None\n"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(pip.parent), str(REPOSITORY)])}
    done = subprocess.run(
        [sys.executable, "-c", simulate + code], cwd=folder, env=environment, capture_output=True, text=True
    )
    heard = folder / "pip.json"
    return done, json.loads(heard.read_text()) if heard.is_file() else None


def test_on_colab_pip_installs_the_package_and_holds_torch(chapter, tmp_path):
    done, heard = on_colab(text(released(chapter), INSTALL), tmp_path)
    assert done.returncode == 0, done.stderr
    assert heard["said"] == ["install", "--quiet", "--constraint", "/tmp/keep.txt", PACKAGE]
    assert not any("torch" in word for word in heard["said"])
    assert heard["constraint"] == f"torch=={version('torch')}\n"


def test_on_colab_it_installs_once(chapter, tmp_path):
    done, heard = on_colab(text(released(chapter), INSTALL), tmp_path, installed=True)
    assert (done.returncode, done.stdout, heard) == (0, "", None), done.stderr


def test_on_colab_a_failure_is_said(chapter, tmp_path):
    done, _ = on_colab(text(released(chapter), INSTALL), tmp_path, answer=1)
    assert done.returncode == 1 and f"RuntimeError: {PACKAGE} could not be installed" in done.stderr


def test_no_address_no_cells(course):
    (chapter,) = find_chapters(course)
    assert released(chapter)["cells"][0]["id"] == "cell-001"
    (course / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert read_address(course / "pyproject.toml") is None


@pytest.mark.parametrize("written", ["", "owner/repository", "owner//main", "a b/c/main", "o/r/ma'in", "https://x/y/z"])
def test_an_address_that_is_none_is_said_in_a_sentence(course, written):
    address(course, written)
    with pytest.raises(CourseError, match='must be "owner/repository/branch", got'):
        build_chapter(find_chapters(course)[0], execute=False)


def test_this_courses_address_can_be_read():
    assert read_address(REPOSITORY / "pyproject.toml") is not None
