"""Student answers to `gradient_penalty(critic, real, fake, eps)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch.autograd.functional import jacobian


def _mix(real, fake, eps):
    mix = eps.reshape(-1, *[1] * (real.ndim - 1))
    return mix * real + (1 - mix) * fake


def _points(real, fake, eps):
    return _mix(real, fake, eps).detach().requires_grad_()


def _slopes(critic, points):
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return gradient.flatten(1).norm(dim=1)


# ----------------------------------------------------------------------------------------------------------- right


def right_flatten(critic, real, fake, eps):
    """The usual four lines."""
    points = _mix(real.detach(), fake.detach(), eps).requires_grad_(True)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.flatten(1).norm(2, dim=1) - 1).square().mean()


def right_grad_outputs(critic, real, fake, eps):
    """Ones as the outer gradient, the norm over all axes but the first."""
    with torch.no_grad():
        points = _mix(real, fake, eps)
    points.requires_grad = True
    scores = critic(points)
    ones = torch.ones_like(scores)
    gradient = torch.autograd.grad(scores, points, grad_outputs=ones, create_graph=True, retain_graph=True)[0]
    norms = torch.linalg.vector_norm(gradient, dim=tuple(range(1, gradient.ndim)))
    return torch.mean((norms - 1) ** 2)


def right_square_root_with_a_tiny_number(critic, real, fake, eps):
    """A root of the sum of squares, with 1e-12 under it against its slope at 0."""
    points = _points(real, fake, eps)
    gradient = torch.autograd.grad(critic(points).sum(), points, create_graph=True)[0]
    squares = torch.einsum("bk,bk->b", gradient.flatten(1), gradient.flatten(1))
    return ((squares + 1e-12).sqrt() - 1).pow(2).sum() / len(real)


def right_sample_by_sample(critic, real, fake, eps):
    """One sample at a time, in batches of one."""
    total = 0.0
    for x, y, e in zip(real.detach(), fake.detach(), eps):
        point = (e * x + (1 - e) * y)[None].requires_grad_()
        (gradient,) = torch.autograd.grad(critic(point).squeeze(), point, create_graph=True)
        total = total + (gradient.norm() - 1) ** 2
    return total / real.shape[0]


def right_jacobian(critic, real, fake, eps):
    """The Jacobian of the sum, by the functional interface."""
    points = _mix(real, fake, eps).detach()
    gradient = jacobian(lambda x: critic(x).sum(), points, create_graph=True)
    return torch.stack([(own.norm() - 1) ** 2 for own in gradient]).mean()


def right_expanded_square(critic, real, fake, eps):
    """(n − 1)² multiplied out: n² − 2n + 1."""
    points = _points(real, fake, eps)
    gradient = torch.autograd.grad(critic(points).sum(), points, create_graph=True)[0].flatten(1)
    return gradient.square().sum(1).mean() - 2 * gradient.norm(dim=1).mean() + 1


def right_mean_squared_error(critic, real, fake, eps):
    """The distance of the norms from ones, by the library."""
    slopes = _slopes(critic, _points(real, fake, eps))
    return torch.nn.functional.mse_loss(slopes, torch.ones_like(slopes))


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_no_graph(critic, real, fake, eps):
    """autograd.grad as it comes."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def wrong_graph_retained(critic, real, fake, eps):
    """retain_graph keeps the graph."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, retain_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean().requires_grad_()


def wrong_norm_detached(critic, real, fake, eps):
    """The norm is only a weight: detached once, alive once."""
    slopes = _slopes(critic, _points(real, fake, eps))
    return ((slopes - 1) * (slopes.detach() - 1)).mean()


def wrong_number(critic, real, fake, eps):
    """A plain number in a new tensor."""
    slopes = _slopes(critic, _points(real, fake, eps))
    return torch.tensor((slopes - 1).square().mean().item())


def wrong_norm_of_the_batch(critic, real, fake, eps):
    """One norm of the whole gradient."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.norm() - 1) ** 2


def wrong_norm_over_axis_one(critic, real, fake, eps):
    """dim=1 without flattening: for images a norm over channels at each pixel."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.norm(2, dim=1) - 1).square().mean()


def wrong_norm_over_last_axis(critic, real, fake, eps):
    """dim=-1 without flattening: for images a norm of each row."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.norm(dim=-1) - 1).square().mean()


