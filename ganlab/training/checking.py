"""Pieces that are known not to go together: refused, or warned about, with the reason and the source."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ganlab.data.pairs import Pairs
from ganlab.nets.minibatch import MinibatchDiscrimination, MinibatchStdDev
from ganlab.nets.seeds import Lifted, is_pointwise
from ganlab.objectives import LOSSES, PENALTIES, GANLoss, Penalty
from ganlab.training.config import TrainConfig

LOGITS = ("saturating", "nonsaturating", "relativistic")  # losses that apply a sigmoid to scores or their differences


def check_pieces(
    critic: nn.Module,
    loss: GANLoss,
    penalty: Penalty | Callable[..., Tensor] | None,
    config: TrainConfig,
    samples: Tensor,
) -> None:
    """Check a discriminator, a loss and a penalty against each other.

    A penalty written as a function cannot be asked whether it takes a gradient, so each counts as a gradient penalty.

    Args:
        critic: the stacked discriminator, on its device.
        loss, penalty, config: what it will be trained with.
        samples: two samples of the data, (2, features…), to try the discriminator on.

    Raises:
        ValueError: a penalty together with unrolled steps or with a discriminator whose score of one sample depends on
            the other samples (batch normalisation by whatever name); softened labels with a Wasserstein generator.
    """
    if penalty is not None and config.unroll:
        raise ValueError(
            f"unroll={config.unroll} with a penalty is not defined: the unrolled steps descend D's loss alone (Metz et "
            "al. 2017, eq. 3); leave out one of them."
        )
    _check_targets(loss)
    layers = list(_layers(critic))
    if penalty is not None and any(isinstance(layer, _BatchNorm) for layer in layers):
        raise ValueError(
            "A discriminator with BatchNorm does not go with a gradient penalty: the score of one sample depends on "
            "the whole batch, so it has no gradient of its own (Gulrajani et al. 2017, §4). Use LayerNorm or no "
            "normalisation."
        )
    compares = any(_compares(layer) for layer in layers)
    if compares and config.batch_size == 1:
        raise ValueError("A discriminator that compares the samples of a batch needs batch_size=2 or more, got 1.")
    if penalty is not None and not compares and looks_at_its_batch(critic, samples, config):
        raise ValueError(
            "This discriminator does not go with a gradient penalty: the score of one sample changes with the other "
            "samples of its batch, as under batch normalisation, so it has no gradient of its own (Gulrajani et al. "
            "2017, §4). Use LayerNorm or no normalisation. (Where a layer compares samples on purpose, put 'Minibatch' "
            "in its class's name, and train warns instead.)"
        )
    if penalty is not None and compares:
        warnings.warn(
            "A discriminator that looks at its batch together with a gradient penalty: the penalty sees the sum of a "
            "sample's effects on all scores, not the gradient of its own score (Gulrajani et al. 2017, §4, on batch "
            "statistics).",
            stacklevel=4,
        )
    on_logits = any(loss is LOSSES[name] for name in LOGITS) or hasattr(loss.d, "labels")
    if on_logits and isinstance(layers[-1], nn.Sigmoid):
        warnings.warn(
            "The discriminator ends in a sigmoid, and this loss takes its scores for logits, to which it applies the "
            "sigmoid itself: leave that of the discriminator out.",
            stacklevel=4,
        )
    spectral = any("Spectral" in type(layer).__name__ for layer in layers)
    bounded = penalty is not None or config.clip_weights > 0 or spectral
    if loss is LOSSES["wasserstein"] and not bounded:
        warnings.warn(
            "The Wasserstein loss without a penalty, weight clipping or spectral norm has no lower bound: nothing "
            "keeps the critic Lipschitz (Arjovsky et al. 2017, §3). Set penalty='wgan_gp' or clip_weights=0.01.",
            stacklevel=4,
        )


def looks_at_its_batch(critic: nn.Module, samples: Tensor, config: TrainConfig) -> bool:
    """Say whether a stacked network's scores of some samples move when another sample of their batch is exchanged.

    It is tried twice on copies, in its own mode and from one state of the random numbers, which stays as it was. With
    packing, the exchanged sample shares its score with others; the scores of the other packs must stay.
    """
    if is_pointwise(critic):
        return False
    first, other = samples
    other = first + 1 if torch.equal(first, other) else other
    shares = torch.rand(config.batch_size, *[1] * first.ndim, generator=torch.Generator().manual_seed(0))
    between = torch.lerp(first, other, shares.to(samples))[1:]  # within the data's range, and all different
    rows, exchanged = torch.cat((first[None], between)), torch.cat((other[None], between))

    def scores(points: Tensor) -> Tensor:
        with torch.random.fork_rng(devices=[points.device] if points.device.type == "cuda" else []):
            return copy.deepcopy(critic)(torch.stack([points] * config.seeds)).detach()[:, 1:]

    before = scores(rows)
    if before.numel() == 0:
        return False
    small = 1e-5 * (1 + float(before.abs().max()))  # rounding
    try:
        moved = scores(exchanged) - before
    except (IndexError, ValueError, RuntimeError):  # where all samples are one, the other may be no sample (a label)
        return False
    if bool(moved.abs().max() <= small):
        return False
    # One that draws numbers from a source of its own moves without reason: then nothing can be said.
    return bool((scores(rows) - before).abs().max() <= small)


def require_shape(
    out: object, name: str, count: int, batch: int, takes: tuple[int, ...], gives: list[tuple[int, ...]]
) -> None:
    """Refuse a stacked network's output of the wrong shape.

    Args:
        out: what it gave for S batches, (S, B, takes…).
        name: "generator" or "discriminator".
        count, batch: S and B.
        takes, gives: the shape of one input, and the shapes that one output may have.

    Raises:
        ValueError: said so, with the shapes found; a discriminator may give fewer scores than samples (packing), but
            more than one, and the same number of samples for each.
    """
    if not isinstance(out, Tensor):
        raise ValueError(f"{name} must give a tensor, got {type(out).__name__}.")
    found = tuple(out.shape[1:])  # of one run
    rest = found[1:]
    wanted = f"{name} must map a batch {shape_of('B', takes)} to {shape_of('B', gives[0])}"
    if out.shape[:1] != (count,) or not found or rest not in gives:
        got = f"{shape_of('B', rest)}{about_labels(rest, gives[0])}" if found[:1] == (batch,) else f"{found}"
        raise ValueError(f"{wanted}, but it gives {got}.")
    if found[0] == batch or (name == "discriminator" and found[0] > 1 and batch % found[0] == 0):
        return
    packing = (
        " A discriminator that joins samples (packing) must give two scores or more a batch, each on the same number "
        "of samples (Lin et al. 2018, §3)."
    )
    raise ValueError(
        f"{wanted}, but for B = {batch} it gives {found[0]} {'score' if name == 'discriminator' else 'sample'}"
        f"{'' if found[0] == 1 else 's'}.{packing if name == 'discriminator' else ''}"
    )


def require_labels_alone(data: object, config: TrainConfig, penalty: object) -> None:
    """Refuse what would add noise to the labels of `Pairs` and so exchange them."""
    noisy = f"instance_noise={config.instance_noise}" if config.instance_noise else "DRAGAN"
    if isinstance(data, Pairs) and (
        config.instance_noise or (penalty or config.penalty) in ("dragan", PENALTIES["dragan"])
    ):
        raise ValueError(
            f"{noisy} adds noise to whole samples, and those of Pairs end in their labels, which it would exchange: "
            "leave it out, or train without labels."
        )


def require_one_architecture(modules: list[nn.Module], name: str) -> None:
    """Refuse copies with other weights than the first one's, which cannot be stacked."""
    tensors = [dict([*module.named_parameters(), *module.named_buffers()]) for module in modules]
    if any(nn.parameter.is_lazy(tensor) for tensor in tensors[0].values()):
        raise ValueError(
            f"{name} has layers whose size is not known yet (LazyLinear, …): give the sizes when building it."
        )
    shapes = [{key: tuple(tensor.shape) for key, tensor in own.items()} for own in tensors]
    if any(own != shapes[0] for own in shapes):
        raise ValueError(f"{name}: the function that builds it must give the same architecture each time it is called.")


