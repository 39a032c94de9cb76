"""Student answers to `gradient_norm(generator, discriminator, latents, g_loss)`: `right_*` meet the statement."""

import torch


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


def right_functional(generator, discriminator, latents, g_loss):
    weights = dict(generator.named_parameters())

    def loss(own):
        scores = discriminator(torch.func.functional_call(generator, own, (latents,)))[:, 0]
        return g_loss(torch.zeros_like(scores), scores)

    return torch.stack([slope.norm() for slope in torch.func.grad(loss)(weights).values()]).norm()


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


def wrong_sum_of_norms(generator, discriminator, latents, g_loss):
    """Norms of the layers add up."""
    slopes = torch.autograd.grad(_loss(generator, discriminator, latents, g_loss), list(generator.parameters()))
    return sum(slope.norm() for slope in slopes)


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
