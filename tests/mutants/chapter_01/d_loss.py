"""Student answers to `d_loss(s_real, s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

import ganlab

# ----------------------------------------------------------------------------------------------------------- right


def right_logsigmoid(s_real, s_fake):
    """σ(−s) = 1 − σ(s)."""
    return -(logsigmoid(s_real).mean() + logsigmoid(-s_fake).mean())


def right_bce_module(s_real, s_fake):
    """The classifier's usual criterion, with labels."""
    criterion = nn.BCEWithLogitsLoss()
    return criterion(s_real, torch.ones_like(s_real)) + criterion(s_fake, torch.zeros_like(s_fake))


def right_logaddexp(s_real, s_fake):
    """ln(e⁰ + e^±s)."""
    zero = s_real.new_zeros(())
    return torch.logaddexp(zero, -s_real).mean() + torch.logaddexp(zero, s_fake).mean()


def right_abs_trick(s_real, s_fake):
    """max(x, 0) + ln(1 + e^−|x|), by hand; both slopes of the kink at 0 taken care of."""

    def stable(x):
        return torch.where(x > 0, x, torch.zeros_like(x)) + torch.log1p(torch.exp(-torch.where(x > 0, x, -x)))

    return stable(-s_real).mean() + stable(s_fake).mean()


def right_two_class_softmax(s_real, s_fake):
    """A softmax over the logits (0, s)."""

    def term(s, label):
        logits = torch.stack([torch.zeros_like(s), s], -1).reshape(-1, 2)
        return F.cross_entropy(logits, torch.full((len(logits),), label, device=s.device))

    return term(s_real, 1) + term(s_fake, 0)


def right_python_loop(s_real, s_fake):
    """One score after the other."""
    real = sum(softplus(-s) for s in s_real.reshape(-1)) / s_real.numel()
    fake = sum(softplus(s) for s in s_fake.reshape(-1)) / s_fake.numel()
    return real + fake


def right_weighted_bce(s_real, s_fake):
    """All scores in one call, each weighted by 1/its number."""
    parts = [s_real.flatten(), s_fake.flatten()]
    labels = torch.cat([torch.ones_like(parts[0]), torch.zeros_like(parts[1])])
    weights = torch.cat([torch.full_like(p, 1 / p.numel()) for p in parts])
    return binary_cross_entropy_with_logits(torch.cat(parts), labels, weight=weights, reduction="sum")


def right_dot_product(s_real, s_fake):
    """Means as inner products with uniform weights, by einsum."""

    def uniform(s):
        values = softplus(s).reshape(-1)
        return torch.einsum("i,i->", values, torch.full_like(values, 1 / len(values)))

    return uniform(-s_real) + uniform(s_fake)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_formula_as_it_stands(s_real, s_fake):
    """The formula is a program."""
    return -torch.log(torch.sigmoid(s_real)).mean() - torch.log(1 - torch.sigmoid(s_fake)).mean()


def wrong_epsilon(s_real, s_fake):
    """A small number in the logarithm repairs it."""
    return -torch.log(torch.sigmoid(s_real) + 1e-8).mean() - torch.log(1 - torch.sigmoid(s_fake) + 1e-8).mean()


def wrong_tiny_epsilon(s_real, s_fake):
    """The smallest number that 32 bits hold can do no harm."""
    tiny = torch.finfo(torch.float32).tiny
    return -torch.log(torch.sigmoid(s_real) + tiny).mean() - torch.log(torch.sigmoid(-s_fake) + tiny).mean()


def wrong_probability_clamped(s_real, s_fake):
    """Probabilities are kept away from 0 and 1."""
    p, q = (torch.sigmoid(s).clamp(1e-6, 1 - 1e-6) for s in (s_real, s_fake))
    return -p.log().mean() - (1 - q).log().mean()


