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
# # 03 · Vanishing gradients
#
# A generator learns only from what its discriminator tells it. One would think that the best teacher is the best discriminator. With
# the loss of the first GAN paper the opposite happens: the better the discriminator, the less the generator hears, down to nothing.
# These are **vanishing gradients**.
#
# After this chapter you can
#
# 1. measure how strong the learning signal of a generator is, ‖∇G‖, and how it changes while the discriminator improves,
# 2. say which part of the loss makes it vanish, and mend it in one line,
# 3. test two widespread sentences: "D's loss below 0.1 means that G never learns" and "a generator cannot freeze".
#
# | Part | Difficulty | Time | Points |
# |---|---|---|---|
# | Exercise 1: the norm of the generator's gradient | ●●○ | 20 min | 6 |
# | Prediction | ●○○ | 5 min | 2 |
# | Exercise 2: the fix | ●○○ | 10 min | 2 |
# | Exercise 3: decades lost | ●○○ | 15 min | 6 |
# | Question: is the discriminator too good? | ●●○ | 15 min | 4 |

# %% setup=true
import copy
import warnings

import matplotlib.pyplot as plt
import torch
from torch import nn

import ganlab
from ganlab import LOSSES, GANLoss, TrainConfig, mode_report, plots, train, wilson_interval
from ganlab.diagnostics import mean_interval
from ganlab.grading.checks import check
from ganlab.nets import mlp_generator

torch.set_num_threads(1)  # two threads gain little at this size, and lose much where they share a core
COLOUR = {"saturating": "#D55E00", "nonsaturating": "#0072B2", "wgan_gp": "#009E73"}


def network_of(stacked, k):
    """Give the network of run k as ordinary torch layers on the CPU."""
    layers = []
    for layer in stacked:
        if hasattr(layer, "weight"):  # (S, in, out): S linear layers at once
            weight, bias = layer.weight[k].detach().T.cpu(), layer.bias[k].detach().cpu()
            layers.append(nn.Linear(weight.shape[1], weight.shape[0]))
            layers[-1].load_state_dict({"weight": weight, "bias": bias})
        else:
            layers.append(copy.deepcopy(layer))
    return nn.Sequential(*layers)


# %% [markdown]
# ## 1 · A discriminator without an opponent
#
# To see what a good discriminator does to a generator, we let it become good: the **generator is frozen**, only the
# discriminator trains (`n_generator=0`). A fresh generator puts its samples in a small cloud near the origin; the data is the ring of
# eight modes at distance 2. The two share no ground: their **supports are disjoint**, and telling them apart is easy.
#
# The setting was chosen on seeds 100–109. Everything you see runs on seeds 0–9.

# %%
ring = ganlab.ring(modes=8, radius=2.0, std=0.1)

FROZEN = TrainConfig(
    loss="saturating",  # D minimises cross-entropy
    n_generator=0,  # no update of G
    seeds=10,
    steps=1000,
    batch_size=64,
    latent_dim=2,
    width=64,  # two hidden layers in each network
    lr_d=2e-3,
    record_every=50,
    snapshots=0,
)

# %% [markdown]
# `train` calls a *callback* at every recorded step. Ours keeps a copy of each run's discriminator, so that we can question all of them
# afterwards: what would this discriminator have taught the generator?


# %%
class Album:
    """Keeps the discriminators of all runs at each recorded step."""

    def __init__(self):
        self.steps, self.discriminators = [], []

    def __call__(self, step, run):
        self.steps.append(step)
        self.discriminators.append([network_of(run.discriminator, k) for k in range(len(run.seeds))])


# %% training=true
album = Album()
frozen = train(ring, FROZEN, callbacks=[album])
generators = [network_of(frozen.generator, k) for k in range(10)]
print(f"device: {frozen.device}")
for moment in (0, 1, 3, 19):
    accuracy, loss = frozen.record.accuracy_d[:, moment], frozen.record.loss_d[:, moment]
    print(f"D step {frozen.record.steps[moment]:5d}: accuracy {accuracy.mean():.3f}, D's loss {mean_interval(loss)}")

