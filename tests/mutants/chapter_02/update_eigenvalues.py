"""Student answers to `update_eigenvalues(step, field, h)`: eigenvalues of the step's derivative at (0, 0)."""

import cmath

import numpy as np
import torch

from ganlab.games import Update, update_matrix, xy

# ----------------------------------------------------------------------------------------------------------- right


def right_jacobian(step, field, h):
    """The hint."""
    zero = torch.zeros(2, dtype=torch.float64)
    return torch.linalg.eigvals(torch.autograd.functional.jacobian(lambda w: step(field, w, h), zero))


def right_central_differences(step, field, h):
    """Numerically, column by column."""
    columns = []
    for unit in torch.eye(2, dtype=torch.float64):
        columns.append((step(field, 1e-5 * unit, h) - step(field, -1e-5 * unit, h)) / 2e-5)
    return torch.linalg.eigvals(torch.stack(columns, dim=1))


def right_rows_by_autograd(step, field, h):
    """One gradient a row, eigenvalues of a 2 × 2 matrix by trace and determinant."""
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    new = step(field, w, h)
    (a, b), (c, d) = (torch.autograd.grad(new[i], w, retain_graph=True)[0].tolist() for i in range(2))
    root = cmath.sqrt(((a - d) / 2) ** 2 + b * c)
    return torch.tensor([(a + d) / 2 + root, (a + d) / 2 - root], dtype=torch.complex128)


def right_transposed_numpy(step, field, h):
    """The transpose has the same eigenvalues; NumPy finds them."""
    start = np.zeros(2)
    rows = []
    for k in range(2):
        ahead = start.copy()
        ahead[k] = 1e-6
        rows.append((step(field, torch.from_numpy(ahead), h) - step(field, torch.from_numpy(start), h)).numpy() / 1e-6)
    return torch.from_numpy(np.linalg.eigvals(np.array(rows)).astype(complex))


def right_functional_jacrev(step, field, h):
    """torch.func, scaled, smaller eigenvalue first."""
    matrix = torch.func.jacrev(lambda w: step(field, w, h))(torch.zeros(2, dtype=torch.float64))
    values = torch.linalg.eig(matrix).eigenvalues
    return values[values.abs().argsort()]


# ----------------------------------------------------------------------------------------------------------- wrong


def _matrix(step, field, h, at=(0.0, 0.0)):
    point = torch.tensor(at, dtype=torch.float64)
    return torch.autograd.functional.jacobian(lambda w: step(field, w, h), point)


def wrong_of_the_field(step, field, h):
    """Eigenvalues of the field's Jacobian."""
    return torch.linalg.eigvals(torch.autograd.functional.jacobian(field, torch.zeros(2, dtype=torch.float64)))


def wrong_of_the_change(step, field, h):
    """Of the move M − I."""
    return torch.linalg.eigvals(_matrix(step, field, h) - torch.eye(2, dtype=torch.float64))


def wrong_identity_added(step, field, h):
    """I + M, as in M = I + hJ."""
    return torch.linalg.eigvals(_matrix(step, field, h) + torch.eye(2, dtype=torch.float64))


def wrong_always_simultaneous(step, field, h):
    """M = I + hJ for every step."""
    jacobian = torch.autograd.functional.jacobian(field, torch.zeros(2, dtype=torch.float64))
    return torch.linalg.eigvals(torch.eye(2, dtype=torch.float64) + h * jacobian)


def wrong_always_alternating(step, field, h):
    """M = (I + h G)(I + h D) for every step."""
    jacobian = torch.autograd.functional.jacobian(field, torch.zeros(2, dtype=torch.float64))
    eye = torch.eye(2, dtype=torch.float64)
    g, d = torch.diag(eye[0]), torch.diag(eye[1])
    return torch.linalg.eigvals((eye + h * g @ jacobian) @ (eye + h * d @ jacobian))


def wrong_one_plus_ih(step, field, h):
    """The formula of xy."""
    return torch.tensor([1 + 1j * h, 1 - 1j * h], dtype=torch.complex128)


def wrong_xy_for_every_field(step, field, h):
    """The global game."""
    return torch.linalg.eigvals(_matrix(step, xy().field, h))


