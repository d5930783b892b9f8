"""What well-behaved clients do all day: ask, follow, resume, stop, leave and come back."""

import asyncio
import random
import uuid
from contextlib import aclosing

from tests.durability.asking import (
    CANCEL,
    CHAT,
    MUTATION,
    RUN,
    START,
    Ask,
    Event,
    chat_input,
    post,
    start_run,
)
from tests.durability.readers import READS, WAYS, Reader
from tests.soak.stage import REPLIES, Stage

COMPLETED = ("RunCompleted",)
SECONDS = 10.0
"""Within which a run must have ended that nobody waits for any more."""


async def stream(stage: Stage, luck: random.Random) -> None:
    """Ask and read to the end, over one of the transports."""
    way, assistant = luck.choice(list(READS)), luck.choice(list(REPLIES))
    events = await _asked(stage, way, assistant)
    stage.tally.stream(events, REPLIES[assistant][0], COMPLETED)


async def mutation(stage: Stage, luck: random.Random) -> None:
    """Ask for a whole reply."""
    asked = chat_input("Count.", assistantId="usual")
    answer = await post(stage.http, stage.url, MUTATION, input=asked)
    assert answer["__typename"] == "ChatReply", answer
    stage.tally.text(answer["reply"]["content"], REPLIES["usual"][0])


async def json_door(stage: Stage, luck: random.Random) -> None:
    """Ask as the small chat service was asked that Parley grew out of."""
    body = {"history": [{"role": "user", "content": "Count."}], "assistant_id": "short"}
    async with stage.http.post(f"{stage.url}/chat", json=body) as response:
        answer = await response.json()
    assert response.status == 200, answer
    stage.tally.text(answer["message"]["content"], REPLIES["short"][0])


async def small_questions(stage: Stage, luck: random.Random) -> None:
    """Ask what pages ask when they open."""
    query = "{ health { store { writable } } assistants { id } controls { path } contractVersion }"
    async with stage.http.post(f"{stage.url}/graphql", json={"query": query}) as response:
        answer = await response.json()
    assert answer["data"]["health"]["store"]["writable"], answer
    usage = "{ usage { ... on UsageReport { total { runs } } } }"
    assert await post(stage.http, stage.url, usage)


async def resuming(stage: Stage, luck: random.Random) -> None:
    """Follow one run to its end through cut after cut, each time over another transport."""
    assistant = luck.choice(["usual", "long", "burst"])
    run_id = await start_run(stage.http, stage.url, "Count.", assistantId=assistant)
    reader = Reader(stage.http, stage.url, run_id)
    while not reader.ended:
        await reader.read(luck.choice(WAYS), at_most=luck.randint(1, 40))
    stage.tally.stream(reader.events, REPLIES[assistant][0], COMPLETED)


async def several_readers(stage: Stage, luck: random.Random) -> None:
    """Three readers of one run see the same."""
    run_id = await start_run(stage.http, stage.url, "Count.", assistantId="usual")
    readers = [Reader(stage.http, stage.url, run_id) for _ in WAYS]
    await asyncio.gather(*(r.read(way) for r, way in zip(readers, WAYS, strict=True)))
    for reader in readers:
        stage.tally.stream(reader.events, REPLIES["usual"][0], COMPLETED)
        assert reader.events == readers[0].events


async def one_key(stage: Stage, luck: random.Random) -> None:
    """Ask three times with one idempotency key: it is one run."""
    asked = chat_input("Count.", assistantId="usual", idempotencyKey=uuid.uuid4().hex)
    asking = (post(stage.http, stage.url, START, input=asked) for _ in range(3))
    started = await asyncio.gather(*asking)
    assert len({run["id"] for run in started}) == 1, started
    reader = Reader(stage.http, stage.url, started[0]["id"])
    await reader.read("sse")
    stage.tally.stream(reader.events, REPLIES["usual"][0], COMPLETED)


async def cancelling(stage: Stage, luck: random.Random) -> None:
    """Stop a run from elsewhere while somebody reads it."""
    run_id = await start_run(stage.http, stage.url, "Count.", assistantId="long")
    reader = Reader(stage.http, stage.url, run_id)
    reading = asyncio.create_task(reader.read(luck.choice(WAYS)))
    await asyncio.sleep(luck.uniform(0, 2))
    assert (await post(stage.http, stage.url, CANCEL, id=run_id))["outcome"]
    await reading
    stopped = reader.events[-1]["__typename"] == "RunCancelled"
    # A run of another worker may come to its end before that hears of the cancellation.
    ends = ("RunCancelled",) if stopped else COMPLETED
    stage.tally.stream(reader.events, None if stopped else REPLIES["long"][0], ends)


async def leaving_for_good(stage: Stage, luck: random.Random) -> None:
    """Leave a reply that shall then stop; the log keeps what there was."""
    way = luck.choice(list(READS))
    seen = await _asked(stage, way, "long", luck.randint(1, 60), onDisconnect="CANCEL")
    reader = Reader(stage.http, stage.url, seen[0]["runId"])
    await reader.read("sse")
    assert reader.events[: len(seen)] == seen
    stage.tally.stream(reader.events, None, ("RunCancelled",))


async def leaving_for_a_while(stage: Stage, luck: random.Random) -> None:
    """Leave a reply that goes on, and come back when it is over."""
    seen = await _asked(stage, luck.choice(list(READS)), "usual", luck.randint(1, 40))
    run_id = seen[0]["runId"]
    await _ended(stage, run_id)
    reader = Reader(stage.http, stage.url, run_id, events=seen)
    await reader.read(luck.choice(WAYS))
    stage.tally.stream(reader.events, REPLIES["usual"][0], COMPLETED)


async def hanging_up(stage: Stage, luck: random.Random) -> None:
    """Give up waiting for a whole reply, or for the answer to anything."""
    asked = chat_input("Count.", assistantId="long", onDisconnect="CANCEL")
    asking = asyncio.create_task(post(stage.http, stage.url, MUTATION, input=asked))
    await asyncio.wait([asking], timeout=luck.uniform(0, 0.5))
    if not asking.done():
        asking.cancel()
        await asyncio.wait([asking])
    if not asking.cancelled():
        asking.result()


async def relieved(stage: Stage, luck: random.Random) -> None:
    """Ask an assistant whose model is down: another one stands in."""
    events = await _asked(stage, luck.choice(list(READS)), "relieved")
    stage.tally.stream(events, 60, COMPLETED)


async def _asked(
    stage: Stage, way: str, assistant: str, at_most: int | None = None, **more: object
) -> list[Event]:
    """Ask an assistant and read to the end, or so many events and be cut."""
    ask = Ask(CHAT, {"input": chat_input("Count.", assistantId=assistant, **more)})
    seen: list[Event] = []
    async with aclosing(READS[way](stage.http, stage.url, ask)) as events:
        async for event in events:
            seen.append(event)
            if len(seen) == at_most:
                break
    return seen


async def _ended(stage: Stage, run_id: str) -> None:
    """Wait until the run is over."""
    async with asyncio.timeout(SECONDS):
        while (await post(stage.http, stage.url, RUN, id=run_id))["status"] == "RUNNING":
            await asyncio.sleep(0.1)
