"""The gradebook between runs: marks that stay marked, made again where it was lost, reached or not, handed on."""

import csv
import gc
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path

import nbgrader.api
import pytest
from nbgrader.api import Gradebook
from nbgrader.dbutil import upgrade
from sqlalchemy import Engine, event
from traitlets.config import Config

from ganlab.cli import main
from ganlab.grading import grade, gradebook
from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.errors import CourseError
from ganlab.grading.export import export_grades
from ganlab.grading.grade import grade_batch
from ganlab.grading.gradebook import Book
from tests.grading.test_batch import built, course, totals  # noqa: F401
from tests.grading.test_grade import DOUBLE, TRIPLE, hand_in, notebook
from tests.grading.toy import CHAPTER


def address(course):  # noqa: F811
    return f"sqlite:///{course / 'gradebook.db'}"


def mark(course, student, name, points, comment=None):  # noqa: F811
    """Mark as formgrader does."""
    with Gradebook(address(course)) as book:
        cell = book.find_grade(name, CHAPTER, CHAPTER, student)
        cell.manual_score, cell.needs_manual_grade = points, False
        if comment:
            book.find_comment(name, CHAPTER, CHAPTER, student).manual_comment = comment
        book.db.commit()


def page(course, student):  # noqa: F811
    return course / "feedback" / student / CHAPTER / f"{CHAPTER}.html"


def handed_in_again(course, student, content):  # noqa: F811
    (course / "submitted" / student / CHAPTER / f"{CHAPTER}.ipynb").write_text(json.dumps(content))


@pytest.mark.parametrize("resume", [False, True])
def test_a_marked_answer_waits_again_only_if_it_is_handed_in_again(course, resume):  # noqa: F811
    work = {"ann": notebook(course, DOUBLE, TRIPLE, "Because."), "bob": notebook(course, DOUBLE, TRIPLE, "Why not.")}
    submitted = hand_in(course, work)
    outcomes = grade_batch(submitted, course=course, output=course)
    assert [each.scores.to_mark for each in outcomes] == [1, 1]
    assert "waits to be marked" in page(course, "ann").read_text()
    stamp = page(course, "bob").stat().st_mtime_ns

    def again():
        return grade_batch(submitted, course=course, output=course, resume=resume)

    mark(course, "ann", "why", 1.5, "Half of it.")
    mark(course, "ann", "check_double", 2)
    for _ in range(2):
        ann, bob = again()
        assert (ann.scores.to_mark, ann.scores.total, bob.scores.to_mark) == (0, 8.5, 1)
        said = page(course, "ann").read_text()
        assert "8.5 of 10 points" in said and "Half of it." in said and "waits" not in said and "Your answer" in said
    assert (page(course, "bob").stat().st_mtime_ns == stamp) == resume
    with (course / "grades.csv").open() as file:
        assert {row["student"]: row["to_mark"] for row in csv.DictReader(file)} == {"ann": "0", "bob": "1"}
    handed_in_again(course, "ann", notebook(course, DOUBLE, TRIPLE, "Because of that."))
    for _ in range(2):  # until somebody looks at them again
        assert again()[0].scores.to_mark == 2
    mark(course, "ann", "why", 2)
    mark(course, "ann", "check_double", 3)
    assert again()[0].scores.to_mark == 0 and "10 of 10 points" in page(course, "ann").read_text()


def test_resume_enters_what_the_gradebook_lacks(course, empty_gradebook):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE), "bob": notebook(course, DOUBLE)})
    expected = {"ann": ("graded", 8), "bob": ("graded", 3)}
    assert totals(grade_batch(submitted, course=course, output=course)) == expected
    (course / "elsewhere").mkdir()
    shutil.copy(empty_gradebook, course / "elsewhere")
    url = address(course / "elsewhere")
    old = hand_in(course / "elsewhere", {name: notebook(course) for name in ("ann", "bob")})  # other notebooks in it
    assert totals(grade_batch(old, course=course, output=course / "elsewhere"))["ann"] == ("graded", 0)
    assert totals(grade_batch(submitted, course=course, output=course, db_url=url, resume=True)) == expected
    shutil.copy(empty_gradebook, course / "elsewhere")
    assert totals(grade_batch(submitted, course=course, output=course, db_url=url, resume=True)) == expected
    with Gradebook(url) as book:
        assert book.find_submission(CHAPTER, "ann").score == 8
    stamp = page(course, "ann").stat().st_mtime_ns
    assert totals(grade_batch(submitted, course=course, output=course, db_url=url, resume=True)) == expected
    assert page(course, "ann").stat().st_mtime_ns == stamp


