"""The composition root: the only place that knows concrete classes."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.gate import Gate, Tokens
from api.access.key_ring import KeyRing
from api.access.key_store import KeyStore
from api.access.rates import open_rates
from api.assistants.catalog import AssistantCatalog
from api.context import Services
from api.health import HealthCheck
from api.logs import RequestIds, configure_logs
from api.providers import prices
from api.providers.base import Provider
from api.providers.catalog import ModelCatalog
from api.providers.errors import ProviderError
from api.providers.registry import ProviderConfig, create_provider
from api.providers.steady import Patience, SteadyProvider
from api.readiness import Readiness
from api.runs.admission import Admission
from api.runs.allowances import Allowances
from api.runs.keeper import Keeper
from api.runs.service import RunService
from api.runs.stores import open_store
from api.runs.usage import UsageReports
from api.runs.watching import Observers
from api.settings import Settings, SettingsError, load_settings
from api.telemetry.metrics import Metrics
from api.telemetry.pulse import Pulse
from api.transport.doors import GRAPHQL, open_doors

if TYPE_CHECKING:
    from api.telemetry.traces import Traces

log = structlog.get_logger(__name__)


COLLECT_AFTER = (10_000, 20, 20)
"""New objects before the collector looks at the youngest, and rounds before it looks at older."""


class Application(FastAPI):
    """FastAPI, but requests for the paths of `direct` go there without passing its layers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.direct: dict[str, ASGIApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self.direct.get(scope.get("path", ""), super().__call__)
        await door(scope, receive, send)


def create_app(settings: Settings | None = None, provider: Provider | None = None) -> FastAPI:
    """The ASGI application. Tests pass settings and a provider; servers read their own."""
    settings = settings or load_settings()
    configure_logs(settings.log_level, settings.log_format)
    provider = provider or asked_provider(settings)
    run_log = open_store(settings.run_log, settings.data_dir)
    assistants = AssistantCatalog(settings.assistants_dir, provider.default_model)
    models = ModelCatalog(provider.default_model, settings.models, assistants.models)
    admission = Admission(
        assistants, models, settings.history_messages, settings.message_characters
    )
    rates = open_rates(settings.rate_store, settings.data_dir)
    allowances = Allowances(rates, provider.name)
    metrics = Metrics(lambda: {*models.available(), *assistants.models_and_fallbacks()})
    traces = _traces(settings)
    observer = Observers(metrics, traces) if traces else metrics
    runs = RunService(
        run_log, provider, admission, allowances, settings.run_timeout_seconds, observer
    )
    retention = timedelta(hours=settings.retention_hours)
    keeper = Keeper(run_log, runs, retention, settings.lease_seconds, observer)
    pulse = Pulse(metrics, run_log)
    gate = create_gate(settings)
    health = HealthCheck(provider, run_log, assistants, provider.default_model)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None, None]:
        await run_log.open()
        await keeper.open()
        await gate.open()
        await pulse.open()
        warming = asyncio.create_task(_warm_up(provider))
        yield
        warming.cancel()
        await runs.drain(0)
        await pulse.close()
        await gate.close()
        await rates.close()
        await keeper.close()
        await run_log.close()
        await provider.aclose()
        if traces:
            await traces.close()

    services = Services(
        runs=runs,
        assistants=assistants,
        models=models,
        health=health,
        readiness=Readiness(health, runs),
        metrics=metrics,
        usage=UsageReports(run_log, gate.name_of),
        longest_message=settings.message_characters,
    )
    described = "/openapi.json" if settings.answers_introspection else None
    app = Application(
        title="Parley", lifespan=lifespan, openapi_url=described, docs_url=None, redoc_url=None
    )
    app.state.services = services
    app.direct[GRAPHQL] = RequestIds(open_doors(app, services, gate, settings))
    app.add_middleware(RequestIds)
    if traces:
        app.direct[GRAPHQL] = traces.incoming(app.direct[GRAPHQL])
        app.add_middleware(traces.incoming)
    return app


def create_gate(settings: Settings) -> Gate:
    """Who may use the server; raises `KeyStoreError` where the keys cannot be read."""
    return Gate(
        KeyRing(KeyStore(settings.data_dir)),
        _tokens(settings),
        local=settings.is_local,
        budget=settings.caller_budget,
        rate=settings.caller_rate,
    )


def _tokens(settings: Settings) -> Tokens | None:
    if not settings.jwt_issuer or not settings.jwt_audience:
        return None
    try:
        from api.access.tokens import IssuerTokens
    except ModuleNotFoundError as missing:
        raise SettingsError(
            f"PARLEY_JWT_ISSUER needs {missing.name}: pip install 'parley[jwt]'"
        ) from None
    return IssuerTokens(settings.jwt_issuer, settings.jwt_audience)


def _traces(settings: Settings) -> "Traces | None":
    if settings.traces == "off":
        return None
    try:
        from api.telemetry.traces import Traces, TracesError
    except ModuleNotFoundError:
        raise SettingsError(
            "PARLEY_TRACES needs an extra: pip install 'parley[telemetry]'"
        ) from None
    try:
        return Traces(version("parley"))
    except TracesError as error:
        raise SettingsError(str(error)) from None


async def _warm_up(provider: Provider) -> None:
    """Ready beside the first requests what they would else wait for: weights and the price list."""
    try:
        await asyncio.gather(provider.start(), asyncio.to_thread(prices.load, provider.name))
    except ProviderError as error:
        log.error("provider.not_ready", provider=provider.name, reason=str(error))
    # Objects made at start-up live for ever; out of the collector's sight they cost no pauses.
    gc.collect()
    gc.freeze()
    # What requests leave behind is freed without the collector; looking for cycles after each 700
    # new objects, as Python does, takes a tenth of a short request.
    gc.set_threshold(*COLLECT_AFTER)


def asked_provider(settings: Settings) -> Provider:
    """The provider that the settings name; a server elsewhere is asked with patience.

    Raises `SettingsError` where they could never lead to an answer.
    """
    try:
        provider = create_provider(provider_config(settings))
    except ValueError as error:
        raise SettingsError(str(error)) from None
    if settings.provider_name != "openai":
        return provider
    patience = Patience(
        attempts=settings.attempts,
        longest_wait=settings.longest_retry_seconds,
        breaker_failures=settings.breaker_failures,
        breaker_seconds=settings.breaker_seconds,
    )
    return SteadyProvider(provider, patience)


def provider_config(settings: Settings) -> ProviderConfig:
    """What the provider needs of the settings."""
    key = settings.openai_api_key
    return ProviderConfig(
        name=settings.provider_name,
        api_key=key.get_secret_value() if key else "",
        base_url=settings.openai_base_url,
        model=settings.model,
        connect_timeout=settings.connect_timeout_seconds,
        idle_timeout=settings.idle_timeout_seconds,
        total_timeout=settings.run_timeout_seconds,
        cache_dir=settings.cache_dir,
        prices=settings.prices,
    )
