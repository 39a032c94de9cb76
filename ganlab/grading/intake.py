"""What was handed in, sorted by student and assignment: each student whom a name reveals gets a row."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ganlab.grading import archives
from ganlab.grading.archives import Member
from ganlab.grading.names import Name, assignment_of, parts_of, read_name, safe_name, shown, stem_of
from ganlab.grading.reading import Ungradable

SKIPPED = ("__MACOSX", ".ipynb_checkpoints")
UNSAID = "?"  # the assignment of what does not say it
ITSELF = "hand in the notebook itself"
LATE = "Canvas calls it late"


@dataclass(frozen=True)
class Submission:
    """One student's notebook for one assignment, and how it came."""

    student: str
    assignment: str
    path: Path
    member: str = ""  # its name inside the archive `path`
    place: tuple[int, ...] = ()  # its number there
    handed_in: datetime | None = None
    order: tuple[int, float] = (0, 0.0)  # later attempts are larger
    note: str = ""
    problem: str = ""
    status: str = "unreadable"  # of one with a problem
    nobody: bool = False  # nothing says whose it is: `student` is the file's own name
    lms: bool = False  # the student's name is an LMS's, with its number

    def read(self) -> bytes:
        """Give the notebook's bytes; Ungradable where there is none that may be read."""
        if self.problem:
            raise Ungradable(self.status, self.problem)
        try:
            return archives.read(self.path, self.place)
        except Ungradable as error:
            raise Ungradable(error.status, f"{_called(self)} {error}: {ITSELF}") from error


@dataclass
class Pile:
    """What one student handed in for one assignment, "" where nothing says for which."""

    notebooks: list[Submission] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # "work.zip, which is encrypted"
    others: list[str] = field(default_factory=list)
    lms: bool = False
    late: bool = False
    nobody: bool = False


