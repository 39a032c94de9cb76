"""Trusted functions remembered while warming up; what a notebook exchanged is told to the grader.

A flag, not a proof: points never depend on it, since no check runs beside the student's code.
"""

import importlib
import json
import sys
import types
from collections.abc import Callable
from typing import Any

WATCHED = {
    "builtins": ("print", "isinstance", "len", "abs", "all", "any", "sum", "float", "getattr", "compile", "exec"),
    "torch": ("allclose", "equal", "isclose", "tensor", "manual_seed", "as_tensor"),
    "torch.autograd": ("grad",),
    "torch.testing": ("assert_close",),
    "numpy": ("allclose", "array_equal", "isclose"),
    "numpy.testing": ("assert_allclose", "assert_equal", "assert_array_equal", "assert_almost_equal"),
    "ganlab.grading.checks": ("check", "find_exercise", "CheckFailed"),
    "ganlab.grading.checks.wire": ("encode", "decode", "pack", "unpack"),
    "ganlab.grading.checks.service": ("out_of_reach", "Service", "ReferenceUsed"),
    "ganlab.grading.checks.references": ("find", "functions", "doors", "made", "out_of_reach", "Fence", "_refusal"),
    "ganlab.grading.kernel.canary": ("remember",),
    "ganlab.grading.kernel.channel": ("send", "receive"),
    "ganlab.grading.kernel.child": ("Kernel",),
}
REGISTRIES = {"ganlab.objectives": ("LOSSES", "PENALTIES")}
ABSENT = object()
FUNCTION = types.FunctionType


def remember() -> dict[str, tuple[Any, ...]]:
    """Give what the watched names mean now: functions with their code, classes of ours with their methods."""
    found: dict[str, tuple[Any, ...]] = {}
    for module, names in WATCHED.items():
        home = importlib.import_module(module)
        for name in names:
            value = getattr(home, name, None)
            parts = [value, getattr(value, "__code__", None)]
            if isinstance(value, type) and module.startswith("ganlab"):
                for own, part in list(vars(value).items()):  # Python enters __annotations__ when asked for them
                    if isinstance(part, FUNCTION) or not own.startswith("__"):
                        parts += [part, getattr(part, "__code__", None)]
            found[f"{module}.{name}"] = tuple(parts)
    return found


def watch(shell: Any) -> Callable[[], list[str]]:
    """Remember what there is, and give what tells what is another by now, hooks put into the shell too."""
    before, modules = remember(), {name: each for name, each in sys.modules.items() if name.split(".")[0] == "ganlab"}
    entries = [
        (f"ganlab.{name}[{key!r}]", registry, key, value)
        for home, names in REGISTRIES.items()
        for name in names
        for registry in [getattr(importlib.import_module(home), name)]
        for key, value in registry.items()
    ]
    bound = [
        (f"{module}.{name}", home.__dict__, name, registry)
        for module, home in modules.items()
        for registries, names in REGISTRIES.items()
        for name in names
        for registry in [getattr(importlib.import_module(registries), name)]
        if home.__dict__.get(name) is registry
    ]
    now, loaded = remember, sys.modules

    def changed() -> list[str]:
        found = now()
        odd = [name for name, parts in before.items() if list(map(id, found[name])) != list(map(id, parts))]
        odd += [name for name, module in modules.items() if loaded.get(name) is not module]
        odd += [name for name, registry, key, value in entries if registry.get(key, ABSENT) is not value]
        odd += [what for what, names, name, registry in bound if names.get(name) is not registry]
        hooks = {"an input transformer": shell.input_transformers_post, "an AST transformer": shell.ast_transformers}
        return odd + [what for what, found in hooks.items() if found]

    return changed


def told(looks: list[Callable[[], list[str]]], dumps: Callable[[Any], str] = json.dumps) -> bytes:
    """Give what was seen, as it is sent; what goes wrong in looking was made to."""
    try:
        return dumps([name for look in looks for name in look()]).encode()
    except Exception:
        return b'["the canary"]'
