"""Student answers to `generator_loss(s_real, s_fake)`: `right_*` meet the statement."""

import torch
from torch.nn import functional as F


def right_softplus(s_real, s_fake):
    return F.softplus(-s_fake).mean()


def right_bce(s_real, s_fake):
    return F.binary_cross_entropy_with_logits(s_fake, torch.ones_like(s_fake))


def right_logsigmoid(s_real, s_fake):
    return -F.logsigmoid(s_fake).mean(-1)


def right_logaddexp(s_real, s_fake):
    return torch.logaddexp(torch.zeros_like(s_fake), -s_fake).sum() / s_fake.numel()


def wrong_saturating(s_real, s_fake):
    """log(1 − D) is the paper's formula."""
    return -F.softplus(s_fake).mean()


def wrong_epsilon(s_real, s_fake):
    """ε keeps the logarithm finite."""
    return -torch.log(torch.sigmoid(s_fake) + 1e-8).mean()


def wrong_sign(s_real, s_fake):
    """Minimise log D."""
    return F.logsigmoid(s_fake).mean()


def wrong_sum(s_real, s_fake):
    """Sums and means are the same to Adam."""
    return F.softplus(-s_fake).sum()


def wrong_clamped(s_real, s_fake):
    """Clamping the logits keeps them finite."""
    return F.softplus(-s_fake.clamp(-50, 50)).mean()


def wrong_ratio_detached(s_real, s_fake):
    """Saturating, multiplied by e^-s to mend the slope."""
    return (-F.softplus(s_fake) * torch.exp(-s_fake.detach())).mean()
