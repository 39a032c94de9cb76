"""Values on their way between the grader and a student's kernel: JSON and raw tensor bytes, never pickle.

    message = pack({"value": encode(anything, tensors)}, tensors)      fields, tensors = unpack(message)

Plain values, tensors, arrays and generators go by content, ganlab's own objects by the arguments that build them
(`portable`), layers of torch by configuration and weights. What a kernel returns beside plain values, tensors and
arrays stays there, and the grader gets a handle on it; so nothing that arrives in the grader runs code.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

HEADER_LIMIT, TENSOR_LIMIT = 8 << 20, 128 << 20  # bytes
DEPTH_LIMIT, TENSORS_LIMIT = 40, 10_000
DICT_LIMIT = 1000  # entries: keys that all have the same hash take time in the square of their number
DTYPES = {
    str(dtype): dtype
    for dtype in (
        *(torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128),
        *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool),
    )
}
# Layers that go by configuration: the attributes that are arguments of the same name.
LAYERS: dict[str, tuple[str, ...]] = {
    "Linear": ("in_features", "out_features"),
    "Conv2d": ("in_channels", "out_channels", "kernel_size", "stride", "padding"),
    "ConvTranspose2d": ("in_channels", "out_channels", "kernel_size", "stride", "padding"),
    "BatchNorm1d": ("num_features",),
    "BatchNorm2d": ("num_features",),
    "LayerNorm": ("normalized_shape",),
    "LeakyReLU": ("negative_slope",),
    "Flatten": ("start_dim", "end_dim"),
    "Softplus": ("beta",),
    **dict.fromkeys(("ReLU", "Tanh", "Sigmoid", "SiLU", "GELU", "Identity"), ()),
}
Tree = Any  # what json can hold
_BUILT_FROM: dict[type, Callable[[Any], tuple[Any, ...]]] = {}


class WireError(ValueError):
    """A message that is no message, or a value that cannot travel."""


class Handle(int):
    """The number of an object that stayed in the kernel; the kernel's side of it."""


class Held:
    """An object that stayed in the kernel: its number, the name of its type, whether it can be called."""

    def __init__(self, number: int, kind: str, *, callable_: bool) -> None:
        self.number, self.kind, self.callable = number, kind, callable_

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self.kind}>"


def portable(cls: type, built_from: Callable[[Any], tuple[Any, ...]] | None = None) -> type:
    """Let objects of a ganlab class travel by the arguments that build them: a class decorator.

    `built_from(object)` gives the positional arguments; without it those of the call to the class are remembered.
    """
    if built_from is None:
        build = cls.__init__  # type: ignore[misc]

        def remember(self: Any, *arguments: Any) -> None:
            object.__setattr__(self, "_built_from", arguments)
            build(self, *arguments)

        cls.__init__ = remember  # type: ignore[misc]
        built_from = _remembered
    _BUILT_FROM[cls] = built_from
    return cls


def _remembered(value: Any) -> tuple[Any, ...]:
    arguments: tuple[Any, ...] = value._built_from
    return arguments


def encode(value: Any, tensors: list[Tensor], hold: Callable[[Any], Handle] | None = None, depth: int = 0) -> Tree:
    """Turn a value into what JSON holds, its tensors put into `tensors`.

    What cannot travel is given to `hold`, which keeps it and returns its number; without `hold` it is a WireError.
    """
    if depth > DEPTH_LIMIT:
        raise WireError("a value is nested too deeply")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and not isinstance(value, Handle):
        return int(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, Tensor):
        return _encode_tensor(value, tensors)
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc" and value.dtype.itemsize <= 16:
        tensor = torch.from_numpy(np.array(value))
        return {"array": _encode_tensor(tensor, tensors), "scalar": isinstance(value, np.generic)}

    def inner(part: Any) -> Tree:
        return encode(part, tensors, hold, depth + 1)

    if isinstance(value, list):
        return [inner(part) for part in value]
    if isinstance(value, tuple):
        return {"tuple": [inner(part) for part in value]}
    if isinstance(value, dict):
        if len(value) > DICT_LIMIT:
            raise WireError(f"a dictionary of more than {DICT_LIMIT} entries is too large")
        return {"dict": [[inner(key), inner(part)] for key, part in value.items()]}
    if hold is not None:
        number = hold(value)
        return {"held": int(number), "kind": type(value).__name__, "callable": callable(value)}
    return _encode_object(value, inner)


