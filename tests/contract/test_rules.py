"""The server enforces the directives that frontends draw."""

import math
from typing import Any

import pytest
import strawberry

from api.contract.controls import _implied, controls
from api.contract.directives import ControlKind, Range
from api.contract.problems import InputTooLong, InvalidInput
from api.contract.rules import broken_rule, input_fields
from api.contract.types import CONTENT_LIMIT, ChatInput, ChatSettings, MessageInput, Role


def asked(content: str = "hi", key: str | None = None, **settings: Any) -> ChatInput:
    return ChatInput(
        history=[MessageInput(role=Role.USER, content=content)],
        settings=ChatSettings(**settings),
        idempotency_key=key,
    )


@pytest.mark.parametrize("temperature", [0, 0.0, 1.5, 2])
def test_a_value_within_its_range_breaks_no_rule(temperature: float) -> None:
    assert broken_rule(asked(temperature=temperature)) is None


@pytest.mark.parametrize("temperature", [-0.01, 2.01, math.nan, math.inf, -math.inf, 1e308])
def test_a_value_out_of_its_range_names_field_and_bounds(temperature: float) -> None:
    problem = broken_rule(asked(temperature=temperature))
    assert isinstance(problem, InvalidInput)
    assert problem.field == "settings.temperature"
    assert "between 0 and 2" in problem.reason
    assert not problem.retryable


def test_a_text_at_its_limit_passes_and_one_character_more_does_not() -> None:
    assert broken_rule(asked("x" * CONTENT_LIMIT)) is None
    problem = broken_rule(asked("x" * (CONTENT_LIMIT + 1)))
    assert isinstance(problem, InputTooLong)
    assert (problem.field, problem.limit, problem.actual) == (
        "history.0.content",
        CONTENT_LIMIT,
        CONTENT_LIMIT + 1,
    )


def test_length_counts_code_points_not_bytes() -> None:
    assert broken_rule(asked("😀" * CONTENT_LIMIT)) is None


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff", "nul\x00"])
def test_what_is_not_text_is_refused_by_name_of_the_field(text: str) -> None:
    problem = broken_rule(asked(text))
    assert isinstance(problem, InvalidInput)
    assert problem.field == "history.0.content"


def test_every_field_with_a_rule_is_checked_not_just_the_settings() -> None:
    problem = broken_rule(asked(key="k" * 201))
    assert isinstance(problem, InputTooLong)
    assert problem.field == "idempotencyKey"


def test_a_range_alone_makes_a_slider_named_after_the_field() -> None:
    @strawberry.input
    class Wider(ChatSettings):
        top_p: float | None = strawberry.field(default=None, directives=[Range(min=0, max=1)])

    field = next(f for f in input_fields(Wider) if f.name == "topP")
    hint = _implied(field)
    assert hint is not None
    assert (hint.kind, hint.label, hint.order) == (ControlKind.SLIDER, "Top p", 1000)


def test_controls_carry_the_rules_as_data_in_drawing_order() -> None:
    drawn = controls({"settings.model": ["a", "b"]})
    assert [c.path for c in drawn] == [
        "history.content",
        "settings.model",
        "settings.temperature",
        "settings.maxTokens",
    ]
    by_path = {c.path: c for c in drawn}
    assert by_path["settings.model"].choices == ["a", "b"]
    temperature = by_path["settings.temperature"]
    assert (temperature.min, temperature.max, temperature.step) == (0, 2, 0.1)
    assert (temperature.value_type, temperature.required) == ("Float", False)
    assert by_path["history.content"].max_length == CONTENT_LIMIT
