"""What a CUDA graph does, on a CPU: the operations of a step written down once, then done again at the same addresses.

A graph holds operations and addresses and no Python. So does a tape: views need nothing, an operation that writes in
place is called again, and the result of any other is copied to where it lay at the time. Reading a value back, or
leaving for another device, is refused as CUDA refuses it. What a tape cannot show is what only a GPU can: kernels,
streams and speed.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from ganlab.training.updates import Outs

STATE = ("native_batch_norm",)  # writes running statistics, and its signature does not say so
WAITS = ("_local_scalar_dense", "nonzero", "item", "equal", "masked_select", "unique")


class Tape(TorchDispatchMode):
    """The operations of everything called within it; nothing that existed before is changed in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, tuple[Any, ...], dict[str, Any], list[Tensor]]] = []
        self.own: set[int] = set()  # memory that was made on the tape
        self.before: dict[int, tuple[torch.UntypedStorage, torch.UntypedStorage]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.split("::")[1]
        if name in WAITS:
            raise RuntimeError(f"operation not permitted when stream is capturing: {name}")
        given = [x for x in tree_flatten((args, kwargs))[0] if isinstance(x, Tensor)]
        places = {x.untyped_storage().data_ptr() for x in given}
        if func._schema.is_mutable or name in STATE:
            self._keep(given)
        out = func(*args, **kwargs)
        results = [x for x in tree_flatten(out)[0] if isinstance(x, Tensor)]
        fresh = [x for x in results if x.untyped_storage().data_ptr() not in places]
        self.own |= {x.untyped_storage().data_ptr() for x in fresh}
        if fresh or func._schema.is_mutable:
            self.operations.append((func, args, kwargs, fresh))
        self.alive = [*getattr(self, "alive", []), *results]
        return out

    def _keep(self, tensors: list[Tensor]) -> None:
        for x in tensors:
            storage = x.untyped_storage()
            if storage.data_ptr() not in self.own and storage.data_ptr() not in self.before:
                self.before[storage.data_ptr()] = (storage, storage.clone())

    def rewind(self) -> None:
        """Undo what the recording changed: a capture runs nothing."""
        for storage, old in self.before.values():
            storage.copy_(old)

    @torch.no_grad()
    def replay(self) -> None:
        """Do everything again."""
        for func, args, kwargs, fresh in self.operations:
            out = func(*args, **kwargs)
            again = [x for x in tree_flatten(out)[0] if isinstance(x, Tensor)]
            if fresh:
                assert len(again) == len(fresh), func
                for into, value in zip(fresh, again, strict=True):
                    into.detach().copy_(value)


def tape_capture(update: Callable[[], Outs]) -> tuple[Callable[[], None], Outs]:
    """Stand in for `ganlab.training.graph.cuda_capture`."""
    tape = Tape()
    with tape:
        outs = update()
    tape.rewind()
    return tape.replay, outs
