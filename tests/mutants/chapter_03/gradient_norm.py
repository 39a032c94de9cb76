"""Student answers to `gradient_norm(generator, discriminator, latents, g_loss)`: ‖∇G‖ over all weights together."""

import copy
import math

import torch
from torch import nn
from torch.func import functional_call

from ganlab import LOSSES

# ----------------------------------------------------------------------------------------------------------- right


def right_autograd_grad(generator, discriminator, latents, g_loss):
    """Gradients handed out by autograd.grad, no `.grad` touched."""
    scores = discriminator(generator(latents))[:, 0]
    grads = torch.autograd.grad(g_loss(scores, scores), list(generator.parameters()))
    return torch.cat([g.flatten() for g in grads]).norm()


def right_backward_after_zero_grad(generator, discriminator, latents, g_loss):
    """Zero, go backward, add up squares in a float."""
    generator.zero_grad()
    discriminator.zero_grad()
    s = discriminator(generator(latents)).flatten()
    g_loss(s, s).backward()
    return math.sqrt(sum(p.grad.double().square().sum().item() for p in generator.parameters()))


def right_on_a_copy(generator, discriminator, latents, g_loss):
    """A deep copy carries the old gradients, so they are set to None there; clip_grad_norm_ tells the total."""
    twin = copy.deepcopy(generator)
    for p in twin.parameters():
        p.grad = None
    s = discriminator(twin(latents)).squeeze(1)
    g_loss(s, s).backward()
    return nn.utils.clip_grad_norm_(twin.parameters(), math.inf)


def right_functional(generator, discriminator, latents, g_loss):
    """torch.func: the loss as a function of a dictionary of weights."""

    def loss(weights):
        s = discriminator(functional_call(generator, weights, (latents,))).view(-1)
        return g_loss(s, s)

    weights = {name: p.detach() for name, p in generator.named_parameters()}
    grads = torch.func.grad(loss)(weights)
    return torch.stack([g.pow(2).sum() for g in grads.values()]).sum().sqrt()


def right_chain_rule_by_hand(generator, discriminator, latents, g_loss):
    """The two halves of the chain: slope by the fakes first, then through the generator."""
    fake = generator(latents)
    x = fake.detach().requires_grad_()
    s = discriminator(x)[:, 0]
    (slope,) = torch.autograd.grad(g_loss(s, s), x)
    grads = torch.autograd.grad(fake, tuple(generator.parameters()), grad_outputs=slope)
    return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in grads])).item()


def right_norm_of_norms(generator, discriminator, latents, g_loss):
    """Old gradients are put aside and given back at the end."""
    kept = [p.grad for p in generator.parameters()]
    for p in generator.parameters():
        p.grad = None
    s = discriminator(generator(latents)).reshape(len(latents))
    g_loss(s, s).backward(inputs=list(generator.parameters()))
    norm = math.hypot(*(float(p.grad.norm()) for p in generator.parameters()))
    for p, old in zip(generator.parameters(), kept, strict=True):
        p.grad = old
    return norm


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_old_gradients_of_g(generator, discriminator, latents, g_loss):
    """backward fills `.grad`; what was in there before is overwritten."""
    s = discriminator(generator(latents))[:, 0]
    g_loss(s, s).backward()
    return math.sqrt(sum(p.grad.square().sum().item() for p in generator.parameters()))


def wrong_only_discriminator_zeroed(generator, discriminator, latents, g_loss):
    """The discriminator is the one that trains, so its gradients are the old ones."""
    discriminator.zero_grad()
    s = discriminator(generator(latents))[:, 0]
    g_loss(s, s).backward()
    return torch.cat([p.grad.flatten() for p in generator.parameters()]).norm()


def wrong_difference_to_old_gradients(generator, discriminator, latents, g_loss):
    """Subtracting the old gradient after backward leaves the new one (but 1 + 1e-9 is 1)."""
    old = [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in generator.parameters()]
    s = discriminator(generator(latents))[:, 0]
    g_loss(s, s).backward()
    new = [p.grad - o for p, o in zip(generator.parameters(), old, strict=True)]
    return torch.cat([g.flatten() for g in new]).norm()


def wrong_zeroed_too_late(generator, discriminator, latents, g_loss):
    """zero_grad belongs after backward, to leave the networks clean; then read."""
    s = discriminator(generator(latents))[:, 0]
    g_loss(s, s).backward()
    generator.zero_grad(set_to_none=False)
    return torch.cat([p.grad.flatten() for p in generator.parameters()]).norm()


