import dataclasses
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

import ganlab as gl
from ganlab.training.checkpoint import read_checkpoint

DATA = gl.ring()
BASE = gl.TrainConfig(
    seeds=2, steps=80, batch_size=16, width=8, record_every=7, snapshots=4, snapshot_size=10, lr_end=0.1
)
# The block of random numbers holds 64 steps: stops before, at and after its end.
STOPS = (1, 37, 64, 65, 79)
KINDS = {
    "adam, ema, wgan-gp": {"ema": 0.9, "loss": "wasserstein", "penalty": "wgan_gp", "n_critic": 2},
    "rmsprop, ema, r1": {"optimizer": "rmsprop", "ema": 0.9, "penalty": "r1"},
    "optimistic, noise": {"update": "optimistic", "instance_noise": 0.1},
    "dragan": {"penalty": "dragan"},
    "extragradient": {"update": "extragradient"},
    "consensus": {"update": "simultaneous", "consensus": 0.1},
    "unrolled": {"unroll": 2},
}


def stop_at(step: int):
    return lambda now, run: now >= step


def same(a: gl.Run, b: gl.Run) -> bool:
    records = all(
        torch.equal(torch.nan_to_num(getattr(a.record, name)), torch.nan_to_num(getattr(b.record, name)))
        for name in (
            "steps",
            "loss_d",
            "loss_g",
            "gradient_norm_g",
            "accuracy_d",
            "snapshots",
            "snapshot_steps",
            "stopped",
        )
    )
    return (
        records and torch.equal(a.sample(20), b.sample(20)) and torch.equal(a.scores(DATA.modes), b.scores(DATA.modes))
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stop", STOPS)
def test_a_resumed_run_equals_the_uninterrupted_one_bit_for_bit(kind: str, stop: int, tmp_path: Path) -> None:
    config = dataclasses.replace(BASE, record_every=1, **KINDS[kind])
    whole = gl.train(DATA, config)
    path = tmp_path / "run.pt"
    first = gl.train(DATA, config, checkpoint=path, callbacks=[stop_at(stop)])
    assert first.record.steps[-1] == stop
    resumed = gl.train(DATA, resume=path)
    assert same(resumed, whole) and resumed.elapsed > 0


def test_code_that_draws_from_the_global_generator_is_resumed_too(tmp_path: Path) -> None:
    def noisy() -> nn.Module:
        return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))

    config = dataclasses.replace(BASE, record_every=1)
    whole = gl.train(DATA, config, discriminator=noisy)
    path = tmp_path / "run.pt"
    gl.train(DATA, config, discriminator=noisy, checkpoint=path, callbacks=[stop_at(30)])
    resumed = gl.train(DATA, resume=path, discriminator=noisy)
    assert torch.equal(resumed.record.loss_d, whole.record.loss_d)
    assert torch.equal(resumed.sample(20), whole.sample(20))


def test_averages_spectral_norm_packing_and_own_penalties_are_resumed_too(tmp_path: Path) -> None:
    def own(critic, real, fake):
        mixed = (real + torch.rand(len(real), 1) * (fake - real)).requires_grad_()
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        return slope.square().sum(-1).mean()

    pieces = {
        "generator": lambda: gl.nets.mlp_generator(2, 2, 8, norm="batch"),
        "discriminator": lambda: gl.nets.mlp_discriminator(2, 8, norm="spectral", packing=2),
        "penalty": own,
    }
    config = dataclasses.replace(BASE, record_every=1, ema=0.9, steps=40)
    whole = gl.train(DATA, config, **pieces)
    path = tmp_path / "run.pt"
    gl.train(DATA, config, checkpoint=path, callbacks=[stop_at(17)], **pieces)
    assert same(gl.train(DATA, resume=path, **pieces), whole)


def test_an_interrupted_run_goes_on_from_its_last_whole_checkpoint(tmp_path: Path) -> None:
    def interrupt(step: int, run: gl.Run) -> None:
        if step == 49:
            raise KeyboardInterrupt

    path = tmp_path / "deep" / "run.pt"
    with pytest.warns(UserWarning, match="interrupted"):
        gl.train(DATA, BASE, checkpoint=path, checkpoint_every=20, callbacks=[interrupt])
    assert read_checkpoint(path)["step"] == 40
    assert same(gl.train(DATA, resume=path), gl.train(DATA, BASE))
    assert [p.name for p in path.parent.iterdir()] == ["run.pt"]


def test_resuming_a_finished_run_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    whole = gl.train(DATA, BASE, checkpoint=path)
    assert same(gl.train(DATA, resume=path), whole)


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.pt"
    gl.train(DATA, dataclasses.replace(BASE, steps=5), checkpoint=path)
    before = path.read_bytes()

    def full(state, file):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.warns(RuntimeWarning, match=r"run.pt could not be written at step 5 \(No space left on device\): the"):
        run = gl.train(DATA, dataclasses.replace(BASE, steps=5), checkpoint=path)
    assert run.record.steps[-1] == 5 and bool(run.sample(5).isfinite().all())  # nothing trained is lost
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["run.pt"]


