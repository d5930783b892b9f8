"""The text of a reply, handed over in the moment of its arrival."""

from collections.abc import Callable
from time import monotonic

import aiohttp

from api.providers.base import Part
from api.providers.deadlines import Deadlines
from api.providers.errors import ProviderError
from api.providers.reply import ReplyReader
from api.providers.tap import Tap


class TextFlow:
    """Lets `hear` have the text of a reply, for as long as nothing else comes.

    `parts` are then what came with the last of it, and `failure` is what ended it.
    """

    def __init__(
        self, reply: ReplyReader, hear: Callable[[str], None], deadlines: Deadlines
    ) -> None:
        self.parts: list[Part] = []
        self.failure: ProviderError | None = None
        self._reply = reply
        self._hear = hear
        self._deadlines = deadlines

    async def run(self, response: aiohttp.ClientResponse, buffer: memoryview) -> None:
        """Return once something else has come, or nothing more will; raise what breaks the body.

        `buffer` is the tap's.
        """
        deadlines = self._deadlines
        tap = Tap(response, self._take, buffer)
        deadlines.begin(lambda: tap.fail(deadlines.error()))
        await tap.flow()
        deadlines.end()

    def _take(self, data: bytes) -> bool:
        if text := self._reply.only_text(data):
            self._hear(text)
            self._deadlines.extended = monotonic()
            return False
        try:
            for part in self._reply.feed(data):
                if isinstance(part, str):
                    self._hear(part)
                else:
                    self.parts.append(part)
        except ProviderError as failure:
            self.failure = failure
        if self._reply.heard:
            self._deadlines.extended = monotonic()
        ended = self._reply.over or self._reply.finish_reason is not None
        return ended or bool(self.parts) or self.failure is not None
