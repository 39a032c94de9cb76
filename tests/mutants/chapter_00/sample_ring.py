"""Student answers to `sample_ring(n, modes, radius, std, generator)`: `right_*` meet the text, `wrong_*` do not."""

import cmath
import math
import random

import numpy as np
import torch

import ganlab
from ganlab import ring as ring_by_name

# ----------------------------------------------------------------------------------------------------------- right


def right_randint_and_stack(n, modes, radius, std, generator):
    """The two steps of the text, one line each."""
    angle = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    centre = radius * torch.stack((angle.cos(), angle.sin()), dim=1)
    return centre + std * torch.randn(n, 2, generator=generator)


def right_floor_of_uniform(n, modes, radius, std, generator):
    """The noise first, then a mode by the floor of a uniform number."""
    noise = torch.randn((n, 2), generator=generator) * std
    k = (torch.rand(n, generator=generator) * modes).floor().clamp(max=modes - 1)
    angle = k * (2 * math.pi / modes)
    noise[:, 0] += radius * torch.cos(angle)
    noise[:, 1] += radius * torch.sin(angle)
    return noise


def right_multinomial_and_normal(n, modes, radius, std, generator):
    """A table of centres, torch.multinomial to choose, torch.normal around the chosen."""
    step = 2 * math.pi / modes
    table = [[radius * math.cos(step * k), radius * math.sin(step * k)] for k in range(modes)]
    chosen = torch.multinomial(torch.ones(modes), n, replacement=True, generator=generator)
    return torch.normal(torch.tensor(table, dtype=torch.float32)[chosen], float(std), generator=generator)


def right_loop_over_samples(n, modes, radius, std, generator):
    """One sample after the other, mode and noise in turn."""
    points = []
    for _ in range(n):
        k = torch.randint(0, modes, (), generator=generator).item()
        e = torch.randn(2, generator=generator)
        a = 2 * math.pi * k / modes
        points.append([radius * math.cos(a) + std * e[0].item(), radius * math.sin(a) + std * e[1].item()])
    return torch.tensor(points, dtype=torch.float32).reshape(n, 2)


def right_complex_plane(n, modes, radius, std, generator):
    """Roots of unity in the complex plane, in double precision; view_as_real at the end."""
    root = cmath.exp(2j * math.pi / modes)
    roots = torch.tensor([radius * root**k for k in range(modes)], dtype=torch.complex128)
    k = torch.randint(modes, (n,), generator=generator)
    noise = torch.randn(n, 2, dtype=torch.float64, generator=generator)
    return torch.view_as_real(roots[k]) + std * noise


def right_clockwise(n, modes, radius, std, generator):
    """The same places, numbered the other way round: nobody can tell."""
    a = -2 * torch.pi * torch.empty(n, dtype=torch.long).random_(0, modes, generator=generator) / modes
    noise = torch.empty(n, 2).normal_(0, std, generator=generator)
    return torch.stack([radius * a.cos(), radius * a.sin()], -1) + noise


def right_race_of_uniforms(n, modes, radius, std, generator):
    """The mode with the largest of `modes` uniform numbers, one-hot times the table."""
    winner = torch.rand(n, modes, generator=generator).argmax(1)
    a = torch.arange(modes, dtype=torch.float32) * 2 * math.pi / modes
    table = torch.stack((a.cos(), a.sin())) * radius
    return torch.nn.functional.one_hot(winner, modes).float() @ table.T + std * torch.randn(n, 2, generator=generator)


def right_counts_then_shuffle(n, modes, radius, std, generator):
    """How many samples each mode gets is drawn first; the order is shuffled with the same generator."""
    counts = torch.bincount(torch.randint(modes, (n,), generator=generator), minlength=modes)
    k = torch.repeat_interleave(torch.arange(modes), counts)[torch.randperm(n, generator=generator)]
    a = 2 * math.pi / modes * k
    return radius * torch.column_stack((torch.cos(a), torch.sin(a))) + std * torch.randn(n, 2, generator=generator)


def right_box_muller(n, modes, radius, std, generator):
    """Normal numbers from uniform ones; 1 − u is never 0."""
    u = torch.rand(n, 3, generator=generator, dtype=torch.float64)
    r, phi = (-2 * torch.log1p(-u[:, 0])).sqrt(), 2 * math.pi * u[:, 1]
    a = 2 * math.pi * (u[:, 2] * modes).long() / modes
    return torch.stack((radius * a.cos() + std * r * phi.cos(), radius * a.sin() + std * r * phi.sin()), 1).float()


def right_turn_the_first_cluster(n, modes, radius, std, generator):
    """Draw at mode 0 and turn the whole sample by its angle: round noise stays round."""
    x = std * torch.randn(n, 2, generator=generator)
    x[:, 0] += radius
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    turn = torch.stack((torch.stack((a.cos(), -a.sin()), 1), torch.stack((a.sin(), a.cos()), 1)), 1)
    return torch.einsum("nij,nj->ni", turn, x)


