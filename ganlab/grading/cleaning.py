"""What a student wrote, without anything a browser would run: for feedback pages and for formgrader.

What Markdown comes to decides, not how it is written: it is rendered as formgrader does it, and where anything but the
tags, attributes and addresses listed here comes out, or a formula holds a command that is more than a sign, the text
is shown as it was typed. A "<" that would open a tag is followed by an invisible space. Of outputs and attachments
only text and bitmaps stay.
"""

import base64
import binascii
import functools
import re
import time
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from html import unescape
from typing import Any

from nbconvert.filters import strip_files_prefix
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

BREAK = "\u200b"  # a zero-width space: "<" and a letter after it is text to Markdown and to HTML
TAG = re.compile(r"<(?=[a-zA-Z/!?])")
ENTITY = re.compile(r"&(?=#|[a-zA-Z])")
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}
TEXT_LIMIT, PICTURE_LIMIT = 200_000, 4_000_000
SET_LIMIT, ALL_SET_LIMIT, SET_SECONDS = 8000, 200_000, 10.0  # what is rendered: of a cell, of a notebook; its time
HARMFUL = "it holds a link, a picture or a formula's command that is not let through"
LONG = "it is too long to be set"

# What nbconvert makes of Markdown without HTML: tags, their attributes, and what those may be.
WORDS = re.compile(".*", re.DOTALL)
LINK = re.compile(r"(?:https?|mailto):.*|[^:]*|[^:]*[/?#].*", re.IGNORECASE | re.DOTALL)  # of the web, or relative
BITMAP = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
ALIGNED = {"style": re.compile("text-align:(?:left|center|right)")}
TAGS: dict[str, dict[str, re.Pattern[str]]] = {
    **{tag: {} for tag in ("p", "br", "hr", "em", "strong", "del", "blockquote", "ul", "dl", "dt", "dd", "pre")},
    **{tag: {} for tag in ("table", "thead", "tbody", "tr")},
    **{f"h{level}": {"id": WORDS} for level in range(1, 7)},
    **{tag: ALIGNED for tag in ("th", "td")},
    "a": {"href": LINK, "title": WORDS, "class": re.compile("anchor-link")},
    "img": {"src": BITMAP, "alt": WORDS, "title": WORDS},
    "ol": {"start": re.compile(r"\d+")},
    "li": {"class": re.compile("task-list-item")},
    "input": {
        "class": re.compile("task-list-item-checkbox"),
        "type": re.compile("checkbox"),
        "disabled": re.compile(""),
        "checked": re.compile(""),
    },
    "code": {"class": re.compile(r"language-[\w+-]*")},
    "div": {"class": re.compile("highlight")},
    "span": {"class": re.compile(r"\w*")},
}
ELEMENT = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s[a-z-]+(?:="[^"<>]*")?)*)\s*/?>')
ATTRIBUTE = re.compile(r'\s([a-z-]+)(?:="([^"]*)")?')
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)  # MathJax leaves it alone
# No formula goes on beyond one of these: MathJax ends it at any tag but <br> and <wbr>.
BLOCK = re.compile(r"</?(?:p|h[1-6]|[uod]l|li|d[td]|blockquote|hr|table|thead|tbody|t[rhd])(?![a-z0-9])[^<>]*>")
# What may begin and end a formula, for MathJax 2 (formgrader) and 3 (the pages); \ref{…} is set outside of formulas.
OPENS = re.compile(r"\$|\\[(\[]|\\begin|\\(?:eq)?ref")
CLOSES = re.compile(r"\$|\\[)\]]|\\end|\}")
# Links, attributes, files, other libraries, and new names for all of these.
COMMAND = re.compile(
    r"\\(?:href|url|class|cssId|style|unicode|require|data|bbox|html\w*|mmlToken|includegraphics|tooltip|texttip|mathtip"
    r"|toggle|csname|catcode|[egx]?def|let|futurelet|(?:re)?new(?:command|environment)|providecommand"
    r"|DeclareMathOperator|Newextarrow)(?![a-z])",
    re.IGNORECASE,
)
FENCE = re.compile(
    r"^(?P<before>(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(?:`{3,}|~{3,})[ \t]*)(?P<language>[^\s`]+)", re.MULTILINE
)
# Pygments has hundreds more, each with patterns of its own that a text may be slow to match.
LANGUAGES = {"python", "python3", "py", "ipython", "ipython3", "text", "bash", "sh", "console", "json"}


