"""Zip archives read in memory: nothing is unpacked, so no path can escape; size, ratio and kind are checked first."""

import functools
import io
import stat
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ganlab.grading.reading import SIZE_LIMIT, Ungradable

MEMBERS_LIMIT = 20_000
RATIO_LIMIT = 200  # uncompressed to compressed, of a member of more than a megabyte


@dataclass(frozen=True)
class Member:
    """One file in an archive, maybe in an archive in it; `problem` says why it is not to be read."""

    name: str
    outer: zipfile.ZipFile
    info: zipfile.ZipInfo
    problem: str = ""

    @property
    def suffix(self) -> str:
        """The ending of the name."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def when(self) -> float:
        """When the file was written, as the archive says."""
        try:
            return time.mktime((*self.info.date_time, 0, 0, -1))
        except (ValueError, OverflowError):
            return 0.0

    def read(self) -> bytes:
        """Give the content; Ungradable where it is damaged or more than it claims to be."""
        try:
            with self.outer.open(self.info) as file:
                content = file.read(SIZE_LIMIT + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as error:
            raise Ungradable("unreadable", f"{self.name} in the archive cannot be read ({error})") from error
        except Exception as error:  # zlib.error, lzma.LZMAError, whatever a decompressor raises
            raise Ungradable("unreadable", f"{self.name} in the archive is damaged ({error})") from error
        return content


def members(path: Path, only: str = "") -> Iterator[Member]:
    """Give the files of an archive; a student's own zip in a download is opened too, one level deep.

    With `only`, a name, no other zip than the one that may hold it is opened.
    """
    about = path.stat()
    whole = _content(path, about.st_mtime_ns, about.st_size) if about.st_size < 4 * SIZE_LIMIT else path
    for member in _open(whole, path.name):
        yield member
        if member.suffix == ".zip" and not member.problem and (not only or only.startswith(f"{member.name}/")):
            try:
                inner = list(_open(member.read(), member.name))
            except Ungradable:
                continue
            yield from (Member(f"{member.name}/{each.name}", each.outer, each.info, each.problem) for each in inner)


@functools.lru_cache(maxsize=1)
def _content(path: Path, written: int, size: int) -> bytes:
    return path.read_bytes()


def _open(content: bytes | Path, name: str) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content)
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Ungradable("unreadable", f"{name} is not a zip archive ({error})") from error
    if len(infos) > MEMBERS_LIMIT:
        raise Ungradable("unreadable", f"{name} holds more than {MEMBERS_LIMIT} files")
    for info in infos:
        if not info.is_dir():
            yield Member(info.filename, archive, info, _problem(info))


def _problem(info: zipfile.ZipInfo) -> str:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
        return "its path in the archive leads out of it: hand in the notebook itself"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link: hand in the notebook itself"
    if info.flag_bits & 1:
        return "it is encrypted: hand in the notebook itself"
    too_dense = info.file_size > (1 << 20) and info.file_size > RATIO_LIMIT * max(1, info.compress_size)
    if info.file_size > SIZE_LIMIT or too_dense:
        return "it unpacks to far more than a notebook: hand in the notebook itself"
    return ""
