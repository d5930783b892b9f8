"""The same contract in small on Strawberry's own router: a mutation and a subscription over the
`openai` package's objects, with Strawberry's defaults.

Run as `python -m bench.peers.stock_strawberry PORT UPSTREAM_PORT`.
"""

import sys
import uuid
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated

import strawberry
import uvicorn
from fastapi import FastAPI
from openai import AsyncOpenAI
from strawberry.fastapi import GraphQLRouter
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL

client = AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{sys.argv[2]}/v1", max_retries=0)


@strawberry.interface
class Event:
    run_id: strawberry.ID
    seq: int
    at: datetime


@strawberry.type
class TextDelta(Event):
    text: str


@strawberry.type
class RunCompleted(Event):
    reply: str


@strawberry.type
class Query:
    @strawberry.field
    def up(self) -> bool:
        return True


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def chat(self, model: str, question: str) -> str | None:
        reply = await client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": question}]
        )
        return reply.choices[0].message.content


RunEvent = Annotated[TextDelta | RunCompleted, strawberry.union("RunEvent")]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def chat(self, model: str, question: str) -> AsyncGenerator[RunEvent, None]:
        chunks = await client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": question}], stream=True
        )
        run_id, seq, reply = strawberry.ID(uuid.uuid4().hex), 0, ""
        async for chunk in chunks:
            if chunk.choices and (text := chunk.choices[0].delta.content):
                seq, reply = seq + 1, reply + text
                yield TextDelta(run_id=run_id, seq=seq, at=datetime.now(UTC), text=text)
        yield RunCompleted(run_id=run_id, seq=seq + 1, at=datetime.now(UTC), reply=reply)


schema = strawberry.Schema(Query, Mutation, Subscription)
protocols = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL)
app = FastAPI()
app.include_router(GraphQLRouter(schema, subscription_protocols=protocols), prefix="/graphql")

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
