"""The source format: what each header becomes, and one sentence with file and line for each that is wrong."""

import pytest

from ganlab.grading.errors import CourseError
from ganlab.grading.source import read_source


def read(tmp_path, text):
    path = tmp_path / "01_toy.py"
    path.write_text(text)
    return read_source(path)


ANSWER = "### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n"


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ('exercise="f"', ANSWER, {"grade_id": "f", "solution": True, "grade": False, "locked": False}),
        (
            "setup=true",
            "import os\n",
            {"grade_id": "setup", "solution": False, "grade": False, "locked": True},
        ),
        (
            '[markdown] question="why" points=4',
            "# <!-- BEGIN SOLUTION -->\n# so\n# <!-- END SOLUTION -->\n",
            {"grade_id": "why", "solution": True, "grade": True, "locked": False, "points": 4},
        ),
    ],
)
def test_header_becomes_nbgrader_metadata(tmp_path, header, body, expected):
    (cell,) = read(tmp_path, f"# %% {header}\n{body}").cells
    assert cell.metadata["nbgrader"] == {"schema_version": 3, "task": False, **expected}
    assert cell.id == expected["grade_id"]


def test_check_follows_its_exercise(tmp_path):
    _, check = read(tmp_path, f'# %% exercise="f"\n{ANSWER}# %% check="f" points=2.5\nassert f').cells
    said = check.metadata["nbgrader"]
    assert (said["grade_id"], said["grade"], said["solution"], said["locked"]) == (
        "check_f",
        True,
        False,
        True,
    )
    assert said["points"] == 2.5


def test_plain_and_training_cells(tmp_path):
    notebook = read(tmp_path, '# %%\nx = """\n# %% not a cell\n"""\n# %% training=true tags=["wide"]\ny = 2\n')
    assert [cell.id for cell in notebook.cells] == ["cell-001", "cell-002"]
    assert notebook.cells[0].metadata == {}
    assert notebook.cells[1].metadata == {"tags": ["wide", "training"]}
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("# %% exercize='f'\nx = 1", 1, '"exercize" is not understood'),
        ("# %% exercise=f\nx = 1", 1, "not understood"),
        ("# %% a title\nx = 1", 1, "not understood"),
        (f'# %%\n0\n# %% exercise="f" setup=true\n{ANSWER}', 3, "one kind"),
        (f'# %% exercise="F f"\n{ANSWER}', 1, "needs a quoted name"),
        (f'# %% exercise="f"\n{ANSWER}# %% exercise="f"\n{ANSWER}', 5, "already used on line 1"),
        ('# %% check="f" points=1\nassert f', 1, "tests no exercise"),
        (f'# %% exercise="f"\n{ANSWER}# %% check="f"\nassert f', 5, "needs points"),
        (f'# %% exercise="f"\n{ANSWER}# %% check="f" points=-1\nassert f', 5, "needs points"),
        ("# %% points=3\nx = 1", 1, "points belong"),
        ("# %% training=1\nx = 1", 1, "training=true"),
        ('# %% question="why" points=1\nx = 1', 1, "must be markdown"),
        ('# %% [markdown] question="why" points=1\n# so', 1, "BEGIN SOLUTION"),
        ('# %% tags=["training"]\nx = 1', 1, "tags must be"),
        ('# %% exercise="f"\n### BEGIN SOLUTION\nx = 1', 1, "no END SOLUTION"),
        ('# %% exercise="f"\nx = 1\n### END SOLUTION', 1, "no BEGIN SOLUTION"),
        (f'# %% exercise="f"\n### BEGIN SOLUTION\n{ANSWER}', 1, "inside another"),
        ('# %% exercise="f"\nx = 1', 1, "marks its answer"),
        (f"# %%\n{ANSWER}", 1, "belong in cells of kind exercise"),
        ("# %%\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS", 1, "belong in cells of kind check"),
    ],
)
def test_wrong_source_names_file_and_line(tmp_path, text, line, problem):
    with pytest.raises(CourseError, match=rf"01_toy\.py, line {line}: .*{problem}"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no cells"),
        ("# %% tags='wide'\nx = 1", "'wide' is not"),
        ("x = 1\n# %%\ny = 2", "before its first cell"),
        ('# %%\nx = """', "cannot be read"),
    ],
)
def test_wrong_file_is_one_sentence(tmp_path, text, problem):
    with pytest.raises(CourseError, match=problem):
        read(tmp_path, text)
