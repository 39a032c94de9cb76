"""Student answers to `frechet(a, b)`: `right_*` meet the statement, `wrong_*` do not."""

import numpy as np
import torch

# ----------------------------------------------------------------------------------------------------------- right


def right_by_the_formula(a, b):
    """The statement's formula, line by line."""
    a, b = a.double(), b.double()
    s1, s2 = torch.atleast_2d(torch.cov(a.T)), torch.atleast_2d(torch.cov(b.T))
    values, vectors = torch.linalg.eigh(s1)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    inner = torch.linalg.eigvalsh(root @ s2 @ root).clamp(min=0).sqrt().sum()
    return (a.mean(0) - b.mean(0)).square().sum() + s1.trace() + s2.trace() - 2 * inner


def right_nuclear_norm_of_the_data(a, b):
    """No covariance at all: the trace of the root is the nuclear norm of the centred clouds' product."""
    a, b = a.double(), b.double()
    x, y = (a - a.mean(0)) / (len(a) - 1) ** 0.5, (b - b.mean(0)) / (len(b) - 1) ** 0.5
    cross = torch.linalg.svdvals(x @ y.T).sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + (x**2).sum() + (y**2).sum() - 2 * cross


def right_numpy(a, b):
    """NumPy inside, the roles of the clouds exchanged, a Python float at the end."""
    a, b = (np.asarray(c.detach(), dtype=np.float64) for c in (a, b))
    s, t = (np.cov(c, rowvar=False).reshape(c.shape[1], c.shape[1]) for c in (a, b))
    w, v = np.linalg.eigh(t)
    root = (v * np.sqrt(np.maximum(w, 0))) @ v.T
    inside = root @ s @ root
    values = np.linalg.eigvalsh((inside + inside.T) / 2)
    gap = a.mean(axis=0) - b.mean(axis=0)
    return float(gap @ gap + np.trace(s) + np.trace(t) - 2 * np.sqrt(values[values > 0]).sum())


def right_two_roots(a, b):
    """The nuclear norm of the product of both roots, by einsum and singular values."""

    def moments(cloud):
        mean = cloud.sum(0) / cloud.shape[0]
        rest = cloud - mean
        return mean, torch.einsum("ni,nj->ij", rest, rest) / (cloud.shape[0] - 1)

    def root(matrix):
        u, s, _ = torch.linalg.svd(matrix)
        return (u * s.sqrt()) @ u.T

    (m1, s1), (m2, s2) = moments(a.to(torch.float64)), moments(b.to(torch.float64))
    cross = torch.linalg.matrix_norm(root(s1) @ root(s2), "nuc")
    return torch.dist(m1, m2) ** 2 + torch.diagonal(s1 + s2).sum() - 2 * cross


def right_factor_of_the_data(a, b):
    """Any factor F with F Fᵀ = Σ₁ has the same inner eigenvalues as the root: here the centred data itself."""
    a, b = a.double(), b.double()
    factor = (a - a.mean(0)).T / (len(a) - 1) ** 0.5
    s2 = torch.cov(b.T).reshape(b.shape[1], b.shape[1])
    inner = torch.linalg.eigvalsh(factor.T @ s2 @ factor).relu().sqrt().sum()
    return (a.mean(0) - b.mean(0)).pow(2).sum() + a.var(0).sum() + b.var(0).sum() - 2 * inner


def right_loops(a, b):
    """Covariances by loops over pairs of dimensions, clipped at 0 in the end, a float."""
    a, b = a.double(), b.double()
    d = a.shape[1]

    def covariance(c):
        gaps = [c[:, i] - c[:, i].mean() for i in range(d)]
        return torch.stack([torch.stack([(p * q).sum() / (len(c) - 1) for q in gaps]) for p in gaps])

    s, t = covariance(a), covariance(b)
    values, vectors = torch.linalg.eigh(s)
    root = sum(max(float(w), 0.0) ** 0.5 * torch.outer(v, v) for w, v in zip(values, vectors.T, strict=True))
    inner = sum(max(float(w), 0.0) ** 0.5 for w in torch.linalg.eigvalsh(root @ t @ root))
    gap = sum((float(a[:, i].mean()) - float(b[:, i].mean())) ** 2 for i in range(d))
    return max(gap + float(s.trace()) + float(t.trace()) - 2 * inner, 0.0)


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


