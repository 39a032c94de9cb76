"""MNIST-like files: found on disk, or brought from the first mirror that has the right one, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from torch import Tensor

from ganlab.data.idx import decode_idx, read_idx, unpack

SILENCE = 10.0  # seconds without a byte after which a mirror counts as down
PATIENCE = 10.0  # seconds that a mirror may be slow
# Bytes a second, below which the next mirror is tried. The last one may be slow: then the line here probably is.
SLOW, SLOW_LAST = 50_000, 1_000


@dataclass(frozen=True)
class Source:
    """A published data set.

    Args:
        name: what people call it.
        folder: torchvision's folder, <root>/<folder>/raw.
        mirrors: addresses that end in "/", the first tried first.
        files: each file's name (without .gz), with the sha256 of its .gz as published and that of its unpacked bytes.

    """

    name: str
    folder: str
    mirrors: tuple[str, ...]
    files: Mapping[str, tuple[str, str]]


MNIST = Source(
    "MNIST",
    "MNIST",
    ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    {
        "train-images-idx3-ubyte": (
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        "train-labels-idx1-ubyte": (
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        "t10k-images-idx3-ubyte": (
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        "t10k-labels-idx1-ubyte": (
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    },
)

FASHION_MNIST = Source(
    "Fashion-MNIST",
    "FashionMNIST",
    (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    {
        "train-images-idx3-ubyte": (
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        "train-labels-idx1-ubyte": (
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        "t10k-images-idx3-ubyte": (
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        "t10k-labels-idx1-ubyte": (
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    },
)


def load(source: Source, name: str, folder: str | os.PathLike[str] | None = None, *, progress: bool = True) -> Tensor:
    """Give one file of a data set as a uint8 tensor, from disk if it is there, else from a mirror.

    A file counts as there when its unpacked bytes have the published sha256, in torchvision's layout or plain:
    <folder>/MNIST/raw/, <folder>/MNIST/ or <folder>/ itself, with .gz or without. Others are passed over with a
    warning, and never changed, unless the download replaces <folder>/MNIST/raw/….gz.

    Raises:
        ConnectionError: no mirror gave the right file.
        OSError: the folder cannot be read or written, or the disk is full.

    """
    root = data_folder(folder)
    wrong = []
    for path in _candidates(root, source, name):
        try:
            content = unpack(path)
        except ValueError:
            content = b""
        except OSError as error:
            raise OSError(f"{path} cannot be read: {error.strerror}.") from error
        if hashlib.sha256(content).hexdigest() == source.files[name][1]:
            return decode_idx(content, str(path))
        wrong.append(path)
    if wrong:
        found = " and ".join(map(str, wrong))
        warnings.warn(f"{found}: damaged or not of {source.name}, so it is downloaded.", RuntimeWarning, stacklevel=4)
    return read_idx(download(source, name, root / source.folder / "raw", progress=progress))


def data_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """Give the folder for data: the argument, else the environment's GANLAB_DATA, else the system's cache folder."""
    root = Path(folder or os.environ.get("GANLAB_DATA") or _cache()).expanduser()
    if root.exists() and not root.is_dir():
        raise NotADirectoryError(f"The data folder {root} is a file: give a folder, or set GANLAB_DATA to one.")
    return root


def _cache() -> Path:
    import pooch  # here: not everybody's data come from the network

    return Path(pooch.os_cache("ganlab"))


def download(source: Source, name: str, folder: Path, *, progress: bool = True) -> Path:
    """Bring one file into a folder from the first mirror that has the right one, and give its path."""
    import pooch

    failures = []
    for mirror in source.mirrors:
        slow = SLOW_LAST if mirror == source.mirrors[-1] else SLOW
        try:
            with _quiet(pooch.get_logger()):
                file = pooch.retrieve(
                    f"{mirror}{name}.gz",
                    f"sha256:{source.files[name][0]}",
                    fname=f"{name}.gz",
                    path=folder,
                    downloader=_Downloader(f"{source.name} {name}", slow, progress),
                )
        except _MirrorError as error:
            failures.append(f"{urlsplit(mirror).netloc} {error}")
        except ValueError:  # pooch's, when the hash is another
            failures.append(f"{urlsplit(mirror).netloc} gave a wrong file")
        except OSError as error:
            raise _disk_error(error, f"{source.name}'s {name}.gz", folder) from error
        else:
            with suppress(PermissionError):
                os.chmod(file, 0o644)  # a temporary file is its owner's alone, and a class may share the folder
            return Path(file)
    raise ConnectionError(
        f"{source.name}'s {name}.gz could not be downloaded ({'; '.join(failures)}): offline, use digits(), which "
        f"needs no download, or copy the file into {folder}, or set GANLAB_DATA to a folder that has it."
    )


def _candidates(root: Path, source: Source, name: str) -> Iterator[Path]:
    for folder in (root / source.folder / "raw", root / source.folder, root):
        yield from (path for path in (folder / name, folder / f"{name}.gz") if path.is_file())


class _MirrorError(Exception):
    """Why a mirror did not give its file."""


class _Downloader:
    """What pooch calls to fill its temporary file: it shows a bar and gives up on a mirror that is silent or slow."""

    def __init__(self, title: str, slow: float, progress: bool) -> None:
        self.title, self.slow, self.progress = title, slow, progress

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        import requests
        import urllib3

        try:
            with requests.get(url, stream=True, timeout=SILENCE) as response, open(output_file, "wb") as file:
                if response.status_code != requests.codes.ok:
                    raise _MirrorError(f"answered {response.status_code}")
                self.copy(response, file)
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            raise _MirrorError(f"was silent for {SILENCE:g} s") from None
        except requests.ConnectionError:
            raise _MirrorError("cannot be reached") from None
        except urllib3.exceptions.ProtocolError:
            raise _MirrorError("broke off half-way") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _MirrorError(f"failed ({type(error).__name__})") from None

    def copy(self, response: Any, file: Any) -> None:
        """Write what arrives, as it arrives."""
        from tqdm.auto import tqdm  # here: it looks for a notebook when imported

        total = int(response.headers.get("content-length", 0))
        # read1 gives what is there; read would wait for a full block however slowly it drips. (urllib3 1 lacks it.)
        read = getattr(response.raw, "read1", response.raw.read)
        done, start = 0, time.monotonic()
        style = {"unit": "B", "unit_scale": True, "desc": self.title, "leave": False}
        with tqdm(total=total, disable=not self.progress, **style) as bar:
            while block := read(2**16):
                file.write(block)
                bar.update(len(block))
                done, elapsed = done + len(block), time.monotonic() - start
                if elapsed > PATIENCE and done < self.slow * elapsed:
                    raise _MirrorError(f"is slow ({done / elapsed / 1000:.1f} kB/s)")


@contextmanager
def _quiet(logger: Any) -> Iterator[None]:
    """Keep pooch from announcing a download: the bar does."""
    level = logger.level
    logger.setLevel("WARNING")
    try:
        yield
    finally:
        logger.setLevel(level)


def _disk_error(error: OSError, what: str, folder: Path) -> OSError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OSError(
            f"The disk is full, so {what} does not fit into {folder} and nothing of it is kept: free some space, or "
            "set GANLAB_DATA to a folder on another disk."
        )
    reason = error.strerror or type(error).__name__
    return type(error)(f"{what} cannot be written into {folder} ({reason}): set GANLAB_DATA to a folder of yours.")
