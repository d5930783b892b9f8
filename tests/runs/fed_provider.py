"""A provider whose parts the test hands over one by one."""

import asyncio
from collections.abc import AsyncGenerator

from api.contract.usage import FinishReason, TokenUsage
from api.providers.base import ModelRequest, Part

USAGE = TokenUsage(prompt_tokens=5, completion_tokens=7, total_tokens=12)


class FedProvider:
    """Each stream yields what `feed` was given; an exception among the parts is raised."""

    name = "scripted"
    default_model = "m"

    def __init__(self) -> None:
        self.requests: list[ModelRequest] = []
        self.closed = 0
        self._parts: asyncio.Queue[Part | Exception | None] = asyncio.Queue()

    def feed(self, *parts: Part | Exception | None) -> None:
        """Hand over parts; None ends the stream."""
        for part in parts:
            self._parts.put_nowait(part)

    def feed_reply(self, *texts: str) -> None:
        """Hand over a whole reply."""
        self.feed(*texts, USAGE, FinishReason.STOP, None)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Part, None]:
        self.requests.append(request)
        try:
            while (part := await self._parts.get()) is not None:
                if isinstance(part, Exception):
                    raise part
                yield part
        finally:
            self.closed += 1

    async def start(self) -> None:
        """Nothing to ready."""

    async def check(self) -> None:
        """Always there."""

    async def aclose(self) -> None:
        """Nothing to close."""
