"""Scores in nbgrader's gradebook: zeroed before grading, read after it, tabulated for the instructor."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook

from ganlab.grading.submissions import Submission

COLUMNS = (
    "student",
    "assignment",
    "status",
    "auto_score",
    "auto_max",
    "manual_score",
    "manual_max",
    "to_mark",
    "score",
    "max_score",
    "reason",
)


@dataclass(frozen=True)
class Scores:
    """Points by cell, as the gradebook has them; a person's score takes the place of the automatic one."""

    auto: Mapping[str, float] = field(default_factory=dict)
    manual: Mapping[str, float] = field(default_factory=dict)
    auto_max: float = 0.0
    manual_max: float = 0.0
    to_mark: int = 0  # answers that wait for a person

    @property
    def total(self) -> float:
        """All points, automatic and manual."""
        return sum(self.auto.values()) + sum(self.manual.values())


@dataclass(frozen=True)
class Outcome:
    """What became of one submission; `status` is "graded" or says what went wrong, with the reason."""

    submission: Submission
    status: str
    reason: str = ""
    scores: Scores = Scores()

    def row(self) -> dict[str, str]:
        """One line of grades.csv."""
        scores = self.scores
        numbers = {
            "auto_score": sum(scores.auto.values()),
            "auto_max": scores.auto_max,
            "manual_score": sum(scores.manual.values()),
            "manual_max": scores.manual_max,
            "to_mark": scores.to_mark,
            "score": scores.total,
            "max_score": scores.auto_max + scores.manual_max,
            **scores.auto,
            **scores.manual,
        }
        return {
            "student": self.submission.student,
            "assignment": self.submission.assignment,
            "status": self.status,
            "reason": self.reason,
            **{name: f"{number:g}" for name, number in numbers.items()},
        }


def reset_scores(submission: Submission, db_url: str) -> None:
    """Enter the submission with no automatic points, so that an old grade never stands in for a failed one.

    What a person marked is kept, and flagged to be looked at again.
    """
    with Gradebook(db_url) as gradebook:
        gradebook.update_or_create_student(submission.student)
        entry = gradebook.update_or_create_submission(submission.assignment, submission.student)
        for notebook in entry.notebooks:
            for grade in notebook.grades:
                grade.auto_score = 0.0
                grade.needs_manual_grade = grade.manual_score is not None
        gradebook.db.commit()


def read_scores(submission: Submission, db_url: str) -> Scores:
    """The points a submission has."""
    auto: dict[str, float] = {}
    manual: dict[str, float] = {}
    most, to_mark = {"code": 0.0, "markdown": 0.0}, 0
    with Gradebook(db_url) as gradebook:
        entry = gradebook.find_submission(submission.assignment, submission.student)
        for grade in (grade for notebook in entry.notebooks for grade in notebook.grades):
            (auto if grade.cell_type == "code" else manual)[grade.name] = grade.score
            most[grade.cell_type] += grade.max_score
            to_mark += grade.needs_manual_grade
    return Scores(auto, manual, most["code"], most["markdown"], to_mark)


def grades_csv(outcomes: Iterable[Outcome], order: Iterable[str], old: Path) -> str:
    """The table of grades, one row a submission, one column a graded cell, in the order given.

    Rows of an older table stay where they belong to assignments that were not graded this time.
    """
    rows = [outcome.row() for outcome in outcomes]
    regraded = {row["assignment"] for row in rows}
    cells = list(order)
    if old.is_file():
        with old.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            kept = [row for row in reader if row["assignment"] not in regraded]
        used = {name for row in kept for name, value in row.items() if value}
        cells += [name for name in reader.fieldnames or () if name in used]
        rows += kept
    columns = list(dict.fromkeys((*COLUMNS, *cells)))
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: (row["assignment"], row["student"])))
    return table.getvalue()
