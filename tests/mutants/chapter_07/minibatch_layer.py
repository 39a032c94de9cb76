"""Student answers to `MinibatchLayer(in_features, kernels, dims)`: `right_*` meet the statement, `wrong_*` do not.

Each one is called as the class would be, and gives a layer.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import ganlab


def _closeness(m):
    """Sum over the others of exp(-L1), (B, kernels, dims) -> (B, kernels)."""
    return torch.exp(-(m[:, None] - m[None]).abs().sum(-1)).sum(1) - 1


def _start(in_features, kernels, dims):
    return torch.randn(in_features, kernels, dims) / in_features**0.5


class _Layer(nn.Module):
    """The layer in three parts, so that a mistake is one of them: project, compare, join."""

    def __init__(self, in_features, kernels, dims):
        super().__init__()
        self.T = nn.Parameter(_start(in_features, kernels, dims))

    def project(self, x):
        return torch.einsum("ba,akc->bkc", x, self.T)

    def compare(self, m):
        return _closeness(m)

    def join(self, x, o):
        return torch.cat((x, o), dim=1)

    def forward(self, x):
        return self.join(x, self.compare(self.project(x)))


# ----------------------------------------------------------------------------------------------------------- right


def right_einsum(in_features, kernels, dims):
    """The textbook one."""
    return _Layer(in_features, kernels, dims)


def right_flat_product(in_features, kernels, dims):
    """One matrix product with T flattened, unfolded again; the diagonal at infinity."""

    class MinibatchLayer(nn.Module):
        def __init__(self, in_features, kernels, dims):
            super().__init__()
            self.kernels, self.dims = kernels, dims
            self.T = nn.Parameter(torch.randn(in_features, kernels, dims) / math.sqrt(in_features))

        def forward(self, x):
            m = (x @ self.T.view(-1, self.kernels * self.dims)).view(-1, self.kernels, self.dims)
            distance = (m.unsqueeze(1) - m.unsqueeze(0)).abs().sum(3)
            own = torch.eye(len(x), dtype=torch.bool)[:, :, None]
            return torch.hstack((x, distance.masked_fill(own, torch.inf).neg().exp().sum(1)))

    return MinibatchLayer(in_features, kernels, dims)


def right_registered_tensordot(in_features, kernels, dims):
    """register_parameter, tensordot, pad and add; the start is scaled by a power."""

    class MinibatchLayer(nn.Module):
        def __init__(self, a, k, c):
            nn.Module.__init__(self)
            self.register_parameter("T", nn.Parameter(torch.randn((a, k, c)) * a**-0.5))

        def forward(self, x):
            m = torch.tensordot(x, self.T, dims=1)
            return F.pad(x, (0, m.shape[1])) + F.pad(_closeness(m), (x.shape[1], 0))

    return MinibatchLayer(in_features, kernels, dims)


def right_kernel_by_kernel(in_features, kernels, dims):
    """A Python list of columns, one kernel at a time; drawn in place, scaled afterwards."""

    class MinibatchLayer(nn.Module):
        def __init__(self, in_features, kernels, dims):
            super().__init__()
            self.T = nn.Parameter(torch.empty(in_features, kernels, dims))
            with torch.no_grad():
                self.T.copy_(torch.randn(in_features, kernels, dims)).div_(in_features**0.5)

        def forward(self, x):
            parts = [x]
            for k in range(self.T.shape[1]):
                m = x @ self.T[:, k]
                near = torch.exp(-(m[:, None] - m).abs().sum(-1))
                parts.append((near.sum(1) - near.diagonal())[:, None])
            return torch.cat(parts, -1)

    return MinibatchLayer(in_features, kernels, dims)


def right_distance_of_projected_differences(in_features, kernels, dims):
    """Differences of x first, then the projection: the map is linear."""

    class MinibatchLayer(nn.Module):
        def __init__(self, in_features, kernels, dims):
            super().__init__()
            self.T = nn.Parameter(torch.randn(in_features, kernels, dims).div(in_features**0.5))

        def forward(self, x):
            distance = torch.einsum("ija,akc->ijkc", x[:, None] - x, self.T).abs().sum(-1)
            return torch.cat([x, torch.exp(-distance).sum(1) - 1], dim=1)

    return MinibatchLayer(in_features, kernels, dims)


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_starts_at_zero(in_features, kernels, dims):
    """Weights start at zero."""
    layer = _Layer(in_features, kernels, dims)
    nn.init.zeros_(layer.T)
    return layer


def wrong_unscaled_start(in_features, kernels, dims):
    """randn is a good start as it is."""
    layer = _Layer(in_features, kernels, dims)
    layer.T = nn.Parameter(torch.randn(in_features, kernels, dims))
    return layer


def wrong_divided_by_the_inputs(in_features, kernels, dims):
    """The root is forgotten."""
    layer = _Layer(in_features, kernels, dims)
    layer.T = nn.Parameter(torch.randn(in_features, kernels, dims) / in_features)
    return layer


def wrong_multiplied_by_the_root(in_features, kernels, dims):
    """Times √A instead of divided by it."""
    layer = _Layer(in_features, kernels, dims)
    layer.T = nn.Parameter(torch.randn(in_features, kernels, dims) * in_features**0.5)
    return layer


def wrong_scaled_by_the_dims(in_features, kernels, dims):
    """Divided by the root of the dims, the last axis."""
    layer = _Layer(in_features, kernels, dims)
    layer.T = nn.Parameter(torch.randn(in_features, kernels, dims) / dims**0.5)
    return layer


def wrong_uniform_start(in_features, kernels, dims):
    """rand and randn are the same but for a letter."""
    layer = _Layer(in_features, kernels, dims)
    layer.T = nn.Parameter(torch.rand(in_features, kernels, dims) / in_features**0.5)
    return layer


def wrong_xavier_start(in_features, kernels, dims):
    """A library start is as good as any."""
    layer = _Layer(in_features, kernels, dims)
    nn.init.xavier_normal_(layer.T)
    return layer


def wrong_same_start_for_each_layer(in_features, kernels, dims):
    """A generator with a fixed seed makes it reproducible: each layer starts with the same T."""
    layer = _Layer(in_features, kernels, dims)
    draws = torch.Generator().manual_seed(0)
    layer.T = nn.Parameter(torch.randn(in_features, kernels, dims, generator=draws) / in_features**0.5)
    return layer


def wrong_seeds_torch(in_features, kernels, dims):
    """torch.manual_seed(0) in __init__ makes it reproducible."""
    torch.manual_seed(0)
    return _Layer(in_features, kernels, dims)


def wrong_numpy_start(in_features, kernels, dims):
    """NumPy's default_rng draws normal numbers too, whatever torch.manual_seed says."""
    layer = _Layer(in_features, kernels, dims)
    drawn = np.random.default_rng().standard_normal((in_features, kernels, dims)) / in_features**0.5
    layer.T = nn.Parameter(torch.from_numpy(drawn).float())
    return layer


