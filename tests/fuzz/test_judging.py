"""The fuzz can fail: each thing that must not happen is a finding where it does."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.fuzz.loop_watch import BLOCKED_SECONDS, LoopWatch, Measure
from tests.fuzz.requests import Answer
from tests.fuzz.rounds import Outcome, kept
from tests.fuzz.sessions import End
from tests.fuzz.stage import is_trouble
from tests.fuzz.verdict import findings_of

SECRETS = [b"sk-canary", b"/data-canary"]
JSON = {"content-type": "application/json"}
HELD: Measure = {
    "rss": 100_000_000, "objects": 1, "fds": 10, "store_fds": 7, "files": [], "threads": 5,
    "tasks": 7, "slowest_seconds": 0.0, "slowest": "", "blocks": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, {}, b"Internal Server Error"),
        Answer(503, JSON, b'{"problem": {"type": "StoreUnavailable"}}'),
        Answer(200, JSON, b'{"data":null,"errors":[{"extensions":{"code":"INTERNAL"}}]}'),
        Answer(200, JSON, b'{"data":{"chat":{"__typename":"ModelUnavailable"}}}'),
        Answer(400, JSON, b'{"message": "no key sk-canary"}'),
        Answer(400, {"x-file": "/data-canary/runs.sqlite3"}, b""),
        Answer(400, {}, b"Traceback (most recent call last):"),
        Answer(200, JSON, b"{"),
        Answer(200, JSON, b'"\xff"'),
        Answer(0, {}, b"", "no answer within 15 s"),
        End(101, 1006, b""),
        End(101, 1011, b""),
        End(500, None, b""),
        End(0, None, b""),
        End(101, 1000, b"sk-canary"),
        End(101, None, b"", "no end within 15 s"),
    ],
    ids=str,
)
def test_what_must_not_be_answered_is_a_finding(answer: Answer | End) -> None:
    assert findings_of(answer, SECRETS)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, JSON, b'{"data": {"__typename": "Query"}}'),
        Answer(413, JSON, b'{"errors": [{"message": "too large"}]}'),
        Answer(400, {"content-type": "text/plain"}, b"Invalid HTTP request received."),
        Answer(0, {}, b""),
        End(101, 4400, b""),
        End(403, None, b""),
    ],
    ids=str,
)
def test_a_refusal_is_no_finding(answer: Answer | End) -> None:
    assert not findings_of(answer, SECRETS)


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ('{"event": "internal_error", "level": "error"}', True),
        ('{"event": "x", "level": "info", "exception": "Traceback (most recent"}', True),
        ("ERROR:    Exception in ASGI application", True),
        ("Task exception was never retrieved", True),
        ("RuntimeWarning: coroutine 'x' was never awaited", True),
        ("fuzz.loop_blocked 260 ms of its own in <Task>", True),
        ('{"event": "client.stuck", "level": "info"}', False),
        ("WARNING:  Invalid HTTP request received.", False),
        ("", False),
    ],
)
def test_a_log_line_is_trouble_unless_it_tells_of_bad_input(line: str, trouble: bool) -> None:
    assert is_trouble(line) is trouble


@pytest.mark.parametrize(
    ("name", "value"), [("fds", 11), ("store_fds", 9), ("tasks", 8), ("rss", 200_000_000)], ids=str
)
def test_what_stays_behind_is_a_finding(name: str, value: int) -> None:
    assert kept(HELD, HELD) == []
    assert kept(HELD, HELD | {name: value})  # type: ignore[arg-type]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopWatch]:
    monkeypatch.setattr(asyncio.Handle, "_run", asyncio.Handle._run)
    watch = LoopWatch()
    watch.install()
    yield watch
    watch.close()


def test_a_blocked_loop_is_noticed_whether_it_computes_or_waits(watch: LoopWatch) -> None:
    async def block() -> None:
        time.sleep(BLOCKED_SECONDS * 1.2)

    async def wait() -> None:
        await asyncio.sleep(BLOCKED_SECONDS * 1.2)

    asyncio.run(wait())
    assert watch.blocks == []
    asyncio.run(block())
    assert len(watch.blocks) == 1


def test_a_failing_case_is_told_with_its_seed_and_as_small_as_can_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.fuzz import rounds
    from tests.fuzz.verdict import FindingError

    class Quiet:
        def trouble(self) -> str:
            return ""

    def judge(case: int, _: object) -> None:
        if case > 1_000:
            raise FindingError("too large")

    monkeypatch.setattr(rounds, "judge", judge)
    kind = rounds.Kind(lambda: st.integers(), 100)  # type: ignore[arg-type]
    outcome = Outcome("numbers")
    rounds._round(outcome, kind, Quiet(), 100, 7)  # type: ignore[arg-type]
    (finding,) = outcome.findings
    assert "too large" in finding and "case: 1001" in finding
    assert "python -m tests.fuzz numbers --seed 7 --count 100" in finding
