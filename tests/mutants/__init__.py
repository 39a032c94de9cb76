"""The corpus: wrong solutions that every check must reject, and right ones, written differently, that it must accept.

One module an exercise, chapter_NN/<exercise>.py; its functions are called wrong_<mistake> or right_<style>, and the
docstring of a wrong one says what its author believed.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ganlab.grading.checks import CheckFailed, find_exercise

FOLDER = Path(__file__).parent
SOURCES = FOLDER.parents[1] / "solutions"
HIDDEN = re.compile(r'^check\("(?P<exercise>\S+)", \w+, seed=\d+, rounds=(?P<rounds>\d+)\)$', re.MULTILINE)


class Solution(NamedTuple):
    """One answer of the corpus."""

    exercise: str
    name: str
    function: Callable

    @property
    def right(self) -> bool:
        """Whether the check must accept it."""
        return self.name.startswith("right_")


def corpus() -> Iterator[Solution]:
    """Give every solution of every exercise."""
    for path in sorted(FOLDER.glob("chapter_*/*.py")):
        module = importlib.import_module(f"tests.mutants.{path.parent.name}.{path.stem}")
        exercise = f"{path.parent.name.removeprefix('chapter_')}/{path.stem}"
        for name, function in list(vars(module).items()):  # a warning adds a name to it
            if name.startswith(("wrong_", "right_")) and inspect.isfunction(function):
                yield Solution(exercise, name, function)


@cache
def rounds() -> dict[str, int]:
    """Give the rounds of each exercise's hidden test, as the chapters' sources have them."""
    texts = [path.read_text(encoding="utf-8") for path in SOURCES.glob("*/*.py")]
    return {found["exercise"]: int(found["rounds"]) for text in texts for found in HIDDEN.finditer(text)}


def verdict(solution: Solution, *, visible: bool = False, seed: int = 900) -> str | None:
    """Check a solution as its hidden test does, or its visible one: None if it passes, else what a student would read."""
    exercise = find_exercise(solution.exercise)
    seed, times = (0, 1) if visible else (seed, rounds()[solution.exercise])
    try:
        exercise.run(solution.function, seed=seed, rounds=times)
    except CheckFailed as failure:
        return str(failure)
    return None


def reads_well(message: str) -> bool:
    """Say whether a message is one line that says something."""
    return bool(message.strip()) and "\n" not in message


class Judgement(NamedTuple):
    """What the checks say of one solution: the hidden test's message, and whether the visible one rejects it too."""

    name: str
    right: bool
    message: str | None
    seen: bool


def judge(exercise: str, seeds: int = 1) -> list[Judgement]:
    """Check the corpus of one exercise, its right solutions with so many secret seeds."""
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for solution in corpus():
            if solution.exercise == exercise:
                with contextlib.redirect_stdout(io.StringIO()):
                    message, seen = verdict(solution), verdict(solution, visible=True) is not None
                    for k in range(1, seeds if solution.right else 1):
                        message = message or verdict(solution, seed=900 + 100 * k)
                rows.append(Judgement(solution.name, solution.right, message, seen))
    return rows
