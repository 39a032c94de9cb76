"""Student answers to `MinibatchLayer(in_features, kernels, dims)`: `right_*` meet the statement, `wrong_*` do not."""

import torch
from torch import nn


def _closeness(features):
    return torch.exp(-(features[:, None] - features[None]).abs().sum(-1)).sum(1) - 1


class _Plain(nn.Module):
    def __init__(self, in_features, kernels, dims):
        super().__init__()
        self.T = nn.Parameter(torch.randn(in_features, kernels, dims) / in_features**0.5)

    def features(self, x):
        return torch.einsum("ba,akd->bkd", x, self.T)

    def forward(self, x):
        return torch.cat((x, _closeness(self.features(x))), 1)


def right_einsum(in_features, kernels, dims):
    return _Plain(in_features, kernels, dims)


def right_view(in_features, kernels, dims):
    class Layer(_Plain):
        def features(self, x):
            return (x @ self.T.view(x.shape[1], -1)).view(len(x), *self.T.shape[1:])

    return Layer(in_features, kernels, dims)


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


def wrong_plain_tensor(in_features, kernels, dims):
    """A tensor is a weight."""

    class Layer(_Plain):
        def __init__(self):
            nn.Module.__init__(self)
            self.T = torch.randn(in_features, kernels, dims) / in_features**0.5

    return Layer()


def wrong_buffer(in_features, kernels, dims):
    """A buffer is in the state, so it is trained."""

    class Layer(_Plain):
        def __init__(self):
            nn.Module.__init__(self)
            self.register_buffer("T", torch.randn(in_features, kernels, dims) / in_features**0.5)

    return Layer()


def _with_features(function):
    class Layer(_Plain):
        def features(self, x):
            return function(self, x)

    return Layer


def wrong_reshape(in_features, kernels, dims):
    """Any reshape that fits."""

    def features(self, x):
        return (x @ self.T.flatten(1)).view(len(x), dims, kernels).transpose(1, 2)

    return _with_features(features)(in_features, kernels, dims)


def wrong_detached(in_features, kernels, dims):
    """T's values are what counts."""
    return _with_features(lambda self, x: torch.einsum("ba,akd->bkd", x, self.T.data))(in_features, kernels, dims)


def wrong_new_leaf(in_features, kernels, dims):
    """A parameter made where it is used."""
    return _with_features(lambda self, x: torch.einsum("ba,akd->bkd", x, nn.Parameter(self.T.data)))(
        in_features, kernels, dims
    )


def wrong_half_of_t(in_features, kernels, dims):
    """The others are constants for T."""

    class Layer(_Plain):
        def forward(self, x):
            ours = torch.einsum("ba,akd->bkd", x, self.T)
            others = torch.einsum("ba,akd->bkd", x, self.T.detach())
            o = torch.exp(-(ours[:, None] - others[None]).abs().sum(-1)).sum(1) - 1
            return torch.cat((x, o), 1)

    return Layer(in_features, kernels, dims)


def wrong_x_missing(in_features, kernels, dims):
    """Only the closeness goes on."""

    class Layer(_Plain):
        def forward(self, x):
            return _closeness(self.features(x))

    return Layer(in_features, kernels, dims)


def wrong_order(in_features, kernels, dims):
    """The new features come first."""

    class Layer(_Plain):
        def forward(self, x):
            return torch.cat((_closeness(self.features(x)), x), 1)

    return Layer(in_features, kernels, dims)


def wrong_zeros(in_features, kernels, dims):
    """T starts at 0."""
    layer = _Plain(in_features, kernels, dims)
    nn.init.zeros_(layer.T)
    return layer


def wrong_scale(in_features, kernels, dims):
    """Standard normal."""
    layer = _Plain(in_features, kernels, dims)
    nn.init.normal_(layer.T)
    return layer


def wrong_bias(in_features, kernels, dims):
    """The published code has a bias."""

    class Layer(_Plain):
        def __init__(self):
            super().__init__(in_features, kernels, dims)
            self.bias = nn.Parameter(torch.zeros(kernels))

        def forward(self, x):
            return torch.cat((x, _closeness(self.features(x)) + self.bias), 1)

    return Layer()


def wrong_self_included(in_features, kernels, dims):
    """The paper's formula."""

    class Layer(_Plain):
        def forward(self, x):
            return torch.cat((x, _closeness(self.features(x)) + 1), 1)

    return Layer(in_features, kernels, dims)


def wrong_detached_x(in_features, kernels, dims):
    """A statistic of x is a constant for x."""
    return _with_features(lambda self, x: torch.einsum("ba,akd->bkd", x.detach(), self.T))(in_features, kernels, dims)


def wrong_fixed_seed(in_features, kernels, dims):
    """Results should be reproducible."""
    torch.manual_seed(0)
    return _Plain(in_features, kernels, dims)


def wrong_normalised_columns(in_features, kernels, dims):
    """The published code normalises T."""
    return _with_features(lambda self, x: torch.einsum("ba,akd->bkd", x, self.T / self.T.norm(dim=0)))(
        in_features, kernels, dims
    )


def wrong_other_name(in_features, kernels, dims):
    """Any name does."""

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(in_features, kernels, dims) / in_features**0.5)

        def forward(self, x):
            return torch.cat((x, _closeness(torch.einsum("ba,akd->bkd", x, self.weight))), 1)

    return Layer()


def wrong_relu(in_features, kernels, dims):
    """Features are positive."""
    return _with_features(lambda self, x: torch.einsum("ba,akd->bkd", x, self.T).relu())(in_features, kernels, dims)


def wrong_new_at_each_call(in_features, kernels, dims):
    """T is random."""

    def features(self, x):
        return torch.einsum("ba,akd->bkd", x, torch.randn_like(self.T) / in_features**0.5 + 0 * self.T)

    return _with_features(features)(in_features, kernels, dims)
