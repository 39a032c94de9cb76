"""How a check is written and run.

    @exercise("04/count_hops")
    def count_hops(answer: Answer, rng: torch.Generator) -> None:
        dominant = ...                                   # fresh input, drawn from rng
        hops = answer(dominant)                          # the student's function; its errors become messages
        expect_tensor(hops, want, "what the likely mistake is")

An answer that fails raises `CheckFailed` with one sentence for the student.
"""

from __future__ import annotations

import copy
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


class CheckFailed(AssertionError):
    """The answer is wrong; the message says which mistake it looks like."""


class Answer:
    """The student's function: called on copies, its exceptions turned into sentences, its inputs watched."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.function, self.name = function, name

    def __call__(self, *arguments: Any) -> Any:
        """Call the function; fail if it raises, or changes a tensor that it was given."""
        given = copy.deepcopy(arguments)
        try:
            result = self.function(*given)
        except NotImplementedError:
            raise CheckFailed(f"{self.name} is not written yet.") from None
        except Exception as error:
            shapes = ", ".join(_describe(argument) for argument in arguments)
            raise CheckFailed(f"{self.name}({shapes}) raised {type(error).__name__}: {error}") from error
        for before, after in zip(arguments, given, strict=True):
            if isinstance(before, Tensor) and not torch.equal(before, after):
                raise CheckFailed(f"{self.name} changes its input in place; work on a copy (x.clone()).")
        return result


CheckFunction = Callable[[Answer, torch.Generator], None]


@dataclass(frozen=True)
class Exercise:
    """One autograded exercise: its name "04/count_hops", its check, and the ganlab names that would answer it by
    import.
    """

    name: str
    function: CheckFunction
    references: tuple[str, ...] = ()

    def run(self, function: Callable[..., Any], *, seed: int = 0, rounds: int = 1) -> None:
        """Check an answer on `rounds` fresh draws; raises `CheckFailed`."""
        own = self.name.split("/")[1]
        if not callable(function):
            raise CheckFailed(f"{own} must be a function, got {type(function).__name__}.")
        for k in range(rounds):
            self.function(Answer(function, own), torch.Generator().manual_seed(seed + k))


_REGISTRY: dict[str, Exercise] = {}


def exercise(name: str, *, references: tuple[str, ...] = ()) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check under the name of its exercise."""

    def register(function: CheckFunction) -> CheckFunction:
        _REGISTRY[name] = Exercise(name, function, references)
        return function

    return register


def exercises() -> dict[str, Exercise]:
    """Give every exercise there is, by name."""
    import ganlab.grading.checks as package

    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("chapter_"):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_REGISTRY.items()))


def find_exercise(name: str) -> Exercise:
    """Find an exercise by name.

    Raises:
        ValueError: there is none; the message lists those there are.

    """
    known = exercises()
    if name not in known:
        raise ValueError(f"exercise {name!r} is not known: there are {', '.join(known)}.")
    return known[name]


def check(name: str, function: Callable[..., Any], *, seed: int = 0, rounds: int = 1) -> None:
    """Check an answer and say that it passed, or fail with a sentence on what it looks like."""
    found = find_exercise(name)
    try:
        found.run(function, seed=seed, rounds=rounds)
    except CheckFailed as failure:
        raise CheckFailed(str(failure)) from failure.__cause__
    print(f"{name.split('/')[1]}: passed")


def expect(condition: object, message: str) -> None:
    """Fail with a message unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


def expect_tensor(got: object, shape: tuple[int, ...], what: str, *, whole: bool = False) -> Tensor:
    """Fail unless `got` is a tensor of this shape (of a whole-number type if `whole`); give it back."""
    expect(isinstance(got, Tensor), f"{what} must be a torch tensor, got {type(got).__name__}.")
    assert isinstance(got, Tensor)
    expect(got.shape == shape, f"{what} must have shape {tuple(shape)}, got {tuple(got.shape)}.")
    if whole:
        kind = got.dtype in (torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8)
        expect(kind, f"{what} must hold whole numbers (dtype torch.long), got {got.dtype}.")
        return got.detach().cpu().long()
    return got.detach().cpu()


def _describe(argument: object) -> str:
    if isinstance(argument, Tensor):
        return f"tensor {tuple(argument.shape)}"
    return type(argument).__name__