def contents(path):
    """The tables of a gradebook, and what nbgrader enters in a new one."""
    with sqlite3.connect(path) as file:
        tables = file.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        rows = [file.execute(f"SELECT * FROM {name}").fetchall() for name in ("alembic_version", "course")]
    file.close()
    return tables, rows


def killed_at_write(number, make):
    """Make a gradebook in a child process that kills itself before its number-th write or commit; whether it did."""
    child = os.fork()
    if not child:
        seen = 0

        def count(*about):
            nonlocal seen
            seen += len(about) == 1 or not about[2].startswith(("PRAGMA", "SELECT"))
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "connect", lambda connection, record: connection.execute("PRAGMA synchronous = OFF"))
        event.listen(Engine, "before_cursor_execute", count)
        event.listen(Engine, "commit", count)
        try:
            make()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_gradebook_whose_making_was_killed_is_made_whole(tmp_path, empty_gradebook, monkeypatch):
    expected = contents(empty_gradebook)
    ((version,),), _ = expected[1]
    for module in (nbgrader.api, gradebook):  # which call a program for it
        monkeypatch.setattr(module, "get_alembic_version", lambda: version)
    for number in range(1, 100):
        path = tmp_path / f"{number}.db"
        killed = killed_at_write(number, lambda: Book(f"sqlite:///{path}", Config()).close())  # noqa: B023
        Book(f"sqlite:///{path}", Config()).close()
        assert contents(path) == expected, number
        if not killed:
            break
    assert 15 < number < 99
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    upgrade(f"sqlite:///{tmp_path / f'{number - 3}.db'}")  # `nbgrader db upgrade` knows it for one of its own


def test_an_older_nbgraders_gradebook_gets_no_version_from_us(tmp_path, empty_gradebook, monkeypatch):
    path = shutil.copy(empty_gradebook, tmp_path)
    with sqlite3.connect(path) as file:
        file.execute("DROP TABLE alembic_version")
        file.execute("ALTER TABLE student DROP COLUMN lms_user_id")
    file.close()
    Book(f"sqlite:///{path}", Config()).close()
    with sqlite3.connect(path) as file:
        assert not file.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchall()
    file.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "parse"),
        ("gradebook.db", "parse"),
        ("nobody://here/grades", "nobody"),
        ("sqlite://", "would be gone"),
        ("sqlite:////no/such/folder/gradebook.db", "No such file"),
        ("postgresql://ann:secret@127.0.0.1:1/grades", "refused"),
    ],
)
def test_a_gradebook_that_cannot_be_reached_is_one_sentence(course, capsys, url, why):  # noqa: F811
    if url.startswith("postgresql"):
        pytest.importorskip("psycopg2")
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE)})
    for command in (["grade", str(submitted), "--course", str(course)], ["export", "canvas"]):
        assert main([*command, "--output", str(course / "out"), "--db", url]) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "unforeseen" not in said and "secret" not in said
        if command[0] == "export" and url.startswith("sqlite"):
            assert "There is no gradebook" in said
        else:
            assert "cannot be opened" in said and why in said and "postgresql://user@host/name" in said
    assert not list(course.glob("**/canvas.csv"))


def test_a_file_that_is_no_gradebook_is_one_sentence(course, capsys):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE)})
    (course / "gradebook.db").write_text("Dear teacher, " * 100)
    assert main(["grade", str(submitted), "--course", str(course), "--output", str(course)]) == 1
    said = capsys.readouterr().err
    assert "cannot be opened (file is not a database)" in said and said.count("\n") == 1
    # nbgrader leaves the connection open where its first query fails; Python 3.13 says so.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_the_report_stays_the_classs_where_a_part_is_graded_again(course):  # noqa: F811
    other = "02_toy"
    shutil.copytree(course / "solutions" / CHAPTER, course / "solutions" / other)
    for path in (course / "solutions" / other).glob(f"{CHAPTER}.*"):
        path.rename(path.with_stem(other))
    build_chapter(*find_chapters(course, [other]), execute=False)
    work = {"ann": notebook(course, DOUBLE, TRIPLE), "bob": notebook(course, "    return abs(2 * x)"), "cyd": "{"}
    submitted = hand_in(course, work)
    for student in ("ann", "bob"):
        shutil.copytree(submitted / student / CHAPTER, submitted / student / other)
        (submitted / student / other / f"{CHAPTER}.ipynb").rename(submitted / student / other / f"{other}.ipynb")
    grade_batch(submitted, course=course, output=course)
    report = (course / "report.html").read_text()
    assert report.count("<p>3 submissions.") == report.count("<p>2 submissions.") == 1
    assert report.count("ann, the course&#x27;s solution") == 2 and "negative numbers double too" in report
    for part in ({"students": ["ann"]}, {"assignment": other}, {"students": ["bob"], "exercises": ["triple"]}):
        grade_batch(submitted, course=course, output=course, **part)
        assert (course / "report.html").read_text() == report, part
    handed_in_again(course, "cyd", notebook(course, DOUBLE, TRIPLE))
    grade_batch(submitted, course=course, output=course, students=["cyd"])
    assert "ann, cyd, the course&#x27;s solution" in (course / "report.html").read_text()


