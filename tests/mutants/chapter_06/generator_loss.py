"""Student answers to `generator_loss(s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
import torch.nn.functional as F


def right_plain(s_fake):
    return -s_fake.mean()


def right_mean_of_negatives(s_fake):
    return (-s_fake).mean()


def right_sum(s_fake):
    return torch.neg(s_fake.sum()) / s_fake.shape[0]


def wrong_sign(s_fake):
    """The generator wants the critic to fail, so its score is the loss."""
    return s_fake.mean()


def wrong_sum(s_fake):
    """Sums and means differ by a factor."""
    return -s_fake.sum()


def wrong_nonsaturating(s_fake):
    """The non-saturating loss is always right for G."""
    return F.softplus(-s_fake).mean()


def wrong_saturating(s_fake):
    """The minimax loss of the first paper."""
    return -F.softplus(s_fake).mean()


def wrong_sigmoid(s_fake):
    """Scores become probabilities first."""
    return -torch.sigmoid(s_fake).mean()


def wrong_log_sigmoid(s_fake):
    """Log-likelihood of being real."""
    return -torch.log(torch.sigmoid(s_fake) + 1e-8).mean()


def wrong_squares(s_fake):
    """Least squares towards 1."""
    return (s_fake - 1).square().mean()


def wrong_absolute(s_fake):
    """A loss is positive."""
    return s_fake.mean().abs()


def wrong_hinge(s_fake):
    """A margin for G as for D."""
    return F.relu(1 - s_fake).mean()


def wrong_median(s_fake):
    """The median is a robust mean."""
    return -s_fake.median()


def wrong_detached(s_fake):
    """The critic must not be trained here."""
    return -s_fake.detach().mean()


def wrong_item(s_fake):
    """A loss is a number."""
    return -s_fake.mean().item()


def wrong_batch(s_fake):
    """The mean comes later."""
    return -s_fake


def wrong_shape_one(s_fake):
    """One number is a tensor of one element."""
    return -s_fake.mean(0, keepdim=True)


def wrong_half(s_fake):
    """Half of the critic's loss is G's."""
    return -0.5 * s_fake.mean()


def wrong_max(s_fake):
    """The best sample is what counts."""
    return -s_fake.max()


def wrong_clamped(s_fake):
    """Clipping keeps it stable."""
    return -s_fake.clamp(-1, 1).mean()


def wrong_unbiased(s_fake):
    """A sample mean has n - 1 in its denominator."""
    return -s_fake.sum() / max(1, len(s_fake) - 1)


def wrong_reference(s_fake):
    """ganlab has it already."""
    from ganlab.objectives.losses import LOSSES

    return LOSSES["wasserstein"].g(s_fake, s_fake)


def wrong_nothing(s_fake):
    """The gradient comes from the critic."""
    return None
