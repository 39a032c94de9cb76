"""A batch of submissions: found, graded by workers, entered by this process, each with a status.

Workers see a notebook and give back verdicts (worker.py); only this process writes: gradebook, pages, journal, in
that order for each submission, so that a batch killed at any moment goes on with `resume`.
"""

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.warnings import MissingIDFieldWarning
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config, PyFileConfigLoader

from ganlab.grading import pool
from ganlab.grading.chapters import Chapter, find_chapters
from ganlab.grading.errors import CourseError
from ganlab.grading.gradebook import Book, alone, with_driver
from ganlab.grading.journal import Journal, code_version, key_of
from ganlab.grading.pages import feedback_page
from ganlab.grading.reading import Ungradable
from ganlab.grading.release import release
from ganlab.grading.report import class_report
from ganlab.grading.sandbox import Limits
from ganlab.grading.scores import Outcome, grades_csv
from ganlab.grading.settings import configure
from ganlab.grading.source import read_source
from ganlab.grading.submissions import Submission, find_submissions
from ganlab.grading.walls import require_bubblewrap, require_hidden
from ganlab.grading.worker import Graded, Job, fingerprint, grade
from ganlab.writing import write

UNSAFE = "Run without a sandbox."


@dataclass(frozen=True)
class Options:
    """How a batch is graded."""

    assignment: str | None = None
    students: Sequence[str] = ()
    exercises: Sequence[str] = ()  # grade only these again
    workers: int = 1
    dask: str | None = None
    db_url: str | None = None
    resume: bool = False
    confined: bool = True
    limits: Limits = field(default_factory=Limits)


def grade_batch(
    submitted: Path,
    *,
    course: Path,
    output: Path,
    report: Callable[[Outcome, int], None] = lambda outcome, total: None,
    **options: Any,
) -> list[Outcome]:
    """Grade what was handed in against the course's sources; `options` are those of `Options`.

    Leaves gradebook.db, grades.csv, report.html, autograded/ and feedback/ in `output`; `report` hears of each
    outcome and of how many there will be. Raises CourseError before anything is written.
    """
    how = Options(**options)
    if how.confined:
        require_bubblewrap()
        require_hidden(course, submitted, output)
    wanted = [how.assignment] if how.assignment else []
    chapters = {chapter.name: chapter for chapter in find_chapters(course, wanted)}
    found = find_submissions(submitted, chapters, only=how.assignment is not None)
    found = [submission for submission in found if not how.students or submission.student in how.students]
    if not found:
        raise CourseError(f"No submission in {submitted} is by {' or '.join(how.students)}: look at the names there.")
    sources = {each.assignment: each for each in found if each.assignment in chapters}
    assignments = {name: Assignment.of(chapters[name], how.exercises) for name in sources}
    output.mkdir(parents=True, exist_ok=True)
    if shutil.which("alembic") is None:  # nbgrader calls it by name, also where the environment is not activated
        os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
    with warnings.catch_warnings():
        for category in (SAWarning, MissingIDFieldWarning):  # nbgrader's own doing, none of the reader's
            warnings.simplefilter("ignore", category)
        journal = Journal(output)
        db_url = with_driver(how.db_url or f"sqlite:///{(output / 'gradebook.db').resolve()}")
        with alone(db_url, journal.folder):
            batch = Batch(output, how, assignments, _book(db_url, course), journal)
            try:
                return batch.run(found, report)
            finally:
                batch.book.close()


def _book(db_url: str, course: Path) -> Book:
    config = Config()
    configure(config)
    if (course / "nbgrader_config.py").is_file():  # the course's late penalties
        config.merge(PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config())
    try:
        return Book(db_url, config)
    except (SQLAlchemyError, ImportError) as error:
        raise CourseError(f"The gradebook {db_url.split('@')[-1]} cannot be opened: {error}") from error


@dataclass(frozen=True)
class Assignment:
    """What grading needs of one chapter."""

    source: NotebookNode
    text: str
    shown: dict[str, str]  # grade id -> the cell as it is handed out
    data: dict[str, bytes]
    only: tuple[str, ...]  # grade ids of the checks to run, empty for all

    @classmethod
    def of(cls, chapter: Chapter, exercises: Sequence[str]) -> "Assignment":
        source = read_source(chapter.source)
        ids = [cell.metadata.nbgrader.grade_id for cell in source.cells if _graded(cell)]
        only = tuple(f"check_{name}" for name in exercises)
        if any(name not in ids for name in only):
            known = ", ".join(name.removeprefix("check_") for name in ids if name.startswith("check_"))
            raise CourseError(f"{chapter.name} has no exercise {' or '.join(exercises)}: choose among {known}.")
        handed_out = {cell.id: cell.source for cell in release(source).cells if "nbgrader" in cell.metadata}
        shown = {name: text for name, text in handed_out.items() if name in ids and name.startswith("check_")}
        data = {path.as_posix(): (chapter.folder / path).read_bytes() for path in chapter.data_files()}
        return cls(source, nbformat.writes(source), shown, data, only)


