"""The command line: usage, one sentence for what is wrong, and build → grade from end to end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ganlab
from ganlab.cli import main
from ganlab.grading.points import BEGIN, END

SOURCE = """\
# %% exercise="one"
def one():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %% check="one" points=20
assert one() == 1
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    folder = tmp_path / "solutions" / "01_toy"
    folder.mkdir(parents=True)
    (folder / "01_toy.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_version_and_help(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"ganlab {ganlab.__version__}\n"
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(command in shown for command in ("lab", "build", "points", "grade"))


def test_help_needs_no_grading_tools():
    code = (
        "import sys, ganlab.cli as cli, ganlab.grading\n"
        "cli._parser().format_help()\n"
        "print(*sorted({'nbgrader', 'jupytext', 'nbformat', 'nbconvert', 'nbclient'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_points_are_printed_and_written(course, capsys):
    table = (
        "| Chapter | Automatic | By hand | Sum |\n|---|---|---|---|\n"
        "| [`01_toy`](solutions/01_toy/01_toy.ipynb) | 20: one 20 | 0 | 20 |\n"
    )
    assert main(["points"]) == 0
    assert capsys.readouterr().out == table
    assert main(["points", "--write"]) == 1
    assert "INSTRUCTORS.md has no lines" in capsys.readouterr().err
    guide = course / "INSTRUCTORS.md"
    guide.write_text(f"# Guide\n\n{BEGIN}old\n{END}\nmore\n")
    assert main(["points", "--write"]) == 0
    assert guide.read_text() == f"# Guide\n\n{BEGIN}{table}{END}\nmore\n"


def test_build_then_check_then_grade(course, capsys):
    assert main(["build", "--no-execute"]) == 0
    assert main(["build", "--check"]) == 1
    assert "not executed" in capsys.readouterr().out
    assert main(["build"]) == 0
    assert main(["build", "01_toy", "--check"]) == 0
    assert "1 chapters are" in capsys.readouterr().out

    handed_in = course / "submitted" / "ann" / "01_toy"
    handed_in.mkdir(parents=True)
    (handed_in / "01_toy.ipynb").write_bytes((course / "solutions" / "01_toy" / "01_toy.ipynb").read_bytes())
    assert main(["grade", "submitted", "--output", "results", "--workers", "1"]) == 0
    assert "ann · 01_toy: graded, 20 of 20 automatic points" in capsys.readouterr().out

    (handed_in / "01_toy.ipynb").write_text("not JSON")
    assert main(["grade", "submitted", "--output", "results", "--workers", "1"]) == 1
    said = capsys.readouterr()
    assert "unreadable, 0 of 20" in said.out and "1 could not be read (not a notebook)" in said.err
    handed_in.rename(handed_in.with_name("01_other"))
    assert main(["grade", "submitted", "--output", "results", "--workers", "1"]) == 1
    assert "is of 01_toy" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["grade", "nowhere"], "does not exist"),
        (["grade", "empty"], "holds no submissions"),
        (["grade", "empty", "--assignment", "02_other"], 'has no chapter "02_other"'),
        (["build", "02_other"], 'has no chapter "02_other"'),
        (["build", "--course", "empty"], "No chapter was found"),
        (["lab"], "There is no folder course"),
    ],
)
def test_bad_input_is_one_sentence(course, capsys, arguments, sentence):
    (course / "empty").mkdir()
    before = sorted(course.rglob("*"))
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1 and "Traceback" not in error
    assert sorted(course.rglob("*")) == before


def test_debug_shows_the_traceback(course, capsys):
    assert main(["grade", "nowhere", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_unknown_argument_is_wrong_usage(course):
    with pytest.raises(SystemExit, match="2"):
        main(["build", "--faster"])


def test_lab_opens_jupyterlab_and_passes_arguments_on(course, monkeypatch):
    (course / "course").mkdir()

    def execv(path, argv):
        raise SystemExit(" ".join(argv[1:]))

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")  # put back when the test ends
    with pytest.raises(SystemExit, match=r"^-m jupyterlab course --no-browser --port 8899$"):
        main(["lab", "--no-browser", "--port", "8899"])


def test_lab_opens_the_front_page_as_a_page(course, monkeypatch):
    (course / "course").mkdir()
    (course / "course" / "README.md").write_text("# The course")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "theirs")

    def execv(path, argv):
        raise SystemExit(" ".join(argv[1:]))

    monkeypatch.setattr(os, "execv", execv)
    with pytest.raises(
        SystemExit, match=r"^-m jupyterlab course --LabApp.default_url=/lab/tree/README.md --port 8899$"
    ):
        main(["lab", "--port", "8899"])
    theirs, ours = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    settings = json.loads(Path(ours, "labconfig", "default_setting_overrides.json").read_text())
    assert theirs == "theirs"
    assert settings["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"] == {"markdown": "Markdown Preview"}


def test_missing_extra_is_named(course, monkeypatch, capsys):
    (course / "course").mkdir()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["lab"]) == 1
    assert "pip install ganlab[course]" in capsys.readouterr().err
    assert main(["grade", "submitted"]) == 1
    assert "pip install ganlab[grade]" in capsys.readouterr().err


def test_module_runs_as_the_command():
    command = [sys.executable, "-m", "ganlab", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("ganlab ")
