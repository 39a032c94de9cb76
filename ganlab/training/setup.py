"""From arguments to a game that is ready to run: networks stacked, losses lifted, streams opened, shapes checked."""

from __future__ import annotations

import copy
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from ganlab.data.shapes import Sampler, as_sampler
from ganlab.nets import initialise, mlp_discriminator, mlp_generator
from ganlab.nets.seeds import Factory, build, stack
from ganlab.objectives import LOSSES, PENALTIES, GANLoss, Penalty, resolve_loss, resolve_penalty
from ganlab.runtime import require_whole, resolve_device
from ganlab.training.checking import (
    check_pieces,
    require_labels_alone,
    require_nets,
    require_one_architecture,
    require_shape,
    shape_of,
)
from ganlab.training.config import TrainConfig
from ganlab.training.graph import GraphedUpdate, capture_for
from ganlab.training.lifting import SeedRandomness, lift_losses, lift_penalty
from ganlab.training.own_step import OwnStep, Step
from ganlab.training.player import Player
from ganlab.training.record import Record
from ganlab.training.run import Run
from ganlab.training.step import Game
from ganlab.training.streams import Draw, Stream, normal, uniform
from ganlab.training.updates import UPDATES, Update


class Bar(Protocol):
    """What the loop needs of a progress bar."""

    def update(self, step: int) -> None:
        """Show that `step` steps are done."""


@dataclass
class Session:
    """Everything one call of `train` holds."""

    config: TrainConfig
    game: Game
    run: Run
    streams: dict[str, Stream]
    randomness: SeedRandomness
    pieces: dict[str, str]  # for a checkpoint: names of loss and penalty,
    marks: dict[str, Tensor]  # and what both sides of the loss give for fixed scores, (S,)
    step: int = 0

    def __post_init__(self) -> None:
        """Fix the evaluation latents and the steps at which samples are kept."""
        count, steps = self.config.snapshots, self.config.steps
        self.snapshot_at = {round(steps * k / count) for k in range(count + 1)} if count else set()
        self.snapshot_latents = self.run.latents(self.config.snapshot_size) if count else None
        self.clock = time.perf_counter()
        self.save_every = 1
        self.save: Callable[[], None] = lambda: None
        self.update: Update = UPDATES[self.config.update]
        self.publish: Callable[[], None] = lambda: None  # brings the run's networks up to date, where they are copies

    def keep_at(self, path: str | os.PathLike[str] | None, every: int, write: Callable[..., None]) -> None:
        """Have `save` write this session to a file, every so many steps; nothing without a path."""
        require_whole("checkpoint_every", every)
        self.save_every = every
        if path is not None:  # now, not after an hour of training
            folder = Path(path).parent
            folder.mkdir(parents=True, exist_ok=True)
            if Path(path).is_dir() or not os.access(folder, os.W_OK):
                raise ValueError(f"checkpoint={str(path)!r} must be a file in a folder that can be written to.")

        def save() -> None:
            self.tick()
            try:
                write(self, path)
            except OSError as error:  # the run is worth more than its checkpoint
                warnings.warn(
                    f"The checkpoint {path} could not be written at step {self.step} ({error.strerror or error}): the "
                    "training goes on, an older file stays as it was. Make room, or give another path next time.",
                    RuntimeWarning,
                    stacklevel=4,
                )

        if path is not None:
            self.save = save

    def tick(self) -> None:
        """Add the time since the last call to the run's."""
        now = time.perf_counter()
        self.run.elapsed += now - self.clock
        self.clock = now

    def call(self, callbacks: Sequence[Callable[[int, Run], bool | None]]) -> bool:
        """Call every callback, off the clock; True if one of them asks for the end."""
        self.tick()
        if callbacks:
            self.publish()
        answers = [callback(self.step, self.run) for callback in callbacks]
        self.clock = time.perf_counter()
        return any(answer is True for answer in answers)

    def snapshot(self, step: int) -> None:
        """Keep generated samples if this step is due."""
        if step in self.snapshot_at and self.snapshot_latents is not None:
            self.publish()
            self.run.record.frames.append((step, self.run.generate(self.snapshot_latents)))

    @contextmanager
    def bar(self, show: bool) -> Iterator[Bar]:
        """Open a progress bar in seeds·steps/s, or nothing."""
        if not show:
            yield _NoBar()
            return
        from tqdm.auto import tqdm  # here: it looks for a notebook when imported

        with tqdm(total=self.config.steps * self.config.seeds, unit=" seeds·steps", unit_scale=True) as bar:
            yield _Tqdm(bar, self.config.seeds)

    def finish(self) -> None:
        """Close the record and say which seeds were stopped."""
        self.publish()
        record = self.run.record.finish(self.game.alive)
        for k in record.stopped.ge(0).nonzero().flatten().tolist():
            warnings.warn(
                f"Seed {self.run.seeds[k]} stopped at step {int(record.stopped[k])}: its loss or gradient was no "
                "longer finite. Its last finite weights are kept and the other seeds trained on; a smaller lr_g or "
                "lr_d, or losses written on logits, usually help.",
                RuntimeWarning,
                stacklevel=3,
            )


