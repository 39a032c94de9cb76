"""Student answers to `build_discriminator(width, kernels, dims)`: `right_*` meet the statement, `wrong_*` do not."""

import functools
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

import ganlab


class MinibatchLayer(nn.Module):
    """The student's answer to exercise 2, a right one."""

    def __init__(self, in_features, kernels, dims):
        super().__init__()
        self.T = nn.Parameter(torch.randn(in_features, kernels, dims) / in_features**0.5)

    def forward(self, x):
        m = torch.einsum("ba,akc->bkc", x, self.T)
        return torch.cat((x, torch.exp(-(m[:, None] - m[None]).abs().sum(-1)).sum(1) - 1), dim=1)


# ----------------------------------------------------------------------------------------------------------- right


def right_sequential(width, kernels, dims):
    """The usual one."""
    return nn.Sequential(
        nn.Linear(2, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        MinibatchLayer(width, kernels, dims),
        nn.Linear(width + kernels, 1),
    )


def right_own_class(width, kernels, dims):
    """A module of its own with functional activations."""

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(2, width)
            self.second = nn.Linear(width, width)
            self.batch = MinibatchLayer(width, kernels, dims)
            self.score = nn.Linear(width + kernels, 1)

        def forward(self, x):
            hidden = F.leaky_relu(self.first(x), negative_slope=0.2)
            hidden = F.leaky_relu(self.second(hidden), negative_slope=0.2)
            return self.score(self.batch(hidden))

    return Discriminator()


def right_one_activation_for_both(width, kernels, dims):
    """One LeakyReLU has no weights, so it stands in both places."""
    bend = nn.LeakyReLU(negative_slope=0.2)
    layers = [nn.Linear(2, width), bend, nn.Linear(width, width), bend]
    layers += [MinibatchLayer(width, kernels, dims), nn.Linear(width + kernels, 1, bias=True)]
    return nn.Sequential(*layers)


def right_body_and_head(width, kernels, dims):
    """Named parts, nested; the layers come from a loop over the sizes."""
    body = []
    for a, b in ((2, width), (width, width)):
        body += [nn.Linear(a, b), nn.LeakyReLU(0.2)]
    head = OrderedDict(company=MinibatchLayer(width, kernels, dims), logit=nn.Linear(width + kernels, 1))
    return nn.Sequential(OrderedDict(body=nn.Sequential(*body), head=nn.Sequential(head)))


def right_activation_by_maximum(width, kernels, dims):
    """max(x, 0.2 x) is the LeakyReLU; layers in a ModuleList."""

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.ModuleList([nn.Linear(2, width), nn.Linear(width, width), nn.Linear(width + kernels, 1)])
            self.company = MinibatchLayer(width, kernels, dims)

        def forward(self, x):
            for layer in self.linear[:2]:
                x = layer(x)
                x = torch.where(x > 0, x, 0.2 * x)
            return self.linear[2](self.company(x))

    return Discriminator()


def right_activation_in_place(width, kernels, dims):
    """LeakyReLU overwrites the linear layer's output, which nobody else needs."""
    return nn.Sequential(
        nn.Linear(2, width),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2, inplace=True),
        MinibatchLayer(width, kernels, dims),
        nn.Linear(width + kernels, 1),
    )


# ----------------------------------------------------------------------------------------------------------- wrong


def _layers(width, kernels, dims):
    """The right ones, as a list to spoil."""
    return list(right_sequential(width, kernels, dims))


def wrong_no_minibatch_layer(width, kernels, dims):
    """The layer is forgotten."""
    a, b, c, d, _, _ = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, d, nn.Linear(width, 1))


def wrong_default_slope(width, kernels, dims):
    """LeakyReLU() has the right slope by default."""
    layers = _layers(width, kernels, dims)
    layers[1] = layers[3] = nn.LeakyReLU()
    return nn.Sequential(*layers)


def wrong_default_slope_in_the_second(width, kernels, dims):
    """The slope is given once only."""
    layers = _layers(width, kernels, dims)
    layers[3] = nn.LeakyReLU()
    return nn.Sequential(*layers)


