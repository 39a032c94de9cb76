"""Figures hold the data they were given, on the axes they were given, and say what the axes are."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from PIL import Image

import ganlab as gl
from ganlab import plots

RING = gl.ring(std=0.1)
SETTINGS = gl.TrainConfig(seeds=3, steps=20, batch_size=16, width=8, record_every=5, snapshots=3, snapshot_size=50)


@pytest.fixture(scope="module")
def run() -> gl.Run:
    return gl.train(RING, SETTINGS)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_scatter_draws_every_point_and_every_mode(run: gl.Run) -> None:
    points = run.sample(40)[0]
    ax = plt.subplots()[1]
    assert plots.scatter(points, mixture=RING, ax=ax) is ax
    assert np.allclose(ax.collections[0].get_offsets(), points)
    assert len(ax.patches) == 8 and all(patch.radius == pytest.approx(0.3) for patch in ax.patches)
    assert ax.get_xlabel() and ax.get_ylabel()


def test_surface_is_sigma_of_the_score() -> None:
    ax = plots.surface(lambda x: x[:, 0], limit=2, size=5)
    belief = np.asarray(ax.collections[0].get_array()).reshape(5, 5)
    assert np.allclose(
        belief, torch.sigmoid(torch.linspace(-2, 2, 5)).numpy(), atol=1e-6
    )  # grows along x₁, the columns


def test_samples_draws_one_axes_a_seed_with_its_own_surface(run: gl.Run) -> None:
    axes = plots.samples(run, mixture=RING, seeds=(0, 2, 9))
    assert [ax.get_title() for ax in axes] == ["seed 0", "seed 2"]
    surfaces = [np.asarray(ax.collections[0].get_array()) for ax in axes]
    assert not np.allclose(*surfaces)
    with pytest.raises(ValueError, match="no seed to draw"):
        plots.samples(run, seeds=(7,))
    with pytest.raises(ValueError, match="one for each of 2 seeds, got 1"):
        plots.samples(run, seeds=(0, 1), axes=[plt.subplots()[1]])


def test_bands_show_median_quartiles_and_extremes() -> None:
    values = torch.tensor([[0.0, float("nan")], [1.0, 2.0], [2.0, 4.0], [9.0, 6.0], [4.0, 8.0]])
    ax = plots.band(torch.tensor([1, 2]), values, label="x")
    assert ax.lines[0].get_ydata().tolist() == [2.0, 5.0]
    assert ax.collections[0].get_paths()[0].get_extents().bounds[1::2] == (0.0, 9.0)
    assert ax.lines[0].get_label() == "x (5 seeds)"
    with pytest.raises(ValueError, match="one row a seed"):
        plots.band(torch.arange(3), values)


def test_coverage_losses_and_gradient_norms_take_and_give_axes(run: gl.Run) -> None:
    timeline = gl.mode_hops(run.record.snapshots, RING)
    for draw in (
        lambda ax: plots.coverage(run.record.snapshot_steps, timeline.captured, total=8, ax=ax),
        lambda ax: plots.losses(run.record, ax=ax),
        lambda ax: plots.gradient_norms(run.record, ax=ax),
    ):
        ax = plt.subplots()[1]
        assert draw(ax) is ax
        assert ax.get_xlabel() == "training step" and ax.get_ylabel() and ax.get_legend() is not None
    assert plots.gradient_norms(run.record).get_yscale() == "log"


def test_a_frozen_player_is_left_out() -> None:
    import dataclasses

    frozen = gl.train(RING, dataclasses.replace(SETTINGS, n_generator=0))
    labels = [line.get_label() for line in plots.losses(frozen.record).lines]
    assert labels == ["discriminator (3 seeds)"]


def test_animation_has_a_frame_a_snapshot_and_is_replaced_whole(run: gl.Run, tmp_path) -> None:
    path = plots.animate(run.record, tmp_path / "new" / "film.gif", mixture=RING, points=20)
    with Image.open(path) as film:
        assert film.n_frames == 4
    assert [p.name for p in path.parent.iterdir()] == ["film.gif"]
    before = path.read_bytes()
    with pytest.raises(ValueError, match="that hold seed 5"):
        plots.animate(run.record, path, seed=5)
    assert path.read_bytes() == before


def test_colours_stay_apart_in_grey() -> None:
    """Luma of the colours drawn against each other differs, so a print without colour can be read."""
    luma = {name: np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)) for name, colour in plots.COLOURS.items()}
    assert abs(luma["generator"] - luma["discriminator"]) > 0.05
    assert abs(luma["real"] - luma["fake"]) > 0.3


def test_plots_of_little_or_nothing(run: gl.Run) -> None:
    """No steps, one seed, one mode at the origin, points that are not finite: axes, and no warning (an error here)."""
    import dataclasses

    empty = gl.train(RING, dataclasses.replace(SETTINGS, steps=0, snapshots=0))
    assert not plots.losses(empty.record).lines and not plots.gradient_norms(empty.record).lines
    single = gl.train(RING, dataclasses.replace(SETTINGS, seeds=1))
    assert plots.losses(single.record).lines[0].get_label() == "discriminator (1 seed)"
    assert len(plots.samples(single, mixture=RING)) == 1
    one = plots.scatter(torch.full((4, 2), float("nan")), mixture=gl.grid(side=1))
    assert one.get_xlim()[1] == pytest.approx(1.5 * 3 * 0.05)
    assert plots.scatter(torch.zeros(3, 2)).get_xlim()[1] > 0


def test_samples_of_a_packed_discriminator() -> None:
    run = gl.train(RING, SETTINGS, discriminator=lambda: gl.nets.mlp_discriminator(2, 8, packing=2))
    assert len(plots.samples(run, mixture=RING)) == 3