def clean_cells(cells: Iterable[NotebookNode]) -> None:
    """Take out what a browser could run; what is long, or comes after much that is, stays as it was typed."""
    left, ends = ALL_SET_LIMIT, time.monotonic() + SET_SECONDS
    for cell in cells:
        if cell.cell_type == "code":
            kept = [clean_output(output) for output in cell.outputs]
            cell.outputs = [output for output in kept if output is not None]
        elif cell.cell_type == "raw":
            cell.metadata.pop("format", None)
            cell.metadata.pop("raw_mimetype", None)
            # Nothing keeps a formula from being set in it.
            cell.source = TAG.sub("<" + BREAK, _cut(cell.source)).replace("\\", "\\" + BREAK)
        else:
            fits = len(cell.source) <= min(SET_LIMIT, left) and time.monotonic() < ends
            left -= len(cell.source) if fits else 0
            attachments = cell.get("attachments")
            cell.source = clean_markdown(cell.source, attachments) if fits else _as_typed(cell.source, LONG)


def clean_markdown(text: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Give Markdown without HTML, and as it was typed where it comes to more than text, links and bitmaps."""
    safe = TAG.sub("<" + BREAK, text)
    for shown in (safe, FENCE.sub(_uncoloured, safe)):
        if rendered(shown, attachments) is not None:
            return shown
    return _as_typed(text, HARMFUL)


def _uncoloured(fence: re.Match[str]) -> str:
    """Give the line that opens a block of code, as plain text where its language is not coloured."""
    return fence["before"] + "text" if _is_refused(fence["language"]) else fence[0]


def _is_refused(language: str) -> bool:
    """Say whether nbconvert would colour, or draw, a block of code in a language that is not listed."""
    if language.lower() in LANGUAGES:
        return False
    with suppress(ClassNotFound):
        find_lexer_class_by_name(language)
        return True
    return language.startswith("mermaid")


def rendered(text: str, attachments: Mapping[str, Any] | None = None) -> str | None:
    """Give what nbconvert makes of Markdown, None where a browser might run something of it or ask others for it."""
    return _rendered(text, attachments) if attachments else _rendered_before(text)


@functools.lru_cache(maxsize=512)  # the course's own cells come with each submission
def _rendered_before(text: str) -> str | None:
    return _rendered(text, {})


def _rendered(text: str, attachments: Mapping[str, Any]) -> str | None:
    try:
        page = MarkdownWithMath(renderer=_Renderer(escape=False, attachments=dict(attachments))).render(text)
    except Exception:  # an attachment that is not there, a language that is not coloured, a slip of the renderer
        return None
    # formgrader takes "files/" from the front of addresses, which may leave another.
    return page if _is_harmless(page) and _is_harmless(strip_files_prefix(page)) else None


class _Renderer(IPythonRenderer):
    def block_code(self, code: str, info: str | None = None) -> str:
        """Refuse languages that would be coloured and are not listed."""
        language = [*(info or "").split(), "text"][0]
        if _is_refused(language):
            raise ValueError(f"{language} is not coloured")
        return str(super().block_code(code, info))


def _is_harmless(page: str) -> bool:
    elements = list(ELEMENT.finditer(page))
    if len(elements) != page.count("<"):
        return False
    for element in elements:
        allowed = TAGS.get(element[2])
        if allowed is None:
            return False
        for name, value in ATTRIBUTE.findall(element[3]):
            if name not in allowed or not allowed[name].fullmatch(_unmasked(value)):
                return False
    blocks = BLOCK.split(CODE.sub("\n", page))
    return not any(_commands(unescape(ELEMENT.sub("", block))) for block in blocks)


def _commands(text: str) -> bool:
    """Say whether a command stands where a formula may: behind what opens one and before what closes one."""
    opens, closes = OPENS.search(text), [closing.start() for closing in CLOSES.finditer(text)]
    if opens is None or not closes:
        return False
    return any(found.start() < closes[-1] for found in COMMAND.finditer(text, opens.start()))


def _unmasked(text: str) -> str:
    """Give the text as a browser may come to read it: entities resolved, blanks and invisible characters gone."""
    for _ in range(3):
        text = unescape(text)
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))


def _as_typed(text: str, why: str) -> str:
    """Give Markdown that shows a text as it was typed, with a word about it."""
    text = ENTITY.sub("&" + BREAK, TAG.sub("<" + BREAK, _cut(text)))
    fence = "~" * (max((len(run) for run in re.findall("~+", text)), default=0) + 3)
    return f"*Shown as it was typed: {why}.*\n\n{fence}\n{text}\n{fence}"


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + " … the rest is left out."


def clean_attachments(attachments: object) -> dict[str, dict[str, str]]:
    """Give those of a cell's attachments, in any shape, that are bitmaps."""
    named = attachments.items() if isinstance(attachments, Mapping) else ()
    kept = {name: _bitmaps(data) for name, data in named if isinstance(data, Mapping)}
    return {name: data for name, data in kept.items() if data}


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
    return _bitmaps(data) | ({"text/plain": _text(data["text/plain"])} if "text/plain" in data else {})


def _bitmaps(data: Mapping[str, Any]) -> dict[str, str]:
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
    return kept


def _text(value: object) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value[:TEXT_LIMIT] if isinstance(value, str) else ""
