"""A batch of submissions: found, graded by workers, entered by this process, each with a status.

Workers see a notebook and give back verdicts (worker.py); only this process writes: gradebook, pages, journal, in
that order for each submission, so that a batch killed at any moment goes on with `resume`.
"""

import logging
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from nbformat.warnings import MissingIDFieldWarning
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from ganlab.grading import pool
from ganlab.grading.assignment import Assignment, read_assignments
from ganlab.grading.chapters import find_chapters
from ganlab.grading.errors import CourseError, WrongOption
from ganlab.grading.gradebook import Book, alone, name_of, with_driver
from ganlab.grading.intake import listed
from ganlab.grading.journal import Finished, Journal, code_version, digest
from ganlab.grading.names import shown
from ganlab.grading.reading import Ungradable
from ganlab.grading.results import Who, autograded, publish, write_page, write_tables
from ganlab.grading.sandbox import Limits
from ganlab.grading.scores import GONE, Outcome, gone
from ganlab.grading.settings import configure
from ganlab.grading.submissions import Submission, find_submissions
from ganlab.grading.walls import require_bubblewrap, require_hidden
from ganlab.grading.worker import Graded, Job, grade

LOG = logging.getLogger(__name__)
Start = Callable[[], Executor]
Report = Callable[[Outcome, int], None]
UNSAFE = "Run without a sandbox."
STOPPED = "the grader was stopped at work on it"


@dataclass(frozen=True)
class Options:
    """How a batch is graded."""

    assignment: str | None = None
    students: Sequence[str] = ()
    exercises: Sequence[str] = ()  # grade only these again, and all where the last run graded nothing
    workers: int = 1
    dask: str | None = None
    executor: Start | None = None  # gives `workers` of another kind, again where one broke
    db_url: str | None = None
    resume: bool = False
    confined: bool = True
    limits: Limits = field(default_factory=Limits)


def grade_batch(
    submitted: Path,
    *,
    course: Path,
    output: Path,
    report: Report = lambda outcome, total: None,
    **options: Any,
) -> list[Outcome]:
    """Grade what was handed in against the course's sources; `options` are those of `Options`.

    Leaves gradebook.db, grades.csv, report.html, autograded/ and feedback/ in `output`; `report` hears of each
    outcome and of how many there will be. Raises CourseError before anything is graded.
    """
    how = Options(**options)
    if how.confined:
        require_bubblewrap()
        require_hidden(course, submitted, output)
    wanted = [how.assignment] if how.assignment else []
    chapters = {chapter.name: chapter for chapter in find_chapters(course, wanted)}
    every = [chapter.name for chapter in find_chapters(course)]
    found = find_submissions(submitted, every, only=next(iter(chapters)) if wanted else "")
    nowhere = [name for name in how.students if not any(each.student == name for each in found)]
    if nowhere:
        raise WrongOption(f"No submission in {submitted} is by {' or '.join(nowhere)}: look at the names there.")
    found = [each for each in found if not how.students or each.student in how.students]
    names = dict.fromkeys(each.assignment for each in found if each.assignment in chapters)
    assignments = read_assignments(chapters, names, how.exercises)
    found = [each for each in found if each.assignment in assignments or each.assignment not in chapters]
    output.mkdir(parents=True, exist_ok=True)
    if shutil.which("alembic") is None:  # nbgrader calls it by name, also where the environment is not activated
        os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
    with warnings.catch_warnings():
        for category in (SAWarning, MissingIDFieldWarning):  # nbgrader's own doing, none of the reader's
            warnings.simplefilter("ignore", category)
        journal = Journal(output)
        db_url = with_driver(how.db_url or f"sqlite:///{(output / 'gradebook.db').resolve()}")
        with alone(db_url, journal.folder):
            batch = Batch(output, how, assignments, _book(db_url, course), journal, str(submitted.resolve()))
            try:
                return batch.run(found, report)
            finally:
                batch.book.close()


def _book(db_url: str, course: Path) -> Book:
    config = Config()
    configure(config)
    if (course / "nbgrader_config.py").is_file():  # the course's late penalties
        config.merge(PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config())
    return Book(db_url, config)


