"""Student answers to `g_loss_saturating(s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch.nn import functional as F


def right_softplus(s_fake):
    return -F.softplus(s_fake).mean()


def right_logsigmoid(s_fake):
    return F.logsigmoid(-s_fake).mean()


def right_bce(s_fake):
    return -F.binary_cross_entropy_with_logits(s_fake, torch.zeros_like(s_fake))


def wrong_naive(s_fake):
    """The formula as it stands."""
    return torch.log(1 - torch.sigmoid(s_fake)).mean()


def wrong_sign(s_fake):
    """A loss is positive."""
    return F.softplus(s_fake).mean()


def wrong_other(s_fake):
    """Both are the same game."""
    return F.softplus(-s_fake).mean()


def wrong_clamp(s_fake):
    """Clamping keeps it finite."""
    return torch.log((1 - torch.sigmoid(s_fake)).clamp_min(1e-7)).mean()