_SHARED = {}


def wrong_shared_by_all_layers(in_features, kernels, dims):
    """T is drawn once and shared by all layers of the same size."""
    layer = _Layer(in_features, kernels, dims)
    layer.T = _SHARED.setdefault((in_features, kernels, dims), layer.T)
    return layer


def wrong_same_numbers_in_each_kernel(in_features, kernels, dims):
    """One kernel is drawn and repeated."""
    layer = _Layer(in_features, kernels, dims)
    one = torch.randn(in_features, 1, dims) / in_features**0.5
    layer.T = nn.Parameter(one.expand(-1, kernels, -1).clone())
    return layer


def wrong_plain_tensor(in_features, kernels, dims):
    """A tensor that requires a gradient is a parameter."""
    layer = _Layer(in_features, kernels, dims)
    del layer.T
    layer.T = _start(in_features, kernels, dims).requires_grad_()
    return layer


def wrong_buffer(in_features, kernels, dims):
    """register_buffer puts it into the module."""
    layer = _Layer(in_features, kernels, dims)
    del layer.T
    layer.register_buffer("T", _start(in_features, kernels, dims))
    return layer


def wrong_frozen(in_features, kernels, dims):
    """A random projection need not be learnt."""
    layer = _Layer(in_features, kernels, dims)
    layer.T.requires_grad_(False)
    return layer


def wrong_other_name(in_features, kernels, dims):
    """The name is a matter of taste."""

    class Layer(_Layer):
        def __init__(self, *sizes):
            nn.Module.__init__(self)
            self.weight = nn.Parameter(_start(*sizes))

        def project(self, x):
            return torch.einsum("ba,akc->bkc", x, self.weight)

    return Layer(in_features, kernels, dims)


