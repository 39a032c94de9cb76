"""Write a file beside its place and rename it there, so that it is whole or as it was."""

from __future__ import annotations

import os
from pathlib import Path

NAME_LIMIT = 200  # of the temporary name: file systems take 255 bytes


def write(path: Path, content: str | bytes) -> None:
    """Write text (UTF-8, line ends as they are) or bytes; a file that holds them already is left alone.

    Raises:
        OSError: it cannot be written (a full disk, no right to); nothing is left of the attempt.

    """
    data = content if isinstance(content, bytes) else content.encode("utf-8", errors="replace")
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}"[-NAME_LIMIT:])
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
