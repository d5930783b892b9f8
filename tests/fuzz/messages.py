"""Well-formed requests and sessions around a body or document, whatever that holds."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from tests.fuzz.requests import Request
from tests.fuzz.sessions import LAST_ID, Frame, Session

HOST = "127.0.0.1"
GREETING = Frame(b'{"type": "connection_init"}')
"""What a session begins with."""


def post(body: str, path: str = "/graphql", accept: str = "application/json") -> Request:
    """A POST of JSON."""
    return _request("POST", path, body.encode(errors="surrogatepass"), accept=accept)


def streamed(body: str, last_event_id: str | None = None) -> Request:
    """A POST of JSON that asks for an event stream."""
    more = {} if last_event_id is None else {"last-event-id": last_event_id}
    data = body.encode(errors="surrogatepass")
    return _request("POST", "/graphql", data, accept="text/event-stream", **more)


def get(query: str, variables: str = "", accept: str = "application/json") -> Request:
    """A GET with the document in its address."""
    fields = [("query", query), *([("variables", variables)] if variables else [])]
    address = "&".join(f"{name}={quote(text, errors='surrogatepass')}" for name, text in fields)
    return _request("GET", f"/graphql?{address}", accept=accept)


def subscribed(body: str) -> Session:
    """The same operation over a WebSocket, as the payload of a `subscribe` message."""
    message = f'{{"type": "subscribe", "id": "1", "payload": {body}}}'
    frames = (GREETING, Frame(message.encode(errors="surrogatepass")))
    return Session(frames, awaits=("1", LAST_ID))


def document(query: str, variables: Mapping[str, object] | None = None) -> str:
    """The body that asks for a document."""
    return json.dumps({"query": query, "variables": variables})


def _request(method: str, target: str, body: bytes = b"", **headers: str) -> Request:
    fields = {"host": HOST, "connection": "close", **headers}
    if method == "POST":
        fields |= {"content-type": "application/json", "content-length": str(len(body))}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    # A target that long is refused before anything else looks at it.
    whole = len(target) < 60_000
    return Request(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode(), body, whole)
