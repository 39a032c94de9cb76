"""Batches: every way of handing in, kills at any moment, two graders, late work, partial regrading, exports."""

import csv
import functools
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook

from ganlab.cli import _line, main
from ganlab.grading import grade, gradebook, journal
from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.errors import CourseError
from ganlab.grading.export import export_grades
from ganlab.grading.grade import grade_batch
from ganlab.grading.gradebook import alone
from ganlab.grading.names import folder_name, safe_name
from tests.grading.test_grade import DOUBLE, TRIPLE, cell, hand_in, notebook
from tests.grading.toy import CHAPTER, write_course


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    course = write_course(tmp_path_factory.mktemp("course"))
    build_chapter(*find_chapters(course), execute=False)
    return course


@pytest.fixture
def course(built, tmp_path, empty_gradebook):
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    shutil.copy(empty_gradebook, tmp_path)
    return tmp_path


def whole(course):
    return json.dumps(notebook(course, DOUBLE, TRIPLE, "Because.")).encode()


def half(course):
    return json.dumps(notebook(course, DOUBLE)).encode()


def zipped(path, members, **how):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (2026, 11, 20, 12, 0, 0))
            archive.writestr(info, content, compress_type=zipfile.ZIP_DEFLATED)
    return path


def totals(outcomes):
    return {outcome.student: (outcome.status, outcome.scores.total) for outcome in outcomes}


def test_a_flat_folder(course):
    folder = course / "handed_in"
    folder.mkdir()
    (folder / f"ann_{CHAPTER}.ipynb").write_bytes(whole(course))
    (folder / "bob lee.ipynb").write_bytes(half(course))
    outcomes = grade_batch(folder, course=course, output=course)
    assert totals(outcomes) == {"ann": ("graded", 8), "bob lee": ("graded", 3)}


def test_one_assignment_of_several_invents_nobody_and_the_rest_is_said(course):
    two = course / "solutions" / "02_two"
    two.mkdir()
    (two / "02_two.py").write_text((course / "solutions" / CHAPTER / f"{CHAPTER}.py").read_text())
    folder = course / "handed_in"
    folder.mkdir()
    for name in (f"ann_{CHAPTER}", "ann_02_two", "bob"):
        (folder / f"{name}.ipynb").write_bytes(half(course))
    outcomes = grade_batch(folder, course=course, output=course, assignment=CHAPTER)
    assert totals(outcomes) == {"ann": ("graded", 3), "bob": ("graded", 3)}
    (folder / "ann_02_two.ipynb").unlink()
    ann, bob = grade_batch(folder, course=course, output=course, resume=True)
    assert (ann.status, ann.assignment, bob.status) == ("graded", CHAPTER, "unknown")
    assert "no assignment of the course is named by bob.ipynb" in bob.reason and "--assignment" in bob.reason


def test_a_moodle_download(course):
    again = zipfile.ZipInfo("Ann Lee_77_assignsubmission_file_/mine.ipynb", (2026, 11, 21, 12, 0, 0))
    path = zipped(course / "moodle.zip", [
        ("Ann Lee_77_assignsubmission_file_/01_toy.ipynb", half(course)), (again, whole(course)),
        ("Zoë Ünal_78_assignsubmission_file_/work.ipynb", half(course)), ("Zoë Ünal_78_assignsubmission_file_/photo.png", b""),
        ("__MACOSX/Ann Lee_77_assignsubmission_file_/._01_toy.ipynb", b"junk"),
    ])  # fmt: skip
    outcomes = grade_batch(path, course=course, output=course)
    assert totals(outcomes) == {"Ann Lee_77": ("graded", 8), "Zoë Ünal_78": ("graded", 3)}
    assert "handed in 2 times, the latest counts" in outcomes[0].reason


