"""HTTP to one OpenAI-compatible server, with the address and credentials of the `openai` package.

The package makes a request from its options, hands it to httpx2, and that to aiohttp: together
three quarters of what a short reply costs, and a fifth of each token. So aiohttp is spoken to
itself, with what the package has made of the settings.
"""

import contextlib
import ssl
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from api.providers.calm_reading import calm
from api.providers.errors import ModelUnavailableError
from api.providers.patient_connector import PatientConnector
from api.providers.refusals import refusal, unreachable

CONNECTIONS = 4096
"""Most connections at a time."""

LARGEST_REFUSAL = 65_536
"""Bytes read of an answer that refuses: enough for any error object, and a bound."""

KEEP_ALIVE = 4.0
"""Seconds that an idle connection is kept: less than the 5 after which many servers close it, or a
request would now and then meet a connection that is just being closed."""

BROKEN = (aiohttp.ClientError, OSError)
"""What a connection that breaks raises."""


_HEADERS = {
    "Accept-Encoding": "identity",  # a compressed token arrives late
    "Content-Type": "application/json",
}


class _Package(NamedTuple):
    """What the package `openai` makes of the settings. It takes half a second to import."""

    url: str
    headers: dict[str, str]

    @classmethod
    def of(cls, base_url: str, api_key: str) -> "_Package":
        from openai import AsyncOpenAI

        client = AsyncOpenAI(api_key=api_key, base_url=base_url)
        known = {**client.default_headers, **client.auth_headers}
        headers = {name: value for name, value in known.items() if isinstance(value, str)}
        return cls(str(client.base_url).rstrip("/"), headers)


class Wire:
    """Requests to the server at `base_url`; `connect` is the deadline of a connection in seconds.

    Every failure before there is a successful answer is a ProviderError.
    """

    def __init__(self, base_url: str, api_key: str, connect: float) -> None:
        self._base_url = base_url
        self._secured = urlsplit(base_url).scheme == "https"
        self._api_key = api_key
        self._connect = connect
        self._session: aiohttp.ClientSession | None = None
        self._address = lru_cache(8)(lambda path: URL(f"{self._package.url}{path}"))
        self.closed = False

    @cached_property
    def _package(self) -> _Package:
        return _Package.of(self._base_url, self._api_key)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """The certificates that the package trusts: its list, or what the environment names."""
        import httpx2

        return httpx2.create_ssl_context()

    def ready(self) -> None:
        """Do what would else delay the first request; may be called in a thread."""
        self._package  # noqa: B018
        if self._secured:
            self._trust  # noqa: B018

    async def post(self, path: str, body: bytes) -> aiohttp.ClientResponse:
        """The answer's head, 2xx; its body is the caller's to read, and the answer to close."""
        return await self._asked("POST", path, body)

    async def get(self, path: str) -> aiohttp.ClientResponse:
        """The same for GET."""
        return await self._asked("GET", path, None)

    async def aclose(self) -> None:
        self.closed = True
        if self._session:
            await self._session.close()

    async def _asked(self, method: str, path: str, body: bytes | None) -> aiohttp.ClientResponse:
        if self.closed:
            raise ModelUnavailableError("The connection to the model's server is closed.")
        self._session = self._session or self._open()
        try:
            response = await self._session.request(
                method, self._address(path), data=body, allow_redirects=False
            )
        except BROKEN as error:
            raise unreachable(error, self._connect) from None
        if not 200 <= response.status < 300:
            raise refusal(response.status, response.headers, await _refusing_body(response))
        return response

    def _open(self) -> aiohttp.ClientSession:
        # Behind TLS stand servers that keep to HTTP, and a new connection is dear.
        connector = aiohttp.TCPConnector if self._secured else PatientConnector
        return aiohttp.ClientSession(
            connector=calm(
                connector(
                    limit=CONNECTIONS,
                    ssl=self._trust if self._secured else False,
                    keepalive_timeout=KEEP_ALIVE,
                )
            ),
            headers=self._package.headers | _HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect),
            # A proxy cannot reach this machine's own servers.
            trust_env=urlsplit(self._base_url).hostname not in ("127.0.0.1", "localhost", "::1"),
        )


async def _refusing_body(response: aiohttp.ClientResponse) -> bytes:
    content = b""
    with contextlib.suppress(*BROKEN):
        async for piece in response.content.iter_any():
            content += piece
            if len(content) > LARGEST_REFUSAL:
                break
    response.close()
    return content
