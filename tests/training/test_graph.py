"""A captured step is the step: on a tape that replays operations at fixed addresses, and on a GPU where there is one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import ganlab as gl
from ganlab.training import graph
from ganlab.training.graph import WARM_UP, GraphedUpdate
from tests.training.tape import tape_capture

SETTINGS: dict[str, Any] = {
    **{"seeds": 2, "steps": WARM_UP + 9, "batch_size": 8, "width": 8, "record_every": 1, "snapshots": 2},
    **{"snapshot_size": 16, "device": "cpu", "cuda_graph": True},
}
DATA = gl.ring()
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "schedules": {"lr_end": 0.1, "instance_noise": 0.3, "noise_end": 0.0, "penalty": "r1", "penalty_end": 0.1},
    "critic": {"n_critic": 3, "loss": "wasserstein", "penalty": "wgan_gp", "penalty_weight": 10.0},
    "ours": {"loss": "relativistic", "penalty": "r1_r2", "ema": 0.9, "schedule": "cosine", "lr_end": 0.0},
    "dragan": {"penalty": "dragan", "clip_gradients": 0.5},
    "clip": {"loss": "wasserstein", "clip_weights": 0.01, "n_critic": 2, "weight_decay": 0.1},
    "sgd": {"optimizer": "sgd", "lr_end": 0.5},
    "rmsprop": {"optimizer": "rmsprop", "lr_end": 0.5},
    "simultaneous": {"update": "simultaneous"},
    "consensus": {"update": "simultaneous", "consensus": 0.5},
    "extragradient": {"update": "extragradient"},
    "optimistic": {"update": "optimistic", "betas": (0.0, 0.9)},
    "unrolled": {"unroll": 2},
    "still discriminator": {"n_critic": 0},
}


class Slow(GraphedUpdate):
    """The same update without the capture."""

    def __call__(self, game: Any, config: Any) -> Any:
        return self.update(game, config)


@pytest.fixture
def on_tape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(graph.CAPTURES, "cpu", tape_capture)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., gl.Run]]:
    """Train with everything but the capture."""

    def plain(*args: Any, **kwargs: Any) -> gl.Run:
        with monkeypatch.context() as patch:
            patch.setattr("ganlab.training.setup.GraphedUpdate", Slow)
            return gl.train(*args, **kwargs)

    yield plain


def same(a: gl.Run, b: gl.Run) -> None:
    for name in ("loss_d", "loss_g", "gradient_norm_d", "gradient_norm_g", "score_real", "score_fake", "snapshots"):
        torch.testing.assert_close(getattr(a.record, name), getattr(b.record, name), rtol=0, atol=0, equal_nan=True)
    assert torch.equal(a.sample(32), b.sample(32))


@pytest.mark.usefixtures("on_tape")
class TestOnATape:
    @pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rmsprop"])  # capturable on GPUs only
    def test_replayed_steps_are_the_steps(self, kind: str, without: Callable[..., gl.Run]) -> None:
        config = gl.TrainConfig(**{**SETTINGS, **KINDS[kind]})
        run = gl.train(DATA, config)
        same(run, without(DATA, config))
        moved = run.record.snapshots[-1] - run.record.snapshots[0]
        assert moved.abs().max() > 0, "nothing was trained"

    @pytest.mark.parametrize(
        "pieces",
        [
            lambda: {"discriminator": lambda: gl.nets.mlp_discriminator(2, width=8, norm="spectral")},
            lambda: {"discriminator": lambda: gl.nets.mlp_discriminator(2, width=8, minibatch="discrimination")},
            lambda: {
                "generator": lambda: nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
            },
        ],
        ids=["spectral", "minibatch", "batchnorm"],
    )
    def test_networks_with_state(self, pieces: Callable[[], dict[str, Any]], without: Callable[..., gl.Run]) -> None:
        config = gl.TrainConfig(**SETTINGS)
        same(gl.train(DATA, config, **pieces()), without(DATA, config, **pieces()))

    def test_a_penalty_written_for_one_run(self, without: Callable[..., gl.Run]) -> None:
        def penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
            x = real.detach().requires_grad_()
            (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
            return slope.square().sum(1).mean()

        config = gl.TrainConfig(**SETTINGS)
        same(gl.train(DATA, config, penalty=penalty), without(DATA, config, penalty=penalty))

    def test_a_seed_that_breaks_is_stopped_in_the_graph(self, without: Callable[..., gl.Run]) -> None:
        config = gl.TrainConfig(**{**SETTINGS, "optimizer": "sgd", "lr_d": 1.0, "lr_g": 1.0, "loss": "least_squares"})
        with pytest.warns(RuntimeWarning, match="no longer finite"):
            run = gl.train(DATA, config)
        with pytest.warns(RuntimeWarning, match="no longer finite"):
            other = without(DATA, config)
        assert torch.equal(run.record.stopped, other.record.stopped)
        assert run.record.stopped[0] > WARM_UP and run.record.stopped[1] == -1
        assert torch.equal(run.sample(32), other.sample(32))

    @pytest.mark.parametrize("kind", ["schedules", "sgd"])
    def test_a_resumed_run_goes_on_as_if_never_stopped(self, kind: str, tmp_path: Path) -> None:
        config = gl.TrainConfig(**{**SETTINGS, **KINDS[kind]})
        whole = gl.train(DATA, config)
        file = tmp_path / "run.pt"
        gl.train(DATA, config, checkpoint=file, checkpoint_every=1, callbacks=[lambda step, run: step == WARM_UP + 3])
        same(whole, gl.train(DATA, config, resume=file))

    def test_a_value_read_back_is_refused(self) -> None:
        def nosy(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
            scores = critic(real)
            return scores.square().mean() * (2.0 if scores.sum().item() > 0 else 1.0)

        with pytest.raises(RuntimeError, match="not permitted when stream is capturing"):
            gl.train(DATA, gl.TrainConfig(**SETTINGS), penalty=nosy)


def test_the_setting_does_nothing_on_a_cpu() -> None:
    config = {**SETTINGS, "steps": 6}
    same(gl.train(DATA, gl.TrainConfig(**config)), gl.train(DATA, gl.TrainConfig(**{**config, "cuda_graph": False})))


@pytest.mark.parametrize("value", [1, "yes", None])
def test_it_is_true_or_false(value: object) -> None:
    with pytest.raises(TypeError, match=r"^TrainConfig: cuda_graph=.* must be True or False\.$"):
        gl.TrainConfig(cuda_graph=value)  # type: ignore[arg-type]


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
class TestOnAGPU:
    @pytest.mark.parametrize("kind", KINDS)
    def test_replayed_steps_are_the_steps(self, kind: str, without: Callable[..., gl.Run]) -> None:
        config = gl.TrainConfig(**{**SETTINGS, **KINDS[kind], "device": "cuda"})
        same(gl.train(DATA, config), without(DATA, config))

    def test_a_value_read_back_is_refused(self) -> None:
        def nosy(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
            scores = critic(real)
            return scores.square().mean() * (2.0 if scores.sum().item() > 0 else 1.0)

        with pytest.raises(RuntimeError, match=r"^This step cannot be captured as a CUDA graph .*cuda_graph=False"):
            gl.train(DATA, gl.TrainConfig(**{**SETTINGS, "device": "cuda"}), penalty=nosy)
