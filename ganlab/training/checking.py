"""Pieces that are known not to go together: refused, or warned about, with the reason and the source."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator

from torch import Tensor, nn

from ganlab.nets.seeds import Lifted
from ganlab.objectives import LOSSES, GANLoss, Penalty
from ganlab.training.config import TrainConfig


def check_pieces(
    critic: nn.Module, loss: GANLoss, penalty: Penalty | Callable[..., Tensor] | None, config: TrainConfig
) -> None:
    """Check a discriminator, a loss and a penalty against each other.

    Raises:
        ValueError: batch normalisation in the discriminator together with a gradient penalty, or a penalty together
            with unrolled steps.
    """
    if penalty is not None and config.unroll:
        raise ValueError(
            f"unroll={config.unroll} with a penalty is not defined: the unrolled steps descend D's loss alone (Metz et "
            "al. 2017, eq. 3); leave out one of them."
        )
    kinds = {type(layer).__name__ for layer in _layers(critic)}
    if penalty is not None and any("BatchNorm" in kind for kind in kinds):
        raise ValueError(
            "A discriminator with BatchNorm does not go with a gradient penalty: the score of one sample depends on "
            "the whole batch, so it has no gradient of its own (Gulrajani et al. 2017, §4). Use LayerNorm or no "
            "normalisation."
        )
    if penalty is not None and any("Minibatch" in kind for kind in kinds):
        warnings.warn(
            "A discriminator that looks at its batch together with a gradient penalty: the penalty sees the sum of a "
            "sample's effects on all scores, not the gradient of its own score (Gulrajani et al. 2017, §4, on batch "
            "statistics).",
            stacklevel=4,
        )
    bounded = penalty is not None or config.clip_weights > 0 or any("Spectral" in kind for kind in kinds)
    if loss is LOSSES["wasserstein"] and not bounded:
        warnings.warn(
            "The Wasserstein loss without a penalty, weight clipping or spectral norm has no lower bound: nothing "
            "keeps the critic Lipschitz (Arjovsky et al. 2017, §3). Set penalty='wgan_gp' or clip_weights=0.01.",
            stacklevel=4,
        )


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


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    for layer in module.modules():
        yield from layer.original.modules() if isinstance(layer, Lifted) else (layer,)
