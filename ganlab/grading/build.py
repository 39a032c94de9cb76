"""From a chapter's source to its two notebooks: executed in solutions/, released in course/.

The released notebook is a function of the source, byte for byte. The executed one keeps the outputs it has as
long as they belong to the code the source builds, so that a second build is cheap and changes nothing.
"""

import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.notebooknode import NotebookNode

from ganlab.grading.chapters import Chapter, files_in
from ganlab.grading.colab import with_colab, without_colab
from ganlab.grading.errors import CourseError
from ganlab.grading.release import release
from ganlab.grading.settings import QUIET_KERNEL
from ganlab.grading.source import KERNEL, read_source
from ganlab.writing import write

# Committed outputs are those of one CPU thread: the count changes the order of sums, hence the last digits.
REPRODUCIBLE = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "CUDA_VISIBLE_DEVICES": "",
}
CELL_SECONDS = 600
WIDGET = "application/vnd.jupyter.widget-view+json"


def build_chapter(chapter: Chapter, *, execute: bool = True, force: bool = False) -> str:
    """Write both notebooks and the data files of a chapter; return one line that says what happened."""
    built = read_source(chapter.source)
    kept = None if force else _with_committed_outputs(chapter, built)
    if kept is not None:
        solved, how = kept, "the code is unchanged, outputs kept (--force runs it again)"
    elif execute:
        solved, how = execute_notebook(built, chapter), "executed"
    else:
        solved, how = built, "not executed"
    write(chapter.solved, dump(with_colab(solved, chapter)))
    write(chapter.released, dump(release(with_colab(built, chapter))))
    for data in chapter.data_files():
        write(chapter.released_folder / data, (chapter.folder / data).read_bytes())
    return f"{chapter.name}: {how}"


def check_chapter(chapter: Chapter) -> Iterator[str]:
    """What is committed and is not what the source builds, one sentence each; nothing is written."""
    built = read_source(chapter.source)
    cure = f"run `ganlab build {chapter.name}`."
    solved = _with_committed_outputs(chapter, built)
    if solved is None:
        yield f"{chapter.solved} is not executed from the present source: {cure}"
    elif dump(with_colab(solved, chapter)) != _read(chapter.solved):
        yield f"{chapter.solved} is not what the source builds: {cure}"
    expected = {data: (chapter.folder / data).read_bytes() for data in chapter.data_files()}
    expected[Path(chapter.released.name)] = dump(release(with_colab(built, chapter)))
    for inner, content in expected.items():
        if _read(chapter.released_folder / inner) != content:
            yield f"{chapter.released_folder / inner} is not what the source builds: {cure}"
    for inner in files_in(chapter.released_folder, skip=("results", ".*")):
        if inner not in expected:
            yield f"{chapter.released_folder / inner} does not come from the source: delete it."


def execute_notebook(notebook: NotebookNode, chapter: Chapter) -> NotebookNode:
    """Run every cell of a copy in the chapter's folder and keep what is the same at each run."""
    notebook = deepcopy(notebook)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=QUIET_KERNEL,
        coalesce_streams=True,
        resources={"metadata": {"path": str(chapter.folder)}},
    )
    try:
        client.execute(env={**os.environ, **REPRODUCIBLE})
    except CellExecutionError as error:
        failed = next(cell for cell in notebook.cells if _failed(cell))
        raise CourseError(
            f'{chapter.source}: cell "{failed.id}" raised {error.ename} ({error.evalue}): mend it, rebuild.'
        ) from error
    except (DeadKernelError, TimeoutError) as error:
        raise CourseError(f"{chapter.source} could not be executed: {error}") from error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _lasting(output)]
    notebook.metadata = nbformat.from_dict(KERNEL)
    return notebook


def dump(notebook: NotebookNode) -> bytes:
    """The notebook as it is committed."""
    return (nbformat.writes(notebook) + "\n").encode("utf-8")


def _with_committed_outputs(chapter: Chapter, built: NotebookNode) -> NotebookNode | None:
    """The built notebook with the outputs on disk, or None where those belong to other code."""
    try:
        old = without_colab(nbformat.read(chapter.solved, as_version=4))
    except (OSError, ValueError):  # absent, or not a notebook
        return None
    notebook = deepcopy(built)
    ours, theirs = ([cell for cell in each.cells if cell.cell_type == "code"] for each in (notebook, old))
    if [cell.source for cell in ours] != [cell.source for cell in theirs]:  # text may change: it costs no run
        return None
    for cell, ran in zip(ours, theirs, strict=True):
        if (cell.source.strip() and ran.execution_count is None) or _failed(ran):
            return None
        cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
    return notebook


def _failed(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _lasting(output: NotebookNode) -> bool:
    """Progress bars and library messages differ at each run: stderr and widget views are left out."""
    return not (output.get("name") == "stderr" or WIDGET in output.get("data", {}))


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
