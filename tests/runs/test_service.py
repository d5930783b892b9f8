"""A reply is a run, and a run is a log: what every door may rely on, on every store."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from api.access.caller import Caller
from api.contract.events import (
    TERMINAL_EVENTS,
    AnyRunEvent,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunIncomplete,
    RunStarted,
    TextDelta,
)
from api.contract.problems import (
    ContentRefused,
    ContextExceeded,
    IdempotencyConflict,
    InputTooLong,
    InvalidInput,
    ModelTimedOut,
    ModelUnavailable,
    RateLimited,
    ReplayExpired,
    ReplyCancelled,
    ReplyIncomplete,
    RunNotFound,
    ShuttingDown,
    UnknownAssistant,
    UnknownModel,
)
from api.contract.results import Cancellation, CancelOutcome, ChatReply
from api.contract.types import (
    ChatInput,
    ChatSettings,
    MessageInput,
    OnDisconnect,
    Role,
    Run,
    RunStatus,
)
from api.contract.usage import FinishReason
from api.providers.errors import (
    ContentRefusedError,
    ContextExceededError,
    ModelMisconfiguredError,
    ModelRateLimitedError,
    ModelTimedOutError,
    ModelUnavailableError,
    ProviderError,
    ReplyTruncatedError,
)
from tests.runs.conftest import Stage
from tests.runs.fed_provider import USAGE

ME = Caller("me", "me")
YOU = Caller("you", "you")


def asked(question: str = "Who is Tintin?", **fields: Any) -> ChatInput:
    return ChatInput(history=[MessageInput(role=Role.USER, content=question)], **fields)


async def events_of(stage: Stage, input: ChatInput) -> list[AnyRunEvent]:
    return [event async for event in stage.runs.stream(input, ME)]


def assert_well_formed(events: list[AnyRunEvent]) -> None:
    assert [event.seq for event in events] == list(range(len(events)))
    assert [isinstance(event, TERMINAL_EVENTS) for event in events].count(True) == 1
    assert isinstance(events[-1], TERMINAL_EVENTS)
    assert len({event.run_id for event in events}) == 1


async def test_a_whole_reply_is_started_deltas_completed(stage: Stage) -> None:
    stage.provider.feed_reply("A ", "reporter ", "with a dog.")
    events = await events_of(stage, asked())
    assert_well_formed(events)
    assert isinstance(events[0], RunStarted)
    end = events[-1]
    assert isinstance(end, RunCompleted)
    deltas = [event.text for event in events if isinstance(event, TextDelta)]
    assert "".join(deltas) == end.reply.content == "A reporter with a dog."
    assert (end.token_usage, end.finish_reason) == (USAGE, FinishReason.STOP)


async def test_the_assistants_prompt_and_defaults_go_before_the_history(stage: Stage) -> None:
    stage.provider.feed_reply("x")
    await events_of(stage, asked(settings=ChatSettings(temperature=1.5)))
    request = stage.provider.requests[0]
    assert [turn.role for turn in request.turns] == ["system", "user"]
    assert "comic book assistant" in request.turns[0].content
    assert request.settings == {"temperature": 1.5, "max_tokens": 512}


async def test_the_first_delta_is_logged_before_more_arrives(stage: Stage) -> None:
    async with aclosing(stage.runs.stream(asked(), ME)) as events:
        assert isinstance(await anext(events), RunStarted)
        stage.provider.feed("first")
        delta = await anext(events)
        assert isinstance(delta, TextDelta)
        assert delta.text == "first"
        assert await stage.log.read(delta.run_id, 0, 10) == [delta]
        stage.provider.feed(FinishReason.STOP, None)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ModelUnavailableError("down"), ModelUnavailable),
        (ModelTimedOutError("slow", 5), ModelTimedOut),
        (ModelRateLimitedError("busy", 7), RateLimited),
        (ContentRefusedError("no"), ContentRefused),
        (ContextExceededError("too long"), ContextExceeded),
        (ModelMisconfiguredError("bad key"), ModelUnavailable),
    ],
)
@pytest.mark.parametrize("before", [[], ["some text"]])
async def test_a_provider_error_is_a_typed_failure_and_keeps_the_text(
    stage: Stage, error: ProviderError, kind: type[Any], before: list[str]
) -> None:
    stage.provider.feed(*before, error)
    events = await events_of(stage, asked())
    assert_well_formed(events)
    end = events[-1]
    assert isinstance(end, RunFailed)
    assert isinstance(end.problem, kind)
    assert end.problem.retryable is error.retryable
    assert end.reply.content == "".join(before)
    assert end.token_usage.estimated


@pytest.mark.parametrize("cut", [ReplyTruncatedError("the connection was cut"), None])
async def test_a_cut_stream_is_incomplete_never_success(
    stage: Stage, cut: Exception | None
) -> None:
    stage.provider.feed("half a ", cut)
    events = await events_of(stage, asked())
    assert_well_formed(events)
    end = events[-1]
    assert isinstance(end, RunIncomplete)
    assert (end.reply.content, end.finish_reason) == ("half a ", FinishReason.INCOMPLETE)


async def test_a_bug_in_a_provider_ends_the_run_too(stage: Stage) -> None:
    stage.provider.feed(ZeroDivisionError("secret detail"))
    end = (await events_of(stage, asked()))[-1]
    assert isinstance(end, RunFailed)
    assert "secret" not in end.problem.reason


async def test_the_mutation_folds_the_same_stream(stage: Stage) -> None:
    stage.provider.feed_reply("whole")
    reply = await stage.runs.complete(asked(), ME)
    assert isinstance(reply, ChatReply)
    assert (reply.reply.content, reply.token_usage) == ("whole", USAGE)
    run = await stage.runs.find(reply.run_id, ME)
    assert isinstance(run, Run)
    assert (run.status, run.reply, run.token_usage) == (RunStatus.COMPLETED, reply.reply, USAGE)
    stage.provider.feed("half", ReplyTruncatedError("cut"))
    incomplete = await stage.runs.complete(asked(), ME)
    assert isinstance(incomplete, ReplyIncomplete)
    assert incomplete.reply.content == "half"


@pytest.mark.parametrize(
    ("input", "kind", "field"),
    [
        (ChatInput(history=[]), InvalidInput, "history"),
        (
            ChatInput(history=[MessageInput(role=Role.ASSISTANT, content="hi")]),
            InvalidInput,
            "history.0.role",
        ),
        (asked(" \n\t"), InvalidInput, "history.0.content"),
        (asked("x" * 51), InputTooLong, "history.0.content"),
        (asked("x\x00"), InvalidInput, "history.0.content"),
        (asked(settings=ChatSettings(temperature=3)), InvalidInput, "settings.temperature"),
        (asked(settings=ChatSettings(max_tokens=0)), InvalidInput, "settings.maxTokens"),
        (ChatInput(history=asked().history * 201), InputTooLong, "history"),
    ],
)
async def test_an_input_that_breaks_a_rule_names_the_field_and_starts_nothing(
    stage: Stage, input: ChatInput, kind: type[Any], field: str
) -> None:
    problem = await stage.runs.complete(input, ME)
    assert isinstance(problem, kind)
    assert problem.field == field
    events = await events_of(stage, input)
    assert_well_formed(events)
    assert isinstance(events[0], RunFailed)
    assert events[0].problem == problem
    assert isinstance(await stage.runs.start(input, ME), kind)
    assert isinstance(await stage.runs.find(events[0].run_id, ME), RunNotFound)
    assert stage.provider.requests == []


async def test_unknown_assistants_and_models_list_what_there_is(stage: Stage) -> None:
    unknown = await stage.runs.complete(asked(assistant_id="nobody"), ME)
    assert isinstance(unknown, UnknownAssistant)
    assert unknown.available == ["comic-book", "general"]
    model = await stage.runs.complete(asked(settings=ChatSettings(model="gpt-99")), ME)
    assert isinstance(model, UnknownModel)
    assert model.available == ["m", "m2"]


async def test_a_question_at_the_cap_passes_and_an_uncapped_assistant_takes_more(
    stage: Stage,
) -> None:
    stage.provider.feed_reply("ok")
    assert isinstance(await stage.runs.complete(asked("x" * 50), ME), ChatReply)
    stage.provider.feed_reply("ok")
    long = asked("x" * 5000, assistant_id="general")
    assert isinstance(await stage.runs.complete(long, ME), ChatReply)


async def test_leaving_lets_the_run_go_on_by_default(stage: Stage) -> None:
    async with aclosing(stage.runs.stream(asked(), ME)) as events:
        run_id = (await anext(events)).run_id
        stage.provider.feed("one ")
        assert (await anext(events)).seq == 1
    stage.provider.feed_reply("two")
    rest = [event async for event in stage.runs.follow(run_id, ME, 1)]
    assert [event.seq for event in rest] == list(range(2, 2 + len(rest)))
    assert isinstance(rest[-1], RunCompleted)
    assert rest[-1].reply.content == "one two"


async def test_leaving_cancels_where_the_input_says_so(stage: Stage) -> None:
    async with aclosing(stage.runs.stream(asked(on_disconnect=OnDisconnect.CANCEL), ME)) as events:
        run_id = (await anext(events)).run_id
        stage.provider.feed("one ")
        await anext(events)
    followed = [event async for event in stage.runs.follow(run_id, ME, None)]
    assert_well_formed(followed)
    assert isinstance(followed[-1], RunCancelled)
    assert followed[-1].reply.content == "one "
    assert stage.provider.closed == 1


async def test_cancel_ends_the_run_for_every_reader_and_closes_the_upstream(stage: Stage) -> None:
    run = await stage.runs.start(asked(), ME)
    assert isinstance(run, Run)
    assert run.status is RunStatus.RUNNING

    async def read() -> list[AnyRunEvent]:
        return [event async for event in stage.runs.follow(run.id, ME, None)]

    readers = [asyncio.create_task(read()) for _ in range(3)]
    stage.provider.feed("some ")
    first = await stage.runs.cancel(run.id, ME)
    again = await stage.runs.cancel(run.id, ME)
    logs = await asyncio.gather(*readers)
    assert isinstance(first, Cancellation)
    assert isinstance(again, Cancellation)
    assert first.outcome is CancelOutcome.STOPPING
    assert again.outcome in (CancelOutcome.ALREADY_STOPPING, CancelOutcome.ALREADY_ENDED)
    assert logs[0] == logs[1] == logs[2]
    assert isinstance(logs[0][-1], RunCancelled)
    assert stage.provider.closed in (0, 1)  # 0 where it was stopped before the model was asked
    late = await stage.runs.cancel(run.id, ME)
    assert isinstance(late, Cancellation)
    assert (late.outcome, late.status) == (CancelOutcome.ALREADY_ENDED, RunStatus.CANCELLED)


async def test_a_stopped_reply_is_a_problem_of_the_mutation(stage: Stage) -> None:
    waiting = asyncio.create_task(stage.runs.complete(asked(), ME))
    stage.provider.feed("partial")
    while not stage.provider.requests:
        await asyncio.sleep(0)
    await stage.runs.cancel(stage.runs.live[0], ME)
    result = await waiting
    assert isinstance(result, ReplyCancelled)


async def test_fifty_requests_with_one_key_are_one_run_and_one_upstream_call(
    stage: Stage,
) -> None:
    readers = [asyncio.create_task(events_of(stage, asked(idempotency_key="k"))) for _ in range(50)]
    stage.provider.feed_reply("only ", "once")
    logs = await asyncio.gather(*readers)
    assert all(log == logs[0] for log in logs)
    assert_well_formed(logs[0])
    assert len(stage.provider.requests) == 1
    later = await stage.runs.complete(asked(idempotency_key="k"), ME)
    assert isinstance(later, ChatReply)
    assert later.run_id == logs[0][0].run_id
    other = await stage.runs.complete(asked("Who is Haddock?", idempotency_key="k"), ME)
    assert isinstance(other, IdempotencyConflict)
    assert len(stage.provider.requests) == 1


async def test_a_run_belongs_to_who_started_it(stage: Stage) -> None:
    stage.provider.feed_reply("mine")
    reply = await stage.runs.complete(asked(), ME)
    assert isinstance(reply, ChatReply)
    for answer in (
        await stage.runs.find(reply.run_id, YOU),
        await stage.runs.cancel(reply.run_id, YOU),
    ):
        assert isinstance(answer, RunNotFound)
    events = [event async for event in stage.runs.follow(reply.run_id, YOU, None)]
    assert len(events) == 1
    assert isinstance(events[0], RunFailed)
    assert isinstance(events[0].problem, RunNotFound)


async def test_following_after_the_last_event_ends_at_once(stage: Stage) -> None:
    stage.provider.feed_reply("x")
    events = await events_of(stage, asked())
    run_id, last = events[0].run_id, events[-1].seq
    assert [event async for event in stage.runs.follow(run_id, ME, last)] == []
    assert [event async for event in stage.runs.follow(run_id, ME, last + 99)] == []
    assert [event async for event in stage.runs.follow(run_id, ME, None)] == events


async def test_past_the_retention_the_figures_remain(stage: Stage) -> None:
    stage.provider.feed_reply("gone soon")
    events = await events_of(stage, asked())
    from datetime import UTC, datetime

    await stage.log.expire(datetime.now(UTC))
    found = await stage.runs.find(events[0].run_id, ME)
    assert isinstance(found, ReplayExpired)
    assert (found.status, found.token_usage) == (RunStatus.COMPLETED, USAGE)
    followed = [event async for event in stage.runs.follow(events[0].run_id, ME, None)]
    assert isinstance(followed[0], RunFailed)
    assert isinstance(followed[0].problem, ReplayExpired)


async def test_a_server_that_shuts_down_refuses_new_runs_and_ends_the_live_ones(
    stage: Stage,
) -> None:
    run = await stage.runs.start(asked(), ME)
    assert isinstance(run, Run)
    async with aclosing(stage.runs.follow(run.id, ME, None)) as events:
        await anext(events)
        stage.provider.feed("some")
        await anext(events)
        await stage.runs.drain(grace_seconds=0)
        end = await anext(events)
    assert isinstance(end, RunIncomplete)
    assert end.reply.content == "some"
    refused = await stage.runs.complete(asked(), ME)
    assert isinstance(refused, ShuttingDown)
    assert refused.retryable


async def test_draining_lets_a_reply_end_within_the_grace(stage: Stage) -> None:
    run = await stage.runs.start(asked(), ME)
    assert isinstance(run, Run)
    draining = asyncio.create_task(stage.runs.drain(grace_seconds=20))
    stage.provider.feed_reply("whole")
    await draining
    found = await stage.runs.find(run.id, ME)
    assert isinstance(found, Run)
    assert found.status is RunStatus.COMPLETED


async def test_cancel_against_completion_leaves_one_terminal_event_always(stage: Stage) -> None:
    for turn in range(1_000):
        run = await stage.runs.start(asked(), ME)
        assert isinstance(run, Run)
        stage.provider.feed_reply("a", "b")
        for _ in range(turn % 12):
            await asyncio.sleep(0)
        await stage.runs.cancel(run.id, ME)
        assert_well_formed([event async for event in stage.runs.follow(run.id, ME, None)])
        while not stage.provider._parts.empty():
            stage.provider._parts.get_nowait()
