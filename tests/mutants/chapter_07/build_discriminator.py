"""Student answers to `build_discriminator(width, kernels, dims)`: `right_*` meet the statement, `wrong_*` do not."""

from torch import nn
from torch.nn.functional import leaky_relu

from tests.mutants.chapter_07.minibatch_layer import right_einsum as _layer


def right_chain(width, kernels, dims):
    return nn.Sequential(
        nn.Linear(2, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        _layer(width, kernels, dims),
        nn.Linear(width + kernels, 1),
    )


class _Net(nn.Module):
    def __init__(self, width, kernels, dims):
        super().__init__()
        self.out = nn.Linear(width + kernels, 1)
        self.crowd = _layer(width, kernels, dims)
        self.second = nn.Linear(width, width)
        self.first = nn.Linear(2, width)

    def forward(self, x):
        hidden = leaky_relu(self.second(leaky_relu(self.first(x), 0.2)), 0.2)
        return self.out(self.crowd(hidden))


def right_class(width, kernels, dims):
    return _Net(width, kernels, dims)


def right_list(width, kernels, dims):
    layers = []
    for size in (2, width):
        layers += [nn.Linear(size, width), nn.LeakyReLU(negative_slope=0.2)]
    layers.append(_layer(width, kernels, dims))
    layers.append(nn.Linear(width + kernels, 1))
    return nn.Sequential(*layers)


def wrong_no_layer(width, kernels, dims):
    """Two hidden layers."""
    return nn.Sequential(*right_chain(width, kernels, dims)[:4], nn.Linear(width, 1))


def wrong_on_data(width, kernels, dims):
    """The samples are what should be compared."""
    return nn.Sequential(
        _layer(2, kernels, dims),
        nn.Linear(2 + kernels, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, 1),
    )


def wrong_before_activation(width, kernels, dims):
    """Behind the second linear layer."""
    first, act, second, _, layer, last = right_chain(width, kernels, dims)
    return nn.Sequential(first, act, second, layer, nn.LeakyReLU(0.2), last)


def wrong_sigmoid(width, kernels, dims):
    """A discriminator gives probabilities."""
    return nn.Sequential(*right_chain(width, kernels, dims), nn.Sigmoid())


def wrong_slope(width, kernels, dims):
    """The default slope."""
    net = right_chain(width, kernels, dims)
    net[1] = net[3] = nn.LeakyReLU()
    return net


def wrong_three_hidden(width, kernels, dims):
    """One more layer digests the new features."""
    return nn.Sequential(
        *right_chain(width, kernels, dims)[:5],
        nn.Linear(width + kernels, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, 1),
    )


_SHARED = {}


def wrong_shared(width, kernels, dims):
    """Built once, used often."""
    return _SHARED.setdefault((width, kernels, dims), right_chain(width, kernels, dims))


def _changed(width, kernels, dims, place, layer):
    net = right_chain(width, kernels, dims)
    net[place] = layer
    return net


def wrong_relu(width, kernels, dims):
    """ReLU and LeakyReLU are the same."""
    return _changed(width, kernels, dims, 1, nn.ReLU())


def wrong_tanh(width, kernels, dims):
    """The last hidden features should be bounded."""
    return _changed(width, kernels, dims, 3, nn.Tanh())


def wrong_no_activation(width, kernels, dims):
    """The layer is nonlinear enough."""
    return _changed(width, kernels, dims, 3, nn.Identity())


def wrong_after_first(width, kernels, dims):
    """Early, so that there is something to be learnt from it."""
    return nn.Sequential(
        nn.Linear(2, width),
        nn.LeakyReLU(0.2),
        _layer(width, kernels, dims),
        nn.Linear(width + kernels, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, 1),
    )


def wrong_exchanged(width, kernels, dims):
    """The order of the two sizes does not matter."""
    return right_chain(width, dims + 1, kernels)


def wrong_no_bias(width, kernels, dims):
    """A bias moves nothing."""
    return _changed(width, kernels, dims, 5, nn.Linear(width + kernels, 1, bias=False))


def wrong_flat(width, kernels, dims):
    """train() takes (B,) as well."""
    return nn.Sequential(*right_chain(width, kernels, dims), nn.Flatten(0))


def wrong_closeness_ignored(width, kernels, dims):
    """The layer is in it, and its x goes on."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = right_chain(width, kernels, dims)
            self.last = nn.Linear(width, 1)

        def forward(self, x):
            return self.last(self.body[:5](x)[:, :width])

    return Net()
