"""A chapter's hand-edited source, py:percent, read into a notebook that carries nbgrader's metadata.

Cell headers hold short keys, one kind to a cell; a header without a kind is a plain cell:

    # %% exercise="name"                      the answer, ### BEGIN SOLUTION … ### END SOLUTION
    # %% check="name" points=5                its tests, maybe ### BEGIN HIDDEN TESTS … ### END HIDDEN TESTS
    # %% [markdown] question="name" points=4  a person marks <!-- BEGIN SOLUTION --> … <!-- END SOLUTION -->
    # %% training=true                        run in the lab and in solutions/, skipped while grading
    # %% setup=true                           read-only

Any cell may add tags=["…"]. A line is a marker when it contains one: prose hides them in HTML comments.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat.notebooknode import NotebookNode

from ganlab.grading.errors import CourseError

TRAINING = "training"  # the tag of cells that grading skips
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
CELL_TYPES = {
    "exercise": ("code",),
    "check": ("code",),
    "question": ("markdown",),
    "training": ("code",),
    "setup": ("code", "markdown"),
}
NAMED = ("exercise", "check", "question")
REGIONS = {"SOLUTION": ("exercise", "question"), "HIDDEN TESTS": ("check",)}
NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")


@dataclass(frozen=True)
class Cell:
    """One cell of the source: where it stands, what its header says, what it holds."""

    line: int
    cell_type: str
    header: dict[str, Any]
    source: str

    @property
    def kind(self) -> str | None:
        """The one kind named by the header, None for a plain cell."""
        return next((kind for kind in CELL_TYPES if kind in self.header), None)


def read_source(path: Path) -> NotebookNode:
    """The notebook a chapter's .py describes: solutions and hidden tests in place, no outputs.

    Raises CourseError, naming file and line, for a header or a marker that is wrong.
    """
    cells = list(_cells(path))
    taken: dict[str, int] = {}  # grade id -> line
    exercises: set[str] = set()
    setups = 0
    nodes = []
    for position, cell in enumerate(cells, start=1):
        try:
            _check_header(cell)
            _check_regions(cell)
            name = cell.header.get("check")
            if name and name not in exercises:
                raise ValueError(f'check="{name}" tests no exercise: put a cell exercise="{name}" before it')
            setups += cell.kind == "setup"
            grade_id = _grade_id(cell, setups)
            if grade_id in taken:
                raise ValueError(f'"{grade_id}" is already used on line {taken[grade_id]}: choose another name')
        except ValueError as error:
            raise CourseError(f"{path}, line {cell.line}: {error}.") from None
        if grade_id:
            taken[grade_id] = cell.line
        if cell.kind == "exercise":
            exercises.add(cell.header["exercise"])
        nodes.append(_node(cell, grade_id, grade_id or f"cell-{position:03d}"))
    return nbformat.v4.new_notebook(cells=nodes, metadata=KERNEL, nbformat_minor=5)


def _cells(path: Path) -> Iterator[Cell]:
    try:
        text = path.read_text(encoding="utf-8")
        lines = list(_header_lines(text))
        nodes = jupytext.reads(text, fmt="py:percent").cells
    except Exception as error:  # jupytext raises whatever its parsers raise
        problem = str(error).split("\n")[0].rstrip(".")
        raise CourseError(f"{path} cannot be read as a py:percent notebook: {problem}.") from error
    if not nodes:
        raise CourseError(f'{path} has no cells: start one with a line "# %%".')
    if len(lines) != len(nodes):
        raise CourseError(f'{path} has text before its first cell: start the file with a line "# %%".')
    for line, node in zip(lines, nodes, strict=True):
        header = {key: value for key, value in node.metadata.items() if key != "lines_to_next_cell"}
        yield Cell(line, node.cell_type, header, node.source)


def _header_lines(text: str) -> Iterator[int]:
    """Line numbers of the cell headers; the tokeniser tells them from `# %%` inside a string."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and token.start[1] == 0 and token.string.startswith("# %%"):
            yield token.start[0]


