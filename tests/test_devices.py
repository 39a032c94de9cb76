"""What is graded and reported is the same on every device: float32 there against float64 on the CPU, within 1e-5."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import Tensor

import ganlab as gl
from ganlab import diagnostics
from ganlab.data import digits
from ganlab.objectives import LOSSES, PENALTIES

DEVICES = [
    "cpu",
    pytest.param(
        "cuda",
        marks=[pytest.mark.cuda, pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")],
    ),
]
MEASURES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "wasserstein": diagnostics.wasserstein,
    "wasserstein_2": partial(diagnostics.wasserstein, order=2),
    "sliced_wasserstein": lambda x, y: diagnostics.sliced_wasserstein(x, y, directions=compass().to(x)),
    "energy_distance": diagnostics.energy_distance,
    "precision": lambda x, y: diagnostics.precision_recall(x, y).precision,
    "coverage": lambda x, y: diagnostics.density_coverage(x, y).coverage,
    "frechet_distance": diagnostics.frechet_distance,
    "sample_variance": lambda x, y: diagnostics.sample_variance(x),
    "modes": lambda x, y: diagnostics.mode_report(x, gl.ring()).modes,
    "digit_frechet": lambda x, y: diagnostics.digit_frechet(pictures(0).to(x), pictures(1).to(x)),
    "classifier_score": lambda x, y: diagnostics.classifier_score(pictures(0).to(x)),
    "reverse_kl": lambda x, y: diagnostics.mode_report(x, gl.ring()).reverse_kl,
}


def pictures(part: int) -> Tensor:
    """Digits: convolutions are what TF32 would round."""
    return digits("test").images[80 * part : 80 * (part + 1)]


def compass() -> Tensor:
    angles = torch.linspace(0, 3, 7, dtype=torch.float64)
    return torch.stack((angles.cos(), angles.sin()), 1)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def clouds() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    x, y = (gl.ring().sample(150, generator=generator).double() for _ in range(2))
    return x + 0.1, y


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("side", ["d", "g"])
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str, side: str, device: str) -> None:
    scores = 3 * drawn(2, 4, 64)
    loss = getattr(LOSSES[name], side)
    torch.testing.assert_close(
        loss(*scores.to(device, torch.float32)).cpu().double(), loss(*scores), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", PENALTIES)
def test_penalties_and_their_slopes(name: str, device: str) -> None:
    torch.manual_seed(0)
    critic = gl.nets.mlp_discriminator(2, width=16).double()
    real, fake = drawn(32, 2), drawn(32, 2, seed=1)
    numbers = {"eps": torch.linspace(0, 1, 32, dtype=torch.float64), "noise": drawn(32, 2, seed=2).sigmoid()}
    results = []
    for place in ({"device": "cpu", "dtype": torch.float64}, {"device": device, "dtype": torch.float32}):
        net = critic.to(**place)
        draws = {key: numbers[key].to(**place) for key in PENALTIES[name].draws}
        value = PENALTIES[name].function(lambda x, net=net: net(x)[:, 0], real.to(**place), fake.to(**place), **draws)
        slopes = torch.autograd.grad(value, list(net.parameters()), materialize_grads=True)
        results.append([value.detach().cpu().double(), *(slope.cpu().double() for slope in slopes)])
    for exact, found in zip(*results, strict=True):
        torch.testing.assert_close(found, exact, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", MEASURES)
def test_measures(name: str, device: str) -> None:
    x, y = clouds()
    exact = MEASURES[name](x, y).double()
    found = MEASURES[name](x.to(device, torch.float32), y.to(device, torch.float32)).cpu().double()
    torch.testing.assert_close(found, exact, rtol=1e-5, atol=1e-6)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_code_written_for_one_run_draws_on_the_gpu_as_if_alone() -> None:
    def noisy(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
        return critic(real + torch.rand_like(real)).square().mean()

    config = gl.TrainConfig(seeds=3, steps=5, width=8, snapshots=0, device="cuda")
    together = gl.train(gl.ring(), config, penalty=noisy).sample(20)
    alone = gl.train(gl.ring(), replace(config, seed=2, seeds=1), penalty=noisy).sample(20)
    torch.testing.assert_close(together[2:], alone, rtol=1e-4, atol=1e-5)
