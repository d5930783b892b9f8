"""Which addresses are this machine's own, and which may be trusted with keys."""

import ipaddress
import socket
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """True where a server that listens on `host` is reached by its own machine only."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None)
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(each[4][0]).is_loopback for each in found)


def is_safe(address: object) -> bool:
    """True for an https address, or one of this machine: others could hand in keys of their own."""
    parts = urlsplit(address if isinstance(address, str) else "")
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and bool(parts.hostname) and is_loopback(parts.hostname or "")
