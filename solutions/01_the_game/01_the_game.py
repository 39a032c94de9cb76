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
# # 01 · The game
#
# Two networks, three losses and ten lines of training code: that is a GAN. Nearly every one of the ten lines can be wrong without an
# error message, and some mistakes make the losses look *better*. Here you write the lines, and break them on purpose.
#
# After this chapter you can
#
# 1. compute the losses of both players so that they stay finite,
# 2. write the training step, and say which player each line moves,
# 3. read a discriminator's loss against 2 ln 2, and know what it does not tell.
#
# | Part | Difficulty | Time | Points |
# |---|---|---|---|
# | Exercise 1: the discriminator's loss | ●○○ | 10 min | 4 |
# | Exercise 2: the saturating generator loss | ●○○ | 5 min | 2 |
# | Exercise 3: the non-saturating generator loss | ●○○ | 5 min | 3 |
# | Exercise 4: one alternating step | ●●○ | 25 min | 6 |
# | Prediction | ●●○ | 5 min | 2 |
# | Question: what do the losses say? | ●●○ | 15 min | 3 |

# %% setup=true
import math
import warnings

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import softplus

import ganlab
from ganlab import GANLoss, Mixture, TrainConfig, mode_report, plots, train, wilson_interval
from ganlab.diagnostics import mean_interval
from ganlab.grading.checks import check

torch.set_num_threads(1)  # two threads gain little at this size, and lose much where they share a core

# %% [markdown]
# ## 1 · A score, and the discriminator's loss
#
# The discriminator D gives each sample x one number, the **score** s = D(x), from −∞ to ∞. The logistic function turns it into a
# probability,
#
# $$\sigma(s) = \frac{1}{1 + e^{-s}} = \text{D's probability that } x \text{ is real},$$
#
# so s > 0 means "rather real". A score before σ is called a **logit**. D is an ordinary classifier with two classes. Its loss is the
# cross-entropy of its answers, one term for real samples, which it should score high, and one for generated samples, which it should
# score low:
#
# $$L_D = -\,\mathrm{mean}\,\ln \sigma(s_{\text{real}}) \;-\; \mathrm{mean}\,\ln\bigl(1 - \sigma(s_{\text{fake}})\bigr).$$
#
# Both players of this course always **minimise** their loss.
#
# ### The formula as it stands breaks
#
# A discriminator that has learnt to tell the two apart is *very* sure; scores of −120 or 120 are nothing unusual, as part 3 shows. In
# 32-bit numbers σ(−120) is exactly 0. Here are three ways to write −ln σ(s), each with its slope. The true slope is −σ(−s), almost −1 at
# all these scores:

# %%
FORMULAS = {
    "log(sigmoid(s))": lambda s: -torch.log(torch.sigmoid(s)),
    "log(sigmoid(s) + 1e-8)": lambda s: -torch.log(torch.sigmoid(s) + 1e-8),
    "softplus(-s)": lambda s: softplus(-s),
}
for name, formula in FORMULAS.items():
    print(name)
    for score in (-10.0, -20.0, -30.0, -95.0, -120.0):
        s = torch.tensor(score, requires_grad=True)
        loss = formula(s)
        loss.backward()
        print(f"    s = {score:6.0f}   loss {loss.item():8.3f}   slope {s.grad.item():10.3g}")

# %% [markdown]
# The first ends in an infinite loss and a slope that is no number, which spreads to every weight in one step. The second, a common
# repair, never gives NaN; it does something quieter: from s = −20 on the slope dies, so the samples that D is most wrong about teach nothing. The third is
# right everywhere, since
#
# $$-\ln \sigma(s) = \ln(1 + e^{-s}) = \mathrm{softplus}(-s), \qquad -\ln(1 - \sigma(s)) = \mathrm{softplus}(s),$$
#
# and `softplus` is computed without forming σ. (`torch.nn.functional.logsigmoid` and `binary_cross_entropy_with_logits` do the same.)
#
# ### Exercise 1 · The discriminator's loss (4 points)
#
# Write `d_loss(s_real, s_fake)`: the **sum of two means**, as in the formula for $L_D$, from logits. The two tensors may have any shape, such as `(B,)` or
# `(B, 1)`, and different numbers of scores; each mean is over all scores of its tensor. Return a tensor of shape `()`. Value and gradient must be
# right at scores of ±120 too. (The entries of `ganlab.LOSSES` and what `ganlab.label_smoothing` makes would answer exercises 1 to 3; an answer
# that calls them gets no points.)


