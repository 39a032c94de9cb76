"""Training cells: the released one is skipped, of an edited or copied one what it defines runs, and it is said."""

import json
import time

import nbformat
import pytest

from ganlab.grading import repair as repairing
from ganlab.grading.reading import definitions
from ganlab.grading.release import release
from ganlab.grading.repair import PARTS, repair
from ganlab.grading.source import read_source
from ganlab.grading.worker import Job, grade
from tests.grading.toy import CHAPTER, SOURCE

HELPER = "def my_double(x):\n    return 2 * x\n"
TRAINS = "raise RuntimeError('training runs')\n"
SAID = "an edited training cell ran in part"
ANSWERS = {"double": "def double(x):\n    return my_double(x)", "triple": "def triple(x):\n    return 3 * x"}


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    path = tmp_path_factory.mktemp("target") / f"{CHAPTER}.py"
    path.write_text(SOURCE)
    return read_source(path)


def submission(target, *, edited=None, copied=None):
    """Right answers, of which one uses a helper; the training cell edited or copied, before them."""
    nb = json.loads(nbformat.writes(release(target)))
    for cell in nb["cells"]:
        cell["source"] = ANSWERS.get(cell["id"], "".join(cell["source"]))
    training = next(cell for cell in nb["cells"] if "training" in cell["metadata"].get("tags", []))
    training["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "their figure"}]
    if edited is not None:
        training["source"] = edited(training["source"])
        nb["cells"].remove(training)
        nb["cells"].insert(1, training)
    if copied is not None:
        nb["cells"].insert(1, {**training, "id": "copy", "source": copied, "outputs": []})
    return json.dumps(nb).encode()


def ran(target, **how):
    """The graded notebook's status, reason, points."""
    graded = grade(Job("ann", CHAPTER, submission(target, **how), nbformat.writes(target), {}, "secret"))
    assert "training runs" not in json.dumps(graded.messages)
    assert "their figure" in graded.notebook  # whatever runs, the students' own figures stay
    return graded.status, graded.reason, sum(graded.points.values())


@pytest.mark.parametrize("where", ["edited", "copied"])
def test_a_helper_in_a_training_cell_costs_no_points(target, where):
    how = {"edited": {"edited": lambda text: HELPER + TRAINS + text}, "copied": {"copied": TRAINS + HELPER}}[where]
    assert ran(target, **how) == ("repaired", SAID, 8)


@pytest.mark.parametrize(
    "text",
    [
        "import wandb\n" + HELPER,
        "wrong = 1 / 0\n" + HELPER,
        "class Wrong:\n    return\n\n" + HELPER,
        HELPER.replace("2 * x", "(2 * x + 4\n% 2)"),
        HELPER.replace("    return", '    """Doubles\n%d items.\n!\n"""\n    return'),
        "files = !ls\n" + HELPER,
        "sorted?\n?sorted\n%matplotlib inline\n!ls\nif 1:\n    %time 1\n" + HELPER,
        HELPER.replace("    return", "    here = !echo $x\n    return"),
        "%%time\n" + HELPER,
        "%%capture\n%%time\nfiles = !ls\n" + HELPER,
    ],
)
def test_nothing_else_in_the_training_cell_costs_the_helper(target, text):
    assert ran(target, copied=TRAINS + text if not text.startswith("%%") else text) == ("repaired", SAID, 8)


def test_without_the_helper_the_points_are_lost(target):
    assert ran(target) == ("graded", "", 5)
    assert ran(target, copied=TRAINS + "# def my_double\nprint(my_double)") == ("graded", "", 5)


def code(target, **how):
    mended = repair(submission(target, **how), target)
    return [cell for cell in mended.notebook.cells if cell.cell_type == "code"], mended.notes


@pytest.mark.parametrize("edited", [str, lambda text: text.replace("\n", "  \n\n\n"), lambda text: text + "\n"])
def test_the_released_training_cell_is_skipped_as_a_whole(target, edited):
    cells, notes = code(target, edited=edited)
    assert not notes and not any(PARTS in cell.source for cell in cells)
    assert sum(cell.metadata.get("tags") == ["training"] for cell in cells) == 1


def test_what_runs_stands_in_front_of_the_cell_that_stays_as_it_is(target):
    cells, notes = code(target, edited=lambda text: "steps = 5\n" + text)
    (at,) = (k for k, cell in enumerate(cells) if cell.source.startswith(PARTS))
    assert cells[at].source == PARTS + "steps = 5" and "tags" not in cells[at].metadata
    assert cells[at + 1].source.startswith("steps = 5\nos.makedirs") and cells[at + 1].metadata.tags == ["training"]
    assert notes == [SAID]


def test_each_part_stands_in_a_cell_of_its_own_up_to_a_limit(target, monkeypatch):
    parts = ["import wandb", "n = 1", "m = 2", "k = 3"]

    def texts():
        cells, notes = code(target, copied="\n".join([*parts, TRAINS]))
        assert notes == [SAID]
        at = next(k for k, cell in enumerate(cells) if cell.source.startswith(PARTS))
        end = next(k for k, cell in enumerate(cells) if TRAINS in cell.source)
        return [cell.source.removeprefix(PARTS) for cell in cells[at:end]]

    assert texts() == parts
    monkeypatch.setattr(repairing._Parts, "__init__", lambda self: self.__dict__.update(room=2, work=0))
    assert texts() == [*parts[:2], "m = 2\nk = 3"]


@pytest.mark.parametrize("command", ["%a\n", "a = !b\n", "a?\n", " ;a\n", "/a\n", ",a\n"])
def test_cells_full_of_commands_take_seconds(command):
    """IPython goes through a cell once for each of its commands, here in a quarter of a minute for each cell."""
    start = time.monotonic()
    running = repairing._Parts()
    for _ in range(20):
        assert [cell.source for cell in running.cells(command * 2000 + "x = 1")] in ([], [PARTS + "x = 1"])
    assert time.monotonic() - start < 10


def test_no_answer_is_a_training_cell(target):
    """Whatever tag it has, it runs whole."""
    nb = json.loads(submission(target))
    for cell in nb["cells"]:
        cell["metadata"]["tags"] = ["training"]
    mended = repair(json.dumps(nb).encode(), target)
    assert sum(cell.source in ANSWERS.values() for cell in mended.notebook.cells) == 2
    assert not [cell for cell in mended.notebook.cells if cell.id in ANSWERS and "tags" in cell.metadata]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("import os, sys as s\nfrom a.b import c", "import os, sys as s\nfrom a.b import c"),
        ("@no_grad()\ndef f(x, y=1):\n    return x\nf(1)", "@no_grad()\ndef f(x, y=1):\n    return x"),
        ("async def f():\n    pass", "async def f():\n    pass"),
        ("class A(B):\n    x = run()\nA()", "class A(B):\n    x = run()"),
        ("n = -3 * 2; m: float = 1e-3; a, b = (1, [2, {'c': None}])", "n = -3 * 2\nm: float = 0.001\na, b = (1, [2, {'c': None}])"),
        ("x = run()\ny = n\nz += 1\na.b = 1\na[0] = 1\nc: int\nd = f'{run()}'\ne = [i for i in (1,)]", ""),
        ("if True:\n    x = 1\nfor i in (1,):\n    pass\nwith a:\n    y = 2\ntry:\n    z = 3\nfinally:\n    pass\nlambda: 1\n'text'", ""),
        ("%matplotlib inline\n!ls\nx = 1\nif x:\n    %time run()", "x = 1"),
        ("%%time\nx = 1\nrun()", "x = 1"),
        ("%%time\nx = 1\nfiles = !ls\nf?", "x = 1"),
        ("x = (5\n% 3)\nt = '''\n%d\n!'''", "x = 5 % 3\nt = '\\n%d\\n!'"),
        ("def f():\n    x = !ls\n    return x", "def f():\n    x = get_ipython().getoutput('ls')\n    return x"),
        ("%%bash\nls -l", ""),
        ("# no code", ""),
        ("x = (", ""),
        ("x = 1\n" + "(" * 5000, ""),
        ("x = " + "-" * 3000 + "1", ""),
        ("x = 1\n" * 50_000, ""),
    ],
)  # fmt: skip
def test_what_is_taken_from_an_edited_training_cell(text, kept):
    assert "\n".join(definitions(text)) == kept


def test_the_badge_of_the_chapter_is_left_out_and_a_pasted_picture_stays(target):
    """The badge is a picture from the web, which is not asked for; it was there when the notebook was handed out."""
    badge = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/x)"
    nb = json.loads(submission(target))
    pasted = {"a.png": {"image/png": "iVBORw0KGgo=", "text/html": "<b>"}, "b": 1}
    texts = [badge, f"{badge} mine", "![mine](attachment:a.png)"]
    nb["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": text, "attachments": pasted} for text in texts]
    mended = repair(json.dumps(nb).encode(), target)
    kept = [cell for cell in mended.notebook.cells if cell.cell_type == "markdown"][-2:]
    assert [cell.source for cell in kept] == texts[1:] and not mended.notes
    assert kept[1].attachments == {"a.png": {"image/png": "iVBORw0KGgo="}}
    nbformat.validate(mended.notebook)
