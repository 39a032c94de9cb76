"""One submission graded: notebook in, graded notebook and verdicts out. Touches no gradebook, no disk of the course.

A job holds all that is needed, so that any `concurrent.futures.Executor` can run it, on this machine or another.
Each process keeps one warm sandbox.
"""

import ast
import contextlib
import functools
import hashlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.util import Finalize
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from ganlab.grading.cleaning import clean_cells
from ganlab.grading.preprocessors import is_training
from ganlab.grading.reading import CODE_LIMIT, Ungradable, reading
from ganlab.grading.release import release
from ganlab.grading.repair import repair
from ganlab.grading.sandbox import GRACE, ForkServer, Kernel, KernelDied, KernelTimeout, Limits
from ganlab.grading.verdict import Examiner, Verdict

RESTARTS = 4  # kernels that one notebook may use up


@dataclass(frozen=True)
class Job:
    """What a worker needs to grade one notebook."""

    student: str
    assignment: str
    content: bytes
    source: str  # the notebook with solutions and tests, JSON
    data: Mapping[str, bytes]
    secret: str
    exercises: tuple[str, ...] = ()  # grade only these checks; empty means all
    confined: bool = True
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Graded:
    """What a worker found: points and a message for each check, and what has to be said about the submission."""

    student: str
    assignment: str
    status: str
    reason: str = ""
    points: Mapping[str, float] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    notebook: str = ""  # JSON, "" where there is nothing to show
    answered: tuple[str, ...] = ()  # answers that are not as handed out
    fingerprint: str = ""  # equal for answers that are the same code
    seconds: float = 0.0


_ONE = threading.Lock()  # a cluster may run several jobs in one process: one sandbox, one standard output
_SERVERS: dict[tuple[bool, Limits], ForkServer] = {}


def grade(job: Job) -> Graded:
    """Grade one submission; whatever happens, it ends with a status."""
    start = time.monotonic()
    if multiprocessing.parent_process() is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # Ctrl-C reaches workers too: say and finish nothing
    try:
        with _ONE:
            graded = _grade(job)
    except Ungradable as error:
        graded = Graded(job.student, job.assignment, error.status, str(error))
    return replace(graded, seconds=time.monotonic() - start)


@functools.lru_cache(maxsize=4)
def course_cells(text: str) -> tuple[NotebookNode, NotebookNode]:
    """Give the course's notebook as it is and as it is handed out; shared, not to be changed."""
    source = nbformat.reads(text, as_version=4)
    return source, release(source)


def server_for(job: Job) -> ForkServer:
    """Give this process's warm sandbox, one for all limits that differ in times only."""
    key = (job.confined, replace(job.limits, cell=Limits.cell, check=Limits.check, notebook=Limits.notebook))
    if key not in _SERVERS:
        _SERVERS[key] = ForkServer(*key)
        Finalize(None, _SERVERS[key].close, exitpriority=10)  # worker processes do not run atexit
    return _SERVERS[key]


def _grade(job: Job) -> Graded:
    source, released = course_cells(job.source)
    with reading():
        mended = repair(job.content, source, released)
    session = _Session(job, Examiner(source, job.secret, job.limits.check))
    with contextlib.closing(session):
        for cell in mended.notebook.cells:
            if cell.cell_type == "code":
                session.visit(cell)
        flags = [*mended.flags, *session.canary()]
    answered = tuple(_answered(mended.notebook, released))
    clean_cells(mended.notebook.cells)
    status, reason = session.status, session.reason
    if status == "graded" and flags:
        status, reason = "tampered", "; ".join(flags)
    elif status == "graded" and mended.notes:
        status, reason = "repaired", "; ".join(mended.notes)
    return Graded(
        job.student,
        job.assignment,
        status,
        reason,
        {name: _points(source, name) * verdict.passed for name, verdict in session.verdicts.items()},
        {name: verdict.message for name, verdict in session.verdicts.items()},
        tuple(flags) + tuple(f"odd value: {name}" for name, verdict in session.verdicts.items() if verdict.odd),
        nbformat.writes(mended.notebook),
        answered,
        fingerprint(mended.notebook),
    )


