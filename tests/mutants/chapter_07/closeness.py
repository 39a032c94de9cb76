"""Student answers to `closeness(features)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def right_broadcast(features):
    gaps = (features[:, None] - features[None]).abs().sum(-1)
    return torch.exp(-gaps).sum(1) - 1


def right_cdist(features):
    turned = features.transpose(0, 1)
    return torch.exp(-torch.cdist(turned, turned, p=1)).sum(-1).T - 1


def right_masked(features):
    apart = torch.linalg.vector_norm(features.unsqueeze(0) - features.unsqueeze(1), ord=1, dim=-1)
    others = ~torch.eye(len(features), dtype=torch.bool)
    return torch.where(others[..., None], torch.exp(-apart), 0.0).sum(0)


def right_loop(features):
    rows = []
    for i in range(len(features)):
        row = torch.zeros(features.shape[1])
        for j in range(len(features)):
            if j != i:
                row = row + torch.exp(-(features[i] - features[j]).abs().sum(-1))
        rows.append(row)
    return torch.stack(rows)


def wrong_self_included(features):
    """The paper's formula, to the letter."""
    return right_broadcast(features) + 1


def wrong_mean(features):
    """A sum grows with the batch, a mean does not."""
    return right_broadcast(features) / max(1, len(features) - 1)


def wrong_euclidean(features):
    """A norm is a norm."""
    gaps = (features[:, None] - features[None]).norm(dim=-1)
    return torch.exp(-gaps).sum(1) - 1


def wrong_distance(features):
    """Far is not close."""
    return (features[:, None] - features[None]).abs().sum(-1).sum(1)


def wrong_all_zeros_left_out(features):
    """A distance of 0 is the sample itself."""
    gaps = (features[:, None] - features[None]).abs().sum(-1)
    return torch.where(gaps > 0, torch.exp(-gaps), 0.0).sum(1)


def wrong_one_sided(features):
    """The others are constants."""
    gaps = (features[:, None] - features.detach()[None]).abs().sum(-1)
    return torch.exp(-gaps).sum(1) - 1


def wrong_exp_first(features):
    """The exponential of each dimension."""
    return torch.exp(-(features[:, None] - features[None]).abs()).sum(-1).sum(1) - 1


def wrong_triangle(features):
    """Each pair once."""
    gaps = (features[:, None] - features[None]).abs().sum(-1)
    return (torch.exp(-gaps) * torch.ones(gaps.shape[:2]).triu(1)[..., None]).sum(1)


def wrong_axes(features):
    """The sum over kernels."""
    gaps = (features[:, None] - features[None]).abs().sum(2)
    return torch.exp(-gaps).sum(1) - 1


def wrong_squares(features):
    """Squares need no absolute value."""
    gaps = (features[:, None] - features[None]).square().sum(-1)
    return torch.exp(-gaps).sum(1) - 1


def wrong_no_absolute(features):
    """The signs cancel out."""
    gaps = (features[:, None] - features[None]).sum(-1)
    return torch.exp(-gaps).sum(1) - 1


def wrong_mean_over_dims(features):
    """A distance that does not grow with dims."""
    gaps = (features[:, None] - features[None]).abs().mean(-1)
    return torch.exp(-gaps).sum(1) - 1


def wrong_scaled_by_batch(features):
    """Only the constant of the paper's code, self over B."""
    gaps = (features[:, None] - features[None]).abs().sum(-1)
    return torch.exp(-gaps).sum(1) - 1 / len(features)


def wrong_one_for_the_batch(features):
    """The batch has one closeness."""
    gaps = (features[:, None] - features[None]).abs().sum(-1)
    return (torch.exp(-gaps).sum(1) - 1).mean(0, keepdim=True).expand(len(features), -1)


def wrong_no_grad(features):
    """A statistic needs no gradient."""
    with torch.no_grad():
        gaps = (features[:, None] - features[None]).abs().sum(-1)
        return torch.exp(-gaps).sum(1) - 1


def wrong_next_only(features):
    """The neighbour in the batch is enough."""
    return torch.exp(-(features - features.roll(1, 0)).abs().sum(-1))