@dataclass
class Batch:
    """One run of the grader."""

    output: Path
    how: Options
    assignments: dict[str, Assignment]
    book: Book
    journal: Journal
    where: str  # what was handed in lies there
    known: dict[Who, Finished] = field(default_factory=dict)
    digests: dict[Who, tuple[str, str]] = field(default_factory=dict)  # of what was handed in, of how it is graded too
    reported: int = 0

    def run(self, found: list[Submission], report: Report) -> list[Outcome]:
        for name, assignment in self.assignments.items():
            self.book.register(name, assignment.source)
        self.known = self.journal.finished()
        workers = min(self.how.workers, len(found))
        start = self.how.executor or partial(pool.local, workers)
        with pool.on_dask(self.how.dask) if self.how.dask else nullcontext((start, workers)) as (start, workers):
            outcomes = self._work(found, report, start, workers)
        left = None if self.how.students or self.how.exercises or self.how.assignment else self._left(found)
        write_tables(self.output, outcomes, left, self.known, self.book, self.assignments)
        return sorted(outcomes, key=lambda outcome: (outcome.student, outcome.assignment))

    def _work(self, found: list[Submission], report: Report, start: Start, workers: int) -> list[Outcome]:
        by_name = {(submission.student, submission.assignment): submission for submission in found}
        outcomes: list[Outcome] = []
        window = 2 * workers if workers > 1 else 1
        for graded in pool.run_all(grade, self._jobs(found, outcomes), start, window, _lost):
            outcomes.append(self._entered(by_name[graded.student, graded.assignment], graded))
            self._flush(outcomes, report, len(found))
        self._flush(outcomes, report, len(found))
        return outcomes

    def _flush(self, outcomes: list[Outcome], report: Report, total: int) -> None:
        for outcome in outcomes[self.reported :]:
            report(outcome, total)
        self.reported = len(outcomes)

    def _jobs(self, found: list[Submission], outcomes: list[Outcome]) -> Iterator[Job]:
        """Give what has to be graded; what needs no kernel, or is finished already, becomes an outcome here."""
        secret, version = self.journal.secret(), code_version()
        for submission in found:
            try:
                next_ = self._job(submission, secret, version)
            except CourseError:
                raise
            except Exception as error:
                next_ = self._stumbled(submission, error)
            if isinstance(next_, Job):
                yield next_
            else:
                outcomes.append(next_)

    def _job(self, submission: Submission, secret: str, version: str) -> Job | Outcome:
        who = (submission.student, submission.assignment)
        assignment = self.assignments.get(submission.assignment)
        if assignment is None:
            said = submission.problem or f'the course has no assignment "{submission.assignment}"'
            return Outcome(*who, "unknown", said)
        if submission.nobody:  # no student of the gradebook
            return Outcome(*who, submission.status, submission.problem)
        content, problem = None, None
        try:
            content = submission.read()
        except Ungradable as error:
            problem = error
        handed_in = digest(content or b"")
        limits, confined = self.how.limits, self.how.confined
        settings = [assignment.text, assignment.data_key, assignment.only, version, secret, asdict(limits)]
        about = [confined, self.how.db_url, submission.note, submission.handed_in, str(problem)]
        self.digests[who] = handed_in, digest([handed_in, *settings, *about])
        if self.how.resume and self._is_finished(who):
            return self._resume(self.known[who], assignment, submission.lms)
        if problem is not None or content is None:
            assert problem is not None
            return self._entered(submission, Graded(*who, problem.status, str(problem)))
        exercises = tuple(name.removeprefix("check_") for name in self._only(who))
        # Whoever hands in anything else meets other inputs: an error message may have shown these.
        own = digest([secret, handed_in])
        return Job(*who, content, assignment.text, assignment.data, own, exercises, confined, limits)

    def _only(self, who: Who) -> tuple[str, ...]:
        """Give the checks to run, () for all: also where the last run graded nothing, which left no points to keep."""
        entry = self.known.get(who)
        return self.assignments[who[1]].only if entry is None or entry.outcome.messages else ()

    def _is_finished(self, who: Who) -> bool:
        """Whether the same notebook was graded before in the same way, and the gradebook has its points."""
        entry = self.known.get(who)
        same = entry is not None and entry.key == self.digests[who][1]
        return same and self.known[who].outcome.status not in ("failed", GONE) and self.book.holds(*who)

    def _resume(self, entry: Finished, assignment: Assignment, lms: bool) -> Outcome:
        """Give the outcome of what is finished; its page is written again where a person marked it since."""
        who = (entry.outcome.student, entry.outcome.assignment)
        self.book.penalise(*who)  # it may depend on the marks
        outcome = replace(entry.outcome, scores=self.book.scores(*who))
        comments = self.book.comments(*who)
        marks = _marks(outcome, comments)
        if (marks, self.where, lms) != (entry.marks, entry.where, entry.lms):
            graded = autograded(self.output, *who)
            notebook = graded.read_text(encoding="utf-8") if graded.is_file() else ""
            write_page(self.output, outcome, notebook, comments, assignment)
            self.journal.finish(replace(entry, marks=marks, where=self.where, lms=lms))
        return outcome

    def _entered(self, submission: Submission, graded: Graded) -> Outcome:
        try:
            return self._enter(submission, graded)
        except CourseError:
            raise
        except Exception as error:
            return self._stumbled(submission, error)

    def _stumbled(self, submission: Submission, error: Exception) -> Outcome:
        """Let one submission at which the grader stumbles fail, its older grade gone, and the others go on."""
        who, said = (submission.student, submission.assignment), " ".join(f"{type(error).__name__}: {error}".split())
        LOG.debug("stumbled at %s", who, exc_info=error)
        self.digests.setdefault(who, ("", ""))
        self.book.api.db.rollback()
        try:
            return self._enter(submission, Graded(*who, "failed", said[:300]))
        except CourseError:
            raise
        except Exception:
            self.book.api.db.rollback()
            outcome = Outcome(*who, "failed", said[:300])
            book = name_of(self.book.db_url, self.output)
            self.journal.finish(Finished(outcome, "", "", "", "", book, self.where, submission.lms))
            return outcome

    def _enter(self, submission: Submission, graded: Graded) -> Outcome:
        """Write down a result: gradebook, pages, journal."""
        assignment, who = self.assignments[graded.assignment], (graded.student, graded.assignment)
        (handed_in, key), known = self.digests[who], self.known.get(who)
        warning, book = "" if self.how.confined else UNSAFE, name_of(self.book.db_url, self.output)
        if known is not None:  # killed from here on, it is graded again, all of it
            self.journal.finish(replace(known, outcome=Outcome(*who, "failed", STOPPED), book=book))
        only = self._only(who) if graded.notebook else ()  # an old grade never stands in for a failed one
        how: dict[str, Any] = {"only": only, "warning": warning, "changed": known is None or known.content != handed_in}
        self.book.record(*who, graded.points, graded.answered, handed_in=submission.handed_in, **how)
        flags = (*graded.flags, warning.lower().rstrip(".")) if warning else graded.flags
        reason = "; ".join(part for part in (graded.reason, submission.note) if part)
        messages = {**(known.outcome.messages if known and only else {}), **graded.messages}
        outcome = Outcome(
            *who, graded.status, reason, self.book.scores(*who), messages, flags, graded.fingerprint, graded.seconds
        )
        comments = self.book.comments(*who)
        publish(self.output, outcome, graded.notebook, comments, assignment)
        marks = _marks(outcome, comments)
        rest: dict[str, Any] = {"book": book, "where": self.where, "lms": submission.lms}
        self.journal.finish(Finished(outcome, handed_in, key, marks, assignment.solution, **rest))
        return outcome

    def _left(self, found: list[Submission]) -> list[Outcome]:
        """Mark and name what was handed in at this place before and is there no longer; the grades stay.

        Of an assignment that nobody hands in now nothing has left: the next download may bear the name of the last.
        """
        now, said = {(each.student, each.assignment) for each in found}, {each.assignment for each in found}
        here = {who: each for who, each in self.known.items() if each.where == self.where and who[1] in said}
        left = {who: each for who, each in here.items() if who not in now and self.book.holds(*who)}
        for who, entry in left.items():
            if entry.outcome.status != GONE:
                self.known[who] = replace(entry, outcome=gone(entry.outcome))
                self.journal.finish(self.known[who])
        if left:
            LOG.warning("No longer handed in, grades stay: %s", listed([f"{shown(a)} ({b})" for a, b in left]))
        return [replace(self.known[who].outcome, scores=self.book.scores(*who)) for who in left]


def _marks(outcome: Outcome, comments: dict[str, str]) -> str:
    return digest([asdict(outcome.scores), comments])


def _lost(job: Job, why: str) -> Graded:
    return Graded(job.student, job.assignment, "failed", why)
