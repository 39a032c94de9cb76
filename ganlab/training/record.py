"""What a run leaves behind: histories and snapshots, written on the device without waiting for it."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ganlab.training.step import StepOut

SATURATED = 4.0  # a logit beyond ±4 leaves cross-entropy a slope below 1.8 %

HISTORIES = (
    "loss_d",
    "loss_g",
    "gradient_norm_d",
    "gradient_norm_g",
    "accuracy_d",
    "saturation_d",
    "score_real",
    "score_fake",
)


@dataclass
class Record:
    """Histories of S runs over T recorded steps, and K snapshots.

    Fields, on the device while training and on the CPU afterwards:
        steps: (T,) steps completed at each entry.
        loss_d, loss_g: (S, T), what each player minimised, penalties included.
        gradient_norm_d, gradient_norm_g: (S, T), Euclidean norm over all weights of a player.
        accuracy_d: (S, T) in [0, 1], share of a batch that D puts on the right side of the loss's boundary
            (score 0; ½ for least squares), a tie counting ½. Wasserstein and relativistic losses leave the level of
            the scores free, so that there it says little.
        saturation_d: (S, T) in [0, 1], share of D's scores, real and fake together, beyond ±4 from that boundary.
        score_real, score_fake: (S, T), mean scores of D's last batch (of G's, for fake, where D is frozen).
        stopped: (S,), the step at which a seed met a number that was not finite; −1 for those that did not.
        snapshot_steps: (K,) steps completed at each snapshot.
        snapshots: (K, S, n, …), generated from the same latents each time.

    A frozen player's entries are NaN; so are a stopped seed's from its stop on.
    """

    steps: Tensor
    loss_d: Tensor
    loss_g: Tensor
    gradient_norm_d: Tensor
    gradient_norm_g: Tensor
    accuracy_d: Tensor
    saturation_d: Tensor
    score_real: Tensor
    score_fake: Tensor
    stopped: Tensor
    frames: list[tuple[int, Tensor]] = field(default_factory=list, repr=False)
    boundary: float = 0.0
    filled: int = 0

    @classmethod
    def empty(cls, seeds: int, entries: int, device: torch.device, boundary: float = 0.0) -> Record:
        """Make room for `entries` recorded steps."""

        def room() -> Tensor:
            return torch.full((seeds, entries), torch.nan, device=device)

        stopped = torch.zeros(seeds, dtype=torch.long, device=device)
        steps = torch.zeros(entries, dtype=torch.long)
        return cls(steps, room(), room(), room(), room(), room(), room(), room(), room(), stopped, boundary=boundary)

    @property
    def snapshot_steps(self) -> Tensor:
        """Steps completed at each snapshot, (K,)."""
        return torch.tensor([step for step, _ in self.frames], dtype=torch.long)

    @property
    def snapshots(self) -> Tensor:
        """Generated samples, (K, S, n, …)."""
        return torch.stack([frame for _, frame in self.frames]) if self.frames else torch.empty(0)

    def write(self, step: int, d_out: StepOut | None, g_out: StepOut | None, alive: Tensor) -> None:
        """Add one entry; a seed that is not `alive`, (S,) bool, gets NaN."""
        values: dict[str, Tensor] = {}
        if g_out is not None:
            values |= {"loss_g": g_out.loss, "gradient_norm_g": g_out.gradient_norm}
            values["score_fake"] = g_out.s_fake.mean(-1)
        if d_out is not None:
            assert d_out.s_real is not None
            values |= {"loss_d": d_out.loss, "gradient_norm_d": d_out.gradient_norm}
            values |= {"score_real": d_out.s_real.mean(-1), "score_fake": d_out.s_fake.mean(-1)}
            values["accuracy_d"], values["saturation_d"] = self._sides(d_out.s_real, d_out.s_fake)
        for name, value in values.items():
            getattr(self, name)[:, self.filled] = torch.where(alive, value, torch.nan)
        self.steps[self.filled] = step
        self.filled += 1

    def _sides(self, s_real: Tensor, s_fake: Tensor) -> tuple[Tensor, Tensor]:
        """Give the shares of scores, each (S,), on their own side of the boundary and far from it."""
        real, fake = s_real - self.boundary, s_fake - self.boundary
        far = [(scores.abs() > SATURATED).to(scores).mean(-1) for scores in (real, fake)]
        return 0.5 + 0.25 * (real.sign().mean(-1) - fake.sign().mean(-1)), 0.5 * (far[0] + far[1])

    def finish(self, alive: Tensor) -> Record:
        """Drop unused room, move everything to the CPU, and turn steps survived into the step of the stop."""
        self.steps = self.steps[: self.filled]
        for name in HISTORIES:
            setattr(self, name, getattr(self, name)[:, : self.filled].cpu())
        self.stopped = torch.where(alive, -1, self.stopped + 1).cpu()
        self.frames = [(step, frame.cpu()) for step, frame in self.frames]
        return self
