"""Student answers to `critic_loss(s_real, s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
import torch.nn.functional as F


def right_plain(s_real, s_fake):
    return s_fake.mean() - s_real.mean()


def right_negated(s_real, s_fake):
    return -(torch.mean(s_real) - torch.mean(s_fake))


def right_by_hand(s_real, s_fake):
    return s_fake.sum() / len(s_fake) - s_real.sum() / len(s_real)


def right_einsum(s_real, s_fake):
    return torch.einsum("i->", s_fake) / s_fake.numel() - torch.einsum("i->", s_real) / s_real.numel()


def wrong_sign(s_real, s_fake):
    """The critic maximises the difference, so it is the loss."""
    return s_real.mean() - s_fake.mean()


def wrong_sum(s_real, s_fake):
    """Sums and means differ by a factor that the learning rate absorbs."""
    return s_fake.sum() - s_real.sum()


def wrong_absolute(s_real, s_fake):
    """A distance cannot be negative."""
    return (s_fake.mean() - s_real.mean()).abs()


def wrong_cross_entropy(s_real, s_fake):
    """A discriminator's loss is cross-entropy."""
    return F.softplus(-s_real).mean() + F.softplus(s_fake).mean()


def wrong_sigmoid(s_real, s_fake):
    """Scores become probabilities first."""
    return torch.sigmoid(s_fake).mean() - torch.sigmoid(s_real).mean()


def wrong_hinge(s_real, s_fake):
    """Hinge is the Wasserstein loss."""
    return F.relu(1 - s_real).mean() + F.relu(1 + s_fake).mean()


def wrong_squares(s_real, s_fake):
    """Least squares is the Wasserstein loss."""
    return (s_real - 1).square().mean() + s_fake.square().mean()


def wrong_half(s_real, s_fake):
    """Two terms are averaged."""
    return 0.5 * (s_fake.mean() - s_real.mean())


def wrong_paired(s_real, s_fake):
    """The batches have the same size, so the difference can be taken sample by sample."""
    return (s_fake - s_real).mean()


def wrong_added(s_real, s_fake):
    """Both terms are added."""
    return s_fake.mean() + s_real.mean()


def wrong_median(s_real, s_fake):
    """The median is a robust mean."""
    return s_fake.median() - s_real.median()


def wrong_detached_real(s_real, s_fake):
    """Real data needs no gradient."""
    return s_fake.mean() - s_real.detach().mean()


def wrong_detached_fake(s_real, s_fake):
    """Fakes are detached in the critic's step."""
    return s_fake.detach().mean() - s_real.mean()


def wrong_item(s_real, s_fake):
    """A loss is a number."""
    return (s_fake.mean() - s_real.mean()).item()


def wrong_keeps_the_batch(s_real, s_fake):
    """The mean comes later."""
    return s_fake - s_real.mean()


def wrong_shape_one(s_real, s_fake):
    """One number is a tensor of one element."""
    return (s_fake.mean() - s_real.mean())[None]


def wrong_clipped(s_real, s_fake):
    """Clipping the scores keeps the critic Lipschitz."""
    return s_fake.clamp(-1, 1).mean() - s_real.clamp(-1, 1).mean()


def wrong_only_fake(s_real, s_fake):
    """The real term is a constant."""
    return s_fake.mean()


def wrong_in_place(s_real, s_fake):
    """In place saves memory."""
    s_fake -= s_real.mean()
    return s_fake.mean()


def wrong_reference(s_real, s_fake):
    """ganlab has it already."""
    import ganlab

    return ganlab.LOSSES["wasserstein"].d(s_real, s_fake)


def wrong_not_written(s_real, s_fake):
    """Left for later."""
    raise NotImplementedError
