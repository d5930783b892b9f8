"""Exact money: sums without rounding, written the same way by every frontend."""

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact

_EXACT = Context(prec=1000, traps=[Inexact])
"""Adds without rounding; a sum of over a thousand digits raises instead."""

_SYMBOLS = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}


def added(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """The sum of each currency, exact, ordered by currency."""
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = _EXACT.add(sums.get(currency, Decimal(0)), amount)
    return dict(sorted(sums.items()))


def plain(amount: Decimal) -> str:
    """The exact amount without exponent and without trailing zeros: `0.00012`, `3`, `1.5`."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def shown(currency: str, amount: Decimal) -> str:
    """The exact amount with its currency and at least two decimals: `$0.00012`, `CHF 3.00`."""
    whole, _, decimals = plain(amount).partition(".")
    return f"{_SYMBOLS.get(currency, f'{currency} ')}{whole}.{decimals:0<2}"


def cost_text(sums: Mapping[str, Decimal], unknown: bool, estimated: bool) -> str:
    """What to show of a cost: `$0.00012`, `~$0.0003` (estimated), `$0.01 + unknown`, `unknown`."""
    parts = [shown(currency, amount) for currency, amount in sums.items()]
    if not parts:
        return "unknown" if unknown else shown("USD", Decimal(0))
    known = ("~" if estimated else "") + " + ".join(parts)
    return f"{known} + unknown" if unknown else known


def tokens_text(total: int, unknown: bool, estimated: bool) -> str:
    """What to show of tokens: `120 tokens`, `~1 token`, `120 tokens + unknown`, `unknown`."""
    if unknown and not total:
        return "unknown"
    text = f"{'~' if estimated else ''}{total} token{'' if total == 1 else 's'}"
    return f"{text} + unknown" if unknown else text
