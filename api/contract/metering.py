"""What was used and spent: figures by day, assistant, model and caller, and the caller's budget."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from api.access.allowance import Period
from api.contract.problems import InvalidInput, StoreUnavailable

Count = NewType("Count", int)
"""A whole number that 32 bits may not hold, as GraphQL's own `Int` has to."""

SCALARS: dict[object, ScalarDefinition] = {
    Count: strawberry.scalar(
        name="Count",
        description="A whole number from 0, of any size: JSON's, without a fraction.",
        serialize=int,
        parse_value=int,
    )
}


@strawberry.enum(description="What usage can be told apart by.")
class UsageGroup(Enum):
    DAY = strawberry.enum_value("DAY", description="The day (UTC) on which the run ended.")
    CALLER = strawberry.enum_value("CALLER", description="Whose key or token it was.")
    ASSISTANT = strawberry.enum_value("ASSISTANT", description="The assistant that replied.")
    MODEL = strawberry.enum_value("MODEL", description="The model that replied.")


@strawberry.type(description="Sums over runs that have ended.")
class UsageFigures:
    runs: Count = strawberry.field(default=Count(0), description="Runs that have ended.")
    prompt_tokens: Count = strawberry.field(
        default=Count(0), description="Tokens of the prompts: instructions, history and question."
    )
    completion_tokens: Count = strawberry.field(
        default=Count(0), description="Tokens that models generated."
    )
    cached_prompt_tokens: Count = strawberry.field(
        default=Count(0), description="Of `promptTokens`: read from a model server's cache."
    )
    reasoning_tokens: Count = strawberry.field(
        default=Count(0), description="Of `completionTokens`: spent on reasoning."
    )
    estimated_runs: Count = strawberry.field(
        default=Count(0), description="Of `runs`: those whose tokens were estimated."
    )
    unpriced_runs: Count = strawberry.field(
        default=Count(0),
        description="Of `runs`: those of unknown price, which `amount` lacks.",
    )
    priced: strawberry.Private[Decimal] = Decimal(0)

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="What the runs cost, exact; null where no price of any run is known."
    )
    def amount(self) -> Decimal | None:
        return None if self.runs and self.runs == self.unpriced_runs else self.priced

    def __add__(self, other: "UsageFigures") -> "UsageFigures":
        return UsageFigures(
            **{name: value + getattr(other, name) for name, value in vars(self).items()}
        )


@strawberry.type(description="Usage of one group; what it was not grouped by is null.")
class UsageRow:
    day: date | None = strawberry.field(description="The day on which the runs ended (UTC).")
    caller_id: strawberry.ID | None = strawberry.field(
        description="Who asked: `key:` with the key's id, `jwt:` with issuer and subject, or "
        "`anybody`."
    )
    caller_name: str | None = strawberry.field(
        description="What people call who asked; null also where that is forgotten."
    )
    assistant_id: strawberry.ID | None = strawberry.field(description="The assistant.")
    model: str | None = strawberry.field(description="The model.")
    figures: UsageFigures = strawberry.field(description="The sums.")


@strawberry.type(description="Where a caller stands with its budget.")
class BudgetStatus:
    budget: Decimal = strawberry.field(description="What may be spent in a period.")
    spent: Decimal = strawberry.field(description="What runs have cost in this period.")
    reserved: Decimal = strawberry.field(description="What is held for runs that are going.")
    currency: str = strawberry.field(description="ISO 4217 code.")
    period: Period = strawberry.field(description="How often the budget is full again.")
    resets_at: datetime | None = strawberry.field(
        description="When it is full again (UTC); null: never."
    )


@strawberry.type(description="What was used and spent.")
class UsageReport:
    since: date = strawberry.field(description="The first day (UTC).")
    until: date = strawberry.field(description="The last day (UTC), included.")
    currency: str = strawberry.field(description="ISO 4217 code of every `amount`.")
    total: UsageFigures = strawberry.field(description="The sums of all rows.")
    rows: list[UsageRow] = strawberry.field(description="One for each group, in their order.")
    your_budget: BudgetStatus | None = strawberry.field(
        description="Where you stand with your budget; null where you have none."
    )


UsageResult = Annotated[
    UsageReport | InvalidInput | StoreUnavailable,
    strawberry.union("UsageResult", description="The usage, or why it cannot be shown."),
]
