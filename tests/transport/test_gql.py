"""The Python client gql over each of its transports, against a live server."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import pytest
from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.async_transport import AsyncTransport
from gql.transport.websockets import WebsocketsTransport

from tests.servers import LiveServer
from tests.upstream.gate import Gate
from tests.upstream.script import numbered
from tests.upstream.server import FakeUpstream

TOKENS = 30
MUTATION = gql(
    "mutation($i: ChatInput!) { chat(input: $i) { ... on ChatReply { reply { content } } } }"
)
SUBSCRIPTION = gql("""subscription($i: ChatInput!) {
  chat(input: $i) { __typename ... on Event { seq } ... on TextDelta { text } }
}""")
ASKED = {"i": {"history": [{"role": "USER", "content": "Count."}], "assistantId": "general"}}


def over_websocket(server: LiveServer) -> AsyncTransport:
    return WebsocketsTransport(
        f"{server.url}/graphql".replace("http", "ws"),
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )


def over_multipart(server: LiveServer) -> AsyncTransport:
    return AIOHTTPTransport(f"{server.url}/graphql")


@pytest.mark.parametrize("transport", [over_websocket, over_multipart])
async def test_gql_runs_the_mutation_and_a_subscription(
    transport: Callable[[LiveServer], AsyncTransport],
    live_server: LiveServer,
    upstream: FakeUpstream,
) -> None:
    upstream.numbered(TOKENS, rate=200, times=2)
    whole = " ".join(f"t{number}" for number in range(TOKENS))
    async with Client(transport=transport(live_server)) as session:
        MUTATION.variable_values = SUBSCRIPTION.variable_values = ASKED
        answer = await session.execute(MUTATION)
        events = [event["chat"] async for event in session.subscribe(SUBSCRIPTION)]
    assert answer["chat"]["reply"]["content"] == whole
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert "".join(event.get("text", "") for event in events) == whole
    assert events[-1]["__typename"] == "RunCompleted"


@pytest.mark.parametrize("transport", [over_websocket, over_multipart])
async def test_gql_gets_each_token_before_the_model_has_said_the_next(
    transport: Callable[[LiveServer], AsyncTransport],
    live_server: LiveServer,
    upstream: FakeUpstream,
) -> None:
    gate = upstream.numbered(5, gated=True)
    gate.release()
    SUBSCRIPTION.variable_values = ASKED
    async with Client(transport=transport(live_server)) as session:
        events = [event["chat"] async for event in released(session.subscribe(SUBSCRIPTION), gate)]
    assert [event["text"] for event in events if "text" in event] == numbered(5)


async def released(
    events: AsyncGenerator[dict[str, Any], None], gate: Gate
) -> AsyncGenerator[dict[str, Any], None]:
    """The events; each token lets the model say the next one."""
    async for event in events:
        if event["chat"]["__typename"] == "TextDelta":
            gate.release()
        yield event


@pytest.mark.parametrize("transport", [over_websocket, over_multipart])
async def test_a_gql_client_that_stops_reading_closes_the_upstream(
    transport: Callable[[LiveServer], AsyncTransport],
    live_server: LiveServer,
    upstream: FakeUpstream,
) -> None:
    gate = upstream.numbered(100, gated=True)
    gate.release(5)
    asked = {"i": ASKED["i"] | {"onDisconnect": "CANCEL"}}
    SUBSCRIPTION.variable_values = asked
    async with (
        Client(transport=transport(live_server)) as session,
        aclosing(session.subscribe(SUBSCRIPTION)) as events,
    ):
        async for event in events:
            if event["chat"]["__typename"] == "TextDelta":
                break
    await upstream.until(lambda: bool(upstream.closed_early), 1.0)
