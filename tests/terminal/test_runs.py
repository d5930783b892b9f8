"""Runs that outlive a connection, and terminals that join those of others."""

import asyncio
from contextlib import aclosing

import pytest

from clients.python import AsyncSession, Run, RunCancelled, RunStarted, StreamEvent
from tests.clients.cut_proxy import CutProxy
from tests.servers import LiveServer, free_port
from tests.terminal.screen import opened, ready
from tests.upstream import FakeUpstream

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNT = [{"role": "USER", "content": "Count"}]


async def test_the_run_of_another_frontend_is_joined_and_stopped(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(50, gated=True)
    seen: list[StreamEvent] = []

    async def other_frontend() -> None:
        async with aclosing(AsyncSession(api.url).stream(COUNT)) as events:
            async for event in events:
                seen.append(event)

    other = asyncio.create_task(other_frontend())
    gate.release(3)
    await upstream.until(lambda: len(seen) > 1)
    assert isinstance(seen[0], RunStarted)
    async with ready(api.url, run=seen[0].run_id) as screen:
        await screen.until(lambda: screen.replies == ["t0 t1 t2"])
        assert screen.conversation[1] == ("user", "Count")
        gate.release(2)
        await screen.until(lambda: screen.replies == ["t0 t1 t2 t3 t4"])
        await screen.press("escape")
        await upstream.until(lambda: upstream.requests[0].closed_early)
        await screen.until(lambda: screen.idle)
        assert "Stopped." in screen.text
        assert seen[0].run_id in screen.text
    await other
    assert isinstance(seen[-1], RunCancelled)


async def test_an_unknown_run_is_told_and_the_terminal_works(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    async with ready(api.url, run="nowhere") as screen:
        assert "There is no run with this id" in screen.alert
        await screen.ask_and_wait("Who?")
        assert screen.replies == ["Who?"]
        assert screen.alert == ""


async def test_a_lost_connection_is_told_and_loses_and_doubles_no_word(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    with CutProxy(api.port) as proxy:
        async with ready(proxy.url) as screen:
            gate = upstream.numbered(8, gated=True)
            await screen.ask("Count")
            gate.release(4)
            await screen.until(lambda: screen.replies == ["t0 t1 t2 t3"])
            proxy.refuse(20)
            proxy.cut()
            await screen.until(lambda: screen.alert == "The connection was lost. Trying again …")
            gate.open()
            await screen.until(lambda: screen.idle)
            assert screen.replies == ["t0 t1 t2 t3 t4 t5 t6 t7"]
            assert screen.alert == ""
    assert len(upstream.requests) == 1


async def test_an_api_that_cannot_be_reached_is_named_with_what_to_do() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    async with opened(url) as screen:
        await screen.until(lambda: screen.alert)
        assert f"The Parley API at {url} cannot be reached" in screen.alert
        assert "parley serve" in screen.alert
        assert screen.alert.endswith("Trying again …")


async def test_the_terminal_recovers_when_the_api_comes(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    with CutProxy(api.port) as proxy:
        proxy.refuse(1)
        async with opened(proxy.url) as screen:
            await screen.until(lambda: screen.alert)
            await screen.until(lambda: screen.conversation)
            assert screen.alert == ""
            await screen.ask_and_wait("Who?")
            assert screen.replies == ["Who?"]


async def test_leaving_stops_no_reply(api: LiveServer, upstream: FakeUpstream) -> None:
    gate = upstream.numbered(4, gated=True)
    async with ready(api.url) as screen:
        await screen.ask("Count")
        gate.release(2)
        await screen.until(lambda: screen.replies == ["t0 t1"])
        run_id = screen.app.visit.transcript.run_id
        await screen.press("ctrl+q")
    assert upstream.requests[0].active
    gate.open()
    async with ready(api.url, run=run_id) as again:
        await again.until(lambda: again.replies == ["t0 t1 t2 t3"])


async def test_of_a_long_conversation_the_newest_messages_are_drawn_at_first(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    said = [{"role": ("USER", "ASSISTANT")[i % 2], "content": f"said{i:02}."} for i in range(45)]
    started = await AsyncSession(api.url).start(said)
    assert isinstance(started, Run)
    async with ready(api.url, run=started.id) as screen:
        await screen.until(lambda: screen.idle and screen.replies)
        assert "7 earlier messages; F7 shows them" in screen.text
        assert screen.conversation[0] == ("user", "said06.")
        assert screen.conversation[-1] == ("assistant", "said44.")
        await screen.press("f7")
        await screen.until(lambda: ("user", "said00.") in screen.conversation)
        assert len(screen.conversation) == 47
        assert "F7 shows them" not in screen.text
