"""Student answers to `relativistic_d(s_real, s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch
from torch.nn import functional as F

import ganlab

# ----------------------------------------------------------------------------------------------------------- right


def right_two_class_cross_entropy(s_real, s_fake):
    """Which of the two is real: a classification with two logits, class 0 is right."""
    logits = torch.stack([s_real, s_fake], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(s_real), dtype=torch.long, device=s_real.device))


def right_logaddexp(s_real, s_fake):
    """log(e⁰ + e^(s_f − s_r))."""
    difference = s_fake - s_real
    return torch.logaddexp(torch.zeros_like(difference), difference).sum() / difference.numel()


def right_pair_loop(s_real, s_fake):
    """One pair after the other."""
    total = 0.0
    for r, f in zip(s_real, s_fake, strict=True):
        total = total - F.logsigmoid(r - f)
    return total / len(s_real)


def right_maximum_by_hand(s_real, s_fake):
    """max(d, 0) + log1p(e^(−|d|)); torch.maximum halves its gradient at a tie, so 0 is right, too."""
    d = s_fake - s_real
    return (torch.maximum(d, torch.zeros_like(d)) + torch.log1p(torch.exp(-d.abs()))).mean()


def right_double_inside(s_real, s_fake):
    """Double precision inside, the caller's precision outside."""
    return F.softplus(s_fake.double() - s_real.double()).mean().to(s_real.dtype)


class _Pairs(torch.autograd.Function):
    """The gradient as the chapter prints it."""

    @staticmethod
    def forward(ctx, s_real, s_fake):
        ctx.save_for_backward(s_fake - s_real)
        return F.softplus(s_fake - s_real).mean()

    @staticmethod
    def backward(ctx, grad):
        (d,) = ctx.saved_tensors
        slope = grad * torch.sigmoid(d) / d.numel()
        return -slope, slope


def right_gradient_by_hand(s_real, s_fake):
    """Value by softplus, gradient from the chapter's formula."""
    return _Pairs.apply(s_real, s_fake)


def right_logits_to_bce(s_real, s_fake):
    """The difference is the logit of "the first is real", and the target is 1."""
    return torch.nn.BCEWithLogitsLoss()(s_real - s_fake, torch.ones_like(s_fake))


def right_plain(s_real, s_fake):
    return F.softplus(s_fake - s_real).mean()


def right_logsigmoid(s_real, s_fake):
    return -F.logsigmoid(s_real - s_fake).sum() / s_real.numel()


def right_entropy(s_real, s_fake):
    gap = s_real - s_fake
    return F.binary_cross_entropy_with_logits(gap, torch.ones_like(gap))


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_generators_loss(s_real, s_fake):
    """The larger difference real minus fake is what D wants, so that goes in."""
    return F.softplus(s_real - s_fake).mean()


def wrong_ordinary_loss(s_real, s_fake):
    """Each score for itself: the loss of chapter 01."""
    return F.softplus(-s_real).mean() + F.softplus(s_fake).mean()


def wrong_sum_of_pairs(s_real, s_fake):
    """The sign in front of 1/B is a sum."""
    return F.softplus(s_fake - s_real).sum()


def wrong_no_reduction(s_real, s_fake):
    """One loss for each pair."""
    return F.softplus(s_fake - s_real)


def wrong_shape_one(s_real, s_fake):
    """A single number may have shape (1,)."""
    return F.softplus(s_fake - s_real).mean(0, keepdim=True)


def wrong_all_pairs(s_real, s_fake):
    """Every generated sample meets every real one."""
    return F.softplus(s_fake[None, :] - s_real[:, None]).mean()


def wrong_against_the_average(s_real, s_fake):
    """RaGAN: each side is compared with the average of the other."""
    return (F.softplus(s_fake.mean() - s_real).mean() + F.softplus(s_fake - s_real.mean()).mean()) / 2


def wrong_fake_against_average_real(s_real, s_fake):
    """Compare a generated score with what real ones get on average."""
    return F.softplus(s_fake - s_real.mean()).mean()


def wrong_mean_before_softplus(s_real, s_fake):
    """The mean may as well be taken first."""
    return F.softplus((s_fake - s_real).mean())


