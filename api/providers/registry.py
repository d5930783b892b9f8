"""The table of model providers. To add one: a module with `from_config`, and a row here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import cast

from api.providers.base import Provider


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What a provider is built from; each takes what concerns it. Timeouts are in seconds.

    `base_url` None means the provider's own address, `model` None its default model, `cache_dir`
    None the user's cache directory. `prices` says whose price list holds where the address
    doesn't tell, for example `openai` for a gateway of one's own in front of it.
    """

    name: str
    api_key: str = field(default="", repr=False)
    base_url: str | None = None
    model: str | None = None
    connect_timeout: float = 10.0
    idle_timeout: float = 60.0
    total_timeout: float = 300.0
    cache_dir: Path | None = None
    prices: str | None = None


PROVIDERS = {
    "openai": "api.providers.openai",
    "embedded": "api.providers.embedded",
    "scripted": "api.providers.scripted",
}
"""Modules by provider name, imported when needed: some take half a second to load."""


def create_provider(config: ProviderConfig) -> Provider:
    """The provider that the configuration names; ValueError where it makes no sense."""
    module = PROVIDERS.get(config.name)
    if module is None:
        raise ValueError(f"There is no provider {config.name!r}, only {', '.join(PROVIDERS)}.")
    build = cast(Callable[[ProviderConfig], Provider], import_module(module).from_config)
    return build(config)