def wrong_bce_of_probabilities(s_real, s_fake):
    """`binary_cross_entropy` is stable by itself (it cuts the logarithm at −100)."""
    return F.binary_cross_entropy(torch.sigmoid(s_real), torch.ones_like(s_real)) + F.binary_cross_entropy(
        torch.sigmoid(s_fake), torch.zeros_like(s_fake)
    )


def wrong_one_minus_sigmoid_in_double(s_real, s_fake):
    """64 bits are enough (1 − σ(120) is 0 there as well)."""
    p, q = torch.sigmoid(s_real.double()), torch.sigmoid(s_fake.double())
    return (-p.log().mean() - (1 - q).log().mean()).to(s_real.dtype)


def wrong_log1p_exp(s_real, s_fake):
    """`log1p` makes ln(1 + e^x) stable (e^120 is infinite in 32 bits)."""
    return torch.log1p(torch.exp(-s_real)).mean() + torch.log1p(torch.exp(s_fake)).mean()


def wrong_where_with_nan_gradient(s_real, s_fake):
    """`where` hides the infinite branch (its gradient is NaN all the same)."""

    def mine(x):
        return torch.where(x > 20, x, torch.log1p(torch.exp(x)))

    return mine(-s_real).mean() + mine(s_fake).mean()


def wrong_scores_clamped(s_real, s_fake):
    """Scores beyond ±50 are cut first."""
    return softplus(-s_real.clamp(-50, 50)).mean() + softplus(s_fake.clamp(-50, 50)).mean()


def wrong_scores_clamped_at_100(s_real, s_fake):
    """Nobody meets a score beyond ±100."""
    return softplus(-s_real.clamp(-100, 100)).mean() + softplus(s_fake.clamp(-100, 100)).mean()


def wrong_nan_to_num(s_real, s_fake):
    """Infinities are replaced by a large number."""
    real = torch.nan_to_num(-torch.log(torch.sigmoid(s_real)), posinf=120.0)
    fake = torch.nan_to_num(-torch.log(1 - torch.sigmoid(s_fake)), posinf=120.0)
    return real.mean() + fake.mean()


def wrong_infinite_terms_dropped(s_real, s_fake):
    """Only finite terms enter the mean."""
    real, fake = -torch.log(torch.sigmoid(s_real)), -torch.log(1 - torch.sigmoid(s_fake))
    return real[real.isfinite()].mean() + fake[fake.isfinite()].mean()


def wrong_labels_swapped(s_real, s_fake):
    """softplus(s) for real samples, softplus(−s) for generated ones."""
    return softplus(s_real).mean() + softplus(-s_fake).mean()


def wrong_fake_term_like_real(s_real, s_fake):
    """Both terms are −ln σ."""
    return softplus(-s_real).mean() + softplus(-s_fake).mean()


def wrong_real_term_like_fake(s_real, s_fake):
    """Both terms are softplus(s)."""
    return softplus(s_real).mean() + softplus(s_fake).mean()


def wrong_maximised(s_real, s_fake):
    """D maximises, as in the paper."""
    return -softplus(-s_real).mean() - softplus(s_fake).mean()


def wrong_second_minus_lost(s_real, s_fake):
    """The second term is added as a mean of ln(1 − σ)."""
    return -logsigmoid(s_real).mean() + logsigmoid(-s_fake).mean()


def wrong_one_minus_the_log(s_real, s_fake):
    """ln(1 − σ) is typed as 1 − ln σ."""
    return -logsigmoid(s_real).mean() - (1 - logsigmoid(s_fake)).mean()


def wrong_real_only(s_real, s_fake):
    """D has to recognise real samples."""
    return softplus(-s_real).mean()


def wrong_fake_only(s_real, s_fake):
    """D has to catch generated samples."""
    return softplus(s_fake).mean()


def wrong_half(s_real, s_fake):
    """The mean of both terms, as PyTorch tutorials have it."""
    return (softplus(-s_real).mean() + softplus(s_fake).mean()) / 2


def wrong_pooled_mean(s_real, s_fake):
    """One batch of labelled scores, one mean."""
    return torch.cat([softplus(-s_real).flatten(), softplus(s_fake).flatten()]).mean()


