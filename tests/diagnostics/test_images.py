"""Measures of images against closed forms, scipy, and what is known of the bundled digits."""

import math
import re

import numpy as np
import pytest
import torch
from scipy import linalg, stats
from torch import Tensor

from ganlab.data import ImageSet, digits, stacked_mnist
from ganlab.diagnostics import (
    class_report,
    classifier_score,
    density_coverage,
    digit_classes,
    digit_frechet,
    frechet_distance,
    image_report,
    images,
    nearest_training,
    precision_recall,
    read_digits,
    stacked_classes,
    stacked_report,
)


@pytest.fixture(scope="module")
def train() -> ImageSet:
    return digits("train")


@pytest.fixture(scope="module")
def test() -> ImageSet:
    return digits("test")


class TestClasses:
    def test_a_histogram_with_closed_forms(self) -> None:
        labels = torch.tensor([[0, 0, 1, 1, 2, 2, 3, 3], [1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 3, -1]])
        report = class_report(labels, 4)
        assert report.counts.tolist() == [[2, 2, 2, 2], [0, 8, 0, 0], [6, 0, 0, 1]] and report.modes.tolist() == [
            4,
            1,
            2,
        ]
        assert report.entropy[:2].tolist() == pytest.approx([math.log(4), 0.0], abs=1e-12)
        assert report.kl[:2].tolist() == pytest.approx([0.0, math.log(4)], abs=1e-12)
        assert float(report.entropy[2]) == pytest.approx(stats.entropy([6, 1]))
        assert float(report.kl[2]) == pytest.approx(stats.entropy([6, 0, 0, 1], [1, 1, 1, 1]))

    def test_a_target_of_unequal_classes(self) -> None:
        report = class_report(torch.tensor([0, 0, 0, 1]), 3, target=torch.tensor([30, 10, 60]))
        assert float(report.kl) == pytest.approx(stats.entropy([0.75, 0.25, 0.0], [0.3, 0.1, 0.6]))
        assert float(class_report(torch.tensor([0, 1]), 2, target=torch.tensor([1.0, 0.0])).kl) == math.inf

    def test_nothing_with_a_class_is_infinitely_far(self) -> None:
        report = class_report(torch.tensor([[-1, -1], [0, 1]]), 2)
        assert report.kl.tolist() == [math.inf, 0.0] and report.modes.tolist() == [0, 2]
        assert math.isnan(float(report.entropy[0]))

    def test_a_perfect_generator_shows_the_sampling_floor(self, generator: torch.Generator) -> None:
        classes, n = 50, 2000
        kl = class_report(torch.randint(classes, (200, n), generator=generator), classes).kl
        # 2N·KL is about χ² with K − 1 degrees of freedom: five standard errors of 200 seeds.
        assert float(kl.mean()) == pytest.approx(
            (classes - 1) / (2 * n), abs=5 * (2 * (classes - 1) / 200) ** 0.5 / (2 * n)
        )

    def test_digits_are_recognised_and_a_broken_image_is_none(self, test: ImageSet) -> None:
        broken = test.images.clone()
        broken[0] = math.nan
        labels = digit_classes(broken)
        assert labels.shape == (1, 355) and int(labels[0, 0]) == -1
        assert float((labels[0, 1:] == test.labels[1:]).double().mean()) > 0.9

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (
                lambda: class_report(torch.tensor([0, 10])),
                "labels must be classes from 0 to 9, or −1 for none, got 0 to 10.",
            ),
            (lambda: class_report(torch.tensor([-2, 1])), "got -2 to 1."),
            (
                lambda: class_report(torch.tensor([0.5])),
                "labels must be whole numbers (seeds, N) or (N,), none 0, got torch",
            ),
            (lambda: class_report(torch.tensor([0]), 2, target=torch.ones(3)), "target must be 2 shares of 0 or more"),
        ],
    )
    def test_one_sentence_says_what_is_wrong(self, call: object, message: str) -> None:
        with pytest.raises(ValueError, match=re.escape(message)):
            call()


class TestStacked:
    def test_classes_are_those_of_the_three_channels(self, test: ImageSet) -> None:
        stacked, labels = stacked_mnist(base=test).sample_labelled(60, generator=torch.Generator().manual_seed(2))
        found = stacked_classes(stacked)
        parts = [digit_classes(stacked[:, k : k + 1]) for k in range(3)]
        assert torch.equal(found, 100 * parts[0] + 10 * parts[1] + parts[2])
        assert float((found[0] == labels).double().mean()) > 0.7
        report = stacked_report(torch.stack((stacked, stacked[:1].expand(60, -1, -1, -1))))
        assert report.counts.shape == (2, 1000) and report.counts.sum(1).tolist() == [60, 60]
        assert int(report.modes[0]) == len(found.unique()) and int(report.modes[1]) == 1
        assert report.kl.tolist() == pytest.approx([float(class_report(found, 1000).kl), math.log(1000)])

    def test_grey_images_are_refused(self, test: ImageSet) -> None:
        with pytest.raises(ValueError, match=re.escape("must have shape (N, 3, 28, 28) or (seeds, N, 3, 28, 28)")):
            stacked_classes(test.images)


