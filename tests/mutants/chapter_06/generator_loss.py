"""Student answers to `generator_loss(s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
import torch.nn.functional as F
from torch.nn import functional

# ----------------------------------------------------------------------------------------------------------- right


def right_mean(s_fake):
    """Minus the mean."""
    return -s_fake.mean()


def right_mean_of_negatives(s_fake):
    """The mean of the negated scores, over the named axis."""
    return torch.mean(torch.neg(s_fake), dim=0)


def right_sum(s_fake):
    """A sum over the size."""
    return 0 - s_fake.sum() / s_fake.numel()


def right_dot(s_fake):
    """A dot product with equal weights."""
    return s_fake @ torch.full_like(s_fake, -1 / len(s_fake))


def right_loop(s_fake):
    """Scores taken off one by one."""
    total = s_fake.new_zeros(())
    for score in s_fake:
        total = total - score
    return total / len(s_fake)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_sign(s_fake):
    """The mean score is what matters."""
    return s_fake.mean()


def wrong_sum(s_fake):
    """A sum instead of a mean."""
    return -s_fake.sum()


def wrong_non_saturating(s_fake):
    """The loss of chapter 01."""
    return functional.softplus(-s_fake).mean()


def wrong_saturating(s_fake):
    """The minimax loss."""
    return -functional.softplus(s_fake).mean()


def wrong_probability(s_fake):
    """The mean probability of being real."""
    return -s_fake.sigmoid().mean()


def wrong_tanh(s_fake):
    """A bounded score."""
    return -s_fake.tanh().mean()


def wrong_absolute(s_fake):
    """Large scores of either sign."""
    return -s_fake.abs().mean()


def wrong_absolute_mean(s_fake):
    """A loss is positive."""
    return s_fake.mean().abs()


def wrong_squared(s_fake):
    """Squares, as in least squares."""
    return -s_fake.square().mean()


def wrong_towards_one(s_fake):
    """Fakes should score 1."""
    return (s_fake - 1).square().mean()


def wrong_hinge(s_fake):
    """Beyond a margin nothing is gained."""
    return (1 - s_fake).relu().mean()


def wrong_constant_added(s_fake):
    """1 minus the mean, so that a good generator has loss 0."""
    return 1 - s_fake.mean()


def wrong_only_negative_scores(s_fake):
    """Only samples with negative scores need to move."""
    return (-s_fake).relu().mean()


def wrong_halved(s_fake):
    """Half of the critic's loss."""
    return -0.5 * s_fake.mean()


def wrong_median(s_fake):
    """The typical sample."""
    return -s_fake.median()


def wrong_best(s_fake):
    """The best sample."""
    return -s_fake.max()


def wrong_worst(s_fake):
    """The worst sample."""
    return -s_fake.min()


def wrong_detached(s_fake):
    """The critic is frozen, so its scores are detached."""
    return -s_fake.detach().mean()


def wrong_number(s_fake):
    """A plain number."""
    return -s_fake.mean().item()


def wrong_fresh_tensor(s_fake):
    """A plain number in a new tensor that asks for a gradient."""
    return torch.tensor(-s_fake.mean().item(), requires_grad=True)


def wrong_shape_of_one(s_fake):
    """One number, in a row."""
    return -s_fake.mean().reshape(1)


def wrong_a_loss_a_sample(s_fake):
    """The trainer takes the mean."""
    return -s_fake


def wrong_fixed_batch(s_fake):
    """The batch has 64 samples."""
    return -s_fake.sum() / 64


def wrong_clamped(s_fake):
    """Scores are clamped to ±100 against overflow."""
    return -s_fake.clamp(-100, 100).mean()


def wrong_limited(s_fake):
    """The loss must not run away."""
    return (-s_fake.mean()).clamp(-10, 10)


def wrong_logarithm(s_fake):
    """The logarithm of the mean probability."""
    return -s_fake.sigmoid().mean().log()


def wrong_standardised(s_fake):
    """Scores have no scale, so their spread is divided out."""
    return -s_fake.mean() / (s_fake.std(correction=0) + 1e-8)


def wrong_in_place(s_fake):
    """The scores are negated where they lie."""
    s_fake.data.neg_()
    return s_fake.mean()


def wrong_unbiased(s_fake):
    """M − 1 for an unbiased mean."""
    return -s_fake.sum() / max(len(s_fake) - 1, 1)


def wrong_root_mean_square(s_fake):
    """The size of the scores, with its sign lost."""
    return -s_fake.square().mean().sqrt()


def wrong_sign_of_the_gradient(s_fake):
    """The value is negated by a constant, the gradient is not."""
    return s_fake.mean() - 2 * s_fake.mean().detach()


def wrong_first(s_fake):
    """One sample stands for all."""
    return -s_fake[0]


# ----------------------------------------------------------------------------------------------------------- more


def right_plain(s_fake):
    return -s_fake.mean()


def wrong_nonsaturating(s_fake):
    """The non-saturating loss is always right for G."""
    return F.softplus(-s_fake).mean()


def wrong_sigmoid(s_fake):
    """Scores become probabilities first."""
    return -torch.sigmoid(s_fake).mean()


def wrong_log_sigmoid(s_fake):
    """Log-likelihood of being real."""
    return -torch.log(torch.sigmoid(s_fake) + 1e-8).mean()


def wrong_squares(s_fake):
    """Least squares towards 1."""
    return (s_fake - 1).square().mean()


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


def wrong_reference(s_fake):
    """ganlab has it already."""
    from ganlab.objectives.losses import LOSSES

    return LOSSES["wasserstein"].g(s_fake, s_fake)


def wrong_nothing(s_fake):
    """The gradient comes from the critic."""
    return None
