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
from nbgrader.api import Base, Gradebook, MissingEntry, get_alembic_version
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from traitlets.config import Config

from ganlab.grading.errors import CourseError
from ganlab.grading.release import register
from ganlab.grading.scores import Scores

BUSY = "another `ganlab grade` is at work on {what}: wait for it, or stop it."
TAKE_LOCK = "SELECT pg_try_advisory_lock(726512004)"  # of PostgreSQL, the same for every ganlab


class Book:
    """One gradebook, open for a batch."""

    def __init__(self, db_url: str, config: Config) -> None:
        self.db_url, self.config = db_url, config
        with opening(db_url):
            self.api = Gradebook(db_url)
            _finish_making(self.api)

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
        warning: str = "",
        changed: bool = True,
    ) -> None:
        """Enter automatic points in one transaction: what `points` lacks gets 0, marks of a person stay.

        `answered` names the answers that are not as handed out; written ones wait for a person. With `only`, the other
        checks (grade ids) keep the points they have. A `warning` is put beside every answer. A mark waits to be looked
        at again where the submission `changed` since the last time.
        """
        self.api.update_or_create_student(student)
        entry = self.api.update_or_create_submission(assignment, student)
        if handed_in is not None:
            entry.timestamp = parse_utc(handed_in)
        for part in entry.notebooks:
            for grade in part.grades:
                code, again = grade.cell_type == "code", not only or grade.name in only
                waits = not code and grade.name in answered
                if again:
                    grade.auto_score = float(points.get(grade.name, 0.0)) if code else None if waits else 0.0
                if grade.manual_score is not None:
                    grade.needs_manual_grade = grade.needs_manual_grade or changed
                elif again:
                    grade.needs_manual_grade = waits
            for comment in part.comments:
                said = ("" if comment.name in answered else "No response.", warning)
                comment.auto_comment = " ".join(filter(None, said)) or None
        self.api.db.commit()
        self.penalise(student, assignment)

    def penalise(self, student: str, assignment: str) -> None:
        """Apply the course's late penalties, as nbgrader does; nothing happens without a due date."""
        entry = self.api.find_submission(assignment, student)
        if not entry.total_seconds_late and not entry.late_submission_penalty:
            return
        names = {"notebook": assignment, "assignment": assignment, "student": student, "db_url": self.db_url}
        AssignLatePenalties(config=self.config).preprocess(NotebookNode(cells=[]), {"nbgrader": names})
        self.api.db.expire_all()

    def holds(self, student: str, assignment: str) -> bool:
        """Whether a submission's points were entered."""
        try:
            entry = self.api.find_submission(assignment, student)
        except MissingEntry:
            return False
        grades = (grade for notebook in entry.notebooks for grade in notebook.grades)
        points = [grade.auto_score for grade in grades if grade.cell_type == "code"]
        return not points or any(score is not None for score in points)

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


def name_of(db_url: str, output: Path) -> str:
    """Name a gradebook, "" for the one in the output folder itself: without user and password, and if both move."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite":
        return f"{url.get_backend_name()}://{url.host or ''}:{url.port or ''}/{url.database or ''}"
    path = Path(url.database or "").resolve()
    return "" if path == (output / "gradebook.db").resolve() else str(path)


@contextmanager
def opening(db_url: str) -> Iterator[None]:
    """Say in one sentence, as CourseError, why a gradebook cannot be opened; no password is in it."""
    try:
        yield
    except (SQLAlchemyError, ImportError, OSError) as error:
        try:
            shown = make_url(db_url).render_as_string()
        except SQLAlchemyError:
            shown = db_url.rpartition("@")[2]
        why = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error).strip().split("\n")[0]
        raise CourseError(
            f"The gradebook {shown} cannot be opened ({why}): expected a gradebook of nbgrader or a place for a new "
            "one; name it as sqlite:////folder/gradebook.db or postgresql://user@host/name."
        ) from error


def _finish_making(api: Gradebook) -> None:
    """Enter the version of new tables where a kill kept nbgrader from it: it never would, and could not upgrade them.

    Tables of an older nbgrader, which have other columns, are left to `nbgrader db upgrade`.
    """
    with api.engine.begin() as connection:
        look = inspect(connection)
        there = look.has_table("alembic_version")
        if there and connection.execute(text("SELECT count(*) FROM alembic_version")).scalar():
            return
        for table in Base.metadata.sorted_tables:
            if {column["name"] for column in look.get_columns(table.name)} != set(table.columns.keys()):
                return
        if not there:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        version = {"version": get_alembic_version()}
        connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:version)"), version)


@contextmanager
def alone(db_url: str, folder: Path) -> Iterator[None]:
    """Hold the gradebook against other graders; CourseError where one is at work, or it cannot be reached."""
    with (folder / "lock").open("w") as lock:
        _lock(lock, str(folder.parent))
        held = _handle(db_url)
        with held:
            if isinstance(held, Connection):
                if held.dialect.name == "postgresql" and not held.execute(text(TAKE_LOCK)).scalar():
                    raise CourseError(BUSY.format(what=held.engine.url.render_as_string()))
            else:
                _lock(held, held.name.removesuffix(".lock"))
            yield


def _handle(db_url: str) -> IO[str] | Connection:
    """Give what holds a gradebook: a file beside it, or a connection to its server."""
    with opening(db_url):
        url = make_url(db_url)
        if url.get_backend_name() != "sqlite":
            return create_engine(url, poolclass=NullPool).connect()
        if url.database in (None, "", ":memory:"):
            raise OSError("it would be gone when this command ends")
        return Path(f"{url.database}.lock").open("w")


def _lock(file: IO[str], what: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CourseError(BUSY.format(what=what)) from error
