"""The record's own arithmetic; what a run writes into it is in test_train.py."""

import pytest
import torch

import ganlab as gl
from ganlab.diagnostics import accuracy, saturation
from ganlab.training.record import Record
from ganlab.training.step import StepOut


@pytest.mark.parametrize("boundary", [0.0, 0.5])
def test_sides_are_those_of_the_diagnostics_about_the_boundary(boundary: float) -> None:
    scores = 6 * torch.randn(2, 3, 40, generator=torch.Generator().manual_seed(0))
    scores[0, 0, :3] = boundary  # ties count one half
    scores[0, 1, 0] = boundary + 4.0  # the limit itself is not beyond
    loss = torch.zeros(3)
    record = Record.empty(3, 1, torch.device("cpu"), boundary)
    alive = torch.tensor([True, True, False])
    record.write(7, StepOut(loss, loss, *scores), None, alive)
    real, fake = scores - boundary
    assert torch.allclose(record.accuracy_d[:2, 0], accuracy(real, fake)[:2])
    both = saturation(torch.cat((real, fake), 1))
    assert torch.allclose(record.saturation_d[:2, 0], both[:2]) and 0.3 < float(both[0]) < 0.7
    assert bool(record.saturation_d[2].isnan().all())


def test_saturation_of_a_run_grows_with_the_scores() -> None:
    config = gl.TrainConfig(seeds=2, steps=3, batch_size=8, width=4, snapshots=0, record_every=1)

    class Steep(torch.nn.Module):
        def __init__(self, slope: float) -> None:
            super().__init__()
            self.slope = torch.nn.Parameter(torch.tensor([slope]))

        def forward(self, x):
            return self.slope * x[:, :1]

    data = torch.full((1, 2), 5.0)  # every real score is 5·slope
    flat = gl.train(data, config, discriminator=lambda: Steep(0.01)).record.saturation_d
    steep = gl.train(data, config, discriminator=lambda: Steep(100.0)).record.saturation_d
    assert flat.tolist() == [[0.0] * 3] * 2
    assert bool((steep > 0.5).all())
