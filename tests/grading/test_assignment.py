"""Which assignments and exercises a command is about, and what it says of those there are not; no kernel runs here."""

import shutil

import pytest

from ganlab.cli import main
from ganlab.grading import grade
from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.errors import WrongOption
from ganlab.grading.grade import grade_batch
from ganlab.grading.worker import Graded
from tests.grading.test_batch import built, course, half  # noqa: F401  # fixtures
from tests.grading.toy import CHAPTER

OTHER = "02_other"


@pytest.fixture
def jobs(course, monkeypatch):  # noqa: F811
    """What workers are given, (student, assignment) -> exercises, in a course of two chapters."""
    source = (course / "solutions" / CHAPTER / f"{CHAPTER}.py").read_text()
    shutil.copytree(course / "solutions" / CHAPTER, course / "solutions" / OTHER)
    (course / "solutions" / OTHER / f"{CHAPTER}.py").unlink()
    (course / "solutions" / OTHER / f"{OTHER}.py").write_text(source.replace("double", "twice"))
    build_chapter(*find_chapters(course, [OTHER]), execute=False)
    given = {}

    def noted(job):
        given[job.student, job.assignment] = job.exercises
        return Graded(job.student, job.assignment, "graded", messages={"check_triple": "passed"})

    monkeypatch.setattr(grade, "grade", noted)
    for student in ("ann", "bob"):
        for chapter in (CHAPTER, OTHER):
            folder = course / "submitted" / student / chapter
            folder.mkdir(parents=True)
            (folder / f"{chapter}.ipynb").write_bytes(half(course))
    grade_batch(course / "submitted", course=course, output=course)
    return given


def test_an_exercise_is_graded_where_there_is_one(course, jobs):  # noqa: F811
    people = ("ann", "bob")
    for exercises, expected in (
        (["double"], {(who, CHAPTER): ("double",) for who in people}),
        (["twice", "double"], {(who, c): (n,) for who in people for c, n in ((CHAPTER, "double"), (OTHER, "twice"))}),
        (["triple"], {(who, chapter): ("triple",) for who in people for chapter in (CHAPTER, OTHER)}),
    ):
        jobs.clear()
        outcomes = grade_batch(course / "submitted", course=course, output=course, exercises=exercises)
        assert jobs == expected and len(outcomes) == len(expected)
    with pytest.raises(
        WrongOption, match=f"None of {CHAPTER}, {OTHER} has an exercise thrice: choose among double, triple, twice"
    ):
        grade_batch(course / "submitted", course=course, output=course, exercises=["thrice", "double"])
    with pytest.raises(WrongOption, match=f"{OTHER} has no exercise double: choose among twice, triple"):
        grade_batch(course / "submitted", course=course, output=course, exercises=["double"], assignment=OTHER)


def test_a_wrong_option_grades_nobody_and_ends_with_2(course, jobs, capsys):  # noqa: F811
    jobs.clear()
    for options, said in (
        (["--student", "ann", "--student", "zoe"], "is by zoe: look at the names there"),
        (["--exercise", "thrice"], "has an exercise thrice"),
        (["--workers", "0"], "--workers must be 1 or more, got 0"),
    ):
        command = ["grade", str(course / "submitted"), "--course", str(course), "--output", str(course), *options]
        assert main(command) == 2 and jobs == {}
        told = capsys.readouterr().err
        assert said in told and told.count("\n") == 1
