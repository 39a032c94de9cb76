"""Student answers to `sample_grid(n, side, spacing, std, generator)`: `right_*` meet the text, `wrong_*` do not."""

import itertools
import math
import random

import numpy as np
import torch

import ganlab
from ganlab.data.mixtures import grid as grid_by_name

# ----------------------------------------------------------------------------------------------------------- right


def right_two_indices(n, side, spacing, std, generator):
    """A random column and a random row."""
    index = torch.randint(side, (n, 2), generator=generator)
    return spacing * (index - (side - 1) / 2) + std * torch.randn(n, 2, generator=generator)


def right_divmod(n, side, spacing, std, generator):
    """One number below side², taken apart by // and %."""
    k = torch.randint(side * side, (n,), generator=generator)
    centre = torch.stack((k // side, k % side), 1) * spacing
    middle = spacing * (side - 1) / 2
    return torch.randn(n, 2, generator=generator) * std + centre - middle


def right_meshgrid(n, side, spacing, std, generator):
    """A table of centres from meshgrid, made symmetrical by taking its own mean away."""
    ticks = torch.arange(side, dtype=torch.float64) * spacing
    x, y = torch.meshgrid(ticks, ticks, indexing="xy")
    centres = torch.stack((x.ravel(), y.ravel()), dim=-1)
    centres -= centres.mean(0)
    k = (torch.rand(n, generator=generator, dtype=torch.float64) * side**2).long()
    return (centres[k] + std * torch.randn(n, 2, generator=generator, dtype=torch.float64)).float()


def right_linspace_and_product(n, side, spacing, std, generator):
    """Ticks from −half to half, the Cartesian product, torch.normal."""
    half = spacing * (side - 1) / 2
    ticks = torch.linspace(-half, half, side)
    centres = torch.cartesian_prod(ticks, ticks)
    chosen = centres[torch.multinomial(torch.full((side**2,), 1.0), n, replacement=True, generator=generator)]
    return torch.normal(chosen, std=std, generator=generator)


def right_python_loop(n, side, spacing, std, generator):
    """Plain Python, one sample after the other, noise before the mode."""
    ticks = [spacing * (i - (side - 1) / 2) for i in range(side)]
    places = [(x, y) for x in ticks for y in ticks]
    points = torch.empty(n, 2)
    for row in range(n):
        points[row] = std * torch.randn(2, generator=generator)
        points[row] += torch.tensor(places[int(torch.randint(len(places), (1,), generator=generator))])
    return points


def right_numpy_table(n, side, spacing, std, generator):
    """NumPy for the table, torch for the randomness, double precision at the end."""
    ticks = (np.arange(side) - (side - 1) / 2) * spacing
    table = np.array(list(itertools.product(ticks, repeat=2))).reshape(-1, 2)
    k = torch.randint(len(table), (n,), generator=generator).numpy()
    return torch.from_numpy(table[k]) + std * torch.randn(n, 2, generator=generator)


def right_column_by_column(n, side, spacing, std, generator):
    """A helper makes one coordinate; the two coordinates are independent and alike."""

    def coordinate():
        tick = torch.rand(n, generator=generator).mul(side).floor().clamp(max=side - 1)
        return (tick - (side - 1) / 2) * spacing + torch.randn(n, generator=generator) * std

    return torch.column_stack((coordinate(), coordinate()))


def right_upside_down(n, side, spacing, std, generator):
    """Rows counted from the top, as in a picture."""
    k = torch.empty(n, dtype=torch.int64).random_(side**2, generator=generator)
    row, column = torch.div(k, side, rounding_mode="floor"), torch.remainder(k, side)
    centre = torch.stack(((2 * column - side + 1) * spacing / 2, (side - 1 - 2 * row) * spacing / 2), 1)
    return centre + torch.empty(n, 2).normal_(generator=generator) * std


def right_even_numbers(n, side, spacing, std, generator):
    """Odd or even whole numbers from −(side − 1) to side − 1, in half spacings."""
    halves = torch.arange(1 - side, side, 2)
    pick = [halves[torch.randint(0, side, (n,), generator=generator)] for _ in ("x", "y")]
    noise = torch.randn(2, n, generator=generator)
    return torch.stack([p * (spacing / 2) + std * e for p, e in zip(pick, noise, strict=True)], dim=1)


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


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_corner_at_origin(n, side, spacing, std, generator):
    """The grid starts at the origin."""
    index = torch.randint(side, (n, 2), generator=generator)
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_middle_rounded_down(n, side, spacing, std, generator):
    """The middle is at side // 2; right for an odd side."""
    index = torch.randint(side, (n, 2), generator=generator) - side // 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_middle_from_below(n, side, spacing, std, generator):
    """The middle is at (side − 1) // 2; for an even side a mode sits at the origin."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) // 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_half_a_side(n, side, spacing, std, generator):
    """The middle of 0 … side − 1 is side/2."""
    index = torch.randint(side, (n, 2), generator=generator) - side / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_middle_not_scaled(n, side, spacing, std, generator):
    """The middle is taken away after the scaling, in steps instead of units."""
    index = torch.randint(side, (n, 2), generator=generator)
    return spacing * index - (side - 1) / 2 + std * torch.randn(n, 2, generator=generator)


def wrong_sample_mean_taken_away(n, side, spacing, std, generator):
    """The samples themselves are centred: near the truth for large n, and the samples depend on one another."""
    x = spacing * torch.randint(side, (n, 2), generator=generator) + std * torch.randn(n, 2, generator=generator)
    return x - x.mean(0)


def wrong_middle_of_the_drawn(n, side, spacing, std, generator):
    """The middle is that of the modes which happened to be drawn; wrong for small n."""
    centre = spacing * torch.randint(side, (n, 2), generator=generator).float()
    centre = centre - (centre.max(0).values + centre.min(0).values) / 2
    return centre + std * torch.randn(n, 2, generator=generator)


def wrong_only_x_centred(n, side, spacing, std, generator):
    """The middle is taken away from the first coordinate."""
    centre = spacing * torch.randint(side, (n, 2), generator=generator).float()
    centre[:, 0] -= spacing * (side - 1) / 2
    return centre + std * torch.randn(n, 2, generator=generator)


def wrong_spacing_is_width(n, side, spacing, std, generator):
    """`spacing` is the width of the whole grid."""
    ticks = torch.linspace(-spacing / 2, spacing / 2, side)
    return ticks[torch.randint(side, (n, 2), generator=generator)] + std * torch.randn(n, 2, generator=generator)


def wrong_spacing_is_half_width(n, side, spacing, std, generator):
    """The grid goes from −spacing to spacing; right for side = 3."""
    ticks = torch.linspace(-spacing, spacing, side) if side > 1 else torch.zeros(1)
    return ticks[torch.randint(side, (n, 2), generator=generator)] + std * torch.randn(n, 2, generator=generator)


def wrong_linspace_over_cells(n, side, spacing, std, generator):
    """The width is side · spacing, both ends included: neighbours are too far apart."""
    half = side * spacing / 2 if side > 1 else 0.0
    ticks = torch.linspace(-half, half, side)
    return ticks[torch.randint(side, (n, 2), generator=generator)] + std * torch.randn(n, 2, generator=generator)


def wrong_spacing_ignored(n, side, spacing, std, generator):
    """Neighbours are 1 apart, as in the figure."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    return index + std * torch.randn(n, 2, generator=generator)


def wrong_doubled_spacing(n, side, spacing, std, generator):
    """PacGAN's grid has its neighbours 2 apart, so the spacing counts twice."""
    index = 2 * torch.randint(side, (n, 2), generator=generator) - (side - 1)
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_five_by_five(n, side, spacing, std, generator):
    """The grid has 25 modes."""
    index = torch.randint(5, (n, 2), generator=generator) - 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_middle_of_five(n, side, spacing, std, generator):
    """The middle is 2."""
    index = torch.randint(side, (n, 2), generator=generator) - 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_diagonal(n, side, spacing, std, generator):
    """One index serves both coordinates."""
    index = torch.randint(side, (n, 1), generator=generator) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_side_modes(n, side, spacing, std, generator):
    """There are `side` modes: the index never leaves the first row."""
    k = torch.randint(side, (n,), generator=generator)
    index = torch.stack((k // side, k % side), 1) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_twice_the_side(n, side, spacing, std, generator):
    """Side × side is 2 · side; right for side = 2."""
    k = torch.randint(2 * side, (n,), generator=generator)
    index = torch.stack((k // side, k % side), 1) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_last_line_missing(n, side, spacing, std, generator):
    """The upper end of randint is included."""
    index = torch.randint(0, max(side - 1, 1), (n, 2), generator=generator) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_last_mode_missing(n, side, spacing, std, generator):
    """The upper end of randint is included, with one index for all modes."""
    k = torch.randint(0, max(side**2 - 1, 1), (n,), generator=generator)
    index = torch.stack((k // side, k % side), 1) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_one_line_too_many(n, side, spacing, std, generator):
    """`side` is the number of steps, not of modes."""
    index = torch.randint(0, side + 1, (n, 2), generator=generator) - side / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_rounded_uniform(n, side, spacing, std, generator):
    """Rounding is fair; the edges of the grid get half."""
    index = (torch.rand(n, 2, generator=generator) * (side - 1)).round() - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_rounded_normal(n, side, spacing, std, generator):
    """Indices from a rounded, clamped normal number: the middle is favoured."""
    half = (side - 1) / 2
    index = (torch.randn(n, 2, generator=generator) * side / 3 + half).round().clamp(0, side - 1)
    return spacing * (index - half) + std * torch.randn(n, 2, generator=generator)


def wrong_square(n, side, spacing, std, generator):
    """Uniform on the square."""
    x = (torch.rand(n, 2, generator=generator) - 0.5) * (side - 1) * spacing
    return x + std * torch.randn(n, 2, generator=generator)


def wrong_fraction_of_the_way(n, side, spacing, std, generator):
    """index/(side − 1) runs from 0 to 1; a grid of one mode is 0/0."""
    way = torch.randint(side, (n, 2), generator=generator) / (side - 1)
    return (way - 0.5) * (side - 1) * spacing + std * torch.randn(n, 2, generator=generator)


def wrong_row_by_the_wrong_divisor(n, side, spacing, std, generator):
    """The row is k // (side − 1)."""
    k = torch.randint(side**2, (n,), generator=generator)
    index = torch.stack((k // max(side - 1, 1), k % side), 1) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_shuffled_equal_counts(n, side, spacing, std, generator):
    """Every mode gets n/side² samples, shuffled."""
    k = (torch.arange(n) % side**2)[torch.randperm(n, generator=generator)]
    index = torch.stack((k // side, k % side), 1) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_equal_columns(n, side, spacing, std, generator):
    """The row is random, the column takes turns."""
    index = torch.stack((torch.arange(n) % side, torch.randint(side, (n,), generator=generator)), 1)
    return spacing * (index - (side - 1) / 2) + std * torch.randn(n, 2, generator=generator)


def wrong_sorted(n, side, spacing, std, generator):
    """Mode by mode, in order."""
    k = torch.randint(side**2, (n,), generator=generator).sort().values
    index = torch.stack((k // side, k % side), 1) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_whole_batches(n, side, spacing, std, generator):
    """n // side² samples a mode; the remainder is dropped."""
    ticks = spacing * (torch.arange(side) - (side - 1) / 2)
    centre = torch.cartesian_prod(ticks, ticks).repeat_interleave(n // side**2, 0)
    return centre + std * torch.randn(len(centre), 2, generator=generator)


def wrong_repeated_up(n, side, spacing, std, generator):
    """As many samples a mode as are needed for n or more."""
    ticks = spacing * (torch.arange(side) - (side - 1) / 2)
    centre = torch.cartesian_prod(ticks, ticks).repeat(-(-n // side**2), 1)
    centre = centre[torch.randperm(len(centre), generator=generator)]
    return centre + std * torch.randn(len(centre), 2, generator=generator)


def wrong_ring_of_that_many(n, side, spacing, std, generator):
    """The ring of exercise 1 with side² modes, the spacing as its radius."""
    a = 2 * math.pi * torch.randint(side**2, (n,), generator=generator) / side**2
    return spacing * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_turned_grid(n, side, spacing, std, generator):
    """The grid stands on its corner."""
    x = spacing * (torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2)
    x = torch.stack((x[:, 0] - x[:, 1], x[:, 0] + x[:, 1]), 1) / 2**0.5
    return x + std * torch.randn(n, 2, generator=generator)


def wrong_honeycomb(n, side, spacing, std, generator):
    """Every second row is moved by half a step."""
    k = torch.randint(side, (n, 2), generator=generator).float()
    k[:, 0] += 0.5 * (k[:, 1] % 2) - 0.25 * (side > 1)
    return spacing * (k - (side - 1) / 2) + std * torch.randn(n, 2, generator=generator)


def wrong_noise_scaled_by_spacing(n, side, spacing, std, generator):
    """The unit grid with noise, blown up as a whole."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    return spacing * (index + std * torch.randn(n, 2, generator=generator))


def wrong_variance(n, side, spacing, std, generator):
    """The noise is scaled by the variance."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    return spacing * index + std**2 * torch.randn(n, 2, generator=generator)


def wrong_diagonal_noise(n, side, spacing, std, generator):
    """One normal number a sample."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 1, generator=generator)


def wrong_noise_per_mode(n, side, spacing, std, generator):
    """The centres are jittered once; the samples of a mode are all the same."""
    ticks = spacing * (torch.arange(side) - (side - 1) / 2)
    centre = torch.cartesian_prod(ticks, ticks) + std * torch.randn(side**2, 2, generator=generator)
    return centre[torch.randint(side**2, (n,), generator=generator)]


def wrong_laplace_noise(n, side, spacing, std, generator):
    """Noise of the right standard deviation, but with the sharper peak of a Laplace distribution."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    u = torch.rand(n, 2, generator=generator).clamp(1e-7) - 0.5
    return spacing * index - std / 2**0.5 * u.sign() * torch.log1p(-2 * u.abs())


def wrong_noise_repeated(n, side, spacing, std, generator):
    """Half of the noise is drawn and used twice."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    noise = torch.randn((n + 1) // 2, 2, generator=generator).repeat(2, 1)[:n]
    return spacing * index + std * noise


def wrong_noise_forgotten(n, side, spacing, std, generator):
    """The modes themselves."""
    return spacing * (torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2)


def wrong_global_noise(n, side, spacing, std, generator):
    """Passing the generator once is enough."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2)


def wrong_global_modes(n, side, spacing, std, generator):
    """Only the noise needs the generator."""
    index = torch.randint(side, (n, 2)) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_random_row(n, side, spacing, std, generator):
    """The random module draws the rows."""
    rows = torch.tensor([random.randrange(side) for _ in range(n)])
    index = torch.stack((torch.randint(side, (n,), generator=generator), rows), 1)
    return spacing * (index - (side - 1) / 2) + std * torch.randn(n, 2, generator=generator)


def wrong_reseeded(n, side, spacing, std, generator):
    """Seed 0 for a fair comparison."""
    generator = generator.manual_seed(0)
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=generator)


def wrong_fresh_from_its_seed(n, side, spacing, std, generator):
    """A new generator from the old one's seed: the second draw repeats the first."""
    g = torch.Generator().manual_seed(generator.initial_seed())
    index = torch.randint(side, (n, 2), generator=g) - (side - 1) / 2
    return spacing * index + std * torch.randn(n, 2, generator=g)


def wrong_seeds_torch(n, side, spacing, std, generator):
    """Torch's own generator, seeded with the next number of the given one: the caller's random state is overwritten."""
    torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))
    return spacing * (torch.randint(side, (n, 2)) - (side - 1) / 2) + std * torch.randn(n, 2)


def wrong_whole_spacing(n, side, spacing, std, generator):
    """Positions are whole numbers."""
    index = torch.randint(side, (n, 2), generator=generator)
    centre = (spacing * (index - (side - 1) / 2)).long()
    return centre + std * torch.randn(n, 2, generator=generator)


def wrong_transposed(n, side, spacing, std, generator):
    """Coordinates first."""
    index = torch.randint(side, (2, n), generator=generator) - (side - 1) / 2
    return spacing * index + std * torch.randn(2, n, generator=generator)


def wrong_grid_shaped(n, side, spacing, std, generator):
    """n samples for each of the modes."""
    ticks = spacing * (torch.arange(side) - (side - 1) / 2)
    centre = torch.cartesian_prod(ticks, ticks).reshape(side**2, 1, 2)
    return (centre + std * torch.randn(side**2, n, 2, generator=generator)).reshape(-1, 2)


def wrong_arguments_swapped(n, side, spacing, std, generator):
    """The order in the signature is std, spacing."""
    index = torch.randint(side, (n, 2), generator=generator) - (side - 1) / 2
    return std * index + spacing * torch.randn(n, 2, generator=generator)


def wrong_library(n, side, spacing, std, generator):
    """The course has a grid already."""
    return ganlab.grid(side, spacing, std).sample(n, generator=generator)


def wrong_library_by_name(n, side, spacing, std, generator):
    """The library's grid under a name of its own, imported in an earlier cell."""
    return grid_by_name(side, spacing, std).sample(n, generator=generator)


def wrong_library_mixture(n, side, spacing, std, generator):
    """Own centres in the library's mixture."""
    ticks = (np.arange(side) - (side - 1) / 2) * spacing
    centres = [[x, y] for x in ticks for y in ticks]
    return ganlab.data.mixtures.Mixture(centres, std=std).sample(n, generator=generator)


def wrong_from_the_origin(n, side, spacing, std, generator):
    """A grid starts at 0."""
    return spacing * torch.randint(side, (n, 2), generator=generator) + std * torch.randn(n, 2, generator=generator)


def wrong_floor(n, side, spacing, std, generator):
    """The middle cell has index side // 2."""
    cells = torch.randint(side, (n, 2), generator=generator)
    return spacing * (cells - side // 2) + std * torch.randn(n, 2, generator=generator)


def wrong_width(n, side, spacing, std, generator):
    """spacing is the width of the grid."""
    return right_plain(n, side, spacing / (side - 1), std, generator)
