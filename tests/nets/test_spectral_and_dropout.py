"""Spectral normalisation against singular values and torch; dropout as a reproducible function of seed and pass."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from ganlab.nets import (
    SpectralLinear,
    build,
    initialise,
    mlp_discriminator,
    stack,
)

SEEDS = [3, 4, 5]
B, D = 6, 5


class TestSpectral:
    def test_the_largest_singular_value_becomes_one(self) -> None:
        stacked = stack(build(lambda: SpectralLinear(8, 6), SEEDS, "discriminator"))
        for _ in range(200):
            stacked(torch.zeros(3, 1, 8))
        largest = torch.linalg.svdvals(stacked.weight / stacked.sigma()[:, None, None])[:, 0]
        assert torch.allclose(largest, torch.ones(3), atol=1e-5)
        assert not torch.allclose(torch.linalg.svdvals(stacked.weight)[:, 0], torch.ones(3), atol=1e-2)

    def test_its_state_is_that_of_torch_pass_by_pass(self) -> None:
        modules = build(lambda: parametrizations.spectral_norm(nn.Linear(8, 6)), SEEDS, "discriminator")
        stacked = stack(modules)
        assert type(stacked) is SpectralLinear
        for step in range(3):
            x = torch.randn(3, 4, 8)
            with torch.no_grad():
                stacked.weight.add_(0.1), [m.parametrizations.weight.original.add_(0.1) for m in modules]
            expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)])
            assert torch.allclose(stacked(x), expected, atol=1e-6), step
            vectors = torch.stack([module.parametrizations.weight[0]._u for module in modules])
            assert torch.allclose(stacked.u, vectors, atol=1e-6)

    def test_each_pass_in_training_is_one_iteration_and_none_in_evaluation(self) -> None:
        layer, twin = (torch.manual_seed(0), SpectralLinear(8, 6))[1], (torch.manual_seed(0), SpectralLinear(8, 6))[1]
        layer(torch.zeros(2, 8)), layer(torch.zeros(2, 8))
        twin.iterate(2)
        assert torch.equal(layer.u, twin.u) and torch.equal(layer.v, twin.v)
        layer.eval()(torch.zeros(2, 8))
        assert torch.equal(layer.u, twin.u)

    def test_an_older_graph_survives_a_later_pass(self) -> None:
        layer, x = SpectralLinear(8, 6), torch.randn(4, 8)
        first = layer(x).sum()
        layer(x)
        first.backward()
        assert bool(layer.weight.grad.isfinite().all())

    def test_new_weights_get_new_singular_vectors(self) -> None:
        layer = SpectralLinear(40, 30)
        initialise(layer, "dcgan")
        assert float(layer.sigma().detach()) == pytest.approx(
            float(torch.linalg.svdvals(layer.weight.detach())[0]), rel=0.15
        )

    def test_torchs_first_spectral_norm_is_refused_rather_than_dropped(self) -> None:
        with pytest.raises(ValueError, match=r"use torch.nn.utils.parametrizations.spectral_norm\."):
            stack([nn.Sequential(nn.utils.spectral_norm(nn.Linear(D, 4)))])

    def test_hooks_are_run(self) -> None:
        layer = nn.Linear(D, 4)
        layer.register_forward_hook(lambda module, inputs, out: 2 * out)
        x = torch.randn(1, B, D)
        assert torch.allclose(stack([layer])(x)[0], layer(x[0]), atol=1e-6)


class TestDropout:
    def test_drops_a_share_p_and_keeps_the_mean(self) -> None:
        layer = stack(build(lambda: nn.Sequential(nn.Dropout(0.3)), SEEDS, "generator"))
        out = layer(torch.ones(3, 400, 500))
        share = (out == 0).double().mean((1, 2))
        assert torch.allclose(share, torch.full((3,), 0.3).double(), atol=5 * (0.21 / 2e5) ** 0.5)
        assert set(out.unique().tolist()) == {0.0, torch.tensor(1 / 0.7).item()}
        rows, columns = (out == 0).double().mean(2).std(1), (out == 0).double().mean(1).std(1)
        assert torch.allclose(rows, torch.full((3,), (0.21 / 500) ** 0.5).double(), rtol=0.2)
        assert torch.allclose(columns, torch.full((3,), (0.21 / 400) ** 0.5).double(), rtol=0.2)

    def test_masks_differ_by_pass_layer_and_seed_and_agree_as_often_as_chance_has_it(self) -> None:
        x = torch.ones(2, 100, 100)
        masks = []
        for _ in range(2):
            net = stack(build(lambda: nn.Sequential(nn.Dropout(), nn.Dropout()), [0, 1], "generator"))
            masks.append([net[0](x), net[0](x), net[1](x)])
        assert all(torch.equal(a, b) for a, b in zip(*masks, strict=True))  # the same again
        every = [mask[k].bool() for mask in masks[0] for k in range(2)]
        for i, a in enumerate(every):
            for b in every[:i]:
                assert float((a == b).double().mean()) == pytest.approx(0.5, abs=0.025)

    def test_leaves_weights_and_the_global_generator_as_they_are_without_it(self) -> None:
        plain = build(mlp_discriminator, [7], "discriminator")[0]
        dropped = build(lambda: mlp_discriminator(dropout=0.5), [7], "discriminator")[0]
        assert all(torch.equal(a, b) for a, b in zip(plain.parameters(), dropped.parameters(), strict=True))
        before = torch.get_rng_state()
        dropped(torch.randn(4, 2, generator=torch.Generator().manual_seed(0)))
        assert torch.equal(before, torch.get_rng_state())

    def test_a_restored_state_continues_the_masks(self) -> None:
        net = stack(build(lambda: nn.Sequential(nn.Dropout()), SEEDS, "generator"))
        x = torch.ones(3, 8, 8)
        net(x)
        again = stack(build(lambda: nn.Sequential(nn.Dropout()), [9, 9, 9], "generator"))
        again.load_state_dict(net.state_dict())
        assert torch.equal(again(x), net(x))
