"""A file is whole or as it was."""

import errno
from pathlib import Path

import pytest

from ganlab.writing import write


def test_text_and_bytes_in_folders_that_are_made(tmp_path):
    for content in ("ä\r\nb\n", b"\xff\x00"):
        path = tmp_path / "new" / "deep" / "file"
        write(path, content)
        assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_what_utf_8_has_no_word_for_is_replaced_and_long_names_are_written(tmp_path):
    path = tmp_path / ("n" * 250)
    write(path, "a\ud800b")
    assert path.read_text() == "a?b"


def test_an_equal_file_is_left_alone(tmp_path):
    path = tmp_path / "file"
    write(path, "same")
    before = path.stat()
    write(path, "same")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    write(path, "other")
    assert path.read_text() == "other"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")
    whole = Path.write_bytes

    def full(self, data):
        whole(self, data[:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write(path, "new and longer")
    assert path.read_text() == "old" and [each.name for each in tmp_path.iterdir()] == ["file"]
