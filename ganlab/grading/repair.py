"""A notebook as handed in, however damaged, made into one that can be graded: the course's cells, the student's work.

Each cell of the course is looked for by its grade id, then by its cell id, by what it holds, by its place. What
belongs to the course (checks, set-up, points, types) comes from the source, answers from the student; other cells
stay as plain cells. Anything that had to be mended is noted.
"""

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from ganlab.grading.cleaning import clean_attachments
from ganlab.grading.colab import is_install
from ganlab.grading.reading import Ungradable, cells_of, definitions, parse, tree_of
from ganlab.grading.release import release
from ganlab.grading.source import KERNEL, TRAINING

BADGE = re.compile(
    r"\[!\[Open in Colab\]\(https://colab\.research\.google\.com/assets/colab-badge\.svg\)\]\([^()\s]*\)"
)
COMMAND = re.compile(r"[%!?]|^[ \t]*[,;/]", re.MULTILINE)  # each may cost IPython one more pass through the cell
COMMANDS_LIMIT = 1_000_000  # characters times commands of all edited training cells that IPython translates: seconds
PARTS_LIMIT = 200  # of a notebook, that run each in a cell of its own
PARTS = "# What grading runs of the edited training cell below: its imports, functions, classes and constants.\n"


@dataclass
class Repaired:
    """A notebook that can be graded, with what was mended and what looks like tampering."""

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


def repair(content: bytes, source: NotebookNode, released: NotebookNode | None = None) -> Repaired:
    """Mend what was handed in; Ungradable where nothing of the course is in it.

    `source` has solutions and tests, `released` is what was handed out (made here if it is not given).
    """
    notes: list[str] = []
    cells = [cell for cell in cells_of(parse(content), notes) if not _is_for_colab(cell.source)]  # of no use here
    released = release(source) if released is None else released
    places = _locate(cells, source, released, notes)
    if not any(name in places for name in _names(source, solutions_only=True)):
        raise Ungradable("unreadable", "it has no cell of the assignment: answer in the notebook handed out")
    notebook = nbformat.v4.new_notebook(metadata=deepcopy(KERNEL), nbformat_minor=5)
    flags = list(_suspicious(cells, places, source))
    notebook.cells = _merge(cells, places, source, released, notes)
    _number(notebook)
    return Repaired(notebook, list(dict.fromkeys(notes)), flags)


def _is_for_colab(text: str) -> bool:
    return is_install(text) or BADGE.fullmatch(text.strip()) is not None


def _about(cell: NotebookNode) -> dict[str, Any]:
    """Give what nbgrader knows of a cell, {} where that is nothing or nonsense."""
    about = cell.metadata.get("nbgrader")
    return about if isinstance(about, dict) else {}


def _names(source: NotebookNode, *, solutions_only: bool = False) -> list[str]:
    return [
        about["grade_id"]
        for about in map(_about, source.cells)
        if "grade_id" in about and (about["solution"] or not solutions_only)
    ]


def _locate(
    cells: list[NotebookNode], source: NotebookNode, released: NotebookNode, notes: list[str]
) -> dict[str, list[int]]:
    """Find each of the course's named cells: the positions at which the student has it."""
    names = set(_names(source))
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        name = _about(cell).get("grade_id")
        if isinstance(name, str) and name in names:
            places.setdefault(name, []).append(position)
    taken = {position for found in places.values() for position in found}
    for index, (cell, stub) in enumerate(zip(source.cells, released.cells, strict=True)):
        name = _about(cell).get("grade_id")
        if name is None or name in places:
            continue
        for search in (_by_id, _by_content, _by_place):
            found = [k for k in search(cells, stub, released, index) if k not in taken]
            if found:
                places[name] = found if search is not _by_place else found[:1]
                taken |= set(places[name])
                notes.append(f"cell {name} had lost its metadata")
                break
        else:
            notes.append(f"cell {name} was missing")
    return places


def _by_id(cells: list[NotebookNode], stub: NotebookNode, released: NotebookNode, index: int) -> list[int]:
    return [k for k, cell in enumerate(cells) if cell.id == stub.id]