# ----------------------------------------------------------------------------------------------------------- wrong


def _cov(cloud):
    return torch.cov(cloud.T).reshape(cloud.shape[1], cloud.shape[1])


def _root(matrix):
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


def _cross(s, t):
    root = _root(s)
    return torch.linalg.eigvalsh(root @ t @ root).clamp(min=0).sqrt().sum()


def _gap(a, b):
    return (a.mean(0) - b.mean(0)).square().sum()


def _distance(a, b):
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_population_covariance(a, b):
    """Covariances divide by n."""
    a, b = a.double(), b.double()
    s, t = _cov(a) * (len(a) - 1) / len(a), _cov(b) * (len(b) - 1) / len(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_first_size_for_both(a, b):
    """Both covariances divide by N − 1."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b) * (len(b) - 1) / (len(a) - 1)
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_no_transpose(a, b):
    """torch.cov takes the cloud as it is; equal sizes do not crash."""
    a, b = a.double(), b.double()
    s, t = torch.cov(a), torch.cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_root_taken(a, b):
    """A distance is a root."""
    return _distance(a.double(), b.double()).clamp(min=0).sqrt()


def wrong_factor_two_missing(a, b):
    """The cross term once."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - _cross(s, t)


def wrong_cross_sign(a, b):
    """The cross term is added."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() + 2 * _cross(s, t)


def wrong_gap_not_squared(a, b):
    """The norm of the means' difference, not its square."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b).sqrt() + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_gap_averaged(a, b):
    """The mean of the squares over the dimensions."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) / a.shape[1] + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_gap_absolute(a, b):
    """The sum of absolute differences."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return (a.mean(0) - b.mean(0)).abs().sum() + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_means_left_out(a, b):
    """Covariances say everything."""
    s, t = _cov(a.double()), _cov(b.double())
    return s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_means_only(a, b):
    """The distance of the centres."""
    return _gap(a.double(), b.double())


def wrong_grand_mean(a, b):
    """mean() without an axis."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return (a.mean() - b.mean()).square() + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_gap_over_samples(a, b):
    """Sample by sample differences, as far as both clouds go."""
    a, b = a.double(), b.double()
    n = min(len(a), len(b))
    s, t = _cov(a), _cov(b)
    return (a[:n] - b[:n]).square().sum(1).mean() + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_truncated(a, b):
    """Clouds must be of one size, so the larger one is cut."""
    n = min(len(a), len(b))
    return _distance(a[:n].double(), b[:n].double())


def wrong_elementwise_root(a, b):
    """The root of a matrix is the root of its entries."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    root = s.sqrt()
    return _gap(a, b) + s.trace() + t.trace() - 2 * (root @ t @ root).sqrt().trace()


def wrong_diagonal_of_the_product(a, b):
    """The trace of a root is the sum of the roots of the diagonal."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    root = _root(s)
    return _gap(a, b) + s.trace() + t.trace() - 2 * (root @ t @ root).diagonal().clamp(min=0).sqrt().sum()


def wrong_diagonal_only(a, b):
    """Each dimension on its own, as in one dimension."""
    a, b = a.double(), b.double()
    return _gap(a, b) + (a.std(0) - b.std(0)).square().sum()


def wrong_product_of_roots(a, b):
    """Tr Σ₁^½ Σ₂^½ is the same; it is so only where the covariances commute."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * (_root(s) @ _root(t)).trace()


def wrong_frobenius_of_roots(a, b):
    """The cross term is the Frobenius norm of Σ₁^½ Σ₂^½."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * (_root(s) @ _root(t)).norm()


def wrong_sorted_eigenvalues(a, b):
    """Eigenvalues of both, paired by size; directions do not matter."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    x, y = (torch.linalg.eigvalsh(m).clamp(min=0).sqrt() for m in (s, t))
    return _gap(a, b) + (x - y).square().sum()


def wrong_roots_of_traces(a, b):
    """The cross term is the root of the product of the traces."""
    a, b = a.double(), b.double()
    s, t = _cov(a).trace(), _cov(b).trace()
    return _gap(a, b) + (s.sqrt() - t.sqrt()).square()


def wrong_eigvalsh_of_plain_product(a, b):
    """Σ₁ Σ₂ has the right eigenvalues, and eigvalsh finds them; the product is not symmetric."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(s @ t).clamp(min=0).sqrt().sum()


def wrong_symmetrised_product(a, b):
    """The product made symmetric by hand."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    inner = (s @ t + t @ s) / 2
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(inner).clamp(min=0).sqrt().sum()


def wrong_one_root_forgotten(a, b):
    """Σ₁^½ Σ₂, without the second Σ₁^½."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(_root(s) @ t).clamp(min=0).sqrt().sum()


def wrong_inner_roots_forgotten(a, b):
    """Σ₁ Σ₂ Σ₁ under the root."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(s @ t @ s).clamp(min=0).sqrt().sum()


def wrong_outer_root_forgotten(a, b):
    """The trace of Σ₁^½ Σ₂ Σ₁^½ itself."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * (s @ t).trace()


def wrong_root_of_the_trace(a, b):
    """The root of the trace instead of the trace of the root."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() + t.trace() - 2 * (s @ t).trace().clamp(min=0).sqrt()


def wrong_eigenvectors_not_transposed(a, b):
    """V diag V instead of V diag Vᵀ."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    values, vectors = torch.linalg.eigh(s)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors
    inner = root @ t @ root
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(inner).clamp(min=0).sqrt().sum()


def wrong_transposed_first(a, b):
    """Vᵀ diag V: eigenvectors are rows."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    values, vectors = torch.linalg.eigh(s)
    root = vectors.T @ torch.diag(values.clamp(min=0).sqrt()) @ vectors
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(root @ t @ root).clamp(min=0).sqrt().sum()


def wrong_jitter(a, b):
    """A little of the identity keeps the covariances regular, as public FID code does."""
    a, b = a.double(), b.double()
    extra = 1e-6 * torch.eye(a.shape[1], dtype=torch.float64)
    s, t = _cov(a) + extra, _cov(b) + extra
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_clamped_to_a_small_number(a, b):
    """Eigenvalues are at least 1e-6, so that no root is 0."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    values, vectors = torch.linalg.eigh(s)
    root = (vectors * values.clamp(min=1e-6).sqrt()) @ vectors.T
    inner = torch.linalg.eigvalsh(root @ t @ root).clamp(min=1e-6).sqrt().sum()
    return _gap(a, b) + s.trace() + t.trace() - 2 * inner


def wrong_small_eigenvalues_dropped(a, b):
    """Eigenvalues below 0.001 are rounding; in a tight cloud they are everything."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    root = _root(s)
    values = torch.linalg.eigvalsh(root @ t @ root)
    return _gap(a, b) + s.trace() + t.trace() - 2 * values[values > 1e-3].sqrt().sum()


def wrong_not_clamped(a, b):
    """The root of a covariance always exists; rounding makes it NaN."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    values, vectors = torch.linalg.eigh(s)
    root = (vectors * values.sqrt()) @ vectors.T
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(root @ t @ root).sqrt().sum()


def wrong_outer_not_clamped(a, b):
    """Only the first root needs its eigenvalues set to 0."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    root = _root(s)
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(root @ t @ root).sqrt().sum()


def wrong_nan_to_zero(a, b):
    """A NaN distance is a distance of 0."""
    return wrong_outer_not_clamped(a, b).nan_to_num(0.0)


def wrong_cholesky(a, b):
    """A Cholesky factor for the root; a singular covariance has none."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    factor = torch.linalg.cholesky(s)
    inner = torch.linalg.eigvalsh(factor.T @ t @ factor).clamp(min=0).sqrt().sum()
    return _gap(a, b) + s.trace() + t.trace() - 2 * inner


def wrong_single_precision(a, b):
    """The clouds' own precision is enough."""
    return _distance(a, b)


def wrong_double_too_late(a, b):
    """Covariances in single precision, the rest in double."""
    s, t = _cov(a).double(), _cov(b).double()
    return _gap(a.double(), b.double()) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_one_dimension_crashes(a, b):
    """torch.cov always gives a matrix."""
    a, b = a.double(), b.double()
    s, t = torch.cov(a.T), torch.cov(b.T)
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_variance_rule_in_one_dimension(a, b):
    """In one dimension the difference of the variances, squared, is meant."""
    a, b = a.double(), b.double()
    if a.shape[1] == 1:
        return _gap(a, b) + (a.var() - b.var()).square()
    return _distance(a, b)


def wrong_second_moments(a, b):
    """The covariance is XᵀX / (n − 1), nothing subtracted."""
    a, b = a.double(), b.double()
    s, t = a.T @ a / (len(a) - 1), b.T @ b / (len(b) - 1)
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_common_centre(a, b):
    """Both covariances about the mean of all samples."""
    a, b = a.double(), b.double()
    centre = torch.cat((a, b)).mean(0)
    s, t = ((c - centre).T @ (c - centre) / (len(c) - 1) for c in (a, b))
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_first_covariance_twice(a, b):
    """A slip of the pen: Σ₂ is that of a as well."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(a)
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_trace_difference(a, b):
    """Tr Σ₁ − Tr Σ₂."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.trace() - t.trace() - 2 * _cross(s, t)


def wrong_sum_for_trace(a, b):
    """The sum of all entries."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    return _gap(a, b) + s.sum() + t.sum() - 2 * _cross(s, t)


def wrong_divided_by_dimensions(a, b):
    """A distance a dimension, to compare features of different sizes."""
    return _distance(a.double(), b.double()) / a.shape[1]


def wrong_standardised(a, b):
    """Features are brought to unit variance first."""
    a, b = a.double(), b.double()
    both = torch.cat((a, b))
    scale = both.std(0).clamp(min=1e-12)
    return _distance(a / scale, b / scale)


def wrong_correlation(a, b):
    """Correlations instead of covariances."""
    a, b = a.double(), b.double()
    d = a.shape[1]
    s, t = torch.corrcoef(a.T).reshape(d, d), torch.corrcoef(b.T).reshape(d, d)
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_frobenius_of_covariances(a, b):
    """The squared difference of the covariances."""
    a, b = a.double(), b.double()
    return _gap(a, b) + (_cov(a) - _cov(b)).square().sum()


def wrong_centred_in_place(a, b):
    """a −= mean makes a copy first."""
    m, n = a.mean(0), b.mean(0)
    a -= m
    b -= n
    s, t = _cov(a.double()), _cov(b.double())
    return (m.double() - n.double()).square().sum() + s.trace() + t.trace() - 2 * _cross(s, t)


def wrong_shape_of_one(a, b):
    """A tensor of one number is a number."""
    return _distance(a.double(), b.double())[None]


def wrong_rounded(a, b):
    """Two decimals are as many as anybody prints."""
    return round(float(_distance(a.double(), b.double())), 2)


def wrong_zero_when_small(a, b):
    """Below 0.001 it is rounding, so 0."""
    d = float(_distance(a.double(), b.double()))
    return d if d > 1e-3 else 0.0


def wrong_singular_refused(a, b):
    """A cloud of too few samples has no distance."""
    if min(len(a), len(b)) <= a.shape[1]:
        return float("nan")
    return _distance(a.double(), b.double())


def wrong_largest_eigenvalue(a, b):
    """The spectral norm for the trace in the cross term."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b)
    root = _root(s)
    return _gap(a, b) + s.trace() + t.trace() - 2 * torch.linalg.eigvalsh(root @ t @ root)[-1].clamp(min=0).sqrt()


def wrong_thirty_two_dimensions(a, b):
    """The features are 32: fewer are padded, which changes nothing, and more are cut off."""
    a, b = (torch.nn.functional.pad(c, (0, 32 - c.shape[1])) for c in (a.double(), b.double()))
    return _distance(a, b)


def wrong_twice_for_order(a, b):
    """Distances of samples in their order enter too: the mean of both notions."""
    a, b = a.double(), b.double()
    n = min(len(a), len(b))
    return _distance(a, b) + 1e-2 * (a[0] - b[n - 1]).square().sum()


def wrong_correlated_dimensions_reversed(a, b):
    """Covariances of the flipped second cloud: a slip in the axes."""
    a, b = a.double(), b.double()
    s, t = _cov(a), _cov(b.flip(1))
    return _gap(a, b) + s.trace() + t.trace() - 2 * _cross(s, t)
