"""Building: the same bytes each time, nothing secret released, outputs kept while they fit the code."""

import json
import shutil

import pytest

from ganlab.grading.build import build_chapter, check_chapter
from ganlab.grading.chapters import find_chapters, orphans
from ganlab.grading.errors import CourseError
from tests.grading.stock import assert_stock_releases

SECRETS = ("secret of doubling", "BEGIN", "negative numbers", "reference answer", "Rubric", "3 * x")


@pytest.fixture
def chapter(course):
    (chapter,) = find_chapters(course)
    return chapter


def source_edit(chapter, old, new):
    text = chapter.source.read_text()
    assert old in text
    chapter.source.write_text(text.replace(old, new))


def test_released_notebook_is_reproducible_and_clean(chapter):
    build_chapter(chapter, execute=False)
    first = chapter.released.read_bytes()
    chapter.released.unlink()
    build_chapter(chapter, execute=False)
    assert chapter.released.read_bytes() == first
    text = first.decode()
    assert not [secret for secret in SECRETS if secret in text]
    assert text.count("raise NotImplementedError()") == 2
    assert text.count("YOUR ANSWER HERE") == 1
    assert "widgets" not in text
    assert all(not cell.get("outputs") for cell in json.loads(text)["cells"])
    files = {path.name for path in chapter.released_folder.iterdir()}
    assert files == {"01_toy.ipynb", "data.txt"}


def test_executed_notebook_keeps_its_outputs_until_the_code_changes(chapter):
    trained = chapter.folder / "results" / "trained.txt"
    assert "executed" in build_chapter(chapter)
    first = chapter.solved.read_bytes()
    assert b"training took 42 steps" in first
    assert b"timing" not in first and b"iopub" not in first
    assert list(check_chapter(chapter)) == []

    trained.unlink()
    shutil.rmtree(chapter.course / "course")
    source_edit(chapter, "points=5", "points=6")  # metadata only
    assert "outputs kept" in build_chapter(chapter)
    assert not trained.exists()
    assert b'"points": 6' in chapter.solved.read_bytes()
    assert list(check_chapter(chapter)) == []

    source_edit(chapter, "# # A toy chapter", "# # A toy chapter\n\n# %% [markdown]\n# More text.")  # no code
    assert "outputs kept" in build_chapter(chapter)
    assert not trained.exists()
    assert chapter.solved.read_bytes().count(b"training took 42 steps") == 1
    assert b"More text." in chapter.solved.read_bytes() and b"More text." in chapter.released.read_bytes()
    assert list(check_chapter(chapter)) == []

    source_edit(chapter, '"steps")', '"steps.")')
    complaints = " ".join(check_chapter(chapter))
    assert "solutions/01_toy/01_toy.ipynb is not executed from the present source" in complaints
    assert "course/01_toy/01_toy.ipynb is not what" in complaints


def test_check_sees_what_does_not_belong(chapter):
    build_chapter(chapter, execute=False)
    (chapter.released_folder / "01_toy.py").write_text("leaked")
    (chapter.released_folder / "data.txt").write_text("other data")
    (chapter.course / "course" / "00_gone").mkdir()
    complaints = "\n".join(check_chapter(chapter))
    assert "01_toy.py does not come from the source" in complaints
    assert "data.txt is not what the source builds" in complaints
    assert [path.name for path in orphans(chapter.course)] == ["00_gone"]


def test_pages_beside_the_chapters_are_left_alone(chapter):
    build_chapter(chapter)
    pages = [chapter.course / "course" / name for name in ("README.md", "front.png")]
    for page in pages:
        page.write_text("the course's front page")
    build_chapter(chapter)
    assert list(check_chapter(chapter)) == [] and orphans(chapter.course) == []
    assert all(page.read_text() == "the course's front page" for page in pages)


def test_failing_cell_is_named_and_nothing_is_written(chapter):
    source_edit(chapter, "return 3 * x", "return 3 / 0")
    with pytest.raises(CourseError, match=r'01_toy\.py: cell "check_triple" raised ZeroDivisionError'):
        build_chapter(chapter)
    assert not chapter.solved.exists()
    assert not (chapter.course / "course").exists()


def test_stderr_and_progress_bars_are_not_committed(chapter):
    source_edit(chapter, "import os\n", "import os, sys\nprint('42 it/s', file=sys.stderr)\n")
    build_chapter(chapter)
    assert "42 it/s" not in json.dumps(
        [cell.get("outputs") for cell in json.loads(chapter.solved.read_text())["cells"]]
    )


@pytest.mark.parametrize(("names", "problem"), [([], "No chapter was found"), (["02"], "No chapter was found")])
def test_no_chapters_is_one_sentence(tmp_path, names, problem):
    with pytest.raises(CourseError, match=problem):
        find_chapters(tmp_path, names)


def test_unknown_chapter_is_one_sentence(course):
    with pytest.raises(CourseError, match=r'no chapter "02_other".*choose among 01_toy'):
        find_chapters(course, ["02_other"])


def test_stock_nbgrader_releases_the_same_bytes(chapter, empty_gradebook):
    build_chapter(chapter, execute=False)
    assert_stock_releases(chapter, empty_gradebook)
    assert {path.name for path in chapter.released_folder.iterdir()} == {"01_toy.ipynb", "data.txt"}
