"""Student answers to `alternating_step(field, point, h)`: ψ moves, then θ against the new ψ."""

import torch

from ganlab.games import Update, play

# ----------------------------------------------------------------------------------------------------------- right


def right_stack(field, point, h):
    """As written in the statement."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([theta, psi], dim=-1))[..., 0]
    return torch.stack([theta, psi], dim=-1)


def right_masks(field, point, h):
    """Two partial moves with masks."""
    only_g, only_d = point.new_tensor([1.0, 0.0]), point.new_tensor([0.0, 1.0])
    between = point + h * only_d * field(point)
    return between + h * only_g * field(between)


def right_where(field, point, h):
    """torch.where picks the player."""
    discriminator = torch.tensor([False, True])
    between = torch.where(discriminator, point + h * field(point), point)
    return torch.where(discriminator, between, between + h * field(between))


def right_matrices(field, point, h):
    """Projections as matrices."""
    on_psi = torch.diag(point.new_tensor([0, 1]))
    moved = point + h * (field(point) @ on_psi)
    return moved + h * (field(moved) @ (torch.eye(2, dtype=point.dtype) - on_psi))


def right_slices(field, point, h):
    """Slices of width one and torch.cat."""
    after = torch.cat([point[..., :1], point[..., 1:] + h * field(point)[..., 1:]], dim=-1)
    return torch.cat([after[..., :1] + h * field(after)[..., :1], after[..., 1:]], dim=-1)


def right_points_in_a_loop(field, point, h):
    """One point at a time, a turn each."""
    moved = []
    for p in point.reshape(-1, 2):
        for player in (1, 0):
            turn = torch.zeros(2, dtype=p.dtype)
            turn[player] = h
            p = p + turn * field(p)
        moved.append(p)
    return torch.stack(moved).reshape(point.shape)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_simultaneous(field, point, h):
    """Both at once."""
    return point + h * field(point)


def wrong_generator_first(field, point, h):
    """θ moves first."""
    theta, psi = point.unbind(-1)
    theta = theta + h * field(point)[..., 0]
    psi = psi + h * field(torch.stack([theta, psi], -1))[..., 1]
    return torch.stack([theta, psi], -1)


def wrong_order_of_the_coordinates(field, point, h):
    """The discriminator is first, so it is entry 0."""
    psi, theta = point.unbind(-1)
    psi = psi + h * field(point)[..., 0]
    theta = theta + h * field(torch.stack([psi, theta], -1))[..., 1]
    return torch.stack([theta, psi], -1)


def wrong_pair_swapped_for_the_field(field, point, h):
    """Hands (ψ′, θ) to the field."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([psi, theta], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_swapped_on_return(field, point, h):
    """Gives back (ψ, θ)."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([psi, theta], -1)


def wrong_two_whole_steps(field, point, h):
    """After D's move both move again."""
    new = point + h * field(point)
    return new + h * field(new)


def wrong_generator_sees_both_new(field, point, h):
    """θ answers to the field at the whole new point, θ moved as well."""
    new = point + h * field(point)
    theta = point[..., 0] + h * field(new)[..., 0]
    return torch.stack([theta, new[..., 1]], -1)


def wrong_generator_moves_twice(field, point, h):
    """θ moves with ψ, and once more against the new ψ."""
    new = point + h * field(point)
    return torch.stack([new[..., 0] + h * field(new)[..., 0], new[..., 1]], -1)


def wrong_both_against_the_new(field, point, h):
    """A third turn: ψ again, after θ."""
    for player in (1, 0, 1):
        point = point + h * field(point) * torch.eye(2, dtype=point.dtype)[player]
    return point


def wrong_half_steps(field, point, h):
    """Each player has half of the step size, as there are two half-steps."""
    for player in (1, 0):
        point = point + 0.5 * h * field(point) * torch.eye(2, dtype=point.dtype)[player]
    return point


def wrong_leapfrog(field, point, h):
    """ψ moves h/2, θ moves h, ψ moves h/2."""
    for player, share in ((1, 0.5), (0, 1.0), (1, 0.5)):
        point = point + share * h * field(point) * torch.eye(2, dtype=point.dtype)[player]
    return point


def wrong_generator_does_not_move(field, point, h):
    """Only D's turn."""
    return point + h * field(point) * point.new_tensor([0.0, 1.0])


def wrong_only_the_generator_moves(field, point, h):
    """The new ψ is for θ to look at and is then forgotten."""
    theta, psi = point.unbind(-1)
    ahead = psi + h * field(point)[..., 1]
    return torch.stack([theta + h * field(torch.stack([theta, ahead], -1))[..., 0], psi], -1)