# %% [markdown]
# The brackets are 95 % intervals over the ten seeds. The accuracy is 1 almost at once; the loss goes on falling, since D grows surer of
# what it knows. What does that look like from the generator's place?

# %% training=true
fig, axes = plt.subplots(1, 3, figsize=(9.2, 3.1), sharey=True, layout="constrained")
points = frozen.sample(500)[0]
for ax, moment in zip(axes, (0, 2, 20), strict=True):
    plots.surface(lambda x, m=moment: album.discriminators[m][0](x)[:, 0], limit=3, ax=ax)
    plots.scatter(points, mixture=ring, limit=3, ax=ax)
    ax.set_title(f"after {album.steps[moment]} steps of D", fontsize=10)
    ax.set_ylabel("$x_2$" if ax is axes[0] else "")
bar = fig.colorbar(axes[0].collections[0], ax=list(axes), shrink=0.8, pad=0.01)
bar.set_label("σ(D(x)): 0 fake, 1 real")
plt.show()

# %% [markdown]
# *Figure: one discriminator (seed 0) before and during its training. Orange: the frozen generator's samples. Crosses and circles: the
# modes of the data and their 3σ.*

# %% [markdown]
# At the end the generator sits on a plain that is dark and **flat**: D says 0 here, and 0 a step to the left, and 0 a step to the right.
# There is no direction to be had. But "it looks flat" is no measurement.

# %% [markdown]
# ## 2 · Measuring the signal
#
# What moves the generator is the gradient of its loss by its weights w. By the chain rule, for a batch of B latents,
#
# $$\nabla_w L_G = \frac1B \sum_{i=1}^B \underbrace{\ell'(s_i)}_{\text{slope of the loss}} \cdot
# \nabla_w\, D(G(z_i)), \qquad s_i = D(G(z_i)),$$
#
# with ℓ the loss of one score. Its length ‖∇G‖, the Euclidean norm over **all** weights of G together, says how loud the
# teacher speaks.

# %% [markdown]
# ### Exercise 1 · The norm of the generator's gradient (6 points)
#
# Write `gradient_norm(generator, discriminator, latents, g_loss)`.
#
# - `generator` maps `(B, latent_dim)` to `(B, d)`, `discriminator` maps `(B, d)` to logits `(B, 1)`; both are ordinary torch modules.
# - `latents` are the B latents to use, `(B, latent_dim)`; B may be 1.
# - `g_loss(s_real, s_fake)` is the generator's loss from scores `(B,)`, their mean over the batch included. The losses of this chapter
#   look at `s_fake` only, so hand over the fake scores for both.
#
# Return one number (a float or a tensor of shape `()`): the root of the sum of squares of the gradient by every weight and bias of the
# generator. Two traps: the networks may carry **old gradients** in `.grad`, which must not count; and the norm can be 1e-7, so add
# no ε. Use every network as it is, and leave it so: no `eval()`, no step, and no sigmoid in between, since the losses take logits.


# %% exercise="gradient_norm"
def gradient_norm(generator, discriminator, latents, g_loss):
    """Give ‖∇G‖, the Euclidean norm of the loss's gradient by all of the generator's weights."""
    ### BEGIN SOLUTION
    scores = discriminator(generator(latents)).squeeze(1)  # (B,)
    slopes = torch.autograd.grad(g_loss(scores, scores), list(generator.parameters()))
    return torch.cat([slope.flatten() for slope in slopes]).norm()
    ### END SOLUTION


