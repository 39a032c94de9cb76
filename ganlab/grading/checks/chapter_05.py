"""Checks of chapter 05, label smoothing: the discriminator's loss, its best logit, the calibration curve."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganlab.grading.checks.base import Answer, close, exercise, expect, expect_tensor, kind_of


def _smoothed(scores: Tensor, label: float) -> Tensor:
    """Give the cross-entropy of logits against one label, a sample at a time."""
    return label * softplus(-scores) + (1 - label) * softplus(scores)


@exercise(
    "05/one_sided_loss",
    references=("ganlab.label_smoothing", "ganlab.LOSSES.one_sided_smoothing", "ganlab.LOSSES.two_sided_smoothing"),
)
def one_sided_loss(answer: Answer, rng: torch.Generator) -> None:
    """Want the smoothed cross-entropy of real scores plus the plain one of fakes, with gradients (σ − α)/N and σ/M."""
    cases = (
        (6, 6, 0.9, 0.0),
        (7, 4, 0.7, 0.0),
        (3, 5, 1.0, 0.0),
        (1, 1, 0.8, 0.0),
        (4, 6, 0.9, 120.0),
        (4, 6, 0.6, 9.0),
    )
    for n, m, label, far in cases:
        real, fake = 3 * torch.randn(n, generator=rng) + 1, 3 * torch.randn(m, generator=rng) - 1
        if far:
            real, fake = far * torch.tensor([1, -1, 1, 0.9]), far * torch.tensor([1, -1, -1, 0.8, -0.7, 0.1])
        if far == 9.0:  # an exact 0, where formulas with |s| or a clamp have a kink
            real[2], fake[4] = 0.0, 0.0
        real, fake = real.requires_grad_(), fake.requires_grad_()
        got, gradients = answer.differentiate(real, fake, label)
        loss = float(expect_tensor(got, (), "one_sided_loss"))
        expect(
            math.isfinite(loss),
            "one_sided_loss is not finite at logits of 120: compute it from the logits, with softplus, without log(σ).",
        )
        want = float((_smoothed(real, label).mean() + softplus(fake).mean()).detach())
        if not close(loss, want):
            again = [answer(real.detach(), fake.detach(), label) for _ in range(8)]
            expect(
                all(close(loss, value) for value in again),
                "one_sided_loss: the same scores give another loss: draw nothing at random.",
            )
            _explain_loss(loss, want, real.detach(), fake.detach(), label)
        if far == 9.0 and None not in gradients[:2]:
            at_zero = close(n * gradients[0][2], 0.5 - label) and close(m * gradients[1][4], 0.5)
            expect(
                at_zero,
                "one_sided_loss: wrong gradient at a score of 0, where |s| and clamp have a kink: use softplus.",
            )
        expect(
            close(n * gradients[0] if gradients[0] is not None else None, real.sigmoid() - label),
            "one_sided_loss: its gradient is (σ(s) - real_label)/N for each real score: detach and clamp nothing.",
        )
        expect(
            close(m * gradients[1] if gradients[1] is not None else None, fake.sigmoid()),
            "one_sided_loss: its gradient is σ(s)/M for each fake score, as without smoothing.",
        )


def _explain_loss(loss: float, want: float, real: Tensor, fake: Tensor, label: float) -> None:
    plain, fakes = float(softplus(-real).mean()), float(softplus(fake).mean())
    smoothed, moved = float(_smoothed(real, label).mean()), float(_smoothed(fake, 1 - label).mean())
    mistakes = {
        "the fake targets move too; one-sided smoothing leaves them at 0.": smoothed + moved,
        "only the fake targets move; it is the real ones that should.": plain + moved,
        "nothing is smoothed: the target of a real sample is real_label, not 1.": plain + fakes,
        "a target of real_label also pulls real scores towards 0, with weight 1 - real_label.": label * plain + fakes,
        "the loss of the generated samples is missing.": smoothed,
        "the target of generated samples is 0: they are to be told from real ones.": smoothed
        + float(softplus(-fake).mean()),
        "the loss of a generated sample is -log(1 - σ(s)); its sign is turned.": smoothed - fakes,
        "divide each sum by its own batch's size.": smoothed + float(softplus(fake).sum()) / len(real),
        "give logits to the loss, not probabilities: σ is taken twice.": float(
            _smoothed(real.sigmoid(), label).mean() + softplus(fake.sigmoid()).mean()
        ),
        "real and fake are exchanged.": float(_smoothed(fake, label).mean() + softplus(real).mean()),
        "the sign is turned: D minimises its loss.": -want,
        "add the two means; do not average them.": want / 2,
        "take means over each batch, not sums.": float(_smoothed(real, label).sum() + softplus(fake).sum()),
        "1 - real_label and real_label are exchanged.": float(_smoothed(real, 1 - label).mean()) + fakes,
    }
    for message, value in mistakes.items():
        expect(not close(loss, value) or close(value, want), f"one_sided_loss: {message}")
    expect(False, f"one_sided_loss: expected {want:.4f} for real_label={label}, got {loss:.4f}.")


@exercise("05/best_logit")
def best_logit(answer: Answer, rng: torch.Generator) -> None:
    """Compare with ln((α r + β)/((1 − α) r + 1 − β)), r = p/q, and with its slope by ln r, near and far."""
    settings = ((0.9, 0.0), (1.0, 0.0), (0.9, 0.1), (0.7, 0.2), (0.8, 0.0), (1.0, 0.3))
    for real_label, fake_label in settings:
        for shape in ((9,), (3, 4), ()):
            near = 4 * torch.randn(shape, generator=rng)
            _compare_logit(answer, near, real_label, fake_label)
        for far in (-40.0, -20.0, 0.0, 20.0, 40.0):
            _compare_logit(answer, torch.tensor([far]), real_label, fake_label)


def _compare_logit(answer: Answer, ratio: Tensor, real_label: float, fake_label: float) -> None:
    ratio = ratio.clone().requires_grad_()
    got, (slope, *_) = answer.differentiate(ratio, real_label, fake_label)
    got = expect_tensor(got, tuple(ratio.shape), "best_logit")
    wide = ratio.detach().double()
    r = wide.exp()
    up, down = real_label * r + fake_label, (1 - real_label) * r + (1 - fake_label)
    want = (up / down).log()
    if not close(got, want):
        _explain_logit(got, want, wide, real_label, fake_label)
    right = real_label * r / up - (1 - real_label) * r / down
    expect(
        slope is not None and bool(slope.isfinite().all()) and close(slope, right),
        "best_logit: its values are right, but not its slope by log_ratio: detach nothing, round nothing, and mind "
        "large log ratios.",
    )


def _explain_logit(got: Tensor, want: Tensor, ratio: Tensor, real_label: float, fake_label: float) -> None:
    where = f"at labels {real_label} and {fake_label}"
    expect(
        bool(got.isfinite().all()),
        f"best_logit is not finite {where} and log_ratio={float(ratio.flatten()[0]):.0f}: subtract logarithms, and "
        "do not go through a probability that rounds to 0 or 1.",
    )

    def logit(real: float, fake: float, ell: Tensor) -> Tensor:
        r = ell.exp()
        return ((real * r + fake) / ((1 - real) * r + 1 - fake)).log()

    mistakes = {
        "that is the probability D*; give its logit, ln(D*/(1 - D*)).": want.sigmoid(),
        "that is the logit without smoothing, the log ratio itself.": ratio,
        "the fake label is left out.": logit(real_label, 0.0, ratio),
        "p and q are exchanged, or α and β: p is large where data is, and has the label α.": logit(
            real_label, fake_label, -ratio
        ),
        "the sign is turned: the logit is positive where D* is above ½.": -want,
        "that is a probability's logarithm, ln D*; the logit is ln D* - ln(1 - D*).": want.sigmoid().log(),
    }
    if 0 < real_label < 1:
        label = torch.full_like(ratio, math.log(real_label / (1 - real_label)))
        mistakes["that is the logit of the label; where p = q the best D says the middle of both labels."] = label
    for message, value in mistakes.items():
        expect(not close(got, value) or close(value, want), f"best_logit: {message}")
    worst = int((got.double() - want).abs().flatten().argmax())
    at, right, wrong = (float(values.flatten()[worst]) for values in (ratio, want, got))
    expect(False, f"best_logit is wrong {where}, log_ratio={at:.2f}: expected {right:.6g}, got {wrong:.6g}.")


@exercise("05/calibration_curve")
def calibration_curve(answer: Answer, rng: torch.Generator) -> None:
    """Compare with a count bin by bin: uneven, empty bins, probabilities of exactly 0 and 1, borders, one sample."""
    for count, bins in ((400, 10), (60, 7), (25, 4), (1, 5), (30, 8)):
        stated = torch.rand(count, generator=rng).square()
        # Keep clear of the borders between bins, where rounding decides.
        cell = stated * bins
        stated = (cell.floor() + 0.02 + 0.96 * (cell - cell.floor())) / bins
        truth = (0.3 * torch.rand(count, generator=rng) + 0.6 * stated.sqrt()).clamp(0, 1)
        if count > 20:
            stated[3], stated[7], stated[11] = 1.0, 0.0, 1.0
            empty = (stated * bins).long() == 1
            stated[empty] = stated[empty] + 1 / bins  # the second bin stays empty
        if bins == 8:  # borders that a float holds exactly
            stated[12:15] = torch.tensor([0.25, 0.5, 0.875])
        got = answer(stated, truth, bins)
        parts = isinstance(got, tuple | list) and len(got) == 3
        expect(parts, f"calibration_curve must return (mean_stated, mean_truth, counts), got {kind_of(got)}.")
        _explain_curve([expect_tensor(part, (bins,), "each part of the curve") for part in got], stated, truth, bins)


def _explain_curve(got: list[Tensor], stated: Tensor, truth: Tensor, bins: int) -> None:
    which = [min(int(value * bins), bins - 1) for value in stated.tolist()]
    members = [[i for i, k in enumerate(which) if k == b] for b in range(bins)]
    counts = torch.tensor([len(m) for m in members], dtype=torch.float64)
    said, is_so = (
        torch.tensor([float(values[m].double().mean()) if m else math.nan for m in members]).double()
        for values in (stated, truth)
    )
    full = counts > 0
    expect(
        not close(got[2], counts / counts.sum()) or len(stated) == 1,
        "calibration_curve: the third part counts samples; it is no share.",
    )
    expect(
        bool(got[2].double().isfinite().all()), "calibration_curve: an empty bin holds 0 samples; its count is not NaN."
    )
    ends = int(((stated == 0) | (stated == 1)).sum())
    lost = len(stated) - float(got[2].double().sum())
    expect(
        lost < 0.5 or lost > ends + 0.5,
        "calibration_curve: samples are lost: a stated 1 belongs to the last bin, a stated 0 to the first.",
    )
    expect(lost < 0.5, f"calibration_curve: the counts add up to {len(stated) - lost:.0f}, of {len(stated)} samples.")
    round_about = torch.bincount((stated * bins).long() % bins, minlength=bins)
    expect(
        close(got[2], counts) or not close(got[2], round_about),
        "calibration_curve: a stated 1 belongs to the last bin, not to the first.",
    )
    below = torch.zeros(bins).index_add(0, (stated * bins).ceil().long().sub(1).clamp(min=0), torch.ones(len(stated)))
    inside = (stated[:, None] >= torch.arange(bins) / bins) & (stated[:, None] <= (torch.arange(bins) + 1) / bins)
    expect(
        close(got[2], counts) or not (close(got[2], below) or close(got[2], inside.sum(0))),
        "calibration_curve: wrong counts at a border: a sample there belongs to the upper of the two bins, and only to "
        "that.",
    )
    expect(
        close(got[2], counts), "calibration_curve: wrong counts: bin k of equal width holds k/bins up to (k + 1)/bins."
    )
    for part, want, name in ((got[0], said, "mean_stated"), (got[1], is_so, "mean_truth")):
        expect(
            bool(part[~full].isnan().all()),
            f"calibration_curve: {name} must be NaN where no sample is stated in a bin.",
        )
        centres = (torch.arange(bins) + 0.5) / bins
        expect(
            close(part[full], want[full]) or not close(part[full], centres[full]),
            f"calibration_curve: {name} is the mean of the samples in the bin, not the bin's centre.",
        )
        expect(
            close(part[full], want[full]),
            f"calibration_curve: {name} must be the mean over the samples of each bin, binned by what D stated.",
        )
