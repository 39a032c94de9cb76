"""Whole batches with a student who knows where everything lies: what the sandbox hides, and that without it it is seen."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

import ganlab
from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.grade import grade_batch
from tests.grading.test_grade import DOUBLE, TRIPLE, hand_in, notebook
from tests.grading.toy import CHAPTER, write_course

MARK = "# written by eve"
CHECKS = Path(ganlab.__file__).parent / "grading" / "checks"
# Read and opened for writing, but left as they are.
BESIDE = [CHECKS / "chapter_04.py", CHECKS / "batchwise.py", Path(__file__)]
# Reads each file and appends to it where it may, says what happened, and takes the answers from the course's source.
SPY = """
import json, os
seen, stolen = {{}}, {{}}
for path in {paths!r}:
    for mode in ("rb", "r+b"):
        try:
            with open(path, mode) as file:
                file.seek(0, os.SEEK_END)
                if mode == "r+b" and path in {writable!r}:
                    file.write({mark!r}.encode())
            seen[f"{{mode}} {{path}}"] = "opened"
        except OSError as error:
            seen[f"{{mode}} {{path}}"] = type(error).__name__
    try:
        seen[f"list {{path}}"] = os.listdir(os.path.dirname(path)) and "opened"
    except OSError as error:
        seen[f"list {{path}}"] = type(error).__name__
try:
    exec(open({source!r}).read(), stolen)
except OSError:
    pass
print(json.dumps(seen))
"""
STOLEN = "    return stolen['{}'](x)"


@pytest.fixture
def course(tmp_path, empty_gradebook):
    write_course(tmp_path)
    build_chapter(*find_chapters(tmp_path), execute=False)
    shutil.copy(empty_gradebook, tmp_path)
    return tmp_path


def grade_with_spy(course, **how):
    """Grade ann, whose work is right, and eve, who spies; give totals, what eve saw, and what each file held before."""
    ours = {
        "source": course / "solutions" / CHAPTER / f"{CHAPTER}.py",
        "other": course / "submitted" / "ann" / CHAPTER / f"{CHAPTER}.ipynb",
        "executed": course / "solutions" / CHAPTER / f"{CHAPTER}.ipynb",
    }
    watched = [course / "gradebook.db", course / ".ganlab" / "secret", *BESIDE]
    writable = [str(path) for path in ours.values()]
    spied = notebook(course, STOLEN.format("double"), STOLEN.format("triple"))
    paths = [*writable, *map(str, watched)]
    source = SPY.format(paths=paths, writable=writable, mark=MARK, source=str(ours["source"])).strip()
    spied["cells"].insert(1, {"cell_type": "code", "id": "spy", "metadata": {}, "source": source, "outputs": []})
    spied["cells"][1]["execution_count"] = None
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE), "eve": spied})
    grade_batch(submitted, course=course, output=course, students=["ann"])
    kept = {path: path.read_bytes() for path in (*ours.values(), *BESIDE)}
    outcomes = grade_batch(submitted, course=course, output=course, **how)
    shown = nbformat.read(course / "autograded" / "eve" / CHAPTER / f"{CHAPTER}.ipynb", 4)
    (said,) = next(cell for cell in shown.cells if cell.source == source).outputs
    totals = {outcome.student: outcome.scores.total for outcome in outcomes}
    assert all(path.exists() for path in watched)
    return totals, json.loads(said.text.splitlines()[-1]), kept


def test_who_knows_every_path_reads_and_writes_nothing(course):
    totals, seen, kept = grade_with_spy(course)
    assert len(seen) == 24 and set(seen.values()) <= {"FileNotFoundError", "PermissionError"}, seen
    assert totals == {"ann": 8, "eve": 0}
    assert {path: path.read_bytes() for path in kept} == kept
    assert MARK.encode() not in (course / "gradebook.db").read_bytes()
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        scores = {each.student.id: each.score for each in book.assignment_submissions(CHAPTER)}
    assert scores == {"ann": 8, "eve": 0}


def test_without_the_sandbox_the_same_student_reads_and_writes_all_of_it(course):
    """The attack works where there are no walls, so that the test above can fail."""
    totals, seen, kept = grade_with_spy(course, confined=False)
    assert len(seen) == 24 and set(seen.values()) == {"opened"}, seen
    assert totals == {"ann": 8, "eve": 8}
    changed = {path for path, content in kept.items() if path.read_bytes() != content}
    assert changed == set(kept) - set(BESIDE)
