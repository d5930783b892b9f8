"""One request and the reply that the fake upstream plays to it."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.upstream import shapes
from tests.upstream.http import Connection, Request, chunked, head
from tests.upstream.script import Script


@dataclass(slots=True)
class RecordedRequest:
    """A request as the server saw it and what became of its reply; times are monotonic."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    connection: int
    started_at: float = field(default_factory=time.monotonic)
    tokens_sent: int = 0
    finished_at: float | None = None
    closed_at: float | None = None

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        messages: Sequence[Mapping[str, Any]] = self.body.get("messages", ())
        return messages

    @property
    def closed_early(self) -> bool:
        """True where the client left before the reply was over."""
        return self.closed_at is not None

    @property
    def active(self) -> bool:
        return self.finished_at is None and self.closed_at is None


class Exchange:
    """Writes a reply piece by piece; faults call the parts that they leave whole."""

    def __init__(
        self, request: Request, record: RecordedRequest, script: Script, link: Connection
    ) -> None:
        self.record = record
        self.script = script
        self.link = link
        self.model = str(record.body.get("model", "fake"))
        self.path = request.path
        options = record.body.get("stream_options") or {}
        self.wants_usage = bool(options.get("include_usage"))
        self.usage = script.usage or shapes.counted(record.messages, len(script.pieces))
        self._started = False

    async def refuse(
        self, status: int, payload: Any, headers: Mapping[str, str] | None = None
    ) -> None:
        await self.link.answer(status, shapes.encoded(payload), headers=headers)

    async def start(self, content_type: str = "text/event-stream; charset=utf-8") -> None:
        """Send the head and the chunk that names the role, once."""
        if self._started:
            return
        self._started = True
        await asyncio.sleep(self.script.delay)
        first = shapes.event(self.chunk([shapes.choice({"role": "assistant", "content": ""})]))
        headers = {"transfer-encoding": "chunked", "cache-control": "no-cache"}
        await self.link.send(head(200, content_type, headers) + chunked(first))

    def chunk(self, choices: Sequence[Any] | None, **more: Any) -> dict[str, Any]:
        usage = {"usage": None} if self.wants_usage and "usage" not in more else {}
        return shapes.chunk(self.model, choices, **usage, **more)

    async def send(self, data: bytes) -> None:
        """Send bytes of the event stream as one frame."""
        await self.start()
        await self.link.send(chunked(data))

    async def tokens(self, first: int = 0, last: int | None = None) -> None:
        """Send the pieces from `first` up to `last`, paced and gated as the script says."""
        await self.start()
        for piece in self.script.pieces[first:last]:
            await self._pace()
            await self.send(shapes.event(self.chunk([shapes.choice({"content": piece})])))
            self.record.tokens_sent += 1

    async def _pace(self) -> None:
        if self.script.gate:
            await self.script.gate.step()
        elif self.record.tokens_sent and self.script.interval:
            await asyncio.sleep(self.script.interval)

    async def finish(self, reason: str | None, *, done: bool = True, usage: Any = ...) -> None:
        """Send the finish reason, the usage where it was asked for, `[DONE]` and the end."""
        await self.start()
        if self.script.gate:
            await self.script.gate.step()
        frames = [shapes.event(self.chunk([shapes.choice({}, reason)]))] if reason else []
        if self.wants_usage and usage is not None:
            counts = self.usage if usage is ... else usage
            frames.append(shapes.event(self.chunk([], usage=counts)))
        if done:
            frames.append(shapes.DONE)
        await self.link.send(b"".join(chunked(frame) for frame in frames) + chunked(b""))

    async def whole(self) -> None:
        """Answer a request that doesn't stream."""
        await asyncio.sleep(self.script.delay)
        text = "".join(self.script.pieces)
        reply = shapes.completion(self.model, text, self.script.finish_reason, self.usage)
        await self.refuse(200, reply)
        self.record.tokens_sent = len(self.script.pieces)
