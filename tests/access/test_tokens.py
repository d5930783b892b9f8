"""Tokens of an OpenID Connect issuer: checked with its published keys, which may rotate."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from api.access import tokens
from api.access.gate import IssuerUnreachableError, NotAdmittedError
from api.access.tokens import IssuerTokens
from api.settings import SettingsError, load_settings
from tests.access.doors import HTTP, bearer, close_code, opened, post, subscribed
from tests.access.issuer import AUDIENCE, Issuer
from tests.access.test_owners import found, started
from tests.conftest import StartServer
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


@pytest.fixture
def checked(issuer: Issuer) -> IssuerTokens:
    return IssuerTokens(issuer.address, AUDIENCE)


@pytest.fixture
def trusting(start_server: StartServer, upstream: FakeUpstream, issuer: Issuer) -> LiveServer:
    """A server that accepts the issuer's tokens, and has no key."""
    return start_server(
        openai_base_url=upstream.base_url,
        model="fake",
        jwt_issuer=issuer.address,
        jwt_audience=AUDIENCE,
    )


@pytest.mark.parametrize("door", sorted(HTTP))
def test_a_door_opens_with_a_token_and_not_without(
    trusting: LiveServer, upstream: FakeUpstream, issuer: Issuer, door: str
) -> None:
    upstream.reply("Me.")
    assert HTTP[door](trusting.url, issuer.token()).status == 200
    assert HTTP[door](trusting.url, None).status == 401
    assert HTTP[door](trusting.url, issuer.token(aud="another")).status == 401


def test_runs_belong_to_the_subject(
    trusting: LiveServer, upstream: FakeUpstream, issuer: Issuer
) -> None:
    upstream.numbered(3, gated=True)
    run_id = started(trusting.url, issuer.token("ada"))
    assert found(trusting.url, issuer.token("ada", jti="another"), run_id)["status"] == "RUNNING"
    assert found(trusting.url, issuer.token("bob"), run_id)["__typename"] == "RunNotFound"


def test_a_socket_closes_when_its_token_expires(
    trusting: LiveServer, upstream: FakeUpstream, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "LEEWAY_SECONDS", 0)
    upstream.numbered(9, gated=True)
    with subscribed(trusting.url, issuer.token(exp=time.time() + 5)) as socket:
        assert close_code(socket) == 4403
    with opened(trusting.url, bearer(issuer.token(exp=time.time() - 99))) as socket:
        assert close_code(socket) == 4403


def unsigned(issuer: Issuer) -> str:
    body = issuer.token().split(".")[1]
    return f"{encoded(json.dumps({'alg': 'none', 'kid': 'k1'}).encode())}.{body}."


def shared_secret(issuer: Issuer) -> str:
    """Signed with the public key as if it were a secret (algorithm confusion)."""
    head = {"alg": "HS256", "kid": "k1"}
    body = issuer.token().split(".")[1]
    signed = f"{encoded(json.dumps(head).encode())}.{body}"
    secret = json.dumps(issuer.published["k1"]).encode()
    return f"{signed}.{encoded(hmac.digest(secret, signed.encode(), 'sha256'))}"


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def own_key(issuer: Issuer) -> str:
    """Signed by somebody who names the issuer's key."""
    other = Issuer()
    other.address = issuer.address
    return other.token()


def own_address(issuer: Issuer) -> str:
    """Signed by somebody who says where the key is."""
    other = Issuer()
    claims = {"iss": issuer.address, "aud": AUDIENCE, "sub": "eve", "exp": time.time() + 60}
    headers = {"kid": "x", "jku": "http://127.0.0.1:9/keys", "jwk": other.published["k1"]}
    return jwt.encode(claims, other._private["k1"], "RS256", headers)