# %% exercise="d_loss"
def d_loss(s_real, s_fake):
    """Cross-entropy of the discriminator from logits: the sum of the means of both terms -> ()."""
    ### BEGIN SOLUTION
    return softplus(-s_real).mean() + softplus(s_fake).mean()
    ### END SOLUTION


# %% check="d_loss" points=4 tags=["nbval-check-output"]
check("01/d_loss", d_loss)
### BEGIN HIDDEN TESTS
check("01/d_loss", d_loss, seed=7001, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# ## 2 · Two losses for the generator
#
# G wants the opposite of D. Taken literally, G minimises what D maximises, and only the second term of $L_D$ depends on G:
#
# $$L_G^{\text{sat}} = \mathrm{mean}\,\ln\bigl(1 - \sigma(s_{\text{fake}})\bigr).$$
#
# With it D and G play a *minimax game* (Goodfellow et al. 2014, eq. 1). The same paper recommends another loss, with the same aim but
# other slopes: instead of "be called generated less often", "be called real more often",
#
# $$L_G^{\text{ns}} = -\,\mathrm{mean}\,\ln \sigma(s_{\text{fake}}).$$
#
# The first is called **saturating**, the second **non-saturating**.
#
# ### Exercise 2 · The saturating loss (2 points)
#
# Write `g_loss_saturating(s_fake)` from logits: scores of any shape, the mean over all of them, a tensor of shape `()`, right at ±120. Mind the
# sign: this loss is negative.


# %% exercise="g_loss_saturating"
def g_loss_saturating(s_fake):
    """Minimax loss of the generator, mean ln(1 − σ(s)), from logits -> ()."""
    ### BEGIN SOLUTION
    return -softplus(s_fake).mean()
    ### END SOLUTION


# %% check="g_loss_saturating" points=2 tags=["nbval-check-output"]
check("01/g_loss_saturating", g_loss_saturating)
### BEGIN HIDDEN TESTS
check("01/g_loss_saturating", g_loss_saturating, seed=7002, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3 · The non-saturating loss (3 points)
#
# Write `g_loss_nonsaturating(s_fake)`, likewise.


# %% exercise="g_loss_nonsaturating"
def g_loss_nonsaturating(s_fake):
    """Non-saturating loss of the generator, −mean ln σ(s), from logits -> ()."""
    ### BEGIN SOLUTION
    return softplus(-s_fake).mean()
    ### END SOLUTION


# %% check="g_loss_nonsaturating" points=3 tags=["nbval-check-output"]
check("01/g_loss_nonsaturating", g_loss_nonsaturating)
### BEGIN HIDDEN TESTS
check("01/g_loss_nonsaturating", g_loss_nonsaturating, seed=7003, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# G learns from the slopes. Your two functions draw them:

# %% training=true
scores = torch.linspace(-8, 8, 161, requires_grad=True)
fig, ax = plt.subplots(figsize=(5.2, 2.9), layout="constrained")
for loss, name, colour in (
    (g_loss_saturating, "saturating: −σ(s)", plots.COLOURS["fake"]),
    (g_loss_nonsaturating, "non-saturating: −σ(−s)", plots.COLOURS["discriminator"]),
):
    (slope,) = torch.autograd.grad(loss(scores), scores)
    ax.plot(scores.detach(), slope * len(scores), color=colour, label=name)
ax.set(xlabel="score s of a generated sample (low: D is sure that it is generated)", ylabel="slope of G's loss")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# *Figure: slope of G's loss by the score of one sample. Both slopes push the score up; they differ in **which** samples they push.*
#
# On the left is a sample that D has seen through, where G would need to learn most. There the saturating loss has almost no slope: it is
# *saturated*. What that does to training is measured in chapter 03; from here on G uses the non-saturating loss.
#
# ### NaN in training
#
# Does the choice of formula matter in a training run? `ganlab.train` trains ten GANs at once, with the settings of a `TrainConfig` and
# the pair of losses in a `GANLoss`. They differ in their seed alone, 0 to 9, which fixes first weights, batches and latents. A seed
# whose loss or gradient is not finite is stopped.
#
# The data, a ring of eight Gaussians, comes in raw units this time, fifty times larger than usual, and D's steps are large too, so
# that scores run far. The setting was made harsh on other seeds than those shown, so that none of these is picked: on seeds 100–109,
# where all ten met a number that was not finite.

# %%
RAW = TrainConfig(seeds=10, steps=200, batch_size=64, lr_g=1e-3, lr_d=2e-2, snapshots=0)
PAIRS = {
    "log(sigmoid(s))": GANLoss(
        d=lambda real, fake: -torch.log(torch.sigmoid(real)).mean() - torch.log(1 - torch.sigmoid(fake)).mean(),
        g=lambda real, fake: -torch.log(torch.sigmoid(fake)).mean(),
    ),
    "yours": GANLoss(d=d_loss, g=lambda real, fake: g_loss_nonsaturating(fake)),
}

# %% training=true
stops = {}
for name, pair in PAIRS.items():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one warning for each seed that is stopped
        record = train(ganlab.ring(radius=100.0, std=5.0), RAW, loss=pair).record
    stops[name] = int((record.stopped >= 0).sum())
    print(f"{name:16s} stopped at step {record.stopped.tolist()} (-1: never); rate {wilson_interval(stops[name], 10)}")

# %% training=true tags=["nbval-check-output"]
print("log(sigmoid(s)) stops most seeds, yours none:", stops["log(sigmoid(s))"] >= 6, stops["yours"])

# %% [markdown]
# The bracket is Wilson's 95 % interval of the rate, as in chapter 00: ten seeds of ten do not prove a rate of exactly 1. The same game, written with
# `softplus`, loses no seed.

# %% [markdown]
# ## 3 · What a perfect discriminator pays
#
# How low can $L_D$ get? For data with density p and a generator with density q, the best possible discriminator is known (Goodfellow et al.
# 2014, prop. 1): σ(s) = p/(p + q), so its score is
#
# $$s^*(x) = \ln p(x) - \ln q(x).$$
#
# If the generator is perfect, q = p, every score is 0 and each of the two terms is ln 2: **$L_D$ = 2 ln 2 = 1.386**. A perfect discriminator that meets a perfect
# generator tosses coins. If G serves only k of K equal modes, perfectly, D pays less:
#
# $$L_D^* = -\frac{k}{K} \ln \frac{k}{k + K} - \ln \frac{K}{k + K}.$$
#
# For mixtures we know both densities, so the formula can be put to the test with your `d_loss`, without any training.

# %% training=true
ring = ganlab.ring(modes=8, radius=2.0, std=0.1)


def perfect_scores(k, seed, n=5000):
    """Scores of the best discriminator for n real samples, and n samples of a generator with the first k modes."""
    partial = Mixture(ring.modes[:k], std=0.1)
    rng = torch.Generator().manual_seed(seed)
    real, fake = ring.sample(n, generator=rng), partial.sample(n, generator=rng)
    return [ring.log_prob(x) - partial.log_prob(x) for x in (real, fake)]


paid = {k: [float(d_loss(*perfect_scores(k, seed))) for seed in range(10)] for k in range(1, 9)}
theory = {k: -k / 8 * math.log(k / (k + 8)) - math.log(8 / (k + 8)) for k in paid}
for k in (1, 4, 6, 8):
    top = perfect_scores(k, 0)[0].max()
    print(f"{k} of 8 modes: {mean_interval(paid[k])}, theory {theory[k]:.3f}; highest score of seed 0: {top:.0f}")

# %% training=true
fig, ax = plt.subplots(figsize=(5.2, 2.9), layout="constrained")
for k, losses in paid.items():
    ax.scatter([k] * 10, losses, s=12, color=plots.COLOURS["discriminator"])
ax.plot(list(theory), list(theory.values()), color=plots.COLOURS["neutral"], zorder=0, label="theory")
ax.axhline(2 * math.log(2), color="black", linestyle=":", linewidth=1, label="2 ln 2")
ax.set(xlabel="modes that the generator serves, of 8", ylabel="loss of the best D (nats)")
ax.legend(fontsize=8)
plt.show()

# %% training=true tags=["nbval-check-output"]
print("theory within 0.02 at every k:", all(abs(mean_interval(paid[k]).estimate - theory[k]) < 0.02 for k in paid))

# %% [markdown]
# *Figure: your `d_loss` at the scores of the best possible discriminator, for 5,000 samples of each kind; one dot a seed (0–9).*
#
# The printed scores show why exercise 1 asked for ±120: perfection goes to hundreds. And note how to read the height. D can always
# answer s = 0, which costs 2 ln 2, *whatever G does*. So
#
# - a D whose loss stays clearly **above** 2 ln 2 does worse than a coin: suspect its wiring;
# - a D **at** 2 ln 2 has met its match, or has not learnt anything. The loss alone does not tell which.

# %% [markdown]
# ## 4 · The step
#
# Training repeats one **alternating step**: first D moves, against the present G; then G moves, against the new D. Each network has
# its own *optimiser*, an object that changes the weights it was given, and no others, by the gradients it finds in them:
#
# | Call | What it does | Common mistake |
# |---|---|---|
# | `opt.zero_grad()` | clears the gradients of its own network's weights | too late or never: old gradients are added to new ones |
# | `loss.backward()` | *adds* the gradient of `loss` to **every** weight on the way | G's loss runs through D, and leaves gradients in D as well |
# | `x.detach()` | cuts the way: nothing before x gets a gradient | forgotten in D's loss, or put into G's loss |
# | `opt.step()` | moves the weights of its own network | the wrong optimiser |

# %% [markdown]
# ### Exercise 4 · One alternating step (6 points)
#
# Write `alternating_step(generator, discriminator, opt_g, opt_d, real, draw_latents)`. `real` is a batch of data `(B, d)`; each call of `draw_latents()` gives
# fresh latents `(B, latent_dim)`; `generator(z)` gives samples `(B, d)` and `discriminator(x)` scores `(B, 1)`. Use your `d_loss` and
# `g_loss_nonsaturating`.
#
# 1. Draw latents, generate samples, and update D once on `d_loss`. No gradient may reach the generator here.
# 2. Draw **fresh** latents, and update G once on `g_loss_nonsaturating`, scored by the D that has just moved. D itself does not move.
# 3. Return `(loss_d, loss_g)`, each as it was computed, before the update that it led to.
#
# Whatever ran before may have left gradients in either network: clear them before each `backward()`. Two draws of latents a step, D's
# first. (`ganlab.train`, `ganlab.LOSSES` and `ganlab.label_smoothing` are out of reach here.)


# %% exercise="alternating_step"
def alternating_step(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Update D once, then G once against the new D -> (loss_d, loss_g)."""
    ### BEGIN SOLUTION
    fake = generator(draw_latents()).detach()
    loss_d = d_loss(discriminator(real), discriminator(fake))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()

    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d, loss_g
    ### END SOLUTION


# %% check="alternating_step" points=6 tags=["nbval-check-output"]
check("01/alternating_step", alternating_step)
### BEGIN HIDDEN TESTS
check("01/alternating_step", alternating_step, seed=7004, rounds=4)
### END HIDDEN TESTS

# %% [markdown]
# Now `train` runs *your* step: ten seeds one after the other, each with its own networks, optimisers (Adam) and batches.

# %%
GAME = TrainConfig(
    seeds=10,
    steps=300,
    batch_size=64,
    latent_dim=2,
    width=64,  # two hidden layers in each network
    lr_g=1e-3,
    lr_d=3e-3,
    snapshots=1,  # samples are kept at the start and at the end
)

# %% training=true
run = train(ring, GAME, step=alternating_step)
plots.samples(run, mixture=ring, seeds=(0, 1, 2, 3))
plt.show()
report = mode_report(run.sample(2500, seed=1), ring)
print("device:", run.device)
print("modes captured, seeds 0-9:", report.modes.tolist())
print(f"high-quality share: {mean_interval(report.high_quality)}, of a perfect generator 0.989")

# %% [markdown]
# *Figure: four of the ten seeds after 300 steps. Orange: generated samples. Crosses and circles: the modes and their 3σ. Background:
# σ(D(x)).*
#
# After so short a training the samples are on their way to the modes: enough to tell a working step from a broken one. Is it the
# right step? `train` has a step of its own, for all seeds at once, used when it gets none. Seed k starts there from the same
# weights and sees the same batches, so the losses should be the same numbers.

# %% training=true
ours = train(ring, GAME)
difference = (run.record.loss_d - ours.record.loss_d).abs().amax(0)  # the largest over seeds, at each recorded step
print(f"largest difference of D's loss: {difference[4]:.1e} at step 50, {difference.max():.1e} later")
print(f"ten seeds took {run.elapsed:.0f} s with your step, one after the other, and {ours.elapsed:.0f} s together")

# %% training=true tags=["nbval-check-output"]
print("equal losses in the first 50 steps:", bool(difference[:5].max() < 1e-3))

# %% [markdown]
# Later the rounding of the last digit grows: the game amplifies small differences, in longer runs to other outcomes. That is why this
# course trusts rates over seeds and not one run.

# %% [markdown]
# ## 5 · Wrong wiring
#
# Three steps with one mistake each. Compare them with yours, line by line:


# %%
def update(opt, loss):
    """Move one player down the gradient of a loss."""
    opt.zero_grad()
    loss.backward()
    opt.step()


def swapped(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Exchange the arguments of d_loss."""
    loss_d = d_loss(discriminator(generator(draw_latents()).detach()), discriminator(real))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_g, loss_g)
    return loss_d, loss_g


def wrong_player(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Let D's optimiser act on G's loss."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    update(opt_d, loss_d)
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    update(opt_d, loss_g)
    return loss_d, loss_g


def stale(generator, discriminator, opt_g, opt_d, real, draw_latents):
    """Clear the gradients of each optimiser right after its own update."""
    loss_d = d_loss(discriminator(real), discriminator(generator(draw_latents()).detach()))
    loss_d.backward()
    opt_d.step()
    opt_d.zero_grad()
    loss_g = g_loss_nonsaturating(discriminator(generator(draw_latents())))
    loss_g.backward()
    opt_g.step()
    opt_g.zero_grad()
    return loss_d, loss_g


# %% [markdown]
# ### Prediction (2 points)
#
# For each of the three, before you run anything: does $L_D$ end near 0, clearly below 2 ln 2, or above it? Does $L_G$ end low, near
# 0.69 = ln 2 (its value at a coin-tossing D), or high? How many of the 8 modes are captured? One reason for each.

# %% [markdown] question="prediction" points=2
# <!-- BEGIN SOLUTION -->
# *Example.* `swapped`: D learns to score generated samples high, quickly and unopposed, since G is driven the same way: both losses near 0, no
# mode. `wrong_player`: G never moves, no mode; D is pulled both ways on generated samples, its loss below 2 ln 2, as the real ones are still told
# apart. `stale`: D's update also follows G's loss, which wants generated samples high, so D is too kind to them: $L_D$ above 2 ln 2, $L_G$
# low, some modes.
#
# *Rubric.* 1 point for a prediction of both losses and the modes for each step; 1 point for reasons that say what the mistake makes each
# player do. Whether the predictions come true does not matter.
# <!-- END SOLUTION -->

# %% training=true
runs = {"right": run} | {step.__name__: train(ring, GAME, step=step) for step in (swapped, wrong_player, stale)}

# %% training=true
tail = run.record.steps > 250  # the last 50 steps
print("mean over ten seeds [95 % interval]; losses of the last 50 steps, modes and quality at the end")
for name, trained in runs.items():
    found = mode_report(trained.sample(2500, seed=1), ring)
    loss_d, loss_g = (mean_interval(loss[:, tail].mean(1)) for loss in (trained.record.loss_d, trained.record.loss_g))
    most = wilson_interval(int((found.modes >= 7).sum()), 10)
    print(f"{name:13s} L_D {loss_d}   L_G {loss_g}")
    print(f"{'':13s} seven modes or more: rate {most}   high quality {mean_interval(found.high_quality)}")

# %% training=true
fig, axes = plt.subplots(1, 2, figsize=(9.2, 3.2), layout="constrained")
colours = ("#0072B2", "#D55E00", "#CC79A7", "#009E73")
for row, ((name, trained), colour) in enumerate(zip(runs.items(), colours, strict=True)):
    plots.band(trained.record.steps, trained.record.loss_d, label=name, colour=colour, ax=axes[0])
    modes = mode_report(trained.sample(2500, seed=1), ring).modes.sort().values
    axes[1].scatter(modes, row + torch.linspace(-0.25, 0.25, 10), s=14, color=colour)
axes[0].axhline(2 * math.log(2), color="black", linestyle=":", linewidth=1, label="2 ln 2")
axes[0].set(ylabel="loss of D (nats)", ylim=(-0.1, 2.4))
axes[0].legend(fontsize=7, ncols=2)
axes[1].set(yticks=range(4), yticklabels=list(runs), xlim=(-0.4, 8.4), xlabel="modes captured after 300 steps, of 8")
axes[1].invert_yaxis()
plt.show()

# %% [markdown]
# *Figure: left, D's loss (line: median, dark: middle half, light: all of seeds 0–9); right, captured modes, one dot a seed. Setting: `GAME` for all.*

# %% training=true tags=["nbval-check-output"]
end = {name: trained.record.loss_d[:, tail].mean().item() for name, trained in runs.items()}
still = runs["wrong_player"].record.snapshots
lost = mode_report(runs["swapped"].sample(2500, seed=1), ring)
print("swapped has the lowest loss of D by far, and captures:", end["swapped"] < 0.1, sum(lost.modes.tolist()), "modes")
print("wrong_player never moved the generator:", torch.equal(still[0], still[-1]))
print("stale is worse than a coin, right is not:", end["stale"] > 2 * math.log(2) > end["right"])

# %% [markdown]
# ### Where the losses mislead
#
# Rank the four runs by their losses, and you choose `swapped`: *both* players have won. G's samples are scored high, as G wants, and D's
# (wrong) labels are all answered rightly. G flees from the data, and nothing in the two curves says so.
#
# `wrong_player` pulls D both ways on generated samples, so their scores stay near 0, while real samples are recognised: one
# coin instead of two, $L_D$ near ln 2.
#
# Rank them by captured modes, and `stale` cannot be told from the right step: a mistake need not stop the learning. Here it was D's loss
# that told, by staying above 2 ln 2. Neither losses nor modes are enough; wiring is tested line by line, as exercise 4's check does.
#
# And the right step ends *below* 2 ln 2: D still tells some samples apart, as the high-quality share says it should.

# %% [markdown]
# ### Question (3 points)
#
# In at most ten lines:
#
# 1. A log shows $L_D$ = 0.01 and $L_G$ (non-saturating) = 0.01, at the same time. Why is that impossible under the right wiring? Use what
#    each loss says about the scores of generated samples.
# 2. Another log shows $L_D$ = 1.386 from the first step to the last. Name two different states of the two players that give it, and one measurement that
#    tells them apart.
# 3. `stale` follows the usual advice to clear gradients once they have been used. Which gradient does it leave behind, where, and in
#    which direction does that push D?

# %% [markdown] question="interpretation" points=3
# <!-- BEGIN SOLUTION -->
# *Reference.* (1) $L_D$ = 0.01 bounds softplus(s_fake) from above, so generated samples have scores far below 0; $L_G$ = 0.01 bounds
# softplus(−s_fake), so they have scores far above 0. Both cannot hold; D must have been trained on exchanged labels (or on other samples). (2) A
# perfect generator, which leaves D nothing to find; or a D that gives 0 (or hardly learns: no update, step size far too small, gradients cut)
# while G does anything. Captured modes and high-quality share tell them apart; so does D's gradient norm, or training a fresh D for a while.
# (3) G's `backward()` runs through D and leaves the gradient of $L_G$ in D's weights; `opt_g.zero_grad()` does not touch them. D's next update follows
# the sum, and $L_G$ wants generated samples scored high: D is pushed to call them real.
#
# *Rubric.* 1 point each: (1) the contradiction about the scores of generated samples; (2) two states *and* a measurement; (3) the gradient of G's loss, in D's
# weights, pushing generated scores up.
# <!-- END SOLUTION -->

# %% [markdown]
# **What the literature says.** The two losses, the best discriminator and the value at equilibrium are Goodfellow et al. 2014 (§3, §4.1; the
# paper's value is −ln 4, the negative of 2 ln 2, as its D maximises). The paper proves convergence for optimal discriminators and updates made on densities; for two
# networks that move in turn there is no such proof, and the next chapter shows why. Whether D's loss *should* be at 2 ln 2 is folklore: a balance of the losses was never
# shown to be worth seeking.
#
# **Summary**
#
# - D is a classifier; its loss and G's are computed from logits with `softplus`, never with log(σ(s)).
# - The non-saturating loss has its slope where D has seen through a sample; the saturating one does not.
# - One step: D on real and detached generated samples, then G through the new D; clear gradients before each `backward()`.
# - 2 ln 2 is what a coin-tossing D pays: at a perfect generator, and at a D that has learnt nothing.
# - Good losses do not show a right wiring. A D that stays above 2 ln 2 is a reason to check it; a D that chases a moving generator can be there too.
#
# **Sources.** Wilson 1927 (the interval) · Goodfellow et al. 2014 (Generative adversarial nets) · Goodfellow 2016 (NIPS tutorial, §3.2 on the
# losses and §5 on balance).
