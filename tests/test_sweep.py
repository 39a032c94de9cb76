import csv
import dataclasses
import json
from functools import partial
from pathlib import Path

import pytest
import torch
from scipy import stats
from sklearn.model_selection import ParameterSampler

import ganlab as gl
from ganlab.diagnostics import mean_interval
from ganlab.sweep import SweepTable, sweep
from ganlab.training.fingerprint import describe, describe_data

RING = gl.ring()
BASE = gl.TrainConfig(seeds=3, steps=4, batch_size=8, width=4, snapshots=0)
SPACE = {"lr_g": stats.loguniform(1e-4, 1e-2), "n_critic": [1, 2, 3]}


def score(run: gl.Run) -> dict[str, torch.Tensor]:
    report = gl.mode_report(run.sample(50), RING)
    return {"quality": report.high_quality, "spread": run.sample(50).std(1).mean(-1)}


def test_points_are_scikit_learns_and_rows_are_those_of_plain_runs() -> None:
    table = sweep(RING, SPACE, score, points=4, base=BASE, seed=7)
    expected = list(ParameterSampler(SPACE, 4, random_state=7))
    assert len(table.rows) == 12
    for k, point in enumerate(expected):
        rows = [row for row in table.rows if row["point"] == k]
        assert [row["seed"] for row in rows] == [0, 1, 2]
        assert all(row["lr_g"] == point["lr_g"] and row["n_critic"] == point["n_critic"] for row in rows)
    alone = gl.train(RING, dataclasses.replace(BASE, **expected[2]))
    got = [row["spread"] for row in table.rows if row["point"] == 2]
    assert got == pytest.approx(score(alone)["spread"].tolist())


def test_the_summary_is_sorted_and_has_t_intervals() -> None:
    table = sweep(RING, SPACE, score, points=3, base=BASE)
    summary = table.summary("spread")
    means = [interval.estimate for _, interval in summary]
    assert means == sorted(means, reverse=True) and means[0] > means[-1]
    assert table.summary("spread", largest=False) == summary[::-1]
    settings, interval = summary[0]
    values = [row["spread"] for row in table.rows if row["lr_g"] == settings["lr_g"]]
    assert interval == mean_interval(values)
    with pytest.raises(ValueError, match="score 'speed' is not known: use one of 'quality', 'spread'"):
        table.summary("speed")


def test_a_point_with_a_score_that_is_not_finite_comes_last() -> None:
    def broken(run: gl.Run) -> dict[str, torch.Tensor]:
        return {"x": torch.full((3,), float("inf") if run.config.n_critic == 2 else float(run.config.n_critic))}

    table = sweep(RING, {"n_critic": [1, 2, 3]}, broken, points=3, base=BASE)
    assert [settings["n_critic"] for settings, _ in table.summary("x")] == [3, 1, 2]
    assert table.summary("x")[-1][1] is None
    upwards = table.summary("x", largest=False)
    assert [settings["n_critic"] for settings, _ in upwards] == [1, 3, 2] and upwards[-1][1] is None


def test_an_interrupted_sweep_goes_on_where_it_stopped(tmp_path: Path) -> None:
    log, trained, stop_at = tmp_path / "deep" / "log.jsonl", [], [2]

    def stops(run: gl.Run) -> dict[str, torch.Tensor]:
        if len(trained) == stop_at[0]:
            raise KeyboardInterrupt
        trained.append(run.config.lr_g)
        return score(run)

    with pytest.raises(KeyboardInterrupt):
        sweep(RING, SPACE, stops, points=4, base=BASE, log=log)
    with open(log, "a", encoding="utf-8") as file:
        file.write('{"point": 2, "sco')  # cut off in the middle of a line
    stop_at[0] = 99
    table = sweep(RING, SPACE, stops, points=4, base=BASE, log=log)
    assert len(trained) == 4
    assert table == sweep(RING, SPACE, score, points=4, base=BASE)
    assert len(log.read_text(encoding="utf-8").strip().split("\n")) == 5
    assert json.loads(log.read_text(encoding="utf-8").split("\n")[0])["sweep"] == 2
    with pytest.raises(ValueError, match=r"log of another sweep \(it differs in: points\)"):
        sweep(RING, SPACE, stops, points=4, base=BASE, seed=1, log=log)


class Interrupted:
    """Data that press Ctrl-C, once, while a point trains."""

    def __init__(self, at: int) -> None:
        self.at, self.calls = at, 0

    def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
        self.calls += 1
        if self.calls == self.at:
            raise KeyboardInterrupt
        return RING.sample(n, generator=generator)


