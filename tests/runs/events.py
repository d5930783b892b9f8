"""Small makers of runs and events for the tests of the run log."""

from datetime import UTC, datetime
from typing import Any

from api.contract.events import AnyRunEvent, RunCompleted, RunStarted, TextDelta
from api.contract.types import Message, Role
from api.contract.usage import FinishReason, TokenUsage
from api.runs.log import RunRecord

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def draft(run_id: str = "r1", **changes: Any) -> RunRecord:
    known = {
        "owner": "anybody",
        "assistant_id": "comic-book",
        "provider": "scripted",
        "model": "m",
        "history": [Message(role=Role.USER, content="hi")],
        "created_at": NOW,
        "input_digest": "d1",
    }
    return RunRecord(id=run_id, **{**known, **changes})


def started(run_id: str = "r1") -> RunStarted:
    return RunStarted(run_id=run_id, seq=0, at=NOW, assistant_id="comic-book", model="m")  # type: ignore[arg-type]


def delta(seq: int, run_id: str = "r1", text: str | None = None) -> TextDelta:
    return TextDelta(run_id=run_id, seq=seq, at=NOW, text=text or f"t{seq} ")  # type: ignore[arg-type]


def completed(seq: int, run_id: str = "r1", at: datetime = NOW) -> RunCompleted:
    return RunCompleted(
        run_id=run_id,  # type: ignore[arg-type]
        seq=seq,
        at=at,
        reply=Message(role=Role.ASSISTANT, content="whole reply"),
        token_usage=TokenUsage(prompt_tokens=3, completion_tokens=4, total_tokens=7),
        cost=None,
        finish_reason=FinishReason.STOP,
    )


def seqs(events: list[AnyRunEvent]) -> list[int]:
    return [event.seq for event in events]
