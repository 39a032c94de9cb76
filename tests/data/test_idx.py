import gzip
import struct
from pathlib import Path

import pytest
import torch

from ganlab.data.idx import decode_idx, read_idx


def idx(*shape: int, content: bytes) -> bytes:
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape) + content


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_read_packed_or_not_whatever_its_name(tmp_path: Path, packed: bool) -> None:
    content = idx(2, 3, 4, content=bytes(range(24)))
    file = tmp_path / "images"
    file.write_bytes(gzip.compress(content) if packed else content)
    tensor = read_idx(file)
    assert tensor.dtype == torch.uint8
    assert torch.equal(tensor, torch.arange(24, dtype=torch.uint8).reshape(2, 3, 4))


def test_lengths_are_big_endian() -> None:
    assert decode_idx(idx(258, content=bytes(258)), "labels").shape == (258,)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no IDX file of unsigned bytes: it starts with nothing"),
        (b"<html>", "no IDX file of unsigned bytes: it starts with 3c 68 74 6d"),
        (struct.pack(">HBBI", 0, 13, 1, 1) + bytes(4), "no IDX file of unsigned bytes: it starts with 00 00 0d 01"),
        (idx(content=b"x"), "no IDX file"),
        (idx(2, 3, content=b"")[:9], "no IDX file"),
        (idx(2, 3, content=bytes(5)), "states 2×3 bytes and holds 5"),
        (idx(2, 3, content=bytes(7)), "states 2×3 bytes and holds 7"),
        (idx(0, 3, content=b""), "states 0×3 bytes and holds 0"),
    ],
)
def test_damaged_files_say_what_is_wrong(content: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=f"^the file .*{says}"):
        decode_idx(content, "the file")


@pytest.mark.parametrize("damage", ["cut", "block type", "checksum"])
def test_damaged_gzip_says_so(tmp_path: Path, damage: str) -> None:
    packed = bytearray(gzip.compress(idx(4, 100, content=bytes(torch.arange(400).remainder(251).tolist()))))
    if damage == "cut":
        del packed[len(packed) // 2 :]
    elif damage == "block type":
        packed[10] |= 0x06  # the fourth kind of block, which deflate does not have
    else:
        packed[-8] ^= 0xFF
    file = tmp_path / "images.gz"
    file.write_bytes(packed)
    with pytest.raises(ValueError, match=r"images\.gz is damaged: it cannot be unpacked"):
        read_idx(file)


def test_mnists_own_labels(real: Path) -> None:
    labels = read_idx(real / "train-labels-idx1-ubyte.gz")
    # The class counts of LeCun's page, and the first five training digits of every tutorial.
    assert labels.bincount().tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert labels[:5].tolist() == [5, 0, 4, 1, 9]
