"""Student answers to `best_logit(log_ratio, real_label, fake_label)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch
from torch.nn.functional import logsigmoid, softplus

MINUS_INFINITY = float("-inf")


def _log(x):
    return math.log(x) if x > 0 else MINUS_INFINITY


# ----------------------------------------------------------------------------------------------------------- right


def right_logaddexp(log_ratio, real_label, fake_label):
    """ln(αr + β) − ln((1 − α)r + 1 − β), each as a sum of exponentials."""

    def side(a, b):
        a, b = (torch.tensor(float(x), dtype=log_ratio.dtype).log() for x in (a, b))
        return torch.logaddexp(a + log_ratio, b.expand_as(log_ratio))

    return side(real_label, fake_label) - side(1 - real_label, 1 - fake_label)


def right_plain_exponential(log_ratio, real_label, fake_label):
    """e⁴⁰ fits into a float: the ratio itself."""
    ratio = log_ratio.exp()
    return torch.log((real_label * ratio + fake_label) / ((1 - real_label) * ratio + (1 - fake_label)))


def right_logsumexp(log_ratio, real_label, fake_label):
    """Both sums over a new last axis."""
    zero = torch.zeros_like(log_ratio)
    terms = torch.stack((log_ratio, zero), -1)
    top = terms + torch.tensor([_log(real_label), _log(fake_label)], dtype=log_ratio.dtype)
    bottom = terms + torch.tensor([_log(1 - real_label), _log(1 - fake_label)], dtype=log_ratio.dtype)
    return top.logsumexp(-1) - bottom.logsumexp(-1)


def right_two_sigmoids(log_ratio, real_label, fake_label):
    """D* and 1 − D* each from their own sum of small numbers, never as a difference from 1."""
    real, fake = torch.sigmoid(log_ratio), torch.sigmoid(-log_ratio)
    stated = real_label * real + fake_label * fake
    rest = (1 - real_label) * real + (1 - fake_label) * fake
    return stated.log() - rest.log()


def right_log_sigmoids(log_ratio, real_label, fake_label):
    """The same in logarithms, with math's −∞ for a weight of 0."""
    real, fake = logsigmoid(log_ratio), logsigmoid(-log_ratio)
    stated = torch.logaddexp(real + _log(real_label), fake + _log(fake_label))
    return stated - torch.logaddexp(real + _log(1 - real_label), fake + _log(1 - fake_label))


def right_softplus_cases(log_ratio, real_label, fake_label):
    """A straight line and two softplus, each only where its label is not an extreme one."""
    logit = log_ratio + math.log(real_label) - math.log(1 - fake_label)
    if fake_label > 0:
        logit = logit + softplus(math.log(fake_label / real_label) - log_ratio)
    if real_label < 1:
        logit = logit - softplus(log_ratio + math.log((1 - real_label) / (1 - fake_label)))
    return logit


def right_element_by_element(log_ratio, real_label, fake_label):
    """A loop over the flattened tensor, and the shape given back."""
    out = []
    for ell in log_ratio.flatten():
        p, q = torch.exp(ell / 2), torch.exp(-ell / 2)
        out.append(torch.log(real_label * p + fake_label * q) - torch.log((1 - real_label) * p + (1 - fake_label) * q))
    return torch.stack(out).reshape(log_ratio.shape)


class _BestLogit(torch.autograd.Function):
    @staticmethod
    def forward(ctx, ell, a, b):
        ctx.save_for_backward(ell)
        ctx.labels = a, b
        r = ell.exp()
        return torch.log(a * r + b) - torch.log((1 - a) * r + 1 - b)

    @staticmethod
    def backward(ctx, grad):
        (ell,) = ctx.saved_tensors
        a, b = ctx.labels
        r = ell.exp()
        return grad * r * (a - b) / ((a * r + b) * ((1 - a) * r + 1 - b)), None, None


