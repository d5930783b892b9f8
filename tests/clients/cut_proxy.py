"""A TCP proxy in front of a server, whose connections a test cuts at a chosen moment."""

import asyncio
import threading
from types import TracebackType
from typing import Self

from tests.servers import wait_until


class CutProxy:
    """Passes bytes on both ways. All methods may be called from any thread.

    `sent` is everything that clients have sent.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut_at: list[bytes] = []
        self._refuses = 0
        self.sent = b""
        self.accepted = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Drop all connections now, without a farewell."""
        self._loop.call_soon_threadsafe(self._drop)

    def cut_at(self, *marks: bytes) -> None:
        """Drop all connections instead of passing on the first answer that has this mark.

        Of several marks each cuts once, in turn.
        """
        self._cut_at = list(marks)

    def refuse(self, connections: int) -> None:
        """Drop so many new connections at once."""
        self._refuses = connections

    def __enter__(self) -> Self:
        self._thread.start()
        future = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self._server = future.result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self.cut()
        wait_until(lambda: not self._writers, what="closing of all connections")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._refuses:
            self._refuses -= 1
            writer.transport.abort()
            return
        inner_reader, inner = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, inner}
        try:
            await asyncio.gather(
                self._pass_on(reader, inner, answers=False),
                self._pass_on(inner_reader, writer, answers=True),
            )
        finally:
            self._writers -= {writer, inner}

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool
    ) -> None:
        try:
            while data := await reader.read(65536):
                if answers and self._cut_at and self._cut_at[0] in data:
                    del self._cut_at[0]
                    self._drop()
                    return
                self.sent += b"" if answers else data
                writer.write(data)
        except ConnectionError:
            pass  # one side was cut: so is the other
        finally:
            writer.close()

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
