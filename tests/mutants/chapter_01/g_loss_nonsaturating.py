"""Student answers to `g_loss_nonsaturating(s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.functional import logsigmoid, softplus

import ganlab

# ----------------------------------------------------------------------------------------------------------- right


def right_logsigmoid(s_fake):
    """As the formula has it."""
    return -logsigmoid(s_fake).mean()


def right_flipped_labels(s_fake):
    """Generated samples labelled real."""
    return nn.BCEWithLogitsLoss()(s_fake, torch.ones_like(s_fake))


def right_difference_of_softplus(s_fake):
    """softplus(−s) = softplus(s) − s."""
    return (softplus(s_fake) - s_fake).sum() / s_fake.numel()


def right_logsumexp(s_fake):
    """ln(e⁰ + e^−s), over a new last axis."""
    return torch.logsumexp(torch.stack([torch.zeros_like(s_fake), -s_fake], dim=-1), dim=-1).mean()


def right_class_based(s_fake):
    """A module, with the cross-entropy of two classes."""

    class NonSaturating(nn.Module):
        def forward(self, s):
            s = s.reshape(-1, 1)
            logits = torch.cat([s, torch.zeros_like(s)], dim=1)
            return F.cross_entropy(logits, torch.zeros(len(s), dtype=torch.long, device=s.device))

    return NonSaturating()(s_fake)


def right_float64(s_fake):
    """64 bits hold σ(−120); the result goes back to the dtype of the scores."""
    return -torch.sigmoid(s_fake.double()).log().mean().to(s_fake.dtype)


def right_loop(s_fake):
    """A list of terms, stacked."""
    return torch.stack([F.softplus(-s) for s in s_fake.flatten().unbind()]).mean()


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_formula_as_it_stands(s_fake):
    """The formula is a program."""
    return -torch.log(torch.sigmoid(s_fake)).mean()


def wrong_epsilon(s_fake):
    """A small number in the logarithm repairs it."""
    return -torch.log(torch.sigmoid(s_fake) + 1e-8).mean()


def wrong_probability_clamped(s_fake):
    """The probability is kept above 0."""
    return -torch.sigmoid(s_fake).clamp(min=1e-30).log().mean()


def wrong_bce_of_probabilities(s_fake):
    """`binary_cross_entropy` is stable by itself (it cuts the logarithm at −100)."""
    return F.binary_cross_entropy(torch.sigmoid(s_fake), torch.ones_like(s_fake))


def wrong_log1p_exp(s_fake):
    """log1p(e^−s) is softplus(−s)."""
    return torch.log1p(torch.exp(-s_fake)).mean()


def wrong_where_with_nan_gradient(s_fake):
    """`where` hides the infinite branch (its gradient is NaN all the same)."""
    return torch.where(s_fake < -30, -s_fake, torch.log1p(torch.exp(-s_fake))).mean()


def wrong_scores_clamped(s_fake):
    """Scores beyond ±80 would overflow and are cut."""
    return torch.log1p(torch.exp(-s_fake.clamp(-80, 80))).mean()


def wrong_infinities_replaced(s_fake):
    """Infinite losses are set to 120 with nan_to_num."""
    return torch.nan_to_num(-torch.log(torch.sigmoid(s_fake)), posinf=120.0).mean()


def wrong_saturating(s_fake):
    """The other loss."""
    return -softplus(s_fake).mean()


def wrong_sign(s_fake):
    """The minus is forgotten."""
    return logsigmoid(s_fake).mean()


def wrong_discriminators_term(s_fake):
    """softplus(s): the term of D, which G would minimise by being caught."""
    return softplus(s_fake).mean()


def wrong_saturating_slope(s_fake):
    """The value as asked, the slope of the minimax loss."""
    value, other = softplus(-s_fake).mean(), -softplus(s_fake).mean()
    return value.detach() + other - other.detach()


def wrong_constant_slope(s_fake):
    """Value as asked, but every sample is pushed alike."""
    value = softplus(-s_fake).mean()
    return value.detach() - s_fake.mean() + s_fake.mean().detach()


def wrong_sum(s_fake):
    """The sum over the batch."""
    return softplus(-s_fake).sum()


def wrong_mean_over_last_axis(s_fake):
    """mean(-1) of (B, 1) leaves (B,)."""
    return softplus(-s_fake).mean(-1)


def wrong_divided_by_rows(s_fake):
    """The batch size is the first dimension."""
    return softplus(-s_fake).sum() / s_fake.shape[0]


def wrong_batch_of_64(s_fake):
    """The batch size is typed in."""
    return softplus(-s_fake).sum() / 64


def wrong_loss_of_mean_score(s_fake):
    """The mean is taken of the scores."""
    return softplus(-s_fake.mean())


def wrong_log_of_mean_probability(s_fake):
    """−ln of the mean of σ(s), stably."""
    return math.log(s_fake.numel()) - torch.logsumexp(logsigmoid(s_fake).flatten(), 0)


def wrong_half(s_fake):
    """Half, for two players."""
    return softplus(-s_fake).mean() / 2


def wrong_base_two(s_fake):
    """Entropies are in bits."""
    return softplus(-s_fake).mean() / math.log(2)


def wrong_shape_one(s_fake):
    """A vector of one number."""
    return softplus(-s_fake).mean().unsqueeze(0)


def wrong_detached(s_fake):
    """The scores are detached, as in D's update."""
    return softplus(-s_fake.detach()).mean()