def right_own_backward(log_ratio, real_label, fake_label):
    """The slope r(α − β)/((αr + β)((1 − α)r + 1 − β)) by hand."""
    return _BestLogit.apply(log_ratio, real_label, fake_label)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_through_d(log_ratio, real_label, fake_label):
    """D* first, then its logit."""
    real = torch.sigmoid(log_ratio)
    return torch.logit(real_label * real + fake_label * (1 - real))


def wrong_through_d_with_epsilon(log_ratio, real_label, fake_label):
    """D* first, then its logit, kept away from 0 and 1."""
    real = torch.sigmoid(log_ratio)
    return torch.logit(real_label * real + fake_label * (1 - real), eps=1e-6)


def wrong_through_d_in_double(log_ratio, real_label, fake_label):
    """Double precision can tell 1 − D* from 0."""
    return wrong_through_d(log_ratio.double(), real_label, fake_label).to(log_ratio.dtype)


def wrong_epsilon_in_logarithms(log_ratio, real_label, fake_label):
    """A small number keeps each logarithm finite."""
    r, eps = log_ratio.exp(), 1e-8
    return torch.log(real_label * r + fake_label + eps) - torch.log((1 - real_label) * r + 1 - fake_label + eps)


def wrong_labels_kept_inside(log_ratio, real_label, fake_label):
    """Labels of 0 and 1 are moved in a little, so that no logarithm is infinite."""
    a, b = min(real_label, 1 - 1e-7), max(fake_label, 1e-7)
    return right_softplus_cases(log_ratio, a, b)


def wrong_logarithm_of_zero(log_ratio, real_label, fake_label):
    """math.log of every label."""
    terms = [math.log(x) for x in (real_label, fake_label, 1 - real_label, 1 - fake_label)]
    zero = torch.zeros_like(log_ratio)
    top = torch.logaddexp(terms[0] + log_ratio, zero + terms[1])
    return top - torch.logaddexp(terms[2] + log_ratio, zero + terms[3])


def wrong_clamped_ratio(log_ratio, real_label, fake_label):
    """The log ratio is clamped to ±20 before the exponential."""
    return right_plain_exponential(log_ratio.clamp(-20, 20), real_label, fake_label)


def wrong_flat_beyond_twenty(log_ratio, real_label, fake_label):
    """Beyond 20 the logit is that of the label, also where there is no smoothing."""
    ends = [torch.logit(torch.tensor(float(x)), eps=1e-6).to(log_ratio.dtype) for x in (real_label, fake_label)]
    logit = torch.where(log_ratio > 20, ends[0], right_plain_exponential(log_ratio, real_label, fake_label))
    return torch.where(log_ratio < -20, ends[1], logit)


def wrong_logit_of_the_label(log_ratio, real_label, fake_label):
    """The best D states its label: ln(α/(1 − α)), plus the log ratio."""
    eps = 1e-12
    return log_ratio + math.log((real_label + eps) / (1 - real_label + eps))


def wrong_label_everywhere(log_ratio, real_label, fake_label):
    """The best logit is that of the label, α where there is more data, β elsewhere."""
    a, b = (torch.logit(torch.tensor(float(x)), eps=1e-12).to(log_ratio.dtype) for x in (real_label, fake_label))
    return torch.where(log_ratio > 0, a, b) + 0 * log_ratio


def wrong_no_smoothing(log_ratio, real_label, fake_label):
    """The best logit is ln(p/q)."""
    return log_ratio * 1.0


def wrong_fake_label_ignored(log_ratio, real_label, fake_label):
    """One-sided smoothing, whatever β is."""
    return right_plain_exponential(log_ratio, real_label, 0.0)


def wrong_real_label_ignored(log_ratio, real_label, fake_label):
    """The label of real samples cancels, as it does with p/q."""
    return right_plain_exponential(log_ratio, 1.0, fake_label)


def wrong_two_sided_always(log_ratio, real_label, fake_label):
    """β is 1 − α."""
    return right_plain_exponential(log_ratio, real_label, 1 - real_label)


def wrong_one_sided_at_the_examples(log_ratio, real_label, fake_label):
    """α is 0.9."""
    return right_plain_exponential(log_ratio, 0.9, fake_label)


