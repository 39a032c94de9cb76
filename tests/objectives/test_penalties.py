"""One suite for every penalty of the registry, then the exact facts of single ones."""

import math

import pytest
import torch
from torch import Tensor, nn

from ganlab.objectives import PENALTIES, Penalty, dragan, r1, r1_r2, r2, resolve_penalty, wgan_gp


def draws(penalty: Penalty, real: Tensor, axes: int) -> dict[str, Tensor]:
    g = torch.Generator().manual_seed(3)
    made = {name: torch.rand(real.shape, generator=g, dtype=real.dtype) for name in penalty.draws}
    if "eps" in made:
        made["eps"] = made["eps"].flatten(axes)[..., 0]
    return made


def evaluate(penalty: Penalty, critic, real: Tensor, fake: Tensor) -> Tensor:
    return penalty.function(critic, real, fake, **draws(penalty, real, critic(real).ndim))


def batches(*shape: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(0)
    return torch.randn(shape, generator=g).double(), torch.randn(shape, generator=g).double() + 1


def cubic(x: Tensor) -> Tensor:
    """Score (…, B, d) with norms of the gradient that differ by sample."""
    return x.pow(3).sum(-1)


@pytest.mark.parametrize("name", PENALTIES)
class TestEveryPenalty:
    def test_gives_one_number_a_run_and_runs_do_not_mix(self, name: str) -> None:
        real, fake = batches(3, 6, 2)
        extra = draws(PENALTIES[name], real, 2)
        together = evaluate(PENALTIES[name], cubic, real, fake)
        assert together.shape == (3,)
        for k in range(3):
            own = {key: value[k] for key, value in extra.items()}
            alone = PENALTIES[name].function(cubic, real[k], fake[k], **own)
            assert alone.item() == pytest.approx(together[k].item(), rel=1e-12)

    def test_reduces_over_all_feature_axes(self, name: str) -> None:
        real, fake = batches(5, 12)
        flat = evaluate(PENALTIES[name], cubic, real, fake)
        images = [x.reshape(5, 3, 2, 2) for x in (real, fake)]
        square = evaluate(PENALTIES[name], lambda x: x.pow(3).sum((-1, -2, -3)), *images)
        assert square.item() == pytest.approx(flat.item(), rel=1e-12)

    def test_its_gradient_reaches_the_critic_and_nothing_else(self, name: str) -> None:
        critic = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)).double()
        real, fake = (x.requires_grad_() for x in batches(6, 2))
        evaluate(PENALTIES[name], lambda x: 20 * critic(x).squeeze(-1), real, fake).backward()
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in (critic[0].weight, critic[2].weight))
        assert real.grad is None and fake.grad is None

    def test_its_gradient_is_that_of_finite_differences(self, name: str) -> None:
        real, fake = batches(6, 2)
        weight = torch.randn(2, 4, dtype=torch.double, requires_grad=True)

        def value(w: Tensor) -> Tensor:
            return evaluate(PENALTIES[name], lambda x: torch.tanh(x @ w).sum(-1), real, fake)

        assert torch.autograd.gradcheck(value, (weight,))

    def test_a_dead_critic_gives_no_nan(self, name: str) -> None:
        real, fake = batches(6, 2)
        weight = torch.zeros(2, dtype=torch.double, requires_grad=True)
        value = evaluate(PENALTIES[name], lambda x: (x * weight).sum(-1), real, fake)
        (slope,) = torch.autograd.grad(value, weight)
        assert value.isfinite() and bool(slope.isfinite().all())

    def test_says_truly_whether_it_looks_at_fakes(self, name: str) -> None:
        real, fake = batches(6, 2)
        same = torch.equal(
            evaluate(PENALTIES[name], cubic, real, fake), evaluate(PENALTIES[name], cubic, real, fake + 1)
        )
        assert same != PENALTIES[name].uses_fake

    def test_names_its_source(self, name: str) -> None:
        assert PENALTIES[name].source


def test_linear_critic() -> None:
    """‖w‖ = 5: WGAN-GP gives (‖w‖ − 1)², and in the γ/2 convention R1 and R2 give ½‖w‖²."""
    weight = torch.tensor([3.0, 4.0], dtype=torch.double)
    real, fake = batches(6, 2)
    assert wgan_gp(lambda x: x @ weight, real, fake).item() == pytest.approx(16.0, rel=1e-12)
    assert r1(lambda x: x @ weight, real, fake).item() == pytest.approx(12.5, rel=1e-12)
    assert r2(lambda x: x @ weight, real, fake).item() == pytest.approx(12.5, rel=1e-12)