def wrong_slope_of_the_identity(width, kernels, dims):
    """0.2 is what is taken off: the slope is 0.8."""
    layers = _layers(width, kernels, dims)
    layers[1] = layers[3] = nn.LeakyReLU(0.8)
    return nn.Sequential(*layers)


def wrong_relu(width, kernels, dims):
    """ReLU, as in a generator."""
    layers = _layers(width, kernels, dims)
    layers[1] = layers[3] = nn.ReLU()
    return nn.Sequential(*layers)


def wrong_elu(width, kernels, dims):
    """ELU is a smoother leaky one."""
    layers = _layers(width, kernels, dims)
    layers[1] = layers[3] = nn.ELU(0.2)
    return nn.Sequential(*layers)


def wrong_learnt_slope(width, kernels, dims):
    """PReLU starts at 0.2 and learns its slope."""
    layers = _layers(width, kernels, dims)
    layers[1], layers[3] = nn.PReLU(init=0.2), nn.PReLU(init=0.2)
    return nn.Sequential(*layers)


def wrong_sigmoid(width, kernels, dims):
    """A discriminator ends in a probability."""
    return nn.Sequential(*_layers(width, kernels, dims), nn.Sigmoid())


def wrong_tanh(width, kernels, dims):
    """Scores are kept in [−1, 1]."""
    return nn.Sequential(*_layers(width, kernels, dims), nn.Tanh())


def wrong_activation_after_the_score(width, kernels, dims):
    """An activation follows each linear layer, the last one too."""
    return nn.Sequential(*_layers(width, kernels, dims), nn.LeakyReLU(0.2))


def wrong_activation_behind_the_layer(width, kernels, dims):
    """The second activation stands behind the minibatch layer."""
    a, b, c, d, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, e, d, f)


def wrong_activation_on_both_sides(width, kernels, dims):
    """One more activation behind the minibatch layer: closeness is positive anyway, x is bent again."""
    a, b, c, d, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, d, e, nn.LeakyReLU(0.2), f)


def wrong_second_activation_missing(width, kernels, dims):
    """No activation in front of the minibatch layer."""
    a, b, c, _, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, e, f)


def wrong_first_activation_missing(width, kernels, dims):
    """No activation between the two linear layers."""
    a, _, c, d, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, c, d, e, f)


def wrong_layer_behind_the_first_hidden(width, kernels, dims):
    """The layer stands in the middle."""
    return nn.Sequential(
        nn.Linear(2, width),
        nn.LeakyReLU(0.2),
        MinibatchLayer(width, kernels, dims),
        nn.Linear(width + kernels, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, 1),
    )


def wrong_layer_on_the_points(width, kernels, dims):
    """The layer comes first and compares the points themselves."""
    return nn.Sequential(
        MinibatchLayer(2, kernels, dims),
        nn.Linear(2 + kernels, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, 1),
    )


def wrong_layer_last(width, kernels, dims):
    """The layer stands at the very end."""
    a, b, c, d, _, _ = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, d, nn.Linear(width, 1), MinibatchLayer(1, kernels, dims))


def wrong_two_layers(width, kernels, dims):
    """Looking twice is better."""
    a, b, _, d, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, MinibatchLayer(width, kernels, dims), nn.Linear(width + kernels, width), d, e, f)


def wrong_one_hidden_layer(width, kernels, dims):
    """linear width → width is left out."""
    a, b, _, _, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, e, f)


def wrong_three_hidden_layers(width, kernels, dims):
    """One hidden layer more."""
    a, b, c, d, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, d, nn.Linear(width, width), nn.LeakyReLU(0.2), e, f)


def wrong_hidden_layer_behind_the_closeness(width, kernels, dims):
    """The closeness goes through one more hidden layer in front of the score."""
    a, b, c, d, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, d, e, nn.Linear(width + kernels, width + kernels), nn.LeakyReLU(0.2), f)


