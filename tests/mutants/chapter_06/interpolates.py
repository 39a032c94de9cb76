"""Student answers to `interpolates(real, fake, eps)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch

# ----------------------------------------------------------------------------------------------------------- right


def right_reshape(real, fake, eps):
    """As many axes of length 1 as there are feature axes."""
    mix = eps.reshape(len(eps), *[1] * (real.ndim - 1))
    return mix * real + (1 - mix) * fake


def right_lerp(real, fake, eps):
    """torch.lerp starts at its first argument: the fake one."""
    while eps.ndim < real.ndim:
        eps = eps.unsqueeze(-1)
    return torch.lerp(fake, real, eps)


def right_loop(real, fake, eps):
    """Sample by sample."""
    return torch.stack([e * x + (1 - e) * y for x, y, e in zip(real, fake, eps)])


def right_einsum(real, fake, eps):
    """Subscripts for the batch and whatever is behind it."""
    return torch.einsum("b,b...->b...", eps, real) + torch.einsum("b,b...->b...", 1 - eps, fake)


def right_batch_last(real, fake, eps):
    """The batch is moved to the end, where broadcasting finds it."""
    return (fake.movedim(0, -1) + eps * (real - fake).movedim(0, -1)).movedim(-1, 0)


def right_flat(real, fake, eps):
    """Flattened to rows, mixed by a diagonal matrix, and shaped back."""
    rows = torch.diag(eps) @ real.flatten(1) + torch.diag(1 - eps) @ fake.flatten(1)
    return rows.reshape(real.shape)


def right_vmap(real, fake, eps):
    """A function of one pair, mapped over the batch."""
    return torch.vmap(lambda x, y, e: y + e * (x - y))(real, fake, eps)


def right_indexing(real, fake, eps):
    """An index with an ellipsis of None."""
    weight = eps[(slice(None),) + (None,) * (real.dim() - 1)].expand_as(real)
    return torch.add(real * weight, fake * weight.neg().add(1))


# ----------------------------------------------------------------------------------------------------------- wrong


def _mix(real, eps):
    return eps.reshape(-1, *[1] * (real.ndim - 1))


def wrong_ends_exchanged(real, fake, eps):
    """ε = 0 is the real sample."""
    return torch.lerp(real, fake, _mix(real, eps))


def wrong_first_epsilon(real, fake, eps):
    """One ε is enough."""
    return eps[0] * real + (1 - eps[0]) * fake


def wrong_mean_epsilon(real, fake, eps):
    """One ε for the batch, the mean."""
    return eps.mean() * real + (1 - eps.mean()) * fake


def wrong_midpoint(real, fake, eps):
    """Halfway."""
    return 0.5 * real + 0.5 * fake


def wrong_drawn_again(real, fake, eps):
    """A fresh ε for each sample."""
    mix = torch.rand(len(real), *[1] * (real.ndim - 1), dtype=real.dtype)
    return mix * real + (1 - mix) * fake


def wrong_drawn_for_each_feature(real, fake, eps):
    """A fresh ε for each number."""
    mix = torch.rand_like(real)
    return mix * real + (1 - mix) * fake


def wrong_broadcast_as_it_is(real, fake, eps):
    """Broadcasting does the rest."""
    return eps * real + (1 - eps) * fake


def wrong_broadcast_where_it_fits(real, fake, eps):
    """ε along the last axis if that has its length, else along the first."""
    mix = eps if real.shape[-1] == len(eps) else _mix(real, eps)
    return mix * real + (1 - mix) * fake


def wrong_points_only(real, fake, eps):
    """A column."""
    mix = eps[:, None]
    return mix * real + (1 - mix) * fake


def wrong_images_only(real, fake, eps):
    """Three more axes, as for images."""
    mix = eps.view(-1, 1, 1, 1)
    return mix * real + (1 - mix) * fake


def wrong_points_and_images_by_case(real, fake, eps):
    """Points have two axes; everything else is an image with four, whatever it has."""
    mix = eps[:, None] if real.ndim == 2 else eps[:, None, None]
    return mix * real + (1 - mix) * fake


def wrong_epsilon_by_row_of_pixels(real, fake, eps):
    """repeat fills the shape in the wrong order."""
    mix = eps.repeat(real[0].numel()).reshape(real.shape)
    return mix * real + (1 - mix) * fake


def wrong_one_minus_forgotten(real, fake, eps):
    """The fake sample is added in full."""
    return _mix(real, eps) * real + fake


def wrong_same_weight(real, fake, eps):
    """Both are weighted by ε."""
    return _mix(real, eps) * (real + fake)


def wrong_from_the_real_one(real, fake, eps):
    """From the real sample by ε of the difference."""
    return real + _mix(real, eps) * (real - fake)


def wrong_minus(real, fake, eps):
    """A minus between the two."""
    mix = _mix(real, eps)
    return mix * real - (1 - mix) * fake


def wrong_average_of_the_two(real, fake, eps):
    """A mean of two weighted samples."""
    mix = _mix(real, eps)
    return (mix * real + (1 - mix) * fake) / 2


def wrong_one_of_the_two(real, fake, eps):
    """With probability ε the real sample."""
    return torch.where(_mix(real, eps) > 0.5, real, fake)


def wrong_flattened(real, fake, eps):
    """Rows of features."""
    mix = eps[:, None]
    return mix * real.flatten(1) + (1 - mix) * fake.flatten(1)


def wrong_clamped(real, fake, eps):
    """Images lie in [−1, 1]."""
    mix = _mix(real, eps)
    return (mix * real + (1 - mix) * fake).clamp(-1, 1)


def wrong_square_root_weights(real, fake, eps):
    """Weights whose squares add to 1 keep the variance."""
    mix = _mix(real, eps)
    return mix.sqrt() * real + (1 - mix).sqrt() * fake


def wrong_on_an_arc(real, fake, eps):
    """Along a quarter of a circle."""
    angle = _mix(real, eps) * math.pi / 2
    return angle.sin() * real + angle.cos() * fake


def wrong_partner_shuffled(real, fake, eps):
    """Random pairs are asked for, so the fakes are shuffled."""
    mix = _mix(real, eps)
    return mix * real + (1 - mix) * fake[torch.randperm(len(fake))]


def wrong_neighbour(real, fake, eps):
    """Each real sample is paired with the fake before it."""
    mix = _mix(real, eps)
    return mix * real + (1 - mix) * fake.roll(1, 0)


def wrong_between_the_means(real, fake, eps):
    """Between the clouds' centres."""
    mix = _mix(real, eps)
    return mix * real.mean(0) + (1 - mix) * fake.mean(0)


