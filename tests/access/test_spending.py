"""Budgets, rates and usage at the doors: two workers, many requests at once, exact sums."""

import asyncio
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.access.allowance import Budget, Rate
from api.providers.scripted import ScriptedProvider
from clients.python import (
    AsyncSession,
    BudgetExceeded,
    ChatReply,
    PriceUnknown,
    RequestError,
    Run,
    UsageGroup,
    UsageReport,
)
from tests.access.conftest import MakeKey
from tests.access.doors import HTTP, bearer, subscribed
from tests.conftest import StartServer
from tests.servers import LiveServer, ServerProcess
from tests.transport.wire import ask
from tests.upstream.server import FakeUpstream

QUESTION = [{"role": "USER", "content": "Who?"}]
SETTINGS = {"maxTokens": 1000}
USED = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
COST = Decimal("0.0035")
"""Of `USED` with gpt-4o: 2.50 and 10 USD for a million tokens."""


def model(upstream: FakeUpstream) -> dict[str, Any]:
    return {"openai_base_url": upstream.base_url, "model": "gpt-4o", "prices": "openai"}


@pytest.fixture
def priced(
    start_server: StartServer, upstream: FakeUpstream, data_dir: Path, key: str
) -> LiveServer:
    """A server with a key, whose model has a known price."""
    return start_server(**model(upstream), data_dir=data_dir)


async def chat(url: str, key: str, **more: Any) -> Any:
    more = {"assistant_id": "general", "settings": SETTINGS, **more}
    return await AsyncSession(url, token=key).chat(QUESTION, **more)


async def report(url: str, key: str, **asked: Any) -> UsageReport:
    found = await AsyncSession(url, token=key).usage(**asked)
    assert isinstance(found, UsageReport), found
    return found


async def test_two_workers_admit_no_more_than_budget_and_rate_allow(
    upstream: FakeUpstream, data_dir: Path, make_key: MakeKey
) -> None:
    spender = make_key("spender", budget=Budget.parse("0.055USD/day"))
    hasty = make_key("hasty", rate=Rate.parse("7/hour"))
    gate = upstream.reply("Me.", usage=USED, gated=True, always=True)
    environment = {"OPENAI_BASE_URL": upstream.base_url, "PARLEY_MODEL": "gpt-4o"}
    environment |= {"PARLEY_PRICES": "openai", "PARLEY_WORKERS": "2"}
    with ServerProcess(data_dir, **environment) as server:
        asked = [start(server.url, key) for key in [spender, hasty] * 30]
        answers = await asyncio.gather(*asked)
        spent, hurried = (Counter(answers[n::2]) for n in range(2))
        # 1,000 tokens of reply are 0.01 USD, and the prompt a little: five fit into 0.055.
        assert spent == {"Run": 5, "BudgetExceeded": 25}
        assert hurried == {"Run": 7, "RateLimited": 23}
        await upstream.until(lambda: len(upstream.requests) == 12)
        held = (await report(server.url, spender)).your_budget
        assert held and held.spent == 0 and Decimal("0.05") < held.reserved <= held.budget
        gate.open()
        gate.release(100)
        await upstream.until(lambda: not upstream.active)
        while (now := await report(server.url, spender)).total.runs < 5:
            await asyncio.sleep(0.05)
        assert now.total.amount == 5 * COST
        assert now.your_budget and now.your_budget.reserved == 0
        assert isinstance(await chat(server.url, spender), ChatReply)


async def start(url: str, key: str) -> str:
    session = AsyncSession(url, token=key)
    answer = await session.start(QUESTION, assistant_id="general", settings=SETTINGS)
    return "Run" if isinstance(answer, Run) else type(answer).__name__


async def test_an_exhausted_budget_says_what_is_left_and_when(
    priced: LiveServer, upstream: FakeUpstream, make_key: MakeKey
) -> None:
    key = make_key("spender", budget=Budget.parse("0.02USD/day"))
    await until_known(priced, key)
    upstream.reply("Me.", usage={**USED, "completion_tokens": 1500, "total_tokens": 2500})
    assert isinstance(await chat(priced.url, key), ChatReply)
    problem = await chat(priced.url, key)
    assert isinstance(problem, BudgetExceeded)
    assert (problem.budget, problem.spent) == (Decimal("0.02"), Decimal("0.0175"))
    assert Decimal("0.01") < problem.needed < Decimal("0.011")
    assert problem.retryable and problem.resets_at and problem.resets_at.hour == 0
    assert len(upstream.requests) == 1
    asked = {"history": [{"role": "user", "content": "Who?"}], "assistant_id": "general"}
    answer = ask(priced.url, asked, "/chat", **bearer(key))
    assert (answer.status, answer.json["problem"]["type"]) == (402, "BudgetExceeded")