def test_a_canvas_download(course):
    path = zipped(course / "canvas.zip", [
        (f"leeann_101_5001_{CHAPTER}.ipynb", half(course)), (f"leeann_101_5002_{CHAPTER}-1.ipynb", whole(course)),
        (f"unalzoe_LATE_102_5003_{CHAPTER}-2.ipynb", half(course)),
    ])  # fmt: skip
    outcomes = grade_batch(path, course=course, output=course)
    assert totals(outcomes) == {"leeann_101": ("graded", 8), "unalzoe_102": ("graded", 3)}
    assert [("Canvas calls it late" in outcome.reason) for outcome in outcomes] == [False, True]


def test_a_students_own_zip_in_the_download(course):
    inner = io.BytesIO()
    zipped(inner, [("work/01_toy.ipynb", whole(course))])
    path = zipped(course / "m.zip", [("Ann_7_assignsubmission_file_/work.zip", inner.getvalue())])
    assert totals(grade_batch(path, course=course, output=course)) == {"Ann_7": ("graded", 8)}


def test_who_handed_in_no_notebook_has_a_row_and_a_reason(course, capsys):
    """Down to the exit code, the table and the page."""
    path = zipped(course / "m.zip", [
        ("Ann_7_assignsubmission_file_/01_toy.ipynb", half(course)),
        ("Bob_8_assignsubmission_file_/work.zip", b"no zip"), ("Cyd_9_assignsubmission_file_/report.pdf", b"%PDF"),
    ])  # fmt: skip
    assert main(["grade", str(path), "--course", str(course), "--output", str(course), "--workers", "1"]) == 1
    assert "2 could not be read" in capsys.readouterr().err
    with (course / "grades.csv").open() as file:
        rows = {row["student"]: (row["status"], row["score"], row["reason"]) for row in csv.DictReader(file)}
    assert rows["Ann_7"] == ("graded", "3", "")
    assert rows["Bob_8"][:2] == rows["Cyd_9"][:2] == ("unreadable", "0")
    assert rows["Bob_8"][2].startswith("handed in work.zip, which is not a zip archive")
    assert rows["Cyd_9"][2] == "no notebook among: report.pdf: hand in the notebook itself"
    assert "no notebook among" in (course / "feedback" / "Cyd_9" / CHAPTER / f"{CHAPTER}.html").read_text()


def link(name, target):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


def test_evil_archives_cost_their_owners_only(course):
    outside = course.parent / "escaped.ipynb"
    path = zipped(course / "evil.zip", [
        ("good_1_assignsubmission_file_/a.ipynb", whole(course)),
        ("bomb_2_assignsubmission_file_/a.ipynb", b" " * (8 << 20)),
        ("../../escaped_3_assignsubmission_file_/a.ipynb", whole(course)),
        ("/abs_4_assignsubmission_file_/a.ipynb", whole(course)),
        link("link_5_assignsubmission_file_/a.ipynb", b"/etc/passwd"),
        ("c_6_assignsubmission_file_/" + "x" * 300 + ".ipynb", whole(course)),
        ("d\x01\n_7_assignsubmission_file_/a.ipynb", half(course)),
    ])  # fmt: skip
    before = sorted(p for p in course.parent.iterdir())
    outcomes = totals(grade_batch(path, course=course, output=course / "out"))
    assert not outside.exists() and sorted(p for p in course.parent.iterdir()) == before
    assert outcomes["good_1"] == ("graded", 8) and outcomes["c_6"] == ("graded", 8)
    for student in ("bomb_2", "escaped_3", "abs_4", "link_5"):
        assert outcomes[student] == ("unreadable", 0), student
    assert outcomes["d___7"] == ("graded", 3)


def test_a_broken_download_is_said_and_invents_nobody(course, capsys):
    (course / "folder").mkdir()
    for broken in (course / "broken.zip", course / "folder" / "broken.zip"):
        broken.write_bytes(b"PK\x03\x04 and no more")
    for submitted in ("broken.zip", "folder"):
        arguments = ["grade", str(course / submitted), "--course", str(course), "--output", str(course / "out")]
        assert main(arguments) == 1
        said = capsys.readouterr().err
        assert "broken.zip is not a zip archive" in said and "download it again" in said and said.count("\n") == 1
        assert not (course / "out").exists()


