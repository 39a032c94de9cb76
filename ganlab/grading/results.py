"""What a batch leaves in its output folder: graded notebooks, pages, the table of grades, the report on the class."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import nbformat

from ganlab.grading.assignment import Assignment
from ganlab.grading.gradebook import Book
from ganlab.grading.journal import Finished
from ganlab.grading.pages import feedback_page
from ganlab.grading.report import class_report
from ganlab.grading.scores import Outcome, grades_csv
from ganlab.writing import write

Who = tuple[str, str]  # student, assignment


def autograded(output: Path, student: str, assignment: str) -> Path:
    """Give the place of a graded notebook."""
    return output / "autograded" / student / assignment / f"{assignment}.ipynb"


def publish(output: Path, outcome: Outcome, notebook: str, comments: dict[str, str], assignment: Assignment) -> None:
    """Write the graded notebook and the page, each whole or not at all; an older notebook never stays."""
    target = autograded(output, outcome.student, outcome.assignment)
    shutil.rmtree(target.parent, ignore_errors=True)
    if notebook:
        write(target, notebook)
        for name, content in assignment.data.items():
            (target.parent / name).parent.mkdir(parents=True, exist_ok=True)
            (target.parent / name).write_bytes(content)
    write_page(output, outcome, notebook, comments, assignment)


def write_page(output: Path, outcome: Outcome, notebook: str, comments: dict[str, str], assignment: Assignment) -> None:
    """Write the page of feedback."""
    graded = nbformat.reads(notebook, as_version=4) if notebook else None
    folder = output / "feedback" / outcome.student / outcome.assignment
    write(folder / f"{outcome.assignment}.html", feedback_page(outcome, graded, comments, assignment.shown))


def write_tables(
    output: Path,
    outcomes: list[Outcome],
    left: list[Outcome] | None,
    known: Mapping[Who, Finished],
    book: Book,
    assignments: Mapping[str, Assignment],
) -> None:
    """Write grades.csv and the report on the class: this run's submissions and those `known` from earlier runs.

    What is `left` of a whole folder's earlier work is marked; None where only a part of it was graded.
    """
    order = [name for each in assignments.values() for name in each.graded]
    table = output / "grades.csv"
    write(table, grades_csv([*outcomes, *(left or ())], order, table, whole=left is not None))
    now = {(each.student, each.assignment) for each in outcomes}
    earlier = {who: each for who, each in known.items() if who not in now and book.holds(*who)}
    others = [replace(each.outcome, scores=book.scores(*who)) for who, each in earlier.items()]
    solutions = {assignment: each.solution for (_, assignment), each in earlier.items() if each.solution}
    solutions |= {name: each.solution for name, each in assignments.items()}
    write(output / "report.html", class_report([*outcomes, *others], solutions))
