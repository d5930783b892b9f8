"""A provider that talks to the fake upstream, and short ways to ask it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest

from api.providers.base import ModelRequest, Part, Provider, Turn
from api.providers.openai import OpenAIProvider
from tests.upstream import FakeUpstream

OpenProvider = Callable[..., OpenAIProvider]


def asking(text: str = "Who is the Phantom?", **settings: Any) -> ModelRequest:
    return ModelRequest("fake", [Turn("user", text)], settings)


async def parts_of(provider: Provider, request: ModelRequest) -> list[Part]:
    async with aclosing(provider.stream(request)) as parts:
        return [part async for part in parts]


async def parts_until_failure(
    provider: Provider, request: ModelRequest
) -> tuple[list[Part], Exception | None]:
    """What came, and the failure that ended it."""
    came: list[Part] = []
    try:
        async with aclosing(provider.stream(request)) as parts:
            async for part in parts:
                came.append(part)
    except Exception as failure:
        return came, failure
    return came, None


def text_of(parts: list[Part]) -> str:
    return "".join(part for part in parts if isinstance(part, str))


@pytest.fixture
async def open_provider(upstream: FakeUpstream) -> AsyncIterator[OpenProvider]:
    """A function that opens a provider at the fake upstream; all of them close with the test."""
    async with AsyncExitStack() as stack:

        def open_one(**overrides: Any) -> OpenAIProvider:
            settings = {"base_url": upstream.base_url, "api_key": "sk-canary", "total_timeout": 20}
            provider = OpenAIProvider(default_model="fake", **{**settings, **overrides})
            stack.push_async_callback(provider.aclose)
            return provider

        yield open_one


@pytest.fixture
async def provider(open_provider: OpenProvider) -> OpenAIProvider:
    return open_provider()
