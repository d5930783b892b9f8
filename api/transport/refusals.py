"""Requests that are refused before anything runs: the status, the code and a sentence."""

from collections.abc import Mapping


class RefusedRequestError(Exception):
    """The request itself is at fault. `message` names the field and says what would be right."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str = "BAD_REQUEST",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = dict(headers or {})

    @property
    def error(self) -> dict[str, object]:
        """The refusal as a GraphQL error."""
        return {"message": self.message, "extensions": {"code": self.code}}


class ClientLeftError(Exception):
    """The client went away: there is nobody to answer."""
