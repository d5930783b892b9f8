"""API keys: how one is made, and what is kept of it."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from api.access.allowance import Budget, Rate

PREFIX = "parley"
"""How every key begins, so that secret scanners know one."""

_NO_DIGEST = bytes(32)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is kept of a key: no secret. Times are seconds since 1970."""

    id: str
    name: str
    digest: bytes
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    budget: Budget | None = None
    rate: Rate | None = None
    admin: bool = False

    def holds(self, now: float) -> bool:
        """True where the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def new_key() -> tuple[str, str]:
    """The id of a new key, and the key itself: `parley_ID_SECRET`, with 256 random bits."""
    key_id = base64.b32encode(secrets.token_bytes(5)).decode().lower()
    return key_id, f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"


def digest_of(key: str) -> bytes:
    """What is kept of a key. One round is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(key.encode()).digest()


def id_of(key: str) -> str | None:
    """The id that a text names, if it has the form of a key."""
    parts = key.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == PREFIX else None


def matches(record: KeyRecord | None, key: str) -> bool:
    """Whether the key is the record's; takes as long where there is no record."""
    same = hmac.compare_digest(record.digest if record else _NO_DIGEST, digest_of(key))
    return same and record is not None
