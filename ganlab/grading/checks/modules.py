"""Modules that an answer makes."""

from __future__ import annotations

from torch import Tensor

from ganlab.grading.checks.base import Answer, CheckFailed, kind_of


def module_of(answer: Answer, what: str, *sizes: int) -> tuple[Answer, dict[str, Tensor]]:
    """Build a module and read its weights."""
    built = answer(*sizes)
    try:
        return built, built.state()
    except (AttributeError, CheckFailed):
        raise CheckFailed(f"{what} must be a torch.nn.Module, got {kind_of(built)}.") from None