class _Session:
    """The run of one notebook, over as many kernels as it takes."""

    def __init__(self, job: Job, examiner: Examiner) -> None:
        self.job, self.examiner = job, examiner
        self.verdicts: dict[str, Verdict] = {}
        self.status, self.reason = "graded", ""
        self.stopped: dict[str, str] = {}  # cell id -> the error at which it stopped
        self.history: list[str] = []  # cells to run again in a new kernel
        self.odd: dict[str, None] = {}  # what the canary told
        self.restarts, self.count = 0, 0
        self.kernel: Kernel | None = None
        self.ends = 0.0  # of time.monotonic, known once there is a kernel: warming up takes nothing from the notebook

    def close(self) -> None:
        if self.kernel is not None:
            self.kernel.close()
        self.kernel = None

    def visit(self, cell: NotebookNode) -> None:
        """Run or check one code cell; once the notebook's time or kernels are used up the rest fails, saying so."""
        if is_training(cell):
            return
        about = cell.metadata.get("nbgrader", {})
        name = about.get("grade_id", "")
        checks = bool(about.get("grade")) and not about.get("solution")
        if checks and self.job.exercises and name.removeprefix("check_") not in self.job.exercises:
            return
        self.count += 1
        cell.execution_count, cell.outputs = self.count, []
        if spent := self._spent():
            self._note("timed_out", spent)
            _fail(cell, "NotRun", spent)
            if checks:
                self.verdicts[name] = Verdict(False, f"not checked: {spent}")
            return
        try:
            if checks:
                self._examine(cell, name)
            else:
                self._run(cell)
        except (KernelDied, KernelTimeout) as error:
            status, how = "crashed", "died"
            if isinstance(error, KernelTimeout):
                status, how = "timed_out", "was stopped" if error.alive else "hung"
            why = f": {error}" if str(error) != "it ended by itself" else ""
            said = f'the kernel {how} at cell "{cell.id}"{why}'
            self._stop(status, said)
            _fail(cell, type(error).__name__, said)
            if checks:
                self.verdicts[name] = Verdict(False, said)

    def _spent(self) -> str:
        """Say what the notebook has used up, its time or its kernels; "" while it may go on."""
        if self.ends and time.monotonic() > self.ends:
            return self.job.limits.notebook_over
        return f"{self.restarts} kernels died or hung before" if self.restarts > RESTARTS else ""

    def canary(self) -> list[str]:
        """Give what was exchanged in any kernel, before a check or by now."""
        if self.kernel is not None:
            self.kernel.ends = time.monotonic() + GRACE  # also where the notebook's time is over
            self._look(self.kernel)
        return list(self.odd)

    def _look(self, kernel: Kernel) -> None:
        with contextlib.suppress(KernelDied, KernelTimeout):
            self.odd |= dict.fromkeys(f"{name} was exchanged" for name in kernel.changed())

    def _stop(self, status: str, reason: str) -> None:
        self.close()
        self.restarts += 1
        self._note(status, reason)

    def _note(self, status: str, reason: str) -> None:
        if self.status == "graded":
            self.status, self.reason = status, reason

    def _examine(self, cell: NotebookNode, name: str) -> None:
        kernel = self._ready()
        self._look(kernel)
        verdict = self.examiner.examine(cell.source, kernel)
        stopped = self.stopped.get(name.removeprefix("check_"))
        if verdict.missing and stopped:
            verdict = replace(verdict, message=f"{verdict.message.rstrip('.')}: its cell stopped with {stopped}")
        self.verdicts[name] = verdict
        if verdict.late:
            self._note("timed_out", f'cell "{cell.id}": {verdict.message}')
        if verdict.printed:
            cell.outputs = [new_output("stream", name="stdout", text=verdict.printed)]
        if not verdict.passed:
            _fail(cell, "CheckFailed", verdict.message)
            cell.outputs = cell.outputs[-1:]

    def _run(self, cell: NotebookNode) -> None:
        kernel = self._ready()
        try:
            cell.outputs = [_output(raw) for raw in kernel.run(cell.source) if isinstance(raw, dict)]
        except KernelTimeout as error:
            if not error.alive:
                raise
            _fail(cell, "Timeout", str(error))
            self._note("timed_out", f'cell "{cell.id}": {error}')
            return
        for output in cell.outputs:
            if output.output_type == "error":
                self.stopped[cell.id] = " ".join(f"{output.ename}: {output.evalue}".split())[:200]
        self.history.append(cell.source)

    def _ready(self) -> Kernel:
        """Give the kernel; a new one first runs again what did no harm before."""
        if self.kernel is not None:
            return self.kernel
        kernel = self.kernel = server_for(self.job).kernel(self.job.limits)
        self.ends = kernel.ends = self.ends or kernel.ends
        kernel.place(self.job.data)
        for text in self.history:
            kernel.run(text)
        return kernel


def _answered(notebook: NotebookNode, released: NotebookNode) -> Iterator[str]:
    """Give the names of the answers in which something is written."""
    stubs = {cell.id: cell.source.strip() for cell in released.cells}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.source.strip() not in ("", stubs[cell.id]):
            yield cell.metadata.nbgrader.grade_id


def _points(source: NotebookNode, name: str) -> float:
    about = next(a for a in (cell.metadata.get("nbgrader", {}) for cell in source.cells) if a.get("grade_id") == name)
    return float(about["points"])


def _fail(cell: NotebookNode, kind: str, message: str) -> None:
    error = new_output("error", ename=kind, evalue=message, traceback=[f"{kind}: {message}"])
    cell.outputs = [*cell.outputs, error]


def _output(raw: Mapping[str, Any]) -> NotebookNode:
    """Give a kernel's output as nbformat has it, whatever the kernel said."""
    try:
        node = new_output(**{**raw, "output_type": str(raw.get("output_type"))})
        nbformat.v4.nbbase.validate(node, "output")
    except Exception:  # nbformat raises whatever its validator raises
        return new_output("stream", name="stdout", text="(an output that cannot be shown)")
    return node


def fingerprint(notebook: NotebookNode) -> str:
    """Give a digest of the answers' code without comments, layout and docstrings; "" where nothing is written."""
    parts = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("solution"):
            if len(cell.source) > CODE_LIMIT:
                parts.append(hashlib.sha256(cell.source.encode(errors="replace")).hexdigest())
                continue
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                tree = ast.parse(cell.source)
                for node in ast.walk(tree):
                    body = getattr(node, "body", None)
                    if isinstance(body, list):
                        said = [isinstance(p, ast.Expr) and isinstance(p.value, ast.Constant) for p in body]
                        node.body = [p for p, text in zip(body, said) if not text]  # type: ignore[attr-defined]
                parts.append(ast.dump(tree))
    text = json.dumps(parts)
    return "" if not parts or "NotImplementedError" in text else hashlib.sha256(text.encode()).hexdigest()[:16]