def _check_header(cell: Cell) -> None:
    header, kind = cell.header, cell.kind
    unknown = sorted(set(header) - {*CELL_TYPES, "points", "tags"})
    if unknown:
        said = ", ".join(header[key] if key == "incorrectly_encoded_metadata" else key for key in unknown)
        known = ", ".join(CELL_TYPES)
        raise ValueError(f'"{said}" is not understood in a cell header; known are {known}, points and tags')
    if len(header.keys() & CELL_TYPES.keys()) > 1:
        kinds = " and ".join(key for key in CELL_TYPES if key in header)
        raise ValueError(f"a cell has one kind, this one says {kinds}")
    if kind and cell.cell_type not in CELL_TYPES[kind]:
        raise ValueError(f"a {kind} cell must be {CELL_TYPES[kind][0]}, this one is {cell.cell_type}")
    if kind in NAMED and not (isinstance(header[kind], str) and NAME.fullmatch(header[kind])):
        raise ValueError(f'{kind} needs a quoted name of small letters, digits and "_", got {header[kind]!r}')
    if kind in ("training", "setup") and header[kind] is not True:
        raise ValueError(f"{kind} is either left out or {kind}=true, got {header[kind]!r}")
    _check_extras(cell)


def _check_extras(cell: Cell) -> None:
    graded = cell.kind in ("check", "question")
    points = cell.header.get("points")
    if graded and not (isinstance(points, (int, float)) and not isinstance(points, bool) and points > 0):
        raise ValueError(f"a {cell.kind} cell needs points=<a positive number>, got {points!r}")
    if not graded and "points" in cell.header:
        raise ValueError("points belong to check and question cells only")
    tags = cell.header.get("tags", [])
    if not (isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)) or TRAINING in tags:
        raise ValueError(f'tags must be a list of strings, with training=true for "{TRAINING}", got {tags!r}')


def _check_regions(cell: Cell) -> None:
    """Marker lines pair up and stand in a cell of the right kind."""
    for region, kinds in REGIONS.items():
        open_since, found = None, False
        for offset, text in enumerate(cell.source.split("\n"), start=1):
            if f"BEGIN {region}" in text:
                if open_since is not None:
                    raise ValueError(f"BEGIN {region} stands inside another, on line {offset} of the cell")
                open_since, found = offset, True
            elif f"END {region}" in text:
                if open_since is None:
                    raise ValueError(f"END {region} has no BEGIN {region}, on line {offset} of the cell")
                open_since = None
        if open_since is not None:
            raise ValueError(f"BEGIN {region} has no END {region}, on line {open_since} of the cell")
        if found and cell.kind not in kinds:
            raise ValueError(f"{region} markers belong in cells of kind {' or '.join(kinds)}")
        if region == "SOLUTION" and cell.kind in kinds and not found:
            raise ValueError(f"a cell of kind {cell.kind} marks its answer: BEGIN SOLUTION … END SOLUTION")


def _grade_id(cell: Cell, setups: int) -> str | None:
    """The id nbgrader knows the cell by, None where it does not look at the cell."""
    match cell.kind:
        case "exercise" | "question":
            return str(cell.header[cell.kind])
        case "check":
            return f"check_{cell.header['check']}"
        case "setup":
            return "setup" if setups == 1 else f"setup_{setups}"
    return None


def _node(cell: Cell, grade_id: str | None, cell_id: str) -> NotebookNode:
    new = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }[cell.cell_type]
    node = new(cell.source, id=cell_id)
    tags = list(cell.header.get("tags", [])) + [TRAINING] * (cell.kind == "training")
    if tags:
        node.metadata["tags"] = tags
    if grade_id:
        node.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": grade_id,
            "grade": cell.kind in ("check", "question"),
            "solution": cell.kind in ("exercise", "question"),
            "locked": cell.kind in ("check", "setup"),
            "task": False,
        }
        if "points" in cell.header:
            node.metadata.nbgrader["points"] = cell.header["points"]
    return node
