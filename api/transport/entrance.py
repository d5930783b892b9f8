"""From a request or connection to the context of its caller; and what ends with the caller's right.

Credentials come in the `Authorization` header (RFC 6750), or in a WebSocket's `connection_init`;
never in an address, where logs would keep them, nor in a cookie, which browsers send unasked.
"""

import asyncio
import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from api.access.gate import Gate, IssuerUnreachableError, NotAdmittedError
from api.context import Context, Services
from api.transport.refusals import RefusedRequestError

REVOKED = "The key or token has expired or was revoked."

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]{1,8192})", re.IGNORECASE)


class Entrance(Protocol):
    """Where every door asks who comes in."""

    async def enter(
        self, connection: HTTPConnection, params: Mapping[str, object] | None = None
    ) -> Context:
        """The caller's context; raises `RefusedRequestError`. `params`: of `connection_init`."""
        ...

    def watch(self, context: Context, end: Callable[[], None]) -> Callable[[], None]:
        """Call `end` when the caller may no longer be here; returns what stops that."""
        ...


class GatedEntrance:
    """Lets in whom the gate admits.

    While no credential is needed, it serves this machine only, and under no name that somebody
    else's DNS may have led here: a page of theirs would count as ours (DNS rebinding).
    """

    def __init__(self, gate: Gate, services: Services, allowed_origins: Collection[str]) -> None:
        self._gate = gate
        self._services = services
        self._names = {"localhost", *(urlsplit(each).hostname or each for each in allowed_origins)}

    async def enter(
        self, connection: HTTPConnection, params: Mapping[str, object] | None = None
    ) -> Context:
        if self._gate.is_open:
            self._check_local(connection)
        credential = _credential(connection, params or {})
        try:
            caller = await self._gate.admit(credential)
        except IssuerUnreachableError as error:
            raise RefusedRequestError(
                503, str(error), "UNAVAILABLE", {"retry-after": "5"}, unread=True
            ) from None
        except NotAdmittedError as error:
            raise _unauthenticated(str(error), presented=credential is not None) from None
        client = connection.client
        return Context(self._services, caller, client.host if client else "unknown")

    def watch(self, context: Context, end: Callable[[], None]) -> Callable[[], None]:
        return self._gate.watch(context.caller, end)

    def _check_local(self, connection: HTTPConnection) -> None:
        address = (connection.scope.get("server") or ("",))[0]
        if _is_address(address) and not ipaddress.ip_address(address).is_loopback:
            raise _unauthenticated("A key is needed, and this server has none yet.", False)
        name = _name(connection.headers.get("host", "localhost"))
        known = name in self._names or name.endswith(".localhost") or _is_address(name)
        if not known and "*" not in self._names:
            raise RefusedRequestError(
                403,
                "Without keys, the server answers under the names of its own machine only. "
                "PARLEY_ALLOWED_ORIGINS lists others.",
                "FORBIDDEN_HOST",
                unread=True,
            )


class Stay:
    """`with Stay(entrance, context):` cancels its block when the caller's right ends.

    The block then ends in `RefusedRequestError`. To be entered within a task.
    """

    def __init__(self, entrance: Entrance, context: Context) -> None:
        self._entrance = entrance
        self._context = context
        self._ended = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a stay is watched from within a task")
        self._block = task
        self._leave = self._entrance.watch(self._context, self._end)

    def _end(self) -> None:
        self._ended = True
        self._block.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()
        # As in `asyncio.timeout`: a cancellation of our own becomes our error, another's stays.
        if self._ended and self._block.uncancel() == 0 and kind is asyncio.CancelledError:
            raise _unauthenticated(REVOKED, presented=True) from error


def _credential(connection: HTTPConnection, params: Mapping[str, object]) -> str | None:
    """The key or token that comes along; raises `RefusedRequestError` for what has another form."""
    said = _authorization(params) or connection.headers.getlist("authorization")
    if not said:
        return None
    found = _BEARER.fullmatch(said[0].strip()) if len(said) == 1 else None
    if found is None:
        message = "`Authorization` must be one `Bearer <key>`."
        raise _unauthenticated(message, presented=True)
    return found[1]


def _authorization(params: Mapping[str, object]) -> list[str]:
    """What a `connection_init` says, in its payload or in the payload's `headers`."""
    nested = params.get("headers")
    for fields in (params, nested if isinstance(nested, Mapping) else {}):
        found = [str(value) for name, value in fields.items() if name.lower() == "authorization"]
        if found:
            return found
    return []


def _unauthenticated(message: str, presented: bool) -> RefusedRequestError:
    challenge = 'Bearer realm="parley"' + (', error="invalid_token"' if presented else "")
    return RefusedRequestError(
        401, message, "UNAUTHENTICATED", {"www-authenticate": challenge}, unread=True
    )


def _name(host: str) -> str:
    """The name in a `Host` header, without the port; empty where it holds none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
