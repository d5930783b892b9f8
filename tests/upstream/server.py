"""The fake upstream itself: a server in a thread that plays replies and records requests."""

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.upstream import shapes
from tests.upstream.exchange import Exchange, RecordedRequest
from tests.upstream.faults import FAULTS
from tests.upstream.http import Connection, Request
from tests.upstream.playlist import Playlist

DEADLINE = 10.0
"""Seconds that waiting lasts: long enough for a busy machine, so a test fails but never hangs."""


class FakeUpstream(Playlist):
    """An OpenAI-compatible server on 127.0.0.1 that answers as told and remembers all.

    `with FakeUpstream() as upstream:` serves `/v1/chat/completions` (streamed or not) and
    `/v1/models` at `upstream.base_url`. What it answers is queued with the methods of `Playlist`.
    With a `certificate` (and its key in the same file) it speaks TLS, at `upstream.tls_url`.
    """

    def __init__(self, port: int = 0, certificate: Path | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        super().__init__(self._loop)
        self.requests: list[RecordedRequest] = []
        self.connections = 0
        self.models: tuple[str, ...] = ("fake",)
        self.models_status = 200
        self._port = port
        self._certificate = certificate
        self._thread = threading.Thread(target=self._run, name="fake-upstream", daemon=True)
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # What happened ----------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def tls_url(self) -> str:
        """The https address; without a certificate the handshake fails there."""
        return f"https://127.0.0.1:{self._port}/v1"

    @property
    def port(self) -> int:
        return self._port

    @property
    def active(self) -> list[RecordedRequest]:
        """Requests whose reply is being sent."""
        return [request for request in self.requests if request.active]

    @property
    def closed_early(self) -> list[RecordedRequest]:
        """Requests whose client left before the reply was over."""
        return [request for request in self.requests if request.closed_early]

    @property
    def tokens_sent(self) -> int:
        return sum(request.tokens_sent for request in self.requests)

    def reset(self) -> None:
        """Drop queued and standing replies and forget all recorded requests."""
        self.forget()
        self.requests = []

    def wait_until(self, holds: Callable[[], bool], seconds: float = DEADLINE) -> None:
        """Block until `holds()`; TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"still not so after {seconds} s; requests: {self.requests}")
            time.sleep(0.002)

    async def until(self, holds: Callable[[], bool], seconds: float = DEADLINE) -> None:
        """The same for the event loop of the test."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"still not so after {seconds} s; requests: {self.requests}")
            await asyncio.sleep(0.002)

    # Running ----------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; OSError where the port is taken."""
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Drop all connections and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self) -> None:
        try:
            server = self._loop.run_until_complete(self._listen())
        except OSError as failure:
            self._failure = failure
            self._loop.close()
            self._ready.set()
            return
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._hang_up())
        self._loop.close()

    async def _hang_up(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(
            self._accept, "127.0.0.1", self._port, backlog=1024, limit=1 << 24, ssl=self._tls()
        )
        self._port = server.sockets[0].getsockname()[1]
        return server

    def _tls(self) -> ssl.SSLContext | None:
        if self._certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._certificate)
        return context

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        task = self._loop.create_task(self._serve(Connection(reader, writer), self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, link: Connection, number: int) -> None:
        try:
            while request := await link.next_request():
                if not await self._answer(request, link, number):
                    return
        finally:
            await link.close()

    async def _answer(self, request: Request, link: Connection, number: int) -> bool:
        """Answer one request; False where the connection is of no more use."""
        if request.path.endswith("/models"):
            await link.answer(self.models_status, shapes.encoded(shapes.models(*self.models)))
            return True
        record = RecordedRequest(request.path, request.headers, request.body, number)
        self.requests.append(record)
        exchange = Exchange(request, record, self.next_script(record.body), link)
        return await self._until_over_or_left(self._play(exchange), link, record)

    async def _play(self, exchange: Exchange) -> None:
        if exchange.script.fault:
            await FAULTS[exchange.script.fault](exchange)
        elif exchange.record.body.get("stream"):
            await exchange.tokens()
            await exchange.finish(exchange.script.finish_reason)
        else:
            await exchange.whole()

    async def _until_over_or_left(
        self, reply: Coroutine[Any, Any, None], link: Connection, record: RecordedRequest
    ) -> bool:
        """Play the reply unless the client leaves first; record which of the two it was."""
        playing = asyncio.ensure_future(reply)
        left = asyncio.ensure_future(link.left())
        try:
            await asyncio.wait({playing, left}, return_when=asyncio.FIRST_COMPLETED)
            if playing.done() and not isinstance(playing.exception(), ConnectionError):
                playing.result()
                record.finished_at = time.monotonic()
                return not link.writer.is_closing() and not asked_to_close(record)
            record.closed_at = time.monotonic()
            return False
        finally:
            playing.cancel()
            left.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await playing


def asked_to_close(record: RecordedRequest) -> bool:
    return record.headers.get("connection", "").lower() == "close"
