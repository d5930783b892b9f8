"""What the browser may do with a page, whatever a reply contains."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "frame-ancestors 'self'",
    "form-action 'none'",
    "base-uri 'self'",
)


class SecurityHeaders:
    """ASGI middleware that adds the policy to every answer.

    `scripts` are the sources that the page's framework needs; none of them is another host.
    """

    def __init__(self, app: ASGIApp, scripts: str = "'self'") -> None:
        self._app = app
        self._policy = "; ".join([*_POLICY, f"script-src {scripts}"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self._policy
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self._app(scope, receive, guarded)