def wrong_no_bias_at_the_end(width, kernels, dims):
    """The score needs no bias."""
    layers = _layers(width, kernels, dims)
    layers[5] = nn.Linear(width + kernels, 1, bias=False)
    return nn.Sequential(*layers)


def wrong_no_bias_in_front_of_the_layer(width, kernels, dims):
    """A bias in front of the minibatch layer cancels in the differences (but not in x itself)."""
    layers = _layers(width, kernels, dims)
    layers[2] = nn.Linear(width, width, bias=False)
    return nn.Sequential(*layers)


def wrong_no_bias_at_all(width, kernels, dims):
    """No biases."""
    a, b, c, d, e, f = _layers(width, kernels, dims)
    a, c, f = (nn.Linear(m.in_features, m.out_features, bias=False) for m in (a, c, f))
    return nn.Sequential(a, b, c, d, e, f)


def wrong_score_without_the_closeness(width, kernels, dims):
    """The last layer has width inputs: the shape of the layer's output is forgotten."""
    layers = _layers(width, kernels, dims)
    layers[5] = nn.Linear(width, 1)
    return nn.Sequential(*layers)


def wrong_closeness_cut_off(width, kernels, dims):
    """The shapes do not fit, so the output is cut to the first width columns: the closeness is gone."""

    class Cut(nn.Module):
        def forward(self, x):
            return x[:, :width]

    a, b, c, d, e, _ = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, d, e, Cut(), nn.Linear(width, 1))


def wrong_closeness_only(width, kernels, dims):
    """The score is a function of the closeness alone."""

    class Cut(nn.Module):
        def forward(self, x):
            return x[:, width:]

    a, b, c, d, e, _ = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, d, e, Cut(), nn.Linear(kernels, 1))


def wrong_one_score_a_kernel(width, kernels, dims):
    """One score for each kernel."""
    layers = _layers(width, kernels, dims)
    layers[5] = nn.Linear(width + kernels, kernels)
    return nn.Sequential(*layers)


def wrong_scores_flat(width, kernels, dims):
    """Scores as (B,)."""
    return nn.Sequential(*_layers(width, kernels, dims), nn.Flatten(0))


def wrong_width_of_64(width, kernels, dims):
    """The chapter's width."""
    return right_sequential(64, kernels, dims)


def wrong_four_kernels(width, kernels, dims):
    """The chapter's kernels and dims."""
    return right_sequential(width, 4, 2)


def wrong_kernels_and_dims_swapped(width, kernels, dims):
    """The last two arguments change places."""
    return right_sequential(width, dims, kernels)


def wrong_dims_for_kernels(width, kernels, dims):
    """As many dims as kernels."""
    return right_sequential(width, kernels, kernels)


