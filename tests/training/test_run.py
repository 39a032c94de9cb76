import re

import pytest
import torch
from torch import Tensor, nn

import ganlab as gl
from ganlab.training import run as run_module

SETTINGS = gl.TrainConfig(seeds=2, steps=2, batch_size=8, width=8, latent_dim=3, snapshots=1, snapshot_size=5)


@pytest.fixture(scope="module")
def run() -> gl.Run:
    return gl.train(gl.ring(), SETTINGS)


def test_samples_are_generated_from_the_evaluation_latents(run: gl.Run) -> None:
    assert torch.equal(run.generate(run.latents(7, seed=2)), run.sample(7, seed=2))
    assert torch.equal(run.generate(run.latents(5)), run.record.snapshots[-1])
    path = gl.interpolate(*run.latents(6).split(3, 1), 4)
    assert run.generate(path).shape == (2, 3, 4, 2)
    assert torch.allclose(run.generate(path)[:, 1, 3], run.generate(run.latents(6))[:, 4], atol=1e-5)
    assert run.generator.training


def test_many_samples_are_made_in_parts(run: gl.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, seen = run.sample(11), []
    monkeypatch.setattr(run_module, "CHUNK_NUMBERS", 8)  # four points of two numbers
    hook = run.generator.register_forward_hook(lambda net, inputs, out: seen.append(out.shape[1]))
    assert torch.allclose(run.sample(11), whole, atol=1e-6)
    hook.remove()
    assert seen == [4, 4, 3]


@pytest.mark.parametrize(
    "latents", [torch.zeros(2, 3), torch.zeros(1, 4, 3), torch.zeros(2, 4, 2), torch.zeros(2, 0, 3)]
)
def test_latents_of_another_shape(run: gl.Run, latents: Tensor) -> None:
    says = f"latents must have shape (2, n, 3), as run.latents(n) gives, got {tuple(latents.shape)}."
    with pytest.raises(ValueError, match=re.escape(says)):
        run.generate(latents)


def test_snapshots_of_images_take_the_memory_of_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    widest = []

    class Wide(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 4)

        def forward(self, z: Tensor) -> Tensor:
            widest.append(len(z))
            return self.layer(z).view(-1, 1, 2, 2)

    monkeypatch.setattr(run_module, "CHUNK_NUMBERS", 4 * 10)
    data = torch.zeros(3, 1, 2, 2)
    critic = lambda: nn.Sequential(nn.Flatten(), nn.Linear(4, 1))  # noqa: E731
    config = gl.TrainConfig(seeds=1, steps=1, batch_size=8, latent_dim=3, snapshots=1, snapshot_size=25)
    run = gl.train(data, config, generator=Wide, discriminator=critic)
    assert run.record.snapshots.shape == (2, 1, 25, 1, 2, 2)
    assert max(widest) == 10
