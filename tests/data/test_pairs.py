import re

import pytest
import torch

from ganlab.data import ImageSet, Pairs, join_labels, ring, split_labels, stacked_mnist

DATA = ImageSet(torch.linspace(-1, 1, 10)[:, None, None, None].expand(10, 1, 3, 2), torch.arange(10))


def test_pairs_keep_images_with_their_labels() -> None:
    pairs = Pairs(DATA).sample(50, generator=torch.Generator().manual_seed(3))
    assert pairs.shape == (50, 6 + 10)
    images, labels = split_labels(pairs, (1, 3, 2))
    expected = DATA.sample_labelled(50, generator=torch.Generator().manual_seed(3))
    assert torch.equal(images, expected[0]) and torch.equal(labels, expected[1])


def test_join_and_split_are_inverse_with_any_leading_axes() -> None:
    images, labels = torch.randn(2, 5, 3, 4, 4), torch.tensor([[0, 1, 2, 3, 3], [3, 2, 1, 0, 0]])
    pairs = join_labels(images, labels, 4)
    assert pairs.shape == (2, 5, 52) and torch.equal(pairs[..., 48:].sum(-1), torch.ones(2, 5))
    back = split_labels(pairs, (3, 4, 4))
    assert torch.equal(back[0], images) and torch.equal(back[1], labels)


def test_stacked_images_have_a_thousand_classes() -> None:
    data = stacked_mnist(base=DATA)
    assert Pairs(data).sample(3, generator=torch.Generator().manual_seed(0)).shape == (3, 18 + 1000)


def test_bad_labels_are_named() -> None:
    images = torch.zeros(2, 1, 3, 2)
    for labels, message in (
        (torch.tensor([0, 10]), "labels must be classes from 0 to 9, but they lie between 0 and 10."),
        (torch.tensor([0]), "labels must be one whole number for each image, (2,), got torch.int64 of shape (1,)."),
        (torch.tensor([0.0, 1.0]), "got torch.float32 of shape (2,)."),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            join_labels(images, labels, 10)
    with pytest.raises(ValueError, match="join images and labels by join_labels, or pass Pairs"):
        split_labels(torch.zeros(2, 784))
    with pytest.raises(TypeError, match="a conditional GAN needs labels, but Mixture has no sample_labelled"):
        Pairs(ring())