def wrong_pooled_mean_doubled(s_real, s_fake):
    """Twice the pooled mean is the sum of the means (only for as many scores of each kind)."""
    return 2 * torch.cat([softplus(-s_real).flatten(), softplus(s_fake).flatten()]).mean()


def wrong_sums(s_real, s_fake):
    """Sums instead of means."""
    return softplus(-s_real).sum() + softplus(s_fake).sum()


def wrong_divided_by_rows(s_real, s_fake):
    """The batch size is the first dimension."""
    return softplus(-s_real).sum() / len(s_real) + softplus(s_fake).sum() / len(s_fake)


def wrong_divided_by_real_number(s_real, s_fake):
    """Both sums are divided by the number of real scores."""
    return (softplus(-s_real).sum() + softplus(s_fake).sum()) / s_real.numel()


def wrong_batch_of_64(s_real, s_fake):
    """The batch size is typed in."""
    return (softplus(-s_real).sum() + softplus(s_fake).sum()) / 64


def wrong_mean_over_first_axis(s_real, s_fake):
    """mean(0) leaves (1,) of (B, 1)."""
    return softplus(-s_real).mean(0) + softplus(s_fake).mean(0)


def wrong_shape_one(s_real, s_fake):
    """The result is kept as a vector of one number."""
    return (softplus(-s_real).mean() + softplus(s_fake).mean()).reshape(1)


def wrong_first_column(s_real, s_fake):
    """Scores are (B, 1); only their first column is read, and (B,) gets a column first."""
    real, fake = (s.reshape(len(s), -1)[:, 0] for s in (s_real, s_fake))
    return softplus(-real).mean() + softplus(fake).mean()


def wrong_pairs_only(s_real, s_fake):
    """Each real score has a generated partner: zip stops at the shorter."""
    pairs = list(zip(s_real.flatten(), s_fake.flatten(), strict=False))
    return sum(softplus(-r) + softplus(f) for r, f in pairs) / len(pairs)


def wrong_elementwise_sum(s_real, s_fake):
    """The terms are added before the mean."""
    return (softplus(-s_real) + softplus(s_fake)).mean()


def wrong_loss_of_mean_score(s_real, s_fake):
    """The mean is taken of the scores, softplus after."""
    return softplus(-s_real.mean()) + softplus(s_fake.mean())


def wrong_median(s_real, s_fake):
    """A median is more robust."""
    return softplus(-s_real).median() + softplus(s_fake).median()


def wrong_fake_detached(s_real, s_fake):
    """Detaching the generated part belongs into D's loss."""
    return softplus(-s_real).mean() + softplus(s_fake.detach()).mean()


def wrong_real_detached(s_real, s_fake):
    """Real data need no gradient."""
    return softplus(-s_real.detach()).mean() + softplus(s_fake).mean()


def wrong_new_tensor(s_real, s_fake):
    """The value is wrapped in a new tensor, which cuts the graph."""
    return torch.tensor((softplus(-s_real).mean() + softplus(s_fake).mean()).item(), requires_grad=True)


def wrong_python_float(s_real, s_fake):
    """A number is a number."""
    return (softplus(-s_real).mean() + softplus(s_fake).mean()).item()


def wrong_no_grad(s_real, s_fake):
    """A loss is a measurement."""
    with torch.no_grad():
        return softplus(-s_real).mean() + softplus(s_fake).mean()


def wrong_real_twice(s_real, s_fake):
    """A slip of the keyboard: s_real in both terms."""
    return softplus(-s_real).mean() + softplus(s_real).mean()


def wrong_base_two(s_real, s_fake):
    """Entropies are in bits."""
    return (softplus(-s_real).mean() + softplus(s_fake).mean()) / math.log(2)


def wrong_one_sided_smoothing(s_real, s_fake):
    """The real label is 0.9, as in every recipe."""
    return binary_cross_entropy_with_logits(s_real, torch.full_like(s_real, 0.9)) + softplus(s_fake).mean()


