"""Student answers to `pack(x, m)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def _refuse(x, m):
    if x.shape[0] % m:
        raise ValueError(f"{x.shape[0]} samples cannot be packed by {m}.")


def right_reshape(x, m):
    _refuse(x, m)
    return x.reshape(x.shape[0] // m, m * x.shape[1], *x.shape[2:])


def right_unflatten(x, m):
    _refuse(x, m)
    return x.unflatten(0, (-1, m)).flatten(1, 2)


def right_slices(x, m):
    _refuse(x, m)
    return torch.cat([x[k::m] for k in range(m)], dim=1)


def right_loop(x, m):
    if len(x) % m != 0:
        raise ValueError("batch")
    return torch.stack([torch.cat(tuple(part)) for part in x.split(m)])


def wrong_no_error(x, m):
    """A remainder is dropped."""
    return right_reshape(x[: len(x) // m * m], m)


def wrong_torch_error(x, m):
    """Torch will complain by itself."""
    return x.reshape(x.shape[0] // m, m * x.shape[1], *x.shape[2:])


def wrong_assert(x, m):
    """An assert is an error."""
    assert len(x) % m == 0
    return right_reshape(x, m)


def wrong_far_apart(x, m):
    """First half beside second half."""
    _refuse(x, m)
    return torch.cat(x.chunk(m), 1)


def wrong_flat(x, m):
    """D is an MLP: everything is flattened."""
    _refuse(x, m)
    return x.reshape(len(x) // m, -1)


def wrong_interleaved(x, m):
    """Features side by side."""
    _refuse(x, m)
    return x.unflatten(0, (-1, m)).transpose(1, 2).flatten(1, 2)


def wrong_new_axis(x, m):
    """A pack is an axis."""
    _refuse(x, m)
    return x.unflatten(0, (-1, m))


def wrong_batch_kept(x, m):
    """Each sample with its neighbours, the batch stays as large."""
    _refuse(x, m)
    return torch.cat([x.roll(-k, 0) for k in range(m)], 1)


def wrong_repeated(x, m):
    """The same sample m times."""
    _refuse(x, m)
    return x[::m].repeat(1, m, *[1] * (x.ndim - 2))


def wrong_two(x, m):
    """Packs are pairs."""
    _refuse(x, 2)
    return right_reshape(x, 2)


def wrong_only_points(x, m):
    """Samples have one feature axis."""
    _refuse(x, m)
    return x.reshape(-1, m * x[0].numel())


def wrong_detached(x, m):
    """A reshape needs no gradient."""
    return right_reshape(x, m).detach()


def wrong_last_axis(x, m):
    """Joined along the last axis."""
    _refuse(x, m)
    return torch.cat([x[k::m] for k in range(m)], dim=-1)
