"""Student answers to `closeness(features)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
import torch.nn.functional as F

import ganlab


def _similarity(features):
    """exp(-L1) of every pair, itself included: (B, B, kernels)."""
    return torch.exp(-(features[:, None] - features[None]).abs().sum(-1))


# ----------------------------------------------------------------------------------------------------------- right


def right_less_the_constant(features):
    """The pair (i, i) adds exactly 1, which is taken off."""
    difference = features.unsqueeze(0) - features.unsqueeze(1)
    return difference.abs().sum(dim=-1).neg().exp().sum(dim=0) - 1


def right_infinite_distance_to_itself(features):
    """The diagonal of the distances is set to infinity, so that its similarity is 0."""
    distance = (features[:, None] - features[None]).abs().sum(-1)
    own = torch.eye(len(features), dtype=torch.bool, device=features.device)
    return distance.masked_fill(own[..., None], float("inf")).neg().exp().sum(1)


def right_mask_in_einsum(features):
    """A 0/1 mask without the diagonal, contracted with the similarities."""
    others = 1 - torch.eye(len(features), dtype=features.dtype, device=features.device)
    return torch.einsum("ij,ijk->ik", others, _similarity(features))


def right_norm_kernel_by_kernel(features):
    """A loop over the kernels only; the L1 norm is the library's."""
    columns = []
    for m in features.unbind(1):
        similarity = torch.exp(-torch.linalg.vector_norm(m[:, None] - m[None], ord=1, dim=-1))
        columns.append(similarity.sum(1) - similarity.diagonal())
    return torch.stack(columns, dim=1)


def right_dimension_by_dimension(features):
    """The distance grows one dimension after the other; the triangle below the diagonal is folded onto the one above."""
    m = features.permute(1, 2, 0)  # (kernels, dims, B)
    distance = 0
    for c in range(m.shape[1]):
        distance = distance + (m[:, c, :, None] - m[:, c, None, :]).abs()
    upper = torch.exp(-distance).triu(diagonal=1)
    return (upper.sum(-1) + upper.sum(-2)).T


def right_rolled_partners(features):
    """Partners come by a table of B - 1 indices a sample: i + 1, i + 2, …, modulo B."""
    n = len(features)
    place = torch.arange(n, device=features.device)
    partner = (place[:, None] + torch.arange(1, n, device=features.device)) % n
    return torch.exp(-(features[partner] - features[:, None]).abs().sum(-1)).sum(1)


def right_max_less_min(features):
    """|a - b| is the larger less the smaller; the trace is taken off by `where`."""
    a, b = features[:, None], features[None]
    similarity = (torch.minimum(a, b) - torch.maximum(a, b)).sum(-1).exp()
    place = torch.arange(len(features), device=features.device)
    own = (place[:, None] == place)[:, :, None]
    return torch.where(own, torch.zeros_like(similarity), similarity).sum(dim=1)


def right_off_diagonal_entries(features):
    """The entries off the diagonal, picked by a mask and folded to B - 1 a row."""
    n, kernels, _ = features.shape
    off = ~torch.eye(n, dtype=torch.bool, device=features.device)
    return _similarity(features)[off].view(n, n - 1, kernels).sum(1)


def right_pairwise_distances_of_torch(features):
    """torch.cdist with p=1, kernels as its batch."""
    m = features.transpose(0, 1).contiguous()
    return (torch.exp(-torch.cdist(m, m, p=1.0)).sum(-1) - 1).T


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_itself_counted(features):
    """Every sample of the batch belongs in the sum, as in the paper."""
    return _similarity(features).sum(1)


def wrong_mean_over_the_batch(features):
    """An average does not depend on the batch size, which is nicer."""
    return (_similarity(features).sum(1) - 1) / len(features)


def wrong_mean_over_the_others(features):
    """The mean over the B - 1 others."""
    return (_similarity(features).sum(1) - 1) / max(1, len(features) - 1)


def wrong_one_taken_after_the_mean(features):
    """The constant is 1 whether one sums or averages."""
    return _similarity(features).mean(1) - 1


