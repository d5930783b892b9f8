"""The session for asyncio: what differs from the one for threads."""

import asyncio
from contextlib import aclosing

import pytest

from clients.python import AsyncSession, MessageInput, OnDisconnect, Role, RunCompleted, TextDelta
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream

ASKED = [MessageInput(role=Role.USER, content="Who?")]


@pytest.fixture
def session(live_server: LiveServer) -> AsyncSession:
    return AsyncSession(live_server.url)


async def test_events_are_iterated_to_the_terminal_one(session: AsyncSession) -> None:
    async with aclosing(session.stream(ASKED)) as events:
        last = [event async for event in events][-1]
    assert isinstance(last, RunCompleted)
    assert last.reply.content == "Who?"


async def test_leaving_the_loop_stops_the_model(
    session: AsyncSession, upstream: FakeUpstream
) -> None:
    upstream.numbered(9, gated=True).release()
    async with aclosing(session.stream(ASKED, on_disconnect=OnDisconnect.CANCEL)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    await upstream.until(lambda: len(upstream.closed_early) == 1)


async def test_cancelling_the_task_stops_the_model(
    session: AsyncSession, upstream: FakeUpstream
) -> None:
    upstream.numbered(9, gated=True).release()

    async def read() -> None:
        async with aclosing(session.stream(ASKED, on_disconnect=OnDisconnect.CANCEL)) as events:
            async for _ in events:
                pass

    task = asyncio.create_task(read())
    await upstream.until(lambda: len(upstream.active) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await upstream.until(lambda: len(upstream.closed_early) == 1)


async def test_a_cancelled_mutation_lets_go_of_its_connection(
    session: AsyncSession, upstream: FakeUpstream
) -> None:
    upstream.numbered(9, gated=True).release()
    asking = asyncio.create_task(session.chat(ASKED, on_disconnect=OnDisconnect.CANCEL))
    await upstream.until(lambda: len(upstream.active) == 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await upstream.until(lambda: len(upstream.closed_early) == 1)


def test_one_session_serves_one_event_loop_after_the_other(live_server: LiveServer) -> None:
    session = AsyncSession(live_server.url)
    assert asyncio.run(session.contract_version()) == asyncio.run(session.contract_version())
