"""What a batch leaves of odd names, of a stumbling grader, of work that is handed in no longer; no kernel runs here."""

import csv
import json
import logging
import os
import shutil

import pytest
from nbgrader.api import Gradebook

from ganlab.cli import main
from ganlab.grading import grade
from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.grade import grade_batch
from ganlab.grading.worker import Graded
from tests.grading.test_batch import built, course, half, totals, whole  # noqa: F401  # fixtures
from tests.grading.toy import CHAPTER


def three_points(job):
    """Stand in for a worker."""
    return Graded(
        job.student, job.assignment, "graded", points={"check_double": 3.0}, messages={"check_double": "passed"}
    )


@pytest.fixture(autouse=True)
def no_kernel(monkeypatch):
    monkeypatch.setattr(grade, "grade", three_points)


def flat(course, *names):  # noqa: F811
    folder = course / "flat"
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.ipynb").write_bytes(half(course))
    return folder


def table(course):  # noqa: F811
    with (course / "grades.csv").open() as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def students(course):  # noqa: F811
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return sorted(each.id for each in book.students)


def test_names_in_no_encoding_cost_nobody_a_grade(course):  # noqa: F811
    """As `unzip` makes them of archives from Windows; an assignment's folder may be called so, too."""
    root = os.fsencode(course / "tree")
    for student, assignment in (
        (b"M\x81ller", b"01_toy"),
        (b"M\x82ller", b"01_toy"),
        (b"ann", b"01_toy"),
        (b"ann", b"\xff\n<b>"),
    ):
        folder = b"/".join((root, student, assignment))
        os.makedirs(folder)
        with open(folder + b"/" + assignment + b".ipynb", "wb") as file:
            file.write(half(course))
    how = {"course": course, "output": course}
    outcomes = grade_batch(course / "tree", **how)
    marked = [outcome for outcome in outcomes if outcome.student.startswith("M_ller~")]
    assert len({each.student for each in marked}) == 2 and all(each.scores.total == 3 for each in marked)
    assert [(each.status, each.assignment[:1]) for each in outcomes if each.student == "ann"] == [
        ("graded", "0"),
        ("unknown", "_"),
    ]
    assert totals(grade_batch(course / "tree", **how, resume=True)) == totals(outcomes)
    assert set(table(course)) == {"ann", *(each.student for each in marked)}
    assert (course / "feedback" / marked[0].student / CHAPTER / f"{CHAPTER}.html").is_file()


@pytest.mark.parametrize("where", ["publish", "digest", "record"])
def test_a_submission_at_which_the_grader_stumbles_fails_alone(course, monkeypatch, where):  # noqa: F811
    submitted, how = flat(course, "ann_01_toy", "bob_01_toy", "cyd_01_toy"), {"course": course, "output": course}
    grade_batch(submitted, **how)
    home = grade.Book if where == "record" else grade
    real = getattr(home, where)

    def stumbling(*arguments, **named):
        said = str([getattr(each, "student", each) for each in arguments])
        if "'bob'" in said or (where == "digest" and "bob" in said):
            raise RuntimeError("no\nway")
        return real(*arguments, **named)

    (submitted / "bob_01_toy.ipynb").write_bytes(b"bob " if where == "digest" else whole(course))
    with monkeypatch.context() as patch:
        patch.setattr(home, where, stumbling)
        outcomes = grade_batch(submitted, **how)
    assert [(each.status, each.scores.total) for each in outcomes] == [("graded", 3), ("failed", 0), ("graded", 3)]
    assert outcomes[1].reason == "RuntimeError: no way"
    (submitted / "bob_01_toy.ipynb").write_bytes(half(course))
    assert {each.status for each in grade_batch(submitted, **how, resume=True)} == {"graded"}


