"""Student answers to `one_sided_loss(s_real, s_fake, real_label)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import functional
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import logsigmoid, softplus

# ----------------------------------------------------------------------------------------------------------- right


def right_softplus(s_real, s_fake, real_label):
    """The formula with softplus."""
    real = real_label * softplus(-s_real) + (1 - real_label) * softplus(s_real)
    return real.mean() + softplus(s_fake).mean()


def right_targets(s_real, s_fake, real_label):
    """The library's cross-entropy from logits with soft targets."""
    return bce(s_real, torch.full_like(s_real, real_label)) + bce(s_fake, torch.zeros_like(s_fake))


def right_criterion(s_real, s_fake, real_label):
    """The loss as a module, summed and divided by hand."""
    criterion = nn.BCEWithLogitsLoss(reduction="sum")
    real = criterion(s_real, s_real.new_full(s_real.shape, real_label)) / s_real.numel()
    return real + criterion(s_fake, s_fake.new_zeros(len(s_fake))) / s_fake.numel()


def right_logsigmoid(s_real, s_fake, real_label):
    """log(1 − σ(s)) is log σ(−s)."""
    real = -real_label * logsigmoid(s_real) - (1 - real_label) * logsigmoid(-s_real)
    return torch.mean(real) - torch.mean(logsigmoid(-s_fake))


def right_linear_part(s_real, s_fake, real_label):
    """sp(−s) = sp(s) − s, so the target only adds a straight line."""
    return softplus(s_real).mean() - real_label * s_real.mean() + softplus(s_fake).mean()


def right_two_classes(s_real, s_fake, real_label):
    """Two logits, 0 and s, and the cross-entropy for class probabilities."""
    both = torch.stack((torch.zeros_like(s_real), s_real), 1)
    targets = torch.tensor([1 - real_label, real_label], dtype=s_real.dtype).expand_as(both)
    fakes = torch.stack((torch.zeros_like(s_fake), s_fake), 1)
    zeros = torch.zeros(len(s_fake), dtype=torch.long)
    return functional.cross_entropy(both, targets) + functional.cross_entropy(fakes, zeros)


def right_logaddexp(s_real, s_fake, real_label):
    """log(1 + eˢ) as a sum of exponentials, averaged with a dot product."""
    up, down = torch.logaddexp(torch.zeros_like(s_real), s_real), torch.logaddexp(torch.zeros_like(s_real), -s_real)
    share = torch.full_like(s_real, 1 / len(s_real))
    return share @ (real_label * down + (1 - real_label) * up) + torch.logaddexp(s_fake * 0, s_fake).mean()


def right_loop(s_real, s_fake, real_label):
    """One sample at a time."""
    total_real = total_fake = 0.0
    for s in s_real:
        total_real = total_real + real_label * softplus(-s) + (1 - real_label) * softplus(s)
    for s in s_fake:
        total_fake = total_fake + softplus(s)
    return total_real / len(s_real) + total_fake / len(s_fake)


def right_weighted_hard_labels(s_real, s_fake, real_label):
    """A soft target is a mixture of the two hard ones."""
    ones, zeros = torch.ones_like(s_real), torch.zeros_like(s_real)
    real = torch.lerp(bce(s_real, zeros), bce(s_real, ones), real_label)
    return real + bce(s_fake, torch.zeros_like(s_fake))


class _Smoothed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, s, target):
        ctx.save_for_backward(s)
        ctx.target = target
        return s.clamp(min=0) - target * s + torch.log1p(torch.exp(-s.abs()))

    @staticmethod
    def backward(ctx, grad):
        (s,) = ctx.saved_tensors
        return grad * (torch.sigmoid(s) - ctx.target), None


def right_own_backward(s_real, s_fake, real_label):
    """The stable formula and its gradient, σ(s) − target, written out."""
    return _Smoothed.apply(s_real, real_label).mean() + _Smoothed.apply(s_fake, 0.0).mean()


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_log_of_sigmoid(s_real, s_fake, real_label):
    """The formula as it stands in the text."""
    real, fake = s_real.sigmoid(), s_fake.sigmoid()
    return -(real_label * real.log() + (1 - real_label) * (1 - real).log()).mean() - (1 - fake).log().mean()


