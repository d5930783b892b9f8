"""Follows the runs that other processes make: one poll for all of them, while anybody waits."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from api.contract.events import AnyRunEvent
from api.runs.feed import Feed
from api.runs.log import StoreUnavailableError

POLL_SECONDS = 0.025
"""How often a process looks for what the others have committed."""


class News(NamedTuple):
    """What a run has beyond the number that was asked for."""

    events: Sequence[AnyRunEvent]
    ended: bool
    """True where nothing will follow these events."""


ReadNews = Callable[[Mapping[str, int]], Awaitable[Mapping[str, News]]]
"""Run id → last known number, to the news of the runs that have any."""


class Tail:
    """Feeds of runs of other processes. A hundred followers cost one query per run and poll."""

    def __init__(self, read: ReadNews) -> None:
        self._read = read
        self._feeds: dict[str, Feed] = {}
        self._readers: dict[str, int] = {}
        self._polling: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, run_id: str, after: int) -> Iterator[Feed]:
        """The run's feed, filled from `after` (or from where another reader joined) on."""
        feed = self._feeds.setdefault(run_id, Feed(after))
        self._readers[run_id] = self._readers.get(run_id, 0) + 1
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll())
        try:
            yield feed
        finally:
            self._readers[run_id] -= 1
            if not self._readers[run_id]:
                del self._readers[run_id], self._feeds[run_id]

    async def _poll(self) -> None:
        try:
            while self._feeds:
                await self._publish_news()
                await asyncio.sleep(POLL_SECONDS)
        finally:
            self._polling = None

    async def _publish_news(self) -> None:
        known = {run_id: feed.last for run_id, feed in self._feeds.items() if not feed.ended}
        try:
            news = await self._read(known)
        except StoreUnavailableError:
            return  # a pause for the followers; the next poll tries again
        for run_id, found in news.items():
            if feed := self._feeds.get(run_id):
                feed.publish(found.events)
                if found.ended:
                    feed.end()
