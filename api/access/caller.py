"""Who asks: resolved once for each request or socket, and the owner of the runs it starts."""

from dataclasses import dataclass

from api.access.allowance import Budget, Rate


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may use the server. Runs belong to `id`; people read `name`."""

    id: str
    name: str
    admin: bool = False
    """True for who may see the usage of all."""
    expires_at: float | None = None
    """When the credential ends, in seconds since 1970; None: never."""
    budget: Budget | None = None
    rate: Rate | None = None


ANYBODY = Caller("anybody", "anybody", admin=True)
"""The caller of a server that only its own machine reaches, and that has no keys."""

NOBODY = Caller("", "nobody")
"""The caller of a connection that has not said yet who it is; owns nothing."""
