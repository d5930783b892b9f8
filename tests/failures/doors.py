"""One question through each door of a server, and what came of it in the same few words."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

SELECTION = """{
  __typename
  ... on Event { runId seq }
  ... on TextDelta { text }
  ... on TerminalEvent {
    reply { content } answeredBy finishReason tokenUsage { totalTokens estimated }
  }
  ... on RunFailed { problem { __typename reason retryable
    ... on RateLimited { retryAfterSeconds } } }
  ... on RunIncomplete { reason }
}"""
STREAM = f"subscription($i: ChatInput!) {{ chat(input: $i) {SELECTION} }}"
WHOLE = """mutation($i: ChatInput!) { chat(input: $i) {
  __typename
  ... on ChatReply { reply { content } answeredBy finishReason }
  ... on ReplyIncomplete { reply { content } tokenUsage { estimated } }
  ... on Problem { reason retryable }
  ... on RateLimited { retryAfterSeconds }
} }"""

COMPLETED = "ChatReply"
INCOMPLETE = "ReplyIncomplete"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a question ended, in the words of `ChatResult`; None where a door doesn't tell."""

    kind: str
    """`ChatReply`, `ReplyIncomplete` or the problem's type."""
    text: str | None
    reason: str
    retry_after: float | None = None
    answered_by: str | None = None
    estimated: bool | None = None


Door = Callable[[aiohttp.ClientSession, str, str], Awaitable[Outcome]]
"""Asks the assistant of the server at a URL."""


async def mutation(http: aiohttp.ClientSession, url: str, assistant: str) -> Outcome:
    body = {"query": WHOLE, "variables": _variables(assistant)}
    async with http.post(f"{url}/graphql", json=body) as answer:
        assert answer.status == 200, await answer.text()
        result = (await answer.json())["data"]["chat"]
    return Outcome(
        result["__typename"],
        result.get("reply", {}).get("content"),
        result.get("reason", ""),
        result.get("retryAfterSeconds"),
        result.get("answeredBy"),
    )


async def json_door(http: aiohttp.ClientSession, url: str, assistant: str) -> Outcome:
    history = [{"role": "user", "content": "Go."}]
    body = {"history": history, "assistant_id": assistant}
    async with http.post(f"{url}/chat", json=body) as answer:
        result = await answer.json()
        if answer.status == 200:
            content = result["message"]["content"]
            return Outcome(COMPLETED, content, "", answered_by=result["answered_by"])
        problem = result["problem"]
        assert answer.status < 600 and answer.status != 500, problem
        told = answer.headers.get("retry-after")
        assert told is None or float(told) >= problem["retry_after_seconds"]
    text = problem.get("reply", {}).get("content")
    return Outcome(problem["type"], text, problem["reason"], problem.get("retry_after_seconds"))


async def event_stream(http: aiohttp.ClientSession, url: str, assistant: str) -> Outcome:
    async with _streamed(http, url, assistant, "text/event-stream") as answer:
        text = await answer.text()
    assert text.endswith("event: complete\ndata: \n\n")
    lines = [line for line in text.split("\n") if line.startswith("data: {")]
    return _folded([json.loads(line[6:])["data"]["chat"] for line in lines])


async def multipart(http: aiohttp.ClientSession, url: str, assistant: str) -> Outcome:
    accept = "multipart/mixed;subscriptionSpec=1.0"
    async with _streamed(http, url, assistant, accept) as answer:
        text = await answer.text()
    assert text.endswith("--graphql--\r\n")
    lines = [line for line in text.split("\r\n") if line.startswith('{"payload"')]
    return _folded([json.loads(line)["payload"]["data"]["chat"] for line in lines])


async def websocket(http: aiohttp.ClientSession, url: str, assistant: str) -> Outcome:
    async with http.ws_connect(f"{url}/graphql", protocols=["graphql-transport-ws"]) as socket:
        await socket.send_json({"type": "connection_init"})
        await socket.receive_json()
        payload = {"query": STREAM, "variables": _variables(assistant)}
        await socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
        events = [event async for event in _results(socket)]
    return _folded(events)


DOORS: dict[str, Door] = {
    "mutation": mutation,
    "json": json_door,
    "event stream": event_stream,
    "multipart": multipart,
    "websocket": websocket,
}


async def through_all_doors(url: str, assistant: str) -> dict[str, Outcome]:
    """The same question through all doors at a time; each must end within a minute."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        outcomes = await asyncio.gather(*(door(http, url, assistant) for door in DOORS.values()))
    return dict(zip(DOORS, outcomes, strict=True))


def _variables(assistant: str) -> dict[str, Any]:
    return {"i": {"history": [{"role": "USER", "content": "Go."}], "assistantId": assistant}}


def _streamed(http: aiohttp.ClientSession, url: str, assistant: str, accept: str) -> Any:
    body = {"query": STREAM, "variables": _variables(assistant)}
    return http.post(f"{url}/graphql", json=body, headers={"accept": accept})


async def _results(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[Any]:
    while True:
        message = await socket.receive_json()
        if message["type"] == "complete":
            return
        if message["type"] == "next":
            yield message["payload"]["data"]["chat"]


def _folded(events: list[Any]) -> Outcome:
    """The outcome of a stream, which keeps the contract's promises."""
    assert [event["seq"] for event in events] == list(range(len(events)))
    *before, end = events
    assert {event["__typename"] for event in before} <= {"RunStarted", "TextDelta"}
    text = "".join(event["text"] for event in before if event["__typename"] == "TextDelta")
    assert end["reply"]["content"] == text
    problem = end.get("problem") or {}
    kinds = {"RunCompleted": COMPLETED, "RunIncomplete": INCOMPLETE}
    return Outcome(
        kinds.get(end["__typename"]) or problem["__typename"],
        text,
        problem.get("reason") or end.get("reason") or "",
        problem.get("retryAfterSeconds"),
        end["answeredBy"],
        end["tokenUsage"]["estimated"],
    )
