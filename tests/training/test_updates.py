"""Every update against the recurrence written out by hand, on the bilinear Dirac-GAN: D(x) = ψx, G = θ, data at 0.

With the Wasserstein loss D minimises ψθ and G minimises −ψθ; with SGD each rule is two lines of arithmetic.
"""

import dataclasses
import math

import pytest
import torch
from torch import nn
from torch.func import functional_call

import ganlab as gl
from ganlab.training.setup import prepare
from ganlab.training.step import g_gradient
from ganlab.training.unrolled import unrolled_gradient
from ganlab.training.updates import anneal

# Linear in ψ, the Dirac critic is bounded by nothing: that is the point here.
pytestmark = pytest.mark.filterwarnings("ignore:The Wasserstein loss without")

H = 0.2
ORIGIN = torch.zeros(1, 1)


class Theta(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor([1.0]))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.theta.expand(z.shape[0], 1)


class Psi(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.tensor([0.5]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.psi


DIRAC = gl.TrainConfig(
    loss="wasserstein", seeds=2, steps=12, batch_size=4, lr_g=H, lr_d=H, betas=(0.0, 0.9), optimizer="sgd", snapshots=0
)


def play(**settings) -> tuple[float, float]:
    run = gl.train(ORIGIN, dataclasses.replace(DIRAC, **settings), generator=Theta, discriminator=Psi)
    theta = next(run.generator.parameters())
    psi = next(run.discriminator.parameters())
    assert torch.equal(theta[0], theta[1]) and torch.equal(psi[0], psi[1])
    return float(theta.detach()[0]), float(psi.detach()[0])


def by_hand(rule, steps: int = 12) -> tuple[float, float]:
    theta, psi = 1.0, 0.5
    for _ in range(steps):
        theta, psi = rule(theta, psi)
    return theta, psi


def test_alternating() -> None:
    def rule(theta, psi):
        psi -= H * theta
        return theta + H * psi, psi

    assert play() == pytest.approx(by_hand(rule), abs=1e-5)


def test_several_updates_of_one_player() -> None:
    def rule(theta, psi):
        for _ in range(3):
            psi -= H * theta
        for _ in range(2):
            theta += H * psi
        return theta, psi

    assert play(n_critic=3, n_generator=2, steps=4) == pytest.approx(by_hand(rule, 4), abs=1e-5)


def test_simultaneous_descent_leaves_the_circle_by_the_known_factor() -> None:
    theta, psi = play(update="simultaneous")
    assert (theta, psi) == pytest.approx(by_hand(lambda t, p: (t + H * p, p - H * t)), abs=1e-5)
    growth = math.hypot(theta, psi) / math.hypot(1.0, 0.5)
    assert growth == pytest.approx((1 + H * H) ** 6, rel=1e-5)


def test_extragradient_contracts() -> None:
    def rule(theta, psi):
        ahead_theta, ahead_psi = theta + H * psi, psi - H * theta
        return theta + H * ahead_psi, psi - H * ahead_theta

    theta, psi = play(update="extragradient")
    assert (theta, psi) == pytest.approx(by_hand(rule), abs=1e-5)
    # Its matrix has eigenvalues 1 − h² ± ih.
    ratio = math.hypot(theta, psi) / math.hypot(1.0, 0.5)
    assert ratio == pytest.approx(((1 - H * H) ** 2 + H * H) ** 6, rel=1e-4)


def test_optimistic_remembers_its_last_gradient() -> None:
    last = {}

    def rule(theta, psi):
        now = (-psi, theta)  # gradients of G and of D
        before = last.get("gradient", now)
        last["gradient"] = now
        return theta - 2 * H * now[0] + H * before[0], psi - 2 * H * now[1] + H * before[1]

    assert play(update="optimistic") == pytest.approx(by_hand(rule), abs=1e-5)


def test_consensus_adds_the_gradient_of_half_the_squared_field() -> None:
    gamma = 0.7

    def rule(theta, psi):  # ½‖v‖² = ½(θ² + ψ²)
        return theta + H * psi - H * gamma * theta, psi - H * theta - H * gamma * psi

    expected = by_hand(rule)
    assert play(update="simultaneous", consensus=gamma) == pytest.approx(expected, abs=1e-5)


def test_consensus_knows_that_a_penalty_of_the_fakes_depends_on_the_generator() -> None:
    """D(x) = ψx², data at 0: R2 = 2ψ²θ², so that L_D = ψθ² + w R2 and L_G = −ψθ²."""
    gamma, w = 0.05, 0.3

    class Parabola(Psi):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.psi * x.square()

    def rule(theta, psi):
        v_g, v_d = 2 * psi * theta, -(theta**2) - 4 * w * psi * theta**2
        pull_g = v_g * 2 * psi + v_d * (-2 * theta - 8 * w * psi * theta)
        pull_d = v_g * 2 * theta + v_d * (-4 * w * theta**2)
        return theta + H * (v_g - gamma * pull_g), psi + H * (v_d - gamma * pull_d)

    def own(critic, real, fake):
        slope = torch.autograd.grad(critic(fake).sum(), fake, create_graph=True)[0]
        return 0.5 * slope.square().sum(1).mean()

    expected = by_hand(rule)
    for penalty in ("r2", "r1_r2", own):  # R1 of data at 0 is 0
        config = dataclasses.replace(DIRAC, update="simultaneous", consensus=gamma, penalty_weight=w)
        run = gl.train(ORIGIN, config, generator=Theta, discriminator=Parabola, penalty=penalty)
        theta, psi = (next(net.parameters()).detach()[0] for net in (run.generator, run.discriminator))
        assert (theta.item(), psi.item()) == pytest.approx(expected, abs=1e-5)


def test_consensus_differentiates_the_penalty_too() -> None:
    """The reference discriminator has a faster way to its first derivatives; one in a module of one's own has not."""

    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = gl.nets.mlp_discriminator(2, width=8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.net(x)

    config = gl.TrainConfig(update="simultaneous", consensus=0.1, penalty="r1", penalty_weight=5.0, seeds=2, steps=6)
    plain = gl.train(gl.ring(), config, discriminator=lambda: gl.nets.mlp_discriminator(2, width=8))
    own = gl.train(gl.ring(), config, discriminator=Own)
    assert torch.allclose(plain.sample(64), own.sample(64), atol=1e-5)
    without = dataclasses.replace(config, penalty=None)
    other = gl.train(gl.ring(), without, discriminator=lambda: gl.nets.mlp_discriminator(2, width=8))
    assert not torch.allclose(plain.sample(64), other.sample(64), atol=1e-3)


@pytest.mark.parametrize("unroll", [1, 3])
def test_unrolling_differentiates_through_the_steps_of_d(unroll: int) -> None:
    def rule(theta, psi):
        psi -= H * theta
        # −(ψ − K h θ) θ has slope −ψ + 2 K h θ; without the gradient through the steps it would be −ψ + K h θ.
        return theta - H * (-psi + 2 * unroll * H * theta), psi

    assert play(unroll=unroll) == pytest.approx(by_hand(rule), abs=1e-5)


def test_an_unrolled_adam_step_equals_the_optimisers() -> None:
    """G's loss after one unrolled step is the loss after the step that Adam really takes."""
    seen = {}

    def g(s_real, s_fake):
        seen.setdefault("scores", []).append(s_fake.detach())
        return -s_fake.mean(-1)

    def d(s_real, s_fake):
        return s_fake.mean(-1) - s_real.mean(-1)

    loss = gl.GANLoss(d, g, seed_axis=True)
    common = {"optimizer": "adam", "betas": (0.5, 0.9), "batch_size": 4, "steps": 3, "seeds": 1}
    unrolled = dataclasses.replace(DIRAC, unroll=1, **common)
    gl.train(ORIGIN, unrolled, generator=Theta, discriminator=Psi, loss=loss)
    after_one = seen["scores"][0].mean()
    seen.clear()
    gl.train(ORIGIN, dataclasses.replace(unrolled, unroll=0, n_critic=2), generator=Theta, discriminator=Psi, loss=loss)
    assert float(after_one) == pytest.approx(float(seen["scores"][0].mean()), abs=1e-5)


def plain_copy(stacked: nn.Sequential, k: int) -> tuple[nn.Sequential, list[torch.Tensor]]:
    """Seed k of a stacked reference network as ordinary layers, and its weights."""
    layers: list[nn.Module] = []
    for part in stacked:
        if isinstance(part, gl.nets.SeedLinear):
            linear = nn.Linear(*part.weight.shape[1:])
            linear.weight.data, linear.bias.data = part.weight.data[k].mT.clone(), part.bias.data[k].clone()
            layers.append(linear)
        else:
            layers.append(nn.LeakyReLU(part.negative_slope) if isinstance(part, nn.LeakyReLU) else nn.ReLU())
    net = nn.Sequential(*layers)
    return net, list(net.parameters())


def unrolled_by_hand(game, config: gl.TrainConfig, k: int) -> list[torch.Tensor]:
    """Differentiate seed k's generator loss through D's steps with ordinary modules and nested torch.autograd.grad."""
    (g, g_weights), (d, d_weights) = (plain_copy(player.net, k) for player in (game.g, game.d))
    fake, real = g(game.latents.next()[k]), game.data.next()[k]
    bce, (beta1, beta2) = nn.BCEWithLogitsLoss(), config.betas
    means = squares = [torch.zeros_like(w) for w in d_weights]

    def score(x: torch.Tensor) -> torch.Tensor:
        return functional_call(d, dict(zip(dict(d.named_parameters()), d_weights, strict=True)), (x,))

    for t in range(1, config.unroll + 1):
        s_real, s_fake = score(real), score(fake)
        loss = bce(s_real, torch.ones_like(s_real)) + bce(s_fake, torch.zeros_like(s_fake))
        slopes = torch.autograd.grad(loss, d_weights, create_graph=True)
        if config.optimizer == "adam":
            means = [beta1 * m + (1 - beta1) * s for m, s in zip(means, slopes, strict=True)]
            squares = [beta2 * v + (1 - beta2) * s**2 for v, s in zip(squares, slopes, strict=True)]
            roots = [(v / (1 - beta2**t)).sqrt() + 1e-8 for v in squares]
            slopes = [m / (1 - beta1**t) / root for m, root in zip(means, roots, strict=True)]
        d_weights = [w - config.lr_d * s for w, s in zip(d_weights, slopes, strict=True)]
    s_fake = score(fake)
    return list(torch.autograd.grad(bce(s_fake, torch.ones_like(s_fake)), g_weights))


@pytest.mark.parametrize(("optimizer", "unroll"), [("sgd", 1), ("sgd", 4), ("adam", 3)])
def test_unrolling_the_reference_networks_equals_nested_differentiation(optimizer: str, unroll: int) -> None:
    settings = {
        "optimizer": optimizer,
        "unroll": unroll,
        "betas": (0.0, 0.9),
        "lr_d": 0.2 if optimizer == "sgd" else 0.02,
    }
    config = gl.TrainConfig(seeds=3, batch_size=16, width=8, snapshots=0, **settings)
    ours, still = (prepare(gl.ring(), config, None, None, None, None).game for _ in range(2))
    assert ours.g.chain is not None  # the fused generator
    unrolled_gradient(ours, config)
    g_gradient(still)
    for k in range(3):
        theirs = prepare(gl.ring(), config, None, None, None, None).game
        expected = unrolled_by_hand(theirs, config, k)
        for own, plain, wanted in zip(ours.g.gradients, still.g.gradients, expected, strict=True):
            wanted = wanted.mT if wanted.ndim == 2 else wanted
            scale = float(wanted.abs().max())
            assert torch.allclose(own[k], wanted, rtol=1e-3, atol=1e-4 * scale)
            assert not torch.allclose(plain[k], wanted, rtol=1e-2, atol=1e-2 * scale)


def test_weight_clipping_bounds_the_critic_only() -> None:
    def rule(theta, psi):
        psi = max(-0.3, min(0.3, psi - H * theta))
        return theta + H * psi, psi

    assert play(clip_weights=0.3) == pytest.approx(by_hand(rule), abs=1e-5)


def test_weight_clipping_comes_last_where_updates_are_optimistic() -> None:
    last = {}

    def rule(theta, psi):
        now = (-psi, theta)
        before = last.get("gradient", now)
        last["gradient"] = now
        psi = psi - 2 * H * now[1] + H * before[1]
        return theta - 2 * H * now[0] + H * before[0], max(-0.3, min(0.3, psi))

    assert play(update="optimistic", clip_weights=0.3) == pytest.approx(by_hand(rule), abs=1e-5)


def test_gradient_clipping_is_another_thing() -> None:
    def clipped(x):
        return max(-0.1, min(0.1, x))  # one number: its norm is its size

    def rule(theta, psi):
        psi -= H * clipped(theta)
        return theta + H * clipped(psi), psi

    assert play(clip_gradients=0.1) == pytest.approx(by_hand(rule), abs=1e-5)


def test_weight_decay_pulls_both_players() -> None:
    def rule(theta, psi):
        psi -= H * (theta + 0.1 * psi)
        return theta - H * (-psi + 0.1 * theta), psi

    assert play(weight_decay=0.1) == pytest.approx(by_hand(rule), abs=1e-5)


def test_sgd_takes_its_momentum_from_beta1() -> None:
    momentum = {"psi": 0.0, "theta": 0.0}

    def rule(theta, psi):
        momentum["psi"] = 0.5 * momentum["psi"] + theta
        psi -= H * momentum["psi"]
        momentum["theta"] = 0.5 * momentum["theta"] - psi
        return theta - H * momentum["theta"], psi

    assert play(betas=(0.5, 0.9)) == pytest.approx(by_hand(rule), abs=1e-5)


def test_rmsprop_decays_by_beta2() -> None:
    square = {"psi": 0.0, "theta": 0.0}

    def move(name, slope):
        square[name] = 0.9 * square[name] + 0.1 * slope**2
        return H * slope / (math.sqrt(square[name]) + 1e-8)

    def rule(theta, psi):
        psi -= move("psi", theta)
        return theta - move("theta", -psi), psi

    assert play(optimizer="rmsprop") == pytest.approx(by_hand(rule), abs=1e-4)


def test_averaged_weights_make_the_samples() -> None:
    average, thetas = [1.0], []

    def rule(theta, psi):
        psi -= H * theta
        theta += H * psi
        average.append(0.8 * average[-1] + 0.2 * theta)
        thetas.append(theta)
        return theta, psi

    by_hand(rule)
    with pytest.warns(UserWarning, match="no lower bound"):
        run = gl.train(ORIGIN, dataclasses.replace(DIRAC, ema=0.8), generator=Theta, discriminator=Psi)
    assert float(run.sample(1)[0]) == pytest.approx(average[-1], abs=1e-5)
    assert float(run.sample(1)[0]) != pytest.approx(thetas[-1], abs=1e-3)


def test_step_sizes_fall_to_their_end() -> None:
    count = iter(range(12))

    def rule(theta, psi):
        h = H * (1 - next(count) / 11)
        psi -= h * theta
        return theta + h * psi, psi

    assert play(lr_end=0.0) == pytest.approx(by_hand(rule), abs=1e-5)


def test_annealing_goes_from_one_to_its_end() -> None:
    assert [anneal(0.2, p, "linear") for p in (0.0, 0.5, 1.0)] == pytest.approx([1.0, 0.6, 0.2])
    assert [anneal(0.2, p, "cosine") for p in (0.0, 0.25, 0.5, 1.0)] == pytest.approx(
        [1.0, 0.2 + 0.4 * (1 + math.sqrt(0.5)), 0.6, 0.2]
    )


def test_the_penalty_weight_is_annealed() -> None:
    def penalty(critic, real, fake):
        return 0.5 * critic(torch.ones_like(real)).square().mean()  # ½ψ²

    count = iter(range(12))

    def rule(theta, psi):
        weight = 2.0 * (1 + (0.5 - 1) * next(count) / 11)
        psi -= H * (theta + weight * psi)
        return theta + H * psi, psi

    run = gl.train(
        ORIGIN,
        dataclasses.replace(DIRAC, penalty_weight=2.0, penalty_end=0.5),
        generator=Theta,
        discriminator=Psi,
        penalty=penalty,
    )
    assert float(next(run.generator.parameters()).detach()[0]) == pytest.approx(by_hand(rule)[0], abs=1e-5)


def test_instance_noise_has_its_spread_on_both_batches() -> None:
    """After one step of D alone, ψ − h(θ + σ(n̄_f − n̄_r)): its spread over seeds is hσ√(2/B)."""
    config = dataclasses.replace(DIRAC, seeds=3000, steps=1, batch_size=8, n_generator=0, instance_noise=0.5)
    run = gl.train(ORIGIN, config, generator=Theta, discriminator=Psi)
    psi = next(run.discriminator.parameters()).detach().flatten()
    spread = H * 0.5 * math.sqrt(2 / 8)
    # 4 standard errors of a mean and of a standard deviation of 3,000 values.
    assert float(psi.mean()) == pytest.approx(0.5 - H, abs=4 * spread / math.sqrt(3000))
    assert float(psi.std()) == pytest.approx(spread, rel=4 / math.sqrt(2 * 3000))


@pytest.mark.parametrize("settings", [{"update": u} for u in ("simultaneous", "extragradient", "optimistic")] + [
    {"unroll": 2}, {"ema": 0.9, "optimizer": "rmsprop"}, {"update": "simultaneous", "consensus": 0.1},
    {"instance_noise": 0.1, "noise_end": 0.0}, {"penalty": "dragan"}, {"loss": "relativistic", "penalty": "r1_r2"},
])  # fmt: skip
def test_seed_k_alone_follows_the_same_path_under_every_method(settings: dict) -> None:
    config = gl.TrainConfig(seeds=3, seed=4, steps=20, batch_size=16, width=8, snapshots=0)
    config = dataclasses.replace(config, **settings)
    together = gl.train(gl.ring(), config)
    alone = gl.train(gl.ring(), dataclasses.replace(config, seed=5, seeds=1))
    assert torch.allclose(together.sample(50)[1], alone.sample(50)[0], atol=1e-3)
    assert bool(together.record.loss_g.isfinite().all())


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"update": "simultaneous", "n_critic": 2}, "needs n_critic=1 and n_generator=1"),
        ({"update": "extragradient", "unroll": 1}, "needs update='alternating'"),
        ({"consensus": 1.0}, "needs update='simultaneous'"),
        ({"unroll": 1, "penalty": "r1"}, "not defined"),
        ({"unroll": 1, "optimizer": "rmsprop"}, "needs optimizer='adam' or 'sgd'"),
        ({"optimizer": "lion"}, "optimizer='lion' is not known: use one of 'adam'"),
        ({"update": "both"}, "update='both' is not known"),
        ({"schedule": "step"}, "schedule='step' is not known"),
        ({"ema": 1.0}, "of 0 or more and less than 1"),
    ],
)
def test_settings_that_do_not_go_together_say_why(settings: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        gl.TrainConfig(**settings)


@pytest.mark.parametrize("penalty", ["r1", lambda critic, real, fake: critic(real).square().mean()])
def test_unrolled_steps_take_no_penalty_however_it_is_given(penalty) -> None:
    with pytest.raises(ValueError, match="unroll=2 with a penalty is not defined"):
        gl.train(gl.ring(), gl.TrainConfig(unroll=2, steps=1, snapshots=0), penalty=penalty)
