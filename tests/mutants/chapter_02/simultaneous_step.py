"""Student answers to `simultaneous_step(field, point, h)`: w + h v(w), (..., 2) -> (..., 2)."""

import math

import torch

from ganlab.games import Update, play

# ----------------------------------------------------------------------------------------------------------- right


def right_vectors(field, point, h):
    """w + h v(w)."""
    return point + h * field(point)


def right_players_apart(field, point, h):
    """θ and ψ one after the other from one field."""
    push = field(point)
    theta = point[..., 0] + h * push[..., 0]
    psi = point[..., 1] + h * push[..., 1]
    return torch.stack([theta, psi], dim=-1)


def right_torch_add(field, point, h):
    """torch.add with its factor."""
    return torch.add(point, field(point), alpha=h)


def right_unbind(field, point, h):
    """Two evaluations of the same field at the same point."""
    theta, psi = point.unbind(-1)
    return torch.cat([(theta + h * field(point)[..., 0])[..., None], (psi + h * field(point)[..., 1])[..., None]], -1)


def right_one_point_at_a_time(field, point, h):
    """A loop over the points, in case the field takes one at a time."""
    moved = [p + h * field(p) for p in point.reshape(-1, 2)]
    return torch.stack(moved).reshape(point.shape)


def right_lerp(field, point, h):
    """From w towards w + v(w), the share h of the way."""
    return torch.lerp(point, point + field(point), h)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_uphill(field, point, h):
    """Descent subtracts."""
    return point - h * field(point)


def wrong_no_step_size(field, point, h):
    """v is the step."""
    return point + field(point)


def wrong_step_alone(field, point, h):
    """Returns the move, not the new point."""
    return h * field(point)


def wrong_alternating(field, point, h):
    """ψ first, then θ against the new ψ."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_generator_first(field, point, h):
    """θ first, then ψ against the new θ."""
    theta, psi = point.unbind(-1)
    theta = theta + h * field(point)[..., 0]
    psi = psi + h * field(torch.stack([theta, psi], -1))[..., 1]
    return torch.stack([theta, psi], -1)


def wrong_xy_by_hand(field, point, h):
    """The field of xy, (−ψ, θ), written out; `field` is not used."""
    theta, psi = point.unbind(-1)
    return torch.stack([theta - h * psi, psi + h * theta], -1)


def wrong_only_the_generator(field, point, h):
    """Moves θ alone."""
    return point + h * field(point) * point.new_tensor([1.0, 0.0])


def wrong_only_the_discriminator(field, point, h):
    """Moves ψ alone."""
    return point + h * field(point) * point.new_tensor([0.0, 1.0])


def wrong_discriminator_uphill(field, point, h):
    """D maximises, so its part is turned round."""
    return point + h * field(point) * point.new_tensor([1.0, -1.0])


def wrong_players_swapped(field, point, h):
    """ψ first, θ second in what is returned."""
    return (point + h * field(point)).flip(-1)


def wrong_pushes_swapped(field, point, h):
    """Each player follows the other's push."""
    return point + h * field(point).flip(-1)


def wrong_normalised(field, point, h):
    """Every step is h long."""
    push = field(point)
    return point + h * push / push.norm(dim=-1, keepdim=True)


def wrong_half_step(field, point, h):
    """Each player gets half of the step."""
    return point + 0.5 * h * field(point)


def wrong_step_squared(field, point, h):
    """h² for h."""
    return point + h * h * field(point)


def wrong_fixed_step(field, point, h):
    """h = 0.2 typed in."""
    return point + 0.2 * field(point)


def wrong_midpoint(field, point, h):
    """The midpoint rule is more accurate."""
    return point + h * field(point + 0.5 * h * field(point))


def wrong_extragradient(field, point, h):
    """Looks ahead, then steps: the cure of another paper."""
    return point + h * field(point + h * field(point))


def wrong_implicit(field, point, h):
    """A few fixed-point rounds of w′ = w + h v(w′)."""
    new = point
    for _ in range(20):
        new = point + h * field(new)
    return new


def wrong_two_steps(field, point, h):
    """Moves twice: once for each player."""
    new = point + h * field(point)
    return new + h * field(new)


def wrong_average_of_points(field, point, h):
    """Averages old and new point, which is smoother."""
    return 0.5 * (point + (point + h * field(point)))


def wrong_convex_combination(field, point, h):
    """(1 − h) w + h v(w)."""
    return (1 - h) * point + h * field(point)


def wrong_in_place(field, point, h):
    """Moves the point itself."""
    with torch.no_grad():
        point += h * field(point)
    return point


def wrong_in_place_on_a_clone(field, point, h):
    """Entries overwritten one after the other on a clone: the second sees the first."""
    new = point.clone()
    new[..., 0] = new[..., 0] + h * field(new.clone())[..., 0]
    new[..., 1] = new[..., 1] + h * field(new.clone())[..., 1]
    return new


def wrong_detached_push(field, point, h):
    """Gradients need not flow through the push."""
    return point + h * field(point).detach()


def wrong_detached_point(field, point, h):
    """A new leaf: nothing of the old point hangs on it."""
    new = (point + h * field(point)).detach()
    return new.requires_grad_(point.requires_grad)


def wrong_no_grad(field, point, h):
    """An update belongs under no_grad."""
    with torch.no_grad():
        return point + h * field(point)


def wrong_python_floats(field, point, h):
    """Plain numbers in between: right values, no derivative."""
    push = field(point)
    return torch.tensor((point.detach() + h * push.detach()).tolist(), dtype=point.dtype)


def wrong_one_point_only(field, point, h):
    """point[0], point[1] are θ and ψ (with many points they are two points)."""
    push = field(point)
    return torch.stack([point[0] + h * push[0], point[1] + h * push[1]])[:2]


def wrong_flattened(field, point, h):
    """A batch of points comes back as (N, 2)."""
    return (point + h * field(point)).reshape(-1, 2)


def wrong_mean_push(field, point, h):
    """All points move by their mean push."""
    push = field(point)
    return point + h * push.reshape(-1, 2).mean(0)


def wrong_field_of_the_first_point(field, point, h):
    """The push of the first point for all."""
    return point + h * field(point.reshape(-1, 2)[0])


def wrong_projected(field, point, h):
    """Keeps the players inside the picture, [−2, 2]."""
    return (point + h * field(point)).clamp(-2, 2)


def wrong_circle(field, point, h):
    """The field turns, so the step is a rotation by the angle h."""
    c, s = math.cos(h), math.sin(h)
    return point @ point.new_tensor([[c, s], [-s, c]])


def wrong_calls_play(field, point, h):
    """The library plays one step."""
    return play(field, point, Update("simultaneous", h), steps=1)[-1]


def wrong_calls_update(field, point, h):
    """An update object steps."""
    return Update("simultaneous", h)(field, point)


def wrong_rounded(field, point, h):
    """Two decimals."""
    new = point + h * field(point)
    return new + ((new * 100).round() / 100 - new).detach()


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


def wrong_first_axis(field, point, h):
    """point[0] is θ and point[1] is ψ."""
    slope = field(point)
    return torch.stack((point[0] + h * slope[0], point[1] + h * slope[1]))


def wrong_detached(field, point, h):
    """Values are enough."""
    return point.detach() + h * field(point.detach())
