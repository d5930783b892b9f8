"""Rates: never more than allowed within a window, whoever counts and however many ask at once."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from fakeredis import TcpFakeServer
from redis import Redis

from api.access.allowance import Rate
from api.access.rates import (
    LibraryRates,
    Rates,
    RateStoreError,
    RatesUnavailableError,
    SqliteRates,
    open_rates,
)

OpenRates = Callable[[], Rates]


@pytest.fixture
def redis() -> Iterator[str]:
    """The address of a Redis server of this process, reached over TCP."""
    server = TcpFakeServer(("127.0.0.1", 0))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"redis://127.0.0.1:{server.server_address[1]}/0"
    # A script that this server doesn't know ends the connection; Redis says so instead.
    with Redis.from_url(address) as client:
        for script in files("limits.resources.redis.lua_scripts").iterdir():
            client.script_load(script.read_text())
    yield address
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["sqlite", "redis", "memory"])
def rates(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Rates]]:
    """Counters that share their counts, as those of several workers do; of memory only one."""
    if request.param == "memory":
        yield [LibraryRates("memory://")]
    elif request.param == "redis":
        address = request.getfixturevalue("redis")
        yield [open_rates(address, tmp_path) for _ in range(3)]
    else:
        yield [SqliteRates(tmp_path / "rates.sqlite3") for _ in range(3)]


async def test_no_more_than_the_rate_is_admitted(rates: list[Rates]) -> None:
    rate = Rate(7, 3600)
    asked = [rates[n % len(rates)].hit("ada", rate) for n in range(60)]
    waits = await asyncio.gather(*asked)
    assert waits.count(None) == 7
    assert all(3500 < wait <= 3600 for wait in waits if wait is not None)
    assert await rates[0].hit("bob", rate) is None
    for each in rates:
        await each.close()


async def test_a_place_is_free_again_when_the_window_has_moved_on(rates: list[Rates]) -> None:
    rate = Rate(1, 1)
    assert await rates[0].hit("ada", rate) is None
    while (wait := await rates[0].hit("ada", rate)) is not None:
        assert 0 <= wait <= 1
        await asyncio.sleep(wait)
    for each in rates:
        await each.close()


async def test_workers_that_begin_at_once_do_not_find_the_file_locked(tmp_path: Path) -> None:
    for number in range(40):
        workers = [SqliteRates(tmp_path / f"{number}.sqlite3") for _ in range(3)]
        waits = await asyncio.gather(*(each.hit("ada", Rate(2, 3600)) for each in workers))
        assert waits.count(None) == 2
        for each in workers:
            await each.close()


async def test_a_counter_out_of_reach_is_said(tmp_path: Path) -> None:
    nobody = open_rates("redis://127.0.0.1:9/0", tmp_path)
    with pytest.raises(RatesUnavailableError):
        await nobody.hit("ada", Rate(1, 1))
    (tmp_path / "file").write_text("")
    with pytest.raises(RatesUnavailableError):
        await SqliteRates(tmp_path / "file" / "rates.sqlite3").hit("ada", Rate(1, 1))


@pytest.mark.parametrize("address", ["", "postgres://x", "redis", "file:///etc/passwd"])
def test_an_address_of_no_store_is_named(tmp_path: Path, address: str) -> None:
    with pytest.raises(RateStoreError, match="PARLEY_RATE_STORE"):
        open_rates(address, tmp_path)
