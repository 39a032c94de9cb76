"""Student answers to `own_slopes(critic, points)`: `right_*` meet the statement, `wrong_*` do not."""

import warnings

import torch
from torch import nn
from torch.autograd.functional import jacobian

REFUSAL = "a score depends on another sample of the batch: its gradient is no gradient by its own sample"


def _table(critic, points):
    """Give (B, B, features): row i holds the gradient of score i by every sample."""
    points = points.detach().clone().requires_grad_()
    rows = [torch.autograd.grad(s, points, retain_graph=True)[0].flatten(1) for s in critic(points).flatten()]
    return torch.stack(rows).detach()


def _own(table):
    return torch.stack([table[k, k].norm() for k in range(len(table))])


def _judged(critic, points, broken):
    table = _table(critic, points)
    effects = table.norm(dim=2)
    effects = effects - torch.diag(torch.diag(effects))
    if broken(effects, table):
        raise ValueError(REFUSAL)
    return _own(table)


# ----------------------------------------------------------------------------------------------------------- right


def right_jacobian(critic, points):
    """The whole Jacobian by the functional interface."""
    whole = jacobian(lambda x: critic(x).reshape(len(x)), points.detach())
    effects = whole.flatten(2).norm(dim=2)
    others = effects.masked_fill(torch.eye(len(points), dtype=torch.bool), 0.0)
    if (others >= 1e-6).any():
        raise ValueError(REFUSAL)
    return effects.diagonal()


def right_score_by_score(critic, points):
    """One backward pass a score."""
    points = points.detach().clone().requires_grad_(True)
    scores = critic(points).flatten()
    slopes = []
    for i, score in enumerate(scores):
        (gradient,) = torch.autograd.grad(score, points, retain_graph=True)
        norms = torch.linalg.vector_norm(gradient.flatten(1), dim=1)
        for j, norm in enumerate(norms.tolist()):
            if i != j and norm >= 1e-6:
                raise ValueError(
                    f"moving sample {j} changes the score of sample {i}; every score must be of one sample."
                )
        slopes.append(norms[i])
    return torch.stack(slopes)


def right_batched_backward(critic, points):
    """All rows at once, by a batch of unit vectors."""
    leaf = points.detach().clone().requires_grad_()
    scores = critic(leaf).view(-1)
    units = torch.eye(len(leaf), dtype=scores.dtype)
    (whole,) = torch.autograd.grad(scores, leaf, units, is_grads_batched=True)
    squares = torch.einsum("ijk,ijk->ij", whole.flatten(2), whole.flatten(2))
    if len(leaf) > 1 and float((squares - torch.diag_embed(squares.diagonal())).max()) >= 1e-12:
        raise ValueError("The samples of this batch are mixed by the critic.")
    return squares.diagonal().sqrt()


def right_two_steps(critic, points):
    """First the refusal with a function of its own, then the gradient of the sum, which is now allowed."""

    def mixes():
        leaf = points.detach().requires_grad_()
        for i, score in enumerate(critic(leaf).reshape(-1).unbind()):
            gradient = torch.autograd.grad(score, leaf, retain_graph=True)[0].flatten(1)
            others = torch.cat((gradient[:i], gradient[i + 1 :]))
            if any(float(other.square().sum().sqrt()) >= 1e-6 for other in others):
                return True
        return False

    if mixes():
        raise ValueError(REFUSAL)
    leaf = points.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(leaf).sum(), leaf)
    return gradient.flatten(1).norm(dim=1)


class _Slopes:
    def __init__(self, critic, points):
        self.table = _table(critic, points)

    def __call__(self):
        norms = self.table.norm(dim=-1)
        for i in range(len(norms)):
            if len(norms) > 1 and max(norms[i, j] for j in range(len(norms)) if j != i) >= 1e-6:
                raise ValueError(f"score {i} is moved by other samples")
        return norms.diag()


def right_object(critic, points):
    """A table of effects as an object."""
    return _Slopes(critic, points)()


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_no_refusal(critic, points):
    """The slopes of the summed score."""
    points = points.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(points).sum(), points)
    return gradient.flatten(1).norm(dim=1)


def wrong_own_without_refusal(critic, points):
    """The true own slopes, whatever the rest does."""
    return _own(_table(critic, points))


def wrong_names_of_layers(critic, points):
    """BatchNorm mixes, nothing else does."""
    if any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in getattr(critic, "modules", list)()):
        raise ValueError(REFUSAL)
    return wrong_no_refusal(critic, points)


