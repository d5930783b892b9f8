"""The keys that hold now, in memory: a request costs a hash, and no look at the disk."""

import asyncio
import time

import structlog

from api.access.key_store import KeyStore, KeyStoreError, Signature
from api.access.keys import KeyRecord, id_of, matches

log = structlog.get_logger(__name__)

SETTLED_SECONDS = 2.0
"""A file that was written so recently is read again: its time may not show the last change."""


class KeyRing:
    """A copy of the key store that follows its changes."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._records: dict[str, KeyRecord] = {}
        self._seen: Signature | None = None
        self._unread = False
        self._take(store.signature(), store.read())

    @property
    def is_empty(self) -> bool:
        """True where there has never been a key."""
        return not self._records

    def find(self, key: str) -> KeyRecord | None:
        """The record of a key that holds now."""
        record = self._records.get(id_of(key) or "")
        return record if matches(record, key) and record and record.holds(time.time()) else None

    def holds(self, key_id: str) -> bool:
        """Whether the key of this id holds now."""
        record = self._records.get(key_id)
        return record is not None and record.holds(time.time())

    def name_of(self, key_id: str) -> str | None:
        """The name of a key, whether it holds or not."""
        record = self._records.get(key_id)
        return record.name if record else None

    async def refresh(self) -> None:
        """Follow the store. One that cannot be read now leaves the keys as they are known."""
        try:
            signature = self._store.signature()
            if signature == self._seen and self._is_settled(signature):
                return
            self._take(signature, await asyncio.to_thread(self._store.read))
        except KeyStoreError as error:
            if not self._unread:
                log.error("keys.unreadable", reason=str(error))
            self._unread = True

    def _take(self, signature: Signature | None, records: list[KeyRecord]) -> None:
        self._records = {record.id: record for record in records}
        self._seen = signature
        self._unread = False

    def _is_settled(self, signature: Signature | None) -> bool:
        if self._unread:
            return False
        return signature is None or time.time() - signature[0] / 1e9 > SETTLED_SECONDS
