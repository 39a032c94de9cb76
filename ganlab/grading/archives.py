"""Zip archives read in memory: nothing is unpacked, so no path can escape; size, ratio and kind are checked first.

One student's zip at a time is in memory, and only while it is looked through or read from.
"""

import functools
import io
import os
import re
import stat
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ganlab.grading.reading import SIZE_LIMIT, Ungradable

MEMBERS_LIMIT = 20_000
RATIO_LIMIT = 200  # uncompressed to compressed, of a member of more than a megabyte
ENTRY = b"PK\x01\x02"  # begins each entry of an archive's list of files
NOT_A_ZIP = "is not a zip archive"


class TooManyFiles(Ungradable):
    """An archive is whole, and holds more files than are looked through."""

    def __init__(self) -> None:
        super().__init__("unreadable", f"holds more than {MEMBERS_LIMIT} files")


@dataclass(frozen=True)
class Member:
    """One file: of its own, in an archive, or in an archive in it; `problem` says why it is not to be read."""

    name: str
    path: Path  # the file on disk
    place: tuple[int, ...] = ()  # its number in the archive, then in the archive in that; names may be there twice
    when: float = 0.0  # as the archive says
    problem: str = ""  # "is encrypted"
    own: str = ""  # the name of the student's own zip that it lies in

    @property
    def suffix(self) -> str:
        """The ending of the name."""
        return PurePosixPath(self.name).suffix.lower()


def members(path: Path) -> Iterator[Member]:
    """Give the files of a download, and those of students' own zips in it; Ungradable where it is no archive."""
    archive = _archive_at(path)
    if len(archive.infolist()) > MEMBERS_LIMIT:
        raise TooManyFiles
    for number, info in enumerate(archive.infolist()):
        if info.is_dir():
            yield Member(info.filename, path)
        else:
            yield from opened(Member(info.filename, path, (number,), _when(info), _problem(info)))


def opened(member: Member) -> Iterator[Member]:
    """Give a file and, where it is a student's own zip, the files in it; what is wrong with the zip is its problem."""
    if member.suffix != ".zip" or member.problem:
        yield member
        return
    try:
        archive = _archive_in(read(member.path, member.place))
    except Ungradable as error:
        yield replace(member, problem=str(error))
        return
    yield member
    for number, info in enumerate(archive.infolist()):
        if not info.is_dir():
            name, place = f"{member.name}/{info.filename}", (*member.place, number)
            yield Member(name, member.path, place, _when(info), _problem(info), own=member.name)


def read(path: Path, place: tuple[int, ...] = ()) -> bytes:
    """Give a file's content, at most one byte more than a notebook may have; Ungradable says what "it" is instead."""
    if not place:
        return _read_file(path)
    archive = _archive_at(path)
    for number in place[:-1]:
        archive = _archive_in(_read_from(archive, number))
    return _read_from(archive, place[-1])


def _read_file(path: Path) -> bytes:
    try:
        # No link, no device, no pipe, whatever stands there by now.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Ungradable("unreadable", "is no regular file")
            return file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise Ungradable("unreadable", f"cannot be read ({error.strerror})") from error


def _read_from(archive: zipfile.ZipFile, number: int) -> bytes:
    try:
        with archive.open(archive.infolist()[number]) as file:
            return file.read(SIZE_LIMIT + 1)
    except Exception as error:  # zlib.error, lzma.LZMAError, whatever a decompressor raises
        raise Ungradable("unreadable", f"is damaged in the archive ({error})") from error


def _archive_at(path: Path) -> zipfile.ZipFile:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("it is no regular file")
        return _kept_open(path, about.st_mtime_ns, about.st_size)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Ungradable("unreadable", f"{NOT_A_ZIP} ({error})") from error


@functools.lru_cache(maxsize=2)
def _kept_open(path: Path, written: int, size: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def _archive_in(content: bytes) -> zipfile.ZipFile:
    """Open a student's zip; the list of its files is counted before it is read into memory."""
    if len(content) > SIZE_LIMIT:
        raise Ungradable("unreadable", f"is larger than {SIZE_LIMIT >> 20} MB")
    if content.count(ENTRY) > MEMBERS_LIMIT:
        raise TooManyFiles
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:
        raise Ungradable("unreadable", f"{NOT_A_ZIP} ({error})") from error


def _when(info: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def _problem(info: zipfile.ZipInfo) -> str:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    if ".." in parts or info.filename.startswith(("/", "\\")) or re.fullmatch("[A-Za-z]:", "".join(parts[:1])):
        return "has a path that leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & 1:
        return "is encrypted"
    too_dense = info.file_size > (1 << 20) and info.file_size > RATIO_LIMIT * max(1, info.compress_size)
    if info.file_size > SIZE_LIMIT or too_dense:
        return "unpacks to far more than a notebook"
    return ""
