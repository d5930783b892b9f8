"""An answer to a client that may still be sending: it gets time to read before the close."""

import asyncio

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

LINGER_SECONDS = 1.0


class LingeringResponse(Response):
    """Sends itself, then drops what still comes in for a second, then closes the connection.

    Closing at once would reset the connection, and the client would never see the answer.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_unfinished(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "more_body": True}
            await send(message)

        self.headers["connection"] = "close"
        await super().__call__(scope, receive, send_unfinished)
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while (await receive()).get("more_body"):
                    pass
        except TimeoutError:
            pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})
