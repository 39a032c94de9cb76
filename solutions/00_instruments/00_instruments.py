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
# # 00 · Instruments
#
# This course is about a network that learns to draw samples, and about the ways in which that learning fails. Before we train anything
# we build the instruments that tell a failure from a success. The eye cannot: five clouds of samples in this chapter all look fine, and
# one of them is.
#
# After this chapter you can
#
# 1. say what a generator is, and what it is judged by,
# 2. count captured modes, the share of high-quality samples, and how unevenly the modes are served,
# 3. name for each of these numbers a bad generator that it praises.
#
# | Part | Difficulty | Time | Points |
# |---|---|---|---|
# | Exercise 1: sample a ring | ●○○ | 10 min | 3 |
# | Exercise 2: sample a grid | ●○○ | 5 min | 2 |
# | Prediction | ●○○ | 5 min | 2 |
# | Exercise 3: captured modes | ●○○ | 10 min | 3 |
# | Exercise 4: high-quality share | ●○○ | 10 min | 3 |
# | Exercise 5: reverse KL | ●●○ | 15 min | 4 |
# | Question: a number that is too good | ●●○ | 10 min | 3 |

# %% setup=true
import math

import matplotlib.pyplot as plt
import torch

from ganlab import plots
from ganlab.diagnostics import mean_interval, wilson_interval
from ganlab.grading.checks import check

# %% [markdown]
# ## 1 · What a generator is
#
# A **generator** G is a function that turns random numbers into samples. The random numbers z are called **latents**; drawing z anew and
# computing G(z) gives a new sample. In a *generative adversarial network* (GAN, Goodfellow et al. 2014) G is a neural network, and it
# learns from a second network, the **discriminator** D, which tries to tell real samples from generated ones:
#
# ```
#     latents z  →  G  →  generated samples  ─┐
#                                             ├→  D  →  "real" or "generated"?
#                data  →  real samples       ─┘
# ```
#
# D learns to answer rightly, G learns to make D answer wrongly. G never sees the data. All it hears is what D makes of its samples.
#
# Mind what is missing in this picture. Nobody asks whether G draws *all* kinds of data. Suppose that it draws one digit of ten, perfectly.
# D looks at one sample at a time, and gives a sample the same score whether it is real or generated. It can lower the score of that
# digit, for both alike; it cannot say that the samples of a batch are all the same digit. Nor do the losses tell how good G is: they say
# how each player does against the other. We need a judge from outside, who looks at many samples together.

# %% [markdown]
# ## 2 · Data whose truth is known
#
# A judge needs the truth. For photographs nobody has it; for a **mixture of Gaussians** we have it exactly. Our data are K small round
# clusters in the plane, the **modes**. A sample is made in two steps:
#
# 1. choose a mode k, each with probability 1/K;
# 2. draw x = c_k + σ ε, where c_k is the mode's centre and ε holds two independent standard normal numbers.
#
# In this chapter σ is the same for all modes. Two arrangements of centres return throughout the course: a ring and a grid.

# %% [markdown]
# ### Exercise 1 · Sample a ring (3 points)
#
# Write `sample_ring(n, modes, radius, std, generator)`. Mode k sits on a circle about the origin, at angle 2πk/`modes` for k = 0 …
# `modes` − 1, so mode 0 is at (`radius`, 0). Return n independent samples as a floating point tensor `(n, 2)`.
#
# - Each sample picks its own mode at random; all modes are equally likely.
# - `std` is σ, the standard deviation of the normal noise in each of the two coordinates.
# - Every random number comes from `generator`, a `torch.Generator`, which is torch's source of random numbers and no network: pass it on
#   as `torch.randn(…, generator=generator)`, and do not seed it. In the same state it gives the same samples; drawn from again, new ones.
#
# (`ganlab.ring`, `ganlab.grid` and `ganlab.Mixture` would answer exercises 1 and 2; an answer that calls them gets no points.)


# %% exercise="sample_ring"
def sample_ring(n, modes, radius, std, generator):
    """Draw from equal modes on a circle, the first at angle 0 -> (n, 2)."""
    ### BEGIN SOLUTION
    angle = 2 * math.pi * torch.randint(modes, (n,), generator=generator) / modes
    centre = radius * torch.stack((angle.cos(), angle.sin()), dim=1)
    return centre + std * torch.randn(n, 2, generator=generator)
    ### END SOLUTION


