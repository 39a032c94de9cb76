"""The corpus: wrong solutions that every check must reject, and right ones, written differently, that it must accept.

One module an exercise, chapter_NN/<exercise>.py; its functions are called wrong_<mistake> or right_<style>, and the
docstring of a wrong one says what its author believed.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ganlab.grading.checks import CheckFailed, find_exercise

FOLDER = Path(__file__).parent
ROUNDS = 10  # as many as the hidden tests run


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


def verdict(solution: Solution) -> str | None:
    """Check a solution as the hidden tests do: None if it passes, else the message a student would read."""
    try:
        find_exercise(solution.exercise).run(solution.function, seed=900, rounds=ROUNDS)
    except CheckFailed as failure:
        return str(failure)
    return None


def reads_well(message: str) -> bool:
    """Say whether a message is one line that says something."""
    return bool(message.strip()) and "\n" not in message


def judge(exercise: str) -> list[tuple[str, bool, str | None]]:
    """Check the corpus of one exercise: name, whether it is right, and the message it gets."""
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for solution in corpus():
            if solution.exercise == exercise:
                with contextlib.redirect_stdout(io.StringIO()):
                    rows.append((solution.name, solution.right, verdict(solution)))
    return rows
