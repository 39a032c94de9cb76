import csv
import dataclasses
import json
from pathlib import Path

import pytest
import torch
from scipy import stats
from sklearn.model_selection import ParameterSampler

import ganlab as gl
from ganlab.diagnostics import mean_interval
from ganlab.sweep import sweep

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
    assert means == sorted(means, reverse=True)
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


def test_an_interrupted_sweep_goes_on_where_it_stopped(tmp_path: Path) -> None:
    log, trained = tmp_path / "deep" / "log.jsonl", []

    def stops(run: gl.Run) -> dict[str, torch.Tensor]:
        if len(trained) == 2:
            raise KeyboardInterrupt
        trained.append(run.config.lr_g)
        return score(run)

    with pytest.raises(KeyboardInterrupt):
        sweep(RING, SPACE, stops, points=4, base=BASE, log=log)
    with open(log, "a", encoding="utf-8") as file:
        file.write('{"point": 2, "sco')  # cut off in the middle of a line
    counted = []
    table = sweep(RING, SPACE, lambda run: (counted.append(1), score(run))[1], points=4, base=BASE, log=log)
    assert len(counted) == 2
    assert table == sweep(RING, SPACE, score, points=4, base=BASE)
    assert len(log.read_text(encoding="utf-8").strip().split("\n")) == 5
    assert json.loads(log.read_text(encoding="utf-8").split("\n")[0])["sweep"] == 1
    with pytest.raises(ValueError, match="log of another sweep"):
        sweep(RING, SPACE, score, points=4, base=BASE, seed=1, log=log)


def test_the_table_is_written_whole(tmp_path: Path) -> None:
    table = sweep(RING, {"n_critic": [1, 2]}, score, points=2, base=BASE)
    table.to_csv(tmp_path / "table.csv")
    with open(tmp_path / "table.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 and list(rows[0]) == ["point", "seed", "n_critic", "quality", "spread"]


def test_bad_sweeps_train_nothing() -> None:
    def never(run: gl.Run) -> dict[str, torch.Tensor]:
        raise AssertionError("trained")

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
