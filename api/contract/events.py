"""What a run tells: numbered events that end with exactly one terminal event.

To add an event: a class here, its name in `AnyRunEvent`, and `make generate`. Clients ignore
the types that they don't know. The names `ReasoningDelta`, `ToolCallStarted`, `ToolCallCompleted`,
`SourceFound` and `FileProduced` are kept for what will come.
"""

from datetime import datetime
from typing import Annotated, Any, get_args

import strawberry

from api.contract.problems import Problem
from api.contract.types import Message
from api.contract.usage import Cost, FinishReason, TokenUsage


@strawberry.interface(description="One entry of a run's log.")
class Event:
    run_id: strawberry.ID = strawberry.field(description="The run that it belongs to.")
    seq: int = strawberry.field(
        description="Its number in the run: 0, 1, 2 … without a gap. Resume with `after: seq`."
    )
    at: datetime = strawberry.field(description="When it was logged (UTC).")


@strawberry.interface(
    description="The last entry of a run's log. A stream that ends without one was cut: resume it."
)
class TerminalEvent(Event):
    reply: Message = strawberry.field(
        description="The reply: whole where the run completed, else what came of it."
    )
    token_usage: TokenUsage = strawberry.field(
        description="Tokens used, marked as estimated where the model's server didn't say."
    )
    cost: Cost | None = strawberry.field(description="Null where the model's price is unknown.")
    finish_reason: FinishReason = strawberry.field(description="Why the reply ended.")
    answered_by: str | None = strawberry.field(
        default=None,
        description="The model that answered: the one that was asked, or one that stood in for "
        "it. Null where none did, or where it isn't known any more.",
    )


@strawberry.type(description="The run began. Always the first event of a run.")
class RunStarted(Event):
    assistant_id: strawberry.ID = strawberry.field(description="The assistant that replies.")
    model: str = strawberry.field(description="The model that is asked.")


@strawberry.type(description="More of the reply: one or more tokens. Append it to what you have.")
class TextDelta(Event):
    text: str = strawberry.field(description="The piece of text; never empty.")


@strawberry.type(description="The reply is whole.")
class RunCompleted(TerminalEvent):
    pass


@strawberry.type(
    description="The run failed, or was refused before it began. A refusal is the only event of "
    "its stream, and nothing is stored of it."
)
class RunFailed(TerminalEvent):
    problem: Problem = strawberry.field(description="What happened and whether to try again.")


@strawberry.type(description="Somebody stopped the run.")
class RunCancelled(TerminalEvent):
    pass


@strawberry.type(description="The reply was cut: by the model's server, or because ours stopped.")
class RunIncomplete(TerminalEvent):
    reason: str = strawberry.field(description="What cut it, as a sentence.")


AnyRunEvent = RunStarted | TextDelta | RunCompleted | RunFailed | RunCancelled | RunIncomplete
AnyTerminalEvent = RunCompleted | RunFailed | RunCancelled | RunIncomplete

EVENTS: tuple[type[Any], ...] = get_args(AnyRunEvent)
"""Every event that a run can log."""

TERMINAL_EVENTS: tuple[type[Any], ...] = get_args(AnyTerminalEvent)

RunEvent = Annotated[
    AnyRunEvent,
    strawberry.union(
        "RunEvent",
        description="One event of a run. Ignore the types that you don't know: more will come.",
    ),
]
