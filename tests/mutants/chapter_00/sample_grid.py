"""Student answers to `sample_grid(n, side, spacing, std, generator)`: `right_*` meet the statement, `wrong_*` do not."""

import torch


def right_plain(n, side, spacing, std, generator):
    cells = torch.randint(side, (n, 2), generator=generator)
    return spacing * (cells - (side - 1) / 2) + std * torch.randn(n, 2, generator=generator)


def right_table_of_centres(n, side, spacing, std, generator):
    reach = spacing * (side - 1) / 2
    ticks = torch.linspace(-reach, reach, side)
    centres = torch.cartesian_prod(ticks, ticks)
    return centres[torch.randint(side * side, (n,), generator=generator)] + std * torch.randn(n, 2, generator=generator)


def right_row_and_column(n, side, spacing, std, generator):
    k = torch.randint(side**2, (n,), generator=generator)
    x, y = k.div(side, rounding_mode="floor").float(), (k % side).float()
    points = spacing * (torch.stack([y, x]).T - (side - 1) / 2)
    points += torch.empty(n, 2).normal_(0, std, generator=generator)
    return points


def wrong_from_the_origin(n, side, spacing, std, generator):
    """A grid starts at 0."""
    return spacing * torch.randint(side, (n, 2), generator=generator) + std * torch.randn(n, 2, generator=generator)


def wrong_diagonal(n, side, spacing, std, generator):
    """One number chooses the cell."""
    cells = torch.randint(side, (n, 1), generator=generator)
    return spacing * (cells - (side - 1) / 2) + std * torch.randn(n, 2, generator=generator)


def wrong_floor(n, side, spacing, std, generator):
    """The middle cell has index side // 2."""
    cells = torch.randint(side, (n, 2), generator=generator)
    return spacing * (cells - side // 2) + std * torch.randn(n, 2, generator=generator)


def wrong_width(n, side, spacing, std, generator):
    """spacing is the width of the grid."""
    return right_plain(n, side, spacing / (side - 1), std, generator)