def wrong_euclidean(features):
    """Distance means the L2 norm (with a small number under the root, so that its gradient is finite)."""
    square = (features[:, None] - features[None]).square().sum(-1)
    return torch.exp(-(square + 1e-12).sqrt()).sum(1) - 1


def wrong_gaussian_kernel(features):
    """Similarity is a Gaussian kernel: squares instead of absolute values."""
    return torch.exp(-(features[:, None] - features[None]).square().sum(-1)).sum(1) - 1


def wrong_largest_difference(features):
    """The largest difference over the dims is the distance."""
    return torch.exp(-(features[:, None] - features[None]).abs().amax(-1)).sum(1) - 1


def wrong_mean_over_dims(features):
    """The L1 distance is the mean absolute difference, as in nn.L1Loss."""
    return torch.exp(-(features[:, None] - features[None]).abs().mean(-1)).sum(1) - 1


def wrong_kernels_for_dims(features):
    """The distance is summed over the kernels; one number a dimension remains."""
    return torch.exp(-(features[:, None] - features[None]).abs().sum(-2)).sum(1) - 1


def wrong_one_distance_for_all_kernels(features):
    """Two samples have one distance, over all kernels and dims; it is repeated for each kernel."""
    near = torch.exp(-(features[:, None] - features[None]).abs().sum((-1, -2))).sum(1) - 1
    return near[:, None].expand(features.shape[:2])


def wrong_nearest_neighbour_only(features):
    """Only the nearest other sample matters."""
    own = torch.eye(len(features))[..., None]
    return (_similarity(features) * (1 - own)).amax(1)


def wrong_others_detached(features):
    """Each sample answers only for its own place: the others are constants."""
    return torch.exp(-(features[:, None] - features.detach()[None]).abs().sum(-1)).sum(1) - 1


def wrong_itself_detached(features):
    """The gradient should move the others away from a fixed sample."""
    return torch.exp(-(features.detach()[:, None] - features[None]).abs().sum(-1)).sum(1) - 1


def wrong_no_gradient(features):
    """Closeness is a statistic; a statistic is not differentiated."""
    with torch.no_grad():
        return _similarity(features).sum(1) - 1


def wrong_each_pair_once(features):
    """A pair counts once: j > i."""
    return _similarity(features).permute(2, 0, 1).triu(1).sum(-1).T


def wrong_half_of_each_pair(features):
    """In a sum over pairs each one is seen twice, so it is halved."""
    return (_similarity(features).sum(1) - 1) / 2


def wrong_sign_forgotten(features):
    """The minus sign is lost: the farther, the larger."""
    return torch.exp((features[:, None] - features[None]).abs().sum(-1)).sum(1) - 1


def wrong_exponential_forgotten(features):
    """Closeness is minus the distance, summed."""
    return -(features[:, None] - features[None]).abs().sum((1, 3))


def wrong_exponential_of_each_dimension(features):
    """The exponential goes inside the sum over c."""
    return (torch.exp(-(features[:, None] - features[None]).abs()).sum(1) - 1).sum(-1)


def wrong_exponential_of_the_total(features):
    """The exponential of the summed distances is the sum of the exponentials."""
    return torch.exp(-(features[:, None] - features[None]).abs().sum((1, 3)))


def wrong_absolute_value_of_the_sum(features):
    """|Σ| instead of Σ| |: differences in two dims may cancel."""
    return torch.exp(-(features[:, None] - features[None]).sum(-1).abs()).sum(1) - 1


def wrong_reshape_for_transpose(features):
    """(kernels, B) reshaped to (B, kernels) is its transpose."""
    m = features.transpose(0, 1)
    near = torch.exp(-(m[:, :, None] - m[:, None]).abs().sum(-1)).sum(-1) - 1
    return near.reshape(features.shape[:2])


def wrong_transposed_result(features):
    """Kernels first."""
    return (_similarity(features).sum(1) - 1).T


def wrong_next_sample_only(features):
    """Comparing each sample with the one rolled to its place compares it with the others."""
    return torch.exp(-(features - features.roll(1, 0)).abs().sum(-1))


def wrong_copies_left_out(features):
    """A distance of 0 means that it is the sample itself."""
    distance = (features[:, None] - features[None]).abs().sum(-1)
    return (torch.exp(-distance) * (distance > 0)).sum(1)


