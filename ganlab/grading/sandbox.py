"""The grader's side of the sandbox: start the warm process in bubblewrap, fork kernels, run cells, ask questions.

    with ForkServer() as server, server.kernel() as kernel:
        kernel.run("x = 1", seconds=60)

Nothing that a kernel sends is trusted; time is kept here.
"""

import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from ganlab.grading.checks import exercises
from ganlab.grading.errors import CourseError
from ganlab.grading.kernel import channel
from ganlab.grading.scratch import Scratch, sweep
from ganlab.grading.walls import bubblewrap, environment_of, kernel_library

START_SECONDS = 120.0
GRACE = 3.0  # seconds a kernel has to obey an interrupt
SHOWN_LIMIT, COMMAS_LIMIT = 48 << 20, 2_000_000  # bytes of what a cell shows; commas bound what JSON becomes in memory
OUTPUTS_LIMIT = 300


class KernelDied(Exception):
    """The kernel is gone; the message says why."""


class KernelTimeout(Exception):
    """Code reached a limit of time, which the message names: `whole` if it was the notebook's, not the cell's own.

    `alive` tells whether the kernel obeyed the interrupt.
    """

    def __init__(self, said: str, *, whole: bool, alive: bool) -> None:
        super().__init__(said)
        self.whole, self.alive = whole, alive


@dataclass(frozen=True)
class Limits:
    """What one submission may use: bytes, seconds, counts."""

    memory: int = 2 << 30  # of one process, beyond what the warm process has
    memory_together: int = 3 << 30  # of all its processes
    cpu: int = 300  # seconds of one process
    file: int = 64 << 20
    files: int = 256
    processes: int = 64  # threads count
    disk: int = 64 << 20  # of each writable place
    cell: float = 60.0  # wall-clock seconds
    check: float = 20.0
    notebook: float = 300.0  # from its first kernel to its last cell

    @property
    def notebook_over(self) -> str:
        """What is said where the notebook's limit is reached."""
        return f"the notebook as a whole took longer than {self.notebook:g} s"


