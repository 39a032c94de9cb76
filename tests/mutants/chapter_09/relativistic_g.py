"""Student answers to `relativistic_g(s_real, s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import torch
from torch.nn import functional as F

import ganlab

# ----------------------------------------------------------------------------------------------------------- right


def right_detached_real(s_real, s_fake):
    """G moves only the fake scores."""
    return F.softplus(s_real.detach() - s_fake).mean()


def right_both_gradients(s_real, s_fake):
    """No detach; G's parameters are not behind s_real anyway."""
    return -torch.mean(F.logsigmoid(s_fake - s_real))


def right_two_class_cross_entropy(s_real, s_fake):
    """Which of the two is real: G wants the answer "the second"."""
    logits = torch.stack([s_real, s_fake], dim=-1)
    return F.nll_loss(logits.log_softmax(-1), torch.ones(s_fake.shape[0], dtype=torch.int64, device=s_fake.device))


def right_logsumexp(s_real, s_fake):
    """log(e^(s_r) + e^(s_f)) − s_f."""
    return (torch.stack([s_real, s_fake]).logsumexp(0) - s_fake).mean()


def right_recursion(s_real, s_fake):
    """Halves of the batch, weighted by their lengths."""
    B = len(s_fake)
    if B == 1:
        return F.softplus(s_real[0] - s_fake[0])
    k = B // 2
    return (k * right_recursion(s_real[:k], s_fake[:k]) + (B - k) * right_recursion(s_real[k:], s_fake[k:])) / B


def right_bce_target_zero(s_real, s_fake):
    """ "The real one is real" is to be false."""
    return F.binary_cross_entropy_with_logits(s_real - s_fake, torch.zeros_like(s_real))


def right_dot_product(s_real, s_fake):
    """The mean as a product with weights 1/B."""
    weights = torch.full_like(s_fake, 1 / s_fake.numel())
    return torch.einsum("i,i->", weights, F.softplus(s_real - s_fake))


def right_plain(s_real, s_fake):
    return F.softplus(s_real - s_fake).mean()


def right_entropy(s_real, s_fake):
    gap = s_fake - s_real
    return F.binary_cross_entropy_with_logits(gap, torch.ones_like(gap), reduction="sum") / len(gap)


def right_logaddexp(s_real, s_fake):
    return torch.logaddexp(torch.zeros_like(s_fake), s_real - s_fake).mean()


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_discriminators_loss(s_real, s_fake):
    """The order of the difference is that of D's loss."""
    return F.softplus(s_fake - s_real).mean()


def wrong_saturating(s_real, s_fake):
    """A zero-sum game: G minimises minus D's loss."""
    return -F.softplus(s_fake - s_real).mean()


def wrong_without_real(s_real, s_fake):
    """G does not see real samples: the non-saturating loss."""
    return F.softplus(-s_fake).mean()


def wrong_all_pairs(s_real, s_fake):
    """A generated sample has to beat real samples from every mode: all pairs."""
    return F.softplus(s_real[:, None] - s_fake).mean()


def wrong_average_real(s_real, s_fake):
    """The opponent is the average real score."""
    return F.softplus(s_real.mean() - s_fake).mean()


def wrong_best_real(s_real, s_fake):
    """Beat every real sample, so beat the best."""
    return F.softplus(s_real.max() - s_fake).mean()


def wrong_relativistic_average(s_real, s_fake):
    """RaGAN's two terms."""
    return (F.softplus(s_real - s_fake.mean()).mean() + F.softplus(s_real.mean() - s_fake).mean()) / 2


def wrong_mean_of_scores_first(s_real, s_fake):
    """The mean of the differences goes into softplus."""
    return F.softplus(s_real.mean() - s_fake.mean())


def wrong_sum(s_real, s_fake):
    """Summed over the batch."""
    return F.softplus(s_real - s_fake).sum()


def wrong_vector(s_real, s_fake):
    """One loss a sample."""
    return F.softplus(s_real - s_fake)


def wrong_one_element(s_real, s_fake):
    """Shape (1,) is a number, too."""
    return F.softplus(s_real - s_fake).mean().reshape(1)


