"""Jobs on workers of any kind, and what becomes of them where a worker dies, or the grader itself fails."""

import shutil
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from ganlab.cli import main
from ganlab.grading import grade
from ganlab.grading.export import export_grades
from ganlab.grading.grade import grade_batch
from ganlab.grading.pool import Inline, run_all
from ganlab.grading.sandbox import Limits
from tests.grading.test_batch import built, course, totals  # noqa: F401
from tests.grading.test_grade import DOUBLE, TRIPLE, hand_in, notebook
from tests.grading.test_gradebook import address, handed_in_again
from tests.grading.toy import CHAPTER


class Dying(Inline):
    """Works twice, then no more, as a pool of processes does of which one died meanwhile."""

    def __init__(self):
        self.left = 2

    def submit(self, fn, /, *arguments):
        self.left -= 1
        if self.left < 0:
            raise BrokenExecutor
        return super().submit(fn, *arguments)


class Cancelling(Inline):
    """A cluster that drops the first job it is given, and takes none once it is shut."""

    def __init__(self):
        self.dropped = self.shut = False

    def submit(self, fn, /, *arguments):
        if self.shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        if self.dropped:
            return super().submit(fn, *arguments)
        self.dropped = True
        future = Future()
        future.set_exception(CancelledError())
        return future

    def shutdown(self, wait=True):
        self.shut = True


class ThatDropsAll(Inline):
    """A pool that breaks with all its jobs under way."""

    def submit(self, fn, /, *arguments):
        future = Future()
        future.set_exception(BrokenExecutor())
        return future


class Dead(Inline):
    """Broken from the start."""

    def submit(self, fn, /, *arguments):
        raise BrokenExecutor


class Breaking(Inline):
    """Works once, then no more: the worker dies after it gave its result."""

    given = 0

    def submit(self, fn, /, *arguments):
        self.given += 1
        if self.given > 1:
            raise BrokenExecutor
        return super().submit(fn, *arguments)


def lost(job, why):
    return -job


def test_an_executor_found_broken_loses_no_job():
    assert sorted(run_all(abs, range(1, 8), Dying, 2, lost)) == list(range(1, 8))


def test_dropped_jobs_are_tried_again_on_new_workers():
    started = []

    def start():
        started.append(Cancelling() if not started else Inline())
        return started[-1]

    assert sorted(run_all(abs, range(1, 6), start, 2, lost)) == list(range(1, 6)) and len(started) == 3
    assert sorted(run_all(abs, range(1, 3), Cancelling, 1, lost)) == [-2, -1]  # dropped twice


def test_a_suspect_is_not_blamed_for_the_death_of_another():
    """Tried one by one, on executors that each break after a result: only what breaks a new one is lost."""
    started, said = [], []

    def start():
        started.append(Breaking() if started else ThatDropsAll())
        return started[-1]

    def deadly(job):
        if job == 2:
            raise BrokenExecutor
        return job

    def lost(job, why):
        said.append((job, why))
        return -job

    assert sorted(run_all(abs, range(1, 5), start, 4, lost)) == [1, 2, 3, 4] and said == []
    started.clear()
    assert sorted(run_all(deadly, range(1, 5), start, 4, lost)) == [-2, 1, 3, 4]
    assert said == [(2, "the grader's own process died of it twice")]


def test_workers_that_cannot_be_started_are_named_as_such():
    said = []
    assert list(run_all(abs, [1], Dead, 1, lambda job, why: said.append(why))) == [None]
    assert said == ["no worker could be started for it"]


def test_a_dead_process_takes_its_own_job_only():
    jobs = ["1", "2", "__import__('os')._exit(1)", "4", "5", "6"]
    start = partial(ProcessPoolExecutor, 2, get_context("forkserver"))
    assert sorted(run_all(eval, jobs, start, 4, lambda job, why: -1)) == [-1, 1, 2, 4, 5, 6]


def test_any_executor_grades(course):  # noqa: F811
    submitted = hand_in(course, {f"s{k}": notebook(course, DOUBLE, TRIPLE if k else "    return x") for k in range(3)})
    started = []

    def start():
        started.append(ThreadPoolExecutor(2))
        return started[-1]

    outcomes = grade_batch(submitted, course=course, output=course, workers=2, executor=start)
    assert totals(outcomes) == {"s0": ("graded", 3), "s1": ("graded", 8), "s2": ("graded", 8)} and len(started) == 1


