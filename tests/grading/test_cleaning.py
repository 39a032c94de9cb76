"""What a browser would run, or ask others for, is shown as it was typed; what is honest looks as it did."""

import base64
import json
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
from nbconvert.filters import markdown2html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from ganlab.grading import cleaning
from ganlab.grading.cleaning import BREAK, clean_attachments, clean_cells, clean_markdown, rendered

TYPED = "*Shown as it was typed: "
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
COURSE = Path(__file__).parents[2] / "course"
LINKS = {  # what a browser would go to -> Markdown that leads there
    "javascript": [
        "[a](javascript:x)",
        "[a](javascript\\:x)",
        "[a](JAVASCRIPT\\:x)",
        "[a](<javascript\\:x>)",
        "[a](javascript&colon;x)",
        "[a](javascript&#58;x)",
        "[a](java&Tab;script\\:x)",
        "[a](jav&NewLine;ascript\\:x)",
        "[a](&#1;javascript\\:x)",
        "[a]\n\n[a]: javascript\\:x",
        "[b][a]\n\n> [a]: <javascript&colon;x>",
        "# [a](javascript\\:x)",
        "| a |\n|---|\n| ~~[a](javascript\\:x)~~ |",
        "- [ ] *[a](javascript\\:x)*",
        "a\n: [b](javascript\\:x)",
        "[![i](data:image/png;base64,iVBORw0KGgo=)](javascript\\:x)",
        "[a](/files/javascript\\:x)",  # formgrader takes "files/" away
        "[a](files/javascript&colon;x)",
    ],
    "data:text": ["[a](data\\:text/html,x)", "[a](data&colon;text/html;base64,eA==)"],
    "vbscript": ["[a](vbscript\\:x)"],
    "file": ["[a](file\\:///etc/passwd)", "[a](filesystem\\:http://x)"],
}
PICTURES = [
    "![i](http://x.org/seen.png)",
    "![i](//x.org/seen.png)",
    "![i](seen.png)",
    "![i](/api/seen)",
    "![i][r]\n\n[r]: https://x.org/seen.png",
    "[![i](https://x.org/seen.png)](https://x.org)",
    "# ![i](https://x.org/seen.png)",
    "![i](data:image/svg+xml;base64,PHN2Zz4=)",
    "![i](data\\:text/html,seen)",
]
FORMULAS = [
    "$\\href{javascript\\:x}{y}$",
    "$$\\href1{x}$$",
    "\\\\(\\class{btn}{x}\\\\)",
    "\\\\[\\cssId{a}{x}\\\\]",
    "\\begin{align}\\style{color:red}{x}\\end{align}",
    "$\\unicode{x}$ $\\require{html}$",
    "$\\mmlToken{mi}[href='javascript:x']{y}$",
    "$\\csname href\\endcsname{javascript\\:x}{y}$",
    "$\\def\\x#1{#1}$",
    "$\\let\\h\\href$",
    "$\\htmlData{a=b}{x}$",
    "&#36;&#92;href{x}{y}$",
]
OTHER = ["![i](attachment:gone.png)"]
HONEST = [
    "[a](https://e.org/?a=1&b=2#c:d 'e') [b](mailto:x@y.z) [c](#here) [d](../01/x.ipynb) [e](x.ipynb?b=c:d)",
    "https://e.org [a][r]\n\n[r]: http://e.org",
    f"![i](data:image/png;base64,{PICTURE}) ![i](data:image/gif;base64,R0lGODlh)",
    "$\\frac{a}{b}$ $$\\mathbb{E}_x[\\log D]$$ \\begin{align}a&b\\\\c&d\\end{align} $a<b$ $\\operatorname{D}\\left(x\\right)$",
    "# Head [a](https://x.y)\n\n## $x$\n\nText\n===",
    '## D(x) > 0.5 & a < b, "q"\n\n[a](https://e.org \'a > b "c"\')',
    "| a | b |\n|:--|:-:|\n| 1 | **2** |",
    "- [ ] a\n- [x] b\n\n1. a\n\n7) c\n\n> q\n\n---\n\na\n: b",
    "~~s~~ *e* **b** `javascript:` `\\href{x}{y}`\n\n    [a](javascript\\:x)\n\nline  \nbreak",
    "```python\nx = '[a](javascript:x)'\n```\n\n```\ny\n```\n\n~~~algorithm\nz\n~~~",
    "text javascript: data: with <b>tags</b> & entities &amp; &lt;b&gt;, a < b > c, 中文 😀",
    "",
    "From `here` to C:\\data\\runs, it costs $5.\n\nThat is $3 more, for \\\\data \\def \\let",
    "As $x$ says.\n\nIn C:\\data\\runs, or in D:\\style.\n\n$$y$$\n\n- \\let\n- $z$\n\n| $a$ | \\data | $b$ |\n|---|---|---|\n| \\url | $c$ | d |",
    "In C:\\data\\runs $x$ and $y$ are",
    "$x$ and $y$ are in C:\\data\\runs",
]
DOUBTFUL = [  # a formula may begin before the command and end behind it
    "costs $5 in C:\\data\\runs or $6",
    "$a$ \\href{javascript\\:x}{y} $b$",
    "*$* \\href{x}{y} **$**",
    "$a  \n\\href{x}{y}  \nb$",
    "\\\\[ a \\href{x}{y} \\\\]",
    "\\\\( a\n\\href{x}{y} \\\\) b",
    "\\begin {a}\\href{x}{y}\\end {a}",
    "\\eqref{\\href{x}{y}} \\ref{\\class{x}{y}}",
    "$$\n\na\n\n\\href{x}{y}\n\n$$",
    "- $$ a\n  \\href{x}{y}\n  $$",
    "&#92;begin{a}&bsol;href{x}{y}&#92;end{a}",
]
UNCOLOURED = ["c", "diff", "latex", "yaml", "julia", "py3", "pycon", "markdown", "perl", "C++", "html", "mermaid"]


