"""The settings as Streamlit's widgets; none is named here, the contract tells which there are."""

from html import escape
from typing import Any

import streamlit as st

from clients.python import ControlKind, PanelControl


def draw(control: PanelControl, key: str) -> None:
    """The control, with its value kept under `key`."""
    about: dict[str, Any] = {"label": control.label, "key": key}
    bounds: dict[str, Any] = {
        "min_value": control.min,
        "max_value": control.max,
        "step": control.step,
    }
    match control.kind:
        case ControlKind.SLIDER:
            st.slider(**bounds, **about)
        case ControlKind.NUMBER:
            st.number_input(**bounds, **about)
        case ControlKind.CHOICE:
            labels = {value: label for label, value in control.options}
            st.selectbox(options=list(labels), format_func=labels.__getitem__, **about)
        case ControlKind.SWITCH:
            st.checkbox(**about)
        case ControlKind.TEXT_AREA:
            st.text_area(max_chars=control.max_length, **about)
        case _:
            st.text_input(max_chars=control.max_length, **about)
    st.html(f'<p class="about-control">{escape(control.description)}</p>')
