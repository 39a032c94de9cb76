"""The `ganlab` command: lab, build, points, grade, export. What a subcommand needs is imported when it runs."""

import argparse
import importlib.util
import logging
import os
import sys
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganlab import __version__
from ganlab.grading.errors import CourseError, WrongOption

if TYPE_CHECKING:
    from ganlab.grading.scores import Outcome

GRADE_EXTRA = ("nbgrader", "jupytext", "nbconvert", "nbclient")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 said why not, 2 wrong usage, 130 stopped."""
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    if rest and args.run is not _lab:  # lab passes on what it does not know
        parser.error(f"unrecognised arguments: {' '.join(rest)}")
    args.rest = rest
    if args.debug:
        logging.basicConfig()
        logging.getLogger("ganlab").setLevel(logging.DEBUG)
    try:
        return int(args.run(args))
    except CourseError as error:
        if args.debug:
            traceback.print_exc()
        print(f"ganlab: {error}", file=sys.stderr)
        return 2 if isinstance(error, WrongOption) else 1
    except KeyboardInterrupt:
        kept = " What is graded is kept, --resume goes on." if args.run is _grade else ""
        print(f"\nganlab: stopped.{kept}", file=sys.stderr)
        return 130
    except Exception as error:
        if args.debug:
            raise
        what = f"{type(error).__name__}: {error}"
        print(f"ganlab: something unforeseen went wrong ({what}); --debug shows where.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ganlab",
        description="A course on why GAN training fails: open, build, grade.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ganlab {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--debug", action="store_true", help="show tracebacks and logs")
    shared.add_argument("--course", type=Path, default=Path(), help="the course's folder (default: this one)")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[shared], allow_abbrev=False)

    lab = command("lab", "Open JupyterLab on the students' notebooks; other arguments go to JupyterLab.")
    lab.set_defaults(run=_lab)

    build = command("build", "Make solutions/*.ipynb and course/*.ipynb from solutions/*.py.")
    build.add_argument("chapters", nargs="*", metavar="CHAPTER", help="04_mode_collapse, say (default: all)")
    build.add_argument("--no-execute", action="store_true", help="do not run notebooks whose code changed")
    build.add_argument("--force", action="store_true", help="run notebooks whose code is unchanged too")
    build.add_argument("--check", action="store_true", help="write nothing; fail if files are not what is built")
    build.set_defaults(run=_build)

    _grade_options(command("grade", "Grade submissions in a sandbox; write gradebook, tables and feedback pages."))

    points = command("points", "Print the points of each exercise as a table.")
    points.add_argument("--write", action="store_true", help="put it into INSTRUCTORS.md")
    points.set_defaults(run=_points)

    export = command("export", "Write the grades, manual ones included, as Canvas or Moodle imports them.")
    export.add_argument("format", choices=("canvas", "moodle"))
    export.add_argument("--output", type=Path, default=Path(), help="where `ganlab grade` left its results")
    export.add_argument("--db", metavar="URL", help="the gradebook (default: gradebook.db in the output folder)")
    export.add_argument("--assignment", action="append", default=[], help="this one only (may be repeated)")
    export.add_argument("--to", type=Path, help="the file to write (default: canvas.csv or moodle.csv)")
    export.set_defaults(run=_export)
    return parser


def _grade_options(grade: argparse.ArgumentParser) -> None:
    layout = (
        "folder <student>/<assignment>/<assignment>.ipynb, folder of notebooks, or zip download of Moodle or Canvas"
    )
    grade.add_argument("submitted", type=Path, metavar="SUBMISSIONS", help=layout)
    grade.add_argument("--assignment", help="grade this one only (default: all)")
    grade.add_argument("--student", action="append", default=[], help="grade this one only (may be repeated)")
    again = "check this exercise only, keep the points of the others (may be repeated)"
    grade.add_argument("--exercise", action="append", default=[], help=again)
    grade.add_argument("--output", type=Path, default=Path(), help="where results go (default: this folder)")
    grade.add_argument("--workers", type=int, metavar="N", help="how many at once (default: one a core)")
    grade.add_argument("--dask", metavar="ADDRESS", help="grade on the workers of this Dask scheduler")
    grade.add_argument("--db", metavar="URL", help="the gradebook (default: gradebook.db in the output folder)")
    grade.add_argument("--resume", action="store_true", help="go on with a batch that was stopped")
    grade.add_argument("--no-sandbox", action="store_true", help="run submissions with your own rights: dangerous")
    grade.set_defaults(run=_grade)


def _lab(args: argparse.Namespace) -> int:
    folder = args.course / "course"
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}: run this in the course's, or name that with --course.")
    _need("course", ("jupyterlab",))
    first = ["--LabApp.default_url=/lab/tree/README.md"] if (folder / "README.md").is_file() else []
    own = Path(__file__).parent / "jupyter"  # Markdown opens as a page; the reader's own settings come before it
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [os.environ.get("JUPYTER_CONFIG_PATH"), str(own)]))
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(folder), *first, *args.rest])


def _build(args: argparse.Namespace) -> int:
    _need("grade", GRADE_EXTRA)
    from ganlab.grading.build import build_chapter, check_chapter
    from ganlab.grading.chapters import find_chapters, orphans

    chapters = find_chapters(args.course, args.chapters)
    if not args.check:
        for chapter in chapters:
            print(build_chapter(chapter, execute=not args.no_execute, force=args.force), flush=True)
        return 0
    complaints = [said for chapter in chapters for said in check_chapter(chapter)]
    complaints += [f"{path} has no source: delete it." for path in orphans(args.course)]
    print("\n".join(complaints) or f"{len(chapters)} chapters are what their sources build.")
    return 1 if complaints else 0


def _grade(args: argparse.Namespace) -> int:
    _need("grade", GRADE_EXTRA)
    from tqdm import tqdm

    from ganlab.grading.grade import grade_batch
    from ganlab.grading.scores import FAILED, Outcome

    if args.workers is not None and args.workers < 1:
        raise WrongOption(f"--workers must be 1 or more, got {args.workers}.")
    if args.no_sandbox:
        print("ganlab: WARNING: submissions run with your rights, without a sandbox.", file=sys.stderr)
    bar = tqdm(unit="submission", disable=not sys.stderr.isatty())

    def report(outcome: Outcome, total: int) -> None:
        bar.total = total
        bar.update()
        with bar.external_write_mode(file=sys.stdout):
            print(_line(outcome), flush=True)

    with bar:
        outcomes = grade_batch(
            args.submitted,
            course=args.course,
            output=args.output,
            assignment=args.assignment,
            students=args.student,
            exercises=args.exercise,
            workers=args.workers or os.cpu_count() or 1,
            dask=args.dask,
            db_url=args.db,
            resume=args.resume,
            confined=not args.no_sandbox,
            report=report,
        )
    counts = Counter(outcome.status for outcome in outcomes)
    print("\n".join(f"{count:6d} {status}" for status, count in counts.most_common()))
    print(f"{len(outcomes)} submissions: see {args.output / 'grades.csv'} and {args.output / 'report.html'}")
    failed = sum(counts[status] for status in FAILED)
    if failed:
        print(f"ganlab: {failed} could not be graded, by no fault of theirs; grades.csv says why.", file=sys.stderr)
    if counts["unreadable"]:
        print(
            f"ganlab: {counts['unreadable']} could not be read (not a notebook): ask for them again (see grades.csv).",
            file=sys.stderr,
        )
    return 1 if failed or counts["unreadable"] else 0


def _line(outcome: "Outcome") -> str:
    scores = outcome.scores
    points = f"{sum(scores.auto.values()):g} of {scores.auto_max:g} automatic points"
    waiting = f", {scores.to_mark} to mark" if scores.to_mark else ""
    reason = f" ({outcome.reason})" if outcome.reason else ""
    flags = f" [look: {'; '.join(outcome.flags)}]" if outcome.flags else ""
    line = f"{outcome.student} · {outcome.assignment}: {outcome.status}, {points}{waiting}{reason}{flags}"
    return "".join(c if c.isprintable() else "?" for c in line)  # no student writes to the terminal


def _points(args: argparse.Namespace) -> int:
    _need("grade", GRADE_EXTRA)
    from ganlab.grading.chapters import find_chapters
    from ganlab.grading.points import points_table, put_table

    table = points_table(find_chapters(args.course))
    print(table, end="")
    if args.write:
        put_table(args.course / "INSTRUCTORS.md", table)
    return 0


def _export(args: argparse.Namespace) -> int:
    _need("grade", GRADE_EXTRA)
    from ganlab.grading.export import export_grades

    db_url = args.db or f"sqlite:///{(args.output / 'gradebook.db').resolve()}"
    to = args.to or args.output / f"{args.format}.csv"
    open_points = export_grades(args.format, db_url, to, args.assignment, args.output)
    print(f"written: {to}")
    if open_points:
        print(f"ganlab: these points are not final ({open_points}); see grades.csv.", file=sys.stderr)
    return 0


def _need(extra: str, modules: Sequence[str]) -> None:
    """CourseError where the packages of an extra are not installed."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise CourseError(f"{', '.join(missing)} is not installed: run `pip install ganlab[{extra}]`.")
