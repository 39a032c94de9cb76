"""One step as one launch: on a GPU, a whole update of both players captured as a CUDA graph and replayed.

Small networks leave a GPU waiting for Python, which sends it some hundred operations a step. A graph sends them all at
once, to the addresses that they had when it was captured. Whatever differs from step to step lies in tensors that are
filled before each replay: the batches, and step sizes, penalty weight and noise where they have a schedule.

Source: PyTorch's "CUDA semantics", section "CUDA Graphs" (whole-network capture).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch

from ganlab.training.config import TrainConfig
from ganlab.training.step import Game
from ganlab.training.streams import Stream
from ganlab.training.updates import Outs, Update

WARM_UP = 3  # steps before the capture: optimisers make their state, libraries their workspaces

Capture = Callable[[Callable[[], Outs]], tuple[Callable[[], None], Outs]]


def cuda_capture(update: Callable[[], Outs]) -> tuple[Callable[[], None], Outs]:
    """Capture an update without running it; give what replays it, and what each replay fills.

    Raises:
        RuntimeError: it does something that cannot be captured, such as reading a value back.
    """
    graph = torch.cuda.CUDAGraph()
    try:
        with torch.cuda.graph(graph):
            outs = update()
    except RuntimeError as error:
        raise RuntimeError(
            f"This step cannot be captured as a CUDA graph ({str(error).splitlines()[0]}): a loss, penalty or network "
            "of your own must stay on the GPU, without .item(), print or if on a tensor; or use cuda_graph=False."
        ) from error
    return graph.replay, outs


CAPTURES: dict[str, Capture] = {"cuda": cuda_capture}  # by type of device; elsewhere steps run as they are


def capture_for(config: TrainConfig, device: torch.device) -> Capture | None:
    """Give the way to capture a step on this device; None where the settings or the device ask for none."""
    return CAPTURES.get(device.type) if config.cuda_graph else None


class GraphedUpdate:
    """An update that runs as it is a few times, is then captured, and from then on replayed.

    Args:
        update: what to capture, a value of `UPDATES`.
        streams: every stream that it takes batches from, the same number in each step.
        capture: how.
    """

    def __init__(self, update: Update, streams: Iterable[Stream], capture: Capture) -> None:
        self.update, self.streams, self.capture = update, list(streams), capture
        self.steps = 0
        self.replay: Callable[[], None] | None = None

    def __call__(self, game: Game, config: TrainConfig) -> Outs:
        """Do one step."""
        self.steps += 1
        if self.steps <= WARM_UP:
            given = [stream.given for stream in self.streams]
            outs = self.update(game, config)
            self.counts = [stream.given - before for stream, before in zip(self.streams, given, strict=True)]
            return outs
        if self.replay is None:
            self.prepare(game)
        for stream in self.streams:
            stream.fill()
        self.weight.fill_(game.penalty_weight)
        self.noise.fill_(game.noise_std)
        if self.replay is None:
            self.record(game, config)
        assert self.replay is not None
        self.replay()
        return self.outs

    def prepare(self, game: Game) -> None:
        """Make room for what is filled before each replay."""
        for stream, count in zip(self.streams, self.counts, strict=True):
            stream.hold(count)
        self.weight, self.noise = (torch.zeros((), device=game.alive.device) for _ in range(2))

    def record(self, game: Game, config: TrainConfig) -> None:
        """Capture the update on tensors in place of numbers."""
        numbers = game.penalty_weight, game.noise_std
        game.penalty_weight, game.noise_std = self.weight, self.noise
        try:
            self.replay, self.outs = self.capture(lambda: self.update(game, config))
        finally:
            game.penalty_weight, game.noise_std = numbers