# %% check="sample_ring" points=3 tags=["nbval-check-output"]
check("00/sample_ring", sample_ring)
### BEGIN HIDDEN TESTS
check("00/sample_ring", sample_ring, seed=7001, rounds=4)
### END HIDDEN TESTS

# %% [markdown]
# It is easy to get this wrong unnoticed: the notebook published with Unrolled GANs (Metz et al. 2017) takes its angles from 0 to 2π *with both
# ends*. They are the same place, so that its "8 modes" are 7, one of them twice as likely as the others.
#
# ### Exercise 2 · Sample a grid (2 points)
#
# Write `sample_grid(n, side, spacing, std, generator)`: `side` × `side` equal modes on a square grid, neighbours `spacing` apart, with the
# **middle of the grid at the origin** (for an even `side` no mode sits there). Everything else is as in exercise 1.


# %% exercise="sample_grid"
def sample_grid(n, side, spacing, std, generator):
    """Draw from side × side equal modes on a grid centred on the origin -> (n, 2)."""
    ### BEGIN SOLUTION
    cell = torch.randint(side, (n, 2), generator=generator)  # column and row
    return spacing * (cell - (side - 1) / 2) + std * torch.randn(n, 2, generator=generator)
    ### END SOLUTION


# %% check="sample_grid" points=2 tags=["nbval-check-output"]
check("00/sample_grid", sample_grid)
### BEGIN HIDDEN TESTS
check("00/sample_grid", sample_grid, seed=7002, rounds=4)
### END HIDDEN TESTS

# %% [markdown]
# Your samplers make the next figure, and all that follow. Each random cloud gets a generator with its own **seed**, the number that
# fixes its random numbers.

# %% training=true
MODES, RADIUS, STD = 8, 2.0, 0.05
angles = 2 * math.pi * torch.arange(MODES) / MODES
CENTRES = RADIUS * torch.stack((angles.cos(), angles.sin()), dim=1)  # (8, 2), the truth


def seeded(seed):
    """Give a generator of random numbers that starts from a seed."""
    return torch.Generator().manual_seed(seed)


fig, axes = plt.subplots(1, 2, figsize=(6.6, 3.3), layout="constrained")
plots.scatter(sample_ring(2500, MODES, RADIUS, STD, seeded(0)), limit=3, ax=axes[0])
plots.scatter(sample_grid(2500, 5, 1.0, STD, seeded(0)), limit=3, ax=axes[1])
plt.show()

# %% [markdown]
# *Figure: 2,500 samples of a ring of 8 modes and of a grid of 25, σ = 0.05, seed 0.*
#
# ## 3 · Looking
#
# We train no generator in this chapter. We make five by hand, so that we know what is wrong with them. Each is a function
# (n, generator) → (n, 2), and four of the five imitate a way in which trained generators fail:


