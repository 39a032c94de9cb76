"""Gradebook to LMS: nbgrader export plugins that write the CSV files Canvas and Moodle import, manual points included.

nbgrader export --exporter ganlab.grading.export.CanvasExport --to canvas.csv
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Grade, Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin
from sqlalchemy import make_url

from ganlab.grading.errors import CourseError
from ganlab.grading.gradebook import name_of, opening, with_driver
from ganlab.grading.journal import entries
from ganlab.grading.names import shown
from ganlab.grading.scores import GONE, harmless
from ganlab.writing import write

WITHHELD = ("failed", "unreadable")  # their points stay empty, unless a person gave some
TELLING = {
    "failed": "points left empty of submissions that failed, by no fault of theirs",
    "unreadable": "points left empty of submissions that could not be read",
    "missing": "students who handed in no notebook",
    "crashed": "submissions that crashed",
    "timed_out": "submissions that ran out of time",
    GONE: "submissions no longer handed in",
}
ANONYMOUS = re.compile(r"anon_[0-9A-Za-z]{5}", re.IGNORECASE)


class _LmsExport(ExportPlugin):
    """One row a student, columns as an LMS wants them."""

    default = "grades-lms.csv"
    unmarked = 0  # answers that wait for a person, in what was exported
    output: Path | None = None  # where `ganlab grade` left its results; None is where the gradebook's file is
    unknown = ""  # why it is not known how the submissions ended
    alike: tuple[str, ...] = ()  # students left out since the LMS gives them one number
    doubtful: tuple[str, ...] = ()  # students whose names may end in a number of the LMS that another has

    def export(self, gradebook: Gradebook) -> None:
        """Write the table; CourseError where the gradebook lacks one of the assignments."""
        wanted = [str(name) for name in self.assignment]
        known = [each.name for each in gradebook.assignments]
        if not known or not set(wanted) <= set(known):
            lacking = " or ".join(name for name in wanted if name not in known)
            choice = f"choose among {', '.join(known)}" if known else "grade one first"
            raise CourseError(f"The gradebook has no assignment {lacking}".rstrip() + f": {choice}.")
        assignments = [each for each in gradebook.assignments if not wanted or each.name in wanted]
        students = [each for each in gradebook.students if not self.student or each.id in map(str, self.student)]
        self._read_journal(gradebook)
        self._name([each.id for each in students])
        students = [each for each in students if each.id not in self.alike]
        table = io.StringIO()
        for row in self.rows(gradebook, assignments, students):
            csv.writer(table).writerow([harmless(str(value)) for value in row])
        write(Path(self.to or self.default), table.getvalue())
        self.unmarked = _unmarked(gradebook, [each.name for each in assignments])
        if self.unmarked:
            self.log.warning("answers that are not marked yet: %d", self.unmarked)
        for said in filter(None, (self.unknown, self.unnumbered)):
            self.log.warning("%s", said)
        if self.alike:
            self.log.error("%s", self.same_number)

    @property
    def same_number(self) -> str:
        """Say which students were left out."""
        return f"left out, as they have the same number: {', '.join(map(shown, self.alike))}"

    @property
    def unnumbered(self) -> str:
        """Say which students have no number, "" where all is clear."""
        names = ", ".join(map(shown, self.doubtful))
        return f"without a number, as it may be another's: {names}" if names else ""

    def _name(self, students: list[str]) -> None:
        """Find each student's name and number; a number belongs to whose name came from the LMS, before all others."""
        self.named = {each: _split(each) if self.lms.get(each) is not False else (each, "") for each in students}
        holders: dict[str, list[str]] = defaultdict(list)
        for each, (_, number) in self.named.items():
            if number:
                holders[number].append(each)
        alike, doubtful = [], []
        for several in (each for each in holders.values() if len(each) > 1):
            sure = [each for each in several if self.lms.get(each)]
            alike += sure if len(sure) > 1 else []
            doubtful += [each for each in several if each not in sure]
        self.named |= {each: (each, "") for each in doubtful}
        self.alike, self.doubtful = tuple(alike), tuple(doubtful)

    def _read_journal(self, gradebook: Gradebook) -> None:
        """Read how each submission ended, and whose names are an LMS's, as the output folder has it."""
        self.statuses: dict[tuple[str, str], str] = {}
        self.gone: set[tuple[str, str]] = set()
        self.lms: dict[str, bool] = {}  # without those of whom nobody noted it
        url = gradebook.engine.url
        if self.output is None and url.get_backend_name() != "sqlite":
            self.unknown = "which submissions failed is not known here: `ganlab export --output` says it"
            return
        output = self.output or Path(url.database or "").resolve().parent
        book = name_of(url.render_as_string(hide_password=False), output)
        try:
            noted = [each for each in entries(output) if each.book == book]
        except OSError as error:  # the journal is for the one who graded only
            self.unknown = f"which submissions failed cannot be read in {error.filename}: {error.strerror or error}"
            return
        last = {(each.outcome.student, each.outcome.assignment): each.outcome for each in noted}
        self.statuses = {who: each.was or each.status for who, each in last.items()}
        self.gone = {who for who, each in last.items() if each.status == GONE}
        for each in noted:
            if each.lms is not None:
                self.lms[each.outcome.student] = each.lms or self.lms.get(each.outcome.student, False)

    def points(self, gradebook: Gradebook, assignment: str, student: str) -> str:
        """Give the points after a late penalty, "" where nothing was handed in, or nothing that could be graded."""
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return ""
        if self.statuses.get((student, assignment)) in WITHHELD:
            grades = (grade for notebook in submission.notebooks for grade in notebook.grades)
            if all(grade.manual_score is None for grade in grades):
                return ""
            self.statuses[student, assignment] = "graded"
        return f"{max(0.0, submission.score - (submission.late_submission_penalty or 0.0)):g}"

    def rows(self, gradebook: Gradebook, assignments: list[Any], students: list[Any]) -> Iterator[list[Any]]:
        raise NotImplementedError