def wrong_norm_over_the_batch_axis(critic, real, fake, eps):
    """dim=0: one norm a feature."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.flatten(1).norm(dim=0) - 1).square().mean()


def wrong_pairs_of_features(critic, real, fake, eps):
    """A sample has two features, so rows of two."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.reshape(-1, 2).norm(dim=1) - 1).square().mean()


def wrong_squared_norm(critic, real, fake, eps):
    """The root is left out."""
    return (_slopes(critic, _points(real, fake, eps)).square() - 1).square().mean()


def wrong_mean_over_features(critic, real, fake, eps):
    """The root of the mean square: it does not grow with the number of features."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return ((gradient.flatten(1).square().mean(1) + 1e-16).sqrt() - 1).square().mean()


def wrong_sum_of_absolute_values(critic, real, fake, eps):
    """The 1-norm."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.flatten(1).norm(1, dim=1) - 1).square().mean()


def wrong_largest_component(critic, real, fake, eps):
    """The maximum norm."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.flatten(1).abs().amax(1) - 1).square().mean()


def wrong_sum(critic, real, fake, eps):
    """A sum over the batch."""
    return (_slopes(critic, _points(real, fake, eps)) - 1).square().sum()


def wrong_mean_before_square(critic, real, fake, eps):
    """The mean norm should be 1."""
    return (_slopes(critic, _points(real, fake, eps)).mean() - 1) ** 2


def wrong_absolute(critic, real, fake, eps):
    """The distance from 1 without the square."""
    return (_slopes(critic, _points(real, fake, eps)) - 1).abs().mean()


def wrong_square_forgotten(critic, real, fake, eps):
    """The mean excess."""
    return (_slopes(critic, _points(real, fake, eps)) - 1).mean()


def wrong_target_zero(critic, real, fake, eps):
    """Flat is best."""
    return _slopes(critic, _points(real, fake, eps)).square().mean()


def wrong_one_sided(critic, real, fake, eps):
    """Only slopes above 1 break the condition."""
    return (_slopes(critic, _points(real, fake, eps)) - 1).relu().square().mean()


def wrong_with_lambda(critic, real, fake, eps):
    """λ = 10 belongs to it."""
    return 10 * (_slopes(critic, _points(real, fake, eps)) - 1).square().mean()


def wrong_halved(critic, real, fake, eps):
    """½, as for R1."""
    return 0.5 * (_slopes(critic, _points(real, fake, eps)) - 1).square().mean()


def wrong_sign(critic, real, fake, eps):
    """The critic maximises, so the penalty is taken off."""
    return -(_slopes(critic, _points(real, fake, eps)) - 1).square().mean()


def wrong_at_real(critic, real, fake, eps):
    """At the real samples."""
    return (_slopes(critic, real.detach().requires_grad_()) - 1).square().mean()


def wrong_at_fakes(critic, real, fake, eps):
    """At the generated samples."""
    return (_slopes(critic, fake.detach().requires_grad_()) - 1).square().mean()


def wrong_at_both(critic, real, fake, eps):
    """At real and generated samples alike, as R1 and R2."""
    points = torch.cat((real, fake)).detach().requires_grad_()
    return (_slopes(critic, points) - 1).square().mean()


def wrong_midpoints(critic, real, fake, eps):
    """Halfway."""
    return (_slopes(critic, _points(real, fake, torch.full_like(eps, 0.5))) - 1).square().mean()


def wrong_drawn_again(critic, real, fake, eps):
    """A fresh ε."""
    return (_slopes(critic, _points(real, fake, torch.rand_like(eps))) - 1).square().mean()


def wrong_ends_exchanged(critic, real, fake, eps):
    """ε = 1 is the fake sample."""
    return (_slopes(critic, _points(fake, real, eps)) - 1).square().mean()


def wrong_one_epsilon(critic, real, fake, eps):
    """One ε for the batch."""
    return (_slopes(critic, _points(real, fake, eps[:1].expand_as(eps))) - 1).square().mean()


def wrong_epsilon_broadcast(critic, real, fake, eps):
    """Broadcasting does the rest."""
    points = (eps * real + (1 - eps) * fake).detach().requires_grad_()
    return (_slopes(critic, points) - 1).square().mean()


def wrong_epsilon_for_points(critic, real, fake, eps):
    """A column, which fits points only."""
    mix = eps[:, None]
    points = (mix * real + (1 - mix) * fake).detach().requires_grad_()
    return (_slopes(critic, points) - 1).square().mean()


def wrong_partners_shuffled(critic, real, fake, eps):
    """Random pairs."""
    return (_slopes(critic, _points(real, fake[torch.randperm(len(fake))], eps)) - 1).square().mean()


def _attached(real, fake, eps):
    points = _mix(real, fake, eps)
    return points if points.requires_grad else points.requires_grad_()


def wrong_nothing_detached(critic, real, fake, eps):
    """What reaches the generator does no harm, it has its own optimiser."""
    return (_slopes(critic, _attached(real, fake, eps)) - 1).square().mean()


def wrong_real_attached(critic, real, fake, eps):
    """Only fakes carry a graph."""
    return (_slopes(critic, _attached(real, fake.detach(), eps)) - 1).square().mean()


def wrong_fake_attached(critic, real, fake, eps):
    """Only real samples are data."""
    return (_slopes(critic, _attached(real.detach(), fake, eps)) - 1).square().mean()


def wrong_not_a_leaf(critic, real, fake, eps):
    """The points are told to require a gradient; a mixture with a graph cannot be told."""
    points = _mix(real, fake, eps)
    points.requires_grad = True
    return (_slopes(critic, points) - 1).square().mean().requires_grad_() if points.is_leaf else points.sum()


def wrong_arguments_marked(critic, real, fake, eps):
    """The arguments are made leaves that require a gradient, and left so."""
    real.detach_().requires_grad_()
    fake.detach_()
    points = _mix(real, fake, eps)
    return (_slopes(critic, points) - 1).square().mean()


def wrong_mean_of_scores(critic, real, fake, eps):
    """The gradient of the mean score."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).mean(), points, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def wrong_first_score(critic, real, fake, eps):
    """grad wants one number: the first score."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).flatten()[0], points, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def wrong_backward(critic, real, fake, eps):
    """backward() fills points.grad, and the gradients of the critic's weights with it."""
    points = _points(real, fake, eps)
    critic(points).sum().backward(create_graph=True)
    return (points.grad.flatten(1).norm(dim=1) - 1).square().mean()


