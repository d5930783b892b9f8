"""One HTTP request as bytes, and what comes back."""

import contextlib
import http.client
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

SECONDS = 15.0
"""A server that has not answered by then hangs."""


class Request(NamedTuple):
    """A request, well formed or not."""

    head: bytes
    """Request line and header fields, with the empty line."""
    body: bytes = b""
    """As it goes over the wire: with the framing of its chunks, if it has any."""
    whole: bool = True
    """False where HTTP lets a server close without an answer: something is broken or missing."""

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode("latin-1")


class Answer(NamedTuple):
    """`status` 0 where the server closed without a word."""

    status: int
    headers: dict[str, str]
    body: bytes
    fault: str = ""
    """How it breaks HTTP, if it does."""


def sent(request: Request, url: str) -> Answer:
    """Send a request on a connection of its own and read the answer to its end."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), SECONDS) as connection:
        # A server may refuse and close before it has read everything.
        with contextlib.suppress(OSError):
            connection.sendall(request.head + request.body)
            if not request.whole:
                connection.shutdown(socket.SHUT_WR)
        try:
            return _read(connection, request)
        except TimeoutError:
            return Answer(0, {}, b"", f"no answer within {SECONDS:g} s")


def _read(connection: socket.socket, request: Request) -> Answer:
    response = http.client.HTTPResponse(connection, method=request.method)
    try:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        body = b"" if response.status == 101 else response.read()
        return Answer(response.status, headers, body)
    except ConnectionError as error:
        return Answer(0, {}, b"", f"closed without an answer: {error}" if request.whole else "")
    except http.client.IncompleteRead as error:
        fault = "the answer is cut" if request.whole else ""
        return Answer(response.status, {}, error.partial, fault)
    except http.client.HTTPException as error:
        return Answer(0, {}, b"", f"no HTTP: {error!r}")
    finally:
        response.close()
