"""The student's notebook: nbgrader's own steps, so that stock tools agree byte for byte."""

from copy import deepcopy
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
    SaveCells,
)

# The order of nbgrader's generate_assignment.
# The gradebook learns the cells in between, hidden tests in place.
UNSOLVE = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums)
HIDE = (ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)


def release(notebook: NotebookNode) -> NotebookNode:
    """The notebook without solutions, hidden tests and outputs; the argument is left as it was."""
    return _apply((*UNSOLVE, *HIDE), notebook, {})


def register(notebook: NotebookNode, assignment: str, db_url: str) -> None:
    """Tell the gradebook the cells of an assignment's one notebook, which bears the assignment's name."""
    names = {"notebook": assignment, "assignment": assignment, "db_url": db_url}
    _apply((*UNSOLVE, SaveCells), notebook, {"nbgrader": names})


def _apply(
    steps: tuple[type[NbGraderPreprocessor], ...], notebook: NotebookNode, resources: dict[str, Any]
) -> NotebookNode:
    notebook = deepcopy(notebook)
    for step in steps:
        notebook, resources = step().preprocess(notebook, resources)
    return notebook
