"""A check cell run in the grader: its trusted text, with the student's functions replaced by callers of them.

The kernel sees inputs and is asked for results; the cell itself, hidden tests included, never reaches it.
"""

import ast
import builtins
import contextlib
import ctypes
import hashlib
import hmac
import io
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nbformat.notebooknode import NotebookNode

from ganlab.grading.checks import Answer, CheckFailed, find_exercise
from ganlab.grading.sandbox import GRACE, Kernel, KernelDied, KernelTimeout

MARK = "HIDDEN TESTS"
PATIENCE = GRACE + 2  # seconds beyond a check's own, when no question can be under way any more


@dataclass(frozen=True)
class Verdict:
    """What a check says of an answer; `odd` where the check itself stumbled, `late` where time ran out, `missing` where
    there is nothing to check.
    """

    passed: bool
    message: str
    printed: str = ""
    odd: bool = False
    late: bool = False
    missing: bool = False


class Missing(CheckFailed):
    """The notebook lacks what a check needs."""


class TooLong(BaseException):
    """A check has not ended: what an answer returned keeps it busy."""


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise TooLong in this thread after `seconds`, be it in a loop over a number that a student chose."""
    thread, over, lock = ctypes.c_ulong(threading.get_ident()), False, threading.Lock()

    def stop() -> None:
        with lock:
            if not over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TooLong))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over = True
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)  # one that is still on its way
        timer.cancel()


class Examiner:
    """Runs the check cells of one assignment against one kernel."""

    def __init__(self, source: NotebookNode, secret: str, seconds: float) -> None:
        self.secret, self.seconds = secret, seconds
        self.trusted: dict[str, Any] = {}
        for cell in source.cells:
            if cell.cell_type == "code" and not _solution(cell):
                self._import(cell.source)

    def _import(self, text: str) -> None:
        """Do the imports of the course's own cells, so that a check finds the names it uses."""
        with contextlib.suppress(SyntaxError):
            nodes = [node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)]
            for node in nodes:
                with contextlib.suppress(ImportError):
                    exec(compile(ast.Module([node], []), "<imports>", "exec"), self.trusted)

    def examine(self, text: str, kernel: Kernel) -> Verdict:
        """Run a check cell; KernelDied and a kernel's disobedience go to the caller."""
        ends = time.monotonic() + self.seconds

        def ask(question: bytes) -> bytes:
            return kernel.ask(question, max(0.1, ends - time.monotonic()))

        printed = io.StringIO()
        try:
            with _at_most(self.seconds + PATIENCE), contextlib.redirect_stdout(printed), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(text, "<check>", "exec"), self._namespace(text, ask))
        except Missing as failure:
            return Verdict(False, str(failure), missing=True)
        except CheckFailed as failure:
            return Verdict(False, _one_line(failure), printed.getvalue())
        except AssertionError as failure:
            return Verdict(False, _one_line(failure) or _failed_line(text, failure), printed.getvalue())
        except KernelTimeout as error:
            said = str(error) if error.whole else f"it took longer than {self.seconds:g} s"
            if not error.alive:
                raise KernelTimeout(said, whole=error.whole, alive=False) from None
            return Verdict(False, said, printed.getvalue(), late=True)
        except KernelDied:
            raise
        except TooLong:
            said = f"checking what it returns took longer than {self.seconds:g} s"
            return Verdict(False, said, printed.getvalue(), odd=True, late=True)
        except Exception as error:
            said = f"the check cannot use what the answer returns ({type(error).__name__}: {_one_line(error)})"
            return Verdict(False, said[:300], printed.getvalue(), odd=True)
        return Verdict(True, "passed", printed.getvalue())

    def _namespace(self, text: str, ask: Callable[[bytes], bytes]) -> dict[str, Any]:
        """Give the names a check cell uses: the course's imports, our check, the student's functions from afar."""
        names = {"__builtins__": builtins, **self.trusted, "check": self._check}
        nodes = list(ast.walk(ast.parse(text)))
        stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        stored |= {alias.asname or alias.name.split(".")[0] for node in imports for alias in node.names}
        stored |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        stored |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        for node in nodes:
            if isinstance(node, ast.Name) and node.id not in names and node.id not in stored:
                if hasattr(builtins, node.id):
                    continue
                answer = Answer(ask, node.id, node.id)
                try:
                    value = answer.look()
                except CheckFailed:
                    raise Missing(f"{node.id} is not defined in the notebook.") from None
                names[node.id] = answer if isinstance(value, Answer) else value
        return names

    def _check(self, name: str, answer: Any, *, seed: int = 0, rounds: int = 1) -> None:
        """Stand in for the notebook's check: the same exercise, on seeds that nobody knows beforehand."""
        secret = hmac.digest(self.secret.encode(), f"{name}/{seed}".encode(), hashlib.sha256)
        find_exercise(name).run(answer, seed=int.from_bytes(secret[:6], "big"), rounds=rounds)
        print(f"{name.split('/')[1]}: passed")


def _solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _one_line(error: BaseException) -> str:
    return " ".join(str(error)[:1000].split())


def _failed_line(text: str, failure: BaseException) -> str:
    """Give the text of the assertion that failed, unless it is a hidden one."""
    line, trace = 0, failure.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<check>":
            line = trace.tb_lineno
        trace = trace.tb_next
    lines = text.split("\n")
    hidden = sum(f"BEGIN {MARK}" in each for each in lines[:line]) > sum(f"END {MARK}" in each for each in lines[:line])
    return "a hidden test fails" if hidden or not line else f"this fails: {lines[line - 1].strip()}"
