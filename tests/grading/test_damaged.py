"""Damaged submissions: what can be mended gets its full score, what cannot gets a status and a reason."""

import copy
import json
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook

from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.grade import grade_batch
from ganlab.grading.reading import Ungradable
from ganlab.grading.release import release
from ganlab.grading.repair import repair
from ganlab.grading.source import read_source
from ganlab.grading.worker import Job, grade
from tests.grading.attacks import CHAPTER, LIMITS, RIGHT, SOURCE
from tests.grading.test_grade import DOUBLE, TRIPLE, notebook
from tests.grading.toy import CHAPTER as FIRST
from tests.grading.toy import write_course

SECOND = "02_second"


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    path = tmp_path_factory.mktemp("target") / f"{CHAPTER}.py"
    path.write_text(SOURCE.replace("# Why?", "# Why, and what for?"))
    return read_source(path)


def solved(target):
    """The right submission, as nested dicts."""
    nb = json.loads(nbformat.writes(release(target)))
    for cell in nb["cells"]:
        cell["source"] = RIGHT.get(cell["id"], "".join(cell["source"]))
        if cell["id"] == "why":
            cell["source"] = "Because I say so."
    return nb


def at(nb, name):
    return next(k for k, cell in enumerate(nb["cells"]) if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def each(change):
    def damage(nb):
        for cell in nb["cells"]:
            change(cell)

    return damage


def strip_ids(nb):
    for cell in nb["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    nb.update(nbformat_minor=4)


def renumber(nb):
    """As Colab and other converters do: metadata gone, ids new."""
    for k, cell in enumerate(nb["cells"]):
        cell.update(metadata={"id": f"colab{k}"}, id=f"x{k}")


def duplicate(name, change=lambda cell: None, before=False):
    def damage(nb):
        k = at(nb, name)
        twin = copy.deepcopy(nb["cells"][k])
        change(twin)
        nb["cells"].insert(k if before else k + 1, twin)

    return damage


def split(nb):
    k = at(nb, "double")
    twin = copy.deepcopy(nb["cells"][k])
    nb["cells"][k]["source"], twin["source"] = "factor = 2", "def double(x):\n    return factor * x"
    nb["cells"].insert(k + 1, twin)


def remove(*names):
    def damage(nb):
        nb["cells"] = [c for c in nb["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") not in names]

    return damage


def version_3(nb):
    cells = nb.pop("cells")
    for cell in cells:
        cell.pop("id")
        if cell["cell_type"] == "code":
            cell.update(input=cell.pop("source"), language="python", prompt_number=1)
            cell.pop("execution_count")
    nb.update(nbformat=3, nbformat_minor=0, worksheets=[{"cells": cells, "metadata": {}}])


def move(name, where):
    def damage(nb):
        nb["cells"].insert(where, nb["cells"].pop(at(nb, name)))

    return damage


def stub(cell):
    cell["source"] = "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


MENDED = {
    "check_edited": lambda nb: nb["cells"][at(nb, "check_double")].update(source="print('all fine')"),
    "setup_edited": lambda nb: nb["cells"][at(nb, "setup")].update(source="import nothing"),
    "answer_became_markdown": lambda nb: nb["cells"][at(nb, "double")].update(cell_type="markdown"),
    "answer_became_raw": lambda nb: nb["cells"][at(nb, "triple")].update(cell_type="raw"),
    "check_became_raw": lambda nb: nb["cells"][at(nb, "check_triple")].update(cell_type="raw"),
    "checks_deleted": remove("check_double", "check_triple", "check_paired_change"),
    "setup_deleted": remove("setup"),
    "nbgrader_metadata_stripped": each(lambda cell: cell["metadata"].pop("nbgrader", None)),
    "all_metadata_stripped": each(lambda cell: cell.update(metadata={})),
    "metadata_and_ids_stripped": strip_ids,
    "converted_elsewhere": renumber,
    "metadata_is_nonsense": each(lambda cell: cell.update(metadata="none")),
    "nbgrader_is_nonsense": each(lambda cell: cell.update(metadata={"nbgrader": [1]})),
    "grade_id_is_nonsense": each(lambda cell: cell["metadata"].get("nbgrader", {}).update(grade_id=["x"])),
    "check_duplicated": duplicate("check_double"),
    "answer_duplicated": duplicate("double"),
    "answer_copied_stub_last": duplicate("double", stub),
    "answer_copied_stub_first": duplicate("double", stub, before=True),
    "answer_split": split,
    "schema_version_old": each(lambda cell: cell["metadata"].get("nbgrader", {}).update(schema_version=1)),
    "schema_version_new": each(lambda cell: cell["metadata"].get("nbgrader", {}).update(schema_version=99)),
    "schema_version_gone": each(lambda cell: cell["metadata"].get("nbgrader", {}).pop("schema_version", 0)),
    "old_format": version_3,
    "old_format_odd_sheets": lambda nb: [version_3(nb), nb["worksheets"].extend([{"cells": 5}, {"cells": None}, 7, {}])],
    "no_ids": lambda nb: [cell.pop("id") for cell in nb["cells"]],
    "same_id_everywhere": each(lambda cell: cell.update(id="same")),
    "no_outputs_key": each(lambda cell: cell.pop("outputs", None)),
    "outputs_are_nonsense": each(lambda cell: cell.update(outputs=[{"output_type": "wat"}, 3, None])),
    "outputs_are_text": each(lambda cell: cell.update(outputs="all")),
    "attachments_are_nonsense": each(lambda cell: cell.update(attachments={"a": 5, "b": {"image/png": "x"}})),
    "execution_count_is_text": each(lambda cell: cell.update(execution_count="seven")),
    "no_notebook_metadata": lambda nb: nb.pop("metadata"),
    "no_format_version": lambda nb: [nb.pop("nbformat"), nb.pop("nbformat_minor")],
    "a_cell_is_none": lambda nb: nb["cells"].insert(2, None),
    "a_cell_is_of_unknown_type": lambda nb: nb["cells"].insert(2, {"cell_type": "widget", "source": "", "metadata": {}}),
    "a_cell_without_source": lambda nb: nb["cells"].insert(2, {"cell_type": "code", "source": 5, "metadata": {}}),
    "setup_at_the_end": move("setup", 99),
    "check_before_answer": move("check_double", 1),
    "windows_lines": each(lambda cell: cell.update(source=cell["source"].replace("\n", "\r\n"))),
    "unlocked": each(lambda cell: cell["metadata"].get("nbgrader", {}).update(locked=False)),
    "scratch_cells_with_errors": lambda nb: nb["cells"].insert(3, {"cell_type": "code", "source": "1/0\n)", "metadata": {}}),
}  # fmt: skip
UNREADABLE = {
    "empty": b"",
    "not_json": b"Dear teacher, my computer broke.",
    "a_list": b"[1, 2]",
    "a_number": b"7",
    "cut_short": b'{"cells": [{"cell_type": "code", "sour',
    "merge_conflict": b'<<<<<<< HEAD\n{"cells": []}\n=======',
    "no_cells": b"{}",
    "cells_are_text": b'{"cells": "all"}',
    "sheet_cells_are_a_number": b'{"nbformat": 3, "worksheets": [{"cells": 5}]}',
    "sheet_cells_are_null": b'{"nbformat": 3, "worksheets": [{"cells": null}]}',
    "another_notebook": b'{"cells": [{"cell_type": "code", "source": "1+1", "metadata": {}}], "nbformat": 4, "nbformat_minor": 5}',
    "a_picture": b"\x89PNG\r\n\x1a\n\x00\x00",
    "nested": b"[" * 100_000,
    "too_large": b'{"cells": "' + b"x" * (51 << 20) + b'"}',
    "too_many_cells": json.dumps({"cells": [{"cell_type": "code", "source": ""}] * 3000}).encode(),
}


def what_runs(notebook):
    """The code that grading runs and checks, in order."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source) for cell in cells]


@pytest.fixture(scope="module")
def full(target):
    """What runs of the undamaged notebook, which gets all points."""
    content = json.dumps(solved(target)).encode()
    graded = grade(Job("ann", CHAPTER, content, nbformat.writes(target), {}, "secret", limits=LIMITS))
    assert (graded.status, sum(graded.points.values()), graded.answered[-1]) == ("graded", 8, "why")
    return what_runs(repair(content, target).notebook)


@pytest.mark.parametrize("name", MENDED)
def test_mending_gives_back_what_was_handed_out(target, full, name):
    """Where exactly the undamaged notebook's cells run, the score is its score; only the others are graded here."""
    nb = solved(target)
    MENDED[name](nb)
    mended = repair(json.dumps(nb).encode(), target)
    assert not mended.flags
    assert next(cell for cell in mended.notebook.cells if cell.id == "why").source == "Because I say so."
    nbformat.validate(mended.notebook)
    if what_runs(mended.notebook) != full:
        mended_score(target, nb)


@pytest.mark.slow
@pytest.mark.parametrize("name", MENDED)
def test_a_notebook_that_can_be_mended_gets_its_full_score(target, name):
    nb = solved(target)
    MENDED[name](nb)
    mended_score(target, nb)


def mended_score(target, nb):
    graded = grade(Job("ann", CHAPTER, json.dumps(nb).encode(), nbformat.writes(target), {}, "secret", limits=LIMITS))
    assert sum(graded.points.values()) == 8, graded.messages
    assert graded.status in ("graded", "repaired") and not graded.flags
    assert "why" in graded.answered
    nbformat.validate(nbformat.reads(graded.notebook, 4))


@pytest.mark.parametrize(
    "name", ["check_edited", "checks_deleted", "all_metadata_stripped", "answer_duplicated", "old_format"]
)
def test_mending_is_said(target, name):
    nb = solved(target)
    MENDED[name](nb)
    assert repair(json.dumps(nb).encode(), target).notes


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_other_encodings_are_read(target, codec):
    assert not repair(json.dumps(solved(target)).encode(codec), target).notes


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_mended_says_why(target, name):
    with pytest.raises(Ungradable) as error:
        repair(UNREADABLE[name], target)
    assert error.value.status == "unreadable" and str(error.value)
    graded = grade(Job("ann", CHAPTER, UNREADABLE[name], nbformat.writes(target), {}, "secret", limits=LIMITS))
    assert (graded.status, graded.points) == ("unreadable", {})


@pytest.fixture(scope="module")
def two_chapters(tmp_path_factory):
    """A course of two chapters, built."""
    course = write_course(tmp_path_factory.mktemp("course"))
    shutil.copytree(course / "solutions" / FIRST, course / "solutions" / SECOND)
    (course / "solutions" / SECOND / f"{FIRST}.py").rename(course / "solutions" / SECOND / f"{SECOND}.py")
    for chapter in find_chapters(course):
        build_chapter(chapter, execute=False)
    return course


@pytest.mark.parametrize("corrupt", [FIRST, SECOND])
@pytest.mark.parametrize(
    ("form", "who"),
    [
        ("ann/{name}/{name}.ipynb", "ann"),
        ("ann_{name}.ipynb", "ann"),
        ("ann_7_assignsubmission_file_/{name}.ipynb", "ann_7"),
    ],
    ids=["tree", "flat", "moodle"],
)
def test_a_corrupt_notebook_costs_its_own_points_only(two_chapters, empty_gradebook, tmp_path, form, who, corrupt):
    """The good one beside it, of the same student, is graded; no points of the corrupt one stay in the gradebook."""
    good = json.dumps(notebook(two_chapters, DOUBLE, TRIPLE))  # both chapters have the same cells
    shutil.copy(empty_gradebook, tmp_path)
    for damaged in (False, True):
        for name in (FIRST, SECOND):
            path = tmp_path / "submitted" / form.format(name=name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(good[:200] if damaged and name == corrupt else good)
        outcomes = grade_batch(tmp_path / "submitted", course=two_chapters, output=tmp_path)
        found = {each.assignment: (each.student, each.status, each.scores.total) for each in outcomes}
        expected = {name: (who, "graded", 8) for name in (FIRST, SECOND)}
        assert found == (expected | {corrupt: (who, "unreadable", 0)} if damaged else expected)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        kept = {name: [each.score for each in book.assignment_submissions(name)] for name in (FIRST, SECOND)}
    assert kept == {name: [0 if name == corrupt else 8] for name in (FIRST, SECOND)}


def test_the_answer_that_counts_is_the_students_last(target):
    """Two different answers under one id run in their order, as they did for the student."""
    nb = solved(target)
    duplicate("double", lambda cell: cell.update(source="def double(x):\n    return x"))(nb)
    graded = grade(Job("ann", CHAPTER, json.dumps(nb).encode(), nbformat.writes(target), {}, "secret", limits=LIMITS))
    assert graded.points["check_double"] == 0 and sum(graded.points.values()) == 5


def test_there_are_enough_of_them():
    assert len(MENDED) + len(UNREADABLE) >= 20