def test_r1_looks_at_real_and_r2_at_generated_samples() -> None:
    real, fake = batches(6, 2)
    # D(x) = Σ x³ has ∇D = 3x².
    assert r1(cubic, real, fake).item() == pytest.approx((0.5 * (3 * real**2).square().sum(-1)).mean().item())
    assert r2(cubic, real, fake).item() == pytest.approx((0.5 * (3 * fake**2).square().sum(-1)).mean().item())


def test_wgan_gp_uses_one_eps_a_sample_on_the_segment() -> None:
    real, fake = batches(6, 2)
    eps = torch.rand(6, dtype=torch.double)
    mixed = eps[:, None] * real + (1 - eps[:, None]) * fake
    expected = ((3 * mixed**2).norm(dim=-1) - 1).square().mean()
    assert wgan_gp(cubic, real, fake, eps).item() == pytest.approx(expected.item(), rel=1e-12)
    ends = [((3 * x**2).norm(dim=-1) - 1).square().mean().item() for x in (fake, real)]
    for end, value in zip(ends, (0.0, 1.0), strict=True):
        assert wgan_gp(cubic, real, fake, torch.full((6,), value)).item() == pytest.approx(end, rel=1e-12)


def test_wgan_gp_optimum_of_a_linear_critic_between_two_points() -> None:
    """Points d apart: the slope that minimises −w d + λ(w − 1)² is 1 + d/(2λ)."""
    d, weight_of_penalty = 0.8, 0.5
    real, fake = torch.full((4, 1), d, dtype=torch.double), torch.zeros(4, 1, dtype=torch.double)
    w = torch.tensor(0.5, dtype=torch.double, requires_grad=True)
    for _ in range(400):
        value = (fake * w).mean() - (real * w).mean()
        value = value + weight_of_penalty * wgan_gp(lambda x, w=w: (x * w).sum(-1), real, fake)
        (slope,) = torch.autograd.grad(value, w)
        w = (w - 0.3 * slope).detach().requires_grad_()
    assert w.item() == pytest.approx(1 + d / (2 * weight_of_penalty), abs=1e-6)


def test_one_sided_gradient_penalty_leaves_small_slopes_alone() -> None:
    real, fake = batches(6, 2)
    one_sided = PENALTIES["wgan_gp_one_sided"].function
    for weight, value in ((torch.tensor([0.3, 0.4]), 0.0), (torch.tensor([3.0, 4.0]), 16.0)):
        assert one_sided(lambda x, w=weight: x @ w.double(), real, fake).item() == pytest.approx(value, abs=1e-9)


def test_dragan_looks_around_the_real_samples() -> None:
    real, fake = batches(6, 2)
    eps, noise = torch.rand(6).double(), torch.rand(6, 2).double()
    near = real + (1 - eps)[:, None] * 0.5 * real.std() * noise
    expected = ((3 * near**2).norm(dim=-1) - 1).square().mean()
    assert dragan(cubic, real, fake, eps, noise).item() == pytest.approx(expected.item(), rel=1e-12)


def test_r1_r2_is_their_sum() -> None:
    real, fake = batches(6, 2)
    assert r1_r2(cubic, real, fake).item() == pytest.approx((r1(cubic, real) + r2(cubic, None, fake)).item())


def test_eps_is_drawn_when_none_is_given() -> None:
    torch.manual_seed(0)
    real, fake = batches(4000, 2)
    values = [wgan_gp(cubic, real, fake).item() for _ in range(2)]
    assert values[0] != values[1]
    assert math.isclose(values[0], values[1], rel_tol=0.5)


def test_an_unknown_penalty_lists_those_there_are() -> None:
    with pytest.raises(
        ValueError,
        match=r"penalty='gp' is not known: use None or one of 'wgan_gp', 'wgan_gp_one_sided', 'dragan', 'r1'",
    ):
        resolve_penalty("gp")


def test_the_slope_of_a_pack_is_taken_over_all_its_samples() -> None:
    """A critic on pairs, w·(x₁, x₂): its slope is ‖w‖, over both samples together."""
    weight = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.double)
    real, fake = batches(6, 2)

    def pairs(x: Tensor) -> Tensor:
        return x.reshape(3, 4) @ weight

    assert r1(pairs, real, fake).item() == pytest.approx(15.0, rel=1e-12)
    eps = torch.rand(6).double()
    assert wgan_gp(pairs, real, fake, eps).item() == pytest.approx((30**0.5 - 1) ** 2, rel=1e-12)
