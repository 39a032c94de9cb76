"""Nets for images: one suite for every pair, in evaluation and training, alone and stacked; then what each promises."""

import re
import warnings
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot
from torch.nn.utils import parametrizations

from ganlab.data import ImageSet, Pairs, split_labels
from ganlab.nets import (
    ConditionalGenerator,
    EmbeddingDiscriminator,
    MinibatchDiscrimination,
    ProjectionDiscriminator,
    SelfAttention,
    SpectralConv2d,
    SpectralConvTranspose2d,
    build,
    class_latents,
    dcgan_discriminator,
    dcgan_generator,
    one_seed,
    residual_discriminator,
    residual_generator,
    stack,
)
from ganlab.nets.native import PerSample, SeedConv
from ganlab.nets.seeds import Lifted, is_pointwise
from ganlab.training import TrainConfig, train

SEEDS = [3, 4]
B, Z, W = 4, 6, 4
GENERATORS = {
    "dcgan 28": (lambda: dcgan_generator(Z, 28, 1, W), (1, 28, 28)),
    "dcgan 64 rgb": (lambda: dcgan_generator(Z, 64, 3, 2), (3, 64, 64)),
    "dcgan plain": (lambda: dcgan_generator(Z, 28, 3, W, norm=None), (3, 28, 28)),
    "dcgan spectral": (lambda: dcgan_generator(Z, 28, 1, W, norm="spectral", attention=True), (1, 28, 28)),
    "residual 28": (lambda: residual_generator(Z, 28, 1, W, attention=True), (1, 28, 28)),
    "residual 64": (lambda: residual_generator(Z, 64, 3, 2, norm=None), (3, 64, 64)),
    "conditional": (lambda: ConditionalGenerator(lambda d: dcgan_generator(d, width=W), Z, 10, 3), (794,)),
}
DISCRIMINATORS = {
    "dcgan 28": (lambda: dcgan_discriminator(28, 1, W), (1, 28, 28)),
    "dcgan 64 rgb": (lambda: dcgan_discriminator(64, 3, 2, norm=None, attention=True), (3, 64, 64)),
    "dcgan spectral": (lambda: dcgan_discriminator(28, 1, W, norm="spectral"), (1, 28, 28)),
    "dcgan attention": (lambda: dcgan_discriminator(28, 3, W, norm="spectral", attention=True), (3, 28, 28)),
    "dcgan minibatch": (lambda: dcgan_discriminator(28, 1, W, minibatch="discrimination"), (1, 28, 28)),
    "dcgan stddev": (lambda: dcgan_discriminator(28, 1, W, minibatch="stddev"), (1, 28, 28)),
    "dcgan packed": (lambda: dcgan_discriminator(28, 3, W, packing=2), (3, 28, 28)),
    "residual 28": (lambda: residual_discriminator(28, 1, W, norm="spectral"), (1, 28, 28)),
    "residual 64": (lambda: residual_discriminator(64, 3, 2, attention=True, packing=2), (3, 64, 64)),
    "projection": (lambda: ProjectionDiscriminator(dcgan_discriminator(width=W)), (794,)),
    "projection spectral": (lambda: ProjectionDiscriminator(residual_discriminator(width=W, norm="spectral")), (794,)),
    "embedding": (lambda: EmbeddingDiscriminator(dcgan_discriminator(channels=2, width=W)), (794,)),
}
NETS = {
    **{f"G {name}": (make, (Z,), gives) for name, (make, gives) in GENERATORS.items()},
    **{f"D {name}": (make, takes, (1,)) for name, (make, takes) in DISCRIMINATORS.items()},
}


def wide(net: nn.Module) -> nn.Module:
    """Give a net weights of a size at which a mistake shows, attention switched on."""
    for parameter in net.parameters():
        if parameter.ndim > 1:
            nn.init.orthogonal_(parameter)
        else:
            nn.init.uniform_(parameter, 0.5, 1.5)
    return net