def wrong_sum_of_norms(generator, discriminator, latents, g_loss):
    """The norm over all weights is the sum of the layers' norms."""
    s = discriminator(generator(latents))[:, 0]
    return sum(g.norm() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters())))


def wrong_mean_of_norms(generator, discriminator, latents, g_loss):
    """The mean of the layers' norms, so that depth does not count."""
    s = discriminator(generator(latents))[:, 0]
    return torch.stack([g.norm() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters()))]).mean()


def wrong_largest_norm(generator, discriminator, latents, g_loss):
    """The loudest layer speaks for all."""
    s = discriminator(generator(latents))[:, 0]
    return max(g.norm() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters())))


def wrong_root_mean_square(generator, discriminator, latents, g_loss):
    """Mean of the squares instead of their sum."""
    s = discriminator(generator(latents))[:, 0]
    grads = torch.autograd.grad(g_loss(s, s), list(generator.parameters()))
    return torch.cat([g.flatten() for g in grads]).square().mean().sqrt()


def wrong_root_forgotten(generator, discriminator, latents, g_loss):
    """The sum of squares is the norm."""
    s = discriminator(generator(latents))[:, 0]
    return sum(g.square().sum() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters())))


def wrong_absolute_values(generator, discriminator, latents, g_loss):
    """The length is the sum of absolute values."""
    s = discriminator(generator(latents))[:, 0]
    return sum(g.abs().sum() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters())))


def wrong_largest_entry(generator, discriminator, latents, g_loss):
    """norm(p=inf): the largest entry."""
    s = discriminator(generator(latents))[:, 0]
    grads = torch.autograd.grad(g_loss(s, s), list(generator.parameters()))
    return torch.cat([g.flatten() for g in grads]).norm(p=math.inf)


def wrong_spectral_norms(generator, discriminator, latents, g_loss):
    """The norm of a matrix is linalg.norm(…, 2), its largest singular value."""
    s = discriminator(generator(latents))[:, 0]
    grads = torch.autograd.grad(g_loss(s, s), list(generator.parameters()))
    return torch.stack([torch.linalg.norm(g, 2) for g in grads]).norm()


def wrong_no_biases(generator, discriminator, latents, g_loss):
    """∇_w: weights only, a bias is no weight."""
    s = discriminator(generator(latents))[:, 0]
    weights = [p for name, p in generator.named_parameters() if "bias" not in name]
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), weights)]).norm()


def wrong_linear_layers_only(generator, discriminator, latents, g_loss):
    """Only linear layers have weights (a norm layer's or a PReLU's are passed over)."""
    s = discriminator(generator(latents))[:, 0]
    weights = [p for m in generator.modules() if isinstance(m, nn.Linear) for p in m.parameters()]
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), weights)]).norm()


def wrong_top_level_layers_only(generator, discriminator, latents, g_loss):
    """A generator is an nn.Sequential of linear layers; what lies deeper is not seen."""
    s = discriminator(generator(latents))[:, 0]
    weights = [p for m in generator.children() for p in m.parameters(recurse=False)]
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), weights)]).norm()


def wrong_first_layer(generator, discriminator, latents, g_loss):
    """Vanishing is seen at the first layer."""
    s = discriminator(generator(latents))[:, 0]
    return torch.autograd.grad(g_loss(s, s), next(generator.parameters()))[0].norm()


def wrong_last_layer(generator, discriminator, latents, g_loss):
    """The loop variable keeps only the last parameter's gradient."""
    s = discriminator(generator(latents))[:, 0]
    for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters())):
        norm = g.norm()
    return norm


def wrong_both_networks(generator, discriminator, latents, g_loss):
    """All weights: of both networks."""
    s = discriminator(generator(latents))[:, 0]
    weights = [*generator.parameters(), *discriminator.parameters()]
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), weights)]).norm()


def wrong_discriminators_gradient(generator, discriminator, latents, g_loss):
    """The teacher's gradient is what the teacher says."""
    s = discriminator(generator(latents))[:, 0]
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), list(discriminator.parameters()))]).norm()


def wrong_by_the_fakes(generator, discriminator, latents, g_loss):
    """What reaches G is the gradient by its samples."""
    fake = generator(latents)
    s = discriminator(fake)[:, 0]
    return torch.autograd.grad(g_loss(s, s), fake)[0].norm()


def wrong_by_the_latents(generator, discriminator, latents, g_loss):
    """The gradient has gone through the whole of G once it is at the latents."""
    z = latents.clone().requires_grad_()
    s = discriminator(generator(z))[:, 0]
    return torch.autograd.grad(g_loss(s, s), z)[0].norm()