def wrong_discriminator_uphill(field, point, h):
    """D maximises: minus."""
    theta, psi = point.unbind(-1)
    psi = psi - h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_both_uphill(field, point, h):
    """Descent subtracts."""
    theta, psi = point.unbind(-1)
    psi = psi - h * field(point)[..., 1]
    theta = theta - h * field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_xy_by_hand(field, point, h):
    """The field of xy written out."""
    theta, psi = point.unbind(-1)
    psi = psi + h * theta
    return torch.stack([theta - h * psi, psi], -1)


def wrong_no_step_size_for_theta(field, point, h):
    """h forgotten in the second line."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_step_squared_for_theta(field, point, h):
    """The second move is multiplied by h twice."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * h * field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_same_push_for_both(field, point, h):
    """θ follows v_ψ at the new point (wrong entry)."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([theta, psi], -1))[..., 1]
    return torch.stack([theta, psi], -1)


def wrong_fixed_step(field, point, h):
    """h = 0.2 typed in."""
    theta, psi = point.unbind(-1)
    psi = psi + 0.2 * field(point)[..., 1]
    theta = theta + 0.2 * field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_move_alone(field, point, h):
    """Gives the move."""
    theta, psi = point.unbind(-1)
    new = psi + h * field(point)[..., 1]
    return torch.stack([h * field(torch.stack([theta, new], -1))[..., 0], new - psi], -1)


def wrong_in_place(field, point, h):
    """Overwrites the entries of `point`."""
    with torch.no_grad():
        point[..., 1] += h * field(point)[..., 1]
        point[..., 0] += h * field(point)[..., 0]
    return point


def wrong_new_psi_detached(field, point, h):
    """The generator takes D as given: its ψ is detached (right values, wrong derivative)."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([theta, psi.detach()], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_no_grad(field, point, h):
    """Updates belong under no_grad."""
    with torch.no_grad():
        theta, psi = point.unbind(-1)
        psi = psi + h * field(point)[..., 1]
        theta = theta + h * field(torch.stack([theta, psi], -1))[..., 0]
        return torch.stack([theta, psi], -1)


def wrong_rebuilt_with_torch_tensor(field, point, h):
    """torch.tensor([...]) builds a fresh point, which hangs on nothing (one point at a time)."""
    moved = []
    for p in point.reshape(-1, 2):
        psi = p[1] + h * field(p)[1]
        theta = p[0] + h * field(torch.tensor([float(p[0]), float(psi)], dtype=p.dtype))[0]
        moved.append([float(theta), float(psi)])
    return torch.tensor(moved, dtype=point.dtype).reshape(point.shape)


def wrong_one_point_only(field, point, h):
    """point[0] is θ, point[1] is ψ."""
    psi = point[1] + h * field(point)[1]
    theta = point[0] + h * field(torch.stack([point[0], psi]))[0]
    return torch.stack([theta, psi])


def wrong_stacked_in_front(field, point, h):
    """torch.stack without dim: (2, …) instead of (…, 2)."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([theta, psi])


def wrong_tables_only(field, point, h):
    """point[:, 0] and point[:, 1]: a table of points, nothing else."""
    theta, psi = point[:, 0], point[:, 1]
    psi = psi + h * field(point)[:, 1]
    theta = theta + h * field(torch.stack([theta, psi], 1))[:, 0]
    return torch.stack([theta, psi], 1)


def wrong_average_psi(field, point, h):
    """θ answers to the mean of old and new ψ."""
    theta, psi = point.unbind(-1)
    new = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack([theta, (psi + new) / 2], -1))[..., 0]
    return torch.stack([theta, new], -1)


def wrong_discriminator_twice(field, point, h):
    """n_critic = 2."""
    for player in (1, 1, 0):
        point = point + h * field(point) * torch.eye(2, dtype=point.dtype)[player]
    return point


def wrong_extrapolated_discriminator(field, point, h):
    """ψ looks ahead before it moves."""
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point + h * field(point))[..., 1]
    theta = theta + h * field(torch.stack([theta, psi], -1))[..., 0]
    return torch.stack([theta, psi], -1)


def wrong_calls_play(field, point, h):
    """The library plays."""
    return play(field, point, Update("alternating", h), steps=1)[-1]


def wrong_calls_update(field, point, h):
    """The library steps."""
    return Update("alternating", h)(field, point)


def right_cat(field, point, h):
    half = torch.cat((point[..., :1], point[..., 1:] + h * field(point)[..., 1:]), -1)
    return torch.cat((half[..., :1] + h * field(half)[..., :1], half[..., 1:]), -1)


def wrong_sign(field, point, h):
    """Descent subtracts."""
    return right_stack(field, point, -h)
