"""Student answers to `d_scores(discriminator, real, fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch.nn.functional import pad, softplus

# ----------------------------------------------------------------------------------------------------------- right


def right_squeeze_the_last_axis(discriminator, real, fake):
    """The usual one."""
    return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)


def right_fake_first(discriminator, real, fake):
    """The order of the calls is free; the order of the pair is not."""
    s_fake = discriminator(fake)[:, 0]
    s_real = discriminator(real)[:, 0]
    return s_real, s_fake


def right_map(discriminator, real, fake):
    """A map over both batches, flattened; the pair is a tuple."""
    return tuple(map(torch.flatten, map(discriminator, (real, fake))))


def right_reshape_to_the_length(discriminator, real, fake):
    """Each batch in a loop, reshaped to its own length."""
    scores = []
    for batch in (real, fake):
        scores.append(torch.reshape(discriminator(batch), (batch.shape[0],)))
    s_real, s_fake = scores
    return s_real, s_fake


def right_unbind(discriminator, real, fake):
    """unbind gives the one column there is."""
    (s_real,), (s_fake,) = (discriminator(batch).unbind(1) for batch in (real, fake))
    return s_real, s_fake


def right_sum_over_one(discriminator, real, fake):
    """The sum over an axis of length one."""
    return discriminator(real).sum(dim=1), torch.einsum("bo->b", discriminator(fake))


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_joined(discriminator, real, fake):
    """One call for both is faster."""
    return discriminator(torch.cat((real, fake))).squeeze(-1).split([len(real), len(fake)])


def wrong_joined_fake_first(discriminator, real, fake):
    """One call, the other way round."""
    s = discriminator(torch.cat((fake, real))).squeeze(-1)
    return s[len(fake) :], s[: len(fake)]


def wrong_joined_if_sizes_match(discriminator, real, fake):
    """Equal sizes are joined, only unequal ones go through apart."""
    if len(real) == len(fake):
        return discriminator(torch.cat((real, fake))).squeeze(-1).chunk(2)
    return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)


def wrong_swapped(discriminator, real, fake):
    """Fake first."""
    return discriminator(fake).squeeze(-1), discriminator(real).squeeze(-1)


def wrong_real_twice(discriminator, real, fake):
    """A slip of the pen: both are scores of real."""
    return discriminator(real).squeeze(-1), discriminator(real).squeeze(-1)


def wrong_not_squeezed(discriminator, real, fake):
    """The scores as the discriminator gives them."""
    return discriminator(real), discriminator(fake)


def wrong_squeeze_all(discriminator, real, fake):
    """squeeze() takes off every axis of length one, the batch's too."""
    return discriminator(real).squeeze(), discriminator(fake).squeeze()


def wrong_squeeze_the_batch(discriminator, real, fake):
    """squeeze(0): the first axis is the one to lose."""
    return discriminator(real).squeeze(0), discriminator(fake).squeeze(0)


def wrong_fake_detached(discriminator, real, fake):
    """D's step must not reach G."""
    return discriminator(real).squeeze(-1), discriminator(fake.detach()).squeeze(-1)


def wrong_real_detached(discriminator, real, fake):
    """Data has no gradient."""
    return discriminator(real.detach()).squeeze(-1), discriminator(fake).squeeze(-1)


def wrong_real_scores_detached(discriminator, real, fake):
    """The scores of real data are a target for G."""
    return discriminator(real).squeeze(-1).detach(), discriminator(fake).squeeze(-1)


def wrong_fake_scores_detached(discriminator, real, fake):
    """Scores are read, not trained on."""
    return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1).detach()


def wrong_no_gradient(discriminator, real, fake):
    """Scoring is an evaluation."""
    with torch.no_grad():
        return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)


def wrong_probabilities(discriminator, real, fake):
    """A discriminator gives probabilities."""
    return discriminator(real).squeeze(-1).sigmoid(), discriminator(fake).squeeze(-1).sigmoid()


def wrong_means(discriminator, real, fake):
    """One score a batch."""
    return discriminator(real).mean(), discriminator(fake).mean()


