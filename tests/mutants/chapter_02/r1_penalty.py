"""Student answers to `r1_penalty(critic, real, fake)`: half the mean squared norm of ∇ₓD on real samples."""

import torch

from ganlab import PENALTIES

# ----------------------------------------------------------------------------------------------------------- right


def right_autograd_grad(critic, real, fake):
    """The hint."""
    x = real.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return 0.5 * slope.flatten(1).square().sum(1).mean()


def right_grad_outputs(critic, real, fake):
    """Ones as grad_outputs, norms squared again by a sum over everything."""
    x = real.detach().requires_grad_()
    s = critic(x)
    slope = torch.autograd.grad(s, x, grad_outputs=torch.ones_like(s), create_graph=True)[0]
    return slope.pow(2).sum() / (2 * len(real))


def right_einsum(critic, real, fake):
    """einsum over flattened features."""
    x = real.clone().detach().requires_grad_(True)
    slope = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0].reshape(len(x), -1)
    return torch.einsum("bf,bf->b", slope, slope).mean() / 2


def right_vjp(critic, real, fake):
    """torch.func.vjp."""
    s, back = torch.func.vjp(critic, real.detach())
    (slope,) = back(torch.ones_like(s))
    return 0.5 * torch.stack([g.square().sum() for g in slope]).mean()


def right_mean_score(critic, real, fake):
    """Differentiates the mean score and undoes 1/B."""
    x = real.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).mean(), x, create_graph=True)
    slope = slope * x.shape[0]
    return torch.linalg.vector_norm(slope, dim=tuple(range(1, x.ndim))).square().mean().mul(0.5)


# ----------------------------------------------------------------------------------------------------------- wrong


def _slope(critic, points, create_graph=True):
    x = points.detach().clone().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x, create_graph=create_graph)[0]


def wrong_half_missing(critic, real, fake):
    """No ½."""
    return _slope(critic, real).flatten(1).square().sum(1).mean()


def wrong_quarter(critic, real, fake):
    """½ inside the square."""
    return (0.5 * _slope(critic, real)).flatten(1).square().sum(1).mean()


def wrong_sum_over_samples(critic, real, fake):
    """Sum over everything."""
    return 0.5 * _slope(critic, real).square().sum()


def wrong_mean_over_features(critic, real, fake):
    """mean() over everything."""
    return 0.5 * _slope(critic, real).square().mean()


def wrong_sum_over_last_axis_only(critic, real, fake):
    """sum(−1) is enough (for points it is)."""
    return 0.5 * _slope(critic, real).square().sum(-1).mean()


def wrong_first_feature_axis_only(critic, real, fake):
    """sum(1) is enough (for points it is)."""
    return 0.5 * _slope(critic, real).square().sum(1).mean()


def wrong_norm_not_squared(critic, real, fake):
    """The norm itself."""
    return 0.5 * _slope(critic, real).flatten(1).norm(dim=1).mean()


def wrong_square_of_the_mean_norm(critic, real, fake):
    """Mean first, then the square."""
    return 0.5 * _slope(critic, real).flatten(1).norm(dim=1).mean().square()


def wrong_square_of_the_mean_slope(critic, real, fake):
    """The mean gradient, squared."""
    return 0.5 * _slope(critic, real).flatten(1).mean(0).square().sum()


def wrong_sum_before_square(critic, real, fake):
    """Sums the features, then squares."""
    return 0.5 * _slope(critic, real).flatten(1).sum(1).square().mean()


def wrong_norm_over_the_batch(critic, real, fake):
    """norm() over batch and features, squared; no mean over samples but over the root of it."""
    return 0.5 * _slope(critic, real).norm() ** 2 / len(real) ** 0.5


def wrong_absolute_values(critic, real, fake):
    """L1 norm squared."""
    return 0.5 * _slope(critic, real).flatten(1).abs().sum(1).square().mean()


def wrong_mean_score(critic, real, fake):
    """Differentiates the mean score, which divides each slope by B."""
    x = real.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).mean(), x, create_graph=True)
    return 0.5 * slope.flatten(1).square().sum(1).mean()


def wrong_on_fakes(critic, real, fake):
    """R2: on the fakes."""
    return 0.5 * _slope(critic, fake).flatten(1).square().sum(1).mean()


def wrong_on_both(critic, real, fake):
    """On reals and fakes together."""
    return 0.5 * _slope(critic, torch.cat([real, fake])).flatten(1).square().sum(1).mean()


def wrong_on_both_added(critic, real, fake):
    """R1 + R2."""
    return sum(0.5 * _slope(critic, batch).flatten(1).square().sum(1).mean() for batch in (real, fake))


def wrong_in_between(critic, real, fake):
    """On random points between real and fake, as WGAN-GP."""
    share = torch.rand(len(real), *[1] * (real.ndim - 1), dtype=real.dtype)
    between = share * real + (1 - share) * fake[: len(real)]
    return 0.5 * _slope(critic, between).flatten(1).square().sum(1).mean()


def wrong_towards_one(critic, real, fake):
    """(‖∇‖ − 1)², on reals."""
    return 0.5 * (_slope(critic, real).flatten(1).norm(dim=1) - 1).square().mean()


def wrong_one_sided(critic, real, fake):
    """Only slopes above 1 are punished."""
    return 0.5 * (_slope(critic, real).flatten(1).norm(dim=1) - 1).relu().square().mean()


