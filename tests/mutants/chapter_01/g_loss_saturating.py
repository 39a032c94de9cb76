"""Student answers to `g_loss_saturating(s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch
import torch.nn.functional as F
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

import ganlab

# ----------------------------------------------------------------------------------------------------------- right


def right_logsigmoid(s_fake):
    """1 − σ(s) = σ(−s)."""
    return logsigmoid(-s_fake).mean()


def right_bce_with_logits(s_fake):
    """The negative of D's term for generated samples."""
    return -binary_cross_entropy_with_logits(s_fake, torch.zeros_like(s_fake))


def right_logaddexp(s_fake):
    """−ln(e⁰ + e^s), summed and divided."""
    flat = s_fake.reshape(-1)
    return -torch.logaddexp(flat, torch.zeros_like(flat)).sum() / flat.numel()


def right_log_softmax(s_fake):
    """The first of two classes with the logits (0, s)."""
    return torch.stack([torch.zeros_like(s_fake), s_fake]).log_softmax(0)[0].mean()


def right_log_sigmoid_minus_score(s_fake):
    """ln(1 − σ(s)) = ln σ(s) − s."""
    return (logsigmoid(s_fake) - s_fake).mean()


def right_python_loop(s_fake):
    """One score after the other; the branch keeps the exponent negative."""
    total = 0.0
    for s in s_fake.flatten():
        total = total - (s + torch.log1p(torch.exp(-s)) if s > 0 else torch.log1p(torch.exp(s)))
    return total / s_fake.numel()


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_formula_as_it_stands(s_fake):
    """The formula is a program."""
    return torch.log(1 - torch.sigmoid(s_fake)).mean()


def wrong_log1p_of_sigmoid(s_fake):
    """`log1p` makes it stable."""
    return torch.log1p(-torch.sigmoid(s_fake)).mean()


def wrong_log_of_sigmoid(s_fake):
    """σ(−s) without the subtraction is stable."""
    return torch.log(torch.sigmoid(-s_fake)).mean()


def wrong_epsilon(s_fake):
    """A small number in the logarithm repairs it."""
    return torch.log(1 - torch.sigmoid(s_fake) + 1e-8).mean()


def wrong_probability_clamped(s_fake):
    """The probability is kept below 1."""
    return torch.log(1 - torch.sigmoid(s_fake).clamp(max=1 - 1e-6)).mean()


def wrong_bce_of_probabilities(s_fake):
    """`binary_cross_entropy` is stable by itself (it cuts the logarithm at −100)."""
    return -F.binary_cross_entropy(torch.sigmoid(s_fake), torch.zeros_like(s_fake))


def wrong_double(s_fake):
    """64 bits are enough (1 − σ(120) is 0 there as well)."""
    return torch.log(1 - torch.sigmoid(s_fake.double())).mean().to(s_fake.dtype)


def wrong_log1p_exp(s_fake):
    """−log1p(e^s) is softplus."""
    return -torch.log1p(torch.exp(s_fake)).mean()


def wrong_where_with_nan_gradient(s_fake):
    """`where` hides the infinite branch (its gradient is NaN all the same)."""
    return -torch.where(s_fake > 30, s_fake, torch.log1p(torch.exp(s_fake))).mean()


def wrong_scores_clamped(s_fake):
    """Scores beyond ±50 are cut first."""
    return -softplus(s_fake.clamp(-50, 50)).mean()


def wrong_positive(s_fake):
    """A loss is positive."""
    return softplus(s_fake).mean()


def wrong_absolute(s_fake):
    """A loss is positive, so its absolute value is minimised."""
    return logsigmoid(-s_fake).mean().abs()


def wrong_nonsaturating(s_fake):
    """The other loss."""
    return softplus(-s_fake).mean()


def wrong_log_sigmoid(s_fake):
    """mean ln σ(s): one minus is lost."""
    return logsigmoid(s_fake).mean()


def wrong_one_minus_the_log(s_fake):
    """ln(1 − σ) is typed as 1 − ln σ."""
    return (1 - logsigmoid(s_fake)).mean()


def wrong_saturating_value_nonsaturating_slope(s_fake):
    """The value as asked, the slope that trains better."""
    value, other = -softplus(s_fake).mean(), softplus(-s_fake).mean()
    return value.detach() + other - other.detach()


def wrong_sum(s_fake):
    """The sum over the batch."""
    return -softplus(s_fake).sum()


def wrong_mean_over_first_axis(s_fake):
    """mean(0) leaves (1,) of (B, 1)."""
    return -softplus(s_fake).mean(0)


def wrong_divided_by_rows(s_fake):
    """The batch size is the first dimension."""
    return -softplus(s_fake).sum() / len(s_fake)


def wrong_batch_of_64(s_fake):
    """The batch size is typed in."""
    return -softplus(s_fake).sum() / 64


def wrong_unbiased_mean(s_fake):
    """Divided by n − 1, as for a variance."""
    return -softplus(s_fake).sum() / (s_fake.numel() - 1)


def wrong_loss_of_mean_score(s_fake):
    """The mean is taken of the scores."""
    return -softplus(s_fake.mean())


def wrong_log_of_mean_probability(s_fake):
    """The logarithm of the mean of 1 − σ(s), stably."""
    return torch.logsumexp(logsigmoid(-s_fake).flatten(), 0) - math.log(s_fake.numel())


def wrong_half(s_fake):
    """Half, for two players."""
    return -softplus(s_fake).mean() / 2


def wrong_base_two(s_fake):
    """Entropies are in bits."""
    return -softplus(s_fake).mean() / math.log(2)


def wrong_keepdim(s_fake):
    """The mean keeps its dimensions."""
    return -softplus(s_fake).flatten().mean(0, keepdim=True)


def wrong_detached(s_fake):
    """The scores are detached, as in D's update."""
    return -softplus(s_fake.detach()).mean()


def wrong_python_float(s_fake):
    """A number is a number."""
    return -softplus(s_fake).mean().item()


def wrong_sigmoid_twice(s_fake):
    """The stable function is given probabilities."""
    return -softplus(torch.sigmoid(s_fake)).mean()


def wrong_no_logarithm(s_fake):
    """The mean of 1 − σ(s) is the probability of being called generated."""
    return torch.sigmoid(-s_fake).mean()


def wrong_relu(s_fake):
    """softplus is relu."""
    return -torch.relu(s_fake).mean()


def wrong_wasserstein(s_fake):
    """The negative mean score: the limit for large s."""
    return -s_fake.mean()


def wrong_in_place(s_fake):
    """The scores are negated where they lie."""
    with torch.no_grad():
        s_fake.neg_()
    return logsigmoid(s_fake).mean()


def wrong_pushes_down(s_fake):
    """The value as asked, but its slope turned round."""
    value = -softplus(s_fake).mean()
    return 2 * value.detach() - value


def wrong_column_only(s_fake):
    """Scores are (B, 1); only the first column is read."""
    return -softplus(s_fake.reshape(len(s_fake), -1)[:, 0]).mean()


def wrong_library(s_fake):
    """The library has it."""
    return ganlab.LOSSES["saturating"].g(None, s_fake)


# ----------------------------------------------------------------------------------------- by the check's author


def right_softplus(s_fake):
    return -F.softplus(s_fake).mean()


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
