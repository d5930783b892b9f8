"""Failures in the stream, which strike after `after_tokens`; odd endings; odd but whole streams."""

import asyncio

from tests.upstream import shapes
from tests.upstream.exchange import Exchange


async def hang(x: Exchange) -> None:
    """The stream stays open and silent."""
    await x.tokens(0, x.script.after_tokens)
    await asyncio.Event().wait()


async def drip(x: Exchange) -> None:
    """Bytes keep coming, a comment every 20 ms, but no token ever does."""
    await x.tokens(0, x.script.after_tokens)
    while True:
        await x.send(b": still here\n\n")
        await asyncio.sleep(0.02)


async def token_drip(x: Exchange) -> None:
    """Tokens keep coming, one every 20 ms, and never end."""
    await x.start()
    while True:
        await x.send(shapes.event(x.chunk([shapes.choice({"content": " drip"})])))
        x.record.tokens_sent += 1
        await asyncio.sleep(0.02)


async def truncated(x: Exchange) -> None:
    """The stream ends cleanly, with neither finish reason nor `[DONE]`."""
    await x.tokens(0, x.script.after_tokens)
    await x.send(b"")


async def chunk_cut(x: Exchange) -> None:
    """The connection closes inside the chunked coding."""
    await x.tokens(0, x.script.after_tokens)
    x.link.cut()


async def connection_reset(x: Exchange) -> None:
    """The connection is reset in mid-stream."""
    await x.tokens(0, x.script.after_tokens)
    x.link.reset()


async def mid_line_cut(x: Exchange) -> None:
    """The stream ends cleanly in the middle of a line."""
    await x.tokens(0, x.script.after_tokens)
    half = shapes.event(x.chunk([shapes.choice({"content": " half"})]))
    await x.send(half[: len(half) // 2])
    await x.send(b"")


async def bad_json(x: Exchange) -> None:
    """A whole event that isn't JSON."""
    await x.tokens(0, x.script.after_tokens)
    await x.send(b'data: {"choices": [{"delta": oops}]}\n\n')
    await x.finish("stop")


async def wrong_shape(x: Exchange) -> None:
    """JSON of the wrong shape."""
    await x.tokens(0, x.script.after_tokens)
    await x.send(shapes.event({"choices": {"delta": ["no"]}}))
    await x.finish("stop")


async def error_event(x: Exchange) -> None:
    """An error object in the stream; `code` chooses its code."""
    await x.tokens(0, x.script.after_tokens)
    code = x.script.details.get("code")
    await x.send(shapes.event(shapes.error("It broke at /srv/secret/path", "server_error", code)))
    await x.send(b"")


async def giant_chunk(x: Exchange) -> None:
    """One line of 50 MB (or `size` bytes)."""
    await x.tokens(0, x.script.after_tokens)
    await x.send(b'data: {"choices": [{"delta": {"content": "')
    for _ in range(int(x.script.details.get("size", 50_000_000)) // 65_536):
        await x.send(b"x" * 65_536)
    await x.send(b'"}}]}\n\n')
    await x.finish("stop")


async def done_without_reason(x: Exchange) -> None:
    """`[DONE]` but no finish reason, as some servers end whole replies."""
    await x.tokens()
    await x.finish(None)


async def reason_without_done(x: Exchange) -> None:
    """A finish reason and a clean end, but no `[DONE]`."""
    await x.tokens()
    await x.finish("stop", done=False, usage=None)


async def reason_then_hang(x: Exchange) -> None:
    """A finish reason, and then silence on an open connection."""
    await x.tokens()
    await x.send(shapes.event(x.chunk([shapes.choice({}, "stop")])))
    await asyncio.Event().wait()


async def filtered(x: Exchange) -> None:
    """A content filter ends the reply after some tokens."""
    await x.tokens(0, x.script.after_tokens)
    await x.finish("content_filter")


async def hang_up(x: Exchange) -> None:
    """A whole reply, after which the connection closes unannounced, as llama.cpp closes it."""
    await x.tokens()
    await x.finish("stop")
    x.link.cut()


async def no_usage(x: Exchange) -> None:
    """A whole reply that reports no usage, though it was asked to."""
    await x.tokens()
    await x.finish("stop", usage=None)


async def odd_choices(x: Exchange) -> None:
    """A whole reply with null, empty and second choices, comments and unknown fields in it."""
    await x.send(b": a comment\n\nevent: message\nretry: 10\nid: 1\n\n")
    await x.send(shapes.event(x.chunk(None)) + shapes.event(x.chunk([])))
    await x.send(shapes.event(x.chunk([None])) + shapes.event({"new": {"thing": 1}}))
    await x.send(shapes.event(x.chunk([{"index": 1, "delta": {"content": "second"}}])))
    await x.send(shapes.event(x.chunk([{"index": 0, "delta": None, "finish_reason": ""}])))
    await x.tokens()
    await x.finish("stop")


async def crumbs(x: Exchange) -> None:
    """A whole reply in CRLF lines, `data:` without a space, one byte a frame."""
    await x.start()
    for piece in x.script.pieces:
        line = shapes.event(x.chunk([shapes.choice({"content": piece})]))
        for byte in line.replace(b"data: ", b"data:").replace(b"\n", b"\r\n"):
            await x.send(bytes([byte]))
        x.record.tokens_sent += 1
    await x.finish("stop")
