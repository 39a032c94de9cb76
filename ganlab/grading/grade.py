"""A batch of submissions, graded one after the other: each ends with a status, none disturbs another.

Order of a submission: reset the scores, read, hand in, autograde, feedback, publish, read the scores.
"""

import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.warnings import MissingIDFieldWarning
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from ganlab.grading.autograde import Desk, autograde, write_feedback, write_notice
from ganlab.grading.chapters import Chapter, find_chapters
from ganlab.grading.errors import CourseError
from ganlab.grading.release import register
from ganlab.grading.scores import Outcome, grades_csv, read_scores, reset_scores
from ganlab.grading.source import read_source
from ganlab.grading.submissions import Submission, Ungradable, find_submissions, read_submission

log = logging.getLogger(__name__)


def grade_batch(
    submitted: Path,
    *,
    course: Path,
    output: Path,
    assignment: str | None = None,
    report: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Grade submitted/<student>/<assignment>/ against the course's sources.

    Leaves gradebook.db, grades.csv, autograded/ and feedback/ in `output`; `report` hears of each outcome.
    Raises CourseError before anything is written.
    """
    wanted = [assignment] if assignment else []
    chapters = {chapter.name: chapter for chapter in find_chapters(course, wanted)}
    submissions = find_submissions(submitted, chapters, only=assignment is not None)
    handed_in = {submission.assignment for submission in submissions}
    sources = {name: read_source(chapters[name].source) for name in chapters if name in handed_in}
    output.mkdir(parents=True, exist_ok=True)
    if shutil.which("alembic") is None:  # nbgrader calls it by name, also where the environment is not activated
        os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
    outcomes = []
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="ganlab-grade-") as root:
        for category in (SAWarning, MissingIDFieldWarning):  # nbgrader's own doing, none of the reader's
            warnings.simplefilter("ignore", category)
        desk = Desk(Path(root).resolve(), output)
        for name, source in sources.items():
            _register(desk, chapters[name], source)
        for submission in submissions:
            outcomes.append(_grade(desk, submission, sources.get(submission.assignment)))
            report(outcomes[-1])
    columns = [name for source in sources.values() for name in _grade_ids(source, graded=True)]
    table = output / "grades.csv"
    text = grades_csv(outcomes, columns, old=table)
    temporary = table.with_name(".grades.csv.part")
    temporary.write_text(text, encoding="utf-8", newline="")
    temporary.replace(table)
    return outcomes


def _register(desk: Desk, chapter: Chapter, source: NotebookNode) -> None:
    desk.supply(chapter)
    with Gradebook(desk.db_url) as gradebook:
        gradebook.update_or_create_assignment(chapter.name)
    try:
        register(source, chapter.name, desk.db_url)
    except RuntimeError as error:  # nbgrader refuses to add or remove cells under existing grades
        raise CourseError(
            f"{desk.output / 'gradebook.db'} has grades of an older {chapter.name} with other cells: "
            "grade into another folder with --output, or move the old gradebook away."
        ) from error


def _grade(desk: Desk, submission: Submission, source: NotebookNode | None) -> Outcome:
    if source is None:
        return Outcome(submission, "unknown", f'the course has no assignment "{submission.assignment}"')
    reset_scores(submission, desk.db_url)
    try:
        notebook = read_submission(submission, _grade_ids(source))
        desk.hand_in(submission, notebook)
        status, reason = autograde(desk, submission)
        write_feedback(desk, submission)
    except Exception as error:
        log.debug("%s, %s", submission.student, submission.assignment, exc_info=True)
        why = error if isinstance(error, Ungradable) else Ungradable("failed", repr(error))
        status, reason = why.status, str(why)
        reset_scores(submission, desk.db_url)  # it may have failed half scored
        write_notice(desk, submission, why)
    desk.publish(submission)
    return Outcome(submission, status, reason, read_scores(submission, desk.db_url))


def _grade_ids(source: NotebookNode, *, graded: bool = False) -> list[str]:
    """The ids of the cells nbgrader knows, or of those that bear points, in order."""
    known = [cell.metadata.nbgrader for cell in source.cells if "nbgrader" in cell.metadata]
    return [cell.grade_id for cell in known if cell.grade or not graded]