@pytest.mark.parametrize("target", LINKS)
def test_a_link_that_runs_is_no_link(target):
    for text in LINKS[target]:
        cleaned = clean_markdown(text)
        assert cleaned.startswith(TYPED) and "link" in cleaned and "href=" not in markdown2html(cleaned), text
        page = unquote(markdown2html(text)).replace("files/", "").lower()
        assert 'href="' in page and target in "".join(filter(str.isprintable, page)), text  # it would be one


def test_a_web_address_in_tags_is_text():
    """`<javascript:x>` would be a link; no "<" in front of a word is left."""
    for text in ("<javascript:x>", "<JavaScript:x>", "<a href=javascript:x>y</a>", "<img src=http://x.org/seen.png>"):
        assert "<a" in markdown2html(text) or "<img" in markdown2html(text)
        page = rendered(clean_markdown(text))
        assert page.startswith("<p>&lt;") and "<img" not in page and 'href="java' not in page.lower()


@pytest.mark.parametrize("text", PICTURES)
def test_a_picture_is_never_asked_for(text):
    """It would say when the work is marked."""
    assert "<img" in markdown2html(text)
    assert clean_markdown(text).startswith(TYPED) and "<img" not in markdown2html(clean_markdown(text))


@pytest.mark.parametrize("text", FORMULAS + DOUBTFUL + OTHER)
def test_a_formulas_command_is_not_let_through(text):
    cleaned = clean_markdown(text)
    assert cleaned.startswith(TYPED)
    assert markdown2html(cleaned).split("</p>")[1].strip().startswith("<pre><code>")  # MathJax leaves it alone


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_looks_as_it_did(text):
    cleaned = clean_markdown(text)
    assert cleaned.replace(BREAK, "") == text and clean_markdown(cleaned) == cleaned
    if "<" not in text:
        assert rendered(cleaned) == markdown2html(text)


@pytest.mark.parametrize("language", UNCOLOURED)
def test_a_language_that_is_not_coloured_is_plain_text(language):
    for before, fence in (("", "```"), ("", "~~~~"), ("> ", "```"), ("  ", "```")):
        block = f"{before}{fence}{{}}\n{before}class a = 1;\n{before}{fence}"
        cleaned = clean_markdown(block.format(language) + "\n\n*also*\n\n```python\nx\n```")
        assert cleaned.startswith(block.format("text")) and "```python" in cleaned
        page = rendered(cleaned)
        assert page == markdown2html(cleaned) and "class a = 1;" in page and "<em>also</em>" in page
    assert rendered(f"```{language}\nx\n```") is None  # nor does a page colour what nobody cleaned
    assert clean_markdown(f"- a\n\n  1. ```{language}\n     x\n     ```") == "- a\n\n  1. ```text\n     x\n     ```"
    assert clean_markdown(f"```{language}\nx\n```\n\n$\\href{{x}}{{y}}$").startswith(TYPED)


