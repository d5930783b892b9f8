"""The settings as Dash components; none is named here, the contract tells which there are."""

import json
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from clients.python import ControlKind, PanelControl
from clients.python.pages.visit import Visit

_UNCHOSEN = "-"
"""Stands for the empty value, which Dash's choices show as nothing."""


def of(path: Any, part: str = "control") -> dict[str, Any]:
    """The id of a part of the control at `path`."""
    return {"part": part, "path": path}


def read(visit: Visit, drawn: list[Any]) -> None:
    """Take the values that the components show, in the order of the visit's controls."""
    # None is drawn before the API was met.
    for control, value in zip(visit.panel.controls, drawn, strict=False):
        is_default = control.kind == ControlKind.CHOICE and value == _UNCHOSEN
        visit.values[control.path] = "" if is_default else value


def drawn(control: PanelControl, value: Any) -> Component:
    """The control with its label and what it is for."""
    where, value = of(control.path), control.shown if value is None else value
    # What Dash makes of such an id in the page.
    name = json.dumps(where, sort_keys=True, separators=(",", ":"))
    parts = [html.Label(control.label, htmlFor=name), _field(control, value)]
    if control.kind == ControlKind.SLIDER:
        parts.append(html.Span(str(value), id=of(control.path, "told")))
    return html.Div([*parts, html.P(control.description)], className="control")


def _field(control: PanelControl, value: Any) -> Component:
    about: dict[str, Any] = {"id": of(control.path), "value": value}
    bounds = {"min": control.min, "max": control.max, "step": control.step or "any"}
    field: Component
    match control.kind:
        case ControlKind.SLIDER:
            field = dbc.Input(type="range", **bounds, **about)
        case ControlKind.NUMBER:
            field = dbc.Input(type="number", **bounds, **about)
        case ControlKind.CHOICE:
            options = [{"label": label, "value": v or _UNCHOSEN} for label, v in control.options]
            field = dbc.Select(options, **{**about, "value": value or _UNCHOSEN})
        case ControlKind.SWITCH:
            field = dbc.Switch(**about)
        case ControlKind.TEXT_AREA:
            field = dbc.Textarea(rows=4, maxlength=control.max_length, **about)
        case _:
            field = dbc.Input(type="text", maxlength=control.max_length, **about)
    return field
