"""The page as an application to serve: its parts, what moves them, and how they look."""

import gradio as gr
from fastapi import FastAPI

from clients.gradio_ui.page import Page
from clients.gradio_ui.theme import theme
from clients.gradio_ui.wiring import wire
from clients.python import AsyncSession
from clients.python.pages import CONVERSATION_CSS, CONVERSATION_JS, beside
from clients.python.pages.turns import Turns


def application(session: AsyncSession) -> FastAPI:
    """One page over one API. Nothing is asked of the API before a browser opens the page."""
    page = Page()
    wire(page, Turns(session))
    style = CONVERSATION_CSS + beside(__file__, "style.css")
    script = CONVERSATION_JS + beside(__file__, "browser.js")
    app: FastAPI = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        page.blocks,
        path="/",
        theme=theme(),
        head=f"<style>{style}</style><script>{script}</script>",
        footer_links=[],
        max_file_size=1,  # nothing is uploaded here
        run_history=False,
        show_error=False,
        ssr_mode=False,
    )
    return app
