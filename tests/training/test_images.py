"""Runs on images: what does not fit is said in one sentence, a run goes on bit for bit, and its memory does not grow."""

import dataclasses
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import ganlab as gl
from ganlab.data import ImageSet, Pairs
from ganlab.nets import (
    ConditionalGenerator,
    ProjectionDiscriminator,
    dcgan_discriminator,
    dcgan_generator,
    residual_discriminator,
    residual_generator,
)

Z, W = 6, 2
RANDOM = torch.Generator().manual_seed(0)
DATA = ImageSet(torch.rand(40, 1, 28, 28, generator=RANDOM) * 2 - 1, torch.arange(40) % 10)
BASE = gl.TrainConfig(
    seeds=2, steps=7, batch_size=4, latent_dim=Z, record_every=1, snapshots=2, snapshot_size=3, device="cpu"
)
Make = Callable[[], nn.Module]


def generator(size: int = 28, channels: int = 1, latents: int = Z) -> Make:
    return lambda: dcgan_generator(latents, size, channels, W)


def discriminator(size: int = 28, channels: int = 1) -> Make:
    return lambda: dcgan_discriminator(size, channels, W)


def conditional(classes: int = 10, latents: int = Z) -> Make:
    return lambda: ConditionalGenerator(lambda d: dcgan_generator(d, width=W), latents, classes)


def projection(classes: int = 10) -> Make:
    return lambda: ProjectionDiscriminator(dcgan_discriminator(width=W), classes=classes)