@pytest.mark.filterwarnings("ignore:Training was interrupted")
def test_a_point_interrupted_while_it_trains_is_no_result(tmp_path: Path) -> None:
    log, trained = tmp_path / "log.jsonl", []

    def counts(run: gl.Run) -> dict[str, torch.Tensor]:
        trained.append(run.record.steps[-1])
        return score(run)

    whole = Interrupted(10**9)
    table = sweep(whole, {"lr_g": [1e-3, 1e-2]}, counts, points=2, base=BASE, log=tmp_path / "whole.jsonl")
    trained.clear()
    data = Interrupted(whole.calls - 2)  # in the second point
    with pytest.raises(KeyboardInterrupt):
        sweep(data, {"lr_g": [1e-3, 1e-2]}, counts, points=2, base=BASE, log=log)
    assert len(trained) == 1 and len(log.read_text(encoding="utf-8").splitlines()) == 2
    data.at = -1
    assert sweep(data, {"lr_g": [1e-3, 1e-2]}, counts, points=2, base=BASE, log=log) == table
    assert len(trained) == 2


def test_a_damaged_log_is_said_to_be(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    sweep(RING, {"n_critic": [1, 2]}, score, points=2, base=BASE, log=log)
    good = log.read_text(encoding="utf-8").splitlines()
    for bad in ('{"point": 0, "sco', '{"point": 0}', "7", '{"point": 0, "scores": 5}', '{"point": 0, "scores": {}}'):
        log.write_text("\n".join([good[0], bad, good[2], ""]), encoding="utf-8")
        with pytest.raises(ValueError, match="log.jsonl is damaged in line 2: take that line out"):
            sweep(RING, {"n_critic": [1, 2]}, score, points=2, base=BASE, log=log)
    with pytest.raises(ValueError, match="is a folder: pass the name of a file"):
        sweep(RING, {"n_critic": [1]}, score, points=1, base=BASE, log=tmp_path)


def test_classes_and_arrays_can_be_drawn_for_build_and_logged(tmp_path: Path) -> None:
    space = {"net": [Net, torch.nn.Linear], "sizes": [torch.tensor([1, 2]), torch.tensor([3, 4])]}

    def go(space: dict) -> SweepTable:
        build = lambda point: {"generator": lambda: point["net"](2, 2) if point["sizes"].sum() else None}  # noqa: E731
        return sweep(RING, space, score, points=1, base=BASE, log=tmp_path / "log.jsonl", build=build)

    assert go(space).rows[0]["seed"] == 0
    with pytest.raises(ValueError, match="it differs in: points"):
        go({**space, "sizes": [torch.tensor([1, 3]), torch.tensor([5, 4])]})


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (None, "score must give a dict of name: one number a seed, got None"),
        ({}, "score must give a dict of name: one number a seed"),
        ({"seed": torch.zeros(3)}, "score 'seed' has the name of a column"),
        ({"n_critic": torch.zeros(3)}, "score 'n_critic' has the name of a column"),
        ({"x": torch.zeros(2)}, r"score 'x' must give one number a seed, \(3,\), got \(2,\)"),
    ],
)
def test_scores_that_are_none_are_refused(scores: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sweep(RING, {"n_critic": [1]}, lambda run: scores, points=1, base=BASE)


def test_scores_keep_their_names() -> None:
    with pytest.raises(ValueError, match="score must give the same names at each point, 'x1', got 'x2'"):
        sweep(RING, {"n_critic": [1, 2]}, lambda run: {f"x{run.config.n_critic}": torch.zeros(3)}, points=2, base=BASE)


def test_arguments_of_another_kind_are_refused() -> None:
    with pytest.raises(TypeError, match="distributions must be a dict of name: list or scipy distribution, got list"):
        sweep(RING, [SPACE], score, points=1)
    with pytest.raises(TypeError, match="base must be a TrainConfig, got dict"):
        sweep(RING, SPACE, score, points=1, base={})
    with pytest.raises(TypeError, match="build must give a dict of pieces of `train`, got NoneType"):
        sweep(RING, SPACE, score, points=1, base=BASE, build=lambda point: None)


class Net(torch.nn.Sequential):
    def __init__(self, width: int = 4, out: int = 2) -> None:
        super().__init__(torch.nn.Linear(2, width), torch.nn.ReLU(), torch.nn.Linear(width, out))


def test_a_log_is_not_taken_for_that_of_other_data_scores_or_pieces(tmp_path: Path) -> None:
    """The same log with something else in the sweep would give old results as new ones."""
    log, space = tmp_path / "log.jsonl", {"n_critic": [1]}
    begun = {"data": gl.ring(), "score": lambda run: {"x": run.sample(50).std(1).mean(-1)}, "generator": Net}

    def again(**others) -> SweepTable:
        given = {**begun, **others}
        return sweep(given.pop("data"), space, given.pop("score"), points=1, base=BASE, log=log, **given)

    table = again()
    assert again() == table == again(data=gl.ring(), score=begun["score"])
    own = gl.GANLoss(lambda real, fake: fake.mean() - real.mean(), lambda real, fake: -fake.mean())
    for others, named in (
        ({"data": gl.ring(std=0.2)}, "data"),
        ({"data": torch.randn(20, 2)}, "data"),
        ({"score": lambda run: {"x": run.sample(50).std(1).amax(-1)}}, "score"),
        ({"score": lambda run: {"x": run.sample(60).std(1).mean(-1)}}, "score"),
        ({"score": score}, "score"),
        ({"generator": partial(Net, 5)}, "pieces"),
        ({"generator": lambda width=5: Net(width)}, "pieces"),
        ({"loss": own}, "pieces"),
        ({"penalty": "r1"}, "pieces"),
        ({"build": lambda point: {}}, "build"),
    ):
        with pytest.raises(ValueError, match=rf"log of another sweep \(it differs in: {named}\)"):
            again(**others)


def test_descriptions_tell_functions_apart_and_no_more() -> None:
    first, same, other = (lambda x: x + 1), (lambda x: x + 1), (lambda x: x + 2)
    assert describe(first) == describe(same) != describe(other)
    assert describe(lambda x, k=1: x) != describe(lambda x, k=2: x)
    assert describe(partial(score, 3)) != describe(partial(score, 4))
    assert describe(gl.label_smoothing().d) == describe(gl.label_smoothing().d) != describe(gl.LOSSES["hinge"].d)
    assert describe(Net(4)) == describe(Net(4)) != describe(Net(5))
    assert describe_data(gl.ring()) == describe_data(gl.ring()) != describe_data(gl.grid())
    for piece in (None, "r1", score, Net, Net(3), own_loss := gl.LOSSES["hinge"], gl.PENALTIES["wgan_gp"]):
        assert json.loads(json.dumps(describe(piece))) == describe(piece)
    assert describe(own_loss)["source"] == own_loss.source


def test_the_table_is_written_whole(tmp_path: Path) -> None:
    table = sweep(RING, {"n_critic": [1, 2]}, score, points=2, base=BASE)
    table.to_csv(tmp_path / "table.csv")
    with open(tmp_path / "table.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 and list(rows[0]) == ["point", "seed", "n_critic", "quality", "spread"]


def test_bad_sweeps_train_nothing() -> None:
    def never(run: gl.Run) -> dict[str, torch.Tensor]:
        raise AssertionError("trained")

    for points in (0, -1, 2.5):
        with pytest.raises(ValueError, match=f"points must be a whole number of 1 or more, got {points}"):
            sweep(RING, SPACE, never, points=points, base=BASE)
    for name in ("lr_G", "lrg", "Batch_Size"):
        with pytest.raises(ValueError, match=f"{name} is no setting of TrainConfig: write (lr_g|batch_size)"):
            sweep(RING, {name: [1]}, never, points=1, base=BASE, build=lambda point: {})
    with pytest.raises(ValueError, match="learning_rate is no setting"):
        sweep(RING, {"learning_rate": [1.0]}, never, points=1, base=BASE)
    with pytest.raises(ValueError, match="lr_g=-1"):
        sweep(RING, {"lr_g": [0.1, -1.0]}, never, points=2, base=BASE)
    with pytest.raises(ValueError, match=r"one number a seed, \(3,\), got \(1,\)"):
        sweep(RING, {"n_critic": [1]}, lambda run: {"x": torch.zeros(1)}, points=1, base=BASE)


def test_what_is_no_setting_goes_to_build() -> None:
    from ganlab.nets import mlp_discriminator

    def build(point):
        return {"discriminator": lambda: mlp_discriminator(2, width=4, fourier=point["waves"])}

    space = {"waves": [2, 8], "lr_g": [1e-3]}
    table = sweep(RING, space, score, points=2, base=BASE, build=build)
    assert sorted({row["waves"] for row in table.rows}) == [2, 8] and table.names == ("lr_g", "waves")
    for waves in (2, 8):
        alone = gl.train(RING, dataclasses.replace(BASE, lr_g=1e-3), **build({"waves": waves}))
        got = [row["spread"] for row in table.rows if row["waves"] == waves]
        assert got == pytest.approx(score(alone)["spread"].tolist())


def test_a_name_that_build_does_not_look_at_is_refused_after_one_point(tmp_path: Path) -> None:
    log, space, trained = tmp_path / "log.jsonl", {"lrr_g": [1e-3, 1e-2], "waves": [2]}, []

    def count(run: gl.Run) -> dict[str, torch.Tensor]:
        trained.append(1)
        return score(run)

    def late(point):
        return {"discriminator": lambda: gl.nets.mlp_discriminator(2, width=4, fourier=point["waves"])}

    with pytest.raises(ValueError, match="lrr_g is no setting of TrainConfig, and `build` did not look at it"):
        sweep(RING, space, count, points=2, base=BASE, build=late, log=log)
    assert not trained and not log.exists()
    # Whoever takes all of a point may use all of it.
    for build in (lambda p: late(dict(p)), lambda p: late({**p}), lambda p: late(p | {}), lambda p: late(p.copy())):
        assert len(sweep(RING, space, score, points=2, base=BASE, build=build).rows) == 6
