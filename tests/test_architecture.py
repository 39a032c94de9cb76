"""The house rules that a machine can check: floors, fences, nothing at import, files of readable size."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ganlab"
FLOORS = {
    **dict.fromkeys(("runtime", "writing"), 0),
    **dict.fromkeys(("data", "nets", "objectives", "games"), 1),
    **dict.fromkeys(("training", "diagnostics"), 2),
    **dict.fromkeys(("plots", "sweep"), 3),
    **dict.fromkeys(("playground", "grading"), 4),
    **dict.fromkeys(("cli", "__main__"), 5),
}
STRANGERS = {("training", "diagnostics"), ("diagnostics", "training")}
BUILDERS = "ganlab/grading/ (checks/ left out)"
FENCES = {
    "matplotlib": "ganlab/plots/",
    "anywidget": "ganlab/playground/panel.py",
    "ipywidgets": "ganlab/playground/panel.py",
    **dict.fromkeys(("nbformat", "nbgrader", "jupytext", "nbconvert", "nbclient"), BUILDERS),
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
            names += [f"{node.module}.{alias.name}" for alias in node.names if node.module == "ganlab"]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names.append("relative import: write the full name")
    return names


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def complaints(path: Path) -> list[str]:
    here = room(path)
    if here == "__init__":
        return []
    found = []
    for name in imports(path):
        top, *rest = name.split(".")
        if name.startswith("relative"):
            found.append(name)
        if top == "ganlab" and rest and rest[0] in FLOORS and rest[0] != here:
            if FLOORS[rest[0]] > FLOORS[here]:
                found.append(f"imports upwards: {name}")
            if (here, rest[0]) in STRANGERS:
                found.append(f"{here} and {rest[0]} do not know each other: {name}")
        if top in FENCES and not _inside(path, FENCES[top]):
            found.append(f"{top} belongs in {FENCES[top]}")
    return found


def _inside(path: Path, fence: str) -> bool:
    where = path.relative_to(PACKAGE.parent).as_posix()
    if fence == BUILDERS:
        return where.startswith("ganlab/grading/") and not where.startswith("ganlab/grading/checks/")
    return where.startswith(fence)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_down_the_floors(path: Path) -> None:
    assert room(path) in FLOORS or room(path) == "__init__", f"{path.name} stands on no floor"
    assert complaints(path) == []


def test_a_wrong_import_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "ganlab" / "data" / "bad.py"
    wrong.parent.mkdir(parents=True)
    wrong.write_text("import matplotlib\nfrom ganlab import plots\nfrom ganlab.training import train\n")
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "ganlab")
    assert len(complaints(wrong)) == 3


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_files_are_readable_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_nothing_happens_at_import() -> None:
    code = """
import sys, torch
before = (torch.get_num_threads(), torch.get_rng_state().clone(), torch.get_default_dtype())
loaded = set(sys.modules)
import ganlab
assert torch.get_num_threads() == before[0] and torch.equal(torch.get_rng_state(), before[1])
assert torch.get_default_dtype() == before[2] and not torch.cuda.is_initialized()
heavy = {'matplotlib', 'scipy', 'tqdm', 'nbgrader', 'nbformat', 'jupytext', 'pandas', 'sklearn', 'pooch', 'requests', 'ipywidgets'} & (set(sys.modules) - loaded)
assert not heavy, heavy
import ganlab.grading.checks, ganlab.playground
tools = {'nbgrader', 'nbformat', 'jupytext', 'nbconvert'} & set(sys.modules)
assert not tools, tools
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_vocabulary_is_there() -> None:
    import ganlab

    for name in ganlab.__all__:
        assert getattr(ganlab, name) is not None


def passed_through(path: Path) -> set[str]:
    """The names of the functions that a check lets a kernel call beside the student's."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    through = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "through"]
    return {call.args[0].id for call in through if isinstance(call.args[0], ast.Name)}


def test_what_runs_in_a_kernel_lies_outside_the_chapters_checks() -> None:
    """A kernel has no `chapter_…` file: a function that is written in one would not be found there."""
    checks = sorted((PACKAGE / "grading" / "checks").glob("chapter_*.py"))
    seen = {path: passed_through(path) for path in checks}
    assert any(seen.values())
    for path, names in seen.items():
        own = {
            node.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        assert not names & own, f"{path.name}: {names & own} belong in adapters.py or another file of their own"
