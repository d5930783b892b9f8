"""How many streams each caller has open, so that one cannot take them all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

from api.transport.limits import Limits
from api.transport.refusals import RefusedRequestError

RETRY_SECONDS = 1


class StreamSlots:
    """Counts the open streams of this process by caller: a key's name, or an address."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.streams
        self._count_local = limits.local_streams
        self._open: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """Open streams of all callers that are counted."""
        return self._open.total()

    @contextmanager
    def held(self, caller: str) -> Iterator[None]:
        """Hold one of the caller's slots; raises `RefusedRequestError` where none is free."""
        if not self._most or (_is_local(caller) and not self._count_local):
            yield
            return
        caller = network_of(caller)
        if self._open[caller] >= self._most:
            raise _too_many(self._most)
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]


def network_of(caller: str) -> str:
    """The caller; for an IPv6 address its /64 network, which one subscriber has for itself."""
    try:
        address = ip_address(caller)
    except ValueError:
        return caller
    if not isinstance(address, IPv6Address) or address.ipv4_mapped:
        return caller
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


def _is_local(caller: str) -> bool:
    try:
        return ip_address(caller).is_loopback
    except ValueError:
        return False


def _too_many(most: int) -> RefusedRequestError:
    return RefusedRequestError(
        429,
        f"You have {most} streams open; that is the limit. Close one and try again.",
        "RATE_LIMITED",
        {"retry-after": str(RETRY_SECONDS)},
    )