def wrong_names_of_training_layers(critic, points):
    """BatchNorm mixes while it trains, nothing else does."""
    for layer in getattr(critic, "modules", list)():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm) and layer.training:
            raise ValueError(REFUSAL)
    return wrong_no_refusal(critic, points)


def wrong_training_mode(critic, points):
    """A critic in training mode cannot be trusted."""
    if getattr(critic, "training", False):
        raise ValueError(REFUSAL)
    return wrong_no_refusal(critic, points)


def wrong_evaluated(critic, points):
    """Slopes are measured in evaluation mode."""
    training = getattr(critic, "training", None)
    if training is not None:
        critic.eval()
    try:
        return right_score_by_score(critic, points)
    finally:
        if training:
            critic.train()


def wrong_left_in_evaluation(critic, points):
    """Right verdict, and then the critic is switched to evaluation mode."""
    try:
        return right_score_by_score(critic, points)
    finally:
        if hasattr(critic, "eval"):
            critic.eval()


def wrong_left_in_training(critic, points):
    """Right verdict, and then the critic is switched back to training, as before."""
    try:
        return right_score_by_score(critic, points)
    finally:
        if hasattr(critic, "train"):
            critic.train()


def wrong_sum_compared(critic, points):
    """The gradient of the sum must be the own gradients: effects on two scores may cancel in it."""
    points = points.detach().requires_grad_()
    (total,) = torch.autograd.grad(critic(points).sum(), points)
    table = _table(critic, points)
    own = torch.stack([table[k, k] for k in range(len(table))])
    if ((total.flatten(1) - own).norm(dim=1) >= 1e-6).any():
        raise ValueError(REFUSAL)
    return own.norm(dim=1)


def wrong_first_score_only(critic, points):
    """If the first score is its own, all are."""
    return _judged(critic, points, lambda effects, table: (effects[0] >= 1e-6).any())


def wrong_first_sample_only(critic, points):
    """If the first sample moves no other score, none does."""
    return _judged(critic, points, lambda effects, table: (effects[:, 0] >= 1e-6).any())


def wrong_neighbours_only(critic, points):
    """Each sample against the next one."""
    return _judged(critic, points, lambda effects, table: (effects.diagonal(1) >= 1e-6).any())


def wrong_upper_triangle(critic, points):
    """Effects are mutual, so half of the table is enough."""
    return _judged(critic, points, lambda effects, table: (effects.triu() >= 1e-6).any())


def wrong_lower_triangle(critic, points):
    """Effects are mutual, so half of the table is enough: the other half."""
    return _judged(critic, points, lambda effects, table: (effects.tril() >= 1e-6).any())


def wrong_mean_effect(critic, points):
    """The mean effect of all pairs."""
    return _judged(critic, points, lambda effects, table: effects.mean() >= 1e-6)


def wrong_total_effect(critic, points):
    """All effects on a score together: many roundings count as one effect."""
    return _judged(critic, points, lambda effects, table: (effects.sum(1) >= 1e-6).any())


def wrong_total_over_the_table(critic, points):
    """The norm of everything off the diagonal."""
    return _judged(critic, points, lambda effects, table: effects.norm() >= 1e-6)


def wrong_all_pairs_needed(critic, points):
    """A critic mixes if every score depends on every sample."""

    def broken(effects, table):
        others = effects[~torch.eye(len(effects), dtype=torch.bool)]
        return len(others) > 0 and bool((others >= 1e-6).all())

    return _judged(critic, points, broken)


def wrong_number_by_number(critic, points):
    """Each component below 1e-6 counts as none, however many there are."""

    def broken(effects, table):
        others = table.abs().amax(2)
        return bool(((others - torch.diag(others.diag())) >= 1e-6).any())

    return _judged(critic, points, broken)


def wrong_components_added(critic, points):
    """The effect of a sample is the sum of its components, with their signs."""

    def broken(effects, table):
        others = table.sum(2).abs()
        return bool(((others - torch.diag(others.diag())) >= 1e-6).any())

    return _judged(critic, points, broken)


def wrong_signed_components(critic, points):
    """An effect is a component above 1e-6; negative ones are not."""

    def broken(effects, table):
        others = table.amax(2)
        return bool(((others - torch.diag(others.diag())) >= 1e-6).any())

    return _judged(critic, points, broken)


def wrong_any_effect(critic, points):
    """Nothing but an exact 0 is no effect."""
    return _judged(critic, points, lambda effects, table: (effects > 0).any())


def wrong_large_tolerance(critic, points):
    """Below 0.001 it is rounding."""
    return _judged(critic, points, lambda effects, table: (effects >= 1e-3).any())


