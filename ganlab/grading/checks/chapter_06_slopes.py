"""Checks of chapter 06, the Wasserstein critic: slopes of critics that keep samples apart, and of those that do not."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlab.grading.checks.base import Answer, CheckFailed, close, exercise, expect, expect_tensor
from ganlab.grading.checks.critics import Neighbours, draw_bowl
from ganlab.grading.checks.crosstalk import Crosstalk, OneMode, one_pair


@exercise("06/own_slopes")
def own_slopes(answer: Answer, rng: torch.Generator) -> None:
    """Want ‖∂D(xᵢ)/∂xᵢ‖ from critics that score each sample alone, and a ValueError from those that do not."""
    for shape, column in (((6, 2), False), ((4, 3, 2, 2), True), ((1, 3), False), ((5, 5), True)):
        bowl = draw_bowl(torch.Size(shape[1:]).numel(), rng, column=column)
        points = 2 * torch.randn(shape, generator=rng)
        _expect_slopes(answer, bowl, points, bowl.gradient(points).detach().norm(dim=1))
    for kind in ("layer", "batch, eval"):
        net, points = _normalised(kind, rng), torch.randn(7, 2, generator=rng)
        _expect_slopes(answer, net, points, torch.stack([_slope_alone(net, point) for point in points]))
    for alone, points in _separate(rng):
        _expect_slopes(answer, alone, points, alone.slope.detach().norm().expand(len(points)))
    for critic, what in _mixing(rng):
        shape = (6, 3, 2, 2) if isinstance(critic, Crosstalk) and len(critic.slope) == 12 else (6, 2)
        refused = answer.raises(critic, torch.randn(shape, generator=rng))
        expect(refused is not None, f"own_slopes accepts {what}.")
        assert refused is not None
        expect(
            refused.type == "ValueError" and bool(refused.message.strip()),
            f"own_slopes must refuse with a ValueError that says why, got {refused.type}: {refused.message[:100]!r}.",
        )


def _expect_slopes(answer: Answer, critic: nn.Module, points: Tensor, want: Tensor) -> None:
    try:
        got = expect_tensor(answer(critic, points), (len(points),), "own_slopes")
    except CheckFailed:
        said = answer.raises(critic, points)
        if said is None or said.type != "ValueError":
            raise
        stored = any(isinstance(layer, nn.BatchNorm1d) for layer in critic.modules())
        who = "with BatchNorm in evaluation mode, which uses stored statistics and" if stored else "that"
        faint = isinstance(critic, Crosstalk)
        expect(
            not faint,
            "own_slopes refuses a critic in which each single effect ‖∂D(xᵢ)/∂xⱼ‖ is below 1e-6: compare each one, not "
            "their sum, and not with 0.",
        )
        expect(False, f"own_slopes refuses a critic {who} scores each sample alone: {said.message[:150]}")
    if not close(got, want):
        expect(
            not close(got, want.square()),
            "own_slopes: these are squared norms; take the square root.",
        )
        expect(False, "own_slopes: expected the Euclidean norm of each score's gradient by its own sample, (B,).")


def _slope_alone(net: nn.Module, point: Tensor) -> Tensor:
    """Differentiate the score of one sample in a batch of its own."""
    alone = point[None].clone().requires_grad_()
    return torch.autograd.grad(net(alone).sum(), alone)[0].norm()


def _normalised(kind: str, rng: torch.Generator) -> nn.Sequential:
    """Draw a small critic with a normalising layer: "layer", "batch" or "batch, eval"."""
    layer = nn.LayerNorm(5) if kind == "layer" else nn.BatchNorm1d(5)
    net = nn.Sequential(nn.Linear(2, 5), layer, nn.Tanh(), nn.Linear(5, 1))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=rng))
        if isinstance(layer, nn.BatchNorm1d):
            layer.running_var.copy_(0.5 + torch.rand(5, generator=rng))  # type: ignore[union-attr]
    return net.eval() if kind == "batch, eval" else net


def _separate(rng: torch.Generator) -> list[tuple[Crosstalk | OneMode, Tensor]]:
    """Draw critics that must be accepted: effects on others that are rounding, and modes that must stay."""
    slope, other = torch.randn(2, 2, generator=rng)
    rounding = 0.5e-6 * (1 - torch.eye(6))
    points = torch.randn(6, 2, generator=rng)
    return [
        (Crosstalk(slope, other / other.norm(), rounding), points),
        (OneMode(slope, True), points),
        (OneMode(slope, False), points),
    ]


def _mixing(rng: torch.Generator) -> list[tuple[nn.Module, str]]:
    """Draw critics whose samples influence each other's scores, with what accepting each looks like."""
    slope, other = torch.randn(2, 2, generator=rng)
    against = (0.5 + torch.rand((), generator=rng)) * torch.tensor([1.0, -1.0])
    pair = "a critic in which one sample moves the score of one other: look at every pair (i, j)"
    faint = "a critic in which one effect ‖∂D(xᵢ)/∂xⱼ‖ is 2e-5: from 1e-6 on one pair counts, whatever the others do"
    wide, small = (
        torch.randn(12, generator=rng),
        "a critic in which one effect is 2.8e-6 over all features: take its norm",
    )
    return [
        (_normalised("batch", rng), "a critic with BatchNorm in training mode: leave its mode as it is (no eval())"),
        (
            Neighbours(slope, 1.0 + other.abs(), 1),
            "a critic whose influences cancel in the summed scores: differentiate one score at a time",
        ),
        (Crosstalk(slope, 1.0 + other.abs(), one_pair(6, 5, 0)), pair),
        (Crosstalk(slope, -1.0 - other.abs(), one_pair(6, 0, 5)), pair),
        (Crosstalk(slope, 1.0 + other.abs(), one_pair(6, 2, 3)), pair),
        (Neighbours(slope, against, 2), "a critic in which the parts of ∂D(xᵢ)/∂xⱼ sum to 0: take its norm"),
        (Crosstalk(slope, other / other.norm(), 2e-5 * one_pair(6, 4, 1)), faint),
        (Crosstalk(wide, 0.8e-6 * wide.sign(), one_pair(6, 1, 4)), small),
    ]
