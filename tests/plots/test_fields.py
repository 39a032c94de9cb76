"""Fields and trajectories hold what the game gave, on the axes they were given, and say what the axes are."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from ganlab import plots
from ganlab.games import Update, dirac, play, xy


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_field_is_drawn_as_unit_arrows_coloured_by_speed() -> None:
    ax = plt.subplots()[1]
    assert plots.vector_field(xy(), limit=1.5, size=4, ax=ax) is ax
    arrows = ax.collections[0]
    theta, psi = arrows.get_offsets().T
    speed = np.hypot(theta, psi)
    assert np.allclose(np.stack((arrows.U, arrows.V)), np.stack((-psi, theta)) / speed)
    assert np.allclose(arrows.get_array(), speed)
    assert ax.get_title() == "xy" and "θ" in ax.get_xlabel() and "ψ" in ax.get_ylabel()


def test_forbidden_weights_are_shaded() -> None:
    shaded = plots.vector_field(dirac("wasserstein", clip=0.5)).patches
    bands = sorted(tuple(sorted((p.get_y(), p.get_y() + p.get_height()))) for p in shaded)
    assert bands == [(-2.0, -0.5), (0.5, 2.0)]
    for game in (dirac("wasserstein", clip=2.5), xy()):
        assert len(plots.vector_field(game).patches) == 0


def test_trajectories_begin_in_a_circle_and_end_in_a_dot() -> None:
    path = play(xy(), [[1.0, 0.0], [0.0, 0.5]], Update(), steps=7)
    ax = plots.trajectory(path, label="simultaneous")
    lines, begins, ends = ax.lines[0::3], ax.lines[1::3], ax.lines[2::3]
    for k in range(2):
        assert np.allclose(lines[k].get_xydata(), path[:, k])
        assert np.allclose(begins[k].get_xydata(), path[:1, k]) and np.allclose(ends[k].get_xydata(), path[-1:, k])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["simultaneous"]
    path[5:] = torch.inf
    assert len(plots.trajectory(path[:, 0]).lines[0].get_xydata()) == 5


def test_distances_are_radii_on_a_log_axis() -> None:
    path = play(xy(), [3.0, 4.0], Update(), steps=5)
    ax = plots.distance(path)
    assert np.allclose(ax.lines[0].get_ydata(), 5 * 1.04 ** (np.arange(6) / 2))
    assert ax.get_yscale() == "log" and ax.get_xlabel() and ax.get_ylabel()


def test_eigenvalues_lie_where_they_are() -> None:
    values = torch.tensor([0.5 + 0.1j, 0.5 - 0.1j, -1.0])
    for boundary, lines in (("circle", 1), ("axis", 1), ("none", 0)):
        ax = plots.eigenvalues(values, boundary=boundary, label="R1")
        assert np.allclose(ax.collections[0].get_offsets(), [[0.5, 0.1], [0.5, -0.1], [-1.0, 0.0]])
        assert len(ax.lines) == lines and ax.get_legend() is not None
    circle = plots.eigenvalues(values).lines[0].get_xydata()
    assert np.allclose(np.hypot(*circle.T), 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.trajectory(torch.zeros(5)), r"shape \(T, 2\) or \(T, starts, 2\), got \(5,\)"),
        (lambda: plots.distance(torch.zeros(0, 2)), r"got \(0, 2\)"),
        (lambda: plots.eigenvalues(torch.zeros(2), boundary="unit"), "'circle', 'axis' or 'none', got 'unit'"),
    ],
)
def test_bad_input_says_what_is_wrong(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
