"""Student answers to `r2_penalty(critic, real, fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch.autograd import grad

import ganlab
from ganlab.objectives import penalties

# ----------------------------------------------------------------------------------------------------------- right


def right_sum_of_scores(critic, real, fake):
    """The gradient of the summed scores has each sample's gradient in its row."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return 0.5 * g.flatten(1).square().sum(1).mean()


def right_grad_outputs(critic, real, fake):
    """grad_outputs of ones in the scores' own shape."""
    points = fake.detach().clone().requires_grad_(True)
    scores = critic(points)
    slope = grad(scores, points, grad_outputs=torch.ones_like(scores), create_graph=True, retain_graph=True)[0]
    return slope.pow(2).sum() / (2 * len(points))


def right_sample_loop(critic, real, fake):
    """One sample after the other, in batches of one."""
    total = 0.0
    for sample in fake.detach():
        x = sample[None].clone().requires_grad_()
        (g,) = grad(critic(x).squeeze(), x, create_graph=True)
        total = total + g.square().sum()
    return total / (2 * fake.shape[0])


def right_functional_grad(critic, real, fake):
    """torch.func differentiates a function of one sample, vmap maps it over the batch."""

    def score(sample):
        return critic(sample.unsqueeze(0)).squeeze()

    slopes = torch.func.vmap(torch.func.grad(score))(fake.detach())
    return torch.einsum("bf,bf->b", slopes.flatten(1), slopes.flatten(1)).mean() / 2


def right_vjp(critic, real, fake):
    """A vector-Jacobian product with ones."""
    scores, pull = torch.func.vjp(critic, fake.detach())
    (slopes,) = pull(torch.ones_like(scores))
    return (slopes * slopes).flatten(start_dim=1).sum(-1).mean().div(2)


def right_jacobian(critic, real, fake):
    """autograd.functional's Jacobian of the sum."""
    slopes = torch.autograd.functional.jacobian(lambda x: critic(x).sum(), fake.detach(), create_graph=True)
    return slopes.reshape(len(fake), -1).pow(2).sum(dim=1).sum() / len(fake) * 0.5


def right_mean_rescaled(critic, real, fake):
    """The gradient of the mean score is B times too small; multiplied back."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x).mean(), x, create_graph=True)
    return (g * len(x)).square().flatten(1).sum(1).mean() / 2


def right_joint_batch(critic, real, fake):
    """Real and fake samples in one pass, since each score is of one sample alone; only the fake slopes are kept."""
    x = torch.cat([real, fake]).detach().requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return g[len(real) :].flatten(1).norm(dim=1).square().mean() / 2


def right_enable_grad(critic, real, fake):
    """Gradients switched on explicitly; an inner product for the norm."""
    with torch.enable_grad():
        x = fake.detach().requires_grad_()
        g = grad(critic(x).reshape(len(x)).sum(0), [x], create_graph=True)[0].flatten(1)
        return torch.stack([row @ row for row in g]).mean() / 2


def right_backward_to_the_samples_only(critic, real, fake):
    """backward() with `inputs`, so that the critic's parameters collect nothing."""
    x = fake.detach().requires_grad_()
    critic(x).sum().backward(inputs=[x], create_graph=True)
    return x.grad.flatten(1).pow(2).sum(1).mean() / 2


def _slopes_at(critic, points, create_graph=True):
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=create_graph)
    return gradient


def _leaf(points):
    return points.detach().requires_grad_()


def right_plain(critic, real, fake):
    return 0.5 * _slopes_at(critic, _leaf(fake)).flatten(1).square().sum(1).mean()


def right_norm(critic, real, fake):
    points = fake.detach().clone().requires_grad_(True)
    scores = critic(points)
    (gradient,) = torch.autograd.grad(scores, points, torch.ones_like(scores), create_graph=True)
    return torch.linalg.vector_norm(gradient.reshape(len(fake), -1), dim=1).pow(2).mean() / 2


def right_total(critic, real, fake):
    return (_slopes_at(critic, _leaf(fake)) ** 2).sum() / (2 * fake.shape[0])


def right_func(critic, real, fake):
    gradient = torch.func.vmap(torch.func.grad(lambda x: critic(x[None]).sum()))(fake.detach())
    return 0.5 * gradient.flatten(1).square().sum(1).mean()


# ----------------------------------------------------------------------------------------------------------- wrong


