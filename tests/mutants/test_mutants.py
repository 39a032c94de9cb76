"""Every wrong solution is rejected, every right one accepted, and each exercise has enough of both."""

import warnings
from collections import Counter

import pytest

from ganlab.grading.checks import exercises
from tests.mutants import Solution, corpus, reads_well, rounds, verdict

SOLUTIONS = list(corpus())
SAMPLE = 8  # one in so many runs by default; all of them run in `make mutants`
PARAMETERS = [
    pytest.param(each, id=f"{each.exercise}-{each.name}", marks=[pytest.mark.slow] if k % SAMPLE else [])
    for k, each in enumerate(SOLUTIONS)
]


@pytest.mark.parametrize("solution", PARAMETERS)
def test_the_check_decides_rightly(solution: Solution, capsys: pytest.CaptureFixture) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a wrong solution may well cause some
        message = verdict(solution)
    if solution.right:
        assert message is None
    else:
        assert message is not None, f"survives: {solution.function.__doc__}"
        assert reads_well(message)


def test_the_corpus_is_judged_by_as_many_rounds_as_the_chapters_run() -> None:
    assert set(rounds()) == set(exercises())


@pytest.mark.parametrize("name", exercises())
def test_each_exercise_has_fifteen_wrong_and_three_right_solutions(name: str) -> None:
    kinds = Counter(solution.right for solution in SOLUTIONS if solution.exercise == name)
    assert kinds[False] >= 15 and kinds[True] >= 3


def test_every_wrong_solution_says_what_was_believed() -> None:
    assert all(solution.function.__doc__ for solution in SOLUTIONS if not solution.right)
