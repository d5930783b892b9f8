"""aiohttp's reading of answers, without what it repeats for every piece."""

from functools import partial
from typing import TypeVar

import aiohttp
from aiohttp.client_proto import ResponseHandler

Connector = TypeVar("Connector", bound=aiohttp.BaseConnector)


class CalmResponseHandler(ResponseHandler):
    """A connection that goes on reading only where it had stopped.

    aiohttp's asks for that after each piece that was taken, and feeds its parser with nothing
    meanwhile.
    """

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused:
            super().resume_reading(resume_parser)


def calm(connector: Connector) -> Connector:
    """The connector, whose connections are then read so; aiohttp has no public way to say it."""
    connector._factory = partial(CalmResponseHandler, loop=connector._loop)  # type: ignore[assignment]
    return connector