def wrong_squared_tolerance(critic, points):
    """The squared norm against 1e-6."""
    return _judged(critic, points, lambda effects, table: (effects.square() >= 1e-6).any())


def wrong_relative_tolerance(critic, points):
    """An effect counts if it is not tiny beside the own slope."""
    return _judged(critic, points, lambda effects, table: (effects >= 1e-4 * _own(table)[:, None] + 1e-6).any())


def wrong_own_effect_counted(critic, points):
    """Any effect at all, the own one as well."""
    table = _table(critic, points)
    if (table.norm(dim=2) >= 1e-6).any():
        raise ValueError(REFUSAL)
    return _own(table)


def wrong_other_exception(critic, points):
    """A RuntimeError is an error too."""
    try:
        return right_score_by_score(critic, points)
    except ValueError as refusal:
        raise RuntimeError(str(refusal)) from None


def wrong_assertion(critic, points):
    """assert says so."""
    try:
        return right_score_by_score(critic, points)
    except ValueError:
        raise AssertionError("samples are mixed") from None


def wrong_warning(critic, points):
    """A warning, and the slopes all the same."""
    try:
        return right_score_by_score(critic, points)
    except ValueError as refusal:
        warnings.warn(str(refusal), stacklevel=2)
        return wrong_own_without_refusal(critic, points)


def wrong_nan(critic, points):
    """NaN where there is no slope."""
    try:
        return right_score_by_score(critic, points)
    except ValueError:
        return torch.full((len(points),), float("nan"))


def wrong_error_returned(critic, points):
    """The error is returned."""
    try:
        return right_score_by_score(critic, points)
    except ValueError as refusal:
        return refusal


def wrong_no_sentence(critic, points):
    """The name of the exception says enough."""
    try:
        return right_score_by_score(critic, points)
    except ValueError:
        raise ValueError from None


def wrong_refused_alone(critic, points):
    """A batch of one cannot be judged, so it is refused."""
    if len(points) < 2:
        raise ValueError("a batch needs two samples")
    return right_score_by_score(critic, points)


def wrong_nobody_to_compare(critic, points):
    """The largest effect of the others, of whom there may be none."""
    table = _table(critic, points)
    others = table.norm(dim=2)[~torch.eye(len(table), dtype=torch.bool)]
    if others.max() >= 1e-6:
        raise ValueError(REFUSAL)
    return _own(table)


def wrong_column_of_scores(critic, points):
    """Scores are a column."""
    points = points.detach().requires_grad_()
    scores = critic(points)[:, 0]
    return right_score_by_score(lambda x: scores if x is points else critic(x)[:, 0], points)


def wrong_row_of_scores(critic, points):
    """Scores are a vector."""
    whole = jacobian(critic, points.detach())
    effects = whole.flatten(2).norm(dim=2)
    if ((effects - torch.diag(effects.diag())) >= 1e-6).any():
        raise ValueError(REFUSAL)
    return effects.diag()


def wrong_points_only(critic, points):
    """The norm over the last axis, which is all of a point."""
    whole = jacobian(lambda x: critic(x).flatten(), points.detach()).norm(dim=-1)
    if ((whole - torch.diag(whole.diagonal())) >= 1e-6).any():
        raise ValueError(REFUSAL)
    return whole.diagonal()


def wrong_slope_over_last_axis(critic, points):
    """Right verdict, and a norm for each row of an image, averaged."""
    right_score_by_score(critic, points)
    points = points.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(points).sum(), points)
    return gradient.norm(dim=-1).reshape(len(points), -1).mean(1)


def wrong_squared_slopes(critic, points):
    """The squared norm."""
    return right_score_by_score(critic, points).square()


def wrong_absolute_slopes(critic, points):
    """The sum of absolute values."""
    right_score_by_score(critic, points)
    table = _table(critic, points)
    return torch.stack([table[k, k].abs().sum() for k in range(len(table))])


def wrong_root_mean_square(critic, points):
    """Divided by the number of features."""
    return right_score_by_score(critic, points) / points[0].numel() ** 0.5


def wrong_excess(critic, points):
    """How far the slopes are from 1."""
    return right_score_by_score(critic, points) - 1


def wrong_mean_score(critic, points):
    """Of the mean score, as a loss is a mean."""
    return right_score_by_score(critic, points) / len(points)


def wrong_largest(critic, points):
    """The steepest of all."""
    return right_score_by_score(critic, points).max()