def wrong_distinct_from_the_mean(features):
    """The mean of the batch stands for all the others."""
    mean = features.mean(0, keepdim=True)
    return (len(features) - 1) * torch.exp(-(features - mean).abs().sum(-1))


def wrong_normalised_over_the_batch(features):
    """Features are standardised first, so that distances have a scale."""
    scaled = (features - features.mean(0)) / (features.std(0, correction=0) + 1e-5)
    return _similarity(scaled).sum(1) - 1


def wrong_divided_by_the_dims(features):
    """The exponent is scaled by √dims, as in attention."""
    distance = (features[:, None] - features[None]).abs().sum(-1)
    return torch.exp(-distance / features.shape[-1] ** 0.5).sum(1) - 1


def wrong_softmax(features):
    """Similarities are normalised over the batch, as in attention."""
    return _similarity(features).softmax(1).sum(1) - 1


def wrong_factored_exponential(features):
    """exp(a - b) = exp(a)/exp(b), and the smaller of both ratios: NaN where a feature is large."""
    e = features.exp()
    ratio = e[:, None] / e[None]
    return torch.minimum(ratio, 1 / ratio).prod(-1).sum(1) - 1


def wrong_root_of_the_square(features):
    """|d| = √d²: right in value, but the root has no gradient at 0, where each sample meets itself."""
    distance = (features[:, None] - features[None]).square().sqrt().sum(-1)
    return torch.exp(-distance).sum(1) - 1


def wrong_smooth_absolute_value(features):
    """√(d² + 0.01) avoids the kink of |d| at 0 and is nearly the same."""
    distance = ((features[:, None] - features[None]).square() + 0.01).sqrt().sum(-1)
    own = torch.eye(len(features))[..., None]
    return (torch.exp(-distance) * (1 - own)).sum(1)


def wrong_huber(features):
    """smooth_l1 is an L1 distance that behaves better near 0."""
    a, b = torch.broadcast_tensors(features[:, None], features[None])
    return torch.exp(-F.smooth_l1_loss(a, b, reduction="none").sum(-1)).sum(1) - 1


def wrong_input_centred_in_place(features):
    """Distances do not change when the mean is taken off, so it is taken off the input itself."""
    features -= features.mean(0)
    return _similarity(features).sum(1) - 1


def wrong_diagonal_zeroed_in_place(features):
    """The diagonal of the similarities is overwritten, which the exponential still needs for its gradient."""
    similarity = _similarity(features)
    similarity.diagonal(dim1=0, dim2=1).zero_()
    return similarity.sum(1)


def wrong_batch_of_64(features):
    """Every batch has 64 samples."""
    return (_similarity(features) * (1 - torch.eye(64)[..., None])).sum(1)


def wrong_first_kernel_only(features):
    """One kernel is enough; the others get the same number."""
    return (_similarity(features[:, :1]).sum(1) - 1).expand(features.shape[:2])


def wrong_two_dims(features):
    """Vectors have two dims, as the points in the plane."""
    distance = (features[:, None, :, 0] - features[None, :, :, 0]).abs()
    if features.shape[-1] > 1:
        distance = distance + (features[:, None, :, 1] - features[None, :, :, 1]).abs()
    return torch.exp(-distance).sum(1) - 1


def wrong_squeezed(features):
    """Axes of length one are of no use."""
    return (_similarity(features).sum(1) - 1).squeeze()


def wrong_axis_kept(features):
    """keepdim does no harm: the dims axis is still there, with length one."""
    return torch.exp(-(features[:, None] - features[None]).abs().sum(-1, keepdim=True)).sum(1) - 1


def wrong_numbers_in_a_list(features):
    """Python numbers, put into a new tensor: the values are right, the gradient is gone."""
    near = _similarity(features).sum(1) - 1
    return torch.tensor(near.tolist())


def wrong_loop_over_pairs(features):
    """A double loop over the samples gives the same numbers."""
    rows = []
    for i in range(len(features)):
        row = torch.zeros_like(features[0, :, 0])
        for j in range(len(features)):
            if i != j:
                row = row + torch.exp(-(features[i] - features[j]).abs().sum(-1))
        rows.append(row)
    return torch.stack(rows)


