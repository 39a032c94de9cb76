"""Two cells before a chapter's first: the badge that opens it on Colab, and the course's package once it runs there.

The address comes from one line of the course's pyproject.toml; a course without it gets neither cell:

    [tool.ganlab]
    colab = "owner/repository/branch"

Both cells are plain, and both notebooks have them: nbgrader's own release of the executed notebook is then the
student's notebook, byte for byte. The second is never executed here, so that another address costs no run.
"""

import re
import tomllib
from copy import deepcopy
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from ganlab.grading.chapters import Chapter
from ganlab.grading.errors import CourseError

FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # in JupyterLab, on Colab
BADGE, INSTALL = IDS = ("colab-badge", "colab-install")
ADDRESS = re.compile(r"([A-Za-z0-9_-]+)/([A-Za-z0-9_.-]+)/([A-Za-z0-9_./-]+)")
# Colab has torch, for its GPU, and most of what the package needs; the constraint keeps pip from exchanging it.
CODE = """\
# @title Only on Colab: installs the course's package, leaves its torch as it is. Elsewhere: nothing.
import importlib.metadata
import importlib.util
import subprocess
import sys

if "google.colab" in sys.modules and importlib.util.find_spec("ganlab") is None:
    package = "ganlab @ https://github.com/{owner}/{repository}/archive/refs/heads/{branch}.zip"
    with open("/tmp/keep.txt", "w") as keep:
        keep.write(f"torch=={{importlib.metadata.version('torch')}}\\n")
    print("Installing the course's package: about 20 seconds …")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", "/tmp/keep.txt", package]
    if subprocess.run(command).returncode != 0:
        raise RuntimeError(f"{{package}} could not be installed; pip says why above.")
    importlib.invalidate_caches()"""
PACKAGE = re.compile(r"ganlab @ https://github\.com/([^/]+)/([^/]+)/archive/refs/heads/(.+)\.zip\"")


def with_colab(notebook: NotebookNode, chapter: Chapter) -> NotebookNode:
    """The notebook with both cells in front where the course has an address; the argument is left as it was."""
    address = read_address(chapter.course / "pyproject.toml")
    if address is None:
        return notebook
    owner, repository, branch = address
    home = f"https://colab.research.google.com/github/{owner}/{repository}/blob/{branch}"
    badge = (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"({home}/course/{chapter.name}/{chapter.name}.ipynb)"
    )
    notebook = deepcopy(notebook)
    notebook.cells[:0] = [
        new_markdown_cell(badge, id=BADGE),
        new_code_cell(_code(*address), id=INSTALL, metadata=FOLDED),
    ]
    return notebook


def without_colab(notebook: NotebookNode) -> NotebookNode:
    """The notebook without the cells `with_colab` put there."""
    notebook = deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell.get("id") not in IDS]
    return notebook


def is_install(text: str) -> bool:
    """Whether a cell holds the installing code, for whatever address, and nothing else."""
    found = PACKAGE.search(text)
    return found is not None and text.strip() == _code(*found.groups())


def read_address(pyproject: Path) -> tuple[str, str, str] | None:
    """Owner, repository and branch; None where there is no such line; CourseError where it makes no sense."""
    try:
        settings = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise CourseError(f"{pyproject} cannot be read: {error}") from error
    written = settings.get("tool", {}).get("ganlab", {}).get("colab")
    if written is None:
        return None
    found = ADDRESS.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise CourseError(f'{pyproject}: tool.ganlab.colab must be "owner/repository/branch", got {written!r}.')
    return found[1], found[2], found[3]


def _code(owner: str, repository: str, branch: str) -> str:
    return CODE.format(owner=owner, repository=repository, branch=branch)
