"""What was handed in, found: nbgrader's tree, a flat folder of notebooks, downloads of Moodle and Canvas.

    submitted/<student>/<assignment>/<assignment>.ipynb         nbgrader's tree
    <student>_<assignment>.ipynb                                a flat folder
    <Full Name>_<id>_assignsubmission_file_/<any>.ipynb         Moodle, in a zip or unpacked; student "Full Name_id"
    <lastfirst>[_LATE]_<id>_<submission id>_<any>[-n].ipynb     Canvas, in a zip or unpacked; student "lastfirst_id"

A student who handed in more than once is graded on the latest. Links are not followed, archives are read in memory.
"""

import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from dateutil import parser as dates

from ganlab.grading.archives import members
from ganlab.grading.errors import CourseError
from ganlab.grading.reading import SIZE_LIMIT, Ungradable

MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?/?(?P<rest>[^/]*)$")
CANVAS = re.compile(r"(?P<name>[^/_]+)(?P<late>_LATE)?_(?P<id>\d+)_(?P<number>\d+)_(?P<rest>[^/]+)$", re.IGNORECASE)
AGAIN = re.compile(r"-(\d+)$")  # Canvas numbers later attempts
NAME_LIMIT = 120  # bytes of a student's name
SKIPPED = ("__MACOSX", ".ipynb_checkpoints")


@dataclass(frozen=True)
class Submission:
    """One student's notebook for one assignment, and how it came."""

    student: str
    assignment: str
    path: Path
    member: str = ""  # inside the archive `path`
    handed_in: datetime | None = None
    order: tuple[int, float] = (0, 0.0)  # later attempts are larger
    note: str = ""
    problem: str = ""

    def read(self) -> bytes:
        """Give the notebook's bytes; Ungradable where there is none that may be read."""
        if self.problem:
            raise Ungradable("missing" if self.problem.startswith("expected") else "unreadable", self.problem)
        if self.member:
            return next(found for found in members(self.path, self.member) if found.name == self.member).read()
        try:
            # No link, no device, no pipe, whatever stands there by now.
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise Ungradable("unreadable", f"{self.path.name} is no regular file: hand in the notebook itself")
                return file.read(SIZE_LIMIT + 1)
        except OSError as error:
            said = f"{self.path.name} cannot be read ({error.strerror}): hand in the notebook itself"
            raise Ungradable("unreadable", said) from error


def find_submissions(submitted: Path, assignments: Collection[str], *, only: bool) -> list[Submission]:
    """Find all submissions, one for each student and assignment, in order; with `only`, those of `assignments`.

    Folders that match no assignment are kept otherwise, to be reported. CourseError where nothing matches.
    """
    expected = f"expected {submitted}/<student>/<assignment>/<assignment>.ipynb, notebooks, or a zip download"
    if not submitted.exists():
        raise CourseError(f"The folder of submissions {submitted} does not exist: {expected}; give its path.")
    found = list(_from_archive(submitted, assignments) if submitted.is_file() else _from_folder(submitted, assignments))
    if not found:
        raise CourseError(f"The folder {submitted} holds no submissions: {expected}; put them there.")
    matching = [submission for submission in found if submission.assignment in assignments]
    if not matching:
        raise CourseError(
            f"No submission in {submitted} is of {' or '.join(assignments)}: {expected}; "
            "name them after the assignment."
        )
    return _latest(matching if only else found)


def _from_folder(folder: Path, assignments: Collection[str]) -> Iterator[Submission]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED:
            continue
        if path.suffix == ".zip" and path.is_file():
            yield from _from_archive(path, assignments)
        elif path.suffix == ".ipynb" and not path.is_dir():
            yield _loose(path.name, assignments, path, order=_modified(path))
        elif path.is_dir() and MOODLE.match(path.name + "/"):
            for notebook in sorted(path.glob("*.ipynb")):
                yield _loose(f"{path.name}/{notebook.name}", assignments, notebook, order=_modified(notebook))
        elif path.is_dir() and not path.is_symlink():
            yield from _from_tree(path)


