import numpy as np
import pytest
import torch

import ganlab as gl
from ganlab.runtime import STREAMS, is_number, require_whole, resolve_device, stream_generator, stream_seed


def test_auto_takes_what_is_there() -> None:
    assert resolve_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize(
    ("name", "says"),
    [("gpu0", "is not a device"), ("cuda:99", "asks for a GPU|is not there"), ("meta", "not supported")],
)
def test_a_device_that_is_not_there_is_named(name: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        resolve_device(name)


def test_streams_of_all_seeds_and_purposes_differ() -> None:
    seeds = {stream_seed(seed, stream) for seed in range(50) for stream in STREAMS}
    assert len(seeds) == 50 * len(STREAMS)


def test_a_stream_is_reproducible() -> None:
    first, again = (torch.rand(5, generator=stream_generator(3, "data")) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, torch.rand(5, generator=stream_generator(4, "data")))


def test_numpys_whole_numbers_are_whole_numbers() -> None:
    for n in (np.int64(5), np.uint8(5), 5):
        require_whole("n", n)
        assert len(gl.ring().sample(n)) == 5
    for wrong in (np.float64(5), True, np.bool_(True), np.int64(-1), "5", None):
        with pytest.raises(ValueError, match="n must be a whole number of 1 or more"):
            require_whole("n", wrong)
    assert all(map(is_number, (1, 0.5, np.float32(2), np.int8(3))))
    assert not any(map(is_number, (True, np.bool_(True), "1", None)))
