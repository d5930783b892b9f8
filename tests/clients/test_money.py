"""Sums of money lose nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.python import money

AMOUNTS = st.decimals(min_value=0, max_value=10**12, allow_nan=False, places=18) | st.decimals(
    min_value=0, max_value=1, allow_nan=False, places=40
)


@given(st.lists(AMOUNTS))
def test_sums_are_exact(amounts: list[Decimal]) -> None:
    total = money.added(("USD", amount) for amount in amounts).get("USD", Decimal(0))
    assert Fraction(total) == sum((Fraction(amount) for amount in amounts), Fraction(0))


@given(AMOUNTS)
def test_what_is_shown_is_the_exact_amount(amount: Decimal) -> None:
    assert Decimal(money.shown("USD", amount).removeprefix("$")) == amount
    assert Decimal(money.plain(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("-0", "$0.00"),
        ("1E-7", "$0.0000001"),
        ("1E+3", "$1000.00"),
        ("0.120", "$0.12"),
        ("100", "$100.00"),
        ("2.5", "$2.50"),
    ],
)
def test_amounts_are_plain_with_at_least_two_decimals(amount: str, shown: str) -> None:
    assert money.shown("USD", Decimal(amount)) == shown


def test_a_currency_without_a_symbol_is_named() -> None:
    assert money.shown("SEK", Decimal("3")) == "SEK 3.00"
