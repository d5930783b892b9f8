"""Ports that play dead."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word, so that no TLS handshake ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
