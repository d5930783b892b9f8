"""Requests as bytes on a socket, for what well-behaved clients don't let one send."""

import json
import socket
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

SECONDS = 10.0


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One connection to a server."""

    def __init__(self, url: str, receive_buffer: int | None = None) -> None:
        address = urlsplit(url)
        self.host = address.netloc
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(SECONDS)
        self.socket.connect((address.hostname or "", address.port or 80))
        self._unread = b""

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Self:
        fields = {"host": self.host, "content-length": str(len(body)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return self

    def post(self, path: str, value: Any, **headers: str) -> Self:
        """POST a value as JSON; header names are written with `_`."""
        fields = {name.replace("_", "-"): text for name, text in headers.items()}
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.send("POST", path, {"content-type": "application/json", **fields}, body)

    def read_until(self, mark: bytes) -> bytes:
        """What comes up to and with `mark`."""
        while mark not in self._unread:
            got = self.socket.recv(65_536)
            if not got:
                raise EOFError(f"closed before {mark!r}: {self._unread[-500:]!r}")
            self._unread += got
        read, _, self._unread = self._unread.partition(mark)
        return read + mark

    def read_head(self) -> Answer:
        status, *lines = self.read_until(b"\r\n\r\n").decode().strip().split("\r\n")
        pairs = (line.partition(": ") for line in lines)
        return Answer(
            int(status.split()[1]), {name.lower(): value for name, _, value in pairs}, b""
        )

    def answer(self) -> Answer:
        """A whole answer that says its length."""
        head = self.read_head()
        return head._replace(body=self._take(int(head.headers["content-length"])))

    def chunks(self) -> bytes:
        """A whole body that comes in chunks."""
        body = b""
        while size := int(self.read_until(b"\r\n"), 16):
            body += self._take(size + 2)[:-2]
        return body

    def _take(self, length: int) -> bytes:
        while len(self._unread) < length:
            got = self.socket.recv(65_536)
            if not got:
                raise EOFError("closed within the body")
            self._unread += got
        taken, self._unread = self._unread[:length], self._unread[length:]
        return taken

    def ends(self) -> bool:
        """Read and drop everything; True once the server has closed."""
        try:
            while self.socket.recv(65_536):
                pass
        except ConnectionError:
            pass
        return True

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ask(url: str, value: Any, path: str = "/graphql", **headers: str) -> Answer:
    """POST one JSON value on a connection of its own."""
    with Wire(url) as wire:
        return wire.post(path, value, **headers).answer()
