"""A wire whose connections follow a script, with a clock that only moves when somebody sleeps."""

from collections.abc import AsyncGenerator, Iterable
from typing import Any

from clients.python import Patience, RunEvent
from clients.python._generated.models import read_run_event

Step = RunEvent | Exception


class ScriptedWire:
    """Each connection takes the next list of steps: events to yield, or an exception to raise.

    `opened` tells what was asked: "start", or the run and number to follow after.
    """

    def __init__(self, *connections: Iterable[Step], over: bool = False) -> None:
        self._connections = list(connections)
        self._over = over
        self.opened: list[Any] = []
        self.closed = 0

    def start(self) -> AsyncGenerator[RunEvent, None]:
        self.opened.append("start")
        return self._play()

    def follow(self, run_id: str, after: int) -> AsyncGenerator[RunEvent, None]:
        self.opened.append((run_id, after))
        return self._play()

    async def is_over(self, run_id: str, after: int) -> bool:
        return self._over

    async def _play(self) -> AsyncGenerator[RunEvent, None]:
        steps = self._connections.pop(0) if self._connections else []
        try:
            for step in steps:
                if isinstance(step, Exception):
                    raise step
                yield step
        finally:
            self.closed += 1


class Clock:
    """Seconds that pass while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self, **changes: Any) -> Patience:
        """Without chance: each delay is the longest that full jitter allows."""
        return Patience(
            clock=lambda: self.now, sleep=self.sleep, jitter=lambda _, most: most, **changes
        )


def event(typename: str, seq: int, run_id: str = "r1", **fields: Any) -> RunEvent:
    """An event as the server sends it; terminal ones get the fields that they need."""
    figures = {
        "promptTokens": 1,
        "completionTokens": 1,
        "totalTokens": 2,
        "cachedPromptTokens": 0,
        "reasoningTokens": 0,
        "estimated": False,
    }
    ending = {
        "finishReason": "STOP",
        "reply": {"role": "ASSISTANT", "content": ""},
        "tokenUsage": figures,
        "cost": None,
    }
    common = {"__typename": typename, "runId": run_id, "seq": seq, "at": "2026-01-02T03:04:05Z"}
    is_ending = typename in {"RunCompleted", "RunFailed", "RunCancelled", "RunIncomplete"}
    return read_run_event({**common, **(ending if is_ending else {}), **fields})


def started(run_id: str = "r1") -> RunEvent:
    return event("RunStarted", 0, run_id, assistantId="a", model="m")


def delta(seq: int, run_id: str = "r1") -> RunEvent:
    return event("TextDelta", seq, run_id, text=f"t{seq} ")


def completed(seq: int, run_id: str = "r1") -> RunEvent:
    return event("RunCompleted", seq, run_id)


def refused(retryable: bool, run_id: str = "r1", seq: int = 0) -> RunEvent:
    problem = {"__typename": "StoreUnavailable", "reason": "Disk full.", "retryable": retryable}
    return event("RunFailed", seq, run_id, problem=problem, finishReason="FAILED")
