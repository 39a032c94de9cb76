"""Student answers to `r2_penalty(critic, real, fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def _slopes(critic, points, create_graph=True):
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=create_graph)
    return gradient


def _leaf(points):
    return points.detach().requires_grad_()


def right_plain(critic, real, fake):
    return 0.5 * _slopes(critic, _leaf(fake)).flatten(1).square().sum(1).mean()


def right_norm(critic, real, fake):
    points = fake.detach().clone().requires_grad_(True)
    scores = critic(points)
    (gradient,) = torch.autograd.grad(scores, points, torch.ones_like(scores), create_graph=True)
    return torch.linalg.vector_norm(gradient.reshape(len(fake), -1), dim=1).pow(2).mean() / 2


def right_total(critic, real, fake):
    return (_slopes(critic, _leaf(fake)) ** 2).sum() / (2 * fake.shape[0])


def right_func(critic, real, fake):
    gradient = torch.func.vmap(torch.func.grad(lambda x: critic(x[None]).sum()))(fake.detach())
    return 0.5 * gradient.flatten(1).square().sum(1).mean()


def wrong_no_half(critic, real, fake):
    """The published code has no ½."""
    return _slopes(critic, _leaf(fake)).flatten(1).square().sum(1).mean()


def wrong_real(critic, real, fake):
    """The penalty is on real samples."""
    return right_plain(critic, fake, real)


def wrong_both(critic, real, fake):
    """R1 and R2 come together."""
    return right_plain(critic, real, fake) + right_plain(critic, fake, real)


def wrong_mean_score(critic, real, fake):
    """The gradient of the mean score."""
    points = _leaf(fake)
    (gradient,) = torch.autograd.grad(critic(points).mean(), points, create_graph=True)
    return 0.5 * gradient.flatten(1).square().sum(1).mean()


def wrong_mean_everywhere(critic, real, fake):
    """A mean is a mean."""
    return 0.5 * _slopes(critic, _leaf(fake)).square().mean()


def wrong_last_axis(critic, real, fake):
    """Features are the last axis."""
    return 0.5 * _slopes(critic, _leaf(fake)).square().sum(-1).mean()


def wrong_sum(critic, real, fake):
    """Sums and means differ by a factor."""
    return 0.5 * _slopes(critic, _leaf(fake)).square().sum()


def wrong_norm_not_squared(critic, real, fake):
    """The norm is the penalty."""
    return 0.5 * _slopes(critic, _leaf(fake)).flatten(1).norm(dim=1).mean()


def wrong_mean_norm_squared(critic, real, fake):
    """The square comes last."""
    return 0.5 * _slopes(critic, _leaf(fake)).flatten(1).norm(dim=1).mean() ** 2


def wrong_target_one(critic, real, fake):
    """Norms should be 1."""
    return 0.5 * (_slopes(critic, _leaf(fake)).flatten(1).norm(dim=1) - 1).square().mean()


def wrong_no_graph(critic, real, fake):
    """The penalty is a number that is added."""
    return 0.5 * _slopes(critic, _leaf(fake), create_graph=False).flatten(1).square().sum(1).mean()


def wrong_requires_grad_again(critic, real, fake):
    """A loss must require a gradient."""
    return wrong_no_graph(critic, real, fake).requires_grad_()


def wrong_not_detached(critic, real, fake):
    """G may learn from the penalty too."""
    points = fake if fake.requires_grad else _leaf(fake)
    return 0.5 * _slopes(critic, points).flatten(1).square().sum(1).mean()


def wrong_interpolates(critic, real, fake):
    """As in WGAN-GP."""
    return right_plain(critic, real, 0.5 * (real + fake))


def wrong_weights(critic, real, fake):
    """The gradient by the critic's weights."""
    slopes = torch.autograd.grad(critic(fake).mean(), list(critic.parameters()), create_graph=True)
    return 0.5 * sum(slope.square().sum() for slope in slopes)
