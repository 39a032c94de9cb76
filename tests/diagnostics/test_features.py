"""The frozen extractor: what is shipped is what is recorded, and it reads every image alone."""

import hashlib
import re
from pathlib import Path

import pytest
import torch

from ganlab.data import digits
from ganlab.diagnostics import features, read_digits, train_features
from ganlab.diagnostics.features import ACCURACY, SHA256, WEIGHTS, DigitNet, digit_net
from ganlab.diagnostics.train_features import accuracy, fit, gather, main

REAL = Path(__file__).parents[3] / "shared" / "data" / "mnist"


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return digits("test").images


class TestWeights:
    def test_the_file_is_small_and_the_one_recorded(self) -> None:
        content = WEIGHTS.read_bytes()
        assert len(content) < 1_000_000 and hashlib.sha256(content).hexdigest() == SHA256

    def test_its_accuracy_on_held_out_digits_is_the_one_recorded(self) -> None:
        data = digits("test")
        assert accuracy(digit_net(), data.images, data.labels) == pytest.approx(ACCURACY["digits test"], abs=0.003)
        assert ACCURACY["digits test"] > 0.95

    def test_its_accuracy_on_held_out_mnist_is_the_one_recorded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if not (REAL / "t10k-images-idx3-ubyte.gz").is_file():
            pytest.skip("no MNIST files in ../shared/data/mnist")
        monkeypatch.setenv("GANLAB_DATA", str(REAL))
        (trained, labels), held_out = gather()
        assert len(trained) == len(labels) == 1_442 + 8_000
        (name,) = set(ACCURACY) - {"digits test"}
        fresh, classes = held_out[name]
        assert len(fresh) == 2_000
        assert accuracy(digit_net(), fresh, classes) == pytest.approx(ACCURACY[name], abs=0.002)
        assert ACCURACY[name] > 0.97
        seen = {row.numpy().tobytes() for row in trained}
        assert not any(row.numpy().tobytes() in seen for row in fresh)

    def test_a_damaged_or_missing_file_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        wrong = tmp_path / "digits.pt"
        monkeypatch.setattr(features, "WEIGHTS", wrong)
        with pytest.raises(OSError, match=r"cannot be read: install ganlab again\."):
            digit_net.__wrapped__()
        content = bytearray(WEIGHTS.read_bytes())
        content[len(content) // 2] ^= 1
        wrong.write_bytes(content)
        with pytest.raises(OSError, match=r"are damaged or of another version: install ganlab again\."):
            digit_net.__wrapped__()

    def test_it_is_frozen_and_loading_draws_nothing(self) -> None:
        before = torch.get_rng_state()
        net = digit_net.__wrapped__()
        assert torch.equal(before, torch.get_rng_state())
        assert not net.training and not any(p.requires_grad for p in net.parameters())
        assert digit_net() is digit_net()


class TestReading:
    def test_each_image_is_read_alone_with_any_seed_axis(
        self, images: torch.Tensor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reading = read_digits(images[:12].view(3, 4, 1, 28, 28))
        assert reading.features.shape == (3, 4, 32) and reading.logits.shape == (3, 4, 10)
        monkeypatch.setattr(features, "CHUNK", 5)
        alone = read_digits(images[:12])
        assert torch.allclose(alone.features, reading.features.flatten(0, 1), atol=1e-5)
        assert torch.equal(alone.classes, reading.classes.flatten())
        assert torch.allclose(read_digits(images[3:4]).logits, alone.logits[3:4], atol=1e-5)
        assert not reading.features.requires_grad and len({*alone.classes.tolist()}) > 3

    def test_an_image_that_is_not_finite_has_no_class_and_spoils_no_other(self, images: torch.Tensor) -> None:
        broken = images[:4].clone()
        broken[1, 0, 5, 5] = float("nan")
        reading, whole = read_digits(broken), read_digits(images[:4])
        assert reading.features[1].isnan().all() and int(reading.classes[1]) == -1
        others = [0, 2, 3]
        assert torch.allclose(reading.features[others], whole.features[others], atol=1e-5)

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            (torch.zeros(5, 1, 64, 64), "(seeds, N, 1, 28, 28) for the extractor of digits, got (5, 1, 64, 64)."),
            (torch.zeros(5, 3, 28, 28), "got (5, 3, 28, 28)."),
            (torch.zeros(5, 784), "got (5, 784)."),
            (torch.zeros(0, 1, 28, 28), "got (0, 1, 28, 28)."),
            (torch.full((2, 1, 28, 28), 255.0), "pixels in [−1, 1], but they lie in [255, 255]: scale them"),
            (torch.zeros(2, 1, 28, 28, dtype=torch.uint8), "must be floating point in [−1, 1], got torch.uint8"),
        ],
    )
    def test_one_sentence_says_what_is_wrong(self, wrong: torch.Tensor, message: str) -> None:
        with pytest.raises(ValueError, match=re.escape(message)):
            read_digits(wrong)


class TestTraining:
    def test_it_learns_and_repeats_itself(self) -> None:
        data = digits("train")
        easy = data.labels < 2
        images, labels = data.images[easy][:128], data.labels[easy][:128]
        before = torch.get_rng_state()
        net, twin = (fit(images, labels, epochs=6, batch=16) for _ in range(2))
        assert torch.equal(before, torch.get_rng_state())
        test = digits("test")
        easy = test.labels < 2
        assert accuracy(net, test.images[easy], test.labels[easy]) > 0.9
        assert all(torch.equal(a, b) for a, b in zip(net.parameters(), twin.parameters(), strict=True))

    def test_the_script_writes_the_weights_and_says_what_to_record(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out, data = tmp_path / "own.pt", digits("test")
        part = (data.images[:20], data.labels[:20])
        monkeypatch.setattr(
            train_features, "gather", lambda *, everything: (part, {"all" if everything else "some": part})
        )
        monkeypatch.setattr(train_features, "fit", lambda *part: DigitNet())
        monkeypatch.setattr("sys.argv", ["train_features", "--all", "--out", str(out)])
        main()
        said = capsys.readouterr().out
        assert hashlib.sha256(out.read_bytes()).hexdigest() in said and "{'all': " in said
        DigitNet().load_state_dict(torch.load(out, weights_only=True))
