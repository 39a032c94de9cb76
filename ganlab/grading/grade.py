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
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.warnings import MissingIDFieldWarning
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from ganlab.grading import pool
from ganlab.grading.chapters import Chapter, find_chapters
from ganlab.grading.errors import CourseError
from ganlab.grading.gradebook import Book, alone, name_of, with_driver
from ganlab.grading.journal import Finished, Journal, code_version, digest
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
    return Book(db_url, config)


@dataclass(frozen=True)
class Assignment:
    """What grading needs of one chapter."""

    source: NotebookNode
    text: str
    shown: dict[str, str]  # grade id -> the cell as it is handed out
    data: dict[str, bytes]
    data_key: str  # digest of the data
    only: tuple[str, ...]  # grade ids of the checks to run, empty for all
    solution: str  # fingerprint of the course's own answers

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
        data_key = digest({name: digest(content) for name, content in data.items()})
        return cls(source, nbformat.writes(source), shown, data, data_key, only, fingerprint(source))


def _graded(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


Who = tuple[str, str]  # student, assignment


@dataclass
class Batch:
    """One run of the grader."""

    output: Path
    how: Options
    assignments: dict[str, Assignment]
    book: Book
    journal: Journal
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
        self._tables(outcomes)
        return sorted(outcomes, key=lambda outcome: (outcome.student, outcome.assignment))

    def _work(self, found: list[Submission], report: Report, start: Start, workers: int) -> list[Outcome]:
        by_name = {(submission.student, submission.assignment): submission for submission in found}
        outcomes: list[Outcome] = []
        window = 2 * workers if workers > 1 else 1
        for graded in pool.run_all(grade, self._jobs(found, outcomes), start, window, _lost):
            outcomes.append(self._enter(by_name[graded.student, graded.assignment], graded))
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
            who = (submission.student, submission.assignment)
            assignment = self.assignments.get(submission.assignment)
            if assignment is None:
                said = submission.problem or f'the course has no assignment "{submission.assignment}"'
                outcomes.append(Outcome(*who, "unknown", said))
                continue
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
                outcomes.append(self._resume(self.known[who], assignment))
            elif content is None:
                assert problem is not None
                outcomes.append(self._enter(submission, Graded(*who, problem.status, str(problem))))
            else:
                exercises = tuple(name.removeprefix("check_") for name in self._only(who))
                yield Job(*who, content, assignment.text, assignment.data, secret, exercises, confined, limits)

    def _only(self, who: Who) -> tuple[str, ...]:
        """Give the checks to run, () for all: also where the last run graded nothing, which left no points to keep."""
        entry = self.known.get(who)
        return self.assignments[who[1]].only if entry is None or entry.outcome.messages else ()

    def _is_finished(self, who: Who) -> bool:
        """Whether the same notebook was graded before in the same way, and the gradebook has its points."""
        entry = self.known.get(who)
        same = entry is not None and entry.key == self.digests[who][1] and entry.outcome.status != "failed"
        return same and self.book.holds(*who)

    def _resume(self, entry: Finished, assignment: Assignment) -> Outcome:
        """Give the outcome of what is finished; its page is written again where a person marked it since."""
        who = (entry.outcome.student, entry.outcome.assignment)
        self.book.penalise(*who)  # it may depend on the marks
        outcome = replace(entry.outcome, scores=self.book.scores(*who))
        comments = self.book.comments(*who)
        if _marks(outcome, comments) != entry.marks:
            graded = self._autograded(*who)
            self._page(outcome, graded.read_text(encoding="utf-8") if graded.is_file() else "", comments, assignment)
            self.journal.finish(replace(entry, marks=_marks(outcome, comments)))
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
        self._publish(outcome, graded.notebook, comments, assignment)
        self.journal.finish(Finished(outcome, handed_in, key, _marks(outcome, comments), assignment.solution, book))
        return outcome

    def _autograded(self, student: str, assignment: str) -> Path:
        return self.output / "autograded" / student / assignment / f"{assignment}.ipynb"

    def _publish(self, outcome: Outcome, notebook: str, comments: dict[str, str], assignment: Assignment) -> None:
        """Write the graded notebook and the page, each whole or not at all; an older notebook never stays."""
        target = self._autograded(outcome.student, outcome.assignment)
        shutil.rmtree(target.parent, ignore_errors=True)
        if notebook:
            write(target, notebook)
            for name, content in assignment.data.items():
                (target.parent / name).parent.mkdir(parents=True, exist_ok=True)
                (target.parent / name).write_bytes(content)
        self._page(outcome, notebook, comments, assignment)

    def _page(self, outcome: Outcome, notebook: str, comments: dict[str, str], assignment: Assignment) -> None:
        graded = nbformat.reads(notebook, as_version=4) if notebook else None
        folder = self.output / "feedback" / outcome.student / outcome.assignment
        write(folder / f"{outcome.assignment}.html", feedback_page(outcome, graded, comments, assignment.shown))

    def _tables(self, outcomes: list[Outcome]) -> None:
        """Write grades.csv and the report on the class: this run's submissions, and those of earlier ones."""
        graded = [cell for each in self.assignments.values() for cell in each.source.cells if _graded(cell)]
        table = self.output / "grades.csv"
        write(table, grades_csv(outcomes, [cell.metadata.nbgrader.grade_id for cell in graded], old=table))
        now = {(each.student, each.assignment) for each in outcomes}
        earlier = {who: each for who, each in self.known.items() if who not in now and self.book.holds(*who)}
        others = [replace(each.outcome, scores=self.book.scores(*who)) for who, each in earlier.items()]
        solutions = {assignment: each.solution for (_, assignment), each in earlier.items()}
        solutions |= {name: each.solution for name, each in self.assignments.items()}
        write(self.output / "report.html", class_report([*outcomes, *others], solutions))


def _marks(outcome: Outcome, comments: dict[str, str]) -> str:
    return digest([asdict(outcome.scores), comments])


def _lost(job: Job, why: str) -> Graded:
    return Graded(job.student, job.assignment, "failed", why)