def made(name: str) -> tuple[list[nn.Module], nn.Module, Tensor]:
    make, takes, _ = NETS[name]
    modules = build(lambda: wide(make()), SEEDS, "generator")
    return modules, stack(modules), torch.randn(len(SEEDS), B, *takes, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", NETS)
class TestEveryNet:
    def test_each_seed_is_its_module_alone(self, name: str) -> None:
        modules, stacked, x = made(name)
        assert not any(isinstance(part, Lifted) for part in stacked.modules())  # all of it native
        packing = 2 if name in ("D dcgan packed", "D residual 64") else 1
        for _ in range(2):  # the second pass meets moved statistics and singular vectors
            expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)]).detach()
            out = stacked(x).detach()
            assert out.shape == (len(SEEDS), B // packing, *NETS[name][2])
            assert torch.allclose(out, expected, atol=2e-5 * float(expected.abs().max()))
        stacked.eval(), [module.eval() for module in modules]
        expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)]).detach()
        assert torch.allclose(stacked(x), expected, atol=2e-5 * float(expected.abs().max()))
        assert torch.allclose(one_seed(stacked, 1)(x[1]), expected[1], atol=2e-5 * float(expected.abs().max()))
        assert float((expected[0] - expected[1]).abs().max()) > 1e-2 * float(expected.abs().max())

    def test_seeds_never_mix(self, name: str) -> None:
        _, stacked, x = made(name)
        x.requires_grad_()
        stacked(x)[0].square().sum().backward()
        for parameter in stacked.parameters():
            assert parameter.grad is not None and not parameter.grad[1].any()
        assert float(x.grad[0].abs().max()) > 0 and not x.grad[1].any()
        assert sum(bool(parameter.grad[0].any()) for parameter in stacked.parameters()) >= 3

    def test_gradients_are_those_of_the_modules(self, name: str) -> None:
        modules, stacked, x = made(name)
        stacked(x).square().sum().backward()
        for k, module in enumerate(modules):
            module(x[k]).square().sum().backward()
        norms = sum(p.grad.flatten(1).double().square().sum(1) for p in stacked.parameters())
        expected = [sum(float(p.grad.double().square().sum()) for p in module.parameters()) for module in modules]
        assert norms.tolist() == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("name", ["dcgan spectral", "dcgan attention", "residual 28", "projection spectral"])
def test_a_gradient_penalty_can_be_differentiated(name: str) -> None:
    make, takes = DISCRIMINATORS[name]
    critic = stack(build(make, SEEDS, "discriminator"))
    x = torch.randn(len(SEEDS), B, *takes).requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    slope.square().sum().backward()
    assert max(float(p.grad.abs().max()) for p in critic.parameters() if p.grad is not None) > 0


