"""Student answers to `sample_ring(n, modes, radius, std, generator)`: `right_*` meet the statement, `wrong_*` do not."""

import math

import numpy as np
import torch


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


def wrong_both_ends(n, modes, radius, std, generator):
    """linspace from 0 to 2π gives `modes` angles."""
    angle = torch.linspace(0, 2 * math.pi, modes)[torch.randint(modes, (n,), generator=generator)]
    return radius * torch.stack((angle.cos(), angle.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_global_generator(n, modes, radius, std, generator):
    """Randomness is randomness."""
    angle = 2 * math.pi * torch.randint(modes, (n,)) / modes
    return radius * torch.stack((angle.cos(), angle.sin()), 1) + std * torch.randn(n, 2)


def wrong_variance(n, modes, radius, std, generator):
    """std is the variance."""
    return right_plain(n, modes, radius, std**0.5, generator)


def wrong_in_turn(n, modes, radius, std, generator):
    """Equal shares are best made by going round."""
    angle = 2 * math.pi * (torch.arange(n) % modes) / modes
    return radius * torch.stack((angle.cos(), angle.sin()), 1) + std * torch.randn(n, 2, generator=generator)


def wrong_uniform_noise(n, modes, radius, std, generator):
    """Noise is uniform."""
    clean = right_plain(n, modes, radius, 0.0, generator)
    return clean + std * math.sqrt(12) * (torch.rand(n, 2, generator=generator) - 0.5)


def wrong_shared_noise(n, modes, radius, std, generator):
    """One number of noise a sample."""
    return right_plain(n, modes, radius, 0.0, generator) + std * torch.randn(n, 1, generator=generator)