BAD: dict[str, tuple[object, Make | None, Make | None, str]] = {
    "no nets": (DATA, None, None, "samples of shape (1, 28, 28): pass generator= and discriminator=, such as"),
    "one net": (DATA, None, discriminator(), "pass generator=, such as ganlab.nets.dcgan_generator"),
    "another size": (
        DATA.resized(64),
        generator(),
        discriminator(),
        "generator must map a batch (B, 6) to (B, 1, 64, 64), but it gives (B, 1, 28, 28).",
    ),
    "another size for D": (
        DATA.resized(64),
        generator(64),
        discriminator(),
        "this discriminator takes images of 1×28×28, got 1×64×64: build it for the data's shape.",
    ),
    "colours": (
        ImageSet(torch.rand(4, 3, 28, 28) * 2 - 1, torch.arange(4)),
        generator(channels=3),
        discriminator(),
        "takes images of 1×28×28, got 3×28×28: build it for the data's shape.",
    ),
    "other latents": (
        DATA,
        generator(latents=5),
        discriminator(),
        "generator failed on a batch of shape (B, 6), latent_dim=6 in the config:",
    ),
    "bytes as numbers": (
        torch.rand(4, 1, 28, 28) * 255,
        generator(),
        discriminator(),
        "pixels must lie in [−1, 1], but they lie in",
    ),
    "a range from 0": (torch.rand(4, 1, 28, 28), generator(), discriminator(), "pass 2 * images - 1 if 0 means black"),
    "a conditional pair without labels": (
        DATA,
        conditional(),
        projection(),
        "but it gives (B, 794): a conditional generator makes images with labels, so pass Pairs(data) to train.",
    ),
    "a conditional D without labels": (
        DATA,
        generator(),
        projection(),
        "a conditional discriminator needs labels: it takes vectors of 784 + 10 numbers, an image of 1×28×28 and a "
        "one-hot label, got samples that end in 28: pass Pairs(data) to train.",
    ),
    "labels for a plain pair": (
        Pairs(DATA),
        generator(),
        discriminator(),
        "but it gives (B, 1, 28, 28): the data are pairs of image and label, for a ConditionalGenerator.",
    ),
    "labels for a plain D": (
        Pairs(DATA),
        conditional(),
        discriminator(),
        "got vectors of 794 numbers: pairs with labels are for a conditional one.",
    ),
    "other classes": (
        Pairs(DATA),
        conditional(),
        projection(5),
        "takes vectors of 784 + 5 numbers, an image of 1×28×28 and a one-hot label, got samples that end in 794: build "
        "it for the data's shape and classes.",
    ),
    "other classes of G": (
        Pairs(DATA),
        conditional(5),
        projection(),
        "generator must map a batch (B, 6) to (B, 794), but it gives (B, 789).",
    ),
    "other latents of a conditional G": (Pairs(DATA), conditional(latents=9), projection(), "set latent_dim=9 in the"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_said_in_one_sentence_before_training(name: str) -> None:
    data, make_g, make_d, message = BAD[name]
    with pytest.raises(ValueError, match=re.escape(message)) as raised:
        gl.train(data, BASE, generator=make_g, discriminator=make_d)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)


def test_bytes_are_scaled_as_an_image_set_scales_them() -> None:
    grey = torch.full((4, 1, 28, 28), 255, dtype=torch.uint8)
    seen: list[Tensor] = []

    def look(critic, real: Tensor, fake: Tensor) -> Tensor:
        seen.append(real)
        return critic(real).mean()

    config = dataclasses.replace(BASE, steps=1)
    plain = lambda: dcgan_discriminator(width=W, norm=None)  # noqa: E731
    gl.train(grey, config, penalty=look, generator=generator(), discriminator=plain)
    assert all(bool((real == 1).all()) for real in seen) and seen


PAIRS: dict[str, tuple[object, dict[str, object], dict[str, object]]] = {
    "dcgan": (DATA, {"generator": generator(), "discriminator": discriminator()}, {"ema": 0.9}),
    "conditional": (Pairs(DATA), {"generator": conditional(), "discriminator": projection()}, {}),
    "residual, spectral, R1": (
        DATA,
        {
            "generator": lambda: residual_generator(Z, width=W),
            "discriminator": lambda: residual_discriminator(width=W, norm="spectral"),
        },
        {"penalty": "r1", "n_critic": 2},
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_resumed_run_equals_the_uninterrupted_one_bit_for_bit(name: str, tmp_path: Path) -> None:
    data, nets, settings = PAIRS[name]
    config = dataclasses.replace(BASE, **settings)  # type: ignore[arg-type]
    whole = gl.train(data, config, **nets)  # type: ignore[arg-type]
    for stop in (1, 4, 6):
        path = tmp_path / f"{stop}.pt"
        gl.train(data, config, checkpoint=path, callbacks=[lambda step, run, stop=stop: step >= stop], **nets)  # type: ignore[arg-type]
        resumed = gl.train(data, resume=path, **nets)  # type: ignore[arg-type]
        for field in ("loss_d", "loss_g", "gradient_norm_g", "accuracy_d", "snapshots", "snapshot_steps"):
            assert torch.equal(getattr(resumed.record, field), getattr(whole.record, field)), (stop, field)
        samples = whole.sample(5)
        assert torch.equal(resumed.sample(5), samples)
        assert torch.equal(resumed.scores(samples[0]), whole.scores(samples[0]))
    assert float((whole.record.snapshots[-1] - whole.record.snapshots[0]).abs().max()) > 1e-3  # there was training


# Runs in a process of its own, since memory that other tests have freed would hide a leak: first without a leak, then
# with one on purpose, which shows that the measurement would see it.
GROWTH = """
import sys, psutil, torch
torch.set_num_threads(1)
import ganlab as gl
from ganlab.nets import dcgan_discriminator, dcgan_generator
steps, width, batch, start = (int(word) for word in sys.argv[1:])
data = torch.rand(64, 1, 28, 28) * 2 - 1
config = gl.TrainConfig(
    seeds=2, steps=steps, batch_size=batch, latent_dim=4, record_every=max(1, steps // 100), ema=0.9, snapshots=2,
    snapshot_size=4, device="cpu",
)
for leak in (0, 100_000):
    held, kept = {}, []

    def look(step, run):
        held[step] = psutil.Process().memory_info().rss
        kept.extend([torch.ones(leak // 4)] if leak else [])

    gl.train(
        data, config, callbacks=[look], generator=lambda: dcgan_generator(4, width=width),
        discriminator=lambda: dcgan_discriminator(width=width),
    )
    print(held[steps] - held[start])
"""


def growth(steps: int, width: int, batch: int, start: int) -> list[int]:
    """Train, and give the bytes by which the process grew from step `start` on: plainly, and with 100 kB kept an entry."""
    pytest.importorskip("psutil")
    arguments = [str(number) for number in (steps, width, batch, start)]
    done = subprocess.run([sys.executable, "-c", GROWTH, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


def test_no_step_keeps_its_activations() -> None:
    """One map of 14 × 14, of both seeds' batch, is 100 kB; as much a step, kept on purpose, is 4 MB."""
    plain, leaking = growth(steps=60, width=4, batch=16, start=20)
    assert plain < 1.5e6 and 3e6 < leaking < 7e6


@pytest.mark.slow
def test_ten_thousand_steps_do_not_grow() -> None:
    """Less than 1 MB from step 2,000 on, 125 bytes a step; 1 kB a step, kept on purpose, is 8 MB."""
    plain, leaking = growth(steps=10_000, width=1, batch=2, start=2_000)
    assert plain < 1e6 and 6e6 < leaking < 11e6


PEAK = """
import torch
torch.set_num_threads(1)
import ganlab as gl
from ganlab.nets import dcgan_discriminator, dcgan_generator
from ganlab.data import digits

def peak():  # in kB; ru_maxrss would begin with the parent's
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])

data = digits()
nets = {"generator": lambda: dcgan_generator(64), "discriminator": dcgan_discriminator}
small = gl.TrainConfig(seeds=1, steps=1, batch_size=1, latent_dim=64, snapshot_size=1, device="cpu")
gl.train(data, small, **nets)  # loads the code, of which builds of torch have more or less
before = peak()
config = gl.TrainConfig(seeds=3, steps=3, batch_size=64, latent_dim=64, snapshot_size=20, device="cpu")
gl.train(data, config, **nets)
print(peak() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's /proc")
def test_the_readmes_run_holds_what_the_readme_says() -> None:
    """About 100 MB beyond torch, its code and the data; growth over the steps is tested above."""
    done = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 60 < int(done.stdout) / 1e3 < 160
