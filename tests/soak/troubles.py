"""What disturbs a server: a model's server that fails, broken input, readers that never read, and
keys that come and go."""

import asyncio
import json
import random
import uuid
from contextlib import ExitStack

import aiohttp

from tests.durability.asking import CHAT, FOLLOW, chat_input, start_run
from tests.durability.placement import is_connected
from tests.durability.readers import Reader
from tests.durability.waiting import until
from tests.failures.doors import COMPLETED, DOORS
from tests.failures.table import BREAKS, REFUSALS, WHOLE, expected
from tests.soak.stage import FLOOD_TOKENS, TOKEN, Stage, client, make_key
from tests.transport.wire import Wire

BREAKER = "ModelUnavailable"
"""What is told where a model has failed so often that it isn't asked."""

CUT_SECONDS = 20.0
KEY_SECONDS = 5.0


async def failing_model(stage: Stage, luck: random.Random) -> None:
    """Ask, through one of the doors, a model that fails in one of the ways there are."""
    fault, door = luck.choice([*REFUSALS, *BREAKS]), luck.choice(list(DOORS))
    tokens = luck.choice([0, 3]) if fault in BREAKS else 0
    assistant = fault.replace("_", "-") + ("-3" if tokens else "")
    outcome = await DOORS[door](stage.http, stage.url, assistant)
    assert outcome.kind in (expected(fault), BREAKER), (fault, door, outcome)
    told = "t0 t1 t2" if tokens and outcome.kind == expected(fault) else ""
    assert outcome.text in (None, told, ""), (fault, door, outcome)


async def odd_model(stage: Stage, luck: random.Random) -> None:
    """Ask a model whose replies are odd but whole."""
    fault, door = luck.choice(WHOLE), luck.choice(list(DOORS))
    outcome = await DOORS[door](stage.http, stage.url, fault.replace("_", "-"))
    assert outcome.kind == COMPLETED, (fault, door, outcome)
    stage.tally.text(outcome.text or "", 3)


async def endless_model(stage: Stage, luck: random.Random) -> None:
    """Ask a model that never ends: the run meets its deadline."""
    outcome = await DOORS[luck.choice(list(DOORS))](stage.http, stage.url, "token-drip")
    assert outcome.kind in ("ModelTimedOut", BREAKER), outcome


BODIES: list[bytes] = [
    b"",
    b"{",
    b"null",
    b"[" * 100_000,
    b'{"query": "\xff"}',
    b'{"query": "{ nope }"}',
    b'{"query": "{' + b"a" * 900_000 + b'}"}',
    b'{"query": "{' + b"contractVersion " * 5_000 + b'}"}',
    json.dumps({"query": CHAT, "variables": {"input": {"history": "x"}}}).encode(),
    json.dumps({"query": CHAT, "variables": {"input": chat_input("x" * 40_000)}}).encode(),
    b" " * 1_100_000,
]
FRAMES = [
    "",
    "null",
    "[" * 10_000,
    '{"type": []}',
    '{"type": "subscribe", "id": {}, "payload": {}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
    '{"type": "connection_init"}',
    "x" * 1_100_000,
]
CLOSES = {1009, 4400, 4401, 4403, 4408, 4409, 4429}


async def broken_body(stage: Stage, luck: random.Random) -> None:
    """Send what is no request."""
    path = luck.choice(["/graphql", "/chat"])
    accept = luck.choice(["application/json", "text/event-stream", "multipart/mixed"])
    headers = {"content-type": "application/json", "accept": accept}
    body = luck.choice(BODIES)
    async with stage.http.post(f"{stage.url}{path}", data=body, headers=headers) as response:
        answer = await response.text()
    assert response.status < 500, (response.status, body[:50], answer)
    assert "Traceback" not in answer and ".py" not in answer


async def broken_frame(stage: Stage, luck: random.Random) -> None:
    """Say on a WebSocket what is no message; now and then without an introduction."""
    address = f"{stage.url}/graphql"
    async with stage.http.ws_connect(address, protocols=["graphql-transport-ws"]) as socket:
        frame = luck.choice(FRAMES)
        if luck.random() < 0.8 or "init" in frame:
            await socket.send_json({"type": "connection_init"})
        await socket.send_str(frame)
        async for _ in socket:
            pass
    assert socket.close_code in CLOSES, socket.close_code


async def slow_body(stage: Stage, luck: random.Random) -> None:
    """Begin a request and never finish it."""
    head = f"POST /graphql HTTP/1.1\r\nhost: {stage.server.url[7:]}\r\n"
    rest = f"authorization: Bearer {stage.key}\r\ncontent-type: application/json\r\n"
    begun = luck.choice([head, f"{head}{rest}content-length: 50\r\n\r\n{{"])
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write(begun.encode())
    async with asyncio.timeout(CUT_SECONDS):
        await reader.read()
    writer.close()


async def stuck_readers(stage: Stage, luck: random.Random) -> None:
    """Two clients never read what they asked for; a third reads it all."""
    pieces = [TOKEN] * FLOOD_TOKENS
    stage.upstream.reply(pieces, interval=0.002, when=lambda body: body["model"] == "flood")
    run_id = await start_run(stage.http, stage.url, "Go on.", assistantId="flood")
    ask = {"query": FOLLOW, "variables": {"id": run_id}}
    onlooker = Reader(stage.http, stage.url, run_id)
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(stage.url, receive_buffer=4_096)) for _ in range(2)]
        for wire, accept in zip(wires, ("text/event-stream", "multipart/mixed"), strict=True):
            wire.post("/graphql", ask, accept=accept, authorization=f"Bearer {stage.key}")
        await onlooker.read("sse")
        for wire in wires:
            await until(lambda wire=wire: not is_connected(stage.server, wire), CUT_SECONDS)
    assert onlooker.text == TOKEN * FLOOD_TOKENS, f"{len(onlooker.text)} characters"


async def passing_key(stage: Stage, luck: random.Random) -> None:
    """Make a key, follow a reply with it, revoke it: that ends the stream, and the way in."""
    name = uuid.uuid4().hex
    key = await asyncio.to_thread(make_key, stage.keys, name)
    async with client(key) as http:
        await _until_status(http, stage.url, 200)
        body = {"query": CHAT, "variables": {"input": chat_input("Go.", assistantId="long")}}
        headers = {"accept": luck.choice(["text/event-stream", "multipart/mixed"])}
        async with http.post(f"{stage.url}/graphql", json=body, headers=headers) as response:
            await response.content.readline()
            await asyncio.to_thread(stage.keys.revoke, name)
            async with asyncio.timeout(KEY_SECONDS):
                rest = await response.text()
        assert "UNAUTHENTICATED" in rest or "RunCompleted" in rest, rest[-500:]
        await _until_status(http, stage.url, 401)


async def _until_status(http: aiohttp.ClientSession, url: str, status: int) -> None:
    """Wait until two workers, asked often, have all noticed a change of the keys."""
    query, agreed = {"query": "{ contractVersion }"}, 0
    async with asyncio.timeout(KEY_SECONDS):
        while agreed < 8:
            async with http.post(f"{url}/graphql", json=query) as response:
                agreed = agreed + 1 if response.status == status else 0
            await asyncio.sleep(0.05)
