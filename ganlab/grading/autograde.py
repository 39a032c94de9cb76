"""One submission through nbgrader's autograde and feedback, on a desk of its own.

The desk is a temporary tree in nbgrader's layout; results leave it when they are whole.
"""

import shutil
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ganlab.grading.chapters import Chapter
from ganlab.grading.preprocessors import STATUS
from ganlab.grading.settings import configure
from ganlab.grading.submissions import Submission, Ungradable

NOTICE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{assignment}</title></head>
<body><h1>{assignment}</h1><p>Not graded ({status}): {reason}.</p></body></html>
"""


@dataclass(frozen=True)
class Desk:
    """Where a batch is graded (`root`, temporary) and where its results go (`output`)."""

    root: Path
    output: Path

    @property
    def db_url(self) -> str:
        """The gradebook, nbgrader's own."""
        return f"sqlite:///{(self.output / 'gradebook.db').resolve()}"

    def tool(self, kind: type[Any], submission: Submission) -> Any:
        """An nbgrader converter bound to this desk and one submission."""
        config = Config()
        configure(config)
        course = CourseDirectory(config=config, root=str(self.root), db_url=self.db_url)
        course.student_id, course.assignment_id = submission.student, submission.assignment
        return kind(coursedir=course, config=config)

    def place(self, step: str, submission: Submission) -> Path:
        """The folder of a submission at a step: submitted, autograded or feedback."""
        return self.root / step / submission.student / submission.assignment

    def supply(self, chapter: Chapter) -> None:
        """Lay out the data files that the chapter's notebooks read."""
        for data in chapter.data_files():
            target = self.root / "solutions" / chapter.name / data
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(chapter.folder / data, target)

    def hand_in(self, submission: Submission, notebook: NotebookNode) -> None:
        """Put the submitted notebook on the desk, alone: other files could pose as modules."""
        folder = self.place("submitted", submission)
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / submission.notebook.name)
        stamp = submission.folder / "timestamp.txt"
        if stamp.is_file():
            shutil.copyfile(stamp, folder / stamp.name)

    def publish(self, submission: Submission) -> None:
        """Move what the steps made to the output, in place of what was there; clear the rest."""
        for step in ("autograded", "feedback"):
            made = self.place(step, submission)
            target = self.output / step / submission.student / submission.assignment
            shutil.rmtree(target, ignore_errors=True)
            if made.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(made, target)
        shutil.rmtree(self.place("submitted", submission), ignore_errors=True)


class _OneNotebook:
    """Takes the submission's notebook by its path: the stock search reads a student's name as a pattern."""

    def init_notebooks(self: Any) -> None:
        folder = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        self.assignments = {folder: [f"{folder}/{self.coursedir.assignment_id}.ipynb"]}


class _Feedback(_OneNotebook, GenerateFeedback):
    """The stock feedback, of one notebook."""


class _Autograde(_OneNotebook, Autograde):
    """Autograde that says why it failed; the stock one only logs it."""

    failure: Exception | None = None

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self.failure = error
            raise


def autograde(desk: Desk, submission: Submission) -> tuple[str, str]:
    """Run and score the notebook handed in; return status and reason, or raise Ungradable."""
    tool = desk.tool(_Autograde, submission)
    try:
        tool.start()
    except Exception as error:
        cause = tool.failure or error
        said = (str(cause).strip() or "no message").split("\n")[0][:200]
        raise Ungradable("failed", f"{type(cause).__name__}: {said}") from cause
    notebook = nbformat.read(desk.place("autograded", submission) / submission.notebook.name, as_version=4)
    said = notebook.metadata.get(STATUS, {"status": "graded", "reason": ""})
    return said["status"], said["reason"]


def write_feedback(desk: Desk, submission: Submission) -> None:
    """The page a student sees: scores, the student's cells, the checks' messages, no hidden test."""
    desk.tool(_Feedback, submission).start()


def write_notice(desk: Desk, submission: Submission, error: Ungradable) -> None:
    """The page of a submission that could not be graded, instead of an older page."""
    folder = desk.place("feedback", submission)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    said = {"assignment": submission.assignment, "status": error.status, "reason": str(error)}
    page = NOTICE.format(**{key: escape(text) for key, text in said.items()})
    (folder / f"{submission.assignment}.html").write_text(page, encoding="utf-8")