def test_the_courses_own_text_looks_as_it_did():
    texts = [
        "".join(cell["source"])
        for path in COURSE.glob("*/*.ipynb")
        for cell in json.loads(path.read_text())["cells"]
        if cell["cell_type"] == "markdown" and cell["id"] != "colab-badge"
    ]
    assert len(texts) > 100
    assert [text for text in texts if clean_markdown(text).replace(BREAK, "") != text.replace(BREAK, "")] == []


@pytest.mark.parametrize("text", ["~~~\n[a](javascript\\:x)\n~~~~~", "$$ a\n\n[a](javascript\\:x) $$ \\href", "\\begin{a}\n![i](x)\n~~~\n\\end{a}\\href", "&lt;script&gt; \\href `"])  # fmt: skip
def test_what_is_shown_as_typed_stays_in_its_frame(text):
    typed = cleaning._as_typed(text, cleaning.HARMFUL)
    paragraph, code = rendered(typed).split("</p>\n")
    assert code.startswith("<pre><code>") and code.endswith("</code></pre>\n") and code.count("<") == 4
    assert paragraph == f"<p><em>Shown as it was typed: {cleaning.HARMFUL}.</em>"
    assert clean_markdown(typed) == typed


def cleaned(*cells):
    clean_cells(cells)
    return cells


def test_raw_cells_and_outputs():
    raw, code = cleaned(
        new_raw_cell("<b>$\\href{javascript:x}{y}$</b>", metadata={"format": "text/html", "raw_mimetype": "text/html"}),
        new_code_cell("", outputs=[new_output("display_data", {kind: "x", "text/plain": "kept"}) for kind in (
            "text/html", "text/markdown", "text/latex", "image/svg+xml", "application/javascript", "image/png",
            "application/vnd.jupyter.widget-view+json")]),
    )  # fmt: skip
    assert "\\href" not in raw.source and "<b" not in raw.source and raw.metadata == {}
    assert raw.source.replace(BREAK, "") == "<b>$\\href{javascript:x}{y}$</b>"
    assert [output.data for output in code.outputs] == [{"text/plain": "kept"}] * 7


def test_a_pasted_picture_stays_and_nothing_else_attached():
    pasted = {"p.png": {"image/png": PICTURE, "image/svg+xml": "<svg/>"}, "q": {"text/html": "x"}, "r": 5}
    assert clean_attachments(pasted) == {"p.png": {"image/png": PICTURE}}
    assert clean_attachments([1]) == clean_attachments(None) == {}
    text = "![mine](attachment:p.png)"
    (cell,) = cleaned(new_markdown_cell(text, attachments=clean_attachments(pasted)))
    assert cell.source == text
    assert f'src="data:image/png;base64,{PICTURE}"' in rendered(cell.source, cell.attachments)
    assert rendered(text, {"p.png": {"image/svg+xml": "x"}}) is None


def test_long_text_is_not_set(monkeypatch):
    short, long = new_markdown_cell("*a*" * 100), new_markdown_cell("*a*" * 3000)
    cleaned(short, long)
    assert short.source == "*a*" * 100
    assert long.source.startswith(f"{TYPED}{cleaning.LONG}") and "*a*" * 3000 in long.source
    (huge,) = cleaned(new_markdown_cell("&a" * 150_000))
    assert len(huge.source) < 400_000 and "the rest is left out" in huge.source
    many = cleaned(*(new_markdown_cell("a " * 4000) for _ in range(30)))
    assert [cell.source.startswith(TYPED) for cell in many] == [False] * 25 + [True] * 5


def test_text_that_is_slow_to_set_takes_seconds_in_all(monkeypatch):
    """The slowest of some ninety patterns tried: quadratic in the length of a cell."""
    monkeypatch.setattr(cleaning, "SET_SECONDS", 0.5)
    start = time.monotonic()
    cells = cleaned(*(new_markdown_cell("\\\\[a" * 2000) for _ in range(25)), new_markdown_cell("a"))
    assert time.monotonic() - start < 4
    assert not cells[0].source.startswith(TYPED) and cells[-1].source.startswith(TYPED)