# %% check="gradient_norm" points=6 tags=["nbval-check-output"]
check("03/gradient_norm", gradient_norm)
### BEGIN HIDDEN TESTS
check("03/gradient_norm", gradient_norm, seed=7101, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# Now your function goes through the album: ten generators, each before the discriminator of its own run, at 21 moments, always on the same
# 256 latents.

# %% training=true
latents = frozen.latents(256).cpu()


def history(album, g_loss):
    """Measure ‖∇G‖ for every run at every moment, (S, T)."""
    rows = []
    for k, generator in enumerate(generators):
        rows.append([float(gradient_norm(generator, own[k], latents[k], g_loss)) for own in album.discriminators])
    return torch.tensor(rows)


steps = torch.tensor(album.steps)
saturating = history(album, LOSSES["saturating"].g)
ax = plots.band(steps, saturating, label="saturating", colour=COLOUR["saturating"])
ax.set(yscale="log", xlabel="updates of D (G frozen)", ylabel="‖∇G‖, all weights")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# *Figure: the gradient that a frozen generator gets under the saturating loss, while its discriminator trains. 10 seeds; line: median,
# dark band: middle half, light band: all seeds. The axis is logarithmic: from one labelled mark to the next is a factor of ten, a **decade**.*

# %% [markdown]
# ## 3 · Which factor vanishes?
#
# You know both losses of G from chapter 01. The **saturating** one minimises the mean of log(1 − σ(s)), that is ℓ(s) = −softplus(s), with slope
#
# $$\ell'(s) = -\sigma(s) \approx -e^{s} \quad\text{where } s \ll 0 .$$
#
# And s ≪ 0 is where fakes are, once D is good. So it may well be the *loss* that goes flat, not the discriminator. The **non-saturating** loss
# wants the same, D fooled, and **maximises** log σ(s) instead: ℓ(s) = softplus(−s).

# %% [markdown]
# ### Prediction (2 points)
#
# We shall measure ‖∇G‖ over the same 1,000 updates of D for three losses:
#
# - saturating (seen above),
# - non-saturating, with the *same* discriminators,
# - a Wasserstein critic with gradient penalty (WGAN-GP). A *critic* scores without any sigmoid, and its penalty pulls ‖∇ₓD‖ towards 1, which
#   keeps it bounded. Chapter 06 builds it; here it is a black box.
#
# Before you go on, write for the second and third: does the norm fall, stay or grow, by how many decades about, and why (one
# sentence each)? And: if the generator of the saturating loss is set free after these 1,000 updates, will it ever reach the ring? A
# wrong prediction with a reason gets full points.

# %% [markdown] question="prediction" points=2
# <!-- BEGIN SOLUTION -->
# *Example.* Non-saturating: it grows, by a decade or two, since its slope is near −1 for rejected fakes while D's own slope gets
# steeper. WGAN-GP: stays within half a decade after the first updates, since the loss has slope −1 and the penalty keeps
# D's slope bounded. Set free, the generator will not move, since its gradient is some thousand times smaller.
#
# *Rubric.* 1 point for a direction, a size and a reason for both losses; 1 point for a prediction about the generator set free,
# with a reason. Whether it came true does not matter.
# <!-- END SOLUTION -->

# %% [markdown]
# ### Exercise 2 · The fix (2 points)
#
# Your non-saturating loss of chapter 01 is the repair; `train` takes it as a function of both batches' scores. Write
# `generator_loss(s_real, s_fake)`, the mean over the batch of −log σ(s_fake).
#
# Scores are logits `(B,)`, of any B including 1; return a tensor of shape `()`. It must be right, with its slope, for logits of ±120, so
# do not take a logarithm of a rounded σ. The real scores are handed over because some losses need them; this one does not.
# (`ganlab.LOSSES` and `ganlab.label_smoothing` would answer by themselves; an answer that calls them gets no points.)


# %% exercise="generator_loss"
def generator_loss(s_real, s_fake):
    """Non-saturating loss of the generator, (B,), (B,) -> ()."""
    ### BEGIN SOLUTION
    return nn.functional.softplus(-s_fake).mean()
    ### END SOLUTION


# %% check="generator_loss" points=2 tags=["nbval-check-output"]
check("03/generator_loss", generator_loss)
### BEGIN HIDDEN TESTS
check("03/generator_loss", generator_loss, seed=7102, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# Chapter 01 drew the slopes of both losses. On a logarithmic axis one sees how much is lost where D is sure:

# %% training=true
score = torch.linspace(-12, 12, 241, requires_grad=True)
fig, ax = plt.subplots(figsize=(5.4, 3.2), layout="constrained")
for name, loss in (("saturating", LOSSES["saturating"].g), ("nonsaturating", generator_loss)):
    slope = 241 * torch.autograd.grad(loss(score.detach(), score), score)[0]  # the mean divides by 241
    ax.plot(score.detach(), -slope, label=name, color=COLOUR[name])
ax.set(yscale="log", ylim=(1e-6, 3), xlabel="score of a fake, s (a logit)", ylabel="|slope of G's loss by s|")
ax.axvspan(-12, -4, color=plots.COLOURS["neutral"], alpha=0.2, linewidth=0, label="D sure: σ(s) < 0.018")
ax.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)  # off the curves
plt.show()

# %% [markdown]
# *Figure: how hard each loss pushes a fake with score s, by autograd through your code. Saturating: σ(s). Non-saturating: σ(−s), which is
# e^(−s) times as much. Nothing is trained.*

# %% [markdown]
# ## 4 · The three side by side
#
# ### Exercise 3 · Decades lost (6 points)
#
# Absolute norms depend on the networks' size and on the loss's scale, so we compare how far each history *falls*. Write
# `decades_lost(norms, tail=9)`: from a history `(S, T)` of norms, one row a seed, give a tensor `(S,)` of
#
# $$\log_{10} \frac{\text{first entry}}{\text{median of the last `tail` entries}} ,$$
#
# positive where the norm has fallen, negative where it has grown. `tail` is odd and at most T, so the median is the middle one of
# the sorted entries. Where that median is exactly 0, infinitely many decades are lost: give `inf` there.


# %% exercise="decades_lost"
def decades_lost(norms, tail=9):
    """Give the decades by which each history falls, (S, T) -> (S,)."""
    ### BEGIN SOLUTION
    end = norms[:, -tail:].median(dim=1).values
    return torch.log10(norms[:, 0] / end)
    ### END SOLUTION


# %% check="decades_lost" points=6 tags=["nbval-check-output"]
check("03/decades_lost", decades_lost)
### BEGIN HIDDEN TESTS
check("03/decades_lost", decades_lost, seed=7103, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# The non-saturating loss needs no second training: while G is frozen, its loss moves nobody, so the discriminators are the same. The
# WGAN-GP critic is trained on the same seeds, for as many updates.

# %% training=true
critics = Album()
wgan_gp = {"loss": "wasserstein", "penalty": "wgan_gp", "penalty_weight": 1.0}
frozen_critic = train(ring, TrainConfig(**{**vars(FROZEN), **wgan_gp}), callbacks=[critics])
histories = {
    "saturating": saturating,
    "nonsaturating": history(album, generator_loss),
    "wgan_gp": history(critics, LOSSES["wasserstein"].g),
}

fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
for name, norms in histories.items():
    plots.band(steps, norms, label=name, colour=COLOUR[name], ax=ax)
    print(f"{name:14s} decades lost after 1,000 updates of D: {mean_interval(decades_lost(norms, tail=5))}")
ax.set(yscale="log", xlabel="updates of D (G frozen)", ylabel="‖∇G‖, all weights")
ax.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)  # off the curves
plt.show()

gap = decades_lost(histories["saturating"], tail=5) - decades_lost(histories["nonsaturating"], tail=5)
print(f"gap between saturating and non-saturating, same discriminators: {mean_interval(gap)} decades")

# %% training=true tags=["nbval-check-output"]
print("gap above 2 decades on each of the 10 seeds:", bool((gap > 2).all()))

# %% [markdown]
# *Figure: ‖∇G‖ of a frozen generator over 1,000 updates of its discriminator, learning rate 2e-3, batch 64, width 64. 10 seeds; line:
# median, dark band: middle half, light band: all seeds. Brackets: 95 % intervals of the mean over seeds. Negative: the norm has grown.*
#
# The first two curves belong to **the same discriminators**. What vanishes is not what D knows, but what the saturating loss passes on:
# a factor e^s for each fake. The fix is the one line that you wrote.
#
# ## 5 · Set free: does the generator ever recover?
#
# A small gradient is a small gradient; whether it is *fatal* is another question. Two sentences go around:
#
# - "If D's loss is below 0.1 within the first 100 steps, the generator never learns."
# - "A generator cannot freeze: its loss pushes it to diversify."
#
# We test both. The discriminators of the album's last page, far below 0.1, go on training, and now the generator trains too. Two
# optimisers:
#
# - **SGD**: w ← w − 0.05 ∇. A gradient that is 1,000 times smaller moves 1,000 times less.
# - **Adam**: divides each weight's gradient by a running mean of its own size. A gradient that is *steadily* 1,000 times smaller
#   moves just as far.
#
# Your `generator_loss` trains the runs called "nonsaturating".

# %%
MINE = GANLoss(d=LOSSES["saturating"].d, g=generator_loss)
SET_FREE = {"n_generator": 1, "steps": 600, "snapshots": 30, "snapshot_size": 1000}
SGD = {"optimizer": "sgd", "betas": (0.0, 0.999), "lr_g": 0.05, "lr_d": 0.05}


def set_free(album, players, **settings):
    """Train both players, each discriminator from the last page of the album."""
    pages = iter(album.discriminators[-1])
    config = TrainConfig(**{**vars(FROZEN), **SET_FREE, **settings})
    return train(ring, config, discriminator=lambda: copy.deepcopy(next(pages)), loss=players)


# %% training=true
freed = {
    ("saturating", "SGD"): set_free(album, LOSSES["saturating"], **SGD),
    ("nonsaturating", "SGD"): set_free(album, MINE, **SGD),
    ("saturating", "Adam"): set_free(album, LOSSES["saturating"]),
    ("nonsaturating", "Adam"): set_free(album, MINE),
    ("wgan_gp", "Adam"): set_free(critics, LOSSES["wasserstein"], **wgan_gp),
}
shortest = min(run.elapsed for run in freed.values())
captured = {}
print("after 600 updates of each player: recovered = at least 4 of 8 modes captured")
for (loss, optimiser), run in freed.items():
    modes = torch.stack([mode_report(samples, ring).modes for samples in run.record.snapshots])  # (T, S)
    captured[loss, optimiser] = modes
    recovered = int((modes[-1] >= 4).sum())
    same_time = mean_interval(modes[min(30, int(30 * shortest / run.elapsed))])
    travelled = (run.record.snapshots[-1] - run.record.snapshots[0]).norm(dim=-1).mean(-1)  # (S,)
    print(
        f"{loss:14s} {optimiser:5s} recovered {wilson_interval(recovered, 10)}  modes {mean_interval(modes[-1])}\n"
        f"{'':21s}(at equal time {same_time})  samples moved by {mean_interval(travelled)}  {run.elapsed:.0f} s"
    )

# %% training=true
fig, axes = plt.subplots(1, 2, figsize=(9.2, 3.4), sharey=True, layout="constrained")
for ax, shown in zip(axes, ("SGD", "Adam"), strict=True):
    for (loss, optimiser), run in freed.items():
        if optimiser == shown:
            modes = captured[loss, optimiser].T.double()
            plots.band(run.record.snapshot_steps, modes, label=loss, colour=COLOUR[loss], ax=ax)
    ax.set(title=f"both players with {shown}", xlabel="updates of each player after the thaw", ylim=(-0.3, 8.5))
fig.legend(*axes[1].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8, frameon=False)
axes[0].set_ylabel("modes captured, of 8")
plt.show()

# %% training=true tags=["nbval-check-output"]
stuck = int((captured["saturating", "SGD"][-1] < 4).sum())
print("saturating, SGD: stuck on at least 6 of 10 seeds:", stuck >= 6)
print(
    "saturating, Adam: recovered on at least 8 of 10 seeds:", int((captured["saturating", "Adam"][-1] >= 4).sum()) >= 8
)
print("D's loss at the start below 0.1 on all seeds:", bool((frozen.record.loss_d[:, -1] < 0.1).all()))

# %% [markdown]
# *Figure: captured modes after the generator is set free before a discriminator with 1,000 updates of advance. 10 seeds, 1,000 samples each;
# line: median, dark band: middle half, light band: all seeds. "At equal time" in the table: captured modes at the moment when the
# fastest of the five runs had finished, since a step of WGAN-GP costs more.*
#
# Both sentences fail.
#
# - "D's loss below 0.1: G never learns" is wrong for the non-saturating loss **and even for the saturating loss** under Adam: there all ten
#   seeds recover (rate 1 [0.722, 1]). So in code that uses Adam the vanishing gradient of the saturating loss may go unnoticed.
# - "A generator cannot freeze" is wrong for the saturating loss under SGD: on all ten seeds no mode is captured at the end
#   (recovered: rate 0 [0, 0.278]), and the samples moved by 0.018 [0.00496, 0.0311], where the ring is 2 away.
#
# Why does Adam differ? By its formula it rescales G's whisper. But here both players change their optimiser: that it is G's Adam is argued, not
# measured. Nor is Adam a cure in general. It rescales what there is: batch noise and rounding too, and where a gradient falls below the ε in
# its divisor (1e-8) it freezes as well.

# %% [markdown]
# ## 6 · Where the fix loses
#
# The non-saturating gradient is large. Is it *good*? Let ten discriminators train on the **same** frozen generator; they differ in their
# initial weights and batches only. If the gradient told us where the data is, all ten would say the same. So we compare the ten
# gradient vectors g₁ … g₁₀: their **disagreement** is
#
# $$\sqrt{\tfrac1{10}\sum_k \lVert g_k - \bar g\rVert^2}\;\big/\;\lVert \bar g\rVert .$$
#
# Arjovsky and Bottou (2017, theorem 2.6) prove for a noisy D that the non-saturating gradient's variance is not even finite. Here
# is what it is in ours.

# %% training=true
torch.manual_seed(0)
shared = mlp_generator(2, 2, width=64, depth=2)  # one generator for all ten discriminators


def gradients(discriminators, g_loss):
    """Give the generator's gradient before each discriminator, one vector a row."""
    rows = []
    for discriminator in discriminators:
        scores = discriminator(shared(latents[0])).squeeze(1)
        slopes = torch.autograd.grad(g_loss(scores, scores), list(shared.parameters()))
        rows.append(torch.cat([slope.flatten() for slope in slopes]))
    return torch.stack(rows)


def disagreement(vectors):
    """Give the spread of gradient vectors over the length of their mean."""
    return float((vectors - vectors.mean(0)).square().sum(1).mean().sqrt() / vectors.mean(0).norm())


def jackknife(vectors):
    """Leave out each discriminator in turn: ten pseudo-values, (S,), whose mean estimates the disagreement."""
    whole, count = disagreement(vectors), len(vectors)
    left_out = [disagreement(torch.cat((vectors[:k], vectors[k + 1 :]))) for k in range(count)]
    return torch.tensor([count * whole - (count - 1) * value for value in left_out])


# %% training=true
fig, ax = plt.subplots(figsize=(5.8, 3.3), layout="constrained")
late = {}  # the disagreement at the end
for name, setting, loss in (("nonsaturating", {}, generator_loss), ("wgan_gp", wgan_gp, LOSSES["wasserstein"].g)):
    pages = Album()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "all seeds start from the same generator": that is the point
        train(ring, TrainConfig(**{**vars(FROZEN), "steps": 600, **setting}), generator=shared, callbacks=[pages])
    vectors = [gradients(page, loss) for page in pages.discriminators[2:]]
    estimate, low, high = zip(*(mean_interval(jackknife(own)) for own in vectors), strict=True)
    ax.plot(pages.steps[2:], estimate, "o-", ms=3, color=COLOUR[name], label=name)
    ax.fill_between(pages.steps[2:], low, high, color=COLOUR[name], alpha=0.2, linewidth=0)
    late[name] = jackknife(vectors[-1])
    length = mean_interval(vectors[-1].norm(dim=1))
    print(f"{name:14s} disagreement after 600 updates: {mean_interval(late[name])}, mean length {length}")
print(f"difference, same seeds: {mean_interval(late['nonsaturating'] - late['wgan_gp'])}")
ax.set(ylim=(0, None), xlabel="updates of D (one frozen G, ten Ds)", ylabel="disagreement of ten gradients")
ax.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)  # off the bands
plt.show()

