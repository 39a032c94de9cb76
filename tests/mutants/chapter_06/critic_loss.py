"""Student answers to `critic_loss(s_real, s_fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch.nn import functional

# ----------------------------------------------------------------------------------------------------------- right


def right_means(s_real, s_fake):
    """Mean score of fakes minus mean score of real samples."""
    return s_fake.mean() - s_real.mean()


def right_sums_over_lengths(s_real, s_fake):
    """Sums divided by each batch's own size."""
    return -(s_real.sum() / len(s_real) - s_fake.sum() / s_fake.shape[0])


def right_all_pairs(s_real, s_fake):
    """The mean over all pairs is the difference of the means."""
    return (s_fake[None, :] - s_real[:, None]).mean()


def right_dot_products(s_real, s_fake):
    """Weights of one share each."""
    scores = torch.cat((s_real, s_fake))
    weights = torch.cat((torch.full_like(s_real, -1 / len(s_real)), torch.full_like(s_fake, 1 / len(s_fake))))
    return torch.einsum("n,n->", scores, weights)


def right_loop(s_real, s_fake):
    """Python's sum over 0-d tensors."""
    return sum(s_fake) / len(s_fake) - sum(s_real) / len(s_real)


class _Critic:
    def __call__(self, real, fake):
        return torch.stack((fake.mean(), -real.mean())).sum()


def right_class(s_real, s_fake):
    """A loss as an object."""
    return _Critic()(s_real, s_fake)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_maximised(s_real, s_fake):
    """The quantity that the critic maximises."""
    return s_real.mean() - s_fake.mean()


def wrong_both_negative(s_real, s_fake):
    """Minus in front of both, since both are maximised."""
    return -s_real.mean() - s_fake.mean()


def wrong_both_positive(s_real, s_fake):
    """All scores should be small."""
    return s_real.mean() + s_fake.mean()


def wrong_sums(s_real, s_fake):
    """Sums instead of means."""
    return s_fake.sum() - s_real.sum()


def wrong_pooled(s_real, s_fake):
    """One mean over the joined batch, twice."""
    return 2 * torch.cat((s_fake, -s_real)).mean()


def wrong_divided_by_reals(s_real, s_fake):
    """Both batches have the size of the first."""
    return (s_fake.sum() - s_real.sum()) / len(s_real)


def wrong_pairs(s_real, s_fake):
    """Score by score, as the batches have one size."""
    return (s_fake - s_real).mean()


def wrong_pairs_cut_to_the_shorter(s_real, s_fake):
    """The longer batch is cut."""
    n = min(len(s_real), len(s_fake))
    return (s_fake[:n] - s_real[:n]).mean()


def wrong_distance(s_real, s_fake):
    """A distance has no sign."""
    return -(s_real.mean() - s_fake.mean()).abs()


def wrong_squared(s_real, s_fake):
    """The squared distance is smooth."""
    return -(s_real.mean() - s_fake.mean()).square()


def wrong_halved(s_real, s_fake):
    """The average of the two halves."""
    return 0.5 * (s_fake.mean() - s_real.mean())


def wrong_hinge(s_real, s_fake):
    """Scores beyond a margin of 1 are good enough."""
    return (1 - s_real).relu().mean() + (1 + s_fake).relu().mean()


def wrong_hinge_without_relu(s_real, s_fake):
    """The margins stay as constants."""
    return (1 - s_real).mean() + (1 + s_fake).mean()


def wrong_cross_entropy(s_real, s_fake):
    """The old loss."""
    return functional.softplus(-s_real).mean() + functional.softplus(s_fake).mean()


def wrong_probabilities(s_real, s_fake):
    """Scores are made probabilities first."""
    return s_fake.sigmoid().mean() - s_real.sigmoid().mean()


def wrong_tanh(s_real, s_fake):
    """A bounded score keeps the critic from growing."""
    return s_fake.tanh().mean() - s_real.tanh().mean()


def wrong_logarithms(s_real, s_fake):
    """Differences of log probabilities."""
    return functional.logsigmoid(s_fake).mean() - functional.logsigmoid(s_real).mean()


def wrong_clamped(s_real, s_fake):
    """Scores are clamped to ±100 against overflow."""
    return s_fake.clamp(-100, 100).mean() - s_real.clamp(-100, 100).mean()


def wrong_only_positive_scores(s_real, s_fake):
    """Scores are distances, so negative ones count 0."""
    return s_fake.relu().mean() - s_real.relu().mean()


def wrong_absolute_scores(s_real, s_fake):
    """The size of a score matters."""
    return s_fake.abs().mean() - s_real.abs().mean()


def wrong_reals_missing(s_real, s_fake):
    """The critic only has to push fakes down."""
    return s_fake.mean()


def wrong_fakes_missing(s_real, s_fake):
    """The critic only has to push real samples up."""
    return -s_real.mean()


def wrong_fakes_detached(s_real, s_fake):
    """Fakes are detached in the critic's step."""
    return s_fake.detach().mean() - s_real.mean()


def wrong_reals_detached(s_real, s_fake):
    """Data needs no gradient."""
    return s_fake.mean() - s_real.detach().mean()


def wrong_number(s_real, s_fake):
    """One number."""
    return float(s_fake.mean() - s_real.mean())


def wrong_fresh_tensor(s_real, s_fake):
    """One number, in a new tensor."""
    return torch.tensor((s_fake.mean() - s_real.mean()).item(), requires_grad=True)


