"""Networks, and the seed axis: one module becomes S independent copies that run as one."""

from ganlab.nets.attention import SelfAttention
from ganlab.nets.conditional import (
    ConditionalGenerator,
    EmbeddingDiscriminator,
    ProjectionDiscriminator,
    class_latents,
)
from ganlab.nets.conv import dcgan_discriminator, dcgan_generator
from ganlab.nets.init import INITS, initialise
from ganlab.nets.layers import FourierFeatures, Maxout
from ganlab.nets.minibatch import MinibatchDiscrimination, MinibatchStdDev, Pack
from ganlab.nets.mlp import mlp, mlp_discriminator, mlp_generator
from ganlab.nets.native import Dropout, stack_state
from ganlab.nets.residual import Residual, residual_discriminator, residual_generator
from ganlab.nets.seeds import SeedLinear, build, one_seed, stack
from ganlab.nets.spectral import SpectralConv2d, SpectralConvTranspose2d, SpectralLinear

__all__ = [
    "INITS",
    "ConditionalGenerator",
    "Dropout",
    "EmbeddingDiscriminator",
    "FourierFeatures",
    "Maxout",
    "MinibatchDiscrimination",
    "MinibatchStdDev",
    "Pack",
    "ProjectionDiscriminator",
    "Residual",
    "SeedLinear",
    "SelfAttention",
    "SpectralConv2d",
    "SpectralConvTranspose2d",
    "SpectralLinear",
    "build",
    "class_latents",
    "dcgan_discriminator",
    "dcgan_generator",
    "initialise",
    "mlp",
    "mlp_discriminator",
    "mlp_generator",
    "one_seed",
    "residual_discriminator",
    "residual_generator",
    "stack",
    "stack_state",
]