def wrong_flat_parameter(in_features, kernels, dims):
    """T is kept as a matrix, (in_features, kernels · dims)."""

    class Layer(_Layer):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.T = nn.Parameter(self.T.detach().flatten(1))

        def project(self, x):
            return (x @ self.T).view(-1, kernels, dims)

    return Layer(in_features, kernels, dims)


def wrong_linear_layer(in_features, kernels, dims):
    """nn.Linear multiplies by a matrix; its bias cancels in the differences anyway."""

    class Layer(_Layer):
        def __init__(self, *sizes):
            nn.Module.__init__(self)
            self.T = nn.Linear(in_features, kernels * dims)

        def project(self, x):
            return self.T(x).view(-1, kernels, dims)

    return Layer(in_features, kernels, dims)


def wrong_learnt_bias(in_features, kernels, dims):
    """A bias that starts at −1 is added, as in the published code."""

    class Layer(_Layer):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.b = nn.Parameter(torch.full((kernels,), -1.0))

        def compare(self, m):
            return _closeness(m) + self.b

    return Layer(in_features, kernels, dims)


def wrong_bias_at_zero(in_features, kernels, dims):
    """Every layer has a bias; it starts at zero, so nothing changes at first."""

    class Layer(_Layer):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.bias = nn.Parameter(torch.zeros(kernels))

        def compare(self, m):
            return _closeness(m) + self.bias

    return Layer(in_features, kernels, dims)


def wrong_kernels_and_dims_swapped(in_features, kernels, dims):
    """(in_features, dims, kernels) is the same up to the names."""

    class Layer(_Layer):
        def __init__(self, *sizes):
            super().__init__(in_features, dims, kernels)

        def project(self, x):
            return super().project(x).transpose(1, 2)

    return Layer(in_features, kernels, dims)


def wrong_flat_product_unfolded_wrongly(in_features, kernels, dims):
    """The flat product is unfolded to (B, dims, kernels) and turned round."""

    class Layer(_Layer):
        def project(self, x):
            return (x @ self.T.flatten(1)).view(-1, dims, kernels).transpose(1, 2)

    return Layer(in_features, kernels, dims)


def wrong_t_reshaped_wrongly(in_features, kernels, dims):
    """T viewed as (kernels · dims, in_features) is its transpose."""

    class Layer(_Layer):
        def project(self, x):
            return (x @ self.T.reshape(kernels * dims, in_features).T).view(-1, kernels, dims)

    return Layer(in_features, kernels, dims)


def wrong_closeness_only(in_features, kernels, dims):
    """The layer returns what it has found."""

    class Layer(_Layer):
        def join(self, x, o):
            return o

    return Layer(in_features, kernels, dims)


def wrong_closeness_first(in_features, kernels, dims):
    """The order of the features does not matter: a linear layer follows."""

    class Layer(_Layer):
        def join(self, x, o):
            return torch.cat((o, x), 1)

    return Layer(in_features, kernels, dims)


def wrong_projection_appended(in_features, kernels, dims):
    """The projection is appended instead of x."""

    class Layer(_Layer):
        def forward(self, x):
            m = self.project(x)
            return torch.cat((m.flatten(1)[:, :1].expand(-1, in_features), _closeness(m)), 1)

    return Layer(in_features, kernels, dims)


def wrong_activation_on_x(in_features, kernels, dims):
    """A layer ends in an activation."""

    class Layer(_Layer):
        def join(self, x, o):
            return F.leaky_relu(torch.cat((x, o), 1), 0.2)

    return Layer(in_features, kernels, dims)


def wrong_activation_on_the_projection(in_features, kernels, dims):
    """An activation follows each linear map."""

    class Layer(_Layer):
        def project(self, x):
            return F.leaky_relu(super().project(x), 0.2)

    return Layer(in_features, kernels, dims)


def wrong_tanh_of_the_closeness(in_features, kernels, dims):
    """Closeness is squashed, so that a large batch does not dominate."""

    class Layer(_Layer):
        def compare(self, m):
            return torch.tanh(_closeness(m))

    return Layer(in_features, kernels, dims)


def wrong_itself_counted(in_features, kernels, dims):
    """The paper's formula counts each sample itself."""

    class Layer(_Layer):
        def compare(self, m):
            return _closeness(m) + 1

    return Layer(in_features, kernels, dims)


