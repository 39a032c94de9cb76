"""A file as handed in, read with care into cells of one shape, whatever version and damage they come in.

Of a cell's code, which is not run here, it reads what that defines.
"""

import ast
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager
from nbformat.notebooknode import NotebookNode

from ganlab.grading.cleaning import TEXT_LIMIT

SIZE_LIMIT = 50 << 20  # bytes of a notebook
CELLS_LIMIT = 2000
CODE_LIMIT = 200_000  # characters of a cell up to which its code is looked at
ALL_CODE_LIMIT = 2_000_000  # characters of a notebook's code
ALL_TEXT_LIMIT = 1_000_000  # of its answers in words; again of its other cells that are no code
KEPT = ("nbgrader", "tags")  # of a cell's metadata
COUNT_LIMIT = 1_000_000  # of what Jupyter numbers a cell with
COMMAS_LIMIT = 5_000_000  # they bound what JSON becomes in memory

MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
PASTED = re.compile(r"data:image/[a-z+]{1,9};base64,[A-Za-z0-9+/=%]{1000,}")
HEADER = re.compile(r"\A(?:\s*%%.*(?:\n|\Z))+")  # the magic of a whole cell, such as %%time
MARKS = (ast.expr_context, ast.operator, ast.unaryop)
NAMES = (ast.Name, ast.Tuple, *MARKS)
CONSTANT = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp, *MARKS)


class Ungradable(Exception):
    """A submission that cannot be graded: its status and the reason, said to its author."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@contextmanager
def reading() -> Iterator[None]:
    """Say of what fails inside that the submission cannot be read, also where it is damaged as nobody thought of."""
    try:
        yield
    except Ungradable:
        raise
    except Exception as error:
        said = f"it is damaged in an unusual way ({type(error).__name__}): save it in Jupyter, hand in again"
        raise Ungradable("unreadable", said) from error


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
    code, left = 0, {True: ALL_TEXT_LIMIT, False: ALL_TEXT_LIMIT}  # for answers, for what is none
    for cell in _raw_cells(found, notes):
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
        if kind == "code":
            code += len(text)
            if code > ALL_CODE_LIMIT:
                said = f"it holds more than {ALL_CODE_LIMIT:,} characters of code: hand in less"
                raise Ungradable("unreadable", said)
            yield _shaped(cell, kind, text)
            continue
        answer = _is_marked(cell)
        if answer and len(text) > TEXT_LIMIT:  # a pasted picture must not cost the words behind it
            text = PASTED.sub("picture-left-out", text)
        size = min(len(text), TEXT_LIMIT)
        text = text[: TEXT_LIMIT + 1]  # where it is longer, cleaning says so in its place
        if size > left[answer]:
            notes.append(f"it holds more than {ALL_TEXT_LIMIT:,} characters of text: the rest is left out")
            size = left[answer]
            text = text[:size]
        left[answer] -= size
        yield _shaped(cell, kind, text)


def _is_marked(cell: dict[str, Any]) -> bool:
    """Say whether nbgrader knows a cell as an answer, or as one with points."""
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return isinstance(about, dict) and bool(about.get("solution") or about.get("grade"))


def _raw_cells(found: dict[str, Any], notes: list[str]) -> list[Any]:
    """Give what stands where a notebook's cells do; Ungradable where there is nothing, or too much."""
    raw, sheets = found.get("cells"), found.get("worksheets")
    if raw is None and isinstance(sheets, list):  # version 3
        notes.append("it is in an old notebook format")
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        raw = [cell for cells in lists if isinstance(cells, list) for cell in cells]
    if not isinstance(raw, list):
        raise Ungradable("unreadable", "it is not a notebook (no cells): save it in Jupyter, hand in again")
    if len(raw) > CELLS_LIMIT:
        raise Ungradable("unreadable", f"it has more than {CELLS_LIMIT} cells: hand in the notebook of the assignment")
    return raw


def _shaped(cell: dict[str, Any], kind: str, text: str) -> NotebookNode:
    """Give a cell with every field of the type it should have; {}, [] or "" where the student's has another."""
    metadata, outputs, count = cell.get("metadata"), cell.get("outputs"), cell.get("execution_count")
    counts = type(count) is int and 0 <= count < COUNT_LIMIT
    return NotebookNode(
        cell_type=kind,
        source=text.replace("\r\n", "\n"),
        metadata={key: metadata[key] for key in KEPT if key in metadata} if isinstance(metadata, dict) else {},
        id=cell.get("id") if isinstance(cell.get("id"), str) else "",
        outputs=outputs if isinstance(outputs, list) and kind == "code" else [],
        attachments=cell.get("attachments") if kind == "markdown" else None,
        count=count if counts else None,
    )


def tree_of(text: str) -> ast.Module:
    """Give code's tree, an empty one where it is no Python or too long."""
    if len(text) <= CODE_LIMIT:  # its tree takes a thousand times the memory
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.parse(text)
    return ast.Module([], [])


def definitions(text: str, *, translate: bool = True) -> list[str]:
    """Give what code defines at its top level by imports, functions, classes and constants, without what it does."""
    parts = []
    bodies = (tree_of(python).body for python in _as_python(text, translate=translate))
    for node in next(filter(None, bodies), []):
        with suppress(RecursionError):
            parts += [ast.unparse(node)] if _defines(node) else []
    return parts


def _as_python(text: str, *, translate: bool) -> Iterator[str]:
    """Give a cell as it is, then as IPython reads its commands, then without the lines that begin as one."""
    yield text
    text = HEADER.sub("", text)
    if translate and len(text) <= CODE_LIMIT:
        with suppress(Exception):  # its tokenizer raises what it likes
            yield TransformerManager().transform_cell(text)
    yield MAGIC.sub(r"\1pass", text)


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        named = (part for target in targets for part in ast.walk(target))
        return all(isinstance(part, NAMES) for part in named) and all(
            isinstance(part, CONSTANT) for part in ast.walk(node.value)
        )
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return isinstance(node, kinds)
