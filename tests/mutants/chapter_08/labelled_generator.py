"""Answers to exercise 08/labelled_generator: functions that build the module."""

import torch
from torch import nn


def _body(inputs, width, end):
    return nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 100), end
    )


class _Right(nn.Module):
    def __init__(self, latent_dim, classes, embedding, width, end=None):
        super().__init__()
        self.classes = classes
        self.embedding = nn.Embedding(classes, embedding)
        self.net = _body(latent_dim + embedding, width, nn.Tanh() if end is None else end)

    def require(self, labels):
        if bool(((labels < 0) | (labels >= self.classes)).any()):
            raise ValueError(f"labels must be classes from 0 to {self.classes - 1}.")

    def forward(self, z, labels):
        self.require(labels)
        return self.net(torch.cat((z, self.embedding(labels)), 1)).view(-1, 1, 10, 10)


def right_plain(latent_dim, classes, embedding, width):
    """Join z and the vector."""
    return _Right(latent_dim, classes, embedding, width)


def right_projected(latent_dim, classes, embedding, width):
    """Map the vector to the hidden size and add it there; try to look it up, turn the error."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(classes, embedding)
            self.first, self.side = nn.Linear(latent_dim, width), nn.Linear(embedding, width, bias=False)
            self.rest = nn.Sequential(nn.LeakyReLU(0.2), nn.Linear(width, width), nn.LeakyReLU(0.2))
            self.last = nn.Linear(width, 100)

        def forward(self, z, labels):
            try:
                vectors = self.embedding(labels)
            except IndexError:
                raise ValueError("there is no such class") from None
            hidden = self.rest(self.first(z) + self.side(vectors))
            return torch.tanh(self.last(hidden)).unflatten(1, (1, 10, 10))

    return Net()


def right_convolutions(latent_dim, classes, embedding, width):
    """Draw with transposed convolutions, small at the start."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(classes, embedding)
            self.net = nn.Sequential(
                nn.Linear(embedding + latent_dim, width * 25),
                nn.Unflatten(1, (width, 5, 5)),
                nn.ReLU(),
                nn.ConvTranspose2d(width, 8, 4, 2, 1),
                nn.ReLU(),
                nn.Conv2d(8, 1, 3, 1, 1),
                nn.Tanh(),
            )
            for layer in self.net:
                if hasattr(layer, "weight"):
                    nn.init.normal_(layer.weight, 0.0, 0.02)

        def forward(self, z, labels):
            if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
                raise ValueError("labels must be classes")
            return self.net(torch.cat((self.embedding(labels), z), 1))

    return Net()


class _Unasked(_Right):
    def forward(self, z, labels):
        self.require(labels)
        return self.net(torch.cat((z, 0 * self.embedding(labels)), 1)).view(-1, 1, 10, 10)


class _Number(_Right):
    def forward(self, z, labels):
        self.require(labels)
        vectors = self.embedding(labels) * labels[:, None]
        return self.net(torch.cat((z, vectors), 1)).view(-1, 1, 10, 10)


class _FirstLabel(_Right):
    def forward(self, z, labels):
        self.require(labels)
        vectors = self.embedding(labels[:1]).expand(len(z), -1)
        return self.net(torch.cat((z, vectors), 1)).view(-1, 1, 10, 10)


class _Torch(_Right):
    def require(self, labels):
        pass


class _Cut(_Right):
    def forward(self, z, labels):
        return self.net(torch.cat((z, self.embedding(labels.clamp(0, self.classes - 1))), 1)).view(-1, 1, 10, 10)


class _Detached(_Right):
    def forward(self, z, labels):
        self.require(labels)
        return self.net(torch.cat((z, self.embedding(labels).detach()), 1)).view(-1, 1, 10, 10)


def wrong_label_ignored(latent_dim, classes, embedding, width):
    """The label is looked up."""
    return _Unasked(latent_dim, classes, embedding, width)


def wrong_label_as_number(latent_dim, classes, embedding, width):
    """A label is a number too."""
    return _Number(latent_dim, classes, embedding, width)


def wrong_first_label(latent_dim, classes, embedding, width):
    """A batch has one label."""
    return _FirstLabel(latent_dim, classes, embedding, width)


def wrong_torch_refuses(latent_dim, classes, embedding, width):
    """An index error says it."""
    return _Torch(latent_dim, classes, embedding, width)


def wrong_cut(latent_dim, classes, embedding, width):
    """Labels are brought into range."""
    return _Cut(latent_dim, classes, embedding, width)


def wrong_detached(latent_dim, classes, embedding, width):
    """Vectors are given."""
    return _Detached(latent_dim, classes, embedding, width)


def wrong_sigmoid(latent_dim, classes, embedding, width):
    """Pixels are shades."""
    return _Right(latent_dim, classes, embedding, width, nn.Sigmoid())


def wrong_hardtanh(latent_dim, classes, embedding, width):
    """Cut the pixels to their range."""
    return _Right(latent_dim, classes, embedding, width, nn.Hardtanh())


def wrong_batch_norm(latent_dim, classes, embedding, width):
    """DCGAN has it."""
    made = _Right(latent_dim, classes, embedding, width)
    made.net.insert(1, nn.BatchNorm1d(width))
    return made


def wrong_dropout(latent_dim, classes, embedding, width):
    """More variety."""
    made = _Right(latent_dim, classes, embedding, width)
    made.net.insert(2, nn.Dropout(0.2))
    return made
