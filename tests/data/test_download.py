import errno
import io
import os
import re
import socket
import threading
from pathlib import Path

import pytest
import torch

from ganlab.data import download
from ganlab.data.download import FASHION_MNIST, MNIST, Source, load
from ganlab.data.idx import decode_idx
from tests.data.mirrors import Mirrors, pack, small_files, small_source

NAME = "t10k-images-idx3-ubyte"
FILES = small_files()
PACKED = pack(FILES[NAME])
RIGHT = decode_idx(FILES[NAME], "the test's own")


def down() -> str:
    """The address of a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/good/"


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


BAD = {
    "missing": "answered 404",
    "wrong": "gave a wrong file",
    "portal": "gave a wrong file",
    "cut": "broke off half-way",
    "silent": r"was silent for 0\.6 s",
    "stalled": r"was silent for 0\.6 s",
    "drip": r"is slow \([\d.]+ kB/s\)",
    "down": "cannot be reached",
}


@pytest.mark.parametrize("kind", BAD)
def test_the_next_mirror_gives_the_right_file(kind: str, mirrors: Mirrors, tmp_path: Path) -> None:
    first = down() if kind == "down" else mirrors.at(kind)
    source = small_source(FILES, first, mirrors.at("good"))
    assert torch.equal(load(source, NAME, tmp_path), RIGHT)
    assert files_in(tmp_path) == [f"MNIST/raw/{NAME}.gz"]
    assert mirrors.asked == [f"/{k}/{NAME}.gz" for k in (kind, "good") if k != "down"]


@pytest.mark.parametrize("kind", BAD)
def test_without_a_good_mirror_one_sentence_says_what_to_do(
    kind: str, mirrors: Mirrors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SLOW_LAST", download.SLOW)
    bad = down() if kind == "down" else mirrors.at(kind)
    with pytest.raises(ConnectionError) as raised:
        load(small_source(FILES, bad, bad), NAME, tmp_path)
    said = str(raised.value)
    assert len(re.findall(BAD[kind], said)) == 2  # each mirror with its reason
    assert "offline, use digits()" in said and str(tmp_path / "MNIST" / "raw") in said and "GANLAB_DATA" in said
    assert "\n" not in said and said.endswith(".")
    assert files_in(tmp_path) == []


def test_a_slow_mirror_is_left_before_it_is_done(mirrors: Mirrors, tmp_path: Path) -> None:
    load(small_source(FILES, mirrors.at("drip"), mirrors.at("good")), NAME, tmp_path)
    assert 2 < mirrors.pieces < 25


def test_the_last_mirror_may_be_slow(mirrors: Mirrors, tmp_path: Path) -> None:
    source = small_source(FILES, mirrors.at("drip"), mirrors.at("trickle"))
    assert torch.equal(load(source, NAME, tmp_path), RIGHT)
    assert mirrors.asked == [f"/drip/{NAME}.gz", f"/trickle/{NAME}.gz"]


def test_a_mirror_need_not_state_the_length(mirrors: Mirrors, tmp_path: Path) -> None:
    assert torch.equal(load(small_source(FILES, mirrors.at("chunked")), NAME, tmp_path), RIGHT)


def test_the_second_call_needs_no_network(mirrors: Mirrors, tmp_path: Path) -> None:
    source = small_source(FILES, mirrors.at("good"))
    load(source, NAME, tmp_path)
    assert torch.equal(load(source, NAME, tmp_path), RIGHT)
    assert len(mirrors.asked) == 1


def test_a_downloaded_file_can_be_read_by_the_class(mirrors: Mirrors, tmp_path: Path) -> None:
    load(small_source(FILES, mirrors.at("good")), NAME, tmp_path)
    assert (tmp_path / "MNIST" / "raw" / f"{NAME}.gz").stat().st_mode & 0o777 == 0o644


def test_a_download_shows_a_bar_and_nothing_else(
    mirrors: Mirrors, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    source = small_source(FILES, mirrors.at("good"))
    load(source, NAME, tmp_path / "silent", progress=False)
    assert capsys.readouterr() == ("", "")
    load(source, NAME, tmp_path / "shown")
    shown = capsys.readouterr()
    assert f"MNIST {NAME}" in shown.err and "0%" in shown.err
    assert shown.out == ""
    assert [record for record in caplog.records if record.name == "pooch"] == []


@pytest.mark.parametrize("where", ["MNIST/raw", "MNIST", "."])
@pytest.mark.parametrize("form", ["packed", "unpacked", "packed otherwise"])
def test_files_on_disk_are_used_as_they_are(where: str, form: str, mirrors: Mirrors, tmp_path: Path) -> None:
    file = tmp_path / where / (NAME if form == "unpacked" else f"{NAME}.gz")
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {"packed": PACKED, "unpacked": FILES[NAME], "packed otherwise": pack(FILES[NAME], level=1)}[form]
    file.write_bytes(content)
    assert torch.equal(load(small_source(FILES, mirrors.at("good")), NAME, tmp_path), RIGHT)
    assert mirrors.asked == [] and files_in(tmp_path) == [file.relative_to(tmp_path).as_posix()]
    assert file.read_bytes() == content


def test_the_folder_is_the_argument_else_the_environment_else_the_cache(
    mirrors: Mirrors, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = small_source(FILES, mirrors.at("good"))
    load(source, NAME)
    assert files_in(own_cache) == [f"ganlab/MNIST/raw/{NAME}.gz"]
    monkeypatch.setenv("GANLAB_DATA", str(tmp_path / "environment"))
    load(source, NAME)
    load(source, NAME, tmp_path / "argument")
    assert files_in(tmp_path) == [f"argument/MNIST/raw/{NAME}.gz", f"environment/MNIST/raw/{NAME}.gz"]
    assert len(mirrors.asked) == 3


def damaged(kind: str) -> bytes:
    if kind == "cut":
        return PACKED[: len(PACKED) // 2]
    if kind == "empty":
        return b""
    if kind == "other":  # whole and well-formed, but not this file
        return pack(small_files(seed=1)[NAME])
    flipped = bytearray(PACKED)
    flipped[len(flipped) // 2] ^= 1
    return bytes(flipped)


@pytest.mark.parametrize("kind", ["cut", "empty", "other", "flipped"])
def test_a_corrupt_cache_is_replaced_with_a_warning(kind: str, mirrors: Mirrors, tmp_path: Path) -> None:
    file = tmp_path / "MNIST" / "raw" / f"{NAME}.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(damaged(kind))
    source = small_source(FILES, mirrors.at("good"))
    with pytest.warns(RuntimeWarning, match=f"{NAME}.gz: damaged or not of MNIST, so it is downloaded"):
        tensor = load(source, NAME, tmp_path)
    assert torch.equal(tensor, RIGHT) and file.read_bytes() == PACKED and len(files_in(tmp_path)) == 1


def test_a_corrupt_cache_without_network_is_left_and_named(mirrors: Mirrors, tmp_path: Path) -> None:
    file = tmp_path / "MNIST" / "raw" / NAME
    file.parent.mkdir(parents=True)
    file.write_bytes(FILES[NAME][:-1])
    source = small_source(FILES, mirrors.at("cut"), down())
    with pytest.warns(RuntimeWarning, match=re.escape(str(file))), pytest.raises(ConnectionError, match="offline"):
        load(source, NAME, tmp_path)
    assert file.read_bytes() == FILES[NAME][:-1] and len(files_in(tmp_path)) == 1


def test_plain_files_of_mnist_are_not_taken_for_fashion(mirrors: Mirrors, tmp_path: Path) -> None:
    plain = tmp_path / f"{NAME}.gz"
    plain.write_bytes(pack(small_files(seed=1)[NAME]))
    before = plain.read_bytes()
    fashion = small_source(FILES, mirrors.at("good"), name="Fashion-MNIST", folder="FashionMNIST")
    with pytest.warns(RuntimeWarning, match="not of Fashion-MNIST"):
        assert torch.equal(load(fashion, NAME, tmp_path), RIGHT)
    assert plain.read_bytes() == before
    assert files_in(tmp_path) == [f"FashionMNIST/raw/{NAME}.gz", f"{NAME}.gz"]


class Failing(io.FileIO):
    """A file that takes 1,000 bytes and then fails as its disk, or its user, would."""

    failure: BaseException

    def write(self, block: bytes) -> int:  # type: ignore[override]
        super().write(block[:1000])
        raise self.failure


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_so_and_keeps_nothing(
    number: int, mirrors: Mirrors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Failing, "failure", OSError(number, os.strerror(number)), raising=False)
    monkeypatch.setattr(download, "open", Failing, raising=False)
    source = small_source(FILES, mirrors.at("good"), mirrors.at("good"))
    says = (
        f"^The disk is full, so MNIST's {NAME}.gz does not fit into .*MNIST/raw.*: free some space, or set GANLAB_DATA"
    )
    with pytest.raises(OSError, match=says):
        load(source, NAME, tmp_path)
    assert files_in(tmp_path) == []
    assert len(mirrors.asked) == 1  # another mirror would not help


def test_stopping_a_download_keeps_nothing(mirrors: Mirrors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Failing, "failure", KeyboardInterrupt(), raising=False)
    monkeypatch.setattr(download, "open", Failing, raising=False)
    with pytest.raises(KeyboardInterrupt):
        load(small_source(FILES, mirrors.at("good")), NAME, tmp_path)
    assert files_in(tmp_path) == []


def test_a_folder_that_cannot_be_written_says_so(mirrors: Mirrors, tmp_path: Path) -> None:
    (tmp_path / "MNIST").write_text("a file where a folder should be")
    source = small_source(FILES, mirrors.at("good"))
    with pytest.raises(OSError, match="cannot be written into .*: set GANLAB_DATA to a folder of yours"):
        load(source, NAME, tmp_path)
    with pytest.raises(NotADirectoryError, match="is a file: give a folder, or set GANLAB_DATA"):
        load(source, NAME, tmp_path / "MNIST")


def test_two_at_once_both_get_the_file(mirrors: Mirrors, tmp_path: Path) -> None:
    source, got = small_source(FILES, mirrors.at("good")), []
    threads = [threading.Thread(target=lambda: got.append(load(source, NAME, tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4 and all(torch.equal(one, RIGHT) for one in got)
    assert files_in(tmp_path) == [f"MNIST/raw/{NAME}.gz"]


@pytest.mark.parametrize("source", [MNIST, FASHION_MNIST], ids=lambda source: source.name)
def test_the_published_tables_are_whole(source: Source) -> None:
    assert set(source.files) == set(FILES)
    sums = [one for pair in source.files.values() for one in pair]
    assert len(set(sums)) == 8 and all(re.fullmatch("[0-9a-f]{64}", one) for one in sums)
    assert len(set(source.mirrors)) == 2 and all(re.fullmatch("https?://.+/", mirror) for mirror in source.mirrors)


def test_mnists_own_files_have_the_sums_of_the_table(real: Path, mirrors: Mirrors, tmp_path: Path) -> None:
    import hashlib

    there = [name for name in MNIST.files if (real / f"{name}.gz").is_file()]
    assert NAME in there
    for name in there:
        assert hashlib.sha256((real / f"{name}.gz").read_bytes()).hexdigest() == MNIST.files[name][0]
        assert len(load(MNIST, name, real)) in (10_000, 60_000)  # accepted by the sum of its unpacked bytes
