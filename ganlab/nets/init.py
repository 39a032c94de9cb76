"""Initialisation schemes, by name."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from ganlab.nets.spectral import Spectral


def _dcgan(weight: Tensor) -> None:
    nn.init.normal_(weight, 0.0, 0.02)


INITS: dict[str, Callable[[Tensor], object] | None] = {
    "torch": None,  # leave what the layer's constructor drew: U(±1/√fan_in)
    "xavier": nn.init.xavier_uniform_,  # Glorot and Bengio 2010, eq. 16
    "he": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),  # He et al. 2015, eq. 10
    "orthogonal": lambda weight: nn.init.orthogonal_(weight, gain=1.4),  # Unrolled GAN's notebook (2017)
    "dcgan": _dcgan,  # Radford et al. 2016, §4
}

_LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d)
_BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def initialise(module: nn.Module, scheme: str) -> nn.Module:
    """Draw the weights of every linear and convolution layer anew, in place; biases become 0.

    "torch" changes nothing; "dcgan" also draws batch normalisation's weights, from N(1, 0.02²). Draws from torch's
    global generator, as constructors do.

    Raises:
        ValueError: no scheme has that name.

    """
    if scheme not in INITS:
        raise ValueError(f"init={scheme!r} is not known: use one of {', '.join(map(repr, INITS))}.")
    draw = INITS[scheme]
    if draw is not None:
        for layer in module.modules():
            if isinstance(layer, _LAYERS):
                draw(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
                if isinstance(layer, Spectral):
                    layer.iterate(15)  # its singular vectors were the old weight's
            elif scheme == "dcgan" and isinstance(layer, _BATCH_NORMS) and layer.affine:
                nn.init.normal_(layer.weight, 1.0, 0.02)  # the published code's
                nn.init.zeros_(layer.bias)
    return module
