"""The ledger in memory, for the run log in memory."""

from datetime import UTC, date, datetime
from decimal import Decimal

from api.contract.events import AnyTerminalEvent
from api.contract.metering import UsageFigures
from api.runs.ledger import check_budget, day_of, figures_of, period_begin
from api.runs.log import RunRecord, UsageLine


class MemoryLedger:
    """Counts runs for as long as the process lives."""

    def __init__(self) -> None:
        self._figures: dict[tuple[date, str, str, str], UsageFigures] = {}
        self._held: dict[str, tuple[str, Decimal]] = {}

    def reserve(self, draft: RunRecord) -> None:
        """Hold what the run may cost; raises `BudgetExceededError`."""
        if draft.reservation is None:
            return
        budget, needed = draft.reservation.budget, draft.reservation.amount
        now = datetime.now(UTC)
        lines = self.usage(draft.owner, period_begin(budget, now), now.date())
        spent = sum((line.figures.priced for line in lines), Decimal(0))
        check_budget(budget, needed, spent, self.held(draft.owner))
        self._held[draft.id] = (draft.owner, needed)

    def held(self, owner: str) -> Decimal:
        return sum((amount for whose, amount in self._held.values() if whose == owner), Decimal(0))

    def settle(self, record: RunRecord, ending: AnyTerminalEvent) -> None:
        """Count a run that has just ended, and give back what was held for it."""
        self._held.pop(record.id, None)
        key = (day_of(ending), record.owner, record.assistant_id, record.model)
        self._figures[key] = self._figures.get(key, UsageFigures()) + figures_of(ending)

    def usage(self, owner: str | None, since: date, until: date) -> list[UsageLine]:
        """The lines of these days: of one owner, or of all."""
        return [
            UsageLine(day, whose, assistant_id, model, figures)
            for (day, whose, assistant_id, model), figures in sorted(self._figures.items())
            if owner in (None, whose) and since <= day <= until
        ]
