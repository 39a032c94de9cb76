"""A file as handed in, read with care into cells of one shape, whatever version and damage they come in."""

import json
from collections.abc import Iterator
from typing import Any

from nbformat.notebooknode import NotebookNode

SIZE_LIMIT = 50 << 20  # bytes of a notebook
CELLS_LIMIT = 2000
CODE_LIMIT = 200_000  # characters of a cell up to which its code is looked at
ALL_CODE_LIMIT = 2_000_000  # characters
COMMAS_LIMIT = 5_000_000  # they bound what JSON becomes in memory


class Ungradable(Exception):
    """A submission that cannot be graded: its status and the reason, said to its author."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def parse(content: bytes) -> dict[str, Any]:
    """Read a notebook's JSON; Ungradable, with the reason, where it is none or too much."""
    if len(content) > SIZE_LIMIT:
        raise Ungradable("unreadable", f"it is larger than {SIZE_LIMIT >> 20} MB: clear the outputs, hand in again")
    if content.count(b",") > COMMAS_LIMIT:
        raise Ungradable("unreadable", "its outputs hold millions of numbers: clear the outputs, hand in again")
    try:
        codec = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        found = json.loads(content.decode(codec))
        if not isinstance(found, dict):
            raise ValueError("not a JSON object")
    except (ValueError, RecursionError) as error:
        problem = str(error).split("\n")[0][:100]
        raise Ungradable(
            "unreadable", f"it is not a notebook ({problem}): save it in Jupyter, hand in again"
        ) from error
    return found


def cells_of(found: dict[str, Any], notes: list[str]) -> Iterator[NotebookNode]:
    """Give the cells in one shape, whatever version and damage they come in; dropped ones are noted."""
    raw = found.get("cells")
    if raw is None and isinstance(found.get("worksheets"), list):  # version 3
        notes.append("it is in an old notebook format")
        raw = [cell for sheet in found["worksheets"] if isinstance(sheet, dict) for cell in sheet.get("cells", [])]
    if not isinstance(raw, list):
        raise Ungradable("unreadable", "it is not a notebook (no cells): save it in Jupyter, hand in again")
    if len(raw) > CELLS_LIMIT:
        raise Ungradable("unreadable", f"it has more than {CELLS_LIMIT} cells: hand in the notebook of the assignment")
    code = 0
    for cell in raw:
        if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw", "heading"):
            notes.append("a cell that was none is left out")
            continue
        text = cell.get("source", cell.get("input", ""))
        if isinstance(text, list):
            text = "".join(part for part in text if isinstance(part, str))
        if not isinstance(text, str):
            notes.append("a cell without text is left out")
            continue
        kind = cell["cell_type"] if cell["cell_type"] != "heading" else "markdown"
        code += len(text) if kind == "code" else 0
        if code > ALL_CODE_LIMIT:
            raise Ungradable("unreadable", f"it holds more than {ALL_CODE_LIMIT:,} characters of code: hand in less")
        metadata = cell.get("metadata")
        outputs = cell.get("outputs") if kind == "code" else None
        yield NotebookNode(
            cell_type=kind,
            source=text.replace("\r\n", "\n"),
            metadata=metadata if isinstance(metadata, dict) else {},
            id=cell.get("id") if isinstance(cell.get("id"), str) else "",
            outputs=outputs if isinstance(outputs, list) else [],
            count=cell.get("execution_count"),
        )
