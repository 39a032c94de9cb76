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
# # 07 · Minibatch discrimination
#
# In chapter 04 the generator collapsed: all its samples crowded in one place. A discriminator that is shown one sample at a time
# can lower its score of that place, for real and generated samples alike; the clump then moves on. It cannot say that the samples
# of one batch are all alike, since that is a property of the **batch**. In this chapter you let the discriminator look at its
# batch, and you measure what that repairs and what it costs.
#
# After this chapter you can
#
# 1. build **minibatch discrimination**, a layer that tells each sample how close the others are,
# 2. put it into a discriminator without mixing real and generated samples,
# 3. judge a repair by equal updates *and* by equal time, and say where it loses.
#
# | Part | Difficulty | Time | Points |
# |---|---|---|---|
# | Exercise 1: closeness | ●●○ | 20 min | 4 |
# | Exercise 2: the layer | ●●○ | 20 min | 5 |
# | Exercise 3: its place in D | ●○○ | 10 min | 3 |
# | Exercise 4: real and fake apart | ●○○ | 10 min | 2 |
# | Prediction | ●○○ | 5 min | 2 |
# | Question: is it worth its price? | ●●○ | 15 min | 4 |

# %% setup=true
import dataclasses
import time

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import softplus

import ganlab
from ganlab import TrainConfig, mode_report, train, wilson_interval
from ganlab.diagnostics import mean_interval
from ganlab.grading.checks import check
from ganlab.nets import mlp_discriminator
from ganlab.runtime import resolve_device

torch.set_num_threads(1)  # two threads gain little at this size, and lose much where they share a core
print("training runs on:", resolve_device("auto"))

# %% [markdown]
# ## 1 · The failure
#
# The data and the setting are those of chapter 04, on which the plain GAN ends with few modes on nearly every seed: a ring of eight
# Gaussians, and a generator that moves too fast for its discriminator. Only the training is a little shorter.

# %%
ring = ganlab.ring(modes=8, radius=2.0, std=0.1)

COLLAPSE = TrainConfig(
    loss="nonsaturating",
    seeds=10,
    steps=1600,
    batch_size=64,
    latent_dim=2,
    width=64,  # two hidden layers in each network
    lr_g=2e-3,
    lr_d=1e-3,
    betas=(0.9, 0.999),
    snapshots=64,
    snapshot_size=1000,
)

# %% training=true
plain = train(ring, COLLAPSE)
report = mode_report(plain.sample(2500, seed=1), ring)
print("modes captured at the end, seeds 0-9:", report.modes.tolist())
print(f"mean {mean_interval(report.modes.double())}, with its 95 % interval over 10 seeds")

# %% training=true tags=["nbval-check-output"]
print("2 modes or fewer on at least 7 of 10 seeds:", int((report.modes <= 2).sum()) >= 7)

# %% [markdown]
# What can this discriminator do about a clump? It does see that more generated than real samples come from there. The best one
# scores a mode that gets all generated samples, but an eighth of the data, $\ln p - \ln q = \ln\frac18 \approx -2.1$ (chapter 01, part 3). That
# pushes the generator away, and the clump moves on, as the hops of chapter 04 showed. But the real samples there get the same low
# score. What it cannot say is that the samples of *one batch* are all alike.
#
# Take the most extreme collapse: 64 copies of one real sample. This discriminator scores each sample alone, so the sample gets the
# same score among its copies as in a batch of 64 different samples.

# %% training=true tags=["nbval-check-output"]
diverse = ring.sample(64, generator=torch.Generator().manual_seed(0))
copies = diverse[:1].expand(64, 2)
same = torch.allclose(plain.scores(diverse)[:, 0], plain.scores(copies)[:, 0], atol=1e-4)
print("the first sample scores the same in both batches, on each seed:", same)

# %% [markdown]
# ## 2 · A layer that looks at the batch
#
# Salimans et al. (2016) give the discriminator a few extra features: *how many others in my batch are like me?* A diverse batch and
# a collapsed one now look different, even where each single sample is perfect.

