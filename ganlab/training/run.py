"""The result of training: two stacked networks, the record, and fresh samples on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganlab.runtime import require_whole, stream_generator
from ganlab.training.config import TrainConfig
from ganlab.training.lifting import flat_scores
from ganlab.training.record import Record

CHUNK_NUMBERS = 2**18  # numbers of the samples that one seed generates at once: 334 images of 28 × 28


@dataclass
class Run:
    """S trained runs.

    Fields:
        config: the settings.
        record: the histories.
        generator, discriminator: stacked networks, (S, B, …) -> (S, B, …).
        device: where they live.
        features: the shape of one sample.
        elapsed: seconds of training, wall clock; building and callbacks left out.
        interrupted: whether training was stopped by hand before its last step.
    """

    config: TrainConfig
    record: Record
    generator: nn.Module
    discriminator: nn.Module
    device: torch.device
    features: tuple[int, ...]
    elapsed: float = 0.0
    interrupted: bool = False

    @property
    def seeds(self) -> list[int]:
        """The seed of each run, in the order of the leading axis."""
        return [self.config.seed + k for k in range(self.config.seeds)]

    def latents(self, n: int, *, seed: int = 0) -> Tensor:
        """Draw evaluation latents, (S, n, latent_dim), from streams that training never touches."""
        require_whole("n", n)
        require_whole("seed", seed, 0)
        shape = (n, self.config.latent_dim)
        drawn = []
        for own in self.seeds:
            generator = stream_generator(own, "evaluation", "cpu")
            for _ in range(seed + 1):
                z = torch.randn(shape, generator=generator)
            drawn.append(z)
        return torch.stack(drawn).to(self.device)

    def sample(self, n: int, *, seed: int = 0) -> Tensor:
        """Generate n samples from each run, (S, n, …), on the CPU.

        The same `seed` gives the same samples; another one gives fresh samples.
        """
        return self.generate(self.latents(n, seed=seed)).cpu()

    @torch.no_grad()
    def generate(self, latents: Tensor) -> Tensor:
        """Generate from latents of one's own, (S, …, latent_dim) -> (S, …, features…), on the run's device.

        Many images are made a few hundred of each seed at a time, which bounds the memory.

        Raises:
            ValueError: the latents' shape does not fit the run.
        """
        ends = (self.config.seeds, self.config.latent_dim)
        if latents.ndim < 3 or (latents.shape[0], latents.shape[-1]) != ends or 0 in latents.shape:
            raise ValueError(
                f"latents must have shape ({ends[0]}, n, {ends[1]}), as run.latents(n) gives, got "
                f"{tuple(latents.shape)}."
            )
        flat = latents.to(self.device).flatten(1, -2)
        chunk = max(1, CHUNK_NUMBERS // torch.Size(self.features).numel())  # the same for any number of seeds
        with evaluating(self.generator) as generator:
            out = torch.cat([generator(part) for part in flat.split(chunk, 1)], 1)
        return out.unflatten(1, latents.shape[1:-1])

    @torch.no_grad()
    def scores(self, points: Tensor) -> Tensor:
        """Score points with each run's discriminator, (N, features…) or (S, N, features…) -> (S, N), on the CPU.

        A discriminator that joins m samples (packing) scores m copies of each point.

        Raises:
            ValueError: the points' shape does not fit the run.
        """
        points = torch.as_tensor(points).to(self.device, torch.float32)
        if points.shape[1:] == self.features:
            points = points.expand(self.config.seeds, *points.shape)
        if points.shape[2:] != self.features or points.shape[0] != self.config.seeds or points.shape[1] == 0:
            own = ", ".join(map(str, self.features))
            raise ValueError(
                f"points must have shape (N, {own}) or ({self.config.seeds}, N, {own}), got {tuple(points.shape)}."
            )
        with evaluating(self.discriminator) as discriminator:
            probe = points[:, :1].expand(-1, self.config.batch_size, *self.features)
            pack = self.config.batch_size // discriminator(probe).shape[1]
            out = discriminator(points.repeat_interleave(pack, 1) if pack > 1 else points)
        return flat_scores(out).cpu()


@contextmanager
def evaluating(net: nn.Module) -> Iterator[nn.Module]:
    """Use a network in evaluation mode: running statistics, no dropout, and no state moved by being looked at."""
    training = net.training
    net.eval()
    try:
        yield net
    finally:
        net.train(training)
