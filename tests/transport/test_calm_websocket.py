"""Clients that break WebSocket itself: a close code for them, nothing in the log, nothing held."""

import logging
import socket

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from api.transport.calm_websocket import text_frame
from tests.fuzz.messages import GREETING
from tests.fuzz.sessions import Frame, Session, held
from tests.servers import LiveServer
from tests.transport.wire import Wire

PROTOCOL = "graphql-transport-ws"


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_text_is_framed_as_the_package_frames_it(length: int) -> None:
    text = "é🎉x" * (length // 7) + "x" * (length % 7)
    assert len(text.encode()) == length
    packaged = WireFrame(Opcode.TEXT, text.encode()).serialize(mask=False)
    assert text_frame(text.encode()) == packaged


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What uvicorn logs, which it keeps from the root logger."""
    logging.getLogger("uvicorn.error").addHandler(caplog.handler)
    yield caplog
    logging.getLogger("uvicorn.error").removeHandler(caplog.handler)


def test_text_that_is_not_utf_8_closes_the_connection_and_leaves_no_trace(
    shared_server: LiveServer, log: pytest.LogCaptureFixture
) -> None:
    address = f"{shared_server.url.replace('http', 'ws')}/graphql"
    with connect(address, subprotocols=[Subprotocol(PROTOCOL)]) as connection:
        connection.send(b"\xff", text=True)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=10)
    assert closed.value.rcvd and closed.value.rcvd.code == 1007
    assert not log.records


@pytest.mark.parametrize(
    "broken",
    [Frame(b"\xff"), Frame(b"{}", opcode=3), Frame(b"{}", masked=False), Frame(b"{}", reserved=4)],
    ids=["text", "opcode", "mask", "reserved bits"],
)
def test_what_is_answered_to_a_client_that_broke_off_leaves_no_trace(
    shared_server: LiveServer, log: pytest.LogCaptureFixture, broken: Frame
) -> None:
    """The greeting is answered after the connection has closed because of the second frame."""
    for _ in range(20):
        end = held(Session((GREETING, broken)), shared_server.url)
        assert end.code in (1002, 1007)
    assert not log.records


def test_a_handshake_that_cannot_be_parsed_is_refused_and_closed(
    shared_server: LiveServer,
) -> None:
    """uvicorn's own server never answers it, and holds the connection as long as the client."""
    fields = {
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "x-big": "x" * 9_000,
    }
    with Wire(shared_server.url) as wire:
        assert wire.send("GET", "/graphql", fields).read_head().status == 431
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.ends()