def wrong_column_of_scores(critic, real, fake, eps):
    """Scores are a column."""
    points = _points(real, fake, eps)
    ones = torch.ones(len(points), 1, dtype=points.dtype)
    (gradient,) = torch.autograd.grad(critic(points), points, grad_outputs=ones, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def wrong_row_of_scores(critic, real, fake, eps):
    """Scores are a vector."""
    points = _points(real, fake, eps)
    ones = torch.ones(len(points), dtype=points.dtype)
    (gradient,) = torch.autograd.grad(critic(points), points, grad_outputs=ones, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def wrong_of_the_probability(critic, real, fake, eps):
    """The slope of σ(D)."""
    points = _points(real, fake, eps)
    return (_slopes(lambda x: critic(x).sigmoid(), points) - 1).square().mean()


def wrong_secant(critic, real, fake, eps):
    """The mean slope between the two ends, without a derivative."""
    real, fake = real.detach(), fake.detach()
    rise = (critic(real) - critic(fake)).flatten().abs()
    return (rise / (real - fake).flatten(1).norm(dim=1) - 1).square().mean()


def wrong_at_the_point_times_it(critic, real, fake, eps):
    """The slope along the sample itself: gradient times point."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return ((gradient * points).flatten(1).sum(1) - 1).square().mean()


def wrong_along_the_line_only(critic, real, fake, eps):
    """The slope from the fake to the real sample should be 1; across the line anything goes."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    way = (real - fake).detach().flatten(1)
    way = way / (way.norm(dim=1, keepdim=True) + 1e-12)
    return ((gradient.flatten(1) * way).sum(1) - 1).square().mean()


def wrong_mean_of_gradients(critic, real, fake, eps):
    """The norm of the mean gradient."""
    points = _points(real, fake, eps)
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.mean(0).norm() - 1) ** 2


def wrong_one_a_sample(critic, real, fake, eps):
    """The trainer takes the mean."""
    return (_slopes(critic, _points(real, fake, eps)) - 1).square()


def wrong_shape_of_one(critic, real, fake, eps):
    """One number, in a row."""
    return (_slopes(critic, _points(real, fake, eps)) - 1).square().mean(0, keepdim=True)


def wrong_fixed_batch(critic, real, fake, eps):
    """The batch has 64 samples."""
    return (_slopes(critic, _points(real, fake, eps)) - 1).square().sum() / 64


def wrong_large_epsilon(critic, real, fake, eps):
    """0.01 under the root, against its slope at 0."""
    return ((_slopes(critic, _points(real, fake, eps)).square() + 1e-2).sqrt() - 1).square().mean()


def wrong_weights_frozen(critic, real, fake, eps):
    """Only the gradient by the points is wanted, so the weights are frozen meanwhile."""
    weights = list(critic.parameters()) if hasattr(critic, "parameters") else []
    for weight in weights:
        weight.requires_grad_(False)
    try:
        return (_slopes(critic, _points(real, fake, eps)) - 1).square().mean()
    finally:
        for weight in weights:
            weight.requires_grad_(True)


def wrong_real_overwritten(critic, real, fake, eps):
    """The points are written over the real batch."""
    real.data.copy_(_mix(real, fake, eps))
    return (_slopes(critic, real.detach().requires_grad_()) - 1).square().mean()


def wrong_clipped(critic, real, fake, eps):
    """Norms above 10 are cut, so that the penalty cannot explode."""
    return (_slopes(critic, _points(real, fake, eps)).clamp(max=10.0) - 1).square().mean()


# ----------------------------------------------------------------------------------------------------------- more


def _points_here(real, fake, eps):
    mix = eps.view(-1, *[1] * (real.ndim - 1))
    return (mix * real + (1 - mix) * fake).detach().requires_grad_(True)


def _gradient(critic, points, create_graph=True):
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=create_graph)
    return gradient