def _slopes(critic, points, **options):
    """Give the critic's slopes at points, (B, …) -> (B, all features)."""
    x = points.detach().requires_grad_()
    (g,) = grad(critic(x).sum(), x, **({"create_graph": True} | options))
    return g.flatten(1)


def wrong_r1(critic, real, fake):
    """The penalty of chapter 02: at the real samples."""
    return _slopes(critic, real).square().sum(1).mean() / 2


def wrong_both_sides(critic, real, fake):
    """R3GAN penalises both."""
    return sum(_slopes(critic, x).square().sum(1).mean() / 2 for x in (real, fake))


def wrong_between(critic, real, fake):
    """At points between real and fake, as WGAN-GP does."""
    t = torch.rand(len(fake), *[1] * (fake.dim() - 1))
    return _slopes(critic, t * real + (1 - t) * fake).square().sum(1).mean() / 2


def wrong_no_half(critic, real, fake):
    """γ = 1 leaves no ½."""
    return _slopes(critic, fake).square().sum(1).mean()


def wrong_norm_not_squared(critic, real, fake):
    """Half the mean norm."""
    return _slopes(critic, fake).norm(dim=1).mean() / 2


def wrong_norm_away_from_one(critic, real, fake):
    """A good slope is 1."""
    return (_slopes(critic, fake).norm(dim=1) - 1).square().mean() / 2


def wrong_square_of_mean_norm(critic, real, fake):
    """The mean first, then the square."""
    return _slopes(critic, fake).norm(dim=1).mean().square() / 2


def wrong_norm_of_mean_gradient(critic, real, fake):
    """The mean gradient, then its norm."""
    return _slopes(critic, fake).mean(0).square().sum() / 2


def wrong_sum_over_samples(critic, real, fake):
    """Summed over the batch."""
    return _slopes(critic, fake).square().sum() / 2


def wrong_mean_over_features(critic, real, fake):
    """mean() over everything."""
    return _slopes(critic, fake).square().mean() / 2


def wrong_gradient_of_mean(critic, real, fake):
    """The mean score is differentiated, and the slopes are B times too small."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x).mean(), x, create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_norm_of_axis_one(critic, real, fake):
    """Norm along axis 1: right for points, channels only for images."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return g.square().sum(1).mean() / 2


def wrong_norm_of_last_axis(critic, real, fake):
    """Norm along the last axis: a row of an image."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return g.square().sum(-1).mean() / 2


def wrong_norm_without_channels(critic, real, fake):
    """Images: height and width, and the mean over channels."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return g.square().sum(dim=(-2, -1)).mean() / 2 if g.dim() > 2 else g.square().sum(1).mean() / 2


def wrong_norm_over_the_batch(critic, real, fake):
    """Axis 0 is taken for the features."""
    return _slopes(critic, fake).square().sum(0).mean() / 2


def wrong_absolute_values(critic, real, fake):
    """The 1-norm squared."""
    return _slopes(critic, fake).abs().sum(1).square().mean() / 2


def wrong_steepest_feature(critic, real, fake):
    """The largest slope alone."""
    return _slopes(critic, fake).abs().amax(1).square().mean() / 2


def wrong_retain_graph_only(critic, real, fake):
    """retain_graph keeps the graph, so that is enough: there is no second derivative."""
    return _slopes(critic, fake, create_graph=False, retain_graph=True).square().sum(1).mean() / 2


def wrong_no_graph_hidden(critic, real, fake):
    """No create_graph; requires_grad_ silences the error."""
    return (_slopes(critic, fake, create_graph=False).square().sum(1).mean() / 2).requires_grad_()


def wrong_detached_slopes(critic, real, fake):
    """One factor of the square is a constant: the right value, half the gradient."""
    g = _slopes(critic, fake)
    return (g * g.detach()).sum(1).mean() / 2


def wrong_generator_pays(critic, real, fake):
    """fake already carries a gradient: no detach."""
    x = fake if fake.requires_grad else fake.detach().requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_clone_without_detach(critic, real, fake):
    """clone is a new tensor; but it stays in the generator's graph."""
    x = fake.clone()
    x = x if x.requires_grad else x.requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_marks_the_input(critic, real, fake):
    """requires_grad_ on the argument itself: works, but a leaf that came without gradient leaves with one."""
    x = fake.requires_grad_() if not fake.requires_grad else fake.detach().requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_detaches_in_place(critic, real, fake):
    """detach_ instead of detach: the generator's own batch is cut off."""
    x = fake.detach_().requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    fake.requires_grad_(False)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_backward(critic, real, fake):
    """backward() instead of grad(): the slopes land in x.grad, but the critic's parameters collect gradients, too."""
    x = fake.detach().requires_grad_()
    critic(x).sum().backward(create_graph=True)
    return x.grad.flatten(1).square().sum(1).mean() / 2


