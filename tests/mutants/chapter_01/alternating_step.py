"""Student answers to `alternating_step(...)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch import nn
from torch.nn.functional import softplus


def _d(s_real, s_fake):
    return softplus(-s_real).mean() + softplus(s_fake).mean()


def _g(s_fake):
    return softplus(-s_fake).mean()


def right_plain(generator, discriminator, opt_g, opt_d, real, draw_latents):
    fake = generator(draw_latents()).detach()
    loss_d = _d(discriminator(real), discriminator(fake))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = _g(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def right_no_grad_and_bce(generator, discriminator, opt_g, opt_d, real, draw_latents):
    loss = nn.BCEWithLogitsLoss()
    opt_d.zero_grad()
    with torch.no_grad():
        fake = generator(draw_latents())
    s_real, s_fake = discriminator(real), discriminator(fake)
    loss_d = loss(s_real, torch.ones_like(s_real)) + loss(s_fake, torch.zeros_like(s_fake))
    loss_d.backward()
    opt_d.step()
    for weight in discriminator.parameters():
        weight.requires_grad_(False)
    opt_g.zero_grad()
    score = discriminator(generator(draw_latents()))
    loss_g = loss(score, torch.ones_like(score))
    loss_g.backward()
    opt_g.step()
    for weight in discriminator.parameters():
        weight.requires_grad_(True)
    return loss_d.item(), loss_g.item()


def right_autograd(generator, discriminator, opt_g, opt_d, real, draw_latents):
    def follow(loss, net, opt):
        weights = list(net.parameters())
        for weight, slope in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.grad = slope
        opt.step()
        return loss.detach()

    fake = generator(draw_latents()).detach()
    both = discriminator(torch.cat((real, fake)))
    loss_d = follow(_d(both[: len(real)], both[len(real) :]), discriminator, opt_d)
    return loss_d, follow(_g(discriminator(generator(draw_latents()))), generator, opt_g)


def right_two_backwards(generator, discriminator, opt_g, opt_d, real, draw_latents):
    opt_d.zero_grad(set_to_none=False)
    real_part = softplus(-discriminator(real)).mean()
    real_part.backward()
    fake_part = softplus(discriminator(generator(draw_latents()).detach())).mean()
    fake_part.backward()
    opt_d.step()
    opt_g.zero_grad(set_to_none=False)
    loss_g = _g(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    return (real_part + fake_part).detach(), loss_g.detach()


def wrong_zero_at_the_end(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Clear each gradient when it has been used."""
    loss_d = _d(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    opt_d.step()
    opt_d.zero_grad()
    loss_g = _g(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    opt_g.zero_grad()
    return loss_d, loss_g


def wrong_player(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Copied the first half and changed the loss."""
    loss_d = _d(discriminator(real), discriminator(generator(draw_latents()).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = _g(discriminator(generator(draw_latents())))
    opt_d.zero_grad()
    loss_g.backward()
    opt_d.step()
    return loss_d, loss_g


def wrong_not_detached(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Each optimiser moves its own player anyway."""
    opt_d.zero_grad()
    opt_g.zero_grad()
    loss_d = _d(discriminator(real), discriminator(generator(draw_latents())))
    loss_d.backward()
    opt_d.step()
    loss_g = _g(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_not_detached_but_zeroed(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The gradient that arrives in G is cleared before it does harm."""
    loss_d = _d(discriminator(real), discriminator(generator(draw_latents())))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = _g(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_simultaneous(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Both losses first, then both updates."""
    loss_d = _d(discriminator(real), discriminator(generator(draw_latents()).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    kept = [weight.grad.clone() for weight in discriminator.parameters()]
    loss_g = _g(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    for weight, slope in zip(discriminator.parameters(), kept, strict=True):
        weight.grad = slope
    opt_d.step()
    opt_g.step()
    return loss_d, loss_g


def wrong_same_latents(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """One batch of noise is enough."""
    z = draw_latents()
    loss_d = _d(discriminator(real), discriminator(generator(z).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = _g(discriminator(generator(z)))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_detached_for_g(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Detach generated samples, always."""
    loss_d = _d(discriminator(real), discriminator(generator(draw_latents()).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = _g(discriminator(generator(draw_latents()).detach()))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_step_before_backward(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The order of two lines does not matter."""
    loss_d = _d(discriminator(real), discriminator(generator(draw_latents()).detach()))
    opt_d.step()
    opt_d.zero_grad()
    loss_d.backward()
    loss_g = _g(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g