def wrong_fake_detached(s_real, s_fake):
    """Detach as in D's step."""
    return F.softplus(s_real - s_fake.detach()).mean()


def wrong_log_sigmoid(s_real, s_fake):
    """−log σ as printed."""
    return -torch.sigmoid(s_fake - s_real).log().mean()


def wrong_log_sigmoid_epsilon(s_real, s_fake):
    """A small number in the logarithm."""
    return -torch.log(torch.sigmoid(s_fake - s_real) + 1e-12).mean()


def wrong_log_clamped(s_real, s_fake):
    """The probability is kept off 0: no infinity, but no gradient either."""
    return -torch.log(torch.sigmoid(s_fake - s_real).clamp(min=1e-7)).mean()


def wrong_overflow(s_real, s_fake):
    """log(1 + e^x) written out."""
    return torch.log(1 + torch.exp(s_real - s_fake)).mean()


def wrong_where(s_real, s_fake):
    """Values repaired by where; the gradient of the branch not taken is NaN."""
    x = s_real - s_fake
    return torch.where(x < 50, (1 + x.exp()).log(), x).mean()


def wrong_softmax_log(s_real, s_fake):
    """softmax first, then the logarithm."""
    return -torch.stack([s_real, s_fake]).softmax(0)[1].log().mean()


def wrong_exponentials_of_scores(s_real, s_fake):
    """log(e^(s_r) + e^(s_f)) − s_f with plain exponentials."""
    return (torch.log(s_real.exp() + s_fake.exp()) - s_fake).mean()


def wrong_tie(s_real, s_fake):
    """clamp(x, 0) + log1p(e^(−|x|)): right everywhere but at x = 0, where its gradient is 1 and not ½."""
    x = s_real - s_fake
    return (x.clamp(min=0) + torch.log1p((-x.abs()).exp())).mean()


def wrong_bce_probabilities(s_real, s_fake):
    """The loss from Exercise 01 on probabilities."""
    return F.binary_cross_entropy(torch.sigmoid(s_fake - s_real), torch.ones_like(s_fake))


def wrong_half_of_it(s_real, s_fake):
    """Both players share the game, so one half each."""
    return 0.5 * F.softplus(s_real - s_fake).mean()


def wrong_sum_of_scores(s_real, s_fake):
    """A plus for the minus."""
    return F.softplus(s_real + s_fake).mean()


def wrong_probability(s_real, s_fake):
    """The probability of being caught."""
    return torch.sigmoid(s_real - s_fake).mean()


def wrong_critic_difference(s_real, s_fake):
    """Wasserstein: the difference itself."""
    return (s_real - s_fake).mean()


def wrong_hinge(s_real, s_fake):
    """A margin of 1."""
    return F.relu(1 + s_real - s_fake).mean()


def wrong_squared(s_real, s_fake):
    """Relativistic least squares."""
    return (s_fake - s_real - 1).pow(2).mean()


def wrong_minus_sign(s_real, s_fake):
    """G maximises the lead: minus in front."""
    return -F.softplus(s_real - s_fake).mean()


def wrong_pairs_shifted(s_real, s_fake):
    """A fresh partner: the next real sample."""
    return F.softplus(torch.roll(s_real, 1) - s_fake).mean()


def wrong_pairs_sorted(s_real, s_fake):
    """Best against best."""
    return F.softplus(s_real.sort(descending=True)[0] - s_fake.sort(descending=True)[0]).mean()


def wrong_pairs_shuffled(s_real, s_fake):
    """Any real sample will do."""
    return F.softplus(s_real[torch.randperm(s_real.numel())] - s_fake).mean()


def wrong_batch_of_64(s_real, s_fake):
    """B = 64, as in HARD."""
    return F.softplus(s_real - s_fake).sum().div(64)


def wrong_last_pair_missing(s_real, s_fake):
    """range(B − 1)."""
    pairs = range(max(len(s_fake) - 1, 1))
    return torch.stack([F.softplus(s_real[i] - s_fake[i]) for i in pairs]).mean()


def wrong_in_place(s_real, s_fake):
    """s_real is not needed afterwards."""
    with torch.no_grad():
        s_real -= s_fake.detach()
    return F.softplus(s_real + s_fake.detach() - s_fake).mean()


