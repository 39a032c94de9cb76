import pytest
import torch

from ganlab.runtime import STREAMS, resolve_device, stream_generator, stream_seed


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
