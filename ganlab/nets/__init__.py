"""Networks, and the seed axis: one module becomes S independent copies that run as one."""

from ganlab.nets.init import INITS, initialise
from ganlab.nets.mlp import mlp, mlp_discriminator, mlp_generator
from ganlab.nets.seeds import SeedLinear, build, one_seed, stack

__all__ = [
    "INITS",
    "SeedLinear",
    "build",
    "initialise",
    "mlp",
    "mlp_discriminator",
    "mlp_generator",
    "one_seed",
    "stack",
]