class TestScore:
    def test_it_is_the_mutual_information_of_image_and_class(self, test: ImageSet) -> None:
        p = read_digits(test.images).logits.double().softmax(-1).numpy()
        expected = math.exp(stats.entropy(p.mean(0)) - stats.entropy(p, axis=1).mean())
        score = classifier_score(torch.stack((test.images, test.images[:1].expand(355, -1, -1, -1))))
        assert score.tolist() == pytest.approx([expected, 1.0], rel=1e-4)

    def test_sure_classes_in_equal_shares_score_their_number(self) -> None:
        logits = 100.0 * torch.eye(10).repeat(3, 1)[None]
        assert float(images._score(logits)) == pytest.approx(10.0)
        assert float(images._score(logits[:, :4])) == pytest.approx(4.0)
        assert float(images._score(torch.zeros(1, 5, 10))) == pytest.approx(1.0)


class TestFrechet:
    def test_against_scipys_matrix_root(self, train: ImageSet, test: ImageSet) -> None:
        x, y = (read_digits(data.images).features.double().numpy() for data in (test, train))
        one, two = np.cov(x.T), np.cov(y.T)
        root = linalg.sqrtm(one @ two).real
        expected = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(one + two - 2 * root)
        assert float(digit_frechet(test.images, train.images)) == pytest.approx(expected, rel=1e-3)

    def test_it_is_0_for_one_set_and_sees_missing_classes(self, train: ImageSet, test: ImageSet) -> None:
        same = float(digit_frechet(test.images, test.images))
        fresh = float(digit_frechet(test.images, train.images))
        halved = float(digit_frechet(test.images[test.labels < 5], train.images))
        assert 0 <= same < 1e-6 * fresh and halved > 5 * fresh

    def test_two_sets_of_one_distribution_are_apart_by_a_constant_over_n(self, train: ImageSet) -> None:
        """The bias: four times the images, a quarter of the distance."""
        seen = read_digits(train.images).features
        g = torch.Generator().manual_seed(0)

        def apart(n: int) -> float:
            draws = torch.randint(len(seen), (2, 20, n), generator=g)
            return float(frechet_distance(seen[draws[0]], seen[draws[1]]).mean())

        few, many = apart(200), apart(800)
        assert few / many == pytest.approx(4.0, rel=0.15)

    def test_fewer_images_than_features_are_refused(self, train: ImageSet) -> None:
        with pytest.raises(ValueError, match="needs more points than dimensions, but samples has 32 points in 32 dim"):
            digit_frechet(train.images[:32], train.images)

    def test_the_reference_is_checked_by_name(self, test: ImageSet) -> None:
        with pytest.raises(ValueError, match=re.escape("reference must have shape (N, 1, 28, 28)")):
            digit_frechet(test.images, torch.zeros(40, 1, 64, 64))


class TestReport:
    def test_it_holds_what_the_single_measures_give(self, train: ImageSet, test: ImageSet) -> None:
        collapsed = train.images[train.labels == 3][:100]
        samples = torch.stack((test.images[:100], collapsed))
        report = image_report(samples, train.images[:300])
        seen, real = (read_digits(part).features for part in (samples, train.images[:300]))
        assert torch.equal(report.frechet, digit_frechet(samples, train.images[:300]))
        assert torch.equal(report.recall, precision_recall(seen, real).recall)
        assert torch.equal(report.coverage, density_coverage(seen, real).coverage)
        assert torch.equal(report.score, classifier_score(samples))
        assert report.classes.counts.sum(1).tolist() == [100, 100]

    def test_a_collapsed_generator_is_seen_by_every_measure_of_diversity(self, train: ImageSet, test: ImageSet) -> None:
        collapsed = train.images[train.labels == 3][:100]
        report = image_report(torch.stack((test.images[:100], collapsed)), train.images[:300])
        for name in ("recall", "coverage", "score"):
            real, fake = getattr(report, name).tolist()
            assert fake < 0.6 * real, name
        assert float(report.frechet[1]) > 3 * float(report.frechet[0])
        assert int(report.classes.modes[0]) == 10 and float(report.classes.kl[1]) > 1.5 > float(report.classes.kl[0])

    def test_a_seed_that_is_not_finite_leaves_the_others_alone(self, train: ImageSet, test: ImageSet) -> None:
        samples = test.images[:80].view(2, 40, 1, 28, 28).clone()
        samples[1, 7] = math.nan
        report, alone = image_report(samples, train.images[:60]), image_report(samples[0], train.images[:60])
        for field, only in zip(report[:-1], alone[:-1], strict=True):
            assert torch.allclose(field[0], only[0]) and math.isnan(float(field[1]))
        assert int(report.classes.counts[1].sum()) == 39