class TestDCGAN:
    @pytest.mark.parametrize("make", [dcgan_generator, dcgan_discriminator])
    def test_weights_start_as_the_paper_has_them(self, make: object) -> None:
        net = build(lambda: make(size=64, width=32), [0], "generator")[0].requires_grad_(False)
        weights = torch.cat(
            [m.weight.flatten() for m in net.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
        )
        assert float(weights.mean()) == pytest.approx(0.0, abs=1e-4)
        assert float(weights.std()) == pytest.approx(0.02, rel=0.01)
        norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
        scales = torch.cat([m.weight for m in norms])
        assert len(scales) >= 448
        assert float(scales.mean()) == pytest.approx(1.0, abs=3e-3)  # three standard errors
        assert float(scales.std()) == pytest.approx(0.02, rel=0.15)
        assert not any(m.bias.any() for m in norms)
        assert not any(m.bias.any() for m in net.modules() if hasattr(m, "bias") and m.bias is not None)

    @pytest.mark.parametrize(("size", "sides"), [(28, [7, 14, 28]), (64, [4, 8, 16, 32, 64])])
    def test_channels_halve_and_sides_double(self, size: int, sides: list[int]) -> None:
        seen = []
        net = dcgan_generator(Z, size, 1, W)
        for layer in net:
            if isinstance(layer, nn.ConvTranspose2d):
                layer.register_forward_hook(lambda m, i, o: seen.append((i[0].shape[1], o.shape[1], o.shape[2])))
        out = net(torch.randn(2, Z)).detach()
        assert [side for *_, side in seen] == sides[1:] and [into for into, *_ in seen][-1] == W
        assert all(into == 2 * gives for into, gives, _ in seen[:-1])
        assert -1 < float(out.min()) < float(out.max()) < 1

    def test_packing_joins_the_channels_of_consecutive_images(self) -> None:
        net = dcgan_discriminator(28, 1, W, packing=2, norm=None)
        x = torch.randn(4, 1, 28, 28)
        first = net[2]
        assert isinstance(first, nn.Conv2d) and first.in_channels == 2
        assert torch.allclose(net(x)[1], net(x[2:])[0], atol=1e-6)

    def test_minibatch_discrimination_sees_the_batch(self) -> None:
        net = dcgan_discriminator(28, 1, W, norm=None, minibatch="discrimination").eval()
        layers = [m for m in net.modules() if isinstance(m, MinibatchDiscrimination)]
        assert len(layers) == 1
        x = torch.randn(3, 1, 28, 28)
        nn.init.normal_(net[-1].weight)
        assert not torch.allclose(net(x)[0], net(x[:1])[0], atol=1e-4)

    def test_spectral_norm_is_in_every_layer(self) -> None:
        net = dcgan_discriminator(28, 1, W, norm="spectral").train()
        x = torch.zeros(1, 1, 28, 28)
        for _ in range(60):
            net(x)
        layers = [m for m in net.modules() if hasattr(m, "sigma")]
        assert len(layers) == 3
        for layer in layers:
            top = torch.linalg.svdvals(layer.weight.detach().flatten(1))[0]
            assert float(layer.sigma().detach()) == pytest.approx(float(top), rel=1e-3)


class TestAttention:
    def test_it_starts_as_the_identity_and_its_weights_add_to_one(self) -> None:
        layer, x = SelfAttention(8), torch.randn(2, 8, 3, 5)
        assert torch.equal(layer(x), x)
        weights = layer.weights(x)
        assert weights.shape == (2, 15, 15) and torch.allclose(weights.sum(-1), torch.ones(2, 15))

    def test_it_is_the_papers_sum(self) -> None:
        layer, x = wide(SelfAttention(8)).requires_grad_(False), torch.randn(1, 8, 2, 3)
        places = x[0].flatten(1).T
        f, g, h = (places @ part.weight[:, :, 0, 0].T for part in (layer.f, layer.g, layer.h))
        expected = torch.empty(6, 8)
        for i in range(6):
            beta = torch.tensor([torch.exp(f[j] @ g[i]) for j in range(6)])
            mixed = sum(beta[j] / beta.sum() * h[j] for j in range(6))
            expected[i] = places[i] + layer.gamma * (layer.v.weight[:, :, 0, 0] @ mixed)
        assert torch.allclose(layer(x)[0].flatten(1).T, expected, atol=1e-5)


class TestSpectral:
    @pytest.mark.parametrize(
        ("ours", "theirs", "dim"), [(SpectralConv2d, nn.Conv2d, 0), (SpectralConvTranspose2d, nn.ConvTranspose2d, 1)]
    )
    def test_torchs_own_keeps_its_state_pass_by_pass(self, ours: type, theirs: type, dim: int) -> None:
        modules = build(lambda: parametrizations.spectral_norm(theirs(3, 5, 4, 2, 1)), SEEDS, "discriminator")
        stacked = stack(modules)
        assert type(stacked) is ours
        for _ in range(3):
            x = torch.randn(2, 4, 3, 8, 8)
            expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)])
            assert torch.allclose(stacked(x), expected, atol=1e-5)
        vectors = torch.stack([module.parametrizations.weight[0]._u for module in modules])
        assert torch.allclose(stacked.u, vectors, atol=1e-5)

    def test_a_transposed_layers_matrix_has_a_row_for_each_output(self) -> None:
        assert SpectralConvTranspose2d(3, 5, 4).matrix().shape == (5, 48)
        assert SpectralConv2d(3, 5, 4).matrix().shape == (5, 48)