class _NoBar:
    def update(self, step: int) -> None:
        pass


class _Tqdm:
    def __init__(self, bar: object, seeds: int) -> None:
        self.bar, self.seeds = bar, seeds

    def update(self, step: int) -> None:
        self.bar.update(step * self.seeds - self.bar.n)  # type: ignore[attr-defined]


def prepare(
    data: Sampler | Tensor,
    config: TrainConfig,
    generator: Factory | nn.Module | None,
    discriminator: Factory | nn.Module | None,
    loss: GANLoss | str | None,
    penalty: Penalty | Callable[..., Tensor] | str | None,
    step: Step | None = None,
) -> Session:
    """Build the session that `train` iterates."""
    device = resolve_device(config.device)
    seeds = [config.seed + k for k in range(config.seeds)]
    reals, samples = _open_data(as_sampler(data), config, seeds, device)
    require_labels_alone(data, config, penalty)
    features = tuple(samples.shape[1:])
    require_nets(features, generator, discriminator)
    own_g, own_d = _reference_nets(config, features)
    make_g, make_d = own_g if generator is None else generator, own_d if discriminator is None else discriminator
    generators, discriminators = build(make_g, seeds, "generator"), build(make_d, seeds, "discriminator")
    g_net = _stacked(generators, "generator", (config.latent_dim,), [features], config.batch_size)
    d_net = _stacked(discriminators, "discriminator", features, [(1,), ()], config.batch_size)
    capture = capture_for(config, device)
    graphed = capture is not None
    g = Player(g_net, config.lr_g, config, device, clip_weights=0.0, ema=config.ema, captured=graphed)
    d = Player(d_net, config.lr_d, config, device, clip_weights=config.clip_weights, ema=0.0, captured=graphed)

    def stream(draw: Draw, purpose: str, numbers: int) -> Stream:
        return Stream(draw, seeds, purpose, config.batch_size, numbers, device)

    numbers = torch.Size(features).numel()
    game_loss = _as_loss(loss if loss is not None else config.loss)
    d_loss, g_loss, marks = lift_losses(game_loss, config.seeds, config.batch_size)
    chosen = penalty if penalty is not None else config.penalty
    chosen = resolve_penalty(chosen) if isinstance(chosen, str) else chosen
    check_pieces(d.net, game_loss, chosen, config, samples)
    streams = {"data": reals, "latents": stream(normal(config.latent_dim), "latents", config.latent_dim)}
    for name in chosen.draws if isinstance(chosen, Penalty) else ():
        purpose = "penalty" if name == "eps" else "penalty_noise"
        streams[name] = stream(uniform(() if name == "eps" else features), purpose, 1 if name == "eps" else numbers)
    if config.instance_noise:
        streams["instance_noise"] = stream(normal(*features), "instance_noise", numbers)
    draws = {name: own.next for name, own in streams.items()}
    randomness = SeedRandomness(seeds, device)
    game = Game(
        g,
        d,
        d_loss,
        g_loss,
        g_uses_real=game_loss.g_uses_real,
        penalty=None if chosen is None else lift_penalty(chosen, d, draws, randomness),
        penalty_weight=config.penalty_weight,
        alive=torch.ones(config.seeds, dtype=torch.bool, device=device),
        data=reals,
        latents=streams["latents"],
        noise=streams.get("instance_noise"),
    )
    record = Record.empty(config.seeds, -(-config.steps // config.record_every), device, game_loss.boundary)
    pieces = {"loss": _name(game_loss, LOSSES), "penalty": _name(chosen, PENALTIES)}
    run = Run(config, record, g.averaged, d.net, device, features)
    session = Session(config, game, run, streams, randomness, pieces, marks)
    if capture is not None:
        session.update = GraphedUpdate(session.update, streams.values(), capture)
    if step is not None:
        own = OwnStep(step, game, generators, discriminators, config, randomness)
        session.update, session.publish = own, own.publish
    return session


def _open_data(sampler: Sampler, config: TrainConfig, seeds: list[int], device: torch.device) -> tuple[Stream, Tensor]:
    """Open the stream of real batches and give two samples, (2, features…), that are not of it."""

    def draw(n: int, generator: torch.Generator) -> Tensor:
        try:
            points = sampler.sample(n, generator=generator)
        except TypeError as error:
            raise TypeError(f"data.sample must take (n, generator=...), as Mixture.sample does: {error}") from error
        if not isinstance(points, Tensor) or points.shape[:1] != (n,) or points.ndim < 2:
            got = tuple(points.shape) if isinstance(points, Tensor) else type(points).__name__
            raise ValueError(f"data.sample({n}) must give a tensor of shape ({n}, features…), got {got}.")
        if not bool(points.isfinite().all()):
            raise ValueError("data.sample gave NaN or infinite values: check the data before training on it.")
        return points.to(device, torch.float32)

    samples = draw(2, torch.Generator(device).manual_seed(0))
    return Stream(draw, seeds, "data", config.batch_size, samples[0].numel(), device), samples


def _reference_nets(config: TrainConfig, features: tuple[int, ...]) -> tuple[Factory, Factory]:
    """Give the builders of the reference networks at the config's width, depth and initialisation."""
    dim, width, depth = features[0], config.width, config.depth
    return (
        lambda: initialise(mlp_generator(config.latent_dim, dim, width=width, depth=depth), config.init),
        lambda: initialise(mlp_discriminator(dim, width=width, depth=depth), config.init),
    )


def _stacked(
    modules: list[nn.Module], name: str, takes: tuple[int, ...], gives: list[tuple[int, ...]], batch: int
) -> nn.Module:
    """Stack one player's networks and try them on a small batch: vmap first, a loop where vmap cannot go."""
    count = len(modules)
    require_one_architecture(modules, name)
    probe = torch.zeros(count, batch, *takes)
    try:
        stacked = stack(modules)
        out = copy.deepcopy(stacked)(probe)
    except Exception as traced:
        stacked = stack(modules, loop=True)
        try:
            out = copy.deepcopy(stacked)(probe)
        except Exception as error:
            also = f", latent_dim={takes[0]} in the config" if name == "generator" else ""
            raise ValueError(f"{name} failed on a batch of shape {shape_of('B', takes)}{also}: {error}") from error
        if count > 1:
            warnings.warn(
                f"{name} cannot be run on all seeds at once ({str(traced).splitlines()[0]}): it runs seed by seed, "
                f"up to {count} times slower.",
                stacklevel=4,
            )
    require_shape(out, name, count, batch, takes, gives)
    if not any(parameter.requires_grad for parameter in stacked.parameters()):
        raise ValueError(f"{name} has no weights to train: build it from layers with parameters.")
    return stacked


def _name(piece: object, known: Mapping[str, object]) -> str:
    """Name a piece for a checkpoint: its registry name, "none", or "own"."""
    return "none" if piece is None else next((name for name, entry in known.items() if entry is piece), "own")


def _as_loss(loss: GANLoss | str) -> GANLoss:
    if isinstance(loss, str):
        return resolve_loss(loss)
    if not isinstance(loss, GANLoss):
        raise TypeError(f"loss must be a GANLoss(d=..., g=...) or a name, got {type(loss).__name__}.")
    return loss