def wrong_sigmoid_for_softplus(s_real, s_fake):
    """The probability of a wrong answer is the loss."""
    return torch.sigmoid(s_fake - s_real).mean()


def wrong_logsigmoid_sign(s_real, s_fake):
    """softplus and logsigmoid are the same up to the order of the difference."""
    return F.logsigmoid(s_real - s_fake).mean()


def wrong_minus_logsigmoid_reversed(s_real, s_fake):
    """−logsigmoid(x) is softplus(x)."""
    return -F.logsigmoid(s_fake - s_real).mean()


def wrong_log_of_sigmoid(s_real, s_fake):
    """The formula on paper: −log σ."""
    return -torch.log(torch.sigmoid(s_real - s_fake)).mean()


def wrong_log_of_sigmoid_with_epsilon(s_real, s_fake):
    """An epsilon saves the logarithm."""
    return -torch.log(torch.sigmoid(s_real - s_fake) + 1e-8).mean()


def wrong_log_exp_overflows(s_real, s_fake):
    """softplus as printed in a textbook."""
    return torch.log1p(torch.exp(s_fake - s_real)).mean()


def wrong_where_nan_gradient(s_real, s_fake):
    """torch.where takes the safe branch for large differences; the other branch's gradient is inf · 0 all the same."""
    d = s_fake - s_real
    return torch.where(d > 30, d, torch.log1p(torch.exp(d))).mean()


def wrong_clamped_difference(s_real, s_fake):
    """Clamp before the exponential, nothing overflows."""
    return torch.log1p(torch.exp((s_fake - s_real).clamp(-50, 50))).mean()


def wrong_bce_of_probabilities(s_real, s_fake):
    """BCE on probabilities: PyTorch clamps its logarithm at −100."""
    return F.binary_cross_entropy(torch.sigmoid(s_real - s_fake), torch.ones_like(s_real))


def wrong_no_gradient_at_a_tie(s_real, s_fake):
    """relu(d) + log1p(e^(−|d|)) is softplus; but at d = 0, where D starts, both derivatives are taken as 0."""
    d = s_fake - s_real
    return (F.relu(d) + torch.log1p(torch.exp(-d.abs()))).mean()


def wrong_low_threshold(s_real, s_fake):
    """Beyond 2, softplus is the identity as good as exactly."""
    return F.softplus(s_fake - s_real, threshold=2).mean()


def wrong_beta_two(s_real, s_fake):
    """There are two scores, so beta is 2."""
    return F.softplus(s_fake - s_real, beta=2).mean()


def wrong_hinge(s_real, s_fake):
    """A pair is done when real leads by a margin of 1."""
    return F.relu(1 + s_fake - s_real).mean()


def wrong_relu(s_real, s_fake):
    """softplus is a smooth relu, so relu will do."""
    return F.relu(s_fake - s_real).mean()


def wrong_plain_difference(s_real, s_fake):
    """Only the difference counts: the critic's loss."""
    return (s_fake - s_real).mean()


def wrong_least_squares(s_real, s_fake):
    """Relativistic least squares: the lead is to be 1."""
    return (s_real - s_fake - 1).square().mean()


def wrong_real_detached(s_real, s_fake):
    """Real samples are constants."""
    return F.softplus(s_fake - s_real.detach()).mean()


def wrong_fake_detached(s_real, s_fake):
    """D's step must not touch G, so the fake scores are detached."""
    return F.softplus(s_fake.detach() - s_real).mean()


def wrong_item(s_real, s_fake):
    """A loss is a number."""
    return torch.tensor(F.softplus(s_fake - s_real).mean().item())


def wrong_half(s_real, s_fake):
    """Two sides, so the average of two."""
    return F.softplus(s_fake - s_real).mean() / 2


def wrong_both_directions(s_real, s_fake):
    """Real is to beat fake, and fake to lose against real: two terms."""
    return F.softplus(s_fake - s_real).mean() + F.softplus(-(s_real - s_fake)).mean()


