"""What a student wrote, without anything a browser would run: for feedback pages and for formgrader.

Markdown is kept as text: a "<" that would open a tag is followed by an invisible space. Of outputs only text and
bitmaps stay.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

BREAK = "\u200b"  # a zero-width space: "<" and a letter after it is text to Markdown and to HTML
TAG = re.compile(r"<(?=[a-zA-Z/!?])")
ENTITY = re.compile(r"&(?=#|[a-zA-Z])")
DANGER = re.compile(
    r"(?:java|vb|live)script:|data:|\\(?:href|class|cssId|style|unicode|require|data|bbox)\b", re.IGNORECASE
)
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}
TEXT_LIMIT, PICTURE_LIMIT = 200_000, 4_000_000


def clean_cell(cell: NotebookNode) -> None:
    """Take out what a browser could run."""
    if cell.cell_type == "markdown":
        cell.source = clean_markdown(cell.source)
    elif cell.cell_type == "code":
        kept = [clean_output(output) for output in cell.outputs]
        cell.outputs = [output for output in kept if output is not None]
    elif cell.cell_type == "raw":
        cell.metadata.pop("format", None)
        cell.metadata.pop("raw_mimetype", None)
        cell.source = clean_markdown(cell.source)


def clean_markdown(text: str) -> str:
    """Give Markdown without HTML and without links or formulas that run code; it looks the same otherwise."""
    text = TAG.sub("<" + BREAK, text[:TEXT_LIMIT])
    if DANGER.search(_unmasked(text)):
        fence = "~" * (max((len(run) for run in re.findall("~+", text)), default=0) + 3)
        return f"{fence}\n{ENTITY.sub('&' + BREAK, text)}\n{fence}"
    return text


def _unmasked(text: str) -> str:
    """Give the text as a browser may come to read it: entities resolved, blanks and invisible characters gone."""
    for _ in range(3):
        text = html.unescape(text)
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))


def clean_output(output: Mapping[str, Any]) -> NotebookNode | None:
    """Give an output that is only text or a bitmap, None where nothing of it can be shown."""
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return new_output("stream", name=name, text=_text(output.get("text")))
        case "error":
            lines = output.get("traceback")
            texts = [_text(line) for line in lines[:200]] if isinstance(lines, list) else []
            said = {key: _text(output.get(key)) for key in ("ename", "evalue")}
            return new_output("error", **said, traceback=texts)
        case "display_data" | "execute_result" as kind:
            data = output.get("data")
            kept = _clean_data(data) if isinstance(data, Mapping) else {}
            more = {"execution_count": None} if kind == "execute_result" else {}
            return new_output(kind, data=kept, **more) if kept else None
    return None


def _clean_data(data: Mapping[str, Any]) -> dict[str, str]:
    kept = {}
    for kind, signature in PICTURES.items():
        picture = data.get(kind)
        if isinstance(picture, str) and len(picture) < PICTURE_LIMIT:
            try:
                raw = base64.b64decode("".join(picture.split()), validate=True)
            except (binascii.Error, ValueError):
                continue
            if raw.startswith(signature):
                kept[kind] = base64.b64encode(raw).decode()
    if "text/plain" in data:
        kept["text/plain"] = _text(data["text/plain"])
    return kept


def _text(value: object) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value[:TEXT_LIMIT] if isinstance(value, str) else ""
