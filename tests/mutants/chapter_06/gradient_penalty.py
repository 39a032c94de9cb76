"""Student answers to `gradient_penalty(critic, real, fake, eps)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def _points(real, fake, eps):
    mix = eps.view(-1, *[1] * (real.ndim - 1))
    return (mix * real + (1 - mix) * fake).detach().requires_grad_(True)


def _gradient(critic, points, create_graph=True):
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=create_graph)
    return gradient


def _slopes(critic, real, fake, eps):
    return _gradient(critic, _points(real, fake, eps)).flatten(1)


def right_plain(critic, real, fake, eps):
    return (_slopes(critic, real, fake, eps).norm(dim=1) - 1).square().mean()


def right_grad_outputs(critic, real, fake, eps):
    points = _points(real, fake, eps)
    scores = critic(points)
    (gradient,) = torch.autograd.grad(scores, points, torch.ones_like(scores), create_graph=True, retain_graph=True)
    return torch.mean((torch.linalg.vector_norm(gradient.reshape(len(real), -1), dim=1) - 1) ** 2)


def right_func(critic, real, fake, eps):
    points = _points(real, fake, eps).detach()
    gradient = torch.func.vmap(torch.func.grad(lambda x: critic(x[None]).sum()))(points)
    return (gradient.flatten(1).square().sum(1).sqrt() - 1).pow(2).mean()


def right_loop(critic, real, fake, eps):
    total = 0
    for point in _points(real, fake, eps).detach():
        point = point[None].requires_grad_()
        total = total + (_gradient(critic, point).norm() - 1) ** 2
    return total / len(real)


def right_detached_first(critic, real, fake, eps):
    real, fake = real.detach(), fake.detach()
    shape = (len(eps),) + (1,) * (real.dim() - 1)
    points = torch.lerp(fake, real, eps.reshape(shape).expand_as(real)).requires_grad_()
    return (_gradient(critic, points).flatten(1).pow(2).sum(1).sqrt() - 1.0).pow(2).mean()


def wrong_not_detached(critic, real, fake, eps):
    """The optimiser steps the critic only, so a gradient of the samples does no harm."""
    mix = eps.view(-1, *[1] * (real.ndim - 1))
    points = mix * real + (1 - mix) * fake
    if not points.requires_grad:
        points.requires_grad_()
    return (_gradient(critic, points).flatten(1).norm(dim=1) - 1).square().mean()


def wrong_fake_attached(critic, real, fake, eps):
    """Real data is detached; fakes come from the generator and keep their graph."""
    return wrong_not_detached(critic, real.detach(), fake, eps)


def wrong_no_graph(critic, real, fake, eps):
    """The penalty is a number that is added."""
    return (_gradient(critic, _points(real, fake, eps), False).flatten(1).norm(dim=1) - 1).square().mean()


def wrong_detached_norm(critic, real, fake, eps):
    """The norm is a target."""
    norms = _slopes(critic, real, fake, eps).norm(dim=1)
    return ((norms - 1).detach() * (norms - 1)).mean()


def wrong_requires_grad_again(critic, real, fake, eps):
    """A loss must require a gradient."""
    return wrong_no_graph(critic, real, fake, eps).requires_grad_()


def wrong_whole_batch(critic, real, fake, eps):
    """One norm for the batch."""
    return (_slopes(critic, real, fake, eps).norm() - 1).square()


def wrong_squared_norm(critic, real, fake, eps):
    """The square root is only costly."""
    return (_slopes(critic, real, fake, eps).square().sum(1) - 1).square().mean()


def wrong_target_zero(critic, real, fake, eps):
    """Gradients should be small."""
    return _slopes(critic, real, fake, eps).square().sum(1).mean()


def wrong_sum(critic, real, fake, eps):
    """Sums and means differ by a factor."""
    return (_slopes(critic, real, fake, eps).norm(dim=1) - 1).square().sum()


def wrong_one_sided(critic, real, fake, eps):
    """Below 1 is Lipschitz already."""
    return (_slopes(critic, real, fake, eps).norm(dim=1) - 1).clamp(min=0).square().mean()


def wrong_mean_norm(critic, real, fake, eps):
    """The mean norm should be 1."""
    return (_slopes(critic, real, fake, eps).norm(dim=1).mean() - 1).square()


def wrong_absolute(critic, real, fake, eps):
    """Distance from 1."""
    return (_slopes(critic, real, fake, eps).norm(dim=1) - 1).abs().mean()


def wrong_half(critic, real, fake, eps):
    """Penalties carry a half."""
    return right_plain(critic, real, fake, eps) / 2


def wrong_ten(critic, real, fake, eps):
    """Lambda is 10."""
    return 10 * right_plain(critic, real, fake, eps)


def wrong_real(critic, real, fake, eps):
    """The gradient matters on the data."""
    return right_plain(critic, real, real, eps)


def wrong_fake(critic, real, fake, eps):
    """The gradient matters where the generator is."""
    return right_plain(critic, fake, fake, eps)


def wrong_swapped(critic, real, fake, eps):
    """Which of the two gets eps does not matter."""
    return right_plain(critic, fake, real, eps)


def wrong_own_eps(critic, real, fake, eps):
    """eps has to be drawn anew."""
    return right_plain(critic, real, fake, torch.rand_like(eps))


def wrong_first_axis(critic, real, fake, eps):
    """Features are the second axis."""
    gradient = _gradient(critic, _points(real, fake, eps))
    return (gradient.norm(dim=1) - 1).square().mean()


def wrong_l1(critic, real, fake, eps):
    """Any norm will do."""
    return (_slopes(critic, real, fake, eps).abs().sum(1) - 1).square().mean()


def wrong_parameters(critic, real, fake, eps):
    """The critic's gradient is that of its parameters."""
    grads = torch.autograd.grad(critic(_points(real, fake, eps)).sum(), list(critic.parameters()), create_graph=True)
    return (torch.cat([g.flatten() for g in grads]).norm() - 1).square()


def wrong_detached_result(critic, real, fake, eps):
    """Detached values save memory."""
    return right_plain(critic, real, fake, eps).detach()


def wrong_item(critic, real, fake, eps):
    """A loss is a number."""
    return right_plain(critic, real, fake, eps).item()


def wrong_weights(critic, real, fake, eps):
    """A Lipschitz critic has small weights."""
    return sum(p.square().sum() for p in critic.parameters())


def wrong_reference(critic, real, fake, eps):
    """ganlab has it already."""
    from ganlab.objectives import wgan_gp

    return wgan_gp(critic, real, fake, eps)


def wrong_registry(critic, real, fake, eps):
    """A registry entry is not ganlab's function."""
    import ganlab

    return ganlab.PENALTIES["wgan_gp"].function(critic, real, fake, eps)