def shape_of(batch: str, rest: tuple[int, ...]) -> str:
    """Write a batch's shape: (B, 2)."""
    return f"({', '.join([batch, *map(str, rest)])})"


def require_nets(features: tuple[int, ...], generator: object, discriminator: object) -> None:
    """Refuse to train without networks on what the reference networks are not for, samples with more than one axis."""
    missing = [f"{name}=" for name, net in (("generator", generator), ("discriminator", discriminator)) if net is None]
    if len(features) > 1 and missing:
        raise ValueError(
            f"The reference networks are for points, and the data has samples of shape {features}: pass "
            f"{' and '.join(missing)}, such as ganlab.nets.dcgan_generator and dcgan_discriminator for images."
        )


def about_labels(got: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Say what is likely meant where one of data and generator has labels and the other has none."""
    if len(got) == 1 and len(wanted) == 3 and got[0] > math.prod(wanted):
        return ": a conditional generator makes images with labels, so pass Pairs(data) to train"
    if len(got) == 3 and len(wanted) == 1 and wanted[0] > math.prod(got):
        return ": the data are pairs of image and label, for a ConditionalGenerator"
    return ""


def _check_targets(loss: GANLoss) -> None:
    labels = getattr(loss.d, "labels", (1, 0))  # what `label_smoothing` leaves on its discriminator's side
    if labels != (1, 0) and loss.g is LOSSES["wasserstein"].g:
        raise ValueError(
            f"Labels smoothed to {labels[0]} and {labels[1]} do not go with a Wasserstein loss: a label is a target "
            "for a probability, σ(score) (Salimans et al. 2016, §3.4), and a Wasserstein critic's score is none "
            "(Arjovsky et al. 2017, §3). Take both sides from label_smoothing, or both from LOSSES['wasserstein']."
        )


def _compares(layer: nn.Module) -> bool:
    """Say whether a layer is meant to compare the samples of a batch: one of ours, or named after them."""
    return isinstance(layer, MinibatchDiscrimination | MinibatchStdDev) or "Minibatch" in type(layer).__name__


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    for layer in module.modules():
        yield from layer.original.modules() if isinstance(layer, Lifted) else (layer,)
