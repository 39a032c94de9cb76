"""Exact facts of the layers that see their batch."""

import numpy as np
import pytest
import torch
from torch import Tensor

from ganlab.nets import (
    MinibatchDiscrimination,
    MinibatchStdDev,
    Pack,
    stack,
)
from ganlab.nets.minibatch import closeness

D = 5


def batch(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double)


def naive(x: Tensor, T: Tensor) -> Tensor:
    """Salimans et al. 2016, §3.2, as it is written."""
    M = torch.einsum("ia,akc->ikc", x, T)
    return torch.exp(-(M[:, None] - M[None]).abs().sum(-1)).sum(1)


class TestMinibatchDiscrimination:
    @pytest.mark.parametrize("size", [1, 2, 7, 300])
    def test_equals_the_formula(self, size: int) -> None:
        """300 samples: more than one block of pairs."""
        layer = MinibatchDiscrimination(D, 3, 4).double()
        x = batch(size, D)
        out = layer(x)
        assert torch.equal(out[:, :D], x)
        assert torch.allclose(out[:, D:], naive(x, layer.T), rtol=1e-10)
        code = MinibatchDiscrimination(D, 3, 4, exclude_self=True, bias=True).double()
        code.load_state_dict({"T": layer.T, "bias": torch.tensor([0.5, -1.0, 2.0])})
        assert torch.allclose(code(x)[:, D:], naive(x, layer.T) - 1 + code.bias, rtol=1e-10, atol=1e-12)

    def test_gradients_to_T_and_x_equal_those_of_the_formula(self) -> None:
        layer = MinibatchDiscrimination(D, 3, 4).double()
        x, weight = batch(20, D).requires_grad_(), batch(20, 3, seed=1)
        ours = torch.autograd.grad((layer(x)[:, D:] * weight).sum(), (x, layer.T))
        expected = torch.autograd.grad((naive(x, layer.T) * weight).sum(), (x, layer.T))
        assert all(torch.allclose(a, b, rtol=1e-9, atol=1e-11) for a, b in zip(ours, expected, strict=True))

    def test_second_derivatives_equal_those_of_the_formula(self) -> None:
        layer = MinibatchDiscrimination(D, 3, 4).double()
        x = batch(20, D).requires_grad_()

        def penalty(o: Tensor) -> list[Tensor]:
            (slope,) = torch.autograd.grad(o.square().sum(), x, create_graph=True)
            return list(torch.autograd.grad(slope.square().sum(), (x, layer.T)))

        pairs = zip(penalty(layer(x)[:, D:]), penalty(naive(x, layer.T)), strict=True)
        assert all(torch.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in pairs)

    def test_a_third_derivative_is_refused(self) -> None:
        m = batch(2, 3, 4).requires_grad_()
        (first,) = torch.autograd.grad(closeness(m).sum(), m, create_graph=True)
        (second,) = torch.autograd.grad(first.square().sum(), m, create_graph=True)
        with pytest.raises(RuntimeError, match="once_differentiable"):
            second.sum().backward()

    def test_identical_samples_give_the_batch_less_one_and_a_batch_of_one_gives_zero(self) -> None:
        layer = MinibatchDiscrimination(D, 3, 4, exclude_self=True)
        same = torch.randn(1, D).expand(9, D)
        assert torch.equal(layer(same)[:, D:], torch.full((9, 3), 8.0))
        assert torch.equal(layer(same[:1])[:, D:], torch.zeros(1, 3))
        far = 1e4 * torch.eye(D)
        assert torch.allclose(layer(far)[:, D:], torch.zeros(D, 3))

    def test_a_permuted_batch_gives_permuted_features(self) -> None:
        layer = MinibatchDiscrimination(D, 3, 4).double()
        x, order = batch(20, D), torch.randperm(20, generator=torch.Generator().manual_seed(0))
        assert torch.allclose(layer(x[order]), layer(x)[order], rtol=1e-12)
        assert not torch.allclose(layer(x)[0, D:], layer(torch.cat((x[:1], x[1:] + 1)))[0, D:])

    def test_groups_are_batches_of_their_own(self) -> None:
        layer = MinibatchDiscrimination(D, 3, 4, group=8).double()
        x = batch(20, D)  # 8 + 8 + 4
        expected = torch.cat([naive(part, layer.T) for part in x.split(8)])
        assert torch.allclose(layer(x)[:, D:], expected, rtol=1e-10)

    def test_no_tensor_of_all_pairs_and_dimensions_is_made(self) -> None:
        """Memory kept for the backward pass does not grow with the dimensions by more than the projections do."""

        def kept(dims: int) -> int:
            sizes: list[int] = []
            m = torch.randn(2, 3, dims, 64, requires_grad=True)
            with torch.autograd.graph.saved_tensors_hooks(lambda t: sizes.append(t.numel()), lambda t: t):
                closeness(m)
            return sum(sizes)

        assert kept(16) - kept(1) == 2 * 3 * 15 * 64
        assert kept(1) <= 2 * 3 * 64 * (64 + 1)


