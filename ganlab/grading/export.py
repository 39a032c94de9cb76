"""Gradebook to LMS: nbgrader export plugins that write the CSV files Canvas and Moodle import, manual points included.

nbgrader export --exporter ganlab.grading.export.CanvasExport --to canvas.csv
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from ganlab.grading.gradebook import with_driver
from ganlab.grading.scores import harmless


class _LmsExport(ExportPlugin):
    """One row a student, columns as an LMS wants them."""

    default = "grades-lms.csv"

    def export(self, gradebook: Gradebook) -> None:
        wanted = [str(name) for name in self.assignment]
        assignments = [each for each in gradebook.assignments if not wanted or each.name in wanted]
        students = [each for each in gradebook.students if not self.student or each.id in map(str, self.student)]
        path = Path(self.to or self.default)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            for row in self.rows(gradebook, assignments, students):
                writer.writerow([harmless(str(value)) for value in row])

    def rows(self, gradebook: Gradebook, assignments: list[Any], students: list[Any]) -> Iterator[list[Any]]:
        raise NotImplementedError


class CanvasExport(_LmsExport):
    """Canvas's gradebook import: a row of points possible, one column an assignment, empty where nothing came in."""

    default = "canvas.csv"

    def rows(self, gradebook: Gradebook, assignments: list[Any], students: list[Any]) -> Iterator[list[Any]]:
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(each.name for each in assignments)]
        yield ["    Points Possible", "", "", "", "", *(f"{each.max_score:g}" for each in assignments)]
        for student in students:
            name, number = _split(student.id)
            points = [_points(gradebook, each.name, student.id) for each in assignments]
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
                name, number = _split(student.id)
                full = " ".join(part for part in (student.first_name, student.last_name) if part) or name
                identifier = f"Participant {number}" if number else student.id
                points = _points(gradebook, assignment.name, student.id)
                yield [identifier, full, student.email or "", assignment.name, points, f"{assignment.max_score:g}"]


def export_grades(format_: str, db_url: str, to: Path, assignments: Sequence[str] = ()) -> None:
    """Write a gradebook in a format, "canvas" or "moodle"."""
    plugin = {"canvas": CanvasExport, "moodle": MoodleExport}[format_]()
    plugin.to, plugin.assignment = str(to), list(assignments)
    with Gradebook(with_driver(db_url)) as gradebook:
        plugin.export(gradebook)


def _split(student: str) -> tuple[str, str]:
    """Take the LMS's number off a name that came from its download: "Ann Lee_123" is Ann Lee, 123."""
    name, _, number = student.rpartition("_")
    return (name, number) if name and number.isdigit() else (student, "")


def _points(gradebook: Gradebook, assignment: str, student: str) -> str:
    """Give the points after a late penalty, "" where nothing was handed in."""
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return ""
    return f"{max(0.0, submission.score - (submission.late_submission_penalty or 0.0)):g}"