def wrong_log_of_sigmoid_plus_epsilon(s_real, s_fake, real_label):
    """A small number keeps the logarithm finite."""
    eps = 1e-8
    real, fake = s_real.sigmoid(), s_fake.sigmoid()
    loss = -(real_label * (real + eps).log() + (1 - real_label) * (1 - real + eps).log()).mean()
    return loss - (1 - fake + eps).log().mean()


def wrong_cross_entropy_of_probabilities(s_real, s_fake, real_label):
    """BCELoss after a sigmoid is the same thing."""
    real, fake = s_real.sigmoid(), s_fake.sigmoid()
    loss = functional.binary_cross_entropy(real, torch.full_like(real, real_label))
    return loss + functional.binary_cross_entropy(fake, torch.zeros_like(fake))


def wrong_probabilities_in_double(s_real, s_fake, real_label):
    """Double precision is precise enough for the sigmoid."""
    return wrong_log_of_sigmoid(s_real.double(), s_fake.double(), real_label).to(s_real.dtype)


def wrong_clamped_logits(s_real, s_fake, real_label):
    """Clamping the logits to ±30 makes everything safe."""
    return right_softplus(s_real.clamp(-30, 30), s_fake.clamp(-30, 30), real_label)


def wrong_clamped_logits_at_hundred(s_real, s_fake, real_label):
    """No logit is ever larger than 100."""
    return right_softplus(s_real.clamp(-100, 100), s_fake.clamp(-100, 100), real_label)


def wrong_clamped_logarithm(s_real, s_fake, real_label):
    """The logarithm is clamped to −120, which is its smallest value, so the values are right."""
    logs = [torch.log(s.sigmoid()).clamp(min=-120.0) for s in (s_real, -s_real, -s_fake)]
    return -(real_label * logs[0] + (1 - real_label) * logs[1]).mean() - logs[2].mean()


def wrong_naive_softplus(s_real, s_fake, real_label):
    """log(1 + exp(s)) as it is written."""
    real = real_label * torch.log1p(torch.exp(-s_real)) + (1 - real_label) * torch.log1p(torch.exp(s_real))
    return real.mean() + torch.log1p(torch.exp(s_fake)).mean()


def wrong_naive_only_for_fakes(s_real, s_fake, real_label):
    """Logsigmoid where a σ stands in the formula, and log(1 − σ) where that stands."""
    real = real_label * logsigmoid(s_real) + (1 - real_label) * logsigmoid(-s_real)
    return -real.mean() - torch.log(1 - torch.sigmoid(s_fake)).mean()


def wrong_where_after_the_overflow(s_real, s_fake, real_label):
    """torch.where takes s itself where exp(s) would overflow; the gradient comes through the other branch as well."""

    def sp(s):
        return torch.where(s > 30, s, torch.log1p(torch.exp(s)))

    return (real_label * sp(-s_real) + (1 - real_label) * sp(s_real)).mean() + sp(s_fake).mean()


def wrong_kink_at_zero(s_real, s_fake, real_label):
    """The stable formula max(s, 0) + log(1 + exp(−|s|)); at 0 autograd takes a side."""

    def sp(s):
        return s.clamp(min=0) + torch.log1p(torch.exp(-s.abs()))

    return (real_label * sp(-s_real) + (1 - real_label) * sp(s_real)).mean() + sp(s_fake).mean()


def wrong_two_sided(s_real, s_fake, real_label):
    """Fakes get the target 1 − α."""
    return bce(s_real, torch.full_like(s_real, real_label)) + bce(s_fake, torch.full_like(s_fake, 1 - real_label))


def wrong_fakes_smoothed(s_real, s_fake, real_label):
    """One-sided: the fake target moves up, real stays 1."""
    return bce(s_real, torch.ones_like(s_real)) + bce(s_fake, torch.full_like(s_fake, 1 - real_label))


def wrong_second_term_missing(s_real, s_fake, real_label):
    """The target multiplies the loss of real samples."""
    return real_label * softplus(-s_real).mean() + softplus(s_fake).mean()


def wrong_second_term_on_fakes(s_real, s_fake, real_label):
    """The rest, 1 − α, weighs the fakes."""
    return real_label * softplus(-s_real).mean() + (1 - real_label) * softplus(s_fake).mean()


def wrong_third_term_on_fakes(s_real, s_fake, real_label):
    """The (1 − α) part of a real sample's loss is taken at the fakes."""
    return real_label * softplus(-s_real).mean() + (2 - real_label) * softplus(s_fake).mean()


