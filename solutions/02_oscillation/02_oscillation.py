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
# # 02 · Oscillation
#
# A network that is trained alone walks downhill and arrives. Two networks that are trained against each other need not: each step of one
# changes the hill of the other, and they may walk in circles for ever. We look at the smallest games in which that happens, where
# eigenvalues tell the outcome before the first step, and then find the same dance in a GAN.
#
# After this chapter you can
#
# 1. tell from the eigenvalues of an update whether a game converges, circles or diverges,
# 2. say what simultaneous and alternating steps, the step size and a gradient penalty do to them,
# 3. measure how the modes of a GAN take turns: how often, how regularly, and what stops it.
#
# | Part | Difficulty | Time | Points |
# |---|---|---|---|
# | Exercise 1: simultaneous step | ●○○ | 10 min | 3 |
# | Exercise 2: alternating step | ●○○ | 10 min | 3 |
# | Prediction | ●○○ | 5 min | 2 |
# | Exercise 3: eigenvalues of the update | ●●○ | 20 min | 4 |
# | Exercise 4: the R1 penalty | ●●○ | 20 min | 4 |
# | Question: what stops the dance? | ●●○ | 15 min | 4 |

# %% setup=true
import dataclasses
import math

import matplotlib.pyplot as plt
import torch

import ganlab
from ganlab import Penalty, TrainConfig, mode_report, plots, train, wilson_interval
from ganlab.diagnostics import mean_interval
from ganlab.diagnostics.dynamics import mode_occupancy, oscillation
from ganlab.games import DIRAC, START, Update, dirac, play, xy
from ganlab.games.game import differentiate
from ganlab.grading.checks import check
from ganlab.playground import explore

torch.set_num_threads(1)  # two threads gain little at this size, and lose much where they share a core
SIMULTANEOUS, ALTERNATING, DAMPED = "#D55E00", "#0072B2", "#009E73"

# %% [markdown]
# ## 1 · The smallest game
#
# Two players own one number each. The "generator" owns θ and minimises θψ; the "discriminator" owns ψ and minimises −θψ. What one wins
# the other loses. Each follows its own gradient downhill, so the pair w = (θ, ψ) is pushed along
#
# $$v(\theta, \psi) = \Bigl(-\frac{\partial(\theta\psi)}{\partial\theta},\ -\frac{\partial(-\theta\psi)}{\partial\psi}\Bigr)
# = (-\psi,\ \theta).$$
#
# That is the **vector field** of the game. At (0, 0) nobody wants to move: it is the only **equilibrium**. Do the players get there?

# %%
GAME = xy()
ax = plots.vector_field(GAME, limit=2.0)
ax.set_title("the game xy: v = (−ψ, θ)", fontsize=10)
plt.show()

# %% [markdown]
# *Figure: the direction in which gradient descent pushes both players (arrows; the darker, the faster). Cross: the equilibrium.*
#
# Every arrow stands at a right angle to the way to the equilibrium. Neither player ever moves towards it; they turn around it.
#
# ### Exercise 1 · Simultaneous step (3 points)
#
# Training takes finite steps. In a **simultaneous** step both players move at once, from the same point:
# $w' = w + h\,v(w)$, with step size h.
#
# Write `simultaneous_step(field, point, h)`. `field` is any game's vector field, a function `(..., 2) -> (..., 2)` that already points
# downhill for both; `point` holds one or many points, `(..., 2)`, θ first, ψ second; `h` is a number. Return the new points, same
# shape. Do not change `point` itself, and use torch operations only: exercise 3 differentiates through your step.
# (`ganlab.games.play` and `Update` would answer exercises 1 and 2 by themselves; an answer that calls them gets no points.)


# %% exercise="simultaneous_step"
def simultaneous_step(field, point, h):
    """Move both players at once, (..., 2) -> (..., 2)."""
    ### BEGIN SOLUTION
    return point + h * field(point)
    ### END SOLUTION


