import dataclasses
import math

import pytest
import torch
from torch import nn

import ganlab as gl
from ganlab.nets import mlp

SMALL = gl.TrainConfig(seeds=3, steps=50, batch_size=32, width=16, record_every=5, snapshots=2, snapshot_size=64)
DATA = gl.ring()


def change(**settings) -> gl.TrainConfig:
    return dataclasses.replace(SMALL, **settings)


class TestSeeds:
    def test_seed_k_alone_has_the_same_weights_and_noise_bit_for_bit(self) -> None:
        together = gl.train(DATA, change(steps=0, seed=4))
        alone = gl.train(DATA, change(steps=0, seed=5, seeds=1))
        for a, b in zip(together.generator.parameters(), alone.generator.parameters(), strict=True):
            assert torch.equal(a[1], b[0])
        for a, b in zip(together.discriminator.parameters(), alone.discriminator.parameters(), strict=True):
            assert torch.equal(a[1], b[0])
        assert torch.equal(together.latents(7)[1], alone.latents(7)[0])

    @pytest.mark.parametrize(("loss", "penalty"), [("nonsaturating", None), ("wasserstein", "wgan_gp")])
    def test_seed_k_alone_follows_the_same_path(self, loss: str, penalty: str | None) -> None:
        config = change(steps=50, loss=loss, penalty=penalty)
        together = gl.train(DATA, dataclasses.replace(config, seed=4))
        alone = gl.train(DATA, dataclasses.replace(config, seed=5, seeds=1))
        assert torch.allclose(together.record.loss_d[1], alone.record.loss_d[0], atol=1e-4)
        assert torch.allclose(together.sample(200)[1], alone.sample(200)[0], atol=1e-3)

    def test_batches_are_equal_bit_for_bit(self) -> None:
        seen: dict[int, list[torch.Tensor]] = {1: [], 3: []}

        def spy(seeds: int, first: int) -> None:
            def penalty(critic, real, fake):
                seen[seeds].append(real.clone())
                return critic(fake).sum() * 0

            gl.train(DATA, change(seeds=seeds, seed=first, steps=3), penalty=penalty)

        spy(3, 0), spy(1, 1)
        assert all(torch.equal(a, b) for a, b in zip(seen[3][1::3], seen[1], strict=True))

    def test_two_runs_are_bit_identical(self) -> None:
        first, again = (gl.train(DATA, SMALL) for _ in range(2))
        assert torch.equal(first.sample(100), again.sample(100))
        assert torch.equal(first.record.loss_g, again.record.loss_g)
        assert not torch.equal(first.sample(100), gl.train(DATA, change(seed=1)).sample(100))

    @pytest.mark.parametrize(("loss", "penalty"), [("nonsaturating", None), ("relativistic", "r1")])
    def test_seeds_do_not_mix(self, loss: str, penalty: str | None) -> None:
        """Perturb one seed's weights: no other seed's samples change by a bit."""
        built = []

        def disturbed() -> nn.Module:
            net = mlp([2, 16, 2])
            built.append(net)
            if len(built) == 5:  # the second seed of the second run
                with torch.no_grad():
                    net[0].weight.add_(0.1)
            return net

        config = change(loss=loss, penalty=penalty)
        before, after = (gl.train(DATA, config, generator=disturbed).sample(50) for _ in range(2))
        assert torch.equal(before[[0, 2]], after[[0, 2]])
        assert not torch.allclose(before[1], after[1])

    def test_the_global_generator_is_left_as_it_was(self) -> None:
        before = torch.get_rng_state()
        gl.train(DATA, SMALL)
        assert torch.equal(before, torch.get_rng_state())


