"""Bearer tokens (JWT) of an OpenID Connect issuer, checked with the keys that it publishes.

https://openid.net/specs/openid-connect-discovery-1_0.html, RFC 7519, and the advice of RFC 8725:
the algorithms are fixed, asymmetric ones; issuer, audience, subject and expiry are required.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import jwt
import structlog

from api.access.addresses import is_safe
from api.access.caller import Caller
from api.access.gate import IssuerUnreachableError, NotAdmittedError

log = structlog.get_logger(__name__)

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
LEEWAY_SECONDS = 15
"""How far the issuer's clock and ours may be apart."""
COOLDOWN_SECONDS = 10.0
"""The issuer's keys are asked for again for an unknown key, or after a failure, this often."""
KEYS_SECONDS = 300.0
"""How long the issuer's keys are kept: for so long a key holds that it has withdrawn."""
RECHECK_SECONDS = 60.0
"""How long a token that was found good is not checked again, except for its expiry."""
FETCH_SECONDS = 5.0
KNOWN_TOKENS = 10_000
SUBJECT_LIMIT = 255

WRONG = "The token is not valid here."


class IssuerTokens:
    """The callers of one issuer's tokens; each is its token's subject."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._prefix = f"jwt:{hashlib.sha256(issuer.encode()).hexdigest()[:8]}:"
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="tokens")
        self._keys: jwt.PyJWKClient | None = None
        self._failed_at = -COOLDOWN_SECONDS
        self._known: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    async def caller(self, token: str) -> Caller:
        """Whose token it is; raises `NotAdmittedError`."""
        digest, now = hashlib.sha256(token.encode()).digest(), time.time()
        caller, checked_at = self._known.get(digest, (None, 0.0))
        if caller is None or now - checked_at > RECHECK_SECONDS:
            loop = asyncio.get_running_loop()
            caller = await loop.run_in_executor(self._threads, self._checked, token)
            self._remember(digest, caller, now)
        if caller.expires_at is not None and now >= caller.expires_at:
            raise NotAdmittedError("The token has expired.")
        return caller

    def _remember(self, digest: bytes, caller: Caller, now: float) -> None:
        self._known[digest] = (caller, now)
        if len(self._known) > KNOWN_TOKENS:
            self._known.popitem(last=False)

    def _checked(self, token: str) -> Caller:
        try:
            claims = jwt.decode(
                token,
                self._key_for(token),
                algorithms=ALGORITHMS,
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise NotAdmittedError("The token has expired.") from None
        except jwt.PyJWTError as error:
            # The reason may repeat what the token says; it is for the operator, not for the caller.
            log.info("token.refused", reason=type(error).__name__)
            raise NotAdmittedError(WRONG) from None
        subject = claims["sub"]
        if not subject or len(subject) > SUBJECT_LIMIT or not subject.isprintable():
            raise NotAdmittedError(WRONG)
        return Caller(self._prefix + subject, subject, expires_at=claims["exp"] + LEEWAY_SECONDS)

    def _key_for(self, token: str) -> jwt.PyJWK:
        key_id = jwt.get_unverified_header(token).get("kid")
        if not isinstance(key_id, str):
            raise jwt.InvalidKeyError("the token names no key")
        if time.monotonic() - self._failed_at < COOLDOWN_SECONDS:
            raise IssuerUnreachableError
        try:
            self._keys = self._keys or self._discovered()
            key = self._keys.get_signing_key(key_id)
        except (jwt.PyJWKClientConnectionError, httpx2.HTTPError, _DiscoveryError) as error:
            self._failed_at = time.monotonic()
            log.error("issuer.unreachable", issuer=self._issuer, reason=str(error))
            raise IssuerUnreachableError from None
        if key.key_type == "oct":
            raise jwt.InvalidKeyError("the issuer publishes a shared secret")
        return key

    def _discovered(self) -> jwt.PyJWKClient:
        address = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        answer = httpx2.get(address, timeout=FETCH_SECONDS, follow_redirects=False)
        answer.raise_for_status()
        try:
            told: dict[str, Any] = answer.json()
            issuer, keys = told["issuer"], told["jwks_uri"]
        except (ValueError, LookupError, TypeError):
            raise _DiscoveryError("the issuer's description cannot be read") from None
        if issuer != self._issuer or not is_safe(keys):
            raise _DiscoveryError(
                "the description is of another issuer, or names an unsafe address"
            )
        return jwt.PyJWKClient(
            keys,
            lifespan=KEYS_SECONDS,
            timeout=FETCH_SECONDS,
            cooldown_duration=COOLDOWN_SECONDS,
        )


class _DiscoveryError(Exception):
    pass