def test_links_and_devices_in_the_tree_are_not_followed(course):
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE)})
    for student in ("bob", "cyd"):
        (submitted / student / CHAPTER).mkdir(parents=True)
    (submitted / "bob" / CHAPTER / f"{CHAPTER}.ipynb").symlink_to(submitted / "ann" / CHAPTER / f"{CHAPTER}.ipynb")
    os.mkfifo(submitted / "cyd" / CHAPTER / f"{CHAPTER}.ipynb")
    (submitted / "dan").mkdir()
    (submitted / "dan" / CHAPTER).symlink_to(submitted / "ann" / CHAPTER)
    (submitted / "eve").symlink_to(submitted / "ann")
    (submitted / "ann" / CHAPTER / "torch.py").write_text("raise SystemExit")
    outcomes = totals(grade_batch(submitted, course=course, output=course))
    assert outcomes == {"ann": ("graded", 8), **dict.fromkeys(("bob", "cyd", "dan", "eve"), ("unreadable", 0))}


@pytest.mark.parametrize(
    "name", ["../../etc", "a/b\\c", ".hidden", "", "x" * 500, "tab\tnew\nline", "naïve ☃", "-rf", "*?[a]", "=1+1"]
)
def test_odd_names_become_folders(name, tmp_path):
    made = safe_name(name)
    (tmp_path / made).mkdir()
    assert (tmp_path / made).resolve().parent == tmp_path.resolve()


def test_odd_students_are_graded_and_cannot_inject(course):
    names = ["=1+1", "a%b", "[x]*?", "o'neil\"", "<b>bold", "naïve ☃", "-1+cmd|x", "'ann", "ann", "\x1b[2Jbob"]
    submitted = hand_in(course, {name: notebook(course, DOUBLE) for name in names})
    outcomes = grade_batch(submitted, course=course, output=course)
    names = [folder_name(name) for name in names]  # two of them cannot stay
    assert totals(outcomes) == {name: ("graded", 3) for name in names} and names[4] != "<b>bold"
    assert "\x1b" not in "".join(map(_line, outcomes))
    grade_batch(submitted, course=course, output=course, students=["ann", "=1+1", "-1+cmd|x"])  # the others' rows stay
    with (course / "grades.csv").open() as file:
        said = [row["student"] for row in csv.DictReader(file)]
    assert sorted(said) == sorted(["'=1+1", *names[1:6], "'-1+cmd|x", *names[7:]])
    assert "<b>" not in (course / "report.html").read_text()


def dump_all(path):
    with Gradebook(f"sqlite:///{path}") as book:
        return sorted(
            (each.student.id, grade.name, grade.auto_score, grade.manual_score, bool(grade.needs_manual_grade))
            for each in book.assignment_submissions(CHAPTER)
            for part in each.notebooks
            for grade in part.grades
        )


STEPS = {
    "register": (gradebook.Book, "register"),
    "record": (gradebook.Book, "record"),
    "publish": (grade, "publish"),
    "finish": (journal.Journal, "finish"),
    "tables": (grade, "write_tables"),
}
KILLS = [
    (step, count, before) for step in ("record", "publish", "finish") for count in (1, 2, 3) for before in (True, False)
]
KILLS += [("register", 1, True), ("register", 1, False), ("tables", 1, True), ("tables", 1, False)]