def wrong_sigmoid_between(generator, discriminator, latents, g_loss):
    """The discriminator gives probabilities."""
    s = torch.sigmoid(discriminator(generator(latents))[:, 0])
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters()))]).norm()


def wrong_epsilon_in_the_root(generator, discriminator, latents, g_loss):
    """A root needs an ε, as in a gradient penalty."""
    s = discriminator(generator(latents))[:, 0]
    grads = torch.autograd.grad(g_loss(s, s), list(generator.parameters()))
    return (sum(g.square().sum() for g in grads) + 1e-12).sqrt()


def wrong_epsilon_added(generator, discriminator, latents, g_loss):
    """1e-8 on top, for the logarithmic axis."""
    s = discriminator(generator(latents))[:, 0]
    grads = torch.autograd.grad(g_loss(s, s), list(generator.parameters()))
    return torch.cat([g.flatten() for g in grads]).norm() + 1e-8


def wrong_floor(generator, discriminator, latents, g_loss):
    """Below 1e-6 it is rounding."""
    s = discriminator(generator(latents))[:, 0]
    grads = torch.autograd.grad(g_loss(s, s), list(generator.parameters()))
    return torch.cat([g.flatten() for g in grads]).norm().clamp(min=1e-6)


def wrong_rounded(generator, discriminator, latents, g_loss):
    """Six decimals are plenty."""
    s = discriminator(generator(latents))[:, 0]
    grads = torch.autograd.grad(g_loss(s, s), list(generator.parameters()))
    return round(torch.cat([g.flatten() for g in grads]).norm().item(), 6)


def wrong_clipped(generator, discriminator, latents, g_loss):
    """Clip to 1 first, as a training loop does, then measure."""
    generator.zero_grad()
    s = discriminator(generator(latents))[:, 0]
    g_loss(s, s).backward()
    nn.utils.clip_grad_norm_(generator.parameters(), 1.0)
    return torch.cat([p.grad.flatten() for p in generator.parameters()]).norm()


def wrong_sum_over_the_batch(generator, discriminator, latents, g_loss):
    """The gradient is a sum over samples, so the loss's mean is undone."""
    s = discriminator(generator(latents))[:, 0]
    loss = g_loss(s, s) * len(latents)
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(generator.parameters()))]).norm()


def wrong_mean_taken_twice(generator, discriminator, latents, g_loss):
    """The 1/B of the formula is still missing."""
    s = discriminator(generator(latents))[:, 0]
    loss = g_loss(s, s) / len(latents)
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(generator.parameters()))]).norm()


def wrong_mean_of_single_sample_norms(generator, discriminator, latents, g_loss):
    """One norm a sample, then their mean (differing directions no longer cancel)."""
    norms = []
    for z in latents:
        s = discriminator(generator(z[None]))[:, 0]
        grads = torch.autograd.grad(g_loss(s, s), list(generator.parameters()))
        norms.append(torch.cat([g.flatten() for g in grads]).norm())
    return torch.stack(norms).mean()


def wrong_first_latent_only(generator, discriminator, latents, g_loss):
    """One latent is a sample of the gradient."""
    s = discriminator(generator(latents[:1]))[:, 0]
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters()))]).norm()


def wrong_own_latents(generator, discriminator, latents, g_loss):
    """Fresh noise of the same shape is as good."""
    s = discriminator(generator(torch.randn_like(latents)))[:, 0]
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters()))]).norm()


def wrong_global_loss(generator, discriminator, latents, g_loss):
    """The loss of this chapter is the saturating one."""
    s = discriminator(generator(latents))[:, 0]
    loss = LOSSES["saturating"].g(s, s)
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(generator.parameters()))]).norm()


def wrong_slope_of_the_scores(generator, discriminator, latents, g_loss):
    """Forgets ℓ′: the gradient of the mean score, whatever the loss."""
    s = discriminator(generator(latents))[:, 0]
    return torch.cat([g.flatten() for g in torch.autograd.grad(s.mean(), list(generator.parameters()))]).norm()


def wrong_loss_of_the_mean_score(generator, discriminator, latents, g_loss):
    """The mean first, then the loss: the batch as one score."""
    s = discriminator(generator(latents)).mean(0)
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters()))]).norm()


def wrong_squeeze_at_batch_of_one(generator, discriminator, latents, g_loss):
    """squeeze() takes the column away, and at B = 1 the batch as well: the loss gets ()."""
    s = discriminator(generator(latents)).squeeze()
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters()))]).norm()


