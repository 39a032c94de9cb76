"""The panel without a browser, and what an executed notebook holds in its place."""

import asyncio
import subprocess
import sys

import matplotlib.pyplot as plt
import nbformat
import pytest
from nbclient import NotebookClient

from ganlab.grading.settings import QUIET_KERNEL
from ganlab.playground import explore
from ganlab.playground.panel import Panel
from ganlab.playground.state import read_state

PNG = b"\x89PNG"


class Drawer:
    """Draws, remembers its calls, and fails where it is told to."""

    def __init__(self, fails=()):
        self.calls, self.fails = [], fails

    def __call__(self, h):
        self.calls.append(h)
        fig, ax = plt.subplots(figsize=(2, 1))
        if h in self.fails:
            raise ValueError("no <i>figure</i>.\nnot even a small one")
        ax.plot([0, h])
        return fig


def panel_of(draw, start=None):
    return Panel(draw, read_state({"h": list(range(30))}, start))


def test_a_move_redraws_and_leaves_no_figure_open():
    draw = Drawer()
    panel = panel_of(draw, {"h": 0})
    first = bytes(panel.image.value)
    assert first.startswith(PNG)
    for k in range(1, 30):  # more than the 20 figures of which matplotlib warns, and warnings are errors here
        panel.sliders["h"].value = k
    assert draw.calls == list(range(30)) and not plt.get_fignums() and bytes(panel.image.value) != first


def test_of_quick_moves_the_last_is_drawn():
    draw = Drawer()
    panel = panel_of(draw, {"h": 0})

    async def move():
        for k in (3, 4, 5, 9):
            panel.sliders["h"].value = k
        await asyncio.sleep(0.3)
        panel.sliders["h"].value = 7
        panel.sliders["h"].value = 9
        await asyncio.sleep(0.3)

    asyncio.run(move())
    assert draw.calls == [0, 9]


def test_a_move_while_drawing_is_drawn_next():
    def draw(h):
        calls.append(h)
        if h == 1:
            panel.sliders["h"].value = 2
        return plt.figure()

    calls = []
    panel = panel_of(draw, {"h": 0})
    panel.sliders["h"].value = 1
    assert calls[:3] == [0, 1, 2] and not panel._state.stale


def test_an_error_is_a_sentence_in_the_figures_place():
    panel = panel_of(Drawer(fails=(1,)), {"h": 0})
    panel.sliders["h"].value = 1
    assert "draw(h=1)</code> raised ValueError: no &lt;i&gt;figure&lt;/i&gt;.</span>" in panel.said.value
    assert panel.image.layout.display == "none" and not plt.get_fignums()
    panel.sliders["h"].value = 2
    assert not panel.said.value and panel.image.layout.display is None and bytes(panel.image.value).startswith(PNG)


def test_a_first_figure_that_fails_leaves_the_sliders():
    panel = panel_of(Drawer(fails=(0,)), {"h": 0})
    assert "raised ValueError" in panel.said.value and "image/png" not in panel.bundle()
    panel.sliders["h"].value = 3
    assert bytes(panel.image.value).startswith(PNG)


def test_the_saved_notebook_holds_a_picture_too():
    bundle = panel_of(Drawer()).bundle()
    assert bundle["image/png"].startswith(PNG) and bundle["text/plain"] == "<Figure: h = 14>"
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"]


@pytest.mark.parametrize(
    "draw, error, said",
    [
        ("no function", TypeError, "draw must be a function"),
        (lambda: plt.figure(), TypeError, "draw must take the choices h by name"),
        (lambda h, other: plt.figure(), TypeError, "draw must take the choices h by name"),
        (lambda h: None, TypeError, "draw must return a matplotlib Figure, not NoneType: let it end with"),
        (lambda h: plt.subplots()[1], TypeError, "not Axes: return its figure, ax.figure."),
    ],
)
def test_a_draw_that_cannot_do_is_told_so(draw, error, said):
    with pytest.raises(error, match="^draw must") as caught:
        explore(draw, h=[1, 2])
    assert said in str(caught.value) and not plt.get_fignums()


def test_a_program_that_nobody_looks_at_draws_once(capsys):
    draw = Drawer()
    explore(draw, h=[1, 2, 3])
    assert draw.calls == [2] and not plt.get_fignums()
    assert capsys.readouterr().out == "Shown: h = 2. In a live notebook a slider goes through h: 1, 2, 3.\n"


SOURCE = """\
import sys
import matplotlib.pyplot as plt
from ganlab.playground import explore
{before}
def draw(h):
    fig, ax = plt.subplots(figsize=(2, 1))
    ax.plot([0, h])
    return fig
explore(draw, h=[1, 2, 3])
assert ("ipywidgets" in sys.modules) is {widgets}
"""
ASK = "get_ipython().kernel.get_parent()['content']['allow_stdin'] = True"  # as a front end does
HIDE = "import importlib.util; find = importlib.util.find_spec; importlib.util.find_spec = lambda n, *a: None if n == 'ipywidgets' else find(n, *a)"


@pytest.mark.parametrize(
    "before, live",
    {
        "": False,
        ASK: True,
        f"{ASK}; import os; os.environ['NBGRADER_EXECUTION'] = 'autograde'": False,
        f"{ASK}; {HIDE}": False,
        "import types; sys.modules['google.colab'] = types.ModuleType('google.colab')": True,
    }.items(),
    ids=["executed", "front end", "graded", "no ipywidgets", "Colab"],
)
def test_an_executed_notebook_holds_one_figure(before, live):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE.format(before=before, widgets=live))])
    NotebookClient(nb, timeout=120, extra_arguments=QUIET_KERNEL).execute()
    shown = [output.data for output in nb.cells[0].outputs if output.output_type == "display_data"]
    assert len(shown) == 1 and "image/png" in shown[0]
    assert ("application/vnd.jupyter.widget-view+json" in shown[0]) is live
    said = [output.text for output in nb.cells[0].outputs if output.output_type == "stream"]
    assert said == ([] if live else ["Shown: h = 2. In a live notebook a slider goes through h: 1, 2, 3.\n"])


def test_ipywidgets_is_not_needed_to_import():
    code = "import sys; sys.modules['ipywidgets'] = None; import ganlab.playground as p; p.explore(lambda h: __import__('matplotlib.figure').figure.Figure(), h=[1])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