def failing(job):
    raise OSError("no space left on device")


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("exercises", [[], ["triple"]])
def test_a_failed_run_leaves_no_points_and_the_next_gives_all(course, monkeypatch, resume, exercises):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE), "bob": notebook(course, DOUBLE)})
    expected = {"ann": ("graded", 8), "bob": ("graded", 3)}
    assert totals(grade_batch(submitted, course=course, output=course)) == expected
    part = {"course": course, "output": course, "exercises": ["triple"]}
    with monkeypatch.context() as patch:
        patch.setattr(grade, "grade", failing)
        for how in ({**part, "exercises": exercises}, part):  # also where it fails again
            assert totals(grade_batch(submitted, **how)) == {"ann": ("failed", 0), "bob": ("failed", 0)}
        with Gradebook(address(course)) as book:
            assert book.find_submission(CHAPTER, "ann").score == 0
    ann, bob = outcomes = grade_batch(submitted, **part, resume=resume)
    assert totals(outcomes) == expected
    assert ann.messages == {"check_double": "passed", "check_triple": "passed"} and len(bob.messages) == 2
    handed_in_again(course, "ann", notebook(course, "    return x", "    return x"))
    assert totals(grade_batch(submitted, **part, resume=resume))["ann"] == ("graded", 3)  # from now on only a part


def test_what_nothing_was_graded_of_is_graded_as_a_whole(course):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE)})
    for content, points in ((None, 8), ("{", 0), (notebook(course, DOUBLE, TRIPLE), 8)):
        if content is not None:
            handed_in_again(course, "ann", content)
        (ann,) = grade_batch(submitted, course=course, output=course, exercises=["triple"] if content else [])
        assert ann.scores.total == points


def stopped(*about):
    raise KeyboardInterrupt


def test_points_entered_before_a_kill_are_not_taken_for_older_ones(course, monkeypatch):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE, TRIPLE)})
    grade_batch(submitted, course=course, output=course)
    for exercises in ([], ["triple"]):
        with monkeypatch.context() as patch:
            patch.setattr(grade, "grade", failing)
            patch.setattr(grade, "publish", stopped)  # after the gradebook, before the journal
            with pytest.raises(KeyboardInterrupt):
                grade_batch(submitted, course=course, output=course)
        outcomes = grade_batch(submitted, course=course, output=course, exercises=exercises, resume=True)
        assert totals(outcomes) == {"ann": ("graded", 8)}


def test_resume_grades_again_under_other_limits_and_with_other_data(course, monkeypatch):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE)})
    graded, real = [], grade.grade
    monkeypatch.setattr(grade, "grade", lambda job: graded.append(job) or real(job))

    def jobs(**how):
        graded.clear()
        grade_batch(submitted, course=course, output=course, resume=True, **how)
        return len(graded)

    assert (jobs(), jobs()) == (1, 0)
    assert (jobs(limits=Limits(check=5)), jobs(limits=Limits(check=5))) == (1, 0)
    assert (jobs(), jobs()) == (1, 0)
    (course / "solutions" / CHAPTER / "data.txt").write_text("other data")
    assert (jobs(), jobs()) == (1, 0)
    (course / "solutions" / CHAPTER / "more.txt").write_text("")
    assert (jobs(), jobs()) == (1, 0)


FAILED = "points left empty of submissions that failed, by no fault of theirs: 1"


def test_an_export_counts_the_failures_of_its_own_gradebook(course, empty_gradebook, monkeypatch):  # noqa: F811
    submitted = hand_in(course, {"ann": notebook(course, DOUBLE)})
    other = course / "other"
    other.mkdir()
    shutil.copy(empty_gradebook, other)

    def said(folder, output):
        return export_grades("canvas", address(folder), course / "canvas.csv", output=output)

    with monkeypatch.context() as patch:
        patch.setattr(grade, "grade", failing)
        grade_batch(submitted, course=course, output=course)
        shutil.copy(course / "gradebook.db", other)
        assert (said(course, course), said(other, course)) == (FAILED, "")
        grade_batch(submitted, course=course, output=course / "elsewhere", db_url=address(other))
        assert "failed, by no fault of theirs: 1" in said(other, course / "elsewhere")
    grade_batch(submitted, course=course, output=course / "elsewhere", db_url=address(other))
    assert said(other, course / "elsewhere") == ""
    grade_batch(submitted, course=course, output=course, db_url=address(other))
    assert "failed, by no fault of theirs: 1" in said(course, course)  # as its points still are


def test_an_export_changes_nothing_of_the_graders_record(course, capsys, monkeypatch):  # noqa: F811
    monkeypatch.setattr(grade, "grade", failing)
    grade_batch(hand_in(course, {"ann": notebook(course, DOUBLE)}), course=course, output=course)
    folder, command = course / ".ganlab", ["export", "canvas", "--output", str(course)]
    folder.chmod(0o750)  # shared with the other teacher
    assert main(command) == 0 and "by no fault of theirs: 1)" in capsys.readouterr().err
    assert folder.stat().st_mode & 0o777 == 0o750
    real = Path.read_text

    def refused(path, *arguments, **named):
        if path.name == "journal.jsonl":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **named)

    with monkeypatch.context() as patch:  # as it is for a second user
        patch.setattr(Path, "read_text", refused)
        assert main(command) == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"failed cannot be read in {folder / 'journal.jsonl'}: Permission denied" in said
    shutil.rmtree(folder)
    assert main(command) == 0 and capsys.readouterr().err == "" and not folder.exists()