def _graded(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


@dataclass
class Batch:
    """One run of the grader."""

    output: Path
    how: Options
    assignments: dict[str, Assignment]
    book: Book
    journal: Journal
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def run(self, found: list[Submission], report: Callable[[Outcome, int], None]) -> list[Outcome]:
        for name, assignment in self.assignments.items():
            self.book.register(name, assignment.source)
        workers = min(self.how.workers, len(found))
        if self.how.dask is None:
            outcomes = self._work(found, report, lambda: pool.local(workers), workers)
        else:
            with pool.on_dask(self.how.dask) as (executor, workers):
                outcomes = self._work(found, report, lambda: executor, workers)
        self._tables(outcomes)
        return sorted(outcomes, key=lambda outcome: (outcome.student, outcome.assignment))

    def _work(
        self,
        found: list[Submission],
        report: Callable[[Outcome, int], None],
        start: Callable[[], Executor],
        workers: int,
    ) -> list[Outcome]:
        by_name = {(submission.student, submission.assignment): submission for submission in found}
        known = self.journal.finished()
        outcomes: list[Outcome] = []
        window = 2 * workers if workers > 1 else 1
        for graded in pool.run_all(grade, self._jobs(found, known, outcomes), start, window, _lost):
            submission = by_name[graded.student, graded.assignment]
            before = known.get((graded.student, graded.assignment), ("", {}))[1].get("messages", {})
            outcomes.append(self._enter(submission, graded, before if self.how.exercises else {}))
            self._flush(outcomes, report, len(found))
        self._flush(outcomes, report, len(found))
        return outcomes

    reported = 0

    def _flush(self, outcomes: list[Outcome], report: Callable[[Outcome, int], None], total: int) -> None:
        for outcome in outcomes[self.reported :]:
            report(outcome, total)
        self.reported = len(outcomes)

    def _jobs(
        self, found: list[Submission], known: dict[tuple[str, str], tuple[str, dict[str, Any]]], outcomes: list[Outcome]
    ) -> Iterator[Job]:
        """Give what has to be graded; what needs no kernel, or is finished already, becomes an outcome here."""
        secret, version = self.journal.secret(), code_version()
        for submission in found:
            who = (submission.student, submission.assignment)
            assignment = self.assignments.get(submission.assignment)
            if assignment is None:
                said = f'the course has no assignment "{submission.assignment}"'
                outcomes.append(Outcome(*who, "unknown", said))
                continue
            content, problem = None, None
            try:
                content = submission.read()
            except Ungradable as error:
                problem = error
            settings: list[Any] = [assignment.text, assignment.only, version, secret, submission.note, str(problem)]
            settings.append(submission.handed_in)
            self.keys[who] = key_of(content, {"settings": settings, "confined": self.how.confined})
            key, kept = known.get(who, ("", {}))
            if self.how.resume and key == self.keys[who]:
                outcomes.append(Outcome(**{**kept, "flags": tuple(kept["flags"]), "scores": self.book.scores(*who)}))
            elif content is None:
                assert problem is not None
                outcomes.append(self._enter(submission, Graded(*who, problem.status, str(problem)), {}))
            else:
                exercises = tuple(name.removeprefix("check_") for name in assignment.only)
                limits, confined = self.how.limits, self.how.confined
                yield Job(*who, content, assignment.text, assignment.data, secret, exercises, confined, limits)

    def _enter(self, submission: Submission, graded: Graded, before: dict[str, str]) -> Outcome:
        """Write down a result: gradebook, pages, journal."""
        assignment, who = self.assignments[graded.assignment], (graded.student, graded.assignment)
        warning = None if self.how.confined else UNSAFE
        readable = bool(graded.notebook)
        self.book.record(
            *who,
            graded.points,
            graded.answered,
            handed_in=submission.handed_in,
            only=assignment.only if readable else (),
            warning=warning,
        )
        flags = graded.flags if warning is None else (*graded.flags, warning.lower().rstrip("."))
        reason = "; ".join(part for part in (graded.reason, submission.note) if part)
        messages = {**before, **graded.messages}
        outcome = Outcome(
            *who, graded.status, reason, self.book.scores(*who), messages, flags, graded.fingerprint, graded.seconds
        )
        self._publish(outcome, graded, assignment)
        self.journal.finish(self.keys[who], outcome)
        return outcome

    def _publish(self, outcome: Outcome, graded: Graded, assignment: Assignment) -> None:
        """Write the graded notebook and the page, each whole or not at all; an older notebook never stays."""
        where = Path(outcome.student) / outcome.assignment
        target = self.output / "autograded" / where / f"{outcome.assignment}.ipynb"
        shutil.rmtree(target.parent, ignore_errors=True)
        notebook = nbformat.reads(graded.notebook, as_version=4) if graded.notebook else None
        if notebook is not None:
            write(target, graded.notebook)
            for name, content in assignment.data.items():
                (target.parent / name).parent.mkdir(parents=True, exist_ok=True)
                (target.parent / name).write_bytes(content)
        comments = self.book.comments(outcome.student, outcome.assignment)
        page = feedback_page(outcome, notebook, comments, assignment.shown)
        write(self.output / "feedback" / where / f"{outcome.assignment}.html", page)

    def _tables(self, outcomes: list[Outcome]) -> None:
        graded = [cell for each in self.assignments.values() for cell in each.source.cells if _graded(cell)]
        table = self.output / "grades.csv"
        write(table, grades_csv(outcomes, [cell.metadata.nbgrader.grade_id for cell in graded], old=table))
        solutions = {name: fingerprint(each.source) for name, each in self.assignments.items()}
        write(self.output / "report.html", class_report(outcomes, solutions))


def _lost(job: Job, why: str) -> Graded:
    return Graded(job.student, job.assignment, "failed", why)
