"""Student answers to `relativistic_d(s_real, s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
import torch.nn.functional as F


def right_plain(s_real, s_fake):
    return F.softplus(s_fake - s_real).mean()


def right_logsigmoid(s_real, s_fake):
    return -F.logsigmoid(s_real - s_fake).sum() / s_real.numel()


def right_entropy(s_real, s_fake):
    gap = s_real - s_fake
    return F.binary_cross_entropy_with_logits(gap, torch.ones_like(gap))


def right_logaddexp(s_real, s_fake):
    return torch.logaddexp(torch.zeros_like(s_real), s_fake - s_real).mean()


def wrong_exchanged(s_real, s_fake):
    """Real minus fake is what D wants large, so it is the loss."""
    return F.softplus(s_real - s_fake).mean()


def wrong_ordinary(s_real, s_fake):
    """The discriminator's loss is cross-entropy."""
    return F.softplus(-s_real).mean() + F.softplus(s_fake).mean()


def wrong_average(s_real, s_fake):
    """Relativistic means: against the batch's mean."""
    return F.softplus(s_fake.mean() - s_real).mean() + F.softplus(s_fake - s_real.mean()).mean()


def wrong_means_first(s_real, s_fake):
    """The mean of the scores is as good as the mean of the losses."""
    return F.softplus(s_fake.mean() - s_real.mean())


def wrong_all_pairs(s_real, s_fake):
    """Every real with every fake."""
    return F.softplus(s_fake[:, None] - s_real[None, :]).mean()


def wrong_sum(s_real, s_fake):
    """Sums and means differ by a factor."""
    return F.softplus(s_fake - s_real).sum()


def wrong_log_sigmoid(s_real, s_fake):
    """The formula as it is printed."""
    return -torch.log(torch.sigmoid(s_real - s_fake) + 1e-8).mean()


def wrong_log_exp(s_real, s_fake):
    """Softplus by hand."""
    return torch.log(1 + torch.exp(s_fake - s_real)).mean()


def wrong_detached_fake(s_real, s_fake):
    """G must not be trained here."""
    return F.softplus(s_fake.detach() - s_real).mean()


def wrong_detached_real(s_real, s_fake):
    """Real data needs no gradient."""
    return F.softplus(s_fake - s_real.detach()).mean()


def wrong_sorted(s_real, s_fake):
    """Pairs should be alike."""
    return F.softplus(s_fake.sort().values - s_real.sort().values).mean()


def wrong_wasserstein(s_real, s_fake):
    """Only the difference counts."""
    return (s_fake - s_real).mean()


def wrong_batch(s_real, s_fake):
    """The mean comes later."""
    return F.softplus(s_fake - s_real)
