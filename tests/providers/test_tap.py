"""What arrives of a chunked body is handed over whole and in order, however it is cut."""

import asyncio
import gzip
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from api.providers.calm_reading import CalmResponseHandler, calm
from api.providers.tap import READ_BYTES, Tap

PLAIN_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
TEXTS = [b"data: {%d}\n\n" % number + b"x" * (number % 40) for number in range(30)]
LAST = b"0\r\n\r\n"


def usual(text: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(text), text)


def upper(text: bytes) -> bytes:
    return b"%04X\r\n%b\r\n" % (len(text), text)


def extended(text: bytes) -> bytes:
    return b"%x;name=value\r\n%b\r\n" % (len(text), text)


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "usual": usual,
    "upper": upper,
    "extended": extended,
    # Chunks whose content looks like a chunk.
    "nested": lambda text: usual(usual(text)),
}


@asynccontextmanager
async def answering(head: bytes, pieces: list[bytes]) -> AsyncIterator[aiohttp.ClientResponse]:
    """An answer whose body comes in these pieces, each by itself."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + b"\r\n")
        for piece in pieces:
            await asyncio.sleep(0.001)
            writer.write(piece)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connector = calm(aiohttp.TCPConnector())
    async with (
        server,
        aiohttp.ClientSession(connector=connector) as session,
        session.get(f"http://127.0.0.1:{port}/") as response,
    ):
        yield response


async def tapped(response: aiohttp.ClientResponse, enough: int = 0) -> tuple[bytes, bytes]:
    """What a tap takes, until it has `enough` pieces, and what is then left to be read."""
    taken: list[bytes] = []

    def take(data: bytes) -> bool:
        taken.append(data)
        return len(taken) == enough

    await Tap(response, take, memoryview(bytearray(READ_BYTES))).flow()
    return b"".join(taken), await response.content.read()


def cut(body: bytes, seed: int) -> list[bytes]:
    chosen = random.Random(seed)
    places = sorted(chosen.sample(range(1, len(body)), 25))
    return [body[begin:end] for begin, end in zip([0, *places], [*places, None], strict=True)]


@pytest.mark.parametrize("form", FORMS)
async def test_a_body_comes_whole_in_whichever_form_its_chunks_are(form: str) -> None:
    chunks = [FORMS[form](text) for text in TEXTS]
    whole = b"".join(usual(text) if form == "nested" else text for text in TEXTS)
    bodies = [
        [*chunks, LAST],
        [b"".join(pair) for pair in zip(chunks[::2], chunks[1::2], strict=True)] + [LAST],
        [*(cut(b"".join([*chunks, LAST]), seed=form.encode()[0]))],
    ]
    for pieces in bodies:
        async with answering(PLAIN_HEAD, pieces) as response:
            assert await tapped(response) == (whole, b"")


async def test_a_body_comes_whole_wherever_it_is_cut() -> None:
    body = b"".join([*map(usual, TEXTS), LAST])

    async def whole(seed: int) -> bytes:
        async with answering(PLAIN_HEAD, cut(body, seed)) as response:
            taken, left = await tapped(response)
            assert left == b""
            return taken

    assert {*await asyncio.gather(*map(whole, range(60)))} == {b"".join(TEXTS)}


async def test_what_a_tap_does_not_take_is_left_to_be_read() -> None:
    async with answering(PLAIN_HEAD, [*map(usual, TEXTS), LAST]) as response:
        taken, left = await tapped(response, enough=7)
    assert taken + left == b"".join(TEXTS)
    assert left.startswith(TEXTS[7])


async def test_a_compressed_body_comes_as_it_was() -> None:
    packed = [gzip.compress(text) for text in TEXTS]
    head = PLAIN_HEAD + b"Content-Encoding: gzip\r\n"
    async with answering(head, [usual(b"".join(packed)), LAST]) as response:
        assert await tapped(response) == (b"".join(TEXTS), b"")
    squeezed = gzip.compress(b"".join(TEXTS))
    half = len(squeezed) // 2
    async with answering(head, [usual(squeezed[:half]), usual(squeezed[half:]), LAST]) as response:
        assert await tapped(response) == (b"".join(TEXTS), b"")


async def test_a_chunk_with_another_length_than_it_says_breaks_the_body() -> None:
    bad = b"%x\r\n%b\r\n" % (len(TEXTS[5]) - 3, TEXTS[5])
    async with answering(PLAIN_HEAD, [*map(usual, TEXTS[:5]), bad, LAST]) as response:
        with pytest.raises(aiohttp.ClientError):
            await tapped(response)


async def test_chunks_that_come_one_by_one_do_not_pass_the_parser(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[bytes] = []
    receive = CalmResponseHandler.data_received

    def noted(self: CalmResponseHandler, data: bytes) -> None:
        parsed.append(data)
        receive(self, data)

    monkeypatch.setattr(CalmResponseHandler, "data_received", noted)
    async with answering(PLAIN_HEAD, [*map(usual, TEXTS), LAST]) as response:
        assert await tapped(response) == (b"".join(TEXTS), b"")
    assert len(parsed) < len(TEXTS) // 2
