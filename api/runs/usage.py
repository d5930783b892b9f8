"""Reports of what was used and spent, grouped as the caller asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from graphql import GraphQLError

from api.access.allowance import CURRENCY, Budget
from api.access.caller import Caller
from api.contract.metering import (
    BudgetStatus,
    UsageFigures,
    UsageGroup,
    UsageReport,
    UsageResult,
    UsageRow,
)
from api.contract.problems import InvalidInput
from api.runs import refusals
from api.runs.ledger import period_begin
from api.runs.log import RunLog, StoreUnavailableError, UsageLine

DEFAULT_DAYS = 30

NameOf = Callable[[str], str | None]

_GroupKey = tuple[date | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """What a caller asks for; days are in UTC, and both are included."""

    since: date | None
    until: date | None
    group_by: Sequence[UsageGroup]
    everybody: bool


class UsageReports:
    """Reads the ledger; `name_of` tells what people call a caller's id."""

    def __init__(self, run_log: RunLog, name_of: NameOf) -> None:
        self._log = run_log
        self._name_of = name_of

    async def report(self, asked: UsageQuery, caller: Caller) -> UsageResult:
        """The caller's usage, or everybody's; a GraphQL error where the caller has no right."""
        if asked.everybody and not caller.admin:
            raise GraphQLError(
                "Only an admin key may see everybody's usage.", extensions={"code": "FORBIDDEN"}
            )
        now = datetime.now(UTC)
        until = asked.until or now.date()
        since = asked.since or min(until, now.date() - timedelta(days=DEFAULT_DAYS))
        if since > until:
            reason = "`since` is later than `until`. Exchange them."
            return InvalidInput(field="since", reason=reason, retryable=False)
        owner = None if asked.everybody else caller.id
        try:
            lines = await self._log.usage(owner, since, until)
            budget = await self._status(caller.budget, caller.id, now) if caller.budget else None
        except StoreUnavailableError as error:
            return refusals.store_unavailable(error)
        return UsageReport(
            since=since,
            until=until,
            currency=CURRENCY,
            total=sum((line.figures for line in lines), UsageFigures()),
            rows=self._rows(lines, set(asked.group_by)),
            your_budget=budget,
        )

    def _rows(self, lines: Sequence[UsageLine], by: set[UsageGroup]) -> list[UsageRow]:
        sums: dict[_GroupKey, UsageFigures] = {}
        for line in lines:
            key = _key(line, by)
            sums[key] = sums.get(key, UsageFigures()) + line.figures
        return [
            UsageRow(
                day=day,
                caller_id=owner,  # type: ignore[arg-type]
                caller_name=self._name_of(owner) if owner is not None else None,
                assistant_id=assistant_id,  # type: ignore[arg-type]
                model=model,
                figures=figures,
            )
            for (day, owner, assistant_id, model), figures in sums.items()
        ]

    async def _status(self, budget: Budget, owner: str, now: datetime) -> BudgetStatus:
        lines = await self._log.usage(owner, period_begin(budget, now), now.date())
        return BudgetStatus(
            budget=budget.amount,
            spent=sum((line.figures.priced for line in lines), Decimal(0)),
            reserved=await self._log.held(owner),
            currency=CURRENCY,
            period=budget.period,
            resets_at=budget.period.bounds(now)[1],
        )


def _key(line: UsageLine, by: set[UsageGroup]) -> _GroupKey:
    return (
        line.day if UsageGroup.DAY in by else None,
        line.owner if UsageGroup.CALLER in by else None,
        line.assistant_id if UsageGroup.ASSISTANT in by else None,
        line.model if UsageGroup.MODEL in by else None,
    )