class TestNeighbours:
    def test_distances_and_indices_by_hand(self, monkeypatch: pytest.MonkeyPatch) -> None:
        training = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
        held_out = torch.tensor([[1.0, 0.0], [0.0, 13.0], [7.0, 0.0], [10.0, 2.0]])  # 1, 3, 3, 2 away
        samples = torch.tensor([[[0.0, 0.0], [10.0, 3.0]], [[0.0, 8.0], [20.0, 0.0]]])
        for block in (images.BLOCK, 1):
            monkeypatch.setattr(images, "BLOCK", block)
            found = nearest_training(samples, training, held_out)
            assert found.distance.tolist() == [[0, 3], [2, 10]] and found.nearest.tolist() == [[0, 1], [2, 1]]
            assert found.baseline.tolist() == [1, 3, 3, 2]
            # Of 4 held-out distances: 0 beats 4, 3 beats none and ties with 2; 2 beats 2 and ties with 1, 10 none.
            assert found.closer.tolist() == pytest.approx([(4 + 1) / 8, (2 + 0.5 + 0) / 8])

    def test_copies_are_told_from_fresh_images(self, train: ImageSet, test: ImageSet) -> None:
        shown = train.images[::2]
        fresh = train.images[1::2]
        noisy = (shown + 0.05 * torch.randn(shown.shape, generator=torch.Generator().manual_seed(0))).clamp(-1, 1)
        samples = torch.stack([part[:150] for part in (noisy, fresh, torch.zeros_like(shown))])
        found = nearest_training(samples, shown, test.images)
        assert float(found.closer[0]) > 0.99 and float(found.closer[2]) < 0.01
        assert float(found.closer[1]) == pytest.approx(0.5, abs=0.1)
        assert torch.equal(found.nearest[0], torch.arange(150))

    def test_a_seed_that_is_not_finite_has_no_answer(self) -> None:
        samples = torch.tensor([[[math.nan], [1.0]], [[0.0], [1.0]]])
        found = nearest_training(samples, torch.zeros(2, 1), torch.ones(2, 1))
        assert math.isnan(float(found.closer[0])) and float(found.closer[1]) == 0.75

    @pytest.mark.parametrize(
        ("parts", "message"),
        [
            (
                (torch.zeros(3, 4), torch.zeros(5, 2), torch.zeros(5, 2)),
                "samples must have shape (seeds, N, 2), got (1, 3, 4).",
            ),
            ((torch.zeros(3, 2), torch.zeros(5, 2), torch.zeros(0, 2)), "held_out must be one or more finite samples"),
            (
                (torch.zeros(3, 2), torch.full((5, 2), math.nan), torch.zeros(5, 2)),
                "training must be one or more finite",
            ),
        ],
    )
    def test_one_sentence_says_what_is_wrong(self, parts: tuple[Tensor, ...], message: str) -> None:
        with pytest.raises(ValueError, match=re.escape(message)):
            nearest_training(*parts)


def test_labels_of_every_whole_kind_are_counted() -> None:
    labels = torch.tensor([0, 0, 3, 9])
    expected = class_report(labels)
    assert expected.counts.tolist() == [[2, 0, 0, 1, 0, 0, 0, 0, 0, 1]]
    for kind in (torch.uint8, torch.int8, torch.int32):
        assert torch.equal(class_report(labels.to(kind)).counts, expected.counts)
    with pytest.raises(ValueError, match="labels must be whole numbers"):
        class_report(labels > 1)
    with pytest.raises(TypeError, match="labels must be a torch tensor, got list"):
        class_report([0, 1])
    with pytest.raises(ValueError, match="classes must be a whole number of 1 or more, got 2.5"):
        class_report(labels, 2.5)
    with pytest.raises(TypeError, match="images must be a torch tensor, got ndarray"):
        image_report(torch.zeros(40, 1, 28, 28).numpy(), torch.zeros(40, 1, 28, 28))
