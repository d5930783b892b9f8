"""What runs use, counted once for each run at its end; and what is held for those that go."""

from datetime import UTC, date, datetime
from decimal import Decimal

from api.access.allowance import Budget
from api.contract.events import AnyTerminalEvent
from api.contract.metering import Count, UsageFigures
from api.runs.log import BudgetExceededError


def figures_of(ending: AnyTerminalEvent) -> UsageFigures:
    """What one run adds to the ledger."""
    usage, cost = ending.token_usage, ending.cost
    return UsageFigures(
        runs=Count(1),
        prompt_tokens=Count(usage.prompt_tokens),
        completion_tokens=Count(usage.completion_tokens),
        cached_prompt_tokens=Count(usage.cached_prompt_tokens),
        reasoning_tokens=Count(usage.reasoning_tokens),
        estimated_runs=Count(usage.estimated),
        unpriced_runs=Count(cost is None),
        priced=cost.amount if cost else Decimal(0),
    )


def day_of(ending: AnyTerminalEvent) -> date:
    """The day on which a run counts: that of its end."""
    return ending.at.astimezone(UTC).date()


def period_begin(budget: Budget, now: datetime) -> date:
    """The first day that counts against the budget now."""
    return budget.period.bounds(now)[0].date()


def check_budget(budget: Budget, needed: Decimal, spent: Decimal, held: Decimal) -> None:
    """Raise `BudgetExceededError` where the budget may not suffice for what is needed."""
    if spent + held + needed > budget.amount:
        raise BudgetExceededError(budget, needed, spent, held)
