"""Settings are drawn from the contract, and only what was changed is sent."""

from dataclasses import replace
from typing import Any

import pytest

from clients.python import (
    CONTROLS,
    Assistant,
    Control,
    ControlDefault,
    ControlKind,
    InvalidValueError,
    Panel,
)


def control(path: str, kind: str = "TEXT", **changes: Any) -> Control:
    blank = Control(
        path=path,
        kind=ControlKind(kind),
        label=path.title(),
        order=1,
        description="",
        value_type="String",
        required=False,
        min=None,
        max=None,
        step=None,
        max_length=None,
        choices=[],
    )
    return replace(blank, **changes)


def assistant(**defaults: str) -> Assistant:
    return Assistant(
        id="a",
        name="A",
        description="",
        greeting="",
        starters=[],
        question_length_limit=None,
        model="m",
        is_default=True,
        defaults=[ControlDefault(path=f"settings.{p}", value=v) for p, v in defaults.items()],
    )


SLIDER = control("settings.heat", "SLIDER", value_type="Float", min=0.0, max=2.0, step=0.1)
STEPS = control("settings.steps", "SLIDER", value_type="Int", min=1.0, max=9.0, order=2)
CHOICE = control("settings.voice", "CHOICE", choices=["loud", "low"], order=3)
SWITCH = control("settings.terse", "SWITCH", value_type="Boolean", order=4)
TEXT = control("settings.tone", "TEXT_AREA", max_length=9, order=5)
COUNT = control("settings.count", "NUMBER", value_type="Int", order=6)
ALL = [COUNT, TEXT, SWITCH, CHOICE, STEPS, SLIDER]


def test_every_control_of_the_contract_is_a_setting_or_the_message_itself() -> None:
    """`Panel` draws settings only, so another control would never be seen."""
    others = [c.path for c in CONTROLS if not c.path.startswith("settings.")]
    assert others == ["history.content"]


def test_controls_are_drawn_in_order_without_the_message() -> None:
    message = control("history.content", "TEXT_AREA", order=0)
    panel = Panel.of([message, *ALL])
    paths = [c.path.removeprefix("settings.") for c in panel.controls]
    assert paths == ["heat", "steps", "voice", "terse", "tone", "count"]


def test_without_a_server_the_generated_controls_are_drawn() -> None:
    assert [c.path for c in Panel.of().controls] == [
        c.path for c in CONTROLS if c.path.startswith("settings.")
    ]


def test_a_setting_that_the_server_does_not_serve_is_not_drawn() -> None:
    assert [c.path for c in Panel.of([TEXT]).controls] == ["settings.tone"]


def test_controls_newer_than_the_client_are_drawn_and_sent() -> None:
    new = control("settings.deep.newest", "DIAL", value_type="Float")
    panel = Panel.of([new])
    assert panel.controls[0].kind is ControlKind.TEXT
    assert panel.settings({"settings.deep.newest": "0.5"}) == {"deep": {"newest": 0.5}}


def test_nothing_is_sent_of_what_is_left_as_it_was_drawn() -> None:
    panels = [Panel.of(ALL), Panel.of(ALL, assistant(heat="0.3", steps="4", terse="true"))]
    for panel in panels:
        assert panel.settings({c.path: c.shown for c in panel.controls}) == {}
        assert panel.settings({}) == {}
        assert panel.settings([None] * len(ALL)) == {}


def test_what_is_shown_first_is_the_assistants_default() -> None:
    panel = Panel.of(ALL, assistant(heat="0.3", steps="4", voice="low", terse="true", tone="dry"))
    assert [c.shown for c in panel.controls] == [0.3, 4, "low", True, "dry", None]
    assert [c.shown for c in Panel.of(ALL).controls] == [0.0, 1, "", False, "", None]


@pytest.mark.parametrize(
    ("drawn", "sent"),
    [
        ({"settings.heat": 1}, {"heat": 1.0}),
        ({"settings.heat": "0.7"}, {"heat": 0.7}),
        ({"settings.heat": 0.3, "settings.steps": 5.0}, {"steps": 5}),
        ({"settings.steps": "6"}, {"steps": 6}),
        ({"settings.voice": "loud"}, {"voice": "loud"}),
        ({"settings.voice": ""}, {}),
        ({"settings.terse": True}, {"terse": True}),
        ({"settings.terse": "on"}, {"terse": True}),
        ({"settings.tone": "dry"}, {"tone": "dry"}),
        ({"settings.count": 0}, {"count": 0}),
        ({"settings.nobody": 1}, {}),
    ],
)
def test_what_was_changed_is_sent_in_its_type(drawn: dict[str, Any], sent: dict[str, Any]) -> None:
    settings = Panel.of(ALL, assistant(heat="0.3")).settings(drawn)
    assert settings == sent
    assert [type(v) for v in settings.values()] == [type(v) for v in sent.values()]


def test_switching_off_what_the_assistant_switches_on_is_sent() -> None:
    panel = Panel.of([SWITCH], assistant(terse="true"))
    assert panel.settings({"settings.terse": False}) == {"terse": False}


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("heat", "hot", "Settings.Heat takes a number."),
        ("heat", float("nan"), "Settings.Heat takes a number."),
        ("heat", float("inf"), "Settings.Heat takes a number."),
        ("heat", [1], "Settings.Heat takes a number."),
        ("steps", 1.5, "Settings.Steps takes a whole number."),
        ("steps", float("inf"), "Settings.Steps takes a whole number."),
        ("terse", "perhaps", "Settings.Terse takes on or off."),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_with_its_control(
    path: str, value: Any, told: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Panel.of(ALL).settings({f"settings.{path}": value})
    assert (caught.value.path, caught.value.sentence) == (f"settings.{path}", told)


def test_a_choice_offers_not_choosing_unless_the_assistant_has_chosen() -> None:
    (free,) = Panel.of([CHOICE]).controls
    assert free.options == [("Default", ""), ("loud", "loud"), ("low", "low")]
    (set_,) = Panel.of([CHOICE], assistant(voice="low")).controls
    assert set_.options == [("loud", "loud"), ("low", "low")]
    (odd,) = Panel.of([CHOICE], assistant(voice="shrill")).controls
    assert odd.options[-1] == ("shrill", "shrill")


def test_bounds_of_whole_numbers_are_whole() -> None:
    (steps,) = Panel.of([STEPS]).controls
    bounds = (steps.min, steps.max, steps.step)
    assert bounds == (1, 9, 1)
    assert {type(bound) for bound in bounds} == {int}


def test_the_message_length_is_the_contracts() -> None:
    assert Panel.of().message_length == 32768
