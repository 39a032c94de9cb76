import pytest
import torch
from torch import nn

from ganlab.nets import build, mlp, mlp_discriminator, stack
from ganlab.nets.fused import FusedChain


def chain_of(net) -> tuple[nn.Module, FusedChain | None]:
    stacked = stack(build(net, [0, 1, 2], "generator"))
    return stacked, FusedChain.of(stacked, [torch.zeros_like(p) for p in stacked.parameters()])


@pytest.mark.parametrize("activation", [nn.ReLU, lambda: nn.LeakyReLU(0.2)])
@pytest.mark.parametrize("sizes", [[2, 8, 8, 1], [2, 5, 4]])
def test_values_and_gradients_equal_those_of_the_module(activation, sizes: list[int]) -> None:
    net, chain = chain_of(lambda: mlp(sizes, activation))
    x = torch.randn(3, 6, sizes[0], requires_grad=True)
    for _ in range(2):  # the second pass finds used buffers
        expected = torch.autograd.grad(net(x).pow(3).sum(), [x, *net.parameters()])
        chain.backward(chain(x).pow(3).sum((1, 2)))
        assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(chain.gradients, expected[1:], strict=True))
        assert torch.allclose(torch.autograd.grad(chain(x).pow(3).sum(), x)[0], expected[0], atol=1e-5)
        assert torch.allclose(chain(x), net(x), atol=1e-6)


def test_frozen_weights_get_no_gradient_and_the_input_does() -> None:
    net, chain = chain_of(lambda: mlp([2, 8, 1]))
    x = torch.randn(3, 6, 2, requires_grad=True)
    (slope,) = torch.autograd.grad(chain(x, frozen=True).sum(), x)
    assert torch.allclose(slope, torch.autograd.grad(net(x).sum(), x)[0], atol=1e-6)
    assert not any(bool(gradient.any()) for gradient in chain.gradients)


def test_gradients_pass_through_one_chain_to_another() -> None:
    (g_net, g), (d_net, d) = chain_of(lambda: mlp([2, 8, 2])), chain_of(lambda: mlp([2, 8, 1]))
    z = torch.randn(3, 6, 2)
    g.backward(d(g(z), frozen=True).square().sum((1, 2)))
    expected = torch.autograd.grad(d_net(g_net(z)).square().sum(), list(g_net.parameters()))
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(g.gradients, expected, strict=True))
    assert not any(bool(gradient.any()) for gradient in d.gradients)


def test_a_pass_without_gradients_does_not_disturb_one_that_waits_for_its_backward() -> None:
    net, chain = chain_of(lambda: mlp([2, 8, 1]))
    x = torch.randn(3, 6, 2)
    expected = torch.autograd.grad(net(x).square().sum(), list(net.parameters()))
    out = chain(x)
    with torch.no_grad():
        chain(torch.randn(3, 6, 2))
    chain.backward(out.square().sum((1, 2)))
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(chain.gradients, expected, strict=True))


@pytest.mark.parametrize(
    "net",
    [
        lambda: nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)),
        lambda: nn.Sequential(nn.Linear(2, 4, bias=False), nn.ReLU(), nn.Linear(4, 1)),
        lambda: nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 4), nn.LeakyReLU(0.1), nn.Linear(4, 1)),
        lambda: nn.Sequential(nn.Linear(2, 4), nn.ReLU()),
        lambda: nn.Sequential(nn.Linear(2, 4)),
        lambda: nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4), nn.Linear(4, 1)),
    ],
)
def test_other_networks_are_left_alone(net) -> None:
    assert chain_of(net)[1] is None


def test_it_cannot_be_differentiated_twice() -> None:
    _, chain = chain_of(lambda: mlp([2, 8, 1]))
    x = torch.randn(3, 6, 2, requires_grad=True)
    (slope,) = torch.autograd.grad(chain(x).square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        slope.sum().backward()


CRITICS = {
    "relu": lambda: mlp([2, 8, 8, 1], nn.ReLU),
    "leaky": lambda: mlp([2, 5, 1], lambda: nn.LeakyReLU(0.2)),
    "deep": lambda: mlp([2, 6, 6, 6, 1], lambda: nn.LeakyReLU(0.1)),
    "fourier": lambda: mlp_discriminator(2, 8, 2, fourier=3),
}


@pytest.mark.parametrize("name", CRITICS)
def test_input_gradients_and_their_derivative_by_the_weights(name: str) -> None:
    net, chain = chain_of(CRITICS[name])
    x = torch.randn(3, 6, 2, requires_grad=True)
    assert torch.allclose(chain(x), net(x), atol=1e-6)
    (slope,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
    assert torch.allclose(chain.input_gradient(x.detach()), slope, atol=1e-6)
    expected = torch.autograd.grad(slope.pow(3).sum(), list(net.parameters()), materialize_grads=True)
    for _ in range(2):  # twice what one pass adds
        chain.accumulate(chain.input_gradient(x.detach()).pow(3).sum((1, 2)))
    assert all(torch.allclose(a, 2 * b, rtol=1e-4, atol=1e-5) for a, b in zip(chain.gradients, expected, strict=True))
    assert expected[-1].abs().sum() == 0  # a bias moves no slope


def test_several_input_gradients_wait_for_one_derivative() -> None:
    net, chain = chain_of(lambda: mlp([2, 8, 1]))
    total, parts = 0.0, []
    for _ in range(2):
        x = torch.randn(3, 6, 2, requires_grad=True)
        (slope,) = torch.autograd.grad(net(x).sum(), x, create_graph=True)
        parts.append(chain.input_gradient(x.detach()).square().sum((1, 2)))
        total = total + slope.square().sum()
    expected = torch.autograd.grad(total, list(net.parameters()), materialize_grads=True)
    chain.accumulate(parts[0] + parts[1])
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(chain.gradients, expected, strict=True))
