"""The `ganlab` command: lab, build, grade. What a subcommand needs is imported when it runs."""

import argparse
import importlib.util
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from ganlab import __version__
from ganlab.grading.errors import CourseError

GRADE_EXTRA = ("nbgrader", "jupytext", "nbconvert", "nbclient")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 said why not, 2 wrong usage."""
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

    grade = command("grade", "Autograde submissions; write gradebook, grades.csv and feedback pages.")
    layout = "folder that holds <student>/<assignment>/<assignment>.ipynb"
    grade.add_argument("submitted", type=Path, metavar="SUBMITTED", help=layout)
    grade.add_argument("--assignment", help="grade this one only (default: all)")
    grade.add_argument("--output", type=Path, default=Path(), help="where results go (default: this folder)")
    grade.set_defaults(run=_grade)
    return parser


def _lab(args: argparse.Namespace) -> int:
    folder = args.course / "course"
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}: run this in the course's, or name that with --course.")
    _need("course", ("jupyterlab",))
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(folder), *args.rest])


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
    from ganlab.grading.grade import grade_batch
    from ganlab.grading.scores import Outcome

    def report(outcome: Outcome) -> None:
        scores, who = outcome.scores, outcome.submission
        points = f"{sum(scores.auto.values()):g} of {scores.auto_max:g} automatic points"
        waiting = f", {scores.to_mark} to mark" if scores.to_mark else ""
        reason = f" ({outcome.reason})" if outcome.reason else ""
        print(f"{who.student} · {who.assignment}: {outcome.status}, {points}{waiting}{reason}", flush=True)

    outcomes = grade_batch(
        args.submitted, course=args.course, output=args.output, assignment=args.assignment, report=report
    )
    failed = sum(outcome.status != "graded" for outcome in outcomes)
    print(f"{len(outcomes) - failed} of {len(outcomes)} submissions graded: see {args.output / 'grades.csv'}")
    if failed:
        print(f"ganlab: {failed} could not be graded in full; the status column says why.", file=sys.stderr)
    return 1 if failed else 0


def _need(extra: str, modules: Sequence[str]) -> None:
    """CourseError where the packages of an extra are not installed."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise CourseError(f"{', '.join(missing)} is not installed: run `pip install ganlab[{extra}]`.")
