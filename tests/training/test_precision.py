"""bfloat16 and the channels-last layout: the same game but for rounding, and float32 wherever it is promised."""

import dataclasses
import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import ganlab as gl
from ganlab.nets import MinibatchDiscrimination, SpectralConv2d, dcgan_discriminator, dcgan_generator
from ganlab.nets.native import SeedConv
from ganlab.runtime import require_precision

Z = 6
DATA = torch.rand(30, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
# Adam would turn the rounding of a gradient near 0 into a step of full size.
BASE = gl.TrainConfig(
    seeds=2,
    steps=3,
    batch_size=8,
    latent_dim=Z,
    record_every=1,
    snapshots=1,
    snapshot_size=3,
    optimizer="sgd",
    lr_d=0.01,
)
NETS = {"generator": lambda: dcgan_generator(Z, width=4), "discriminator": lambda: dcgan_discriminator(width=4)}
PLAIN = {**NETS, "discriminator": lambda: dcgan_discriminator(width=4, norm=None)}


def change(**settings: object) -> gl.TrainConfig:
    return dataclasses.replace(BASE, **settings)


def dtypes(run: gl.Run, points: Tensor = DATA) -> set[torch.dtype]:
    state = [*run.generator.state_dict().values(), *run.discriminator.state_dict().values()]
    seen = [*state, run.record.snapshots, run.record.loss_d, run.sample(2), run.scores(points)]
    return {tensor.dtype for tensor in seen if tensor.is_floating_point()}


def test_bfloat16_is_the_same_game_but_for_rounding() -> None:
    plain, mixed = gl.train(DATA, BASE, **NETS), gl.train(DATA, change(precision="bfloat16"), **NETS)
    gap = float((plain.record.loss_d - mixed.record.loss_d).abs().max())
    assert 1e-6 < gap < 0.02  # 8 bits: relative steps of 0.4 %
    assert 0 < float((plain.sample(4) - mixed.sample(4)).abs().max()) < 0.02
    assert dtypes(mixed) == {torch.float32}


def test_it_works_without_images_and_for_nets_that_are_lifted() -> None:
    def lifted() -> nn.Module:
        return nn.Sequential(nn.Linear(2, 8), nn.Softsign(), nn.Linear(8, 1))

    config = change(latent_dim=2, width=8, precision="bfloat16", steps=20)
    run = gl.train(gl.ring(), config, discriminator=lifted)
    assert dtypes(run, gl.ring().modes) == {torch.float32} and bool(run.record.loss_d.isfinite().all())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_penalties_see_float32(precision: str) -> None:
    """The same number to the last bit at the first step, where the weights are still the same."""
    seen: list[tuple[torch.dtype, float]] = []

    def own(critic, real: Tensor, fake: Tensor) -> Tensor:
        x = real.detach().requires_grad_()
        scores = critic(x)
        (slope,) = torch.autograd.grad(scores.sum(), x, create_graph=True)
        value = slope.square().sum()
        seen.append((scores.dtype, float(value.detach())))
        return value

    gl.train(DATA, change(seeds=1, steps=1, precision=precision), penalty=own, **PLAIN)
    gl.train(DATA, change(seeds=1, steps=1), penalty=own, **PLAIN)
    assert seen[0] == seen[1] and seen[0][0] is torch.float32
    ours = gl.train(DATA, change(precision=precision, penalty="r1"), **PLAIN)
    assert bool(ours.record.loss_d.isfinite().all())


def test_power_iterations_and_distances_in_the_batch_stay_in_float32() -> None:
    layer = SpectralConv2d(3, 5, 4)
    weight = layer.eval().normalised().detach()
    crowd = MinibatchDiscrimination(4, kernels=2)
    with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
        assert torch.equal(layer.normalised(), weight)
        assert torch.equal(crowd(torch.ones(301, 4))[:, 4:], torch.full((301, 2), 301.0))  # bfloat16 has 300 and 302


class TestChannelsLast:
    def test_it_is_the_same_game_but_for_the_order_of_sums(self) -> None:
        plain, other = gl.train(DATA, BASE, **NETS), gl.train(DATA, change(channels_last=True), **NETS)
        assert torch.allclose(plain.record.loss_d, other.record.loss_d, rtol=1e-4)
        assert torch.allclose(plain.record.gradient_norm_g, other.record.gradient_norm_g, rtol=1e-3)
        assert torch.allclose(plain.sample(4), other.sample(4), atol=1e-4)

    @pytest.mark.parametrize("seeds", [1, 2])
    def test_weights_and_what_comes_out_have_their_channels_innermost(self, seeds: int) -> None:
        run = gl.train(DATA, change(channels_last=True, seeds=seeds, steps=1), **NETS)
        convolutions = [
            layer for net in (run.generator, run.discriminator) for layer in net if isinstance(layer, SeedConv)
        ]
        assert all(layer.layer.weight.stride(2) == 1 for layer in convolutions)
        layers = [layer for layer in convolutions if min(layer.layer.weight.shape[1:3]) > 1]  # one channel has no order
        assert len(layers) == 2
        outs: list[Tensor] = []
        hooks = [layer.register_forward_hook(lambda net, inputs, out: outs.append(out)) for layer in layers]
        run.scores(run.sample(5))
        for hook in hooks:
            hook.remove()
        assert len(outs) >= 2 and all(out.stride(2) == 1 for out in outs)

    def test_an_average_and_a_checkpoint_keep_the_layout(self, tmp_path: Path) -> None:
        config = change(channels_last=True, precision="bfloat16", ema=0.5, optimizer="adam", steps=4)
        whole = gl.train(DATA, config, **NETS)
        path = tmp_path / "run.pt"
        gl.train(DATA, config, checkpoint=path, callbacks=[lambda step, run: step >= 2], **NETS)
        resumed = gl.train(DATA, resume=path, **NETS)
        assert torch.equal(resumed.sample(3), whole.sample(3))
        assert torch.equal(resumed.record.loss_d, whole.record.loss_d)
        with pytest.raises(ValueError, match=r"channels_last=False \(saved True\)"):
            gl.train(DATA, dataclasses.replace(config, channels_last=False), resume=path, **NETS)


class TestBadInput:
    @pytest.mark.parametrize(
        ("settings", "kind", "message"),
        [
            (
                {"precision": "float16"},
                ValueError,
                "precision='float16' is not known: use one of 'float32', 'bfloat16'.",
            ),
            ({"precision": None}, TypeError, "precision=None must be a name (a string)."),
            ({"channels_last": 1}, TypeError, "channels_last=1 must be True or False."),
            (
                {"precision": "bfloat16", "consensus": 0.1, "update": "simultaneous"},
                ValueError,
                "precision='bfloat16' would change nothing; use precision='float32'.",
            ),
        ],
    )
    def test_settings(self, settings: dict, kind: type[Exception], message: str) -> None:
        with pytest.raises(kind, match=re.escape(message)):
            gl.TrainConfig(**settings)

    def test_a_gpu_without_the_units_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Tesla T4")
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
        says = "precision='bfloat16' needs a GPU of compute capability 8 or more (Ampere, 2020), and this Tesla T4 has"
        with pytest.raises(ValueError, match=re.escape(says)):
            require_precision("bfloat16", torch.device("cuda"))
        require_precision("float32", torch.device("cuda"))
        require_precision("bfloat16", torch.device("cpu"))
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 0))
        require_precision("bfloat16", torch.device("cuda"))

    def test_a_step_of_ones_own_sets_its_own_precision(self) -> None:
        with pytest.raises(
            ValueError, match="step= does not go together with precision='bfloat16', channels_last=True"
        ):
            gl.train(DATA, change(precision="bfloat16", channels_last=True), step=lambda *_: (None, None), **NETS)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("penalty", [None, "r1"])
def test_on_a_gpu_both_train_as_float32_does(penalty: str | None) -> None:
    capable = torch.cuda.get_device_capability() >= (8, 0)
    settings = {"device": "cuda", "penalty": penalty}
    plain = gl.train(DATA, change(**settings), **PLAIN)
    fast = change(**settings, channels_last=True, precision="bfloat16" if capable else "float32")
    run = gl.train(DATA, fast, **PLAIN)
    assert torch.allclose(run.record.loss_d, plain.record.loss_d, atol=0.03)
    assert dtypes(run) == {torch.float32} and run.sample(2).device.type == "cpu"