def wrong_at_the_start(step, field, h):
    """At (1, 0), where the game starts."""
    return torch.linalg.eigvals(_matrix(step, field, h, (1.0, 0.0)))


def wrong_near_the_equilibrium(step, field, h):
    """At (0.1, 0.1), so that nothing is 0."""
    return torch.linalg.eigvals(_matrix(step, field, h, (0.1, 0.1)))


def wrong_at_a_random_point(step, field, h):
    """Anywhere: the update is linear."""
    return torch.linalg.eigvals(_matrix(step, field, h, tuple(torch.randn(2).tolist())))


def wrong_magnitudes(step, field, h):
    """|λ|: only the size decides."""
    return torch.linalg.eigvals(_matrix(step, field, h)).abs()


def wrong_magnitudes_as_complex(step, field, h):
    """|λ| with a complex dtype."""
    return torch.linalg.eigvals(_matrix(step, field, h)).abs().to(torch.complex128)


def wrong_real_parts(step, field, h):
    """The real parts."""
    return torch.linalg.eigvals(_matrix(step, field, h)).real


def wrong_eigvalsh(step, field, h):
    """The symmetric routine."""
    return torch.linalg.eigvalsh(_matrix(step, field, h)).to(torch.complex128)


def wrong_symmetrised(step, field, h):
    """Symmetric part first, for stability."""
    matrix = _matrix(step, field, h)
    return torch.linalg.eigvals((matrix + matrix.T) / 2)


def wrong_singular_values(step, field, h):
    """Singular values."""
    return torch.linalg.svdvals(_matrix(step, field, h)).to(torch.complex128)


def wrong_diagonal(step, field, h):
    """The diagonal."""
    return _matrix(step, field, h).diagonal().to(torch.complex128)


def wrong_squared(step, field, h):
    """M M: two updates."""
    matrix = _matrix(step, field, h)
    return torch.linalg.eigvals(matrix @ matrix)


def wrong_spectral_radius(step, field, h):
    """The largest one alone, twice."""
    values = torch.linalg.eigvals(_matrix(step, field, h))
    return values[values.abs().argmax()].expand(2)


def wrong_largest_only(step, field, h):
    """One number."""
    return torch.linalg.eigvals(_matrix(step, field, h)).abs().max()


def wrong_eigenvectors(step, field, h):
    """The second thing that eig gives, first row."""
    return torch.linalg.eig(_matrix(step, field, h)).eigenvectors[0]


def wrong_unit_step_size(step, field, h):
    """The step size belongs to the game: h = 1."""
    return torch.linalg.eigvals(_matrix(step, field, 1.0))


def wrong_fixed_step_size(step, field, h):
    """h = 0.2 typed in."""
    return torch.linalg.eigvals(_matrix(step, field, 0.2))


def wrong_h_twice(step, field, h):
    """Multiplies the matrix by h, as M = I + hJ says."""
    return h * torch.linalg.eigvals(_matrix(step, field, h))


def wrong_divided_by_h(step, field, h):
    """(λ − 1)/h: those of the flow."""
    return (torch.linalg.eigvals(_matrix(step, field, h)) - 1) / h


def wrong_coarse_differences(step, field, h):
    """Forward differences over 0.5."""
    zero = torch.zeros(2, dtype=torch.float64)
    columns = [(step(field, 0.5 * unit, h) - step(field, zero, h)) / 0.5 for unit in torch.eye(2, dtype=torch.float64)]
    return torch.linalg.eigvals(torch.stack(columns, 1))


def wrong_single_precision_differences(step, field, h):
    """Differences of 1e-7 about (1, 1) in float32, the subtraction loses everything."""
    one = torch.ones(2)
    columns = [(step(field, one + 1e-7 * unit, h) - step(field, one, h)) / 1e-7 for unit in torch.eye(2)]
    return torch.linalg.eigvals(torch.stack(columns, 1)).to(torch.complex128)


def wrong_gradient_of_the_sum(step, field, h):
    """One backward of the sum gives the diagonal (it gives column sums)."""
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    step(field, w, h).sum().backward()
    return w.grad.to(torch.complex128)


