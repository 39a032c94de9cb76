"""Random search over settings: every point an ensemble of seeds, results as a tidy table, resumable."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganlab.data.shapes import Sampler
from ganlab.diagnostics.intervals import Interval, mean_interval
from ganlab.runtime import require_whole
from ganlab.training.config import TrainConfig
from ganlab.training.fingerprint import describe, describe_data
from ganlab.training.loop import train
from ganlab.training.run import Run
from ganlab.writing import write

Score = Callable[[Run], Mapping[str, Tensor]]  # each value (S,), one number a seed
Build = Callable[[Mapping[str, Any]], Mapping[str, Any]]  # a drawn point -> pieces of `train`


@dataclass(frozen=True)
class SweepTable:
    """Results of a sweep.

    Fields:
        rows: tidy, one a point and seed: point, seed, every varied setting, every score; scores may be NaN or infinite.
        names: the varied settings; scores: the names of the scores.
    """

    rows: list[dict[str, Any]]
    names: tuple[str, ...]
    scores: tuple[str, ...]

    def summary(
        self, score: str, *, confidence: float = 0.95, largest: bool = True
    ) -> list[tuple[dict[str, Any], Interval | None]]:
        """Give each point's settings with the mean of a score over seeds and its t interval, sorted by that mean.

        The largest mean comes first, or the smallest with `largest=False`, for a score such as a distance. A point with
        fewer than two seeds, or with a score that is not finite, has None and comes last.

        Raises:
            ValueError: there is no such score.
        """
        if score not in self.scores:
            raise ValueError(f"score {score!r} is not known: use one of {', '.join(map(repr, self.scores))}.")
        points: dict[int, list[dict[str, Any]]] = {}
        for row in self.rows:
            points.setdefault(row["point"], []).append(row)
        found: list[tuple[dict[str, Any], Interval | None]] = []
        for rows in points.values():
            values = torch.tensor([row[score] for row in rows], dtype=torch.float64)
            usable = len(values) > 1 and bool(values.isfinite().all())
            interval = mean_interval(values, confidence) if usable else None
            found.append(({name: rows[0][name] for name in self.names}, interval))
        sign = -1 if largest else 1
        return sorted(found, key=lambda pair: float("inf") if pair[1] is None else sign * pair[1].estimate)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the rows; the file is replaced whole or not at all."""
        path = Path(path)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with open(temporary, "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, ["point", "seed", *self.names, *self.scores])
                writer.writeheader()
                writer.writerows(self.rows)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def sweep(
    data: Sampler | Tensor,
    distributions: Mapping[str, Any],
    score: Score,
    *,
    points: int,
    base: TrainConfig | None = None,
    seed: int = 0,
    build: Build | None = None,
    log: str | os.PathLike[str] | None = None,
    **pieces: Any,
) -> SweepTable:
    """Train an ensemble at each of `points` random settings and score every seed.

    Args:
        data: as for `train`.
        distributions: for each field of `TrainConfig` to vary, a list to choose from or a scipy distribution (an object
            with `rvs`), as scikit-learn's `ParameterSampler` takes them. Other names are for `build`.
        score: run -> {name: (S,)}, such as {"modes": mode_report(run.sample(2500), ring).modes}.
        points: settings to draw, ≥ 1; fewer where all are lists with fewer combinations.
        base: everything that is not varied.
        seed: of the draws of settings.
        build: point -> pieces of `train`, for what is no setting: lambda point: {"discriminator": lambda:
            mlp_discriminator(2, fourier=point["waves"])}. At each point it, or what it built, must look at every name
            that is no setting, so that a misspelt one is found after one point.
        log: a file that gets a line after each point; a sweep called again with it skips the points it holds. It is
            refused where settings, data, score, pieces or build are others than when it was begun, as far as that can
            be told (`ganlab.training.fingerprint`).
        pieces: `generator`, `discriminator`, `loss`, `penalty` of `train`, the same at every point.

    Ctrl-C ends the sweep; the point that was training is not scored, and with a log trains again at the next call.

    Raises:
        ValueError: an unknown field, a drawn value that `TrainConfig` refuses (nothing is trained then), a name that
            neither `TrainConfig` nor `build` takes, scores of another shape or with names in use, or a log that is
            damaged or of another sweep.
        TypeError: an argument is of the wrong kind.
    """
    from sklearn.model_selection import ParameterSampler  # here: slow to import

    require_whole("points", points)
    base = TrainConfig() if base is None else base
    _require_kinds(distributions, base, score, build)
    fields = {field.name for field in dataclasses.fields(TrainConfig)}
    _require_known(set(distributions), fields, build)
    drawn = [_plain(point) for point in ParameterSampler(dict(distributions), points, random_state=seed)]
    settings = [{name: value for name, value in point.items() if name in fields} for point in drawn]
    configs = [dataclasses.replace(base, **setting) for setting in settings]  # all are checked before the first trains
    header: dict[str, Any] = {"sweep": 2, "base": dataclasses.asdict(base), "points": describe(drawn)}
    if log is not None:
        header |= {"data": describe_data(data), "score": describe(score), "build": describe(build)}
        header |= {"pieces": describe(pieces)}
    done = _read_log(log, json.loads(json.dumps(header))) if log is not None else {}
    for k, config in enumerate(configs):
        if k not in done:
            point = _Point(drawn[k])
            built = {} if build is None else build(point)
            if not isinstance(built, Mapping):
                raise TypeError(f"sweep: build must give a dict of pieces of `train`, got {type(built).__name__}.")
            run = train(data, config, **{**pieces, **built})
            if run.interrupted:
                raise KeyboardInterrupt  # a run cut short is no result of its setting
            _require_used(point, fields)
            done[k] = _scores(
                score(run), config.seeds, {"point", "seed", *distributions}, next(iter(done.values()), None)
            )
            if log is not None:
                _append(Path(log), header, {"point": k, "scores": done[k]})
    rows = [
        {"point": k, "seed": configs[k].seed + s, **drawn[k], **{name: values[s] for name, values in done[k].items()}}
        for k in range(len(configs))
        for s in range(configs[k].seeds)
    ]
    return SweepTable(rows, tuple(sorted(distributions)), tuple(done[0]) if done else ())


class _Point(Mapping[str, Any]):
    """A drawn point that knows which of its values `build` asked for."""

    def __init__(self, point: Mapping[str, Any]) -> None:
        self.point, self.used = point, set[str]()

    def __getitem__(self, name: str) -> Any:
        self.used.add(name)
        return self.point[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.point)

    def __len__(self) -> int:
        return len(self.point)

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return {**self, **other}  # who takes all may use any

    def copy(self) -> dict[str, Any]:
        return dict(self)


def _require_kinds(distributions: object, base: object, score: object, build: object) -> None:
    if not isinstance(distributions, Mapping):
        raise TypeError(
            "sweep: distributions must be a dict of name: list or scipy distribution, got "
            f"{type(distributions).__name__}."
        )
    if not isinstance(base, TrainConfig):
        raise TypeError(f"sweep: base must be a TrainConfig, got {type(base).__name__}.")
    for name, function in (("score", score), ("build", build)):
        if not callable(function) and not (name == "build" and function is None):
            raise TypeError(f"sweep: {name} must be a function, got {type(function).__name__}.")


def _require_known(names: set[str], fields: set[str], build: Build | None) -> None:
    """Refuse names that are no settings: all of them without `build`, misspelt settings with it."""
    spelt = {name.lower().replace("_", ""): name for name in fields}
    for name in sorted(names - fields):
        meant = spelt.get(name.lower().replace("_", ""))
        if meant is not None:
            raise ValueError(f"sweep: {name} is no setting of TrainConfig: write {meant}.")
        if build is None:
            raise ValueError(f"sweep: {name} is no setting of TrainConfig: pass `build`, which makes use of it.")


def _require_used(point: _Point, fields: set[str]) -> None:
    unused = sorted(point.keys() - fields - point.used)
    if unused:
        raise ValueError(
            f"sweep: {', '.join(unused)} is no setting of TrainConfig, and `build` did not look at it: correct the "
            "name, or use it in `build`."
        )


def _plain(point: Mapping[str, Any]) -> dict[str, Any]:
    """Turn NumPy's numbers into Python's."""
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in point.items()}


