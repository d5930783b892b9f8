"""Whether the server is well: its model, its store and its assistants."""

import asyncio
from importlib.metadata import version

from api.assistants.catalog import AssistantCatalog
from api.contract import CONTRACT_VERSION
from api.contract.types import Health, ModelHealth, StoreHealth
from api.providers.base import Provider
from api.providers.errors import ProviderError
from api.runs.log import RunLog, StoreUnavailableError

CHECK_SECONDS = 5.0
"""A part that does not answer within this time counts as not well."""

EMBEDDED_HINT = (
    "This is a small model inside the server, good for trying things out. For better answers set "
    "OPENAI_API_KEY, or OPENAI_BASE_URL and PARLEY_MODEL (Ollama, vLLM, llama.cpp …), and restart."
)


class HealthCheck:
    """Asks the model and the store at each call; both answer within `CHECK_SECONDS` or are ill."""

    def __init__(
        self,
        provider: Provider,
        run_log: RunLog,
        assistants: AssistantCatalog,
        default_model: str,
    ) -> None:
        self._provider = provider
        self._log = run_log
        self._assistants = assistants
        self._default_model = default_model

    async def __call__(self) -> Health:
        model, store = await asyncio.gather(self._model(), self._store())
        notices = sorted(self._assistants.faults.values())
        well = model.reachable and store.writable and not notices
        return Health(
            status="OK!" if well else "DEGRADED",
            version=version("parley"),
            contract_version=CONTRACT_VERSION,
            model=model,
            store=store,
            notices=notices,
        )

    async def _model(self) -> ModelHealth:
        embedded = self._provider.name == "embedded"
        fault = await self._model_fault()
        return ModelHealth(
            provider=self._provider.name,
            model=self._default_model,
            reachable=fault is None,
            embedded=embedded,
            hint=fault or (EMBEDDED_HINT if embedded else None),
        )

    async def _model_fault(self) -> str | None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._provider.check()
        except ProviderError as error:
            return str(error)
        except TimeoutError:
            return f"The model's server did not answer within {CHECK_SECONDS:g} seconds."
        return None

    async def _store(self) -> StoreHealth:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._log.check()
        except (StoreUnavailableError, TimeoutError):
            hint = "Free disk space, and check the rights of the data directory (PARLEY_DATA_DIR)."
            return StoreHealth(kind=self._log.kind, writable=False, hint=hint)
        return StoreHealth(kind=self._log.kind, writable=True, hint=None)
