"""What was handed in, found: nbgrader's tree, a flat folder of notebooks, downloads of Moodle and Canvas.

    submitted/<student>/<assignment>/<assignment>.ipynb         nbgrader's tree
    <student>_<assignment>.ipynb                                a flat folder
    as names.py reads them                                      Moodle and Canvas, in a zip or unpacked

Each student whom a name reveals gets a submission, if only one that says what is wrong with it. A student who handed
in more than once is graded on the latest. Links are not followed, archives are read in memory. Other files that name no
student (`syllabus.pdf`) are left out, and a line of the log says so.
"""

import logging
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
from ganlab.grading.names import Name, assignment_of, folder_name, read_name, safe_name, shown, stem_of
from ganlab.grading.reading import Ungradable

DEPTH = 8  # of folders in a student's folder that are looked into


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


def _from_download(path: Path, assignments: Collection[str], only: str, author: str = "") -> Iterator[Submission]:
    """Give what is in a zip of several students; what in it names nobody is by the `author`."""
    if path.is_symlink():
        raise CourseError(f"{path} is a link, which is not followed: give the download itself.")
    intake = Intake(assignments, only, download=True, author=author)
    try:
        members = list(archives.members(path))
    except Ungradable as error:
        whole = isinstance(error, archives.TooManyFiles)
        remedy = "unpack it and give the folder" if whole else "download it again"
        raise CourseError(f"The download {path} {error}: {remedy}.") from error
    intake.survey(members)
    for member in members:
        intake.add(member)
    yield from _rows(intake, path)


def _rows(intake: Intake, path: Path) -> Iterator[Submission]:
    if intake.ignored:
        logging.getLogger(__name__).warning("Left out of %s, as they name no student: %s", path, listed(intake.ignored))
    yield from intake.rows(path)


def _from_folder(folder: Path, assignments: Collection[str], only: str) -> Iterator[Submission]:
    intake = Intake(assignments, only, download=False)
    paths = [path for path in _listing(folder) if path.name != "timestamp.txt"]
    handed = [path for path in paths if path.is_dir() or path.suffix.lower() in (".zip", ".ipynb")]
    zips = [path for path in handed if path.suffix.lower() == ".zip"]
    for path in paths:
        whose = read_name(f"{path.name}/" if path.is_dir() else path.name, assignments, download=False)
        if path.is_symlink():
            bare = stem_of(path.name) if path.suffix.lower() in (".zip", ".ipynb") else path.name
            name = Name(safe_name(f"{path.name} (link)" if bare in assignments else bare), "")
            intake.add(Member(path.name, path, problem="is a link"), whose or name)
        elif path.is_dir() and whose and whose.lms:
            intake.add(Member(f"{path.name}/", path))
            for member in _below(path):
                intake.add(member, replace(whose, rest=stem_of(member.name)))
        elif path.is_dir() and path.name in assignments:  # a folder for each assignment: the names are inside
            yield from _from_folder(path, assignments, path.name)
        elif path.is_dir():
            yield from _from_tree(path, assignments, only)
        elif path in zips and not (whose and whose.lms) and _many_in(path, assignments, alone=len(zips) == 1):
            yield from _from_download(path, assignments, only)
        elif path in zips and not whose and (handed == [path] or path.stem in assignments):
            sole = path.stem in assignments
            yield from _from_download(path, assignments, path.stem if sole else only, "" if sole else path.stem)
        else:
            for member in _on_disk(path, path.name):
                intake.add(member)
    yield from _rows(intake, folder)


def _listing(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".") and path.name not in SKIPPED]


def _many_in(path: Path, assignments: Collection[str], *, alone: bool) -> bool:
    """Whether a zip in a folder holds what several handed in; where it is the only zip, its folders may tell, too."""
    try:
        members = [each for each in archives.members(path) if not each.own]
    except Ungradable:
        return False
    names = [read_name(each.name, assignments, download=True) for each in members]
    if any(name and name.lms for name in names) or len({name.student for name in names if name}) > 1:
        return True
    intake = Intake(assignments, "", download=True)
    intake.survey(members)
    notebooks = [each for each in members if each.suffix == ".ipynb"] or members
    notebooks = [each for each in notebooks if stem_of(each.name) in assignments] or notebooks
    guessed = [intake.whose(each) for each in notebooks if not each.problem]
    return alone and len({name.student for name in guessed if name and not name.nobody}) > 1


def _on_disk(path: Path, name: str) -> Iterator[Member]:
    problem = "is a link" if path.is_symlink() else ""
    yield from archives.opened(Member(name, path, when=path.lstat().st_mtime, problem=problem))


