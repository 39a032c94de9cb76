"""The warm process: imports what notebooks import, then forks a kernel for each submission.

    python -m ganlab.grading.kernel.zygote FD '{"confine": true, "uid": 2000000000, "limits": {…}}'

On the control socket FD it reads lines of JSON: {"fork": n} with a socket attached, {"interrupt": n}, {"kill": n};
and writes {"ready": …}, {"forked": n}, {"ended": n, "status": …, "why": …}. One kernel lives at a time.
"""

import array
import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ganlab.grading.kernel import child, confine

if TYPE_CHECKING:
    from ganlab.grading.checks.references import Fence

WATCH_SECONDS = 0.2
KILLED = 256 - signal.SIGKILL  # what _exit_code gives


class Zygote:
    """Forks, interrupts, kills and watches one kernel at a time."""

    def __init__(self, control: socket.socket, settings: dict[str, Any], fence: "Fence") -> None:
        self.control, self.settings, self.fence = control, settings, fence
        self.number, self.pid, self.why = -1, 0, ""
        self.own_memory = _anonymous(os.getpid())

    def serve(self) -> None:
        """Work until the control socket closes."""
        self._say(ready=os.getpid())
        pending = b""
        while True:
            readable, _, _ = select.select([self.control], [], [], WATCH_SECONDS if self.pid else None)
            if readable:
                data, ancillary, _, _ = self.control.recvmsg(65536, socket.CMSG_SPACE(4))
                if not data:
                    break
                descriptors = [fd for _, _, raw in ancillary for fd in array.array("i", raw)]
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line), descriptors)
            if self.pid:
                self._watch()
        self._kill("the grader left")

    def _obey(self, order: dict[str, Any], descriptors: list[int]) -> None:
        if "fork" in order:
            self._kill("another kernel was asked for")
            self._fork(order["fork"], descriptors.pop())
        elif order.get("interrupt") == self.number and self.pid:
            os.kill(self.pid, signal.SIGINT)
        elif order.get("kill") == self.number and self.pid:
            self._kill(order.get("why", "killed"))

    def _fork(self, number: int, descriptor: int) -> None:
        """Fork a keeper, which stays out of the new process table, and from it the kernel, its first process."""
        self.number, self.why = number, ""
        confined = self.settings["confine"]
        told, tell = os.pipe()
        keeper = os.fork()
        if not keeper:
            with suppress(BaseException):
                self.control.close()
                os.close(told)
                os.setsid()
                if confined:
                    confine.new_namespaces()
                kernel = os.fork()
                if not kernel:
                    os.setsid()  # a signal to its own group must not reach the keeper
                    os.close(tell)
                    child.main(descriptor, self.settings, self.fence)
                os.close(descriptor)
                os.write(tell, str(kernel).encode())
                os.close(tell)
                os._exit(_exit_code(os.waitpid(kernel, 0)[1]))
            os._exit(70)
        os.close(descriptor)
        os.close(tell)
        self.keeper, self.pid = keeper, int(os.read(told, 20) or 0)
        os.close(told)
        self._say(forked=number)
        if not self.pid:
            self._ended()

    def _watch(self) -> None:
        """Notice the kernel's end, and stop it where all its processes together take too much memory."""
        with suppress(ChildProcessError):
            done, status, usage = os.wait4(self.keeper, os.WNOHANG)
            if done:
                self._ended(_exit_code(status), usage.ru_utime + usage.ru_stime)
                return
        if not self.settings["confine"]:
            return
        ours = {os.getpid(), self.keeper, 1}
        used = sum(
            max(0, _anonymous(int(name)) - self.own_memory)
            for name in os.listdir("/proc")
            if name.isdigit() and int(name) not in ours
        )
        if used > self.settings["limits"]["memory_together"]:
            self._kill("it took too much memory")

    def _kill(self, why: str) -> None:
        if not self.pid:
            return
        self.why = why
        with suppress(ProcessLookupError):
            if self.settings["confine"]:
                os.kill(self.pid, signal.SIGKILL)  # the first of its process table: all others die with it
            else:
                os.killpg(os.getpgid(self.pid), signal.SIGKILL)
        _, status, usage = os.wait4(self.keeper, 0)
        self._ended(_exit_code(status), usage.ru_utime + usage.ru_stime)

    def _ended(self, status: int = 70, seconds: float = 0.0) -> None:
        """Tell the grader; `seconds` of processor time tell RLIMIT_CPU from others who kill."""
        limit = self.settings["limits"]["cpu"]
        if self.settings["confine"] and not self.why and status == KILLED and seconds > 0.9 * limit:
            self.why = f"it used more than {limit} s of processor time"
        self.pid = 0
        self._say(ended=self.number, status=status, why=self.why)

    def _say(self, **fields: Any) -> None:
        with suppress(OSError):
            self.control.sendall(json.dumps(fields).encode() + b"\n")


def _anonymous(pid: int) -> int:
    """Give the memory, in bytes, that no other process would have to hold: anonymous and shared pages."""
    with suppress(OSError), open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
        return 1024 * sum(int(fields.get(key, "0").split()[0]) for key in ("RssAnon", "RssShmem"))
    return 0


def _exit_code(status: int) -> int:
    return os.waitstatus_to_exitcode(status) % 256


def main() -> None:
    """Warm up, freeze what is there, and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(sys.argv[2])
    if settings["confine"]:
        confine._LIBC.prctl(confine.PR_SET_DUMPABLE, 0, 0, 0, 0)
    fence = child.warm_up(settings["references"])
    gc.collect()
    gc.freeze()  # collections in children leave the shared pages alone
    Zygote(control, settings, fence).serve()


if __name__ == "__main__":
    main()
