"""The training loop."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from ganlab.data.shapes import Sampler
from ganlab.nets.seeds import Factory
from ganlab.objectives import GANLoss, Penalty
from ganlab.training.checkpoint import config_of, read_checkpoint, restore, save_checkpoint
from ganlab.training.config import TrainConfig
from ganlab.training.own_step import Step, check_own_step
from ganlab.training.run import Run
from ganlab.training.setup import Session, prepare
from ganlab.training.updates import apply_schedules

Callback = Callable[[int, Run], bool | None]


def train(
    data: Sampler | Tensor,
    config: TrainConfig | None = None,
    *,
    generator: Factory | nn.Module | None = None,
    discriminator: Factory | nn.Module | None = None,
    loss: GANLoss | str | None = None,
    penalty: Penalty | Callable[..., Tensor] | str | None = None,
    step: Step | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 500,
    resume: str | os.PathLike[str] | None = None,
) -> Run:
    """Train `config.seeds` GANs at once, seed k as if it trained alone.

    Args:
        data: a `Mixture`, a tensor (N, features…), or any object with `sample(n, generator=g)`.
        config: the settings; the defaults of `TrainConfig` without one.
        generator: a class or function that builds (B, latent_dim) -> (B, features…); None for the reference network.
        discriminator: likewise, (B, features…) -> (B, 1) or (B,).
        loss: a `GANLoss`, yours or ours, or a name; None for `config.loss`.
        penalty: a `Penalty`, a function (critic, real, fake) -> scalar written for one run, or a name; None for
            `config.penalty`.
        step: your own update of both players, written for one run (see below); None for `config.update`.
        callbacks: each is called as callback(step, run) at every recorded step and before the first one; True ends the
            training.
        progress: show a bar with the rate in seeds·steps/s.
        checkpoint: a file to write the whole state to, every `checkpoint_every` steps and at the end.
        resume: a checkpoint to go on from, with the pieces that it was started with; on the CPU the result equals that
            of an uninterrupted run bit for bit.

    A step of your own is called as `step(generator, discriminator, opt_g, opt_d, real, draw_latents)`, once a step and
    seed: two ordinary modules in training mode, their optimisers, a batch of data (B, features…), and a function
    without arguments that gives fresh latents (B, latent_dim). It moves the players with `.backward()` and
    `opt.step()`, and returns (loss_d, loss_g), each a number or a tensor of shape (); None for a player at rest. Seed k
    starts from the weights, and sees the batches, that it has without `step`; the seeds run one after the other, so S
    seeds take S times as long. The record holds the losses returned, each gradient's norm as the optimiser found it,
    and the scores of the step's batches after it.

    Ctrl-C (Stop in a notebook) ends the training and keeps what was recorded. A seed whose loss or gradient is no
    longer finite is stopped with a warning, its last finite weights kept; the others go on.

    Raises:
        ValueError: a shape does not fit, the data holds NaN, a loss or penalty cannot train anybody, or `step` meets an
            argument or a setting that it would leave without effect; the message says which and what was expected.
        TypeError: a piece is of the wrong kind.
    """
    state = None if resume is None else read_checkpoint(resume)
    config = (config or TrainConfig()) if state is None else config_of(state, config)
    if not isinstance(config, TrainConfig):
        raise TypeError(f"config must be a TrainConfig, got {type(config).__name__}.")
    if not isinstance(callbacks, Sequence) or not all(map(callable, callbacks)):
        raise TypeError("callbacks must be a list of functions (step, run), such as callbacks=[show].")
    if step is not None:
        check_own_step(step, config, {"loss": loss, "penalty": penalty, "checkpoint": checkpoint, "resume": resume})
    # Code that draws from the global generator (dropout, a student's penalty) is reproducible, the caller's state kept.
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        session = prepare(data, config, generator, discriminator, loss, penalty, step)
        if state is not None:
            restore(session, state)
        session.keep_at(checkpoint, checkpoint_every, save_checkpoint)
        try:
            _iterate(session, callbacks, progress)
            session.save()
        except KeyboardInterrupt:
            session.run.interrupted = True
            warnings.warn("Training was interrupted: the run holds everything up to that step.", stacklevel=2)
        session.tick()
    session.finish()
    return session.run


def _iterate(session: Session, callbacks: Sequence[Callback], progress: bool) -> None:
    config, game, run = session.config, session.game, session.run
    if session.step == 0:
        session.snapshot(0)
    ends = session.call(callbacks)
    with session.bar(progress) as bar:
        for step in range(session.step + 1, config.steps + 1):
            if ends:
                break
            apply_schedules(game, config, step)
            d_out, g_out = session.update(game, config)
            game.g.update_average()
            run.record.stopped.add_(game.alive)  # counts the steps each seed survives, without asking the device
            session.step = step
            if step % config.record_every == 0 or step == config.steps:
                run.record.write(step, d_out, g_out, game.alive)
                ends = session.call(callbacks)
                bar.update(step)
            session.snapshot(step)
            if step % session.save_every == 0:
                session.save()