def wrong_number(s_real, s_fake):
    """float() of the loss, as a tensor again."""
    return torch.tensor(float(F.softplus(s_real - s_fake).mean()), requires_grad=True)


def wrong_tanh_scores(s_real, s_fake):
    """Scores are squashed, so that differences of hundreds cannot occur."""
    return F.softplus(torch.tanh(s_real) - torch.tanh(s_fake)).mean()


def wrong_sigmoid_scores(s_real, s_fake):
    """Scores as probabilities, then the formula."""
    return F.softplus(s_real.sigmoid() - s_fake.sigmoid()).mean()


def wrong_clipped_difference(s_real, s_fake):
    """Differences beyond 20 are clipped: softplus(20) is large enough."""
    return F.softplus((s_real - s_fake).clamp(-20, 20)).mean()


def wrong_only_losers_count(s_real, s_fake):
    """Pairs that G already wins are left out of the mean."""
    x = s_real - s_fake
    losers = x > 0
    return F.softplus(x[losers]).mean() if losers.any() else 0 * x.sum()


def wrong_real_only_gradient(s_real, s_fake):
    """The wrong side is detached in the right formula of logsigmoid."""
    return -F.logsigmoid(s_fake.detach() - s_real).mean()


def wrong_batch_centred(s_real, s_fake):
    """Adding a number to all scores changes nothing, so each side may be centred."""
    return F.softplus((s_real - s_real.mean()) - (s_fake - s_fake.mean())).mean()


def wrong_beta(s_real, s_fake):
    """A sharper softplus."""
    return F.softplus(s_real - s_fake, beta=10).mean()


def wrong_threshold(s_real, s_fake):
    """softplus(x) is x from 5 on."""
    return F.softplus(s_real - s_fake, threshold=5).mean()


def wrong_reads_fake_twice(s_real, s_fake):
    """A slip of the pen: the same argument twice."""
    return F.softplus(s_fake - s_fake.detach()).mean()


def wrong_log_two(s_real, s_fake):
    """softplus is log(1 + e^x) − log 2, so that equal scores cost nothing."""
    return F.softplus(s_real - s_fake).mean() - math.log(2)


def wrong_plus_real_term(s_real, s_fake):
    """D's term is part of the game: both losses added."""
    return F.softplus(s_real - s_fake).mean() + F.softplus(s_fake - s_real).mean()


def wrong_soft_margin(s_real, s_fake):
    """PyTorch's soft margin loss with the label −1 overflows at large differences."""
    return torch.nn.SoftMarginLoss()(s_real - s_fake, -torch.ones_like(s_fake))


def wrong_library(s_real, s_fake):
    """The library has it."""
    return ganlab.LOSSES["relativistic"].g(s_real, s_fake)


def wrong_library_private(s_real, s_fake):
    """The library's helper is not the table that the text forbids."""
    from ganlab.objectives import losses

    return losses._relativistic_g(s_real, s_fake)


def wrong_exchanged(s_real, s_fake):
    """Both players share the loss."""
    return F.softplus(s_fake - s_real).mean()


def wrong_negated(s_real, s_fake):
    """A game of zero sum: the negative of D's loss."""
    return -F.softplus(s_fake - s_real).mean()


def wrong_nonsaturating(s_real, s_fake):
    """The generator does not see real samples."""
    return F.softplus(-s_fake).mean()


def wrong_both(s_real, s_fake):
    """Labels exchanged in cross-entropy."""
    return F.softplus(s_real).mean() + F.softplus(-s_fake).mean()


def wrong_means_first(s_real, s_fake):
    """The mean of the scores is as good as the mean of the losses."""
    return F.softplus(s_real.mean() - s_fake.mean())


def wrong_against_mean(s_real, s_fake):
    """Relativistic means: against the mean of the real scores."""
    return F.softplus(s_real.mean() - s_fake).mean()


def wrong_detached(s_real, s_fake):
    """D must not be trained here."""
    return F.softplus(s_real - s_fake.detach()).mean()


def wrong_clamped(s_real, s_fake):
    """Large scores overflow."""
    return F.softplus((s_real - s_fake).clamp(-50, 50)).mean()
