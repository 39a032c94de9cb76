"""ganlab's own implementations, out of reach while an exercise that asks for them is checked.

The code of each function is exchanged, so that every name it was imported under is out of reach at once. A kernel of
the grader finds the functions before the student's code runs, so that no name bent later leads elsewhere.
"""

from __future__ import annotations

import dataclasses
import functools
import gc
import importlib
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

Reach = Callable[[Sequence[str]], AbstractContextManager[None]]


class ReferenceUsed(Exception):
    """The answer needs a function of ganlab that it was asked to write."""


class Door(NamedTuple):
    """A function to close: with the code `shut` it raises."""

    name: str
    function: Any  # a FunctionType, which mypy would bind like a method
    shut: types.CodeType


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
    elif isinstance(reference, functools.partial):
        yield from functions(reference.func)
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


def doors(name: str) -> list[Door]:
    """Give what has to be closed for a reference."""
    found = dict.fromkeys(functions(find(name)))
    return [Door(name, function, _refusal(name, function.__code__.co_freevars)) for function in found]


def made(makers: Sequence[types.FunctionType]) -> Iterator[types.FunctionType]:
    """Give the functions that calls of these made and that still live, as `label_smoothing` makes losses."""
    codes = [code for maker in makers for code in inner(maker.__code__)]
    for user in gc.get_referrers(*codes) if codes else ():
        if isinstance(user, types.FunctionType) and any(user.__code__ is code for code in codes):
            yield user


def inner(code: types.CodeType) -> Iterator[types.CodeType]:
    """Give the code of the functions that a function defines inside itself, comprehensions left out."""
    for part in code.co_consts:
        if isinstance(part, types.CodeType) and not part.co_name.endswith(("comp>", "genexpr>")):
            yield part
            yield from inner(part)


def put(function: types.FunctionType, code: types.CodeType) -> None:
    """Give a function other code."""
    function.__code__ = code


@contextmanager
def out_of_reach(
    names: Sequence[str],
    found: Callable[[str], list[Door]] = doors,
    put: Callable[[types.FunctionType, types.CodeType], None] = put,
) -> Iterator[None]:
    """Let every call of the named references raise `ReferenceUsed` in this context."""
    closed: dict[types.FunctionType, tuple[Door, types.CodeType]] = {}
    reopened = ""
    try:
        for name in names:
            for door in found(name):
                if door.function not in closed:
                    closed[door.function] = door, door.function.__code__
                    put(door.function, door.shut)
        yield
    finally:
        for function, (door, code) in closed.items():
            reopened = reopened if function.__code__ is door.shut else door.name
            put(function, code)
    if reopened:
        raise ReferenceUsed(reopened)


class Fence:
    """`out_of_reach` in a kernel: the functions behind all exercises' references, found before a student's code runs.

    Once it stands, it refuses for good that anybody else exchanges or copies their code; `changed` says who tried, and
    which modules of ganlab were loaded again.
    """

    def __init__(self, names: Sequence[str]) -> None:
        found = {name: doors(name) for name in names}
        self.out_of_reach, self._watch, self.changed = _walled(found)

    def stand(self) -> None:
        """Watch over this process until it ends."""
        sys.addaudithook(self._watch)


def _walled(found: Mapping[str, list[Door]]) -> tuple[Reach, Callable[..., None], Callable[[], list[str]]]:
    """Give `out_of_reach` for what was found, an audit hook, and what tells of tampering; no name leads into them."""
    tried: list[str] = []
    own = [out_of_reach.__wrapped__, doors, made, inner, _refusal]  # type: ignore[attr-defined]
    kept = {id(function): (function, "the fence") for function in own}
    kept |= {id(door.function): (door.function, door.name) for each in found.values() for door in each}
    codes = [(function.__code__, name) for function, name in kept.values()]
    codes += [(code, name) for outer, name in codes for code in inner(outer)]
    homes = [(function, function.__module__, name) for function, name in kept.values()]
    ours = {name: each for name, each in sys.modules.items() if name.split(".")[0] == "ganlab"}
    files = {getattr(each, "__file__", None): name for name, each in ours.items()}
    bound = [
        (names, called, function, name)
        for function, home, name in homes
        for names, called in [(vars(sys.modules[home]), function.__name__)]
        if names.get(called) is function
    ]
    kind = types.FunctionType
    guarded = {id(code): (code, name) for code, name in codes}
    at_work = False

    def exchange(function: types.FunctionType, code: types.CodeType) -> None:
        nonlocal at_work
        at_work = True
        try:
            function.__code__ = code
        finally:
            at_work = False

    def opened(name: str) -> list[Door]:
        here = list(found.get(name, ()))
        try:
            now = [each for each in functions(find(name)) if type(each) is kind]  # others, of a module loaded again
        except Exception:
            if name not in found:
                raise
            now = []  # a name bent later leads nowhere
        known = dict.fromkeys(door.function for door in here)
        more = [each for each in dict.fromkeys((*now, *made([*known, *now]))) if each not in known]
        return here + [Door(name, function, _refusal(name, function.__code__.co_freevars)) for function in more]

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "exec":
            again = files.get(getattr(arguments[0], "co_filename", ""))
            if again is not None and arguments[0].co_name == "<module>":
                tried.append(f"the module {again}")
            return
        if event == "object.__setattr__" and arguments[1] == "__code__" and not at_work:
            touched = kept.get(id(arguments[0]))
        elif event == "function.__new__":
            touched = guarded.get(id(arguments[0]))
        else:
            return
        if touched is not None:
            tried.append(f"the code of {touched[1]}")
            raise ReferenceUsed(touched[1])

    def changed() -> list[str]:
        odd = [f"the module of {name}" for function, home, name in homes if function.__module__ != home]
        return tried + odd + [f"the name of {name}" for names, own, each, name in bound if names.get(own) is not each]

    return functools.partial(out_of_reach, found=opened, put=exchange), watch, changed


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
