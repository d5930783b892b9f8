"""The provider for OpenAI and every server that speaks its chat completions protocol."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2
import msgspec
from openai import AsyncOpenAI, DefaultAioHttpClient, OpenAIError

from api.providers.base import ModelRequest, Part
from api.providers.deadlines import Deadlines
from api.providers.errors import ModelTimedOutError, ModelUnavailableError
from api.providers.refusals import refusal, unreachable
from api.providers.registry import ProviderConfig
from api.providers.reply import ReplyReader

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-4.1-mini"

LARGEST_REFUSAL = 65_536
"""Bytes read of an answer that refuses: enough for any error object, and a bound."""

AFTERMATH = 2.0
"""Seconds given to the usage figures once the finish reason is known."""

DRAIN = 0.1
"""Seconds given to the end of the body after `[DONE]`, so that the connection can be reused."""

KEEP_ALIVE = 4.0
"""Seconds that an idle TLS connection is kept: less than the 5 after which many servers close it,
or a request would now and then meet a connection that is just being closed."""

_BROKEN = (OpenAIError, httpx2.HTTPError, aiohttp.ClientError, OSError)


class OpenAIProvider:
    """Streams replies of the server at `base_url` (None: OpenAI's own).

    It uses the package `openai` for addresses, credentials and connections, but encodes the
    request and decodes the chunks itself: the package's typed way costs 150 µs for each message
    of the history and several times more for each token. Deadlines are in seconds: `connect`
    until there is a connection, `idle` between two parts, `total` for the whole reply.
    """

    def __init__(
        self,
        *,
        name: str = "openai",
        base_url: str | None = None,
        api_key: str = "",
        default_model: str = DEFAULT_MODEL,
        connect_timeout: float = 10.0,
        idle_timeout: float = 60.0,
        total_timeout: float = 300.0,
    ) -> None:
        self.name = name
        self.default_model = default_model
        self._max_tokens = "max_tokens" if base_url else "max_completion_tokens"
        self._connect = connect_timeout
        self._idle = idle_timeout
        self._total = total_timeout
        self._closed = False
        url = base_url or OPENAI_URL
        self._options: Any = {"headers": _headers(url)}
        self._client = AsyncOpenAI(
            api_key=api_key or "none",
            base_url=url,
            timeout=httpx2.Timeout(None, connect=connect_timeout),
            max_retries=0,
            http_client=_http_client(url),
        )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Part, None]:
        """The parts of one reply; leaving early closes the upstream connection at once."""
        deadlines = Deadlines(self._idle, self._total)
        reply = ReplyReader()
        async with self._response(self._body(request), deadlines) as chunks:
            while not reply.over:
                data = await self._next(chunks, deadlines, reply)
                if data is None:
                    break
                for part in reply.feed(data):
                    yield part
                if reply.heard:
                    deadlines.renew(AFTERMATH if reply.finish_reason else None)
            else:
                await _drain(chunks, deadlines)
        for part in reply.end():
            yield part

    async def start(self) -> None:
        """Nothing to ready: connections are made when they are needed."""

    async def check(self) -> None:
        """Ask for the list of models, which tests the address, the key and the connection."""
        deadlines = Deadlines(self._connect, 2 * self._connect)
        try:
            call = self._client.get("/models", cast_to=httpx2.Response, options=self._options)
            response = await deadlines.within(call)
            await response.aclose()
        except _BROKEN as error:
            raise unreachable(error, self._connect) from None
        finally:
            deadlines.close()

    async def aclose(self) -> None:
        self._closed = True
        await self._client.close()

    def _body(self, request: ModelRequest) -> bytes:
        settings = {k: v for k, v in request.settings.items() if v is not None}
        if "max_tokens" in settings:
            settings[self._max_tokens] = settings.pop("max_tokens")
        return msgspec.json.encode(
            {
                **settings,
                "model": request.model,
                "messages": request.turns,
                "stream": True,
                "stream_options": {"include_usage": True},
            }
        )

    @contextlib.asynccontextmanager
    async def _response(
        self, body: bytes, deadlines: Deadlines
    ) -> AsyncIterator[AsyncGenerator[bytes, None]]:
        """The bytes of the answer; closed here: a reader that leaves must stop the billing."""
        response = None
        try:
            response = await deadlines.within(self._post(body))
            async with contextlib.aclosing(response.aiter_bytes()) as chunks:
                yield chunks
        finally:
            deadlines.close()
            if response is not None:
                await response.aclose()

    async def _post(self, body: bytes) -> httpx2.Response:
        if self._closed:
            raise ModelUnavailableError("The connection to the model's server is closed.")
        try:
            response = await self._client.post(
                "/chat/completions", cast_to=httpx2.Response, content=body, options=self._options
            )
        except _BROKEN as error:
            raise unreachable(error, self._connect) from None
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "text/event-stream":
            await response.aclose()
            raise ModelUnavailableError("The model's server answered with something else.")
        return response

    async def _next(
        self, chunks: AsyncGenerator[bytes, None], deadlines: Deadlines, reply: ReplyReader
    ) -> bytes | None:
        """The next bytes; None where the body ended, cleanly or not."""
        try:
            return await deadlines.within(anext(chunks))
        except (StopAsyncIteration, *_BROKEN):
            return None
        except ModelTimedOutError:
            if reply.finish_reason is None:
                raise
            return None
        except RuntimeError:
            if not self._closed:
                raise
            return None  # aiohttp says so where its session is closed during a read


async def _drain(chunks: AsyncGenerator[bytes, None], deadlines: Deadlines) -> None:
    deadlines.renew(DRAIN)
    with contextlib.suppress(StopAsyncIteration, ModelTimedOutError, *_BROKEN):
        while True:
            await deadlines.within(anext(chunks))


def _headers(url: str) -> dict[str, str]:
    headers = {
        "Accept-Encoding": "identity",  # a compressed token arrives late
        "Content-Type": "application/json",
        "X-Stainless-Raw-Response": "stream",  # the package then leaves the body unread
    }
    if _keep_alive(url) == 0:
        headers["Connection"] = "close"
    return headers


def _keep_alive(url: str) -> float:
    """Seconds that an idle connection is kept.

    Without TLS a new one costs next to nothing, and llama.cpp closes each connection after a
    reply without saying so: a request that follows quickly would be lost on the old one.
    """
    return 0 if urlsplit(url).scheme == "http" else KEEP_ALIVE


def _http_client(base_url: str) -> httpx2.AsyncClient:
    loopback = urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")
    return DefaultAioHttpClient(
        limits=httpx2.Limits(max_connections=4096, keepalive_expiry=_keep_alive(base_url)),
        follow_redirects=False,  # the key must not travel to another server
        trust_env=not loopback,  # a proxy cannot reach this machine's own servers
        event_hooks={"response": [_refuse]},
    )


async def _refuse(response: httpx2.Response) -> None:
    """Raise the error of an answer that isn't a 2xx, before the package reads it unbounded."""
    if response.is_success:
        return
    content = b""
    with contextlib.suppress(*_BROKEN):
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > LARGEST_REFUSAL:
                break
    raise refusal(response.status_code, response.headers, content)


def from_config(config: ProviderConfig) -> OpenAIProvider:
    """The configured provider; ValueError where no request could ever succeed."""
    if config.base_url and not config.model:
        raise ValueError("A server of your own needs the name of a model: set PARLEY_MODEL.")
    if not config.api_key.isascii() or not config.api_key.isprintable():
        raise ValueError("OPENAI_API_KEY holds characters that no key has.")
    return OpenAIProvider(
        name=config.prices or _vendor(config.base_url),
        base_url=config.base_url,
        api_key=config.api_key,
        default_model=config.model or DEFAULT_MODEL,
        connect_timeout=config.connect_timeout,
        idle_timeout=config.idle_timeout,
        total_timeout=config.total_timeout,
    )


def _vendor(base_url: str | None) -> str:
    """`openai`, or the host of another server: it has prices of its own, or none at all."""
    host = urlsplit(base_url or OPENAI_URL).netloc.rpartition("@")[2]
    return "openai" if host == urlsplit(OPENAI_URL).netloc else host