def test_work_that_is_no_longer_handed_in_keeps_its_grade_and_says_so(course, caplog):  # noqa: F811
    submitted, how = flat(course, "ann_01_toy", "eve_01_toy"), {"course": course, "output": course}
    grade_batch(submitted, **how)
    assert not caplog.records
    (submitted / "eve_01_toy.ipynb").rename(submitted / "eva_01_toy.ipynb")
    for again in ({"resume": True}, {}, {"students": ["ann"]}):  # a part of the folder says nothing of the rest
        with caplog.at_level(logging.WARNING):
            caplog.clear()
            outcomes = grade_batch(submitted, **how, **again)
        assert {each.student for each in outcomes} <= {"ann", "eva"}
        assert [each.getMessage() for each in caplog.records] == (
            [] if "students" in again else ["No longer handed in, grades stay: eve (01_toy)"]
        )
        rows = table(course)
        assert {name: (row["status"], row["score"]) for name, row in rows.items()} == {
            "ann": ("graded", "3"), "eva": ("graded", "3"), "eve": ("no longer handed in", "3"),
        }  # fmt: skip
        assert rows["eve"]["reason"] == "was graded" and rows["eve"]["check_double"] == "3"
        report = (course / "report.html").read_text()
        assert "<p>2 submissions. 1 more are no longer handed in.</p>" in report
    other = course / "other"
    other.mkdir()
    (other / "zoe_01_toy.ipynb").write_bytes(half(course))
    grade_batch(other, **how)  # another download, another group: nobody has gone
    assert [row["status"] for row in table(course).values()].count("no longer handed in") == 1
    (submitted / "eve_01_toy.ipynb").write_bytes(half(course))
    assert totals(grade_batch(submitted, **how, resume=True))["eve"] == ("graded", 3)
    assert table(course)["eve"]["status"] == "graded" and "no longer" not in (course / "report.html").read_text()


def test_a_download_under_the_name_of_the_last_assignments_leaves_that_one_alone(course, caplog):  # noqa: F811
    (course / "solutions" / "02_next").mkdir()
    text = (course / "solutions" / CHAPTER / f"{CHAPTER}.py").read_text()
    (course / "solutions" / "02_next" / "02_next.py").write_text(text)
    build_chapter(*find_chapters(course, ["02_next"]), execute=False)
    how = {"course": course, "output": course}
    for names in (("ann_01_toy", "bob_01_toy"), ("ann_02_next",), ("bob_02_next",)):
        shutil.rmtree(course / "flat", ignore_errors=True)
        grade_batch(flat(course, *names), **how)
    assert [each.getMessage() for each in caplog.records] == ["No longer handed in, grades stay: ann (02_next)"]
    with (course / "grades.csv").open() as file:
        ends = {(row["student"], row["assignment"]): row["status"] for row in csv.DictReader(file)}
    assert ends == {
        ("ann", "01_toy"): "graded", ("bob", "01_toy"): "graded",
        ("ann", "02_next"): "no longer handed in", ("bob", "02_next"): "graded",
    }  # fmt: skip


def test_who_is_nobody_is_no_student(course, capsys):  # noqa: F811
    submitted = flat(course, "ann_01_toy", "01_toy")
    command = ["grade", str(submitted), "--course", str(course), "--output", str(course), "--workers", "1"]
    assert main(command) == 1 and "nothing says whose 01_toy.ipynb is" in capsys.readouterr().out
    assert students(course) == ["ann"] and [path.name for path in (course / "feedback").iterdir()] == ["ann"]
    assert any("nothing says whose" in row["reason"] for row in table(course).values())
    grade_batch(submitted, course=course, output=course, students=["ann"])
    assert any("nothing says whose" in row["reason"] for row in table(course).values())
    (submitted / "01_toy.ipynb").rename(submitted / "bob_01_toy.ipynb")
    grade_batch(submitted, course=course, output=course)
    assert not any("nothing says whose" in row["reason"] for row in table(course).values())


def test_another_notebook_meets_other_inputs(course, empty_gradebook, monkeypatch):  # noqa: F811
    """What an error message shows of the inputs is of no use to a friend, or in the next attempt."""
    secrets = []
    monkeypatch.setattr(grade, "grade", lambda job: secrets.append((job.student, job.secret)) or three_points(job))
    submitted, how = flat(course, "ann_01_toy", "bob_01_toy"), {"course": course, "output": course}
    (submitted / "bob_01_toy.ipynb").write_bytes(whole(course))
    for _ in range(2):
        grade_batch(submitted, **how)
    ann, bob, *again = secrets
    assert again == [ann, bob] and ann[1] != bob[1] and len(ann[1]) >= 32
    nb = json.loads(half(course))
    (submitted / "ann_01_toy.ipynb").write_text(json.dumps(nb) + "\n")
    grade_batch(submitted, **how, resume=True)
    assert secrets[4][0] == "ann" and secrets[4][1] != ann[1] and len(secrets) == 5
    other = course / "results"
    other.mkdir()
    shutil.copy(empty_gradebook, other)
    grade_batch(submitted, course=course, output=other)
    assert secrets[5][1] != secrets[4][1]  # another course's secret