def test_without_a_sandbox_no_submission_is_without_the_warning(course):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course), "bob": notebook(course, DOUBLE)})
    for confined, ann, bob in (
        (False, "No response. Run without a sandbox.", "Run without a sandbox."),
        (True, "No response.", None),
    ):
        grade_batch(submitted, course=course, output=course, confined=confined)
        with Gradebook(address(course)) as book:
            comments = [book.find_comment("double", CHAPTER, CHAPTER, name).comment for name in ("ann", "bob")]
        assert comments == [ann, bob]


def test_an_export_says_what_is_not_final(course, capsys, monkeypatch):  # noqa: F811
    submitted = hand_in(course, {name: notebook(course, DOUBLE, TRIPLE, "Because.") for name in ("ann", "bob", "cyd")})
    real = grade.grade

    def stumbling(job):
        if job.student == "cyd":
            raise OSError("no space left on device")
        return real(job)

    monkeypatch.setattr(grade, "grade", stumbling)
    grade_batch(submitted, course=course, output=course)
    mark(course, "bob", "why", 2)

    def said():
        assert main(["export", "canvas", "--output", str(course), "--assignment", CHAPTER]) == 0
        return capsys.readouterr().err

    assert "not marked yet: 1; points left empty of submissions that failed, by no fault of theirs: 1)" in said()
    monkeypatch.setattr(grade, "grade", real)
    grade_batch(submitted, course=course, output=course, resume=True)  # what failed is tried again
    assert "not marked yet: 2)" in said()
    for student in ("ann", "cyd"):
        mark(course, student, "why", 2)
    assert said() == ""


def test_an_export_of_an_unknown_assignment_is_refused(course, capsys):  # noqa: F811
    with pytest.raises(CourseError, match="has no assignment: grade one first"):
        export_grades("canvas", address(course), course / "canvas.csv")
    grade_batch(hand_in(course, {"ann": notebook(course, DOUBLE)}), course=course, output=course)
    assert main(["export", "moodle", "--output", str(course), "--assignment", "01_toi"]) == 1
    assert capsys.readouterr().err == f"ganlab: The gradebook has no assignment 01_toi: choose among {CHAPTER}.\n"
    assert not list(course.glob("*.csv.*")) and not (course / "moodle.csv").exists()


@pytest.mark.slow
def test_nbgraders_own_commands_go_on_from_a_batch(course):  # noqa: F811
    """`nbgrader generate_feedback` shows no hidden test, `nbgrader export` writes what `ganlab export` does."""
    repository = Path(__file__).parents[2]
    shutil.copy(repository / "nbgrader_config.py", course)
    work = {"ann": notebook(course, DOUBLE, TRIPLE, "Because."), "bob": notebook(course, "    return abs(2 * x)")}
    submitted = hand_in(course, work)
    grade_batch(submitted, course=course, output=course)
    mark(course, "ann", "why", 1.5, "Half of it.")
    shutil.rmtree(course / "feedback")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(repository)}
    canvas = ["--exporter", "ganlab.grading.export.CanvasExport", "--to", "theirs.csv"]
    for command in (["generate_feedback", CHAPTER], ["export", *canvas]):
        command = [sys.executable, "-m", "nbgrader", *command]
        done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    ann, bob = (page(course, student).read_text() for student in ("ann", "bob"))
    assert "Half of it." in ann and "9.5" in ann and "negative numbers double too" in bob
    for text in (ann, bob):
        text = re.sub(r"(?s)<style.*?</style>", "", text)
        assert "HIDDEN TESTS" not in text and "-42" not in text and "-21" not in text
    export_grades("canvas", address(course), course / "ours.csv")
    assert (course / "theirs.csv").read_bytes() == (course / "ours.csv").read_bytes()
    with (course / "ours.csv").open() as file:
        assert {row["Student"]: row[CHAPTER] for row in csv.DictReader(file)} == {
            "    Points Possible": "10",
            "ann": "9.5",
            "bob": "0",
        }
