import pytest
import torch
from torch import nn

from ganlab.nets import build, initialise, mlp, one_seed, stack
from ganlab.nets.seeds import Lifted, is_pointwise

SEEDS = [0, 1, 2]


class Odd(nn.Module):
    """A student's module: its own forward, a buffer, a residual connection."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.register_buffer("shift", torch.ones(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.tanh(self.layer(x - self.shift))


class Untraceable(Odd):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * (2.0 if x.sum().item() > 0 else 1.0)


NETS = {
    "mlp": lambda: mlp([2, 8, 3]),
    "leaky": lambda: mlp([2, 8, 8, 1], lambda: nn.LeakyReLU(0.2)),
    "no bias": lambda: nn.Sequential(nn.Linear(2, 3, bias=False), nn.Tanh()),
    "layer norm": lambda: nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4), nn.ReLU(), nn.Linear(4, 1)),
    "batch norm": lambda: nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1)),
    "own forward": Odd,
}


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("loop", [False, True])
def test_a_stack_equals_its_modules_one_by_one(name: str, loop: bool) -> None:
    modules = build(NETS[name], SEEDS, "generator")
    stacked = stack(modules, loop=loop)
    x = torch.randn(3, 16, 2)
    expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)])
    assert torch.allclose(stacked(x), expected, atol=1e-6)
    assert torch.allclose(one_seed(stacked, 1)(x[1]), expected[1], atol=1e-6)
    assert sum(p.numel() for p in stacked.parameters()) == sum(p.numel() for m in modules for p in m.parameters())
    assert all(p.shape[0] == 3 for p in stacked.parameters())


@pytest.mark.parametrize("name", NETS)
def test_gradients_of_a_stack_equal_those_of_its_modules(name: str) -> None:
    modules = build(NETS[name], SEEDS, "generator")
    stacked = stack(modules)
    x = torch.randn(3, 16, 2)
    stacked(x).square().sum().backward()
    for k, module in enumerate(modules):
        module(x[k]).square().sum().backward()
    norms = torch.stack([p.grad.flatten(1).square().sum(1) for p in stacked.parameters()]).sum(0)
    expected = torch.stack([sum(p.grad.square().sum() for p in module.parameters()) for module in modules])
    assert norms.numpy() == pytest.approx(expected.numpy(), rel=1e-4)


def test_batch_norm_keeps_the_running_statistics_of_each_seed() -> None:
    modules = build(NETS["batch norm"], SEEDS, "generator")
    stacked = stack(modules)
    x = torch.randn(3, 64, 2) + torch.arange(3.0)[:, None, None]
    stacked(x)
    for k, module in enumerate(modules):
        module(x[k])
    stacked.eval()
    expected = torch.stack([module.eval()(points) for module, points in zip(modules, x, strict=True)])
    assert torch.allclose(stacked(x), expected, atol=1e-6)


def test_only_nets_that_score_each_sample_alone_are_pointwise() -> None:
    assert is_pointwise(stack(build(NETS["leaky"], SEEDS, "generator")))
    assert not is_pointwise(stack(build(NETS["batch norm"], SEEDS, "generator")))
    assert not is_pointwise(stack(build(Odd, SEEDS, "generator")))


def test_what_vmap_cannot_trace_runs_in_a_loop() -> None:
    modules = build(Untraceable, SEEDS, "generator")
    x = torch.randn(3, 5, 2)
    with pytest.raises(RuntimeError):
        stack(modules)(x)
    expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)])
    assert torch.allclose(stack(modules, loop=True)(x), expected, atol=1e-6)


def test_tied_weights_stay_tied() -> None:
    def tied() -> nn.Module:
        layer = nn.Linear(2, 2)
        return nn.Sequential(layer, nn.ReLU(), layer)

    stacked = stack(build(tied, SEEDS, "generator"))
    assert isinstance(stacked, Lifted)
    assert sum(p.numel() for p in stacked.parameters()) == 3 * 6


def test_a_seed_gets_the_same_weights_alone_and_in_company() -> None:
    company = build(NETS["mlp"], [5, 6, 7], "generator")
    alone = build(NETS["mlp"], [6], "generator")
    assert all(torch.equal(a, b) for a, b in zip(company[1].parameters(), alone[0].parameters(), strict=True))
    other = build(NETS["mlp"], [6], "discriminator")
    assert not torch.equal(alone[0][0].weight, other[0][0].weight)


def test_building_leaves_the_global_generator_as_it_was() -> None:
    before = torch.get_rng_state()
    build(NETS["mlp"], SEEDS, "generator")
    assert torch.equal(before, torch.get_rng_state())


def test_a_module_passed_as_it_is_says_that_seeds_share_its_weights() -> None:
    with pytest.warns(UserWarning, match="all 3 seeds start from the weights"):
        build(mlp([2, 2]), SEEDS, "generator")
    with pytest.raises(TypeError, match="gave int"):
        build(lambda: 3, [0], "generator")


def test_initialisation_schemes_reach_their_spread() -> None:
    layer = nn.Linear(400, 300)

    def spread(scheme: str) -> float:
        return float(initialise(nn.Sequential(layer), scheme)[0].weight.detach().std())

    assert spread("dcgan") == pytest.approx(0.02, rel=0.02) and not layer.bias.any()
    assert spread("he") == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    assert spread("xavier") == pytest.approx((2 / 700) ** 0.5, rel=0.02)
    rows = initialise(layer, "orthogonal").weight.detach()
    assert torch.allclose(rows @ rows.T, 1.96 * torch.eye(300), atol=1e-4)
    assert torch.equal(initialise(layer, "torch").weight, rows)
    with pytest.raises(ValueError, match="init='zero' is not known: use one of 'torch'"):
        initialise(layer, "zero")


def test_mlp_needs_two_sizes() -> None:
    with pytest.raises(ValueError, match="two or more"):
        mlp([3])