def killed_at(step, count, before, run):
    """Run in a child process that kills itself with SIGKILL at the count-th call of a step; whether it did."""
    child = os.fork()
    if not child:
        home, name = STEPS[step]
        function, seen = getattr(home, name), 0

        def deadly(*arguments, **named):
            nonlocal seen
            seen += 1
            if seen == count and before:
                os.kill(os.getpid(), signal.SIGKILL)
            made = function(*arguments, **named)
            if seen == count:
                os.kill(os.getpid(), signal.SIGKILL)
            return made

        setattr(home, name, deadly)
        try:
            run()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(
    "repeated", [pytest.param(False, marks=pytest.mark.slow), True], ids=["once", "again and again"]
)
def test_a_killed_grader_resumes_to_the_same_gradebook(course, empty_gradebook, monkeypatch, repeated):
    """SIGKILL before and after each write, in a fresh folder or over and over in one; then resumed, all is equal."""
    work = {
        "ann": notebook(course, DOUBLE, TRIPLE, "Because."),
        "bob": notebook(course, DOUBLE),
        "cyd": "no",
        "dan": notebook(course),
    }
    submitted = hand_in(course, work)
    known, real = {}, grade.grade

    def remembered(job):
        known.setdefault(job.student, None)
        known[job.student] = known[job.student] or real(job)
        return known[job.student]

    monkeypatch.setattr(grade, "grade", remembered)  # children must not share this process's sandbox

    def folder(name):
        (course / name).mkdir()
        shutil.copy(empty_gradebook, course / name)
        return course / name

    quiet = folder("quiet")
    grade_batch(submitted, course=course, output=quiet)
    kills = 0
    output = folder("all")
    for k, point in enumerate(KILLS):
        if not repeated:
            output = folder(f"killed{k}")
        again = functools.partial(grade_batch, submitted, course=course, output=output, resume=True)
        kills += killed_at(*point, again)
        if not repeated or point is KILLS[-1]:
            outcomes = again()
            assert len(outcomes) == 4 and dump_all(output / "gradebook.db") == dump_all(quiet / "gradebook.db"), point
            assert (output / "grades.csv").read_text() == (quiet / "grades.csv").read_text(), point
            for kind in ("autograded", "feedback"):
                files = [
                    sorted(p.relative_to(root) for p in (root / kind).rglob("*") if p.is_file())
                    for root in (output, quiet)
                ]
                assert files[0] == files[1], point
    assert kills >= (4 if repeated else len(KILLS) - 1)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [4, 8, 11])
def test_a_grader_killed_from_outside_leaves_no_process_and_resumes(course, seconds):
    submitted = hand_in(course, {f"s{k}": notebook(course, DOUBLE, TRIPLE) for k in range(8)})
    command = [
        sys.executable,
        "-m",
        "ganlab",
        "grade",
        str(submitted),
        "--course",
        str(course),
        "--output",
        str(course),
        "--workers",
        "2",
    ]
    grader = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2]
    )
    time.sleep(seconds)
    family = psutil.Process(grader.pid).children(recursive=True)
    grader.kill()
    grader.wait()
    assert not psutil.wait_procs(family, timeout=40)[1]
    outcomes = grade_batch(submitted, course=course, output=course, resume=True)
    assert totals(outcomes) == {f"s{k}": ("graded", 8) for k in range(8)}


def test_resume_grades_only_what_is_new_or_changed(course):
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE), "bob": notebook(course)})
    grade_batch(submitted, course=course, output=course)
    stamps = {path: path.stat().st_mtime_ns for path in (course / "feedback").rglob("*.html")}
    (submitted / "bob" / CHAPTER / f"{CHAPTER}.ipynb").write_bytes(half(course))
    outcomes = grade_batch(submitted, course=course, output=course, resume=True)
    assert totals(outcomes) == {"ann": ("graded", 8), "bob": ("graded", 3)}
    changed = [path.parts[-3] for path, stamp in stamps.items() if path.stat().st_mtime_ns != stamp]
    assert changed == ["bob"]


def test_a_second_grader_on_one_gradebook_is_refused(course):
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE)})
    (course / "other").mkdir()
    url = f"sqlite:///{course / 'gradebook.db'}"
    with alone(url, course / "other"), pytest.raises(CourseError, match="another `ganlab grade` is at work"):
        grade_batch(submitted, course=course, output=course, db_url=url)
    assert totals(grade_batch(submitted, course=course, output=course, db_url=url)) == {"ann": ("graded", 3)}


