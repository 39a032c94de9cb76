"""The points of each exercise, read from the sources: the table in the instructors' guide."""

from collections.abc import Iterable
from pathlib import Path

from ganlab.grading.chapters import Chapter
from ganlab.grading.errors import CourseError
from ganlab.grading.source import read_source
from ganlab.writing import write

BEGIN, END = "<!-- points: `ganlab points --write` -->\n", "<!-- end of points -->\n"


def points_table(chapters: Iterable[Chapter]) -> str:
    """A row a chapter: what is graded automatically, what by hand, the sum, and the way to the rubrics."""
    rows = ["| Chapter | Automatic | By hand | Sum |", "|---|---|---|---|"]
    for chapter in chapters:
        checks, questions = points(chapter)
        solved = chapter.solved.relative_to(chapter.course).as_posix()
        rows.append(
            f"| [`{chapter.name}`]({solved}) | {_listed(checks)} | {_listed(questions)} "
            f"| {sum(checks.values()) + sum(questions.values()):g} |"
        )
    return "\n".join(rows) + "\n"


def points(chapter: Chapter) -> tuple[dict[str, float], dict[str, float]]:
    """The points of the exercises that are checked, and of the questions that a person marks, by name."""
    checks: dict[str, float] = {}
    questions: dict[str, float] = {}
    for cell in read_source(chapter.source).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade"):
            (questions if about["solution"] else checks)[about["grade_id"].removeprefix("check_")] = about["points"]
    return checks, questions


def put_table(guide: Path, table: str) -> None:
    """Put the table between its marks in the guide; CourseError where there are none."""
    text = guide.read_text(encoding="utf-8") if guide.is_file() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise CourseError(f"{guide} has no lines {BEGIN.strip()} and {END.strip()} to put the table between.")
    write(guide, before + begin + table + end + after)


def _listed(found: dict[str, float]) -> str:
    each = ", ".join(f"{name} {value:g}" for name, value in found.items())
    return f"{sum(found.values()):g}: {each}" if found else "0"
