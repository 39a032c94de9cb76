"""What a slider goes through, where it starts, and which of many quick moves is drawn."""

import numpy as np
import pytest
import torch

from ganlab.playground.state import Choice, read_state


def test_start_is_the_middle_or_what_is_named():
    state = read_state({"h": [0.1, 0.2, 0.5], "rule": ["a", "b"], "n": range(5)}, {"rule": "b"})
    assert state.wanted == {"h": 0.2, "rule": "b", "n": 2}
    assert str(state) == "h = 0.2, rule = b, n = 2"
    assert read_state({"rule": ["a", "b"]}).wanted == {"rule": "a"}  # of two middle ones the first


def test_a_move_makes_the_figure_stale_until_it_is_drawn():
    state = read_state({"h": [0.1, 0.2, 0.5]})
    assert state.stale and state.start_drawing() == {"h": 0.2} and not state.stale
    state.move("h", 0)
    state.move("h", 2)
    assert state.stale and state.start_drawing() == {"h": 0.5} and not state.stale
    state.move("h", 1)
    state.move("h", 2)  # there and back: nothing to draw
    assert not state.stale


@pytest.mark.parametrize(
    "values, labels",
    [
        ((0.1, 0.25, 1.0), ("0.1", "0.25", "1")),
        ((1, 10, 10_000_000), ("1", "10", "10000000")),
        ((0.1234567, 0.1234568), ("0.1234567", "0.1234568")),  # short forms would be equal
        ((1e-5, "off"), ("1e-05", "off")),
        (tuple(np.linspace(0, 1, 3)), ("0", "0.5", "1")),
        ((True, False), ("True", "False")),
    ],
)
def test_labels_are_short_and_tell_values_apart(values, labels):
    assert Choice("h", values).labels == labels


@pytest.mark.parametrize(
    "choices, start, error, said",
    [
        ({}, None, ValueError, "at least one choice"),
        ({"h": []}, None, ValueError, "h holds no value"),
        ({"h": 0.1}, None, TypeError, "h must be a list"),
        ({"rule": "abc"}, None, TypeError, "rule must be a list"),
        ({"h": {0.1, 0.2}}, None, TypeError, "h must be a list"),
        ({"h": torch.linspace(0, 1, 3)}, None, TypeError, "of a tensor, .tolist()"),
        ({"h": [None]}, None, TypeError, "got NoneType"),
        ({"h": [0.1, float("nan")]}, None, ValueError, "holds NaN"),
        ({"h": [0.1, 0.2, 0.1]}, None, ValueError, "holds 0.1 twice"),
        ({"h": [1, True]}, None, ValueError, "holds True twice"),
        ({"h": [0.1, 0.2]}, {"h": 0.3}, ValueError, "not among its values: 0.1, 0.2"),
        ({"h": [0.1, 0.2]}, {"step": 0.1}, ValueError, "start names 'step', but the choices are h"),
        ({"h": [0.1, 0.2]}, 0.1, TypeError, "start must be"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(choices, start, error, said):
    with pytest.raises(error) as caught:
        read_state(choices, start)
    assert said in str(caught.value) and str(caught.value).endswith(".")