def wrong_no_grad(s_fake):
    """A loss is a measurement."""
    with torch.no_grad():
        return softplus(-s_fake).mean()


def wrong_python_float(s_fake):
    """A number is a number."""
    return softplus(-s_fake).mean().item()


def wrong_sigmoid_twice(s_fake):
    """The stable function is given probabilities."""
    return softplus(-torch.sigmoid(s_fake)).mean()


def wrong_smoothed_target(s_fake):
    """G aims at 0.9."""
    return F.binary_cross_entropy_with_logits(s_fake, torch.full_like(s_fake, 0.9))


def wrong_relu(s_fake):
    """softplus is relu."""
    return torch.relu(-s_fake).mean()


def wrong_wasserstein(s_fake):
    """The negative mean score."""
    return -s_fake.mean()


def wrong_no_logarithm(s_fake):
    """One minus the mean probability of being called real."""
    return 1 - torch.sigmoid(s_fake).mean()


def wrong_inverse_probability(s_fake):
    """ln and 1/x are taken for one another: mean of 1/σ(s) − 1."""
    return torch.exp(-s_fake).mean()


def wrong_in_place(s_fake):
    """The scores are negated where they lie."""
    with torch.no_grad():
        s_fake.neg_()
    return softplus(s_fake).mean()


def wrong_only_caught_samples(s_fake):
    """Samples that D takes for real need no push: only s < 0 enters the mean."""
    return (softplus(-s_fake) * (s_fake < 0)).sum() / (s_fake < 0).sum().clamp(min=1)


def wrong_softened(s_fake):
    """beta=2 makes softplus a little sharper."""
    return softplus(-s_fake, beta=2).mean()


def wrong_first_row(s_fake):
    """s_fake[0] is the batch."""
    return softplus(-s_fake[0]).mean()


def wrong_library(s_fake):
    """The library has it."""
    return ganlab.LOSSES["nonsaturating"].g(None, s_fake)


# ----------------------------------------------------------------------------------------- by the check's author


def right_softplus(s_fake):
    return F.softplus(-s_fake).mean()


def right_bce(s_fake):
    return F.binary_cross_entropy_with_logits(s_fake, torch.ones_like(s_fake))


def wrong_naive(s_fake):
    """The formula as it stands."""
    return -torch.log(torch.sigmoid(s_fake)).mean()


def wrong_minus_saturating(s_fake):
    """Turn the sign of the other loss."""
    return F.softplus(s_fake).mean()
