# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 05 · Label smoothing
#
# "Train the discriminator towards 0.9 instead of 1, it cures mode collapse" is advice that many pages repeat. Smoothing the label does
# do something, but to another illness: it changes how *sure* the discriminator is. This chapter measures both.
#
# After this chapter you can
#
# 1. measure whether a discriminator's certainty is justified,
# 2. write one-sided smoothing, derive the best discriminator under it, and say why it should be one-sided,
# 3. judge "it cures collapse" by an experiment: by intervals and by quality, also where ten seeds leave the answer open.
#
# | Part | Difficulty | Time | Points |
# |---|---|---|---|
# | Exercise 1: the calibration curve | ●●○ | 20 min | 5 |
# | Exercise 2: the one-sided loss | ●●○ | 15 min | 4 |
# | Exercise 3: the best logit | ●●● | 25 min | 5 |
# | Prediction | ●○○ | 5 min | 2 |
# | Question: what is cured, and what is not? | ●●○ | 15 min | 4 |

# %% setup=true
import dataclasses
import math

import matplotlib.pyplot as plt
import torch
from torch import nn

import ganlab
from ganlab import GANLoss, TrainConfig, mode_report, plots, train, wilson_interval
from ganlab.diagnostics import mean_interval
from ganlab.grading.checks import check
from ganlab.playground import explore
from ganlab.runtime import resolve_device

torch.set_num_threads(1)  # two threads gain little at this size, and lose much where they share a core
print("this chapter runs on:", resolve_device("auto"))

# %% [markdown]
# ## 1 · A discriminator that is too sure
#
# σ(D(x)) is a *stated probability*: D says how likely x is to be real. A statement can be checked against the truth if the truth is known. So let
# the generator be one that never learns: a broad Gaussian cloud, whose density q we know as well as the data's density p. With as
# many real as generated samples, Bayes' rule gives the true probability that a sample at x is real,
#
# $$P(\text{real} \mid x) = \frac{p(x)}{p(x) + q(x)},$$
#
# which is what chapter 01 called the best discriminator. D is **calibrated** if, of all samples to which it gives 80 %, 80 % are real, and
# likewise for every other percentage. If it says 99 % and only 80 % are, it is over-confident.

# %%
data = ganlab.ring(modes=8, radius=2.0, std=0.3)
cloud = ganlab.Mixture([[0.0, 0.0]], std=1.6)


class Cloud(nn.Module):
    """A generator that draws from `cloud` and has nothing to learn, (B, 2) -> (B, 2)."""

    def __init__(self):
        super().__init__()
        self.stretch = nn.Linear(2, 2)
        with torch.no_grad():
            self.stretch.weight.copy_(1.6 * torch.eye(2))
            self.stretch.bias.zero_()

    def forward(self, z):
        """Stretch the latents to σ = 1.6."""
        return self.stretch(z)


def truth_at(points):
    """Give the true probability of being real, (N, 2) -> (N,)."""
    return torch.sigmoid(data.log_prob(points) - cloud.log_prob(points))


draws = torch.Generator().manual_seed(1)
FRESH = torch.cat((data.sample(2000, generator=draws), cloud.sample(2000, generator=draws)))  # never trained on
TRUTH = truth_at(FRESH)
FEW = data.sample(32, generator=draws)

# %% [markdown]
# Ten discriminators are trained twice, from the same weights: once on fresh real samples at every update, and once on 32 real points
# that are used again and again. The second is the everyday case: data is finite, and a discriminator sees each image many times. Fakes
# are always fresh.

# %%
ALONE = TrainConfig(
    seeds=10,
    steps=600,
    batch_size=64,
    width=64,
    lr_d=5e-3,
    n_generator=0,  # D alone is trained
    snapshots=0,
)


def stated_by(real, loss):
    """Train ten discriminators and give what they state on fresh samples, (S, N)."""
    return train(real, ALONE, generator=Cloud, loss=loss).scores(FRESH).sigmoid()


