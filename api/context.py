"""What a resolver reaches: the services of this process and who is asking."""

from dataclasses import dataclass, field
from typing import Any

from strawberry.types import Info as StrawberryInfo

from api.assistants.catalog import AssistantCatalog
from api.health import HealthCheck
from api.providers.catalog import ModelCatalog
from api.runs.service import RunService

ANYBODY = "anybody"
"""The caller of a server without keys."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root builds once for each process."""

    runs: RunService
    assistants: AssistantCatalog
    models: ModelCatalog
    health: HealthCheck


@dataclass(slots=True)
class Context:
    """One request, or one WebSocket connection."""

    services: Services
    caller: str = ANYBODY
    connection_params: dict[str, object] = field(default_factory=dict)
    last_event_id: int | None = None


Info = StrawberryInfo[Context, Any]
