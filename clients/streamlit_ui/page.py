"""The page. Streamlit runs this script from top to bottom for every click, and so paints it."""

import re
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clients.python.pages import CONVERSATION_CSS, CONVERSATION_JS, beside, markup, texts
from clients.streamlit_ui import controls
from clients.streamlit_ui.tab import Tab, turns

ABOUT = "One typed contract for a chat, and frontends that can be swapped."
"""Streamlit shows its menu, and in it the choice of light or dark, where there is more to tell."""


composer = st.components.v2.component(
    "composer",
    html=beside(__file__, "composer.html"),
    js=CONVERSATION_JS + beside(__file__, "composer.js"),
    isolate_styles=False,
)


def show(tab: Tab) -> None:
    """Paint the page, and go on painting while a reply comes."""
    st.set_page_config(page_title=texts.TITLE, menu_items={"About": ABOUT})
    st.html(f"<style>{CONVERSATION_CSS}{beside(__file__, 'style.css')}</style>")
    going, phase = tab.work.going, tab.visit.phase
    with st.sidebar:
        settings(tab)
    st.html(f'<header class="about-assistant">{texts.heading(tab.visit)}</header>')
    with st.bottom:
        sentence = alert(tab)
        starters(tab)
        message_box(tab)
        tools(tab)
    growing = conversation(tab)
    while tab.work.going and tab.visit.phase == phase:
        tab.work.wait()
        draw(growing, texts.growing(tab.visit))
        draw(sentence, alert_html(tab))
    if going:
        st.rerun()


def settings(tab: Tab) -> None:
    visit = tab.visit
    names = {one.id: one.name for one in visit.assistants}
    if visit.assistant:
        st.session_state.setdefault("assistant", visit.assistant.id)
        st.selectbox(
            "Assistant",
            list(names),
            format_func=names.__getitem__,
            key="assistant",
            on_change=tab.take_chosen,
            args=[turns().choose, "assistant"],
        )
        for control in visit.panel.controls:
            controls.draw(control, tab.key_of(control))
        st.session_state.setdefault("newest_first", visit.newest_first)
        ordered = [turns().order, "newest_first"]
        st.checkbox("Newest first", key="newest_first", on_change=tab.take_chosen, args=ordered)


def starters(tab: Tab) -> None:
    place = st.empty()
    if questions := texts.starters(tab.visit):
        with place.container(horizontal=True, key="starters"):
            for question in questions:
                st.button(_as_it_is(question), on_click=tab.take, args=[turns().ask, question])


def message_box(tab: Tab) -> None:
    visit = tab.visit
    composer(
        key="composer",
        data={
            "opened": tab.opened,
            "saved": visit.saved() if tab.opened else "",
            "announcement": texts.announcement(visit),
            "busy": visit.transcript.busy,
            "limit": visit.transcript.question_limit,
            "accepted": visit.accepted,
            "heard": tab.heard,
            "newestFirst": visit.newest_first,
            "file": tab.file,
        },
        on_opened_change=lambda: tab.open(st.session_state.composer.opened),
        on_asked_change=lambda: tab.hear(*st.session_state.composer.asked),
        on_stopped_change=lambda: tab.take(turns().stop),
    )


def tools(tab: Tab) -> None:
    nothing = not tab.visit.transcript.can_regenerate
    with st.container(horizontal=True, key="tools", vertical_alignment="center"):
        plain: dict[str, Any] = {"type": "tertiary"}
        take, again, clear = tab.take, [turns().again], [turns().clear]
        st.button("Regenerate", on_click=take, args=again, disabled=nothing, **plain)
        st.button("Clear conversation", on_click=take, args=clear, **plain)
        for kind in ("csv", "json"):
            st.button(f"Download {kind.upper()}", on_click=tab.save, args=[kind], **plain)
        st.html(markup.session_cost(texts.cost(tab.visit)))


def conversation(tab: Tab) -> DeltaGenerator:
    """Draws the messages; returns the place of the one that grows."""
    with st.container(key="log", gap=None):
        places = [st.empty(), st.empty()]
    growing, settled = places if tab.visit.newest_first else reversed(places)
    draw(settled, texts.settled(tab.visit))
    draw(growing, texts.growing(tab.visit))
    return growing


def draw(place: DeltaGenerator, html: str) -> None:
    if html:
        place.html(html)
    else:
        place.empty()


def alert(tab: Tab) -> DeltaGenerator:
    """Draws what stands in the way; returns the place of its sentence."""
    with st.container(horizontal=True, key="trouble", vertical_alignment="center"):
        sentence, retry = st.empty(), st.empty()
    draw(sentence, alert_html(tab))
    if texts.trouble(tab.visit).retryable:
        retry.button("Retry", on_click=tab.take, args=[turns().again])
    return sentence


def alert_html(tab: Tab) -> str:
    return markup.alert(texts.trouble(tab.visit).sentence)


def _as_it_is(text: str) -> str:
    """Streamlit takes labels for Markdown."""
    return re.sub(r"([^\w\s])", r"\\\1", text)


show(Tab.here())