def wrong_mean(in_features, kernels, dims):
    """Averaged over the batch."""

    class Layer(_Layer):
        def compare(self, m):
            return _closeness(m) / len(m)

    return Layer(in_features, kernels, dims)


def wrong_mean_over_the_others(in_features, kernels, dims):
    """Averaged over the others."""

    class Layer(_Layer):
        def compare(self, m):
            return _closeness(m) / max(len(m) - 1, 1)

    return Layer(in_features, kernels, dims)


def wrong_batch_average_for_all(in_features, kernels, dims):
    """One closeness of the batch for all samples, as with the minibatch standard deviation."""

    class Layer(_Layer):
        def compare(self, m):
            o = _closeness(m)
            return o.mean(0, keepdim=True).expand_as(o)

    return Layer(in_features, kernels, dims)


def wrong_euclidean(in_features, kernels, dims):
    """The distance is Euclidean."""

    class Layer(_Layer):
        def compare(self, m):
            square = (m[:, None] - m[None]).square().sum(-1)
            return torch.exp(-(square + 1e-12).sqrt()).sum(1) - 1

    return Layer(in_features, kernels, dims)


def wrong_x_detached_for_closeness(in_features, kernels, dims):
    """x passes on in the first part already; the second one learns T only."""

    class Layer(_Layer):
        def project(self, x):
            return super().project(x.detach())

    return Layer(in_features, kernels, dims)


def wrong_x_detached_in_front(in_features, kernels, dims):
    """x is only handed on, so its copy in the output needs no gradient."""

    class Layer(_Layer):
        def join(self, x, o):
            return torch.cat((x.detach(), o), 1)

    return Layer(in_features, kernels, dims)


def wrong_t_detached(in_features, kernels, dims):
    """T.data is the tensor in the parameter."""

    class Layer(_Layer):
        def project(self, x):
            return torch.einsum("ba,akc->bkc", x, self.T.data)

    return Layer(in_features, kernels, dims)


def wrong_others_detached(in_features, kernels, dims):
    """The others are constants."""

    class Layer(_Layer):
        def compare(self, m):
            return torch.exp(-(m[:, None] - m.detach()[None]).abs().sum(-1)).sum(1) - 1

    return Layer(in_features, kernels, dims)


def wrong_t_drawn_at_each_call(in_features, kernels, dims):
    """A random projection is drawn for each batch."""

    class Layer(_Layer):
        def project(self, x):
            return torch.einsum("ba,akc->bkc", x, _start(in_features, kernels, dims) + 0 * self.T)

    return Layer(in_features, kernels, dims)


def wrong_centred_in_place(in_features, kernels, dims):
    """x is centred in place first: differences do not change, but x does."""

    class Layer(_Layer):
        def forward(self, x):
            with torch.no_grad():
                x -= x.mean(0)
            return super().forward(x)

    return Layer(in_features, kernels, dims)


def wrong_normalised_copy_of_x(in_features, kernels, dims):
    """What is handed on is normalised over the features."""

    class Layer(_Layer):
        def join(self, x, o):
            return torch.cat((F.normalize(x, dim=1), o), 1)

    return Layer(in_features, kernels, dims)


def wrong_projection_normalised_over_the_batch(in_features, kernels, dims):
    """The projection is standardised, so that distances have a scale."""

    class Layer(_Layer):
        def project(self, x):
            m = super().project(x)
            return (m - m.mean(0)) / (m.std(0, correction=0) + 1e-5)

    return Layer(in_features, kernels, dims)


def wrong_columns_of_t_normalised(in_features, kernels, dims):
    """T's columns are normalised to length one, as in the published code."""

    class Layer(_Layer):
        def project(self, x):
            return torch.einsum("ba,akc->bkc", x, F.normalize(self.T, dim=0))

    return Layer(in_features, kernels, dims)


def wrong_x_compared_unprojected(in_features, kernels, dims):
    """x itself is compared; T only weighs the result."""

    class Layer(_Layer):
        def compare(self, m):
            return m

        def project(self, x):
            return _closeness(x[:, None, :]).expand(-1, kernels) + 0 * self.T.sum()

    return Layer(in_features, kernels, dims)


