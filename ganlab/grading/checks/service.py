"""The kernel's side of a check: it calls the student's function for the grader and says what happened.

The grader never runs the student's code and the student's process never sees a check: a request holds inputs, a
reply what the function returned, with gradients, call counts and changed inputs where they were asked for. In a
notebook the same service answers in the same process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganlab.grading.checks import wire
from ganlab.grading.checks.references import Reach, ReferenceUsed, out_of_reach

Fields = dict[str, Any]


class Unwritten(Exception):
    """There is nothing of the name that was asked for."""


class Counted:
    """A function given to the student: works as the function, counts its calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.calls = function, 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        return self.function(*arguments, **named)


class Service:
    """Answers requests about the objects of one namespace."""

    def __init__(self, namespace: Mapping[str, Any], out_of_reach: Reach = out_of_reach) -> None:
        self.namespace, self.out_of_reach = namespace, out_of_reach
        self.held: list[Any] = []

    def reply(self, message: bytes) -> bytes:
        """Answer one request; whatever the student's code does becomes a reply."""
        fields, tensors = wire.unpack(message)
        try:
            return self._answer(fields, tensors)
        except ReferenceUsed as error:
            return wire.pack({"error": "reference", "name": str(error)}, [])
        except Unwritten:
            return wire.pack({"error": "unwritten"}, [])
        except wire.WireError as error:
            return wire.pack({"error": "unsendable", "said": _said(error)}, [])
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            if type(error) is NotImplementedError and not error.args:  # as handed out; torch's own have a text
                return wire.pack({"error": "unwritten"}, [])
            raised = {"error": "raised", "type": type(error).__name__[:80], "said": _said(error)}
            return wire.pack({**raised, "value_error": issubclass(type(error), ValueError)}, [])

    def _hold(self, value: Any) -> wire.Handle:
        self.held.append(value)
        return wire.Handle(len(self.held) - 1)

    def _target(self, fields: Fields) -> Any:
        target = fields["target"]
        if isinstance(target, int):
            return self.held[target]
        if target not in self.namespace:
            raise Unwritten
        return self.namespace[target]

    def _answer(self, fields: Fields, tensors: list[Tensor]) -> bytes:
        target = self._target(fields)
        arguments = wire.decode(fields.get("arguments", []), tensors, trusted=True)
        named = wire.decode(fields.get("named", {"dict": []}), tensors, trusted=True)
        # Packing runs the student's code too: a value may compute itself only when it is looked at.
        with self.out_of_reach(fields["references"]):
            if fields["do"] == "call":
                return wire.pack(*self._call(target, arguments, named, fields))
            out: list[Tensor] = []
            match fields["do"]:
                case "attribute":
                    value = getattr(target, fields["name"])
                case "state":
                    value = dict(target.state_dict())
                case _:
                    value = target
            return wire.pack({"value": wire.encode(value, out, self._hold)}, out)

    def _call(self, target: Any, arguments: list[Any], named: Any, fields: Fields) -> tuple[Fields, list[Tensor]]:
        given, counts = zip(*(_watch(argument) for argument in arguments), strict=True) if arguments else ((), ())
        before = _copy((arguments, named))
        out: list[Tensor] = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(fields["seed"])
            with torch.enable_grad():
                result = given[0](target, *given[1:]) if fields.get("through") else target(*given, **named)
                gradients = _gradients(result, arguments) if fields.get("gradients") else None
        reply = {"value": wire.encode(result, out, self._hold), "changed": not _same(before, (arguments, named))}
        reply["calls"] = [count() for count in counts]
        reply["gradients"] = wire.encode(gradients, out)
        return reply, out


def _copy(value: Any) -> Any:
    """Copy what an answer could change in place: tensors and arrays, also inside lists, tuples and dicts."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return type(value)([_copy(part) for part in value])
    return {key: _copy(part) for key, part in value.items()} if isinstance(value, dict) else value


def _same(old: Any, new: Any) -> bool:
    """Whether a value is what `_copy` kept of it; NaN equals NaN, networks and generators may change."""
    if type(old) is not type(new) and not (isinstance(old, Tensor) and isinstance(new, Tensor)):
        return False
    if isinstance(old, Tensor | np.ndarray):
        if old.dtype != new.dtype or old.shape != new.shape:
            return False
        now = new.detach() if isinstance(new, Tensor) else new
        return bool(((old == now) | ((old != old) & (now != now))).all())
    if isinstance(old, list | tuple):
        return len(old) == len(new) and all(map(_same, old, new))
    if isinstance(old, dict):
        return list(old) == list(new) and all(map(_same, old.values(), new.values()))
    return old is new or (isinstance(old, int | float | str) and old == new)


def _watch(argument: Any) -> tuple[Any, Callable[[], int]]:
    """Give an argument for the student and the count of its calls (a module keeps its type)."""
    if isinstance(argument, nn.Module):
        calls: list[None] = []
        argument.register_forward_hook(lambda *_: calls.append(None))
        return argument, lambda: len(calls)
    if callable(argument):
        counted = Counted(argument)
        return counted, lambda: counted.calls
    return argument, lambda: 0


def _gradients(result: Any, arguments: list[Any]) -> Any:
    """Differentiate the sum of the result by each argument; None where no gradient arrives."""
    if not isinstance(result, Tensor):
        return {"problem": f"it returns {type(result).__name__}, not a tensor"}
    if not result.requires_grad:
        return {"problem": "no gradient flows through what it returns"}
    leaves: list[Tensor] = []
    for argument in arguments:
        if isinstance(argument, nn.Module):
            leaves += [parameter for parameter in argument.parameters() if parameter.requires_grad]
        elif isinstance(argument, Tensor) and argument.requires_grad:
            leaves.append(argument)
    found = iter(torch.autograd.grad(result.sum(), leaves, allow_unused=True) if leaves else ())
    sorted_out: list[Any] = []
    for argument in arguments:
        if isinstance(argument, nn.Module):
            pairs = argument.named_parameters()
            sorted_out.append({name: next(found) for name, parameter in pairs if parameter.requires_grad})
        else:
            sorted_out.append(next(found) if isinstance(argument, Tensor) and argument.requires_grad else None)
    return {"of": sorted_out}


def _said(error: BaseException) -> str:
    with contextlib.suppress(BaseException):  # its text is the student's code too
        return str(error)[:300]
    return ""
