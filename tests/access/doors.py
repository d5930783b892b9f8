"""Every door of the server, knocked at with whatever credential a test brings."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.durability.asking import CHAT, chat_input
from tests.transport.wire import Answer, Wire, ask

SUBPROTOCOL: Any = "graphql-transport-ws"

QUERY = {"query": "{ contractVersion }"}
STREAM = {"query": CHAT, "variables": {"input": chat_input("Who?")}}
QUESTION = {"history": [{"role": "user", "content": "Who?"}]}


def bearer(key: str | None) -> dict[str, str]:
    return {} if key is None else {"authorization": f"Bearer {key}"}


def post(url: str, key: str | None) -> Answer:
    return ask(url, QUERY, **bearer(key))


def get(url: str, key: str | None) -> Answer:
    with Wire(url) as wire:
        return wire.send("GET", "/graphql?query={contractVersion}", bearer(key)).answer()


def events(url: str, key: str | None) -> Answer:
    return streamed(url, key, "text/event-stream")


def multipart(url: str, key: str | None) -> Answer:
    return streamed(url, key, "multipart/mixed")


def streamed(url: str, key: str | None, accept: str) -> Answer:
    """The head of a stream, or a whole refusal."""
    with Wire(url) as wire:
        head = wire.post("/graphql", STREAM, accept=accept, **bearer(key)).read_head()
        if "content-length" not in head.headers:
            return head
        return head._replace(body=wire._take(int(head.headers["content-length"])))


def chat(url: str, key: str | None) -> Answer:
    return ask(url, QUESTION, "/chat", **bearer(key))


HTTP: dict[str, Callable[[str, str | None], Answer]] = {
    "POST": post,
    "GET": get,
    "SSE": events,
    "multipart": multipart,
    "chat": chat,
}
"""Doors that answer with a status."""


@contextmanager
def opened(url: str, payload: Any = None, headers: Any = None) -> Iterator[ClientConnection]:
    """A WebSocket that has said `connection_init`."""
    with connect(
        f"ws{url.removeprefix('http')}/graphql",
        subprotocols=[SUBPROTOCOL],
        additional_headers=headers,
        proxy=None,
    ) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": payload or {}}))
        yield socket


@contextmanager
def subscribed(url: str, key: str, payload: Any = None) -> Iterator[ClientConnection]:
    """A WebSocket that follows a stream, which has begun."""
    with opened(url, bearer(key)) as socket:
        assert json.loads(socket.recv(timeout=20))["type"] == "connection_ack"
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload or STREAM}))
        assert json.loads(socket.recv(timeout=20))["type"] == "next"
        yield socket


def close_code(socket: ClientConnection, seconds: float = 20) -> int:
    """Read until the server closes; with which code it did."""
    try:
        while True:
            socket.recv(timeout=seconds)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