def _scores(scores: object, seeds: int, taken: set[str], before: Mapping[str, Any] | None) -> dict[str, list[float]]:
    """Give scores as plain numbers; refuse names in use, and other names than at the point before."""
    if not isinstance(scores, Mapping) or not scores:
        raise ValueError(f"sweep: score must give a dict of name: one number a seed, got {scores!r}.")
    if taken & scores.keys():
        raise ValueError(
            f"sweep: score {sorted(taken & scores.keys())[0]!r} has the name of a column: name it otherwise."
        )
    if before is not None and before.keys() != scores.keys():
        raise ValueError(
            f"sweep: score must give the same names at each point, {', '.join(map(repr, before))}, got "
            f"{', '.join(map(repr, scores))}."
        )
    plain = {}
    for name, values in scores.items():
        values = torch.as_tensor(values)
        if values.shape != (seeds,):
            raise ValueError(
                f"sweep: score {name!r} must give one number a seed, ({seeds},), got {tuple(values.shape)}."
            )
        plain[name] = [float(value) for value in values]
    return plain


def _read_log(path: str | os.PathLike[str], header: dict[str, Any]) -> dict[int, dict[str, list[float]]]:
    path = Path(path)
    if not path.exists():
        return {}
    if path.is_dir():
        raise ValueError(f"{path} is a folder: pass the name of a file as log.")
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    try:
        first = json.loads(lines[0])
    except json.JSONDecodeError:
        first = None
    if first != header:
        other = [name for name in header if not isinstance(first, dict) or first.get(name) != header[name]]
        raise ValueError(
            f"{path} is the log of another sweep (it differs in: {', '.join(other)}): use another file, or what it was "
            "begun with."
        )
    # A last line without its end was cut off by an interruption: that point trains again.
    found = {}
    for number, line in enumerate(lines[1:-1], 2):
        try:
            entry = json.loads(line)
            if not entry["scores"] or not all(isinstance(values, list) for values in entry["scores"].values()):
                raise TypeError
            found[entry["point"]] = entry["scores"]
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise ValueError(
                f"{path} is damaged in line {number}: take that line out, and its point trains again."
            ) from None
    return found


def _append(path: Path, header: dict[str, Any], entry: dict[str, Any]) -> None:
    whole = path.read_text(encoding="utf-8") if path.exists() else json.dumps(header) + "\n"
    write(path, whole[: whole.rfind("\n") + 1] + json.dumps(entry) + "\n")