BAD: dict[str, Any] = {
    "expired": lambda issuer: issuer.token(exp=time.time() - 60),
    "without expiry": lambda issuer: issuer.token(exp=None),
    "not yet valid": lambda issuer: issuer.token(nbf=time.time() + 600),
    "another issuer": lambda issuer: issuer.token(iss="https://evil.example"),
    "another audience": lambda issuer: issuer.token(aud="another"),
    "without audience": lambda issuer: issuer.token(aud=None),
    "without subject": lambda issuer: issuer.token(sub=None),
    "empty subject": lambda issuer: issuer.token(sub=""),
    "long subject": lambda issuer: issuer.token(sub="x" * 256),
    "control characters": lambda issuer: issuer.token(sub="a\nb"),
    "cut": lambda issuer: issuer.token()[:-6],
    "no token": lambda issuer: "abc",
    "unsigned": unsigned,
    "shared secret": shared_secret,
    "another's key": own_key,
    "a key of its own": own_address,
}


@pytest.mark.parametrize("kind", sorted(BAD))
async def test_a_token_that_is_not_good_admits_nobody(
    issuer: Issuer, checked: IssuerTokens, kind: str
) -> None:
    with pytest.raises(NotAdmittedError):
        await checked.caller(BAD[kind](issuer))
    assert (await checked.caller(issuer.token())).name == "ada"


async def test_a_small_difference_of_clocks_is_forgiven(
    issuer: Issuer, checked: IssuerTokens
) -> None:
    assert await checked.caller(issuer.token(exp=time.time() - 5))
    assert await checked.caller(issuer.token(nbf=time.time() + 5))


async def test_the_issuers_keys_are_asked_for_once(issuer: Issuer, checked: IssuerTokens) -> None:
    for number in range(20):
        await checked.caller(issuer.token(jti=str(number)))
    assert issuer.requests == ["/.well-known/openid-configuration", "/keys"]


async def test_unknown_keys_do_not_let_others_flood_the_issuer(
    issuer: Issuer, checked: IssuerTokens
) -> None:
    await checked.caller(issuer.token())
    issuer.key_id = "nowhere"
    issuer._private["nowhere"] = issuer._private["k1"]
    for number in range(20):
        with pytest.raises(NotAdmittedError):
            await checked.caller(issuer.token(jti=str(number)))
    assert issuer.requests.count("/keys") == 1


async def test_a_rotated_key_is_found(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "COOLDOWN_SECONDS", 0.0)
    checked = IssuerTokens(issuer.address, AUDIENCE)
    old = issuer.token()
    assert await checked.caller(old)
    issuer.rotate("k2")
    assert await checked.caller(issuer.token())
    monkeypatch.setattr(tokens, "RECHECK_SECONDS", -1.0)
    with pytest.raises(NotAdmittedError):
        await checked.caller(old)


async def test_an_issuer_out_of_reach_is_no_refusal(
    issuer: Issuer, trusting: LiveServer, checked: IssuerTokens
) -> None:
    issuer.answers = False
    token = issuer.token()
    answer = post(trusting.url, token)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    with opened(trusting.url, bearer(token)) as socket:
        assert close_code(socket) == 1013
    asked = len(issuer.requests)
    for _ in range(10):
        with pytest.raises(IssuerUnreachableError):
            await checked.caller(issuer.token())
    assert len(issuer.requests) <= asked + 1


@pytest.mark.parametrize(
    "told", [{"issuer": "https://evil.example"}, {"jwks_uri": "file:///x"}, {}]
)
async def test_a_description_of_somebody_else_is_not_believed(
    issuer: Issuer, checked: IssuerTokens, monkeypatch: pytest.MonkeyPatch, told: dict[str, str]
) -> None:
    right = issuer.told("/.well-known/openid-configuration")
    monkeypatch.setattr(issuer, "told", lambda path: {**right, **told} if told else {"a": 1})
    with pytest.raises(IssuerUnreachableError):
        await checked.caller(issuer.token())


def test_the_settings_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_JWT_ISSUER", "https://login.example")
    with pytest.raises(SettingsError, match="PARLEY_JWT_AUDIENCE"):
        load_settings(None)
    monkeypatch.setenv("PARLEY_JWT_ISSUER", "http://login.example")
    with pytest.raises(SettingsError, match=r"PARLEY_JWT_ISSUER.*https"):
        load_settings(None)