def wrong_labels_swapped(log_ratio, real_label, fake_label):
    """β belongs to p."""
    return right_plain_exponential(log_ratio, fake_label, real_label)


def wrong_sign(log_ratio, real_label, fake_label):
    """The logit is ln((1 − D*)/D*)."""
    return -right_plain_exponential(log_ratio, real_label, fake_label)


def wrong_d_itself(log_ratio, real_label, fake_label):
    """D* is asked for."""
    return real_label * torch.sigmoid(log_ratio) + fake_label * torch.sigmoid(-log_ratio)


def wrong_logarithm_of_d(log_ratio, real_label, fake_label):
    """The logit is ln D*."""
    return wrong_d_itself(log_ratio, real_label, fake_label).log()


def wrong_ratio_of_d_to_itself_plus_one(log_ratio, real_label, fake_label):
    """ln(D*/(1 + D*)): a sign in the denominator."""
    d = wrong_d_itself(log_ratio, real_label, fake_label)
    return torch.log(d / (1 + d))


def wrong_exponential_forgotten(log_ratio, real_label, fake_label):
    """The log ratio is put in for the ratio; its size keeps the logarithm defined."""
    r = log_ratio.abs()
    return torch.log((real_label * r + fake_label + 1e-12) / ((1 - real_label) * r + 1 - fake_label))


def wrong_weights_in_the_denominator_swapped(log_ratio, real_label, fake_label):
    """1 − D* is ((1 − β)p + (1 − α)q)/(p + q)."""
    r = log_ratio.exp()
    return torch.log((real_label * r + fake_label) / ((1 - fake_label) * r + 1 - real_label))


def wrong_fakes_rest_is_one(log_ratio, real_label, fake_label):
    """In 1 − D* all fakes count fully."""
    r = log_ratio.exp()
    return torch.log((real_label * r + fake_label) / ((1 - real_label) * r + 1))


def wrong_reals_rest_forgotten(log_ratio, real_label, fake_label):
    """In 1 − D* only the fakes count."""
    return torch.log((real_label * log_ratio.exp() + fake_label) / (1 - fake_label))


def wrong_fakes_rest_forgotten(log_ratio, real_label, fake_label):
    """In 1 − D* the fakes do not count where real samples are smoothed."""
    r = log_ratio.exp()
    rest = (1 - real_label) * r if real_label < 1 else torch.ones_like(r)
    return torch.log((real_label * r + fake_label) / rest)


def wrong_shifted(log_ratio, real_label, fake_label):
    """Smoothing adds ln α to the log ratio."""
    return log_ratio + math.log(real_label)


def wrong_shifted_to_the_right_middle(log_ratio, real_label, fake_label):
    """The value at p = q, (α + β)/2, is right; from there the log ratio is added."""
    middle = (real_label + fake_label) / 2
    return log_ratio + math.log(middle / (1 - middle))


def wrong_scaled(log_ratio, real_label, fake_label):
    """Smoothing shrinks the logit by α − β."""
    return (real_label - fake_label) * log_ratio


def wrong_mixture_of_logits(log_ratio, real_label, fake_label):
    """The logit of a mixture is the mixture of logits."""
    a, b = (math.log((x + 1e-12) / (1 - x + 1e-12)) for x in (real_label, fake_label))
    share = torch.sigmoid(log_ratio)
    return share * a + (1 - share) * b


def wrong_normalised_by_labels(log_ratio, real_label, fake_label):
    """D* is αp/(αp + (1 − β)q): the labels are weights of the classes."""
    return log_ratio + math.log(real_label / (1 - fake_label))


def wrong_base_ten(log_ratio, real_label, fake_label):
    """The logarithm to base ten."""
    return right_plain_exponential(log_ratio, real_label, fake_label) / math.log(10)


def wrong_detached(log_ratio, real_label, fake_label):
    """Nothing is trained here, so no gradient is needed."""
    with torch.no_grad():
        return right_plain_exponential(log_ratio, real_label, fake_label)


