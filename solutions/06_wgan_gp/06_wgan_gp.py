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
# # 06 · WGAN-GP
#
# A discriminator that wins says "fake" with certainty, and then says nothing more. A Wasserstein **critic** is asked another question:
# not *is it fake?* but *how far is it from the data?* It can answer only while it is kept from growing steep. This chapter keeps it so,
# with a penalty that you write, and measures what that buys and what it costs.
#
# After this chapter you can
#
# 1. write the Wasserstein losses and the gradient penalty, and name the usual mistakes in them,
# 2. measure whether a critic is Lipschitz, and say what the weight λ does to it,
# 3. compare two ways of training at equal updates and at equal time, and say where WGAN-GP loses.
#
# | Part | Difficulty | Time | Points |
# |---|---|---|---|
# | Exercise 1: the critic's loss | ●○○ | 5 min | 2 |
# | Exercise 2: the generator's loss | ●○○ | 5 min | 2 |
# | Exercise 3: interpolates | ●●○ | 10 min | 3 |
# | Exercise 4: the gradient penalty | ●●● | 25 min | 5 |
# | Exercise 5: critics that must be refused | ●●○ | 20 min | 3 |
# | Prediction | ●○○ | 5 min | 2 |
# | Question: did the penalty repair it? | ●●○ | 15 min | 3 |

# %% setup=true
import dataclasses
import math

import matplotlib.pyplot as plt
import torch
from torch import nn

import ganlab
from ganlab import GANLoss, Penalty, TrainConfig, mode_report, plots, train, wilson_interval
from ganlab.diagnostics import mean_interval
from ganlab.grading.checks import check
from ganlab.playground import explore
from ganlab.runtime import resolve_device

torch.set_num_threads(1)  # two threads gain little at this size, and lose much where they share a core
print("this chapter runs on:", resolve_device("auto"))

# %% [markdown]
# ## 1 · A critic without a leash
#
# Take two clouds of samples. The **Wasserstein distance** $W_1$ is the smallest average distance that the samples of one cloud have to
# be moved to become the other. Unlike the quantities of chapter 01 it does not saturate: clouds that are twice as far apart are at
# twice the distance, also where they do not overlap at all. A theorem (Kantorovich and Rubinstein) turns it into a task for a network:
#
# $$W_1(p, q) = \max_D \;\mathbb{E}_{x \sim p} D(x) - \mathbb{E}_{x \sim q} D(x), \qquad |D(x) - D(y)| \le \lVert x - y \rVert \text{ for all } x, y.$$
#
# The condition says that D is **1-Lipschitz**: it rises by at most 1 a unit of distance. Where D has a gradient, its norm
# ‖∇D(x)‖, the steepness at x, is at most 1. So steepness is what we measure: on a grid of points over the plane, for each of ten
# critics, while they learn to tell the ring of chapter 04 from a generator that does not move.

# %%
ring = ganlab.ring(modes=8, radius=2.0, std=0.1)
ticks = torch.linspace(-3, 3, 25)
GRID = torch.cartesian_prod(ticks, ticks)  # (625, 2)

FROZEN = TrainConfig(
    seeds=10,
    steps=400,
    batch_size=64,
    width=64,
    lr_d=1e-3,
    n_generator=0,  # the generator stays as it was drawn: a small clump near the middle of the ring
    record_every=20,
    snapshots=0,
)


def steepness(run, points):
    """Measure ‖∇D(x)‖ of each run's critic, (N, d) -> (S, N)."""
    points = points.to(run.device).repeat(run.config.seeds, 1, 1).requires_grad_()
    (gradient,) = torch.autograd.grad(run.discriminator(points).sum(), points)
    return gradient.norm(dim=-1).cpu()


def follow(**pieces):
    """Train ten critics on the frozen generator, and give the median and the largest steepness, (S, T) each."""
    seen = []
    run = train(ring, FROZEN, callbacks=[lambda step, run: seen.append(steepness(run, GRID))], **pieces)
    history = torch.stack(seen, 1)  # (S, T, N)
    return torch.cat((torch.zeros(1), run.record.steps)), history.median(-1).values, history.amax(-1)


# %% training=true
growth = {"cross-entropy": follow(loss="nonsaturating")}
largest = growth["cross-entropy"][2]
print(f"largest steepness after {FROZEN.steps} updates, mean over 10 seeds: {mean_interval(largest[:, -1])}")

# %% training=true tags=["nbval-check-output"]
print("steeper than 1 somewhere, of 10 critics:", int((largest[:, -1] > 1).sum()))

