"""The page a student sees: score, a message for each exercise, the student's own cells and figures, no hidden test.

Written without a template engine and without nbconvert's page: nothing on it can run but the formula renderer, which
the page's own policy admits by a number that the student's text cannot know. However long a notebook is, its page
takes seconds: what is beyond a limit is shown plain, or left out.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from html import escape

from nbconvert.filters import ansi2html
from nbformat.notebooknode import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ganlab.grading.cleaning import SET_LIMIT, clean_output, rendered
from ganlab.grading.scores import Outcome

MATHJAX = "https://cdn.jsdelivr.net/npm/mathjax@3.2.2/es5/tex-chtml.js"
FORMATTER = HtmlFormatter(nowrap=False, cssclass="code")
CODE_LIMIT, PAGE_LIMIT = 20_000, 300_000  # characters coloured of a cell, shown on a page
CAPTION = re.compile(r"\*Figure: ([^*]+)\*")  # how the chapters write one
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b }
h1 { margin-bottom: 0 } .who { margin-top: .2rem; color: #555 }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { padding: .3rem .8rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top }
.score { font-size: 1.5rem; font-weight: 600; margin: 1rem 0 0 } .parts { margin: 0; color: #555 }
.summary { width: 100% } .summary td.points { white-space: nowrap } .summary td:first-child { width: 1rem }
.cell { margin: 1rem 0 } .anchor-link { display: none }
pre { overflow-x: auto; padding: .5rem .8rem; margin: 0; background: #f6f6f4; white-space: pre-wrap; font-size: .9rem }
.output { margin: .4rem 0 } .output img { max-width: 100% }
.output pre { background: #fff; border-left: 3px solid #ccc }
.answer { border-left: 4px solid #1a5fb4; padding-left: .8rem } .label { margin: 0; font-size: .8rem; color: #1a5fb4 }
details summary { cursor: pointer; color: #555; font-size: .9rem }
.verdict { padding: .5rem .8rem; margin: .4rem 0; border-left: 4px solid #b3261e; background: #fdf1f0 }
.verdict.full { border-color: #2e7d32; background: #f0f7f0 } .verdict.open { border-color: #777; background: #f6f6f4 }
.comment { border-left: 4px solid #1a5fb4; background: #f0f5fb; padding: .5rem .8rem; margin: .4rem 0 }
"""
HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
font-src https://cdn.jsdelivr.net; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'">
<style>{style}{code}</style>
<script nonce="{nonce}">MathJax = {{tex: {{inlineMath: [["$", "$"]], packages: ["base", "ams"]}}}};</script>
<script nonce="{nonce}" async src="{mathjax}"></script></head><body>
"""
MARKS = {"full": "✓", "": "✗", "open": "…"}


def feedback_page(
    outcome: Outcome, notebook: NotebookNode | None, comments: Mapping[str, str], hidden: Mapping[str, str]
) -> str:
    """Write a submission's page; `hidden` gives the released text of each check, to stand for the whole one."""
    # Digits alone: no word of the student's text can be taken for the attribute.
    nonce = secrets.token_hex(16)
    title = escape(f"{outcome.assignment} · {outcome.student}")
    parts = [HEAD.format(title=title, nonce=nonce, style=STYLE, code=FORMATTER.get_style_defs(), mathjax=MATHJAX)]
    parts += _summary(outcome)
    left = PAGE_LIMIT
    cells = notebook.cells if notebook is not None else []
    for cell, after in zip(cells, [*cells, None][1:], strict=True):
        parts += _cell(cell, outcome, comments, hidden, left, _caption(after))
        left = max(0, left - len(cell.source))
    return "".join((*parts, "</body></html>\n"))


def _summary(outcome: Outcome) -> Iterator[str]:
    scores = outcome.scores
    yield f'<h1>{escape(outcome.assignment)}</h1>\n<p class="who">Feedback for {escape(outcome.student)}</p>\n'
    if outcome.status not in ("graded", "tampered"):
        heading = "Mended before grading" if outcome.status == "repaired" else f"Not graded in full ({outcome.status})"
        yield f'<p class="verdict">{heading}: {escape(outcome.reason)}.</p>\n'
    most = scores.auto_max + scores.manual_max
    waiting = f", answers to be marked: {scores.to_mark}" if scores.to_mark else ""
    late = f", {scores.penalty:g} taken off for being late" if scores.penalty else ""
    yield f'<p class="score">{scores.total:g} of {most:g} points{late}</p>\n'
    yield f'<p class="parts">Automatic: {sum(scores.auto.values()):g} of {scores.auto_max:g}. '
    yield f"By hand: {sum(scores.manual.values()):g} of {scores.manual_max:g}{waiting}.</p>\n"
    yield '<table class="summary"><tr><th></th><th>Exercise</th><th>Points</th><th>What to know</th></tr>\n'
    for name in (*scores.auto, *scores.manual):
        kind, points, message = _verdict(name, outcome)
        label = escape(name.removeprefix("check_").replace("_", " "))
        yield f'<tr><td>{MARKS[kind]}</td><td><a href="#{escape(name)}">{label}</a></td>'
        yield f'<td class="points">{points}</td><td>{escape(message)}</td></tr>\n'
    yield "</table>\n"