def wrong_filled_column_by_column(features):
    """A prepared table is filled kernel by kernel: right alone, but no lifting over seeds can write into it."""
    near = torch.zeros(features.shape[:2])
    for k in range(features.shape[1]):
        near[:, k] = _similarity(features[:, k : k + 1]).sum(1)[:, 0] - 1
    return near


def wrong_branch_on_a_number(features):
    """Far batches are answered without the work: a Python `if` on a value, which cannot be lifted over seeds."""
    distance = (features[:, None] - features[None]).abs().sum(-1)
    if distance.max() == 0:
        return torch.exp(-distance).sum(1) - 1
    return torch.exp(-distance).sum(1) - 1


def wrong_neighbours_within_a_radius(features):
    """Samples farther than 3 do not count at all."""
    distance = (features[:, None] - features[None]).abs().sum(-1)
    return torch.where(distance < 3, torch.exp(-distance), 0.0).sum(1) - 1


def wrong_at_least_something(features):
    """A closeness of exactly 0 is avoided by a floor."""
    return (_similarity(features).sum(1) - 1).clamp(min=0.1)


def wrong_minus_one_forgotten_for_one(features):
    """A batch of one is as close to itself as can be: 1."""
    if len(features) == 1:
        return torch.ones(features.shape[:2])
    return _similarity(features).sum(1) - 1


def wrong_mean_of_zero_others(features):
    """(B - 1) times the mean over the others: 0 · NaN in a batch of one."""
    n = len(features)
    others = ~torch.eye(n, dtype=torch.bool)
    near = _similarity(features) * others[..., None]
    return near.sum(1) / torch.tensor(float(n - 1)) * (n - 1)


def wrong_library_layer(features):
    """The library's own function has it."""
    from ganlab.nets.minibatch import closeness as ready

    return ready(features.permute(1, 2, 0)).T - 1


def wrong_library_module(features):
    """The library's layer, fed through an identity of its T."""
    b, kernels, dims = features.shape
    layer = ganlab.nets.MinibatchDiscrimination(kernels * dims, kernels, dims, exclude_self=True)
    with torch.no_grad():
        layer.T.copy_(torch.eye(kernels * dims).view(-1, kernels, dims))
    return layer(features.reshape(b, -1))[:, kernels * dims :]


def wrong_loop_over_rows(features):
    """One loop instead of two is no loop to speak of."""
    return torch.stack([torch.exp(-(features - row).abs().sum(-1)).sum(0) - 1 for row in features])


def wrong_groups_of_32(features):
    """Samples are compared in groups of 32, so that memory does not grow with B²."""
    return torch.cat([_similarity(group).sum(1) - 1 for group in features.split(32)])


def right_masked(features):
    apart = torch.linalg.vector_norm(features.unsqueeze(0) - features.unsqueeze(1), ord=1, dim=-1)
    others = ~torch.eye(len(features), dtype=torch.bool)
    return torch.where(others[..., None], torch.exp(-apart), 0.0).sum(0)


def wrong_distance(features):
    """Far is not close."""
    return (features[:, None] - features[None]).abs().sum(-1).sum(1)


def wrong_exp_first(features):
    """The exponential of each dimension."""
    return torch.exp(-(features[:, None] - features[None]).abs()).sum(-1).sum(1) - 1


def wrong_no_absolute(features):
    """The signs cancel out."""
    gaps = (features[:, None] - features[None]).sum(-1)
    return torch.exp(-gaps).sum(1) - 1


def wrong_scaled_by_batch(features):
    """Only the constant of the paper's code, self over B."""
    gaps = (features[:, None] - features[None]).abs().sum(-1)
    return torch.exp(-gaps).sum(1) - 1 / len(features)


def wrong_one_for_the_batch(features):
    """The batch has one closeness."""
    gaps = (features[:, None] - features[None]).abs().sum(-1)
    return (torch.exp(-gaps).sum(1) - 1).mean(0, keepdim=True).expand(len(features), -1)