def test_one_student_and_one_exercise_again(course):
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE), "bob": notebook(course)})
    grade_batch(submitted, course=course, output=course)
    for student in ("ann", "bob"):
        nb = notebook(course, "    return x", TRIPLE) if student == "ann" else notebook(course, DOUBLE, TRIPLE)
        (submitted / student / CHAPTER / f"{CHAPTER}.ipynb").write_text(json.dumps(nb))
    (bob,) = grade_batch(submitted, course=course, output=course, students=["bob"], exercises=["triple"])
    assert (bob.student, bob.scores.auto) == ("bob", {"check_double": 0.0, "check_triple": 5.0})
    assert bob.messages == {"check_double": "double is not written yet.", "check_triple": "passed"}
    with (course / "grades.csv").open() as file:
        assert {row["student"]: row["auto_score"] for row in csv.DictReader(file)} == {"ann": "8", "bob": "5"}
    with pytest.raises(CourseError, match="has no exercise fourfold: choose among double, triple"):
        grade_batch(submitted, course=course, output=course, exercises=["fourfold"])
    with pytest.raises(CourseError, match="by zed"):
        grade_batch(submitted, course=course, output=course, students=["zed"])


def test_marks_of_a_person_outlive_regrading_a_part(course):
    """A mark on a written answer and one that overrules a check, kept by --exercise, by a full and by a failed run."""
    submitted = hand_in(course, {"ann": notebook(course, "    return x", TRIPLE, "Because.")})
    grade_batch(submitted, course=course, output=course)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        for name, points in (("why", 1.5), ("check_double", 2)):
            book.find_grade(name, CHAPTER, CHAPTER, "ann").manual_score = points
        book.find_comment("why", CHAPTER, CHAPTER, "ann").manual_comment = "Half of it."
        book.db.commit()
    path = submitted / "ann" / CHAPTER / f"{CHAPTER}.ipynb"
    for exercises, content in ((["triple"], None), (["double"], None), ([], None), ([], "{")):
        path.write_text(content if content is not None else path.read_text())
        (ann,) = grade_batch(submitted, course=course, output=course, exercises=exercises)
        assert (ann.scores.auto["check_double"], ann.scores.manual["why"]) == (2, 1.5)
        assert ann.scores.auto["check_triple"] == (5 if content is None else 0)
    page = (course / "feedback" / "ann" / CHAPTER / f"{CHAPTER}.html").read_text()
    assert "3.5 of 10 points" in page


def test_resume_sees_another_time_of_handing_in(course):
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE)})
    stamp = submitted / "ann" / CHAPTER / "timestamp.txt"
    stamp.write_text("2026-11-19 10:00:00 UTC")
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    grade_batch(submitted, course=course, output=course)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        book.update_or_create_assignment(CHAPTER, duedate=datetime(2026, 11, 20))
    stamp.write_text("2026-11-21 10:00:00 UTC")
    (ann,) = grade_batch(submitted, course=course, output=course, resume=True)
    assert (ann.scores.penalty, ann.scores.total) == (8, 0)


def test_late_work_is_penalised_as_the_course_says(course):
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE), "bob": notebook(course, DOUBLE)})
    (submitted / "ann" / CHAPTER / "timestamp.txt").write_text("2026-11-21 10:00:00 UTC")
    (submitted / "bob" / CHAPTER / "timestamp.txt").write_text("2026-11-19 10:00:00 UTC")
    config = "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    (course / "nbgrader_config.py").write_text(config)
    grade_batch(submitted, course=course, output=course)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        book.update_or_create_assignment(CHAPTER, duedate=datetime(2026, 11, 20))
    ann, bob = grade_batch(submitted, course=course, output=course)
    assert (ann.scores.penalty, ann.scores.total, bob.scores.total) == (8, 0, 3)
    assert "8 taken off for being late" in (course / "feedback" / "ann" / CHAPTER / f"{CHAPTER}.html").read_text()
    (submitted / "ann" / CHAPTER / "timestamp.txt").write_text("2026-11-19 10:00:00 UTC")  # an extra attempt in time
    ann, _ = grade_batch(submitted, course=course, output=course)
    assert (ann.scores.penalty, ann.scores.total) == (0, 8)


