"""Student answers to `generator_loss(s_real, s_fake)`: the non-saturating loss from logits."""

import torch
from torch.nn import functional as F

from ganlab import LOSSES, label_smoothing

# ----------------------------------------------------------------------------------------------------------- right


def right_softplus(s_real, s_fake):
    """−log σ(s) is softplus(−s)."""
    return F.softplus(-s_fake).mean()


def right_logsigmoid(s_real, s_fake):
    """The library's stable logarithm of σ."""
    return -F.logsigmoid(s_fake).mean()


def right_cross_entropy_with_ones(s_real, s_fake):
    """Binary cross-entropy from logits: fakes called real."""
    return F.binary_cross_entropy_with_logits(s_fake, torch.ones_like(s_fake))


def right_logaddexp(s_real, s_fake):
    """log(e^0 + e^−s)."""
    return torch.logaddexp(torch.zeros_like(s_fake), -s_fake).mean()


def right_two_classes(s_real, s_fake):
    """A softmax over the logits (0, s), class 1."""
    logits = torch.stack([torch.zeros_like(s_fake), s_fake], dim=1)
    return F.cross_entropy(logits, torch.ones(len(s_fake), dtype=torch.long))


def right_loop(s_real, s_fake):
    """One score at a time, log-sum-exp of two terms."""
    total = torch.zeros((), dtype=s_fake.dtype)
    for s in s_fake:
        total = total + torch.logsumexp(torch.stack([torch.zeros_like(s), -s]), dim=0)
    return total / s_fake.numel()


def right_branches(s_real, s_fake):
    """log1p(e^−s) on the right, log1p(e^s) − s on the left, each from clamped scores."""
    right = torch.log1p(torch.exp(-s_fake.clamp(min=0)))
    left = torch.log1p(torch.exp(s_fake.clamp(max=0))) - s_fake
    return torch.where(s_fake > 0, right, left).mean()


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_log_of_sigma(s_real, s_fake):
    """The formula as written (infinite once σ rounds to 0)."""
    return -torch.log(torch.sigmoid(s_fake)).mean()


def wrong_log_with_epsilon(s_real, s_fake):
    """An ε keeps the logarithm finite."""
    return -torch.log(torch.sigmoid(s_fake) + 1e-8).mean()


def wrong_sigma_clamped(s_real, s_fake):
    """σ clamped away from 0 keeps the logarithm finite."""
    return -torch.log(torch.sigmoid(s_fake).clamp(min=1e-7)).mean()


def wrong_scores_clamped(s_real, s_fake):
    """Clamping the scores to ±50 (the slope beyond is 0)."""
    return F.softplus(-s_fake.clamp(-50, 50)).mean()


def wrong_log1p_exp(s_real, s_fake):
    """softplus as log1p(exp(−s)) (overflows)."""
    return torch.log1p(torch.exp(-s_fake)).mean()


def wrong_probability_cross_entropy(s_real, s_fake):
    """Cross-entropy of probabilities; the library caps its logarithm at −100."""
    return F.binary_cross_entropy(torch.sigmoid(s_fake), torch.ones_like(s_fake))


def wrong_where_with_bad_branch(s_real, s_fake):
    """Right value by torch.where, but the branch not taken puts NaN in the gradient."""
    return torch.where(s_fake < -30, -s_fake, -torch.log(torch.sigmoid(s_fake))).mean()


def wrong_nan_to_num(s_real, s_fake):
    """Infinities replaced afterwards."""
    return torch.nan_to_num(-torch.log(torch.sigmoid(s_fake)), posinf=120.0).mean()


def wrong_float64_log_of_sigma(s_real, s_fake):
    """float64 is wide enough for σ, with a small ε to be safe (σ(−120) is 8e-53)."""
    return (-torch.log(torch.sigmoid(s_fake.double()) + 1e-50)).to(s_fake.dtype).mean()


def wrong_value_only(s_real, s_fake):
    """Right value with a linear part that is detached: no slope where D is sure."""
    linear = torch.where(s_fake < -15, -s_fake, torch.zeros_like(s_fake)).detach()
    return (linear + torch.where(s_fake < -15, torch.zeros_like(s_fake), F.softplus(-s_fake))).mean()


def wrong_no_slope_at_all(s_real, s_fake):
    """The scores are detached, since only G is to learn."""
    return F.softplus(-s_fake.detach()).mean()


def wrong_python_number(s_real, s_fake):
    """A loss is a number."""
    return F.softplus(-s_fake).mean().item()


def wrong_saturating(s_real, s_fake):
    """Minimise log(1 − σ)."""
    return -F.softplus(s_fake).mean()


def wrong_sign_of_the_score(s_real, s_fake):
    """softplus(s): the discriminator's own term for fakes."""
    return F.softplus(s_fake).mean()


def wrong_sign_of_the_loss(s_real, s_fake):
    """'Maximises log σ': returns it as it is."""
    return F.logsigmoid(s_fake).mean()


def wrong_real_scores(s_real, s_fake):
    """The first argument."""
    return F.softplus(-s_real).mean()


def wrong_both_scores(s_real, s_fake):
    """Both batches are to pass for real."""
    return F.softplus(-s_fake).mean() + F.softplus(-s_real).mean()