def wrong_fakes_missing(s_real, s_fake, real_label):
    """The displayed formula is all."""
    return (real_label * softplus(-s_real) + (1 - real_label) * softplus(s_real)).mean()


def wrong_no_smoothing(s_real, s_fake, real_label):
    """The plain loss; the label is for the printout."""
    return softplus(-s_real).mean() + softplus(s_fake).mean()


def wrong_swapped_targets(s_real, s_fake, real_label):
    """α and 1 − α the other way round."""
    real = (1 - real_label) * softplus(-s_real) + real_label * softplus(s_real)
    return real.mean() + softplus(s_fake).mean()


def wrong_swapped_arguments(s_real, s_fake, real_label):
    """Fakes first."""
    return right_softplus(s_fake, s_real, real_label)


def wrong_generators_side(s_real, s_fake, real_label):
    """Fakes are to pass as real."""
    return bce(s_real, torch.full_like(s_real, real_label)) + bce(s_fake, torch.ones_like(s_fake))


def wrong_pooled_mean(s_real, s_fake, real_label):
    """All samples in one batch and one mean over it, times two."""
    targets = torch.cat((torch.full_like(s_real, real_label), torch.zeros_like(s_fake)))
    return 2 * bce(torch.cat((s_real, s_fake)), targets)


def wrong_halved(s_real, s_fake, real_label):
    """The loss is the average of the two halves, as in many tutorials."""
    return right_softplus(s_real, s_fake, real_label) / 2


def wrong_sums(s_real, s_fake, real_label):
    """Sums over the samples."""
    real = real_label * softplus(-s_real) + (1 - real_label) * softplus(s_real)
    return real.sum() + softplus(s_fake).sum()


def wrong_sum_of_fakes(s_real, s_fake, real_label):
    """A mean over real samples, a sum over fakes."""
    return bce(s_real, torch.full_like(s_real, real_label)) + softplus(s_fake).sum()


def wrong_added_before_the_mean(s_real, s_fake, real_label):
    """Sample by sample, then one mean: there are as many fakes as real samples."""
    return (real_label * softplus(-s_real) + (1 - real_label) * softplus(s_real) + softplus(s_fake)).mean()


def wrong_divided_by_reals(s_real, s_fake, real_label):
    """Both sums are divided by the batch size, that of the real samples."""
    real = real_label * softplus(-s_real) + (1 - real_label) * softplus(s_real)
    return (real.sum() + softplus(s_fake).sum()) / len(s_real)


def wrong_always_point_nine(s_real, s_fake, real_label):
    """The label is 0.9."""
    return right_softplus(s_real, s_fake, 0.9)


def wrong_label_between_classes(s_real, s_fake, real_label):
    """Smoothing by ε = 1 − α spreads ε over both classes: the target is 1 − ε/2."""
    return right_softplus(s_real, s_fake, 1 - (1 - real_label) / 2)


def wrong_random_label(s_real, s_fake, real_label):
    """Each real target is drawn between α and 1, as in a well-known list of tricks."""
    targets = real_label + (1 - real_label) * torch.rand_like(s_real)
    return bce(s_real, targets) + bce(s_fake, torch.zeros_like(s_fake))


def wrong_label_flipped_at_random(s_real, s_fake, real_label):
    """A share of 1 − α of the real labels is flipped."""
    targets = (torch.rand_like(s_real) < real_label).to(s_real.dtype)
    return bce(s_real, targets) + bce(s_fake, torch.zeros_like(s_fake))


def wrong_maximised(s_real, s_fake, real_label):
    """D maximises its log likelihood."""
    return -right_softplus(s_real, s_fake, real_label)


def wrong_sign_of_the_fakes(s_real, s_fake, real_label):
    """The usual loss of fakes is log(1 − σ)."""
    return bce(s_real, torch.full_like(s_real, real_label)) - softplus(s_fake).mean()


def wrong_detached_fakes(s_real, s_fake, real_label):
    """Fakes are detached in D's step."""
    return right_softplus(s_real, s_fake.detach(), real_label)


def wrong_detached_smoothing(s_real, s_fake, real_label):
    """The smoothing term is a constant that no gradient passes."""
    real = real_label * softplus(-s_real) + (1 - real_label) * softplus(s_real.detach())
    return real.mean() + softplus(s_fake).mean()


