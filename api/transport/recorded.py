"""The recorded documents: those that a server with `--documents strict` answers, by hash.

The file is a persisted query manifest, as `make generate` writes it for the frontends here
(https://www.apollographql.com/docs/graphos/operations/persisted-queries#manifest-format).
"""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

FORMAT = "apollo-persisted-query-manifest"


class ManifestError(Exception):
    """The file cannot be used; `str()` says why."""


def read_manifest(path: Path) -> dict[str, str]:
    """Hash → text of each recorded document; raises `ManifestError`."""
    try:
        manifest = msgspec.json.decode(path.read_bytes())
        texts = [operation["body"] for operation in manifest["operations"]]
        hashes = [operation["id"] for operation in manifest["operations"]]
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise ManifestError(_unusable(path, str(error))) from None
    if manifest.get("format") != FORMAT or not all(isinstance(text, str) for text in texts):
        raise ManifestError(_unusable(path, f"its format is not {FORMAT}"))
    recorded = {hash_of(text): text for text in texts}
    if sorted(recorded) != sorted(set(hashes)):
        raise ManifestError(_unusable(path, "an `id` is not the SHA-256 of its `body`"))
    return recorded


def hash_of(text: str) -> str:
    """SHA-256 of a document's text, in hexadecimal."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def asked_hash(fields: dict[str, Any]) -> object:
    """What a request names a recorded document by: `documentId`, or Apollo's extension."""
    if "documentId" in fields:
        return fields["documentId"]
    extensions = fields.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    return persisted.get("sha256Hash") if isinstance(persisted, dict) else None


def _unusable(path: Path, why: str) -> str:
    return (
        f"The recorded documents in {path} cannot be used: {why}. "
        "Run `make generate`, or set PARLEY_DOCUMENTS_FILE."
    )
