"""The builders by keyword, and what every constructor of a layer refuses."""

import warnings

import pytest
import torch

import ganlab as gl
from ganlab.nets import (
    Dropout,
    FourierFeatures,
    Maxout,
    MinibatchDiscrimination,
    MinibatchStdDev,
    Pack,
    SpectralLinear,
    build,
    mlp_discriminator,
    mlp_generator,
    stack,
)
from ganlab.nets.seeds import Lifted

SEEDS = [3, 4, 5]
NETS = {
    "plain": {},
    "spectral": {"norm": "spectral"},
    "batch": {"norm": "batch"},
    "layer": {"norm": "layer", "activation": "tanh"},
    "maxout": {"activation": "maxout", "packing": 2},
    "everything": {"fourier": 8, "packing": 4, "dropout": 0.2, "norm": "layer", "minibatch": "discrimination"},
    "stddev": {"minibatch": "stddev", "depth": 1, "fourier": 4, "fourier_scale": (1.0, 4.0)},
    "no hidden layer": {"depth": 0, "minibatch": "stddev"},
}


@pytest.mark.parametrize("name", NETS)
def test_discriminators_by_keyword(name: str) -> None:
    modules = build(lambda: mlp_discriminator(3, 8, **{"depth": 2, **NETS[name]}), SEEDS, "discriminator")
    stacked = stack(modules)
    assert not any(isinstance(part, Lifted) for part in stacked.modules())
    x = torch.randn(3, 8, 3)
    expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)])
    assert expected.shape == (3, 8 // NETS[name].get("packing", 1), 1)
    assert torch.allclose(stacked(x), expected, atol=1e-5)


@pytest.mark.parametrize(
    "settings", [{}, {"norm": "batch"}, {"norm": "spectral"}, {"activation": "silu", "dropout": 0.1}]
)
def test_generators_by_keyword(settings: dict) -> None:
    stacked = stack(build(lambda: mlp_generator(3, 2, 8, **settings), SEEDS, "generator"))
    assert stacked(torch.randn(3, 7, 3)).shape == (3, 7, 2)
    assert not any(isinstance(part, Lifted) for part in stacked.modules())


def test_a_spectral_discriminator_trains_under_a_gradient_penalty() -> None:
    config = gl.TrainConfig(seeds=2, steps=3, batch_size=32, penalty="r1", snapshots=0, record_every=1)
    for settings in ({"norm": "spectral"}, {"minibatch": "discrimination"}, {"norm": "layer", "fourier": 4}):
        with warnings.catch_warnings():  # train may warn of a penalty on a network that looks at its batch
            warnings.simplefilter("ignore", UserWarning)
            run = gl.train(gl.ring(), config, discriminator=lambda s=settings: mlp_discriminator(**s))
        assert bool(run.record.loss_d.isfinite().all()) and run.record.stopped.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: MinibatchDiscrimination(4, 0), "kernels must be a whole number of 1 or more, got 0"),
        (lambda: MinibatchDiscrimination(4, 2, 1.5), "dims must be a whole number of 1 or more, got 1.5"),
        (lambda: MinibatchDiscrimination(4, group=1), "group must be a whole number of 2 or more, got 1"),
        (lambda: MinibatchStdDev(group=1), "group must be a whole number of 2 or more, got 1"),
        (lambda: MinibatchStdDev(group=4)(torch.ones(6, 2)), "multiple of 4, got 6 samples (Karras et al. 2018, §3)."),
        (lambda: Pack(0), "packing must be a whole number of 1 or more, got 0"),
        (lambda: Pack(2)(torch.ones(7, 2)), "a multiple of 2, got 7 samples (Lin et al. 2018, §3)."),
        (lambda: SpectralLinear(2, 2, iterations=0), "iterations must be a whole number of 1 or more, got 0"),
        (lambda: Dropout(1.0), "dropout p must be 0 or greater and less than 1, got 1.0"),
        (lambda: FourierFeatures(2, 0), "features must be a whole number of 1 or more, got 0"),
        (lambda: FourierFeatures(2, 4, -1.0), "numbers greater than 0, got -1.0"),
        (lambda: Maxout(2, 2, pieces=0), "pieces must be a whole number of 1 or more, got 0"),
        (lambda: mlp_generator(depth=-1), "depth must be a whole number of 0 or more, got -1"),
        (lambda: mlp_generator(width=0), "width must be a whole number of 1 or more, got 0"),
        (lambda: mlp_generator(latent_dim=2.0), "latent_dim must be a whole number of 1 or more, got 2.0"),
        (lambda: mlp_generator(dim=0), "dim must be a whole number of 1 or more, got 0"),
        (lambda: mlp_discriminator(0), "dim must be a whole number of 1 or more, got 0"),
        (lambda: mlp_discriminator(width=8.5), "width must be a whole number of 1 or more, got 8.5"),
        (lambda: mlp_discriminator(depth=-2), "depth must be a whole number of 0 or more, got -2"),
        (lambda: mlp_discriminator(fourier=-3), "fourier must be a whole number of 0 or more, got -3"),
        (lambda: gl.nets.mlp([2, 2.5, 1]), "sizes must be two or more whole numbers of 1 or more, got [2, 2.5, 1]"),
        (lambda: mlp_discriminator(norm="bath"), "norm='bath' is not known: use one of 'batch', 'layer', 'spectral'"),
        (
            lambda: mlp_discriminator(minibatch="std"),
            "minibatch='std' is not known: use one of 'discrimination', 'stddev'",
        ),
        (lambda: mlp_generator(activation="rel"), "activation='rel' is not known: use one of 'relu'"),
        (lambda: mlp_discriminator(norm="spectral", activation="maxout"), "another activation than 'maxout'"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(wrong, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        wrong()
    assert message in str(caught.value)
