"""What a resolver reaches: the services of this process and who is asking."""

from dataclasses import dataclass
from typing import Any

from strawberry.types import Info as StrawberryInfo

from api.access.caller import ANYBODY, NOBODY, Caller
from api.assistants.catalog import AssistantCatalog
from api.health import HealthCheck
from api.providers.catalog import ModelCatalog
from api.readiness import Readiness
from api.runs.service import RunService
from api.runs.usage import UsageReports
from api.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root builds once for each process."""

    runs: RunService
    assistants: AssistantCatalog
    models: ModelCatalog
    health: HealthCheck
    readiness: Readiness
    usage: UsageReports
    metrics: Metrics
    longest_message: int
    """Characters that this server takes."""


@dataclass(slots=True)
class Context:
    """One request, or one WebSocket connection."""

    services: Services
    caller: Caller = NOBODY
    """Who asks: runs belong to the caller."""
    address: str = "unknown"
    """Where the request comes from, as far as trusted proxies tell."""
    last_event_id: int | None = None

    @property
    def counted_as(self) -> str:
        """Whom limits count: the caller, or the address where callers aren't told apart."""
        return self.address if self.caller is ANYBODY else self.caller.id


Info = StrawberryInfo[Context, Any]
