"""Student answers to `best_logit(log_ratio, real_label, fake_label)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch


def right_ratio(log_ratio, real_label, fake_label):
    r = log_ratio.exp()
    return (real_label * r + fake_label).log() - ((1 - real_label) * r + 1 - fake_label).log()


def right_logaddexp(log_ratio, real_label, fake_label):
    def log(x):
        return torch.tensor(math.log(x) if x > 0 else -math.inf)

    up = torch.logaddexp(log(real_label) + log_ratio, log(fake_label))
    return up - torch.logaddexp(log(1 - real_label) + log_ratio, log(1 - fake_label))


def right_densities(log_ratio, real_label, fake_label):
    p, q = torch.exp(log_ratio / 2), torch.exp(-log_ratio / 2)
    return torch.log((real_label * p + fake_label * q) / ((1 - real_label) * p + (1 - fake_label) * q))


def wrong_probability(log_ratio, real_label, fake_label):
    """The best D is a probability."""
    r = log_ratio.exp()
    return (real_label * r + fake_label) / (r + 1)


def wrong_through_probability(log_ratio, real_label, fake_label):
    """A logit comes from a probability."""
    return torch.logit(wrong_probability(log_ratio, real_label, fake_label))


def wrong_one_sided(log_ratio, real_label, fake_label):
    """Only the real label matters."""
    return right_ratio(log_ratio, real_label, 0.0)


def wrong_label(log_ratio, real_label, fake_label):
    """The best logit is the label's."""
    return torch.full_like(log_ratio, math.log(real_label / max(1 - real_label, 1e-6))) + 0 * log_ratio


def wrong_scaled(log_ratio, real_label, fake_label):
    """Labels shrink the logit."""
    return (real_label - fake_label) * log_ratio


def wrong_exchanged(log_ratio, real_label, fake_label):
    """The ratio is q/p."""
    return right_ratio(-log_ratio, real_label, fake_label)