def wrong_gradients(critic, points):
    """The gradients themselves."""
    right_score_by_score(critic, points)
    points = points.detach().requires_grad_()
    return torch.autograd.grad(critic(points).sum(), points)[0]


def wrong_column_returned(critic, points):
    """A column, as scores are."""
    return right_score_by_score(critic, points)[:, None]


def wrong_graph_thrown_away(critic, points):
    """One backward pass after the other through the same graph."""
    points = points.detach().requires_grad_()
    rows = [torch.autograd.grad(score, points)[0].flatten(1).norm(dim=1) for score in critic(points).flatten()]
    effects = torch.stack(rows)
    if ((effects - torch.diag(effects.diag())) >= 1e-6).any():
        raise ValueError(REFUSAL)
    return effects.diag()


def wrong_alone_against_batch(critic, points):
    """A sample scored alone must have the score that it has in the batch."""
    with torch.no_grad():
        together = critic(points).flatten()
        for k in range(len(points)):
            if (critic(points[k : k + 1]).flatten()[0] - together[k]).abs() >= 1e-6:
                raise ValueError(REFUSAL)
    return wrong_no_refusal(critic, points)


def wrong_order_of_the_batch(critic, points):
    """Turning the batch round must turn the scores round."""
    with torch.no_grad():
        if not torch.allclose(critic(points.flip(0)).flatten(), critic(points).flatten().flip(0), atol=1e-6):
            raise ValueError(REFUSAL)
    return wrong_own_without_refusal(critic, points)


def wrong_last_sample_dropped(critic, points):
    """Without the last sample the others must have the same scores."""
    if len(points) > 1:
        with torch.no_grad():
            if not torch.allclose(critic(points[:-1]).flatten(), critic(points).flatten()[:-1], atol=1e-6):
                raise ValueError(REFUSAL)
    return wrong_own_without_refusal(critic, points)


def wrong_first_sample_moved(critic, points):
    """One sample is moved by 1, and the others' scores are compared."""
    with torch.no_grad():
        moved = points.clone()
        moved[0] += 1.0
        if not torch.allclose(critic(moved).flatten()[1:], critic(points).flatten()[1:], atol=1e-6):
            raise ValueError(REFUSAL)
    return wrong_own_without_refusal(critic, points)


def wrong_small_moves(critic, points):
    """Every sample is moved by a thousandth, and a change of the others' scores by 1e-6 is an effect."""
    with torch.no_grad():
        before = critic(points).flatten()
        for k in range(len(points)):
            moved = points.clone()
            moved[k] += 1e-3
            change = (critic(moved).flatten() - before).abs()
            change[k] = 0
            if (change >= 1e-6).any():
                raise ValueError(REFUSAL)
    return wrong_own_without_refusal(critic, points)


def wrong_points_overwritten(critic, points):
    """The batch is centred first; slopes do not mind a shift."""
    points.sub_(points.mean(0))
    return right_score_by_score(critic, points)


def wrong_everything_refused(critic, points):
    """Better safe than sorry."""
    raise ValueError(REFUSAL)


def wrong_shuffled_pairs(critic, points):
    """Ten pairs drawn at random are enough."""
    table = _table(critic, points)
    for _ in range(10):
        i, j = torch.randint(len(points), (2,)).tolist()
        if i != j and table[i, j].norm() >= 1e-6:
            raise ValueError(REFUSAL)
    return _own(table)


# ----------------------------------------------------------------------------------------------------------- more


def _influences(critic, points):
    """∂D(xᵢ)/∂xⱼ, (B, B, features)."""
    points = points.detach().requires_grad_()
    scores = critic(points).flatten()
    rows = [torch.autograd.grad(score, points, retain_graph=True)[0].flatten(1) for score in scores]
    return torch.stack(rows)


def _decide(norms):
    own = norms.diagonal()
    if bool(((norms - torch.diag(own)).abs() > 1e-6).any()):
        raise ValueError("the critic mixes samples")
    return own


def right_rows(critic, points):
    return _decide(_influences(critic, points).norm(dim=2))


def right_one_by_one(critic, points):
    result = []
    for i in range(len(points)):
        x = points.detach().clone().requires_grad_(True)
        critic(x).reshape(-1)[i].backward()
        for j in range(len(points)):
            if j != i and x.grad[j].norm() > 1e-6:
                raise ValueError(f"sample {j} moves the score of sample {i}")
        result.append(x.grad[i].norm())
    return torch.stack(result)


def wrong_never_refuses(critic, points):
    """The diagonal is what was asked for."""
    return _influences(critic, points).norm(dim=2).diagonal()


