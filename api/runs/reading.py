"""The streams of events that clients read now, known so that a server can let them finish."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent
from api.runs.feed import Feed, Take
from api.runs.log import RunLog, RunRecord

Batches = AsyncGenerator[Sequence[AnyRunEvent], None]


@dataclass(slots=True)
class Source:
    """Where a stream's events come from; `parted` is told whether the last of them was taken."""

    batches: Batches
    parted: Callable[[bool], None]
    follow: Callable[[int], Batches] | None = None
    """Its events after a `seq`, from there on."""
    feed: Callable[[], Feed | None] = lambda: None
    """What this process adds to the run now, if it does."""


class EventStream(AsyncIterator[AnyRunEvent]):
    """One client's events of one run. It begins with the first event that is asked for.

    An object, not a chain of generators: every token passes each layer that there is.
    """

    def __init__(self, begin: Callable[[], Awaitable[Source]]) -> None:
        self._begin: Callable[[], Awaitable[Source]] | None = begin
        self._source: Source | None = None
        self._ready: list[AnyRunEvent] = []
        self._last = -1
        self._ended = False
        self._parted = False

    async def __anext__(self) -> AnyRunEvent:
        if not self._ready:
            await self._next_batch()
        event = self._ready.pop(0)
        self._note(event)
        return event

    async def flow(self, take: Take) -> None:
        """Let `take` have each next event in the moment in which it is logged.

        Returns once `take` has returned False, and where events have to be waited for in another
        way. The next of them is then again the iteration's.
        """
        source = self._source
        if source is None or source.follow is None or self._ready or self._parted:
            return
        feed = source.feed()
        if feed and (last := await feed.flow(self._last, take)):
            self._note(last)
            await source.batches.aclose()
            if self._ended:
                self._part(source)
            else:
                source.batches = source.follow(self._last)

    async def aclose(self) -> None:
        """Leave the stream. Before its first event nothing has begun."""
        self._ready.clear()
        if self._source is None:
            self._parted = True
            return
        try:
            await self._source.batches.aclose()
        finally:
            self._part(self._source)

    async def _next_batch(self) -> None:
        if self._parted:
            raise StopAsyncIteration
        source = self._source or await self._begun()
        try:
            self._ready.extend(await anext(source.batches))
        except StopAsyncIteration:
            self._part(source)
            raise

    async def _begun(self) -> Source:
        assert self._begin, "a stream begins once"
        source = self._source = await self._begin()
        self._begin = None  # it knows the whole history
        return source

    def _note(self, event: AnyRunEvent) -> None:
        self._last = event.seq
        self._ended = isinstance(event, TERMINAL_EVENTS)

    def _part(self, source: Source) -> None:
        if not self._parted:
            self._parted = True
            source.parted(self._ended)


class Readers:
    """Reads runs for clients, each to the run's terminal event."""

    def __init__(self, run_log: RunLog) -> None:
        self._log = run_log
        self._count = 0
        self._none_left = asyncio.Event()

    def source(
        self, record: RunRecord, after: int | None, parted: Callable[[bool], None]
    ) -> Source:
        """The run's events with `seq` > `after`, as they are logged."""
        after = -1 if after is None else max(after, -1)
        if record.ending and after >= record.ending.seq:
            return Source(_batches(), parted)
        self._count += 1
        run_id = record.id

        def left(ended: bool) -> None:
            self._count -= 1
            if not self._count:
                self._none_left.set()
            parted(ended)

        def follow(after: int) -> Batches:
            return self._log.follow(run_id, after)

        return Source(follow(after), left, follow, lambda: self._log.feed(run_id))

    async def finish(self, seconds: float) -> None:
        """Return once nobody reads any more, or after so many seconds."""
        self._none_left.clear()
        if self._count:
            try:
                async with asyncio.timeout(seconds):
                    await self._none_left.wait()
            except TimeoutError:
                return  # somebody reads slowly, or a run of another process; they can resume


def only(event: AnyRunEvent) -> Source:
    """A stream of one event that belongs to no run."""
    return Source(_batches([event]), lambda _: None)


async def _batches(*batches: Sequence[AnyRunEvent]) -> Batches:
    for batch in batches:
        yield batch