class TestMinibatchStdDev:
    def test_equals_numpy(self) -> None:
        x = batch(12, D)
        expected = np.sqrt(x.numpy().var(0) + 1e-8).mean()
        out = MinibatchStdDev()(x)
        assert torch.equal(out[:, :D], x)
        assert out[:, D].numpy() == pytest.approx(expected, rel=1e-12)
        grouped = MinibatchStdDev(group=4)(x)[:, D].numpy()
        for k in range(3):
            part = np.sqrt(x[4 * k : 4 * k + 4].numpy().var(0) + 1e-8).mean()
            assert grouped[4 * k : 4 * k + 4] == pytest.approx(part, rel=1e-12)

    def test_a_collapsed_batch_gives_zero_and_a_finite_gradient(self) -> None:
        x = torch.ones(8, D, requires_grad=True)
        out = MinibatchStdDev()(x)[:, D]
        assert float(out[0].detach()) == pytest.approx(1e-4, rel=1e-5)
        (slope,) = torch.autograd.grad(out.sum(), x)
        assert bool((slope == 0).all())


class TestPack:
    def test_joins_consecutive_samples_and_keeps_every_number(self) -> None:
        x = torch.arange(12.0).view(6, 2)
        assert torch.equal(Pack(3)(x), torch.arange(12.0).view(2, 6))
        images = torch.randn(4, 3, 2, 2)
        joined = Pack(2)(images)
        assert joined.shape == (2, 6, 2, 2) and torch.equal(joined[1, 3:], images[3])
        assert torch.equal(stack([Pack(2)])(images[None])[0], joined)

    @pytest.mark.parametrize(("m", "collapsed", "spread"), [(1, 0.2, 0.2), (2, 0.36, 0.24), (3, 0.488, 0.284)])
    def test_packs_tell_collapse_from_spread_where_samples_do_not(
        self, m: int, collapsed: float, spread: float
    ) -> None:
        """Data uniform on [0, 1]; generators on [.2, 1] (a part lost) and at density .6 and 1.4 on the halves.

        Both are at total variation .2. Samples on a fine grid are packed by the layer; TV is summed over all packs.
        """
        cells = 10
        data = torch.full((cells,), 1 / cells, dtype=torch.double)
        lost = torch.tensor([0] * 2 + [1 / 8] * 8, dtype=torch.double)
        tilted = torch.tensor([0.06] * 5 + [0.14] * 5, dtype=torch.double)

        def variation(q: Tensor) -> float:
            every = torch.cartesian_prod(*[torch.arange(cells)] * m).view(-1, m)
            packs = Pack(m)(every.reshape(-1, 1))
            assert torch.equal(packs, every)
            return float((data[packs].prod(1) - q[packs].prod(1)).abs().sum() / 2)

        assert variation(lost) == pytest.approx(collapsed, abs=1e-12)
        assert variation(tilted) == pytest.approx(spread, abs=1e-12)
