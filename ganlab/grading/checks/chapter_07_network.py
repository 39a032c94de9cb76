"""Checks of chapter 07, minibatch discrimination: the layer's place in D, batches kept apart."""

from __future__ import annotations

from collections import Counter

import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, CheckFailed, close, exercise, expect, expect_tensor, kind_of
from ganlab.grading.checks.batchwise import Crowd, readings_of
from ganlab.grading.checks.chapter_07 import REFERENCES
from ganlab.grading.checks.modules import module_of


@exercise("07/build_discriminator", references=REFERENCES)
def build_discriminator(answer: Answer, rng: torch.Generator) -> None:
    """Compare with linear, LeakyReLU, linear, LeakyReLU, the layer, linear, whatever its parts are called."""
    for width, kernels, dims, batch in ((7, 3, 2, 6), (5, 1, 4, 3), (9, 4, 4, 1), (4, 2, 5, 8)):
        net, state = module_of(answer, "what build_discriminator(width, kernels, dims) makes", width, kernels, dims)
        x = 2 * torch.randn(batch, 2, generator=rng)
        got = expect_tensor(net(x), (batch, 1), "the scores (B, 1)")
        by_shape = _expect_parts(state, width, kernels, dims)
        readings = readings_of(by_shape)
        wants = [scores(x) for scores in readings]
        if not any(close(got, want) for want in wants):
            _explain_scores(got, x, by_shape, wants)
        ours = x.clone().requires_grad_()
        slopes = [torch.autograd.grad(scores(ours).sum(), ours)[0] for scores in readings]
        _, (slope,) = net.differentiate(x.clone().requires_grad_())
        expect(
            any(close(slope, want) for want in slopes),
            "build_discriminator: right scores, wrong gradient by the samples: detach nothing between the layers.",
        )
        again = module_of(answer, "what build_discriminator makes", width, kernels, dims)[1]
        fresh = not any(torch.equal(a, b) for a, b in zip(state.values(), again.values(), strict=True) if a.numel() > 1)
        expect(
            fresh,
            "build_discriminator: two calls give a layer with the same weights: make every layer inside the function, "
            "and leave it its random start (no fixed seed, no constant).",
        )


def _expect_parts(state: dict[str, Tensor], width: int, kernels: int, dims: int) -> dict[tuple[int, ...], list[Tensor]]:
    by_shape: dict[tuple[int, ...], list[Tensor]] = {}
    for value in state.values():
        by_shape.setdefault(tuple(value.shape), []).append(value.detach().cpu())
    expect(
        by_shape,
        "build_discriminator: it holds no weights: keep the layers in an nn.Sequential, in an nn.ModuleList or as "
        "attributes, not in a plain list.",
    )
    expect(
        any(len(shape) == 3 for shape in by_shape),
        "build_discriminator: there is no MinibatchLayer in it (a T of shape (in_features, kernels, dims)).",
    )
    in_data = (2, kernels, dims) in by_shape and (width, kernels, dims) not in by_shape
    expect(not in_data, "build_discriminator: the layer looks at the data; put it behind the second hidden layer.")
    want = Counter([(width, 2), (width,), (width, width), (width,), (width, kernels, dims), (1, width + kernels), (1,)])
    have = Counter({shape: len(values) for shape, values in by_shape.items()})
    lacking, spare = sorted((want - have).elements()), sorted((have - want).elements())
    biases = not spare and all(len(shape) == 1 for shape in lacking)
    expect(not (lacking and biases), "build_discriminator: all three linear layers have a bias.")
    turned = kernels != dims and (width, dims, kernels) in spare and (width, kernels, dims) in lacking
    expect(
        not turned, "build_discriminator: kernels and dims have changed places: MinibatchLayer(width, kernels, dims)."
    )
    if lacking or spare:
        said = [f"{what} {shapes}" for what, shapes in (("missing:", lacking), ("too many:", spare)) if shapes]
        raise CheckFailed(
            f"build_discriminator: linear 2 -> width, linear width -> width, MinibatchLayer, linear -> 1, and no more. "
            f"For width {width}, {kernels} kernels of {dims} dims, shapes of weights {'; '.join(said)}."
        )
    return by_shape


