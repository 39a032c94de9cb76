"""Grids of images: every tile is where it belongs and shows its pixels; films hold them frame by frame."""

import errno
import math
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from PIL import Image
from torch import Tensor, nn

import ganlab as gl
from ganlab import plots
from ganlab.data import join_labels
from ganlab.training import Record


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def flat(values: list[float], channels: int = 1, size: tuple[int, int] = (28, 28)) -> Tensor:
    """Images of one grey each."""
    return torch.tensor(values)[:, None, None, None].expand(-1, channels, *size)


def tile(ax: plt.Axes, row: float, column: int) -> np.ndarray:
    """The colours found a third down and right in a tile, through the picture's own coordinates."""
    picture = ax.images[0]
    left, right, bottom, top = picture.get_extent()
    canvas = np.asarray(picture.get_array())
    x, y = column + 0.4, row
    return canvas[int((y - top) / (bottom - top) * len(canvas)), int((x - left) / (right - left) * canvas.shape[1])]


GREYS = [-1.0, -0.5, 0.0, 0.5, 1.0]


class TestGrid:
    def test_images_stand_row_by_row_in_greys_from_black_to_white(self) -> None:
        ax = plt.subplots()[1]
        assert plots.images(flat(GREYS), columns=3, ax=ax) is ax
        for k, grey in enumerate(GREYS):
            assert tile(ax, k // 3 + 0.4, k % 3) == pytest.approx([(grey + 1) / 2] * 3)
        assert tile(ax, 1.4, 2) == pytest.approx([1, 1, 1])  # no image there

    def test_colours_and_oblong_images(self) -> None:
        x = flat([0.0, 0.0], 3, (8, 14)).clone()
        x[1] = torch.tensor([1.0, -1.0, 0.5])[:, None, None]
        ax = plots.images(x)
        assert tile(ax, 0.4, 1) == pytest.approx([1, 0, 0.75])
        high, wide = np.asarray(ax.images[0].get_array()).shape[:2]
        assert ax.get_aspect() == pytest.approx(high / (wide / 2), rel=0.01)  # a pixel is square

    def test_labels_stand_above_their_images(self) -> None:
        ax = plots.images(flat(GREYS), labels=torch.tensor([3, 1, 4, 1, 5]), columns=2)
        assert [text.get_text() for text in ax.texts] == ["3", "1", "4", "1", "5"]
        for k, text in enumerate(ax.texts):
            x, y = text.get_position()
            assert k % 2 + 0.3 < x < k % 2 + 0.6 and k // 2 < y < k // 2 + 0.3
            assert tile(ax, k // 2 + 0.6, k % 2) == pytest.approx([(GREYS[k] + 1) / 2] * 3)
        named = plots.images(flat([0.0] * 2), labels=torch.tensor([1, 7]), names=["bag", "coat"])
        assert [text.get_text() for text in named.texts] == ["coat", "7"]
        assert [t.get_text() for t in plots.images(flat([0.0]), labels=["real"]).texts] == ["real"]

    def test_pairs_bring_their_labels(self) -> None:
        pairs = join_labels(flat([0.5, -0.5]), torch.tensor([9, 2]), 10)
        ax = plots.images(pairs)
        assert [text.get_text() for text in ax.texts] == ["9", "2"]
        assert tile(ax, 0.6, 1) == pytest.approx([0.25] * 3)
        small = join_labels(flat([0.5], 3, (4, 4)), torch.tensor([1]), 2)
        assert tile(plots.images(small, shape=(3, 4, 4)), 0.6, 0) == pytest.approx([0.75] * 3)

    def test_a_class_without_images_is_an_empty_row(self) -> None:
        labels = torch.tensor([2, 0, 2, 2, 0])
        ax = plots.images(flat(GREYS), labels=labels, names=["a", "b", "c", "d"], by_class=True, columns=2)
        assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b", "c", "d"]
        shown = {(0, 0): -0.5, (0, 1): 1.0, (1, 0): None, (2, 0): -1.0, (2, 1): 0.0, (3, 1): None}
        for (row, column), grey in shown.items():
            expected = 1.0 if grey is None else (grey + 1) / 2
            assert tile(ax, row + 0.4, column) == pytest.approx([expected] * 3)
        pairs = join_labels(flat([0.5]), torch.tensor([2]), 10)
        assert len(plots.images(pairs, by_class=True).get_yticks()) == 10

    def test_a_pixel_that_is_not_finite_is_seen(self) -> None:
        x = flat([0.0, 1.0]).clone()
        x[0] = math.nan
        ax = plots.images(x)
        assert tile(ax, 0.4, 0) == pytest.approx(to_rgb(plots.COLOURS["fake"]))
        assert tile(ax, 0.4, 1) == pytest.approx([1, 1, 1])

    @pytest.mark.parametrize(
        ("batch", "settings", "message"),
        [
            (torch.zeros(2, 3, 1, 28, 28), {}, "height, width), got (2, 3, 1, 28, 28): pick one seed"),
            (torch.zeros(2, 3, 794), {}, "got (2, 3, 794): pick one seed"),
            (torch.zeros(2, 28, 28, 3), {}, "images must have shape (N, 1 or 3 channels, height, width)"),
            (torch.zeros(0, 1, 28, 28), {}, "got (0, 1, 28, 28)"),
            (torch.zeros(2, 30), {}, "pairs of an image of 1×28×28 and a one-hot label"),
            (torch.zeros(2, 1, 28, 28, dtype=torch.uint8), {}, "got torch.uint8: use ImageSet(…).images."),
            (flat([0.0, 200.0]), {}, "pixels must lie in [−1, 1], but they lie in [0, 200]: end the generator in tanh"),
            (flat([0.0]), {"columns": 0}, "columns must be 1 or more, got 0."),
            (flat([0.0]), {"labels": [1, 2]}, "labels must be one for each of 1 images, got 2."),
            (flat([0.0]), {"by_class": True}, "by_class=True needs labels that are whole numbers"),
            (flat([0.0]), {"by_class": True, "labels": torch.tensor([0.5])}, "needs labels that are whole numbers"),
        ],
    )
    def test_one_sentence_says_what_is_wrong(self, batch: Tensor, settings: dict, message: str) -> None:
        with pytest.raises(ValueError, match=re.escape(message)) as raised:
            plots.images(batch, **settings)
        assert "\n" not in str(raised.value)


class Painter(nn.Module):
    """A generator of images of one grey, tanh of the first latent plus a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1))

    def forward(self, z: Tensor) -> Tensor:
        return (z[:, :1, None, None] + self.shift).tanh().expand(-1, 1, 6, 5)


def critic() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(30, 1))


SETTINGS = gl.TrainConfig(seeds=2, steps=6, batch_size=4, snapshots=3, snapshot_size=4, lr_g=0.3)


@pytest.fixture(scope="module")
def run() -> gl.Run:
    return gl.train(flat([-1.0, 1.0], size=(6, 5)), SETTINGS, generator=Painter, discriminator=critic)


def pairs_record(run: gl.Run) -> Record:
    """The same record, of pairs with labels 2, 1, 0, 1."""
    record = Record.empty(2, 0, torch.device("cpu"))
    labels = torch.tensor([2, 1, 0, 1]).expand(2, 4)
    record.frames = [(step, join_labels(frame, labels, 3)) for step, frame in run.record.frames]
    return record


class TestHistory:
    def test_a_row_is_a_snapshot_and_a_column_a_latent(self, run: gl.Run) -> None:
        ax = plots.image_history(run.record, 1, columns=3)
        assert [text.get_text() for text in ax.get_yticklabels()] == ["0", "2", "4", "6"]
        assert ax.get_xlabel() and ax.get_ylabel() == "training step"
        shown = torch.tensor([[tile(ax, row + 0.4, column)[0] for column in range(3)] for row in range(4)])
        expected = (run.record.snapshots[:, 1, :3, 0, 0, 0] + 1) / 2
        assert torch.allclose(shown, expected, atol=1e-6) and float((shown[0] - shown[-1]).abs().max()) > 0.01

    def test_fewer_rows_keep_the_ends(self, run: gl.Run) -> None:
        ax = plots.image_history(run.record, rows=2)
        assert [text.get_text() for text in ax.get_yticklabels()] == ["0", "6"]

    def test_pairs_name_their_columns(self, run: gl.Run) -> None:
        ax = plots.image_history(pairs_record(run), shape=(1, 6, 5))
        assert [text.get_text() for text in ax.get_xticklabels()] == ["2", "1", "0", "1"]
        assert "class" in ax.get_xlabel()

    def test_what_it_cannot_draw_is_said(self, run: gl.Run) -> None:
        ring = gl.train(gl.ring(), gl.TrainConfig(seeds=1, steps=0, snapshots=1, snapshot_size=3))
        none = gl.train(gl.ring(), gl.TrainConfig(seeds=1, steps=0, snapshots=0))
        with pytest.raises(ValueError, match="that hold seed 2, got"):
            plots.image_history(run.record, 2)
        with pytest.raises(ValueError, match="an image of 1×28×28"):
            plots.image_history(ring.record)
        with pytest.raises(ValueError, match="got none: set snapshots= in the config"):
            plots.image_history(none.record)
        with pytest.raises(ValueError, match="needs rows of 2 or more"):
            plots.image_history(run.record, rows=1)


class TestFilm:
    def test_a_gif_has_a_frame_a_snapshot(self, run: gl.Run, tmp_path) -> None:
        path = plots.animate(run.record, tmp_path / "new" / "film.gif", seed=1)
        with Image.open(path) as film:
            assert film.n_frames == 4
            first = np.asarray(film.convert("L"), dtype=float)
            film.seek(3)
            assert np.abs(np.asarray(film.convert("L"), dtype=float) - first).max() > 20
        assert [p.name for p in path.parent.iterdir()] == ["film.gif"]

    def test_a_page_holds_every_frame_in_itself(self, run: gl.Run, tmp_path) -> None:
        path = plots.animate(pairs_record(run), tmp_path / "film.html", shape=(1, 6, 5), images=2)
        page = path.read_text(encoding="utf-8")
        assert len(re.findall(r"frames\[\d+\] = .data:image/png;base64,", page)) == 4
        assert [p.name for p in tmp_path.iterdir()] == ["film.html"]

    def test_points_become_a_page_too(self, tmp_path) -> None:
        config = gl.TrainConfig(seeds=1, steps=4, batch_size=8, width=8, snapshots=1, snapshot_size=5)
        path = plots.animate(gl.train(gl.ring(), config).record, tmp_path / "ring.HTML")
        assert path.read_text(encoding="utf-8").count("data:image/png;base64,") == 2

    def test_a_failed_film_leaves_the_old_one_and_nothing_else(self, run: gl.Run, tmp_path, monkeypatch) -> None:
        path = tmp_path / "film.html"
        path.write_text("old")

        def full(self: Path, text: str, **settings: object) -> None:
            self.write_bytes(text[:100].encode())
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
            patch.setattr(Path, "write_text", full)
            plots.animate(run.record, path)
        with pytest.raises(ValueError, match=r"must end in .gif or .html, got 'film.mp4'"):
            plots.animate(run.record, tmp_path / "film.mp4")
        with pytest.raises(ValueError, match="that hold seed 4"):
            plots.animate(run.record, path, seed=4)
        assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["film.html"]
        assert not plt.get_fignums()