def wrong_adds_noise(critic, real, fake):
    """A little noise, as DRAGAN has it."""
    return _slopes(critic, fake + 0.05 * torch.randn_like(fake)).square().sum(1).mean() / 2


def wrong_sigmoid_of_the_score(critic, real, fake):
    """The slope of the probability."""
    x = fake.detach().requires_grad_()
    (g,) = grad(torch.sigmoid(critic(x)).sum(), x, create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_slope_of_the_loss(critic, real, fake):
    """The slope of the relativistic loss."""
    x = fake.detach().requires_grad_()
    scores, others = critic(x), critic(real).detach()
    (g,) = grad(torch.nn.functional.softplus(scores - others).sum(), x, create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_square_root(critic, real, fake):
    """√ of the sum, then squared again: the right value, and a NaN gradient where the critic is flat."""
    return (_slopes(critic, fake).square().sum(1).sqrt() ** 2).mean() / 2


def wrong_epsilon(critic, real, fake):
    """A small number under the root."""
    return (_slopes(critic, fake).square().sum(1) + 1e-2).sqrt().square().mean() / 2


def wrong_clipped_slopes(critic, real, fake):
    """Slopes below 1 are harmless."""
    return (_slopes(critic, fake).norm(dim=1) - 1).clamp(min=0).square().mean() / 2


def wrong_scores_squared(critic, real, fake):
    """The scores are penalised."""
    return critic(fake.detach()).square().mean() / 2


def wrong_parameters_gradient(critic, real, fake):
    """The gradient by the critic's parameters."""
    weights = [p for p in getattr(critic, "parameters", list)() if p.requires_grad]
    slopes = grad(critic(fake.detach()).sum(), weights, create_graph=True, allow_unused=True)
    return sum(s.square().sum() for s in slopes if s is not None) / 2


def wrong_weights_norm(critic, real, fake):
    """A linear critic's slope is its weight, so the weights' norm will do."""
    weights = [p for p in getattr(critic, "parameters", list)() if p.dim() > 1]
    return sum(w.square().sum() for w in weights) / 2


def wrong_first_sample(critic, real, fake):
    """One sample stands for all."""
    return _slopes(critic, fake[:1]).square().sum(1).mean() / 2


def wrong_two_features(critic, real, fake):
    """A sample has two features."""
    return _slopes(critic, fake)[:, :2].square().sum(1).mean() / 2


def wrong_one_per_sample(critic, real, fake):
    """One penalty a sample."""
    return _slopes(critic, fake).square().sum(1) / 2


def wrong_keeps_axis(critic, real, fake):
    """Shape (1,)."""
    return _slopes(critic, fake).square().sum(1).mean(0, keepdim=True) / 2


def wrong_item(critic, real, fake):
    """A number for the log."""
    return torch.tensor(_slopes(critic, fake).square().sum(1).mean().item() / 2)


def wrong_flat_scores_only(critic, real, fake):
    """grad_outputs of shape (B,): scores (B, 1) do not fit."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x), x, grad_outputs=torch.ones(len(x)), create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_column_scores_only(critic, real, fake):
    """The score's column [:, 0]: scores (B,) have none."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x)[:, 0].sum(), x, create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_first_score(critic, real, fake):
    """Differentiates the first score only, since grad wants a scalar; the others' slopes are 0."""
    x = fake.detach().requires_grad_()
    (g,) = grad(critic(x).flatten()[0], x, create_graph=True)
    return g.flatten(1).square().sum(1).mean() / 2


def wrong_finite_differences(critic, real, fake):
    """A slope is a difference quotient."""
    x, h = fake.detach(), 0.1
    total = 0.0
    for k in range(x[0].numel()):
        step = torch.zeros_like(x[0]).flatten()
        step[k] = h
        total = total + ((critic(x + step.view_as(x[0])) - critic(x)) / h).flatten().square()
    return total.mean() / 2


def wrong_minus(critic, real, fake):
    """Subtracted, since D maximises."""
    return -_slopes(critic, fake).square().sum(1).mean() / 2


def wrong_gamma_ten(critic, real, fake):
    """The usual γ is 10."""
    return 10 * _slopes(critic, fake).square().sum(1).mean() / 2


def wrong_half_inside_the_square(critic, real, fake):
    """½ belongs to the norm: it is squared along."""
    return (_slopes(critic, fake) / 2).square().sum(1).mean()


def wrong_flattens_images_for_the_critic(critic, real, fake):
    """The critic gets rows."""
    x = fake.detach().flatten(1).requires_grad_()
    (g,) = grad(critic(x).sum(), x, create_graph=True)
    return g.square().sum(1).mean() / 2


def wrong_divides_by_64(critic, real, fake):
    """B = 64."""
    return _slopes(critic, fake).square().sum() / (2 * 64)


def wrong_unbiased(critic, real, fake):
    """Divides by B − 1."""
    return _slopes(critic, fake).square().sum() / (2 * max(len(fake) - 1, 1))


def wrong_variance_of_slopes(critic, real, fake):
    """The mean slope does no harm; its spread is penalised."""
    g = _slopes(critic, fake)
    return (g - g.mean(0)).square().sum(1).mean() / 2


def wrong_half_slope_of_real_minus_fake(critic, real, fake):
    """The relativistic score D(fake) − D(real), by both."""
    x, y = fake.detach().requires_grad_(), real.detach().requires_grad_()
    slopes = grad((critic(x) - critic(y)).sum(), (x, y), create_graph=True)
    return sum(s.flatten(1).square().sum(1).mean() for s in slopes) / 4


def wrong_freezes_the_critic(critic, real, fake):
    """Only the slope by x is wanted, so the parameters are frozen; and stay so."""
    value = _slopes(critic, fake).square().sum(1).mean() / 2
    if isinstance(critic, torch.nn.Module):
        critic.requires_grad_(False)
    return value


def wrong_no_grad_on_the_result(critic, real, fake):
    """Penalties are measured only."""
    return (_slopes(critic, fake).square().sum(1).mean() / 2).detach()


def wrong_moves_the_samples(critic, real, fake):
    """Samples are clipped to the data's range first, in place."""
    with torch.no_grad():
        fake.clamp_(-1, 1)
    return _slopes(critic, fake).square().sum(1).mean() / 2


def wrong_library_table(critic, real, fake):
    """The library has it."""
    return ganlab.PENALTIES["r2"].function(critic, real, fake)


def wrong_library_r1(critic, real, fake):
    """The library's R1 with the fake samples."""
    return penalties.r1(critic, fake)


def wrong_library_gradient(critic, real, fake):
    """The library's helper for slopes."""
    return penalties.input_gradient(critic, fake).square().sum(-1).mean() / 2


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
    return 0.5 * _slopes_at(critic, _leaf(fake)).square().mean()


def wrong_last_axis(critic, real, fake):
    """Features are the last axis."""
    return 0.5 * _slopes_at(critic, _leaf(fake)).square().sum(-1).mean()


def wrong_sum(critic, real, fake):
    """Sums and means differ by a factor."""
    return 0.5 * _slopes_at(critic, _leaf(fake)).square().sum()


def wrong_mean_norm_squared(critic, real, fake):
    """The square comes last."""
    return 0.5 * _slopes_at(critic, _leaf(fake)).flatten(1).norm(dim=1).mean() ** 2


def wrong_target_one(critic, real, fake):
    """Norms should be 1."""
    return 0.5 * (_slopes_at(critic, _leaf(fake)).flatten(1).norm(dim=1) - 1).square().mean()


def wrong_no_graph(critic, real, fake):
    """The penalty is a number that is added."""
    return 0.5 * _slopes_at(critic, _leaf(fake), create_graph=False).flatten(1).square().sum(1).mean()


def wrong_requires_grad_again(critic, real, fake):
    """A loss must require a gradient."""
    return wrong_no_graph(critic, real, fake).requires_grad_()


def wrong_not_detached(critic, real, fake):
    """G may learn from the penalty too."""
    points = fake if fake.requires_grad else _leaf(fake)
    return 0.5 * _slopes_at(critic, points).flatten(1).square().sum(1).mean()


def wrong_interpolates(critic, real, fake):
    """As in WGAN-GP."""
    return right_plain(critic, real, 0.5 * (real + fake))


def wrong_weights(critic, real, fake):
    """The gradient by the critic's weights."""
    slopes = torch.autograd.grad(critic(fake).mean(), list(critic.parameters()), create_graph=True)
    return 0.5 * sum(slope.square().sum() for slope in slopes)
