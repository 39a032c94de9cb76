"""What the reader may choose and has chosen: plain Python, no widget."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

Value = float | str


@dataclass(frozen=True)
class Choice:
    """One slider: its name, the values it goes through, and how each is written."""

    name: str
    values: tuple[Value, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The values as a reader sees them, all different: short where that is enough to tell them apart."""
        short = tuple(_short(value) for value in self.values)
        return short if len(set(short)) == len(short) else tuple(str(value) for value in self.values)


class State:
    """Where each slider stands, and whether the figure shown is the one asked for.

    A move only notes what is wanted. Whoever draws asks `wanted`, draws, says `shown`, and goes on while `stale`: of
    many quick moves the last one is drawn, those in between are not.
    """

    def __init__(self, choices: Sequence[Choice], positions: Sequence[int]) -> None:
        self.choices = tuple(choices)
        self._positions = dict(zip((choice.name for choice in choices), positions, strict=True))
        self._shown: dict[str, int] | None = None

    @property
    def wanted(self) -> dict[str, Value]:
        """The chosen value of each choice."""
        return {choice.name: choice.values[self._positions[choice.name]] for choice in self.choices}

    @property
    def stale(self) -> bool:
        """Whether the figure shown is not the one wanted."""
        return self._shown != self._positions

    def position(self, name: str) -> int:
        """Where a slider stands, counted from 0."""
        return self._positions[name]

    def move(self, name: str, position: int) -> None:
        """Note that a slider was moved."""
        self._positions[name] = position

    def start_drawing(self) -> dict[str, Value]:
        """Give the values to draw now; the state is stale again as soon as a slider moves from them."""
        self._shown = dict(self._positions)
        return self.wanted

    def __str__(self) -> str:
        return ", ".join(f"{c.name} = {c.labels[self._positions[c.name]]}" for c in self.choices)


def read_state(choices: Mapping[str, Iterable[Value]], start: Mapping[str, Value] | None = None) -> State:
    """Check what the author wrote and give the state to begin with: the middle values where `start` names no other.

    Raises:
        ValueError: no choice, a choice without values or with one twice, a start that is not among the values.
        TypeError: a choice is no list of numbers or strings, the start no dictionary.

    """
    if not choices:
        raise ValueError("explore needs at least one choice, a list of values: explore(draw, h=[0.1, 0.2, 0.5]).")
    read = [Choice(name, _values(name, values)) for name, values in choices.items()]
    if not isinstance(start, Mapping | None):
        raise TypeError(f'start must be a dictionary such as {{"h": 0.1}}, got {start!r}.')
    start = dict(start or {})
    unknown = [name for name in start if name not in choices]
    if unknown:
        raise ValueError(f"start names {', '.join(map(repr, unknown))}, but the choices are {', '.join(choices)}.")
    return State(read, [_position(choice, start) for choice in read])


def _values(name: str, values: Iterable[Value]) -> tuple[Value, ...]:
    if isinstance(values, (str, bytes, Mapping, set, frozenset)) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list of values to choose from, got {values!r}: write {name}=[…].")
    found = tuple(values)
    for value in found:
        if not isinstance(value, (Real, str)):
            raise TypeError(f"{name} may hold numbers and strings, got {type(value).__name__}: of a tensor, .tolist().")
        if isinstance(value, Real) and math.isnan(value):
            raise ValueError(f"{name} holds NaN, which is no value to choose.")
    if not found:
        raise ValueError(f"{name} holds no value to choose from.")
    twice = [value for k, value in enumerate(found) if value in found[:k]]
    if twice:
        raise ValueError(f"{name} holds {twice[0]!r} twice: leave one out.")
    return found


def _position(choice: Choice, start: Mapping[str, Value]) -> int:
    if choice.name not in start:
        return (len(choice.values) - 1) // 2
    if start[choice.name] not in choice.values:
        listed = ", ".join(choice.labels)
        raise ValueError(f"start={{{choice.name!r}: {start[choice.name]!r}}} is not among its values: {listed}.")
    return choice.values.index(start[choice.name])


def _short(value: Value) -> str:
    return f"{value:g}" if isinstance(value, Real) and not isinstance(value, int) else str(value)