class Intake:
    """The files of one folder or download; `ignored` names those that are no student's work."""

    def __init__(self, assignments: Collection[str], only: str, *, download: bool, author: str = "") -> None:
        self.assignments, self.only, self.download, self.author = assignments, only, download, author
        self.root: list[str] = []  # the folders that all notebooks of a download lie in
        self.collected = False  # below them the files' own names say whose they are
        self.ignored: list[str] = []
        self.piles: dict[tuple[str, str], Pile] = {}

    def survey(self, members: Collection[Member]) -> None:
        """Look at all of a download first: what is common to the paths is nobody's name if several names follow."""
        paths = [each.name for each in members if each.suffix in (".ipynb", ".zip") and not each.own]
        paths = [path for path in paths if not _hidden(parts_of(path))]
        levels = zip(*(parts_of(path)[:-1] for path in paths), strict=False)
        self.root = [level[0] for level in itertools.takewhile(lambda level: len(set(level)) == 1, levels)]
        names = [read_name("/".join(self._below(path)), self.assignments, download=self.download) for path in paths]
        self.collected = all(names) and len({name.student for name in names if name}) > 1

    def add(self, member: Member, whose: Name | None = None, note: str = "") -> None:
        """Put a file on its pile; one that reveals nobody is passed over, unless it is a notebook or a zip."""
        parts = parts_of(member.name)
        if "__MACOSX" in parts:
            return
        name = whose or self.whose(member)
        if name is None:
            if not member.name.endswith("/") and not _hidden(parts) and member.suffix != ".zip":
                self.ignored.append(label(member))
            return
        notebook, archive = member.suffix == ".ipynb", member.suffix == ".zip"
        texts = [name.rest, member.name]
        if member.own:  # data in a student's zip are of the assignment that the zip is of
            texts = [stem_of(member.name), member.own, member.name] if notebook else [member.own]
        assignment = name.assignment or assignment_of(texts, self.assignments, self.only)
        pile = self.piles.setdefault((name.student, assignment), Pile())
        pile.lms, pile.late, pile.nobody = pile.lms or name.lms, pile.late or name.late, pile.nobody or name.nobody
        if member.name.endswith("/") or _hidden(parts):
            return
        if member.problem and (notebook or archive or not member.place):
            pile.refused.append(f"{label(member)}, which {member.problem}")
        elif notebook:
            inside = member.name if member.place else ""
            submission = Submission(name.student, assignment, member.path, inside, member.place)
            note = joined(note, LATE if name.late else "")
            said = f"nothing says whose {label(member)} is: name it <student>_{assignment or '<assignment>'}.ipynb"
            problem = said if name.nobody else ""
            submission = replace(submission, order=(name.attempt, member.when), nobody=name.nobody, lms=name.lms)
            submission = replace(submission, note=note, problem=problem)
            pile.notebooks.append(submission)
        else:
            pile.others.append(label(member))

    def whose(self, member: Member) -> Name | None:
        """Read whose a file is: from its path or that of the student's own zip, or else guess it.

        A guess is the folder below that of the whole download, else the file's bare name, else the zip on disk that
        it lies in; an assignment's name is none. Other files than notebooks and zips are no grounds for a guess.
        """
        path = member.own or member.name
        name = read_name(path, self.assignments, download=self.download)
        if self.collected and not (name and name.lms):
            below = "/".join(self._below(path)) + ("/" if path.endswith("/") else "")
            name = read_name(below, self.assignments, download=self.download) or name
        if name or _hidden(parts_of(path)) or not (member.own or member.suffix in (".ipynb", ".zip")):
            return name
        *folders, _ = self._below(path)
        inside = [folder for folder in folders if folder not in self.assignments]
        around = [folder for folder in self.root if folder not in self.assignments]
        bare, stem = stem_of(path), stem_of(member.name)
        guesses = [*inside[:1], bare if bare not in self.assignments and not self.author else "", *around[-1:]]
        student = next(filter(None, [*guesses, self.author]), "")
        if student:
            return Name(safe_name(student), stem)
        if member.own:  # a zip called after the assignment: what is in it may say more
            inner = member.name.removeprefix(f"{member.own}/")
            return self.whose(replace(member, name=inner, own=""))
        if member.suffix == ".zip" and not member.problem:
            return None
        return Name(safe_name("/".join(parts_of(member.name))), stem, nobody=True)

    def _below(self, path: str) -> list[str]:
        """Give the parts of a path below the folders that all lie in."""
        parts, above = parts_of(path), len(self.root)
        return parts[above:] if len(parts) > above and parts[:above] == self.root else parts

    def rows(self, path: Path) -> Iterator[Submission]:
        """Give a submission for each notebook, and one with a problem for each student who has none."""
        students: dict[str, dict[str, Pile]] = {}
        for (student, assignment), pile in self.piles.items():
            students.setdefault(student, {})[assignment] = pile
        asked = self.only != "" and any(assignment == self.only for _, assignment in self.piles)  # a download of it
        for student, piles in students.items():
            loose = piles.pop("", None)
            if loose and loose.notebooks:
                yield _unnamed(loose)
            if loose and not piles and not loose.notebooks:
                yield _problem(student, UNSAID, path, loose, Pile())
            for assignment, pile in piles.items():
                refused = [*pile.refused, *(loose.refused if loose else ())]
                note = f"also handed in {listed(refused)}" if refused else ""
                yield from (replace(each, note=joined(each.note, note)) for each in pile.notebooks)
                if not pile.notebooks:
                    yield _problem(student, assignment, path, pile, loose or Pile())
            lms = [pile for pile in (*piles.values(), loose or Pile()) if pile.lms]
            if asked and lms and self.only not in piles:
                wrong = [said for pile in lms for said in (*map(_called, pile.notebooks), *pile.others, *pile.refused)]
                said = f"expected {self.only}.ipynb, found {listed(wrong) or 'no file'}: hand in the notebook of it"
                yield Submission(student, self.only, path, problem=said, status="missing", lms=True)


def _problem(student: str, assignment: str, path: Path, pile: Pile, loose: Pile) -> Submission:
    refused, others = [*pile.refused, *loose.refused], [*pile.others, *loose.others]
    said = [f"handed in {listed(refused)}"] if refused else []
    said += [f"no notebook among: {listed(others)}"] if others else []
    problem = f"{'; '.join(said) or 'no file was handed in'}: {ITSELF}"
    status, note = "unreadable" if said else "missing", LATE if pile.late or loose.late else ""
    nobody, lms = pile.nobody or loose.nobody, pile.lms or loose.lms
    return Submission(student, assignment, path, note=note, problem=problem, status=status, nobody=nobody, lms=lms)


def _unnamed(pile: Pile) -> Submission:
    """Give one submission for all notebooks of a student that name no assignment, where the course has several."""
    last = max(pile.notebooks, key=lambda each: each.order)
    names = listed([_called(each) for each in pile.notebooks])
    said = f"no assignment of the course is named by {names}: name it so, or say which one it is with --assignment"
    return replace(last, assignment=stem_of(_called(last))[:60] or UNSAID, problem=said)


def _hidden(parts: list[str]) -> bool:
    return bool(set(parts) & set(SKIPPED)) or parts[-1].startswith(".")


def _called(submission: Submission) -> str:
    return shown(submission.member or submission.path.name)


def label(member: Member) -> str:
    """Give a file's name for a sentence, with that of the zip it lies in."""
    return f"{shown(member.own)}/{shown(member.name)}" if member.own else shown(member.name)


def listed(names: list[str]) -> str:
    """Give some of the names and how many more there are."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def joined(*notes: str) -> str:
    """Give what there is to say as one."""
    return "; ".join(filter(None, notes))
