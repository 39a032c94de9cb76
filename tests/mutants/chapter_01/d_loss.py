"""Student answers to `d_loss(s_real, s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch import nn
from torch.nn import functional as F


def right_softplus(s_real, s_fake):
    return F.softplus(-s_real).mean() + F.softplus(s_fake).mean()


def right_bce_with_logits(s_real, s_fake):
    loss = nn.BCEWithLogitsLoss()
    return loss(s_real, torch.ones_like(s_real)) + loss(s_fake, torch.zeros_like(s_fake))


def right_logsigmoid(s_real, s_fake):
    return -(F.logsigmoid(s_real).sum() / s_real.numel() + F.logsigmoid(-s_fake).sum() / s_fake.numel())


def right_logaddexp(s_real, s_fake):
    zero = torch.zeros(())
    return torch.logaddexp(zero, -s_real).mean() + torch.logaddexp(zero, s_fake).mean()


def wrong_naive(s_real, s_fake):
    """The formula of the paper, as it stands."""
    return -torch.log(torch.sigmoid(s_real)).mean() - torch.log(1 - torch.sigmoid(s_fake)).mean()


def wrong_epsilon(s_real, s_fake):
    """A small number keeps the logarithm finite."""
    return -(torch.sigmoid(s_real) + 1e-8).log().mean() - (1 - torch.sigmoid(s_fake) + 1e-8).log().mean()


def wrong_bce_clamps(s_real, s_fake):
    """binary_cross_entropy takes care of infinities."""
    p, q = torch.sigmoid(s_real), torch.sigmoid(s_fake)
    return F.binary_cross_entropy(p, torch.ones_like(p)) + F.binary_cross_entropy(q, torch.zeros_like(q))


def wrong_labels(s_real, s_fake):
    """0 stands for real."""
    return F.softplus(s_real).mean() + F.softplus(-s_fake).mean()


def wrong_one_mean(s_real, s_fake):
    """One batch of both."""
    scores = torch.cat((s_real.flatten(), s_fake.flatten()))
    labels = torch.cat((torch.ones(s_real.numel()), torch.zeros(s_fake.numel())))
    return F.binary_cross_entropy_with_logits(scores, labels)


def wrong_detached(s_real, s_fake):
    """The generated samples are only data."""
    return F.softplus(-s_real).mean() + F.softplus(s_fake.detach()).mean()
