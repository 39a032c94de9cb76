"""Student answers to `LabelledGenerator`: `right_*` meet the statement, `wrong_*` do not; each builds the module."""

import torch
import torch.nn.functional as F
from torch import nn


def _judge_labels(labels, classes):
    if ((labels < 0) | (labels >= classes)).any():
        raise ValueError(f"labels must be classes from 0 to {classes - 1}, got {labels.tolist()}.")


def _body(inputs, width):
    return nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 100), nn.Tanh()
    )


class _Plain(nn.Module):
    """A right answer in pieces that the others replace."""

    def __init__(self, latent_dim, classes, embedding, width):
        super().__init__()
        self.classes = classes
        self.embedding = nn.Embedding(classes, embedding)
        self.net = _body(latent_dim + embedding, width)

    def check(self, labels):
        _judge_labels(labels, self.classes)

    def vectors(self, labels):
        return self.embedding(labels)

    def draw(self, joint):
        return self.net(joint)

    def forward(self, z, labels):
        self.check(labels)
        return self.draw(torch.cat((z, self.vectors(labels)), 1)).reshape(-1, 1, 10, 10)


# ----------------------------------------------------------------------------------------------------------- right


def right_sequential(latent_dim, classes, embedding, width):
    """Two hidden layers of ReLU, tanh, unflatten."""

    class LabelledGenerator(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(classes, embedding)
            self.net = nn.Sequential(*_body(latent_dim + embedding, width), nn.Unflatten(1, (1, 10, 10)))

        def forward(self, z, labels):
            low, high = labels.aminmax()
            if low < 0 or high >= self.embedding.num_embeddings:
                raise ValueError("There is no such class.")
            return self.net(torch.cat((z, self.embedding(labels)), dim=-1))

    return LabelledGenerator()


def right_bare_parameters(latent_dim, classes, embedding, width):
    """Weights by hand, functional layers, label first."""

    class LabelledGenerator(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(classes, embedding)
            sizes = (embedding + latent_dim, width, width, width, 100)
            self.weights = nn.ParameterList(
                [torch.randn(b, a) * (2 / a) ** 0.5 for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
            )
            self.biases = nn.ParameterList([torch.zeros(b) for b in sizes[1:]])

        def forward(self, z, labels):
            if not bool(torch.isin(labels, torch.arange(classes)).all()):
                raise ValueError(f"every label must be one of 0 … {classes - 1}")
            h = torch.hstack((F.embedding(labels, self.embedding.weight), z))
            for weight, bias in list(zip(self.weights, self.biases, strict=True))[:-1]:
                h = F.leaky_relu(F.linear(h, weight, bias), 0.2)
            return torch.tanh(F.linear(h, self.weights[-1], self.biases[-1]) / 4).view(len(z), 1, 10, 10)

    return LabelledGenerator()


def right_two_doors(latent_dim, classes, embedding, width):
    """z and the vector each have a first layer of their own; their sum is the same as cat. Layer norm, GELU."""

    class LabelledGenerator(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(classes, embedding)
            self.from_noise = nn.Linear(latent_dim, width)
            self.from_label = nn.Linear(embedding, width, bias=False)
            self.norm = nn.LayerNorm(width)
            self.middle = nn.Linear(width, width)
            self.last = nn.Linear(width, 100)

        def forward(self, z, labels):
            wrong = [k for k in labels.tolist() if not 0 <= k < classes]
            if wrong:
                raise ValueError(f"{wrong} are no classes.")
            h = F.gelu(self.norm(self.from_noise(z) + self.from_label(self.embedding(labels))))
            return self.last(F.gelu(self.middle(h))).tanh().unflatten(-1, (1, 10, 10))

    return LabelledGenerator()


def right_transposed_convolution(latent_dim, classes, embedding, width):
    """Convolutional, 1 → 5 → 10 pixels, `width` channels."""

    class LabelledGenerator(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(classes, embedding)
            self.net = nn.Sequential(
                nn.ConvTranspose2d(latent_dim + embedding, width, 5),
                nn.ReLU(),
                nn.Conv2d(width, width, 3, padding=1),
                nn.ReLU(),
                nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),
                nn.Tanh(),
            )

        def forward(self, z, labels):
            for label in labels:
                if label < 0 or label > classes - 1:
                    raise ValueError(f"label {int(label)} is outside 0 to {classes - 1}")
            return self.net(torch.cat((z, self.embedding(labels)), 1)[:, :, None, None])

    return LabelledGenerator()


def right_one_hot_times_table(latent_dim, classes, embedding, width):
    """The look-up as a product of one-hot rows with the table; a residual middle."""

    class LabelledGenerator(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(classes, embedding)
            self.first = nn.Linear(latent_dim + embedding, width)
            self.middle = nn.Linear(width, width)
            self.last = nn.Linear(width, 100)

        def forward(self, z, labels):
            if labels.min() < 0 or labels.max() >= classes:
                raise ValueError("A label is negative or too large.")
            hot = F.one_hot(labels.long(), classes).to(z.dtype)
            h = self.first(torch.cat([z, hot @ self.embedding.weight], dim=1)).relu()
            h = h + self.middle(h).relu()
            return torch.tanh(self.last(h)).reshape(z.shape[0], 1, 10, 10)

    return LabelledGenerator()


def right_one_by_one(latent_dim, classes, embedding, width):
    """A loop over the batch; each image alone."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            images = []
            for noise, label in zip(z, labels.tolist(), strict=True):
                if label not in range(classes):
                    raise ValueError(f"{label} is no class")
                images.append(self.net(torch.cat((noise, self.embedding.weight[label]))).view(1, 10, 10))
            return torch.stack(images)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def right_one_hidden_layer(latent_dim, classes, embedding, width):
    """One hidden layer: what stands in between is free."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net = nn.Sequential(nn.Linear(latent_dim + embedding, width), nn.SiLU(), nn.Linear(width, 100), nn.Tanh())
    return made


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


# ----------------------------------------------------------------------------------------------------------- wrong


def wrong_label_as_number(latent_dim, classes, embedding, width):
    """The label joins as one number; the table is there and nobody looks into it."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.net = _body(latent_dim + 1, width)

        def vectors(self, labels):
            return labels[:, None].float() / classes

    return LabelledGenerator()


def wrong_one_hot(latent_dim, classes, embedding, width):
    """One-hot labels do the same; the table is not used."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.net = _body(latent_dim + classes, width)

        def vectors(self, labels):
            return F.one_hot(labels, classes).float()

    return LabelledGenerator()


def wrong_number_beside_the_vector(latent_dim, classes, embedding, width):
    """The vector, and the number as well, cannot hurt."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.net = _body(latent_dim + embedding + 1, width)

        def vectors(self, labels):
            return torch.cat((self.embedding(labels), labels[:, None].float()), 1)

    return LabelledGenerator()


def wrong_bias_of_each_class(latent_dim, classes, embedding, width):
    """A second table adds an image of its own for each class."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.bias = nn.Embedding(classes, 100)
            self.net = self.net[:-1]

        def forward(self, z, labels):
            self.check(labels)
            joint = torch.cat((z, self.embedding(labels)), 1)
            return (self.net(joint) + self.bias(labels)).tanh().reshape(-1, 1, 10, 10)

    return LabelledGenerator()


def wrong_net_of_each_class(latent_dim, classes, embedding, width):
    """A network for each class, besides the vector."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.nets = nn.ModuleList([_body(latent_dim + embedding, width) for _ in range(classes)])
            del self.net

        def forward(self, z, labels):
            self.check(labels)
            joint = torch.cat((z, self.embedding(labels)), 1)
            rows = [self.nets[k](row) for k, row in zip(labels.tolist(), joint, strict=True)]
            return torch.stack(rows).reshape(-1, 1, 10, 10)

    return LabelledGenerator()


def wrong_label_ignored(latent_dim, classes, embedding, width):
    """The vector is looked up and left out."""

    class LabelledGenerator(_Plain):
        def vectors(self, labels):
            return 0 * self.embedding(labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_noise_ignored(latent_dim, classes, embedding, width):
    """One image a class is what was ordered."""

    class LabelledGenerator(_Plain):
        def draw(self, joint):
            return self.net(torch.cat((0 * joint[:, :latent_dim], joint[:, latent_dim:]), 1))

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_first_latent_only(latent_dim, classes, embedding, width):
    """Only the first latent gets in."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            return super().forward(z[:, :1].expand_as(z), labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_last_latent_lost(latent_dim, classes, embedding, width):
    """The last latent chooses the class elsewhere, so here it is cut off."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.net = _body(latent_dim - 1 + embedding, width)

        def forward(self, z, labels):
            return super().forward(z[:, :-1], labels)

    return LabelledGenerator()


def wrong_embedding_detached(latent_dim, classes, embedding, width):
    """The vectors are constants for the network."""

    class LabelledGenerator(_Plain):
        def vectors(self, labels):
            return self.embedding(labels).detach()

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_noise_detached(latent_dim, classes, embedding, width):
    """Noise needs no gradient."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            return super().forward(z.detach(), labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_images_detached(latent_dim, classes, embedding, width):
    """Images are data."""

    class LabelledGenerator(_Plain):
        @torch.no_grad()
        def forward(self, z, labels):
            return super().forward(z, labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_embedding_frozen(latent_dim, classes, embedding, width):
    """A class's vector is its name and must not move."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.embedding.weight.requires_grad_(False)
    return made


def wrong_embedding_zero(latent_dim, classes, embedding, width):
    """Vectors start at 0."""
    made = _Plain(latent_dim, classes, embedding, width)
    nn.init.zeros_(made.embedding.weight)
    return made


def wrong_embedding_small(latent_dim, classes, embedding, width):
    """DCGAN's start N(0, 0.02) for all weights, the vectors among them."""
    made = _Plain(latent_dim, classes, embedding, width)
    nn.init.normal_(made.embedding.weight, 0.0, 0.02)
    return made


def wrong_embedding_uniform(latent_dim, classes, embedding, width):
    """Vectors start uniform on [−1, 1]."""
    made = _Plain(latent_dim, classes, embedding, width)
    nn.init.uniform_(made.embedding.weight, -1, 1)
    return made


def wrong_embedding_one_hot(latent_dim, classes, embedding, width):
    """Vectors start as rows of the identity."""
    made = _Plain(latent_dim, classes, embedding, width)
    nn.init.eye_(made.embedding.weight)
    return made


def wrong_embedding_xavier(latent_dim, classes, embedding, width):
    """Xavier's start for the table."""
    made = _Plain(latent_dim, classes, embedding, width)
    nn.init.xavier_normal_(made.embedding.weight)
    return made


def wrong_padding_class(latent_dim, classes, embedding, width):
    """padding_idx=0 is how an embedding is always written; class 0 gets a zero vector that never learns."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.embedding = nn.Embedding(classes, embedding, padding_idx=0)
    return made


def wrong_padding_last_class(latent_dim, classes, embedding, width):
    """padding_idx=−1 is for the label −1; it is the last class."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.embedding = nn.Embedding(classes, embedding, padding_idx=-1)
    return made


def wrong_max_norm(latent_dim, classes, embedding, width):
    """max_norm=1 keeps vectors comparable; it rewrites the table when one looks."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.embedding = nn.Embedding(classes, embedding, max_norm=1.0)
    return made


def wrong_embedding_transposed(latent_dim, classes, embedding, width):
    """nn.Embedding(size, number)."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.embedding = nn.Embedding(embedding, classes)
    made.net = _body(latent_dim + classes, width)
    return made


def wrong_embedding_one_more(latent_dim, classes, embedding, width):
    """One vector more, for no class at all."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.embedding = nn.Embedding(classes + 1, embedding)
    return made


def wrong_embedding_of_width(latent_dim, classes, embedding, width):
    """Vectors as long as the hidden layers."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.embedding = nn.Embedding(classes, width)
    made.net = _body(latent_dim + width, width)
    return made


def wrong_embedding_other_name(latent_dim, classes, embedding, width):
    """The name of the attribute is free."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.table = self.embedding
            del self.embedding

        def vectors(self, labels):
            return self.table(labels)

    return LabelledGenerator()


def wrong_second_table(latent_dim, classes, embedding, width):
    """self.embedding for show, another table in use."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.other = nn.Embedding(classes, embedding)

        def vectors(self, labels):
            return self.other(labels)

    return LabelledGenerator()


def wrong_new_table_each_time(latent_dim, classes, embedding, width):
    """The table is made where it is needed, in forward."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            self.embedding = nn.Embedding(classes, embedding)
            return super().forward(z, labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_vectors_remembered(latent_dim, classes, embedding, width):
    """The table's values are copied at the start, to save look-ups."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.copy = self.embedding.weight.clone().detach()

        def vectors(self, labels):
            return self.copy[labels]

    return LabelledGenerator()


def wrong_sigmoid(latent_dim, classes, embedding, width):
    """Pixels end in a sigmoid; they never get darker than grey."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net[-1] = nn.Sigmoid()
    return made


def wrong_no_tanh(latent_dim, classes, embedding, width):
    """The discriminator will teach it the range."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net[-1] = nn.Identity()
    return made


def wrong_clamp(latent_dim, classes, embedding, width):
    """Cutting off at −1 and 1 is the same as tanh."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net[-1] = nn.Hardtanh()
    return made


def wrong_tanh_before_the_last_layer(latent_dim, classes, embedding, width):
    """The order of the last two layers does not matter."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net[3] = nn.Tanh()
    made.net[-1] = nn.Identity()
    return made


def wrong_relu_before_tanh(latent_dim, classes, embedding, width):
    """ReLU after every linear layer, then tanh: no pixel below 0."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net[-1] = nn.Sequential(nn.ReLU(), nn.Tanh())
    return made


def wrong_pixels_to_255(latent_dim, classes, embedding, width):
    """Images have values from 0 to 255."""

    class LabelledGenerator(_Plain):
        def draw(self, joint):
            return 127.5 * (self.net(joint) + 1)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_softsign_of_pixels_over_image(latent_dim, classes, embedding, width):
    """Each image is divided by its largest pixel."""

    class LabelledGenerator(_Plain):
        def draw(self, joint):
            raw = self.net[:-1](joint)
            return raw / raw.abs().amax()

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_batch_norm(latent_dim, classes, embedding, width):
    """DCGAN has BatchNorm, so it belongs here."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net[0] = nn.Sequential(nn.Linear(latent_dim + embedding, width), nn.BatchNorm1d(width))
    return made


def wrong_batch_norm_on_the_noise(latent_dim, classes, embedding, width):
    """The inputs are normalised over the batch, by hand."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            return super().forward(z - z.mean(0), labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_batch_norm_in_training_only(latent_dim, classes, embedding, width):
    """In evaluation each image stands alone, which is enough."""

    class LabelledGenerator(_Plain):
        def draw(self, joint):
            return self.net(joint - joint.mean(0) if self.training else joint)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_dropout(latent_dim, classes, embedding, width):
    """Dropout against overfitting."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net[1] = nn.Sequential(nn.ReLU(), nn.Dropout(0.2))
    return made


def wrong_dropout_always_on(latent_dim, classes, embedding, width):
    """pix2pix keeps dropout on in evaluation too, as its noise."""

    class LabelledGenerator(_Plain):
        def draw(self, joint):
            return self.net(F.dropout(joint, 0.1, training=True))

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_noise_of_its_own(latent_dim, classes, embedding, width):
    """A little noise on the vectors makes the classes wider."""

    class LabelledGenerator(_Plain):
        def vectors(self, labels):
            found = self.embedding(labels)
            return found + 0.1 * torch.randn_like(found)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_noise_in_evaluation(latent_dim, classes, embedding, width):
    """Variety is wanted when images are drawn, so noise is added in evaluation only."""

    class LabelledGenerator(_Plain):
        def vectors(self, labels):
            found = self.embedding(labels)
            return found if self.training else found + 0.1 * torch.randn_like(found)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_mean_vector(latent_dim, classes, embedding, width):
    """The batch's mean vector for all of it."""

    class LabelledGenerator(_Plain):
        def vectors(self, labels):
            return self.embedding(labels).mean(0, keepdim=True).expand(len(labels), -1)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_first_label_for_all(latent_dim, classes, embedding, width):
    """The whole batch gets the first label."""

    class LabelledGenerator(_Plain):
        def vectors(self, labels):
            return self.embedding(labels[:1].expand(len(labels)))

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_sorted_by_class(latent_dim, classes, embedding, width):
    """Images come sorted by class."""

    class LabelledGenerator(_Plain):
        def vectors(self, labels):
            return self.embedding(labels.sort().values)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_running_state(latent_dim, classes, embedding, width):
    """A running mean of the vectors is subtracted; a call changes the next one."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.register_buffer("running", torch.zeros(embedding))

        def vectors(self, labels):
            found = self.embedding(labels)
            self.running = 0.9 * self.running + 0.1 * found.detach().mean(0)
            return found - self.running

    return LabelledGenerator()


def wrong_no_check(latent_dim, classes, embedding, width):
    """nn.Embedding refuses wrong labels by itself, with an IndexError."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            pass

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_error_translated(latent_dim, classes, embedding, width):
    """The IndexError is caught and becomes a ValueError; on a GPU the process has ended by then."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            try:
                self.embedding(labels)
            except IndexError as error:
                raise ValueError(f"labels must be classes from 0 to {classes - 1}.") from error

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_negative_not_checked(latent_dim, classes, embedding, width):
    """Only labels that are too large are wrong; −1 takes the last row of the table."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            if (labels >= classes).any():
                raise ValueError(f"labels must be below {classes}.")

        def vectors(self, labels):
            return self.embedding.weight[labels]

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_too_large_not_checked(latent_dim, classes, embedding, width):
    """Only negative labels are wrong."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            if (labels < 0).any():
                raise ValueError("labels must not be negative.")

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_off_by_one(latent_dim, classes, embedding, width):
    """Labels up to and with `classes` are allowed."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            if (labels < 0).any() or (labels > classes).any():
                raise ValueError(f"labels must lie between 0 and {classes}.")

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_last_class_refused(latent_dim, classes, embedding, width):
    """The last class is too large."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            _judge_labels(labels, classes - 1)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_class_zero_refused(latent_dim, classes, embedding, width):
    """Labels must be positive."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            _judge_labels(labels, classes)
            if (labels <= 0).any():
                raise ValueError("labels must be positive.")

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_all_for_any(latent_dim, classes, embedding, width):
    """Refused where all labels are wrong; one wrong one among right ones is clamped."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            if ((labels < 0) | (labels >= classes)).all():
                raise ValueError("labels are no classes.")

        def vectors(self, labels):
            return self.embedding(labels.clamp(0, classes - 1))

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_only_first_label_checked(latent_dim, classes, embedding, width):
    """The first label stands for all; others wrap around."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            _judge_labels(labels[:1], classes)

        def vectors(self, labels):
            return self.embedding(labels % classes)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_sum_checked(latent_dim, classes, embedding, width):
    """Both ends from the mean label: −1 and a large one make up for each other."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            if not 0 <= float(labels.float().mean()) <= classes - 1:
                raise ValueError("labels are no classes.")

        def vectors(self, labels):
            return self.embedding(labels.clamp(0, classes - 1))

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_clamped_labels(latent_dim, classes, embedding, width):
    """Wrong labels are moved to the nearest class."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            return super().forward(z, labels.clamp(0, classes - 1))

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_modulo_labels(latent_dim, classes, embedding, width):
    """Labels wrap around."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            return super().forward(z, labels % classes)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_assert(latent_dim, classes, embedding, width):
    """An assert is enough."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            assert (labels >= 0).all() and (labels < classes).all(), "labels are no classes."

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_index_error(latent_dim, classes, embedding, width):
    """An IndexError with a better sentence."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            if (labels < 0).any() or (labels >= classes).any():
                raise IndexError("labels are no classes.")

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_bare_value_error(latent_dim, classes, embedding, width):
    """The type of the error says enough."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            if (labels < 0).any() or (labels >= classes).any():
                raise ValueError

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_error_returned(latent_dim, classes, embedding, width):
    """The error is returned instead of raised."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            if (labels < 0).any() or (labels >= classes).any():
                return ValueError("labels are no classes.")
            return super().forward(z, labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_ten_classes_checked(latent_dim, classes, embedding, width):
    """Digits have ten classes; the table wraps around."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            _judge_labels(labels, 10)

        def vectors(self, labels):
            return self.embedding(labels % classes)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_embedding_size_checked(latent_dim, classes, embedding, width):
    """The wrong argument: labels below the length of a vector."""

    class LabelledGenerator(_Plain):
        def check(self, labels):
            _judge_labels(labels, embedding)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_ten_classes(latent_dim, classes, embedding, width):
    """Ten classes, whatever the argument says."""
    return _Plain(latent_dim, 10, embedding, width)


def wrong_hidden_width_fixed(latent_dim, classes, embedding, width):
    """64 hidden units, whatever the argument says."""
    return _Plain(latent_dim, classes, embedding, 64)


def wrong_sixteen_numbers(latent_dim, classes, embedding, width):
    """Vectors of 16 numbers, whatever the argument says."""
    return _Plain(latent_dim, classes, 16, width)


def wrong_thirty_two_latents(latent_dim, classes, embedding, width):
    """32 latents, whatever the argument says."""
    return _Plain(32, classes, embedding, width)


def wrong_no_hidden_layer(latent_dim, classes, embedding, width):
    """One linear layer draws; `width` is not needed."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net = nn.Sequential(nn.Linear(latent_dim + embedding, 100), nn.Tanh())
    return made


def wrong_product_of_equal_sizes(latent_dim, classes, embedding, width):
    """z times the vector; both must be equally long."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.net = _body(latent_dim, width)

        def forward(self, z, labels):
            self.check(labels)
            return self.net(z * self.embedding(labels)).reshape(-1, 1, 10, 10)

    return LabelledGenerator()


def wrong_flat_images(latent_dim, classes, embedding, width):
    """The discriminator flattens anyway."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            return super().forward(z, labels).flatten(1)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_no_channel(latent_dim, classes, embedding, width):
    """Grey images have no channel axis."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            return super().forward(z, labels)[:, 0]

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_squeezed_batch(latent_dim, classes, embedding, width):
    """squeeze, then the channel again: a batch of one loses its axis."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            images = super().forward(z, labels).squeeze()
            return images.unsqueeze(1 if images.ndim == 3 else 0)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_nan_for_a_batch_of_one(latent_dim, classes, embedding, width):
    """Standardised over the batch: a batch of one has no deviation."""

    class LabelledGenerator(_Plain):
        def draw(self, joint):
            return self.net((joint - joint.mean(0)) / joint.std(0))

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_arguments_swapped(latent_dim, classes, embedding, width):
    """Labels come first."""

    class LabelledGenerator(_Plain):
        def forward(self, labels, z):
            return super().forward(z, labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_layers_in_a_list(latent_dim, classes, embedding, width):
    """A Python list of layers; their weights belong to nobody, and no optimiser sees them."""

    class LabelledGenerator(_Plain):
        def __init__(self):
            super().__init__(latent_dim, classes, embedding, width)
            self.layers = list(self.net)
            del self.net

        def draw(self, joint):
            for layer in self.layers:
                joint = layer(joint)
            return joint

    return LabelledGenerator()


def wrong_last_layer_zero(latent_dim, classes, embedding, width):
    """The last layer starts at 0, so that the first images are grey; nothing reaches z."""
    made = _Plain(latent_dim, classes, embedding, width)
    nn.init.zeros_(made.net[4].weight)
    nn.init.zeros_(made.net[4].bias)
    return made


def wrong_hidden_layer_frozen(latent_dim, classes, embedding, width):
    """The first layer is a random projection that need not learn."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.net[0].requires_grad_(False)
    return made


def wrong_unused_layer(latent_dim, classes, embedding, width):
    """A layer is made and forgotten in forward."""
    made = _Plain(latent_dim, classes, embedding, width)
    made.extra = nn.Linear(width, width)
    return made


def wrong_labels_overwritten(latent_dim, classes, embedding, width):
    """Labels are put to 0 after use, in the caller's tensor."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            images = super().forward(z, labels)
            labels.zero_()
            return images

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_truncation_in_place(latent_dim, classes, embedding, width):
    """Far noise is cut off in the caller's tensor."""

    class LabelledGenerator(_Plain):
        def forward(self, z, labels):
            z.data.clamp_(-1, 1)
            return super().forward(z, labels)

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_label_in_the_pixels(latent_dim, classes, embedding, width):
    """The label is also written into the corner of the image, as the game will do behind it."""

    class LabelledGenerator(_Plain):
        def draw(self, joint):
            self.joint = joint
            return self.net(joint)

        def forward(self, z, labels):
            images = super().forward(z, labels).clone()
            images[:, 0, 0, 0] = 2 * labels / max(classes - 1, 1) - 1
            return images

    return LabelledGenerator(latent_dim, classes, embedding, width)


def wrong_everything_saturated(latent_dim, classes, embedding, width):
    """Pixels are black or white: a hundredfold before tanh; no gradient is left."""

    class LabelledGenerator(_Plain):
        def draw(self, joint):
            return torch.tanh(1e4 * self.net[:-1](joint))

    return LabelledGenerator(latent_dim, classes, embedding, width)
