"""Decides whether a request becomes a run: every rule that an input must keep, in one place."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from strawberry.types.base import get_object_definition

from api.assistants.catalog import AssistantCatalog
from api.assistants.persona import Persona
from api.contract.problems import (
    InputTooLong,
    InvalidInput,
    StartProblem,
    UnknownAssistant,
    UnknownModel,
)
from api.contract.rules import broken_rule, too_long
from api.contract.types import (
    CONTENT_LIMIT,
    HISTORY_LIMIT,
    ChatInput,
    ChatSettings,
    Message,
    MessageInput,
    Role,
)
from api.providers.base import ModelRequest, Turn
from api.providers.catalog import ModelCatalog


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that keeps every rule: what to ask the model, and what to remember of it."""

    assistant_id: str
    request: ModelRequest
    history: list[Message]
    digest: str


class Admission:
    """Checks inputs against the contract's rules, the assistants and the models.

    `most_messages` and `most_characters` (of a message) may be less than the contract allows.
    """

    def __init__(
        self,
        assistants: AssistantCatalog,
        models: ModelCatalog,
        most_messages: int = HISTORY_LIMIT,
        most_characters: int = CONTENT_LIMIT,
    ) -> None:
        self._assistants = assistants
        self._models = models
        self._most_messages = most_messages
        self._most_characters = most_characters

    def admit(self, input: ChatInput) -> Admitted | StartProblem:
        """What the run will do, or the first rule that the input breaks."""
        problem = broken_rule(input) or self._too_much(input) or _broken_history(input.history)
        if problem:
            return problem
        persona = self._assistants.find(input.assistant_id)
        if persona is None:
            return self._unknown_assistant(str(input.assistant_id))
        settings = _merged(persona.settings, input.settings)
        chosen = settings.pop("model", None)
        model = chosen or persona.model or self._models.default
        if model not in self._models.available():
            return self._unknown_model(model)
        return _too_long_for(persona, input.history) or Admitted(
            assistant_id=persona.id,
            request=ModelRequest(
                model,
                _turns(persona.prompt, input.history),
                settings,
                # Nobody stands in for the model that a client chose: it may cost more.
                () if chosen else persona.fallback_models,
            ),
            history=[Message(role=m.role, content=m.content) for m in input.history],
            digest=_digest(input),
        )

    def _too_much(self, input: ChatInput) -> InputTooLong | None:
        """Where this server takes less than the contract allows."""
        if (messages := len(input.history)) > self._most_messages:
            return too_long("history", messages, self._most_messages, "entries")
        for index, message in enumerate(input.history):
            if (length := len(message.content)) > self._most_characters:
                where = f"history.{index}.content"
                return too_long(where, length, self._most_characters, "characters")
        return None

    def _unknown_assistant(self, assistant_id: str) -> UnknownAssistant:
        available = self._assistants.ids()
        return UnknownAssistant(
            assistant_id=assistant_id,  # type: ignore[arg-type]
            available=available,
            reason=f"There is no such assistant. There are: {', '.join(available)}.",
            retryable=False,
        )

    def _unknown_model(self, model: str) -> UnknownModel:
        available = self._models.available()
        return UnknownModel(
            model=model,
            available=available,
            reason=f"This server doesn't offer that model. It offers: {', '.join(available)}.",
            retryable=False,
        )


def _broken_history(history: Sequence[MessageInput]) -> InvalidInput | None:
    if not history:
        return _invalid("history", "`history` is empty. Send at least the user's question.")
    last = len(history) - 1
    if history[-1].role is not Role.USER:
        return _invalid(f"history.{last}.role", "The last message must be the user's (`USER`).")
    if not history[-1].content.strip():
        return _invalid(f"history.{last}.content", "The question is empty. Write something.")
    return None


def _too_long_for(persona: Persona, history: Sequence[MessageInput]) -> InputTooLong | None:
    limit, actual = persona.question_length_limit, len(history[-1].content)
    if limit is None or actual <= limit:
        return None
    return InputTooLong(
        field=f"history.{len(history) - 1}.content",
        limit=limit,
        actual=actual,
        reason=f"The question has {actual} characters; {persona.name} takes at most {limit}. "
        "Shorten it.",
        retryable=False,
    )


def _invalid(field: str, reason: str) -> InvalidInput:
    return InvalidInput(field=field, reason=reason, retryable=False)


def _turns(prompt: str, history: Sequence[MessageInput]) -> list[Turn]:
    said = [Turn("user" if m.role is Role.USER else "assistant", m.content) for m in history]
    return [Turn("system", prompt), *said]


def _merged(defaults: ChatSettings, chosen: ChatSettings | None) -> dict[str, Any]:
    return {**_set_values(defaults), **(_set_values(chosen) if chosen else {})}


def _set_values(settings: ChatSettings) -> Mapping[str, Any]:
    fields = get_object_definition(ChatSettings, strict=True).fields
    values = {field.python_name: getattr(settings, field.python_name) for field in fields}
    return {name: value for name, value in values.items() if value is not None}


def _digest(input: ChatInput) -> str:
    asked = (input.history, input.assistant_id, input.settings)
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()
