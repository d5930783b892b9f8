"""An assistant's file: the TOML keys, their rules, and errors that name file, line and key."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SkipValidation,
    ValidationError,
    model_validator,
)
from strawberry.types.base import get_object_definition

from api.contract.rules import broken_rule, camel
from api.contract.types import CONTENT_LIMIT, Assistant, ChatSettings, ControlDefault


class PersonaError(Exception):
    """An assistant's file is not usable; `str()` says where and what."""


class Persona(BaseModel):
    """One assistant as its file tells it. `id` is the file's name without `.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    name: str = Field(min_length=1, max_length=80)
    description: str = Field("", max_length=500)
    prompt: str = Field(min_length=1, max_length=CONTENT_LIMIT)
    greeting: str = Field("", max_length=2000)
    starters: tuple[str, ...] = Field((), max_length=12)
    question_length_limit: int | None = Field(None, ge=1, le=CONTENT_LIMIT)
    default: bool = False
    model: str | None = Field(None, min_length=1, max_length=200)
    fallback_models: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        (), max_length=8
    )
    settings: SkipValidation[ChatSettings] = ChatSettings()

    @model_validator(mode="after")
    def _starters_fit(self) -> "Persona":
        limit = self.question_length_limit or CONTENT_LIMIT
        for starter in self.starters:
            if not 0 < len(starter) <= limit:
                raise ValueError(
                    f"starter {starter!r} has {len(starter)} characters; 1 to {limit} fit"
                )
        return self

    def described(self, model: str, is_default: bool) -> Assistant:
        """The part of it that clients may see; the prompt stays here."""
        return Assistant(
            id=self.id,  # type: ignore[arg-type]
            name=self.name,
            description=self.description,
            greeting=self.greeting,
            starters=list(self.starters),
            question_length_limit=self.question_length_limit,
            model=self.model or model,
            defaults=_defaults(self.settings),
            is_default=is_default,
        )


def read_persona(path: Path) -> Persona:
    """The assistant of one file; raises `PersonaError` that names file, line and key."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
        raw["settings"] = _settings(raw.get("settings", {}))
        return Persona.model_validate({**raw, "id": path.stem})
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        sentences = [_sentence(path, text, fault["loc"], fault["msg"]) for fault in faults]
        raise PersonaError("; ".join(sentences)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PersonaError(f"{path.name}: {error}") from None
    except _SettingError as error:
        raise PersonaError(_sentence(path, text, (error.key,), str(error))) from None


class _SettingError(Exception):
    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def _settings(table: Any) -> ChatSettings:
    """`[settings]` of the file, held to the same rules as a client's settings."""
    known = [f.python_name for f in get_object_definition(ChatSettings, strict=True).fields]
    for key in table:
        if key not in known:
            raise _SettingError(key, f"unknown setting; there are {', '.join(known)}")
    for key, value in table.items():
        try:
            settings = msgspec.convert({key: value}, ChatSettings)
        except msgspec.ValidationError as error:
            raise _SettingError(key, str(error).partition(" - at ")[0]) from None
        if problem := broken_rule(settings):
            raise _SettingError(key, problem.reason)
    return msgspec.convert(table, ChatSettings)


def _sentence(path: Path, text: str, where: tuple[int | str, ...], message: str) -> str:
    key = str(where[0]) if where else ""
    line = _line_of(text, key)
    place = f"{path.name}:{line}" if line else path.name
    return f"{place}: {key}: {message}" if key else f"{place}: {message}"


def _line_of(text: str, key: str) -> int | None:
    found = re.search(rf"^\s*{re.escape(key)}\s*=", text, re.MULTILINE) if key else None
    return text.count("\n", 0, found.end()) + 1 if found else None


def _defaults(settings: ChatSettings) -> list[ControlDefault]:
    fields = get_object_definition(ChatSettings, strict=True).fields
    values = {camel(f.python_name): getattr(settings, f.python_name) for f in fields}
    return [
        ControlDefault(path=f"settings.{name}", value=_as_text(value))
        for name, value in values.items()
        if value is not None
    ]


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
