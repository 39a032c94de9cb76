"""What a batch has finished, line by line on disk, so that a killed grader goes on where it stopped.

A submission's line is written after its points and pages are; one that is missing is graded again, which gives the
same, since the secret of the seeds is kept too.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ganlab
from ganlab.grading.scores import Outcome

FOLDER, FILE = ".ganlab", "journal.jsonl"


@dataclass(frozen=True)
class Finished:
    """A finished submission; the points of `outcome` are those of the gradebook, not kept here."""

    outcome: Outcome
    content: str  # digest of what was handed in
    key: str  # digest of that and of how it was graded
    marks: str  # digest of the points and comments on its page
    solution: str  # fingerprint of the course's own answers
    book: str = ""  # the gradebook with its points, see name_of
    where: str = ""  # the folder or download that it was handed in with
    lms: bool | None = None  # whether the student's name is an LMS's, with its number; None where nobody noted it

    def line(self) -> str:
        kept = asdict(self)
        del kept["outcome"]["scores"]
        return json.dumps(kept) + "\n"

    @classmethod
    def of(cls, line: str) -> "Finished":
        """Read a line; ValueError, KeyError or TypeError where it is none of this version, or cut short."""
        kept = json.loads(line)
        outcome = kept["outcome"]
        return cls(**{**kept, "outcome": Outcome(**{**outcome, "flags": tuple(outcome["flags"])})})


class Journal:
    """The record of one output folder."""

    def __init__(self, output: Path) -> None:
        self.folder = output / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.path = self.folder / FILE

    def secret(self) -> str:
        """Give what the checks' seeds are drawn from, with each notebook's bytes: made once, kept for later runs."""
        path = self.folder / "secret"
        if not path.is_file() or len(path.read_text()) < 32:
            temporary = path.with_suffix(".part")
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_hex(32))
            temporary.replace(path)
        return path.read_text()

    def finished(self) -> dict[tuple[str, str], Finished]:
        """Give each finished submission, by student and assignment."""
        return {(entry.outcome.student, entry.outcome.assignment): entry for entry in entries(self.folder.parent)}

    def finish(self, entry: Finished) -> None:
        """Note a finished submission, on disk before this returns."""
        with self.path.open("a+b") as file:
            if file.seek(0, os.SEEK_END):  # a line cut short by a kill ends here
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(entry.line().encode())
            file.flush()
            os.fsync(file.fileno())


def entries(output: Path) -> Iterator[Finished]:
    """Give what was noted in an output folder, oldest first; changes nothing there."""
    path = output / FOLDER / FILE
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        with suppress(ValueError, KeyError, TypeError):  # the line that was being written, or an older version's
            yield Finished.of(line)


def code_version() -> str:
    """Give a digest of ganlab's own code: another check may decide otherwise."""
    digest = hashlib.sha256()
    for path in sorted(Path(ganlab.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def digest(what: Any) -> str:
    """Give one for bytes, or for what JSON can say."""
    text = what if isinstance(what, bytes) else json.dumps(what, sort_keys=True, default=str).encode()
    return hashlib.sha256(text).hexdigest()