async def test_a_reply_of_a_budget_is_bounded(
    start_server: StartServer,
    upstream: FakeUpstream,
    data_dir: Path,
    tmp_path: Path,
    make_key: MakeKey,
) -> None:
    key = make_key(budget=Budget.parse("5USD"))
    (tmp_path / "general.toml").write_text('name = "G"\nprompt = "Be brief."\ndefault = true\n')
    server = start_server(**model(upstream), data_dir=data_dir, assistants_dir=tmp_path)
    upstream.reply("Me.")
    assert isinstance(await chat(server.url, key, settings={}), ChatReply)
    assert upstream.requests[0].body["max_tokens"] == 4096


async def test_money_buys_nothing_of_unknown_price(
    start_server: StartServer, upstream: FakeUpstream, data_dir: Path, make_key: MakeKey
) -> None:
    rich, free = make_key("rich", budget=Budget.parse("999USD/day")), make_key("free")
    server = start_server(openai_base_url=upstream.base_url, model="fake", data_dir=data_dir)
    problem = await chat(server.url, rich)
    assert isinstance(problem, PriceUnknown)
    assert (problem.model, upstream.requests) == ("fake", [])
    upstream.reply("Me.")
    assert isinstance(await chat(server.url, free), ChatReply)
    total = (await report(server.url, free)).total
    assert (total.runs, total.unpriced_runs, total.amount) == (1, 1, None)


async def test_what_runs_on_this_machine_costs_nothing(
    start_server: StartServer, data_dir: Path, make_key: MakeKey
) -> None:
    key = make_key(budget=Budget.parse("0USD/day"))
    server = start_server(ScriptedProvider(), data_dir=data_dir)
    assert isinstance(await chat(server.url, key), ChatReply)
    assert (await report(server.url, key)).total.amount == 0


async def test_usage_is_ones_own_and_everybodys_to_an_administrator(
    priced: LiveServer, upstream: FakeUpstream, key: str, make_key: MakeKey
) -> None:
    ada, bob, root = key, make_key("bob"), make_key("root", admin=True)
    await until_known(priced, root)
    upstream.reply("Me.", usage=USED, always=True)
    for key in (ada, bob, bob):
        assert isinstance(await chat(priced.url, key), ChatReply)
    assert (await report(priced.url, ada)).total.runs == 1
    assert (await report(priced.url, root)).total.runs == 0
    everybody = await report(priced.url, root, everybody=True, group_by=[UsageGroup.CALLER])
    told = {row.caller_name: row.figures.amount for row in everybody.rows}
    assert told == {"ada": COST, "bob": 2 * COST}
    assert everybody.total.amount == 3 * COST
    assert all(row.day is row.model is row.assistant_id is None for row in everybody.rows)
    with pytest.raises(RequestError) as refused:
        await report(priced.url, ada, everybody=True)
    assert refused.value.code == "FORBIDDEN"


async def test_a_refused_or_failed_run_costs_nothing_and_holds_nothing(
    priced: LiveServer, upstream: FakeUpstream, make_key: MakeKey
) -> None:
    key = make_key("spender", budget=Budget.parse("0.02USD/day"))
    await until_known(priced, key)
    upstream.fault("server_error", always=True)
    await chat(priced.url, key)
    budget = (await report(priced.url, key)).your_budget
    assert budget and (budget.spent, budget.reserved) == (0, 0)


async def until_known(server: LiveServer, key: str) -> None:
    while ask(server.url, {"query": "{ contractVersion }"}, **bearer(key)).status != 200:
        await asyncio.sleep(0.05)


async def test_one_ledger_counts_the_runs_of_every_door(
    priced: LiveServer, upstream: FakeUpstream, key: str
) -> None:
    upstream.reply("Me.", usage=USED, always=True)
    doors = [*(HTTP[name] for name in ("SSE", "multipart", "chat")), followed]
    for number, door in enumerate(doors, 1):
        door(priced.url, key)
        while (total := (await report(priced.url, key)).total).runs < number:
            await asyncio.sleep(0.05)
        assert total.amount == number * COST
    assert isinstance(await chat(priced.url, key), ChatReply)
    assert (await report(priced.url, key)).total.amount == (len(doors) + 1) * COST


def followed(url: str, key: str) -> None:
    with subscribed(url, key):
        pass
