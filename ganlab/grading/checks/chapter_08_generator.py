"""Checks of chapter 08, images: a generator that draws the class it is asked for."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlab.grading.checks.base import Answer, CheckFailed, close, exercise, expect, expect_tensor
from ganlab.grading.checks.conditioned import LookedUp, SlopesOfWeights
from ganlab.grading.checks.modules import module_of

REFERENCES = ("ganlab.nets.conditional.ConditionalGenerator",)
# Latents, classes, length of a class's vector, hidden width, batch.
# The hidden layers are wide enough that a sample for which no ReLU is open is not met.
SIZES = ((5, 4, 3, 48, 7), (4, 4, 4, 40, 4), (3, 7, 2, 36, 1), (8, 2, 5, 33, 9), (6, 12, 1, 64, 12))
MADE = "what LabelledGenerator(latent_dim, classes, embedding, width) makes"
VECTORS = "embedding.weight"
DRAWS = 24  # of weights, until pixels are dark as well


@exercise("08/labelled_generator", references=REFERENCES)
def labelled_generator(answer: Answer, rng: torch.Generator) -> None:
    """Want images of the asked shape and range, a vector of its own for each label, gradients, refusals."""
    for latent_dim, classes, embedding, width, batch in SIZES:
        net, state = module_of(answer, MADE, latent_dim, classes, embedding, width)
        _expect_vectors(net, state, classes, embedding)
        expect(
            any(width in value.shape for value in state.values()),
            f"LabelledGenerator: none of its layers has the {width} units that were asked for: use `width`.",
        )
        again = module_of(answer, MADE, latent_dim, classes, embedding, width)[1]
        _expect_fresh(state, again)
        z = torch.randn(batch, latent_dim, generator=rng)
        labels = torch.cat((torch.tensor([classes - 1, 0]), torch.randint(classes, (batch,), generator=rng)))[:batch]
        _expect_accepted(net, z, labels, classes)
        _images(net, z, labels)  # as it starts
        start, state = state, _redraw(state, rng)
        _put(net, state)
        _expect_alone(net, z, labels, classes, rng)
        _expect_labels(net, state, torch.randn(latent_dim, generator=rng), classes, rng)
        for weights in (start, state):
            _put(net, weights)
            _expect_gradients(net, z, labels, classes, rng)
        _expect_refusals(net, z, labels, classes)
        _expect_tanh(net, state, z, labels, rng)
    _expect_start(answer)


def _images(net: Answer, z: Tensor, labels: Tensor) -> Tensor:
    got = expect_tensor(net(z, labels), (len(z), 1, 10, 10), "the images (B, 1, 10, 10)").float()
    expect(bool(got.isfinite().all()), "LabelledGenerator: some pixels are not finite.")
    within = float(got.abs().max()) <= 1 + 1e-6
    expect(within, "LabelledGenerator: pixels lie in [-1, 1]: end in tanh.")
    return got


def _expect_vectors(net: Answer, state: dict[str, Tensor], classes: int, embedding: int) -> None:
    named = ", ".join(f"{name} {tuple(value.shape)}" for name, value in state.items()) or "nothing"
    expect(
        VECTORS in state,
        f"LabelledGenerator: self.embedding = nn.Embedding(classes, embedding) holds the vectors; it has {named}.",
    )
    turned = tuple(state[VECTORS].shape) == (embedding, classes) and embedding != classes
    expect(not turned, "LabelledGenerator: nn.Embedding(classes, embedding): the number of classes comes first.")
    expect_tensor(state[VECTORS], (classes, embedding), "embedding.weight (classes, embedding)")
    expect(
        len(state) > 1,
        "LabelledGenerator: it has no weights beside the vectors: keep the layers in an nn.Sequential, in an "
        "nn.ModuleList or as attributes, not in a plain list.",
    )


def _expect_fresh(state: dict[str, Tensor], again: dict[str, Tensor]) -> None:
    fresh = again.keys() == state.keys() and not torch.equal(state[VECTORS], again[VECTORS])
    expect(
        fresh,
        "LabelledGenerator: two generators start from the same vectors: make every layer in __init__ and leave it its "
        "random start (no fixed seed, no constant).",
    )


def _redraw(state: dict[str, Tensor], rng: torch.Generator) -> dict[str, Tensor]:
    """Draw other weights of a usual size, the vectors apart from each other; what BatchNorm counts stays as it is."""
    drawn = {}
    for name, value in state.items():
        if not value.is_floating_point() or "running" in name:
            drawn[name] = value
            continue
        fan_in = value[0].numel() if value.ndim > 1 else 4
        size = 1.0 if name == VECTORS else 1.5 / fan_in**0.5
        drawn[name] = size * torch.randn(value.shape, generator=rng)
    classes = len(drawn[VECTORS])  # drawn alone, two of twelve numbers are now and then too close to tell apart
    drawn[VECTORS][:, 0] = torch.linspace(-1.6, 1.6, classes)[torch.randperm(classes, generator=rng)]
    return drawn


def _put(net: Answer, state: dict[str, Tensor]) -> None:
    net.attribute("load_state_dict")(state)


def _expect_alone(net: Answer, z: Tensor, labels: Tensor, classes: int, rng: torch.Generator) -> None:
    """Want each image to depend on its own latents and label, twice the same, in either mode."""
    vectors = net.state()[VECTORS]
    together = _images(net, z, labels)
    for mode in ("train", "eval"):
        net.attribute(mode)()
        images = _images(net, z, labels)
        expect(
            torch.equal(net.state()[VECTORS], vectors),
            "LabelledGenerator: forward changes the vectors: make the table once, in __init__, a plain "
            "nn.Embedding(classes, embedding) without max_norm.",
        )
        expect(
            close(_images(net, z, labels), images),
            f"LabelledGenerator: called twice with the same z and labels (after {mode}()) it gives two sets of images: "
            "all randomness is in z; no dropout, no noise of its own.",
        )
        for kept in (0, len(z) - 1):
            company = torch.randn(z.shape, generator=rng), torch.randint(classes, labels.shape, generator=rng)
            for changed, own in zip(company, (z, labels), strict=True):
                changed[kept] = own[kept]
            expect(
                close(_images(net, *company)[kept], images[kept]),
                f"LabelledGenerator: an image depends on the others of its batch (after {mode}()): each has its own z "
                "and label; no BatchNorm, no label of the batch's first sample for all.",
            )
        alone = torch.cat([_images(net, z[k : k + 1], labels[k : k + 1]) for k in range(min(3, len(z)))])
        expect(close(images[:3], alone), "LabelledGenerator: an image alone differs from the same one in its batch.")
        expect(
            close(images, together),
            "LabelledGenerator: after eval() it draws other images than in training; it must not.",
        )
    net.attribute("train")()


def _expect_labels(net: Answer, state: dict[str, Tensor], z: Tensor, classes: int, rng: torch.Generator) -> None:
    """Want the label to matter through its vector alone, and every label to have one of its own."""
    labels = torch.arange(classes)
    row = z.expand(classes, -1).clone()
    images = _images(net, row, labels)
    apart = torch.cdist(images.flatten(1), images.flatten(1)) + torch.eye(classes)
    expect(
        bool((images - images[:1]).abs().max() > 1e-5) or classes == 1,
        "LabelledGenerator: the label makes no difference: join its vector to z before the first layer.",
    )
    expect(
        bool((apart > 1e-4).all()),
        "LabelledGenerator: some labels share an image although their vectors differ: look each label up by itself.",
    )
    other = _images(net, torch.randn(row.shape, generator=rng), labels)
    expect(
        bool(((other - images).abs().amax((1, 2, 3)) > 1e-5).all()),
        "LabelledGenerator: z makes no difference: every image of a class is the same.",
    )
    order = torch.arange(classes).roll(1)  # label k gets the vector of label k - 1
    _put(net, {**state, VECTORS: state[VECTORS][order]})
    expect(
        close(_images(net, row, labels), images[order]),
        "LabelledGenerator: with the vectors of two labels exchanged their images must be exchanged: a label enters "
        "only through its own row of self.embedding.",
    )
    _put(net, state)


def _expect_gradients(net: Answer, z: Tensor, labels: Tensor, classes: int, rng: torch.Generator) -> None:
    _, slopes = net.differentiate(z.clone().requires_grad_(), labels)
    expect(slopes[0] is not None, "LabelledGenerator: no gradient reaches z: detach nothing, no torch.no_grad().")
    expect(
        bool(slopes[0].ne(0).any(1).all()),
        "LabelledGenerator: the gradient of z is 0: start no layer at 0, and do not drive the pixels to the ends of "
        "tanh, where it is flat.",
    )
    expect(
        bool(slopes[0].ne(0).any(0).all()),
        "LabelledGenerator: some latents have no say in the images: let all `latent_dim` of them in.",
    )
    weights = torch.randn(len(z), 1, 10, 10, generator=rng)
    try:
        net.attribute("apply")(SlopesOfWeights(z, labels, weights))
        slope, unreached = net.attribute("slope"), net.attribute("unreached")
    except CheckFailed:
        slope, unreached = None, []
    expect(
        isinstance(slope, Tensor) and bool(slope.any()),
        "LabelledGenerator: no gradient reaches the vectors of the classes, so they are never learnt: detach nothing.",
    )
    asked = torch.zeros(classes, dtype=torch.bool)
    asked[labels] = True
    rows = slope.ne(0).any(1)
    expect(
        bool(rows[asked].all()),
        f"LabelledGenerator: label {int((asked & ~rows).float().argmax())} was asked for, and its vector gets no "
        "gradient: plain nn.Embedding(classes, embedding), without padding_idx, and row k for label k.",
    )
    expect(
        not bool(rows[~asked].any()),
        "LabelledGenerator: the gradient reaches vectors of labels that were not asked for: look up row k for label k.",
    )
    expect(
        not unreached,
        f"LabelledGenerator: no gradient reaches {', '.join(map(str, unreached))[:100]}, so it is never learnt: freeze "
        "nothing, and use every layer in forward.",
    )


def _expect_accepted(net: Answer, z: Tensor, labels: Tensor, classes: int) -> None:
    """Want classes from 0 to classes − 1 to be none that are refused."""
    said = net.raises(z, labels)
    expect(
        said is None or said.type != "ValueError",
        f"LabelledGenerator(…, classes={classes}, …) raises ValueError for z {tuple(z.shape)} and labels "
        f"{labels.tolist()}: 0 and {classes - 1} are classes too; z comes first, then labels.",
    )


def _expect_refusals(net: Answer, z: Tensor, labels: Tensor, classes: int) -> None:
    for wrong in (classes, -1, classes + 1000, -classes):
        for place in {0, len(z) - 1}:
            asked = labels.clone()
            asked[place] = wrong
            said = net.raises(z, asked)
            where = f"label {wrong} with {classes} classes"
            expect(said is not None, f"LabelledGenerator accepts {where}: raise ValueError.")
            assert said is not None
            expect(
                said.type == "ValueError" and bool(said.message.strip()),
                f"LabelledGenerator must refuse {where} with a ValueError that says why, got {said.type}: "
                f"{said.message[:100]!r}.",
            )
    asked = labels.clone()
    asked[-1] = classes
    _expect_unseen(net, z, asked, f"label {classes} with {classes} classes")


def _expect_unseen(net: Answer, z: Tensor, labels: Tensor, where: str) -> None:
    """Want wrong labels to be found before the look-up, which on a GPU nobody survives."""
    try:
        net.attribute("apply")(LookedUp(z, labels))
        seen = net.attribute("looked_up")
    except CheckFailed:
        return
    expect(
        seen is not True,
        f"LabelledGenerator: {where} gets as far as the embedding, which ends the process on a GPU before anything can "
        "be caught: compare the labels with 0 and `classes` first.",
    )


def _expect_tanh(net: Answer, state: dict[str, Tensor], z: Tensor, labels: Tensor, rng: torch.Generator) -> None:
    """Want pixels down to -1, bent towards both ends of their range and not cut."""
    # With large weights the pixels of one net may all be bright, those of a convolution above all: then draw others.
    for attempt in range(DRAWS):
        sizes, least = _turned_up(net, _redraw(state, rng) if attempt else state, z, labels)
        if least < -0.5:
            break
    else:
        expect(False, "LabelledGenerator: pixels reach down to -1: end in tanh, not in sigmoid, no ReLU before it.")
    # A number that grows takes ln 1.7 to bring its tanh from 0.7 to 0.9 and ln 6.1 from there to 1, and ln 1.3 and
    # ln 1.1 where it is cut: the steps spent there are as 1 to 3.4, or as 1 to 0.4.
    before, behind = ((sizes > 0.7) & (sizes <= 0.9)).sum(), ((sizes > 0.9) & (sizes < 1)).sum()
    expect(
        bool(behind > 1.2 * before),
        "LabelledGenerator: pixels are cut off at -1 and 1, where they have no gradient: end in tanh.",
    )
    _put(net, state)


def _turned_up(net: Answer, state: dict[str, Tensor], z: Tensor, labels: Tensor) -> tuple[Tensor, float]:
    """Turn up all weights until the pixels fill their range; give their sizes on the way, the least pixel half-way."""
    fixed = {name for name, value in state.items() if name == VECTORS or "running" in name or value.ndim == 0}
    sizes, least = [], None
    for step in range(60):
        _put(net, {name: value if name in fixed else 1.1**step * value for name, value in state.items()})
        images = _images(net, z, labels)
        sizes.append(images.abs())
        filled = float(images.square().mean())
        if filled > 0.5 and least is None:
            least = float(images.min())
        if filled > 0.9:
            break
    if least is None:
        raise CheckFailed("LabelledGenerator: its pixels do not fill [-1, 1] whatever its weights: end in tanh.")
    return torch.stack(sizes), least


def _expect_start(answer: Answer) -> None:
    _, state = module_of(answer, MADE, 3, 60, 40, 5)
    spread = float(state[VECTORS].std())
    expect(
        0.85 < spread < 1.15 and abs(float(state[VECTORS].mean())) < 0.1,
        f"LabelledGenerator: the vectors start from N(0, 1), as nn.Embedding does; yours spread by {spread:.2f}.",
    )
