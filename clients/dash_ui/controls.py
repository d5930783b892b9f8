"""The settings as Dash components; none is named here, the contract tells which there are."""

import json
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from clients.python import ControlKind, PanelControl


def place(control: PanelControl) -> dict[str, str]:
    """The id of the control's component."""
    return {"type": "control", "index": control.path.replace(".", "-")}


def drawn(control: PanelControl, value: Any) -> Component:
    """The control with its label and what it is for."""
    where, value = place(control), control.shown if value is None else value
    # What Dash makes of such an id in the page.
    name = json.dumps(where, sort_keys=True, separators=(",", ":"))
    parts = [html.Label(control.label, htmlFor=name), _field(control, value)]
    if control.kind == ControlKind.SLIDER:
        told = {**where, "type": "told"}
        parts.append(html.Span(str(value), id=told, **{"aria-hidden": "true"}))
    return html.Div([*parts, html.P(control.description)], className="control")


def _field(control: PanelControl, value: Any) -> Component:
    about: dict[str, Any] = {"id": place(control), "value": value}
    bounds: dict[str, Any] = {"min": control.min, "max": control.max, "step": control.step or "any"}
    match control.kind:
        case ControlKind.SLIDER:
            return dbc.Input(type="range", **bounds, **about)
        case ControlKind.NUMBER:
            return dbc.Input(type="number", **bounds, **about)
        case ControlKind.CHOICE:
            options = [{"label": label, "value": value} for label, value in control.options]
            return dbc.Select(options, **about)
        case ControlKind.SWITCH:
            return dbc.Switch(**about)
        case ControlKind.TEXT_AREA:
            return dbc.Textarea(rows=4, maxlength=control.max_length, **about)
    return dbc.Input(type="text", maxlength=control.max_length, **about)
