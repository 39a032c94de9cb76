"""A step of one's own: the same runs as without it, seed by seed, and clear words where something does not fit."""

import dataclasses

import pytest
import torch
from torch import nn
from torch.nn.functional import softplus

import ganlab as gl
from ganlab.nets import mlp

SMALL = gl.TrainConfig(seeds=3, steps=40, batch_size=32, width=16, record_every=5, snapshots=2, snapshot_size=64)
DATA = gl.ring()


def change(**settings) -> gl.TrainConfig:
    return dataclasses.replace(SMALL, **settings)


def reference(generator, discriminator, opt_g, opt_d, real, draw_latents):
    fake = generator(draw_latents()).detach()
    loss_d = softplus(-discriminator(real)).mean() + softplus(discriminator(fake)).mean()
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = softplus(-discriminator(generator(draw_latents()))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


class TestSameRuns:
    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"seed": 7, "optimizer": "sgd", "betas": (0.5, 0.9), "lr_g": 0.05, "lr_d": 0.02},
            {"optimizer": "rmsprop", "weight_decay": 0.01, "lr_end": 0.1, "schedule": "cosine", "steps": 23},
        ],
    )
    def test_the_reference_step_gives_the_trainers_own_runs(self, settings) -> None:
        config = change(**settings)
        ours, theirs = gl.train(DATA, config), gl.train(DATA, config, step=reference)
        assert torch.equal(ours.record.steps, theirs.record.steps)
        for name in ("loss_d", "loss_g", "gradient_norm_d", "gradient_norm_g"):
            assert torch.allclose(getattr(ours.record, name), getattr(theirs.record, name), atol=1e-4), name
        assert torch.equal(ours.record.snapshots[0], theirs.record.snapshots[0])
        assert torch.allclose(ours.record.snapshots, theirs.record.snapshots, atol=1e-4)
        assert torch.allclose(ours.sample(100), theirs.sample(100), atol=1e-4)
        assert torch.allclose(ours.scores(DATA.modes), theirs.scores(DATA.modes), atol=1e-4)

    def test_networks_of_ones_own_with_batch_statistics_and_dropout(self) -> None:
        def normed() -> nn.Module:
            return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2))

        config = change(steps=10)
        ours = gl.train(DATA, config, generator=normed)
        theirs = gl.train(DATA, config, generator=normed, step=reference)
        # A bias in front of batch statistics has no gradient but rounding, which Adam makes large.
        assert torch.allclose(ours.sample(100), theirs.sample(100), atol=2e-3)
        assert theirs.generator.training

    def test_two_runs_are_bit_identical_and_seed_k_alone_is_seed_k(self) -> None:
        def noisy(generator, discriminator, opt_g, opt_d, real, draw_latents):
            return reference(
                generator, discriminator, opt_g, opt_d, real + 0.1 * torch.randn(len(real), 2), draw_latents
            )

        first, again = (gl.train(DATA, SMALL, step=noisy) for _ in range(2))
        alone = gl.train(DATA, change(seed=1, seeds=1), step=noisy)
        assert torch.equal(first.sample(50), again.sample(50))
        assert torch.equal(first.sample(50)[1:2], alone.sample(50))

    def test_batches_are_the_trainers_and_stay_whole(self) -> None:
        """Latents drawn before a new block must not change under a step that uses them later."""
        seen: list[list[torch.Tensor]] = [[], []]

        def keep(generator, discriminator, opt_g, opt_d, real, draw_latents):
            seen[0].append(real)
            seen[1].append(draw_latents())
            return 0.0, 0.0

        gl.train(DATA, change(seeds=1, steps=200, batch_size=512), step=keep)
        reals, latents = (torch.stack(batches) for batches in seen)
        for batches in (reals, latents):
            assert len({float(batch.sum()) for batch in batches}) == 200
        spied = []

        def penalty(critic, real, fake):
            spied.append(real.clone())
            return critic(fake).sum() * 0

        gl.train(DATA, change(seeds=1, steps=200, batch_size=512, width=2), penalty=penalty)
        assert torch.equal(torch.stack(spied), reals)


