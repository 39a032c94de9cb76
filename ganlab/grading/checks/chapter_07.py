"""Checks of chapter 07, minibatch discrimination: closeness and the layer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganlab.grading.checks.adapters import count_operations, draw_twice, lift
from ganlab.grading.checks.base import Answer, CheckFailed, close, exercise, expect, expect_tensor
from ganlab.grading.checks.batchwise import SlopeOfT, closeness_of, output_of, wrong_closeness
from ganlab.grading.checks.modules import module_of

REFERENCES = (
    "ganlab.nets.minibatch.MinibatchDiscrimination",
    "ganlab.nets.minibatch",  # with closeness and what it is made of
    "ganlab.grading.checks.batchwise",
)


def _explain(got: Tensor, want: Tensor, m: Tensor, name: str) -> None:
    if close(got, want):
        return
    for message, value in wrong_closeness(m).items():
        expect(not (close(got, value) and not close(value, want)), f"{name}: {message}")
    expect(
        False,
        f"{name}: expected, for each sample and kernel, the sum over the other samples of exp(-sum over dims of "
        "|difference|).",
    )


@exercise("07/closeness", references=REFERENCES)
def closeness(answer: Answer, rng: torch.Generator) -> None:
    """Compare values and gradients with the formula; an identical batch, a batch of one, samples far away."""
    for batch, kernels, dims in ((6, 3, 2), (4, 4, 4), (3, 5, 3), (2, 1, 4), (9, 2, 1), (3, 3, 7), (40, 2, 2)):
        m = (0.3 + 0.5 * torch.rand((), generator=rng)) * torch.randn(batch, kernels, dims, generator=rng)
        m = m + torch.randn(dims, generator=rng)
        got = expect_tensor(answer(m), (batch, kernels), "closeness (B, kernels)")
        _explain(got, closeness_of(m), m, "closeness")
        _expect_gradient(answer, m)
    _settle_edges(answer, rng)
    _expect_lifted(answer, rng)


def _expect_lifted(answer: Answer, rng: torch.Generator) -> None:
    """Want a number of operations that does not grow with the batch, and a function that can be lifted over seeds."""
    seeds = torch.randn(3, 5, 2, 4, generator=rng)
    try:
        got = answer.through(lift, seeds)
    except CheckFailed as failure:
        said = str(failure).partition(" raised ")[2]
        raise CheckFailed(
            "closeness: it works on one batch, but train() cannot lift it over seeds (torch.func.vmap): no `if` on a "
            f"tensor's values, no float() or .item(), no writing into a prepared tensor. torch says: {said}"
        ) from None
    got = expect_tensor(got, (3, 5, 2), "closeness, lifted over seeds (S, B, kernels)")
    want = torch.stack([closeness_of(m) for m in seeds])
    expect(close(got, want), "closeness: lifted over seeds (torch.func.vmap) it gives other values than seed by seed.")
    few, many = answer.through(count_operations, torch.zeros(8, 2, 2), torch.zeros(48, 2, 2))
    expect(
        many - few < 40,
        f"closeness: no loop over samples: a batch of 8 takes {few} operations of torch, one of 48 takes {many}. "
        "Broadcast instead: an axis for i, an axis for j.",
    )


def _expect_gradient(answer: Answer, m: Tensor) -> None:
    theirs, ours = m.clone().requires_grad_(), m.clone().requires_grad_()
    _, (gradient,) = answer.differentiate(theirs)
    (want,) = torch.autograd.grad(closeness_of(ours).sum(), ours)
    expect(gradient is not None, "closeness: no gradient reaches the features; detach nothing.")
    expect(
        not close(gradient, want / 2) or close(gradient, want),
        "closeness: a pair's gradient reaches both of its samples; do not detach one of them.",
    )
    expect(
        bool(gradient.isfinite().all()),
        "closeness: right values, but the gradient is not finite where a sample meets itself (a root or a division at "
        "0?).",
    )
    expect(close(gradient, want), "closeness: right values, wrong gradient by the features: detach nothing on the way.")


def _settle_edges(answer: Answer, rng: torch.Generator) -> None:
    one = expect_tensor(answer(torch.randn(1, 3, 2, generator=rng)), (1, 3), "closeness of a batch of one (1, kernels)")
    expect(close(one, torch.zeros(1, 3)), "closeness: a batch of one has no others: 0 for each kernel.")
    for batch in (7, 2):
        same = torch.randn(1, 4, 3, generator=rng).expand(batch, 4, 3).clone().requires_grad_()
        got, (gradient,) = answer.differentiate(same)
        got = expect_tensor(got, (batch, 4), "closeness of an identical batch (B, kernels)")
        expect(
            close(got, torch.full((batch, 4), batch - 1.0)),
            f"closeness: {batch} identical samples give B - 1 = {batch - 1} each; only j = i is left out, not every "
            "sample at distance 0.",
        )
        finite = gradient is not None and bool(gradient.isfinite().all())
        expect(finite, "closeness: the gradient of an identical batch is not finite (a root or a division at 0?).")
    steps = torch.tensor([0.0, 300.0, -700.0, 4000.0])
    far = (torch.randn(4, 2, 3, generator=rng) + steps[:, None, None]).requires_grad_()
    got, (gradient,) = answer.differentiate(far)
    got = expect_tensor(got, (4, 2), "closeness of far samples (B, kernels)")
    fine = close(got, torch.zeros(4, 2)) and gradient is not None and close(gradient, torch.zeros(4, 2, 3))
    expect(fine, "closeness: samples that are far from each other give 0, with a gradient of 0, not NaN or infinity.")
    # Half of the batch together, half apart: what each sees is its own neighbourhood.
    pair = torch.zeros(4, 1, 2)
    pair[2, 0], pair[3, 0] = torch.tensor([50.0, 0.0]), torch.tensor([0.0, 90.0])
    got = expect_tensor(answer(pair), (4, 1), "closeness (B, kernels)")
    want = torch.tensor([[1.0], [1.0], [0.0], [0.0]])
    expect(close(got, want), "closeness: two samples at one place and two alone give 1, 1, 0, 0: one value a sample.")


@exercise("07/minibatch_layer", references=REFERENCES)
def minibatch_layer(answer: Answer, rng: torch.Generator) -> None:
    """Compare with [x, closeness(x T)]: values, gradients to x and T, equivariance, weights exchanged from outside."""
    for inputs, kernels, dims, batch in (
        (6, 3, 2, 5),
        (4, 4, 4, 4),
        (3, 1, 5, 2),
        (5, 2, 1, 1),
        (2, 3, 4, 7),
        (3, 2, 2, 40),
    ):
        layer, state = module_of(answer, "what MinibatchLayer(in_features, kernels, dims) makes", inputs, kernels, dims)
        t = _expect_t(layer, state, (inputs, kernels, dims))
        # Not far apart: a closeness of 1e-8 is lost, rightly, by who sums over all and takes off 1.
        x = 0.5 * torch.randn(batch, inputs, generator=rng)
        once = expect_tensor(layer(x), (batch, inputs + kernels), "the layer's output (B, in_features + kernels)")
        expect(
            close(layer(x), once),
            "MinibatchLayer: called twice with the same x it gives two outputs: draw T once, in __init__, and keep "
            "nothing from one batch to the next.",
        )
        _expect_output(once, x, t)
        other = torch.randn(t.shape, generator=rng) / inputs**0.5
        layer.attribute("load_state_dict")({"T": other})
        moved = expect_tensor(layer(x), (batch, inputs + kernels), "the layer's output (B, in_features + kernels)")
        expect(
            close(moved, output_of(x, other)),
            "MinibatchLayer: after T has changed (as it does in training) the output does not follow: use self.T in "
            "forward.",
        )
        _expect_slopes(layer, x, other)
        order = torch.randperm(batch, generator=rng)
        turned = "MinibatchLayer: samples in another order must give the same rows in that order."
        expect(close(layer(x[order]), moved[order]), turned)
        if batch == 5:
            layer.attribute("eval")()
            expect(close(layer(x), moved), "MinibatchLayer: after eval() its output differs; it must not.")
    _expect_start(answer, rng)


def _expect_t(layer: Answer, state: dict[str, Tensor], shape: tuple[int, ...]) -> Tensor:
    named = ", ".join(f"{name} {tuple(value.shape)}" for name, value in state.items()) or "nothing"
    expect(
        "T" in state,
        f"MinibatchLayer must have a parameter self.T = nn.Parameter(...), so that it is trained; it holds {named}.",
    )
    expect(len(state) == 1, f"MinibatchLayer: T is its only parameter, it holds {named}.")
    t = expect_tensor(state["T"], shape, "T (in_features, kernels, dims)")
    trained = layer.attribute("T")
    expect(
        isinstance(trained, Tensor) and trained.requires_grad,
        "MinibatchLayer: T is not trained: make it an nn.Parameter, not a buffer, and leave requires_grad on.",
    )
    return t


def _expect_output(got: Tensor, x: Tensor, t: Tensor) -> None:
    (batch, inputs), (_, kernels, dims) = x.shape, t.shape
    want = output_of(x, t)
    if close(got, want):
        return
    m = torch.einsum("ba,akd->bkd", x, t)
    own = want[:, inputs:]
    first = close(got, torch.cat((own, x), 1)) and not close(own, x[:, : own.shape[1]])
    expect(not first, "MinibatchLayer: x comes first, the closeness behind it.")
    expect(close(got[:, :inputs], x), "MinibatchLayer: the first in_features columns are x itself, unchanged.")
    mixed = closeness_of((x @ t.flatten(1)).view(batch, dims, kernels).transpose(1, 2))
    expect(
        close(mixed, own) or not close(got[:, inputs:], mixed),
        "MinibatchLayer: kernels and dims are mixed up where x T is reshaped to (B, kernels, dims).",
    )
    _explain(got[:, inputs:], own, m, "MinibatchLayer")


def _expect_slopes(layer: Answer, x: Tensor, t: Tensor) -> None:
    ours, weights = x.clone().requires_grad_(), t.clone().requires_grad_()
    out = output_of(ours, weights)
    (by_x,) = torch.autograd.grad(out.sum(), ours, retain_graph=True)
    (by_t,) = torch.autograd.grad(out.square().sum(), weights)
    _, (slope,) = layer.differentiate(x.clone().requires_grad_())
    expect(
        slope is not None and close(slope, by_x),
        "MinibatchLayer: right values, wrong gradient by x: both samples of a pair pass gradients on; detach nothing.",
    )
    try:
        layer.attribute("apply")(SlopeOfT(x))
        reached = layer.attribute("slope")
    except CheckFailed:
        reached = None
    silent = reached is None or (bool(by_t.any()) and not bool(reached.any()))
    expect(not silent, "MinibatchLayer: no gradient reaches T: no detach, no .data, no new tensor made from it.")
    expect(close(reached, by_t), "MinibatchLayer: right values, wrong gradient by T: detach nothing on the way.")


def _expect_start(answer: Answer, rng: torch.Generator) -> None:
    inputs, kernels, dims = 60, 9, 5
    what = "what MinibatchLayer(in_features, kernels, dims) makes"
    first, second = (module_of(answer, what, inputs, kernels, dims)[1]["T"] for _ in range(2))
    expect(not torch.equal(first, second), "MinibatchLayer: draw T anew for each layer; no fixed seed, no constant.")
    scaled = first.double() * math.sqrt(inputs)
    good = 0.85 < float(scaled.std()) < 1.15 and abs(float(scaled.mean())) < 0.12
    expect(
        good,
        "MinibatchLayer: T starts as torch.randn(in_features, kernels, dims) / in_features**0.5, of standard deviation "
        f"{inputs**-0.5:.3f} for {inputs} inputs; yours has {float(first.std()):.3f}.",
    )
    expect(
        len(first.unique()) > 0.9 * first.numel(),
        "MinibatchLayer: draw every number of T for itself; here some are copies of others.",
    )
    one, two = answer.through(draw_twice, inputs, kernels, dims)
    expect(
        torch.equal(one, two),
        "MinibatchLayer: draw T with torch.randn; yours does not follow torch.manual_seed, so no run can be repeated.",
    )
    same = torch.randn(1, inputs, generator=rng).expand(6, inputs).clone()
    layer, _ = module_of(answer, what, inputs, kernels, dims)
    out = expect_tensor(layer(same), (6, inputs + kernels), "the layer's output (B, in_features + kernels)")
    expect(close(out[:, inputs:], torch.full((6, kernels), 5.0)), "MinibatchLayer: 6 identical samples give 5, B - 1.")
