"""Student answers to `one_sided_loss(s_real, s_fake, real_label)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
import torch.nn.functional as F


def right_softplus(s_real, s_fake, real_label):
    real = real_label * F.softplus(-s_real) + (1 - real_label) * F.softplus(s_real)
    return real.mean() + F.softplus(s_fake).mean()


def right_targets(s_real, s_fake, real_label):
    real = F.binary_cross_entropy_with_logits(s_real, torch.full_like(s_real, real_label))
    return real + F.binary_cross_entropy_with_logits(s_fake, torch.zeros_like(s_fake))


def right_short(s_real, s_fake, real_label):
    return (F.softplus(s_real) - real_label * s_real).mean() - F.logsigmoid(-s_fake).mean()


def wrong_both_sides(s_real, s_fake, real_label):
    """Both labels move."""
    fake = F.binary_cross_entropy_with_logits(s_fake, torch.full_like(s_fake, 1 - real_label))
    return F.binary_cross_entropy_with_logits(s_real, torch.full_like(s_real, real_label)) + fake


def wrong_scaled(s_real, s_fake, real_label):
    """A label of 0.9 weighs 0.9."""
    return real_label * F.softplus(-s_real).mean() + F.softplus(s_fake).mean()


def wrong_logs(s_real, s_fake, real_label):
    """Cross-entropy is made of logarithms of probabilities."""
    p, q = torch.sigmoid(s_real), torch.sigmoid(s_fake)
    return -(real_label * p.log() + (1 - real_label) * (1 - p).log()).mean() - (1 - q).log().mean()


def wrong_fixed(s_real, s_fake, real_label):
    """The label is 0.9."""
    return right_softplus(s_real, s_fake, 0.9)


def wrong_clamped(s_real, s_fake, real_label):
    """Clamped logits are finite."""
    return right_softplus(s_real.clamp(-20, 20), s_fake.clamp(-20, 20), real_label)


def wrong_one_mean(s_real, s_fake, real_label):
    """One mean over both batches."""
    scores = torch.cat((s_real, s_fake))
    targets = torch.cat((torch.full_like(s_real, real_label), torch.zeros_like(s_fake)))
    return F.binary_cross_entropy_with_logits(scores, targets)