def test_exports_hold_manual_points(course, capsys):
    folder = "Ann Lee_77_assignsubmission_file_"
    nothing = json.dumps(notebook(course)).encode()
    members = [(f"{folder}/{CHAPTER}.ipynb", whole(course)), (f"bob_{CHAPTER}.ipynb", nothing)]
    grade_batch(zipped(course / "moodle.zip", members), course=course, output=course)
    url = f"sqlite:///{course / 'gradebook.db'}"
    with Gradebook(url) as book:
        book.find_grade("why", CHAPTER, CHAPTER, "Ann Lee_77").manual_score = 1.5
        book.db.commit()
        book.add_student("zed")
    export_grades("canvas", url, course / "canvas.csv")
    rows = list(csv.reader((course / "canvas.csv").read_text().splitlines()))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", CHAPTER]
    assert rows[1][0] == "    Points Possible" and rows[1][5] == "10"
    assert sorted(rows[2:]) == [
        ["Ann Lee", "77", "", "", "", "9.5"],
        ["bob", "", "", "bob", "", "0"],
        ["zed", "", "", "zed", "", ""],
    ]
    assert main(["export", "moodle", "--output", str(course)]) == 0
    with (course / "moodle.csv").open() as file:
        (ann,) = [row for row in csv.DictReader(file) if row["Full name"] == "Ann Lee"]
    assert (ann["Identifier"], ann["Grade"], ann["Maximum grade"]) == ("Participant 77", "9.5", "10")


def test_the_report_tells_the_class(course):
    wrong = notebook(course, "    return abs(2 * x)", TRIPLE)
    same = notebook(course, "    # mine\n    return abs(2 * x)", TRIPLE)
    cheat = notebook(course, DOUBLE)
    cell(cheat, "check_double")["metadata"]["nbgrader"]["points"] = 99
    copied = notebook(course, DOUBLE, f"{TRIPLE}  # my own idea")
    submitted = hand_in(course, {"ann": wrong, "bob": same, "cyd": cheat, "dan": "{", "eve": copied})
    grade_batch(submitted, course=course, output=course)
    report = (course / "report.html").read_text()
    for expected in (
        "5 submissions",
        "negative numbers double too",
        "the points of check_double were changed",
        "ann, bob",
        "eve, the course&#x27;s solution",
        "unreadable",
    ):
        assert expected in report, expected
    assert "script" not in report.replace("script-src", "")


def test_workers_beside_this_process(course):
    submitted = hand_in(
        course, {f"s{k}": notebook(course, DOUBLE, TRIPLE if k % 2 else "    return x") for k in range(6)}
    )
    heard = []
    outcomes = grade_batch(
        submitted,
        course=course,
        output=course,
        workers=2,
        report=lambda outcome, total: heard.append((outcome.student, total)),
    )
    assert totals(outcomes) == {f"s{k}": ("graded", 8 if k % 2 else 3) for k in range(6)}
    assert sorted(heard) == [(f"s{k}", 6) for k in range(6)]


def test_without_bubblewrap_it_says_how_to_get_it(course, monkeypatch, capsys):
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE)})
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "bwrap" else which(name))
    assert main(["grade", str(submitted), "--course", str(course), "--output", str(course / "out")]) == 1
    said = capsys.readouterr().err
    assert "apt install bubblewrap" in said and "--no-sandbox" in said and not (course / "out").exists()


def test_no_sandbox_is_said_everywhere(course, capsys):
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE)})
    assert (
        main(
            [
                "grade",
                str(submitted),
                "--course",
                str(course),
                "--output",
                str(course),
                "--no-sandbox",
                "--workers",
                "1",
            ]
        )
        == 0
    )
    said = capsys.readouterr()
    assert "WARNING" in said.err and "without a sandbox" in said.out
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        assert book.find_comment("double", CHAPTER, CHAPTER, "ann").comment == "Run without a sandbox."