class TestTorchsLayers:
    LAYERS: ClassVar = {
        "strided": lambda: nn.Conv2d(4, 6, 3, stride=2, padding=1, dilation=2),
        "groups": lambda: nn.Conv2d(4, 6, 3, groups=2, padding="same"),
        "transposed": lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
        "no bias": lambda: nn.Conv2d(4, 2, 3, bias=False),
        "reflection": lambda: nn.Conv2d(4, 2, 3, padding=1, padding_mode="reflect"),
        "flatten": lambda: nn.Flatten(),
        "unflatten": lambda: nn.Unflatten(1, (2, 2)),
        "upsample": lambda: nn.Upsample(scale_factor=2),
        "pool": lambda: nn.MaxPool2d(2),
    }

    @pytest.mark.parametrize("name", LAYERS)
    def test_a_stack_equals_its_layers(self, name: str) -> None:
        modules = build(self.LAYERS[name], SEEDS, "generator")
        stacked = stack(modules)
        assert type(stacked) is (
            Lifted
            if name == "reflection"
            else PerSample
            if name in ("flatten", "unflatten", "upsample", "pool")
            else SeedConv
        )
        x = torch.randn(2, 3, 4, 6, 8)
        expected = torch.stack([module(points) for module, points in zip(modules, x, strict=True)])
        assert torch.allclose(stacked(x), expected, atol=1e-5)

    def test_flattening_the_batch_is_not_done_sample_by_sample(self) -> None:
        assert not PerSample.fits(nn.Flatten(0)) and not PerSample.fits(nn.Flatten(-2)) and PerSample.fits(nn.Flatten())

    def test_a_net_without_batch_norm_scores_each_sample_alone(self) -> None:
        assert is_pointwise(stack([dcgan_discriminator(width=W, norm="spectral", attention=True)]))
        assert not is_pointwise(stack([dcgan_discriminator(width=W)]))
        assert not is_pointwise(stack([dcgan_discriminator(width=W, norm=None, packing=2)]))


class TestConditional:
    def test_classes_are_drawn_evenly_and_as_asked(self) -> None:
        net = ConditionalGenerator(lambda d: nn.Sequential(nn.Linear(d, 784), nn.Unflatten(1, (1, 28, 28))), 5, 10, 3)
        with torch.no_grad():
            pairs = net(torch.randn(4000, 5, generator=torch.Generator().manual_seed(0)))
        images, labels = split_labels(pairs)
        assert images.shape == (4000, 1, 28, 28)
        assert int((labels.bincount(minlength=10) - 400).abs().max()) < 5 * (4000 * 0.09) ** 0.5
        assert torch.equal(pairs[:, 784:], one_hot(labels, 10).float())
        asked = torch.arange(4000) % 10
        assert torch.equal(split_labels(net(class_latents(torch.randn(4000, 5), asked)))[1], asked)
        extreme = torch.tensor([-50.0, 50.0])[:, None].expand(2, 5)
        assert split_labels(net(extreme))[1].tolist() == [0, 9]

    def test_an_image_depends_on_its_class(self) -> None:
        net = ConditionalGenerator(lambda d: dcgan_generator(d, width=W), Z).eval()
        z = torch.randn(1, Z).expand(2, Z)
        one, two = split_labels(net(class_latents(z, torch.tensor([3, 8]))))[0]
        assert float((one - two).detach().abs().max()) > 0

    def test_a_projection_is_the_papers_sum(self) -> None:
        net = dcgan_discriminator(width=W, norm=None)
        whole = wide(ProjectionDiscriminator(net))
        x, labels = torch.randn(5, 1, 28, 28), torch.tensor([0, 9, 4, 4, 2])
        pairs = torch.cat((x.flatten(1), one_hot(labels, 10)), 1)
        features = net[:-1](x)
        expected = net[-1](features)[:, 0] + (whole.vectors.weight[:, labels].T * features).sum(1)
        assert torch.allclose(whole(pairs)[:, 0], expected, rtol=1e-4)

    def test_no_gradient_passes_through_a_label(self) -> None:
        for make in (DISCRIMINATORS["projection"][0], DISCRIMINATORS["embedding"][0]):
            pairs = torch.randn(4, 794).requires_grad_()
            wide(make())(pairs).sum().backward()
            assert pairs.grad[:, :784].any() and not pairs.grad[:, 784:].any()


