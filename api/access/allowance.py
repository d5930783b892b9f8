"""How much a caller may use: budgets (`5.00USD/day`) and rates (`60/min`)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum

import strawberry

CURRENCY = "USD"
"""The currency of the price list, and so of every budget."""

_BUDGET = re.compile(r"(\d{1,12}(?:\.\d{1,12})?) ?([A-Za-z]{3})(?:/(\w+))?")
_RATE = re.compile(r"(\d{1,9}) ?/ ?(\w+)")
_SECONDS = {"s": 1, "sec": 1, "second": 1} | {"m": 60, "min": 60, "minute": 60}
_SECONDS |= {"h": 3600, "hour": 3600, "d": 86_400, "day": 86_400}


@strawberry.enum(
    name="BudgetPeriod",
    description="How long a budget lasts before it is full again; periods begin at midnight UTC.",
)
class Period(Enum):
    DAY = strawberry.enum_value("day", description="A calendar day.")
    WEEK = strawberry.enum_value("week", description="A week that begins on Monday.")
    MONTH = strawberry.enum_value("month", description="A calendar month.")
    EVER = strawberry.enum_value("ever", description="Once and for all.")

    def bounds(self, now: datetime) -> tuple[datetime, datetime | None]:
        """Begin and end of the period that `now` (UTC) lies in; a week begins on Monday."""
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self is Period.DAY:
            return midnight, midnight + timedelta(days=1)
        if self is Period.WEEK:
            monday = midnight - timedelta(days=midnight.weekday())
            return monday, monday + timedelta(days=7)
        if self is Period.MONTH:
            first = midnight.replace(day=1)
            return first, (first + timedelta(days=32)).replace(day=1)
        return datetime(1970, 1, 1, tzinfo=UTC), None


@dataclass(frozen=True, slots=True)
class Budget:
    """Money that may be spent in a period."""

    amount: Decimal
    period: Period = Period.EVER

    @classmethod
    def parse(cls, text: str) -> "Budget":
        """From `5.00USD/day`, `/week`, `/month`, or without a period; ValueError names the form."""
        found = _BUDGET.fullmatch(text.strip())
        periods = {period.value: period for period in Period} | {None: Period.EVER}
        if not found or found[3] not in periods or found[2].upper() != CURRENCY:
            raise ValueError(
                f"{text!r} is no budget; write it like 5.00{CURRENCY}/day (or /week, /month, "
                "or without a period: once and for all)"
            )
        return cls(Decimal(found[1]), periods[found[3]])

    def __str__(self) -> str:
        return f"{self.amount}{CURRENCY}/{self.period.value}"


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests for a reply that are admitted within any so many seconds."""

    count: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """From `60/min`, `/s`, `/hour` or `/day`; ValueError names the form."""
        found = _RATE.fullmatch(text.strip())
        seconds = _SECONDS.get(found[2].lower()) if found else None
        if not found or seconds is None or int(found[1]) == 0:
            raise ValueError(f"{text!r} is no rate; write it like 60/min (or /s, /hour, /day)")
        return cls(int(found[1]), seconds)

    def __str__(self) -> str:
        unit = {1: "s", 60: "min", 3600: "hour", 86_400: "day"}[self.seconds]
        return f"{self.count}/{unit}"