def wrong_mean_over_the_batch_repeated(discriminator, real, fake):
    """One score a batch, repeated for its samples."""
    return discriminator(real).mean().expand(len(real)), discriminator(fake).mean().expand(len(fake))


def wrong_losses(discriminator, real, fake):
    """What is needed in the end are the losses."""
    return softplus(-discriminator(real).squeeze(-1)), softplus(discriminator(fake).squeeze(-1))


def wrong_fake_negated(discriminator, real, fake):
    """D is right about a fake if its score is negative, so the sign is turned."""
    return discriminator(real).squeeze(-1), -discriminator(fake).squeeze(-1)


def wrong_relative(discriminator, real, fake):
    """Scores of fakes relative to the mean real score."""
    s_real, s_fake = discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)
    return s_real, s_fake - s_real.mean()


def wrong_sample_by_sample(discriminator, real, fake):
    """One call a sample: each is alone in its batch."""
    return torch.cat([discriminator(x[None])[0] for x in real]), torch.cat([discriminator(x[None])[0] for x in fake])


def wrong_vmap_over_samples(discriminator, real, fake):
    """vmap scores all samples at once, but each in a batch of one."""
    alone = torch.vmap(lambda x: discriminator(x[None])[0, 0])
    return alone(real), alone(fake)


def wrong_halves(discriminator, real, fake):
    """Large batches are scored in two halves, to save memory."""
    halves = [torch.cat([discriminator(h) for h in batch.chunk(2)]).squeeze(-1) for batch in (real, fake)]
    return halves[0], halves[1]


def wrong_chunks_of_32(discriminator, real, fake):
    """Batches go through in chunks of 32."""
    scores = [torch.cat([discriminator(part) for part in batch.split(32)]).squeeze(-1) for batch in (real, fake)]
    return scores[0], scores[1]


def wrong_extra_call(discriminator, real, fake):
    """A first call finds the shape."""
    if discriminator(real).shape[-1] == 1:
        return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)
    return discriminator(real), discriminator(fake)


def wrong_cut_to_the_shorter(discriminator, real, fake):
    """Both batches need the same length."""
    n = min(len(real), len(fake))
    return discriminator(real[:n]).squeeze(-1), discriminator(fake[:n]).squeeze(-1)


def wrong_padded_to_the_longer(discriminator, real, fake):
    """The shorter batch is filled up with zeros, and cut afterwards."""
    n = max(len(real), len(fake))
    tail = [0, 0] * (real.dim() - 1)
    s_real = discriminator(pad(real, (*tail, 0, n - len(real)))).squeeze(-1)
    s_fake = discriminator(pad(fake, (*tail, 0, n - len(fake)))).squeeze(-1)
    return s_real[: len(real)], s_fake[: len(fake)]


def wrong_stacked(discriminator, real, fake):
    """vmap over a stack of both batches keeps them apart, but needs equal sizes."""
    s_real, s_fake = torch.vmap(discriminator)(torch.stack((real, fake))).squeeze(-1)
    return s_real, s_fake


def wrong_one_tensor(discriminator, real, fake):
    """Scored apart, returned as one tensor."""
    return torch.cat((discriminator(real), discriminator(fake))).squeeze(-1)


def wrong_dictionary(discriminator, real, fake):
    """Names are better than an order."""
    return {"real": discriminator(real).squeeze(-1), "fake": discriminator(fake).squeeze(-1)}


def wrong_samples_flattened(discriminator, real, fake):
    """A discriminator takes vectors."""
    return discriminator(real.flatten(1)).squeeze(-1), discriminator(fake.flatten(1)).squeeze(-1)


def wrong_points_in_the_plane(discriminator, real, fake):
    """Samples are points in the plane: view(-1, 2)."""
    return discriminator(real.reshape(-1, 2)).squeeze(-1), discriminator(fake.reshape(-1, 2)).squeeze(-1)


def wrong_evaluation_mode(discriminator, real, fake):
    """Scores are taken in evaluation mode, and it stays there."""
    discriminator.eval()
    return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)


