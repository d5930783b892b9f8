"""Connections to a model's server, used again only where they have proved to stay open.

llama.cpp closes a connection after a reply without saying so. A request that follows quickly
would be lost on it, and must not simply be made again: the model may be at work on it already.
"""

from typing import Any

import aiohttp

PROBATION = 0.05
"""Seconds that a connection must stay open after an answer before it serves again."""


class PatientConnector(aiohttp.TCPConnector):
    """Hands an idle connection back to the pool once its probation is over; one that the server
    has closed meanwhile never comes there."""

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        # aiohttp has no public hook between an answer's end and the pool.
        if should_close or protocol.should_close:
            super()._release(key, protocol, should_close=True)
        else:
            self._loop.call_later(PROBATION, super()._release, key, protocol)
