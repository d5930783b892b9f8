"""What a reply used and cost: token counts, money and the reason why a reply ended."""

from decimal import Decimal
from enum import Enum

import strawberry


@strawberry.enum(description="Why a reply ended.")
class FinishReason(Enum):
    STOP = strawberry.enum_value("STOP", description="The model finished its reply.")
    LENGTH = strawberry.enum_value(
        "LENGTH", description="The reply reached `maxTokens` or the model's own limit."
    )
    CONTENT_FILTER = strawberry.enum_value(
        "CONTENT_FILTER", description="A content filter ended the reply."
    )
    UNKNOWN = strawberry.enum_value(
        "UNKNOWN", description="The model's server marked the end but gave no reason for it."
    )
    CANCELLED = strawberry.enum_value("CANCELLED", description="Somebody stopped the reply.")
    INCOMPLETE = strawberry.enum_value(
        "INCOMPLETE", description="The reply was cut before its end; what came is kept."
    )
    FAILED = strawberry.enum_value("FAILED", description="The model failed; see the problem.")


@strawberry.type(
    description="Tokens that a reply used. Parts never exceed the totals they belong to."
)
class TokenUsage:
    prompt_tokens: int = strawberry.field(
        default=0, description="Tokens of the prompt: instructions, history and question."
    )
    completion_tokens: int = strawberry.field(
        default=0, description="Tokens that the model generated."
    )
    total_tokens: int = strawberry.field(
        default=0, description="`promptTokens` + `completionTokens`."
    )
    cached_prompt_tokens: int = strawberry.field(
        default=0, description="Of `promptTokens`: read from the model server's cache."
    )
    reasoning_tokens: int = strawberry.field(
        default=0, description="Of `completionTokens`: spent on reasoning that is not shown."
    )
    estimated: bool = strawberry.field(
        default=False,
        description="True where the model's server reported nothing and Parley estimated "
        "(4 characters a token), for example because the reply was cut.",
    )


@strawberry.type(description="Money, exact. Sums over many replies lose nothing.")
class Cost:
    amount: Decimal = strawberry.field(description="Exact decimal, sent as a string.")
    currency: str = strawberry.field(description="ISO 4217 code, for example `USD`.")
    price_source: str = strawberry.field(
        description="Where the price comes from: a price list with its version, or `embedded`."
    )
    estimated: bool = strawberry.field(
        description="True where the token usage behind it was estimated."
    )
