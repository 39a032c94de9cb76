"""Where a chapter's files lie: solutions/NN_topic/NN_topic.py and what is made of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ganlab.grading.errors import CourseError

NOT_DATA = ("*.py", "*.pyc", "*.ipynb", "__pycache__", "results", ".*")  # never copied to students


@dataclass(frozen=True)
class Chapter:
    """One assignment: its folder's name, and the course it belongs to."""

    course: Path
    name: str

    @property
    def folder(self) -> Path:
        """What is edited by hand."""
        return self.course / "solutions" / self.name

    @property
    def source(self) -> Path:
        """The py:percent file everything is generated from."""
        return self.folder / f"{self.name}.py"

    @property
    def solved(self) -> Path:
        """The executed notebook with its solutions."""
        return self.folder / f"{self.name}.ipynb"

    @property
    def released_folder(self) -> Path:
        """What the students get."""
        return self.course / "course" / self.name

    @property
    def released(self) -> Path:
        """The student's notebook."""
        return self.released_folder / f"{self.name}.ipynb"

    def data_files(self) -> Iterator[Path]:
        """Files beside the source that notebooks read, relative to the folder, in order."""
        return files_in(self.folder, skip=NOT_DATA)


def files_in(folder: Path, *, skip: Iterable[str]) -> Iterator[Path]:
    """The files below a folder, relative to it and sorted, without the names that match `skip`."""
    skip = tuple(skip)
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not any(fnmatch(part, pattern) for part in inner.parts for pattern in skip):
            yield inner


def find_chapters(course: Path, names: Iterable[str] = ()) -> list[Chapter]:
    """The chapters of a course, all of them or those named; CourseError where there are none."""
    found = {path.parent.name: path for path in (course / "solutions").glob("*/*.py")}
    known = [Chapter(course, name) for name in sorted(found) if Chapter(course, name).source.is_file()]
    if not known:
        raise CourseError(
            f"No chapter was found in {course / 'solutions'}: expected NN_topic/NN_topic.py there; "
            "run this in the course's folder or name it with --course."
        )
    wanted = [Path(name).name for name in names]
    for name in wanted:
        if name not in {chapter.name for chapter in known}:
            listed = ", ".join(chapter.name for chapter in known)
            raise CourseError(f'{course / "solutions"} has no chapter "{name}": choose among {listed}.')
    return [chapter for chapter in known if not wanted or chapter.name in wanted]


def orphans(course: Path) -> list[Path]:
    """Released folders whose source is gone."""
    return [
        path
        for path in sorted((course / "course").glob("*"))
        if path.is_dir() and not path.name.startswith(".") and not Chapter(course, path.name).source.is_file()
    ]