def _below(folder: Path) -> Iterator[Member]:
    """Give the files of an unpacked folder and of the folders in it, some levels deep."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        if len(Path(where).relative_to(folder).parts) >= DEPTH:
            folders.clear()
        for name in sorted(names):
            path = Path(where, name)
            yield from _on_disk(path, (PurePosixPath(folder.name) / path.relative_to(folder).as_posix()).as_posix())


def _from_tree(folder: Path, assignments: Collection[str], only: str) -> Iterator[Submission]:
    """Give what is in a student's folder of nbgrader's tree."""
    student, there, good, intake = folder_name(folder.name), set(), set(), Intake(assignments, only, download=False)
    for path in _listing(folder):
        if path.is_dir():
            rows = list(_from_assignment(student, path, assignments))
            there.add(path.name)
            good |= {path.name} if any(not row.problem for row in rows) else set()
            yield from rows
            continue
        for member in _on_disk(path, path.name):
            note = f"lay in {shown(folder.name)}/, in no folder of an assignment"
            intake.add(member, Name(student, stem_of(member.name)), note)
    kept = {key: pile for key, pile in intake.piles.items() if key[1] not in (good if pile.notebooks else there)}
    intake.piles = {key: pile for key, pile in kept.items() if key[1] or pile.notebooks or not there}
    if not there and not intake.piles:
        sole = assignment_of((), assignments, only)
        said = f"no file in the folder {shown(folder.name)}: {ITSELF}"
        yield Submission(student, sole or UNSAID, folder, problem=said, status="missing")
    yield from intake.rows(folder)


def _from_assignment(student: str, folder: Path, assignments: Collection[str]) -> Iterator[Submission]:
    """Give the notebook in the folder of an assignment: the one of that name, or else the only one."""
    name = folder_name(folder.name)
    notebook = folder / f"{folder.name}.ipynb"
    if folder.is_symlink():
        problem = f"{shown(name)} is a link: hand in the folder itself"
        yield Submission(student, name, notebook, problem=problem)
        return
    stamp, note = _timestamp(folder)
    plain = Submission(student, name, notebook, handed_in=stamp, note=note)
    if name not in assignments or notebook.exists() or notebook.is_symlink():
        yield plain
        return
    files = [path for path in _listing(folder) if path.name != "timestamp.txt"]
    others = [path for path in files if path.suffix == ".ipynb"]
    deep = [member for path in files if path.is_dir() and not path.is_symlink() for member in _below(path)]
    if not others and not any(path.suffix.lower() == ".zip" for path in files):
        inside = [member.path for member in deep if member.suffix == ".ipynb" and not member.own]
        others = [path for path in inside if path.name == notebook.name] or inside
    if len(others) > 1:
        said = f"expected {notebook.name}, found {listed([shown(path.name) for path in others])}"
        yield replace(plain, problem=f"{said}: hand in under that name", status="missing")
        return
    intake = Intake([name], name, download=False)
    top = others or [path for path in files if path.is_symlink() or not path.is_dir()]
    flat = [member for path in top for member in _on_disk(path, path.name)]
    for member in flat if others else [*flat, *deep]:
        within = f"lay in {shown(member.path.parent.name)}/" if member.path.parent != folder else ""
        renamed = "" if within and shown(member.name) == notebook.name else f"was named {label(member)}"
        intake.add(member, Name(student, name, name), joined(renamed, within))
    intake.piles = intake.piles or {(student, name): Pile()}
    yield from (replace(each, handed_in=stamp, note=joined(each.note, note)) for each in intake.rows(folder))


def _timestamp(folder: Path) -> tuple[datetime | None, str]:
    """Read nbgrader's timestamp.txt; no time where there is none that can be understood, and a note of that."""
    stamp = folder / "timestamp.txt"
    try:
        if not stamp.exists() and not stamp.is_symlink():
            return None, ""
        if not stamp.is_file() or stamp.is_symlink() or stamp.stat().st_size > 200:
            raise ValueError("it is no short file")
        when = dates.parse(stamp.read_text(errors="replace").strip())
        return (when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when), ""
    except Exception:  # whatever a student's text does to the parser
        return None, "timestamp.txt holds no time that can be understood"


def _latest(found: list[Submission]) -> list[Submission]:
    """Keep the latest of what a student handed in for an assignment, one that can be graded first, and say so."""
    groups: dict[tuple[str, str], list[Submission]] = {}
    for submission in found:
        groups.setdefault((submission.student, submission.assignment), []).append(submission)
    kept = []
    for _, group in sorted(groups.items()):
        last = max(group, key=lambda submission: (not submission.problem, *submission.order))
        some = [each for each in group if each is last or each.status != "missing"]  # an empty folder is none
        which = "latest" if last.problem or not any(each.problem for each in some) else "latest that can be graded"
        note = f"handed in {len(some)} times, the {which} counts ({shown(last.member or last.path.name)})"
        kept.append(replace(last, note=joined(last.note, note)) if len(some) > 1 else last)
    return kept