def plain_loop(steps: int) -> torch.Tensor:
    """Train seed 0 in the way a user would write it, on the same weights and batches."""
    from ganlab.runtime import stream_generator
    from ganlab.training.setup import prepare

    session = prepare(DATA, change(seeds=1), None, None, None, None)
    shapes = [[2, 16, 16, 2], [2, 16, 16, 1]]
    g, d = mlp(shapes[0]), mlp(shapes[1], lambda: nn.LeakyReLU(0.2))
    for net, stacked in ((g, session.game.g.net), (d, session.game.d.net)):
        for own, theirs in zip(net.parameters(), stacked.parameters(), strict=True):
            # A stacked linear layer holds the transpose of the plain one's weight.
            own.data = theirs.data[0].mT.clone() if own.ndim == 2 else theirs.data[0].clone()
    opt_g, opt_d = (torch.optim.Adam(net.parameters(), 1e-3, betas=(0.5, 0.999)) for net in (g, d))
    bce = nn.BCEWithLogitsLoss()
    for _ in range(steps):
        x, z = session.game.data.next()[0], session.game.latents.next()[0]
        loss = bce(d(x), torch.ones(32, 1)) + bce(d(g(z).detach()), torch.zeros(32, 1))
        opt_d.zero_grad()
        loss.backward()
        opt_d.step()
        loss = bce(d(g(session.game.latents.next()[0])), torch.ones(32, 1))
        opt_g.zero_grad()
        loss.backward()
        opt_g.step()
    z = torch.randn(100, 2, generator=stream_generator(0, "evaluation"))
    return g(z).detach()


def test_the_trainer_equals_a_plain_loop() -> None:
    run = gl.train(DATA, change(seeds=1, steps=40))
    assert torch.allclose(run.sample(100)[0], plain_loop(40), atol=1e-4)


def test_ring_is_learnt_at_a_benign_setting() -> None:
    """Not an absolute mark: the trained runs hold more than untrained ones on most paired seeds."""
    data = gl.ring(std=0.1)
    config = gl.TrainConfig(seeds=6, steps=600, batch_size=128, lr_g=1e-3, lr_d=1e-3, snapshots=0)
    trained = gl.mode_report(gl.train(data, config).sample(1000), data)
    untrained = gl.mode_report(gl.train(data, dataclasses.replace(config, steps=0)).sample(1000), data)
    assert int((trained.modes > untrained.modes).sum()) >= 5


class TestRecord:
    def test_shapes_and_ranges(self) -> None:
        run = gl.train(DATA, change(steps=23))
        record = run.record
        assert record.steps.tolist() == [5, 10, 15, 20, 23]
        for name in (
            "loss_d",
            "loss_g",
            "gradient_norm_d",
            "gradient_norm_g",
            "accuracy_d",
            "score_real",
            "score_fake",
        ):
            history = getattr(record, name)
            assert history.shape == (3, 5) and bool(history.isfinite().all()), name
        assert bool(((record.accuracy_d >= 0) & (record.accuracy_d <= 1)).all())
        assert record.snapshot_steps.tolist() == [0, 12, 23]
        assert record.snapshots.shape == (3, 3, 64, 2)
        assert torch.equal(record.snapshots[-1], run.sample(64))
        assert record.stopped.tolist() == [-1, -1, -1]

    def test_values_equal_autograd_at_the_first_step(self) -> None:
        config = change(steps=1, record_every=1, seeds=2)
        start = gl.train(DATA, change(steps=0, seeds=2))
        kept = {}

        def penalty(critic, real, fake):
            kept.setdefault("real", []).append(real)
            kept.setdefault("fake", []).append(fake)
            return critic(real).sum() * 0

        record = gl.train(DATA, config, penalty=penalty).record
        real, fake = torch.stack(kept["real"]), torch.stack(kept["fake"])
        s_real, s_fake = (start.discriminator(x).squeeze(-1) for x in (real, fake))
        loss = gl.LOSSES["nonsaturating"].d(s_real, s_fake)
        assert torch.allclose(record.loss_d[:, 0], loss, atol=1e-6)
        slopes = torch.autograd.grad(loss.sum(), list(start.discriminator.parameters()))
        norms = torch.stack([slope.flatten(1).square().sum(1) for slope in slopes]).sum(0).sqrt()
        assert torch.allclose(record.gradient_norm_d[:, 0], norms, rtol=1e-4)
        accuracy = ((s_real > 0).float().mean(1) + (s_fake < 0).float().mean(1)) / 2
        assert torch.allclose(record.accuracy_d[:, 0], accuracy)
        assert torch.allclose(record.score_real[:, 0], s_real.mean(1), atol=1e-6)

    def test_a_frozen_player_does_not_move_and_has_no_history(self) -> None:
        run = gl.train(DATA, change(n_generator=0))
        start = gl.train(DATA, change(steps=0))
        assert torch.equal(run.sample(20), start.sample(20))
        assert bool(run.record.loss_g.isnan().all()) and bool(run.record.loss_d.isfinite().all())
        run = gl.train(DATA, change(n_critic=0))
        assert bool(run.record.loss_d.isnan().all()) and bool(run.record.loss_g.isfinite().all())
        grid = DATA.modes
        assert torch.equal(run.scores(grid), start.scores(grid))

    def test_no_snapshots_when_none_are_asked_for(self) -> None:
        assert gl.train(DATA, change(snapshots=0, steps=2)).record.snapshots.numel() == 0


