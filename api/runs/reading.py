"""The streams of events that clients read now, known so that a server can let them finish."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from api.contract.events import AnyRunEvent
from api.runs.log import RunLog, RunRecord


class Readers:
    """Reads runs for clients, each to the run's terminal event."""

    def __init__(self, run_log: RunLog) -> None:
        self._log = run_log
        self._count = 0
        self._none_left = asyncio.Event()

    async def events(
        self, record: RunRecord, after: int | None
    ) -> AsyncGenerator[AnyRunEvent, None]:
        """The run's events with `seq` > `after`, as they are logged."""
        after = -1 if after is None else max(after, -1)
        if record.ending and after >= record.ending.seq:
            return
        self._count += 1
        try:
            async with aclosing(self._log.follow(record.id, after)) as batches:
                async for batch in batches:
                    for event in batch:
                        yield event
        finally:
            self._count -= 1
            if not self._count:
                self._none_left.set()

    async def finish(self, seconds: float) -> None:
        """Return once nobody reads any more, or after so many seconds."""
        self._none_left.clear()
        if self._count:
            try:
                async with asyncio.timeout(seconds):
                    await self._none_left.wait()
            except TimeoutError:
                return  # somebody reads slowly, or a run of another process; they can resume