def wrong_sigmoid_twice(s_real, s_fake):
    """The stable function is given probabilities."""
    p, q = torch.sigmoid(s_real), torch.sigmoid(s_fake)
    return binary_cross_entropy_with_logits(p, torch.ones_like(p)) + binary_cross_entropy_with_logits(
        q, torch.zeros_like(q)
    )


def wrong_hinge(s_real, s_fake):
    """The hinge loss is the same with straight lines."""
    return torch.relu(1 - s_real).mean() + torch.relu(1 + s_fake).mean()


def wrong_relu(s_real, s_fake):
    """softplus is relu."""
    return torch.relu(-s_real).mean() + torch.relu(s_fake).mean()


def wrong_linear_early(s_real, s_fake):
    """softplus(x) = x from x = 3 on."""
    return softplus(-s_real, threshold=3).mean() + softplus(s_fake, threshold=3).mean()


def wrong_mean_squared(s_real, s_fake):
    """Least squares to 1 and 0."""
    return ((s_real - 1) ** 2).mean() + (s_fake**2).mean()


def wrong_wasserstein(s_real, s_fake):
    """Scores are compared without a logarithm."""
    return s_fake.mean() - s_real.mean()


def wrong_inputs_negated_in_place(s_real, s_fake):
    """s_real is negated where it lies, for softplus(−s)."""
    with torch.no_grad():
        s_real.neg_()
    return softplus(s_real).mean() + softplus(s_fake).mean()


def wrong_gradient_ready_made(s_real, s_fake):
    """Value of one, gradient of the other: the raw scores carry the slope, as in a straight-through estimate."""
    value = softplus(-s_real).mean() + softplus(s_fake).mean()
    line = s_fake.mean() - s_real.mean()
    return value.detach() + line - line.detach()


def wrong_coin(s_real, s_fake):
    """2 ln 2 is what D pays."""
    return 2 * math.log(2) + 0 * (s_real.sum() + s_fake.sum())


def wrong_library(s_real, s_fake):
    """The library has it."""
    return ganlab.LOSSES["nonsaturating"].d(s_real, s_fake)


def wrong_library_by_name(s_real, s_fake):
    """The library has it, under another name."""
    from ganlab.objectives.losses import resolve_loss

    return resolve_loss("saturating").d(s_real, s_fake)


# ----------------------------------------------------------------------------------------- by the check's author


def right_softplus(s_real, s_fake):
    return F.softplus(-s_real).mean() + F.softplus(s_fake).mean()


def right_bce_with_logits(s_real, s_fake):
    loss = nn.BCEWithLogitsLoss()
    return loss(s_real, torch.ones_like(s_real)) + loss(s_fake, torch.zeros_like(s_fake))


def wrong_naive(s_real, s_fake):
    """The formula of the paper, as it stands."""
    return -torch.log(torch.sigmoid(s_real)).mean() - torch.log(1 - torch.sigmoid(s_fake)).mean()


def wrong_bce_clamps(s_real, s_fake):
    """binary_cross_entropy takes care of infinities."""
    p, q = torch.sigmoid(s_real), torch.sigmoid(s_fake)
    return F.binary_cross_entropy(p, torch.ones_like(p)) + F.binary_cross_entropy(q, torch.zeros_like(q))


def wrong_labels(s_real, s_fake):
    """0 stands for real."""
    return F.softplus(s_real).mean() + F.softplus(-s_fake).mean()


def wrong_one_mean(s_real, s_fake):
    """One batch of both."""
    scores = torch.cat((s_real.flatten(), s_fake.flatten()))
    labels = torch.cat((torch.ones(s_real.numel()), torch.zeros(s_fake.numel())))
    return F.binary_cross_entropy_with_logits(scores, labels)


def wrong_detached(s_real, s_fake):
    """The generated samples are only data."""
    return F.softplus(-s_real).mean() + F.softplus(s_fake.detach()).mean()
