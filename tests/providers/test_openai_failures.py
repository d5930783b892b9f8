"""Every way in which an upstream fails, over real HTTP: the right error, with nothing leaked."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from api.contract.usage import FinishReason
from api.providers.errors import (
    ContentRefusedError,
    ContextExceededError,
    ModelMisconfiguredError,
    ModelNotFoundError,
    ModelRateLimitedError,
    ModelTimedOutError,
    ModelUnavailableError,
    ProviderError,
    ReplyTruncatedError,
)
from api.providers.openai import OpenAIProvider
from tests.providers.conftest import OpenProvider, asking, parts_of, parts_until_failure, text_of
from tests.providers.sockets import closed_port, silent_port
from tests.upstream import FAULTS, FakeUpstream

REFUSALS = {
    "rate_limited": ModelRateLimitedError,
    "quota_exhausted": ModelMisconfiguredError,
    "server_error": ModelUnavailableError,
    "overloaded": ModelUnavailableError,
    "bad_gateway": ModelUnavailableError,
    "unauthorized": ModelMisconfiguredError,
    "forbidden": ModelMisconfiguredError,
    "model_not_found": ModelNotFoundError,
    "model_not_pulled": ModelNotFoundError,
    "wrong_path": ModelMisconfiguredError,
    "prompt_refused": ContentRefusedError,
    "context_exceeded": ContextExceededError,
    "setting_refused": ModelMisconfiguredError,
    "redirect": ModelMisconfiguredError,
    "html": ModelUnavailableError,
    "wrong_content_type": ModelUnavailableError,
    "drop": ModelUnavailableError,
    "endless_error": ModelUnavailableError,
    "headers_hang": ModelTimedOutError,
}
"""Failures in place of a reply."""

BREAKS = {
    "truncated": ReplyTruncatedError,
    "chunk_cut": ReplyTruncatedError,
    "connection_reset": ReplyTruncatedError,
    "mid_line_cut": ReplyTruncatedError,
    "bad_json": ModelUnavailableError,
    "wrong_shape": ModelUnavailableError,
    "error_event": ModelUnavailableError,
    "giant_chunk": ModelUnavailableError,
    "hang": ModelTimedOutError,
    "drip": ModelTimedOutError,
}
"""Failures in the stream."""

WHOLE = {
    "done_without_reason": FinishReason.UNKNOWN,
    "reason_without_done": FinishReason.STOP,
    "reason_then_hang": FinishReason.STOP,
    "no_usage": FinishReason.STOP,
    "odd_choices": FinishReason.STOP,
    "crumbs": FinishReason.STOP,
    "hang_up": FinishReason.STOP,
}
"""Odd streams that are whole all the same."""

ELSEWHERE = {"filtered", "token_drip"}
"""Have a test of their own below."""

SILENT = {"headers_hang", "hang", "drip"}
"""Only a deadline ends these, so it is short for them, and long for the others."""


def patience(fault: str) -> float:
    return 0.2 if fault in SILENT else 10.0


def test_every_fault_of_the_fake_upstream_is_in_a_table() -> None:
    assert {*REFUSALS, *BREAKS, *WHOLE, *ELSEWHERE} == set(FAULTS)


@pytest.mark.parametrize(("fault", "expected"), REFUSALS.items())
async def test_a_refusal_is_the_right_error(
    upstream: FakeUpstream, open_provider: OpenProvider, fault: str, expected: type[ProviderError]
) -> None:
    upstream.fault(fault)
    parts, failure = await parts_until_failure(
        open_provider(idle_timeout=patience(fault)), asking()
    )
    assert type(failure) is expected
    assert parts == []


@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize(("fault", "expected"), BREAKS.items())
async def test_a_break_keeps_the_tokens_before_it_and_is_the_right_error(
    upstream: FakeUpstream,
    open_provider: OpenProvider,
    fault: str,
    expected: type[ProviderError],
    after: int,
) -> None:
    upstream.fault(fault, after_tokens=after)
    parts, failure = await parts_until_failure(
        open_provider(idle_timeout=patience(fault)), asking()
    )
    assert type(failure) is expected
    assert text_of(parts).split() == [f"t{i}" for i in range(after)]


@pytest.mark.parametrize(("fault", "finish"), WHOLE.items())
async def test_an_odd_but_whole_stream_is_a_whole_reply(
    upstream: FakeUpstream, provider: OpenAIProvider, fault: str, finish: FinishReason
) -> None:
    upstream.fault(fault, text="All is well 🙂")
    parts = await parts_of(provider, asking())
    assert text_of(parts) == "All is well 🙂"
    assert parts[-1] is finish


async def test_a_content_filter_in_mid_reply_is_a_finish_reason(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.fault("filtered", after_tokens=2)
    parts = await parts_of(provider, asking())
    assert text_of(parts) == "t0 t1"
    assert parts[-1] is FinishReason.CONTENT_FILTER


async def test_tokens_that_never_end_meet_the_total_deadline(
    upstream: FakeUpstream, open_provider: OpenProvider
) -> None:
    upstream.fault("token_drip")
    parts, failure = await parts_until_failure(open_provider(total_timeout=0.3), asking())
    assert isinstance(failure, ModelTimedOutError)
    assert failure.seconds == 0.3
    assert " drip" in text_of(parts)
    await upstream.until(lambda: len(upstream.closed_early) == 1)


@pytest.mark.parametrize("fault", ["headers_hang", "hang", "drip"])
async def test_silence_meets_the_idle_deadline_and_closes_the_upstream(
    upstream: FakeUpstream, open_provider: OpenProvider, fault: str
) -> None:
    upstream.fault(fault, after_tokens=1)
    _, failure = await parts_until_failure(open_provider(idle_timeout=0.2), asking())
    assert isinstance(failure, ModelTimedOutError)
    assert failure.seconds == 0.2
    await upstream.until(lambda: len(upstream.closed_early) == 1)


@pytest.mark.parametrize(("told", "seconds"), [("7", 7), ("0.5", 0.5), ("86400", 86400), ("-3", 0)])
async def test_retry_after_is_understood_as_seconds(
    upstream: FakeUpstream, provider: OpenAIProvider, told: str, seconds: float
) -> None:
    upstream.fault("rate_limited", retry_after=told)
    _, failure = await parts_until_failure(provider, asking())
    assert isinstance(failure, ModelRateLimitedError)
    assert failure.retry_after == seconds


@pytest.mark.parametrize(("hours", "least", "most"), [(2, 3600, 7200), (-2, 0, 0)])
async def test_retry_after_is_understood_as_a_date(
    upstream: FakeUpstream, provider: OpenAIProvider, hours: int, least: float, most: float
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    upstream.fault("rate_limited", retry_after=date)
    _, failure = await parts_until_failure(provider, asking())
    assert isinstance(failure, ModelRateLimitedError)
    assert failure.retry_after is not None
    assert least <= failure.retry_after <= most


@pytest.mark.parametrize("told", [None, "soon", "", "nan", "inf", "Mon, 99 Foo 9999 99:99:99 GMT"])
async def test_a_retry_after_that_says_nothing_is_none(
    upstream: FakeUpstream, provider: OpenAIProvider, told: str | None
) -> None:
    upstream.fault("rate_limited", retry_after=told)
    _, failure = await parts_until_failure(provider, asking())
    assert isinstance(failure, ModelRateLimitedError)
    assert failure.retry_after is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("rate_limit_exceeded", ModelRateLimitedError),
        ("content_filter", ContentRefusedError),
        ("context_length_exceeded", ContextExceededError),
        (None, ModelUnavailableError),
    ],
)
async def test_an_error_inside_the_stream_is_known_by_its_code(
    upstream: FakeUpstream,
    provider: OpenAIProvider,
    code: str | None,
    expected: type[ProviderError],
) -> None:
    upstream.fault("error_event", after_tokens=1, code=code)
    parts, failure = await parts_until_failure(provider, asking())
    assert type(failure) is expected
    assert text_of(parts) == "t0"


async def test_a_refused_setting_is_named(upstream: FakeUpstream, provider: OpenAIProvider) -> None:
    upstream.fault("setting_refused", param="temperature")
    _, failure = await parts_until_failure(provider, asking(temperature=2.0))
    assert "`temperature`" in str(failure)


@pytest.mark.parametrize("fault", [*REFUSALS, *BREAKS])
async def test_no_error_text_tells_a_key_a_path_or_a_message(
    upstream: FakeUpstream, open_provider: OpenProvider, fault: str
) -> None:
    details: dict[str, Any] = {"param": "the secret question"}
    upstream.fault(fault, after_tokens=1, **details)
    provider = open_provider(idle_timeout=patience(fault))
    _, failure = await parts_until_failure(provider, asking("the secret question"))
    assert failure is not None
    for secret in ("sk-canary", "secret", "127.0.0.1", "t0"):
        assert secret not in str(failure)


async def test_a_redirect_is_not_followed(upstream: FakeUpstream, provider: OpenAIProvider) -> None:
    with FakeUpstream() as other:
        upstream.fault("redirect", location=f"{other.base_url}/chat/completions")
        _, failure = await parts_until_failure(provider, asking())
        assert isinstance(failure, ModelMisconfiguredError)
        assert other.connections == 0


async def test_nothing_listens(open_provider: OpenProvider) -> None:
    provider = open_provider(base_url=f"http://127.0.0.1:{closed_port()}/v1")
    _, failure = await parts_until_failure(provider, asking())
    assert type(failure) is ModelUnavailableError
    assert "Nothing answers" in str(failure)


async def test_a_name_that_does_not_resolve(open_provider: OpenProvider) -> None:
    _, failure = await parts_until_failure(
        open_provider(base_url="http://parley.invalid/v1"), asking()
    )
    assert type(failure) is ModelUnavailableError
    assert "cannot be resolved" in str(failure)


async def test_a_tls_handshake_that_fails(
    upstream: FakeUpstream, open_provider: OpenProvider
) -> None:
    _, failure = await parts_until_failure(open_provider(base_url=upstream.tls_url), asking())
    assert type(failure) is ModelUnavailableError
    assert "secure" in str(failure)


async def test_a_connection_that_is_never_made_meets_the_connect_deadline(
    open_provider: OpenProvider,
) -> None:
    with silent_port() as port:
        provider = open_provider(base_url=f"https://127.0.0.1:{port}/v1", connect_timeout=0.2)
        _, failure = await parts_until_failure(provider, asking())
    assert isinstance(failure, ModelTimedOutError)
    assert failure.seconds == 0.2


async def test_quick_successors_survive_a_server_that_hangs_up_after_each_reply(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.fault("hang_up", text="fine", always=True)
    for _ in range(100):
        assert text_of(await parts_of(provider, asking())) == "fine"


async def test_a_provider_works_again_after_every_failure(
    upstream: FakeUpstream, open_provider: OpenProvider
) -> None:
    provider = open_provider(idle_timeout=0.2)
    for fault in [*REFUSALS, *BREAKS]:
        upstream.fault(fault)
        _, failure = await parts_until_failure(provider, asking())
        assert failure is not None
        assert text_of(await parts_of(provider, asking("Are you well?"))) == "Are you well?"
