"""Requests that are refused before anything runs: the status, the code and a sentence."""

from collections.abc import Mapping

from starlette.responses import Response

from api.transport.lingering import LingeringResponse


class RefusedRequestError(Exception):
    """The request itself is at fault. `message` names the field and says what would be right.

    `unread` marks a refusal that does not wait for the rest of the request.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str = "BAD_REQUEST",
        headers: Mapping[str, str] | None = None,
        unread: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers
        self.unread = unread

    @property
    def error(self) -> dict[str, object]:
        """The refusal as a GraphQL error."""
        return {"message": self.message, "extensions": {"code": self.code}}

    def response(self, body: bytes, media_type: str) -> Response:
        """The refusal as an HTTP answer."""
        kind = LingeringResponse if self.unread else Response
        return kind(body, self.status, self.headers, media_type)


class ClientLeftError(Exception):
    """The client went away: there is nobody to answer."""
