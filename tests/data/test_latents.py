import math
import re

import pytest
import torch

from ganlab import interpolate


def test_the_sphere_turns_by_equal_angles_and_keeps_the_length() -> None:
    a, b = torch.tensor([3.0, 0.0, 0.0]), torch.tensor([0.0, 0.0, 3.0])
    path = interpolate(a, b, 4)
    turns = torch.tensor([0, 1, 2, 3]) * math.pi / 6
    assert torch.allclose(path, 3 * torch.stack((turns.cos(), 0 * turns, turns.sin()), -1), atol=1e-6)


def test_the_line_is_short_in_its_middle_and_the_sphere_is_not() -> None:
    z = torch.randn(2, 2000, 100, generator=torch.Generator().manual_seed(0))
    line = interpolate(*z, 3, path="linear")[:, 1].norm(dim=-1).mean()
    arc = interpolate(*z, 3)[:, 1].norm(dim=-1).mean()
    assert float(line) == pytest.approx(math.sqrt(50), rel=0.02) and float(arc) == pytest.approx(10, rel=0.02)


@pytest.mark.parametrize("path", ["spherical", "linear"])
def test_ends_and_leading_axes(path: str) -> None:
    a, b = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    out = interpolate(a, b, 7, path=path)
    assert out.shape == (3, 4, 7, 5)
    assert torch.allclose(out[..., 0, :], a, atol=1e-5) and torch.allclose(out[..., -1, :], b, atol=1e-5)
    assert torch.allclose(out[1, 2], interpolate(a[1, 2], b[1, 2], 7, path=path), atol=1e-5)


def test_lengths_between_two_different_ones_stay_between() -> None:
    a, b = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 4.0])
    lengths = interpolate(a, b, 9).norm(dim=-1)
    assert bool((lengths.diff() > 0).all()) and float(lengths[0]) == pytest.approx(1)


def test_parallel_and_opposite_vectors_are_joined_by_a_line() -> None:
    a = torch.tensor([1.0, 2.0])
    for b in (a, 3 * a, -a):
        assert torch.allclose(interpolate(a, b, 5)[2], (a + b) / 2, atol=1e-3)
    assert bool(interpolate(a, 0 * a).isfinite().all())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((torch.zeros(2), torch.zeros(3)), "start and end must have one shape (…, d), got (2,) and (3,)."),
        ((torch.zeros(2), torch.zeros(2), 1), "steps must be a whole number of 2 or more"),
        ((torch.zeros(2), torch.zeros(2), 2.0), "steps must be a whole number of 2 or more"),
    ],
)
def test_one_sentence_says_what_is_wrong(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        interpolate(*arguments)


def test_an_unknown_path() -> None:
    with pytest.raises(ValueError, match="path='slerp' is not known: use 'spherical' or 'linear'"):
        interpolate(torch.zeros(2), torch.zeros(2), path="slerp")
