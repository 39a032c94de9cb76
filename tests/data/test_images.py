import re
import warnings
from pathlib import Path

import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d, cosine_similarity

from ganlab import TrainConfig, train
from ganlab.data import ImageSet, Sampler, digits, download, fashion_mnist, mnist
from ganlab.training.streams import Stream
from tests.data.mirrors import Mirrors, small_source


def numbered(count: int = 10) -> ImageSet:
    """Images that show their own number: all pixels of image k are −k/count, and its label is k mod 10."""
    images = -torch.arange(count).div(count)[:, None, None, None].expand(count, 1, 4, 4)
    return ImageSet(images, torch.arange(count) % 10, name="numbered")


def test_bytes_become_pixels_from_minus_one_to_one() -> None:
    images = ImageSet(torch.tensor([[[0, 51], [204, 255]]], dtype=torch.uint8), torch.tensor([3])).images
    assert images.dtype == torch.float32 and images.shape == (1, 1, 2, 2)
    assert images.flatten().tolist() == pytest.approx([-1.0, -0.6, 0.6, 1.0], abs=1e-6)


def test_floating_point_pixels_stay_as_they_are() -> None:
    pixels = torch.tensor([-1.0, -0.25, 0.5, 1.0]).reshape(1, 1, 2, 2)
    assert torch.equal(ImageSet(pixels.double(), torch.tensor([0])).images, pixels)


def test_draws_are_even_and_keep_image_and_label_together(generator: torch.Generator) -> None:
    images, labels = numbered().sample_labelled(4000, generator=generator)
    assert images.shape == (4000, 1, 4, 4)
    assert torch.allclose(images[:, 0, 3, 3], -labels / 10)
    counts = labels.bincount(minlength=10)
    # 5 standard deviations of a binomial count with p = 1/10.
    assert int((counts - 400).abs().max()) < 5 * (4000 * 0.1 * 0.9) ** 0.5


def test_sample_draws_the_images_of_sample_labelled() -> None:
    data = numbered(100)
    one = data.sample(50, generator=torch.Generator().manual_seed(7))
    two, _ = data.sample_labelled(50, generator=torch.Generator().manual_seed(7))
    three = data.sample(50, generator=torch.Generator().manual_seed(8))
    assert torch.equal(one, two) and not torch.equal(one, three)
    assert data.sample(0).shape == (0, 1, 4, 4)


def test_a_draw_does_not_copy_the_set() -> None:
    data = numbered()
    assert data.to("cpu") is data
    images, labels = data.on(torch.device("cpu"))
    assert images is data.images and labels is data.labels
    data.sample(5)
    assert data.images is images


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_cuda_generator_brings_the_set_to_its_device_once() -> None:
    data, draw = numbered(), torch.Generator("cuda").manual_seed(0)
    assert data.sample(3, generator=draw).device.type == "cuda"
    before = data.on(draw.device)[0].data_ptr()
    data.sample(3, generator=draw)
    assert data.on(draw.device)[0].data_ptr() == before
    assert data.images.device.type == "cpu" and data.to("cuda").images.data_ptr() == before


def test_the_set_prints_what_it_holds() -> None:
    data = ImageSet(
        torch.zeros(1200, 3, 8, 6), torch.zeros(1200, dtype=torch.uint8), classes=["cat", "dog"], name="pets"
    )
    assert repr(data) == "ImageSet(pets: 1,200 images of 3×8×6 in 2 classes, cpu)"
    assert data.shape == (3, 8, 6) and len(data) == 1200 and data.class_names == ("cat", "dog")
    assert data.labels.dtype == torch.int64


def test_resized_images_keep_what_they_show() -> None:
    data = digits("test").resized(64)
    assert data.shape == (1, 64, 64) and float(data.images.min()) == -1 and float(data.images.max()) <= 1
    small = data.resized(28)
    assert torch.equal(small.labels, digits("test").labels)
    # Up and down again: a mean error of 2 grey levels in 255.
    assert float((small.images - digits("test").images).abs().mean()) < 4 / 255
    named = ImageSet(torch.zeros(1, 4, 4), torch.tensor([1]), classes=["cat", "dog"], name="pets").resized(8)
    assert repr(named) == "ImageSet(pets: 1 images of 1×8×8 in 2 classes, cpu)" and named.class_names == ("cat", "dog")
    with pytest.raises(ValueError, match="size must be a whole number of 1 or more, got 0"):
        data.resized(0)


