"""Grading: points as deserved, a status for each, training cells left alone, no hidden test shown."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from ganlab.grading.build import build_chapter
from ganlab.grading.chapters import find_chapters
from ganlab.grading.errors import CourseError
from ganlab.grading.grade import grade_batch
from ganlab.grading.sandbox import Limits
from tests.grading.toy import CHAPTER, write_course

DOUBLE, TRIPLE = "    return 2 * x", "    return 3 * x"
STUB = "    # YOUR CODE HERE\n    raise NotImplementedError()"


def notebook(course, double=STUB, triple=STUB, answer="YOUR ANSWER HERE"):
    """The released notebook with a student's answers, as nested dicts."""
    nb = json.loads((course / "course" / CHAPTER / f"{CHAPTER}.ipynb").read_text())
    answers = {"double": (STUB, double), "triple": (STUB, triple), "why": ("YOUR ANSWER HERE", answer)}
    for cell in nb["cells"]:
        old, new = answers.get(cell["id"], ("", ""))
        cell["source"] = "".join(cell["source"]).replace(old, new)
    return nb


def cell(nb, cell_id):
    return next(cell for cell in nb["cells"] if cell["id"] == cell_id)


def submissions(course):
    """Student -> notebook, or the text of a file that is none."""
    complete = notebook(course, DOUBLE, TRIPLE, "Because.")
    training = next(cell for cell in complete["cells"] if "training" in cell["metadata"].get("tags", []))
    training["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "my own training run"}]
    training["execution_count"] = 7

    noisy = "    import sys; print('a warning', file=sys.stderr)\n    return 3 * x"
    skipped = notebook(course)
    for test in ("check_double", "check_triple"):
        cell(skipped, test)["metadata"]["tags"] = ["training", "skip-execution"]
    no_tests = notebook(course, DOUBLE, TRIPLE)
    no_tests["cells"] = [cell for cell in no_tests["cells"] if not cell["id"].startswith("check")]
    stripped = notebook(course, DOUBLE, TRIPLE)
    for each in stripped["cells"]:
        each["metadata"] = {}
    return {
        "a_complete": complete,
        "b_half": notebook(course, DOUBLE),
        "c_untouched": notebook(course),
        "d_not_json": "Dear teacher, my computer broke.",
        "e_dies": notebook(course, DOUBLE, "    import os; os._exit(1)"),
        "f_noisy": notebook(course, DOUBLE, noisy),
        "g_hidden_fails": notebook(course, "    return abs(2 * x)"),
        "h_skips_tests": skipped,
        "i_no_tests": no_tests,
        "j_stripped": stripped,
        "k_not_a_notebook": "[1, 2]",
    }


def hand_in(root, work):
    for student, content in work.items():
        folder = root / "submitted" / student / CHAPTER
        folder.mkdir(parents=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{CHAPTER}.ipynb").write_text(text)
    return root / "submitted"


def grades(output):
    with (output / "grades.csv").open(newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def batch(tmp_path_factory, empty_gradebook):
    """One graded batch for all tests that only look."""
    course = write_course(tmp_path_factory.mktemp("course"))
    build_chapter(*find_chapters(course), execute=False)
    submitted = hand_in(course, submissions(course))
    (course / "out").mkdir()
    shutil.copy(empty_gradebook, course / "out")
    outcomes = grade_batch(submitted, course=course, output=course / "out")
    return course, outcomes


@pytest.mark.parametrize(
    ("student", "status", "points"),
    [
        ("a_complete", "graded", 8),
        ("b_half", "graded", 3),
        ("c_untouched", "graded", 0),
        ("d_not_json", "unreadable", 0),
        ("e_dies", "crashed", 3),
        ("f_noisy", "graded", 8),
        ("g_hidden_fails", "graded", 0),
        ("h_skips_tests", "graded", 0),
        ("i_no_tests", "repaired", 8),
        ("j_stripped", "repaired", 8),
        ("k_not_a_notebook", "unreadable", 0),
    ],
)
def test_each_submission_gets_its_points(batch, student, status, points):
    row = grades(batch[0] / "out")[student]
    assert (row["status"], float(row["auto_score"]), float(row["auto_max"])) == (status, points, 8)
    assert (row["manual_max"], row["max_score"]) == ("2", "10")
    assert bool(row["reason"]) == (status != "graded")


def test_written_answers_wait_for_a_person(batch):
    rows = grades(batch[0] / "out")
    assert rows["a_complete"]["to_mark"] == "1"
    assert rows["c_untouched"]["to_mark"] == rows["d_not_json"]["to_mark"] == "0"


def test_training_is_not_run_and_its_outputs_stay(batch):
    course, _ = batch
    assert not list(course.rglob("trained.txt"))
    graded = (course / "out" / "autograded" / "a_complete" / CHAPTER / f"{CHAPTER}.ipynb").read_text()
    page = (course / "out" / "feedback" / "a_complete" / CHAPTER / f"{CHAPTER}.html").read_text()
    assert "my own training run" in graded and "my own training run" in page


def shown(course, student):
    """The text of a student's feedback page."""
    page = (course / "out" / "feedback" / student / CHAPTER / f"{CHAPTER}.html").read_text()
    return re.sub(r"<[^>]*>", "", re.sub(r"(?s)<style.*?</style>", "", page))


def test_feedback_shows_the_message_and_no_hidden_test(batch):
    course, outcomes = batch
    pages = {outcome.student: shown(course, outcome.student) for outcome in outcomes}
    for page in pages.values():
        assert CHAPTER in page
        assert "HIDDEN TESTS" not in page and "-21" not in page and "-42" not in page
    assert "negative numbers double too" in pages["g_hidden_fails"]
    assert "the kernel died" in pages["e_dies"]
    assert "not a notebook" in pages["d_not_json"]


def test_chapter_sources_stay_out_of_the_results(batch):
    assert not list((batch[0] / "out").rglob("*.py"))
    assert sorted(path.name for path in (batch[0] / "solutions" / CHAPTER).iterdir()) == [
        f"{CHAPTER}.ipynb",
        f"{CHAPTER}.py",
        "data.txt",
    ]


def test_a_kernel_that_will_not_stop_costs_only_what_follows(released):
    nap = "    try:\n        time.sleep(1)\n    except KeyboardInterrupt:\n        pass"
    stubborn = f"import time\nwhile True:\n{nap}"
    nb = notebook(released, DOUBLE)
    cell(nb, "triple")["source"] = stubborn
    hasty = Limits(cell=2, check=2)
    (outcome,) = grade_batch(hand_in(released, {"ann": nb}), course=released, output=released, limits=hasty)
    assert (outcome.status, outcome.scores.total) == ("timed_out", 3)
    assert outcome.reason.startswith('the kernel hung at cell "triple"')


@pytest.fixture
def released(course, empty_gradebook):
    shutil.copy(empty_gradebook, course)
    build_chapter(*find_chapters(course), execute=False)
    return course


def test_second_run_changes_nothing_and_keeps_a_persons_marks(released):
    work = {"ann": notebook(released, DOUBLE, TRIPLE, "Because."), "bob": notebook(released)}
    submitted = hand_in(released, work)
    first = grade_batch(submitted, course=released, output=released)
    table = (released / "grades.csv").read_bytes()
    second = grade_batch(submitted, course=released, output=released)
    assert first == second
    assert (released / "grades.csv").read_bytes() == table

    with Gradebook(f"sqlite:///{released / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("why", CHAPTER, CHAPTER, "ann").manual_score = 1.5
        gradebook.db.commit()
    ann, _ = grade_batch(submitted, course=released, output=released)
    assert (ann.scores.total, ann.scores.manual["why"]) == (9.5, 1.5)


def test_a_failure_clears_the_older_grade(released):
    submitted = hand_in(released, {"ann": notebook(released, DOUBLE, TRIPLE)})
    (good,) = grade_batch(submitted, course=released, output=released)
    assert good.scores.total == 8
    (submitted / "ann" / CHAPTER / f"{CHAPTER}.ipynb").write_text("{")
    (bad,) = grade_batch(submitted, course=released, output=released)
    assert (bad.status, bad.scores.total) == ("unreadable", 0)
    assert not (released / "autograded" / "ann" / CHAPTER).exists()
    assert "Not graded" in (released / "feedback" / "ann" / CHAPTER / f"{CHAPTER}.html").read_text()


def test_missing_notebooks_and_unknown_assignments_are_said(released):
    submitted = hand_in(released, {"ann": notebook(released)})
    path = submitted / "ann" / CHAPTER / f"{CHAPTER}.ipynb"
    path.rename(path.with_name("mine.ipynb"))
    path.with_name("other.ipynb").write_text("{}")
    (submitted / "ann" / "01-toi").mkdir()
    unknown, missing = grade_batch(submitted, course=released, output=released)
    assert (unknown.status, missing.status) == ("unknown", "missing")
    assert "found mine.ipynb, other.ipynb" in missing.reason
    (only,) = grade_batch(submitted, course=released, output=released, assignment=CHAPTER)
    assert only.status == "missing"


def test_a_renamed_notebook_is_graded_and_said(released):
    submitted = hand_in(released, {"ann": notebook(released, DOUBLE)})
    path = submitted / "ann" / CHAPTER / f"{CHAPTER}.ipynb"
    path.rename(path.with_name("mine.ipynb"))
    (ann,) = grade_batch(submitted, course=released, output=released)
    assert (ann.status, ann.scores.total, ann.reason) == ("graded", 3, "was named mine.ipynb")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda folder: None, "does not exist"),
        (lambda folder: folder.mkdir(), "holds no submissions"),
        (lambda folder: (folder / "ann" / "02_other").mkdir(parents=True), "is of 01_toy"),
    ],
)
def test_nothing_to_grade_is_one_sentence_and_writes_nothing(course, make, problem):
    make(course / "submitted")
    with pytest.raises(CourseError, match=problem):
        grade_batch(course / "submitted", course=course, output=course / "out")
    assert not (course / "out").exists()


def test_changed_cells_under_old_grades_are_refused(released):
    submitted = hand_in(released, {"ann": notebook(released)})
    grade_batch(submitted, course=released, output=released)
    source = released / "solutions" / CHAPTER / f"{CHAPTER}.py"
    text = (
        source.read_text().replace('exercise="triple"', 'exercise="thrice"').replace('check="triple"', 'check="thrice"')
    )
    source.write_text(text)
    with pytest.raises(CourseError, match="grades of an older 01_toy"):
        grade_batch(submitted, course=released, output=released)


@pytest.mark.slow
def test_stock_nbgrader_grades_alike_with_our_config(released):
    """`nbgrader autograde` in a course with this repository's nbgrader_config.py: the same points."""
    repository = Path(__file__).parents[2]
    shutil.copy(repository / "nbgrader_config.py", released)
    hand_in(released, {"ann": notebook(released, DOUBLE, TRIPLE), "bob": notebook(released, DOUBLE)})
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(repository),
    }
    for command in (["generate_assignment", CHAPTER, "--force"], ["autograde", CHAPTER, "--create"]):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command], cwd=released, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
    with Gradebook(f"sqlite:///{released / 'gradebook.db'}") as gradebook:
        scores = {name: gradebook.find_submission(CHAPTER, name).code_score for name in ("ann", "bob")}
    assert scores == {"ann": 8, "bob": 3}
