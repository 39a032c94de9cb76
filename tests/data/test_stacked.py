import pytest
import torch

from ganlab.data import ImageSet, Sampler, StackedSet, digits, download, stacked_mnist
from tests.data.mirrors import Mirrors, small_source


def base(count: int = 20) -> ImageSet:
    """Images whose pixels are −label/10."""
    labels = torch.arange(count) % 10
    return ImageSet(-(labels / 10)[:, None, None].expand(count, 4, 4), labels, name="base")


@pytest.mark.parametrize("setup", ["metz", "veegan"])
def test_labels_are_the_three_digits_in_red_green_blue(setup: str, generator: torch.Generator) -> None:
    images, labels = stacked_mnist(setup, base=base()).sample_labelled(500, generator=generator)
    assert images.shape == (500, 3, 4, 4) and labels.shape == (500,)
    shown = (images[:, :, 2, 1] * -10).round().long()
    assert torch.equal(labels, shown[:, 0] * 100 + shown[:, 1] * 10 + shown[:, 2])
    assert isinstance(stacked_mnist(setup, base=base()), Sampler)


@pytest.mark.parametrize("setup", ["metz", "veegan"])
def test_all_1000_modes_are_drawn_evenly(setup: str, generator: torch.Generator) -> None:
    labels = stacked_mnist(setup, base=base(10)).sample_labelled(100_000, generator=generator)[1]
    counts = labels.bincount(minlength=1000).double()
    assert len(counts) == 1000 and bool((counts > 0).all())
    # Uniform: X² is about 999 ± √(2·999). The fixed triples add their own spread, 100,000/128,000 of as much again.
    expected = 999 * (1 if setup == "metz" else 1 + 100_000 / 128_000)
    assert float(((counts - 100) ** 2 / 100).sum()) == pytest.approx(expected, rel=0.2)


def test_veegans_triples_are_fixed_and_metzs_are_not() -> None:
    few = StackedSet(base(), torch.tensor([[1, 2, 3], [14, 5, 6]]))
    assert sorted(set(few.sample_labelled(50)[1].tolist())) == [123, 456]
    fixed, again, other = (stacked_mnist("veegan", base=base(), seed=seed).triples for seed in (0, 0, 1))
    assert fixed is not None and other is not None and again is not None
    assert fixed.shape == (128_000, 3) and torch.equal(fixed, again) and not torch.equal(fixed, other)
    assert stacked_mnist("metz", base=base()).triples is None


def test_the_set_ups_take_the_published_parts_of_mnist(mirrors: Mirrors, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(download, "MNIST", small_source(mirrors.files, mirrors.at("good")))
    metz, veegan = (stacked_mnist(setup, folder=tmp_path, progress=False) for setup in ("metz", "veegan"))
    assert len(metz.base) == 10 and len(veegan.base) == 15  # training images; training and test images
    assert veegan.triples is not None and int(veegan.triples.max()) == 14
    assert repr(metz) == "StackedSet(stacked MNIST train, metz: triples drawn anew, 3×28×28, 1,000 classes, cpu)"
    assert repr(veegan).startswith("StackedSet(stacked MNIST all, veegan: 128,000 fixed triples, 3×28×28")


def test_stacking_shares_the_base_and_repeats_its_draws() -> None:
    images = digits("test")
    stacked = stacked_mnist(base=images)
    assert stacked.base is images and stacked.to("cpu") is stacked and stacked.shape == (3, 28, 28)
    one, two = (stacked.sample(8, generator=torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, two)


def test_bad_stacks_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="setup must be metz or veegan, got 'pacgan'"):
        stacked_mnist("pacgan")
    colour = ImageSet(torch.zeros(2, 3, 4, 4), torch.tensor([0, 1]))
    with pytest.raises(ValueError, match=r"one channel and ten classes to be stacked, got ImageSet\(images: 2"):
        stacked_mnist(base=colour)
    with pytest.raises(ValueError, match="ten classes"):
        stacked_mnist(base=ImageSet(torch.zeros(2, 4, 4), torch.tensor([0, 1]), classes=2))
    with pytest.raises(ValueError, match=r"triples must have shape \(M, 3\), got \(4, 2\)"):
        StackedSet(base(), torch.zeros(4, 2, dtype=torch.int64))
    with pytest.raises(ValueError, match="numbers of images, from 0 to 19"):
        StackedSet(base(), torch.tensor([[0, 1, 20]]))
    with pytest.raises(ValueError, match="n must be a whole number of 0 or more"):
        stacked_mnist(base=base()).sample(-2)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_cuda_generator_draws_there() -> None:
    for setup in ("metz", "veegan"):
        images, labels = stacked_mnist(setup, base=base()).sample_labelled(
            4, generator=torch.Generator("cuda").manual_seed(0)
        )
        assert images.device.type == labels.device.type == "cuda"
