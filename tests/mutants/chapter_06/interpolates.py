"""Student answers to `interpolates(real, fake, eps)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def _mix(eps, like):
    return eps.view(-1, *[1] * (like.ndim - 1))


def right_view(real, fake, eps):
    mix = _mix(eps, real)
    return mix * real + (1 - mix) * fake


def right_lerp(real, fake, eps):
    return torch.lerp(fake, real, eps.reshape(eps.shape + (1,) * (real.ndim - 1)).expand_as(real))


def right_loop(real, fake, eps):
    return torch.stack([e * r + (1 - e) * f for r, f, e in zip(real, fake, eps)])


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
    return _mix(eps, real) * (real + fake)


def wrong_sum(real, fake, eps):
    """Fake plus eps times real."""
    return fake + _mix(eps, real) * real


def wrong_minus(real, fake, eps):
    """A step from real away from fake."""
    return real + _mix(eps, real) * (real - fake)


def wrong_flat(real, fake, eps):
    """The critic flattens anyway."""
    return right_view(real, fake, eps).flatten(1)


def wrong_in_place(real, fake, eps):
    """In place saves memory."""
    real *= _mix(eps, real)
    return real + (1 - _mix(eps, real)) * fake


def wrong_choice(real, fake, eps):
    """eps decides which of the two is taken."""
    return torch.where(_mix(eps, real) > 0.5, real, fake)


def wrong_reversed_eps(real, fake, eps):
    """Any order of eps is as random."""
    return right_view(real, fake, eps.flip(0))


def wrong_sorted_eps(real, fake, eps):
    """Sorted is easier to plot."""
    return right_view(real, fake, eps.sort().values)


def wrong_list(real, fake, eps):
    """A list of samples is a batch."""
    return list(right_view(real, fake, eps))