def _from_tree(student: Path) -> Iterator[Submission]:
    """Give the assignments in a student's folder of nbgrader's tree."""
    for folder in sorted(student.iterdir()):
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        notebook = folder / f"{folder.name}.ipynb"
        problem = ""
        if folder.is_symlink():
            problem = f"{folder.name} is a link: hand in the folder itself"
        elif not notebook.exists() and not notebook.is_symlink():
            others = ", ".join(path.name for path in sorted(folder.glob("*.ipynb"))) or "no notebook"
            problem = f"expected {notebook.name}, found {others}: hand in under that name"
        yield Submission(student.name, folder.name, notebook, handed_in=_timestamp(folder), problem=problem)


def _timestamp(folder: Path) -> datetime | None:
    """Read nbgrader's timestamp.txt; None where there is none that can be understood."""
    stamp = folder / "timestamp.txt"
    if not stamp.is_file() or stamp.is_symlink() or stamp.stat().st_size > 200:
        return None
    try:
        when = dates.parse(stamp.read_text(errors="replace").strip())
    except (ValueError, OverflowError):
        return None
    return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when


def _from_archive(path: Path, assignments: Collection[str]) -> Iterator[Submission]:
    try:
        inside = list(members(path))
    except Ungradable as error:
        yield replace(_loose(path.name.removesuffix(".zip"), assignments, path), problem=str(error))
        return
    for member in inside:
        if member.suffix == ".ipynb" and not set(PurePosixPath(member.name).parts) & set(SKIPPED):
            found = _loose(member.name, assignments, path, order=(0, member.when))
            yield replace(found, member=member.name, problem=member.problem)


def _loose(name: str, assignments: Collection[str], path: Path, order: tuple[int, float] = (0, 0.0)) -> Submission:
    """Read student, assignment and attempt from a file's name."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    stem = (parts[-1] if parts else name).removesuffix(".ipynb")
    moodle = next((found for k in range(len(parts)) if (found := MOODLE.match(parts[k] + "/"))), None)
    moodle = moodle or MOODLE.match(stem)
    canvas = CANVAS.match(stem)
    rest, attempt = stem, 0
    if moodle:
        student, rest = _numbered(moodle), moodle["rest"] or stem
    elif canvas:
        student, rest = _numbered(canvas), canvas["rest"]
        attempt = int(again[1]) if (again := AGAIN.search(rest)) else 0
    elif len(parts) >= 3 and parts[-2] in assignments:  # nbgrader's tree in an archive
        student = safe_name(parts[-3])
    else:
        student = safe_name(next((stem[: -len(each) - 1] for each in assignments if stem.endswith(f"_{each}")), stem))
    named = [each for each in assignments if each in rest] or [each for each in assignments if each in name]
    whole = named or (list(assignments) if len(assignments) == 1 else [])
    assignment = whole[0] if len(whole) == 1 else rest[:60]
    return Submission(student, assignment, path, order=(attempt, order[1]))


def _numbered(found: re.Match[str]) -> str:
    """Give name and number; the number is kept whole however long the name."""
    return f"{safe_name(found['name'])}_{found['id']}"


def safe_name(student: str) -> str:
    """Give a name that can be a folder's: no separators, no control characters, not hidden, not too long."""
    kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in student).strip(" ")
    kept = kept.lstrip(".") or "_"
    return kept.encode()[:NAME_LIMIT].decode(errors="ignore")


def _modified(path: Path) -> tuple[int, float]:
    return (0, path.lstat().st_mtime)


def _latest(found: list[Submission]) -> list[Submission]:
    """Keep the latest of what a student handed in for an assignment, and say so."""
    groups: dict[tuple[str, str], list[Submission]] = {}
    for submission in found:
        groups.setdefault((submission.student, submission.assignment), []).append(submission)
    kept = []
    for _, group in sorted(groups.items()):
        last = max(group, key=lambda submission: submission.order)
        note = f"handed in {len(group)} times, the latest counts ({last.member or last.path.name})"
        kept.append(replace(last, note=note) if len(group) > 1 else last)
    return kept
