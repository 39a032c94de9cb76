"""One file that holds everything a run needs to go on as if it had never stopped.

Both networks with their buffers, optimisers, averages, every generator's state, the record and the settings; tensors
and plain values only, so that it loads with `weights_only=True`. It is written beside its target and renamed: a reader
sees the old file or the new one, never half of one.

A run goes on with the pieces that it was started with. What can be told without running them is compared: the settings,
the shapes of all weights, the first samples of the block of data in hand, the names of loss and penalty, and what the
loss gives for fixed scores. Not compared, and so in your own hands: what a network does between its weights (another
activation), data that differ elsewhere only, and a penalty of your own.
"""

from __future__ import annotations

import dataclasses
import os
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import torch

from ganlab.training.config import TrainConfig
from ganlab.training.player import Player
from ganlab.training.record import HISTORIES, Record
from ganlab.training.setup import Session
from ganlab.training.streams import Stream

FORMAT, VERSION = "ganlab checkpoint", 2
CONTENTS = {
    *("config", "pieces", "marks", "samples", "step", "elapsed", "alive"),
    *("global_generator", "seed_generators", "players", "streams", "record"),
}


READING_ERRORS = (
    *(OSError, RuntimeError, EOFError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError),
    *(pickle.UnpicklingError, zipfile.BadZipFile, zlib.error),
)


def save_checkpoint(session: Session, path: str | os.PathLike[str]) -> None:
    """Write the state after the last whole step; an older file at `path` is replaced whole or left as it is."""
    path = Path(path)
    state = {
        "format": FORMAT,
        "version": VERSION,
        "config": dataclasses.asdict(session.config),
        "pieces": session.pieces,
        "marks": session.marks,
        "samples": _first_samples(session.streams["data"]),
        "step": session.step,
        "elapsed": session.run.elapsed,
        "alive": session.game.alive,
        "global_generator": torch.get_rng_state(),
        "seed_generators": session.randomness.states,
        "device": session.game.alive.device.type,
        "device_generators": _device_generators(session),
        "players": {"g": _player_state(session.game.g), "d": _player_state(session.game.d)},
        "streams": {name: {"states": s.block_states, "position": s.position} for name, s in session.streams.items()},
        "record": _record_state(session.run.record),
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            try:
                torch.save(state, file)
            except RuntimeError as error:  # its writer of zips, on a disk that is full
                raise OSError(str(error).splitlines()[0]) from error
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _device_generators(session: Session) -> dict[str, Any]:
    """Give the states of the GPU's generator, of the run and of each seed; nothing on the CPU."""
    own = session.randomness
    return {"global": torch.cuda.get_rng_state(own.device), "seeds": own.device_states} if own.device_states else {}


def read_checkpoint(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Load a checkpoint's contents onto the CPU, without running any code from the file.

    Raises:
        FileNotFoundError: there is no such file.
        PermissionError: this user may not read it.
        ValueError: it is truncated, no checkpoint of ganlab's, or written by another version.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no checkpoint {path}: check the path, or train from the start.")
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()  # torch does not compare check sums
        if broken is not None:
            raise EOFError(f"{broken} is damaged")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except PermissionError as error:
        raise PermissionError(f"{path} may not be read by this user: change its permissions, or copy it.") from error
    except READING_ERRORS as error:
        raise ValueError(
            f"{path} cannot be read as a checkpoint: it is truncated, damaged or another kind of file. Train from "
            "the start, or use an older checkpoint."
        ) from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ValueError(f"{path} is not a checkpoint written by ganlab's train(); pass the path given as checkpoint=.")
    if state.get("version") != VERSION:
        raise ValueError(
            f"{path} has checkpoint version {state.get('version')}, and this ganlab reads {VERSION}: install the "
            "ganlab that wrote it."
        )
    missing = sorted(CONTENTS - state.keys())
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing)}, which a checkpoint holds: use an older checkpoint.")
    return state


def config_of(state: dict[str, Any], given: TrainConfig | None) -> TrainConfig:
    """Give the settings of a checkpoint.

    Raises:
        ValueError: other settings were given, or the file has some that this ganlab does not know; the message names
            them.
    """
    if not isinstance(state["config"], dict):
        raise ValueError("The checkpoint is damaged, its settings are none: use an older checkpoint.")
    known = {field.name for field in dataclasses.fields(TrainConfig)}
    strange = sorted(state["config"].keys() - known)
    if strange:
        raise ValueError(
            f"The checkpoint has settings that this ganlab does not know ({', '.join(strange)}): install the ganlab "
            "that wrote it."
        )
    config = TrainConfig(**state["config"])
    if given is not None and given != config:
        names = [f.name for f in dataclasses.fields(config) if getattr(config, f.name) != getattr(given, f.name)]
        changes = ", ".join(f"{n}={getattr(given, n)!r} (saved {getattr(config, n)!r})" for n in names)
        raise ValueError(f"A run is resumed with the settings it was started with; these differ: {changes}.")
    return config