# %% training=true
stated = {
    ("plain", "fresh"): stated_by(data, "nonsaturating"),
    ("plain", "few"): stated_by(FEW, "nonsaturating"),
}

# %% [markdown]
# ### Exercise 1 · The calibration curve (5 points)
#
# Write `calibration_curve(stated, truth, bins)`. `stated` `(N,)` holds probabilities that one discriminator states, `truth` `(N,)` the true
# ones of the same samples. Sort the samples into bins of equal width by what is **stated**: with `bins` = 10, bin 0 holds stated
# probabilities from 0 up to (not including) 0.1, bin 1 from 0.1 up to 0.2, …; the last bin includes 1. Return three tensors `(bins,)`:
#
# - `mean_stated`: the mean stated probability of the bin's samples, NaN where the bin is empty;
# - `mean_truth`: the mean true probability of the same samples, NaN where the bin is empty;
# - `counts`: how many samples the bin holds.


# %% exercise="calibration_curve"
def calibration_curve(stated, truth, bins):
    """Compare stated with true probabilities bin by bin, (N,), (N,) -> (bins,), (bins,), (bins,)."""
    ### BEGIN SOLUTION
    which = (stated * bins).long().clamp(max=bins - 1)
    counts = torch.bincount(which, minlength=bins)
    mean_stated = torch.bincount(which, stated, bins) / counts  # 0/0 = NaN where a bin is empty
    mean_truth = torch.bincount(which, truth, bins) / counts
    return mean_stated, mean_truth, counts
    ### END SOLUTION