def _verdict(name: str, outcome: Outcome) -> tuple[str, str, str]:
    """Say whether an exercise got its points (a key of MARKS), how many, and why."""
    scores = outcome.scores
    got, most = {**scores.auto, **scores.manual}.get(name, 0.0), scores.each_max.get(name, 0.0)
    points = f"{got:g} of {most:g}"
    message = outcome.messages.get(name, "")
    if name in scores.waiting and name in scores.manual:
        return "open", points, "waits to be marked"
    full = got >= most > 0
    return (
        "full" if full else "",
        points,
        message or ("" if full or got else "no answer" if name in scores.manual else ""),
    )


def _cell(
    cell: NotebookNode,
    outcome: Outcome,
    comments: Mapping[str, str],
    hidden: Mapping[str, str],
    left: int,
    caption: str,
) -> Iterator[str]:
    about = cell.metadata.get("nbgrader", {})
    name = about.get("grade_id", "")
    graded, answer = bool(about.get("grade")), bool(about.get("solution"))
    yield f'<div class="cell{" answer" if answer else ""}"{f" id={escape(name)!r}" if graded else ""}>\n'
    yield '<p class="label">Your answer</p>\n' if answer else ""
    if name in hidden:
        yield f"<details><summary>The visible part of the check</summary>{_code(hidden[name], left)}</details>\n"
    elif (page := _set(cell, left)) is not None:
        yield page
    else:
        yield _code(cell.source, left if cell.cell_type == "code" else 0, shown=left)
    for output in cell.get("outputs", ()) if name not in outcome.messages else ():
        yield from _output(output, caption)
    if graded:
        kind, points, message = _verdict(name, outcome)
        said = f"{points} points" + (f": {message}" if message else "")
        yield f'<p class="verdict {kind}">{MARKS[kind]} {escape(said)}</p>\n'
    if name in comments:
        yield f'<p class="comment">{escape(comments[name])}</p>\n'
    yield "</div>\n"


def _set(cell: NotebookNode, left: int) -> str | None:
    """Give Markdown, which the worker cleaned, as it looks; None where it is no Markdown, or too long."""
    if cell.cell_type != "markdown" or len(cell.source) > min(SET_LIMIT, left):
        return None
    return rendered(cell.source, cell.get("attachments"))


def _code(text: str, left: int, shown: int | None = None) -> str:
    """Give text as code, coloured where it is short, cut where it is longer than what the page has left."""
    shown = left if shown is None else shown
    if len(text) <= min(CODE_LIMIT, left):
        return str(highlight(text, PythonLexer(), FORMATTER))
    return f"<pre>{escape(text[:shown])}{'' if len(text) <= shown else ' … the rest is left out.'}</pre>\n"


def _caption(cell: NotebookNode | None) -> str:
    """Give a figure in words, for those who cannot see it: the caption in the cell behind it, where there is one."""
    found = CAPTION.match(cell.source[:SET_LIMIT]) if cell is not None and cell.cell_type == "markdown" else None
    return " ".join(found[1].split()) if found else "figure"


def _output(output: NotebookNode, caption: str) -> Iterator[str]:
    clean = clean_output(output)
    if clean is None:
        return
    yield '<div class="output">'
    if clean.output_type == "stream":
        yield f"<pre>{ansi2html(clean.text)}</pre>"
    elif clean.output_type == "error":
        yield f"<pre>{ansi2html(chr(10).join(clean.traceback) or f'{clean.ename}: {clean.evalue}')}</pre>"
    else:
        picture = next((kind for kind in clean.data if kind.startswith("image/")), None)
        if picture:
            yield f'<img alt="{escape(caption)}" src="data:{picture};base64,{clean.data[picture]}">'
        else:
            yield f"<pre>{escape(clean.data.get('text/plain', ''))}</pre>"
    yield "</div>\n"
