"""Student answers to `own_slopes(critic, points)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch import nn


def _influences(critic, points):
    """∂D(xᵢ)/∂xⱼ, (B, B, features)."""
    points = points.detach().requires_grad_()
    scores = critic(points).flatten()
    rows = [torch.autograd.grad(score, points, retain_graph=True)[0].flatten(1) for score in scores]
    return torch.stack(rows)


def _decide(norms):
    own = norms.diagonal()
    if bool(((norms - torch.diag(own)).abs() > 1e-6).any()):
        raise ValueError("the critic mixes samples")
    return own


def right_rows(critic, points):
    return _decide(_influences(critic, points).norm(dim=2))


def right_jacobian(critic, points):
    jacobian = torch.autograd.functional.jacobian(lambda x: critic(x).reshape(len(x)), points.detach())
    norms = jacobian.flatten(2).square().sum(2).sqrt()
    others = norms[~torch.eye(len(points), dtype=torch.bool)]
    if others.numel() and float(others.max()) > 1e-6:
        raise ValueError("some samples see others")
    return norms.diagonal()


def right_one_by_one(critic, points):
    result = []
    for i in range(len(points)):
        x = points.detach().clone().requires_grad_(True)
        critic(x).reshape(-1)[i].backward()
        for j in range(len(points)):
            if j != i and x.grad[j].abs().max() > 1e-6:
                raise ValueError(f"sample {j} moves the score of sample {i}")
        result.append(x.grad[i].norm())
    return torch.stack(result)


def right_by_moving(critic, points):
    """Move one sample, and see whether another score moves."""
    with torch.no_grad():
        before = critic(points).flatten()
        for j in range(len(points)):
            moved = points.clone()
            moved[j] += torch.linspace(0.3, 0.7, moved[j].numel()).view_as(moved[j])
            change = (critic(moved).flatten() - before).abs()
            change[j] = 0
            if change.max() > 1e-4:
                raise ValueError("mixes")
    x = points.detach().clone().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x)[0].flatten(1).norm(dim=1)


def wrong_never_refuses(critic, points):
    """The diagonal is what was asked for."""
    return _influences(critic, points).norm(dim=2).diagonal()


def wrong_sum(critic, points):
    """The gradient of the sum is each score's own."""
    x = points.detach().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x)[0].flatten(1).norm(dim=1)


def wrong_by_name(critic, points):
    """Only BatchNorm mixes samples."""
    if any("BatchNorm" in type(layer).__name__ for layer in critic.modules()):
        raise ValueError("BatchNorm")
    return wrong_sum(critic, points)


def wrong_by_name_in_training(critic, points):
    """Only BatchNorm in training mode mixes samples."""
    if any(isinstance(layer, nn.BatchNorm1d) and layer.training for layer in critic.modules()):
        raise ValueError("BatchNorm")
    return wrong_sum(critic, points)


def wrong_eval(critic, points):
    """Measuring is done in evaluation mode."""
    return right_rows(critic.eval(), points)


def wrong_against_the_sum(critic, points):
    """If the gradient of the sum is the own one, nobody mixes."""
    own = _influences(critic, points).norm(dim=2).diagonal()
    if not torch.allclose(own, wrong_sum(critic, points), atol=1e-5):
        raise ValueError("mixes")
    return own


def wrong_first_row(critic, points):
    """One score is enough to look at."""
    norms = _influences(critic, points).norm(dim=2)
    if bool((norms[0, 1:] > 1e-6).any()):
        raise ValueError("mixes")
    return norms.diagonal()


def wrong_first_column(critic, points):
    """Moving one sample is enough."""
    norms = _influences(critic, points).norm(dim=2)
    if bool((norms[1:, 0] > 1e-6).any()):
        raise ValueError("mixes")
    return norms.diagonal()


def wrong_next_only(critic, points):
    """Neighbours in the batch are enough."""
    norms = _influences(critic, points).norm(dim=2)
    if bool((norms.diagonal(1) > 1e-6).any()):
        raise ValueError("mixes")
    return norms.diagonal()


def wrong_signed_sum(critic, points):
    """An influence is the sum of its parts."""
    parts = _influences(critic, points)
    others = parts.sum(2) - torch.diag(parts.sum(2).diagonal())
    if bool((others.abs() > 1e-5).any()):
        raise ValueError("mixes")
    return parts.norm(dim=2).diagonal()


def wrong_always_refuses(critic, points):
    """Better safe than sorry."""
    raise ValueError("mixes")


def wrong_diagonal_too(critic, points):
    """Any influence is mixing."""
    norms = _influences(critic, points).norm(dim=2)
    if bool((norms > 1e-6).any()):
        raise ValueError("mixes")
    return norms.diagonal()


def wrong_squares(critic, points):
    """The square root is only costly."""
    return right_rows(critic, points).square()


def wrong_whole_matrix(critic, points):
    """All norms, so that one can see."""
    right_rows(critic, points)
    return _influences(critic, points).norm(dim=2)


def wrong_mean(critic, points):
    """One number."""
    return right_rows(critic, points).mean()


def wrong_absolute(critic, points):
    """Any norm will do."""
    right_rows(critic, points)
    return _influences(critic, points).abs().sum(2).diagonal()


def wrong_type_error(critic, points):
    """Any exception refuses."""
    try:
        return right_rows(critic, points)
    except ValueError as error:
        raise TypeError(str(error)) from None


def wrong_assert(critic, points):
    """An assertion refuses."""
    norms = _influences(critic, points).norm(dim=2)
    assert not bool((norms - torch.diag(norms.diagonal()) > 1e-6).any())
    return norms.diagonal()


def wrong_none(critic, points):
    """None says no."""
    try:
        return right_rows(critic, points)
    except ValueError:
        return None


def wrong_warning(critic, points):
    """A warning is enough."""
    try:
        return right_rows(critic, points)
    except ValueError:
        print("mixes")
        return wrong_sum(critic, points)


def wrong_points_only(critic, points):
    """Data has two axes."""
    x = points.detach().requires_grad_()
    norms = torch.stack([torch.autograd.grad(s, x, retain_graph=True)[0].norm(dim=1) for s in critic(x).flatten()])
    return _decide(norms)


def wrong_flat_scores(critic, points):
    """Scores have shape (B,)."""
    x = points.detach().requires_grad_()
    norms = [torch.autograd.grad(critic(x)[i], x)[0].flatten(1).norm(dim=1)[i] for i in range(len(x))]
    return _decide(torch.stack(norms).expand(len(x), -1))