def wrong_scores_keep_their_column(generator, discriminator, latents, g_loss):
    """Hands (B, 1) to a loss of (B,) and averages what comes out."""
    s = discriminator(generator(latents))
    loss = g_loss(s, s).mean()
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(generator.parameters()))]).norm()


def wrong_evaluation_mode(generator, discriminator, latents, g_loss):
    """A measurement is made in eval mode (which changes a batch norm or a dropout)."""
    generator.eval()
    discriminator.eval()
    s = discriminator(generator(latents))[:, 0]
    return torch.cat([g.flatten() for g in torch.autograd.grad(g_loss(s, s), list(generator.parameters()))]).norm()


def wrong_steps_the_generator(generator, discriminator, latents, g_loss):
    """zero_grad, backward and step belong together."""
    optimiser = torch.optim.SGD(generator.parameters(), lr=0.01)
    optimiser.zero_grad()
    s = discriminator(generator(latents))[:, 0]
    g_loss(s, s).backward()
    optimiser.step()
    return torch.cat([p.grad.flatten() for p in generator.parameters()]).norm()


def wrong_norm_of_the_weights(generator, discriminator, latents, g_loss):
    """‖w‖ for ‖∇_w‖."""
    return torch.cat([p.detach().flatten() for p in generator.parameters()]).norm()


def wrong_fakes_detached(generator, discriminator, latents, g_loss):
    """The discriminator gets detached samples, as in its own step; G's `.grad` stays as it was."""
    s = discriminator(generator(latents).detach())[:, 0]
    g_loss(s, s).backward()
    grads = [p.grad for p in generator.parameters() if p.grad is not None]
    return math.sqrt(sum(g.square().sum().item() for g in grads))


def wrong_finite_differences(generator, discriminator, latents, g_loss):
    """Forward differences in float32 with 1e-3 (a norm of 1e-7 drowns)."""
    twin = copy.deepcopy(generator)
    total = 0.0
    with torch.no_grad():

        def loss():
            s = discriminator(twin(latents))[:, 0]
            return float(g_loss(s, s))

        start = loss()
        for p in twin.parameters():
            for i in range(p.numel()):
                p.view(-1)[i] += 1e-3
                total += ((loss() - start) / 1e-3) ** 2
                p.view(-1)[i] -= 1e-3
    return math.sqrt(total)


def _loss(generator, discriminator, latents, g_loss):
    scores = discriminator(generator(latents)).flatten()
    return g_loss(scores, scores)


def right_autograd(generator, discriminator, latents, g_loss):
    slopes = torch.autograd.grad(_loss(generator, discriminator, latents, g_loss), list(generator.parameters()))
    return torch.cat([slope.flatten() for slope in slopes]).norm()


def right_backward(generator, discriminator, latents, g_loss):
    generator.zero_grad()
    _loss(generator, discriminator, latents, g_loss).backward()
    return sum(float(weight.grad.square().sum()) for weight in generator.parameters()) ** 0.5


def right_clip(generator, discriminator, latents, g_loss):
    for weight in generator.parameters():
        weight.grad = None
    _loss(generator, discriminator, latents, g_loss).backward()
    return torch.nn.utils.clip_grad_norm_(generator.parameters(), float("inf")).item()


def wrong_stale(generator, discriminator, latents, g_loss):
    """backward() fills .grad, whatever was in it."""
    _loss(generator, discriminator, latents, g_loss).backward()
    return torch.stack([weight.grad.norm() for weight in generator.parameters()]).norm()


def wrong_discriminator(generator, discriminator, latents, g_loss):
    """The gradient comes from the discriminator."""
    slopes = torch.autograd.grad(_loss(generator, discriminator, latents, g_loss), list(discriminator.parameters()))
    return torch.cat([slope.flatten() for slope in slopes]).norm()


def wrong_squared(generator, discriminator, latents, g_loss):
    """The root does not matter."""
    return right_autograd(generator, discriminator, latents, g_loss) ** 2


def wrong_epsilon(generator, discriminator, latents, g_loss):
    """A little ε never hurts."""
    return right_autograd(generator, discriminator, latents, g_loss) + 1e-6


def wrong_column(generator, discriminator, latents, g_loss):
    """Scores may keep their column."""
    scores = discriminator(generator(latents))
    slopes = torch.autograd.grad(g_loss(scores, scores).sum(), list(generator.parameters()))
    return torch.cat([slope.flatten() for slope in slopes]).norm()
