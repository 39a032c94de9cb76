"""How a check is written and run.

    @exercise("06/critic_loss", references=("ganlab.LOSSES.wasserstein",))
    def critic_loss(answer: Answer, rng: torch.Generator) -> None:
        real, fake = torch.randn(2, 50, generator=rng)              # fresh inputs, drawn from rng
        loss = expect_tensor(answer(real, fake), (), "the loss")     # the student's function on copies of them
        expect(..., "which mistake it looks like")                   # a sentence for the student

`answer(…)` calls the student's function. It fails with a sentence if that raises, changes a tensor, array, list or
dict it was given, or needs one of the `references`. `answer.differentiate(…)` also gives the gradient of what it
returns by each argument that requires one, and by the parameters of each module. `answer.calls` counts the last call's
calls of each argument, `answer.raises(…)` gives the exception, `answer.through(adapter, …)` lets a function of ganlab
call the student's.
Arguments may be plain values, tensors, generators, torch layers, functions of ganlab modules and `@portable` classes.
What comes back is plain values and tensors; a function or module that comes back can be called like `answer`.

In the notebook the function runs in the same process; in `ganlab grade` it runs in a sandboxed kernel, the check in
the grader, and only inputs and results travel.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ganlab.grading.checks import wire
from ganlab.grading.checks.failure import CheckFailed
from ganlab.grading.checks.service import Service

KERNEL = "GANLAB_GRADING"  # set in a kernel of the grader, which does the checking itself


class Differentiated(NamedTuple):
    """What an answer returned, and its gradient by each argument: a tensor, a dict for a module, or None.

    None, for an argument or a parameter, means that no gradient reaches it.
    """

    value: Tensor
    gradients: list[Any]


class Raised(NamedTuple):
    """An exception of the student's code."""

    type: str
    message: str