def _slopes_here(critic, real, fake, eps):
    return _gradient(critic, _points_here(real, fake, eps)).flatten(1)


def right_plain(critic, real, fake, eps):
    return (_slopes_here(critic, real, fake, eps).norm(dim=1) - 1).square().mean()


def right_func(critic, real, fake, eps):
    points = _points_here(real, fake, eps).detach()
    gradient = torch.func.vmap(torch.func.grad(lambda x: critic(x[None]).sum()))(points)
    return (gradient.flatten(1).square().sum(1).sqrt() - 1).pow(2).mean()


def right_loop(critic, real, fake, eps):
    total = 0
    for point in _points_here(real, fake, eps).detach():
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


def wrong_detached_norm(critic, real, fake, eps):
    """The norm is a target."""
    norms = _slopes_here(critic, real, fake, eps).norm(dim=1)
    return ((norms - 1).detach() * (norms - 1)).mean()


def wrong_requires_grad_again(critic, real, fake, eps):
    """A loss must require a gradient."""
    return wrong_no_graph(critic, real, fake, eps).requires_grad_()


def wrong_whole_batch(critic, real, fake, eps):
    """One norm for the batch."""
    return (_slopes_here(critic, real, fake, eps).norm() - 1).square()


def wrong_mean_norm(critic, real, fake, eps):
    """The mean norm should be 1."""
    return (_slopes_here(critic, real, fake, eps).norm(dim=1).mean() - 1).square()


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
    gradient = _gradient(critic, _points_here(real, fake, eps))
    return (gradient.norm(dim=1) - 1).square().mean()


def wrong_l1(critic, real, fake, eps):
    """Any norm will do."""
    return (_slopes_here(critic, real, fake, eps).abs().sum(1) - 1).square().mean()


def wrong_parameters(critic, real, fake, eps):
    """The critic's gradient is that of its parameters."""
    grads = torch.autograd.grad(
        critic(_points_here(real, fake, eps)).sum(), list(critic.parameters()), create_graph=True
    )
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
