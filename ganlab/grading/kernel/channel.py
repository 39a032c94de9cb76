"""Messages on a socket: eight bytes of length, then the message."""

import socket
import struct
import time

LIMIT = 160 << 20  # bytes of one message


class ChannelClosed(Exception):
    """The other side is gone, or sends what is no message."""


def send(sock: socket.socket, message: bytes) -> None:
    """Send one message; ChannelClosed where nobody reads."""
    try:
        sock.sendall(struct.pack("<Q", len(message)))
        sock.sendall(message)
    except TimeoutError:
        raise
    except OSError as error:
        raise ChannelClosed(str(error)) from error


def receive(sock: socket.socket, deadline: float | None = None, limit: int = LIMIT) -> bytes:
    """Wait for one message until `deadline` (of time.monotonic); TimeoutError then, ChannelClosed at the end."""
    (length,) = struct.unpack("<Q", _exactly(sock, 8, deadline))
    if length > limit:
        raise ChannelClosed("the message is too long")
    return _exactly(sock, length, deadline)


def _exactly(sock: socket.socket, count: int, deadline: float | None) -> bytes:
    parts, missing = [], count
    while missing:
        if deadline is None:
            sock.settimeout(None)
        else:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        try:
            part = sock.recv(min(missing, 1 << 20))
        except TimeoutError:
            raise
        except OSError as error:
            raise ChannelClosed(str(error)) from error
        if not part:
            raise ChannelClosed("the other side is gone")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
