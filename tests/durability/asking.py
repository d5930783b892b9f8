"""What the clients of these tests ask: documents and plain requests."""

from dataclasses import dataclass
from typing import Any

import aiohttp

Event = dict[str, Any]

EVENT = """{
  __typename
  ... on Event { runId seq }
  ... on TextDelta { text }
  ... on TerminalEvent { reply { content } tokenUsage { totalTokens estimated } finishReason }
  ... on RunFailed { problem { __typename reason retryable } }
  ... on RunIncomplete { reason }
}"""
FOLLOW = f"subscription($id: ID!, $after: Int) {{ run(id: $id, after: $after) {EVENT} }}"
CHAT = f"subscription($input: ChatInput!) {{ chat(input: $input) {EVENT} }}"

ENDS = ("RunCompleted", "RunFailed", "RunCancelled", "RunIncomplete")


class CutError(Exception):
    """The connection ended before the stream did."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A subscription; `last_event_id` is what an event source says when it comes back."""

    query: str
    variables: dict[str, Any]
    last_event_id: int | None = None


def chat_input(question: str, **more: Any) -> dict[str, Any]:
    """A `ChatInput` for the assistant without a length cap."""
    return {"history": [{"role": "USER", "content": question}], "assistantId": "general", **more}


async def post(http: aiohttp.ClientSession, url: str, query: str, **variables: Any) -> Any:
    """The one field that a query or mutation answers."""
    body = {"query": query, "variables": variables}
    try:
        async with http.post(f"{url}/graphql", json=body) as response:
            answer = await response.json()
    except aiohttp.ClientError as error:
        raise CutError from error
    assert "errors" not in answer, answer
    (value,) = answer["data"].values()
    return value


PROBLEM = "... on Problem { reason retryable }"
START = f"""mutation($input: ChatInput!) {{
  startRun(input: $input) {{ __typename ... on Run {{ id }} {PROBLEM} }}
}}"""
MUTATION = f"""mutation($input: ChatInput!) {{
  chat(input: $input) {{ __typename ... on ChatReply {{ runId reply {{ content }} }} {PROBLEM} }}
}}"""
CANCEL = f"""mutation($id: ID!) {{
  cancelRun(id: $id) {{ __typename ... on Cancellation {{ outcome status }} {PROBLEM} }}
}}"""
RUN = f"""query($id: ID!) {{
  run(id: $id) {{
    __typename
    ... on Run {{ id status lastSeq reply {{ content }} tokenUsage {{ totalTokens estimated }} }}
    ... on ReplayExpired {{
      expiredStatus: status expiredUsage: tokenUsage {{ totalTokens }} endedAt
    }}
    {PROBLEM}
  }}
}}"""


async def start_run(http: aiohttp.ClientSession, url: str, question: str, **more: Any) -> str:
    """Start a run; its id."""
    started = await post(http, url, START, input=chat_input(question, **more))
    assert started["__typename"] == "Run", started
    run_id: str = started["id"]
    return run_id