def test_a_disk_that_fills_up_half_way_costs_the_checkpoint_only(tmp_path: Path) -> None:
    """In a process of its own, which may write files of 20,000 bytes and no more."""
    code = """
import resource, signal, sys, warnings
import ganlab as gl
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    run = gl.train(gl.ring(), gl.TrainConfig(seeds=1, steps=3, batch_size=4, snapshots=0), checkpoint=sys.argv[1])
print(run.record.steps[-1].item(), [str(each.message)[:14] for each in said if "written" in str(each.message)])
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "run.pt"], capture_output=True, text=True)
    assert done.stdout == "3 ['The checkpoint']\n", done.stderr
    assert done.returncode == 0 and not list(tmp_path.iterdir())


class TestBadFiles:
    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"There is no checkpoint .*none.pt"):
            gl.train(DATA, resume=tmp_path / "none.pt")

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
    def test_truncated(self, share: float, tmp_path: Path) -> None:
        path = tmp_path / "run.pt"
        gl.train(DATA, dataclasses.replace(BASE, steps=5), checkpoint=path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(
            ValueError, match="cannot be read as a checkpoint: it is truncated, damaged or another kind"
        ):
            gl.train(DATA, resume=path)

    def test_every_flipped_bit_of_its_contents_is_seen(self, tmp_path: Path) -> None:
        path = tmp_path / "run.pt"
        gl.train(DATA, dataclasses.replace(BASE, steps=5), checkpoint=path)
        whole = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            heads = [entry.header_offset for entry in archive.infolist() if entry.file_size]
        # Contents follow a header of 30 bytes, a name and an extra field, whose lengths stand at its end.
        starts = [head + 30 + sum(struct.unpack("<HH", whole[head + 26 : head + 30])) for head in heads]
        for start in starts[:: max(1, len(starts) // 12)]:
            path.write_bytes(whole[:start] + bytes([whole[start] ^ 1]) + whole[start + 1 :])
            with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
                gl.train(DATA, resume=path)

    @pytest.mark.parametrize(
        ("part", "value"),
        [
            ("players", 3),
            ("config", None),
            ("alive", torch.zeros(3)),
            ("global_generator", torch.zeros(2)),
            ("streams", {"data": 1}),
            ("record", []),
        ],
    )
    def test_contents_that_are_none(self, part: str, value: object, tmp_path: Path) -> None:
        path = tmp_path / "run.pt"
        gl.train(DATA, dataclasses.replace(BASE, steps=5), checkpoint=path)
        torch.save({**read_checkpoint(path), part: value}, path)
        with pytest.raises(ValueError, match="The checkpoint is damaged") as caught:
            gl.train(DATA, resume=path)
        assert "\n" not in str(caught.value)

    def test_of_another_device(self, tmp_path: Path) -> None:
        path = tmp_path / "run.pt"
        gl.train(DATA, dataclasses.replace(BASE, steps=5), checkpoint=path)
        torch.save({**read_checkpoint(path), "device": "cuda"}, path)
        with pytest.raises(ValueError, match="was written on a cuda device and this run is on cpu"):
            gl.train(DATA, resume=path)

    def test_foreign(self, tmp_path: Path) -> None:
        path = tmp_path / "other.pt"
        torch.save({"weights": torch.zeros(3)}, path)
        with pytest.raises(ValueError, match="is not a checkpoint written by ganlab"):
            gl.train(DATA, resume=path)
        path.write_text("hello")
        with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
            gl.train(DATA, resume=path)

    def test_newer(self, tmp_path: Path) -> None:
        path = tmp_path / "run.pt"
        gl.train(DATA, dataclasses.replace(BASE, steps=2), checkpoint=path)
        state = torch.load(path, weights_only=True)
        torch.save({**state, "version": 99}, path)
        with pytest.raises(ValueError, match="has checkpoint version 99, and this ganlab reads 2"):
            gl.train(DATA, resume=path)

    def test_other_settings_or_pieces(self, tmp_path: Path) -> None:
        path = tmp_path / "run.pt"
        config = dataclasses.replace(BASE, steps=2)
        gl.train(DATA, config, checkpoint=path)
        with pytest.raises(ValueError, match=r"these differ: lr_g=0.5 \(saved 0.001\)"):
            gl.train(DATA, dataclasses.replace(config, lr_g=0.5), resume=path)
        with pytest.raises(ValueError, match="The generator has 84 weights and the checkpoint 228"):
            gl.train(DATA, resume=path, generator=lambda: gl.nets.mlp([2, 8, 2]))
        with pytest.raises(ValueError, match="written with penalty=none and is resumed with penalty=wgan_gp"):
            gl.train(DATA, resume=path, penalty="wgan_gp")
        own = gl.GANLoss(lambda real, fake: fake.mean() - real.mean(), lambda real, fake: -fake.mean())
        gl.train(DATA, config, loss=own, checkpoint=path)
        with pytest.raises(ValueError, match="written with loss=own and is resumed with loss=nonsaturating"):
            gl.train(DATA, resume=path)
        with pytest.raises(ValueError, match="must be a file in a folder"):
            gl.train(DATA, config, checkpoint=tmp_path)
        with pytest.raises(ValueError, match="checkpoint_every must be a whole number of 1 or more, got 0"):
            gl.train(DATA, config, checkpoint=path, checkpoint_every=0)
        with pytest.raises(ValueError, match="checkpoint_every must be a whole number of 1 or more, got 2.5"):
            gl.train(DATA, config, checkpoint=path, checkpoint_every=2.5)

    def test_settings_that_this_ganlab_does_not_know(self, tmp_path: Path) -> None:
        path = self.changed(tmp_path, lambda state: state["config"].update(warmth=3.0, alpha=1))
        with pytest.raises(ValueError, match=r"settings that this ganlab does not know \(alpha, warmth\): install"):
            gl.train(DATA, resume=path)

    def test_contents_that_are_missing(self, tmp_path: Path) -> None:
        path = self.changed(tmp_path, lambda state: (state.pop("streams"), state.pop("alive")))
        with pytest.raises(ValueError, match=r"run.pt lacks alive, streams, which a checkpoint holds"):
            gl.train(DATA, resume=path)
        path = self.changed(tmp_path, lambda state: state["players"]["d"].pop("optimizer"))
        with pytest.raises(ValueError, match="The checkpoint is damaged, it lacks 'optimizer'"):
            gl.train(DATA, resume=path)

    def test_a_file_that_may_not_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def denied(*args, **settings):
            raise PermissionError(13, "Permission denied")

        path = self.changed(tmp_path, lambda state: None)
        monkeypatch.setattr(torch, "load", denied)  # permissions do not bind a superuser, who may run this test
        with pytest.raises(PermissionError, match=r"run.pt may not be read by this user"):
            gl.train(DATA, resume=path)

    def test_other_networks_with_as_many_weights(self, tmp_path: Path) -> None:
        config = dataclasses.replace(BASE, steps=2)
        path = tmp_path / "run.pt"
        wide, deep = (lambda: gl.nets.mlp([2, 5, 7, 2])), (lambda: gl.nets.mlp([2, 7, 5, 2]))
        count = [sum(weight.numel() for weight in net().parameters()) for net in (wide, deep)]
        assert count == [73, 73]
        gl.train(DATA, config, generator=wide, checkpoint=path)
        with pytest.raises(
            ValueError, match=r"generator is another one .*'0.weight' has shape \[2, 2, 7\].* \[2, 2, 5\]"
        ):
            gl.train(DATA, resume=path, generator=deep)
        gl.train(DATA, resume=path, generator=wide)

    @pytest.mark.parametrize("data", [gl.ring(std=0.2), gl.grid(), torch.randn(30, 2)])
    def test_other_data(self, data, tmp_path: Path) -> None:
        path = self.changed(tmp_path, lambda state: None)
        with pytest.raises(ValueError, match="written with other data: the same random numbers draw other samples"):
            gl.train(data, resume=path)

    def test_another_loss_of_ones_own(self, tmp_path: Path) -> None:
        def own(slope: float, pull: float) -> gl.GANLoss:
            return gl.GANLoss(lambda r, f: slope * f.square().mean() - r.mean(), lambda r, f: -pull * f.square().mean())

        path = tmp_path / "run.pt"
        gl.train(DATA, dataclasses.replace(BASE, steps=2), loss=own(1.0, 1.0), checkpoint=path)
        with pytest.raises(ValueError, match=r"another loss.d: for the same scores it gave .*, and this one gives"):
            gl.train(DATA, resume=path, loss=own(1.5, 1.0))
        with pytest.raises(ValueError, match="another loss.g"):
            gl.train(DATA, resume=path, loss=own(1.0, 0.9))
        gl.train(DATA, resume=path, loss=own(1.0, 1.0))

    @staticmethod
    def changed(folder: Path, change) -> Path:
        """A checkpoint whose contents somebody changed."""
        path = folder / "run.pt"
        gl.train(DATA, dataclasses.replace(BASE, steps=2), checkpoint=path)
        state = torch.load(path, weights_only=True)
        change(state)
        torch.save(state, path)
        return path
