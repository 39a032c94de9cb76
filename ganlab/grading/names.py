"""What a file's name says: whose it is, of which assignment, which attempt, and whether the LMS calls it late.

<student>/<assignment>/<any>                                nbgrader's tree
<student>_<assignment>.<any>                                a flat folder
<Full Name>_<id>_assignsubmission_file_/<any>               Moodle; student "Full Name_id"
<lastfirst>[_LATE]_<id>_<number>_<any>[-n].<any>            Canvas; student "lastfirst_id"
[LATE_]anon_<code>_<number>_<any>[-n].<any>                 Canvas, graded anonymously; student "anon_code"
"""

import hashlib
import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

# What a student called the file may hold the mark again: the first counts. In a folder's name Moodle's own is the last.
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)", re.DOTALL)
MOODLE_FOLDER = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_[a-z]+_?", re.DOTALL)
CANVAS = re.compile(
    r"(?:(?P<name>[^_]+)(?P<late>_LATE)?_(?P<id>\d+)|(?P<anonymous_late>LATE_)?(?P<anonymous>anon_[0-9A-Za-z]{5}))"
    r"_(?:(?P<number>\d+)_(?P<rest>.+)|(?:text|link)\.html)",  # written into Canvas itself: text, or an address
    re.IGNORECASE | re.DOTALL,
)
AGAIN = re.compile(r"-(\d+)$")  # Canvas numbers later attempts
DIGITS = 4  # of a file's number on Canvas, at least, where a student's own name could hold the shorter ones
NAME_LIMIT = 120  # bytes of a student's name


@dataclass(frozen=True)
class Name:
    """What a path tells."""

    student: str
    rest: str  # what the student called the file
    assignment: str = ""  # where the path itself says it
    attempt: int = 0
    late: bool = False
    lms: bool = False
    nobody: bool = False  # nothing says whose it is: `student` is the file's own name


def read_name(path: str, assignments: Collection[str], *, download: bool) -> Name | None:
    """Read whose a file is from its path; None where the path does not say.

    In a flat folder (no `download`) a student may be called s_1_2: Canvas's numbers are longer there. What is named in
    Canvas's way is Canvas's, also where the student put Moodle's mark into what follows.
    """
    parts = parts_of(path)
    above, stem = parts if path.endswith("/") else parts[:-1], stem_of(path)
    for part, below in itertools.pairwise([*above, ""]):  # the outermost: what a student's own folder holds is theirs
        if moodle := MOODLE_FOLDER.fullmatch(part) or MOODLE.fullmatch(part):
            canvas = CANVAS.fullmatch(part)  # an unpacked zip of a student's
            name = canvas if canvas and canvas["name"] and len(canvas["number"] or "") >= DIGITS else moodle
            return Name(f"{cleaned(name['name'])}_{name['id']}", stem, lms=True)
        if below in assignments and part not in assignments:
            return Name(safe_name(part), stem, below)
    canvas, moodle = CANVAS.fullmatch(parts[-1]), MOODLE.fullmatch(parts[-1])
    if canvas and ((download and not moodle) or len(canvas["number"] or "0" * DIGITS) >= DIGITS):
        rest = stem_of(canvas["rest"] or "")
        student = canvas["anonymous"] or f"{cleaned(canvas['name'])}_{canvas['id']}"
        again = AGAIN.search(rest)
        late = bool(canvas["late"] or canvas["anonymous_late"])
        return Name(student, rest, attempt=int(again[1][:9]) if again else 0, late=late, lms=True)
    if moodle:
        return Name(f"{cleaned(moodle['name'])}_{moodle['id']}", stem_of(moodle["rest"]), lms=True)
    ending = max((each for each in assignments if stem.endswith(f"_{each}")), key=len, default="")
    if ending and len(stem) > len(ending) + 1:
        return Name(safe_name(stem[: -len(ending) - 1]), stem, ending)
    return None


def assignment_of(texts: Collection[str], assignments: Collection[str], only: str) -> str:
    """Give the assignment that the first telling text names; `only`, or the only one, where none does; else ""."""
    sole = only or ("".join(assignments) if len(assignments) == 1 else "")
    for text in texts:
        named = [each for each in assignments if each in text]
        longest = [each for each in named if not any(each in other for other in named if other != each)]
        if only in longest:
            return only
        if longest:
            return longest[0] if len(longest) == 1 else ""
    return sole


def parts_of(path: str) -> list[str]:
    """Give a path's parts, whichever slashes it has, without those that lead elsewhere."""
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")] or ["_"]


def stem_of(path: str) -> str:
    """Give the last part of a path without its ending."""
    return PurePosixPath(parts_of(path)[-1]).stem


def shown(path: str) -> str:
    """Give a file's name for a sentence: its last part, printable, not too long."""
    name = "".join(c if c.isprintable() else "_" for c in parts_of(path)[-1])
    return name if len(name) <= 80 else f"{name[:50]}…{name[-20:]}"


def safe_name(student: str) -> str:
    """Give a name that can be a folder's; where it is not the student's own, with a mark that keeps two apart."""
    name = cleaned(student)
    return (
        name if name == student else f"{name}~{hashlib.sha256(student.encode(errors='surrogatepass')).hexdigest()[:8]}"
    )


def folder_name(student: str) -> str:
    """Give a student's folder's name as it is; a safe one where it cannot be printed or encoded, or is markup."""
    return student if all(c.isprintable() and c not in "<>" for c in student) else safe_name(student)


def cleaned(student: str) -> str:
    """Take out separators and control characters, what hides a folder, and what is too long."""
    kept = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in student).strip(" ")
    kept = kept.lstrip(".") or "_"
    return kept.encode()[:NAME_LIMIT].decode(errors="ignore")