def wrong_symmetric_average(s_real, s_fake):
    """Both orders of the pair, averaged."""
    return (F.softplus(s_fake - s_real) + F.softplus(s_real - s_fake)).mean() / 2


def wrong_fixed_batch_size(s_real, s_fake):
    """The batch is 64."""
    return F.softplus(s_fake - s_real).sum() / 64


def wrong_unbiased_divisor(s_real, s_fake):
    """An unbiased mean divides by B − 1."""
    return F.softplus(s_fake - s_real).sum() / max(len(s_real) - 1, 1)


def wrong_total_of_both_batches(s_real, s_fake):
    """There are 2B scores."""
    return F.softplus(s_fake - s_real).sum() / (len(s_real) + len(s_fake))


def wrong_reversed_pairs(s_real, s_fake):
    """Samples are independent, so any pairing will do."""
    return F.softplus(s_fake.flip(0) - s_real).mean()


def wrong_sorted_pairs(s_real, s_fake):
    """The best generated sample meets the best real one."""
    return F.softplus(s_fake.sort().values - s_real.sort().values).mean()


def wrong_random_pairs(s_real, s_fake):
    """A new random partner each time."""
    return F.softplus(s_fake[torch.randperm(len(s_fake))] - s_real).mean()


def wrong_neighbour_pairs(s_real, s_fake):
    """Off by one: pair i is real i and fake i + 1."""
    return F.softplus(s_fake.roll(-1) - s_real).mean()


def wrong_in_place(s_real, s_fake):
    """The difference is stored where the fake scores were."""
    with torch.no_grad():
        s_fake.sub_(s_real)
    return F.softplus(s_fake).mean()


def wrong_sigmoid_scores_first(s_real, s_fake):
    """Scores are probabilities after the sigmoid; those are compared."""
    return F.softplus(torch.sigmoid(s_fake) - torch.sigmoid(s_real)).mean()


def wrong_difference_of_softplus(s_real, s_fake):
    """softplus of a difference is a difference of softplus."""
    return (F.softplus(s_fake) - F.softplus(s_real)).mean()


def wrong_absolute_difference(s_real, s_fake):
    """The distance between the scores counts."""
    return F.softplus(-(s_real - s_fake).abs()).mean()


def wrong_base_two(s_real, s_fake):
    """In bits, so that a coin toss costs 1."""
    return F.softplus(s_fake - s_real).mean() / math.log(2)


def wrong_standardised(s_real, s_fake):
    """Only differences count, so their scale can be normalised."""
    d = s_fake - s_real
    return F.softplus(d / (d.std() + 1e-8)).mean()


def wrong_median(s_real, s_fake):
    """The median is robust."""
    return F.softplus(s_fake - s_real).median()


def wrong_half_precision(s_real, s_fake):
    """Half precision is faster."""
    return F.softplus(s_fake.half() - s_real.half()).mean().float()


def wrong_no_grad(s_real, s_fake):
    """Losses are measured without gradients."""
    with torch.no_grad():
        return F.softplus(s_fake - s_real).mean()


def wrong_nan_to_num(s_real, s_fake):
    """Infinities are replaced by a large number."""
    return torch.nan_to_num(-torch.log(torch.sigmoid(s_real - s_fake)), posinf=100.0).mean()


def wrong_smoothed_target(s_real, s_fake):
    """Smooth labels, as in chapter 05: target 0.9."""
    return F.binary_cross_entropy_with_logits(s_real - s_fake, torch.full_like(s_real, 0.9))


def wrong_maximise(s_real, s_fake):
    """D maximises."""
    return -F.softplus(s_fake - s_real).mean()


def wrong_constant_log_two(s_real, s_fake):
    """At the equilibrium it is log 2; the zero keeps the graph."""
    return math.log(2) + 0 * (s_fake - s_real).mean()


def wrong_soft_margin(s_real, s_fake):
    """PyTorch calls log(1 + e^(−y·x)) the soft margin loss; it overflows where softplus does not."""
    return F.soft_margin_loss(s_real - s_fake, torch.ones_like(s_real))


def wrong_library(s_real, s_fake):
    """The library has it."""
    return ganlab.LOSSES["relativistic"].d(s_real, s_fake)


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
