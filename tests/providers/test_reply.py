"""A stream means the same however its bytes are cut, and its usage always adds up."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract.usage import FinishReason, TokenUsage
from api.providers.base import Part
from api.providers.errors import ModelUnavailableError, ReplyTruncatedError
from api.providers.reply import ReplyReader, token_usage
from api.providers.sse import LARGEST_EVENT

whatever_the_machine = settings(
    deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
"""A busy machine is slow; that is no failure."""


def event(payload: Any, end: str = "\n") -> bytes:
    return f"data: {json.dumps(payload, ensure_ascii=False)}{end}{end}".encode()


def delta(text: str, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, **more}]}


def read(*pieces: bytes) -> list[Part]:
    reader = ReplyReader()
    parts = [part for piece in pieces for part in reader.feed(piece)]
    return [*parts, *reader.end()]


def joined(parts: list[Part]) -> tuple[str, Part]:
    return "".join(part for part in parts if isinstance(part, str)), parts[-1]


STREAM = b": hello\r\n\r\n" + b"".join(
    [
        event(delta("Zoë "), "\r\n"),
        event(delta("🦸 and\n")),
        b'data:{"choices":\ndata: [{"delta": {"content": "lines"}}]}\n\n',
        event(delta("", finish_reason="stop"), "\r\n"),
        b"data: [DONE]\n\n",
    ]
)


@whatever_the_machine
@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_the_cuts_of_the_network_do_not_matter(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in pairwise(places)]
    assert joined(read(*pieces)) == ("Zoë 🦸 and\nlines", FinishReason.STOP)


@whatever_the_machine
@given(st.integers(0, len(STREAM) - 40))
def test_a_stream_cut_before_its_end_is_never_whole(cut: int) -> None:
    reader = ReplyReader()
    list(reader.feed(STREAM[:cut]))
    with pytest.raises(ReplyTruncatedError):
        list(reader.end())


@whatever_the_machine
@given(st.binary(max_size=300))
def test_no_bytes_whatever_end_in_another_error(noise: bytes) -> None:
    reader = ReplyReader()
    try:
        list(reader.feed(b"data: " + noise + b"\n\n"))
        list(reader.end())
    except (ModelUnavailableError, ReplyTruncatedError):
        pass


def test_text_that_arrived_together_is_one_part() -> None:
    together = event(delta("a")) + event(delta("b")) + event(delta("c", finish_reason="stop"))
    assert read(together) == ["abc", FinishReason.STOP]


def test_a_last_line_without_its_line_end_counts() -> None:
    assert joined(read(event(delta("a")), b"data: [DONE]")) == ("a", FinishReason.UNKNOWN)


def test_what_comes_after_the_finish_reason_cannot_spoil_the_reply() -> None:
    done = event(delta("a", finish_reason="stop"))
    assert joined(read(done, b"data: {oops\n\n")) == ("a", FinishReason.STOP)


def test_an_event_may_be_large_but_not_endless() -> None:
    text = "x" * (LARGEST_EVENT // 2)
    assert joined(read(event(delta(text, finish_reason="stop")))) == (text, FinishReason.STOP)
    reader = ReplyReader()
    with pytest.raises(ModelUnavailableError):
        list(reader.feed(b"data: " + b"x" * (LARGEST_EVENT + 1)))


@pytest.mark.parametrize("nothing", [None, {}, [], "none", 7, {"prompt_tokens": None}])
def test_usage_without_counts_is_no_usage(nothing: Any) -> None:
    assert token_usage(nothing) is None


def test_usage_takes_cached_and_reasoning_parts() -> None:
    reported = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 32},
    }
    assert token_usage(reported) == TokenUsage(
        prompt_tokens=100,
        completion_tokens=50,
        total_tokens=150,
        cached_prompt_tokens=64,
        reasoning_tokens=32,
    )


def test_reasoning_that_only_the_total_counts_is_completion() -> None:
    reported = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 115,
        "completion_tokens_details": {"reasoning_tokens": 100},
    }
    usage = token_usage(reported)
    assert usage is not None
    assert (usage.completion_tokens, usage.reasoning_tokens, usage.total_tokens) == (105, 100, 115)


counts = st.one_of(
    st.none(), st.integers(-5, 2**70), st.floats(), st.sampled_from(["", "7", "x"]), st.booleans()
)
details = st.one_of(
    st.none(),
    st.lists(counts, max_size=1),
    st.dictionaries(st.sampled_from(["cached_tokens", "reasoning_tokens"]), counts),
)


@whatever_the_machine
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "prompt_tokens": counts,
            "completion_tokens": counts,
            "total_tokens": counts,
            "prompt_tokens_details": details,
            "completion_tokens_details": details,
        },
    )
)
def test_parts_never_exceed_their_totals_whatever_is_reported(reported: dict[str, Any]) -> None:
    usage = token_usage(reported)
    if usage is not None:
        assert 0 <= usage.cached_prompt_tokens <= usage.prompt_tokens
        assert 0 <= usage.reasoning_tokens <= usage.completion_tokens
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens < 2**31
