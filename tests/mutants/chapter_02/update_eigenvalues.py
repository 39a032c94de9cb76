"""Student answers to `update_eigenvalues(step, field, h)`: `right_*` meet the statement."""

import torch

ZERO = torch.zeros(2, dtype=torch.float64)


def right_jacobian(step, field, h):
    matrix = torch.autograd.functional.jacobian(lambda w: step(field, w, h), ZERO)
    return torch.linalg.eigvals(matrix)


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