def right_class(n, modes, radius, std, generator):
    """A small class of its own, which draws into NumPy and comes back."""

    class Ring:
        def __init__(self):
            turns = np.arange(modes) / modes
            self.centres = radius * np.stack((np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)), axis=1)

        def sample(self):
            k = torch.randint(high=modes, size=(n,), generator=generator).numpy()
            return torch.from_numpy(self.centres[k] + std * torch.randn(n, 2, generator=generator).numpy())

    return Ring().sample()


def right_plain(n, modes, radius, std, generator):
    angle = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((angle.cos(), angle.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def right_table_of_centres(n, modes, radius, std, generator):
    angles = torch.linspace(0, 2 * math.pi, modes + 1)[:-1]
    centres = torch.stack((radius * torch.cos(angles), radius * torch.sin(angles)), dim=-1)
    chosen = torch.multinomial(torch.ones(modes), n, replacement=True, generator=generator)
    return torch.normal(centres[chosen], std, generator=generator)


def right_loop(n, modes, radius, std, generator):
    points = []
    for _ in range(n):
        k = int(torch.rand((), generator=generator) * modes)
        x, y = torch.randn(2, generator=generator).tolist()
        angle = 2 * math.pi * k / modes
        points.append([radius * math.cos(angle) + std * x, radius * math.sin(angle) + std * y])
    return torch.tensor(points)


def right_numpy_seeded_from_the_generator(n, modes, radius, std, generator):
    seed = int(torch.randint(2**31, (), generator=generator))
    own = np.random.default_rng(seed)
    angle = 2 * np.pi * own.integers(modes, size=n) / modes
    return torch.from_numpy(radius * np.stack((np.cos(angle), np.sin(angle)), 1) + std * own.normal(size=(n, 2)))


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_both_ends(n, modes, radius, std, generator):
    """Linspace from 0 to 2π gives `modes` places."""
    a = torch.linspace(0, 2 * math.pi, modes)[torch.randint(modes, (n,), generator=generator)]
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_half_step(n, modes, radius, std, generator):
    """The first mode sits half a step above the axis."""
    a = 2 * math.pi * (torch.randint(modes, (n,), generator=generator) + 0.5) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_sine_first(n, modes, radius, std, generator):
    """X is the sine."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.sin(), a.cos()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_half_circle(n, modes, radius, std, generator):
    """The circle has π radians."""
    a = math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_degrees(n, modes, radius, std, generator):
    """The cosine takes degrees."""
    a = 360 * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_whole_degrees(n, modes, radius, std, generator):
    """Whole degrees are exact enough: 360 // modes (right where modes divides 360)."""
    a = torch.deg2rad((360 // modes * torch.randint(modes, (n,), generator=generator)).float())
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_quarter_turns_of_eight(n, modes, radius, std, generator):
    """The ring has 8 modes."""
    a = math.pi / 4 * torch.randint(8, (n,), generator=generator)
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_eight_steps(n, modes, radius, std, generator):
    """The step is that of the figure, π/4, however many modes are asked for."""
    a = math.pi / 4 * torch.randint(modes, (n,), generator=generator)
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_last_mode_missing(n, modes, radius, std, generator):
    """The upper end of randint is included."""
    a = 2 * math.pi * torch.randint(0, max(modes - 1, 1), (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_one_mode_too_many(n, modes, radius, std, generator):
    """The upper end of randint is `modes + 1`: mode 0 is drawn twice as often."""
    a = 2 * math.pi * torch.randint(0, modes + 1, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_rounded_uniform(n, modes, radius, std, generator):
    """Rounding a uniform number on [0, modes − 1] is fair; the first and last mode get half."""
    k = (torch.rand(n, generator=generator) * (modes - 1)).round()
    a = 2 * math.pi * k / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_mode_from_a_normal_number(n, modes, radius, std, generator):
    """Any random number will do to choose a mode."""
    k = (torch.randn(n, generator=generator).abs() * modes).long() % modes
    a = 2 * math.pi * k / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_round_robin(n, modes, radius, std, generator):
    """Equally likely means taking turns."""
    a = 2 * math.pi * (torch.arange(n) % modes) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_shuffled_equal_counts(n, modes, radius, std, generator):
    """Equally likely means that each mode gets n/modes samples, in random order."""
    a = 2 * math.pi * (torch.arange(n) % modes)[torch.randperm(n, generator=generator)] / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_sorted_by_mode(n, modes, radius, std, generator):
    """Modes are random, but tidied up."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator).sort().values / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_batch_per_mode(n, modes, radius, std, generator):
    """N // modes samples for each mode, joined; the rest is lost."""
    parts = []
    for k in range(modes):
        a = 2 * math.pi * k / modes
        centre = radius * torch.tensor([math.cos(a), math.sin(a)])
        parts.append(centre + std * torch.randn(n // modes, 2, generator=generator))
    return torch.cat(parts)


def wrong_one_mode_for_all(n, modes, radius, std, generator):
    """The mode is chosen once a call."""
    a = 2 * math.pi * torch.randint(modes, (1,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_any_angle(n, modes, radius, std, generator):
    """The angle is uniform on the circle."""
    a = 2 * math.pi * torch.rand(n, generator=generator)
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_mode_per_coordinate(n, modes, radius, std, generator):
    """Each coordinate picks its own mode."""
    a = 2 * math.pi * torch.randint(modes, (n, 2), generator=generator) / modes
    return radius * torch.stack((a[:, 0].cos(), a[:, 1].sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_variance(n, modes, radius, std, generator):
    """The noise is scaled by the variance."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std**2 * torch.randn(n, 2, generator=generator)


def wrong_root(n, modes, radius, std, generator):
    """`std` is a variance."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + math.sqrt(std) * torch.randn(n, 2, generator=generator)


def wrong_sigma_shared_by_two(n, modes, radius, std, generator):
    """σ is the size of the whole two-dimensional noise, so each coordinate gets σ/√2."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std / 2**0.5 * torch.randn(n, 2, generator=generator)


def wrong_noise_scaled_by_radius(n, modes, radius, std, generator):
    """The unit circle with noise, blown up as a whole."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * (torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator))


def wrong_diagonal_noise(n, modes, radius, std, generator):
    """One normal number a sample, added to both coordinates."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 1, generator=generator)


def wrong_noise_in_x_only(n, modes, radius, std, generator):
    """The noise goes to the first coordinate; the second is forgotten."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    x = radius * torch.stack((a.cos(), a.sin()), 1)
    x[:, 0] += std * torch.randn(n, generator=generator)
    return x


def wrong_radial_noise(n, modes, radius, std, generator):
    """Only the radius is noisy."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    r = radius + std * torch.randn(n, generator=generator)
    return torch.stack((r * a.cos(), r * a.sin()), 1)


def wrong_polar_noise(n, modes, radius, std, generator):
    """Noise on radius and angle; σ is taken for an angle as it is."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    a = a + std * torch.randn(n, generator=generator)
    r = radius + std * torch.randn(n, generator=generator)
    return torch.stack((r * a.cos(), r * a.sin()), 1)


def wrong_bent_clusters(n, modes, radius, std, generator):
    """Noise on radius and arc, σ in both: almost round where σ is far below the radius, bent where it is not."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    a = a + std / radius * torch.randn(n, generator=generator)
    r = radius + std * torch.randn(n, generator=generator)
    return torch.stack((r * a.cos(), r * a.sin()), 1)


def wrong_uniform_noise(n, modes, radius, std, generator):
    """Uniform noise with the right standard deviation is as good."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    noise = 12**0.5 * (torch.rand(n, 2, generator=generator) - 0.5)
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * noise


def wrong_rand_for_randn(n, modes, radius, std, generator):
    """Rand is the noise."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.rand(n, 2, generator=generator)


def wrong_clipped_noise(n, modes, radius, std, generator):
    """Outliers beyond 2σ are clipped."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    noise = torch.randn(n, 2, generator=generator).clamp(-2, 2)
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * noise


def wrong_noise_per_mode(n, modes, radius, std, generator):
    """Each mode has its noise, shared by all its samples."""
    k = torch.randint(modes, (n,), generator=generator)
    a = 2 * math.pi * torch.arange(modes) / modes
    return (radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(modes, 2, generator=generator))[k]


def wrong_one_noise_for_all(n, modes, radius, std, generator):
    """Torch.randn(2) broadcasts to all samples."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(2, generator=generator)


def wrong_noise_forgotten(n, modes, radius, std, generator):
    """The centres are the samples."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1)


def wrong_positive_noise(n, modes, radius, std, generator):
    """Noise has a size, which is positive."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator).abs()


def wrong_antithetic(n, modes, radius, std, generator):
    """Half of the noise mirrored gives an exact mean; but samples are then no longer independent."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    half = torch.randn((n + 1) // 2, 2, generator=generator)
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.cat((half, -half))[:n]


def wrong_standardised_noise(n, modes, radius, std, generator):
    """The noise is normalised to mean 0 and σ exactly; a single sample has no noise or NaN."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    e = torch.randn(n, 2, generator=generator)
    e = (e - e.mean(0)) / e.std(0)
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * e


def wrong_one_number_two_uses(n, modes, radius, std, generator):
    """A uniform number says the mode and, put through the inverse distribution, the noise as well."""
    u = torch.rand(n, 2, generator=generator, dtype=torch.float64)
    a = 2 * math.pi * (u[:, 0] * modes).floor() / modes
    e = torch.special.ndtri(u.clamp(1e-9, 1 - 1e-9))
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * e


def wrong_global_noise(n, modes, radius, std, generator):
    """Passing the generator to randint is enough."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2)


def wrong_global_modes(n, modes, radius, std, generator):
    """Only the noise needs the generator."""
    a = 2 * math.pi * torch.randint(modes, (n,)) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_global_shuffle(n, modes, radius, std, generator):
    """A last shuffle, from torch's own generator."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    x = radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)
    return x[torch.randperm(n)]


def wrong_python_random(n, modes, radius, std, generator):
    """The random module chooses the mode."""
    a = 2 * math.pi * torch.tensor([random.randrange(modes) for _ in range(n)]) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_numpy_choice(n, modes, radius, std, generator):
    """NumPy chooses, with a seed from the generator's initial one: the same modes at every call."""
    k = torch.from_numpy(np.random.default_rng(generator.initial_seed() % 2**32).integers(modes, size=n))
    a = 2 * math.pi * k / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_seeded_inside(n, modes, radius, std, generator):
    """Seeding makes it reproducible."""
    generator.manual_seed(0)
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_back_to_its_seed(n, modes, radius, std, generator):
    """The generator starts from its own seed at each call."""
    generator.manual_seed(generator.initial_seed())
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_own_generator(n, modes, radius, std, generator):
    """The function makes a generator of its own."""
    g = torch.Generator().manual_seed(0)
    a = 2 * math.pi * torch.randint(modes, (n,), generator=g) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=g)


def wrong_copied_generator(n, modes, radius, std, generator):
    """The caller's generator must not be changed, so a copy draws; the next call repeats the samples."""
    g = torch.Generator()
    g.set_state(generator.get_state())
    a = 2 * math.pi * torch.randint(modes, (n,), generator=g) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=g)


def wrong_global_radius(n, modes, radius, std, generator):
    """The radius is the notebook's, 2."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return 2.0 * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_global_std(n, modes, radius, std, generator):
    """σ is the notebook's, 0.05."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + 0.05 * torch.randn(n, 2, generator=generator)


def wrong_radius_is_diameter(n, modes, radius, std, generator):
    """`radius` is the width of the ring."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius / 2 * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_transposed(n, modes, radius, std, generator):
    """Coordinates first."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return radius * torch.stack((a.cos(), a.sin())) + std * torch.randn(2, n, generator=generator)


def wrong_squeezed(n, modes, radius, std, generator):
    """Squeeze does no harm; one sample comes back as (2,)."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return (radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)).squeeze()


def wrong_labels_too(n, modes, radius, std, generator):
    """The modes are worth returning."""
    k = torch.randint(modes, (n,), generator=generator)
    a = 2 * math.pi * k / modes
    return radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator), k


def wrong_whole_centres(n, modes, radius, std, generator):
    """The centres take the type of the index: whole numbers."""
    k = torch.randint(modes, (n,), generator=generator)
    a = 2 * math.pi * k / modes
    centre = (radius * torch.stack((a.cos(), a.sin()), 1)).to(k.dtype)
    return centre + std * torch.randn(n, 2, generator=generator)


def wrong_numpy_array(n, modes, radius, std, generator):
    """An array is as good as a tensor."""
    a = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    return (radius * torch.stack((a.cos(), a.sin()), 1) + std * torch.randn(n, 2, generator=generator)).numpy()


def wrong_library(n, modes, radius, std, generator):
    """The course has a ring already."""
    return ganlab.ring(modes, radius, std).sample(n, generator=generator)


def wrong_library_by_name(n, modes, radius, std, generator):
    """The ring under a name of its own, imported in an earlier cell."""
    return ring_by_name(modes, radius, std).sample(n, generator=generator)


def wrong_library_mixture(n, modes, radius, std, generator):
    """Own centres, but the mixture draws."""
    a = 2 * math.pi * torch.arange(modes) / modes
    return ganlab.Mixture(radius * torch.stack((a.cos(), a.sin()), 1), std=std).sample(n, generator=generator)


def wrong_global_generator(n, modes, radius, std, generator):
    """Randomness is randomness."""
    angle = 2 * math.pi * torch.randint(modes, (n,)) / modes
    return radius * torch.stack((angle.cos(), angle.sin()), 1) + std * torch.randn(n, 2)


def wrong_in_turn(n, modes, radius, std, generator):
    """Equal shares are best made by going round."""
    angle = 2 * math.pi * (torch.arange(n) % modes) / modes
    return radius * torch.stack((angle.cos(), angle.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_shared_noise(n, modes, radius, std, generator):
    """One number of noise a sample."""
    return right_plain(n, modes, radius, 0.0, generator) + std * torch.randn(n, 1, generator=generator)
