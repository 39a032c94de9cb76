"""Trusted functions remembered while warming up; what a notebook exchanged is told to the grader.

A flag, not a proof: points never depend on it, since no check runs beside the student's code.
"""

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
    "ganlab.grading.checks.service": ("out_of_reach", "Service"),
    "ganlab.grading.checks.references": ("find", "functions", "_refusal"),
}


def remember() -> dict[str, Any]:
    """Give what the watched names mean now, functions with their code."""
    import importlib

    found = {}
    for module, names in WATCHED.items():
        home = importlib.import_module(module)
        for name in names:
            value = getattr(home, name, None)
            found[f"{module}.{name}"] = (value, getattr(value, "__code__", None))
    return found


def changed(before: dict[str, Any], shell: Any) -> list[str]:
    """Give the watched names that mean something else now, and hooks put into the shell."""
    now = remember()
    odd = [name for name, (value, code) in before.items() if now[name][0] is not value or now[name][1] is not code]
    hooks = {"an input transformer": shell.input_transformers_post, "an AST transformer": shell.ast_transformers}
    return odd + [what for what, found in hooks.items() if found]
