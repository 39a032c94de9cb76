"""A local HTTP server that plays good and bad mirrors, and a small data set in MNIST's format to fetch from it."""

import gzip
import hashlib
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import torch

from ganlab.data.download import Source


def idx_bytes(values: torch.Tensor) -> bytes:
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.numpy().tobytes()


def small_files(seed: int = 0) -> dict[str, bytes]:
    """Ten training and five test images of noise, unpacked: noise, so that packing does not shrink them."""
    draw = torch.Generator().manual_seed(seed)
    files = {}
    for part, count in (("train", 10), ("t10k", 5)):
        images = torch.randint(256, (count, 28, 28), generator=draw, dtype=torch.uint8)
        files[f"{part}-images-idx3-ubyte"] = idx_bytes(images)
        files[f"{part}-labels-idx1-ubyte"] = idx_bytes((torch.arange(count) % 10).to(torch.uint8))
    return files


def pack(content: bytes, level: int = 9) -> bytes:
    return gzip.compress(content, level, mtime=0)


def small_source(files: dict[str, bytes], *mirrors: str, name: str = "MNIST", folder: str = "MNIST") -> Source:
    sums = {n: (hashlib.sha256(pack(c)).hexdigest(), hashlib.sha256(c).hexdigest()) for n, c in files.items()}
    return Source(name, folder, mirrors, sums)


@dataclass
class Mirrors:
    """The server: `at("cut")` is the address of a mirror that breaks off half-way; `asked` lists its requests."""

    port: int
    files: dict[str, bytes]
    asked: list[str] = field(default_factory=list)
    pieces: int = 0  # how many "drip" and "trickle" have sent

    def at(self, kind: str) -> str:
        return f"http://127.0.0.1:{self.port}/{kind}/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mirrors: Mirrors
    stop: threading.Event

    def log_message(self, *args: object) -> None:
        pass

    def start(self, length: int | None, status: int = 200) -> None:
        self.send_response(status)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def do_GET(self) -> None:
        self.mirrors.asked.append(self.path)
        kind, name = self.path.strip("/").split("/")
        content = pack(self.mirrors.files[name.removesuffix(".gz")])
        getattr(self, kind)(content)

    def good(self, content: bytes) -> None:
        self.start(len(content))
        self.wfile.write(content)

    def chunked(self, content: bytes) -> None:
        self.start(None)
        for piece in (content[:1000], content[1000:]):
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def missing(self, content: bytes) -> None:
        self.start(0, 404)

    def wrong(self, content: bytes) -> None:
        self.start(len(content))
        self.wfile.write(content[:-1] + bytes([content[-1] ^ 1]))

    def portal(self, content: bytes) -> None:
        page = b"<html>Please accept the terms of this network.</html>"
        self.start(len(page))
        self.wfile.write(page)

    def cut(self, content: bytes) -> None:
        self.start(len(content))
        self.wfile.write(content[: len(content) // 2])

    def silent(self, content: bytes) -> None:
        self.stop.wait(5)

    def stalled(self, content: bytes) -> None:
        self.start(len(content))
        self.wfile.write(content[:100])
        self.wfile.flush()
        self.stop.wait(5)

    def drip(self, content: bytes, pieces: int = 30) -> None:
        """A piece every 0.1 s: never silent, done after three seconds."""
        self.start(len(content))
        step = len(content) // pieces + 1
        for k in range(0, len(content), step):
            self.mirrors.pieces += 1
            self.wfile.write(content[k : k + step])
            self.wfile.flush()
            time.sleep(0.1)

    def trickle(self, content: bytes) -> None:
        self.drip(content, pieces=10)


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what the tests are about."""


@contextmanager
def serve(files: dict[str, bytes]) -> Iterator[Mirrors]:
    stop = threading.Event()
    handler = type("Bound", (Handler,), {"stop": stop})
    server = Quiet(("127.0.0.1", 0), handler)
    handler.mirrors = Mirrors(server.server_address[1], files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield handler.mirrors
    finally:
        stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
