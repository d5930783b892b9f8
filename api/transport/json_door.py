"""`POST /chat` and `/`: plain JSON for clients that speak no GraphQL.

Paths, bodies and answers are those of the small chat service that Parley grew out of; they run
through the same run service as everything else.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field

from api.context import Context
from api.contract.results import ChatReply
from api.contract.types import ChatInput, MessageInput, OnDisconnect, Role
from api.contract.usage import Cost, FinishReason, TokenUsage
from api.transport.entrance import Entrance
from api.transport.guarded_route import guarded
from api.transport.limits import DEFAULT_LIMITS, Limits
from api.transport.origins import Origins
from api.transport.problems import ProblemAnswer, problem_response


class ChatMessage(BaseModel):
    """One message of a conversation."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["assistant", "user"] = Field(description="Who wrote it.")
    content: str = Field(description="The text.")


class ChatRequest(BaseModel):
    """A request for one reply."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"history": [{"role": "user", "content": "Who is Batman's butler?"}]}
        },
    )

    history: list[ChatMessage] = Field(
        description="The conversation so far, oldest first. The last message is the user's."
    )
    assistant_id: str | None = Field(
        None, description="The assistant that replies; the default one where absent."
    )
    idempotency_key: str | None = Field(
        None, description="The same key with the same request joins the run that it started."
    )
    on_disconnect: Literal["continue", "cancel"] = Field(
        "continue", description="What becomes of the run when this client goes away."
    )


class ChatAnswer(BaseModel):
    """A whole reply."""

    message: ChatMessage = Field(description="The assistant's message.")
    token_usage: TokenUsage = Field(description="Tokens used.")
    cost: Cost | None = Field(description="What it cost; null where the price is unknown.")
    run_id: str = Field(description="The run that made it.")
    finish_reason: FinishReason = Field(description="Why the reply ended.")
    answered_by: str | None = Field(description="The model that answered.")


class Status(BaseModel):
    status: Literal["OK!"] = "OK!"


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProblemAnswer, "description": "The request cannot be served as it is."},
    "5XX": {"model": ProblemAnswer, "description": "The model or the server is not well."},
}


def json_router(entrance: Entrance, origins: Origins, limits: Limits = DEFAULT_LIMITS) -> APIRouter:
    """The routes, for a FastAPI application."""
    router = APIRouter(route_class=guarded(entrance, origins, limits))

    @router.post("/chat", response_model=ChatAnswer, responses=PROBLEMS, summary="One whole reply")
    async def chat(asked: Annotated[ChatRequest, Body()], request: Request) -> Any:
        context: Context = request.state.context
        result = await context.services.runs.complete(_input(asked), context.caller)
        return _answer(result) if isinstance(result, ChatReply) else problem_response(result)

    @router.get("/", summary="Whether the server is up")
    async def status() -> Status:
        return Status()

    return router


def _input(asked: ChatRequest) -> ChatInput:
    return ChatInput(
        history=[MessageInput(role=Role[m.role.upper()], content=m.content) for m in asked.history],
        assistant_id=asked.assistant_id,  # type: ignore[arg-type]
        idempotency_key=asked.idempotency_key,
        on_disconnect=OnDisconnect[asked.on_disconnect.upper()],
    )


def _answer(reply: ChatReply) -> ChatAnswer:
    return ChatAnswer(
        message=ChatMessage(role="assistant", content=reply.reply.content),
        token_usage=reply.token_usage,
        cost=reply.cost,
        run_id=reply.run_id,
        finish_reason=reply.finish_reason,
        answered_by=reply.answered_by,
    )
