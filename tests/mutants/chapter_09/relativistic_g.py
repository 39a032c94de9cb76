"""Student answers to `relativistic_g(s_real, s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
import torch.nn.functional as F


def right_plain(s_real, s_fake):
    return F.softplus(s_real - s_fake).mean()


def right_detached_real(s_real, s_fake):
    return -F.logsigmoid(s_fake - s_real.detach()).mean()


def right_entropy(s_real, s_fake):
    gap = s_fake - s_real
    return F.binary_cross_entropy_with_logits(gap, torch.ones_like(gap), reduction="sum") / len(gap)


def right_logaddexp(s_real, s_fake):
    return torch.logaddexp(torch.zeros_like(s_fake), s_real - s_fake).mean()


def wrong_exchanged(s_real, s_fake):
    """Both players share the loss."""
    return F.softplus(s_fake - s_real).mean()


def wrong_negated(s_real, s_fake):
    """A game of zero sum: the negative of D's loss."""
    return -F.softplus(s_fake - s_real).mean()


def wrong_nonsaturating(s_real, s_fake):
    """The generator does not see real samples."""
    return F.softplus(-s_fake).mean()


def wrong_both(s_real, s_fake):
    """Labels exchanged in cross-entropy."""
    return F.softplus(s_real).mean() + F.softplus(-s_fake).mean()


def wrong_means_first(s_real, s_fake):
    """The mean of the scores is as good as the mean of the losses."""
    return F.softplus(s_real.mean() - s_fake.mean())


def wrong_against_mean(s_real, s_fake):
    """Relativistic means: against the mean of the real scores."""
    return F.softplus(s_real.mean() - s_fake).mean()


def wrong_sum(s_real, s_fake):
    """Sums and means differ by a factor."""
    return F.softplus(s_real - s_fake).sum()


def wrong_detached(s_real, s_fake):
    """D must not be trained here."""
    return F.softplus(s_real - s_fake.detach()).mean()


def wrong_clamped(s_real, s_fake):
    """Large scores overflow."""
    return F.softplus((s_real - s_fake).clamp(-50, 50)).mean()


def wrong_log_sigmoid(s_real, s_fake):
    """The formula as it is printed."""
    return -torch.log(torch.sigmoid(s_fake - s_real)).mean()


def wrong_hinge(s_real, s_fake):
    """A margin is as good."""
    return F.relu(1 + s_real - s_fake).mean()


def wrong_soft_margin(s_real, s_fake):
    """Torch's own loss of this formula; its exp overflows."""
    return F.soft_margin_loss(s_fake - s_real, torch.ones_like(s_fake))
