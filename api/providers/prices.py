"""What a reply costs, from the price list that the package `genai-prices` carries."""

from decimal import Decimal
from functools import cache
from types import ModuleType

from api.contract.usage import Cost, TokenUsage

FREE = ("embedded", "scripted")
"""Providers whose replies cost nothing: they run on this machine."""


def price(provider: str, model: str, usage: TokenUsage) -> Cost | None:
    """The exact cost in USD of one reply; None where nobody knows the price.

    `provider` is a name of the price list (`openai`), or the host of a server, for example
    `api.groq.com`. Nothing is looked up over the network.
    """
    if provider in FREE:
        return _cost(Decimal(0), provider, usage)
    amount = _amount(provider, model, usage)
    return None if amount is None else _cost(amount, _source(), usage)


def load(provider: str) -> None:
    """Read what `price` needs for the provider; call it in a thread at start-up.

    The list takes more than half a second to read, which would else stop the event loop at the
    end of the first reply.
    """
    price(provider, "any", TokenUsage())


def _cost(amount: Decimal, source: str, usage: TokenUsage) -> Cost:
    return Cost(amount=amount, currency="USD", price_source=source, estimated=usage.estimated)


def _amount(provider: str, model: str, usage: TokenUsage) -> Decimal | None:
    prices = _price_list()
    is_host = "." in provider or ":" in provider
    whose = {"provider_api_url": f"https://{provider}"} if is_host else {"provider_id": provider}
    counts = prices.Usage(
        input_tokens=usage.prompt_tokens,
        cache_read_tokens=usage.cached_prompt_tokens,
        output_tokens=usage.completion_tokens,
    )
    try:
        return Decimal(prices.calc_price(counts, model, **whose).total_price)
    except LookupError:
        return None


@cache
def _source() -> str:
    return f"genai-prices {_price_list().__version__}"


@cache
def _price_list() -> ModuleType:
    import genai_prices

    return genai_prices