def wrong_evaluation_mode_and_back(discriminator, real, fake):
    """Scores are taken in evaluation mode; training mode is put back."""
    discriminator.eval()
    scores = discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)
    discriminator.train()
    return scores


def wrong_weights_frozen_for_fakes(discriminator, real, fake):
    """The fakes' scores are for G's step, which must not move D: its weights are frozen for them."""
    s_real = discriminator(real).squeeze(-1)
    frozen = {name: p.detach() for name, p in discriminator.named_parameters()}
    return s_real, torch.func.functional_call(discriminator, frozen, (fake,)).squeeze(-1)


def wrong_weights_frozen_for_good(discriminator, real, fake):
    """requires_grad_(False) keeps G's step from D, and nobody turns it on again."""
    s_real = discriminator(real).squeeze(-1)
    discriminator.requires_grad_(False)
    return s_real, discriminator(fake).squeeze(-1)


def wrong_clamped_in_place(discriminator, real, fake):
    """Outliers among the fakes are clamped, in place."""
    with torch.no_grad():
        fake.clamp_(-1.0, 1.0)
    return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)


def wrong_both_batches_mixed(discriminator, real, fake):
    """Two calls, each with half of the real and half of the fake samples, so that D sees both kinds each time."""
    n, m = len(real) // 2, len(fake) // 2
    one = discriminator(torch.cat((real[:n], fake[:m]))).squeeze(-1)
    two = discriminator(torch.cat((real[n:], fake[m:]))).squeeze(-1)
    return torch.cat((one[:n], two[: len(real) - n])), torch.cat((one[n:], two[len(real) - n :]))


def wrong_real_as_company(discriminator, real, fake):
    """Real samples go alone; the fakes are scored among the real ones, to be compared with them."""
    return discriminator(real).squeeze(-1), discriminator(torch.cat((real, fake))).squeeze(-1)[len(real) :]


def wrong_single_samples_alone(discriminator, real, fake):
    """A batch of one is doubled, since a batch needs company."""
    pair = []
    for batch in (real, fake):
        doubled = torch.cat((batch, batch)) if len(batch) == 1 else batch
        pair.append(discriminator(doubled).squeeze(-1)[: len(batch)])
    return pair[0], pair[1]


def wrong_sorted(discriminator, real, fake):
    """Scores come in ascending order: nobody needs to know whose they are."""
    return discriminator(real).squeeze(-1).sort().values, discriminator(fake).squeeze(-1).sort().values


def wrong_numbers(discriminator, real, fake):
    """New tensors of the scores' numbers."""
    return torch.tensor(discriminator(real)[:, 0].tolist()), torch.tensor(discriminator(fake)[:, 0].tolist())


def wrong_training_mode(discriminator, real, fake):
    """Whoever scores in a training loop wants training mode."""
    discriminator.train()
    return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)


def right_loop(discriminator, real, fake):
    return [discriminator(batch)[:, 0] for batch in (real, fake)]


def wrong_joint_for_real(discriminator, real, fake):
    """Only the fake batch must be by itself."""
    both = torch.cat((real, fake))
    s = discriminator(both)[:, 0]
    return s[: len(real)], discriminator(fake)[:, 0]


def wrong_twice_each(discriminator, real, fake):
    """Look at the shape first."""
    discriminator(real), discriminator(fake)
    return discriminator(real)[:, 0], discriminator(fake)[:, 0]


def wrong_difference(discriminator, real, fake):
    """One number for the loss."""
    return discriminator(real).mean() - discriminator(fake).mean()


def wrong_equal_sizes(discriminator, real, fake):
    """Batches are equally large."""
    return discriminator(real)[:, 0], discriminator(fake[: len(real)])[:, 0]


def wrong_shuffled(discriminator, real, fake):
    """A joint batch in random order hides where each sample is from."""
    both = torch.cat((real, fake))
    order = torch.randperm(len(both))
    scores = torch.empty(len(both)).index_put((order,), discriminator(both[order])[:, 0])
    return scores[: len(real)], scores[len(real) :]
