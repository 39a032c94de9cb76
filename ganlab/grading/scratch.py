"""A sandbox's folder of files: there while its grader lives, and taken away by the next one after a `kill -9`.

Whoever has one holds a lock in it, which the system lets go when the process ends, however it ends.
"""

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX, LOCK = "ganlab-sandbox-", "lock"
NO_LOCK_SECONDS = 86_400.0  # a folder without a lock may be about to get one


class Scratch:
    """A new folder, locked by this process."""

    def __init__(self) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)  # no child inherits it
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            if os.fstat(self._lock).st_nlink:  # else another grader took it for abandoned, just before the lock
                return
            os.close(self._lock)

    def close(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep() -> None:
    """Take away this user's folders whose process is gone; those of a living one, and of other users, stay."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # in use, or gone meanwhile
            about = path.stat(follow_symlinks=False)
            if about.st_uid == os.geteuid() and not path.is_symlink():
                _sweep(path, about.st_mtime)


def _sweep(path: Path, changed: float) -> None:
    try:
        lock = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        if time.time() - changed > NO_LOCK_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(lock)