def wrong_sum(critic, points):
    """The gradient of the sum is each score's own."""
    x = points.detach().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x)[0].flatten(1).norm(dim=1)


def wrong_by_name(critic, points):
    """Only BatchNorm mixes samples."""
    if any("BatchNorm" in type(layer).__name__ for layer in critic.modules()):
        raise ValueError("BatchNorm")
    return wrong_sum(critic, points)


def wrong_by_name_in_training(critic, points):
    """Only BatchNorm in training mode mixes samples."""
    if any(isinstance(layer, nn.BatchNorm1d) and layer.training for layer in critic.modules()):
        raise ValueError("BatchNorm")
    return wrong_sum(critic, points)


def wrong_eval(critic, points):
    """Measuring is done in evaluation mode."""
    return right_rows(critic.eval(), points)


def wrong_against_the_sum(critic, points):
    """If the gradient of the sum is the own one, nobody mixes."""
    own = _influences(critic, points).norm(dim=2).diagonal()
    if not torch.allclose(own, wrong_sum(critic, points), atol=1e-5):
        raise ValueError("mixes")
    return own


def wrong_first_row(critic, points):
    """One score is enough to look at."""
    norms = _influences(critic, points).norm(dim=2)
    if bool((norms[0, 1:] > 1e-6).any()):
        raise ValueError("mixes")
    return norms.diagonal()


def wrong_first_column(critic, points):
    """Moving one sample is enough."""
    norms = _influences(critic, points).norm(dim=2)
    if bool((norms[1:, 0] > 1e-6).any()):
        raise ValueError("mixes")
    return norms.diagonal()


def wrong_next_only(critic, points):
    """Neighbours in the batch are enough."""
    norms = _influences(critic, points).norm(dim=2)
    if bool((norms.diagonal(1) > 1e-6).any()):
        raise ValueError("mixes")
    return norms.diagonal()


def wrong_signed_sum(critic, points):
    """An influence is the sum of its parts."""
    parts = _influences(critic, points)
    others = parts.sum(2) - torch.diag(parts.sum(2).diagonal())
    if bool((others.abs() > 1e-5).any()):
        raise ValueError("mixes")
    return parts.norm(dim=2).diagonal()


def wrong_always_refuses(critic, points):
    """Better safe than sorry."""
    raise ValueError("mixes")


def wrong_diagonal_too(critic, points):
    """Any influence is mixing."""
    norms = _influences(critic, points).norm(dim=2)
    if bool((norms > 1e-6).any()):
        raise ValueError("mixes")
    return norms.diagonal()


def wrong_squares(critic, points):
    """The square root is only costly."""
    return right_rows(critic, points).square()


def wrong_whole_matrix(critic, points):
    """All norms, so that one can see."""
    right_rows(critic, points)
    return _influences(critic, points).norm(dim=2)


def wrong_mean(critic, points):
    """One number."""
    return right_rows(critic, points).mean()


def wrong_absolute(critic, points):
    """Any norm will do."""
    right_rows(critic, points)
    return _influences(critic, points).abs().sum(2).diagonal()


def wrong_type_error(critic, points):
    """Any exception refuses."""
    try:
        return right_rows(critic, points)
    except ValueError as error:
        raise TypeError(str(error)) from None


def wrong_assert(critic, points):
    """An assertion refuses."""
    norms = _influences(critic, points).norm(dim=2)
    assert not bool((norms - torch.diag(norms.diagonal()) > 1e-6).any())
    return norms.diagonal()


def wrong_none(critic, points):
    """None says no."""
    try:
        return right_rows(critic, points)
    except ValueError:
        return None


def wrong_flat_scores(critic, points):
    """Scores have shape (B,)."""
    x = points.detach().requires_grad_()
    norms = [torch.autograd.grad(critic(x)[i], x)[0].flatten(1).norm(dim=1)[i] for i in range(len(x))]
    return _decide(torch.stack(norms).expand(len(x), -1))


def wrong_by_moving(critic, points):
    """Move one sample by about a half, and see whether another score moves by more than rounding, 1e-4."""
    with torch.no_grad():
        before = critic(points).flatten()
        for j in range(len(points)):
            moved = points.clone()
            moved[j] += torch.linspace(0.3, 0.7, moved[j].numel()).view_as(moved[j])
            change = (critic(moved).flatten() - before).abs()
            change[j] = 0
            if change.max() > 1e-4:
                raise ValueError("mixes")
    x = points.detach().clone().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x)[0].flatten(1).norm(dim=1)
