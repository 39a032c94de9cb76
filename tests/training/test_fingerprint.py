"""Pieces that do other things are told apart; the same ones are known again."""

from collections.abc import Callable

import pytest
from torch import nn

from ganlab.training.fingerprint import describe


class Score:
    def __init__(self, k: int) -> None:
        self.k = k

    def __call__(self) -> int:
        return self.k


def static(factor: int) -> type:
    if factor == 1:

        class Kind:
            @staticmethod
            def score() -> int:
                return 1
    else:

        class Kind:  # type: ignore[no-redef]
            @staticmethod
            def score() -> int:
                return 2

    return Kind


def inherits(factor: int) -> type:
    class Kind(static(factor)):  # type: ignore[misc]
        pass

    return Kind


def network(factor: int) -> nn.Module:
    if factor == 1:

        class Net(nn.Linear):
            def forward(self, x):
                return super().forward(x)
    else:

        class Net(nn.Linear):  # type: ignore[no-redef]
            def forward(self, x):
                return -super().forward(x)

    return Net(2, 1)


@pytest.mark.parametrize("make", [Score, static, inherits, network])
def test_other_pieces_are_told_apart(make: Callable[[int], object]) -> None:
    assert describe(make(1)) == describe(make(1))
    assert describe(make(1)) != describe(make(2))