class TestRecord:
    def test_all_histories_are_filled(self) -> None:
        record = gl.train(DATA, change(steps=23), step=reference).record
        assert record.steps.tolist() == [5, 10, 15, 20, 23]
        for name in ("loss_d", "loss_g", "gradient_norm_d", "gradient_norm_g", "accuracy_d", "score_real"):
            assert getattr(record, name).shape == (3, 5) and bool(getattr(record, name).isfinite().all()), name
        assert record.snapshots.shape == (3, 3, 64, 2)

    def test_a_player_at_rest_has_no_history_and_does_not_move(self) -> None:
        def only_d(generator, discriminator, opt_g, opt_d, real, draw_latents):
            loss = softplus(-discriminator(real)).mean() + softplus(discriminator(generator(draw_latents()))).mean()
            opt_d.zero_grad()
            loss.backward()
            opt_d.step()
            return loss.item(), None

        run = gl.train(DATA, SMALL, step=only_d)
        assert bool(run.record.loss_g.isnan().all()) and bool(run.record.gradient_norm_g.isnan().all())
        assert bool(run.record.gradient_norm_d.isfinite().all())
        assert torch.equal(run.record.snapshots[0], run.record.snapshots[-1])
        assert run.record.stopped.tolist() == [-1, -1, -1]

    def test_callbacks_see_the_present_weights_and_may_end_the_training(self) -> None:
        seen = []

        def look(step, run):
            seen.append(run.sample(5))
            return step == 10

        run = gl.train(DATA, SMALL, step=reference, callbacks=[look])
        assert len(seen) == 3 and not torch.equal(seen[0], seen[1])
        assert torch.equal(seen[-1], run.sample(5))

    @pytest.mark.parametrize("where", ["loss", "gradient"])
    def test_a_seed_that_is_not_finite_stops_and_keeps_its_weights(self, where: str) -> None:
        count = [0]

        def breaks(generator, discriminator, opt_g, opt_d, real, draw_latents):
            losses = reference(generator, discriminator, opt_g, opt_d, real, draw_latents)
            count[0] += 1
            if count[0] == 3 * 7 + 2:  # the second seed in its eighth step
                if where == "loss":
                    return torch.tensor(torch.nan), losses[1]
                next(discriminator.parameters()).grad.fill_(torch.inf)
                opt_d.step()
            return losses

        with pytest.warns(RuntimeWarning, match="Seed 1 stopped at step 8"):
            run = gl.train(DATA, SMALL, step=breaks)
        whole = gl.train(DATA, SMALL, step=reference)
        seven = gl.train(DATA, change(steps=7), step=reference)
        assert run.record.stopped.tolist() == [-1, 8, -1]
        assert torch.equal(run.sample(20)[[0, 2]], whole.sample(20)[[0, 2]])
        assert torch.equal(run.sample(20)[1], seven.sample(20)[1])
        assert bool(run.record.loss_d[1, 1:].isnan().all()) and bool(run.record.loss_d[0].isfinite().all())


class TestBadInput:
    @pytest.mark.parametrize(
        ("settings", "says"),
        [
            ({"n_critic": 5}, "n_critic=5"),
            ({"unroll": 2}, "unroll=2"),
            ({"loss": "saturating", "ema": 0.9}, "loss='saturating', ema=0.9"),
            ({"penalty": "r1"}, "penalty='r1'"),
        ],
    )
    def test_settings_that_a_step_decides_itself(self, settings, says: str) -> None:
        with pytest.raises(ValueError, match=rf"step= does not go together with {says}"):
            gl.train(DATA, change(**settings), step=reference)

    def test_arguments_that_a_step_decides_itself(self, tmp_path) -> None:
        for pieces in ({"loss": "hinge"}, {"penalty": "r1"}, {"checkpoint": tmp_path / "run.pt"}):
            with pytest.raises(ValueError, match=f"step= does not go together with {next(iter(pieces))}="):
                gl.train(DATA, SMALL, step=reference, **pieces)

    def test_what_is_no_step(self) -> None:
        with pytest.raises(TypeError, match="step must be a function of one run, got str"):
            gl.train(DATA, SMALL, step="alternating")

    @pytest.mark.parametrize(
        ("out", "says"),
        [
            (None, "got NoneType"),
            (torch.tensor(1.0), "got Tensor"),
            ((1.0, 2.0, 3.0), "got 3 values"),
            ((torch.zeros(4), 1.0), r"loss_d is a tensor \(4,\)"),
            ((1.0, "none"), "loss_g is str"),
        ],
    )
    def test_what_a_step_must_return(self, out, says: str) -> None:
        with pytest.raises(ValueError, match=rf"step must return \(loss_d, loss_g\).*{says}"):
            gl.train(DATA, SMALL, step=lambda *_: out)

    def test_an_error_of_the_step_is_shown_as_it_is(self) -> None:
        with pytest.raises(ZeroDivisionError):
            gl.train(DATA, SMALL, step=lambda *_: (1 / 0, 0))


def test_the_shape_of_networks_is_checked_as_without_a_step() -> None:
    with pytest.raises(ValueError, match=r"generator must map a batch \(B, 2\) to \(B, 2\)"):
        gl.train(DATA, SMALL, generator=lambda: mlp([2, 4, 3]), step=reference)