def _explain_scores(got: Tensor, x: Tensor, parts: dict[tuple[int, ...], list[Tensor]], wants: list[Tensor]) -> None:
    mistakes = {
        "no sigmoid at the end: scores are logits.": [want.sigmoid() for want in wants],
        "LeakyReLU has slope 0.2 here, 0.01 is torch's default.": [scores(x) for scores in readings_of(parts, 0.01)],
        "the activations are LeakyReLU(0.2), not ReLU.": [scores(x) for scores in readings_of(parts, 0.0)],
        "the first LeakyReLU(0.2), between the linear layers, is missing.": [
            scores(x) for scores in readings_of(parts, 1.0, 0.2)
        ],
        "the second LeakyReLU(0.2), in front of the layer, is missing.": [
            scores(x) for scores in readings_of(parts, 0.2, 1.0)
        ],
        "the first LeakyReLU has slope 0.2 too; 0.01 is torch's default.": [
            scores(x) for scores in readings_of(parts, 0.01, 0.2)
        ],
        "the second LeakyReLU has slope 0.2 too; 0.01 is torch's default.": [
            scores(x) for scores in readings_of(parts, 0.2, 0.01)
        ],
        "there are no activations between the linear layers.": [scores(x) for scores in readings_of(parts, 1.0)],
        "the layer comes behind the second activation, directly before the last linear layer.": [
            scores(x) for scores in readings_of(parts, tail=True)
        ],
    }
    for message, values in mistakes.items():
        expect(not any(close(got, value) for value in values), f"build_discriminator: {message}")
    expect(
        False,
        "build_discriminator: expected linear, LeakyReLU(0.2), linear, LeakyReLU(0.2), MinibatchLayer, linear, in this "
        "order (and a MinibatchLayer that passes its own check).",
    )


@exercise("07/d_scores")
def d_scores(answer: Answer, rng: torch.Generator) -> None:
    """Want D(real) and D(fake) from one call each, (N,) and (M,), of a discriminator whose samples see each other."""
    sizes = ((4, 4, (4,)), (5, 3, (2,)), (2, 6, (2,)), (1, 1, (3,)), (3, 1, (2, 1, 3)), (70, 140, (2,)))
    for k, (n, m, shape) in enumerate(sizes):
        net = Crowd(torch.randn(shape, generator=rng), torch.randn(shape, generator=rng))
        net.train(k % 2 == 0)
        real, fake = torch.randn(n, *shape, generator=rng), 1 + torch.randn(m, *shape, generator=rng)
        got = answer(net, real, fake)
        expect(
            isinstance(got, tuple | list) and len(got) == 2,
            f"d_scores must return two tensors (s_real, s_fake), got {kind_of(got)}.",
        )
        calls = answer.calls[0]
        want = net(real)[:, 0], net(fake)[:, 0]
        names = (f"s_real ({n},)", f"s_fake ({m},)")
        s_real, s_fake = (
            expect_tensor(part, (len(own),), name) for part, own, name in zip(got, want, names, strict=True)
        )
        _explain_pair(s_real, s_fake, net, real, fake, calls)
        expect(calls == 2, _TWICE.format(calls=calls))
    _expect_open(answer, rng)


_TWICE = "d_scores: the discriminator is called once for each batch, twice in all; your calls: {calls}."


def _explain_pair(s_real: Tensor, s_fake: Tensor, net: Crowd, real: Tensor, fake: Tensor, calls: int) -> None:
    a, b = net(real)[:, 0], net(fake)[:, 0]
    if close(s_real, a) and close(s_fake, b):
        return
    joint = net(torch.cat((real, fake)))[:, 0].split([len(real), len(fake)])
    back = net(torch.cat((fake, real)))[:, 0].split([len(fake), len(real)])
    for one, two in (joint, back[::-1]):
        expect(
            not (close(s_real, one) and close(s_fake, two)),
            "d_scores: real and fake went through the discriminator in one call, so that each saw the other's samples; "
            "call it once for each batch.",
        )
    alone = [torch.cat([net(point[None])[:, 0] for point in batch]) for batch in (real, fake)]
    apart = close(s_real, alone[0]) and close(s_fake, alone[1])
    expect(not apart, "d_scores: each sample was scored alone; the discriminator needs to see the whole batch.")
    expect(not (close(s_real, b) and close(s_fake, a)), "d_scores: the order is turned: (s_real, s_fake).")
    squashed = close(s_real, a.sigmoid()) or close(s_fake, b.sigmoid())
    expect(not squashed, "d_scores: give the scores as they are, no sigmoid.")
    mode = net.training
    net.train(not mode)
    other = net(real)[:, 0], net(fake)[:, 0]
    net.train(mode)
    expect(
        not (close(s_real, other[0]) or close(s_fake, other[1])),
        "d_scores: leave the discriminator's mode as it is: no eval(), no train().",
    )
    expect(calls == 2, _TWICE.format(calls=calls))
    expect(False, "d_scores: expected the discriminator's scores of the real batch, and of the fake batch.")


def _expect_open(answer: Answer, rng: torch.Generator) -> None:
    """Want gradients to pass to the discriminator, and to the generator behind the fake samples."""
    net = Crowd(torch.randn(2, generator=rng), torch.randn(2, generator=rng))
    real, fake = torch.randn(2, 4, 2, generator=rng)
    s_real, s_fake = answer(net, real, fake)
    trains = s_real.requires_grad and s_fake.requires_grad
    expect(trains, "d_scores: no gradient reaches the discriminator; detach nothing.")
    net.requires_grad_(False)
    s_real, _ = answer(net, real.clone().requires_grad_(), fake)
    expect(s_real.requires_grad, "d_scores: no gradient reaches the real samples; detach nothing.")
    _, s_fake = answer(net, real, fake.clone().requires_grad_())
    expect(s_fake.requires_grad, "d_scores: no gradient reaches the fake samples; who calls d_scores detaches, not it.")
