"""One suite for every layer with a fast seed axis, then the exact facts of the pointwise ones."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from ganlab.nets import (
    FourierFeatures,
    Maxout,
    MinibatchDiscrimination,
    MinibatchStdDev,
    Pack,
    SpectralLinear,
    build,
    one_seed,
    stack,
)
from ganlab.nets.seeds import Lifted, is_pointwise

SEEDS = [3, 4, 5]
B, D = 6, 5


def affine(layer: nn.Module) -> nn.Module:
    """Give a normalisation layer weights that differ by feature and seed."""
    nn.init.normal_(layer.weight)
    nn.init.normal_(layer.bias)
    return layer


# name: (builder of a layer on (B, 5), whether it is pointwise)
LAYERS = {
    "minibatch discrimination": (lambda: MinibatchDiscrimination(D, 2, 2), False),
    "as in the published code": (lambda: MinibatchDiscrimination(D, 2, 2, exclude_self=True, bias=True), False),
    "discrimination in groups": (lambda: MinibatchDiscrimination(D, 2, 2, group=4), False),
    "minibatch stddev": (MinibatchStdDev, False),
    "stddev in groups": (lambda: MinibatchStdDev(group=3), False),
    "pack": (lambda: Pack(3), False),
    "spectral": (lambda: SpectralLinear(D, 4), True),
    "spectral, no bias": (lambda: SpectralLinear(D, 4, bias=False, iterations=2), True),
    "torch's spectral": (lambda: parametrizations.spectral_norm(nn.Linear(D, 4)), True),
    "batch norm": (lambda: affine(nn.BatchNorm1d(D)), False),
    "batch norm, cumulative": (lambda: nn.BatchNorm1d(D, momentum=None), False),
    "batch norm, no weights": (lambda: nn.BatchNorm1d(D, affine=False), False),
    "batch norm, no statistics": (lambda: nn.BatchNorm1d(D, track_running_stats=False), False),
    "layer norm": (lambda: affine(nn.LayerNorm(D)), True),
    "layer norm, no bias": (lambda: nn.LayerNorm(D, bias=False), True),
    "layer norm, no weights": (lambda: nn.LayerNorm(D, elementwise_affine=False), True),
    "fourier": (lambda: FourierFeatures(D, 4, (0.5, 3.0)), True),
    "fourier, learnt": (lambda: FourierFeatures(D, 4, learnt=True, keep_input=False), True),
    "maxout": (lambda: Maxout(D, 4, pieces=3), True),
    "dropout": (lambda: nn.Sequential(nn.Dropout(0.3), nn.Linear(D, 3), nn.Dropout(0.5)), True),
}


def made(name: str, seeds: list[int] = SEEDS) -> tuple[list[nn.Module], nn.Module]:
    modules = [module.double() for module in build(LAYERS[name][0], seeds, "discriminator")]
    return modules, stack(modules)


def batch(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double)


@pytest.mark.parametrize("name", LAYERS)
class TestEveryLayer:
    def test_a_stack_equals_its_layers_one_by_one_in_training_and_in_evaluation(self, name: str) -> None:
        """Three passes, so that running statistics, power iterations and masks move; then evaluation mode."""
        modules, stacked = made(name)
        assert not any(isinstance(part, Lifted) for part in stacked.modules())
        assert all(part.shape[0] == 3 for part in [*stacked.parameters(), *stacked.buffers()])
        for step in range(4):
            if step == 3:
                stacked.eval(), [module.eval() for module in modules]
            x = batch(3, B, D, seed=step).add(torch.arange(3.0)[:, None, None])
            expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)])
            assert torch.allclose(stacked(x), expected, rtol=1e-9, atol=1e-9)
        assert torch.equal(stacked(x), stacked(x))  # evaluation mode changes nothing

    def test_first_and_second_derivatives_equal_those_one_by_one(self, name: str) -> None:
        modules, stacked = made(name)
        x = batch(3, B, D)

        def derivatives(module: nn.Module, points: Tensor) -> list[Tensor]:
            points = points.clone().requires_grad_()
            (slope,) = torch.autograd.grad(module(points).pow(3).sum(), points, create_graph=True)
            value = module(points).pow(3).sum() + (slope.square().sum() if slope.requires_grad else 0.0)
            return list(torch.autograd.grad(value, [points, *module.parameters()], materialize_grads=True))

        together = derivatives(stacked, x)
        alone = [derivatives(module, points) for module, points in zip(modules, x, strict=True)]
        for k in range(3):
            total = sum(part.square().sum() for part in alone[k][1:])
            assert torch.allclose(together[0][k], alone[k][0], rtol=1e-8, atol=1e-8)
            assert math.isclose(sum(part[k].square().sum() for part in together[1:]), total, rel_tol=1e-8)

    def test_derivatives_are_those_of_finite_differences(self, name: str) -> None:
        stacked = made(name, [3])[1].eval()  # fixed statistics, vectors and masks
        x = batch(1, 4 if name != "pack" and "stddev in" not in name else 6, D)
        parts = [x.requires_grad_(), *(part.detach().requires_grad_() for part in stacked.parameters())]
        names = [key for key, _ in stacked.named_parameters()]

        def call(points: Tensor, *weights: Tensor) -> Tensor:
            return torch.func.functional_call(stacked, dict(zip(names, weights, strict=True)), (points,))

        assert torch.autograd.gradcheck(call, parts)
        assert torch.autograd.gradgradcheck(call, parts)

    def test_seeds_do_not_mix(self, name: str) -> None:
        x = batch(3, B, D)
        other = x.clone()
        other[1] = batch(B, D, seed=1)
        before, after = made(name)[1](x), made(name)[1](other)
        assert torch.equal(before[[0, 2]], after[[0, 2]])
        assert not torch.allclose(before[1], after[1])

    def test_a_seed_alone_equals_the_seed_in_company(self, name: str) -> None:
        x = batch(3, B, D)
        together, alone = made(name)[1], made(name, [SEEDS[1]])[1]
        for _ in range(2):
            assert torch.allclose(together(x)[1], alone(x[1:2])[0], rtol=1e-12, atol=1e-12)

    def test_one_seed_of_a_stack_is_that_layer(self, name: str) -> None:
        modules, stacked = made(name)
        x = batch(B, D)
        for _ in range(2):  # its state moves as well
            assert torch.allclose(one_seed(stacked, 1)(x), modules[1](x), rtol=1e-9, atol=1e-9)

    def test_says_truly_whether_real_and_generated_batches_may_be_joined(self, name: str) -> None:
        stacked = made(name)[1]
        assert is_pointwise(stacked) == LAYERS[name][1]
        if name != "pack":  # which keeps its samples apart, but not one by one
            x = batch(3, B, D)
            outcomes = []
            for tail in (x, x + 1):
                fresh = made(name)[1]
                outcomes.append(fresh(torch.cat((x, tail), 1))[:, :B])
            apart = torch.allclose(outcomes[0], outcomes[1], rtol=1e-12, atol=1e-12)
            assert apart or not LAYERS[name][1]

    def test_runs_inside_a_network_of_ones_own(self, name: str) -> None:
        if "spectral" in name and "torch" in name:
            pytest.skip("torch's own layer cannot be traced by vmap: train runs such a network in a loop")

        class Own(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.layer = LAYERS[name][0]()

            def forward(self, x: Tensor) -> Tensor:
                return 2 * self.layer(x)

        modules = [module.double() for module in build(Own, SEEDS, "discriminator")]
        stacked = stack(modules)
        if "cumulative" in name:
            pytest.skip("vmap cannot read the number of batches")
        x = batch(3, B, D).requires_grad_()
        expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)])
        out = stacked(x)
        assert isinstance(stacked, Lifted) and torch.allclose(out, expected, rtol=1e-9, atol=1e-9)
        slopes = [torch.autograd.grad(side.pow(3).sum(), x)[0] for side in (expected, out)]
        assert torch.allclose(*slopes, rtol=1e-9, atol=1e-9)


def test_fourier_features_equal_their_formula_and_scales() -> None:
    torch.manual_seed(0)
    layer = FourierFeatures(2, 400, (0.1, 10.0))
    assert layer.frequencies[:200].std() == pytest.approx(0.1, rel=0.1)
    assert layer.frequencies[200:].std() == pytest.approx(10.0, rel=0.1)
    x = torch.randn(3, 2)
    phase = 2 * np.pi * x.numpy() @ layer.frequencies.numpy().T
    assert layer(x).numpy() == pytest.approx(np.concatenate((x, np.cos(phase), np.sin(phase)), 1), abs=2e-4)
    assert layer(x).shape[1] == layer.out_features == 802
    assert not list(layer.parameters()) and len(list(FourierFeatures(2, learnt=True).parameters())) == 1


def test_maxout_is_the_largest_of_its_linear_maps() -> None:
    layer, x = Maxout(2, 3, pieces=4), torch.randn(5, 2)
    weights, biases = layer.linear.weight.view(4, 3, 2), layer.linear.bias.view(4, 3)
    expected = torch.stack([x @ w.T + b for w, b in zip(weights, biases, strict=True)]).max(0).values
    assert torch.allclose(layer(x), expected, atol=1e-6)


def test_batch_norm_on_images_and_frozen_layers() -> None:
    modules = [affine(nn.BatchNorm2d(2)) for _ in SEEDS]
    x = torch.randn(3, 4, 2, 3, 3)
    expected = torch.stack([module(images) for module, images in zip(modules, x, strict=True)])
    assert torch.allclose(stack(modules)(x), expected, atol=1e-5)
    frozen = stack([module.eval() for module in modules])
    statistics = frozen.layer.running_mean.clone()
    frozen(x)
    assert torch.equal(frozen.layer.running_mean, statistics)
