"""Student answers to `simultaneous_step(field, point, h)`: `right_*` meet the statement."""

import torch


def right_sum(field, point, h):
    return point + h * field(point)


def right_stack(field, point, h):
    slope = field(point)
    return torch.stack((point[..., 0] + h * slope[..., 0], point[..., 1] + h * slope[..., 1]), -1)


def right_lists(field, point, h):
    moved = [old + h * v for old, v in zip(point.reshape(-1, 2), field(point).reshape(-1, 2), strict=True)]
    return torch.stack(moved).reshape(point.shape)


def right_add(field, point, h):
    return torch.add(point, field(point), alpha=h)


def wrong_sign(field, point, h):
    """Descent subtracts."""
    return point - h * field(point)


def wrong_alternating(field, point, h):
    """The second player knows the first one's move."""
    psi = point[..., 1] + h * field(point)[..., 1]
    theta = point[..., 0] + h * field(torch.stack((point[..., 0], psi), -1))[..., 0]
    return torch.stack((theta, psi), -1)


def wrong_in_place(field, point, h):
    """In place saves memory."""
    point += h * field(point)
    return point


def wrong_first_axis(field, point, h):
    """point[0] is θ and point[1] is ψ."""
    slope = field(point)
    return torch.stack((point[0] + h * slope[0], point[1] + h * slope[1]))


def wrong_detached(field, point, h):
    """Values are enough."""
    return point.detach() + h * field(point.detach())
