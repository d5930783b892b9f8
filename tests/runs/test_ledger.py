"""The ledger: every run counts once, exactly; what a budget holds is never more than it has."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from api.access.allowance import Budget, Period
from api.contract.usage import Cost
from api.runs.log import BudgetExceededError, LeaseLostError, Reservation, RunLog
from tests.runs.events import NOW, completed, delta, draft, started
from tests.runs.test_run_log import run_log as run_log

DAILY = Budget(Decimal("0.30"), Period.DAY)
EVER = (date(1970, 1, 1), date(9999, 1, 1))


def reserved(run_id: str, amount: str, budget: Budget = DAILY, owner: str = "ada") -> object:
    return draft(run_id, owner=owner, reservation=Reservation(Decimal(amount), budget))


def ended(run_id: str, amount: str | None, at: datetime | None = None) -> object:
    """Its end; now, where no other time is given: when the tests began may be yesterday."""
    cost = (
        None
        if amount is None
        else Cost(amount=Decimal(amount), currency="USD", price_source="test", estimated=False)
    )
    return replace(completed(1, run_id, at or datetime.now(UTC)), cost=cost)


async def run(log: RunLog, run_id: str, amount: str | None, **more: object) -> None:
    await log.claim(draft(run_id, **more), started(run_id))
    await log.append(run_id, 1, [ended(run_id, amount)])


async def test_a_thousand_small_amounts_add_up_exactly(run_log: RunLog) -> None:
    for number in range(1_000):
        await run(run_log, f"r{number}", "0.0000001")
    (line,) = await run_log.usage("anybody", *EVER)
    assert line.figures.priced == Decimal("0.0001")
    assert (line.figures.runs, line.figures.prompt_tokens) == (1_000, 3_000)


async def test_a_run_counts_once_however_often_its_end_is_offered(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    end = ended("r1", "0.1")
    await run_log.append("r1", 1, [delta(1), replace(end, seq=2)])
    for _ in range(3):
        try:
            await run_log.append("r1", 1, [replace(end, seq=2)])
        except LeaseLostError:
            continue  # how memory refuses it
    (line,) = await run_log.usage(None, *EVER)
    assert (line.figures.runs, line.figures.priced) == (1, Decimal("0.1"))


async def test_usage_is_kept_apart_by_day_owner_assistant_and_model(run_log: RunLog) -> None:
    await run(run_log, "r1", "1")
    await run(run_log, "r2", "2", owner="bob")
    await run(run_log, "r3", "3", assistant_id="general")
    await run(run_log, "r4", "4", model="m2")
    await run_log.claim(draft("r5"), started("r5"))
    await run_log.append("r5", 1, [ended("r5", "5", NOW)])
    lines = await run_log.usage(None, *EVER)
    assert sorted(int(line.figures.priced) for line in lines) == [1, 2, 3, 4, 5]
    assert [int(line.figures.priced) for line in await run_log.usage("bob", *EVER)] == [2]
    old = await run_log.usage(None, NOW.date(), NOW.date())
    assert [int(line.figures.priced) for line in old] == [5]


async def test_an_unknown_price_is_counted_and_is_not_zero(run_log: RunLog) -> None:
    await run(run_log, "r1", None)
    (line,) = await run_log.usage("anybody", *EVER)
    assert (line.figures.unpriced_runs, line.figures.amount()) == (1, None)
    await run(run_log, "r2", "0.25")
    (line,) = await run_log.usage("anybody", *EVER)
    assert (line.figures.unpriced_runs, line.figures.amount()) == (1, Decimal("0.25"))


async def test_what_goes_holds_its_reservation_until_it_ends(run_log: RunLog) -> None:
    await run_log.claim(reserved("r1", "0.2"), started("r1"))
    with pytest.raises(BudgetExceededError) as refused:
        await run_log.claim(reserved("r2", "0.2"), started("r2"))
    assert (refused.value.spent, refused.value.held) == (0, Decimal("0.2"))
    assert await run_log.find("r2") is None
    await run_log.append("r1", 1, [ended("r1", "0.05")])
    assert await run_log.held("ada") == 0
    await run_log.claim(reserved("r2", "0.25"), started("r2"))
    with pytest.raises(BudgetExceededError) as refused:
        await run_log.claim(reserved("r3", "0.01"), started("r3"))
    assert refused.value.spent == Decimal("0.05")


async def test_requests_at_the_same_time_never_hold_more_than_there_is(run_log: RunLog) -> None:
    asked = [run_log.claim(reserved(f"r{n}", "0.1"), started(f"r{n}")) for n in range(50)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    admitted = [each for each in answers if not isinstance(each, Exception)]
    assert len(admitted) == 3
    assert all(isinstance(e, BudgetExceededError) for e in answers if e not in admitted)


async def test_budgets_of_others_and_of_yesterday_do_not_count(run_log: RunLog) -> None:
    await run_log.claim(draft("old", owner="ada"), started("old"))
    await run_log.append("old", 1, [ended("old", "9", NOW)])
    await run_log.claim(reserved("theirs", "0.3", owner="bob"), started("theirs"))
    await run_log.claim(reserved("mine", "0.3"), started("mine"))
    once = Budget(Decimal("9.5"), Period.EVER)
    with pytest.raises(BudgetExceededError):
        await run_log.claim(reserved("more", "0.3", once), started("more"))


async def test_joining_a_run_costs_nothing(run_log: RunLog) -> None:
    first = replace(reserved("r1", "0.3"), idempotency_key="k")
    await run_log.claim(first, started("r1"))
    joined = await run_log.claim(replace(first, id="r2"), started("r2"))
    assert (joined.created, joined.record.id) == (False, "r1")


async def test_a_refused_request_leaves_its_idempotency_key_free(run_log: RunLog) -> None:
    with pytest.raises(BudgetExceededError):
        await run_log.claim(replace(reserved("r1", "9"), idempotency_key="k"), started("r1"))
    again = await run_log.claim(replace(reserved("r2", "0.1"), idempotency_key="k"), started("r2"))
    assert again.created


@pytest.mark.parametrize(
    ("period", "begin", "end"),
    [
        (Period.DAY, (2026, 1, 2), (2026, 1, 3)),
        (Period.WEEK, (2025, 12, 29), (2026, 1, 5)),
        (Period.MONTH, (2026, 1, 1), (2026, 2, 1)),
        (Period.EVER, (1970, 1, 1), None),
    ],
)
def test_periods_begin_at_midnight_utc(
    period: Period, begin: tuple[int, ...], end: tuple[int, ...] | None
) -> None:
    expected = (datetime(*begin, tzinfo=UTC), datetime(*end, tzinfo=UTC) if end else None)
    assert period.bounds(NOW) == expected
