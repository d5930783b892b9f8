"""A provider is built by its name, from plain values, and loaded only when it is."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from api.providers.base import Provider
from api.providers.registry import PROVIDERS, ProviderConfig, create_provider

ROOT = Path(__file__).parents[2]
Create = Callable[..., Provider]


@pytest.fixture
async def create() -> AsyncIterator[Create]:
    async with AsyncExitStack() as stack:

        def create_one(name: str, **values: Any) -> Provider:
            provider = create_provider(ProviderConfig(name, **values))
            stack.push_async_callback(provider.aclose)
            return provider

        yield create_one


@pytest.mark.parametrize("name", PROVIDERS)
async def test_every_row_builds_a_provider(create: Create, name: str) -> None:
    provider = create(name)
    assert provider.name == name
    assert provider.default_model


async def test_the_configured_model_is_the_default(create: Create) -> None:
    assert create("openai", model="gpt-9").default_model == "gpt-9"


@pytest.mark.parametrize(
    ("base_url", "prices", "name"),
    [
        (None, None, "openai"),
        ("https://api.openai.com/v1", None, "openai"),
        ("https://api.groq.com/openai/v1", None, "api.groq.com"),
        ("http://localhost:11434/v1", None, "localhost:11434"),
        ("http://user:secret@10.0.0.1:8000/v1", None, "10.0.0.1:8000"),
        ("http://localhost:4000/v1", "openai", "openai"),
    ],
)
async def test_a_server_is_named_after_whoever_prices_it(
    create: Create, base_url: str | None, prices: str | None, name: str
) -> None:
    assert create("openai", base_url=base_url, model="m", prices=prices).name == name


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"'gemini'.*openai.*embedded.*scripted"):
        create_provider(ProviderConfig("gemini"))


def test_a_server_of_ones_own_needs_the_name_of_a_model() -> None:
    with pytest.raises(ValueError, match="PARLEY_MODEL"):
        create_provider(ProviderConfig("openai", base_url="http://localhost:11434/v1"))


def test_a_key_that_cannot_be_one_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValueError, match="OPENAI_API_KEY") as refused:
        create_provider(ProviderConfig("openai", api_key="sk-canary\n"))
    assert "canary" not in str(refused.value)


def test_a_configuration_never_shows_its_key() -> None:
    assert "canary" not in repr(ProviderConfig("openai", api_key="sk-canary"))


def test_the_registry_loads_no_heavy_package_by_itself() -> None:
    script = (
        "import sys, api.providers.registry, api.providers.prices\n"
        "heavy = {'openai', 'xllamacpp', 'genai_prices', 'aiohttp', 'httpx2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