def wrong_fake_overwritten(real, fake, eps):
    """The result is written over the fakes."""
    return fake.data.lerp_(real, _mix(real, eps))


def wrong_real_overwritten(real, fake, eps):
    """Sample by sample into the real batch."""
    for k, e in enumerate(eps):
        real.data[k] = e * real[k] + (1 - e) * fake[k]
    return real


def wrong_epsilon_reshaped_in_place(real, fake, eps):
    """unsqueeze_ saves a name."""
    while eps.ndim < real.ndim:
        eps.unsqueeze_(-1)
    return eps * real + (1 - eps) * fake


def wrong_epsilon_sorted(real, fake, eps):
    """The order of the ε does not matter, they are random."""
    mix = _mix(real, eps.sort().values)
    return mix * real + (1 - mix) * fake


def wrong_epsilon_rounded(real, fake, eps):
    """One digit is enough."""
    mix = _mix(real, (eps * 10).round() / 10)
    return mix * real + (1 - mix) * fake


def wrong_epsilon_clamped(real, fake, eps):
    """The very ends are left out."""
    mix = _mix(real, eps.clamp(0.01, 0.99))
    return mix * real + (1 - mix) * fake


def wrong_all_pairs(real, fake, eps):
    """Every real sample with every fake one, averaged."""
    mix = _mix(real, eps)
    return mix * real + (1 - mix) * fake.mean(0, keepdim=True)


def wrong_noise_added(real, fake, eps):
    """A little noise around the line, as DRAGAN does."""
    mix = _mix(real, eps)
    return mix * real + (1 - mix) * fake + 0.01 * torch.randn_like(real)


def wrong_epsilon_doubled(real, fake, eps):
    """Weights from −1 to 1."""
    mix = 2 * _mix(real, eps) - 1
    return mix * real + (1 - mix) * fake


def wrong_numbers_only(real, fake, eps):
    """Lists and a new tensor: points work, and single precision is what torch takes."""
    rows = [[float(e * a + (1 - e) * b) for a, b in zip(x, y)] for x, y, e in zip(real, fake, eps)]
    return torch.tensor(rows)


# ----------------------------------------------------------------------------------------------------------- more


def _mix_here(eps, like):
    return eps.view(-1, *[1] * (like.ndim - 1))


def right_view(real, fake, eps):
    mix = _mix_here(eps, real)
    return mix * real + (1 - mix) * fake


def right_transposed(real, fake, eps):
    return (fake.flatten(1).T + eps * (real - fake).flatten(1).T).T.reshape(real.shape)


def wrong_swapped(real, fake, eps):
    """Which of the two gets eps does not matter."""
    return right_view(fake, real, eps)


def wrong_one_eps(real, fake, eps):
    """One eps for the batch."""
    return eps[0] * real + (1 - eps[0]) * fake


def wrong_mean_eps(real, fake, eps):
    """The mean of eps is a number."""
    return eps.mean() * real + (1 - eps.mean()) * fake


def wrong_broadcast(real, fake, eps):
    """Broadcasting finds the right axis."""
    return eps * real + (1 - eps) * fake


def wrong_one_axis(real, fake, eps):
    """Data has two axes."""
    return eps[:, None] * real + (1 - eps[:, None]) * fake


def wrong_four_axes(real, fake, eps):
    """Data has four axes."""
    mix = eps.view(-1, 1, 1, 1)
    return mix * real + (1 - mix) * fake


def wrong_own_eps(real, fake, eps):
    """eps has to be drawn anew."""
    return right_view(real, fake, torch.rand_like(eps))


def wrong_eps_per_feature(real, fake, eps):
    """Each number has its own eps."""
    mix = torch.rand_like(real)
    return mix * real + (1 - mix) * fake


def wrong_middle(real, fake, eps):
    """Half way between."""
    return (real + fake) / 2


def wrong_no_complement(real, fake, eps):
    """eps of both."""
    return _mix_here(eps, real) * (real + fake)


def wrong_sum(real, fake, eps):
    """Fake plus eps times real."""
    return fake + _mix_here(eps, real) * real


def wrong_flat(real, fake, eps):
    """The critic flattens anyway."""
    return right_view(real, fake, eps).flatten(1)


def wrong_in_place(real, fake, eps):
    """In place saves memory."""
    real *= _mix_here(eps, real)
    return real + (1 - _mix_here(eps, real)) * fake


def wrong_choice(real, fake, eps):
    """eps decides which of the two is taken."""
    return torch.where(_mix_here(eps, real) > 0.5, real, fake)


def wrong_reversed_eps(real, fake, eps):
    """Any order of eps is as random."""
    return right_view(real, fake, eps.flip(0))


def wrong_sorted_eps(real, fake, eps):
    """Sorted is easier to plot."""
    return right_view(real, fake, eps.sort().values)


def wrong_list(real, fake, eps):
    """A list of samples is a batch."""
    return list(right_view(real, fake, eps))
