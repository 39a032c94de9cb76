"""What is handed to a conditional generator while it is checked, in the student's kernel: it holds no answer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlab.grading.checks.wire import portable


@portable
class SlopeOfEmbedding:
    """Called with a generator, leaves the gradient of Σ weights · image by `embedding.weight` as `slope` (None: none).

    Args:
        latents, labels: what the generator is called with.
        weights: of the pixels, shaped as the images.
    """

    def __init__(self, latents: Tensor, labels: Tensor, weights: Tensor) -> None:
        self.latents, self.labels, self.weights = latents, labels, weights

    def __call__(self, net: nn.Module) -> None:
        vectors = dict(net.named_parameters()).get("embedding.weight")
        if vectors is not None:
            out = (net(self.latents, self.labels) * self.weights).sum()
            slope = torch.autograd.grad(out, vectors, allow_unused=True)[0] if out.requires_grad else None
            object.__setattr__(net, "slope", slope)