GOOD = torch.zeros(4, 1, 28, 28)


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (torch.zeros(4, 784), r"shape \(N, 1 or 3 channels, height, width\), got \(4, 784\)\."),
        (torch.zeros(4, 2, 28, 28), r"got \(4, 2, 28, 28\)\."),
        (torch.zeros(4, 28, 28, 3), r"channels come second: images\.permute\(0, 3, 1, 2\)"),
        (torch.zeros(0, 1, 28, 28), r"got \(0, 1, 28, 28\)"),
        (
            torch.zeros(4, 1, 28, 28, dtype=torch.int64),
            r"uint8 \(0 to 255\) or floating point \(−1 to 1\), got torch.int64",
        ),
        (GOOD + 1.01, r"must lie in \[−1, 1\], but they lie in \[1\.01, 1\.01\]"),
        (GOOD - 1.01, r"lie in \[-1\.01, -1\.01\]"),
        (torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0)), r"pass 2 \* images - 1"),
        (GOOD.clone().index_fill_(0, torch.tensor([2]), float("nan")), "finite, but 1 of 4 images hold NaN"),
    ],
)
def test_bad_images_say_what_is_wrong(images: torch.Tensor, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ImageSet(images, torch.zeros(4, dtype=torch.int64))


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (torch.tensor([0, 9, 10, -1]), "classes from 0 to 9, but 2 are not, the first of them 10 at image 2"),
        (torch.tensor([0, 1, 2]), r"one whole number for each of 4 images, got torch.int64 of shape \(3,\)"),
        (torch.zeros(4), "got torch.float32"),
        (torch.zeros(4, 10, dtype=torch.int64), r"of shape \(4, 10\)"),
    ],
)
def test_bad_labels_say_what_is_wrong(labels: torch.Tensor, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ImageSet(GOOD, labels)


def test_other_bad_arguments_say_what_is_wrong() -> None:
    with pytest.raises(TypeError, match="images must be a tensor, got list"):
        ImageSet([[0.0]], torch.zeros(1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="labels must be a tensor, got list"):
        ImageSet(GOOD, [0, 1, 2, 3])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n must be a whole number of 0 or more, got -1"):
        numbered().sample(-1)
    for load in (digits, mnist, fashion_mnist):
        with pytest.raises(ValueError, match="split must be one of train, test, all, got 'valid'"):
            load("valid")


def test_digits_are_scikit_learns_enlarged_in_a_margin() -> None:
    data, original = digits("all"), load_digits()
    assert len(data) == 1797 and data.shape == (1, 28, 28)
    assert data.labels.tolist() == original.target.tolist()
    assert float(data.images.min()) == -1 and float(data.images.max()) == 1
    inner = data.images[:, :, 4:-4, 4:-4]
    assert bool((data.images.sum() - inner.sum()).isclose(torch.tensor(-1.0 * 1797 * (28**2 - 20**2))))
    # Averaged over 8 × 8 fields the picture is the original again: bicubic curves differ from it by little.
    again = adaptive_avg_pool2d(inner, 8).flatten(1)
    wanted = torch.as_tensor(original.images).float().flatten(1) / 8 - 1
    assert float(cosine_similarity(again, wanted).min()) > 0.95


def test_train_and_test_digits_share_no_image_and_all_classes() -> None:
    every, rows = digits("all"), [digits(split).images.flatten(1) for split in ("train", "test")]
    assert [len(part) for part in rows] == [1442, 355]
    ours, whole = (sorted(map(tuple, part.tolist())) for part in (torch.cat(rows), every.images.flatten(1)))
    assert ours == whole
    assert torch.equal(digits("test").labels.bincount(), every.labels.bincount() // 5)


def test_train_takes_an_image_set_with_a_seed_axis() -> None:
    data = digits("test")
    assert isinstance(data, Sampler)
    run = train(
        data,
        TrainConfig(seeds=2, steps=2, batch_size=4, latent_dim=3, device="cpu"),
        generator=lambda: nn.Sequential(nn.Linear(3, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))),
        discriminator=lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 1)),
    )
    assert run.sample(5).shape == (2, 5, 1, 28, 28)
    stream = Stream(lambda n, g: data.sample(n, generator=g), [0, 1], "data", 4, 784, torch.device("cpu"))
    batch = stream.next()
    assert batch.shape == (2, 4, 1, 28, 28) and not torch.equal(batch[0], batch[1])


@pytest.mark.parametrize(("name", "load"), [("MNIST", mnist), ("FASHION_MNIST", fashion_mnist)])
def test_a_set_is_put_together_from_its_files(
    name: str, load, mirrors: Mirrors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = small_source(mirrors.files, mirrors.at("good"), name="small", folder=name)
    monkeypatch.setattr(download, name, source)
    train_set, test_set, both = (load(split, folder=tmp_path, progress=False) for split in ("train", "test", "all"))
    assert [len(part) for part in (train_set, test_set, both)] == [10, 5, 15]
    assert torch.equal(both.images, torch.cat((train_set.images, test_set.images)))
    assert torch.equal(both.labels, torch.tensor([*range(10), *range(5)]))
    pixels = torch.frombuffer(bytearray(mirrors.files["train-images-idx3-ubyte"]), dtype=torch.uint8, offset=16)
    assert torch.allclose(train_set.images.flatten(), pixels.float() / 127.5 - 1, atol=1e-6)
    assert both.name == "small all" and len(mirrors.asked) == 4


def test_fashions_classes_have_names(mirrors: Mirrors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "FASHION_MNIST", small_source(mirrors.files, mirrors.at("good")))
    names = fashion_mnist("test", folder=tmp_path, progress=False).class_names
    assert len(names) == 10 and names[0] == "T-shirt/top" and names[9] == "ankle boot"


def test_the_warning_of_a_damaged_file_points_at_the_callers_line(
    mirrors: Mirrors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MNIST", small_source(mirrors.files, mirrors.at("good")))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(b"")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        mnist("test", folder=tmp_path, progress=False)
    assert [warning.filename for warning in seen] == [__file__]


def test_mnists_own_test_images(real: Path) -> None:
    data = mnist("test", folder=real)
    assert repr(data) == "ImageSet(MNIST test: 10,000 images of 1×28×28 in 10 classes, cpu)"
    assert data.labels.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert data.labels[:5].tolist() == [7, 2, 1, 0, 4]
    # The published mean and standard deviation of the test images in [0, 1].
    unit = data.images.double() / 2 + 0.5
    assert float(unit.mean()) == pytest.approx(0.1325, abs=1e-4)
    assert float(unit.std()) == pytest.approx(0.3105, abs=1e-4)


def test_files_that_are_not_on_disk_offline_say_what_to_do(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if (real / "train-images-idx3-ubyte.gz").is_file():
        pytest.skip("the training images are there")
    offline = download.Source("MNIST", "MNIST", (), download.MNIST.files)
    monkeypatch.setattr(download, "MNIST", offline)
    with pytest.raises(ConnectionError, match=re.escape("train-images-idx3-ubyte.gz could not be downloaded")):
        mnist("train", folder=real)