# %% check="calibration_curve" points=5 tags=["nbval-check-output"]
check("05/calibration_curve", calibration_curve)
### BEGIN HIDDEN TESTS
check("05/calibration_curve", calibration_curve, seed=7001, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# Your function draws the curve. A calibrated discriminator lies on the diagonal. One number a seed sums it up, the **expected calibration
# error**: the mean distance between stated and true, each bin weighted by its samples.


# %%
def calibration_error(stated):
    """Give the expected calibration error of each seed on the fresh samples, (S, N) -> (S,)."""
    errors = []
    for own in stated:
        said, is_so, counts = calibration_curve(own, TRUTH, 10)
        errors.append(((said - is_so).abs().nan_to_num() * counts).sum() / counts.sum())
    return torch.stack(errors)


def draw_calibration(keys):
    """Draw the curves of ten seeds, one panel a discriminator."""
    _, axes = plt.subplots(1, len(keys), figsize=(2.9 * len(keys), 3.1), sharey=True, layout="constrained")
    for ax, key in zip(axes, keys, strict=True):
        for own in stated[key]:
            said, is_so, _ = calibration_curve(own, TRUTH, 10)
            ax.plot(said, is_so, "o-", markersize=3, linewidth=1, alpha=0.6, color=plots.COLOURS["discriminator"])
        ax.plot([0, 1], [0, 1], color=plots.COLOURS["real"], linestyle=":", linewidth=1)
        ax.set(xlabel="stated: σ(D(x))", xlim=(0, 1), ylim=(0, 1), aspect="equal")
        ax.set_title(f"{key[0]}, {'32 real points' if key[1] == 'few' else 'fresh data'}", fontsize=10)
    axes[0].set_ylabel("true: p/(p + q)")
    plt.show()


# %% training=true
draw_calibration([("plain", "fresh"), ("plain", "few")])
for key in stated:
    print(
        f"{key[1]:6s}expected calibration error, mean over seeds 0-9: {mean_interval(calibration_error(stated[key]))}"
    )
SURE = 0.1  # below it D states "fake" with more than 90 %


def truly_real(marked):
    """Give the true share of real samples, in percent, among those marked of each seed, (S, N) -> (S,)."""
    return 100 * (TRUTH * marked).sum(1) / marked.sum(1)


for key in stated:
    share = mean_interval(truly_real(stated[key] < SURE))
    print(f"{key[1]:6s}of what D calls fake with over 90 %, truly real: {share} %")

# %% training=true tags=["nbval-check-output"]
errors = {key: calibration_error(stated[key]) for key in stated}
print("32 points: less calibrated on every seed:", bool((errors["plain", "few"] > errors["plain", "fresh"]).all()))

# %% [markdown]
# *Figure: stated against true probability on 4,000 samples that no discriminator has seen, ten bins; one line a seed (0–9). Dotted: calibrated.*

# %% [markdown]
# With fresh data D is nearly calibrated: cross-entropy asks for nothing else. With 32 points it learns *these points*. Note on which side it is
# too sure: it declares fake, with great certainty, what is real and merely not among the 32.

# %% [markdown]
# ## 2 · Smoothing the label
#
# Cross-entropy with target 1 for real samples is least at an infinite logit. With a target of 0.9 it is not: a D that states 0.99 pays for it.
# For one real sample with score s and target α the loss is
#
# $$\alpha\,\big(-\log \sigma(s)\big) + (1 - \alpha)\,\big(-\log(1 - \sigma(s))\big).$$
#
# Smoothing is **one-sided** if only the target of real samples moves, and the target of generated ones stays 0.

# %% [markdown]
# ### Exercise 2 · The one-sided loss (4 points)
#
# Write `one_sided_loss(s_real, s_fake, real_label)`: logits of N real samples `(N,)` and of M generated ones `(M,)`, any N and M, and
# a number `real_label` from ½ to 1 (the α above), to D's loss, a tensor of shape `()`: the **mean** over real samples of the loss above **plus** the
# mean over generated samples of the usual one. Compute it from the logits: it must be right, and have the right gradient, up to ±120.
# (`ganlab.label_smoothing` and the two losses made with it are out of reach; an answer that calls them gets no points.)


# %% exercise="one_sided_loss"
def one_sided_loss(s_real, s_fake, real_label):
    """Give D's cross-entropy with real targets of `real_label` and fake targets of 0, (N,), (M,) -> ()."""
    ### BEGIN SOLUTION
    softplus = nn.functional.softplus  # softplus(s) = −log(1 − σ(s)), softplus(−s) = −log σ(s)
    real = real_label * softplus(-s_real) + (1 - real_label) * softplus(s_real)
    return real.mean() + softplus(s_fake).mean()
    ### END SOLUTION


# %% check="one_sided_loss" points=4 tags=["nbval-check-output"]
check("05/one_sided_loss", one_sided_loss)
### BEGIN HIDDEN TESTS
check("05/one_sided_loss", one_sided_loss, seed=7002, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# Your loss becomes D's side of a game; G keeps the non-saturating loss of chapter 01. For comparison there is `ganlab`'s two-sided smoothing,
# with targets 0.9 and 0.1.

# %%
nonsaturating_g = ganlab.LOSSES["nonsaturating"].g
ONE_SIDED = GANLoss(d=lambda s_real, s_fake: one_sided_loss(s_real, s_fake, 0.9), g=nonsaturating_g, g_uses_real=False)
GAMES = {"plain": "nonsaturating", "one-sided": ONE_SIDED, "two-sided": "two_sided_smoothing"}

# %% training=true
for name in ("one-sided", "two-sided"):
    stated[name, "few"] = stated_by(FEW, GAMES[name])
    stated[name, "fresh"] = stated_by(data, GAMES[name])
draw_calibration([(name, "few") for name in GAMES])
for name in GAMES:
    own = stated[name, "few"]
    above, below = own > 0.9, own < SURE
    print(
        f"{name:10s}calibration error {mean_interval(calibration_error(own))}"
        f"  stated above 90 %: {mean_interval(100 * above.double().mean(1))} % of samples\n"
        f"{'':10s}called fake with over 90 %: {mean_interval(100 * below.double().mean(1))} %,"
        f" truly real of these {mean_interval(truly_real(below))} %"
    )
print("change from plain, same seeds:")
for name in ("one-sided", "two-sided"):
    worse = calibration_error(stated[name, "few"]) - calibration_error(stated["plain", "few"])
    change = truly_real(stated[name, "few"] < SURE) - truly_real(stated["plain", "few"] < SURE)
    print(
        f"{name:10s}calibration error {mean_interval(worse)}\n"
        f"{'':10s}truly real of what is called fake with over 90 %: {mean_interval(change)} percentage points"
    )

# %% [markdown]
# *Figure: as above, trained on the same 32 real points, with smoothing.*

# %% [markdown]
# One-sided smoothing does what it promises on its side: hardly anything is stated above 0.9. (An interval's end below 0 % means nothing.)
# On the other side, where this discriminator is too sure, it changes nothing that ten seeds show: the targets of fakes are 0 as before. Taken
# over all that is stated, the one-sided kind is even *less* calibrated than none: the paired difference of the error is 0.0171 [0.00748, 0.0267].
# Two-sided smoothing holds both sides. Then why is the one-sided kind the one that is recommended?

# %% [markdown]
# ## 3 · What the best discriminator says
#
# At one place x, real samples arrive with density p and generated ones with density q. With targets α for real and β for generated samples, D's loss there is
#
# $$p\,\big[\alpha\,\mathrm{sp}(-s) + (1-\alpha)\,\mathrm{sp}(s)\big] + q\,\big[\beta\,\mathrm{sp}(-s) + (1-\beta)\,\mathrm{sp}(s)\big],
# \qquad \mathrm{sp}(s) = \log(1 + e^s),$$
#
# a valley in s. At its bottom the slope in s is 0; the best D has that score, and states $D^* = \sigma(s)$.

# %% [markdown]
# ### Exercise 3 · The best logit (5 points)
#
# First on paper: differentiate this loss by s, set the slope to 0, and solve for D*. You need $\mathrm{sp}'(s) = \sigma(s)$ and
# $\sigma(-s) = 1 - \sigma(s)$. As a test, α = 1 and β = 0 must give the p/(p + q) of part 1.
#
# Scores are logits, so what does the best one look like? Write `best_logit(log_ratio, real_label, fake_label)`: `log_ratio` is
# $\ln(p/q)$, a tensor of any shape; the labels are the numbers α and β, 0 ≤ β < α ≤ 1. Return the logit of your D*, $\ln\frac{D^*}{1 - D^*}$, of the same
# shape. It must be right, and have the right gradient by `log_ratio`, for log ratios up to ±40, also for α = 1 and β = 0, where no smoothing
# happens. (Do not go through D* itself: a float cannot tell 1 − e⁻⁴⁰ from 1.)


# %% exercise="best_logit"
def best_logit(log_ratio, real_label, fake_label):
    """Give the logit of the best statement D* from ln(p/q), any shape -> same shape."""
    ### BEGIN SOLUTION
    ratio = log_ratio.exp()  # D* : 1 − D* = (α r + β) : ((1 − α) r + 1 − β)
    return (real_label * ratio + fake_label).log() - ((1 - real_label) * ratio + (1 - fake_label)).log()
    ### END SOLUTION


# %% check="best_logit" points=5 tags=["nbval-check-output"]
check("05/best_logit", best_logit)
### BEGIN HIDDEN TESTS
check("05/best_logit", best_logit, seed=7003, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# The slope of the loss is $(p + q)\,\sigma(s) - (\alpha p + \beta q)$, so the best D states
#
# $$D^* = \frac{\alpha p + \beta q}{p + q},$$
#
# the mean of the two targets, each weighted by its density.
#
# Where the generator has reached the data, p = q, the best D knows nothing. What does it state then? Not the label: with one-sided smoothing
# D* is **half the label** there, and the best logit is ln(D*/(1 − D*)).

# %% tags=["nbval-check-output"]
for real_label, fake_label in ((1.0, 0.0), (0.9, 0.0), (0.9, 0.1)):
    level = best_logit(torch.tensor(0.0), real_label, fake_label)
    print(
        f"targets {real_label} and {fake_label}, p = q: logit {float(level):+.4f}, stated {float(level.sigmoid()):.3f}"
    )
print(f"0.45/0.55: {math.log(0.45 / 0.55):+.4f}    0.9/0.1, only where q = 0: {math.log(9):+.4f}")

# %% [markdown]
# Now the reason for one side only. The generator learns from the *slope* of D's logit: it tells in which direction samples become more real.
# Your function, differentiated by autograd, gives that slope; the sliders move both targets.


# %%
def draw_best(real_label, fake_label):
    """Draw the best logit and its slope against ln(p/q), without smoothing, one-sided and two-sided; your function."""
    ratio = torch.linspace(-8, 8, 321, requires_grad=True)
    fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    settings = ((1.0, 0.0), (real_label, 0.0), (real_label, fake_label))
    colours = (plots.COLOURS["neutral"], plots.COLOURS["discriminator"], plots.COLOURS["fake"])
    for labels, colour, style in zip(settings, colours, ("-", "--", "-"), strict=True):
        logit = best_logit(ratio, *labels)
        (slope,) = torch.autograd.grad(logit.sum(), ratio)
        left.plot(ratio.detach(), logit.detach(), style, color=colour, label="targets {:g} and {:g}".format(*labels))
        right.plot(ratio.detach(), slope, style, color=colour)
    left.set_ylabel("logit of D*")
    right.set(ylabel="its slope by ln(p/q)", ylim=(-0.05, 1.1))
    for ax in (left, right):
        ax.axvline(0, color=plots.COLOURS["real"], linestyle=":", linewidth=1)
        ax.set_xlabel("ln(p/q): fakes only ← → data only")
    left.legend(fontsize=8)
    return fig


# %% training=true
explore(
    draw_best,
    real_label=[1.0, 0.95, 0.9, 0.8, 0.7],
    fake_label=[0.0, 0.05, 0.1, 0.2],
    start={"real_label": 0.9, "fake_label": 0.1},
)

# %% [markdown]
# *Figure: logit of the best discriminator and its slope, from your `best_logit`; nothing is trained. Dotted: p = q.*
#
# On the right, where only data is, both kinds flatten the logit: D is never sure. On the left, where only the *generator* is, one-sided smoothing
# keeps the slope of 1, while two-sided smoothing lets it vanish:

# %% tags=["nbval-check-output"]
for ratio in (-4.0, -6.0, -8.0):
    ell = torch.tensor(ratio, requires_grad=True)
    one, two = (float(torch.autograd.grad(best_logit(ell, 0.9, beta), ell)[0]) for beta in (0.0, 0.1))
    print(
        f"p/q = {math.exp(ratio):.5f}: slope one-sided {one:.3f}, two-sided {two:.5f} (80/9 · p/q = {80 / 9 * math.exp(ratio):.5f})"
    )

# %% [markdown]
# A generated sample far from all data is exactly the one that needs a direction, and a D with β > 0 states a flat β there. So the side of smoothing that
# would have helped the calibration is the side that silences D.
#
# ### Does a trained D do what the formula says?
#
# The discriminators of above that were trained on fresh data, against your formula:

# %% training=true
labels = {"plain": (1.0, 0.0), "one-sided": (0.9, 0.0), "two-sided": (0.9, 0.1)}
log_ratio = data.log_prob(FRESH) - cloud.log_prob(FRESH)
edges = torch.linspace(-6, 2, 17)
middles = (edges[:-1] + edges[1:]) / 2
which = torch.bucketize(log_ratio, edges) - 1
_, axes = plt.subplots(1, 3, figsize=(8.7, 3), sharey=True, layout="constrained")
for ax, (name, targets) in zip(axes, labels.items(), strict=True):
    logits = stated[name, "fresh"].logit(eps=1e-6)
    learnt = torch.stack([logits[:, which == k].median(1).values for k in range(16)], 1)  # (S, 16)
    ax.plot(middles, learnt.T, "o", markersize=3, alpha=0.5, color=plots.COLOURS["discriminator"])
    ax.plot(middles, best_logit(middles, *targets), color=plots.COLOURS["fake"], label="your best_logit")
    ax.set(xlabel="ln(p/q)", ylim=(-8, 3))
    ax.set_title(name, fontsize=10)
axes[0].set_ylabel("logit D(x)")
axes[0].legend(fontsize=8)
plt.show()

# %% [markdown]
# *Figure: median logit of fresh samples in 16 bins of ln(p/q), trained on fresh data; one dot a seed (0–9) and bin. Line: your formula.*
#
# The dots bend as the lines do. They lag behind on the left, where a network of this size has few samples and has not come far in 600
# updates; and still the two-sided D is visibly the flatter one there.
#
# ## 4 · Does it cure mode collapse?
#
# Two settings at which the plain GAN collapses, chosen on seeds 100–109, shown on seeds 0–9: chapter 04's, and the same with modes half as
# wide. Your one-sided loss against the plain one: same seeds, same 2,000 updates of both players.

# %%
COLLAPSE = TrainConfig(
    loss="nonsaturating",
    seeds=10,
    steps=2000,
    batch_size=64,
    latent_dim=2,
    width=64,
    lr_g=2e-3,
    lr_d=1e-3,
    betas=(0.9, 0.999),
    snapshots=0,
)
RINGS = {
    "chapter 04's": ganlab.ring(modes=8, radius=2.0, std=0.1),
    "narrow modes": ganlab.ring(modes=8, radius=2.0, std=0.05),
}

# %% [markdown]
# ### Prediction (2 points)
#
# Before you run it, write down for each of the two settings: on how many of ten seeds will the GAN with one-sided smoothing end with two modes or
# fewer (the plain one: nearly all)? For the first, chapter 04's knob `smoothing` showed you ten outcomes; would ten others look alike? Give a
# reason that uses what you know about the slope of D's logit where the generator is. A wrong prediction with a reason gets full points.

# %% [markdown] question="prediction" points=2
# <!-- BEGIN SOLUTION -->
# *Example.* Eight of ten in both. Collapse happens where the generator is, and there one-sided smoothing leaves the slope of D's logit
# as it was; all that changes is how steep D becomes around the data that the generator has left.
#
# *Rubric.* 1 point for a number for each setting; 1 point for a reason that speaks of D's slope or certainty (not "because it
# regularises"). Whether the prediction came true does not matter.
# <!-- END SOLUTION -->

# %% training=true
reports, times = {}, {}
for setting, ring in RINGS.items():
    for name in ("plain", "one-sided"):
        run = train(ring, COLLAPSE, loss=GAMES[name])
        reports[setting, name], times[setting, name] = mode_report(run.sample(2500, seed=1), ring), run.elapsed

# %% training=true
gained = {}
for setting in RINGS:
    plain, smooth = reports[setting, "plain"], reports[setting, "one-sided"]
    print(f"{setting} setting, 2,000 updates of each player, seeds 0-9")
    for name in ("plain", "one-sided"):
        report = reports[setting, name]
        few = wilson_interval(int((report.modes <= 2).sum()), 10)
        print(
            f"   {name:10s}modes {report.modes.tolist()}  two or fewer {few.estimate:.1f} [{few.low:.2f}, {few.high:.2f}]"
            f"\n{'':13s}high quality {mean_interval(100 * report.high_quality)} %"
        )
    gained[setting] = (smooth.modes - plain.modes).double()
    print(f"   change of captured modes, same seeds: {mean_interval(gained[setting])}")
first, second = gained.values()
print(f"the first setting's change minus the second's, same seeds: {mean_interval(first - second)}")

fig, axes = plt.subplots(1, 2, figsize=(8.4, 2.4), sharey=True, layout="constrained")
for ax, setting in zip(axes, RINGS, strict=True):
    before, after = (reports[setting, name].modes for name in ("plain", "one-sided"))
    nudge = torch.linspace(-0.12, 0.12, 10)  # seeds with the same counts lie beside each other
    for k in range(10):
        ax.plot(
            [0 + nudge[k], 1 + nudge[k]],
            [before[k], after[k]],
            "o-",
            markersize=4,
            linewidth=0.8,
            color=plots.COLOURS["discriminator"],
            alpha=0.6,
        )
    ax.plot([0, 1], [before.double().mean(), after.double().mean()], color=plots.COLOURS["fake"], linewidth=2.5)
    ax.set(xticks=(0, 1), xticklabels=("plain", "one-sided"), ylim=(-0.4, 8.4))
    ax.set_title(f"{setting} setting", fontsize=10)
axes[0].set_ylabel("modes captured, of 8")
plt.show()

# %% [markdown]
# *Figure: captured modes after 2,000 updates; one blue line a seed (0–9), orange: the mean.*

# %% [markdown]
# Some seeds escape, some do not. At chapter 04's setting smoothing adds modes, 2.5 [0.11, 4.89]. At narrow modes ten seeds leave it open,
# 1.4 [−0.629, 3.43]. Whether the two settings *differ* they do not tell: the difference of the two changes is 1.1 [−2.11, 4.31]. One change
# that excludes 0 beside one that does not is no proof of a difference.
#
# And is what it reaches a cure? Compare the high-quality shares with the 98.9 % of a perfect generator: at neither setting do they come near.

# %% [markdown]
# Chapter 04 had the same game as its knob `smoothing`, with `ganlab`'s loss, and there, too, the interval of the change excludes 0. Seed by
# seed its counts need not be yours: the two losses differ in rounding only, and in a game that chases around a ring that is enough for
# another outcome. It is one more reason to look at rates.
#
# The two ways cost nearly the same, so that equal updates are equal time; a timing of short runs says so:

# %% training=true
for name in ("plain", "one-sided"):
    short = dataclasses.replace(COLLAPSE, steps=50)
    fastest = min(train(RINGS["narrow modes"], short, loss=GAMES[name]).elapsed for _ in range(5))
    print(
        f"{name:10s}{20 * fastest:5.1f} ms a step of both players, ten seeds at once (the fastest of five short runs)"
    )

# %% [markdown]
# ## 5 · Where this loses
#
# Smoothing pays for its caution. On fresh data the plain discriminator was nearly calibrated, and smoothing moves its statements away
# from the truth on purpose. For the one-sided kind the remedy is simple, as D* = α p/(p + q): divide what it states by α.
#
# And where D *was* over-confident, on 32 points, the kind that is recommended does not mend the calibration. It makes it worse: part 2 printed the
# paired difference. The statements that were too sure are those that say "fake", and there its target is 0 as before.

# %% training=true
values = {}
for real, label in (("fresh", "fresh data"), ("few", "32 points")):
    for name in GAMES:
        values[f"{name}, {label}"] = calibration_error(stated[name, real])
        if (name, real) == ("one-sided", "fresh"):
            values["one-sided ÷ 0.9, fresh data"] = calibration_error((stated[name, real] / 0.9).clamp(max=1.0))
order = list(values)
fig, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
for row, name in enumerate(order):
    heights = row + torch.linspace(-0.2, 0.2, 10)
    ax.scatter(values[name].sort().values, heights, s=12, color=plots.COLOURS["discriminator"])
    ax.plot([values[name].mean()] * 2, [row - 0.35, row + 0.35], color=plots.COLOURS["fake"], linewidth=2)
    print(f"{name:29s}calibration error {mean_interval(values[name])}")
ax.set(yticks=range(len(order)), yticklabels=order, xlabel="expected calibration error", xlim=(0, None))
ax.invert_yaxis()
plt.show()

# %% [markdown]
# *Figure: expected calibration error on fresh samples; one dot a seed (0–9), orange line: the mean. Trained on fresh data and on 32 real points.*

# %% [markdown]
# ### Question (4 points)
#
# In at most twelve lines:
#
# 1. Show in two steps that the best logit at p = q is ln(α/(2 − α)) with one-sided smoothing. Which sign has it, and what does that mean?
# 2. On which side was the discriminator of part 1 over-confident? Which kind of smoothing reaches that side, and what does it cost G?
# 3. A page says: "One-sided label smoothing cures mode collapse." Judge it by your two settings, with intervals **and** quality.
# 4. Name one setting, measurement or number of seeds that would change your mind.

# %% [markdown] question="interpretation" points=4
# <!-- BEGIN SOLUTION -->
# *Reference* (for the numbers printed above; the student's own table counts). (1) D* = αp/(p + q) = α/2 at p = q, and its logit is
# ln((α/2)/(1 − α/2)) = ln(α/(2 − α)), negative for α < 1 (−0.20 for 0.9): a D that cannot tell leans towards "fake". (2) On the side
# of the fakes: it calls unseen real samples fake with certainty. One-sided smoothing leaves that side alone, and on 32 points the
# calibration as a whole gets worse; two-sided reaches it, and there takes the slope of D's logit away, which is what the generator learns
# from. (3) Not as it stands. At chapter 04's setting it adds modes, 2.5 [0.11, 4.89]; at narrow modes ten seeds leave it open, 1.4 [−0.629,
# 3.43], and whether the settings differ they do not tell. But with it 6 and 7 of ten seeds still end with two modes or fewer, and the
# high-quality share, 16.3 [2.43, 30.2] % and 4.33 [−1.42, 10.1] %, stays far below 98.9 %: it helps coverage at one setting, it is no cure.
# The loss says nothing about coverage, so nothing promised a cure.
# (4) For example: 50 seeds a setting; a third setting; finite data; a measure of coverage with a minimal count a mode.
#
# *Rubric.* 1 point: the derivation with the sign read. 1 point: the fake side, and the price of two-sided smoothing. 1 point: the claim
# rejected or limited, with an interval and with quality. 1 point: something that could really overturn the answer.
# <!-- END SOLUTION -->

# %% [markdown]
# **What the literature says.** Softened targets come from image classification (Szegedy et al., 2016, there with ε = 0.1). Salimans et al. (2016,
# §3.4) bring them to GANs, with D* = (αp + βq)/(p + q), and take β = 0 for the reason seen in part 3: where p is near 0 and q is not, samples of the
# generator have no incentive to move. They write that it makes networks less vulnerable to adversarial examples, not that it cures collapse. Goodfellow's tutorial (2016) lists
# it as a regulariser of D's certainty. That modern classifiers are over-confident was measured far beyond GANs (Guo et al., 2017).
#
# **Summary**
#
# - D's output is a statement that can be checked: calibration compares it with p/(p + q).
# - A discriminator that sees few data again and again is over-confident, here mostly in saying "fake".
# - One-sided smoothing caps what D states at α, and leans to "fake" at p = q: logit ln(α/(2 − α)). On 32 points it *worsens* the calibration.
# - Two-sided smoothing holds both sides, but takes the slope from the generator: 80/9 · p/q instead of 1 for targets 0.9 and 0.1.
# - It is no cure for mode collapse: it adds modes at chapter 04's setting, ten seeds leave the other open; at neither is quality near 98.9 %.
#
# **Sources.** Szegedy et al. 2016 (label smoothing) · Salimans et al. 2016 (§3.4, one-sided) · Goodfellow 2016 (tutorial) · Guo et al. 2017 (calibration) ·
# Goodfellow et al. 2014 (the best discriminator) · Lin et al. 2018 (modes and quality).