def wrong_memory_of_the_last_batch(in_features, kernels, dims):
    """The batch before is compared with as well, to have more neighbours."""

    class Layer(_Layer):
        last = None

        def compare(self, m):
            both = m if self.last is None else torch.cat((m, self.last))
            self.last = m.detach()
            return _closeness(both)[: len(m)]

    return Layer(in_features, kernels, dims)


def wrong_zero_in_evaluation(in_features, kernels, dims):
    """As with dropout, the layer looks at the batch in training only."""

    class Layer(_Layer):
        def compare(self, m):
            return _closeness(m) if self.training else 0 * _closeness(m)

    return Layer(in_features, kernels, dims)


def wrong_next_sample_only(in_features, kernels, dims):
    """Each sample meets the next one: the output depends on the order."""

    class Layer(_Layer):
        def compare(self, m):
            return torch.exp(-(m - m.roll(1, 0)).abs().sum(-1))

    return Layer(in_features, kernels, dims)


def wrong_earlier_samples_only(in_features, kernels, dims):
    """Each pair counts once."""

    class Layer(_Layer):
        def compare(self, m):
            near = torch.exp(-(m[:, None] - m[None]).abs().sum(-1))
            return near.permute(2, 0, 1).tril(-1).sum(-1).T

    return Layer(in_features, kernels, dims)


def wrong_sorted_by_the_first_feature(in_features, kernels, dims):
    """Rows are sorted, so that the output does not depend on the order: invariant, not equivariant."""

    class Layer(_Layer):
        def forward(self, x):
            return super().forward(x[x[:, 0].argsort()])

    return Layer(in_features, kernels, dims)


def wrong_closeness_sorted(in_features, kernels, dims):
    """The closeness comes in ascending order: invariant instead of equivariant."""

    class Layer(_Layer):
        def compare(self, m):
            return _closeness(m).sort(0).values

    return Layer(in_features, kernels, dims)


def wrong_groups_of_32(in_features, kernels, dims):
    """Samples see their group of 32 only, as in the library's discriminators."""

    class Layer(_Layer):
        def compare(self, m):
            return torch.cat([_closeness(group) for group in m.split(32)])

    return Layer(in_features, kernels, dims)


def wrong_spare_parameter(in_features, kernels, dims):
    """An output weight for each kernel, 1 at the start, lets the layer learn how much each one counts."""

    class Layer(_Layer):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.scale = nn.Parameter(torch.ones(kernels))

        def compare(self, m):
            return self.scale * _closeness(m)

    return Layer(in_features, kernels, dims)


def wrong_four_kernels_of_two(in_features, kernels, dims):
    """The sizes of the chapter are put in by hand."""
    return _Layer(in_features, 4, 2)


def wrong_library_layer(in_features, kernels, dims):
    """The library's layer has the same parameter and an option for the rest."""
    return ganlab.nets.MinibatchDiscrimination(in_features, kernels, dims, exclude_self=True)


def right_tensordot(in_features, kernels, dims):
    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.kernels = kernels
            self.T = nn.Parameter(torch.empty(in_features, kernels, dims))
            nn.init.normal_(self.T, std=in_features**-0.5)

        def forward(self, x):
            turned = torch.tensordot(x, self.T, dims=1).transpose(0, 1)
            o = torch.cdist(turned, turned, p=1).neg().exp().sum(2).sub(1).T
            return torch.hstack([x, o])

    return Layer()


def wrong_new_leaf(in_features, kernels, dims):
    """A parameter made where it is used."""

    class Layer(_Layer):
        def project(self, x):
            return torch.einsum("ba,akd->bkd", x, nn.Parameter(self.T.data))

    return Layer(in_features, kernels, dims)


def wrong_half_of_t(in_features, kernels, dims):
    """The others are constants for T."""

    class Layer(_Layer):
        def forward(self, x):
            ours = torch.einsum("ba,akd->bkd", x, self.T)
            others = torch.einsum("ba,akd->bkd", x, self.T.detach())
            o = torch.exp(-(ours[:, None] - others[None]).abs().sum(-1)).sum(1) - 1
            return torch.cat((x, o), 1)

    return Layer(in_features, kernels, dims)


def wrong_relu(in_features, kernels, dims):
    """Features are positive."""

    class Layer(_Layer):
        def project(self, x):
            return super().project(x).relu()

    return Layer(in_features, kernels, dims)
