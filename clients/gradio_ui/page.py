"""The page's parts and where they stand. What they show is decided in `painting`."""

from dataclasses import dataclass, fields
from typing import Any

import gradio as gr

from clients.python import ControlKind, Panel, PanelControl
from clients.python.pages.texts import TITLE
from clients.python.pages.visit import Visit

_COST = '<div class="cost" role="status" aria-live="off" aria-label="Session cost">${value}</div>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The components that events read or paint."""

    blocks: gr.Blocks
    visit: gr.State
    saved: gr.Textbox
    linked_run: gr.Textbox
    assistant: gr.Dropdown
    controls: dict[str, gr.components.Component]
    newest_first: gr.Checkbox
    theme: gr.Button
    heading: gr.HTML
    growing_above: gr.HTML
    settled: gr.HTML
    growing_below: gr.HTML
    announcement: gr.HTML
    trouble: gr.Row
    problem: gr.HTML
    retry: gr.Button
    starters: gr.Dataset
    message: gr.Textbox
    send: gr.Button
    stop: gr.Button
    limit: gr.Number
    counter: gr.HTML
    cost: gr.HTML
    regenerate: gr.Button
    clear: gr.Button
    csv: gr.Button
    json: gr.Button
    download: gr.Textbox

    @property
    def painted(self) -> list[Any]:
        """Every component that an event may change."""
        parts = (getattr(self, part.name) for part in fields(self))
        shown = [part for part in parts if isinstance(part, gr.components.Component | gr.Row)]
        return [part for part in shown if part is not self.visit] + list(self.controls.values())


def build_page() -> Page:
    """The empty page; nothing is asked of the API before a browser opens it."""
    with gr.Blocks(title=TITLE, fill_height=True, analytics_enabled=False) as blocks:
        parts: dict[str, Any] = {"blocks": blocks, **_memory()}
        with gr.Sidebar(label="Settings", width=300, elem_id="settings"):
            parts |= _settings()
        parts |= _conversation() | _trouble() | _composer() | _tools()
    return Page(**parts)


def drawn(control: PanelControl, value: Any) -> gr.components.Component:
    """The control as a component; as the result of an event it changes the one that is there."""
    about: dict[str, Any] = {
        "label": control.label,
        "info": control.description,
        "value": control.shown if value is None else value,
    }
    bounds: dict[str, Any] = {"minimum": control.min, "maximum": control.max}
    match control.kind:
        case ControlKind.SLIDER:
            return gr.Slider(**bounds, step=control.step, buttons=[], **about)
        case ControlKind.NUMBER:
            return gr.Number(**bounds, precision=0 if control.integer else None, **about)
        case ControlKind.CHOICE:
            return gr.Dropdown(control.options, **about)
        case ControlKind.SWITCH:
            return gr.Checkbox(**about)
    lines = 4 if control.kind == ControlKind.TEXT_AREA else 1
    return gr.Textbox(lines=lines, max_length=control.max_length, **about)


def _memory() -> dict[str, Any]:
    return {
        "visit": gr.State(Visit()),
        "saved": gr.Textbox(visible="hidden", label="Saved"),
        "linked_run": gr.Textbox(visible="hidden", label="Linked run"),
        "download": gr.Textbox(visible="hidden", label="Download"),
    }


def _settings() -> dict[str, Any]:
    assistant: gr.Dropdown = gr.Dropdown(label="Assistant", choices=[], elem_id="assistant")
    controls = {c.path: drawn(c, None) for c in Panel.of([], None).controls}
    newest_first = gr.Checkbox(label="Newest first")
    theme = gr.Button("Light or dark", size="sm")
    return {
        "assistant": assistant,
        "controls": controls,
        "newest_first": newest_first,
        "theme": theme,
    }


def _conversation() -> dict[str, Any]:
    heading = gr.HTML(f"<h1>{TITLE}</h1>", elem_id="heading")
    # The browser parses a part anew when it changes: what is settled is apart from what grows.
    with gr.Column(elem_id="conversation"):
        parts = {
            name: gr.HTML("", apply_default_css=False)
            for name in ("growing_above", "settled", "growing_below")
        }
    announcement = gr.HTML(
        "", html_template='<div aria-live="polite">${value}</div>', elem_classes="unseen"
    )
    return {"heading": heading, "announcement": announcement, **parts}


def _trouble() -> dict[str, Any]:
    with gr.Row(elem_id="trouble", visible=False) as trouble:
        problem = gr.HTML("", html_template='<div class="alert" role="alert">${value}</div>')
        retry = gr.Button("Retry", size="sm", scale=0)
    return {"trouble": trouble, "problem": problem, "retry": retry}


def _composer() -> dict[str, Any]:
    starters = gr.Dataset(
        components=[gr.Textbox(visible=False)],
        samples=[],
        label="Start with",
        show_label=False,
        visible=False,
        elem_id="starters",
    )
    with gr.Row(elem_id="composer"):
        message = gr.Textbox(
            label="Message",
            show_label=False,
            placeholder="Ask a question",
            max_lines=6,
            autofocus=True,
            elem_id="message",
            scale=1,
        )
        limit = gr.Number(visible="hidden", label="Limit")
        counter = gr.HTML("", elem_id="counter")
        send = gr.Button("Send", variant="primary", scale=0, min_width=96)
        stop = gr.Button("Stop", variant="stop", scale=0, min_width=96, visible=False)
    return {
        "starters": starters,
        "message": message,
        "limit": limit,
        "counter": counter,
        "send": send,
        "stop": stop,
    }


def _tools() -> dict[str, Any]:
    small: dict[str, Any] = {"size": "sm", "scale": 0, "min_width": 0}
    with gr.Row(elem_id="tools"):
        return {
            "regenerate": gr.Button("Regenerate", **small),
            "clear": gr.Button("Clear conversation", **small),
            "csv": gr.Button("Download CSV", **small),
            "json": gr.Button("Download JSON", **small),
            "cost": gr.HTML("", html_template=_COST),
        }