def wrong_discriminator_loss(s_real, s_fake):
    """Adds D's term of the real ones turned round: the full game."""
    return F.softplus(-s_fake).mean() + F.softplus(s_real).mean()


def wrong_relativistic(s_real, s_fake):
    """A fake has to look more real than the reals."""
    return F.softplus(s_real - s_fake).mean()


def wrong_concatenated(s_real, s_fake):
    """One mean over both batches."""
    return F.softplus(-torch.cat([s_real, s_fake])).mean()


def wrong_sum(s_real, s_fake):
    """Sum over the batch."""
    return F.softplus(-s_fake).sum()


def wrong_one_loss_a_sample(s_real, s_fake):
    """The trainer takes the mean."""
    return F.softplus(-s_fake)


def wrong_keeps_a_dimension(s_real, s_fake):
    """mean with keepdim."""
    return F.softplus(-s_fake).mean(0, keepdim=True)


def wrong_median(s_real, s_fake):
    """The median is robust."""
    return F.softplus(-s_fake).median()


def wrong_batch_minus_one(s_real, s_fake):
    """Divides by B − 1 (where there is more than one)."""
    return F.softplus(-s_fake).sum() / max(len(s_fake) - 1, 1)


def wrong_batch_of_64(s_real, s_fake):
    """The batch size of the chapter typed in."""
    return F.softplus(-s_fake).sum() / 64


def wrong_loss_of_the_mean(s_real, s_fake):
    """Mean of the scores first."""
    return F.softplus(-s_fake.mean())


def wrong_log_of_mean_probability(s_real, s_fake):
    """−log of the mean σ, stably."""
    count = torch.tensor(float(len(s_fake)), dtype=s_fake.dtype)
    return torch.log(count) - torch.logsumexp(F.logsigmoid(s_fake), dim=0)


def wrong_wasserstein(s_real, s_fake):
    """For logits ≪ 0 the loss is −s."""
    return -s_fake.mean()


def wrong_hinge(s_real, s_fake):
    """softplus without its soft corner."""
    return F.relu(-s_fake).mean()


def wrong_least_squares(s_real, s_fake):
    """(σ − 1)² does not saturate as badly."""
    return (torch.sigmoid(s_fake) - 1).square().mean()


def wrong_log_base_two(s_real, s_fake):
    """Cross-entropy in bits."""
    return F.softplus(-s_fake).mean() / torch.log(torch.tensor(2.0, dtype=s_fake.dtype))


def wrong_softened_label(s_real, s_fake):
    """Fakes called 0.9 real."""
    return F.binary_cross_entropy_with_logits(s_fake, torch.full_like(s_fake, 0.9))


def wrong_target_zero(s_real, s_fake):
    """Fakes have the label 0."""
    return F.binary_cross_entropy_with_logits(s_fake, torch.zeros_like(s_fake))


def wrong_sigmoid_twice(s_real, s_fake):
    """Cross-entropy from logits of scores that went through a sigmoid already."""
    return F.binary_cross_entropy_with_logits(torch.sigmoid(s_fake), torch.ones_like(s_fake))


def wrong_sharp_softplus(s_real, s_fake):
    """softplus with a threshold of 1: linear too soon."""
    return F.softplus(-s_fake, threshold=1.0).mean()


def wrong_in_place(s_real, s_fake):
    """Turns the scores round in place (the caller's tensor changes)."""
    with torch.no_grad():
        s_fake.neg_()
    return F.softplus(s_fake).mean()


def wrong_rounded_to_half(s_real, s_fake):
    """Half precision is what GPUs like."""
    return F.softplus(-s_fake.bfloat16()).mean().to(s_fake.dtype)


def wrong_calls_the_library(s_real, s_fake):
    """The library has it."""
    return LOSSES["nonsaturating"].g(s_real, s_fake)


def wrong_calls_label_smoothing(s_real, s_fake):
    """Label smoothing leaves the generator's loss as it is."""
    return label_smoothing(0.9).g(s_real, s_fake)


def wrong_slope_of_the_saturating_loss(s_real, s_fake):
    """Non-saturating value, but the probability is used as a fixed weight: slope of another function."""
    weight = torch.sigmoid(s_fake).detach()
    return (F.softplus(-s_fake).detach() - weight * (s_fake - s_fake.detach())).mean()


def right_bce(s_real, s_fake):
    return F.binary_cross_entropy_with_logits(s_fake, torch.ones_like(s_fake))


def wrong_epsilon(s_real, s_fake):
    """ε keeps the logarithm finite."""
    return -torch.log(torch.sigmoid(s_fake) + 1e-8).mean()


def wrong_sign(s_real, s_fake):
    """Minimise log D."""
    return F.logsigmoid(s_fake).mean()


def wrong_clamped(s_real, s_fake):
    """Clamping the logits keeps them finite."""
    return F.softplus(-s_fake.clamp(-50, 50)).mean()


def wrong_ratio_detached(s_real, s_fake):
    """Saturating, multiplied by e^-s to mend the slope."""
    return (-F.softplus(s_fake) * torch.exp(-s_fake.detach())).mean()
