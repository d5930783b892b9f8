"""What the fake upstream shall answer: queued replies and failures, standing ones, and by model."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

from tests.upstream.faults import FAULTS
from tests.upstream.gate import Gate
from tests.upstream.script import Body, Script, from_model, numbered, split

Condition = Callable[[Body], bool]


class Playlist:
    """Replies are taken in this order: the first queued one whose `when` accepts the request's
    body, the standing one (`always=True`), the one that the name of the model asks for (see
    `script.from_model`). All methods may be called from any thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._gates = loop
        self._queue: list[tuple[Condition | None, Script]] = []
        self._standing: Script | None = None
        self._lock = threading.Lock()

    def reply(
        self,
        text: str | Sequence[str] = "",
        *,
        delay: float = 0.0,
        interval: float = 0.0,
        finish_reason: str | None = "stop",
        usage: Body | None = None,
        gated: bool = False,
        times: int = 1,
        always: bool = False,
        when: Condition | None = None,
    ) -> Gate:
        """Queue a reply of one word a token (or of the given pieces); the gate acts if `gated`."""
        gate = Gate(self._gates)
        held = gate if gated else None
        script = Script(split(text), delay, interval, finish_reason, usage, held)
        self.play(script, times=times, always=always, when=when)
        return gate

    def numbered(self, count: int, *, rate: float = 0.0, gated: bool = False, **how: Any) -> Gate:
        """Queue `t0 t1 t2 …`, `rate` tokens a second (0: at once)."""
        interval = 1 / rate if rate else 0.0
        return self.reply(numbered(count), interval=interval, gated=gated, **how)

    def fault(
        self,
        name: str,
        after_tokens: int = 0,
        *,
        text: str | Sequence[str] = "",
        times: int = 1,
        always: bool = False,
        when: Condition | None = None,
        **details: Any,
    ) -> None:
        """Queue a failure of `FAULTS`; `text` defaults to numbered tokens, enough for the fault."""
        pieces = split(text) if text else numbered(after_tokens + 3)
        script = Script(pieces, fault=_known(name), after_tokens=after_tokens, details=details)
        self.play(script, times=times, always=always, when=when)

    def play(
        self,
        script: Script,
        *,
        times: int = 1,
        always: bool = False,
        when: Condition | None = None,
    ) -> None:
        with self._lock:
            if always:
                self._standing = script
            else:
                self._queue.extend([(when, script)] * times)

    def forget(self) -> None:
        """Drop all queued and standing replies."""
        with self._lock:
            self._queue.clear()
            self._standing = None

    def next_script(self, body: Body) -> Script:
        """Take the reply to this request."""
        with self._lock:
            for place, (when, script) in enumerate(self._queue):
                if when is None or when(body):
                    del self._queue[place]
                    return script
            return self._standing or from_model(body)


def _known(name: str) -> str:
    if name not in FAULTS:
        raise ValueError(f"no fault {name!r}; there are: {', '.join(sorted(FAULTS))}")
    return name