# %% [markdown]
# The discriminator of the earlier chapters is not 1-Lipschitz, and nothing asked it to be. Cross-entropy at least slows it down: once
# both clouds have their labels, its gradient fades. The task above has no such brake. Let us write it.
#
# ## 2 · Losses without probabilities
#
# A critic's score is no logit: it has no zero of its own, no sigmoid, no probability. It is only ever compared with other scores.
# Both players **minimise** their loss, as everywhere in this course.
#
# ### Exercise 1 · The critic's loss (2 points)
#
# Write `critic_loss(s_real, s_fake)`: scores of N real samples `(N,)` and of M generated ones `(M,)`, any N and M, to one number, a
# tensor of shape `()`. The critic maximises mean score of real minus mean score of fake; what does it minimise? Scores may be of any
# size and sign. Gradients must reach both arguments.
# (`ganlab.LOSSES["wasserstein"]` is out of reach in exercises 1 and 2, an answer that calls it gets no points.)


# %% exercise="critic_loss"
def critic_loss(s_real, s_fake):
    """Give what a Wasserstein critic minimises, (N,), (M,) -> ()."""
    ### BEGIN SOLUTION
    return s_fake.mean() - s_real.mean()
    ### END SOLUTION


# %% check="critic_loss" points=2 tags=["nbval-check-output"]
check("06/critic_loss", critic_loss)
### BEGIN HIDDEN TESTS
check("06/critic_loss", critic_loss, seed=7001, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2 · The generator's loss (2 points)
#
# Write `generator_loss(s_fake)`, scores `(M,)` to a tensor of shape `()`. The generator maximises the mean score of its samples.


# %% exercise="generator_loss"
def generator_loss(s_fake):
    """Give what the generator minimises, (M,) -> ()."""
    ### BEGIN SOLUTION
    return -s_fake.mean()
    ### END SOLUTION


# %% check="generator_loss" points=2 tags=["nbval-check-output"]
check("06/generator_loss", generator_loss)
### BEGIN HIDDEN TESTS
check("06/generator_loss", generator_loss, seed=7002, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# Your two functions are now a game. The same ten critics, the same frozen generator, your loss:

# %%
LOSS = GANLoss(d=critic_loss, g=lambda s_real, s_fake: generator_loss(s_fake), g_uses_real=False)


def draw_growth(growth):
    """Draw the largest steepness over the grid against updates, one panel a critic."""
    _, axes = plt.subplots(1, len(growth), figsize=(2.9 * len(growth) + 0.4, 3), sharey=True, layout="constrained")
    for ax, (name, (steps, middle, largest)) in zip(axes, growth.items(), strict=True):
        plots.band(steps, largest, label="largest", colour=plots.COLOURS["fake"], ax=ax)
        plots.band(steps, middle, label="median", colour=plots.COLOURS["discriminator"], ax=ax)
        ax.axhline(1, color=plots.COLOURS["real"], linestyle=":", linewidth=1)
        ax.set(yscale="log", xlabel="updates of D")
        ax.set_title(name, fontsize=10)
    axes[0].set_ylabel("steepness ‖∇D(x)‖ over the grid")
    axes[0].legend(fontsize=8)
    plt.show()


# %% training=true
growth["Wasserstein, no penalty"] = follow(loss=LOSS)
draw_growth(growth)

# %% [markdown]
# *Figure: steepness of ten critics (seeds 0–9) on 625 points of the square [−3, 3]², while D learns and G stands still; logarithmic.
# Line: median over seeds; dark band: middle half; light band: all seeds. Dotted: the 1 that the theorem asks for.*

# %% [markdown]
# Without the condition the maximum does not exist: double the scores and the loss is twice as good. So the critic grows as fast as its
# optimiser lets it, and its scores say nothing about distance. `train` would have warned about our own Wasserstein loss without a
# penalty; yours it does not know.

# %% [markdown]
# ## 3 · The penalty
#
# The first remedy was to clip every weight to ±0.01 (WGAN). WGAN-GP asks for the slope itself, and adds to the critic's loss
#
# $$\lambda \; \frac1B \sum_{i=1}^{B} \big(\lVert \nabla_{\hat x} D(\hat x_i) \rVert - 1\big)^2, \qquad
# \hat x_i = \varepsilon_i x_i + (1 - \varepsilon_i)\, \tilde x_i, \qquad \varepsilon_i \sim U(0, 1).$$
#
# Why 1, and not merely at most 1? Because the *best* 1-Lipschitz critic has slope exactly 1 along the line from a sample to the place
# that it has to be moved to. And why there? Those lines are where it matters. Nobody knows which sample belongs to which, so the
# penalty takes random pairs of a real and a generated sample, and one point between them.

# %% [markdown]
# ### Exercise 3 · Interpolates (3 points)
#
# Write `interpolates(real, fake, eps)`: two batches `(B, features…)` of one shape, points `(B, 2)` as well as images `(B, C, H, W)`,
# and `eps` `(B,)`, to the points $\hat x$, same shape as `real`. Each sample has one ε of its own, the same for all its features;
# ε = 1 gives the real sample. Draw nothing, change no argument.
# (`ganlab.objectives.penalties` is out of reach in exercises 3 and 4.)


# %% exercise="interpolates"
def interpolates(real, fake, eps):
    """Give ε x + (1 − ε) x̃, one ε a sample, (B, …), (B, …), (B,) -> (B, …)."""
    ### BEGIN SOLUTION
    mix = eps.view(-1, *[1] * (real.ndim - 1))  # (B, 1, …)
    return mix * real + (1 - mix) * fake
    ### END SOLUTION


# %% check="interpolates" points=3 tags=["nbval-check-output"]
check("06/interpolates", interpolates)
### BEGIN HIDDEN TESTS
check("06/interpolates", interpolates, seed=7003, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 4 · The gradient penalty (5 points)
#
# Write `gradient_penalty(critic, real, fake, eps)` to the mean above, a tensor of shape `()`, **without** λ. `critic` maps
# `(B, features…)` to scores, `(B,)` or `(B, 1)`, and scores each sample alone. Mind four things:
#
# - `torch.autograd.grad(scores.sum(), points)` gives the gradient of each score by its own sample, as long as no sample moves another
#   one's score. Exercise 5 comes back to that.
# - The norm is Euclidean, of **one sample**, over all its features.
# - The penalty is there to be differentiated again, by the critic's weights. `torch.autograd.grad` throws its graph away unless you pass
#   `create_graph=True`.
# - It trains the critic only. `real` and `fake` may carry a graph (the fakes come from the generator); no gradient may reach them.
#   Nor may the function leave a gradient behind in the critic's weights, as `backward()` would.


# %% exercise="gradient_penalty"
def gradient_penalty(critic, real, fake, eps):
    """Give the mean of (‖∇D(x̂)‖ − 1)², critic, (B, …), (B, …), (B,) -> ()."""
    ### BEGIN SOLUTION
    points = interpolates(real.detach(), fake.detach(), eps).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    norms = gradient.flatten(1).norm(dim=1)  # (B,)
    return (norms - 1).square().mean()
    ### END SOLUTION


# %% check="gradient_penalty" points=5 tags=["nbval-check-output"]
check("06/gradient_penalty", gradient_penalty)
### BEGIN HIDDEN TESTS
check("06/gradient_penalty", gradient_penalty, seed=7004, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# `train` takes a penalty as a function `(critic, real, fake)` of one run, and adds λ (`penalty_weight`) times its value to the critic's
# loss. A fresh ε is drawn at each call.


# %%
def penalty(critic, real, fake):
    """Draw ε and give your penalty."""
    return gradient_penalty(critic, real, fake, torch.rand(len(real), device=real.device))


# %% training=true
growth["Wasserstein, your penalty, λ = 1"] = follow(loss=LOSS, penalty=penalty)
draw_growth(growth)
print("largest steepness after 400 updates, mean over 10 seeds:")
for name, (_, _, largest) in growth.items():
    print(f"   {name:34s}{mean_interval(largest[:, -1])}")

# %% training=true tags=["nbval-check-output"]
ends = {name: float(largest[:, -1].median()) for name, (_, _, largest) in growth.items()}
tamed = ends["Wasserstein, your penalty, λ = 1"]
print("your penalty keeps the critic at least 50 times flatter:", 50 * tamed < ends["Wasserstein, no penalty"])
print("and still it is steeper than 1:", tamed > 1.5)

# %% [markdown]
# *Figure: as above, with the same critics under your penalty.*
#
# A leash, but a long one: the steepness settles, and not at 1. Why?
#
# ## 4 · What λ does
#
# Take the smallest case: real data at the point $d$, fakes at 0, and a linear critic $D(x) = w\,x$, whose steepness is |w| everywhere. It
# minimises $-w\,d + \lambda (|w| - 1)^2$, which for $w > 0$ has slope $-d + 2\lambda(w - 1)$ and is least at
#
# $$w^* = 1 + \frac{d}{2\lambda}.$$
#
# The penalty is a spring, not a wall: the farther the clouds, the more it is stretched, and the smaller λ, the softer it is. Your
# loss and penalty should find these values.


# %% training=true
def fitted_slope(distance, weight, steps=60):
    """Fit a linear critic with your loss and your penalty by gradient descent, and give its slope."""
    critic = nn.Linear(1, 1)
    nn.init.constant_(critic.weight, 0.5)
    real, fake = torch.full((4, 1), distance), torch.zeros(4, 1)
    optimiser = torch.optim.SGD(critic.parameters(), lr=0.2 / weight)
    for _ in range(steps):
        loss = critic_loss(critic(real)[:, 0], critic(fake)[:, 0])
        loss = loss + weight * penalty(critic, real, fake)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return float(critic.weight.detach())


weights = [0.1, 0.3, 1.0, 3.0, 10.0]
line = torch.logspace(-1, 1, 100)
fig, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
for distance, colour in ((0.5, plots.COLOURS["discriminator"]), (2.0, plots.COLOURS["fake"])):
    slopes = [fitted_slope(distance, weight) for weight in weights]
    ax.plot(line, 1 + distance / (2 * line), color=colour, label=f"1 + d/(2λ), d = {distance}")
    ax.plot(weights, slopes, "o", color=colour, label=f"your loss and penalty, d = {distance}")
    error = max(abs(slope - 1 - distance / (2 * weight)) for slope, weight in zip(slopes, weights, strict=True))
    print(f"d = {distance}: all within 0.01 of the formula: {error < 0.01}")
ax.axhline(1, color=plots.COLOURS["real"], linestyle=":", linewidth=1)
ax.set(xscale="log", yscale="log", xlabel="weight of the penalty, λ", ylabel="slope of the fitted critic, w*")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# *Figure: slope of a linear critic between fakes at 0 and data at d. Lines: the formula. Dots: fitted with your functions, nothing random.
# Dotted: the slope 1 of the theorem.*
#
# The frozen clump above is about 2 away from every mode. With λ = 1 the formula gives a slope of 2 for that distance. Look back.
#
# Now a real network in one dimension: data in two bumps at 1 and 3, fakes in one at −1. Ten critics a λ are fitted in advance; the
# slider goes through them.


# %%
class Bump(nn.Module):
    """A generator of one bump at −1 that has nothing to learn."""

    def __init__(self):
        super().__init__()
        self.line = nn.Linear(1, 1)
        with torch.no_grad():
            self.line.weight.fill_(0.2)
            self.line.bias.fill_(-1.0)

    def forward(self, z):
        """Move and shrink the latents, (B, 1) -> (B, 1)."""
        return self.line(z)


bumps = ganlab.Mixture([[1.0], [3.0]], std=0.2)
LAMBDAS = [0.01, 0.1, 1.0, 10.0]
AXIS = torch.linspace(-2, 4, 241)[:, None]

# %% [markdown]
# Written for one run, your penalty is called once for each of ten critics at each update. As in chapter 02, all samples of all seeds go
# through it at once from here on: seeds share no weights, so each critic still gets its own gradient, in a fraction of the time.


# %%
def penalty_of_all(critic, real, fake, eps):
    """Call your penalty once for all seeds, (S, B, d), (S, B, d), (S, B) -> (S,), the mean over seeds for each."""
    seeds, batch = eps.shape

    def joined(points):  # (S·B, d) -> (S·B,)
        return critic(points.unflatten(0, (seeds, batch))).flatten()

    mean = gradient_penalty(joined, real.flatten(0, 1), fake.flatten(0, 1), eps.flatten())
    return mean.expand(seeds)


PENALTY = Penalty(penalty_of_all, draws=("eps",))  # `train` draws ε for every seed from its own stream

# %% training=true
LINE = dataclasses.replace(FROZEN, latent_dim=1, steps=300, record_every=300)
fits = {}
for weight in LAMBDAS:
    config = dataclasses.replace(LINE, penalty_weight=weight)
    fitted = train(bumps, config, generator=Bump, loss=LOSS, penalty=PENALTY)
    fits[weight] = fitted.scores(AXIS), steepness(fitted, AXIS)


def draw_fits(weight):
    """Draw ten fitted critics and their steepness for one λ."""
    scores, slopes = fits[weight]
    fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for s, slope in zip(scores, slopes, strict=True):
        left.plot(AXIS[:, 0], s - s.mean(), color=plots.COLOURS["discriminator"], alpha=0.5, linewidth=1)
        right.plot(AXIS[:, 0], slope, color=plots.COLOURS["discriminator"], alpha=0.5, linewidth=1)
    for ax in (left, right):
        ax.axvspan(-1.6, -0.4, color=plots.COLOURS["fake"], alpha=0.15, linewidth=0)
        for centre in (1.0, 3.0):
            ax.axvspan(centre - 0.6, centre + 0.6, color=plots.COLOURS["neutral"], alpha=0.25, linewidth=0)
        ax.set_xlabel("x")
    right.axhline(1, color=plots.COLOURS["real"], linestyle=":", linewidth=1)
    left.set_ylabel("score D(x) minus its mean")
    right.set(ylabel="steepness |D′(x)|", yscale="log", ylim=(0.05, 200))
    fig.suptitle(f"λ = {weight:g}", fontsize=10)
    return fig


# %% training=true
explore(draw_fits, weight=LAMBDAS, start={"weight": 1.0})

# %% [markdown]
# *Figure: ten critics (seeds 0–9) after 300 updates, for one λ. Orange: where the fakes are (3σ); grey: the data. Dotted: slope 1. Left:
# only differences of scores mean anything, so each curve is moved to mean 0.*
#
# In one number for each λ: how steep the ten are between −1 and 1, on the way from the fakes to the nearest data.

# %% training=true
between = (AXIS[:, 0] > -1) & (AXIS[:, 0] < 1)
for weight in LAMBDAS:
    print(f"λ = {weight:5g}: mean over 10 seeds {mean_interval(fits[weight][1][:, between].mean(1))}")

# %% [markdown]
# ## 5 · Critics that must be refused
#
# The penalty speaks of *the gradient of a score by its sample*. That presumes that a score depends on one sample only. Batch
# normalisation breaks it: every score depends on the batch's mean and variance. Then $\partial D(x_i)/\partial x_j \ne 0$ for
# $i \ne j$, and `autograd.grad` of the summed scores adds up effects on other samples' scores. **Layer normalisation** (LayerNorm)
# takes mean and variance over the hidden units of *one* sample instead.


# %%
def small_critic(normalise=None):
    """Build a critic of two hidden layers, with a normalising layer or none."""
    middle = [normalise] if normalise is not None else []
    return nn.Sequential(nn.Linear(2, 16), *middle, nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))


torch.manual_seed(0)
CRITICS = {"no normalisation": small_critic(), "LayerNorm": small_critic(nn.LayerNorm(16))}
CRITICS["BatchNorm, training"] = small_critic(nn.BatchNorm1d(16))
CRITICS["BatchNorm, evaluation"] = small_critic(nn.BatchNorm1d(16)).eval()
batch = ring.sample(8, generator=torch.Generator().manual_seed(0))

fig, axes = plt.subplots(1, 4, figsize=(10, 2.8), layout="constrained")
for ax, (name, critic) in zip(axes, CRITICS.items(), strict=True):
    # (B, B, 2): row i holds the gradient of score i by every sample of the batch
    effects = torch.autograd.functional.jacobian(lambda x, critic=critic: critic(x)[:, 0], batch)
    shown = ax.imshow(effects.norm(dim=2), cmap="cividis", vmin=0)
    ax.set(xlabel="moved sample j", xticks=range(0, 8, 2), yticks=range(0, 8, 2))
    ax.set_title(name, fontsize=10)
    fig.colorbar(shown, ax=ax, shrink=0.7)
axes[0].set_ylabel("score of sample i")
plt.show()

# %% [markdown]
# *Figure: ‖∂D(xᵢ)/∂xⱼ‖ for a batch of eight points, four untrained critics. Off the diagonal is what a gradient penalty takes for none.*
#
# ### Exercise 5 · Critics that must be refused (3 points)
#
# Write `own_slopes(critic, points)`. It takes a critic as in exercise 4 and a batch `(B, features…)`.
#
# - If some sample moves another one's score, raise a **`ValueError`** with a sentence that says so. Judge by what the critic does on this
#   batch, not by the names of its layers, and leave it in the mode (`train`, `eval`) that it is in. An effect ‖∂D(xᵢ)/∂xⱼ‖ below 10⁻⁶ is
#   rounding, and counts as none. One pair (i, j) is enough, and effects on two scores may cancel in their sum.
# - Otherwise return the steepness ‖∂D(xᵢ)/∂xᵢ‖ of each score, `(B,)`: Euclidean, over all features. A batch of one has nobody to mix with.


# %% exercise="own_slopes"
def own_slopes(critic, points):
    """Give ‖∂D(xᵢ)/∂xᵢ‖, (B, …) -> (B,), or raise ValueError if some ∂D(xᵢ)/∂xⱼ, i ≠ j, is not 0."""
    ### BEGIN SOLUTION
    points = points.detach().clone().requires_grad_()
    scores = critic(points).flatten()
    rows = [torch.autograd.grad(score, points, retain_graph=True)[0].flatten(1).norm(dim=1) for score in scores]
    effects = torch.stack(rows)  # (B, B)
    own = effects.diagonal()
    if bool(((effects - torch.diag(own)) > 1e-6).any()):
        raise ValueError("this critic's score of one sample depends on others: it has no gradient of its own.")
    return own
    ### END SOLUTION


# %% check="own_slopes" points=3 tags=["nbval-check-output"]
check("06/own_slopes", own_slopes)
### BEGIN HIDDEN TESTS
check("06/own_slopes", own_slopes, seed=7005, rounds=5)
### END HIDDEN TESTS

# %% training=true tags=["nbval-check-output"]
for name, critic in CRITICS.items():
    try:
        own_slopes(critic, batch)
        print(f"{name:24s}may be penalised")
    except ValueError:
        print(f"{name:24s}refused by own_slopes")
try:
    train(ring, FROZEN, discriminator=lambda: small_critic(nn.BatchNorm1d(16)), loss=LOSS, penalty=PENALTY)
except ValueError as refusal:
    print("train refuses it too:", str(refusal)[:68], "…")

# %% [markdown]
# ## 6 · Does it repair anything?
#
# Two settings, chosen on seeds 100–109 and shown on seeds 0–9: chapter 04's, at which the non-saturating GAN collapses, and a gentle one,
# at which it covers the ring on most seeds. Three ways to train at each:
#
# | Name | Loss and penalty | Updates of D for one of G |
# |---|---|---|
# | `NS` | non-saturating, none | 1 |
# | `GP 1` | yours, λ = 1 | 1 |
# | `GP 5` | yours, λ = 1 | 5, as in the paper |
#
# The budget is 1,000 updates of D: `GP 5` has then moved its generator 200 times, the others 1,000 times. Why five? A critic
# measures the distance only if it is given the time to find it. A second budget, below, is time.

# %%
BUDGET = 1000  # updates of D
COLLAPSE = TrainConfig(  # chapter 04's setting
    seeds=10,
    steps=BUDGET,
    batch_size=64,
    latent_dim=2,
    width=64,
    lr_g=2e-3,
    lr_d=1e-3,
    betas=(0.9, 0.999),
    snapshots=20,
    snapshot_size=2500,
)
GENTLE = dataclasses.replace(COLLAPSE, lr_g=1e-3, betas=(0.5, 0.999))


def method(setting, n_critic, weight=1.0):
    """Give the settings and the pieces of one way to train; n_critic=0 stands for the non-saturating GAN."""
    if n_critic == 0:
        return setting, {"loss": "nonsaturating"}
    steps = setting.steps // n_critic
    config = dataclasses.replace(setting, n_critic=n_critic, steps=steps, penalty_weight=weight)
    return config, {"loss": LOSS, "penalty": PENALTY}


# %% [markdown]
# ### Prediction (2 points)
#
# Before you run it, write down for the two settings: does `GP 5` capture more modes than `NS`? Does it have the larger share of
# high-quality samples? Give a reason of one sentence for each setting. A wrong prediction with a reason gets full points.

# %% [markdown] question="prediction" points=2
# <!-- BEGIN SOLUTION -->
# *Example.* At chapter 04's setting `GP 5` captures more modes, because its critic has five updates to follow every move of the
# generator and is never flat. At the gentle setting `NS` captures all modes already, and has the larger share of high-quality
# samples, because its generator moved five times as often on the same budget.
#
# *Rubric.* 1 point for an answer on modes and on quality for both settings; 1 point for reasons that speak of what the two players do
# (updates, gradients), not "because it is better". Whether the prediction came true does not matter.
# <!-- END SOLUTION -->

# %% training=true
METHODS = {"NS": 0, "GP 1": 1, "GP 5": 5}
runs = {}
for setting, base in (("chapter 04's", COLLAPSE), ("gentle", GENTLE)):
    for name, n_critic in METHODS.items():
        config, pieces = method(base, n_critic)
        runs[setting, name] = train(ring, config, **pieces)

# %% [markdown]
# What does an update cost? One of `GP 1` brings a second derivative and a generator's update, one of `GP 5` a fifth of the latter.

# %% training=true


def seconds_an_update(n_critic):
    """Time an update of D with its share of G's: the fastest of five short runs, since other programs only add."""
    config, pieces = method(dataclasses.replace(GENTLE, steps=50, snapshots=0), n_critic)
    return min(train(ring, config, **pieces).elapsed for _ in range(5)) / 50


cost = {name: seconds_an_update(n_critic) for name, n_critic in METHODS.items()}
for name, seconds in cost.items():
    print(f"{name:6s}{1000 * seconds:6.1f} ms an update of D, ten seeds at once, {seconds / cost['NS']:.2f} times NS")
TIME = BUDGET * min(cost.values())  # within which every method has data

# %% [markdown]
# Now both budgets. *Equal time* is the time in which the cheapest of the three makes its 1,000 updates; the others are read at the last
# snapshot within it.


# %% training=true
def judge(run, until=math.inf):
    """Give updates of D and the report at the last snapshot that has at most `until` of them."""
    updates = run.record.snapshot_steps * run.config.n_critic
    last = int((updates <= until).sum()) - 1
    return int(updates[last]), mode_report(run.record.snapshots[last], ring)


def limit(budget, name):
    """Give the updates of D that a budget allows."""
    return math.inf if budget == "updates" else TIME / cost[name]


def bracket(values):
    """Write the mean over seeds with its 95 % interval."""
    mean, low, high = mean_interval(values)
    return f"{mean:z.1f} [{low:z.1f}, {high:z.1f}]"


for setting in ("chapter 04's", "gentle"):
    print(f"\n{setting} setting, seeds 0-9: mean [95 % interval]; of KL median [smallest, largest]")
    print("equal   method  D updates  modes            two or fewer       high quality, %    KL")
    for budget in ("updates", "time"):
        for name in METHODS:
            updates, report = judge(runs[setting, name], limit(budget, name))
            few, kl = wilson_interval(int((report.modes <= 2).sum()), 10), report.reverse_kl
            print(
                f"{budget:8s}{name:8s}{updates:9d}  {bracket(report.modes):17s}"
                f"{few.estimate:.1f} [{few.low:.2f}, {few.high:.2f}]  {bracket(100 * report.high_quality):19s}"
                f"{kl.median():.2f} [{kl.min():.2f}, {kl.max():.2f}]"
            )

# %% [markdown]
# Seeds are paired: seed 3 of each method starts from the same two networks. So take differences seed by seed.

# %% training=true
print("gentle setting, minus NS on the same seed, seeds 0-9: mean [95 % interval]")
print("equal   method  modes                high quality, points    NS ahead in quality")
for budget in ("updates", "time"):
    plain = judge(runs["gentle", "NS"], limit(budget, "NS"))[1]
    for name in ("GP 1", "GP 5"):
        report = judge(runs["gentle", name], limit(budget, name))[1]
        more, better = report.modes - plain.modes, report.high_quality - plain.high_quality
        ahead = int((better < 0).sum())
        print(f"{budget:8s}{name:8s}{bracket(more):21s}{bracket(100 * better):24s}on {ahead} of 10 seeds")

# %% training=true
fig, axes = plt.subplots(2, 2, figsize=(8.4, 5), sharey="row", layout="constrained")
colours = dict(
    zip(METHODS, (plots.COLOURS["real"], plots.COLOURS["discriminator"], plots.COLOURS["fake"]), strict=True)
)
for row, setting in zip(axes, ("chapter 04's", "gentle"), strict=True):
    for name in METHODS:
        run = runs[setting, name]
        updates = run.record.snapshot_steps * run.config.n_critic
        shares = torch.stack([mode_report(samples, ring).high_quality for samples in run.record.snapshots], 1)
        for ax, scale in zip(row, (1.0, cost[name]), strict=True):
            plots.band(updates * scale, 100 * shares, label=name, colour=colours[name], ax=ax)
    row[1].axvline(TIME, color=plots.COLOURS["neutral"], linestyle="--", linewidth=1)
    row[0].set_ylabel("high quality (%)")
    row[0].set_title(f"{setting} setting", fontsize=10)
    row[0].set_xlabel("updates of D")
    row[1].set_xlabel("seconds of training, ten seeds at once")
axes[0, 0].legend(fontsize=8)
plt.show()

# %% [markdown]
# *Figure: share of high-quality samples at both settings, against updates of D (left) and time (right); median, quartiles and range of seeds
# 0–9. Dashed: the time budget of the table. A perfect generator has 98.9 %.*

# %% [markdown]
# Before you rejoice over captured modes, mind what a capture takes: one sample in 2,500. A cloud that knows nothing about modes, spread
# evenly over the square that holds the ring, is the measure to beat.

# %% training=true tags=["nbval-check-output"]
uniform = 5.2 * torch.rand(10, 2500, 2, generator=torch.Generator().manual_seed(0)) - 2.6
even = mode_report(uniform, ring)
full = wilson_interval(int((even.modes == 8).sum()), 10)
print(
    f"evenly spread, ten draws: all 8 modes at a rate of {full}, high quality {mean_interval(100 * even.high_quality)} %"
)

last = {key: judge(run)[1] for key, run in runs.items()}
modes = {key: float(report.modes.double().mean()) for key, report in last.items()}
print(
    "chapter 04's setting: GP 5 has 4 modes more than NS:",
    modes["chapter 04's", "GP 5"] > modes["chapter 04's", "NS"] + 4,
)
full = wilson_interval(int((last["gentle", "GP 5"].modes == 8).sum()), 10)
print(f"gentle setting: GP 5 has all 8 modes, over seeds, at a rate of {full}")

# %% [markdown]
# **What it buys.** At the failing setting `GP 5` does not chase a clump around the ring: the samples spread, and nearly every mode gets some.
# At the gentle one it captures all modes on every seed, at a rate of 1 [0.722, 1], and its seeds are remarkably alike: look how narrow its
# band is. (That it captures more modes than `NS` there is not shown: the interval of the difference holds 0.)
#
# **What it costs.** Spread is not quality. At the failing setting fewer samples lie on modes, 6.2 [5.4, 7.0] %, than in a cloud that
# knows nothing, 8.3 [7.89, 8.71] %. At the gentle one the plain GAN is ahead in quality on most seeds, on either budget, and both
# intervals of the difference exclude 0.
# With one critic step instead of five, the penalty even *loses* modes there: see the intervals of `GP 1`, on either budget below 0.
# The KL in the table hides all that: it looks at high-quality samples only, and is small for `GP 5` too. Never report it alone.

# %% [markdown]
# ## 7 · Where this loses
#
# Perhaps λ = 1 was the wrong weight? The paper has 10. Two more runs of `GP 5` at the gentle setting, everything else the same.

# %% training=true
for weight in (0.1, 10.0):
    config, pieces = method(GENTLE, 5, weight)
    runs["gentle", f"GP 5, λ = {weight:g}"] = train(ring, config, **pieces)
order = ("NS", "GP 1", "GP 5, λ = 0.1", "GP 5", "GP 5, λ = 10")
fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 2.9), sharey=True, layout="constrained")
for row, name in enumerate(order):
    _, report = judge(runs["gentle", name])
    heights = row + torch.linspace(-0.25, 0.25, 10)  # seeds with the same value lie above each other, a little apart
    for ax, values in ((left, 100 * report.high_quality), (right, report.modes.double())):
        ax.scatter(values.sort().values, heights, s=14, color=plots.COLOURS["discriminator"])
        ax.plot([values.mean()] * 2, [row - 0.35, row + 0.35], color=plots.COLOURS["fake"], linewidth=2)
    if name != "NS":
        plain = judge(runs["gentle", "NS"])[1]
        behind = bracket(100 * (report.high_quality - plain.high_quality))
        print(
            f"{name:15s}minus NS, same seeds: high quality {behind:22s}points, modes {bracket(report.modes - plain.modes)}"
        )
left.axvline(98.9, color=plots.COLOURS["real"], linestyle=":", linewidth=1)
left.set(yticks=range(len(order)), yticklabels=order, xlabel="high quality (%)", xlim=(0, 102))
right.set(xlabel="modes captured, of 8", xlim=(-0.4, 8.4))
left.invert_yaxis()
plt.show()

# %% [markdown]
# *Figure: the gentle setting after 1,000 updates of D; one dot a seed (0–9), orange line: the mean. Dotted: 98.9 %, a perfect
# generator. `GP 1` and `GP 5` without a number have λ = 1.*

# %% [markdown]
# None of these weights brings `GP 5` up to the plain GAN's typical quality *on this budget, this data and these networks*, and the
# stiffest one, λ = 10, loses modes: −2.4 [−4.3, −0.5]. That is no verdict on WGAN-GP everywhere: it was made for image networks that
# would otherwise hardly train. It is a verdict on "use WGAN-GP, it cures mode collapse".

# %% [markdown]
# ### Question (3 points)
#
# In at most ten lines:
#
# 1. At chapter 04's setting, did the penalty repair the collapse? Use captured modes **and** high-quality share, and the evenly spread
#    cloud.
# 2. At the gentle setting a colleague reports "WGAN-GP wins: reverse KL near 0, and all its seeds agree". What do you answer?
# 3. The budgets count updates of D and time. Which third budget would favour `GP 5`, and what would it cost?

# %% [markdown] question="interpretation" points=3
# <!-- BEGIN SOLUTION -->
# *Reference* (for the numbers printed above; the student's own table counts). (1) Half. The clump is gone: `GP 5` captures nearly all
# modes, 7.8 [7.3, 8.3], and `NS` 0.3 [0.0, 0.6]. But its high-quality share, 6.2 [5.4, 7.0] %, lies below that of an evenly spread
# cloud, 8.3 [7.89, 8.71] %, which also captures all eight: these numbers do not show that it has learnt more than to spread. (2)
# Reverse KL looks at high-quality samples only, and is small for `NS` too; most samples of `GP 5` lie on no mode, and there `NS` is
# ahead, with an interval of the paired differences that excludes 0. That its seeds agree is a real merit, it makes the result
# reliable, but not good. (3) Equal updates of G: `GP 5` would get five times as many updates of D, and several times the time.
#
# *Rubric.* 1 point: spread and quality told apart, with the evenly spread cloud as the measure. 1 point: KL alone refused, for a
# reason. 1 point: a budget that favours `GP 5`, with its price.
# <!-- END SOLUTION -->

# %% [markdown]
# **What the literature says.** WGAN-GP (Gulrajani et al., 2017) prescribes five critic updates, λ = 10, Adam with β = (0, 0.9) and no batch
# normalisation in the critic; its own toy code uses λ = 0.1. In a comparison of losses at equal tuning effort on MNIST (Lucic et al.,
# 2018, as quoted by later texts) its FID, a distance between generated and real images, was 20.3 ± 5.0, the worst of six, the non-saturating
# GAN's 6.8 ± 0.5. R3GAN's table (Huang et al., 2024) has WGAN-GP at 959 of the 1,000 modes of Stacked MNIST, images of three digits each:
# much better than the plain GANs of older tables, and not all. On the
# Dirac-GAN of chapter 02 it does not converge (Mescheder et al., 2018).
#
# **Summary**
#
# - A Wasserstein critic measures distance, but only while it is Lipschitz; without a penalty it grows without bound.
# - The penalty is a mean of (norm − 1)² of *each sample's* gradient, at one random point of each pair, differentiated twice.
# - It is a spring: between clouds d apart a linear critic has slope 1 + d/(2λ). It presumes scores of one sample each, so no BatchNorm.
# - Where the plain GAN collapsed it spread the samples, with five critic steps; fewer lay on modes than of an evenly spread cloud.
# - At a gentle setting the plain GAN has the better samples on most seeds, at equal updates and at equal time; WGAN-GP's seeds agree more.
#
# **Sources.** Arjovsky, Chintala and Bottou 2017 (WGAN) · Gulrajani et al. 2017 (WGAN-GP, eq. 3 and §4) · Villani 2009 (the duality) · Mescheder
# et al. 2018 (convergence) · Lucic et al. 2018 (are GANs created equal?) · Huang et al. 2024 (R3GAN) · Lin et al. 2018 (PacGAN: modes and quality).
