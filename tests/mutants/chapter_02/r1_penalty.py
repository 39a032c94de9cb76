"""Student answers to `r1_penalty(critic, real, fake)`: `right_*` meet the statement."""

import torch


def _slopes(critic, points, create_graph=True):
    points = points.detach().clone().requires_grad_()
    return torch.autograd.grad(critic(points).sum(), points, create_graph=create_graph)[0].flatten(1)


def right_squares(critic, real, fake):
    return 0.5 * _slopes(critic, real).square().sum(1).mean()


def right_norm(critic, real, fake):
    return (_slopes(critic, real).norm(dim=1) ** 2).mean() / 2


def right_total(critic, real, fake):
    return _slopes(critic, real).square().sum() / (2 * len(real))


def right_ones(critic, real, fake):
    x = real.clone().requires_grad_(True)
    scores = critic(x)
    slopes = torch.autograd.grad(scores, x, torch.ones_like(scores), create_graph=True, retain_graph=True)[0]
    return torch.stack([(slope * slope).sum() for slope in slopes]).mean() * 0.5


def wrong_no_half(critic, real, fake):
    """The published code has no ½."""
    return 2 * right_squares(critic, real, fake)


def wrong_r2(critic, real, fake):
    """The generator's side is what oscillates."""
    return right_squares(critic, fake, real)


def wrong_no_graph(critic, real, fake):
    """A gradient is a gradient."""
    return 0.5 * _slopes(critic, real, create_graph=False).square().sum(1).mean()


def wrong_batch_norm(critic, real, fake):
    """One norm for the batch."""
    return 0.5 * _slopes(critic, real).norm()


def wrong_mean_features(critic, real, fake):
    """Means everywhere."""
    return 0.5 * _slopes(critic, real).square().mean()


def wrong_mean_score(critic, real, fake):
    """The gradient of the mean score."""
    x = real.clone().requires_grad_()
    slopes = torch.autograd.grad(critic(x).mean(), x, create_graph=True)[0].flatten(1)
    return 0.5 * slopes.square().sum(1).mean()
