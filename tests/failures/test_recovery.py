"""What happens before the first word: attempts, the breaker, and models that stand in."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from api.contract.usage import FinishReason, TokenUsage
from api.providers.base import AnsweringModel, ModelRequest, Part
from api.providers.breaker import Breaker
from api.providers.errors import (
    ContentRefusedError,
    ModelMisconfiguredError,
    ModelNotFoundError,
    ModelRateLimitedError,
    ModelTimedOutError,
    ModelUnavailableError,
    ProviderError,
    ReplyTruncatedError,
)
from api.providers.steady import Patience, SteadyProvider
from tests.failures.doors import COMPLETED, through_all_doors
from tests.servers import wait_until
from tests.transport.wire import ask
from tests.upstream import FakeUpstream

QUICK = Patience(attempts=3, first_wait=0.001, longest_wait=0.05)
DOWN = ModelUnavailableError("It is down.")


class Troubled:
    """Plays for each call the next of its replies: parts, and errors to raise."""

    name = "troubled"
    default_model = "a"

    def __init__(self, *replies: list[Any]) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []
        self.closed = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Part, None]:
        self.asked.append(request.model)
        try:
            for part in self.replies.pop(0):
                if isinstance(part, ProviderError):
                    raise part
                if isinstance(part, asyncio.Event):
                    await part.wait()
                else:
                    yield part
        finally:
            self.closed += 1

    async def start(self) -> None: ...
    async def check(self) -> None: ...
    async def aclose(self) -> None: ...


async def parts_of(provider: SteadyProvider, *fallbacks: str) -> list[Part]:
    request = ModelRequest("a", [], fallbacks=fallbacks)
    async with aclosing(provider.stream(request)) as parts:
        return [part async for part in parts]


WHOLE: list[Any] = ["Yes", TokenUsage(), FinishReason.STOP]


@pytest.mark.parametrize(
    "error", [DOWN, ReplyTruncatedError("cut"), ModelRateLimitedError("busy", 0.01)]
)
async def test_what_may_be_better_is_tried_again(error: ProviderError) -> None:
    troubled = Troubled([error], [error], WHOLE)
    assert await parts_of(SteadyProvider(troubled, QUICK)) == WHOLE
    assert troubled.closed == 3


@pytest.mark.parametrize(
    "error",
    [
        ContentRefusedError("no"),
        ModelMisconfiguredError("no"),
        ModelNotFoundError("no"),
        ModelTimedOutError("too slow", 1),
        ModelRateLimitedError("much later", 3600),
    ],
)
async def test_what_would_not_be_better_is_not(error: ProviderError) -> None:
    troubled = Troubled([error], WHOLE)
    with pytest.raises(type(error)):
        await parts_of(SteadyProvider(troubled, QUICK))
    assert len(troubled.asked) == 1


async def test_nothing_is_tried_again_once_a_word_was_said() -> None:
    troubled = Troubled(["Ye", DOWN], WHOLE)
    provider = SteadyProvider(troubled, QUICK)
    came: list[Part] = []
    with pytest.raises(ModelUnavailableError):
        async with aclosing(provider.stream(ModelRequest("a", [], fallbacks=("b",)))) as parts:
            async for part in parts:
                came.append(part)
    assert (came, troubled.asked) == (["Ye"], ["a"])


async def test_the_wait_of_the_server_is_kept_and_jitter_comes_on_top(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("stamina._core._smart_sleep", sleep)
    patience = Patience(attempts=10, first_wait=1, longest_wait=30)
    for _ in range(20):
        errors = [[ModelRateLimitedError("busy", 7)], *([DOWN] for _ in range(3)), WHOLE]
        await parts_of(SteadyProvider(Troubled(*errors), patience))
    assert all(7 <= wait <= 8 for wait in waits[::4])
    for place, greatest in ((1, 2), (2, 4), (3, 8)):
        some = waits[place::4]
        assert all(0 <= wait <= greatest for wait in some)
        assert min(some) < greatest / 2 < max(some), "jitter is full"


async def test_fallback_models_are_asked_in_order_and_the_answering_one_is_named() -> None:
    troubled = Troubled([ModelNotFoundError("a")], [ModelTimedOutError("b", 1)], WHOLE)
    parts = await parts_of(SteadyProvider(troubled, QUICK), "b", "c", "d")
    assert parts == [AnsweringModel("c"), *WHOLE]
    assert troubled.asked == ["a", "b", "c"]


async def test_where_all_models_fail_the_first_one_s_failure_is_told() -> None:
    troubled = Troubled([ModelNotFoundError("a")], [ModelTimedOutError("b", 1)])
    with pytest.raises(ModelNotFoundError):
        await parts_of(SteadyProvider(troubled, QUICK), "b")


@pytest.mark.parametrize("error", [ContentRefusedError("no"), ModelMisconfiguredError("no")])
async def test_a_refusal_of_the_question_is_not_taken_to_another_model(
    error: ProviderError,
) -> None:
    troubled = Troubled([error], WHOLE)
    with pytest.raises(type(error)):
        await parts_of(SteadyProvider(troubled, QUICK), "b")
    assert troubled.asked == ["a"]


async def test_a_reader_that_leaves_while_a_model_is_asked_closes_the_call() -> None:
    troubled = Troubled([asyncio.Event()])
    task = asyncio.create_task(parts_of(SteadyProvider(troubled, QUICK), "b"))
    while not troubled.asked:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (troubled.asked, troubled.closed) == (["a"], 1)


def broken_breaker(now: list[float]) -> Breaker:
    breaker = Breaker("m", 5, 10, clock=lambda: now[0])
    for _ in range(5):
        breaker.admit()
        breaker.failed()
    return breaker


def refuses(breaker: Breaker) -> bool:
    try:
        breaker.admit()
    except ModelUnavailableError:
        return True
    return False


def test_a_breaker_opens_after_five_failures_in_a_row() -> None:
    breaker = Breaker("m", 5, 10)
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert not refuses(breaker)
    breaker.failed()
    assert refuses(breaker)


def test_an_open_breaker_probes_once_in_ten_seconds_and_closes_with_a_success() -> None:
    now = [0.0]
    breaker = broken_breaker(now)
    admitted = []
    for second in range(1, 41):
        now[0] = float(second)
        if not refuses(breaker):
            admitted.append(second)
            breaker.failed()
    assert admitted == [10, 20, 30, 40]
    now[0] = 50.0
    assert not refuses(breaker)
    assert refuses(breaker), "one probe at a time"
    breaker.succeeded()
    assert not refuses(breaker)


@pytest.mark.parametrize("well_again", [0.1, 5, 9.9, 10.1, 25, 299])
def test_a_server_that_is_well_again_is_found_within_15_seconds(well_again: float) -> None:
    """Whenever that is, and although a probe that hangs never tells how it went."""
    now = [0.0]
    breaker = broken_breaker(now)
    while breaker.is_open:
        now[0] += 0.5
        if not refuses(breaker) and now[0] >= well_again:
            breaker.succeeded()
    assert now[0] - well_again <= 15


async def test_a_model_that_is_left_alone_costs_no_time_and_another_stands_in() -> None:
    failing = [[DOWN] for _ in range(5)]
    troubled = Troubled(*failing, WHOLE)
    provider = SteadyProvider(troubled, Patience(attempts=5, first_wait=0.001))
    with pytest.raises(ModelUnavailableError):
        await parts_of(provider)
    assert len(troubled.asked) == 5
    assert (await parts_of(provider, "b"))[0] == AnsweringModel("b")
    assert troubled.asked[5:] == ["b"]


async def test_a_run_says_on_every_door_which_model_answered(
    start_failing: Any, upstream: FakeUpstream
) -> None:
    server = start_failing({"a": ("fault-overloaded", "fault-model_not_found", "numbered-2")})
    for outcome in (await through_all_doors(server.url, "a")).values():
        assert outcome.kind == COMPLETED
        assert (outcome.answered_by, outcome.text) == ("numbered-2", "t0 t1")


async def test_nobody_stands_in_for_a_model_that_the_client_chose(
    start_failing: Any, upstream: FakeUpstream
) -> None:
    server = start_failing({"a": ("fault-overloaded", "numbered-2")})
    query = """mutation { chat(input: {assistantId: "a", settings: {model: "fault-overloaded"},
      history: [{role: USER, content: "x"}]}) { __typename } }"""
    answer = await asyncio.to_thread(ask, server.url, {"query": query})
    assert answer.json["data"]["chat"]["__typename"] == "ModelUnavailable"


def test_a_server_that_is_down_is_left_alone_and_found_again(
    start_failing: Any, upstream: FakeUpstream
) -> None:
    server = start_failing({"a": ("sick",)}, breaker_failures=5, breaker_seconds=0.5)
    upstream.fault("overloaded", times=1_000, when=lambda body: body["model"] == "sick")

    def kind() -> str:
        query = """mutation { chat(input: {assistantId: "a",
          history: [{role: USER, content: "Well?"}]}) { __typename } }"""
        return str(ask(server.url, {"query": query}).json["data"]["chat"]["__typename"])

    def calls() -> int:
        return sum(request.body["model"] == "sick" for request in upstream.requests)

    assert [kind() for _ in range(5)] == ["ModelUnavailable"] * 5
    assert calls() == 5
    assert [kind() for _ in range(20)] == ["ModelUnavailable"] * 20
    assert calls() < 20
    upstream.forget()
    wait_until(lambda: kind() == "ChatReply")
