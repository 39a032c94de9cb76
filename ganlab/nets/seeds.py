"""The seed axis: S copies of one module, with their own weights, run as one module on (S, B, …).

`stack` takes the fastest way that is exact: batched matrix products for linear layers, grouped convolutions,
`torch.func.vmap` for any other module, and a loop over seeds for code that vmap cannot trace.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from ganlab.nets.native import PerSample, SeedBatchNorm, SeedConv, SeedLayerNorm, key_dropout, stack_state
from ganlab.nets.spectral import is_torch_spectral, stack_torch_spectral
from ganlab.runtime import stream_seed

Factory = Callable[[], nn.Module]

# Modules without state that treat every number alike, so that a leading axis changes nothing.
ELEMENTWISE = (
    *(nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Softplus),
    *(nn.Tanh, nn.Sigmoid, nn.Hardtanh, nn.Identity),
)


class SeedLinear(nn.Module):
    """S linear layers at once: (S, B, in) -> (S, B, out), y = x Wₛ + bₛ.

    The weight is (S, in, out), the transpose of `nn.Linear`'s: the forward product runs up to 3 times as fast so.
    """

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        super().__init__()
        weight = torch.stack([layer.weight.detach().mT for layer in layers]).contiguous()
        self.weight = nn.Parameter(weight, requires_grad=layers[0].weight.requires_grad)
        self.bias: Tensor | None
        if layers[0].bias is None:
            self.register_parameter("bias", None)
        else:
            bias = torch.stack([layer.bias.detach() for layer in layers])
            self.bias = nn.Parameter(bias, requires_grad=layers[0].bias.requires_grad)

    def forward(self, x: Tensor) -> Tensor:
        """Apply layer s to x[s]."""
        if self.bias is None:
            return torch.bmm(x, self.weight)
        return torch.baddbmm(self.bias[:, None], x, self.weight)


class Lifted(nn.Module):
    """Any module × S seeds: stacked parameters and buffers, one traced call (vmap) or a loop."""

    def __init__(self, modules: Sequence[nn.Module], *, loop: bool = False) -> None:
        super().__init__()
        params, buffers = stack_module_state(list(modules))
        self.loop = loop
        self._template = [copy.deepcopy(modules[0])]  # in a list: its own weights are not ours
        self.training = modules[0].training
        self._params = {name: f"p{i}" for i, name in enumerate(params)}
        self._buffers_ = {name: f"b{i}" for i, name in enumerate(buffers)}
        for name, value in params.items():
            trained = modules[0].get_parameter(name).requires_grad
            self.register_parameter(self._params[name], nn.Parameter(value.detach(), requires_grad=trained))
        for name, value in buffers.items():
            self.register_buffer(self._buffers_[name], value)

    @property
    def original(self) -> nn.Module:
        """The module that was lifted, with weights that mean nothing."""
        return self._template[0]

    def train(self, mode: bool = True) -> Lifted:
        """Set the mode of the module that was lifted as well; a part that its author fixed stays until then."""
        self._template[0].train(mode)
        return super().train(mode)

    def _state(self) -> dict[str, Tensor]:
        names = {**self._params, **self._buffers_}
        return {name: getattr(self, ours) for name, ours in names.items()}

    def forward(self, x: Tensor) -> Tensor:
        """Apply copy s to x[s]."""
        template = self._template[0]
        state = self._state()
        if not self.loop:
            run = lambda own, points: functional_call(template, own, (points,))  # noqa: E731
            return vmap(run, randomness="different")(state, x)
        outputs = [
            functional_call(template, {name: value[k] for name, value in state.items()}, (points,))
            for k, points in enumerate(x)
        ]
        return torch.stack(outputs)


def stack(modules: Sequence[nn.Module], *, loop: bool = False) -> nn.Module:
    """Turn S modules of one architecture into one module on (S, B, …); copies of their weights, none shared.

    A layer class may bring its own fast seed axis as a static method `stack(modules) -> nn.Module`.

    Raises:
        ValueError: a layer has torch's old, deprecated spectral or weight normalisation, which cannot be copied.

    """
    first = modules[0]
    _refuse_old_norms(first)
    if loop or _has_tied_parameters(first) or _has_hooks(first):
        return Lifted(modules, loop=loop)
    kind = type(first)
    if kind is nn.Sequential:
        return _in_place([stack(layers) for layers in zip(*modules, strict=True)])
    if kind is nn.Linear:
        return SeedLinear(modules)  # type: ignore[arg-type]
    if kind in ELEMENTWISE:
        return copy.deepcopy(first)
    if kind in (nn.Conv2d, nn.ConvTranspose2d) and first.padding_mode == "zeros":
        return SeedConv(modules)  # type: ignore[arg-type]
    if PerSample.fits(first):
        return PerSample(copy.deepcopy(first))
    if kind in (nn.BatchNorm1d, nn.BatchNorm2d):
        return SeedBatchNorm(modules)  # type: ignore[arg-type]
    if kind is nn.LayerNorm:
        return SeedLayerNorm(modules)  # type: ignore[arg-type]
    if is_torch_spectral(first):
        return stack_torch_spectral(modules)
    own = inspect.getattr_static(kind, "stack", None)
    if isinstance(own, staticmethod):
        return own.__func__(modules)
    return Lifted(modules)


def stack_parts(modules: Sequence[nn.Module]) -> nn.Module:
    """Stack S modules whose forward pass is written for any number of leading axes: own state, then child by child."""
    stacked = stack_state(modules)
    for name, _ in modules[0].named_children():
        setattr(stacked, name, stack([getattr(module, name) for module in modules]))
    return stacked


def is_pointwise(module: nn.Module) -> bool:
    """Say whether a stacked module provably scores each sample alone, so that batches may be joined.

    A layer of one's own says so itself, its children included, by the class attribute `pointwise = True`; subclasses do
    not inherit it.
    """
    kind = type(module)
    if isinstance(module, nn.Sequential) and kind is nn.Sequential:
        return all(is_pointwise(layer) for layer in module)
    return kind is SeedLinear or kind in ELEMENTWISE or vars(kind).get("pointwise") is True


def build(net: Factory | nn.Module, seeds: Sequence[int], stream: str) -> list[nn.Module]:
    """Build one module a seed, each under its own stream of random numbers; the global generator is left as it was.

    Args:
        net: a function or class that takes no argument and gives a module, or a module whose weights all seeds share
            at the start (said in a warning where there is more than one seed).
        seeds: the seeds, one a run.
        stream: "generator" or "discriminator".

    Raises:
        TypeError: `net` does not give a module.

    """
    if isinstance(net, nn.Module):
        if len(seeds) > 1:
            warnings.warn(
                f"{stream}: all {len(seeds)} seeds start from the weights of the module passed; pass the function or "
                "class that builds it to start each seed from its own.",
                stacklevel=3,
            )
        return [key_dropout(copy.deepcopy(net), stream_seed(seed, stream)) for seed in seeds]
    if not callable(net):
        raise TypeError(f"{stream} must be a module or a function that builds one, got {type(net).__name__}.")
    modules = []
    with torch.random.fork_rng(devices=[]):
        for seed in seeds:
            torch.default_generator.manual_seed(stream_seed(seed, stream))
            try:
                module = net()
            except TypeError as error:
                message = f"{stream} must be built without arguments (wrap it: lambda: Net(...)), but: {error}"
                raise TypeError(message) from error
            if not isinstance(module, nn.Module):
                raise TypeError(f"{stream} must be a module or build one, but it gave {type(module).__name__}.")
            modules.append(key_dropout(module, stream_seed(seed, stream)))
    return modules


def one_seed(module: nn.Module, seed: int) -> Callable[[Tensor], Tensor]:
    """View a stacked module as the network of one seed, (B, …) -> (B, …); gradients reach the stacked weights."""

    def call(x: Tensor) -> Tensor:
        own = {name: value[seed : seed + 1] for name, value in module.named_parameters()}
        own |= {name: value[seed : seed + 1] for name, value in module.named_buffers()}
        return functional_call(module, own, (x[None],))[0]

    return call


def _has_hooks(module: nn.Module) -> bool:
    return bool(module._forward_hooks or module._forward_pre_hooks)


def _refuse_old_norms(module: nn.Module) -> None:
    for part in module.modules():
        for hook in part._forward_pre_hooks.values():
            if type(hook).__name__ in ("SpectralNorm", "WeightNorm"):
                old = "spectral_norm" if type(hook).__name__ == "SpectralNorm" else "weight_norm"
                raise ValueError(
                    f"torch.nn.utils.{old} cannot be copied for each seed: use torch.nn.utils.parametrizations.{old}."
                )


def _has_tied_parameters(module: nn.Module) -> bool:
    every = list(module.named_parameters(remove_duplicate=False))
    return len(every) != len(list(module.parameters()))


def _in_place(layers: list[nn.Module]) -> nn.Sequential:
    """Chain layers; an activation right behind a linear layer overwrites its output, which nobody else needs."""
    for layer, after in zip(layers[:-1], layers[1:], strict=True):
        if isinstance(layer, SeedLinear) and isinstance(after, nn.ReLU | nn.LeakyReLU):
            after.inplace = True
    return nn.Sequential(*layers)