def restore(session: Session, state: dict[str, Any]) -> None:
    """Put a checkpoint's state into a session prepared with the same settings and pieces.

    Raises:
        ValueError: the networks, the loss, the penalty or the data are not those of the checkpoint, or it is damaged.
    """
    now = session.game.alive.device.type
    saved = state.get("device", now)
    if now != saved:
        raise ValueError(
            f"The checkpoint was written on a {saved} device and this run is on {now}, which draws other random "
            f"numbers: resume it where there is a {saved} device, with the setting device that it was started with."
        )
    try:
        _restore(session, state)
    except KeyError as error:
        raise ValueError(f"The checkpoint is damaged, it lacks {error}: use an older checkpoint.") from error
    except (TypeError, AttributeError, IndexError, RuntimeError) as error:
        first = (str(error) or type(error).__name__).splitlines()[0]
        raise ValueError(f"The checkpoint is damaged ({first}): use an older checkpoint.") from error


def _restore(session: Session, state: dict[str, Any]) -> None:
    for name, player in (("g", session.game.g), ("d", session.game.d)):
        _restore_player(player, state["players"][name], {"g": "generator", "d": "discriminator"}[name])
    for name, saved in state["pieces"].items():
        if saved != session.pieces[name]:
            raise ValueError(
                f"The checkpoint was written with {name}={saved} and is resumed with {name}={session.pieces[name]}: "
                "pass the pieces that the run was started with."
            )
    for name, mark in session.marks.items():
        saved = state["marks"][name]
        if not torch.allclose(saved, mark, rtol=1e-4, atol=1e-6, equal_nan=True):
            raise ValueError(
                f"The checkpoint was written with another {name}: for the same scores it gave {float(saved[0]):g}, and "
                f"this one gives {float(mark[0]):g}; pass the pieces that the run was started with."
            )
    for name, stream in session.streams.items():
        _restore_stream(stream, **state["streams"][name])
    _require_same_data(session.streams["data"], state["samples"])
    session.game.alive.copy_(state["alive"])
    torch.set_rng_state(state["global_generator"])
    session.randomness.states = state["seed_generators"]
    if gpu := state.get("device_generators"):
        torch.cuda.set_rng_state(gpu["global"], session.randomness.device)
        session.randomness.device_states = gpu["seeds"]
    session.step = state["step"]
    session.run.elapsed = state["elapsed"]
    _restore_record(session.run.record, state["record"])


def _player_state(player: Player) -> dict[str, Any]:
    return {
        "weights": player.weights.detach(),
        "shapes": _shapes(player),
        "buffers": dict(player.net.named_buffers()),
        "optimizer": player.optimizer.state_dict(),
        "average": player.average,
        "last_change": player.last_change,
    }


def _shapes(player: Player) -> dict[str, list[int]]:
    tensors = (*player.net.named_parameters(), *player.net.named_buffers())
    return {name: list(tensor.shape) for name, tensor in tensors}


def _require_same_net(player: Player, state: dict[str, Any], name: str) -> None:
    now, saved = _shapes(player), state["shapes"]
    if state["weights"].shape != player.weights.shape:
        raise ValueError(
            f"The {name} has {player.weights.numel()} weights and the checkpoint {state['weights'].numel()}: pass the "
            "networks that the run was started with."
        )
    if now != saved:
        part = next(key for key in (*now, *saved) if now.get(key) != saved.get(key))
        raise ValueError(
            f"The {name} is another one than the checkpoint's: its {part!r} has shape {now.get(part, 'none')}, and "
            f"the checkpoint's {saved.get(part, 'none')} (seeds first); pass the networks that the run was started "
            "with."
        )


def _restore_player(player: Player, state: dict[str, Any], name: str) -> None:
    _require_same_net(player, state, name)
    buffers = dict(player.net.named_buffers())
    device = player.weights.device
    player.weights.data.copy_(state["weights"])
    for key, value in state["buffers"].items():
        buffers[key].copy_(value)
    player.optimizer.load_state_dict(state["optimizer"])
    for group in player.optimizer.param_groups:
        if isinstance(group["lr"], torch.Tensor):  # of a captured step; it was read onto the CPU
            group["lr"] = group["lr"].to(device)
    if player.average is not None:
        player.average.copy_(state["average"])
        player.share_buffers()
    if state["last_change"] is not None:
        player.last_change = state["last_change"].to(device)


def _restore_stream(stream: Stream, states: list[torch.Tensor], position: int) -> None:
    if states:
        for generator, saved in zip(stream.generators, states, strict=True):
            generator.set_state(saved)
        stream.refill()  # the block in hand, drawn again
        stream.position = position


def _first_samples(data: Stream) -> torch.Tensor | None:
    """Give the first samples of the block in hand, (S, up to 4, features…): a mark of the data."""
    return None if data.block is None else data.block[0, :, :4].clone()


def _require_same_data(data: Stream, saved: torch.Tensor | None) -> None:
    now = _first_samples(data)
    if saved is None or now is None:
        return
    if now.shape != saved.shape or not torch.allclose(now, saved.to(now), rtol=1e-4, atol=1e-5):
        raise ValueError(
            "The checkpoint was written with other data: the same random numbers draw other samples from the data "
            "passed; pass the data that the run was started with."
        )


def _record_state(record: Record) -> dict[str, Any]:
    names = ("steps", "stopped", *HISTORIES)
    return {**{name: getattr(record, name) for name in names}, "frames": record.frames, "filled": record.filled}


def _restore_record(record: Record, state: dict[str, Any]) -> None:
    device = record.stopped.device
    for name in ("stopped", *HISTORIES):
        setattr(record, name, state[name].to(device))
    record.steps, record.filled = state["steps"], state["filled"]
    record.frames = [(step, frame.to(device)) for step, frame in state["frames"]]
