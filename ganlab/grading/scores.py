"""Points and outcomes of submissions, and the table of them for the instructor."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
COLUMNS = (
    "student",
    "assignment",
    "status",
    "auto_score",
    "auto_max",
    "manual_score",
    "manual_max",
    "to_mark",
    "late_penalty",
    "score",
    "max_score",
    "reason",
    "flags",
)
GRADED = ("graded", "repaired", "tampered")  # all of the notebook ran
FAILED = ("failed", "unknown")  # no fault of the student's
GONE = "no longer handed in"


@dataclass(frozen=True)
class Scores:
    """Points by cell, as the gradebook has them; a person's score takes the place of the automatic one."""

    auto: Mapping[str, float] = field(default_factory=dict)
    manual: Mapping[str, float] = field(default_factory=dict)
    auto_max: float = 0.0
    manual_max: float = 0.0
    to_mark: int = 0  # answers that wait for a person
    penalty: float = 0.0  # for being late
    each_max: Mapping[str, float] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()  # the answers that wait

    @property
    def total(self) -> float:
        """All points, automatic and manual, less the penalty."""
        return max(0.0, sum(self.auto.values()) + sum(self.manual.values()) - self.penalty)


@dataclass(frozen=True)
class Outcome:
    """What became of one submission; `status` is "graded" or says what was wrong, with the reason."""

    student: str
    assignment: str
    status: str
    reason: str = ""
    scores: Scores = Scores()
    messages: Mapping[str, str] = field(default_factory=dict)  # of each check, "passed" or the likely mistake
    flags: tuple[str, ...] = ()
    fingerprint: str = ""
    seconds: float = field(default=0.0, compare=False)
    was: str = ""  # the status before it was no longer handed in

    def row(self) -> dict[str, str]:
        """One line of grades.csv."""
        scores = self.scores
        numbers = {
            "auto_score": sum(scores.auto.values()),
            "auto_max": scores.auto_max,
            "manual_score": sum(scores.manual.values()),
            "manual_max": scores.manual_max,
            "to_mark": scores.to_mark,
            "late_penalty": scores.penalty,
            "score": scores.total,
            "max_score": scores.auto_max + scores.manual_max,
            **scores.auto,
            **scores.manual,
        }
        return {
            "student": self.student,
            "assignment": self.assignment,
            "status": self.status,
            "reason": self.reason,
            "flags": "; ".join(self.flags),
            **{name: f"{number:g}" for name, number in numbers.items()},
        }


def gone(outcome: Outcome) -> Outcome:
    """Give the outcome of what is no longer handed in; its points stay."""
    reason = f"was {outcome.status}: {outcome.reason}" if outcome.reason else f"was {outcome.status}"
    return replace(outcome, status=GONE, reason=reason, was=outcome.status)


def grades_csv(outcomes: Iterable[Outcome], order: Iterable[str], old: Path, *, whole: bool = False) -> str:
    """The table of grades, one row a submission, one column a graded cell, in the order given.

    Rows of an older table stay unless the same student's submission was graded this time, or, where a `whole` folder
    was, they hold no grade. Text that a spreadsheet
    would take for a formula is quoted.
    """
    rows = [outcome.row() for outcome in outcomes]
    regraded = {(harmless(row["student"]), row["assignment"]) for row in rows}
    cells = list(order)
    if old.is_file():
        with old.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            kept = [row for row in reader if (row["student"], row["assignment"]) not in regraded]
            kept = [row for row in kept if not whole or row["max_score"] != "0"]
        used = {name for row in (*kept, *rows) for name, value in row.items() if value}
        cells += [name for name in reader.fieldnames or () if name in used]
        rows += kept
    columns = list(dict.fromkeys((*COLUMNS, *cells)))
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in sorted(rows, key=lambda row: (row["assignment"], row["student"])):
        writer.writerow({name: harmless(str(value)) for name, value in row.items() if name is not None})
    return table.getvalue()


def harmless(value: str) -> str:
    """Give text that a spreadsheet does not take for a formula; numbers stay numbers."""
    risky = value.lstrip()[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") or value[:1] in ("\t", "\r", "\n")
    return f"'{value}" if risky and not NUMBER.fullmatch(value) else value