# %%
def unbalanced(n, g):
    """Take four samples in five from mode 0, the others from all modes."""
    return torch.cat((sample_ring(n - n // 5, 1, RADIUS, STD, g), sample_ring(n // 5, MODES, RADIUS, STD, g)))


GENERATORS = {
    "perfect": lambda n, g: sample_ring(n, MODES, RADIUS, STD, g),
    "smeared": lambda n, g: sample_ring(n, MODES, RADIUS, 2 * STD, g),
    "narrow": lambda n, g: sample_ring(n, MODES, RADIUS, STD / 2, g),
    "shifted": lambda n, g: sample_ring(n, MODES, RADIUS + 4 * STD, STD, g),
    "unbalanced": unbalanced,
}

# %% training=true
hidden = [list(GENERATORS)[k] for k in torch.randperm(5, generator=seeded(25)).tolist()]
fig, axes = plt.subplots(1, 5, figsize=(11, 2.7), sharey=True, layout="constrained")
for letter, name, ax in zip("ABCDE", hidden, axes, strict=True):
    cloud = GENERATORS[name](2500, seeded(0))
    ax.scatter(cloud[:, 0], cloud[:, 1], s=5, linewidths=0, color=plots.COLOURS["fake"])
    ax.set(title=letter, xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xlabel="$x_1$")
axes[0].set_ylabel("$x_2$")
plt.show()

# %% [markdown]
# *Figure: 2,500 samples of each of the five generators in a hidden order, seed 0.*
#
# ### Prediction (2 points)
#
# A sample within 3σ of its nearest mode is of *high quality*; here 3σ is 0.15. Before you measure: write for each letter which of the five
# generators you take it for, and what percentage of its samples you expect to be of high quality. Add one sentence: what in the
# pictures did you go by?

# %% [markdown] question="prediction" points=2
# <!-- BEGIN SOLUTION -->
# *Example.* A is perfect, 99 %; B is smeared, 60 %; C is unbalanced, 99 %; D is narrow, 100 %; E is shifted, 30 %. I compared the widths of
# the blobs; I could not see which width is the right one, and only guess at the radius.
#
# *Rubric.* 1 point for a name and a percentage for each letter; 1 point for a sentence that names a feature of the pictures (width,
# position, density) and what it cannot show. Whether the guesses came true does not matter.
# <!-- END SOLUTION -->

# %% [markdown]
# ## 4 · Measuring
#
# ### Exercise 3 · Captured modes (3 points)
#
# The definitions are those of the paper on PacGAN, a repair that you meet in chapter 09 (Lin et al. 2018, §4.1):
#
# - each sample belongs to the mode with the **nearest** centre, and to no other;
# - it is of **high quality** if its Euclidean distance to that centre is at most 3σ;
# - a mode is **captured** if at least one high-quality sample belongs to it.
#
# Write `modes_captured(samples, centres, std)`: samples `(N, 2)`, centres `(K, 2)`, `std` a number. Return how many modes are captured, an `int` or
# a tensor of shape `()`. `torch.cdist(samples, centres)` gives all distances, `(N, K)`.
#
# Two corner cases hold in exercises 3 to 5. There may be **no samples** at all (N = 0): then no mode is captured. And a broken generator
# gives **NaN**: such a sample is near no mode, so it is not of high quality, but it is one of the N samples.
#
# (`ganlab.mode_report` would answer exercises 3 to 5; an answer that calls it gets no points.)


# %% exercise="modes_captured"
def modes_captured(samples, centres, std):
    """Count the modes with a sample within 3σ, (N, 2), (K, 2) -> one whole number."""
    ### BEGIN SOLUTION
    distance, nearest = torch.cdist(samples, centres).min(dim=1)
    return len(nearest[distance <= 3 * std].unique())
    ### END SOLUTION


# %% check="modes_captured" points=3 tags=["nbval-check-output"]
check("00/modes_captured", modes_captured)
### BEGIN HIDDEN TESTS
check("00/modes_captured", modes_captured, seed=7003, rounds=10)
### END HIDDEN TESTS

# %% training=true tags=["nbval-check-output"]
for letter, name in zip("ABCDE", hidden, strict=True):
    print(f"{letter}: {modes_captured(GENERATORS[name](2500, seeded(0)), CENTRES, STD)} of 8 modes captured")

# %% [markdown]
# All five capture everything. Counting modes is right, and it is not enough.
#
# ### Exercise 4 · High-quality share (3 points)
#
# Write `high_quality_share(samples, centres, std)`: the number of high-quality samples divided by N, a number from 0 to 1 (a `float` or a tensor of
# shape `()`). Without samples return 0: 0/0 is NaN, and one NaN spoils every average that it enters.


# %% exercise="high_quality_share"
def high_quality_share(samples, centres, std):
    """Give the share of samples within 3σ of their nearest mode, (N, 2), (K, 2) -> one number in [0, 1]."""
    ### BEGIN SOLUTION
    if len(samples) == 0:
        return 0.0
    nearest = torch.cdist(samples, centres).amin(dim=1)
    return float((nearest <= 3 * std).double().mean())  # NaN <= 3σ is False
    ### END SOLUTION


# %% check="high_quality_share" points=3 tags=["nbval-check-output"]
check("00/high_quality_share", high_quality_share)
### BEGIN HIDDEN TESTS
check("00/high_quality_share", high_quality_share, seed=7004, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# What does a **perfect** generator score? Not 100 %. In two dimensions the squared distance of a sample to its centre, divided by σ², follows a
# χ² distribution with 2 degrees of freedom, the law of the sum of two squared standard normal numbers. For it
#
# $$P(\text{distance} \le r\sigma) = 1 - e^{-r^2/2}, \qquad 1 - e^{-9/2} = 98.889\,\%.$$
#
# Your sampler and your instrument should agree with that. We draw 100,000 samples with each of ten seeds. The brackets hold a 95 %
# **confidence interval** of the mean over seeds: a procedure that misses the true mean in one case of twenty.

# %% training=true
shares = [high_quality_share(sample_ring(100_000, MODES, RADIUS, STD, seeded(k)), CENTRES, STD) for k in range(10)]
mean, low, high = mean_interval(shares)
theory = 1 - math.exp(-9 / 2)
print(f"measured {100 * mean:.3f} % [{100 * low:.3f}, {100 * high:.3f}], seeds 0-9; theory {100 * theory:.3f} %")

# %% training=true tags=["nbval-check-output"]
print("within 0.05 % of theory:", abs(mean - theory) < 0.0005)

# %% [markdown]
# So 98.889 % is a ceiling of a kind: a generator that scores clearly more is not better than perfect, it places its samples too close to
# the centres.
#
# ### Exercise 5 · Reverse KL (4 points)
#
# Are the modes served evenly? Let $\hat p_k$ be mode k's share of the **high-quality** samples, so that $\sum_k \hat p_k = 1$. The *Kullback–Leibler divergence* of $\hat
# p$ from the truth 1/K is
#
# $$\mathrm{KL}(\hat p \,\|\, \text{uniform}) = \sum_k \hat p_k \ln \frac{\hat p_k}{1/K} = \ln K - H(\hat p), \qquad H(\hat p) = -\sum_k \hat p_k \ln \hat p_k,$$
#
# H being the entropy. It is 0 where all modes are served equally, and ln K (2.08 for 8 modes) where one mode gets everything; k of K modes
# served equally give ln(K/k). It is called *reverse* because the generator's distribution comes first; the other direction,
# KL(uniform ‖ p̂), would be infinite as soon as one mode is missing.
#
# Write `reverse_kl(samples, centres, std)`, one number in nats (natural logarithms), a `float` or a tensor of shape `()`.
#
# - A mode without samples adds 0 to the sum, the limit of p ln p (`torch.xlogy` knows).
# - K is the number of all modes, captured or not.
# - Where there is no high-quality sample at all (or no sample), $\hat p$ does not exist: return `math.inf`, the worst mark.


# %% exercise="reverse_kl"
def reverse_kl(samples, centres, std):
    """Give KL(shares of the modes among high-quality samples ‖ uniform) in nats, (N, 2), (K, 2) -> one number."""
    ### BEGIN SOLUTION
    distance, nearest = torch.cdist(samples, centres).min(dim=1)
    counts = torch.bincount(nearest[distance <= 3 * std], minlength=len(centres)).double()
    if counts.sum() == 0:
        return math.inf
    share = counts / counts.sum()
    return math.log(len(centres)) + float(torch.xlogy(share, share).sum())
    ### END SOLUTION


# %% check="reverse_kl" points=4 tags=["nbval-check-output"]
check("00/reverse_kl", reverse_kl)
### BEGIN HIDDEN TESTS
check("00/reverse_kl", reverse_kl, seed=7005, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# ## 5 · What each instrument cannot see
#
# Now all three instruments look at all generators, ten seeds each. A sixth joins them, which no eye would miss: `collapsed` draws from mode 0 alone.

# %% training=true
GENERATORS["collapsed"] = lambda n, g: sample_ring(n, 1, RADIUS, STD, g)
INSTRUMENTS = {"modes captured": modes_captured, "high-quality share": high_quality_share, "reverse KL": reverse_kl}

readings = {}  # (generator, instrument) -> one number a seed
for name, draw in GENERATORS.items():
    clouds = [draw(2500, seeded(k)) for k in range(10)]
    for title, instrument in INSTRUMENTS.items():
        readings[name, title] = [float(instrument(cloud, CENTRES, STD)) for cloud in clouds]

print(f"{'':10s}", *(f"{title:>24s}" for title in INSTRUMENTS))
for name in GENERATORS:
    means = [mean_interval(readings[name, title]) for title in INSTRUMENTS]
    print(f"{name:10s}", *(f"{m.estimate:8.3f} [{m.low:.3f}, {m.high:.3f}]" for m in means))
covered = sum(modes == 8 for modes in readings["perfect", "modes captured"])
print(f"perfect captures all 8 modes on {covered} of 10 clouds: rate {wilson_interval(covered, 10)}")

# %% [markdown]
# *Table: mean over ten clouds of 2,500 samples (seeds 0–9), and its 95 % interval. Modes captured are of 8, reverse KL is in nats.*
#
# Where all ten seeds agree, as in 8 [8, 8], the interval has no width. Ten equal seeds show that the spread is small, not that there is none. What
# ten of ten can say is a **rate**: 1 [0.722, 1], so up to about one seed in four may still be otherwise. That interval is Wilson's (1927); it
# stays within 0 and 1 and has a width at both ends. Read an interval without width as no more than that.

# %% training=true
blue, orange = plots.COLOURS["discriminator"], plots.COLOURS["fake"]
fig, axes = plt.subplots(1, 3, figsize=(9.6, 2.9), sharey=True, layout="constrained")
for title, ax in zip(INSTRUMENTS, axes, strict=True):
    for row, name in enumerate(GENERATORS):
        ax.scatter(readings[name, title], row + torch.linspace(-0.25, 0.25, 10), s=12, color=blue)
    ax.axvline(mean_interval(readings["perfect", title]).estimate, color=orange, linewidth=1, linestyle="--")
    ax.set(xlabel=title, yticks=range(len(GENERATORS)), yticklabels=list(GENERATORS))
axes[0].set_xlabel("modes captured, of 8")
axes[2].set_xlabel("reverse KL (nats)")
axes[0].invert_yaxis()
plt.show()
print("The letters were:", ", ".join(f"{letter} {name}" for letter, name in zip("ABCDE", hidden, strict=True)))

# %% [markdown]
# *Figure: the same readings, one dot a seed (0–9); dashed: the perfect generator's mean. A dot on the dashed line looks perfect.*
#
# Read it by columns. Each instrument has generators that it cannot tell from the perfect one, or even likes better:
#
# | Instrument | Is blind to | Because |
# |---|---|---|
# | modes captured | `smeared`, `narrow`, `shifted`, `unbalanced` | one good sample in 2,500 is enough |
# | high-quality share | `collapsed`, `unbalanced`; it prefers `narrow` to `perfect` | it does not ask *which* mode |
# | reverse KL | `smeared`, `narrow`; `shifted` scores better than `unbalanced` by far | it looks at high-quality samples only, however few |
#
# Never report one of them alone. And all three together still say nothing about the shape of a cluster inside its 3σ: `narrow` is
# betrayed by a high-quality share *above* 98.889 %, which one must know to be wrong.

# %% training=true tags=["nbval-check-output"]
average = {key: mean_interval(values).estimate for key, values in readings.items()}
share = {name: average[name, "high-quality share"] for name in GENERATORS}
print("narrow scores above the ceiling, perfect does not:", share["narrow"] > 0.995 > share["perfect"])
print("collapsed has the share of perfect:", abs(share["collapsed"] - share["perfect"]) < 0.004)
print("smeared has a reverse KL of almost 0:", average["smeared", "reverse KL"] < 0.01)
print("most samples of shifted are bad:", share["shifted"] < 0.2, "- captured:", average["shifted", "modes captured"])

# %% [markdown]
# ## 6 · How many samples?
#
# None of the three definitions contains N: repeat every sample of a cloud three times, and all readings stay as they are. But which samples a
# generator happens to draw depends on N, so the *readings* do, and two of the three do so in one direction:
#
# - **Reverse KL** of a perfect generator is not 0. The shares fluctuate, and any fluctuation makes the divergence positive: on average by about
#   $(K - 1)/(2N)$, the **sampling floor**.
# - **Captured modes** only grow with N. A mode that gets one sample in a thousand is missed by most clouds of 100 samples and
#   found by most clouds of 2,500.

# %% training=true
sizes = [50, 100, 250, 500, 1000, 2500, 10_000]


def whisper(n, g):
    """Draw 99.3 % of the samples from mode 0; each of the other modes gets about one sample in a thousand."""
    rare = int((torch.rand(n, generator=g) < 0.008).sum())
    return torch.cat((sample_ring(n - rare, 1, RADIUS, STD, g), sample_ring(rare, MODES, RADIUS, STD, g)))


def over_seeds(instrument, draw):
    """Read an instrument at each N on 40 clouds -> (sizes, 40)."""
    return torch.tensor([[float(instrument(draw(n, seeded(k)), CENTRES, STD)) for k in range(40)] for n in sizes])


floor = over_seeds(reverse_kl, GENERATORS["perfect"])
found = over_seeds(modes_captured, whisper)

fig, axes = plt.subplots(1, 2, figsize=(8.6, 3.0), layout="constrained")
for ax, values in zip(axes, (floor, found), strict=True):
    ends = torch.tensor([mean_interval(row)[1:] for row in values])
    ax.fill_between(sizes, ends[:, 0], ends[:, 1], color=blue, alpha=0.3, linewidth=0)
    ax.plot(sizes, values.mean(1), "o-", markersize=4, color=blue, label="mean and 95 % interval, 40 seeds")
    ax.set(xscale="log", xlabel="samples N")
axes[0].plot(sizes, [(MODES - 1) / (2 * n) for n in sizes], "k:", label="(K − 1)/(2N)")
axes[0].set(yscale="log", ylabel="reverse KL (nats)", title="a perfect generator")
axes[1].set(ylim=(0, 8.4), ylabel="modes captured, of 8", title="one mode and a whisper of the others")
for ax in axes:
    ax.legend(fontsize=8)
plt.show()

# %% training=true tags=["nbval-check-output"]
ratio = float(floor[5].mean()) / ((MODES - 1) / (2 * 2500))
print("floor at N = 2,500 within a third of (K - 1)/(2N):", 2 / 3 < ratio < 4 / 3)
print("the whisper's count grows from below 3 to above 7:", bool(found[1].mean() < 3 and found[-1].mean() > 7))

# %% [markdown]
# *Figure: left, reverse KL of the perfect generator; right, modes captured by a generator that draws more than 99 % of its samples from one
# mode. Seeds 0–39, bands: 95 % interval of the mean.*
#
# The right panel is a warning about published tables: "8 of 8 modes" is a statement about N as well. Here it is made by a generator that has all but
# collapsed. This course always uses the same N for what it compares, 2,500 samples if nothing else is said.

# %% [markdown]
# ### Question (3 points)
#
# A table of results (VEEGAN, Srivastava et al. 2017) reports for a GAN without repairs on a ring of 8 modes: 1 mode captured, high-quality
# share 99.3 %, from 2,500 samples, mean of 5 runs. In at most eight lines:
#
# 1. Could a generator that draws *perfectly* from one mode give 99.3 %? Use the standard deviation of a share, √(p(1 − p)/N), with p = 0.98889, N
#    = 2,500 and five runs to average over.
# 2. If not, what does that generator do? Besides `collapsed`: which of the first five hand-made ones is it like, and why does
#    nobody see it from the number alone?
# 3. Which reverse KL do you expect for it?

# %% [markdown] question="too_good" points=3
# <!-- BEGIN SOLUTION -->
# *Reference.* (1) One run has standard deviation √(0.98889 · 0.01111/2500) = 0.21 %, the mean of five 0.094 %. 99.3 % lies 0.41 % above
# 98.889 %, more than four such deviations: not by luck. (2) It puts its samples too close to the centre, like `narrow`. A larger
# share looks better, and only someone who knows the ceiling notices. (3) ln 8 = 2.08: one mode of eight gets everything.
#
# *Rubric.* 1 point: a standard deviation of about 0.2 % for one run or 0.09 % for five, and the conclusion that luck does not explain it (a
# conclusion of "perhaps" from a single run's 0.21 % earns it too, if the five runs are discussed). 1 point: over-concentration, named or described. 1 point: ln 8 or
# about 2.08.
# <!-- END SOLUTION -->

# %% [markdown]
# **What the literature says.** Captured modes and high-quality samples within 3σ, from 2,500 samples, are the common protocol of VEEGAN (Srivastava et al. 2017)
# and PacGAN (Lin et al. 2018), whose code also computes the reverse KL used here. The "same" plain GAN captures 1 mode of 8 in VEEGAN's table and
# 6.3 ± 0.5 in PacGAN's, with 99.3 % and 98.2 ± 0.2 % of high quality. For images, whose modes nobody knows, other instruments exist.
#
# **Summary**
#
# - A generator turns random latents into samples; its losses do not say whether it covers the data, so it needs a judge from outside.
# - Captured modes, high-quality share and reverse KL are three numbers from one count: which mode each good sample belongs to.
# - Each praises generators that another one exposes: report all three, with N and over seeds.
# - A perfect generator scores 98.889 %, not 100 %; more than that means samples too close to the centres.
# - Reverse KL has a floor of about (K − 1)/(2N), and captured modes grow with N.
#
# From here on `ganlab.mode_report` computes your three numbers for many seeds at once.
#
# **Sources.** Goodfellow et al. 2014 (GANs) · Metz et al. 2017 (Unrolled GAN) · Srivastava et al. 2017 (VEEGAN) · Lin et al. 2018 (PacGAN, §4.1) · Miller
# 1955 (the bias of an entropy estimate, behind the floor) · Wilson 1927 (the interval of a rate).
