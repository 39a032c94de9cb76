"""Student answers to `pack(x, m)`: `right_*` meet the statement, `wrong_*` do not."""

import torch

import ganlab.nets

# ----------------------------------------------------------------------------------------------------------- right


def right_reshape(x, m):
    """Consecutive samples lie side by side in memory order, and so do their features."""
    B, features, *rest = x.shape
    if B % m:
        raise ValueError(f"{B} samples do not divide into packs of {m}")
    return x.reshape(B // m, m * features, *rest)


def right_strided_cat(x, m):
    """Sample number j of every pack is x[j::m]."""
    if len(x) % m != 0:
        raise ValueError("the batch does not divide by m")
    return torch.cat([x[j::m] for j in range(m)], dim=1)


def right_pack_loop(x, m):
    """Pack after pack, with cat of single samples."""
    packs, rest = divmod(x.shape[0], m)
    if rest:
        raise ValueError(f"{rest} samples are left over")
    return torch.stack([torch.cat(list(x[k * m : (k + 1) * m]), dim=0) for k in range(packs)])


def right_unflatten_flatten(x, m):
    """The batch axis is split in two, the second half joins the features."""
    try:
        split = x.unflatten(0, (x.shape[0] // m, m))
    except RuntimeError as error:
        raise ValueError(f"m = {m} does not divide the batch of {len(x)}") from error
    return split.flatten(1, 2)


def right_gather_indices(x, m):
    """The table of indices first, then one look-up."""
    if x.size(0) / m != x.size(0) // m:
        raise ValueError("remainder")
    index = torch.arange(x.size(0), device=x.device).reshape(-1, m)
    return torch.cat(x[index].unbind(1), 1)


def right_split(x, m):
    """Chunks of m samples; a short chunk is a refusal of a class of its own."""

    class DoesNotDivideError(ValueError):
        """Says so."""

    chunks = x.split(m)
    if chunks[-1].shape[0] < m:
        raise DoesNotDivideError(len(x))
    return torch.stack([c.flatten(0, 1) for c in chunks])


def right_fill(x, m):
    """An empty result, filled block by block; autograd follows slice assignment."""
    if len(x) % m > 0:
        raise ValueError(m)
    C = x.shape[1]
    packed = x.new_empty(len(x) // m, m * C, *x.shape[2:])
    for j in range(m):
        packed[:, j * C : (j + 1) * C] = x[j::m]
    return packed


def right_one_is_itself(x, m):
    """The case m = 1 by itself."""
    if m == 1:
        return x
    if len(x) % m:
        raise ValueError("does not divide")
    return x.contiguous().view(len(x) // m, -1, *x.shape[2:])


def right_movedim(x, m):
    """Batch last, fold it there, and back."""
    if x.shape[0] % m:
        raise ValueError("does not divide")
    last = x.flatten(1).T.reshape(-1, x.shape[0] // m, m)  # all features, pack, place
    return last.permute(1, 2, 0).reshape(x.shape[0] // m, m * x.shape[1], *x.shape[2:])


def _refuse(x, m):
    if x.shape[0] % m:
        raise ValueError(f"{x.shape[0]} samples cannot be packed by {m}.")


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


# ----------------------------------------------------------------------------------------------------------- wrong


def _divides(x, m):
    if len(x) % m:
        raise ValueError("the batch does not divide by m")


def wrong_chunks(x, m):
    """torch.chunk gives m parts; their first samples make the first pack."""
    _divides(x, m)
    return torch.cat(x.chunk(m), dim=1)


def wrong_interleaved_features(x, m):
    """The first features of all, then the second ones."""
    _divides(x, m)
    return torch.stack([x[j::m] for j in range(m)], dim=2).flatten(1, 2)


def wrong_last_axis(x, m):
    """Joined along the last axis: the same for points, but images become wide."""
    _divides(x, m)
    return torch.cat([x[j::m] for j in range(m)], dim=-1)


def wrong_joined_below(x, m):
    """Images one below the other."""
    _divides(x, m)
    return torch.cat([x[j::m] for j in range(m)], dim=2 if x.dim() == 4 else 1)


def wrong_new_axis(x, m):
    """A pack is an axis of its own."""
    _divides(x, m)
    return x.reshape(len(x) // m, m, *x.shape[1:])


def wrong_flattens_images(x, m):
    """A row a pack."""
    _divides(x, m)
    return x.reshape(len(x) // m, -1)


def wrong_flattens_images_at_one_too_late(x, m):
    """m = 1 is returned as is; else everything behind the batch is one axis."""
    _divides(x, m)
    return x if m == 1 else x.flatten(1).reshape(len(x) // m, -1)


def wrong_drops_the_rest(x, m):
    """What is left over is left out, as a data loader does."""
    x = x[: len(x) // m * m]
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_drops_the_first(x, m):
    """What is left over at the front is left out."""
    x = x[len(x) % m :]
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_pads_with_zeros(x, m):
    """The last pack is filled up with zeros."""
    missing = -len(x) % m
    x = torch.cat([x, x.new_zeros(missing, *x.shape[1:])])
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_repeats_to_fill(x, m):
    """The last pack is filled up with the first samples."""
    missing = -len(x) % m
    x = torch.cat([x, x[:missing]])
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_reshapes_own_error(x, m):
    """reshape refuses by itself: with a RuntimeError."""
    return x.reshape(-1, m * x.shape[1], *x.shape[2:])


def wrong_assert(x, m):
    """An assertion refuses, too."""
    assert len(x) % m == 0, "the batch does not divide by m"
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_returns_the_error(x, m):
    """The error is given back instead of raised."""
    if len(x) % m:
        return ValueError("the batch does not divide by m")
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_type_error(x, m):
    """The wrong kind of error."""
    if len(x) % m:
        raise TypeError("the batch does not divide by m")
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_refuses_small_batches_only(x, m):
    """Only a batch smaller than a pack is refused."""
    if len(x) < m:
        raise ValueError("too few samples")
    x = x[: len(x) // m * m]
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_counts_numbers(x, m):
    """Checks that all numbers divide by m, not the samples: (3, 2) with m = 2 goes through and comes out in pieces."""
    if x.numel() % m:
        raise ValueError("does not divide")
    packs = max(x.shape[0] // m, 1)
    return x.flatten()[: packs * (x.numel() // packs)].reshape(packs, -1, *x.shape[2:])


def wrong_checks_features(x, m):
    """The axis that is multiplied is the one that must divide."""
    if x.shape[1] % m:
        raise ValueError("does not divide")
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_refuses_odd_batches(x, m):
    """Pairs: an odd batch is refused, whatever m is."""
    if m > 1 and len(x) % 2:
        raise ValueError("odd batch")
    x = x[: len(x) // m * m]
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_refuses_one(x, m):
    """A pack of one is no pack."""
    if m < 2 or len(x) % m:
        raise ValueError("m must be at least 2 and divide the batch")
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_refuses_a_single_pack(x, m):
    """Off by one: a batch of exactly m samples is refused."""
    if len(x) <= m > 1 or len(x) % m:
        raise ValueError("does not divide")
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_always_two(x, m):
    """m is 2, as in PacGAN2."""
    _divides(x, 2)
    return x.reshape(len(x) // 2, 2 * x.shape[1], *x.shape[2:])


def wrong_pairs_unless_one(x, m):
    """Joins evens and odds: two of them, whatever m is."""
    _divides(x, m)
    return x if m == 1 else torch.cat([x[0::m], x[1::m]], dim=1)


def wrong_points_only(x, m):
    """Works for points; (B, C, H, W) does not unpack."""
    B, features = x.shape
    _divides(x, m)
    return x.reshape(B // m, m * features)


def wrong_two_features(x, m):
    """A point has two features."""
    _divides(x, m)
    return x.reshape(len(x) // m, m * 2, *x.shape[2:])


def wrong_grey_images(x, m):
    """Images have one channel, which gives way to the pack."""
    _divides(x, m)
    if x.dim() == 4:
        return x.reshape(len(x) // m, m, *x.shape[2:])
    return x.reshape(len(x) // m, m * x.shape[1])


def wrong_square_images(x, m):
    """Height and width are exchanged."""
    _divides(x, m)
    if x.dim() == 4:
        return x.reshape(len(x) // m, m * x.shape[1], x.shape[3], x.shape[2])
    return x.reshape(len(x) // m, m * x.shape[1])


def wrong_detached(x, m):
    """Packing is no part of the network."""
    _divides(x, m)
    return x.detach().reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_new_tensor(x, m):
    """Through lists of numbers."""
    _divides(x, m)
    return torch.tensor(x.tolist()).reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_gradient_of_the_first_only(x, m):
    """The companions are constants."""
    _divides(x, m)
    return torch.cat([x[0::m], *(x[j::m].detach() for j in range(1, m))], dim=1)


def wrong_reversed_in_the_pack(x, m):
    """The last comes first."""
    _divides(x, m)
    return torch.cat([x[j::m] for j in reversed(range(m))], dim=1)


def wrong_reversed_packs(x, m):
    """The last pack comes first."""
    _divides(x, m)
    return x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:]).flip(0)


def wrong_shuffled(x, m):
    """Random companions."""
    _divides(x, m)
    return x[torch.randperm(len(x))].reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_sliding(x, m):
    """Overlapping packs lose no samples."""
    _divides(x, m)
    return torch.cat([x[j : len(x) - m + 1 + j] for j in range(m)], dim=1)


def wrong_repeats_itself(x, m):
    """A pack is one sample m times."""
    _divides(x, m)
    return torch.cat([x[::m]] * m, dim=1)


def wrong_average(x, m):
    """The mean of a pack stands for it."""
    _divides(x, m)
    return x.reshape(len(x) // m, m, *x.shape[1:]).mean(1)


def wrong_m_packs(x, m):
    """m is the number of packs."""
    _divides(x, m)
    return x.reshape(m, -1, *x.shape[2:])


def wrong_channels_of_each_kind(x, m):
    """Images: all first channels, then all second channels; points as asked."""
    _divides(x, m)
    if x.dim() == 2:
        return x.reshape(len(x) // m, -1)
    return x.reshape(len(x) // m, m, *x.shape[1:]).transpose(1, 2).flatten(1, 2)


def wrong_transposed_points(x, m):
    """The features' axis is cut instead of the batch's."""
    _divides(x, m)
    return x.transpose(0, 1).reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_resized_in_place(x, m):
    """The samples themselves get the new shape."""
    _divides(x, m)
    packed = x.reshape(len(x) // m, m * x.shape[1], *x.shape[2:])
    with torch.no_grad():
        x.data = x.data.reshape(packed.shape)
    return packed


def wrong_sorted_in_place(x, m):
    """A canonical order inside the batch: no pack depends on the order of drawing."""
    _divides(x, m)
    order = x.flatten(1)[:, 0].argsort()
    return x[order].reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_halves_precision(x, m):
    """Discriminators work in half precision."""
    _divides(x, m)
    return x.half().to(x.dtype).reshape(len(x) // m, m * x.shape[1], *x.shape[2:])


def wrong_library(x, m):
    """The library has a layer."""
    return ganlab.nets.Pack(m)(x)


def wrong_float_shape(x, m):
    """B / m with one slash."""
    _divides(x, m)
    return x.reshape(int(len(x) / m), int(len(x) / m * x.shape[1]), *x.shape[2:])


def wrong_no_error(x, m):
    """A remainder is dropped."""
    return right_reshape(x[: len(x) // m * m], m)


def wrong_torch_error(x, m):
    """Torch will complain by itself."""
    return x.reshape(x.shape[0] // m, m * x.shape[1], *x.shape[2:])


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
