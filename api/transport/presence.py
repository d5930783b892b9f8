"""Work that lasts only as long as its client stays.

A server hears that a client has left by calling `receive`; a handler that only computes or
writes never finds out, and pays the model for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

from starlette.types import Receive

from api.transport.refusals import ClientLeftError

Heartbeat = Callable[[], Awaitable[None]]


class ClientPresence:
    """`async with ClientPresence(receive):` cancels its block when the client goes away.

    The block then ends in `ClientLeftError`. `heartbeat` is called every `seconds`; if it raises
    that error, the client is gone as well. To be entered once the request's body has been read.
    """

    def __init__(
        self, receive: Receive, heartbeat: Heartbeat | None = None, seconds: float | None = None
    ) -> None:
        self._receive = receive
        self._heartbeat = heartbeat
        self._seconds = seconds
        self._gone = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a client's presence is watched from within a task")
        self._block = task
        self._watch = asyncio.create_task(self._until_gone())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watch.cancel()
        if not self._gone:
            return
        # As in `asyncio.timeout`: a cancellation of our own becomes our error, another's stays.
        if self._block.uncancel() == 0 and kind is asyncio.CancelledError:
            raise ClientLeftError from error

    async def _until_gone(self) -> None:
        try:
            while not await self._left():
                if self._heartbeat:
                    await self._heartbeat()
        except ClientLeftError:
            pass
        self._gone = True
        self._block.cancel()

    async def _left(self) -> bool:
        """True once the client has left; False after `seconds` without news."""
        try:
            async with asyncio.timeout(self._seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return False
        return True
