"""A student's page: what a picture is called for those who cannot see it."""

import base64

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ganlab.grading.pages import feedback_page
from ganlab.grading.scores import Outcome

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def page(*after: str) -> str:
    cell = new_code_cell("draw()", outputs=[new_output("display_data", {"image/png": PICTURE})])
    notebook = new_notebook(cells=[cell, *map(new_markdown_cell, after)])
    return feedback_page(Outcome("ann", "04", "graded"), notebook, {}, {})


def test_a_picture_is_described_by_the_caption_behind_it() -> None:
    assert 'alt="modes over &quot;time&quot;, 10 seeds."' in page(
        '*Figure: modes over "time",\n10 seeds.*\n\nMore text.'
    )


def test_no_notebook_is_a_page_too() -> None:
    for notebook in (None, new_notebook()):
        assert "Feedback for ann" in feedback_page(Outcome("ann", "04", "unreadable", "it is empty"), notebook, {}, {})


def test_a_picture_without_a_caption_is_a_figure() -> None:
    for after in ((), ("Text, *Figure: not at the start.*",), ("Text.", "*Figure: of another cell.*")):
        assert 'alt="figure"' in page(*after)


def test_text_is_set_only_where_nothing_of_it_runs() -> None:
    """Also that of a notebook which an earlier version cleaned."""
    pasted = new_markdown_cell("**mine** ![p](attachment:p.png)", attachments={"p.png": {"image/png": PICTURE}})
    cells = [pasted, new_markdown_cell("**run** [a](javascript\\:x)"), new_markdown_cell("**long**" + "x" * 8000)]
    shown = feedback_page(Outcome("ann", "04", "graded"), new_notebook(cells=cells), {}, {})
    assert f'<strong>mine</strong> <img src="data:image/png;base64,{PICTURE}"' in shown
    assert "<pre>**run** [a](javascript\\:x)</pre>" in shown and 'href="javascript' not in shown
    assert "<pre>**long**xxx" in shown
