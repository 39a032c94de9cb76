"""The kernel: IPython runs a student's cells, a service answers the grader's questions about what they defined.

It speaks on one socket: each message starts with a letter, R for a cell to run (JSON), Q for a question (wire.py's),
C for what the canary saw.
"""

import importlib
import io
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ganlab.grading.kernel import canary, channel, confine

if TYPE_CHECKING:
    from ganlab.grading.checks.references import Fence

OUTPUT_LIMIT = 200_000  # characters of text of one cell
PICTURES_LIMIT, SHOWN_LIMIT = 20, 24 << 20  # rich outputs of one cell, and their characters together
WARM = (
    "IPython.core.interactiveshell",
    "IPython.core.completerlib",
    "IPython.core.magics",
    "IPython.core.magics.pylab",
    "IPython.core.oinspect",
    "IPython.core.ultratb",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "numpy.testing",
    "pygments.formatters.terminal256",
    "scipy.stats",
    "stack_data",
    "torch.func",
    "torch.testing",
    "ganlab.plots",
    "ganlab.grading.checks.service",
)


def warm_up(references: Sequence[str]) -> "Fence":
    """Import and touch once what notebooks use, so that forked kernels find it ready; find the references."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    for name in WARM:
        importlib.import_module(name)
    import torch
    from torch import nn

    import ganlab

    torch.set_num_threads(1)
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    optimiser = torch.optim.Adam(net.parameters())
    torch.func.vmap(net)(torch.ones(2, 2, 2)).sum().backward()
    optimiser.step()
    ganlab.mode_report(torch.zeros(1, 4, 2), ganlab.ring())
    from ganlab.grading.checks.references import Fence

    return Fence(references)


def main(descriptor: int, settings: dict[str, Any], fence: "Fence") -> None:
    """Give up all rights, then run what the grader asks for; never returns."""
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if settings["confine"]:
            confine.fresh_disks(settings["limits"]["disk"] >> 20)
            confine.give_up_rights(settings["uid"])
            confine.set_limits(settings["limits"])
            confine.deny_calls()
        os.chdir(settings["workplace"])
        kernel = Kernel(socket.socket(fileno=descriptor), fence)
        _quiet()
    except BaseException:
        traceback.print_exc()  # a defect of the confinement, not of the student's
        os._exit(71)
    with suppress(BaseException):
        kernel.serve()
    os._exit(0)


def _quiet() -> None:
    """Text written past Python goes nowhere; there is nothing to read."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdin = open(os.devnull)  # noqa: SIM115


class Capped(io.TextIOBase):
    """Text of a cell, up to a limit; what is beyond it is counted."""

    encoding = "utf-8"

    def __init__(self, outputs: list[dict[str, Any]], name: str) -> None:
        self.outputs, self.name, self.left = outputs, name, OUTPUT_LIMIT

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        kept = str(text)[: self.left]
        if not kept:
            return len(text)
        self.left -= len(kept)
        if not self.left:
            kept += "\n… more was printed than is kept.\n"
        if self.outputs and self.outputs[-1].get("name") == self.name:
            self.outputs[-1]["text"] += kept
        else:
            self.outputs.append({"output_type": "stream", "name": self.name, "text": kept})
        return len(text)


class Kernel:
    """One IPython shell and the socket it is asked on."""

    def __init__(self, sock: socket.socket, fence: "Fence") -> None:
        from IPython.core.interactiveshell import InteractiveShell
        from matplotlib_inline.backend_inline import configure_inline_support
        from traitlets.config import Config

        from ganlab.grading.checks.service import Service

        InteractiveShell.clear_instance()
        self.sock = sock
        self.outputs: list[dict[str, Any]] = []
        self.shown = 0
        os.environ["IPYTHONDIR"] = os.environ["HOME"]
        shell: Any = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        shell.colors = "nocolor"
        shell.display_pub = _Publisher(self)
        shell.displayhook.write_output_prompt = lambda: None
        shell.displayhook.write_format_data = self._result
        shell._showtraceback = self._error
        shell.showsyntaxerror = lambda *_, **__: self._error(sys.exc_info()[0], sys.exc_info()[1], [])
        os.register_at_fork(after_in_child=sock.close)  # what a student forks does not speak for the kernel
        shell.ask_exit = _leave
        configure_inline_support(shell, "module://matplotlib_inline.backend_inline")
        self.shell, self.service = shell, Service(shell.user_ns, fence.out_of_reach)
        self.looks = [canary.watch(shell), fence.changed]
        fence.stand()

    def serve(self) -> None:
        """Answer until the grader hangs up, with what is there before the student's code runs."""
        receive, send, told, looks = channel.receive, channel.send, canary.told, self.looks
        replies = {b"R": self._run, b"Q": self._ask, b"C": lambda _: told(looks)}
        while True:
            try:
                message = receive(self.sock)
            except channel.ChannelClosed:
                return
            except KeyboardInterrupt:  # meant for a cell that ended in time
                continue
            kind, body = message[:1], message[1:]
            try:
                answer = replies[kind](body)
            except KeyboardInterrupt:  # where it comes late, it says nothing of the canary
                answer = told(looks) if kind == b"C" else b'{"outputs": []}' if kind == b"R" else b""
            send(self.sock, answer)

    def _run(self, body: bytes) -> bytes:
        code = json.loads(body)["code"]
        self.outputs.clear()
        self.shown = 0
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Capped(self.outputs, "stdout"), Capped(self.outputs, "stderr")
        try:
            self.shell.run_cell(code, store_history=False)
        except SystemExit:
            self.outputs.append(_error_output("SystemExit", "the cell ended the program", []))
        finally:
            sys.stdout, sys.stderr = streams
        return json.dumps({"outputs": self.outputs}).encode()

    def _ask(self, body: bytes) -> bytes:
        streams = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = Capped([], "stdout")
        try:
            return self.service.reply(body)
        finally:
            sys.stdout, sys.stderr = streams

    def rich(self, kind: str, data: dict[str, Any], **more: Any) -> None:
        """Keep what a cell shows."""
        plain = {key: value for key, value in data.items() if isinstance(value, str) and len(value) < 4_000_000}
        self.shown += sum(map(len, plain.values()))
        rich = sum(output["output_type"] != "stream" for output in self.outputs)
        if rich < PICTURES_LIMIT and self.shown < SHOWN_LIMIT:
            self.outputs.append({"output_type": kind, "data": plain, "metadata": {}, **more})

    def _result(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.rich("execute_result", format_dict, execution_count=None)

    def _error(self, kind: Any, value: Any, lines: list[str]) -> None:
        said = lines or traceback.format_exception_only(kind, value)
        self.outputs.append(_error_output(getattr(kind, "__name__", "Error"), str(value)[:2000], said))


def _error_output(name: str, value: str, lines: list[str]) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": [str(line)[:4000] for line in lines]}


def _leave() -> None:
    raise SystemExit


class _Publisher:
    """Takes the place of IPython's display publisher."""

    is_publishing = False

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def publish(self, data: dict[str, Any], metadata: Any = None, **_: Any) -> None:
        import base64

        texts = {
            key: base64.b64encode(value).decode() if isinstance(value, bytes) else value for key, value in data.items()
        }
        self.kernel.rich("display_data", texts)

    def clear_output(self, wait: bool = False) -> None:
        self.kernel.outputs.clear()