def _encode_tensor(value: Tensor, tensors: list[Tensor]) -> Tree:
    if value.layout != torch.strided or str(value.dtype) not in DTYPES:
        raise WireError(f"a tensor of {value.dtype}, {value.layout} cannot be sent")
    tensors.append(value)
    return {"tensor": len(tensors) - 1}


def _encode_object(value: Any, inner: Callable[[Any], Tree]) -> Tree:
    """Encode what the grader sends and a kernel never returns: layers, ganlab's objects and functions, generators."""
    cls = type(value)
    where = f"{cls.__module__}:{cls.__qualname__}"
    state: Tree = None
    if isinstance(value, nn.Module):
        weights = {name: tensor for name, tensor in value.state_dict(keep_vars=True).items()}
        state = {"weights": inner(weights), "training": value.training}
    if cls in _BUILT_FROM:
        return {"object": where, "arguments": [inner(part) for part in _BUILT_FROM[cls](value)], "state": state}
    if cls is nn.Sequential:
        return {"chain": [inner(layer) for layer in value]}
    if cls.__name__ in LAYERS and getattr(nn, cls.__name__) is cls:
        settings = {name: inner(getattr(value, name)) for name in LAYERS[cls.__name__]}
        if "bias" in cls.__init__.__code__.co_varnames and cls.__name__ != "LayerNorm":
            settings["bias"] = getattr(value, "bias", None) is not None
        return {"layer": cls.__name__, "settings": settings, "state": state}
    if cls.__module__.split(".")[0] == "ganlab" and dataclasses.is_dataclass(value):
        fields = {field.name: inner(getattr(value, field.name)) for field in dataclasses.fields(value) if field.init}
        return {"object": where, "fields": fields}
    if isinstance(value, torch.Generator):
        return {"generator": inner(value.get_state())}
    name = getattr(value, "__qualname__", "<")
    if getattr(value, "__module__", "").startswith("ganlab.") and "<" not in name:
        return {"named": f"{value.__module__}:{name}"}
    raise WireError(f"{cls.__name__} cannot be sent: make it a class under @portable, or a function of a ganlab module")


def decode(tree: Tree, tensors: list[Tensor], *, trusted: bool) -> Any:
    """Turn a tree back into a value; `trusted` (the kernel hearing the grader) allows objects that run code."""
    if not isinstance(tree, (dict, list)):
        return tree
    if isinstance(tree, list):
        return [decode(part, tensors, trusted=trusted) for part in tree]
    match tree:
        case {"float": str(text)} if text in ("nan", "inf", "-inf"):
            return float(text)
        case {"tensor": int(index)} if 0 <= index < len(tensors):
            return tensors[index]
        case {"array": {"tensor": int(index)}, "scalar": bool(scalar)} if 0 <= index < len(tensors):
            array = tensors[index].numpy()
            return array[()] if scalar and array.ndim == 0 else array
        case {"tuple": list(parts)}:
            return tuple(decode(parts, tensors, trusted=trusted))
        case {"dict": list(pairs)} if len(pairs) <= DICT_LIMIT:
            return {_key(key, tensors): decode(part, tensors, trusted=trusted) for key, part in pairs}
        case {"held": int(number), "kind": str(kind), "callable": bool(can)}:
            return Held(number, kind[:80], callable_=can)
    if trusted:
        return _decode_object(tree, tensors)
    raise WireError("the kernel sent something that is no value")


