"""Student answers to `d_scores(discriminator, real, fake)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def right_two_calls(discriminator, real, fake):
    return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)


def right_loop(discriminator, real, fake):
    return [discriminator(batch)[:, 0] for batch in (real, fake)]


def right_fake_first(discriminator, real, fake):
    s_fake = discriminator(fake).flatten()
    return discriminator(real).flatten(), s_fake


def wrong_joint(discriminator, real, fake):
    """One call is faster."""
    scores = discriminator(torch.cat((real, fake)))[:, 0]
    return scores[: len(real)], scores[len(real) :]


def wrong_joint_turned(discriminator, real, fake):
    """One call, fake first."""
    scores = discriminator(torch.cat((fake, real)))[:, 0]
    return scores[len(fake) :], scores[: len(fake)]


def wrong_alone(discriminator, real, fake):
    """Each sample has a score of its own."""
    return tuple(torch.cat([discriminator(point[None])[:, 0] for point in batch]) for batch in (real, fake))


def wrong_detached(discriminator, real, fake):
    """D's step must not reach G."""
    return discriminator(real)[:, 0], discriminator(fake.detach())[:, 0]


def wrong_turned(discriminator, real, fake):
    """Fake comes first."""
    return discriminator(fake)[:, 0], discriminator(real)[:, 0]


def wrong_squeeze(discriminator, real, fake):
    """Drop every axis of length 1."""
    return discriminator(real).squeeze(), discriminator(fake).squeeze()


def wrong_column(discriminator, real, fake):
    """The scores as they come."""
    return discriminator(real), discriminator(fake)


def wrong_sigmoid(discriminator, real, fake):
    """Scores are probabilities."""
    return discriminator(real)[:, 0].sigmoid(), discriminator(fake)[:, 0].sigmoid()


def wrong_joint_for_real(discriminator, real, fake):
    """Only the fake batch must be by itself."""
    both = torch.cat((real, fake))
    s = discriminator(both)[:, 0]
    return s[: len(real)], discriminator(fake)[:, 0]


def wrong_twice_each(discriminator, real, fake):
    """Look at the shape first."""
    discriminator(real), discriminator(fake)
    return discriminator(real)[:, 0], discriminator(fake)[:, 0]


def wrong_no_grad(discriminator, real, fake):
    """Scores are only measured."""
    with torch.no_grad():
        return discriminator(real)[:, 0], discriminator(fake)[:, 0]


def wrong_difference(discriminator, real, fake):
    """One number for the loss."""
    return discriminator(real).mean() - discriminator(fake).mean()


def wrong_means(discriminator, real, fake):
    """The batch's score is its mean."""
    return discriminator(real).mean(), discriminator(fake).mean()


def wrong_equal_sizes(discriminator, real, fake):
    """Batches are equally large."""
    return discriminator(real)[:, 0], discriminator(fake[: len(real)])[:, 0]


def wrong_shuffled(discriminator, real, fake):
    """A joint batch in random order hides where each sample is from."""
    both = torch.cat((real, fake))
    order = torch.randperm(len(both))
    scores = torch.empty(len(both)).index_put((order,), discriminator(both[order])[:, 0])
    return scores[: len(real)], scores[len(real) :]