@dataclass
class ForkServer:
    """A warm process in the sandbox, started when it is first needed and again if it dies."""

    confined: bool = True
    limits: Limits = field(default_factory=Limits)
    _process: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None
    _folder: Scratch | None = None
    _pending: bytes = b""
    _number: int = 0

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def kernel(self, limits: Limits | None = None) -> "Kernel":
        """Fork a kernel; `limits` may set other times than the server's."""
        for attempt in (1, 2):
            try:
                return self._fork(limits or self.limits)
            except (OSError, channel.ChannelClosed, TimeoutError):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def _fork(self, limits: Limits) -> "Kernel":
        control = self._started()
        self._number += 1
        ours, theirs = socket.socketpair()
        order = json.dumps({"fork": self._number}).encode() + b"\n"
        socket.send_fds(control, [order], [theirs.fileno()])
        theirs.close()
        kernel = Kernel(self, self._number, ours, limits)
        self.listen(lambda said: said.get("forked") == self._number, time.monotonic() + GRACE * 4)
        return kernel

    def close(self) -> None:
        """Stop the warm process and every kernel of it."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            self._process.kill()
            self._process.wait()
        if self._folder is not None:
            self._folder.close()
        self._process = self._control = self._folder = None
        self._pending = b""

    def order(self, **fields: Any) -> None:
        """Send an order to the warm process; a dead one does not mind."""
        if self._control is not None:
            with suppress(OSError):
                self._control.sendall(json.dumps(fields).encode() + b"\n")

    def listen(self, wanted: Callable[[dict[str, Any]], bool], deadline: float) -> dict[str, Any]:
        """Read what the warm process says until it is what is wanted."""
        assert self._control is not None
        while True:
            while b"\n" in self._pending:
                line, _, self._pending = self._pending.partition(b"\n")
                said: dict[str, Any] = json.loads(line)
                if wanted(said):
                    return said
            self._control.settimeout(max(0.01, deadline - time.monotonic()))
            data = self._control.recv(65536)
            if not data:
                raise channel.ChannelClosed("the sandbox ended")
            self._pending += data

    def _started(self) -> socket.socket:
        if self._process is not None and self._process.poll() is None and self._control is not None:
            return self._control
        self.close()
        ours, theirs = socket.socketpair()
        os.set_inheritable(theirs.fileno(), True)
        root = os.geteuid() == 0
        uid = 1_900_000_000 + os.getpid() if root else None  # a user of its own: process counts are per user
        settings: dict[str, Any] = {
            "confine": self.confined,
            "uid": uid,
            "limits": asdict(self.limits),
            "workplace": "/submission",
        }
        settings["references"] = sorted({name for each in exercises().values() for name in each.references})
        sweep()
        self._folder = scratch = Scratch()
        library = kernel_library(scratch.path, settings)
        python = [sys.executable, "-m", "ganlab.grading.kernel.zygote", str(theirs.fileno()), json.dumps(settings)]
        command = [*bubblewrap(library, root=root), *python] if self.confined else python
        with tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(
                command,
                env=environment_of(library, confined=self.confined),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                cwd="/" if self.confined else scratch.path,
            )
            theirs.close()
            self._control = ours
            try:
                self.listen(lambda said: "ready" in said, time.monotonic() + START_SECONDS)
            except (OSError, channel.ChannelClosed, TimeoutError) as error:
                self.close()
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip().split("\n")[-1]
                problem = f"The sandbox does not start: {said or error}. --no-sandbox does without it."
                raise CourseError(problem) from error
        return ours


class Kernel:
    """One forked kernel."""

    def __init__(self, server: ForkServer, number: int, sock: socket.socket, limits: Limits) -> None:
        self.server, self.number, self.sock, self.limits = server, number, sock, limits
        self.ends = time.monotonic() + limits.notebook
        self.gone = ""

    def __enter__(self) -> "Kernel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the kernel and everything it started."""
        self.sock.close()
        self.server.order(kill=self.number)

    def run(self, code: str, seconds: float | None = None) -> list[dict[str, Any]]:
        """Run a cell and give its outputs as the kernel tells them."""
        reply = self._exchange(b"R" + json.dumps({"code": code}).encode(), seconds, SHOWN_LIMIT)
        try:
            if reply.count(b",") > COMMAS_LIMIT:
                raise ValueError("too many parts")
            outputs = json.loads(reply)["outputs"]
        except (ValueError, KeyError, TypeError, RecursionError):
            self._lost("it sent no proper reply")
        return outputs[:OUTPUTS_LIMIT] if isinstance(outputs, list) else []

    def ask(self, question: bytes, seconds: float | None = None) -> bytes:
        """Ask the service in the kernel."""
        return self._exchange(b"Q" + question, seconds)

    def changed(self) -> list[str]:
        """Ask the canary which trusted functions the student's code exchanged."""
        try:
            names = json.loads(self._exchange(b"C", GRACE, 1 << 16))
        except (ValueError, RecursionError):
            return ["the canary"]
        return [str(name)[:60] for name in names[:5]] if isinstance(names, list) else ["the canary"]

    def place(self, files: Mapping[str, bytes]) -> None:
        """Write files into the kernel's working directory, before any of the student's code runs."""
        for name, content in files.items():
            text = base64.b64encode(content).decode()
            self.run(
                "import pathlib as _p, base64 as _b\n"
                f"_f = _p.Path({name!r}); _f.parent.mkdir(parents=True, exist_ok=True)\n"
                f"_f.write_bytes(_b.b64decode({text!r})); del _p, _b, _f"
            )

    def _exchange(self, message: bytes, seconds: float | None, limit: int = channel.LIMIT) -> bytes:
        if self.gone:
            raise KernelDied(self.gone)
        now, seconds = time.monotonic(), self.limits.cell if seconds is None else seconds
        deadline = min(self.ends, now + seconds)
        whole = deadline == self.ends
        said = self.limits.notebook_over if whole else f"it took longer than {seconds:g} s"
        try:
            self.sock.settimeout(max(0.01, deadline - now))
            channel.send(self.sock, message)
            return channel.receive(self.sock, deadline, limit)
        except channel.ChannelClosed:
            self._lost("")
        except TimeoutError:
            self.server.order(interrupt=self.number)
        try:
            channel.receive(self.sock, time.monotonic() + GRACE)
        except channel.ChannelClosed:
            self._lost("")
        except TimeoutError:
            self.gone = "it did not obey the interrupt"
            self.server.order(kill=self.number, why=self.gone)
            raise KernelTimeout(said, whole=whole, alive=False) from None
        raise KernelTimeout(said, whole=whole, alive=True)

    def _lost(self, why: str) -> None:
        said = {}
        with suppress(OSError, channel.ChannelClosed, TimeoutError):
            self.server.order(kill=self.number, why=why)
            said = self.server.listen(lambda said: said.get("ended") == self.number, time.monotonic() + GRACE)
        self.gone = why or said.get("why") or "it ended by itself"
        raise KernelDied(self.gone)
