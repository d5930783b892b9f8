"""A call that was cancelled never hands what it was told to another caller.

That happened where a connection went back into its pool with half an answer in it (redis-py in
2023, and chats showed foreign titles). `CANCELLATIONS=20000 pytest …` cancels more.
"""

import asyncio
import os
import random
import time
from contextlib import aclosing

import aiohttp

from api.providers.base import ModelRequest, Turn
from api.providers.openai import OpenAIProvider
from api.providers.steady import Patience, SteadyProvider
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream

COUNT = int(os.environ.get("CANCELLATIONS", "600"))
CALLERS = 20


class Caller:
    """Asks for a mark of its own, again and again, and is often cancelled while it reads."""

    def __init__(self, name: int, provider: SteadyProvider, luck: random.Random) -> None:
        self._name = name
        self._provider = provider
        self._luck = luck
        self._usual = 30.0
        self.cancelled = 0
        self.whole = 0

    async def ask(self, number: int) -> None:
        mark = f"mark-{self._name}-{number} " + f"m{self._name} " * 5
        began = time.monotonic()
        asking = asyncio.create_task(self._read(mark))
        # Anywhere in the call, however fast this machine is; the first one is left alone.
        patience = self._luck.uniform(0, 1.5) if self.whole else 1.0
        await asyncio.wait([asking], timeout=patience * self._usual)
        if asking.cancel():
            self.cancelled += 1
        await asyncio.gather(asking, return_exceptions=True)
        if not asking.cancelled():
            asking.result()
            self._usual = time.monotonic() - began
            self.whole += 1

    async def _read(self, mark: str) -> None:
        request = ModelRequest("fake", [Turn("user", mark)])
        heard = ""
        async with aclosing(self._provider.stream(request)) as parts:
            async for part in parts:
                if isinstance(part, str):
                    heard += part
                    assert mark.startswith(heard), "another caller's answer"
        assert heard == mark


async def test_cancelled_calls_hand_nothing_to_another_caller(
    secured_upstream: FakeUpstream,
) -> None:
    inner = OpenAIProvider(base_url=secured_upstream.tls_url, api_key="k", default_model="fake")
    provider = SteadyProvider(inner, Patience())
    callers = [Caller(n, provider, random.Random(n)) for n in range(CALLERS)]

    async def busy(caller: Caller) -> None:
        number = 0
        while sum(each.cancelled for each in callers) < COUNT:
            number += 1
            await caller.ask(number)

    await asyncio.gather(*map(busy, callers))
    await provider.aclose()
    assert sum(caller.whole for caller in callers) > 0
    assert secured_upstream.connections < len(secured_upstream.requests), (
        "connections were used again"
    )


async def test_clients_that_leave_hand_nothing_to_others(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    luck = random.Random(7)
    answered = 0

    async def ask(http: aiohttp.ClientSession, mark: str) -> None:
        nonlocal answered
        body = {
            "history": [{"role": "user", "content": mark}],
            "assistant_id": "general",
            "on_disconnect": "cancel",
        }
        async with http.post(f"{live_server.url}/chat", json=body) as answer:
            assert (await answer.json())["message"]["content"] == mark
            answered += 1

    async def leave_early(http: aiohttp.ClientSession, number: int) -> None:
        async with asyncio.timeout(luck.choice([0.005, 0.02, 30])):
            await ask(http, f"mark {number}")

    async with aiohttp.ClientSession() as http:
        for first in range(0, COUNT // 3, CALLERS):
            asking = [leave_early(http, first + n) for n in range(CALLERS)]
            for outcome in await asyncio.gather(*asking, return_exceptions=True):
                assert outcome is None or isinstance(outcome, TimeoutError), outcome
    assert answered > 0
    await upstream.until(lambda: not upstream.active)