# %% [markdown]
# ### Exercise 1 · Closeness (4 points)
#
# Each sample i of a batch comes with a few short vectors $M_{ik}$, one for each of several **kernels** k. Two samples are close
# under kernel k if their vectors are near each other in the L1 distance. Write `closeness(features)`, which takes M as a tensor
# `(B, kernels, dims)` and returns `(B, kernels)`:
#
# $$o_{ik} = \sum_{j \neq i} \exp\Bigl(-\sum_c |M_{ikc} - M_{jkc}|\Bigr)$$
#
# - The sum is over the **other** samples; the sample itself (j = i) is left out. It is a sum, not a mean.
# - So a batch of B identical samples gives B − 1 for each, and a batch of one gives 0. Samples far from all others give 0.
# - Gradients pass to *both* samples of each pair: detach nothing.
# - No loop over samples: a loop of B² steps is slow. Broadcasting does it: an axis for i, an axis for j.
# - `train()` will run your function on all seeds at once, with `torch.func.vmap`, which adds an axis for the seeds unseen. That rules
#   out an `if` on a tensor's values, `.item()`, and writing into a tensor prepared with `torch.zeros`.
#
# (`ganlab.nets.MinibatchDiscrimination` and what it is built from are out of reach in all exercises here; other parts of torch and
# ganlab are not.)


# %% exercise="closeness"
def closeness(features):
    """Sum each sample's similarity to the others, (B, kernels, dims) -> (B, kernels)."""
    ### BEGIN SOLUTION
    turned = features.permute(1, 2, 0)  # (kernels, dims, B): torch is fastest with the long axis last
    distances = (turned[..., :, None] - turned[..., None, :]).abs().sum(1)  # (kernels, B, B)
    return torch.exp(-distances).sum(-1).T - 1  # exp(0) = 1 is the sample itself
    ### END SOLUTION


