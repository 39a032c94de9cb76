"""Exports: nobody's points under another's number, none where nothing could be graded; no kernel runs here."""

import csv
import logging
import shutil

import pytest
from nbgrader.api import Gradebook

from ganlab.cli import main
from ganlab.grading import export, grade
from ganlab.grading.errors import CourseError
from ganlab.grading.export import CanvasExport, _split, export_grades
from ganlab.grading.grade import grade_batch
from ganlab.grading.worker import Graded
from tests.grading.test_batch import built, course, half, whole, zipped  # noqa: F401  # fixtures
from tests.grading.toy import CHAPTER

ENDS = {"cyd": "crashed", "tim": "timed_out", "flo": "failed"}
CLAIM = "Bob_2_assignsubmission_file_"


def points_by_size(job):
    """Stand in for a worker: whoever hands in more has more points."""
    status = ENDS.get(job.student.split("_")[0], "graded")
    points = {"check_double": 3.0, "check_triple": 5.0 if b"Because." in job.content else 0.0}
    return Graded(job.student, job.assignment, status, points=points if status != "failed" else {})


@pytest.fixture(autouse=True)
def no_kernel(monkeypatch):
    monkeypatch.setattr(grade, "grade", points_by_size)


def exported(course, kind, **how):  # noqa: F811
    """Give the rows of an export, and what the command says."""
    url = f"sqlite:///{course / 'gradebook.db'}"
    said = export_grades(kind, url, course / f"{kind}.csv", output=course, **how)
    with (course / f"{kind}.csv").open() as file:
        return {row["ID" if kind == "canvas" else "Identifier"]: row for row in csv.DictReader(file)}, said


def test_a_files_name_gives_nobody_anothers_points(course):  # noqa: F811
    canvas = zipped(course / "canvas.zip", [
        (f"bobb_2_5000_{CHAPTER}.ipynb", whole(course)), (f"leeann_11_5001_{CLAIM}{CHAPTER}.ipynb", half(course)),
    ])  # fmt: skip
    moodle = zipped(course / "moodle.zip", [
        (f"{CLAIM}{CHAPTER}.ipynb", whole(course)), (f"Ann Lee_1_assignsubmission_file_x_{CLAIM}{CHAPTER}.ipynb", half(course)),
    ])  # fmt: skip
    for path, kind, bob, ann in ((canvas, "canvas", "2", "11"), (moodle, "moodle", "Participant 2", "Participant 1")):
        grade_batch(path, course=course, output=course)
        rows, _ = exported(course, kind) if kind == "canvas" else moodle_only(course)
        column = CHAPTER if kind == "canvas" else "Grade"
        assert (rows[bob][column], rows[ann][column]) == ("8", "3"), kind