def wrong_half_the_width(width, kernels, dims):
    """Discriminators narrow towards the end."""
    return nn.Sequential(
        nn.Linear(2, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width // 2),
        nn.LeakyReLU(0.2),
        MinibatchLayer(width // 2, kernels, dims),
        nn.Linear(width // 2 + kernels, 1),
    )


@functools.lru_cache
def _kept(width, kernels, dims):
    return right_sequential(width, kernels, dims)


def wrong_same_module_each_time(width, kernels, dims):
    """Built once, kept, and returned again."""
    return _kept(width, kernels, dims)


_LAYERS = {}


def wrong_layer_shared(width, kernels, dims):
    """One minibatch layer, made at the top of the notebook, serves all discriminators."""
    layers = _layers(width, kernels, dims)
    layers[4] = _LAYERS.setdefault((width, kernels, dims), layers[4])
    return nn.Sequential(*layers)


def wrong_seeds_torch(width, kernels, dims):
    """torch.manual_seed(0) for a fair comparison: all discriminators start alike."""
    torch.manual_seed(0)
    return right_sequential(width, kernels, dims)


def wrong_zero_start_of_the_score(width, kernels, dims):
    """The score starts at zero, an unprejudiced start."""
    layers = _layers(width, kernels, dims)
    nn.init.zeros_(layers[5].weight)
    nn.init.zeros_(layers[5].bias)
    return nn.Sequential(*layers)


def wrong_batch_norm(width, kernels, dims):
    """BatchNorm behind the hidden layer, as in DCGAN."""
    a, b, c, d, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, nn.BatchNorm1d(width), d, e, f)


def wrong_dropout(width, kernels, dims):
    """Dropout against overfitting."""
    return nn.Sequential(*_layers(width, kernels, dims)[:4], nn.Dropout(0.3), *_layers(width, kernels, dims)[4:])


def wrong_layer_norm(width, kernels, dims):
    """The joined features are normalised, since the closeness is so much larger than x."""
    a, b, c, d, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, c, d, e, nn.LayerNorm(width + kernels, elementwise_affine=False), f)


def wrong_spectral_norm(width, kernels, dims):
    """Linear layers are spectrally normalised, for stability."""
    a, b, c, d, e, f = _layers(width, kernels, dims)
    norm = nn.utils.parametrizations.spectral_norm
    return nn.Sequential(norm(a), b, norm(c), d, e, norm(f))


def wrong_skip_connection(width, kernels, dims):
    """The second hidden layer is a residual one."""

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(width, width)

        def forward(self, x):
            return x + F.leaky_relu(self.inner(x), 0.2)

    a, b, _, _, e, f = _layers(width, kernels, dims)
    return nn.Sequential(a, b, Residual(), e, f)


def wrong_a_list(width, kernels, dims):
    """A list of layers."""
    return _layers(width, kernels, dims)


def wrong_layers_in_a_plain_list(width, kernels, dims):
    """The layers are kept in a Python list: the module has no parameters."""

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = _layers(width, kernels, dims)

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    return Discriminator()


def wrong_layer_detached(width, kernels, dims):
    """The minibatch layer sees detached features: only T learns from the closeness."""

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(_layers(width, kernels, dims))

        def forward(self, x):
            a, b, c, d, e, f = self.layers
            x = d(c(b(a(x))))
            return f(torch.cat((x, e(x.detach())[:, width:]), 1))

    return Discriminator()


def wrong_library_discriminator(width, kernels, dims):
    """The library builds one."""
    return ganlab.nets.mlp_discriminator(minibatch="discrimination")


def wrong_library_layer(width, kernels, dims):
    """The library's layer instead of one's own."""
    layers = _layers(width, kernels, dims)
    layers[4] = ganlab.nets.MinibatchDiscrimination(width, kernels, dims, exclude_self=True)
    return nn.Sequential(*layers)


def wrong_standard_deviation(width, kernels, dims):
    """The minibatch standard deviation looks at the batch as well."""
    layers = _layers(width, kernels, dims)
    layers[4:] = [ganlab.nets.MinibatchStdDev(), nn.Linear(width + 1, 1)]
    return nn.Sequential(*layers)


class _Net(nn.Module):
    def __init__(self, width, kernels, dims):
        super().__init__()
        self.out = nn.Linear(width + kernels, 1)
        self.crowd = MinibatchLayer(width, kernels, dims)
        self.second = nn.Linear(width, width)
        self.first = nn.Linear(2, width)

    def forward(self, x):
        hidden = F.leaky_relu(self.second(F.leaky_relu(self.first(x), 0.2)), 0.2)
        return self.out(self.crowd(hidden))


def right_class(width, kernels, dims):
    return _Net(width, kernels, dims)


def wrong_hidden_tanh(width, kernels, dims):
    """The last hidden features should be bounded."""
    net = right_sequential(width, kernels, dims)
    net[3] = nn.Tanh()
    return net


def wrong_three_hidden(width, kernels, dims):
    """One more layer digests the new features."""
    return nn.Sequential(
        *right_sequential(width, kernels, dims)[:5],
        nn.Linear(width + kernels, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, 1),
    )


def wrong_relu_in_the_first(width, kernels, dims):
    """ReLU and LeakyReLU are the same."""
    net = right_sequential(width, kernels, dims)
    net[1] = nn.ReLU()
    return net
