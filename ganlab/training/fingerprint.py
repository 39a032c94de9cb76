"""A few words by which a log knows data and pieces again: not what they are, but enough to tell others from them.

A function is known by its name, its compiled code and its defaults, a class by those of its methods, an object by its
class and its plain attributes, a network by its layers and the code of its class, data by a few samples. What is not
seen: values that a function takes from outside (globals, closures), attributes that are no numbers or text, initial
weights, and data that differ in other samples only. Another version of Python compiles to another code.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterator
from types import CodeType, NoneType
from typing import Any

import torch
from torch import Tensor, nn

from ganlab.data.shapes import Sampler, as_sampler


def describe(piece: object) -> Any:
    """Describe a piece of `train`, a score or a builder by plain values (text, numbers, lists, dicts)."""
    if piece is None or isinstance(piece, str | int | float):
        return piece
    if isinstance(piece, nn.Module):
        return [repr(piece), sum(parameter.numel() for parameter in piece.parameters()), describe(type(piece))]
    if isinstance(piece, functools.partial):
        return [describe(piece.func), [describe(part) for part in (*piece.args, *piece.keywords.items())]]
    if isinstance(piece, tuple | list):
        return [describe(part) for part in piece]
    if isinstance(piece, dict):
        return {str(name): describe(part) for name, part in sorted(piece.items(), key=str)}
    if dataclasses.is_dataclass(piece) and not isinstance(piece, type):
        return {field.name: describe(getattr(piece, field.name)) for field in dataclasses.fields(piece)}
    if hasattr(piece, "tolist"):
        return piece.tolist()  # a tensor or an array
    kind: Any = piece if hasattr(piece, "__qualname__") else type(piece)
    functions = [f for f in (_methods(kind) if isinstance(kind, type) else [kind]) if hasattr(f, "__code__")]
    codes = [[_plain_code(f.__code__), describe(f.__defaults__), describe(f.__kwdefaults__)] for f in functions]
    own = vars(piece) if kind is type(piece) and hasattr(piece, "__dict__") else {}
    plain = {name: value for name, value in own.items() if isinstance(value, str | int | float | NoneType)}
    return f"{kind.__qualname__} {_digest([*codes, plain] if plain else codes)}"


def _methods(kind: type) -> Iterator[Any]:
    """Give the functions of a class and of those it inherits from, but for torch's and Python's own."""
    for each in kind.__mro__:
        if each.__module__.split(".")[0] not in ("torch", "builtins"):
            for value in vars(each).values():
                yield getattr(value, "__func__", None) or getattr(value, "fget", None) or value


def describe_data(data: Sampler | Tensor) -> Any:
    """Describe data by the shape and the digest of a few samples, to four digits."""
    try:
        samples = as_sampler(data).sample(16, generator=torch.Generator().manual_seed(0))
    except TypeError:
        samples = None
    if not isinstance(samples, Tensor):
        return type(data).__name__  # `train` will say what is wrong with it
    return [list(samples.shape[1:]), _digest([f"{x:.4g}" for x in samples.double().flatten().tolist()])]


def _plain_code(code: CodeType) -> list[Any]:
    inner = [_plain_code(c) if isinstance(c, CodeType) else _ordered(c) for c in code.co_consts]
    return [code.co_code.hex(), inner, list(code.co_names)]


def _ordered(constant: object) -> str:
    return repr(sorted(map(repr, constant))) if isinstance(constant, frozenset) else repr(constant)


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
