"""Train the extractor of `features.py`: `python -m ganlab.diagnostics.train_features`, about a minute on one thread.

It takes the bundled digits and 8,000 of MNIST's test images, or with `--all` MNIST's 60,000 training images in their
place (`GANLAB_DATA` says where they are; what is missing is downloaded). It writes the weights and prints their sha256
and their accuracy on held-out images, to be entered in `features.py`.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

from ganlab.data import ImageSet, digits, mnist
from ganlab.diagnostics.features import WEIGHTS, DigitNet

HELD_OUT = 2_000
Part = tuple[Tensor, Tensor]  # images, labels


def gather(*, everything: bool = False) -> tuple[Part, dict[str, Part]]:
    """Give the training images and, by name, the held-out ones."""
    held_out = {"digits test": _part(digits("test"))}
    test = mnist("test")
    if everything:
        more = _part(mnist("train"))
        held_out["MNIST test"] = _part(test)
    else:
        order = torch.randperm(len(test), generator=torch.Generator().manual_seed(0))
        more = _part(test, order[:-HELD_OUT])
        held_out[f"MNIST test, {HELD_OUT:,} held out"] = _part(test, order[-HELD_OUT:])
    images, labels = (torch.cat(pair) for pair in zip(_part(digits("train")), more))
    return (images, labels), held_out


def fit(images: Tensor, labels: Tensor, *, epochs: int = 8, batch: int = 64, seed: int = 0) -> DigitNet:
    """Train a fresh extractor with Adam, the rate falling to 0 along a cosine, on images shifted by up to 2 pixels."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        net = DigitNet()
    random = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(net.parameters(), 4e-3, weight_decay=1e-2)
    steps = epochs * -(-len(images) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(epochs):
        for index in torch.randperm(len(images), generator=random).split(batch):
            down, right = (int(k) for k in torch.randint(0, 5, (2,), generator=random))
            shifted = pad(images[index], (2, 2, 2, 2), value=-1.0)[..., down : down + 28, right : right + 28]
            loss = cross_entropy(net(shifted)[1], labels[index], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.eval()


@torch.no_grad()
def accuracy(net: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Give the share of images whose class is right."""
    right = [int((net(x)[1].argmax(1) == y).sum()) for x, y in zip(images.split(500), labels.split(500))]
    return sum(right) / len(images)


def main() -> None:
    """Train, write and report."""
    parser = argparse.ArgumentParser(description="Train the extractor of features of digits.")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="the file to write")
    parser.add_argument("--all", action="store_true", help="train on MNIST's 60,000 training images")
    chosen = parser.parse_args()
    (images, labels), held_out = gather(everything=chosen.all)
    net = fit(images, labels)
    torch.save(net.state_dict(), chosen.out)
    print(f"{len(images):,} training images; {chosen.out.stat().st_size:,} bytes")
    print("SHA256 =", hashlib.sha256(chosen.out.read_bytes()).hexdigest())
    print("ACCURACY =", {name: round(accuracy(net, *part), 4) for name, part in held_out.items()})


def _part(data: ImageSet, index: Tensor | None = None) -> Part:
    return (data.images, data.labels) if index is None else (data.images[index], data.labels[index])


if __name__ == "__main__":
    main()