def wrong_one_element(s_real, s_fake):
    """keepdim leaves an axis."""
    return s_fake.mean(0, keepdim=True) - s_real.mean(0, keepdim=True)


def wrong_one_number_a_fake(s_real, s_fake):
    """The trainer takes the mean."""
    return s_fake - s_real.mean()


def wrong_medians(s_real, s_fake):
    """Medians are robust."""
    return s_fake.median() - s_real.median()


def wrong_extremes(s_real, s_fake):
    """The best fake against the worst real sample."""
    return s_fake.max() - s_real.min()


def wrong_standardised(s_real, s_fake):
    """Scores have no scale, so their spread is divided out."""
    spread = torch.cat((s_real, s_fake)).std(correction=0) + 1e-8
    return (s_fake.mean() - s_real.mean()) / spread


def wrong_centred(s_real, s_fake):
    """Scores have no zero: the mean of each batch is taken off first."""
    return (s_fake - s_fake.mean()).mean() - (s_real - s_real.mean()).mean()


def wrong_with_drift(s_real, s_fake):
    """A small term keeps the scores near 0, as in progressive growing."""
    return s_fake.mean() - s_real.mean() + 1e-3 * s_real.square().mean()


def wrong_labels(s_real, s_fake):
    """Least squares with labels 1 and −1."""
    return (s_real - 1).square().mean() + (s_fake + 1).square().mean()


def wrong_relativistic(s_real, s_fake):
    """Softplus of all differences."""
    return functional.softplus(s_fake[None, :] - s_real[:, None]).mean()


def wrong_scores_negated_in_place(s_real, s_fake):
    """The real scores are negated where they lie."""
    s_real.data.neg_()
    return s_fake.mean() + s_real.mean()


def wrong_unbiased(s_real, s_fake):
    """N − 1 for an unbiased mean."""
    return s_fake.sum() / max(len(s_fake) - 1, 1) - s_real.sum() / max(len(s_real) - 1, 1)


def wrong_limited(s_real, s_fake):
    """The loss must not run away: it stops at ±10."""
    return (s_fake.mean() - s_real.mean()).clamp(-10, 10)


# ----------------------------------------------------------------------------------------------------------- more


def right_plain(s_real, s_fake):
    return s_fake.mean() - s_real.mean()


def right_negated(s_real, s_fake):
    return -(torch.mean(s_real) - torch.mean(s_fake))


def right_by_hand(s_real, s_fake):
    return s_fake.sum() / len(s_fake) - s_real.sum() / len(s_real)


def right_einsum(s_real, s_fake):
    return torch.einsum("i->", s_fake) / s_fake.numel() - torch.einsum("i->", s_real) / s_real.numel()


def wrong_sign(s_real, s_fake):
    """The critic maximises the difference, so it is the loss."""
    return s_real.mean() - s_fake.mean()


def wrong_sum(s_real, s_fake):
    """Sums and means differ by a factor that the learning rate absorbs."""
    return s_fake.sum() - s_real.sum()


def wrong_absolute(s_real, s_fake):
    """A distance cannot be negative."""
    return (s_fake.mean() - s_real.mean()).abs()


def wrong_sigmoid(s_real, s_fake):
    """Scores become probabilities first."""
    return torch.sigmoid(s_fake).mean() - torch.sigmoid(s_real).mean()


def wrong_squares(s_real, s_fake):
    """Least squares is the Wasserstein loss."""
    return (s_real - 1).square().mean() + s_fake.square().mean()


def wrong_half(s_real, s_fake):
    """Two terms are averaged."""
    return 0.5 * (s_fake.mean() - s_real.mean())


def wrong_paired(s_real, s_fake):
    """The batches have the same size, so the difference can be taken sample by sample."""
    return (s_fake - s_real).mean()


def wrong_added(s_real, s_fake):
    """Both terms are added."""
    return s_fake.mean() + s_real.mean()


def wrong_median(s_real, s_fake):
    """The median is a robust mean."""
    return s_fake.median() - s_real.median()


def wrong_detached_real(s_real, s_fake):
    """Real data needs no gradient."""
    return s_fake.mean() - s_real.detach().mean()


def wrong_detached_fake(s_real, s_fake):
    """Fakes are detached in the critic's step."""
    return s_fake.detach().mean() - s_real.mean()


def wrong_item(s_real, s_fake):
    """A loss is a number."""
    return (s_fake.mean() - s_real.mean()).item()


def wrong_keeps_the_batch(s_real, s_fake):
    """The mean comes later."""
    return s_fake - s_real.mean()


def wrong_shape_one(s_real, s_fake):
    """One number is a tensor of one element."""
    return (s_fake.mean() - s_real.mean())[None]


def wrong_clipped(s_real, s_fake):
    """Clipping the scores keeps the critic Lipschitz."""
    return s_fake.clamp(-1, 1).mean() - s_real.clamp(-1, 1).mean()


def wrong_only_fake(s_real, s_fake):
    """The real term is a constant."""
    return s_fake.mean()


def wrong_in_place(s_real, s_fake):
    """In place saves memory."""
    s_fake -= s_real.mean()
    return s_fake.mean()


def wrong_reference(s_real, s_fake):
    """ganlab has it already."""
    import ganlab

    return ganlab.LOSSES["wasserstein"].d(s_real, s_fake)


def wrong_not_written(s_real, s_fake):
    """Left for later."""
    raise NotImplementedError
