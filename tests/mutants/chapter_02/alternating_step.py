"""Student answers to `alternating_step(field, point, h)`: `right_*` meet the statement."""

import torch


def right_stack(field, point, h):
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack((theta, psi), -1))[..., 0]
    return torch.stack((theta, psi), -1)


def right_masks(field, point, h):
    for mask in ([0.0, 1.0], [1.0, 0.0]):
        point = point + h * point.new_tensor(mask) * field(point)
    return point


def right_where(field, point, h):
    first = torch.where(torch.tensor([False, True]), point + h * field(point), point)
    return torch.where(torch.tensor([True, False]), first + h * field(first), first)


def right_cat(field, point, h):
    half = torch.cat((point[..., :1], point[..., 1:] + h * field(point)[..., 1:]), -1)
    return torch.cat((half[..., :1] + h * field(half)[..., :1], half[..., 1:]), -1)


def wrong_simultaneous(field, point, h):
    """Both move."""
    return point + h * field(point)


def wrong_generator_first(field, point, h):
    """The order does not matter."""
    theta, psi = point.unbind(-1)
    theta = theta + h * field(point)[..., 0]
    return torch.stack((theta, psi + h * field(torch.stack((theta, psi), -1))[..., 1]), -1)


def wrong_discriminator_twice(field, point, h):
    """The second half moves everybody."""
    half = torch.cat((point[..., :1], point[..., 1:] + h * field(point)[..., 1:]), -1)
    return half + h * field(half)


def wrong_half_steps(field, point, h):
    """Two half steps are one step."""
    return right_stack(field, point, h / 2)


def wrong_sign(field, point, h):
    """Descent subtracts."""
    return right_stack(field, point, -h)
