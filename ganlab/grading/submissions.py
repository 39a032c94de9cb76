"""What was handed in: nbgrader's tree, submitted/<student>/<assignment>/<assignment>.ipynb."""

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from ganlab.grading.errors import CourseError


@dataclass(frozen=True, order=True)
class Submission:
    """One student's folder for one assignment."""

    student: str
    assignment: str
    folder: Path

    @property
    def notebook(self) -> Path:
        """The one notebook that is graded."""
        return self.folder / f"{self.assignment}.ipynb"


class Ungradable(Exception):
    """A submission that cannot be graded: its status and the reason, said to its author."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def find_submissions(submitted: Path, assignments: Collection[str], *, only: bool) -> list[Submission]:
    """All submissions in order; with `only`, those of the given assignments.

    Folders that match no assignment are kept otherwise, to be reported. CourseError where nothing matches.
    """
    expected = f"expected {submitted}/<student>/<assignment>/<assignment>.ipynb"
    if not submitted.is_dir():
        raise CourseError(f"The folder of submissions {submitted} does not exist: {expected}; give its path.")
    found = [
        Submission(student.name, folder.name, folder)
        for student in sorted(_folders(submitted))
        for folder in sorted(_folders(student))
    ]
    if not found:
        raise CourseError(f"The folder {submitted} holds no submissions: {expected}; put them there.")
    matching = [submission for submission in found if submission.assignment in assignments]
    if not matching:
        raise CourseError(
            f"No submission in {submitted} is of {' or '.join(assignments)}: {expected}; "
            "name the folders after the assignment."
        )
    return matching if only else found


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]


def read_submission(submission: Submission, cells: Collection[str]) -> NotebookNode:
    """The submitted notebook, or Ungradable where it is missing, not a notebook, or not of this assignment.

    `cells` are the assignment's grade ids.
    """
    if not submission.notebook.is_file():
        others = ", ".join(path.name for path in sorted(submission.folder.glob("*.ipynb"))) or "no notebook"
        expected = submission.notebook.name
        raise Ungradable("missing", f"expected {expected}, found {others}: hand in under that name")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # notebooks without cell ids are given some
            notebook = nbformat.read(submission.notebook, as_version=4)
            nbformat.validate(notebook)
    except Exception as error:  # whatever the file holds
        problem = str(error).strip().split("\n")[0][:120]
        what = f"{submission.notebook.name} is not a notebook ({problem})"
        raise Ungradable("unreadable", f"{what}: save it in Jupyter, hand in again") from error
    if not any(cell.metadata.get("nbgrader", {}).get("grade_id") in cells for cell in notebook.cells):
        what = f"{submission.notebook.name} has no cell of the assignment"
        raise Ungradable("unreadable", f"{what}: answer in the notebook handed out")
    return notebook
