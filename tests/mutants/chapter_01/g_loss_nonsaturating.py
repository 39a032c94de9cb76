"""Student answers to `g_loss_nonsaturating(s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch.nn import functional as F


def right_softplus(s_fake):
    return F.softplus(-s_fake).mean()


def right_logsigmoid(s_fake):
    return torch.mean(-F.logsigmoid(s_fake))


def right_bce(s_fake):
    return F.binary_cross_entropy_with_logits(s_fake, torch.ones_like(s_fake))


def wrong_naive(s_fake):
    """The formula as it stands."""
    return -torch.log(torch.sigmoid(s_fake)).mean()


def wrong_sum(s_fake):
    """Sums and means differ by a factor."""
    return F.softplus(-s_fake).sum()


def wrong_epsilon(s_fake):
    """A small number keeps the logarithm finite."""
    return -(torch.sigmoid(s_fake) + 1e-8).log().mean()


def wrong_minus_saturating(s_fake):
    """Turn the sign of the other loss."""
    return F.softplus(s_fake).mean()
