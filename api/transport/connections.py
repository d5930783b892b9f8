"""HTTP connections that must say what they want in time: uvicorn waits for a head for ever."""

import asyncio
from typing import Any


def hurried(protocol: type[asyncio.Protocol], seconds: float) -> type[asyncio.Protocol]:
    """uvicorn's protocol class, but a connection is closed whose next request has not begun so.

    That is: from the connection, and from the first byte of a later request, to the end of its
    head. Between two requests uvicorn has a deadline of its own.
    """

    class HurriedProtocol(protocol):  # type: ignore[misc, valid-type]
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._expect_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is None or self.cycle.response_complete:
                if self._deadline is None and self.timeout_keep_alive_task is None:
                    self._expect_head()
            elif self._deadline is not None:
                self._forget()

        def connection_lost(self, error: Exception | None) -> None:
            self._forget()
            super().connection_lost(error)

        def _expect_head(self) -> None:
            self._deadline = self.loop.call_later(seconds, self._close)

        def _forget(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _close(self) -> None:
            # A connection that became a WebSocket has another protocol by now.
            if self.transport.get_protocol() is self:
                self.transport.close()

    return HurriedProtocol