class Answer:
    """The student's function, wherever it runs."""

    def __init__(self, ask: Callable[[bytes], bytes], target: str | int, name: str) -> None:
        self._ask, self._target, self.name = ask, target, name
        self.references: tuple[str, ...] = ()
        self.seed = self._count = 0
        self.calls: tuple[int, ...] = ()

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def of(cls, function: Callable[..., Any], name: str) -> Answer:
        """Wrap a function of this process."""
        return cls(Service({"answer": function}).reply, "answer", name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function on copies of the arguments and give what it returns."""
        fields, tensors = self._call(arguments, named)
        return self._value(fields["value"], tensors)

    def differentiate(self, *arguments: Any, **named: Any) -> Differentiated:
        """Call the function and differentiate the sum of the tensor it returns."""
        fields, tensors = self._call(arguments, named, gradients=True)
        gradients = self._value(fields["gradients"], tensors)
        if not isinstance(gradients, dict) or len(gradients.get("of", ())) != len(arguments):
            said = gradients.get("problem") if isinstance(gradients, dict) else None
            raise CheckFailed(f"{self.name}: {said or 'it cannot be differentiated'}.")
        return Differentiated(self._value(fields["value"], tensors), list(gradients["of"]))

    def through(self, adapter: Callable[..., Any], *arguments: Any) -> Any:
        """Give adapter(function, *arguments), a function of a ganlab module run where the student's lives."""
        fields, tensors = self._call((adapter, *arguments), {}, through=True)
        return self._value(fields["value"], tensors)

    def raises(self, *arguments: Any, **named: Any) -> Raised | None:
        """Call the function and give the exception it raises, or None."""
        fields, _ = self._send("call", self._called(arguments, named))
        if fields.get("error") == "unwritten":
            return Raised("NotImplementedError", "")
        if fields.get("error") != "raised":
            return None
        kind = "ValueError" if fields.get("value_error") is True else str(fields.get("type"))  # or a class of it
        return Raised(kind, str(fields.get("said")))

    def attribute(self, name: str) -> Any:
        """Give an attribute of an object that an answer returned."""
        return self._value(*self._read("attribute", {"name": name}))

    def state(self) -> dict[str, Tensor]:
        """Give the weights and buffers of a module that an answer returned."""
        found = self._value(*self._read("state", {}))
        return {str(name): value for name, value in found.items()} if isinstance(found, dict) else {}

    def look(self) -> Any:
        """Give the answer itself, as a value where it is no function."""
        return self._value(*self._read("look", {}))

    def _read(self, do: str, more: dict[str, Any]) -> tuple[Any, list[Tensor]]:
        fields, tensors = self._send(do, ({**more, "references": list(self.references)}, []))
        self._fail_on(fields, ())
        return fields["value"], tensors

    def _called(self, arguments: Any, named: Any, **how: bool) -> tuple[dict[str, Any], list[Tensor]]:
        tensors: list[Tensor] = []
        self._count += 1
        seed = (self.seed * 1_000_003 + self._count) % 2**63
        sent = {"arguments": [wire.encode(part, tensors) for part in arguments], "named": wire.encode(named, tensors)}
        return {**sent, **how, "references": list(self.references), "seed": seed}, tensors

    def _call(self, arguments: Any, named: Any, **how: bool) -> tuple[dict[str, Any], list[Tensor]]:
        fields, tensors = self._send("call", self._called(arguments, named, **how))
        self._fail_on(fields, () if "through" in how else arguments)
        if fields.get("changed"):
            raise CheckFailed(f"{self.name} changes its input in place; work on a copy (x.clone() or x.copy()).")
        calls = fields.get("calls")
        if not isinstance(calls, list) or not all(isinstance(count, int) for count in calls):
            raise CheckFailed(f"{self.name} could not be checked: the kernel gave no proper reply.")
        self.calls = tuple(calls)
        return fields, tensors

    def _send(self, do: str, call: tuple[dict[str, Any], list[Tensor]]) -> tuple[dict[str, Any], list[Tensor]]:
        request = wire.pack({"do": do, "target": self._target, **call[0]}, call[1])
        try:
            fields, tensors = wire.unpack(self._ask(request))
        except wire.WireError:
            raise CheckFailed(f"{self.name} could not be checked: the kernel gave no proper reply.") from None
        if "error" not in fields and "value" not in fields:
            fields["error"] = "improper"
        return fields, tensors

    def _fail_on(self, fields: dict[str, Any], arguments: Any) -> None:
        match fields.get("error"):
            case None:
                return
            case "unwritten":
                said = f"{self.name} is not written yet."
            case "reference":
                used = str(fields.get("name"))[:100]
                said = f"{self.name} needs {used}, which would answer the exercise: write it yourself."
            case "raised":
                shapes = ", ".join(_describe(argument) for argument in arguments)
                what = " ".join(str(fields.get("said"))[:300].split())
                said = f"{self.name}({shapes or '…'}) raised {str(fields.get('type'))[:80]}: {what}"
            case "unsendable":
                said = f"{self.name} returns something that cannot be checked: {str(fields.get('said'))[:200]}."
            case _:
                said = f"{self.name} could not be checked: the kernel gave no proper reply."
        raise CheckFailed(said)

    def _value(self, tree: Any, tensors: list[Tensor]) -> Any:
        try:
            return self._attach(wire.decode(tree, tensors, trusted=False))
        except (wire.WireError, RecursionError, TypeError) as error:
            raise CheckFailed(f"{self.name} could not be checked: {error}.") from None

    def _attach(self, value: Any) -> Any:
        """Make handles callable here."""
        if isinstance(value, wire.Held) and value.callable:
            answer = Answer(self._ask, value.number, f"what {self.name} returns")
            answer.references, answer.seed = self.references, self.seed + 1
            return answer
        if isinstance(value, list | tuple):
            return type(value)(self._attach(part) for part in value)
        if isinstance(value, dict):
            return {key: self._attach(part) for key, part in value.items()}
        return value


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
            raise CheckFailed(f"{own} must be a function, got {kind_of(function)}.")
        answer = function if isinstance(function, Answer) else Answer.of(function, own)
        answer.references = self.references
        try:
            for k in range(rounds):
                answer.seed = seed + k
                self.function(answer, torch.Generator().manual_seed(seed + k))
        finally:
            answer.references = ()


_REGISTRY: dict[str, Exercise] = {}


def exercise(name: str, *, references: tuple[str, ...] = ()) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check under its exercise's name; `references` are dotted names of what would answer by itself."""

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
    if os.environ.get(KERNEL):
        print(f"{name.split('/')[-1]}: left to the grader")
        return
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
    expect(isinstance(got, Tensor), f"{what} must be a torch tensor, got {kind_of(got)}.")
    assert isinstance(got, Tensor)
    expect(got.shape == shape, f"{what} must have shape {tuple(shape)}, got {tuple(got.shape)}.")
    if whole:
        kind = got.dtype in (torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8)
        expect(kind, f"{what} must hold whole numbers (dtype torch.long), got {got.dtype}.")
        return got.detach().cpu().long()
    return got.detach().cpu()


def close(got: Tensor | float | None, want: Tensor | float, *, tolerance: float = 1e-4) -> bool:
    """Say whether two tensors (or numbers) agree, two-sided, relative to the larger of 1 and the largest wanted."""
    if got is None:
        return False
    a, b = torch.as_tensor(got).detach().double(), torch.as_tensor(want).detach().double()
    return a.shape == b.shape and bool(((a - b).abs() <= tolerance * b.abs().max().clamp_min(1.0)).all())


def kind_of(value: object) -> str:
    """Give the name of a value's type, also of what stayed in a kernel."""
    if isinstance(value, Answer):
        return "function"
    return value.kind if isinstance(value, wire.Held) else type(value).__name__


def _describe(argument: object) -> str:
    if isinstance(argument, Tensor):
        return f"tensor {tuple(argument.shape)}"
    return "network" if isinstance(argument, nn.Module) else type(argument).__name__
