"""Streams are counted by key, over all transports: ten are open, the next is refused."""

import json
from contextlib import ExitStack
from pathlib import Path

from tests.access.conftest import MakeKey
from tests.access.doors import STREAM, bearer, opened
from tests.conftest import StartServer
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream


def test_a_caller_has_ten_streams_over_all_transports(
    start_server: StartServer, upstream: FakeUpstream, make_key: MakeKey, data_dir: Path
) -> None:
    ada, bob = make_key("ada"), make_key("bob")
    upstream.numbered(5, gated=True, always=True)
    server = start_server(openai_base_url=upstream.base_url, model="fake", data_dir=data_dir)
    accepts = ["text/event-stream", "multipart/mixed"] * 5
    with ExitStack() as stack:

        def status(key: str, accept: str) -> int:
            wire = stack.enter_context(Wire(server.url))
            return wire.post("/graphql", STREAM, accept=accept, **bearer(key)).read_head().status

        assert [status(ada, accept) for accept in accepts] == [200] * 10
        assert [status(ada, accept) for accept in accepts[:2]] == [429, 429]
        socket = stack.enter_context(opened(server.url, bearer(ada)))
        assert "ack" in str(socket.recv(timeout=20))
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": STREAM}))
        assert "RATE_LIMITED" in str(socket.recv(timeout=20))
        assert status(bob, accepts[0]) == 200