class TestBadInput:
    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: dcgan_generator(size=32), "size=32 is not known: use one of 28, 64."),
            (lambda: dcgan_discriminator(channels=0), "channels must be a whole number of 1 or more, got 0."),
            (
                lambda: dcgan_discriminator(norm="layer"),
                "norm='layer' is not known: use one of None, 'batch', 'spectral'.",
            ),
            (
                lambda: dcgan_discriminator(minibatch="x"),
                "minibatch='x' is not known: use one of None, 'discrimination'",
            ),
            (lambda: residual_generator(norm="spectral"), "norm='spectral' is for the residual discriminator"),
            (lambda: residual_discriminator(norm="batch"), "norm='batch' is for the residual generator"),
            (
                lambda: ConditionalGenerator(dcgan_generator, 1),
                "latent_dim must be a whole number of 2 or more, got 1.",
            ),
            (
                lambda: ProjectionDiscriminator(nn.Sequential(nn.Flatten(), nn.ReLU())),
                "whose last layer is a linear one",
            ),
            (
                lambda: dcgan_discriminator()(torch.zeros(2, 1, 64, 64)),
                "takes images of 1×28×28, got 1×64×64: build it",
            ),
            (lambda: dcgan_discriminator()(torch.zeros(2, 794)), "pairs with labels are for a conditional one."),
            (
                lambda: ProjectionDiscriminator(dcgan_discriminator())(torch.zeros(2, 1, 28, 28)),
                "needs labels: it takes vectors of 784 + 10 numbers, an image of 1×28×28 and a one-hot label, got "
                "samples that end in 28: pass Pairs(data) to train.",
            ),
            (
                lambda: ProjectionDiscriminator(dcgan_discriminator(packing=2))(torch.zeros(2, 794)),
                "scores each sample alone: build its net without packing.",
            ),
            (lambda: ConditionalGenerator(dcgan_generator)(torch.zeros(2, 64)), "set latent_dim=65 in the config."),
            (lambda: class_latents(torch.zeros(2, 5), torch.tensor(10)), "labels must be whole numbers from 0 to 9."),
        ],
    )
    def test_one_sentence_says_what_is_wrong(self, make: object, message: str) -> None:
        with pytest.raises(ValueError, match=re.escape(message)):
            make()

    def test_labels_for_a_generator_that_does_not_fit_them(self) -> None:
        says = "labels must be one for each latent, (2, 5), or broadcast to that, got (3,)."
        for labels in (torch.arange(3), torch.zeros(1, 2, 5, dtype=torch.long)):
            with pytest.raises(ValueError, match=re.escape(says.split(", got")[0])):
                class_latents(torch.zeros(2, 5, Z), labels)
        assert class_latents(torch.zeros(2, 5, Z), torch.arange(5)).shape == (2, 5, Z)


@pytest.mark.parametrize("kind", ["plain", "conditional", "penalty"])
def test_training_moves_each_seed_as_if_it_were_alone(kind: str) -> None:
    g = torch.Generator().manual_seed(0)
    data = ImageSet(torch.rand(40, 1, 28, 28, generator=g) * 2 - 1, torch.arange(40) % 10)
    make_g, make_d = {
        "plain": (GENERATORS["dcgan 28"][0], DISCRIMINATORS["dcgan 28"][0]),
        "conditional": (GENERATORS["conditional"][0], DISCRIMINATORS["projection"][0]),
        "penalty": (GENERATORS["residual 28"][0], DISCRIMINATORS["dcgan spectral"][0]),
    }[kind]
    # Adam would turn the rounding of a gradient near 0 into a step of full size.
    settings = dict(
        steps=3, batch_size=4, latent_dim=Z, record_every=1, snapshots=0, optimizer="sgd", lr_g=0.01, lr_d=0.01
    )
    if kind == "penalty":
        settings |= {"penalty": "r1"}
    source = Pairs(data) if kind == "conditional" else data

    def run(seed: int, seeds: int) -> tuple[Tensor, Tensor]:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # no fall-back to a loop
            done = train(
                source, TrainConfig(seed=seed, seeds=seeds, **settings), generator=make_g, discriminator=make_d
            )
        return done.sample(3), done.record.loss_d

    samples, losses = run(5, 2)
    alone, alone_losses = run(6, 1)
    scale = float(samples[1, :, :700].abs().max())
    assert torch.allclose(samples[1], alone[0], atol=1e-3 * scale)
    assert torch.allclose(losses[1], alone_losses[0], rtol=1e-3)
    assert not torch.allclose(samples[0], samples[1], atol=0.1 * scale)
    if kind == "conditional":
        images, labels = split_labels(samples)
        assert images.shape == (2, 3, 1, 28, 28) and labels.shape == (2, 3)
