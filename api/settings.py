"""Settings of the server: environment variables or `.env`, checked before anything starts."""

import difflib
import os
import re
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from api.access.addresses import is_loopback, is_safe
from api.access.allowance import Budget, Rate
from api.limit_settings import LimitSettings

PREFIX = "PARLEY_"
OTHERS = ("PARLEY_API", "PARLEY_API_KEY", "PARLEY_CHROMIUM", "PARLEY_NGINX", "PARLEY_TOKEN")
"""Names that belong to the frontends and the tests; no settings of the server."""
PACKAGED_ASSISTANTS = Path(__file__).parent / "assistants"


class SettingsError(Exception):
    """A setting is unknown or invalid; `str()` names each one and the fix, a line each."""


class Settings(LimitSettings):
    """Every setting with its default. The descriptions are the README's settings table."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=True,
    )

    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias="OPENAI_API_KEY",
        description="Key of the model's server. Never logged.",
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias="OPENAI_BASE_URL",
        pattern=r"^https?://",
        description="Any OpenAI-compatible server: Ollama, vLLM, llama.cpp …",
    )
    provider: Literal["openai", "embedded", "scripted"] | None = Field(
        None,
        description="Which provider answers. Where absent: `openai` if a key or base URL is set, "
        "else `embedded`.",
    )
    model: str | None = Field(None, max_length=200, description="The default model.")
    models: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further models that clients may choose, separated by commas."
    )
    prices: str | None = Field(
        None,
        max_length=40,
        description="Whose price list holds (`openai`, `groq`, `mistral` …) where "
        "`OPENAI_BASE_URL` doesn't tell, for example for a gateway of your own.",
    )
    cache_dir: Path | None = Field(
        None, description="Where the embedded model's weights are; your user cache where absent."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port of the API; 0 takes a free one.")
    gradio_port: int = Field(7860, ge=0, le=65535, description="Port of the Gradio page.")
    streamlit_port: int = Field(8501, ge=0, le=65535, description="Port of the Streamlit page.")
    dash_port: int = Field(8050, ge=0, le=65535, description="Port of the Dash page.")
    workers: int = Field(1, ge=1, le=64, description="Worker processes.")
    data_dir: Path = Field(
        Path(".parley"), description="Where the run log lives; made with owner-only rights."
    )
    assistants_dir: Path = Field(
        PACKAGED_ASSISTANTS, description="Folder of the assistants' TOML files."
    )
    run_log: str = Field(
        "sqlite:",
        pattern=r"^(sqlite|memory):$",
        description="`sqlite:` (durable, in the data directory) or `memory:`.",
    )
    retention_hours: float = Field(
        24, gt=0, description="How long an ended run can be read again; then its texts are erased."
    )
    lease_seconds: float = Field(
        5,
        gt=0,
        le=3600,
        description="A worker process that gave no sign of life for so long is taken for lost, "
        "and its replies end as incomplete.",
    )
    shutdown_grace_seconds: float = Field(
        20, ge=0, description="How long live replies may go on after SIGTERM."
    )
    send_timeout_seconds: float = Field(
        30,
        gt=0,
        description="A client that takes nothing for so long is disconnected; it may resume.",
    )
    connect_timeout_seconds: float = Field(
        10, gt=0, description="Longest wait for a connection to the model's server."
    )
    idle_timeout_seconds: float = Field(
        60, gt=0, description="Longest silence of the model's server within a reply."
    )
    run_timeout_seconds: float = Field(300, gt=0, description="Longest time for one reply.")
    attempts: int = Field(
        3,
        ge=1,
        le=10,
        description="How often the model's server is asked for a reply before the first word of "
        "it has come.",
    )
    longest_retry_seconds: float = Field(
        10,
        ge=0,
        description="Longest wait between two attempts; a `Retry-After` beyond it is told to the "
        "client.",
    )
    breaker_failures: int = Field(
        5, ge=1, description="After so many failures in a row a model is left alone …"
    )
    breaker_seconds: float = Field(
        10, gt=0, description="… and asked again once in so many seconds."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written."
    )
    log_format: Literal["console", "json"] = Field("console", description="Form of the log lines.")
    traces: Literal["off", "otlp"] = Field(
        "off",
        description="`otlp` sends a trace of each run to a collector, which the `OTEL_…` variables "
        "of OpenTelemetry name (needs the extra `telemetry`).",
    )
    graphiql: bool | None = Field(
        None,
        description="Serve GraphiQL at `/graphql`. Where absent: yes on a loopback address, no "
        "beyond it.",
    )
    introspection: bool | None = Field(
        None,
        description="Answer introspection queries, describe the JSON routes at `/docs`, and "
        "suggest names in errors. Where absent: yes on a loopback address, no beyond it.",
    )
    jwt_issuer: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Address of an OpenID Connect issuer, whose tokens are then accepted beside "
        "keys (needs the extra `jwt`).",
    )
    jwt_audience: str | None = Field(
        None, description="What the issuer's tokens must name as their audience."
    )
    rate_store: str = Field(
        "sqlite:",
        repr=False,
        description="Where rates are counted: `sqlite:` (in the data directory, for all workers "
        "of this machine), `memory:` (each worker by itself), or `redis://HOST:PORT/DB` for "
        "several machines (needs the extra `redis`).",
    )
    caller_budget: Annotated[Budget | None, NoDecode] = Field(
        None,
        description="What each caller may spend who has no budget of its own, like `5.00USD/day`.",
    )
    caller_rate: Annotated[Rate | None, NoDecode] = Field(
        None,
        description="How many replies each caller may ask for who has no rate of its own, like "
        "`60/min`.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins of web pages elsewhere that may call the API, separated by commas.",
    )

    @classmethod
    def settings_names(cls) -> dict[str, str]:
        """Environment variable → field name, for every setting; the limits come last."""
        ordered = sorted(cls.model_fields, key=lambda name: name in LimitSettings.model_fields)
        aliases = {name: cls.model_fields[name].validation_alias for name in ordered}
        return {str(aliases[name] or f"{PREFIX}{name}".upper()): name for name in ordered}

    @field_validator("models", "allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("openai_base_url")
    @classmethod
    def _holds_no_password(cls, value: str | None) -> str | None:
        if value and "@" in value.split("://", 1)[1].split("/", 1)[0]:
            raise ValueError("must not hold a name or password; a key belongs in OPENAI_API_KEY")
        return value

    @field_validator("jwt_issuer")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        if value and not is_safe(value):
            raise ValueError("tokens need an https address (http only on this machine)")
        return value

    @field_validator("jwt_audience")
    @classmethod
    def _goes_with_the_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("jwt_issuer") and not value:
            raise ValueError("is needed with PARLEY_JWT_ISSUER")
        return value

    @field_validator("caller_budget", mode="before")
    @classmethod
    def _budget(cls, value: object) -> object:
        return Budget.parse(value) if isinstance(value, str) else value

    @field_validator("caller_rate", mode="before")
    @classmethod
    def _rate(cls, value: object) -> object:
        return Rate.parse(value) if isinstance(value, str) else value

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not re.fullmatch(r"https?://[^/?#\s]+", origin):
                raise ValueError(f"{origin!r} is no origin; write it like https://chat.example")
        return value

    @property
    def provider_name(self) -> str:
        """The provider that answers, after the rule in `provider`'s description."""
        if self.provider:
            return self.provider
        return "openai" if self.openai_api_key or self.openai_base_url else "embedded"

    @property
    def is_local(self) -> bool:
        """True where the server listens on addresses that only its own machine reaches."""
        return is_loopback(self.host)

    @property
    def serves_graphiql(self) -> bool:
        return self.is_local if self.graphiql is None else self.graphiql

    @property
    def answers_introspection(self) -> bool:
        return self.is_local if self.introspection is None else self.introspection


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Settings from the environment and `env_file`; raises `SettingsError` for what is wrong."""
    unknown = _unknown_names({*os.environ, *(dotenv_values(env_file) if env_file else ())})
    try:
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsError("\n".join([*unknown, *_sentences(error)])) from None
    if unknown:
        raise SettingsError("\n".join(unknown))
    return settings


def _unknown_names(names: set[str]) -> list[str]:
    known = [*Settings.settings_names(), *OTHERS]
    return [
        f"{name} is not a setting." + _suggestion(name, known)
        for name in sorted(names)
        if name.startswith(PREFIX) and name not in known
    ]


def _suggestion(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else " The README lists the settings."


def _sentences(error: ValidationError) -> list[str]:
    env_names = {field: name for name, field in Settings.settings_names().items()}
    return [
        f"{env_names.get(str(fault['loc'][0]), fault['loc'][0])}: {fault['msg']}."
        for fault in error.errors(include_url=False, include_input=False)
    ]