def moodle_only(course):  # noqa: F811
    """Export without the students of the other download: Bob has number 2 in both."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        for student in ("bobb_2", "leeann_11"):
            book.remove_student(student)
    return exported(course, "moodle")


def test_two_students_of_one_number_are_left_out_and_said(course, capsys):  # noqa: F811
    names = (f"Ann_7_assignsubmission_file_{CHAPTER}", f"Bob_7_assignsubmission_file_{CHAPTER}", f"cyd_{CHAPTER}")
    grade_batch(
        zipped(course / "m.zip", [(f"{name}.ipynb", half(course)) for name in names]), course=course, output=course
    )
    assert main(["export", "canvas", "--output", str(course)]) == 1
    said = capsys.readouterr().err
    assert (
        "left out, as they have the same number: Ann_7, Bob_7: enter their points by hand" in said
        and said.count("\n") == 1
    )
    assert "crashed: 1" in said
    with (course / "canvas.csv").open() as file:
        assert [row["Student"] for row in csv.DictReader(file)] == ["    Points Possible", "cyd"]


def test_what_could_not_be_graded_has_no_points_and_is_counted(course):  # noqa: F811
    entries = [(f"{name}_{CHAPTER}.ipynb", half(course)) for name in ("ann", "cyd", "flo", "tim")]
    entries += [
        ("dan_13_5004_essay.pdf", b"%PDF"),
        ("eve_14_5005_essay.pdf", b"%PDF"),
        (f"{CHAPTER}.ipynb", half(course)),
    ]
    path = zipped(course / "work.zip", [*entries, ("mia_15_assignsubmission_file_/", b"")])
    outcomes = grade_batch(path, course=course, output=course)
    assert len(outcomes) == 8
    rows, said = exported(course, "canvas")
    points = {row["Student"]: row[CHAPTER] for row in rows.values()}
    assert set(points) & {CHAPTER, f"{CHAPTER}.ipynb"} == set()
    by_login = {row["SIS Login ID"] or row["ID"]: row[CHAPTER] for row in all_rows(course)}
    assert by_login == {"": "10", "ann": "3", "cyd": "3", "tim": "3", "flo": "", "13": "", "14": "", "15": "0"}
    assert said == (
        "points left empty of submissions that failed, by no fault of theirs: 1; "
        "points left empty of submissions that could not be read: 2; students who handed in no notebook: 1; "
        "submissions that crashed: 1; submissions that ran out of time: 1"
    )
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        book.find_grade("check_double", CHAPTER, CHAPTER, "eve_14").manual_score = 2  # read on paper
        book.db.commit()
    rows, said = exported(course, "canvas")
    assert (rows["13"][CHAPTER], rows["14"][CHAPTER]) == ("", "2") and "could not be read: 1;" in said
    (course / "canvas.csv").unlink()
    export_grades(
        "canvas", f"sqlite:///{course / 'gradebook.db'}", course / "canvas.csv"
    )  # as nbgrader's own command does
    assert {row["ID"]: row[CHAPTER] for row in all_rows(course)}["13"] == ""


def all_rows(course):  # noqa: F811
    with (course / "canvas.csv").open() as file:
        return list(csv.DictReader(file))


def test_an_export_makes_no_folder(course, capsys):  # noqa: F811
    grade_batch(zipped(course / "m.zip", [(f"ann_{CHAPTER}.ipynb", half(course))]), course=course, output=course)
    for to, said in ((course / "new" / "x.csv", "There is no folder"), (course, "is a folder")):
        assert main(["export", "canvas", "--output", str(course), "--to", str(to)]) == 1
        told = capsys.readouterr().err
        assert said in told and told.count("\n") == 1 and not (course / "new").exists()
    assert main(["export", "canvas", "--output", str(course), "--to", str(course / "x.csv")]) == 0
    assert (course / "x.csv").is_file()
    with pytest.raises(CourseError, match="There is no gradebook"):
        export_grades("canvas", f"sqlite:///{course / 'no.db'}", course / "no" / "c.csv", output=course / "no")


def test_an_anonymous_code_is_no_number():
    assert _split("anon_12345") == ("anon_12345", "") and _split("Ann Lee_123") == ("Ann Lee", "123")
    assert _split("ann") == ("ann", "") and _split("_12") == ("_12", "")


def notebooks(course, folder, *names):  # noqa: F811
    """A flat folder with half of the work of each."""
    (course / folder).mkdir(exist_ok=True)
    for name in names:
        (course / folder / f"{name}_{CHAPTER}.ipynb").write_bytes(half(course))
    return course / folder


def test_a_name_of_ones_own_is_no_number_of_the_lms(course):  # noqa: F811
    own = ("s_1_2", "s_2_2", "team_1", "group_1", "solo_9")
    grade_batch(notebooks(course, "flat", *own), course=course, output=course)
    path = zipped(course / "m.zip", [(f"Ann_2_assignsubmission_file_{CHAPTER}.ipynb", whole(course))])
    grade_batch(path, course=course, output=course)
    rows, said = exported(course, "moodle")
    assert {name: row["Grade"] for name, row in rows.items()} == {**dict.fromkeys(own, "3"), "Participant 2": "8"}
    assert said == ""
    exported(course, "canvas")
    logins = {(row["ID"], row["SIS Login ID"]): row[CHAPTER] for row in all_rows(course)[1:]}
    assert logins == {**{("", name): "3" for name in own}, ("2", ""): "8"}


def test_names_that_nobody_noted_anything_of_stay_without_a_shared_number(course):  # noqa: F811
    grade_batch(notebooks(course, "flat", "team_1", "group_1", "solo_9"), course=course, output=course)
    shutil.rmtree(course / ".ganlab")
    rows, said = exported(course, "moodle")
    assert {name: row["Grade"] for name, row in rows.items()} == {"team_1": "3", "group_1": "3", "Participant 9": "3"}
    assert said == "without a number, as it may be another's: group_1, team_1"


def test_failed_work_that_is_no_longer_handed_in_has_no_points(course):  # noqa: F811
    folder = notebooks(course, "flat", "ann", "bob", "flo")
    (folder / f"bob_{CHAPTER}.ipynb").unlink()
    (folder / f"bob_{CHAPTER}.ipynb").symlink_to(folder / f"ann_{CHAPTER}.ipynb")  # which is not followed
    how = {"course": course, "output": course}
    for name in ("", "ann", "bob", "flo"):
        if name:
            (folder / f"{name}_{CHAPTER}.ipynb").unlink()
            (folder / f"zoe_{CHAPTER}.ipynb").write_bytes(half(course))
        grade_batch(folder, **how)
    said = exported(course, "canvas")[1]
    logins = {row["SIS Login ID"]: row[CHAPTER] for row in all_rows(course)[1:]}
    assert logins == {"ann": "3", "bob": "", "flo": "", "zoe": "3"}
    assert said == (
        "points left empty of submissions that failed, by no fault of theirs: 1; "
        "points left empty of submissions that could not be read: 1; submissions no longer handed in: 3"
    )
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        book.find_grade("check_double", CHAPTER, CHAPTER, "flo").manual_score = 2
        book.db.commit()
    said = exported(course, "canvas")[1]
    assert {row["SIS Login ID"]: row[CHAPTER] for row in all_rows(course)}["flo"] == "2"
    assert "failed" not in said and said.endswith("no longer handed in: 3")


def test_nbgraders_own_export_says_where_it_cannot_read_what_failed(course, monkeypatch, caplog):  # noqa: F811
    grade_batch(notebooks(course, "flat", "ann"), course=course, output=course)

    def refused(output):
        raise PermissionError(13, "Permission denied", str(output / ".ganlab"))

    for unread in (False, True):
        plugin = CanvasExport()
        plugin.to, plugin.assignment = str(course / "c.csv"), []
        plugin.log = logging.getLogger("stock")
        with monkeypatch.context() as patch, Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
            if unread:
                patch.setattr(export, "entries", refused)
            plugin.export(book)
        told = [each.getMessage() for each in caplog.records if each.name == "stock"]
        assert bool(told) == unread
    assert told == [f"which submissions failed cannot be read in {course / '.ganlab'}: Permission denied"]