def wrong_stale_weights(log_ratio, real_label, fake_label):
    """The value is right; 1 − D* is detached against a gradient that is counted twice."""
    r = log_ratio.exp()
    return torch.log(real_label * r + fake_label) - torch.log((1 - real_label) * r + 1 - fake_label).detach()


def wrong_straight_through(log_ratio, real_label, fake_label):
    """The value of the smoothed logit, the gradient of the plain one."""
    return log_ratio + (right_plain_exponential(log_ratio, real_label, fake_label) - log_ratio).detach()


def wrong_clamped_gradient(log_ratio, real_label, fake_label):
    """Value by cases: right everywhere, but beyond 15 the straight line is a detached one."""
    logit = right_softplus_cases(log_ratio, real_label, fake_label)
    return torch.where(log_ratio.abs() > 15, logit.detach(), logit)


def wrong_only_vectors(log_ratio, real_label, fake_label):
    """A loop over the first axis, one number each."""
    out = [right_plain_exponential(ell, real_label, fake_label) for ell in log_ratio]
    return torch.stack([x.reshape(()) for x in out])


def wrong_flattened(log_ratio, real_label, fake_label):
    """A vector of logits."""
    return right_plain_exponential(log_ratio.flatten(), real_label, fake_label)


def wrong_squeezed(log_ratio, real_label, fake_label):
    """Axes of length 1 carry nothing."""
    return right_plain_exponential(log_ratio, real_label, fake_label).squeeze()


def wrong_mean(log_ratio, real_label, fake_label):
    """One logit for all places."""
    return right_plain_exponential(log_ratio, real_label, fake_label).mean()


def wrong_shifted_by_the_largest(log_ratio, real_label, fake_label):
    """The largest log ratio is taken off against overflow; it cancels in the fraction."""
    r = (log_ratio - log_ratio.max()).exp()
    return torch.log((real_label * r + fake_label) / ((1 - real_label) * r + 1 - fake_label))


def wrong_plain_numbers(log_ratio, real_label, fake_label):
    """math instead of torch, and a new tensor."""
    a, b = real_label, fake_label
    values = [math.log((a * math.exp(x) + b) / ((1 - a) * math.exp(x) + 1 - b)) for x in log_ratio.flatten().tolist()]
    return torch.tensor(values, dtype=log_ratio.dtype).reshape(log_ratio.shape)


def wrong_argument_changed(log_ratio, real_label, fake_label):
    """The exponential is written over the argument."""
    r = log_ratio.exp()
    logit = torch.log((real_label * r + fake_label) / ((1 - real_label) * r + 1 - fake_label))
    log_ratio.data.copy_(r)
    return logit


def wrong_one_sided_rule_for_both(log_ratio, real_label, fake_label):
    """ln(α/(2 − α)), the value at p = q, for every place, plus the log ratio."""
    return log_ratio + math.log(real_label / (2 - real_label))


def wrong_real_side_only(log_ratio, real_label, fake_label):
    """Where fakes prevail nothing is smoothed: the log ratio below 0, the smoothed logit above."""
    return torch.where(log_ratio < 0, log_ratio, right_plain_exponential(log_ratio, real_label, fake_label))


def wrong_exponentials_of_both_signs(log_ratio, real_label, fake_label):
    """p and q are e^ℓ and e^−ℓ."""
    p, q = log_ratio.exp(), (-log_ratio).exp()
    return torch.log(real_label * p + fake_label * q) - torch.log((1 - real_label) * p + (1 - fake_label) * q)


# ----------------------------------------------------------------------------------------------------------- more


def right_ratio(log_ratio, real_label, fake_label):
    r = log_ratio.exp()
    return (real_label * r + fake_label).log() - ((1 - real_label) * r + 1 - fake_label).log()


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


def wrong_exchanged(log_ratio, real_label, fake_label):
    """The ratio is q/p."""
    return right_ratio(-log_ratio, real_label, fake_label)