# %% check="closeness" points=4 tags=["nbval-check-output"]
check("07/closeness", closeness)
### BEGIN HIDDEN TESTS
check("07/closeness", closeness, seed=7701, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# Your function now looks at three batches of 64 points. The points themselves serve as vectors: one kernel of two dims.

# %% training=true tags=["nbval-check-output"]
one_mode = ganlab.Mixture(ring.modes[:1], std=0.1)
batches = {
    "the ring": diverse,
    "one mode": one_mode.sample(64, generator=torch.Generator().manual_seed(1)),
    "copies": copies,
}
for name, points in batches.items():
    seen = closeness(points[:, None, :])
    low, mean, high = (float(value) for value in (seen.min(), seen.mean(), seen.max()))
    print(f"{name:9s} closeness to the 63 others: mean {mean:.0f}, from {low:.0f} to {high:.0f}")

# %% [markdown]
# One number separates the three batches, and every sample carries it. In a real discriminator nobody knows beforehand which vectors
# to compare, so they are learnt.
#
# ### Exercise 2 · The layer (5 points)
#
# Write the layer `MinibatchLayer(in_features, kernels, dims)`, an `nn.Module`:
#
# - Its only parameter is `self.T` of shape `(in_features, kernels, dims)`. It starts as `torch.randn(in_features, kernels, dims) /
#   in_features**0.5`, drawn anew for each layer.
# - `forward(x)` takes `(B, in_features)` and returns `(B, in_features + kernels)`: first x itself, unchanged, then the closeness
#   (exercise 1) of $M_{ikc} = \sum_a x_{ia} T_{akc}$.
# - Gradients reach x and T. There is no bias and no activation in it.
#
# If the samples of a batch come in another order, so do the rows of the output: the layer is *permutation equivariant*. The check
# asks for that, too.


# %% exercise="minibatch_layer"
class MinibatchLayer(nn.Module):
    """Append the closeness to the rest of the batch, (B, in_features) -> (B, in_features + kernels)."""

    def __init__(self, in_features, kernels, dims):
        super().__init__()
        ### BEGIN SOLUTION
        self.T = nn.Parameter(torch.randn(in_features, kernels, dims) / in_features**0.5)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        features = torch.einsum("ba,akc->bkc", x, self.T)
        return torch.cat((x, closeness(features)), dim=1)
        ### END SOLUTION


# %% check="minibatch_layer" points=5 tags=["nbval-check-output"]
check("07/minibatch_layer", MinibatchLayer)
### BEGIN HIDDEN TESTS
check("07/minibatch_layer", MinibatchLayer, seed=7702, rounds=5)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3 · Its place in D (3 points)
#
# The layer stands near the end, where the discriminator has found out what matters in a sample, and directly before the last linear
# layer, which weighs the closeness against everything else. Write `build_discriminator(width, kernels, dims)`. It returns a new
# module, with weights of its own at each call, from `(B, 2)` to scores `(B, 1)`:
#
# linear 2 → width · LeakyReLU(0.2) · linear width → width · LeakyReLU(0.2) · your `MinibatchLayer` · linear → 1
#
# All linear layers are `nn.Linear` with a bias. Scores are logits: no sigmoid at the end.


# %% exercise="build_discriminator"
def build_discriminator(width, kernels, dims):
    """Build a discriminator that sees its batch, (B, 2) -> (B, 1)."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Linear(2, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        MinibatchLayer(width, kernels, dims),
        nn.Linear(width + kernels, 1),
    )
    ### END SOLUTION


# %% check="build_discriminator" points=3 tags=["nbval-check-output"]
check("07/build_discriminator", build_discriminator)
### BEGIN HIDDEN TESTS
check("07/build_discriminator", build_discriminator, seed=7703, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 4 · Real and fake apart (2 points)
#
# For a discriminator that scores each sample alone it is faster to join the real and the fake batch and score them in one call. For
# yours that would be a mistake, and you will see how large a one. Write `d_scores(discriminator, real, fake)`:
#
# - `real` is `(N, …)`, `fake` `(M, …)`; N and M may differ, and may be 1. The discriminator maps a batch `(B, …)` to `(B, 1)`.
# - Return the pair `(s_real, s_fake)` of shapes `(N,)` and `(M,)`: the scores of each batch, from **one call for each batch**.
# - Detach nothing: a step of G needs the gradient through `fake`, and whoever trains D detaches before.


# %% exercise="d_scores"
def d_scores(discriminator, real, fake):
    """Score a real and a fake batch, (N, …), (M, …) -> (N,), (M,)."""
    ### BEGIN SOLUTION
    return discriminator(real).squeeze(-1), discriminator(fake).squeeze(-1)
    ### END SOLUTION


# %% check="d_scores" points=2 tags=["nbval-check-output"]
check("07/d_scores", d_scores)
### BEGIN HIDDEN TESTS
check("07/d_scores", d_scores, seed=7704, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# Now the mistake, measured. The generator is replaced by a perfect collapse: it draws exactly the first mode of the ring. A
# discriminator is trained against it, and then asked the one question that matters: of samples **at that mode**, which are real and
# which are fake? Only the company tells. Three discriminators try, on ten seeds each: yours with your `d_scores`, yours with both
# batches joined, and one that sees each sample alone.


# %% training=true
def joined_scores(discriminator, real, fake):
    """Score both in one call: the mistake."""
    return discriminator(torch.cat((real, fake))).squeeze(-1).split([len(real), len(fake)])


def accuracy_at_the_mode(build, score, seed, steps=50, batch=64):
    """Train D against a generator stuck on mode 0; give its accuracy on samples of that mode, real and fake weighed alike."""
    torch.manual_seed(seed)
    draws = torch.Generator().manual_seed(seed)
    discriminator = build()
    adam = torch.optim.Adam(discriminator.parameters(), lr=5e-3)
    right = {"real": [], "fake": []}
    for step in range(steps + 10):
        real, fake = ring.sample(batch, generator=draws), one_mode.sample(batch, generator=draws)
        s_real, s_fake = score(discriminator, real, fake)
        if step < steps:
            adam.zero_grad()
            (softplus(-s_real).mean() + softplus(s_fake).mean()).backward()
            adam.step()
        else:  # the last ten batches are not trained on
            at_mode = (real - ring.modes[0]).norm(dim=1) < 0.3
            right["real"].append(s_real[at_mode] > 0)
            right["fake"].append(s_fake < 0)
    return sum(float(torch.cat(hits).float().mean()) for hits in right.values()) / 2


# %% training=true
KERNELS, DIMS = 4, 2
WIRINGS = {
    "yours, two calls": (lambda: build_discriminator(64, KERNELS, DIMS), d_scores),
    "yours, batches joined": (lambda: build_discriminator(64, KERNELS, DIMS), joined_scores),
    "each sample alone": (mlp_discriminator, d_scores),
}
found = {}
for name, (build, score) in WIRINGS.items():
    found[name] = torch.tensor([accuracy_at_the_mode(build, score, seed) for seed in range(10)])
    print(f"{name:22s} accuracy at the mode {mean_interval(found[name])}   (0.5 is guessing)")

# %% training=true tags=["nbval-check-output"]
print("two calls above 0.9 on every seed:", bool((found["yours, two calls"] > 0.9).all()))
print("joined below 0.7 on every seed:", bool((found["yours, batches joined"] < 0.7).all()))
print("two calls above 0.9, rate over seeds:", wilson_interval(int((found["yours, two calls"] > 0.9).sum()), 10))

# %% [markdown]
# With two calls the accuracy at the mode is above 0.9 on ten of ten seeds, a rate of 1 [0.722, 1]; with the batches joined D guesses.
#
# In the joined batch a real and a fake sample at the same place have the *same* neighbours, so they get the same closeness and the
# same score: the layer is there, costs its time, and tells nothing. The same holds for every layer that looks at its batch,
# BatchNorm included. `train()` therefore calls a discriminator once for the real and once for the fake batch, unless it is built
# only of layers known to treat each sample alone.

# %% [markdown]
# ## 3 · Does it repair the collapse?
#
# Your discriminator goes to `train()`, which builds one for each seed. Two cheaper ways to look at the batch compete with it:
#
# - **Minibatch standard deviation** (Karras et al., 2018): one extra feature, the standard deviation over the batch, averaged over
#   the hidden features. Its cost grows with B, not B².
# - **Packing** (PacGAN, Lin et al., 2018): the discriminator gets *pairs* of samples, joined to one input of four numbers, and
#   scores the pair.
#
# A comparison needs a budget, and there are two fair ones: **equal D updates** (what does each update buy?) and **equal time**
# (what does a second buy?). Your layer's step takes several times as long as a plain one, so it gets 400 steps, the others 1,600.
#
# ### Prediction (2 points)
#
# Before you run it, write down which of the four (plain, your layer, standard deviation, packing) captures most modes after 400
# updates, and which after equal *time*, with a reason of one sentence each. A wrong prediction with a reason gets full points.

# %% [markdown] question="prediction" points=2
# <!-- BEGIN SOLUTION -->
# *Example.* Equal updates: the layer, since it gives each sample the most detailed picture of its neighbours. Equal time: packing,
# since a step costs hardly more than a plain one, so that it gets several times as many updates.
#
# *Rubric.* 1 point for naming one method for each of the two budgets; 1 point for a reason for each that speaks of what the
# discriminator sees or of what a step costs. Whether the prediction came true does not matter.
# <!-- END SOLUTION -->

# %% training=true
METHODS = {
    "plain": lambda: mlp_discriminator(),
    "your layer": lambda: build_discriminator(COLLAPSE.width, KERNELS, DIMS),
    "standard deviation": lambda: mlp_discriminator(minibatch="stddev"),
    "packing in pairs": lambda: mlp_discriminator(packing=2),
}
runs = {"plain": plain}
for name in list(METHODS)[1:]:
    steps = 400 if name == "your layer" else COLLAPSE.steps
    setting = dataclasses.replace(COLLAPSE, steps=steps, snapshots=steps // 25)
    runs[name] = train(ring, setting, discriminator=METHODS[name])

# %% [markdown]
# The time of a step is measured apart from these runs, in turns, so that a busy machine slows all four alike: the fastest of five
# rounds of 20 steps.


# %% training=true
def step_time(build):
    return train(ring, dataclasses.replace(COLLAPSE, steps=20, snapshots=0), discriminator=build).elapsed / 20


rounds = torch.tensor([[step_time(build) for build in METHODS.values()] for _ in range(5)])
per_step = dict(zip(METHODS, rounds.amin(0).tolist(), strict=True))
budget = min(run.config.steps * per_step[name] for name, run in runs.items())  # seconds that every run has had
for name in runs:
    print(f"{name:20s} {1000 * per_step[name]:5.1f} ms a step, {per_step[name] / per_step['plain']:.1f} times plain")

# %% training=true
captured, firm, quality = {}, {}, {}
for name, run in runs.items():
    counts = torch.stack(
        [mode_report(cloud, ring).counts for cloud in run.record.snapshots]
    )  # (T, S, 8), of 1,000 samples
    captured[name] = (counts > 0).sum(-1).double()
    firm[name] = (counts >= 10).sum(-1).double()  # modes that hold 1 % of the samples or more
    quality[name] = counts.sum(-1).double() / 10  # high-quality share, %
COLOUR = dict(zip(runs, ("#000000", "#D55E00", "#009E73", "#0072B2"), strict=True))  # apart for every eye

fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.4), sharey=True, layout="constrained")
for name, run in runs.items():
    low, high = torch.tensor([mean_interval(now)[1:] for now in captured[name]]).T
    for ax, scale in zip(axes, (1, per_step[name]), strict=True):
        along = scale * run.record.snapshot_steps
        ax.fill_between(along, low, high, color=COLOUR[name], alpha=0.2, linewidth=0)
        ax.plot(along, captured[name].mean(1), color=COLOUR[name], label=name)
for ax, limit, label in zip(axes, (400, budget), ("updates of D", "seconds, all ten seeds together"), strict=True):
    ax.axvline(limit, color="0.5", linestyle=":")
    ax.set(xlabel=label, ylim=(-0.3, 8.6))
axes[0].set_ylabel("modes captured, of 8")
axes[0].legend(fontsize=8, loc="upper right")
plt.show()

# %% [markdown]
# *Figure: modes captured among 1,000 samples, mean over seeds 0–9 with its 95 % interval, against updates (left) and wall-clock
# time (right). Dotted: where the two budgets are read off. A line ends where its run ends.*
#
# One good sample captures a mode, so a cloud spread over the whole plane captures them all. The table therefore counts **firm** modes
# as well, those that hold 1 % of the samples or more, and gives the high-quality share (98.9 % would be perfect).


# %% training=true
def at(name, limits):
    """Give modes, firm modes and quality, each (S,), at the last snapshot within the budget of this method."""
    k = int((runs[name].record.snapshot_steps <= limits[name] + 1e-6).sum()) - 1
    return captured[name][k], firm[name][k], quality[name][k]


BUDGETS = {
    "400 updates": dict.fromkeys(runs, 400),
    f"{budget:.1f} seconds": {name: budget / per_step[name] for name in runs},
}
print("seeds 0-9, mean [95 % interval]; last column: paired differences, seed by seed")
for title, limits in BUDGETS.items():
    print(f"\n{'after ' + title:20s}modes             firm modes        high quality, %     more modes than plain")
    for name in runs:
        line = f"{name:20s}"
        for values, width in zip(at(name, limits), (18, 18, 20), strict=True):
            mean, low, high = mean_interval(values)
            line += f"{f'{mean:z.1f} [{low:z.1f}, {high:z.1f}]':{width}s}"
        change = mean_interval(at(name, limits)[0] - at("plain", limits)[0])
        print(f"{line}{change.estimate:+.1f} [{change.low:+.1f}, {change.high:+.1f}]")

# %% training=true tags=["nbval-check-output"]
lead = at("your layer", BUDGETS["400 updates"])[0] - at("plain", BUDGETS["400 updates"])[0]
print("after 400 updates your layer is ahead by 3 modes or more, whole interval:", mean_interval(lead).low > 3)

# %% [markdown]
# At equal updates your layer is far ahead of the plain discriminator in captured modes. At equal time the cheap methods had several
# times as many updates; look at the intervals, and at the firm modes, before you say who wins.
#
# ## 4 · What it costs
#
# Every sample is compared with every other: B² distances for each kernel and dimension. Below, your layer's forward and backward
# pass for one seed, with B from 16 to 512, against standard deviation and the plain discriminator. Memory is what the forward pass
# keeps for the backward pass, counted tensor by tensor.


# %% training=true
def cost(module, x, repeats=7):
    """Give seconds of a forward and backward pass (the fastest) and the bytes kept in between."""
    kept, times = {}, []

    def count(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    x.requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        module(x).sum().backward()
    for _ in range(repeats):
        start = time.perf_counter()
        module(x).sum().backward()
        times.append(time.perf_counter() - start)
    return min(times), sum(kept.values())


# %% training=true
torch.manual_seed(0)
sizes = (16, 32, 64, 128, 256, 512)
PARTS = {
    "your layer": (MinibatchLayer(64, KERNELS, DIMS), 64),
    "standard deviation": (ganlab.nets.MinibatchStdDev(), 64),
    "plain": (mlp_discriminator(), 2),
}
costs = {name: [cost(part, torch.randn(b, size)) for b in sizes] for name, (part, size) in PARTS.items()}

fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.2), layout="constrained")
for name in PARTS:
    seconds, kept = (torch.tensor(column, dtype=torch.float64) for column in zip(*costs[name], strict=True))
    for ax, values in zip(axes, (1000 * seconds, kept / 1024), strict=True):
        ax.loglog(sizes, values, "o-", markersize=4, color=COLOUR[name], label=name)
    slopes = [float((v[-1] / v[-2]).log2()) for v in (seconds, kept)]
    print(
        f"{name:20s} slope from B = 256 to 512: time {slopes[0]:.1f}, memory {slopes[1]:.1f}; "
        f"{kept[-1] / 2**20:.1f} MiB at 512"
    )
for ax, label in zip(axes, ("milliseconds, forward and backward", "KiB kept for the backward pass"), strict=True):
    ax.set(xlabel="batch size B", ylabel=label, xticks=sizes, xticklabels=sizes)
    ax.minorticks_off()
axes[0].legend(fontsize=8)
plt.show()

# %% training=true tags=["nbval-check-output"]
layer_bytes = [kept for _, kept in costs["your layer"]]
print("twice the batch, about four times the memory:", 3.5 < layer_bytes[-1] / layer_bytes[-2] < 4.5)

# %% [markdown]
# *Figure: time and memory of one pass against batch size, both axes logarithmic, one seed on the CPU, the fastest of 7. A
# straight line of slope p means a cost that grows as Bᵖ.*
#
# At small B the fixed cost of calling torch hides the growth; at large B time and memory go towards slope 2. A common way out is to
# compare within groups of a fixed size, which makes the cost linear in B again, and to compute one distance at a time instead of
# keeping all of them (`ganlab.nets.MinibatchDiscrimination` does both).
#
# ## 5 · Where it loses
#
# Three places. The clock you have seen. The second is **quality**: capturing a mode takes one good sample, and much of what your
# repaired generators draw lies between modes. The third is a setting that **does not need it**: the same game with a four times
# slower generator, chapter 04's knob `slower_g`, at about equal time.

# %% training=true
gentle = dataclasses.replace(COLLAPSE, lr_g=5e-4, snapshots=4)
pairs = {"fast G": (plain, runs["your layer"]), "slower G": [train(ring, gentle)]}
pairs["slower G"] += [
    train(ring, dataclasses.replace(gentle, steps=400, snapshots=1), discriminator=METHODS["your layer"])
]
fig, axes = plt.subplots(1, 2, figsize=(8.5, 2.8), layout="constrained")
for ax, measure, scale in zip(axes, ("modes", "high_quality"), (1, 100), strict=True):
    for place, (setting, two) in enumerate(pairs.items()):
        reports = [mode_report(run.sample(2500, seed=1), ring) for run in two]
        values = [scale * getattr(report, measure).double() for report in reports]
        for k, name in enumerate(("plain", "your layer")):
            dots = place + 0.4 * k - 0.2 + torch.linspace(-0.1, 0.1, 10)
            ax.scatter(dots, values[k], s=14, color=COLOUR[name], label=name if not place else None)
        print(
            f"{setting}: {measure} {values[0].mean():.1f} -> {values[1].mean():.1f}, "
            f"change {mean_interval(values[1] - values[0])}"
        )
    ax.set(xticks=range(2), xticklabels=list(pairs), xlim=(-0.5, 1.5))
axes[0].set(ylabel="modes captured, of 8", ylim=(-0.4, 8.6))
axes[1].set(ylabel="high-quality samples, %", ylim=(-3, 103))
axes[1].axhline(98.9, color="0.5", linestyle=":")
fig.legend(*axes[0].get_legend_handles_labels(), fontsize=8, ncols=2, loc="outside upper center")
plt.show()

sides = [run.record.snapshots[list(run.record.snapshot_steps).index(400)] for run in pairs["slower G"]]
at_400 = [mode_report(samples, ring) for samples in sides]  # of 1,000 samples
print("slower G, both after 400 updates, 1,000 samples: your layer minus plain, same seeds")
print(f"   modes {mean_interval((at_400[1].modes - at_400[0].modes).double())}", end=", ")
print(f"high quality {mean_interval(100 * (at_400[1].high_quality - at_400[0].high_quality))} points")

# %% [markdown]
# *Figure: seeds 0–9, one dot a seed, without and with the layer. Left group: the failing setting. Right group: lr_g =
# 5e-4. Plain after 1,600 steps, the layer after 400. Dotted: the 98.9 % of a perfect generator.*

# %% [markdown]
# With the slower generator the plain GAN is ahead at about equal time, in quality by 26.8 [15.5, 38] points; the modes are undecided. After
# 400 updates of each it is the layer that is ahead, in quality by 9.64 [4.34, 14.9] points, and again the modes are undecided. Here the layer
# loses to the clock.

# %% [markdown]
# ### Question (4 points)
#
# In at most ten lines:
#
# 1. Which budget would you use to choose between the four methods, and which one would you choose by it here? Use the intervals.
# 2. Why can a discriminator with your layer tell a generator that draws perfect samples of one mode from data, and why can it not
#    when both batches are joined?
# 3. Would you add the layer to every GAN? Name two measurements of this chapter that bear on it.

# %% [markdown] question="interpretation" points=4
# <!-- BEGIN SOLUTION -->
# *Reference* (the student's own table counts). (1) Time is what one pays, so equal time, unless D updates are what is scarce (for
# instance because data are). By equal updates the layer is first by a wide margin. By equal time packing comes closer, but where a
# step of the layer costs four or five plain ones the layer still leads; an interval that contains 0 shows nothing either way. (2) At that
# mode a real sample has about an eighth of its batch near it, a fake one the whole batch: the closeness differs. In a joined batch
# both have the same neighbours, so no function of sample and batch can tell them apart. (3) No: it multiplies the time of a step,
# more so for larger batches (slope 2), it leaves most samples between modes, and with the slower generator it
# costs 26.8 [15.5, 38] points of quality at about equal time, modes undecided (at equal updates it is 9.64 [4.34, 14.9] points ahead).
#
# *Rubric.* 1 point: a budget chosen with a reason, and a choice that fits the table. 1 point: overlapping intervals are not called
# a win. 1 point: neighbours differ when apart and are the same when joined. 1 point: two measurements (time or memory against B,
# high-quality share, the gentler setting) used against the layer as a default.
# <!-- END SOLUTION -->

# %% [markdown]
# **What the literature says.** Minibatch discrimination is from Salimans et al. (2016, §3.2). Their formula counts each sample
# itself, a constant 1; the published code leaves it out, as you did, adds a learnt bias, and uses 100 kernels of 5 dims. Your 4 × 2
# are enough for a ring and a fraction of the cost. Progressive GANs (Karras et al., 2018, §3) took a simpler statistic instead, the
# minibatch standard deviation. PacGAN (Lin et al., 2018) explains packing: pairs from a collapsed generator differ more from pairs
# of data than single samples do. Published counts of modes depend on the setting so much that none is quoted here.
#
# **Summary**
#
# - A discriminator that scores samples one by one can lower its score of a place; only one that sees its batch can say "all alike".
# - Closeness: for each sample and kernel, the sum over the others of exp(−L1); B − 1 for copies, 0 for a sample alone.
# - Real and fake go through in separate calls; joined, the layer is blind.
# - On the calibrated failure the layer finds most modes in few updates; its steps are dear, and dearer with B².
# - Coverage is not quality: most samples lie between modes; with a slower generator and about equal time plain is 26.8 [15.5, 38] points ahead.
#
# **Sources.** Salimans et al. 2016 (Improved techniques for training GANs, §3.2) · Karras et al. 2018 (Progressive growing of GANs,
# §3) · Lin et al. 2018 (PacGAN, §3).
