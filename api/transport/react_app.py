"""The React page that a browser sees at `/app/`: served from our own files, offline."""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from api.transport.graphiql import BuiltFiles

BUNDLE = Path(__file__).parent / "static" / "react"
"""Built from `clients/react` at set-up."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Content security policy of the page: scripts are our files, and text never becomes HTML."""

GUARDS = {
    "content-security-policy": POLICY,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",  # or links in replies are looked up before anybody clicks
    "referrer-policy": "no-referrer",
}

MISSING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The page is not built</title>
<h1>The page is not built yet</h1>
<p>Run <code>make react</code> and reload. The API itself works.</p>
</html>
"""


async def react_page(_: Request) -> Response:
    """The page, or how to get it where it has not been built."""
    page = BUNDLE / "index.html"
    if not page.is_file():
        return HTMLResponse(MISSING, 503, GUARDS)
    return FileResponse(page, headers=GUARDS, media_type="text/html")


async def to_react_page(request: Request) -> Response:
    """`/app` with the slash that the page's own addresses need.

    Without a host: a proxy may be known by another name, and by TLS, than this server is.
    """
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.url.path}/{query}")


def add_react_app(app: FastAPI) -> None:
    """Serve the page under `/app/`; the build may come after the start."""
    # compressed here and nowhere else: event streams would be held back
    files = GZipMiddleware(BuiltFiles(directory=BUNDLE / "assets", check_dir=False))
    app.router.routes += [
        Route("/app", to_react_page),
        Route("/app/", react_page),
        Mount("/app/assets", files),
    ]