def wrong_value_at_unit_vectors(step, field, h):
    """step(e₁), step(e₂) are the columns: the update taken as linear."""
    columns = [step(field, unit, h) for unit in torch.eye(2, dtype=torch.float64)]
    return torch.linalg.eigvals(torch.stack(columns, 1))


def wrong_real_where_real(step, field, h):
    """Only the real roots of the characteristic polynomial, the discriminant clamped at 0."""
    matrix = _matrix(step, field, h)
    half, determinant = matrix.trace() / 2, matrix.det()
    root = (half**2 - determinant).clamp(min=0).sqrt()
    return torch.stack([half + root, half - root]).to(torch.complex128)


def wrong_conjugate_pair_assumed(step, field, h):
    """Eigenvalues of games are always a complex pair: the root is imaginary."""
    matrix = _matrix(step, field, h)
    half, determinant = matrix.trace() / 2, matrix.det()
    root = (half**2 - determinant).abs().sqrt()
    return torch.stack([torch.complex(half, root), torch.complex(half, -root)])


def wrong_determinant_doubled(step, field, h):
    """The midnight formula without its ½ for the root."""
    matrix = _matrix(step, field, h)
    trace, determinant = matrix.trace(), matrix.det()
    root = torch.complex(trace**2 - 4 * determinant, torch.zeros_like(trace)).sqrt()
    return torch.stack([trace / 2 + root, trace / 2 - root])


def wrong_inverse(step, field, h):
    """1/λ."""
    return 1 / torch.linalg.eigvals(_matrix(step, field, h))


def wrong_field_of_two_calls(step, field, h):
    """Differentiates step ∘ step."""
    zero = torch.zeros(2, dtype=torch.float64)
    return torch.linalg.eigvals(
        torch.autograd.functional.jacobian(lambda w: step(field, step(field, w, h / 2), h / 2), zero)
    )


def wrong_column(step, field, h):
    """Shape (2, 1)."""
    return torch.linalg.eigvals(_matrix(step, field, h))[:, None]


def wrong_calls_the_library(step, field, h):
    """The library's matrix."""
    return torch.linalg.eigvals(update_matrix(xy(), Update("simultaneous", h)))


ZERO = torch.zeros(2, dtype=torch.float64)


def right_differences(step, field, h):
    shifts = 1e-5 * torch.eye(2, dtype=torch.float64)
    columns = [(step(field, d, h) - step(field, -d, h)) / 2e-5 for d in shifts]
    return torch.linalg.eigvals(torch.stack(columns, 1))


def right_formula(step, field, h):
    (a, b), (c, d) = torch.func.jacrev(lambda w: step(field, w, h))(ZERO).tolist()
    root = torch.sqrt(torch.tensor((a + d) ** 2 / 4 - (a * d - b * c), dtype=torch.complex128))
    return torch.stack(((a + d) / 2 - root, (a + d) / 2 + root))


def right_rows(step, field, h):
    w = ZERO.clone().requires_grad_()
    new = step(field, w, h)
    rows = [torch.autograd.grad(part, w, retain_graph=True)[0] for part in new]
    return torch.linalg.eig(torch.stack(rows)).eigenvalues


def wrong_field(step, field, h):
    """The field decides."""
    return torch.linalg.eigvals(torch.autograd.functional.jacobian(field, ZERO))


def wrong_change(step, field, h):
    """The change per step decides."""
    return right_jacobian(step, field, h) - 1


def wrong_modulus(step, field, h):
    """Only the size matters."""
    return right_jacobian(step, field, h).abs()


def wrong_simultaneous(step, field, h):
    """M is I + hJ."""
    return 1 + h * torch.linalg.eigvals(torch.autograd.functional.jacobian(field, ZERO))


def wrong_point(step, field, h):
    """Any point will do."""
    matrix = torch.autograd.functional.jacobian(lambda w: step(field, w, h), ZERO + 0.5)
    return torch.linalg.eigvals(matrix)


def wrong_float32(step, field, h):
    """Small steps are the best differences."""
    shifts = 1e-7 * torch.eye(2)
    columns = [(step(field, 1.0 + d, h) - step(field, torch.ones(2), h)) / 1e-7 for d in shifts]
    return torch.linalg.eigvals(torch.stack(columns, 1))