# %% training=true tags=["nbval-check-output"]
print(
    "the ten critics agree better than the ten discriminators:",
    bool(late["wgan_gp"].mean() < late["nonsaturating"].mean()),
)

# %% [markdown]
# *Figure: how much the generator's gradient depends on which discriminator gives it; one frozen generator, ten discriminators or critics (seeds
# 0–9), from update 100 on. 0: all agree. 1: the spread is as large as the mean. Bands, and the brackets after "disagreement" and "difference": 95 %
# jackknife intervals, from leaving out each of the ten in turn (for the difference, a seed's discriminator and its critic together). Points and
# numbers are the jackknife's estimate, which corrects for there being only ten.*
#
# So a large gradient is not yet a right one: a good part of the non-saturating gradient belongs to the one discriminator that happened
# to be trained, and more training of D makes it longer, hardly truer. WGAN-GP critics agree better, at a higher price for each update. Ten of each
# give wide intervals, and that of the difference only just leaves out 0. The vector's *length* is no measure of learning either: above, both
# losses recovered under Adam with gradients that differ by decades.
#
# And the fix cures nothing but this failure. The next chapter's collapsing generators all train with the non-saturating loss.

# %% [markdown]
# ### Question (4 points)
#
# In at most twelve lines:
#
# 1. Which comparison of part 4 shows that the *loss* loses the signal, not the discriminator?
# 2. A colleague sees D's loss at 0.01 and stops the training: "G cannot learn any more." Answer with the table of part 5.
# 3. Why does the saturating loss freeze under SGD, and why should it recover under Adam?
# 4. Name one thing that the non-saturating loss does not repair, with its number or figure.