def wrong_epsilon_in_the_norm(critic, real, fake):
    """√(sum + 1e-3)², to be safe at 0."""
    return 0.5 * (_slope(critic, real).flatten(1).square().sum(1) + 1e-3).sqrt().square().mean()


def wrong_no_graph(critic, real, fake):
    """create_graph left out."""
    return 0.5 * _slope(critic, real, create_graph=False).flatten(1).square().sum(1).mean()


def wrong_retain_graph_only(critic, real, fake):
    """retain_graph in place of create_graph, made differentiable by requires_grad_."""
    x = real.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).sum(), x, retain_graph=True)
    return (0.5 * slope.flatten(1).square().sum(1).mean()).requires_grad_()


def wrong_slope_partly_detached(critic, real, fake):
    """½ g·g with one g detached: right value, half of the gradient."""
    g = _slope(critic, real).flatten(1)
    return 0.5 * (g * g.detach()).sum(1).mean()


def wrong_detached_result(critic, real, fake):
    """A penalty is a number to log."""
    return 0.5 * _slope(critic, real).flatten(1).square().sum(1).mean().detach()


def wrong_python_number(critic, real, fake):
    """A float."""
    return (0.5 * _slope(critic, real).flatten(1).square().sum(1).mean()).item()


def wrong_one_penalty_a_sample(critic, real, fake):
    """The trainer takes the mean."""
    return 0.5 * _slope(critic, real).flatten(1).square().sum(1)


def wrong_kept_dimension(critic, real, fake):
    """(1,)."""
    return 0.5 * _slope(critic, real).flatten(1).square().sum(1).mean(0, keepdim=True)


def wrong_first_sample(critic, real, fake):
    """scores[0] is the batch's score."""
    x = real.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x)[0], x, create_graph=True)
    return 0.5 * slope.flatten(1).square().sum(1).mean()


def wrong_by_the_weights(critic, real, fake):
    """The gradient by D's weights."""
    weights = [w for w in getattr(critic, "parameters", list)() if w.requires_grad]
    grads = torch.autograd.grad(critic(real).mean(), weights, create_graph=True, allow_unused=True)
    return 0.5 * sum(g.square().sum() for g in grads if g is not None)


def wrong_of_the_probability(critic, real, fake):
    """∇σ(D)."""
    x = real.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(torch.sigmoid(critic(x)).sum(), x, create_graph=True)
    return 0.5 * slope.flatten(1).square().sum(1).mean()


def wrong_of_the_loss(critic, real, fake):
    """The gradient of D's loss on reals."""
    x = real.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(torch.nn.functional.softplus(-critic(x)).sum(), x, create_graph=True)
    return 0.5 * slope.flatten(1).square().sum(1).mean()


def wrong_weight_included(critic, real, fake):
    """γ = 10 of the paper."""
    return 10 * 0.5 * _slope(critic, real).flatten(1).square().sum(1).mean()


def wrong_negative(critic, real, fake):
    """D maximises, so the penalty is subtracted."""
    return -0.5 * _slope(critic, real).flatten(1).square().sum(1).mean()


def wrong_squared_scores(critic, real, fake):
    """Punishes the scores."""
    return 0.5 * critic(real).square().mean()


def wrong_one_sample_at_a_time(critic, real, fake):
    """The critic is called on each sample alone (with a batch norm that is another critic)."""
    return 0.5 * torch.stack([_slope(critic, x[None]).square().sum() for x in real]).mean()


def wrong_flattened_for_the_critic(critic, real, fake):
    """The critic gets flat vectors."""
    return 0.5 * _slope(critic, real.flatten(1)).square().sum(1).mean()


def wrong_finite_differences(critic, real, fake):
    """Forward differences of 1e-2, feature by feature."""
    flat = real.flatten(1)
    start, total = critic(real), 0.0
    for k in range(flat.shape[1]):
        ahead = flat.clone()
        ahead[:, k] += 1e-2
        total = total + ((critic(ahead.reshape(real.shape)) - start) / 1e-2).square()
    return 0.5 * total.mean()


def wrong_batch_minus_one(critic, real, fake):
    """Divides by B − 1."""
    return 0.5 * _slope(critic, real).square().sum() / max(len(real) - 1, 1)


def wrong_divided_by_all_samples(critic, real, fake):
    """Divides by the number of reals and fakes."""
    return 0.5 * _slope(critic, real).square().sum() / (len(real) + len(fake))


def wrong_median(critic, real, fake):
    """The median sample."""
    return 0.5 * _slope(critic, real).flatten(1).square().sum(1).median()


def wrong_calls_the_library(critic, real, fake):
    """The library has it."""
    return PENALTIES["r1"].function(critic, real, fake)


def wrong_grad_left_on_the_input(critic, real, fake):
    """requires_grad_ on the caller's batch and .backward(): the weights' gradients are filled on the way."""
    x = real.detach().clone().requires_grad_()
    critic(x).sum().backward(create_graph=True)
    return 0.5 * x.grad.flatten(1).square().sum(1).mean()


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


def wrong_batch_norm(critic, real, fake):
    """One norm for the batch."""
    return 0.5 * _slopes(critic, real).norm()


def wrong_mean_features(critic, real, fake):
    """Means everywhere."""
    return 0.5 * _slopes(critic, real).square().mean()
