"""Pieces that do not go together: refused or warned about, and nothing else is."""

import dataclasses
import warnings

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import ganlab as gl
from ganlab.data import Pairs, digits
from ganlab.nets import (
    ConditionalGenerator,
    MinibatchDiscrimination,
    MinibatchStdDev,
    ProjectionDiscriminator,
    dcgan_discriminator,
    dcgan_generator,
    mlp_discriminator,
)
from ganlab.nets.seeds import stack
from ganlab.training.checking import looks_at_its_batch

CONFIG = gl.TrainConfig(seeds=2, steps=2, batch_size=8, snapshots=0, penalty="r1")


def batch_norm() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1))


class Norm(nn.BatchNorm1d):
    """Batch normalisation by another name."""


class Body(nn.Module):
    """A discriminator that is no `nn.Sequential`, whose middle is a function of the batch."""

    def __init__(self, middle) -> None:
        super().__init__()
        self.one, self.two, self.middle = nn.Linear(2, 4), nn.Linear(4, 1), middle

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.two(torch.relu(self.middle(self.one(x))))


class Noisy(nn.Module):
    """One that draws from a generator of its own, which no copy resets."""

    def __init__(self) -> None:
        super().__init__()
        self.linear, self.count = nn.Linear(2, 1), iter(range(10**6)).__next__

    def __deepcopy__(self, memo) -> nn.Module:
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x) + 0.1 * self.count()


def by_hand(h: torch.Tensor) -> torch.Tensor:
    return (h - h.mean(0)) / h.std(0)


def functional(h: torch.Tensor) -> torch.Tensor:
    return F.batch_norm(h, None, None, training=True)


SEES = {
    "by hand": lambda: Body(by_hand),
    "functional": lambda: Body(functional),
    "centred by its first sample": lambda: Body(lambda h: h - h[:1]),
    "minibatch": lambda: nn.Sequential(MinibatchDiscrimination(2, group=4), nn.Linear(6, 1)),
    "packed, then by hand": lambda: nn.Sequential(gl.nets.Pack(2), nn.Linear(4, 2), Body(by_hand)),
}
ALONE = {
    "layer norm": lambda: mlp_discriminator(norm="layer"),
    "own layer norm": lambda: Body(lambda h: (h - h.mean(-1, keepdim=True)) / h.std(-1, keepdim=True)),
    "dropout of torch": lambda: Body(lambda h: F.dropout(h, 0.5)),
    "dropout": lambda: nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Linear(8, 1)),
    "spectral": lambda: mlp_discriminator(norm="spectral"),
    "packed": lambda: mlp_discriminator(packing=4),
    "packed by hand": lambda: nn.Sequential(nn.Unflatten(0, (-1, 2)), nn.Flatten(), nn.Linear(4, 1)),
    "batch norm that stands still": lambda: Body(nn.BatchNorm1d(4).eval()),
}
SAMPLES = torch.tensor([[0.3, -1.0], [1.2, 0.4]])


@pytest.mark.parametrize("same", [False, True])
@pytest.mark.parametrize(("name", "sees"), [*((n, True) for n in SEES), *((n, False) for n in ALONE)])
def test_whether_a_discriminator_looks_at_its_batch(name: str, sees: bool, same: bool) -> None:
    build = {**SEES, **ALONE}[name]
    critic = stack([build() for _ in range(2)])
    before, numbers = {k: v.clone() for k, v in critic.state_dict().items()}, torch.get_rng_state()
    samples = SAMPLES[[0, 0]] if same else SAMPLES  # two samples that are one: data may be a point
    assert looks_at_its_batch(critic, samples, CONFIG) == sees
    assert torch.equal(numbers, torch.get_rng_state())
    assert all(torch.equal(value, before[key]) for key, value in critic.state_dict().items())


def test_of_one_that_moves_by_itself_nothing_can_be_said() -> None:
    assert not looks_at_its_batch(stack([Noisy(), Noisy()], loop=True), SAMPLES, CONFIG)


class Own(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = batch_norm()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x)


@pytest.mark.parametrize(
    "discriminator", [batch_norm, Own, lambda: nn.Sequential(nn.Linear(2, 4), Norm(4), nn.Linear(4, 1))]
)
def test_batch_normalisation_by_class_is_refused(discriminator) -> None:
    with pytest.raises(ValueError, match=r"BatchNorm does not go with a gradient penalty.*Gulrajani et al. 2017, §4"):
        gl.train(gl.ring(), CONFIG, discriminator=discriminator)
    gl.train(gl.ring(), dataclasses.replace(CONFIG, penalty=None), discriminator=discriminator)


@pytest.mark.parametrize("name", ["by hand", "functional"])
@pytest.mark.parametrize("penalty", ["wgan_gp", lambda critic, real, fake: critic(real).square().mean()])
def test_batch_normalisation_by_what_it_does_is_refused(name: str, penalty) -> None:
    with pytest.raises(ValueError, match=r"score of one sample changes with the other samples.*Gulrajani"):
        gl.train(gl.ring(), CONFIG, discriminator=SEES[name], penalty=penalty)
    gl.train(gl.ring(), dataclasses.replace(CONFIG, penalty=None), discriminator=SEES[name])


