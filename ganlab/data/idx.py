"""The IDX format of MNIST's files: a magic number, the lengths of the axes, the bytes."""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor

UNSIGNED_BYTES = b"\x00\x00\x08"  # what such a file starts with; the fourth byte counts its axes
GZIP = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str]) -> Tensor:
    """Read a file of unsigned bytes, packed (gz) or not: uint8 of the shape that it states.

    Raises:
        ValueError: it is damaged, cut off, or no such file.

    """
    return decode_idx(unpack(Path(path)), str(path))


def unpack(path: Path) -> bytes:
    """Give a file's bytes, unpacked if they are gzip's."""
    content = path.read_bytes()
    if not content.startswith(GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path} is damaged: it cannot be unpacked ({error}).") from error


def decode_idx(content: bytes, name: str) -> Tensor:
    """Turn IDX bytes into a tensor; `name` is what a complaint calls them."""
    axes = content[3] if len(content) > 3 else 0
    start = 4 + 4 * axes
    if not content.startswith(UNSIGNED_BYTES) or not axes or len(content) < start:
        raise ValueError(
            f"{name} is no IDX file of unsigned bytes: it starts with {content[:4].hex(' ') or 'nothing'}."
        )
    shape = struct.unpack(f">{axes}I", content[4:start])
    if not 0 < math.prod(shape) == len(content) - start:
        stated = "×".join(map(str, shape))
        raise ValueError(f"{name} is damaged: it states {stated} bytes and holds {len(content) - start:,}.")
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=start).reshape(shape)
