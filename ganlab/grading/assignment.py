"""What grading needs of a chapter: its source, what was handed out, data, and which checks to run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import nbformat
from nbformat.notebooknode import NotebookNode

from ganlab.grading.chapters import Chapter
from ganlab.grading.errors import WrongOption
from ganlab.grading.journal import digest
from ganlab.grading.release import release
from ganlab.grading.source import read_source
from ganlab.grading.worker import fingerprint


@dataclass(frozen=True)
class Assignment:
    """What grading needs of one chapter."""

    source: NotebookNode
    text: str
    graded: tuple[str, ...]  # grade ids of all cells that give points
    shown: dict[str, str]  # grade id -> the cell as it is handed out
    data: dict[str, bytes]
    data_key: str  # digest of the data
    only: tuple[str, ...]  # grade ids of the checks to run, empty for all
    solution: str  # fingerprint of the course's own answers

    @classmethod
    def of(cls, chapter: Chapter, exercises: Sequence[str]) -> "Assignment":
        """Read a chapter; `exercises` that it does not have are passed over."""
        source = read_source(chapter.source)
        about = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
        ids = tuple(each["grade_id"] for each in about if each.get("grade"))
        only = tuple(f"check_{name}" for name in exercises if f"check_{name}" in ids)
        handed_out = {cell.id: cell.source for cell in release(source).cells if "nbgrader" in cell.metadata}
        shown = {name: text for name, text in handed_out.items() if name in ids and name.startswith("check_")}
        data = {path.as_posix(): (chapter.folder / path).read_bytes() for path in chapter.data_files()}
        data_key = digest({name: digest(content) for name, content in data.items()})
        return cls(source, nbformat.writes(source), ids, shown, data, data_key, only, fingerprint(source))


def read_assignments(
    chapters: Mapping[str, Chapter], names: Collection[str], exercises: Sequence[str]
) -> dict[str, Assignment]:
    """Read the chapters of these names; with `exercises`, those that have one of them.

    Raises:
        WrongOption: an exercise is in none of them.

    """
    every = {name: Assignment.of(chapters[name], exercises) for name in names}
    for exercise in exercises:
        if not any(f"check_{exercise}" in each.only for each in every.values()):
            checks = [name for each in every.values() for name in each.graded if name.startswith("check_")]
            known = ", ".join(name.removeprefix("check_") for name in dict.fromkeys(checks))
            lacking = f"None of {', '.join(every)} has an" if len(every) > 1 else f"{''.join(every)} has no"
            raise WrongOption(f"{lacking} exercise {exercise}: choose among {known}.")
    return {name: each for name, each in every.items() if each.only or not exercises}
