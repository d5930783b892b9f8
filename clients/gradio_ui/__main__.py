"""`python -m clients.gradio_ui`: serves the page."""

import argparse
import os
import sys

from starlette.middleware import Middleware

from clients.gradio_ui.headers import SecurityHeaders
from clients.gradio_ui.page import build_page
from clients.gradio_ui.theme import STYLE, theme
from clients.gradio_ui.wiring import wire
from clients.python import DEFAULT_URL, AsyncSession


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        session = AsyncSession(options.api)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        serve(session, options.host, options.port)
    except OSError:
        print(
            f"Port {options.port} on {options.host} cannot be used; another program may have it.\n"
            "Choose another with --port or PARLEY_GRADIO_PORT.",
            file=sys.stderr,
        )
        return 1
    return 0


def serve(session: AsyncSession, host: str, port: int) -> None:
    """Serve the page until interrupted; OSError where the port is taken."""
    page = build_page()
    wire(page, session)
    print(f"The chat page is at http://{host}:{port} and asks {session.address.base}", flush=True)
    page.blocks.launch(
        server_name=host,
        server_port=port,
        theme=theme(),
        css=STYLE,
        app_kwargs={"middleware": [Middleware(SecurityHeaders)]},
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        share=False,
        quiet=True,
    )


def _parser() -> argparse.ArgumentParser:
    told = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m clients.gradio_ui", description=__doc__)
    parser.add_argument(
        "--api",
        default=told("PARLEY_API", DEFAULT_URL),
        help="address of the Parley API (PARLEY_API, default %(default)s)",
    )
    parser.add_argument(
        "--host", default=told("PARLEY_HOST", "127.0.0.1"), help="address to listen on"
    )
    parser.add_argument(
        "--port",
        type=int,
        default=told("PARLEY_GRADIO_PORT", "7860"),
        help="port of the page (PARLEY_GRADIO_PORT, default %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