def _by_content(cells: list[NotebookNode], stub: NotebookNode, released: NotebookNode, index: int) -> list[int]:
    same = [k for k, cell in enumerate(cells) if cell.source.strip() == stub.source.strip()]
    wanted = defined(stub.source) if stub.cell_type == "code" and _about(stub).get("solution") else set()
    return same or [k for k, cell in enumerate(cells) if wanted and wanted <= defined(cell.source)]


def _by_place(cells: list[NotebookNode], stub: NotebookNode, released: NotebookNode, index: int) -> list[int]:
    """Give the cell that stands behind the course's cell before this one."""
    if not _about(stub).get("solution"):
        return []
    before = [cell.source.strip() for cell in released.cells[:index] if cell.source.strip()]
    behind = {cell.source.strip() for cell in released.cells[index + 1 :]}
    for text in reversed(before[-2:]):
        for k, cell in enumerate(cells[:-1]):
            follower = cells[k + 1]
            fits = follower.cell_type == stub.cell_type and follower.source.strip() not in behind
            if cell.source.strip() == text and fits and "grade_id" not in _about(follower):
                return [k + 1]
    return []


def defined(text: str) -> set[str]:
    """Give the functions and classes that code defines at its top level."""
    return {node.name for node in tree_of(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def _suspicious(cells: list[NotebookNode], places: dict[str, list[int]], source: NotebookNode) -> Iterator[str]:
    """Say what no accident does to a notebook: more points, cells that claim to be graded."""
    ours = {_about(cell)["grade_id"]: _about(cell) for cell in source.cells if "grade_id" in _about(cell)}
    for position, cell in enumerate(cells):
        about = _about(cell)
        name = about.get("grade_id")
        known = ours.get(name) if isinstance(name, str) else None
        if known is None:
            if about.get("grade") and isinstance(name, str):
                yield f"cell {position + 1} claims to be graded"
        elif about.get("points") is not None and known.get("points") != about.get("points"):
            yield f"the points of {name} were changed"


def _merge(
    cells: list[NotebookNode],
    places: dict[str, list[int]],
    source: NotebookNode,
    released: NotebookNode,
    notes: list[str],
) -> list[NotebookNode]:
    """Put the course's cells in the student's order, those that are missing behind their predecessors."""
    ours = {_about(cell)["grade_id"]: cell for cell in source.cells if "grade_id" in _about(cell)}
    stubs = {cell.metadata.nbgrader.grade_id: cell.source.strip() for cell in released.cells if _about(cell)}
    training = {cell.id for cell in source.cells if TRAINING in cell.metadata.get("tags", [])}
    texts = {_plainly(cell.source) for cell in source.cells if cell.id in training}
    chosen: dict[int, str] = {}
    dropped: set[int] = set()
    for name, positions in places.items():
        # Copies of an answer run in their order, as they did for the student; untouched stubs and copies of checks go.
        work = [k for k in positions if cells[k].source.strip() != stubs[name]] or positions[-1:]
        keep = work[-1] if _about(ours[name])["solution"] else positions[0]
        chosen[keep] = name
        if len(positions) > 1:
            notes.append(f"cell {name} was there {len(positions)} times")
            dropped |= {k for k in positions if k not in (work if _about(ours[name])["solution"] else [keep])}
    merged, running = [], _Parts()
    for position, cell in enumerate(cells):
        if position in chosen:
            merged.append(_ours(ours[chosen[position]], cell, stubs[chosen[position]], notes))
        elif position not in dropped:
            released_text = _plainly(cell.source) in texts
            is_training = TRAINING in _tags(cell) or cell.id in training or released_text
            is_training &= cell.cell_type == "code" and not _about(cell)
            if is_training and not released_text and (parts := running.cells(cell.source)):
                notes.append("an edited training cell ran in part")
                merged += parts
            merged.append(_plain(cell, training=is_training))
    return _in_order(merged, source, notes)


def _plainly(text: str) -> str:
    """Give code without blank lines and blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())


@dataclass
class _Parts:
    """What runs of a notebook's edited training cells, and how much more of them may."""

    room: int = PARTS_LIMIT
    work: int = COMMANDS_LIMIT

    def cells(self, text: str) -> list[NotebookNode]:
        """Give a cell for each part, so that one that fails costs no other; parts beyond the limit share the last."""
        self.work -= len(text) * (1 + len(COMMAND.findall(text)))
        parts = definitions(text, translate=self.work >= 0)
        alone, rest = parts[: self.room], parts[self.room :]
        self.room -= len(alone)
        texts = [*alone, *(["\n".join(rest)] if rest else [])]
        return [nbformat.v4.new_code_cell(part if k else PARTS + part) for k, part in enumerate(texts)]


def _tags(cell: NotebookNode) -> list[Any]:
    tags = cell.metadata.get("tags")
    return tags if isinstance(tags, list) else []


def _ours(our: NotebookNode, theirs: NotebookNode, stub: str, notes: list[str]) -> NotebookNode:
    """Give a cell of the course: its type, metadata and, unless it is an answer, its text."""
    name = our.metadata.nbgrader.grade_id
    cell = deepcopy(our)
    if our.metadata.nbgrader.solution:
        cell.source = theirs.source
    elif theirs.source.strip() not in (stub, our.source.strip()):
        notes.append(f"cell {name} had been edited")
    if our.cell_type != theirs.cell_type:
        notes.append(f"cell {name} had become {theirs.cell_type}")
    return _with_pictures(cell, theirs) if our.metadata.nbgrader.solution else cell


def _plain(cell: NotebookNode, *, training: bool) -> NotebookNode:
    makers = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    new = makers.get(cell.cell_type, nbformat.v4.new_raw_cell)(cell.source)
    if training:
        new.metadata["tags"] = [TRAINING]
        new.outputs = [output for output in cell.outputs if isinstance(output, dict)]
        new.execution_count = cell["count"]
    return _with_pictures(new, cell)


def _with_pictures(new: NotebookNode, theirs: NotebookNode) -> NotebookNode:
    """Give a cell of text the pictures that the student pasted into it."""
    if new.cell_type == "markdown" and (pictures := clean_attachments(theirs.attachments)):
        new["attachments"] = pictures
    return new


def _in_order(merged: list[NotebookNode], source: NotebookNode, notes: list[str]) -> list[NotebookNode]:
    """Insert missing cells; put set-up cells before all code, checks behind the answers they check."""
    previous = None
    for our in source.cells:
        name = _about(our).get("grade_id")
        if name is None:
            continue
        at = _index(merged, name)
        if at is None:
            cell = deepcopy(our)
            if our.metadata.nbgrader.solution:
                cell.source = ""
            at = 0 if previous is None else (_index(merged, previous) or 0) + 1
            merged.insert(at, cell)
        answer = _index(merged, name.removeprefix("check_")) if name.startswith("check_") else None
        if answer is not None and at < answer:
            merged.insert(answer, merged.pop(at))
            notes.append(f"cell {name} stood before the answer")
        previous = name
    setups = [cell for cell in merged if _is_setup(cell)]
    first = next((k for k, cell in enumerate(merged) if cell.cell_type == "code" and not _is_setup(cell)), len(merged))
    if all(any(cell is setup for cell in merged[:first]) for setup in setups):
        return merged
    return setups + [cell for cell in merged if not _is_setup(cell)]


def _is_setup(cell: NotebookNode) -> bool:
    return bool(_about(cell).get("locked")) and not _about(cell).get("grade")


def _index(cells: list[NotebookNode], name: str) -> int | None:
    return next((k for k, cell in enumerate(cells) if _about(cell).get("grade_id") == name), None)


def _number(notebook: NotebookNode) -> None:
    """Give every cell an id of its own."""
    for position, cell in enumerate(notebook.cells):
        cell["id"] = _about(cell).get("grade_id") or f"cell-{position:03d}"
