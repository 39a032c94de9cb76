"""The page a student sees: score, a message for each exercise, the student's own cells and figures, no hidden test.

Written without a template engine and without nbconvert's page: nothing on it can run but the formula renderer, which
the page's own policy admits by a number that the student's text cannot know.
"""

import secrets
from collections.abc import Iterator, Mapping
from html import escape

from nbconvert.filters import ansi2html, markdown2html
from nbformat.notebooknode import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ganlab.grading.cleaning import clean_output
from ganlab.grading.scores import Outcome

MATHJAX = "https://cdn.jsdelivr.net/npm/mathjax@3.2.2/es5/tex-chtml.js"
FORMATTER = HtmlFormatter(nowrap=False, cssclass="code")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b }
table { border-collapse: collapse } td, th { padding: .3rem .8rem; border-bottom: 1px solid #ddd; text-align: left }
.cell { margin: 1rem 0 }
pre { overflow-x: auto; padding: .5rem .8rem; margin: 0; background: #f6f6f4; white-space: pre-wrap }
.output pre { background: #fff; border-left: 3px solid #ccc } .output img { max-width: 100% }
.verdict { padding: .5rem .8rem; border-left: 4px solid #b3261e; background: #fdf1f0 }
.verdict.full { border-color: #2e7d32; background: #f0f7f0 }
.comment { border-left: 4px solid #1a5fb4; padding: .2rem .8rem }
"""
HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
font-src https://cdn.jsdelivr.net; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'">
<style>{style}{code}</style>
<script nonce="{nonce}">MathJax = {{tex: {{inlineMath: [["$", "$"]], packages: ["base", "ams"]}}}};</script>
<script nonce="{nonce}" async src="{mathjax}"></script></head><body>
"""


def feedback_page(
    outcome: Outcome, notebook: NotebookNode | None, comments: Mapping[str, str], hidden: Mapping[str, str]
) -> str:
    """Write a submission's page; `hidden` gives the released text of each check, to stand for the whole one."""
    # Digits alone: no word of the student's text can be taken for the attribute.
    nonce = secrets.token_hex(16)
    title = escape(f"{outcome.assignment} · {outcome.student}")
    parts = [HEAD.format(title=title, nonce=nonce, style=STYLE, code=FORMATTER.get_style_defs(), mathjax=MATHJAX)]
    parts.append(f"<h1>{escape(outcome.assignment)}</h1>\n<p>{escape(outcome.student)}</p>\n")
    parts += _summary(outcome)
    for cell in notebook.cells if notebook is not None else ():
        parts += _cell(cell, outcome, comments, hidden)
    return "".join((*parts, "</body></html>\n"))


def _summary(outcome: Outcome) -> Iterator[str]:
    scores = outcome.scores
    if outcome.status not in ("graded", "tampered"):
        heading = "Mended before grading" if outcome.status == "repaired" else f"Not graded in full ({outcome.status})"
        yield f'<p class="verdict">{heading}: {escape(outcome.reason)}.</p>\n'
    most = scores.auto_max + scores.manual_max
    yield f"<p><strong>{scores.total:g} of {most:g} points</strong>"
    yield f", answers to be marked: {scores.to_mark}" if scores.to_mark else ""
    yield f", {scores.penalty:g} taken off for being late" if scores.penalty else ""
    yield "</p>\n<table><tr><th>Exercise</th><th>Points</th><th></th></tr>\n"
    for name, points in (*scores.auto.items(), *scores.manual.items()):
        message = outcome.messages.get(name, "")
        yield f"<tr><td>{escape(name.removeprefix('check_'))}</td><td>{points:g}</td><td>{escape(message)}</td></tr>\n"
    yield "</table>\n"


def _cell(
    cell: NotebookNode, outcome: Outcome, comments: Mapping[str, str], hidden: Mapping[str, str]
) -> Iterator[str]:
    about = cell.metadata.get("nbgrader", {})
    name = about.get("grade_id", "")
    yield '<div class="cell">\n'
    if cell.cell_type == "markdown":
        yield markdown2html(cell.source)  # cleaned by the worker
    elif cell.cell_type == "code":
        yield highlight(hidden.get(name, cell.source), PythonLexer(), FORMATTER)
        if name in outcome.messages:
            full = outcome.messages[name] == "passed"
            yield f'<p class="verdict{" full" if full else ""}">{escape(outcome.messages[name])}</p>\n'
        else:
            for output in cell.outputs:
                yield from _output(output)
    else:
        yield f"<pre>{escape(cell.source)}</pre>\n"
    if name in comments:
        yield f'<p class="comment">{escape(comments[name])}</p>\n'
    yield "</div>\n"


def _output(output: NotebookNode) -> Iterator[str]:
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
            yield f'<img alt="figure" src="data:{picture};base64,{clean.data[picture]}">'
        else:
            yield f"<pre>{escape(clean.data.get('text/plain', ''))}</pre>"
    yield "</div>\n"
