"""A run service over each store, with a provider that the test feeds."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from api.access.rates import LibraryRates
from api.assistants.catalog import AssistantCatalog
from api.providers.catalog import ModelCatalog
from api.runs.admission import Admission
from api.runs.allowances import Allowances
from api.runs.keeper import Keeper
from api.runs.log import RunLog
from api.runs.service import RunService
from api.runs.watching import UNOBSERVED, RunObserver
from api.settings import PACKAGED_ASSISTANTS
from tests.runs.fed_provider import FedProvider
from tests.runs.test_run_log import LOGS


@dataclass
class Stage:
    """A service, its log and the provider behind it."""

    runs: RunService
    log: RunLog
    provider: FedProvider
    keeper: Keeper


def build(log: RunLog, timeout_seconds: float = 30, observer: RunObserver = UNOBSERVED) -> Stage:
    provider = FedProvider()
    assistants = AssistantCatalog(PACKAGED_ASSISTANTS, "m")
    allowances = Allowances(LibraryRates("memory://"), provider.name)
    models = ModelCatalog("m", ("m2",), assistants.models)
    admission = Admission(assistants, models)
    runs = RunService(log, provider, admission, allowances, timeout_seconds, observer)
    return Stage(runs, log, provider, Keeper(log, runs, timedelta(hours=24), 5, observer))


@pytest.fixture(params=sorted(LOGS))
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    built = build(LOGS[request.param](tmp_path))
    await built.log.open()
    await built.keeper.open()
    yield built
    await built.runs.drain(0)
    await built.keeper.close()
    await built.log.close()