class CanvasExport(_LmsExport):
    """Canvas's gradebook import: a row of points possible, one column an assignment, empty where nothing came in."""

    default = "canvas.csv"

    def rows(self, gradebook: Gradebook, assignments: list[Any], students: list[Any]) -> Iterator[list[Any]]:
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(each.name for each in assignments)]
        yield ["    Points Possible", "", "", "", "", *(f"{each.max_score:g}" for each in assignments)]
        for student in students:
            name, number = self.named[student.id]
            points = [self.points(gradebook, each.name, student.id) for each in assignments]
            known = [student.last_name, student.first_name]
            login = "" if number else student.id
            yield [", ".join(part for part in known if part) or name, number, "", login, "", *points]


class MoodleExport(_LmsExport):
    """Moodle's offline grading worksheet: the identifier of the download, a grade, and the most there is."""

    default = "moodle.csv"

    def rows(self, gradebook: Gradebook, assignments: list[Any], students: list[Any]) -> Iterator[list[Any]]:
        yield ["Identifier", "Full name", "Email address", "Assignment", "Grade", "Maximum grade"]
        for assignment in assignments:
            for student in students:
                name, number = self.named[student.id]
                full = " ".join(part for part in (student.first_name, student.last_name) if part) or name
                identifier = f"Participant {number}" if number else student.id
                points = self.points(gradebook, assignment.name, student.id)
                yield [identifier, full, student.email or "", assignment.name, points, f"{assignment.max_score:g}"]


def export_grades(
    format_: str, db_url: str, to: Path, assignments: Sequence[str] = (), output: Path | None = None
) -> str:
    """Write a gradebook in a format, "canvas" or "moodle", and say what in it is not final, "" where all is.

    `output` is the folder where `ganlab grade` noted which submissions failed. Raises CourseError where there is no
    gradebook, or none of these assignments is in it, where there is no folder for the file, and, with the file written
    without them, where the LMS gives several students the same number.
    """
    if to.is_dir() or not (to.parent.is_dir() or to.parent == output):
        what = f"{to} is a folder" if to.is_dir() else f"There is no folder {to.parent}"
        raise CourseError(f"{what}: name a file in a folder that is there with --to.")
    plugin = {"canvas": CanvasExport, "moodle": MoodleExport}[format_]()
    plugin.to, plugin.assignment, plugin.output = str(to), list(assignments), output
    db_url = with_driver(db_url)
    with opening(db_url):
        url = make_url(db_url)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise CourseError(f"There is no gradebook {url.database}: run `ganlab grade` first, or name one with --db.")
        gradebook = Gradebook(db_url)
    with gradebook:
        plugin.export(gradebook)
    ended = [*plugin.statuses.items(), *((who, GONE) for who in plugin.gone if plugin.statuses[who] != GONE)]
    ends = Counter(end for (_, each), end in ended if not assignments or each in assignments)
    parts = [f"answers not marked yet: {plugin.unmarked}"] if plugin.unmarked else []
    parts += [f"{said}: {ends[end]}" for end, said in TELLING.items() if ends[end]]
    parts += filter(None, (plugin.unknown, plugin.unnumbered))
    if plugin.alike:
        said = f"; also not final: {'; '.join(parts)}" if parts else ""
        raise CourseError(f"{to} is written; {plugin.same_number}: enter their points by hand{said}.")
    return "; ".join(parts)


def _unmarked(gradebook: Gradebook, assignments: Sequence[str]) -> int:
    waiting = gradebook.db.query(Grade).filter(Grade.needs_manual_grade)
    return sum(grade.assignment.name in assignments for grade in waiting)


def _split(student: str) -> tuple[str, str]:
    """Take the LMS's number off a name that came from its download: "Ann Lee_123" is Ann Lee, 123."""
    name, _, number = student.rpartition("_")
    numbered = name and number.isdigit() and not ANONYMOUS.fullmatch(student)
    return (name, number) if numbered else (student, "")
