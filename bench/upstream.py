"""An OpenAI-compatible server that costs little and says when it sent each token.

A model is named after what it says: `bench-TOKENS-RATE-DELAY-START`, with the rate in tokens a
second (0: as fast as they are taken), the delay of the first byte in milliseconds, and the start
`now` or `gate`: behind a gate the first token comes at once and the others after `GET /go`.
Run as `python -m bench.upstream PORT`.
"""

import asyncio
import json
import random
import re
import socket
import sys
import time
from typing import NamedTuple, cast

MODEL = re.compile(rb'"model"\s*:\s*"bench-(\d+)-(\d+)-(\d+)-(now|gate)"')
LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
STREAMED = re.compile(rb'"stream"\s*:\s*true')

_CHUNK = (
    b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,'
    b'"model":"bench","system_fingerprint":"fp_bench","choices":[{"index":0,"delta":%b,'
    b'"logprobs":null,"finish_reason":%b}],"usage":null}\n\n'
)
_USAGE = (
    b'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,'
    b'"model":"bench","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":%d,'
    b'"total_tokens":%d}}\n\n'
)
_ROLE = _CHUNK % (b'{"role":"assistant","content":""}', b"null")
_STOP = _CHUNK % (b"{}", b'"stop"')
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
_MODELS = {"object": "list", "data": [{"id": "bench", "object": "model", "owned_by": "bench"}]}


def model(tokens: int, rate: int = 0, delay_ms: int = 0, *, gated: bool = False) -> str:
    """The name of a model that behaves so."""
    return f"bench-{tokens}-{rate}-{delay_ms}-{'gate' if gated else 'now'}"


def stamp() -> bytes:
    """Ten characters that hold the time in microseconds, as text of a token."""
    return b" ~%08x" % (time.monotonic_ns() // 1000 & 0xFFFFFFFF)


class Script(NamedTuple):
    tokens: int
    rate: int
    delay: float
    gated: bool


class Gate:
    """What waits for `/go`, and when streams were left by their readers."""

    def __init__(self) -> None:
        self.waiting: list[Reply] = []
        self.open = 0
        self.left: list[float] = []

    def go(self) -> int:
        replies, self.waiting = self.waiting, []
        bursts = [reply for reply in replies if not reply.script.rate]
        for reply in replies:
            if reply.script.rate:
                reply.pace(random.random() / reply.script.rate)
        if bursts:
            asyncio.get_running_loop().call_soon(self._burst, bursts)
        return len(replies)

    def _burst(self, replies: list["Reply"]) -> None:
        """A token on each stream in turn, each in a write of its own."""
        going = [reply for reply in replies if reply.send_token()]
        if going:
            asyncio.get_running_loop().call_soon(self._burst, going)


class Reply:
    """One streamed reply."""

    def __init__(self, script: Script, connection: "Connection", gate: Gate) -> None:
        self.script = script
        self._connection = connection
        self._gate = gate
        self._told = 0
        self._loop = asyncio.get_running_loop()
        self._loop.call_later(script.delay, self._begin)

    def _begin(self) -> None:
        head = _STREAM_HEAD + chunk(_ROLE)
        if self.script.rate or self.script.gated:
            self._connection.write(head)
            self.send_token()
            if self.script.gated:
                self._gate.waiting.append(self)
            else:
                self.pace(1 / self.script.rate)
            return
        tokens = b"".join(chunk(self._token()) for _ in range(self.script.tokens))
        self._connection.write(head + tokens + self._end())
        self._connection.finished()

    def pace(self, offset: float) -> None:
        """The rest, a token each 1/rate seconds from now + offset on."""
        self._due = self._loop.time() + offset
        self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        if self.send_token():
            self._due += 1 / self.script.rate
            self._loop.call_at(self._due, self._tick)

    def send_token(self) -> bool:
        """Send the next token; False once the reply is over or nobody reads it."""
        if self._connection.gone:
            return False
        if self._connection.full:
            return True
        if self._told < self.script.tokens:
            self._connection.write(chunk(self._token()))
            return True
        self._connection.write(self._end())
        self._connection.finished()
        return False

    def _token(self) -> bytes:
        self._told += 1
        return _CHUNK % (b'{"content":"%b"}' % stamp(), b"null")

    def _end(self) -> bytes:
        usage = _USAGE % (self.script.tokens, self.script.tokens + 20)
        return chunk(_STOP) + chunk(usage) + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Connection(asyncio.Protocol):
    """One connection; its requests come one after another."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._received = b""
        self._streaming = False
        self.gone = False
        self.full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.get_extra_info("socket").setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        if self._streaming:
            self.finished()
            self._gate.left.append(time.monotonic())

    def pause_writing(self) -> None:
        self.full = True

    def resume_writing(self) -> None:
        self.full = False

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def finished(self) -> None:
        self._streaming = False
        self._gate.open -= 1

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        declared = LENGTH.search(head)
        if separator and len(body) >= (int(declared[1]) if declared else 0):
            self._received = b""
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"POST"):
            self._reply(body)
        elif head.startswith(b"GET /go"):
            self._send_json({"started": self._gate.go()})
        elif head.startswith(b"GET /state"):
            left, self._gate.left = self._gate.left, []
            self._send_json({"open": self._gate.open, "left": left})
        else:
            self._send_json(_MODELS)

    def _reply(self, body: bytes) -> None:
        found = MODEL.search(body)
        if not found:
            self._transport.abort()
            return
        tokens, rate, delay = int(found[1]), int(found[2]), int(found[3]) / 1000
        script = Script(tokens, rate, delay, found[4] == b"gate")
        if STREAMED.search(body):
            self._streaming = True
            self._gate.open += 1
            Reply(script, self, self._gate)
        else:
            asyncio.get_running_loop().call_later(delay, self._send_whole, tokens)

    def _send_whole(self, tokens: int) -> None:
        text = b"".join(stamp() for _ in range(tokens)).decode()
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        usage = {"prompt_tokens": 20, "completion_tokens": tokens, "total_tokens": tokens + 20}
        known = {"id": "chatcmpl-bench", "object": "chat.completion", "created": 1_700_000_000}
        self._send_json({**known, "model": "bench", "choices": [choice], "usage": usage})

    def _send_json(self, value: object) -> None:
        body = json.dumps(value).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self._transport.write(head % len(body) + body)


def chunk(data: bytes) -> bytes:
    """The chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


async def serve(port: int) -> None:
    gate = Gate()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(gate), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
