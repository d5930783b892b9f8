"""The embedded model, for real: it answers, in parallel, comes back to life, and ends cleanly."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from api.contract.usage import FinishReason, TokenUsage
from api.providers import weights
from api.providers.base import ModelRequest, Turn
from api.providers.embedded import MODEL, EmbeddedProvider
from api.providers.errors import (
    ContextExceededError,
    ModelNotFoundError,
    ModelUnavailableError,
    ProviderError,
)
from tests.providers.conftest import parts_of, text_of

pytest.importorskip("xllamacpp", reason="no build of llama.cpp for this platform")


@pytest.fixture(scope="module")
def cache_dir() -> Path:
    """Where the weights are; set-up has put them there, else they are fetched now."""
    return weights.fetch().parent


@pytest.fixture
async def embedded(cache_dir: Path) -> AsyncIterator[EmbeddedProvider]:
    provider = EmbeddedProvider(cache_dir=cache_dir)
    yield provider
    await provider.aclose()


def asking(text: str, **settings: object) -> ModelRequest:
    return ModelRequest(MODEL, [Turn("user", text)], settings)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        not Path(f"/proc/{pid}/stat").exists() or " Z " not in Path(f"/proc/{pid}/stat").read_text()
    )


async def test_the_real_model_answers_with_usage_and_finish_reason(
    embedded: EmbeddedProvider,
) -> None:
    await embedded.check()
    *texts, usage, finish = await parts_of(embedded, asking("Who is Batman?", max_tokens=24))
    assert len(texts) > 1, "it streams"
    assert text_of(texts).strip()
    assert isinstance(usage, TokenUsage)
    assert 0 < usage.completion_tokens <= 24
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert finish in (FinishReason.STOP, FinishReason.LENGTH)


async def test_more_replies_than_slots_all_come(embedded: EmbeddedProvider) -> None:
    requests = [asking(f"Count to {n}.", max_tokens=8) for n in range(6)]
    replies = await asyncio.gather(*(parts_of(embedded, request) for request in requests))
    assert all(text_of(parts) for parts in replies)


async def test_a_conversation_longer_than_the_context_is_told_so(
    embedded: EmbeddedProvider,
) -> None:
    with pytest.raises(ContextExceededError, match="too long for this model"):
        await parts_of(embedded, asking("word " * 9000))


async def test_it_has_only_its_own_model(embedded: EmbeddedProvider) -> None:
    with pytest.raises(ModelNotFoundError, match=MODEL):
        await parts_of(embedded, ModelRequest("gpt-4o", [Turn("user", "Hi")]))


async def test_a_model_process_that_died_is_started_again(embedded: EmbeddedProvider) -> None:
    await embedded.start()
    assert embedded.process_id is not None
    first = embedded.process_id
    os.kill(first, signal.SIGKILL)
    while embedded.process_id is not None:
        await asyncio.sleep(0.01)
    assert text_of(await parts_of(embedded, asking("Hello", max_tokens=4)))
    assert embedded.process_id != first


async def test_closing_ends_the_process_also_in_mid_reply(embedded: EmbeddedProvider) -> None:
    async with aclosing(embedded.stream(asking("Tell me a long story."))) as parts:
        await anext(parts)
        process = embedded.process_id
        assert process is not None
        await embedded.aclose()
        with pytest.raises(ProviderError):
            async for _ in parts:
                pass
    assert not is_alive(process)
    with pytest.raises(ModelUnavailableError, match="stopped"):
        await embedded.check()


async def test_the_process_ends_with_its_parent_even_if_that_is_killed(cache_dir: Path) -> None:
    script = (
        "import asyncio, os, signal, sys\n"
        "from pathlib import Path\n"
        "from api.providers.embedded import EmbeddedProvider\n"
        "async def main():\n"
        "    provider = EmbeddedProvider(cache_dir=Path(sys.argv[1]))\n"
        "    await provider.start()\n"
        "    print(provider.process_id, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(cache_dir)), stdout=subprocess.PIPE
    )
    printed, _ = await parent.communicate()
    async with asyncio.timeout(10):
        while is_alive(int(printed)):
            await asyncio.sleep(0.01)


async def test_missing_weights_are_a_sentence_that_says_what_to_run(tmp_path: Path) -> None:
    provider = EmbeddedProvider(cache_dir=tmp_path)
    with pytest.raises(ModelUnavailableError, match=weights.COMMAND) as missing:
        await provider.start()
    assert str(tmp_path) not in str(missing.value)
    assert "OPENAI_API_KEY" in str(missing.value)


async def test_damaged_weights_are_not_loaded(tmp_path: Path) -> None:
    with (tmp_path / weights.FILE_NAME).open("wb") as file:
        file.truncate(weights.FILE_SIZE)
    with pytest.raises(ModelUnavailableError, match="damaged"):
        await parts_of(EmbeddedProvider(cache_dir=tmp_path), asking("Hi"))
