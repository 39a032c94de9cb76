"""Networks, and the seed axis: one module becomes S independent copies that run as one."""

from ganlab.nets.init import INITS, initialise
from ganlab.nets.layers import FourierFeatures, Maxout
from ganlab.nets.minibatch import MinibatchDiscrimination, MinibatchStdDev, Pack
from ganlab.nets.mlp import mlp, mlp_discriminator, mlp_generator
from ganlab.nets.native import Dropout, stack_state
from ganlab.nets.seeds import SeedLinear, build, one_seed, stack
from ganlab.nets.spectral import SpectralLinear

__all__ = [
    "INITS",
    "Dropout",
    "FourierFeatures",
    "Maxout",
    "MinibatchDiscrimination",
    "MinibatchStdDev",
    "Pack",
    "SeedLinear",
    "SpectralLinear",
    "build",
    "initialise",
    "mlp",
    "mlp_discriminator",
    "mlp_generator",
    "one_seed",
    "stack",
    "stack_state",
]