class TestStops:
    def test_nan_stops_its_seed_and_leaves_the_others(self) -> None:
        """One seed's critic breaks at step 10: its weights stay finite and all other seeds train as if nothing were."""
        calls = [0]

        def breaks(critic, real, fake):
            calls[0] += 1
            step, seed = divmod(calls[0] - 1, 3)
            return critic(fake).mean() * (math.nan if (step + 1, seed) == (10, 1) else 0.0)

        with pytest.warns(RuntimeWarning, match=r"Seed 1 stopped at step 10: .* no longer finite"):
            run = gl.train(DATA, change(record_every=1), penalty=breaks)
        whole = gl.train(DATA, change(record_every=1), penalty=lambda critic, real, fake: critic(fake).mean() * 0.0)
        assert run.record.stopped.tolist() == [-1, 10, -1]
        assert torch.equal(run.sample(20)[[0, 2]], whole.sample(20)[[0, 2]])
        assert bool(run.sample(20).isfinite().all())
        assert bool(run.record.loss_g[1, :9].isfinite().all()) and bool(run.record.loss_g[1, 9:].isnan().all())
        nine = gl.train(DATA, change(steps=9))
        assert torch.allclose(run.sample(20)[1], nine.sample(20)[1], atol=1e-6)

    def test_ctrl_c_keeps_what_was_recorded(self) -> None:
        def interrupt(step: int, run: gl.Run) -> None:
            if step == 20:
                raise KeyboardInterrupt

        with pytest.warns(UserWarning, match="interrupted"):
            run = gl.train(DATA, SMALL, callbacks=[interrupt])
        assert run.interrupted and run.record.steps.tolist() == [5, 10, 15, 20]
        assert run.record.loss_d.shape == (3, 4)

    def test_a_callback_sees_the_run_and_may_end_it(self) -> None:
        seen = []

        def stop(step: int, run: gl.Run) -> bool:
            seen.append((step, tuple(run.sample(4).shape)))
            return step >= 15

        run = gl.train(DATA, SMALL, callbacks=[stop])
        assert seen == [(step, (3, 4, 2)) for step in (0, 5, 10, 15)]
        assert run.record.steps.tolist() == [5, 10, 15]


