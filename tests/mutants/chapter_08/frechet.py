"""Answers to exercise 08/frechet."""

import numpy as np
import torch


def _moments(cloud):
    cloud = cloud.double()
    centred = cloud - cloud.mean(0)
    return cloud.mean(0), centred.T @ centred / (len(cloud) - 1)


def right_by_eigh(a, b):
    """Take the root of one covariance, then the eigenvalues of the symmetric product."""
    (mean_a, cov_a), (mean_b, cov_b) = _moments(a), _moments(b)
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors @ torch.diag(values.clamp_min(0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp_min(0).sqrt().sum()
    return (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross


def right_by_singular_values(a, b):
    """The trace is the sum of the singular values of one centred cloud times the other."""
    a, b = a.double(), b.double()
    x, y = (a - a.mean(0)) / (len(a) - 1) ** 0.5, (b - b.mean(0)) / (len(b) - 1) ** 0.5
    cross = torch.linalg.svdvals(x @ y.T).sum()
    return float((a.mean(0) - b.mean(0)).square().sum() + x.square().sum() + y.square().sum() - 2 * cross)


def right_by_numpy(a, b):
    """The eigenvalues of the product itself, which are those of the symmetric one."""
    a, b = a.numpy().astype(float), b.numpy().astype(float)
    cov_a, cov_b = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    roots = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real.clip(0))
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * roots.sum()


def wrong_float32(a, b):
    """float32 is precise enough."""
    cov_a, cov_b = (torch.atleast_2d(cloud.T.cov()) for cloud in (a, b))
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp_min(0).sqrt().sum()
    return (a.mean(0) - b.mean(0)).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross


def wrong_no_clamp(a, b):
    """A covariance has no negative eigenvalues."""
    (mean_a, cov_a), (mean_b, cov_b) = _moments(a), _moments(b)
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors * values.sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).sqrt().sum()
    return (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross


def wrong_traces(a, b):
    """The trace of the root is what the spreads have in common."""
    spreads = [cloud.double().std(0) for cloud in (a, b)]
    return (a.double().mean(0) - b.double().mean(0)).square().sum() + (spreads[0] - spreads[1]).square().sum()


def wrong_root(a, b):
    """A distance has the unit of the data."""
    return right_by_eigh(a, b).clamp_min(0).sqrt()


def wrong_ridge(a, b):
    """A little on the diagonal keeps the covariance from being singular."""
    (mean_a, cov_a), (mean_b, cov_b) = _moments(a), _moments(b)
    cov_a, cov_b = (cov + 1e-4 * torch.eye(len(cov), dtype=cov.dtype) for cov in (cov_a, cov_b))
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors * values.sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).sqrt().sum()
    return (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross


def wrong_biased(a, b):
    """A covariance is a mean of squares."""
    (mean_a, cov_a), (mean_b, cov_b) = _moments(a), _moments(b)
    cov_a, cov_b = cov_a * (1 - 1 / len(a)), cov_b * (1 - 1 / len(b))
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp_min(0).sqrt().sum()
    return (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross
