"""`parley doctor`: checks what `serve` needs, one line each, and says what to do about failures."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import urlsplit

from api.app import provider_config
from api.assistants.catalog import AssistantCatalog
from api.assistants.persona import PersonaError
from api.frontends import FRONTENDS
from api.providers.base import ModelRequest, Provider, Turn
from api.providers.errors import (
    ModelMisconfiguredError,
    ModelNotFoundError,
    ModelTimedOutError,
    ModelUnavailableError,
    ProviderError,
)
from api.providers.registry import create_provider
from api.runs.log import StoreUnavailableError
from api.runs.stores import open_store
from api.serve import PortTakenError, listen
from api.settings import Settings, SettingsError, load_settings
from api.transport.graphiql import BUNDLE

OLDEST_PYTHON = (3, 11)
MODEL_SECONDS = 60.0
"""How long the model may take for its tiny reply; the embedded one loads its weights first."""


class _Fault(Exception):
    """`str()` is what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    look: Callable[[], str]
    needed: bool = True
    """False for what `serve` can do without."""


def examine() -> int:
    """Print a line for each check; returns 1 if anything that `serve` needs is broken."""
    try:
        settings = load_settings()
    except SettingsError as error:
        _print("FAIL", "settings", str(error))
        return 1
    _print("ok", "settings", f"provider {settings.provider_name}")
    broken = [check for check in _checks(settings) if not _passes(check)]
    return 1 if any(check.needed for check in broken) else 0


def _passes(check: _Check) -> bool:
    try:
        _print("ok", check.name, check.look())
    except _Fault as fault:
        _print("FAIL" if check.needed else "warn", check.name, str(fault))
        return False
    return True


def _print(verdict: str, name: str, words: str) -> None:
    print(f"{verdict:4}  {name:14} {words}", flush=True)


def _checks(settings: Settings) -> Iterator[_Check]:
    yield _Check("python", _python)
    yield _Check("assistants", lambda: _assistants(settings))
    yield _Check("data directory", lambda: asyncio.run(_store(settings)))
    yield _Check("model", lambda: asyncio.run(_model(settings)))
    yield _Check("port", lambda: _port(settings.host, settings.port, "PARLEY_PORT"))
    yield _Check(
        "Gradio port",
        lambda: _port(settings.host, settings.gradio_port, "PARLEY_GRADIO_PORT"),
        needed=False,
    )
    yield _Check("Gradio page", _gradio, needed=False)
    yield _Check("frontends", _frontends, needed=False)
    yield _Check("GraphiQL", _graphiql, needed=False)


def _python() -> str:
    version = sys.version.split()[0]
    if sys.version_info < OLDEST_PYTHON:
        raise _Fault(f"Python {version} is too old; install 3.11 or newer.")
    return version


def _assistants(settings: Settings) -> str:
    try:
        catalog = AssistantCatalog(settings.assistants_dir, "default")
    except PersonaError as error:
        raise _Fault(f"{error}. Mend it, or set PARLEY_ASSISTANTS_DIR.") from None
    if catalog.faults:
        raise _Fault("; ".join(catalog.faults.values()))
    return ", ".join(assistant.name for assistant in catalog.all())


async def _store(settings: Settings) -> str:
    store = open_store(settings.run_log, settings.data_dir)
    await store.open()
    try:
        await store.check()
    except StoreUnavailableError as error:
        raise _Fault(
            f"{settings.data_dir}: {error}. Free disk space, mend the rights, or set "
            "PARLEY_DATA_DIR."
        ) from None
    finally:
        await store.close()
    return f"{settings.data_dir} is writable"


async def _model(settings: Settings) -> str:
    """One tiny real call."""
    try:
        provider = create_provider(provider_config(settings))
    except ProviderError as error:
        raise _Fault(f"{error} {_remedy(error, settings)}".rstrip()) from None
    except ValueError as error:
        raise _Fault(str(error)) from None
    try:
        async with asyncio.timeout(MODEL_SECONDS):
            said = await _ask(provider)
    except ProviderError as error:
        raise _Fault(f"{error} {_remedy(error, settings)}".rstrip()) from None
    except TimeoutError:
        raise _Fault(f"no answer within {MODEL_SECONDS:g} seconds; is it loading?") from None
    finally:
        await provider.aclose()
    return f"{provider.name} {provider.default_model} answers ({said} characters)"


def _remedy(error: ProviderError, settings: Settings) -> str:
    """What to do about it; empty where the error itself says so."""
    if settings.provider_name != "openai":
        return ""
    place = urlsplit(settings.openai_base_url or "").hostname or "OpenAI"
    match error:
        case ModelUnavailableError() | ModelTimedOutError():
            return f"Is {place} up, and the right place? OPENAI_BASE_URL says where to ask."
        case ModelMisconfiguredError():
            return f"Set OPENAI_API_KEY to a key of {place}, or mend OPENAI_BASE_URL."
        case ModelNotFoundError():
            return f"Set PARLEY_MODEL to a model that {place} serves."
    return ""


async def _ask(provider: Provider) -> int:
    request = ModelRequest(provider.default_model, [Turn("user", "Say hi.")], {"max_tokens": 16})
    async with aclosing(provider.stream(request)) as parts:
        return sum([len(part) async for part in parts if isinstance(part, str)])


def _port(host: str, port: int, setting: str) -> str:
    try:
        listen(host, port, setting).close()
    except PortTakenError as error:
        raise _Fault(str(error)) from None
    return f"{host}:{port} is free"


def _gradio() -> str:
    if lack := FRONTENDS["gradio"].lack:
        raise _Fault(lack.replace("\n", " "))
    return "installed"


def _frontends() -> str:
    """Those that can be started; the others come with the extra of their name."""
    here = [name for name, row in FRONTENDS.items() if not row.lack]
    others = ", ".join(name for name in FRONTENDS if name not in here)
    hint = f"; not installed: {others} (`parley frontend NAME` says how)" if others else ""
    return f"{', '.join(here)}{hint}"


def _graphiql() -> str:
    if not (BUNDLE / "index.html").exists():
        raise _Fault("not built; run `make graphiql`.")
    return "built"