class TestOwnPieces:
    def test_a_loss_written_for_one_run_equals_ours(self) -> None:
        softplus = nn.functional.softplus
        own = gl.GANLoss(
            d=lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
            g=lambda real, fake: softplus(-fake).mean(),
        )
        ours = gl.train(DATA, SMALL)
        # Its generator may use real scores, so it draws more real batches: compare before the first differs.
        mine = gl.train(DATA, SMALL, loss=dataclasses.replace(own, g_uses_real=False))
        assert torch.allclose(mine.sample(50), ours.sample(50), atol=1e-5)

    def test_a_loss_that_cannot_be_traced_is_looped_and_says_so(self) -> None:
        def d(real, fake):
            return fake.mean() - real.mean() if fake.mean().item() > -1e9 else fake.mean()

        with pytest.warns(UserWarning, match="loss.d cannot be run on all seeds at once"):
            gl.train(DATA, change(steps=2), loss=gl.GANLoss(d=d, g=lambda real, fake: -fake.mean()))

    def test_a_loss_that_forgets_its_mean_is_named(self) -> None:
        with pytest.raises(ValueError, match=r"loss.g must give one number a run.*got \(32,\)"):
            gl.train(DATA, SMALL, loss=gl.GANLoss(d=lambda r, f: f.mean() - r.mean(), g=lambda r, f: -f))

    @pytest.mark.parametrize("penalty", ["r1", "wgan_gp"])
    def test_a_penalty_of_images_judged_by_linear_layers_is_over_all_their_pixels(self, penalty: str) -> None:
        images = torch.randn(40, 1, 3, 3, generator=torch.Generator().manual_seed(0))
        generator = lambda: nn.Sequential(nn.Linear(2, 9), nn.Unflatten(1, (1, 3, 3)))  # noqa: E731
        runs = [
            gl.train(gl.Points(images.view(shape)), change(penalty=penalty), generator=g, discriminator=d)
            for shape, g, d in (
                ((40, 1, 3, 3), generator, lambda: nn.Sequential(nn.Flatten(), *mlp([9, 8, 1], nn.ReLU))),
                ((40, 9), lambda: mlp([2, 9]), lambda: mlp([9, 8, 1], nn.ReLU)),
            )
        ]
        assert torch.allclose(runs[0].record.loss_d, runs[1].record.loss_d, atol=1e-5)

    def test_a_penalty_written_for_one_run_equals_ours(self) -> None:
        def own(critic, real, fake):
            real = real.clone().requires_grad_()
            (slope,) = torch.autograd.grad(critic(real).sum(), real, create_graph=True)
            return 0.5 * slope.square().sum(-1).mean()

        mine = gl.train(DATA, SMALL, penalty=own)
        ours = gl.train(DATA, change(penalty="r1"))
        assert torch.allclose(mine.sample(50), ours.sample(50), atol=1e-4)
        assert torch.allclose(mine.record.loss_d, ours.record.loss_d, atol=1e-4)

    def test_own_networks_train(self) -> None:
        class Own(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.body = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))

            def forward(self, x):
                return self.body(x).squeeze(-1)

        run = gl.train(DATA, SMALL, discriminator=Own, generator=lambda: mlp([2, 8, 2]))
        assert run.scores(DATA.modes).shape == (3, 8) and bool(run.record.loss_d.isfinite().all())

    def test_batch_norm_never_sees_real_and_fake_mixed(self) -> None:
        seen = []

        class Spy(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.linear = nn.Linear(2, 1)

            def forward(self, x):
                seen.append(x.shape[-2])
                return self.linear(x)

        gl.train(DATA, change(steps=2), discriminator=Spy)
        assert set(seen) == {32}

    def test_looking_at_a_run_does_not_move_it(self) -> None:
        """Batch statistics and dropout stand still while samples are drawn or points are scored."""

        def net(out: int) -> nn.Module:
            return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, out))

        def look(step: int, run: gl.Run) -> None:
            run.sample(7)
            run.scores(DATA.modes)

        config = change(steps=20)
        pieces = {"generator": lambda: net(2), "discriminator": lambda: net(1)}
        quiet, watched = gl.train(DATA, config, **pieces), gl.train(DATA, config, callbacks=[look], **pieces)
        assert torch.equal(quiet.sample(20), watched.sample(20))
        assert torch.equal(quiet.sample(20)[:, :5], quiet.sample(20)[:, :5])
        assert quiet.generator.training

    def test_a_packed_discriminator_trains_with_and_without_a_penalty(self) -> None:
        for penalty in (None, "r1"):
            run = gl.train(
                DATA,
                change(penalty=penalty, batch_size=16, steps=10),
                discriminator=lambda: gl.nets.mlp_discriminator(2, 8, packing=2),
            )
            assert bool(run.record.loss_d.isfinite().all())
        with pytest.raises(ValueError, match="discriminator failed on a batch"):
            gl.train(DATA, change(batch_size=15), discriminator=lambda: gl.nets.mlp_discriminator(2, 8, packing=2))

    def test_other_data_dimensions_and_data_without_modes(self) -> None:
        run = gl.train(gl.Mixture([[0.0], [2.0]], std=0.1), change(steps=3))
        assert run.sample(5).shape == (3, 5, 1)
        assert gl.train(gl.TwoMoons(), change(steps=3)).sample(5).shape == (3, 5, 2)
        assert gl.train(torch.randn(40, 2), change(steps=3)).sample(5).shape == (3, 5, 2)