# %% check="simultaneous_step" points=3 tags=["nbval-check-output"]
check("02/simultaneous_step", simultaneous_step)
### BEGIN HIDDEN TESTS
check("02/simultaneous_step", simultaneous_step, seed=7201, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2 · Alternating step (3 points)
#
# GANs are usually trained in turns: the discriminator moves first, and the generator answers to the *new* discriminator:
#
# $$\psi' = \psi + h\,v_\psi(\theta, \psi), \qquad \theta' = \theta + h\,v_\theta(\theta, \psi').$$
#
# Write `alternating_step(field, point, h)`, with the same arguments and the same rules. The discriminator is first. Build new points
# with `torch.stack` instead of overwriting entries, so that the step can be differentiated.


# %% exercise="alternating_step"
def alternating_step(field, point, h):
    """Move ψ, then θ against the new ψ, (..., 2) -> (..., 2)."""
    ### BEGIN SOLUTION
    theta, psi = point.unbind(-1)
    psi = psi + h * field(point)[..., 1]
    theta = theta + h * field(torch.stack((theta, psi), -1))[..., 0]
    return torch.stack((theta, psi), -1)
    ### END SOLUTION


# %% check="alternating_step" points=3 tags=["nbval-check-output"]
check("02/alternating_step", alternating_step)
### BEGIN HIDDEN TESTS
check("02/alternating_step", alternating_step, seed=7202, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# ### Prediction (2 points)
#
# Before you run the next cells, write down, with a reason of one sentence each:
#
# 1. On xy from (1, 0) with h = 0.2: after 100 simultaneous steps, is the distance from the equilibrium near 0, about 1, or much larger?
#    After 100 alternating ones?
# 2. Would a smaller h make the simultaneous game converge?
# 3. At the end of the chapter a GAN's modes take turns. Which of three changes will stop that best, and which will do little: alternating
#    instead of simultaneous steps, no momentum (steps that forget the ones before), a penalty on the slope of D?
#
# A wrong prediction with a reason gets full points.

# %% [markdown] question="prediction" points=2
# <!-- BEGIN SOLUTION -->
# *Example.* (1) Simultaneous: much larger, since each step along the tangent of a circle ends outside it. Alternating: about 1, since the
# second player corrects with fresh information. (2) No: a smaller step errs less but in the same direction, so it takes longer to the same
# end. (3) Best: no momentum, since momentum keeps the players moving past each other. Little: alternating, as most code alternates and GANs oscillate.
#
# *Rubric.* 1 point for both answers of (1) and (2) with reasons; 1 point for (3) naming two changes, with a reason each that speaks of what the players
# do. Whether they came true does not matter.
# <!-- END SOLUTION -->

# %% [markdown]
# Now your steps play.


# %%
def play_out(step, field, h, updates, start=(1.0, 0.0)):
    """Repeat a step: the trajectory (updates + 1, 2)."""
    path = [torch.tensor(start, dtype=torch.float64)]
    for _ in range(updates):
        path.append(step(field, path[-1], h))
    return torch.stack(path)


def portrait(h):
    """Draw both kinds of step on xy, next to the distance that they keep."""
    fig, axes = plt.subplots(1, 2, figsize=(8.0, 3.5), width_ratios=(1, 1.3), layout="constrained")
    plots.vector_field(GAME, limit=3.0, ax=axes[0])
    for name, step, colour in (
        ("simultaneous", simultaneous_step, SIMULTANEOUS),
        ("alternating", alternating_step, ALTERNATING),
    ):
        path = play_out(step, GAME.field, h, 100)
        plots.trajectory(path[: 1 + min(100, math.ceil(12 / h))], label=name, colour=colour, ax=axes[0])
        plots.distance(path, label=name, colour=colour, ax=axes[1])
    axes[0].set_title(f"xy, step size h = {h:g}", fontsize=10)
    axes[0].legend(fontsize=8, loc="upper right")
    axes[1].set(ylim=(0.3, 1e4), title="100 updates", ylabel="distance from the equilibrium")
    return fig


# %% training=true
portrait(h=0.2)
plt.show()

# %% [markdown]
# *Figure: xy from (1, 0), an open circle at the start, a dot at the last update drawn. Left: about two turns. Right: distance √(θ² + ψ²) on a
# logarithmic axis, a straight line is exponential growth.*
#
# In a live notebook, move the slider: does any step size make the simultaneous game converge? From which one on does the
# alternating game leave its ring?

# %% training=true
explore(portrait, h=[0.05, 0.1, 0.2, 0.5, 1.0, 1.9, 2.1], start={"h": 0.5})

# %% [markdown]
# *Figure: as above, h = 0.5 until you move the slider.*
#
# Each simultaneous step multiplies the distance by the same number. Which?

# %% training=true tags=["nbval-check-output"]
for h in (0.05, 0.2, 1.0):
    radius = play_out(simultaneous_step, GAME.field, h, 100).norm(dim=1)
    ratio = radius[1:] / radius[:-1]
    print(
        f"h = {h:4.2f}: each step multiplies the distance by {ratio.mean():.5f}; √(1 + h²) = {math.sqrt(1 + h * h):.5f}"
    )

# %% [markdown]
# That is Pythagoras: the step is at a right angle to the radius r and h·r long, so the new distance is √(r² + h²r²). It is above 1 for
# **every** h: a smaller step only takes longer.

# %% [markdown]
# ## 2 · Eigenvalues decide
#
# Near an equilibrium every smooth update is nearly linear, w′ ≈ M w, with the matrix of its derivatives
# $M_{ij} = \partial w'_i/\partial w_j$ at w = 0. After t updates $w_t \approx M^t w_0$, so the **eigenvalues** λ of M decide, the factors by
# which M stretches its own directions:
#
# | Largest \|λ\| (the *spectral radius*) | What happens |
# |---|---|
# | below 1 | converges, by this factor a step |
# | exactly 1 | circles, or undecided: the linear part does not tell |
# | above 1 | leaves the equilibrium |
#
# A pair of complex λ means rotation.

# %% [markdown]
# ### Exercise 3 · Eigenvalues of the update (4 points)
#
# Write `update_eigenvalues(step, field, h)`: the two eigenvalues of M for *any* step, yours or another, as a tensor `(2,)`
# (complex; the order does not matter). `step(field, point, h)` is called as above; all our games have their equilibrium at (0, 0). Differentiate
# the step numerically or with autograd, at that point, in float64; 0.001 is accurate enough.
#
# Hint: `torch.autograd.functional.jacobian(function, point)` and `torch.linalg.eigvals(matrix)`. The matrix must be finite: on NaN or inf
# `eigvals` can end the whole kernel, so look at `matrix.isfinite().all()` first. (The matrix functions of `ganlab.games` would answer by
# themselves; an answer that calls them gets no points.)


# %% exercise="update_eigenvalues"
def update_eigenvalues(step, field, h):
    """Give the eigenvalues of the update's matrix at (0, 0), (2,) complex."""
    ### BEGIN SOLUTION
    rest = torch.zeros(2, dtype=torch.float64)
    matrix = torch.autograd.functional.jacobian(lambda point: step(field, point, h), rest)
    if not matrix.isfinite().all():
        raise ValueError(f"the update's matrix is not finite: {matrix.tolist()}.")
    return torch.linalg.eigvals(matrix)
    ### END SOLUTION


# %% check="update_eigenvalues" points=4 tags=["nbval-check-output"]
check("02/update_eigenvalues", update_eigenvalues)
### BEGIN HIDDEN TESTS
check("02/update_eigenvalues", update_eigenvalues, seed=7203, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# From here on your steps, your penalty and your eigenvalues work together. A slip in a step or in the penalty can make the matrix NaN; `spectrum`
# says so before your `update_eigenvalues` gets to see it.


# %% training=true
def spectrum(step, field, h):
    """Give your eigenvalues of an update whose derivatives are finite."""
    matrix = differentiate(lambda point: step(field, point, h), torch.zeros(2, dtype=torch.float64))
    if not matrix.isfinite().all():
        raise ValueError(
            f"the derivatives of this step at (0, 0) are not finite: {matrix.tolist()}; mend step or penalty."
        )
    return update_eigenvalues(step, field, h)


# %% training=true tags=["nbval-check-output"]
for h in (0.2, 1.0, 1.9):
    together = spectrum(simultaneous_step, GAME.field, h)
    turns = spectrum(alternating_step, GAME.field, h)
    print(
        f"h = {h}: |λ| simultaneous {together.abs().max():.4f}, alternating {turns.abs().max():.4f}"
        f"; product of the alternating pair {turns.prod().real:.4f}"
    )

# %% training=true
fig, ax = plt.subplots(figsize=(4.2, 3.8), layout="constrained")
sizes = torch.linspace(0.1, 1.9, 19).tolist()
for name, step, colour in (
    ("simultaneous", simultaneous_step, SIMULTANEOUS),
    ("alternating", alternating_step, ALTERNATING),
):
    values = torch.stack([spectrum(step, GAME.field, h) for h in sizes])
    plots.eigenvalues(values, label=name, colour=colour, ax=ax)
ax.legend(fontsize=8, loc="center")
plt.show()

# %% [markdown]
# *Figure: eigenvalues of one update of xy in the complex plane, for h from 0.1 (near 1, at the right) to 1.9. Dotted: |λ| = 1.*
#
# Simultaneous: M = I + hJ, where J is the matrix of the field, (−ψ, θ) = J w; its eigenvalues are ±i, so λ = 1 ± ih lies outside the
# circle for every h. Alternating: λ₁λ₂ = det M = 1 and λ₁ = λ̄₂, so both lie *on* the circle as long as h ≤ 2. The players circle for ever: no harm, and no progress.

# %% [markdown]
# ## 3 · A GAN of two numbers
#
# The **Dirac-GAN** (Mescheder et al. 2018) is the smallest real GAN. The data is a single point at 0. The generator's only sample is a point at
# θ. The discriminator is D(x) = ψx, a line through 0. Its score of the data is 0 and of the fake ψθ; the losses are those of
# chapter 01, G's the saturating one. Again (0, 0) is the only equilibrium: the fake lies on the data, and D cannot tell them apart.
#
# Its field is v = (σ(ψθ) ψ, −σ(ψθ) θ), for small θ and ψ about (ψ, −θ)/2: the turning of xy, at half the speed and the other way round. So
# the same eigenvalues, with h/2 for h.

# %% [markdown]
# ### Exercise 4 · The R1 penalty (4 points)
#
# In the equilibrium D should be flat: there is nothing to tell apart. On its circle ψ is far from 0 half of the time, even
# while the fake passes over the data. **R1** asks D to be flat where the data is:
#
# $$R_1 = \tfrac12\, \mathbb E_{x \sim \text{data}} \lVert \nabla_x D(x) \rVert^2, \qquad L_D \leftarrow L_D + \gamma R_1 .$$
#
# Write `r1_penalty(critic, real, fake)`, without the weight γ, which the trainer multiplies.
#
# - `critic`, D by another name, maps a batch `(B, features…)` to scores `(B,)`; `real` and `fake` are such batches, points or images, and B may be 1. R1 looks at
#   the real ones only. Call the critic once, on the whole batch.
# - Square and sum over all features of a sample, then take the mean over samples, then the ½. Return a tensor of shape `()`.
# - D learns from it, so the result must be differentiable by the critic's weights: `torch.autograd.grad(…, create_graph=True)` gives a
#   gradient that can be differentiated again. Use it, not `backward()`, which would leave gradients in the critic's weights.
#
# (`ganlab.PENALTIES` would answer by itself; an answer that calls it gets no points.)


# %% exercise="r1_penalty"
def r1_penalty(critic, real, fake):
    """Half the mean squared gradient norm on real samples, a scalar."""
    ### BEGIN SOLUTION
    points = real.detach().requires_grad_()
    slopes = torch.autograd.grad(critic(points).sum(), points, create_graph=True)[0]
    return 0.5 * slopes.flatten(1).square().sum(1).mean()
    ### END SOLUTION


# %% check="r1_penalty" points=4 tags=["nbval-check-output"]
check("02/r1_penalty", r1_penalty)
### BEGIN HIDDEN TESTS
check("02/r1_penalty", r1_penalty, seed=7204, rounds=10)
### END HIDDEN TESTS

# %% [markdown]
# In the Dirac-GAN the slope of D is ψ, so R1 is ½ψ²: a brake on the discriminator.

# %% training=true
PLAIN, BRAKED = dirac("saturating"), dirac("saturating", penalty=r1_penalty, penalty_weight=0.3)
fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.6), layout="constrained")
for ax, game, title in ((axes[0], PLAIN, "no penalty"), (axes[1], BRAKED, "R1, γ = 0.3")):
    plots.vector_field(game, limit=2.0, ax=ax)
    for name, step, colour in (
        ("simultaneous", simultaneous_step, SIMULTANEOUS),
        ("alternating", alternating_step, ALTERNATING),
    ):
        path = play_out(step, game.field, 0.2, 300, start=START)
        plots.trajectory(path, label=name, colour=colour, ax=ax)
        value = spectrum(step, game.field, 0.2).abs().max()
        print(f"{title:12s} {name:12s} largest |λ| {value:.4f}, distance after 300 updates {path[-1].norm():.3f}")
    ax.set_title(f"Dirac-GAN, {title}", fontsize=10)
    ax.legend(fontsize=8, loc="upper right")
plt.show()

# %% training=true tags=["nbval-check-output"]
inside = [bool(spectrum(step, BRAKED.field, 0.2).abs().max() < 1) for step in (simultaneous_step, alternating_step)]
print(f"R1, γ = 0.3, h = 0.2: spectral radius below 1, simultaneous {inside[0]}, alternating {inside[1]}")

# %% [markdown]
# *Figure: the Dirac-GAN from (1, −1), 300 updates with h = 0.2. Without a penalty it turns for ever, outwards if simultaneous; with R1 both
# kinds of step spiral into the equilibrium.*
#
# ### Where R1 loses
#
# With c = ½ for the speed of turning, the simultaneous update has λ₁λ₂ = 1 − hγ + h²c². As long as the λ are complex (γ < 2c = 1), that is |λ|², so
# the game converges if and only if h < γ/c² = 4γ. Your `update_eigenvalues` draws the map.

# %% training=true
hs, gammas = torch.logspace(-1, 0.7, 30), torch.logspace(-1, 1.3, 30)
fig, axes = plt.subplots(1, 2, figsize=(9.0, 3.7), sharey=True, layout="constrained")
for ax, name, step in ((axes[0], "simultaneous", simultaneous_step), (axes[1], "alternating", alternating_step)):
    radius = torch.zeros(len(gammas), len(hs))
    for i, gamma in enumerate(gammas.tolist()):
        field = dirac("saturating", penalty=r1_penalty, penalty_weight=gamma).field
        for j, h in enumerate(hs.tolist()):
            radius[i, j] = spectrum(step, field, h).abs().max()
    image = ax.pcolormesh(hs, gammas, radius, cmap="cividis", vmin=0.5, vmax=1.5, shading="gouraud")
    ax.contour(hs, gammas, radius, levels=[1.0], colors="white", linewidths=2)
    ax.set(xscale="log", yscale="log", xlabel="step size h", title=name)
    ax.set(xlim=(0.1, 5))
    ax.set_xticks((0.1, 0.3, 1, 3), ("0.1", "0.3", "1", "3"))
    ax.minorticks_off()
axes[0].plot(hs, hs / 4, ":", color="black", label="h = γ/c²")
axes[0].set(ylabel="weight γ of R1", ylim=(0.1, 20))
axes[0].set_yticks((0.1, 1, 10), ("0.1", "1", "10"))
axes[0].legend(fontsize=8, loc="lower left")
fig.colorbar(image, ax=list(axes), shrink=0.9, label="largest |λ| of the update")
plt.show()

# %% [markdown]
# *Figure: spectral radius of one update of the Dirac-GAN under R1. White: the border of stability, |λ| = 1; darker than it converges, brighter diverges.
# Dotted: h = γ/c².*
#
# R1 loses in three places. Too *little* of it (below the dotted line) does not hold a large simultaneous step. Too *much* of it (top right) makes the
# discriminator itself jump over 0 and diverge: one λ passes −1. With the trace and the determinant of M that happens at
#
# $$h\gamma = 2 + \tfrac{h^2}{8}\ \text{(simultaneous)}, \qquad h\gamma = 2 - \tfrac{h^2}{8}\ \text{(alternating)},$$
#
# near 2 for small steps; at large ones the alternating game bears *less* R1. And along the top left it is stable but slow: |λ| is just
# below 1, because a braked discriminator hardly tells the generator where to go. Your numbers, 1 % to each side of both borders:

# %% training=true tags=["nbval-check-output"]
for h in (0.3, 1.0, 3.0):
    for name, step, border in (
        ("simultaneous", simultaneous_step, 2 + h * h / 8),
        ("alternating", alternating_step, 2 - h * h / 8),
    ):
        games = [dirac("saturating", penalty=r1_penalty, penalty_weight=part * border / h) for part in (0.99, 1.01)]
        below, above = (spectrum(step, game.field, h).abs().max() for game in games)
        print(
            f"h = {h:.1f}, {name:12s} border hγ = {border:.3f}: largest |λ| below it {below:.3f}, above it {above:.3f}"
        )

# %% [markdown]
# ## 4 · The ring: modes take turns
#
# Does a real GAN turn as well? The data is the ring of eight modes. Both players step **simultaneously**, with Adam and its usual
# **momentum** β₁ = 0.9: a step follows nine parts of its old direction and one of the new gradient. The setting was chosen on seeds 100–109 so that the turning is plain to see; here are seeds 0–9. 200 times during training we keep 250
# samples of each seed.

# %%
ring = ganlab.ring(modes=8, radius=2.0, std=0.2)

DANCE = TrainConfig(
    loss="nonsaturating",
    update="simultaneous",
    seeds=10,
    steps=1000,
    batch_size=64,
    latent_dim=2,
    width=64,  # two hidden layers in each network
    lr_g=1e-3,
    lr_d=5e-4,
    betas=(0.9, 0.999),
    record_every=100,
    snapshots=200,
    snapshot_size=250,
)
NEAR = 3.8  # σ: nearly half the way to the next mode, so that a clump between two modes counts as well

# %% training=true
runs = {"dance": train(ring, DANCE)}
print(f"device: {runs['dance'].device}")
occupancy = mode_occupancy(runs["dance"].record.snapshots, ring, radius=NEAR)  # (T, S, 8), shares of the samples
fig, axes = plt.subplots(1, 3, figsize=(9.2, 2.9), sharey=True, layout="constrained")
for seed, ax in enumerate(axes):
    image = ax.imshow(
        occupancy[:, seed].T,
        aspect="auto",
        interpolation="nearest",
        cmap="cividis",
        vmin=0,
        vmax=1,
        origin="lower",
        extent=(0, 1000, -0.5, 7.5),
    )
    ax.set(title=f"seed {seed}", xlabel="training step")
axes[0].set_ylabel("mode, counted around the ring")
fig.colorbar(image, ax=list(axes), shrink=0.9, label="share of samples near it")
plt.show()

# %% [markdown]
# *Figure: share of the samples near each of the eight modes during training, three seeds. A clump at one mode is one bright cell; slanting stripes are a
# clump that walks around the ring (7 and 0 are neighbours).*
#
# The generator goes from mode to mode: D learns to reject the clump, the clump moves on, D follows. It recalls the circle of the Dirac-GAN. How
# regular it is, numbers must say. Call the shares in the figure the **occupancy**. These measure it, after the first third of the training:
#
# - **hop rate**: how often the fullest mode changes, per snapshot (five steps);
# - **autocorrelation** at lag τ: how alike the occupancies at steps t and t + τ are. A dance that repeats itself comes back above 0
#   after one turn;
# - **period**: the length of the strongest wave in the occupancy; **strength**: that wave's share of all variation;
# - **captured**: modes with samples within 3σ, mean over time and at the end.


# %% training=true
def seedwise(penalty):
    """Run a penalty written for one run on all seeds at once: no seed's samples touch another seed's critic."""

    def joint(critic, real, fake):  # (S, B, 2)
        def flat(points):
            return critic(points.reshape(real.shape)).flatten()

        mean = penalty(flat, real.flatten(0, 1), fake.flatten(0, 1))  # over samples and seeds
        return mean.expand(len(real))  # their sum over seeds has each seed's own gradient

    return Penalty(joint)


CHANGES = {
    "alternating": ({"update": "alternating"}, None),
    "no momentum": ({"betas": (0.0, 0.999)}, None),
    "R1": ({}, seedwise(r1_penalty)),
    "R1, no momentum": ({"betas": (0.0, 0.999)}, seedwise(r1_penalty)),
}
for name, (change, penalty) in CHANGES.items():
    runs[name] = train(ring, dataclasses.replace(DANCE, **change), penalty=penalty)

# %% training=true
EVERY, START_AT = 5, 67  # steps a snapshot; the first third is left out
waves, captured = {}, {}
fastest = min(run.elapsed for run in runs.values())
for name, run in runs.items():
    waves[name] = oscillation(mode_occupancy(run.record.snapshots, ring, radius=NEAR)[START_AT:])
    captured[name] = torch.stack([mode_report(samples, ring).modes for samples in run.record.snapshots]).double()
    period = EVERY * waves[name].period
    same_time = mean_interval(captured[name][min(200, int(200 * fastest / run.elapsed))])
    print(
        f"{name:16s} hops a snapshot {mean_interval(waves[name].hop_rate)}, period {period.median():.0f} steps"
        f" ({period.min():.0f} to {period.max():.0f})\n{'':4s}captured: mean over time"
        f" {mean_interval(captured[name][START_AT:].mean(0))}, at the end {mean_interval(captured[name][-1])},\n"
        f"{'':14s}all 8 at the end: rate {wilson_interval(int((captured[name][-1] == 8).sum()), 10)},"
        f" at equal time {same_time}, {run.elapsed:.0f} s"
    )
    if name != "dance":  # paired differences, seed by seed
        hops = mean_interval(waves[name].hop_rate - waves["dance"].hop_rate)
        modes = mean_interval((captured[name] - captured["dance"])[START_AT:].mean(0))
        print(f"{'':4s}against dance: hops {hops}, captured over time {modes}")

# %% [markdown]
# Square brackets are 95 % intervals, of the mean or of a rate over ten seeds; round ones hold the least and the most of the ten. "Against dance":
# paired differences, seed by seed. A period as long as the window (about 670 steps) is a slow drift, not a turn. "At equal time": captured modes at
# the moment when the fastest run had finished, since R1 differentiates twice and costs more.

# %% [markdown]
# ### Is it a rhythm?
#
# A period alone proves nothing: every sequence has a strongest wave. So we compare with chance. Cut each seed's occupancy into visits, stretches
# with the same fullest mode, and put the visits into **random order**, 20 times: the same visits, as long as before, in no order. If the modes
# take turns, the true order has a stronger wave than that, and resembles itself more after one turn. How long is a turn? To take the answer from
# these seeds would be circular; on seeds 100–109, where the setting was chosen, the median period is 223 steps, so we look at a lag of 225.


# %% training=true
LAG = 45  # snapshots, 225 steps


def in_random_order(occupancy, rng):
    """Permute the stretches in which a seed's fullest mode stays the same, (T, S, K) -> (T, S, K)."""
    mixed = []
    for seed in occupancy.unbind(1):
        fullest = torch.where(seed.sum(1) > 0, seed.argmax(1), -1)  # (T,), -1: no samples near any mode
        visits = torch.tensor_split(seed, (fullest.diff().nonzero().flatten() + 1).tolist())
        mixed.append(torch.cat([visits[k] for k in torch.randperm(len(visits), generator=rng)]))
    return torch.stack(mixed, 1)


chance, gain = {}, {}
for name in ("dance", "no momentum"):
    rng, visits = torch.Generator().manual_seed(0), mode_occupancy(runs[name].record.snapshots, ring, radius=NEAR)
    chance[name] = [oscillation(in_random_order(visits[START_AT:], rng)) for _ in range(20)]
    medians = EVERY * torch.stack([wave.period.median() for wave in chance[name]])
    print(f"{name}: period in random order, median of the seeds: {medians.min():.0f} to {medians.max():.0f} steps")
for name, title, read in (
    ("dance", "autocorrelation", lambda wave: wave.autocorrelation[:, LAG]),
    ("dance", "strength", lambda wave: wave.strength),
    ("no momentum", "strength", lambda wave: wave.strength),
):
    true, mixed = read(waves[name]), torch.stack([read(wave) for wave in chance[name]]).mean(0)  # (S,)
    gain[name, title] = true - mixed
    print(f"{name}, {title}: {mean_interval(true)}, in random order {mean_interval(mixed)}")
    print(f"{'':4s}difference {mean_interval(true - mixed)}")

# %% training=true tags=["nbval-check-output"]
last = {name: modes[-1] for name, modes in captured.items()}
print("dance: two modes or fewer at the end on at least 8 of 10 seeds:", int((last["dance"] <= 2).sum()) >= 8)
print(
    "dance: after 225 steps more like itself than in random order:", bool(gain["dance", "autocorrelation"].mean() > 0)
)
stronger = int((gain["no momentum", "strength"] > 0).sum())
print("no momentum: a stronger wave than in random order on at least 8 of 10 seeds:", stronger >= 8)
print("R1, no momentum: 7 or 8 modes on at least 8 of 10 seeds:", int((last["R1, no momentum"] >= 7).sum()) >= 8)

# %% [markdown]
# In random order the median period of the dance lies anywhere from 168 to 670 steps, so its 223 steps say nothing by themselves. Two numbers can tell.
# After 225 steps the dance is more like itself than its visits in random order, by 0.0978 [0.02, 0.176]; and its strongest wave holds more of
# the variation, by 0.035 [0.0059, 0.0641]. So the order is not pure chance. But the evidence for a rhythm is **weak**: both intervals begin near
# 0, and that of the autocorrelation itself, 0.0595 [−0.0183, 0.137], holds 0. The clump moves on again and again, with little of a clock.
#
# Without momentum the rhythm is plain: the strongest wave holds 0.204 [0.177, 0.232] of the variation, 0.145 [0.119, 0.171] more than in random
# order.

# %% training=true
colours = dict(zip(runs, ("#D55E00", "#0072B2", "#CC79A7", "#E69F00", "#009E73"), strict=True))
fig, axes = plt.subplots(1, 2, figsize=(9.4, 3.5), layout="constrained")
for name in ("dance", "alternating", "R1, no momentum"):
    correlation = waves[name].autocorrelation  # (S, L + 1)
    lags = EVERY * torch.arange(correlation.shape[1])
    plots.band(lags, correlation, label=name, colour=colours[name], ax=axes[0])
mixed = torch.stack([wave.autocorrelation for wave in chance["dance"]]).mean(0)  # (S, L + 1)
axes[0].plot(lags, mixed.median(0).values, ":", color="black", label="dance, visits in random order")
axes[0].axhline(0, color="black", linewidth=0.6)
axes[0].set(xlabel="lag τ, training steps", ylabel="autocorrelation of the occupancy")
axes[0].legend(fontsize=8)
for row, name in enumerate(runs):
    spread = torch.linspace(-0.25, 0.25, 10)  # seeds with the same count lie above each other
    axes[1].scatter(last[name].sort().values, row + spread, s=14, color=colours[name])
    axes[1].plot([last[name].mean()] * 2, [row - 0.35, row + 0.35], color="black", linewidth=2)
axes[1].set(yticks=range(len(runs)), yticklabels=list(runs), xlim=(-0.4, 8.4), xlabel="modes captured at the end, of 8")
axes[1].invert_yaxis()
plt.show()

# %% [markdown]
# *Figure, left: how much the occupancy of the modes resembles itself τ steps later; line: median of seeds 0–9, dark band: middle half, light
# band: all; dotted: the dance's visits in random order (mean of 20 orders, median of the seeds). Right: captured modes after 1,000 steps, one dot
# a seed, black line: mean.*
#
# **Where the cures lose.** Alternating steps, which keep xy from diverging, do little on the ring: against dance, both intervals hold 0, and that of
# the modes stays below half a mode. Dropping momentum alone does not stop the dance, it makes the turns faster. R1 alone covers the ring on some
# seeds and not on others (all 8 modes: rate 0.6 [0.313, 0.832]), R1 *without* momentum on all ten seeds (rate 1 [0.722, 1]; the two intervals
# overlap), and there the modes no longer take turns: what is left is a slow drift. (Its hop rate is not low: which of eight nearly equal modes is the
# fullest, small fluctuations decide.) R1 costs time: compare its modes at equal time
# and at the end. (The intervals do not know that there are 8 modes: an end above 8 means nothing.) And eight captured modes are not yet good samples;
# chapter 04 looks at quality too.

# %% [markdown]
# ### Question (4 points)
#
# In at most twelve lines:
#
# 1. Why does no step size make the simultaneous xy converge? Answer with the eigenvalues.
# 2. Alternating steps cure the growth on xy. What do your numbers say about them on the ring, and what does that say about arguments
#    from small games?
# 3. Name two ways to lose with R1 on the Dirac-GAN, with an h and a γ each.
# 4. Somebody shows you one picture of the ring with two modes covered: "mode collapse". Which two numbers would you ask for before you believe that the
#    generator is *stuck*?

# %% [markdown] question="interpretation" points=4
# <!-- BEGIN SOLUTION -->
# *Reference.* (1) λ = 1 ± ih, so |λ| = √(1 + h²) > 1 for every h > 0; a smaller h only brings it nearer to 1. (2) "Against dance", the intervals of
# both paired differences hold 0, and they are narrow: no change that ten seeds show, and none of half a mode. xy has no momentum, no minibatches, and
# its alternating steps stop growth, not turning; a small game suggests what to try, the measurement decides. (3) For example h = 3, γ = 0.2,
# simultaneous: h > 4γ, diverges. h = 1, γ = 10: hγ far above 2, D jumps over 0. Also right: γ = 10 with h = 0.1 is stable but slow. (4) Hop rate (or
# autocorrelation, held against visits in random order; a period alone proves nothing), and captured modes over time, on several seeds: a dance shows
# two modes at one moment and others later.
#
# *Rubric.* 1 point each: the modulus for every h; a verdict from the intervals of the paired differences; two pairs on the wrong sides of the map; a measure of
# change over time together with captured modes.
# <!-- END SOLUTION -->

# %% [markdown]
# ## 5 · The published settings
#
# **What the literature says.** Mescheder et al. (2017) brought the eigenvalues of the game's Jacobian (the matrix J of part 2) into the field; in
# 2018 they showed with the Dirac-GAN that unregularised GAN training need not converge, and that R1 makes it converge locally. Gidel et al. (2019)
# study xy with simultaneous, alternating and averaged steps, and argue for little, even negative momentum. The next cell plays the five settings
# of the 2018 paper: 500 updates, h = 0.2, the generator first as in their code. Without a penalty nobody arrives, whichever loss it is. (Weight
# clipping and WGAN-GP are of chapter 06.)

# %% training=true tags=["nbval-check-output"]
print("distance from the equilibrium at the end (at the start 1.414)")
for name in ("saturating", "nonsaturating", "weight_clipping", "wgan_gp", "r1"):
    ends = [
        play(DIRAC[name], START, Update(kind, 0.2, first="generator"))[-1].norm()
        for kind in ("simultaneous", "alternating")
    ]
    print(f"{name:16s} simultaneous {ends[0]:.3f}, alternating {ends[1]:.3f}")

# %% [markdown]
# The non-saturating loss comes nearer, but ever more slowly (its distance falls as 1/√t): its linear part turns like the others', only the
# curvature pulls it in. A penalty alone is no cure: that of WGAN-GP leaves the players turning.
#
# **Summary**
#
# - Two players that follow their own gradients can turn around an equilibrium for ever.
# - The eigenvalues of one update decide: inside the unit circle it converges, outside it diverges; simultaneous xy is outside for every h.
# - Alternating steps put xy on the circle; R1 pulls the Dirac-GAN inside, if the step and the penalty fit each other.
# - A ring GAN dances too: its clump goes from mode to mode, in an order that differs from chance, if weakly. One picture does not show it.
# - There, alternating does little; R1 without momentum stops the dance. Small games suggest, measurements decide.
#
# **Sources.** Goodfellow 2016 (NIPS tutorial: xy) · Mescheder et al. 2017 (The numerics of GANs) · Mescheder et al. 2018 (Which training methods for GANs do actually
# converge?) · Gidel et al. 2019 (Variational inequality perspective; negative momentum) · Kingma and Ba 2015 (Adam).
