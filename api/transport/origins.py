"""Which web pages may call: those of this server, and of the origins that the operator allows.

Browsers put no CORS check before WebSocket handshakes and event streams, so the server checks
the `Origin` of every request itself. Programs send none and pass.
"""

from collections.abc import Collection, Iterable

from starlette.datastructures import Headers
from strawberry.http.websocket_origin import (
    is_same_origin,
    normalize_allowed_origins,
    normalize_origin,
)

from api.transport.refusals import RefusedRequestError


class Origins:
    """The allowed origins; `*` allows all. Raises `ValueError` for what is no origin."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed: Collection[str] = normalize_allowed_origins(allowed)

    def check(self, headers: Headers) -> None:
        """Raise `RefusedRequestError` for a request that another site's page sent."""
        if "*" not in self._allowed and self._foreign(headers):
            raise RefusedRequestError(
                403,
                "Pages of this origin may not call the server. "
                "The setting PARLEY_ALLOWED_ORIGINS lists those that may.",
                "FORBIDDEN_ORIGIN",
            )

    def _foreign(self, headers: Headers) -> bool:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if origin is None:
            # Images and links of another site come without an origin, but say that it is another.
            return site in ("cross-site", "same-site")
        if site == "same-origin" or is_same_origin(origin, headers.get("host")):
            return False
        return normalize_origin(origin) not in self._allowed
