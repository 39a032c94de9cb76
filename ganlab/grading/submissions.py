"""What was handed in, found: nbgrader's tree, a flat folder of notebooks, downloads of Moodle and Canvas.

    submitted/<student>/<assignment>/<assignment>.ipynb         nbgrader's tree
    <student>_<assignment>.ipynb                                a flat folder
    as names.py reads them                                      Moodle and Canvas, in a zip or unpacked

Each student whom a name reveals gets a submission, if only one that says what is wrong with it. A student who handed
in more than once is graded on the latest. Links are not followed, archives are read in memory.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from dateutil import parser as dates

from ganlab.grading import archives
from ganlab.grading.archives import Member
from ganlab.grading.errors import CourseError
from ganlab.grading.intake import ITSELF, SKIPPED, UNSAID, Intake, Pile, Submission, joined, label, listed
from ganlab.grading.names import Name, assignment_of, read_name, safe_name, shown, stem_of
from ganlab.grading.reading import Ungradable


def find_submissions(submitted: Path, assignments: Collection[str], *, only: str = "") -> list[Submission]:
    """Find all submissions, one for each student and assignment, in order; with `only`, those of that assignment.

    `assignments` are all of the course. What matches none of them is kept without `only`, to be reported. CourseError
    where nothing matches, and where a download cannot be read.
    """
    expected = f"expected {submitted}/<student>/<assignment>/<assignment>.ipynb, notebooks, or a zip download"
    if not submitted.exists():
        raise CourseError(f"The folder of submissions {submitted} does not exist: {expected}; give its path.")
    intake = _from_folder if submitted.is_dir() else _from_download
    found = list(intake(submitted, assignments, only))
    if not found:
        raise CourseError(f"The folder {submitted} holds no submissions: {expected}; put them there.")
    said = {each.assignment for each in found} & set(assignments)
    if len(said) == 1:  # an empty folder among those of one assignment
        (sole,) = said
        found = [replace(each, assignment=sole) if each.assignment == UNSAID else each for each in found]
    if not said & {only or each for each in assignments}:
        many = len(assignments) > 1 and not only
        raise CourseError(
            f"No submission in {submitted} is of {only or ' or '.join(assignments)}: {expected}; "
            + "name them after the assignment"
            + (", or say with --assignment which one all of them are of." if many else ".")
        )
    return _latest([each for each in found if not only or each.assignment == only])


def _from_download(path: Path, assignments: Collection[str], only: str) -> Iterator[Submission]:
    if path.is_symlink():
        raise CourseError(f"{path} is a link, which is not followed: give the download itself.")
    intake = Intake(assignments, only, download=True)
    try:
        for member in archives.members(path):
            intake.add(member)
    except Ungradable as error:
        raise CourseError(f"The download {path} {error}: download it again.") from error
    yield from intake.rows(path)


def _from_folder(folder: Path, assignments: Collection[str], only: str) -> Iterator[Submission]:
    intake = Intake(assignments, only, download=False)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED:
            continue
        whose = read_name(path.name, assignments, download=False)
        if path.is_symlink() and (whose or not path.suffix):
            name = whose or Name(safe_name(path.name), "")
            intake.add(Member(path.name, path, problem="is a link"), name)
        elif path.is_dir() and whose and whose.lms:
            intake.add(Member(f"{path.name}/", path))
            for member in _below(path):
                intake.add(member, replace(whose, rest=stem_of(member.name)))
        elif path.is_dir():
            yield from _from_tree(path, assignments, only)
        elif path.suffix.lower() == ".zip" and not (whose and (whose.lms or not _many_in(path, assignments))):
            yield from _from_download(path, assignments, only)
        else:
            for member in _on_disk(path, path.name):
                intake.add(member)
    yield from intake.rows(folder)


def _many_in(path: Path, assignments: Collection[str]) -> bool:
    """Whether a zip called like one student's holds what several handed in."""
    try:
        names = [read_name(each.name, assignments, download=True) for each in archives.members(path) if not each.own]
    except Ungradable:
        return False
    return any(name and name.lms for name in names) or len({name.student for name in names if name}) > 1


def _on_disk(path: Path, name: str) -> Iterator[Member]:
    problem = "is a link" if path.is_symlink() else ""
    yield from archives.opened(Member(name, path, when=path.lstat().st_mtime, problem=problem))


def _below(folder: Path) -> Iterator[Member]:
    """Give the files of an unpacked folder and of the folders in it."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(names):
            path = Path(where, name)
            yield from _on_disk(path, (PurePosixPath(folder.name) / path.relative_to(folder).as_posix()).as_posix())


def _from_tree(student: Path, assignments: Collection[str], only: str) -> Iterator[Submission]:
    """Give what is in a student's folder of nbgrader's tree."""
    there, intake = set(), Intake(assignments, only, download=False)
    for path in sorted(student.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED:
            continue
        if path.is_dir():
            there.add(path.name)
            yield from _from_assignment(student.name, path, assignments)
            continue
        for member in _on_disk(path, path.name):
            note = f"lay in {shown(student.name)}/, in no folder of an assignment"
            intake.add(member, Name(student.name, stem_of(member.name)), note)
    kept = {key: pile for key, pile in intake.piles.items() if key[1] not in there}
    intake.piles = {key: pile for key, pile in kept.items() if key[1] or pile.notebooks or not there}
    if not there and not intake.piles:
        sole = assignment_of((), assignments, only)
        said = f"no file in the folder {shown(student.name)}: {ITSELF}"
        yield Submission(student.name, sole or UNSAID, student, problem=said, status="missing")
    yield from intake.rows(student)


def _from_assignment(student: str, folder: Path, assignments: Collection[str]) -> Iterator[Submission]:
    """Give the notebook in the folder of an assignment: the one of that name, or else the only one."""
    name, stamp = folder.name, _timestamp(folder)
    notebook = folder / f"{name}.ipynb"
    plain = Submission(student, name, notebook, handed_in=stamp)
    if folder.is_symlink():
        yield replace(plain, problem=f"{shown(name)} is a link: hand in the folder itself")
    elif name not in assignments or notebook.exists() or notebook.is_symlink():
        yield plain
    else:
        intake = Intake([name], name, download=False)
        files = [
            path for path in sorted(folder.iterdir()) if path.name not in SKIPPED and not path.name.startswith(".")
        ]
        files = [path for path in files if path.name != "timestamp.txt"]
        others = [path for path in files if path.suffix == ".ipynb"]
        if len(others) > 1:
            said = f"expected {notebook.name}, found {listed([shown(path.name) for path in others])}"
            yield replace(plain, problem=f"{said}: hand in under that name", status="missing")
            return
        for path in others or files:
            for member in _on_disk(path, path.name):
                intake.add(member, Name(student, name, name), f"was named {label(member)}")
        intake.piles = intake.piles or {(student, name): Pile()}
        yield from (replace(each, handed_in=stamp) for each in intake.rows(folder))


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


def _latest(found: list[Submission]) -> list[Submission]:
    """Keep the latest of what a student handed in for an assignment, and say so."""
    groups: dict[tuple[str, str], list[Submission]] = {}
    for submission in found:
        groups.setdefault((submission.student, submission.assignment), []).append(submission)
    kept = []
    for _, group in sorted(groups.items()):
        last = max(group, key=lambda submission: (not submission.problem, *submission.order))
        note = f"handed in {len(group)} times, the latest counts ({last.member or last.path.name})"
        kept.append(replace(last, note=joined(last.note, note)) if len(group) > 1 else last)
    return kept