def wrong_plain_number(s_real, s_fake, real_label):
    """A loss is a number."""
    return right_softplus(s_real, s_fake, real_label).item()


def wrong_new_tensor(s_real, s_fake, real_label):
    """The result is wrapped in a fresh tensor."""
    return torch.tensor(right_softplus(s_real, s_fake, real_label).item(), requires_grad=True)


def wrong_shape_of_one(s_real, s_fake, real_label):
    """One number, in a row."""
    return right_softplus(s_real, s_fake, real_label).reshape(1)


def wrong_one_loss_a_sample(s_real, s_fake, real_label):
    """The mean over real samples is taken by the trainer."""
    return real_label * softplus(-s_real) + (1 - real_label) * softplus(s_real) + softplus(s_fake).mean()


def wrong_sigmoid_twice(s_real, s_fake, real_label):
    """The loss wants probabilities."""
    return right_targets(s_real.sigmoid(), s_fake.sigmoid(), real_label)


def wrong_least_squares(s_real, s_fake, real_label):
    """The distance of the score from its target, squared."""
    return (s_real - real_label).square().mean() + s_fake.square().mean()


def wrong_squared_probabilities(s_real, s_fake, real_label):
    """The distance of the probability from its target, squared."""
    return (s_real.sigmoid() - real_label).square().mean() + s_fake.sigmoid().square().mean()


def wrong_statement_capped(s_real, s_fake, real_label):
    """Nothing above α is asked for: from there on the loss is flat."""
    cap = math.log(real_label / (1 - real_label)) if real_label < 1 else math.inf
    return softplus(-s_real.clamp(max=cap)).mean() + softplus(s_fake).mean()


def wrong_scaled_logits(s_real, s_fake, real_label):
    """The label scales the logit."""
    return softplus(-real_label * s_real).mean() + softplus(s_fake).mean()


def wrong_minus_its_least_value(s_real, s_fake, real_label):
    """A perfect D should have loss 0, so the targets' entropy is taken off."""
    floor = 0.0
    if real_label < 1:
        floor = -real_label * math.log(real_label) - (1 - real_label) * math.log(1 - real_label)
    return right_softplus(s_real, s_fake, real_label) - floor


def wrong_bits(s_real, s_fake, real_label):
    """Logarithms to base two."""
    return right_softplus(s_real, s_fake, real_label) / math.log(2)


def wrong_weight_beside_target(s_real, s_fake, real_label):
    """The target is soft and the class is weighted by it too."""
    return real_label * bce(s_real, torch.full_like(s_real, real_label)) + softplus(s_fake).mean()


def wrong_positive_weight(s_real, s_fake, real_label):
    """pos_weight is where the library takes α."""
    weight = torch.tensor(real_label, dtype=s_real.dtype)
    return bce(s_real, torch.ones_like(s_real), pos_weight=weight) + bce(s_fake, torch.zeros_like(s_fake))


def wrong_relu(s_real, s_fake, real_label):
    """For large scores softplus is relu, so relu it is."""
    return (real_label * (-s_real).relu() + (1 - real_label) * s_real.relu()).mean() + s_fake.relu().mean()


def wrong_early_straight_line(s_real, s_fake, real_label):
    """Beyond 5 softplus is a straight line, near enough."""

    def sp(s):
        return softplus(s, threshold=5)

    return (real_label * sp(-s_real) + (1 - real_label) * sp(s_real)).mean() + sp(s_fake).mean()


def wrong_scores_changed(s_real, s_fake, real_label):
    """Large scores are clamped where they lie."""
    s_real.data.clamp_(-50, 50)
    s_fake.data.clamp_(-50, 50)
    return right_softplus(s_real, s_fake, real_label)


def wrong_mean_score(s_real, s_fake, real_label):
    """The loss of the mean score is the mean loss."""
    return right_softplus(s_real.mean(), s_fake.mean(), real_label)


def wrong_label_in_whole_numbers(s_real, s_fake, real_label):
    """Targets are class labels, so they are made whole numbers first."""
    target = torch.full_like(s_real, real_label).long().to(s_real.dtype)
    return bce(s_real, target) + bce(s_fake, torch.zeros_like(s_fake))


# ----------------------------------------------------------------------------------------------------------- more


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