def _key(tree: Tree, tensors: list[Tensor]) -> Any:
    key = decode(tree, tensors, trusted=False)
    return key if isinstance(key, (str, int, float, bool, tuple, type(None))) else repr(key)


def _decode_object(tree: Mapping[str, Any], tensors: list[Tensor]) -> Any:
    def inner(part: Tree) -> Any:
        return decode(part, tensors, trusted=True)

    if "chain" in tree:
        return nn.Sequential(*(inner(layer) for layer in tree["chain"]))
    if "generator" in tree:
        generator = torch.Generator()
        generator.set_state(inner(tree["generator"]))
        return generator
    if "named" in tree:
        return _find(tree["named"])
    if "layer" in tree:
        made = getattr(nn, tree["layer"])(**{name: inner(part) for name, part in tree["settings"].items()})
    elif "fields" in tree:
        return _find(tree["object"])(**{name: inner(part) for name, part in tree["fields"].items()})
    else:
        made = _find(tree["object"])(*(inner(part) for part in tree["arguments"]))
    if tree["state"]:
        weights = inner(tree["state"]["weights"])
        made.load_state_dict({name: tensor.detach() for name, tensor in weights.items()})
        for name, parameter in made.named_parameters():
            parameter.requires_grad_(weights[name].requires_grad)
        made.train(tree["state"]["training"])
    return made


def _find(where: str) -> Any:
    module, _, name = where.partition(":")
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def pack(fields: Mapping[str, Tree], tensors: list[Tensor]) -> bytes:
    """Put fields and tensors into one message."""
    if sum(tensor.numel() * tensor.element_size() for tensor in tensors) > TENSOR_LIMIT:
        raise WireError("the tensors are too large")
    raw = [_raw(tensor) for tensor in tensors]
    shapes = [[str(tensor.dtype), list(tensor.shape), tensor.requires_grad] for tensor in tensors]
    header = json.dumps({"fields": fields, "tensors": shapes}).encode()
    if len(header) > HEADER_LIMIT:
        raise WireError("the value is too large")
    return b"".join((struct.pack("<I", len(header)), header, *raw))


def _raw(tensor: Tensor) -> bytes:
    plain = torch.empty(tensor.numel(), dtype=tensor.dtype)  # whatever its strides and views are
    plain.copy_(tensor.detach().reshape(-1))
    return plain.view(torch.uint8).numpy().tobytes()


def unpack(message: bytes) -> tuple[dict[str, Tree], list[Tensor]]:
    """Take a message apart, trusting nothing in it; WireError where it is not one."""
    try:
        (length,) = struct.unpack_from("<I", message)
        if length > HEADER_LIMIT:
            raise WireError("the value is too large")
        header = json.loads(message[4 : 4 + length])
        fields, tensors, start = dict(header["fields"]), [], 4 + length
        if len(header["tensors"]) > TENSORS_LIMIT:
            raise WireError("too many tensors")
        for name, shape, needs_grad in header["tensors"]:
            dtype, count = DTYPES[name], math.prod(int(size) for size in shape)
            end = start + count * dtype.itemsize
            if end > len(message) or any(size < 0 for size in shape) or len(shape) > 16:
                raise WireError("a tensor is cut short")
            raw = bytearray(message[start:end])
            tensor = torch.frombuffer(raw, dtype=dtype) if raw else torch.empty(0, dtype=dtype)
            if needs_grad and (dtype.is_floating_point or dtype.is_complex):
                tensor = tensor.reshape(shape).requires_grad_(True)
            tensors.append(tensor.reshape(shape) if not tensor.requires_grad else tensor)
            start = end
    except (struct.error, ValueError, KeyError, TypeError, RecursionError, RuntimeError, OverflowError) as error:
        raise WireError(f"not a message: {error}") from error
    return fields, tensors


def _built_in() -> None:
    from ganlab.data import Mixture

    portable(Mixture, lambda mixture: (mixture.modes, mixture.weights, mixture.stds))


_built_in()
