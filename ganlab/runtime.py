"""Devices, random streams, whole numbers, eigenvalues: the ground floor, imports torch and numpy only."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch

# One stream per purpose, so that a longer latent block or another loss never moves the data's draws.
STREAMS = {
    "generator": 0,
    "discriminator": 1,
    "latents": 2,
    "data": 3,
    "penalty": 4,
    "evaluation": 5,
    "penalty_noise": 6,
    "instance_noise": 7,
}


def resolve_device(device: str | torch.device = "auto") -> torch.device:
    """Turn a device name into a device that exists.

    Args:
        device: "auto" (CUDA where there is one, else CPU), "cpu", "cuda", "cuda:1", … or a `torch.device`.

    Raises:
        ValueError: the name is no device, or this machine does not have it.

    """
    if str(device) == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
    except RuntimeError:
        raise ValueError(f"device={device!r} is not a device: use 'auto', 'cpu' or 'cuda'.") from None
    if found.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f"device={str(device)!r} asks for a GPU, but torch finds none here: use device='auto' or 'cpu'."
        )
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise ValueError(f"device={str(device)!r} is not there: this machine has {count}, cuda:0 the first.")
    if found.type not in ("cpu", "cuda"):
        raise ValueError(f"device={str(device)!r} is not supported: use 'auto', 'cpu' or 'cuda'.")
    return found


def require_whole(name: str, value: object, low: int = 1) -> None:
    """Refuse what is not a whole number, Python's or NumPy's, of `low` or more."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < low:
        raise ValueError(f"{name} must be a whole number of {low} or more, got {value!r}.")


def require_tensor(name: str, value: object) -> None:
    """Refuse what is no tensor, such as a NumPy array."""
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a torch tensor, got {type(value).__name__}: torch.as_tensor(…) makes one.")


def is_number(value: object) -> bool:
    """Say whether a value is a real number, Python's or NumPy's."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def eigenvalues(matrix: torch.Tensor) -> torch.Tensor:
    """Give the eigenvalues of square matrices, (..., n, n) -> (..., n) complex; NaN where a matrix is not finite.

    `torch.linalg.eigvals` ends the whole process on NaN with some builds of LAPACK.
    """
    finite = matrix.isfinite().all(-1).all(-1)
    values = torch.linalg.eigvals(torch.where(finite[..., None, None], matrix, 0.0))
    return torch.where(finite[..., None], values, torch.nan)


def require_precision(precision: str, device: torch.device) -> None:
    """Refuse bfloat16 on a GPU that has no units for it.

    Raises:
        ValueError: said so, with what to do.

    """
    if precision == "bfloat16" and device.type == "cuda" and torch.cuda.get_device_capability(device) < (8, 0):
        raise ValueError(
            f"precision='bfloat16' needs a GPU of compute capability 8 or more (Ampere, 2020), and this "
            f"{torch.cuda.get_device_name(device)} has none: use precision='float32'."
        )


def full_precision(like: torch.Tensor) -> torch.autocast:
    """Keep a block of code in float32 within a pass in bfloat16 (`TrainConfig.precision`), on a tensor's device."""
    return torch.autocast(like.device.type, enabled=False)


def exact_convolutions(like: torch.Tensor) -> AbstractContextManager[None]:
    """Keep the convolutions of a block of code in whole float32: on a GPU cuDNN would round their factors to TF32."""
    cudnn = torch.backends.cudnn
    if like.device.type != "cuda":
        return nullcontext()
    kept = {"enabled": cudnn.enabled, "benchmark": cudnn.benchmark, "deterministic": cudnn.deterministic}
    own: AbstractContextManager[None] = cudnn.flags(**kept, allow_tf32=False)
    return own


def widened(x: torch.Tensor) -> torch.Tensor:
    """Give bfloat16 numbers as float32, for sums and differences that eight bits are too few for."""
    return x.float() if x.dtype is torch.bfloat16 else x


def stream_seed(seed: int, stream: str) -> int:
    """Give the 63-bit seed of one purpose of one run, far from every other pair's (NumPy's SeedSequence)."""
    state = np.random.SeedSequence([seed, STREAMS[stream]]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


def stream_generator(seed: int, stream: str, device: torch.device | str = "cpu") -> torch.Generator:
    """Give the `torch.Generator` that run `seed` uses for one purpose (a key of `STREAMS`)."""
    return torch.Generator(device).manual_seed(stream_seed(seed, stream))