class OwnMinibatch(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat((x, x.std(0).mean().expand(len(x), 1)), 1)


@pytest.mark.parametrize("layer", [lambda: MinibatchDiscrimination(2, 1), MinibatchStdDev, OwnMinibatch])
def test_layers_that_compare_samples_on_purpose_are_warned_about(layer) -> None:
    with pytest.warns(UserWarning, match="looks at its batch together with a gradient penalty") as caught:
        gl.train(gl.ring(), CONFIG, discriminator=lambda: nn.Sequential(layer(), nn.Linear(3, 1)))
    assert all(warning.filename == __file__ for warning in caught if "looks at its batch" in str(warning.message))


@pytest.mark.parametrize("name", ["own layer norm", "dropout of torch", "packed"])
def test_others_go_with_a_penalty_and_trying_them_moves_nothing(name: str, monkeypatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tried = gl.train(gl.ring(), CONFIG, discriminator=ALONE[name])
    monkeypatch.setattr("ganlab.training.checking.looks_at_its_batch", lambda *_: False)
    untried = gl.train(gl.ring(), CONFIG, discriminator=ALONE[name])
    assert torch.equal(tried.sample(20), untried.sample(20))
    assert torch.equal(tried.record.loss_d, untried.record.loss_d)


def test_an_unbounded_wasserstein_critic_is_warned_about() -> None:
    with pytest.warns(UserWarning, match="no lower bound"):
        gl.train(gl.ring(), dataclasses.replace(CONFIG, penalty=None, loss="wasserstein"))


@pytest.mark.parametrize(("labels", "says"), [((0.9, 0.1), "0.9 and 0.1"), ((0.9, 0.0), "0.9 and 0.0")])
def test_smoothed_labels_do_not_go_with_a_wasserstein_loss(labels: tuple[float, float], says: str) -> None:
    mixed = gl.GANLoss(gl.label_smoothing(*labels).d, gl.LOSSES["wasserstein"].g, seed_axis=True)
    config = dataclasses.replace(CONFIG, penalty=None)
    with pytest.raises(
        ValueError, match=rf"Labels smoothed to {says} .*Salimans et al. 2016, §3.4.*Arjovsky et al. 2017"
    ):
        gl.train(gl.ring(), config, loss=mixed)
    for loss in (gl.label_smoothing(*labels), dataclasses.replace(mixed, d=gl.label_smoothing(1.0, 0.0).d)):
        gl.train(gl.ring(), config, loss=loss)


def test_packing_refuses_an_odd_batch_with_its_source() -> None:
    config = dataclasses.replace(CONFIG, penalty=None, batch_size=15)
    with pytest.raises(
        ValueError, match=r"needs a batch that is a multiple of 2, got 15 samples \(Lin et al. 2018, §3\)\."
    ):
        gl.train(gl.ring(), config, discriminator=lambda: mlp_discriminator(packing=2))


class Squashed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net, self.squash = mlp_discriminator(2, width=8), nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.squash(self.net(x))


@pytest.mark.parametrize(
    "squashed", [Squashed, lambda: nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid())]
)
def test_a_sigmoid_in_front_of_a_loss_on_logits_is_warned_about(squashed) -> None:
    config = dataclasses.replace(CONFIG, penalty=None)
    for loss in ("nonsaturating", "saturating", "relativistic", gl.label_smoothing()):
        with pytest.warns(UserWarning, match="ends in a sigmoid, and this loss takes its scores for logits"):
            gl.train(gl.ring(), config, discriminator=squashed, loss=loss)
    own = gl.GANLoss(d=lambda real, fake: (1 - real).square().mean() + fake.mean(), g=lambda real, fake: -fake.mean())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for loss in ("least_squares", own):  # they may want scores between 0 and 1
            gl.train(gl.ring(), config, discriminator=squashed, loss=loss)
        gl.train(gl.ring(), config)


@pytest.mark.parametrize("minibatch", ["discrimination", "stddev"])
def test_a_batch_of_one_has_nothing_to_compare(minibatch: str) -> None:
    config = dataclasses.replace(CONFIG, penalty=None, batch_size=1)
    with pytest.raises(ValueError, match="compares the samples of a batch needs batch_size=2 or more"):
        gl.train(gl.ring(), config, discriminator=lambda: mlp_discriminator(2, width=8, minibatch=minibatch))


@pytest.mark.parametrize(
    ("settings", "penalty", "says"),
    [
        ({"instance_noise": 0.5}, None, "instance_noise=0.5 adds noise to whole samples"),
        ({"penalty": "dragan"}, None, "DRAGAN adds noise to whole samples"),
        ({}, gl.PENALTIES["dragan"], "DRAGAN adds noise to whole samples"),
    ],
)
def test_noise_would_exchange_the_labels_of_pairs(settings: dict, penalty, says: str) -> None:
    config = gl.TrainConfig(seeds=1, steps=1, batch_size=4, latent_dim=65, snapshots=0, **settings)
    with pytest.raises(ValueError, match=says):
        gl.train(
            Pairs(digits()),
            config,
            penalty=penalty,
            generator=lambda: ConditionalGenerator(dcgan_generator, 65),
            discriminator=lambda: ProjectionDiscriminator(dcgan_discriminator(norm=None)),
        )


class Stateful(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = mlp_discriminator(2, width=8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)

    def get_extra_state(self) -> dict:
        return {"seen": 1}

    def set_extra_state(self, state: dict) -> None:
        pass


def test_architectures_are_told_by_their_tensors_alone() -> None:
    config = dataclasses.replace(CONFIG, penalty=None)
    gl.train(gl.ring(), config, discriminator=Stateful)
    with pytest.raises(ValueError, match="discriminator has layers whose size is not known yet"):
        gl.train(gl.ring(), config, discriminator=lambda: nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.Linear(8, 1)))