class TestCorners:
    def test_frozen_layers_stay(self) -> None:
        def partly_frozen() -> nn.Module:
            net = mlp([2, 8, 2])
            net[0].requires_grad_(False)
            return net

        class Own(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.fixed, self.free = nn.Linear(2, 8).requires_grad_(False), nn.Linear(8, 2)

            def forward(self, z):
                return self.free(torch.tanh(self.fixed(z)))

        for build in (partly_frozen, Own):
            before = gl.train(DATA, change(steps=0), generator=build).generator.state_dict()
            after = gl.train(DATA, change(steps=5), generator=build).generator
            moved = {name: not torch.equal(p, before[name]) for name, p in after.named_parameters()}
            trained = {name: p.requires_grad for name, p in after.named_parameters()}
            assert moved == trained and True in moved.values() and False in moved.values()

    def test_an_averaged_generator_has_the_statistics_of_the_trained_one(self) -> None:
        """With β so small that the average is the weights, samples equal those without an average."""

        def normed() -> nn.Module:
            return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))

        plain = gl.train(DATA, change(steps=30), generator=normed)
        averaged = gl.train(DATA, change(steps=30, ema=1e-9), generator=normed)
        assert torch.allclose(averaged.sample(50), plain.sample(50), atol=1e-5)

    def test_unrolling_leaves_the_discriminators_statistics_alone(self) -> None:
        def normed() -> nn.Module:
            return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))

        run = gl.train(DATA, change(steps=10, unroll=3, n_critic=1), discriminator=normed)
        counts = dict(run.discriminator.named_buffers())
        tracked = next(value for name, value in counts.items() if "num_batches" in name)
        assert tracked.flatten().tolist() == [20] * len(tracked.flatten())  # real and fake, once each a step

    def test_a_penalty_that_draws_draws_the_same_alone_and_in_company(self) -> None:
        def own(critic, real, fake):
            mixed = (real + torch.rand(len(real), 1) * (fake - real)).requires_grad_()
            (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
            return (slope.norm(dim=1) - 1).square().mean()

        together = gl.train(DATA, change(seed=4, steps=20), penalty=own)
        alone = gl.train(DATA, change(seed=5, seeds=1, steps=20), penalty=own)
        assert torch.allclose(together.record.loss_d[1], alone.record.loss_d[0], atol=1e-5)

    def test_accuracy_uses_the_boundary_of_the_loss(self) -> None:
        class Fixed(nn.Module):  # scores .6 on everything: real for least squares, whose boundary is ½
            def __init__(self) -> None:
                super().__init__()
                self.level = nn.Parameter(torch.tensor([0.6]))

            def forward(self, x):
                return self.level + 0 * x[:, :1]

        data = torch.full((1, 2), 5.0)
        for loss, offset in (("least_squares", 0.6), ("nonsaturating", 0.6)):
            config = change(loss=loss, steps=1, record_every=1)
            run = gl.train(data, config, discriminator=Fixed)
            assert run.record.accuracy_d.tolist() == [[0.5]] * 3, (loss, offset)
        below = gl.train(data, change(loss="least_squares", steps=1, record_every=1), discriminator=lambda: Step(0.4))
        assert below.record.accuracy_d.tolist() == [[1.0]] * 3

    def test_callbacks_are_off_the_clock_and_see_it(self) -> None:
        import time

        seen = []

        def slow(step: int, run: gl.Run) -> None:
            seen.append(run.elapsed)
            time.sleep(0.1)

        run = gl.train(DATA, change(steps=20), callbacks=[slow])
        assert seen == sorted(seen) and seen[-1] > 0
        assert run.elapsed < seen[-1] + 0.1

    def test_scores_take_points_of_the_runs_shape_only(self) -> None:
        run = gl.train(DATA, change(steps=2))
        points = torch.randn(3, 2)  # as many points as seeds: still points
        assert run.scores(points).shape == (3, 3)
        assert torch.equal(run.scores(points), run.scores(points.expand(3, 3, 2)))
        assert torch.allclose(run.scores(points.double()), run.scores(points))
        for wrong in (torch.randn(2), torch.randn(4, 3), torch.randn(2, 4, 2)):
            with pytest.raises(ValueError, match=r"points must have shape \(N, 2\) or \(3, N, 2\)"):
                run.scores(wrong)

    def test_a_packed_discriminator_scores_copies_of_each_point(self) -> None:
        run = gl.train(
            DATA, change(steps=2, batch_size=16), discriminator=lambda: gl.nets.mlp_discriminator(2, 8, packing=2)
        )
        points = torch.randn(5, 2)
        scores = run.scores(points)
        assert scores.shape == (3, 5)
        assert torch.allclose(scores[:, 3:4], run.scores(points[3:4]), atol=1e-6)


class Step(nn.Module):
    """Score data at (5, 5) above ½ and everything near the origin at `level`."""

    def __init__(self, level: float) -> None:
        super().__init__()
        self.level = nn.Parameter(torch.tensor([level]))

    def forward(self, x):
        return self.level + torch.relu(x[:, :1] - 3)


class Mean(nn.Module):
    """Give the mean over the batch, or over everything."""

    def __init__(self, axis: int | None) -> None:
        super().__init__()
        self.axis, self.linear = axis, nn.Linear(2, 2)

    def forward(self, x):
        return self.linear(x).mean() if self.axis is None else self.linear(x).mean(self.axis, keepdim=True)


class TestBadInput:
    @pytest.mark.parametrize(
        ("side", "says"),
        [
            (lambda real, fake: real.mean() * 0 + 1.0, "does not depend on the scores of generated samples"),
            (lambda real, fake: fake.mean().detach(), "does not depend on the scores of generated samples"),
            (lambda real, fake: None, "loss.g must give one number a run"),
            (lambda real, fake: 1.0, "loss.g must give one number a run"),
        ],
    )
    def test_a_loss_that_cannot_train_is_named(self, side, says: str) -> None:
        with pytest.raises(ValueError, match=says):
            gl.train(DATA, SMALL, loss=gl.GANLoss(d=lambda real, fake: fake.mean() - real.mean(), g=side))

    def test_a_loss_that_promises_a_seed_axis_must_have_it(self) -> None:
        for d in (lambda real, fake: fake.mean() - real.mean(), lambda real, fake: fake - real):
            with pytest.raises(ValueError, match=r"loss.d must give one number a run, shape \(S,\)"):
                gl.train(DATA, SMALL, loss=gl.GANLoss(d=d, g=lambda real, fake: -fake.mean(-1), seed_axis=True))

    def test_a_penalty_that_cannot_train_is_named(self) -> None:
        with pytest.raises(ValueError, match="penalty does not depend on the critic's weights"):
            gl.train(DATA, SMALL, penalty=lambda critic, real, fake: torch.tensor(1.0))
        with pytest.raises(ValueError, match="a Penalty must give one number a seed"):
            gl.train(DATA, SMALL, penalty=gl.Penalty(lambda critic, real, fake: critic(real).mean()))
        with pytest.raises(TypeError, match="penalty must be a name, a Penalty or a function, got int"):
            gl.train(DATA, SMALL, penalty=5)

    def test_a_penalty_object_of_ones_own_trains_as_ours_does(self) -> None:
        """It calls the critic instead of the fast way to its gradient, which the reference networks have."""

        def own(critic, real, fake, eps):
            points = (fake + eps[..., None] * (real - fake)).detach().requires_grad_()
            (slope,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
            return (slope.norm(dim=-1) - 1).square().mean(-1)

        config = change(loss="wasserstein", steps=20)
        ours = gl.train(DATA, config, penalty="wgan_gp").sample(50)
        assert torch.allclose(gl.train(DATA, config, penalty=gl.Penalty(own, ("eps",))).sample(50), ours, atol=1e-3)

    def test_pieces_of_the_wrong_kind(self) -> None:
        with pytest.raises(TypeError, match="generator must be a module or a function that builds one, got str"):
            gl.train(DATA, SMALL, generator="mlp")
        with pytest.raises(TypeError, match=r"must be built without arguments \(wrap it"):
            gl.train(DATA, SMALL, generator=nn.Linear)
        with pytest.raises(TypeError, match="config must be a TrainConfig, got dict"):
            gl.train(DATA, {"seeds": 3})

        class NoGenerator:
            def sample(self, n):
                return torch.zeros(n, 2)

        with pytest.raises(TypeError, match=r"data.sample must take \(n, generator=...\)"):
            gl.train(NoGenerator(), SMALL)

    def test_one_score_for_a_whole_batch(self) -> None:
        class Whole(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.linear = nn.Linear(2, 1)

            def forward(self, x):
                return self.linear(x.mean(0, keepdim=True))

        message = r"discriminator must map a batch \(B, 2\) to \(B, 1\), but for B = 32 it gives 1 score\. .*two scores"
        with pytest.raises(ValueError, match=message):
            gl.train(DATA, SMALL, discriminator=Whole)
        with pytest.raises(ValueError, match=message):
            gl.train(DATA, SMALL, discriminator=lambda: gl.nets.mlp_discriminator(2, 8, packing=32))
        with pytest.raises(ValueError, match=r"but it gives \(\)\."):
            gl.train(DATA, SMALL, discriminator=lambda: Mean(None))
        with pytest.raises(ValueError, match=r"generator must map .*, but for B = 32 it gives 1 sample\.$"):
            gl.train(DATA, SMALL, generator=lambda: Mean(0))

    def test_a_hinge_loss_trains_on_batches_of_one(self) -> None:
        run = gl.train(DATA, change(loss="hinge", seeds=1, batch_size=1, steps=3))
        assert bool(run.record.loss_d.isfinite().all())

    def test_a_generator_of_the_wrong_shape(self) -> None:
        with pytest.raises(ValueError, match=r"generator must map a batch \(B, 2\) to \(B, 2\), but it gives \(B, 3\)"):
            gl.train(DATA, SMALL, generator=lambda: mlp([2, 4, 3]))
        with pytest.raises(ValueError, match=r"generator failed on a batch of shape \(B, 2\)"):
            gl.train(DATA, SMALL, generator=lambda: mlp([5, 4, 2]))

    def test_a_discriminator_of_the_wrong_shape(self) -> None:
        with pytest.raises(ValueError, match=r"discriminator must map a batch \(B, 2\) to \(B, 1\)"):
            gl.train(DATA, SMALL, discriminator=lambda: mlp([2, 4, 2]))

    def test_data_with_nan(self) -> None:
        with pytest.raises(ValueError, match="NaN"):
            gl.train(torch.tensor([[0.0, math.nan]]), SMALL)

        class Broken:
            def sample(self, n, *, generator=None):
                return torch.full((n, 2), math.nan)

        with pytest.raises(ValueError, match="data.sample gave NaN"):
            gl.train(Broken(), SMALL)

    def test_a_device_that_is_not_there(self) -> None:
        with pytest.raises(ValueError, match="cuda:77"):
            gl.train(DATA, change(device="cuda:77"))

    def test_a_loss_of_the_wrong_kind(self) -> None:
        with pytest.raises(TypeError, match="loss must be a GANLoss"):
            gl.train(DATA, SMALL, loss=lambda real, fake: fake)

    def test_no_samples_asked_for(self) -> None:
        run = gl.train(DATA, change(steps=0))
        for n in (0, 2.5):
            with pytest.raises(ValueError, match=f"n must be a whole number of 1 or more, got {n}"):
                run.sample(n)
        with pytest.raises(ValueError, match=r"points must have shape \(N, 2\) or"):
            run.scores(torch.zeros(0, 2))

    @pytest.mark.parametrize("callbacks", [lambda step, run: None, [3], 5])
    def test_callbacks_that_are_none(self, callbacks) -> None:
        with pytest.raises(TypeError, match="callbacks must be a list of functions"):
            gl.train(DATA, SMALL, callbacks=callbacks)

    def test_networks_of_several_architectures(self) -> None:
        widths = iter(range(3, 99))

        def changing() -> nn.Module:
            return gl.nets.mlp([2, next(widths), 1], nn.ReLU)

        with pytest.raises(
            ValueError, match="discriminator: the function that builds it must give the same architecture"
        ):
            gl.train(DATA, SMALL, discriminator=changing)


def test_the_progress_bar_counts_seeds_times_steps(capsys: pytest.CaptureFixture) -> None:
    gl.train(DATA, change(steps=10), progress=True)
    assert "30.0/30.0" in capsys.readouterr().err


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_cuda_trains_and_gives_results_on_the_cpu() -> None:
    run = gl.train(DATA, change(device="cuda"))
    assert run.sample(10).device.type == "cpu" and bool(run.record.loss_d.isfinite().all())
