"""Prices are exact decimals with their source; what nobody knows is None, never 0."""

from decimal import Decimal
from importlib.metadata import version

import pytest

from api.contract.usage import Cost, TokenUsage
from api.providers import prices
from api.providers.prices import price

USAGE = TokenUsage(
    prompt_tokens=1000, completion_tokens=500, total_tokens=1500, cached_prompt_tokens=200
)


def test_a_known_model_costs_what_its_tokens_cost_to_the_last_digit() -> None:
    # per million tokens: 0.15 fresh input, 0.075 cached input, 0.60 output
    expected = (800 * Decimal("0.15") + 200 * Decimal("0.075") + 500 * Decimal("0.60")) / 10**6
    cost = price("openai", "gpt-4o-mini", USAGE)
    assert cost == Cost(
        amount=expected,
        currency="USD",
        price_source=f"genai-prices {version('genai-prices')}",
        estimated=False,
    )
    assert isinstance(cost.amount, Decimal)


def test_many_small_costs_add_up_exactly() -> None:
    one = TokenUsage(prompt_tokens=1, completion_tokens=1, total_tokens=2)
    cost = price("openai", "gpt-4o-mini", one)
    assert cost is not None
    assert sum([cost.amount] * 1_000_000, Decimal(0)) == Decimal("0.75")


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "a-model-of-my-own"),
        ("nobody", "gpt-4o-mini"),
        ("127.0.0.1:11434", "gpt-4o-mini"),
        ("localhost:11434", "llama3.2"),
        ("openai", ""),
    ],
)
def test_an_unknown_price_is_none(provider: str, model: str) -> None:
    assert price(provider, model, USAGE) is None


def test_another_vendors_host_has_that_vendors_prices() -> None:
    cost = price("api.groq.com", "llama-3.3-70b-versatile", USAGE)
    assert cost is not None
    assert cost.amount > 0


@pytest.mark.parametrize("provider", ["embedded", "scripted"])
def test_what_runs_on_this_machine_costs_exactly_nothing(provider: str) -> None:
    cost = price(provider, "whatever", USAGE)
    assert cost == Cost(amount=Decimal(0), currency="USD", price_source=provider, estimated=False)


def test_a_cost_of_estimated_usage_is_estimated() -> None:
    usage = TokenUsage(prompt_tokens=10, completion_tokens=5, total_tokens=15, estimated=True)
    for provider in ("openai", "embedded"):
        cost = price(provider, "gpt-4o-mini", usage)
        assert cost is not None
        assert cost.estimated


def test_loading_is_for_any_provider() -> None:
    for provider in ("openai", "embedded", "localhost:1"):
        prices.load(provider)
