"""nbgrader's gradebook, written by one process at a time: scores entered as a whole, read back, late penalties.

nbgrader's own tools (formgrader, feedback, export) work on what is written here.
"""

import fcntl
import importlib.util
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import text
from traitlets.config import Config

from ganlab.grading.errors import CourseError
from ganlab.grading.release import register
from ganlab.grading.scores import Scores

BUSY = "another `ganlab grade` is at work on {what}: wait for it, or stop it."
ADVISORY_LOCK = 726_512_004  # of PostgreSQL, the same for every ganlab


class Book:
    """One gradebook, open for a batch."""

    def __init__(self, db_url: str, config: Config) -> None:
        self.db_url, self.config = db_url, config
        self.api = Gradebook(db_url)

    def close(self) -> None:
        self.api.close()

    def register(self, assignment: str, source: NotebookNode) -> None:
        """Let the gradebook know an assignment's cells; CourseError where it has grades of other ones."""
        self.api.update_or_create_assignment(assignment)
        try:
            register(source, assignment, self.db_url)
        except RuntimeError as error:  # nbgrader refuses to add or remove cells under existing grades
            raise CourseError(
                f"The gradebook has grades of an older {assignment} with other cells: "
                "grade into another folder with --output, or move the old gradebook away."
            ) from error
        self.api.db.expire_all()

    def record(
        self,
        student: str,
        assignment: str,
        points: Mapping[str, float],
        answered: Collection[str],
        *,
        handed_in: datetime | None = None,
        only: Collection[str] = (),
        warning: str | None = None,
    ) -> None:
        """Enter automatic points in one transaction: what `points` lacks gets 0, marks of a person stay.

        `answered` names the answers that are not as handed out; written ones wait for a person. With `only`, the other
        checks (grade ids) keep the points they have. A `warning` is put beside every answer.
        """
        self.api.update_or_create_student(student)
        entry = self.api.update_or_create_submission(assignment, student)
        if handed_in is not None:
            entry.timestamp = parse_utc(handed_in)
        for part in entry.notebooks:
            for grade in part.grades:
                marked = grade.manual_score is not None
                if grade.cell_type == "code":
                    if not only or grade.name in only:
                        grade.auto_score = float(points.get(grade.name, 0.0))
                        grade.needs_manual_grade = marked
                elif not only:
                    grade.auto_score = None if grade.name in answered else 0.0
                    grade.needs_manual_grade = marked or grade.name in answered
            for comment in part.comments:
                comment.auto_comment = warning if comment.name in answered else "No response."
        self.api.db.commit()
        self._penalise(student, assignment)

    def _penalise(self, student: str, assignment: str) -> None:
        """Apply the course's late penalties, as nbgrader does; nothing happens without a due date."""
        entry = self.api.find_submission(assignment, student)
        if not entry.total_seconds_late and not entry.late_submission_penalty:
            return
        names = {"notebook": assignment, "assignment": assignment, "student": student, "db_url": self.db_url}
        AssignLatePenalties(config=self.config).preprocess(NotebookNode(cells=[]), {"nbgrader": names})
        self.api.db.expire_all()

    def scores(self, student: str, assignment: str) -> Scores:
        """Give the points a submission has."""
        auto: dict[str, float] = {}
        manual: dict[str, float] = {}
        most, each, waiting = {"code": 0.0, "markdown": 0.0}, {}, []
        try:
            entry = self.api.find_submission(assignment, student)
        except MissingEntry:
            return Scores()
        for grade in (grade for notebook in entry.notebooks for grade in notebook.grades):
            (auto if grade.cell_type == "code" else manual)[grade.name] = grade.score
            most[grade.cell_type] += grade.max_score
            each[grade.name] = float(grade.max_score)
            waiting += [grade.name] if grade.needs_manual_grade else []
        penalty = entry.late_submission_penalty or 0.0
        return Scores(auto, manual, most["code"], most["markdown"], len(waiting), penalty, each, tuple(waiting))

    def comments(self, student: str, assignment: str) -> dict[str, str]:
        """Give what a person wrote beside the answers."""
        entry = self.api.find_submission(assignment, student)
        every = (comment for notebook in entry.notebooks for comment in notebook.comments)
        return {comment.name: comment.comment for comment in every if comment.comment}


def with_driver(db_url: str) -> str:
    """Name the installed driver in a plain PostgreSQL address: SQLAlchemy's default changed from 2.0 to 2.1."""
    scheme, _, rest = db_url.partition("://")
    if scheme not in ("postgresql", "postgres"):
        return db_url
    driver = next((name for name in ("psycopg", "psycopg2") if importlib.util.find_spec(name)), None)
    if driver is None:
        raise CourseError("No PostgreSQL driver is installed: run `pip install ganlab[postgres]`.")
    return f"postgresql+{driver}://{rest}"


@contextmanager
def alone(db_url: str, folder: Path) -> Iterator[None]:
    """Hold the gradebook against other graders; CourseError where one is at work."""
    with (folder / "lock").open("w") as lock:
        _lock(lock, str(folder.parent))
        if db_url.startswith("sqlite:///"):
            beside = Path(db_url.removeprefix("sqlite:///") + ".lock")
            with beside.open("w") as file:
                _lock(file, str(beside.with_suffix("")))
                yield
            return
        from sqlalchemy import create_engine

        engine = create_engine(db_url)
        try:
            with engine.connect() as connection:
                question = text(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK})")
                if engine.dialect.name == "postgresql" and not connection.execute(question).scalar():
                    raise CourseError(BUSY.format(what=engine.url.render_as_string()))
                yield
        finally:
            engine.dispose()


def _lock(file: IO[str], what: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CourseError(BUSY.format(what=what)) from error
