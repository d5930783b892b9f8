"""GraphiQL, the explorer that a browser sees at `/graphql`: served from our own files, offline."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

BUNDLE = Path(__file__).parent / "static" / "graphiql"
"""Built from `clients/graphiql` at set-up."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content security policy of the explorer: nothing from elsewhere, no inline scripts."""

GUARDS = {
    "content-security-policy": POLICY,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}

MISSING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>GraphiQL is not built</title>
<h1>GraphiQL is not built yet</h1>
<p>Run <code>make graphiql</code> and reload. The API itself works: send a POST request here.</p>
</html>
"""


class BuiltFiles(StaticFiles):
    """Files of a build. Their names hold a hash of what is in them, so they are kept for ever."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        named = "/assets/" in str(args[0]).replace("\\\\", "/")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if named else "no-cache"
        )
        response.headers["x-content-type-options"] = "nosniff"
        return response


def graphiql_page() -> Response:
    """The explorer's page, or how to get it where it has not been built."""
    page = BUNDLE / "index.html"
    if not page.is_file():
        return HTMLResponse(MISSING, 503, GUARDS)
    return FileResponse(page, headers=GUARDS, media_type="text/html")


def add_graphiql_files(app: FastAPI) -> None:
    """Serve the explorer's files under `/graphiql`; the build may come after the start."""
    app.mount("/graphiql", BuiltFiles(directory=BUNDLE, check_dir=False), name="graphiql")