# %% [markdown] question="interpretation" points=4
# <!-- BEGIN SOLUTION -->
# *Reference.* (1) The saturating and the non-saturating curve come from the same discriminators, on the same generators and latents; only the loss
# differs, and one falls by decades while the other grows. (2) All discriminators started far below 0.1. Non-saturating runs
# recover on 8 of 10 seeds under SGD and on all ten under Adam, and so does the saturating loss under Adam: D's loss says how well D does, not what
# G hears. He is right only for saturating with SGD. (3) SGD's step is proportional to the gradient, so a factor of 1/1,000 in one is a factor of
# 1/1,000 in the other. Adam divides by the gradient's own running size, so the steady factor cancels, until it falls to ε. (4) For example the disagreement of ten
# discriminators (part 6), larger than that of critics; or that its length grows with D's training and does not say how far G is from the data; or mode
# collapse (next chapter).
#
# *Rubric.* 1 point each: the same-discriminator argument; a verdict on the colleague that uses numbers of the student's own table and names the case in
# which he is right; step proportional to the gradient against rescaling; a real limit with its number or figure.
# <!-- END SOLUTION -->

# %% [markdown]
# **What the literature says.** Goodfellow et al. (2014, §3) saw the saturation and proposed the non-saturating loss in the paper that introduced
# GANs. Arjovsky and Bottou (2017) showed why a perfect discriminator exists as soon as the supports hardly meet, which is the usual case for
# images, and measured it: with a frozen convolutional generator the gradient of the saturating loss fell by up to five orders of magnitude within 4,000
# updates of D. Their answer is noise on the data, and later the Wasserstein distance (Arjovsky et al. 2017; Gulrajani et al. 2017),
# which goes on measuring distance where supports are disjoint.
#
# **Summary**
#
# - Train D alone and ‖∇G‖ falls by decades under the saturating loss, while the same discriminators give the non-saturating loss a growing one.
# - What vanishes is the loss's slope, σ(s), not D's knowledge: the fix is one line.
# - A vanished gradient freezes G under SGD; with Adam for both players all ten seeds recover, which hides the failure.
# - D's loss or accuracy does not say whether G can learn.
# - A large gradient is not a right one: independent discriminators disagree about it; WGAN-GP critics less, as far as ten seeds tell.
#
# **Sources.** Goodfellow et al. 2014 (GAN, §3) · Kingma and Ba 2015 (Adam) · Arjovsky and Bottou 2017 (Towards principled methods, §2) · Arjovsky et al. 2017
# (WGAN) · Gulrajani et al. 2017 (WGAN-GP).
