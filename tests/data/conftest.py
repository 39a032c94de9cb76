"""Shared by the tests of data: a server of mirrors, no data folder but the test's own, MNIST's own files if they are there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ganlab.data import download
from tests.data.mirrors import Mirrors, serve, small_files

REAL = Path(__file__).parents[3] / "shared" / "data" / "mnist"


@pytest.fixture(scope="session")
def server() -> Iterator[Mirrors]:
    with serve(small_files()) as mirrors:
        yield mirrors


@pytest.fixture
def mirrors(server: Mirrors, monkeypatch: pytest.MonkeyPatch) -> Mirrors:
    """The server with an empty log, and a patience fit for tests."""
    server.asked.clear()
    server.pieces = 0
    monkeypatch.setattr(download, "SILENCE", 0.6)
    monkeypatch.setattr(download, "PATIENCE", 0.5)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return server


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test off the user's data folder and cache."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.delenv("GANLAB_DATA", raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda project: cache / project)
    return cache


@pytest.fixture
def real() -> Path:
    """MNIST's own files (test images and labels, training labels), in a folder beside the checkout."""
    if not (REAL / "t10k-images-idx3-ubyte.gz").is_file():
        pytest.skip("no MNIST files in ../shared/data/mnist")
    return REAL
