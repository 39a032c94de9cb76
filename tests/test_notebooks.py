"""The chapters as committed: what their sources build, nothing given away, worth 20 points, gradable, of one form."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from ganlab.grading.build import check_chapter
from ganlab.grading.chapters import Chapter, orphans
from ganlab.grading.grade import grade_batch
from ganlab.grading.points import BEGIN, END, points, points_table
from ganlab.grading.settings import QUIET_KERNEL
from ganlab.grading.source import TRAINING, read_source

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


def markdown(chapter):
    return [cell.source for cell in read_source(chapter.source).cells if cell.cell_type == "markdown"]


@each_chapter
def test_points_add_up_to_twenty(chapter):
    checks, questions = points(chapter)
    assert sum(checks.values()) + sum(questions.values()) == 20
    head = [row.split("|") for row in markdown(chapter)[0].split("\n") if "●" in row]
    assert sum(int(number) for row in head for number in re.findall(r"\d+", row[4])) == 20, "the table at the head"
    assert all(re.fullmatch(r" \d+ min ", row[3]) for row in head), "each row has a time box"


def test_the_instructors_guide_has_the_points():
    guide = (COURSE / "INSTRUCTORS.md").read_text(encoding="utf-8")
    assert guide.partition(BEGIN)[2].partition(END)[0] == points_table(CHAPTERS), "run `ganlab points --write`"


@each_chapter
def test_the_front_pages_name_the_chapter(chapter):
    name = chapter.name
    front = (COURSE / "course" / "README.md").read_text(encoding="utf-8")
    row = next(line for line in front.split("\n") if line.startswith(f"| [`{name}`]({name}/{name}.ipynb) |"))
    minutes = sum(int(box) for box in re.findall(r"\| (\d+) min \|", markdown(chapter)[0]))
    assert row.endswith(f"| {minutes} min |"), "the sum of the exercises' time boxes"
    assert f"| [`{name}`](course/{name}/{name}.ipynb) |" in (COURSE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "course/README.md"])
def test_front_pages_lead_somewhere_and_say_what_a_picture_shows(page):
    text = (COURSE / page).read_text(encoding="utf-8")
    links = re.findall(r"(!?)\[([^]]*)\]\(([^)]+)\)", text)
    assert links and all(said for mark, said, _ in links if mark)
    gone = [to for _, _, to in links if "://" not in to and not (COURSE / page).parent.joinpath(to).exists()]
    assert gone == []


@each_chapter
def test_exercises_questions_and_rubrics(chapter):
    checks, questions = points(chapter)
    assert 2 <= len(checks) <= 5
    predictions = [name for name in questions if name.startswith("prediction")]
    assert predictions and 1 <= len(questions) - len(predictions) <= 2
    for cell in read_source(chapter.source).cells:
        if cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") in questions:
            assert "*Rubric.*" in cell.source and "BEGIN SOLUTION" in cell.source


@each_chapter
def test_every_chapter_ends_alike(chapter):
    text = "\n\n".join(markdown(chapter))
    assert "**What the literature says.**" in text and "**Sources.**" in text
    summary = text.partition("**Summary**")[2].strip().split("\n\n")[0]
    assert len(re.findall(r"^- ", summary, re.MULTILINE)) == 5, "a summary of five lines"


@each_chapter
def test_what_trains_is_skipped_while_grading(chapter):
    for cell in read_source(chapter.source).cells:
        if cell.cell_type == "code" and TRAINING not in cell.metadata.get("tags", []):
            called = {ast.unparse(node.func) for node in calls(ast.parse(cell.source))}
            assert not called & {"train", "ganlab.train", "gl.train"}, f"{cell.id}: training=true"


def calls(tree):
    """The calls that a cell makes when it runs, not those in functions it defines."""
    if isinstance(tree, ast.FunctionDef | ast.Lambda | ast.ClassDef):
        return
    if isinstance(tree, ast.Call):
        yield tree
    for child in ast.iter_child_nodes(tree):
        yield from calls(child)


@each_chapter
def test_every_figure_has_a_caption(chapter):
    cells = nbformat.read(chapter.solved, as_version=4).cells
    for position, cell in enumerate(cells):
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            following = next(after.source for after in cells[position:] if after.cell_type == "markdown")
            assert "*Figure" in following, f"{cell.id} has a figure, and no caption follows"


@each_chapter
def test_no_wall_of_text_and_no_wall_of_code(chapter):
    for cell in read_source(chapter.source).cells:
        if cell.cell_type == "markdown":
            assert len(cell.source) <= 1800, f"{cell.id}: one idea a cell"
        else:
            assert cell.source.count("\n") < 45, f"{cell.id}: one idea a cell"


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
    graded = nbformat.read(tmp_path / "autograded" / "solved" / chapter.name / f"{chapter.name}.ipynb", 4)
    failed = [cell.id for cell in graded.cells for out in cell.get("outputs", ()) if out.output_type == "error"]
    assert failed == [], "a cell of the chapter does not run in the sandbox"
