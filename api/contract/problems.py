"""Expected failures, each a type that says what happened and whether to try again.

To add one: a class here, its name in the union that it can happen in, and `make generate`; every
client then shows its `reason`. Bugs and missing rights are GraphQL errors instead.
"""

from datetime import datetime
from decimal import Decimal
from typing import get_args

import strawberry

from api.contract.types import Message, RunStatus
from api.contract.usage import Cost, TokenUsage


@strawberry.interface(description="An expected failure.")
class Problem:
    reason: str = strawberry.field(
        description="What happened and what to do about it, as a sentence for the person who waits."
    )
    retryable: bool = strawberry.field(description="True where the same request may succeed later.")


@strawberry.type(description="A value breaks a rule of the contract.")
class InvalidInput(Problem):
    field: str = strawberry.field(
        description="The field, as a path in `ChatInput`, for example `settings.temperature`."
    )


@strawberry.type(description="A text or list is longer than allowed.")
class InputTooLong(Problem):
    field: str = strawberry.field(
        description="The field, as a path in `ChatInput`, for example `history.3.content`."
    )
    limit: int = strawberry.field(description="Greatest length: characters, or messages.")
    actual: int = strawberry.field(description="The length that was sent, in the same unit.")


@strawberry.type(description="There is no assistant with this id.")
class UnknownAssistant(Problem):
    assistant_id: strawberry.ID = strawberry.field(description="The id that was asked for.")
    available: list[str] = strawberry.field(description="The ids that there are.")


@strawberry.type(description="This server doesn't offer this model.")
class UnknownModel(Problem):
    model: str = strawberry.field(description="The model that was asked for.")
    available: list[str] = strawberry.field(description="What it offers instead.")


@strawberry.type(description="The model cannot be reached, or does not answer as it should.")
class ModelUnavailable(Problem):
    pass


@strawberry.type(description="The model took too long.")
class ModelTimedOut(Problem):
    timeout_seconds: float = strawberry.field(description="The deadline that passed, in seconds.")


@strawberry.type(description="Too many requests: to this server, or from it to the model.")
class RateLimited(Problem):
    retry_after_seconds: float | None = strawberry.field(
        description="When to try again, in seconds from now; null where nobody knows."
    )


@strawberry.type(
    description="What the reply may cost does not fit into what is left of your budget, so "
    "nothing was started."
)
class BudgetExceeded(Problem):
    budget: Decimal = strawberry.field(description="What you may spend in a period.")
    spent: Decimal = strawberry.field(
        description="What you have spent in it, with what is held for runs that are going."
    )
    needed: Decimal = strawberry.field(description="What this reply may cost at most.")
    currency: str = strawberry.field(description="ISO 4217 code.")
    resets_at: datetime | None = strawberry.field(
        description="When the budget is full again (UTC); null: never."
    )


@strawberry.type(
    description="You have a budget, and nobody knows what this model costs. Nothing was started."
)
class PriceUnknown(Problem):
    model: str = strawberry.field(description="The model.")


@strawberry.type(description="A content filter refused the question or ended the reply.")
class ContentRefused(Problem):
    pass


@strawberry.type(
    description="The conversation and the reply asked for are longer than the model can take."
)
class ContextExceeded(Problem):
    pass


@strawberry.type(description="The `idempotencyKey` was used before, with another input.")
class IdempotencyConflict(Problem):
    idempotency_key: str = strawberry.field(description="The key.")


@strawberry.type(description="There is no run with this id, or it is not yours.")
class RunNotFound(Problem):
    run_id: strawberry.ID = strawberry.field(description="The id that was asked for.")


@strawberry.type(
    description="The run is over and past its retention: texts are erased, figures are kept."
)
class ReplayExpired(Problem):
    run_id: strawberry.ID = strawberry.field(description="The run.")
    status: RunStatus = strawberry.field(description="How it ended.")
    ended_at: datetime | None = strawberry.field(description="When it ended (UTC).")
    token_usage: TokenUsage = strawberry.field(description="Tokens that it used.")
    cost: Cost | None = strawberry.field(description="What it cost; null where unknown.")


@strawberry.type(description="The run log cannot be written: nothing was started.")
class StoreUnavailable(Problem):
    pass


@strawberry.type(description="The server is shutting down and takes no new runs.")
class ShuttingDown(Problem):
    pass


@strawberry.type(description="The reply was cut before its end. What came is kept.")
class ReplyIncomplete(Problem):
    run_id: strawberry.ID = strawberry.field(description="The run.")
    reply: Message = strawberry.field(description="What came before the cut.")
    token_usage: TokenUsage = strawberry.field(description="Tokens used until then.")
    cost: Cost | None = strawberry.field(description="What it cost; null where unknown.")


@strawberry.type(description="Somebody stopped the reply. What came is kept.")
class ReplyCancelled(Problem):
    run_id: strawberry.ID = strawberry.field(description="The run.")
    reply: Message = strawberry.field(description="What came before the stop.")
    token_usage: TokenUsage = strawberry.field(description="Tokens used until then.")
    cost: Cost | None = strawberry.field(description="What it cost; null where unknown.")


StartProblem = (
    InvalidInput
    | InputTooLong
    | UnknownAssistant
    | UnknownModel
    | RateLimited
    | BudgetExceeded
    | PriceUnknown
    | IdempotencyConflict
    | StoreUnavailable
    | ShuttingDown
)
"""Why a run is refused before it begins."""

ModelProblem = (
    ModelUnavailable
    | ModelTimedOut
    | RateLimited
    | ContextExceeded
    | ContentRefused
    | StoreUnavailable
)
"""Why a run fails once it has begun."""

LookupProblem = RunNotFound | ReplayExpired
"""Why a run cannot be read again."""

AnyProblem = StartProblem | ModelProblem | LookupProblem | ReplyIncomplete | ReplyCancelled

PROBLEMS: tuple[type[Problem], ...] = get_args(AnyProblem)
"""Every problem there is."""
