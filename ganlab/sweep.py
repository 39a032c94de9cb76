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

    Raises:
        ValueError: an unknown field, a drawn value that `TrainConfig` refuses (nothing is trained then), a name that
            neither `TrainConfig` nor `build` takes, a score of another shape, or a log of another sweep.
    """
    from sklearn.model_selection import ParameterSampler  # here: slow to import

    require_whole("points", points)
    base = base or TrainConfig()
    fields = {field.name for field in dataclasses.fields(TrainConfig)}
    _require_known(set(distributions), fields, build)
    drawn = [_plain(point) for point in ParameterSampler(dict(distributions), points, random_state=seed)]
    settings = [{name: value for name, value in point.items() if name in fields} for point in drawn]
    configs = [dataclasses.replace(base, **setting) for setting in settings]  # all are checked before the first trains
    header: dict[str, Any] = {"sweep": 2, "base": dataclasses.asdict(base), "points": drawn}
    if log is not None:
        header |= {"data": describe_data(data), "score": describe(score), "build": describe(build)}
        header |= {"pieces": describe(pieces)}
    done = _read_log(log, json.loads(json.dumps(header))) if log is not None else {}
    for k, config in enumerate(configs):
        if k not in done:
            point = _Point(drawn[k])
            built = {} if build is None else build(point)
            run = train(data, config, **{**pieces, **built})
            _require_used(point, fields)
            done[k] = _scores(score(run), config.seeds)
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
    return {name: value.item() if hasattr(value, "item") else value for name, value in point.items()}


def _scores(scores: Mapping[str, Tensor], seeds: int) -> dict[str, list[float]]:
    plain = {}
    for name, values in scores.items():
        values = torch.as_tensor(values)
        if values.shape != (seeds,):
            raise ValueError(
                f"sweep: score {name!r} must give one number a seed, ({seeds},), got {tuple(values.shape)}"
            )
        plain[name] = [float(value) for value in values]
    return plain


def _read_log(path: str | os.PathLike[str], header: dict[str, Any]) -> dict[int, dict[str, list[float]]]:
    path = Path(path)
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").split("\n")
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
    entries = [json.loads(line) for line in lines[1:-1]]
    return {entry["point"]: entry["scores"] for entry in entries}


def _append(path: Path, header: dict[str, Any], entry: dict[str, Any]) -> None:
    whole = path.read_text(encoding="utf-8") if path.exists() else json.dumps(header) + "\n"
    write(path, whole[: whole.rfind("\n") + 1] + json.dumps(entry) + "\n")
