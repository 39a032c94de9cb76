"""ganlab's own implementations, out of reach while an exercise that asks for them is checked.

The code of each function is exchanged, so that every name it was imported under is out of reach at once.
"""

from __future__ import annotations

import dataclasses
import importlib
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class ReferenceUsed(Exception):
    """The answer needs a function of ganlab that it was asked to write."""


def find(name: str) -> Any:
    """Find what a dotted name means, ganlab.mode_hops or ganlab.LOSSES; ValueError where there is nothing."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        try:
            for part in parts[cut:]:
                found = found[part] if isinstance(found, dict) else getattr(found, part)
        except (AttributeError, KeyError):
            break
        return found
    raise ValueError(f"reference {name!r} is not a name of ganlab.")


def functions(reference: Any) -> Iterator[types.FunctionType]:
    """Give the functions behind a reference: itself, or those of a class, a module, a dict or a dataclass."""
    if isinstance(reference, types.FunctionType):
        if reference.__module__.split(".")[0] == "ganlab":
            yield reference
    elif isinstance(reference, type | types.ModuleType):
        for value in list(vars(reference).values()):
            home = reference.__name__ if isinstance(reference, types.ModuleType) else reference.__module__
            if isinstance(value, types.FunctionType) and value.__module__ == home:
                yield value
    elif isinstance(reference, dict):
        for value in reference.values():
            yield from functions(value)
    elif dataclasses.is_dataclass(reference):
        for field in dataclasses.fields(reference):
            yield from functions(getattr(reference, field.name))


@contextmanager
def out_of_reach(names: Sequence[str]) -> Iterator[None]:
    """Let every call of the named references raise `ReferenceUsed` in this context."""
    closed: dict[types.FunctionType, tuple[str, types.CodeType, types.CodeType]] = {}
    reopened = ""
    try:
        for name in names:
            for function in functions(find(name)):
                if function not in closed:
                    refusal = _refusal(name, function.__code__.co_freevars)
                    closed[function] = name, function.__code__, refusal
                    function.__code__ = refusal
        yield
    finally:
        for function, (name, code, refusal) in closed.items():
            reopened = reopened if function.__code__ is refusal else name
            function.__code__ = code
    if reopened:
        raise ReferenceUsed(reopened)


def _refusal(name: str, free: tuple[str, ...]) -> types.CodeType:
    """Give code that raises, with as many free variables as the code it replaces."""
    cells = "".join(f"    v{k} = None\n" for k in range(len(free)))
    uses = "".join(f"        v{k}\n" for k in range(len(free)))
    source = (
        f"def make():\n{cells}"
        f"    def refused(*_, **__):\n"
        f"        raise __import__({__name__!r}, fromlist=['x']).ReferenceUsed({name!r})\n{uses}"
        f"    return refused\n"
    )
    made: dict[str, Callable[[], types.FunctionType]] = {}
    exec(source, made)
    return made["make"]().__code__
