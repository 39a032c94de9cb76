"""What a batch has finished, line by line on disk, so that a killed grader goes on where it stopped.

A submission's line is written after its points and pages are; one that is missing is graded again, which gives the
same, since the secret of the seeds is kept too.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ganlab
from ganlab.grading.scores import Outcome

FOLDER = ".ganlab"


class Journal:
    """The record of one output folder."""

    def __init__(self, output: Path) -> None:
        self.folder = output / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.path = self.folder / "journal.jsonl"

    def secret(self) -> str:
        """Give what the checks' seeds are drawn from: made once, the same for all students and for later runs."""
        path = self.folder / "secret"
        if not path.is_file() or len(path.read_text()) < 32:
            temporary = path.with_suffix(".part")
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_hex(32))
            temporary.replace(path)
        return path.read_text()

    def finished(self) -> dict[tuple[str, str], tuple[str, dict[str, Any]]]:
        """Give, by student and assignment, the key and what is known of each finished submission."""
        found: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    entry = json.loads(line)
                    found[entry["student"], entry["assignment"]] = (entry["key"], entry["outcome"])
                except (ValueError, KeyError, TypeError):  # the line that was being written
                    continue
        return found

    def finish(self, key: str, outcome: Outcome) -> None:
        """Note a finished submission, on disk before this returns."""
        kept = {name: value for name, value in asdict(outcome).items() if name != "scores"}
        entry = {"student": outcome.student, "assignment": outcome.assignment, "key": key, "outcome": kept}
        with self.path.open("a+b") as file:
            if file.seek(0, os.SEEK_END):  # a line cut short by a kill ends here
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def code_version() -> str:
    """Give a digest of ganlab's own code: another check may decide otherwise."""
    digest = hashlib.sha256()
    for path in sorted(Path(ganlab.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(content: bytes | None, settings: Mapping[str, Any]) -> str:
    """Give a digest of what was handed in and how it is graded."""
    text = json.dumps(settings, sort_keys=True, default=str).encode()
    return hashlib.sha256(hashlib.sha256(content or b"").digest() + text).hexdigest()
