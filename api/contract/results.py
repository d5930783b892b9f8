"""What operations answer: the success types and, in one union each, the problems beside them."""

from enum import Enum
from typing import Annotated

import strawberry

from api.contract.problems import (
    BudgetExceeded,
    ContentRefused,
    ContextExceeded,
    IdempotencyConflict,
    InputTooLong,
    InvalidInput,
    ModelTimedOut,
    ModelUnavailable,
    PriceUnknown,
    RateLimited,
    ReplayExpired,
    ReplyCancelled,
    ReplyIncomplete,
    RunNotFound,
    ShuttingDown,
    StoreUnavailable,
    UnknownAssistant,
    UnknownModel,
)
from api.contract.types import Message, Run, RunStatus
from api.contract.usage import Cost, FinishReason, TokenUsage


@strawberry.type(description="A whole reply.")
class ChatReply:
    run_id: strawberry.ID = strawberry.field(description="The run that made it.")
    reply: Message = strawberry.field(description="The assistant's message.")
    token_usage: TokenUsage = strawberry.field(description="Tokens used.")
    cost: Cost | None = strawberry.field(description="Null where the model's price is unknown.")
    finish_reason: FinishReason = strawberry.field(description="Why the reply ended.")
    answered_by: str | None = strawberry.field(
        default=None,
        description="The model that answered: the one that was asked, or one that stood in for it.",
    )


@strawberry.enum(description="What a request to cancel met.")
class CancelOutcome(Enum):
    STOPPING = strawberry.enum_value(
        "STOPPING", description="The run was going; it ends with `RunCancelled`."
    )
    ALREADY_STOPPING = strawberry.enum_value(
        "ALREADY_STOPPING", description="Somebody had cancelled it before; it is about to end."
    )
    ALREADY_ENDED = strawberry.enum_value(
        "ALREADY_ENDED", description="The run was over; nothing changed."
    )


@strawberry.type(description="What a request to cancel did. Cancelling twice is harmless.")
class Cancellation:
    run_id: strawberry.ID = strawberry.field(description="The run.")
    outcome: CancelOutcome = strawberry.field(description="What the request met.")
    status: RunStatus = strawberry.field(description="Where the run stands now.")


ChatResult = Annotated[
    ChatReply
    | InvalidInput
    | InputTooLong
    | UnknownAssistant
    | UnknownModel
    | ModelUnavailable
    | ModelTimedOut
    | RateLimited
    | BudgetExceeded
    | PriceUnknown
    | ContextExceeded
    | ContentRefused
    | IdempotencyConflict
    | StoreUnavailable
    | ShuttingDown
    | ReplyIncomplete
    | ReplyCancelled
    | RunNotFound
    | ReplayExpired,
    strawberry.union("ChatResult", description="A whole reply, or the problem that prevented it."),
]

StartRunResult = Annotated[
    Run
    | InvalidInput
    | InputTooLong
    | UnknownAssistant
    | UnknownModel
    | RateLimited
    | BudgetExceeded
    | PriceUnknown
    | IdempotencyConflict
    | StoreUnavailable
    | ShuttingDown,
    strawberry.union(
        "StartRunResult", description="The run that was started or joined, or why it was not."
    ),
]

RunResult = Annotated[
    Run | RunNotFound | ReplayExpired | StoreUnavailable,
    strawberry.union("RunResult", description="A run, or why it cannot be shown."),
]

CancelRunResult = Annotated[
    Cancellation | RunNotFound | ReplayExpired | StoreUnavailable,
    strawberry.union("CancelRunResult", description="What the request to cancel met."),
]
