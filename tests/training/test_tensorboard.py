"""What is written can be read back with TensorBoard's own reader; without TensorBoard, one sentence says what to install."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import ganlab as gl
from ganlab.data import join_labels
from ganlab.training import TensorBoard


class Grey(nn.Module):
    """Images of one grey, tanh of the first latent plus a weight; with `classes`, pairs with label 0."""

    def __init__(self, classes: int = 0) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1))
        self.classes = classes

    def forward(self, z: Tensor) -> Tensor:
        images = (z[:, :1, None, None] + self.shift).tanh().expand(-1, 1, 6, 5)
        if not self.classes:
            return images
        return join_labels(images, torch.zeros(len(z), dtype=torch.long), self.classes)


CONFIG = gl.TrainConfig(seeds=2, seed=3, steps=20, batch_size=4, record_every=5, snapshots=0, n_generator=0)
IMAGES = torch.zeros(4, 1, 6, 5)


def critic(pixels: int = 30) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(pixels, 1))


def test_without_tensorboard_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(
        ImportError, match="^TensorBoard is not installed: install it by `pip install tensorboard`"
    ) as raised:
        TensorBoard(tmp_path / "runs")
    assert "\n" not in str(raised.value) and not list(tmp_path.iterdir())


def test_numbers_out_of_range(tmp_path: Path) -> None:
    for settings in ({"images": -1}, {"every": 0}, {"every": 2.5}):
        with pytest.raises(ValueError, match=r"(images|every) must be a whole number of [01] or more, got "):
            TensorBoard(tmp_path, **settings)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
class TestWritten:
    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("tensorboard", reason="TensorBoard is not installed (an extra)")

    def read(self, folder: Path):
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        events = EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0})
        return events.Reload()

    def test_scalars_are_the_records_and_frozen_players_are_left_out(self, tmp_path: Path) -> None:
        board = TensorBoard(tmp_path / "new" / "run")
        run = gl.train(IMAGES, CONFIG, callbacks=[board], generator=Grey, discriminator=critic)
        board.close()
        events = self.read(tmp_path / "new" / "run")
        for k, seed in enumerate((3, 4)):
            written = events.Scalars(f"loss_d/seed {seed}")
            assert [entry.step for entry in written] == [5, 10, 15, 20]
            assert [entry.value for entry in written] == pytest.approx(run.record.loss_d[k].tolist(), rel=1e-6)
        assert not [tag for tag in events.Tags()["scalars"] if tag.startswith("loss_g")]

    @pytest.mark.parametrize("kind", ["images", "pairs"])
    def test_images_are_those_of_the_same_latents(self, kind: str, tmp_path: Path) -> None:
        from PIL import Image

        board = TensorBoard(tmp_path, images=1, every=2, shape=(1, 6, 5))
        classes = 2 if kind == "pairs" else 0
        data = join_labels(IMAGES, torch.tensor([0, 1, 0, 1]), 2) if classes else IMAGES
        pieces = {"generator": lambda: Grey(classes), "discriminator": lambda: critic(30 + classes)}
        run = gl.train(data, CONFIG, callbacks=[board], **pieces)
        board.close()
        written = self.read(tmp_path).Images("samples/seed 4")
        assert [entry.step for entry in written] == [0, 10, 20]
        shown = np.asarray(Image.open(io.BytesIO(written[-1].encoded_image_string)).convert("L"))
        grey = float(run.generate(run.latents(1))[1].flatten()[0])  # n_generator = 0: the weights have not moved
        assert shown.shape == (6, 5) and np.abs(shown / 127.5 - 1 - grey).max() < 0.01

    def test_points_have_no_images(self, tmp_path: Path) -> None:
        board = TensorBoard(tmp_path)
        gl.train(gl.ring(), CONFIG, callbacks=[board])
        board.close()
        assert self.read(tmp_path).Tags()["images"] == []

    def test_a_resumed_run_goes_on_and_hides_what_it_repeats(self, tmp_path: Path) -> None:
        pieces = {"generator": Grey, "discriminator": critic}
        path, folder = tmp_path / "run.pt", tmp_path / "runs"
        board = TensorBoard(folder)
        gl.train(IMAGES, CONFIG, checkpoint=path, callbacks=[lambda step, run: step == 10], **pieces)
        gl.train(IMAGES, CONFIG, callbacks=[board], **pieces)  # went on to 20 before it was lost
        board.close()
        again = TensorBoard(folder)
        whole = gl.train(IMAGES, resume=path, callbacks=[again], **pieces)
        again.close()
        written = self.read(folder).Scalars("loss_d/seed 3")
        assert [entry.step for entry in written] == [5, 10, 15, 20]
        assert [entry.value for entry in written] == pytest.approx(whole.record.loss_d[0].tolist())
