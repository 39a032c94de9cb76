"""The chapters as committed: what their sources build, nothing given away, worth 20 points, gradable."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from ganlab.grading.build import check_chapter
from ganlab.grading.chapters import Chapter, orphans
from ganlab.grading.grade import grade_batch
from ganlab.grading.settings import QUIET_KERNEL
from ganlab.grading.source import read_source

COURSE = Path(__file__).parents[1]
CHAPTERS = [Chapter(COURSE, path.parent.name) for path in sorted(COURSE.glob("solutions/*/*.py"))]
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)


@each_chapter
def test_committed_notebooks_are_what_the_source_builds(chapter):
    assert list(check_chapter(chapter)) == []


def test_every_released_folder_has_a_source():
    assert orphans(COURSE) == []


@each_chapter
def test_nothing_is_given_away(chapter):
    assert not list(chapter.released_folder.rglob("*.py"))
    text = chapter.released.read_text(encoding="utf-8")
    assert "SOLUTION" not in text and "HIDDEN TESTS" not in text
    released = json.loads(text)
    assert all(not cell.get("outputs") for cell in released["cells"])
    shown = {line.strip() for cell in released["cells"] for line in cell["source"]}
    assert not shown & secrets(chapter)


def secrets(chapter):
    """The lines of solutions and hidden tests that stand nowhere else in the source."""
    inside, outside, hidden = set(), set(), False
    for cell in read_source(chapter.source).cells:
        for line in cell.source.split("\n"):
            marker = any(f"{edge} {region}" in line for edge in ("BEGIN", "END") for region in REGIONS)
            if marker:
                hidden = "BEGIN" in line
            else:
                (inside if hidden else outside).add(line.strip())
    return inside - outside


REGIONS = ("SOLUTION", "HIDDEN TESTS")


@each_chapter
def test_points_add_up_to_twenty(chapter):
    cells = read_source(chapter.source).cells
    assert sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells) == 20


@each_chapter
def test_students_notebook_runs_to_its_first_exercise(chapter, tmp_path):
    notebook = nbformat.read(chapter.released, as_version=4)
    solutions = [cell.metadata.get("nbgrader", {}).get("solution", False) for cell in notebook.cells]
    notebook.cells = notebook.cells[: solutions.index(True)]
    resources = {"metadata": {"path": str(chapter.released_folder)}}
    NotebookClient(notebook, timeout=120, extra_arguments=QUIET_KERNEL, resources=resources).execute()


@each_chapter
def test_solutions_get_all_automatic_points_and_stubs_none(chapter, tmp_path):
    for student, notebook in {"solved": chapter.solved, "untouched": chapter.released}.items():
        folder = tmp_path / "submitted" / student / chapter.name
        folder.mkdir(parents=True)
        (folder / notebook.name).write_bytes(notebook.read_bytes())
    solved, untouched = grade_batch(tmp_path / "submitted", course=COURSE, output=tmp_path)
    assert (solved.status, untouched.status) == ("graded", "graded")
    assert sum(solved.scores.auto.values()) == solved.scores.auto_max
    assert untouched.scores.total == 0
