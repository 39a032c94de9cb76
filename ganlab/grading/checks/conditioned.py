"""What is handed to a conditional generator while it is checked, in the student's kernel: it holds no answer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlab.grading.checks.wire import portable


@portable
class SlopesOfWeights:
    """Called with a generator, leaves the gradients of Σ weights · image: `slope`, by `embedding.weight` (None: none),
    and `unreached`, the names of the parameters that get none, or zeros alone.

    Args:
        latents, labels: what the generator is called with.
        weights: of the pixels, shaped as the images.
    """

    def __init__(self, latents: Tensor, labels: Tensor, weights: Tensor) -> None:
        self.latents, self.labels, self.weights = latents, labels, weights

    def __call__(self, net: nn.Module) -> None:
        named = dict(net.named_parameters())
        if "embedding.weight" not in named:  # apply comes to every module
            return
        out = (net(self.latents, self.labels) * self.weights).sum()
        free = [name for name, value in named.items() if value.requires_grad]
        found = torch.autograd.grad(out, [named[name] for name in free], allow_unused=True) if out.requires_grad else ()
        slopes = dict(zip(free, found, strict=False))
        unreached = [name for name in named if slopes.get(name) is None or not bool(slopes[name].any())]
        object.__setattr__(net, "slope", slopes.get("embedding.weight"))
        object.__setattr__(net, "unreached", unreached)


@portable
class LookedUp:
    """Called with a generator, leaves as `looked_up` whether labels that are no classes get as far as its embedding.

    Args:
        latents, labels: what the generator is called with.
    """

    def __init__(self, latents: Tensor, labels: Tensor) -> None:
        self.latents, self.labels = latents, labels

    def __call__(self, net: nn.Module) -> None:
        table = net._modules.get("embedding")
        if not isinstance(table, nn.Embedding):  # apply comes to every module
            return
        seen: list[bool] = []

        def note(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            seen.append(bool(((given[0] < 0) | (given[0] >= table.num_embeddings)).any()))

        hook = table.register_forward_pre_hook(note)
        try:
            net(self.latents, self.labels)
        except (ValueError, IndexError):
            pass
        finally:
            hook.remove()
        object.__setattr__(net, "looked_up", any(seen))
