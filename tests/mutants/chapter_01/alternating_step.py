"""Student answers to `alternating_step(…)`: `right_*` meet the statement, `wrong_*` do not."""

import copy

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

import ganlab
from ganlab import TrainConfig


def d_loss(s_real, s_fake):
    """Answer exercise 1."""
    return softplus(-s_real).mean() + softplus(s_fake).mean()


def g_loss_saturating(s_fake):
    """Answer exercise 2."""
    return -softplus(s_fake).mean()


def g_loss_nonsaturating(s_fake):
    """Answer exercise 3."""
    return softplus(-s_fake).mean()


def update(opt, loss):
    """Move one player down the gradient of a loss."""
    opt.zero_grad()
    loss.backward()
    opt.step()


# ----------------------------------------------------------------------------------------------------------- right


def right_no_grad(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Generated samples for D are made without a graph; gradients are cleared by the modules."""
    with torch.no_grad():
        fake = generator(draw_latents())
    discriminator.zero_grad()
    loss_d = d_loss(discriminator(real), discriminator(fake))
    loss_d.backward()
    opt_d.step()
    generator.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    return loss_d.detach(), loss_g.detach()


def right_clears_everything_twice(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Both optimisers are cleared before each backward and once more at the end."""
    opt_g.zero_grad()
    opt_d.zero_grad()
    fake = generator(draw_latents()).detach()
    loss_d = d_loss(discriminator(real), discriminator(fake))
    loss_d.backward()
    opt_d.step()
    opt_g.zero_grad()
    opt_d.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    opt_g.zero_grad(set_to_none=False)
    opt_d.zero_grad(set_to_none=False)
    return loss_d, loss_g


def right_two_backwards(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D's two terms are sent back one after the other; their gradients add up."""
    fake = generator(draw_latents()).detach()
    opt_d.zero_grad()
    loss_real = softplus(-discriminator(real)).mean()
    loss_real.backward()
    loss_fake = softplus(discriminator(fake)).mean()
    loss_fake.backward()
    opt_d.step()
    opt_g.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    return loss_real + loss_fake, loss_g


def right_one_pass(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D scores real and generated samples in one batch, split after."""
    fake = generator(draw_latents()).detach()
    s_real, s_fake = discriminator(torch.cat([real, fake])).split([len(real), len(fake)])
    loss_d = d_loss(s_real, s_fake)
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def right_autograd_grad(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Gradients of one player only, put where its optimiser looks."""

    def move(network, opt, loss):
        weights = [w for w in network.parameters() if w.requires_grad]
        for w, g in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            w.grad = g
        opt.step()

    fake = generator(draw_latents()).detach()
    loss_d = d_loss(discriminator(real), discriminator(fake))
    move(discriminator, opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    move(generator, opt_g, loss_g)
    return loss_d, loss_g


def right_frozen_discriminator(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D's weights are frozen while G moves, and thawed after."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    discriminator.requires_grad_(False)
    try:
        loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
        update(opt_g, loss_g)
    finally:
        discriminator.requires_grad_(True)
    return loss_d, loss_g


def right_backward_inputs(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """`backward(inputs=…)` names the weights that get a gradient; no detach is needed."""
    for opt in (opt_g, opt_d):
        opt.zero_grad()
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents())))
    loss_d.backward(inputs=list(discriminator.parameters()))
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward(inputs=list(generator.parameters()))
    opt_g.step()
    return loss_d, loss_g


def right_both_draws_first(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Both latents are drawn at the start, D's first; G's samples are scored after D has moved."""
    z_d, z_g = draw_latents(), draw_latents()
    loss_d = d_loss(discriminator(real), discriminator(generator(z_d).detach()))
    update(opt_d, loss_d)
    fake = generator(z_g)
    loss_g = g_loss_nonsaturating(discriminator(fake))
    update(opt_g, loss_g)
    return loss_d, loss_g


def right_closures(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """`opt.step(closure)` computes the loss itself."""
    fake = generator(draw_latents()).detach()

    def discriminators():
        opt_d.zero_grad()
        loss = d_loss(discriminator(real), discriminator(fake))
        loss.backward()
        return loss

    loss_d = opt_d.step(discriminators)
    z = draw_latents()

    def generators():
        opt_g.zero_grad()
        loss = g_loss_nonsaturating(discriminator(generator(z)))
        loss.backward()
        return loss

    return loss_d, opt_g.step(generators)


def right_chain_rule_by_hand(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G's gradient goes back in two parts, through D to the samples and from the samples to G."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    fake = generator(draw_latents())
    leaf = fake.detach().requires_grad_(True)
    loss_g = g_loss_nonsaturating(discriminator(leaf))
    (slope,) = torch.autograd.grad(loss_g, leaf)
    opt_g.zero_grad()
    fake.backward(slope)
    opt_g.step()
    return loss_d, loss_g


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_stale_in_d(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Each optimiser is cleared after its own step."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    opt_d.step()
    opt_d.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    opt_g.zero_grad()
    return loss_d, loss_g


def wrong_all_cleared_at_the_end(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Cleared at the end, both start clean the next time (not the first time)."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    opt_d.zero_grad()
    opt_g.zero_grad()
    return loss_d, loss_g


def wrong_d_never_cleared(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Only G is cleared."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    opt_d.step()
    opt_g.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_g_never_cleared(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Detached samples leave nothing in G, so it needs no clearing."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_g_cleared_after_its_step(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G leaves no gradient behind; what it finds is none of its business."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    opt_g.zero_grad()
    return loss_d, loss_g


def wrong_cleared_before_step(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """zero_grad between backward and step."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    opt_d.zero_grad()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.zero_grad()
    opt_g.step()
    return loss_d, loss_g


def wrong_real_term_cleared(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Cleared before each backward, also between the two terms of D."""
    fake = generator(draw_latents()).detach()
    opt_d.zero_grad()
    loss_real = softplus(-discriminator(real)).mean()
    loss_real.backward()
    opt_d.zero_grad()
    loss_fake = softplus(discriminator(fake)).mean()
    loss_fake.backward()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_real + loss_fake, loss_g


def wrong_fake_not_detached(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G is cleared before its own backward anyway."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents())))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_not_detached_cleared_at_the_top(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Both cleared once at the top; D's loss then reaches G."""
    opt_d.zero_grad()
    opt_g.zero_grad()
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents())))
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_score_detached(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The score of generated samples is detached, not the samples: D learns from real ones only."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents())).detach())
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_detached_for_g(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Detach keeps the players apart, so it belongs in both losses."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents()).detach()))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_latents_reused(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """One draw serves both players."""
    z = draw_latents()
    loss_d = d_loss(discriminator(real), discriminator(generator(z).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(z)))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_fresh_latents_unused(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Two draws, but G is scored on the samples of the first."""
    fake = generator(draw_latents())
    loss_d = d_loss(discriminator(real), discriminator(fake.detach()))
    update(opt_d, loss_d)
    draw_latents()
    loss_g = g_loss_nonsaturating(discriminator(fake))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_draws_exchanged(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Two draws, G's first."""
    z_g, z_d = draw_latents(), draw_latents()
    loss_d = d_loss(discriminator(real), discriminator(generator(z_d).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(z_g)))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_third_draw(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """A draw is needed to know the shape of the latents."""
    latent_dim = draw_latents().shape[1]
    assert latent_dim > 0
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_drawn_once_too_often(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Losses to be shown need a batch of their own, after the updates."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    draw_latents()
    return loss_d, loss_g


def wrong_own_normal_latents(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Latents are standard normal, so `randn_like` of the first draw is a fresh draw."""
    z = draw_latents()
    loss_d = d_loss(discriminator(real), discriminator(generator(z).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(torch.randn_like(z))))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_shuffled_latents(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Fresh enough: the first latents in another order."""
    z = draw_latents()
    loss_d = d_loss(discriminator(real), discriminator(generator(z).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(z.flip(0))))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_g_first(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The generator begins."""
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    return loss_d, loss_g


def wrong_simultaneous(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Both gradients are taken at the old weights, then both players move."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    gradient_g = torch.autograd.grad(loss_g, list(generator.parameters()))
    update(opt_d, loss_d)
    opt_g.zero_grad()
    for w, g in zip(generator.parameters(), gradient_g, strict=True):
        w.grad = g
    opt_g.step()
    return loss_d, loss_g


def wrong_old_copy_of_d(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """A copy protects D while G learns (it was taken before D moved)."""
    judge = copy.deepcopy(discriminator)
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(judge(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_labels_swapped(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The arguments of d_loss exchanged."""
    loss_d = d_loss(discriminator(generator(draw_latents()).detach()), discriminator(real))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_optimisers_swapped(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The arguments are read in the other order: opt_d is taken for G's."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_g, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_d, loss_g)
    return loss_d, loss_g


def wrong_player(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D's optimiser acts on G's loss."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_d, loss_g)
    return loss_d, loss_g


def wrong_d_moves_again(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G's backward fills both networks, and both optimisers step."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    opt_d.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    opt_d.step()
    return loss_d, loss_g


def wrong_d_never_moves(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """opt_d.step() is forgotten."""
    opt_d.zero_grad()
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_g_never_moves(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """opt_g.step() is forgotten."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    opt_g.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    return loss_d, loss_g


def wrong_d_twice(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """One update of D on real samples, one on generated."""
    fake = generator(draw_latents()).detach()
    loss_real = softplus(-discriminator(real)).mean()
    update(opt_d, loss_real)
    loss_fake = softplus(discriminator(fake)).mean()
    update(opt_d, loss_fake)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_real + loss_fake, loss_g


def wrong_two_d_steps_on_one_gradient(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D has to be ahead: it steps twice along the same gradient."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_g_twice(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G moves twice so that D does not win."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    z = draw_latents()
    for _ in range(2):
        loss_g = g_loss_nonsaturating(discriminator(generator(z)))
        update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_saturating(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The minimax loss for G."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_saturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_g_wants_to_be_caught(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G minimises D's term for generated samples."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = softplus(discriminator(generator(draw_latents()))).mean()
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_g_ascends(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G maximises its loss, but the value returned is as asked."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, -loss_g)
    return loss_d, loss_g


def wrong_saturating_gradient_only(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The loss that is returned is not the loss that G was moved by."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    score = discriminator(generator(draw_latents()))
    update(opt_g, g_loss_saturating(score))
    return loss_d, g_loss_nonsaturating(score.detach())


def wrong_real_term_in_g(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G's loss is D's with the labels exchanged; the real term has no gradient in G, but is in the value."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = d_loss(discriminator(generator(draw_latents())), discriminator(real))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_halved(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D's loss is the mean of its terms, as in tutorials."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach())) / 2
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_gradient_halved(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D is slowed down by half its gradient; the loss is returned in full."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d / 2)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_smoothed_labels(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The real label is 0.9, as in every recipe."""
    s_real = discriminator(real)
    loss_d = binary_cross_entropy_with_logits(s_real, torch.full_like(s_real, 0.9))
    loss_d = loss_d + softplus(discriminator(generator(draw_latents()).detach())).mean()
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_no_fake_term(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D learns from real samples; the draw is made all the same."""
    draw_latents()
    loss_d = softplus(-discriminator(real)).mean()
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_no_real_term(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D learns to catch generated samples; `real` is not used."""
    loss_d = softplus(discriminator(generator(draw_latents()).detach())).mean()
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_first_sample_only(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """real[0] is the batch."""
    loss_d = d_loss(discriminator(real[:1]), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_real_passed_through_g(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Latents are compared with data: D sees z, not G(z), where the sizes agree."""
    z = draw_latents()
    fake = z if z.shape == real.shape else generator(z).detach()
    loss_d = d_loss(discriminator(real), discriminator(fake))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_noise_on_real(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """A little noise on the data helps."""
    loss_d = d_loss(
        discriminator(real + 0.1 * torch.randn_like(real)), discriminator(generator(draw_latents()).detach())
    )
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_real_normalised_in_place(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Data have to be centred first."""
    real -= real.mean(0)
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_returns_swapped(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G's loss is returned first, as its optimiser comes first."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_g, loss_d


def wrong_returns_sum(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """One number is the loss of the step."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d + loss_g


def wrong_returns_nothing(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The networks hold the result."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    update(opt_g, g_loss_nonsaturating(discriminator(generator(draw_latents()))))


def wrong_losses_after_the_step(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The losses that count are those at the end."""
    fake = generator(draw_latents()).detach()
    update(opt_d, d_loss(discriminator(real), discriminator(fake)))
    z = draw_latents()
    update(opt_g, g_loss_nonsaturating(discriminator(generator(z))))
    with torch.no_grad():
        return (
            d_loss(discriminator(real), discriminator(fake)),
            g_loss_nonsaturating(discriminator(generator(z))),
        )


def wrong_loss_g_after_its_update(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Only G's loss is computed again after the update."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    z = draw_latents()
    update(opt_g, g_loss_nonsaturating(discriminator(generator(z))))
    with torch.no_grad():
        loss_g = g_loss_nonsaturating(discriminator(generator(z)))
    return loss_d, loss_g


def wrong_loss_g_of_the_old_d(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G's loss is reported at the D that scored before its update; the updates are right."""
    z_d, z_g = draw_latents(), draw_latents()
    with torch.no_grad():
        reported = g_loss_nonsaturating(discriminator(generator(z_g)))
    loss_d = d_loss(discriminator(real), discriminator(generator(z_d).detach()))
    update(opt_d, loss_d)
    update(opt_g, g_loss_nonsaturating(discriminator(generator(z_g))))
    return loss_d, reported


def wrong_only_the_fake_term_returned(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The two terms are sent back one by one, and the last is returned."""
    fake = generator(draw_latents()).detach()
    opt_d.zero_grad()
    loss_d = softplus(-discriminator(real)).mean()
    loss_d.backward()
    loss_d = softplus(discriminator(fake)).mean()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_discriminator_left_frozen(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D is frozen for G's update (and stays so for the next step)."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    discriminator.requires_grad_(False)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_clipped(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Gradients are clipped for stability."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    torch.nn.utils.clip_grad_norm_(discriminator.parameters(), 0.1)
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    torch.nn.utils.clip_grad_norm_(generator.parameters(), 0.1)
    opt_g.step()
    return loss_d, loss_g


def wrong_weights_clamped(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """D's weights are kept small, as in the first WGAN."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    with torch.no_grad():
        for w in discriminator.parameters():
            w.clamp_(-0.1, 0.1)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_own_gradient_descent(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """A step of plain gradient descent with the optimiser's learning rate is what the optimiser does."""

    def move(network, opt, loss):
        weights = list(network.parameters())
        with torch.no_grad():
            for w, g in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                w -= opt.param_groups[0]["lr"] * g

    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    move(discriminator, opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    move(generator, opt_g, loss_g)
    return loss_d, loss_g


def wrong_new_optimisers(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Adam is built anew in each step, and forgets its moments."""
    opt_d = torch.optim.Adam(discriminator.parameters(), lr=opt_d.param_groups[0]["lr"])
    opt_g = torch.optim.Adam(generator.parameters(), lr=opt_g.param_groups[0]["lr"])
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_sum_over_the_batch(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Sums instead of means."""
    loss_d = softplus(-discriminator(real)).sum() + softplus(discriminator(generator(draw_latents()).detach())).sum()
    update(opt_d, loss_d)
    loss_g = softplus(-discriminator(generator(draw_latents()))).sum()
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_one_half_step_each(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Alternating means that the players take turns from call to call."""
    turn = getattr(discriminator, "turn", 0)
    discriminator.turn = turn + 1
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    if turn % 2 == 0:
        update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    if turn % 2 == 1:
        update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_training_again(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """`ganlab.train` knows how."""
    record = ganlab.train(ganlab.ring(), TrainConfig(seeds=1, steps=1, batch_size=len(real), snapshots=0)).record
    return record.loss_d[0, -1], record.loss_g[0, -1]


def wrong_library_losses(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The right step, with the losses of the library, which is out of reach."""
    pair = ganlab.LOSSES["nonsaturating"]
    loss_d = pair.d(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = pair.g(None, discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_d_step_with_cleared_gradients(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Both optimisers step at the end; D's gradients are zeros, so nothing happens (Adam's moments move D all the same)."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    opt_d.zero_grad(set_to_none=False)
    opt_d.step()
    opt_g.step()
    return loss_d, loss_g


def wrong_g_step_with_cleared_gradients(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """A shared loop steps every optimiser after every backward; G's zeros do no harm (Adam's moments do)."""
    opt_g.zero_grad(set_to_none=False)
    opt_d.zero_grad()
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    opt_d.step()
    opt_g.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_learning_rate_decays(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """A schedule is part of every training loop."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    for opt in (opt_d, opt_g):
        opt.param_groups[0]["lr"] *= 0.9
    return loss_d, loss_g


def wrong_real_without_gradient(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Data need no graph, so their scores are computed without one."""
    with torch.no_grad():
        s_real = discriminator(real)
    loss_d = d_loss(s_real, discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_reseeded(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Reproducible: the seed is set before each draw (two draws from torch's own generator are then one)."""
    torch.manual_seed(0)
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    torch.manual_seed(0)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_first_batch_for_ever(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The batch is kept with the discriminator, to save a copy."""
    if not hasattr(discriminator, "data"):
        discriminator.data = real
    loss_d = d_loss(discriminator(discriminator.data), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_frozen_generator(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G is frozen for D's update, and thawed only after the second draw was generated."""
    generator.requires_grad_(False)
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents())))
    update(opt_d, loss_d)
    fake = generator(draw_latents())
    generator.requires_grad_(True)
    loss_g = g_loss_nonsaturating(discriminator(fake))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_returns_with_a_dimension(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """mean(0) of (B, 1) scores is the mean."""
    loss_d = softplus(-discriminator(real)).mean(0) + softplus(discriminator(generator(draw_latents()).detach())).mean(
        0
    )
    update(opt_d, loss_d)
    loss_g = softplus(-discriminator(generator(draw_latents()))).mean(0)
    update(opt_g, loss_g)
    return loss_d, loss_g


def right_generator_frozen_and_thawed(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """G is frozen for D's update, instead of a detach."""
    generator.requires_grad_(False)
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents())))
    generator.requires_grad_(True)
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_closure_not_detached(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """`opt.step(closure)` sees to its own player's gradients."""
    z_d, z_g = draw_latents(), draw_latents()

    def discriminators():
        opt_d.zero_grad()
        loss = d_loss(discriminator(real), discriminator(generator(z_d)))
        loss.backward()
        return loss

    def generators():
        opt_g.zero_grad()
        loss = g_loss_nonsaturating(discriminator(generator(z_g)))
        loss.backward()
        return loss

    return opt_d.step(discriminators), opt_g.step(generators)


# ----------------------------------------------------------------------------------------- by the check's author


def right_plain(generator, discriminator, opt_g, opt_d, real, draw_latents):
    fake = generator(draw_latents()).detach()
    loss_d = d_loss(discriminator(real), discriminator(fake))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
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
    loss_d = follow(d_loss(both[: len(real)], both[len(real) :]), discriminator, opt_d)
    return loss_d, follow(g_loss_nonsaturating(discriminator(generator(draw_latents()))), generator, opt_g)


def wrong_zero_at_the_end(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Clear each gradient when it has been used."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    opt_d.step()
    opt_d.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    opt_g.zero_grad()
    return loss_d, loss_g


def wrong_not_detached(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Each optimiser moves its own player anyway."""
    opt_d.zero_grad()
    opt_g.zero_grad()
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents())))
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_not_detached_but_zeroed(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The gradient that arrives in G is cleared before it does harm."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents())))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_same_latents(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """One batch of noise is enough."""
    z = draw_latents()
    loss_d = d_loss(discriminator(real), discriminator(generator(z).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss_nonsaturating(discriminator(generator(z)))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g


def wrong_step_before_backward(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """The order of two lines does not matter."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    opt_d.step()
    opt_d.zero_grad()
    loss_d.backward()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g
