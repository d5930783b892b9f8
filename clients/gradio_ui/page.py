"""The page's parts and where they stand. What they show is decided in `painting`."""

from typing import Any

import gradio as gr

from clients.python import ControlKind, Panel, PanelControl
from clients.python.pages.texts import TITLE
from clients.python.pages.visit import Visit

_ALERT = '<div class="alert" role="alert">${value}</div>'
_COST = '<div class="cost" role="status" aria-live="off" aria-label="Session cost">${value}</div>'
_SMALL: dict[str, Any] = {"size": "sm", "scale": 0, "min_width": 0}


class Page:
    """The components that events read or paint. Nothing is asked of the API before a browser
    opens the page."""

    def __init__(self) -> None:
        with gr.Blocks(title=TITLE, fill_height=True, analytics_enabled=False) as self.blocks:
            self.visit = gr.State(Visit())
            self.saved = gr.Textbox(visible="hidden", label="Saved")
            self.linked_run = gr.Textbox(visible="hidden", label="Linked run")
            self.download = gr.Textbox(visible="hidden", label="Download")
            with gr.Sidebar(label="Settings", width=300, elem_id="settings"):
                self._settings()
            self._conversation()
            self._composer()
            with gr.Row(elem_id="tools"):
                self.regenerate = gr.Button("Regenerate", **_SMALL)
                self.clear = gr.Button("Clear conversation", **_SMALL)
                self.csv = gr.Button("Download CSV", **_SMALL)
                self.json = gr.Button("Download JSON", **_SMALL)
                self.cost = gr.HTML("", html_template=_COST)

    @property
    def painted(self) -> list[Any]:
        """Every component that an event may change."""
        parts = [*vars(self).values(), *self.controls.values()]
        painted = (gr.components.Component, gr.Row)
        return [part for part in parts if isinstance(part, painted) and part is not self.visit]

    def _settings(self) -> None:
        self.assistant: gr.Dropdown = gr.Dropdown(
            label="Assistant", choices=[], elem_id="assistant"
        )
        self.controls = {c.path: drawn(c, None) for c in Panel.of([], None).controls}
        self.newest_first = gr.Checkbox(label="Newest first")
        self.theme = gr.Button("Light or dark", size="sm")

    def _conversation(self) -> None:
        self.heading = gr.HTML(f"<h1>{TITLE}</h1>", elem_id="heading")
        # The browser parses a part anew when it changes: what is settled is apart from what grows.
        with gr.Column(elem_id="conversation"):
            self.growing_above = gr.HTML("", apply_default_css=False)
            self.settled = gr.HTML("", apply_default_css=False)
            self.growing_below = gr.HTML("", apply_default_css=False)
        told = '<div aria-live="polite">${value}</div>'
        self.announcement = gr.HTML("", html_template=told, elem_classes="unseen")
        with gr.Row(elem_id="trouble", visible=False) as self.trouble:
            self.problem = gr.HTML("", html_template=_ALERT)
            self.retry = gr.Button("Retry", size="sm", scale=0)

    def _composer(self) -> None:
        self.starters = gr.Dataset(
            components=[gr.Textbox(visible=False)],
            samples=[],
            label="Start with",
            show_label=False,
            visible=False,
            elem_id="starters",
        )
        with gr.Row(elem_id="composer"):
            self.message = gr.Textbox(
                label="Message",
                show_label=False,
                placeholder="Ask a question",
                max_lines=6,
                autofocus=True,
                elem_id="message",
                scale=1,
            )
            self.limit = gr.Number(visible="hidden", label="Limit")
            self.counter = gr.HTML("", elem_id="counter")
            self.send = gr.Button("Send", variant="primary", scale=0, min_width=96)
            self.stop = gr.Button("Stop", variant="stop", scale=0, min_width=96, visible=False)


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
