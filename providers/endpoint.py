"""One OpenAI-compatible endpoint: its client, its refusals in our words, its retries."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

import httpx2
from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI

from providers.addresses import GuardedTransport, check_url
from providers.errors import (
    AddressRefused,
    KeyMissing,
    ProviderError,
    UpstreamBusy,
    UpstreamRefused,
    UpstreamTimeout,
)
from providers.limits import Limits

__all__ = ["Limits", "OpenAIEndpoint", "plain_code"]

RETRIES: Final = 2
_PAUSE: Final = 0.25
"""Seconds before the first retry, doubled for the next, where the upstream names none."""
LONGEST_PAUSE: Final = 5.0
"""Seconds; an upstream that wants a longer pause is reported as busy at once."""

_PHRASES: Final = {
    400: "the provider did not accept the request",
    401: "the provider refused the key",
    402: "the provider wants to be paid first",
    403: "the provider does not allow this",
    404: "the provider knows no such model or address",
    408: "the provider waited too long for the request",
    413: "the request is too large for the provider",
    422: "the provider did not accept the request",
    429: "the provider is asked too often, or the account's limit is reached",
}
_CODE: Final = re.compile(r"[a-z]+(?:_[a-z]+){1,5}")
"""A machine-readable error code such as `context_length_exceeded`; holds no key and no address."""
_LONGEST_CODE: Final = 48
_BUSY: Final = 429
_SERVER: Final = 500
_NO_ENTRY: Final = (401, 403)

Result = TypeVar("Result")


class _PlainTransport(httpx2.AsyncBaseTransport):
    """Sends what the call needs: no made-up key, no facts about this machine."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, *, has_key: bool) -> None:
        self._inner = inner
        self._has_key = has_key

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = request.headers.copy()
        for name in request.headers:
            if name.startswith(("x-stainless-", "openai-")):
                headers.pop(name, None)
        if not self._has_key:
            headers.pop("authorization", None)
        headers["accept-encoding"] = "identity"
        headers["user-agent"] = "lumen"
        return await self._inner.handle_async_request(
            httpx2.Request(
                request.method,
                request.url,
                headers=headers,
                stream=request.stream,
                extensions=dict(request.extensions),
            )
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class OpenAIEndpoint:
    """The official client, kept to one address.

    Args:
        base_url: Up to and including `/v1` or what stands for it.
        api_key: Empty where the endpoint needs none.
        limits: Times and sizes.
        allow_private: Whether loopback and private ranges may be reached.

    Raises:
        AddressRefused: The base URL points where the server may not go.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str = "",
        *,
        limits: Limits | None = None,
        allow_private: bool = False,
    ) -> None:
        check_url(base_url, allow_private=allow_private)
        self.limits = limits or Limits()
        self.knows_stream_options = True
        """Until it shows that it does not; then it is not asked twice each time."""
        self._has_key = bool(api_key)
        idle = self.limits.idle
        timeout = httpx2.Timeout(idle, connect=self.limits.connect)
        http = httpx2.AsyncClient(
            transport=_PlainTransport(
                GuardedTransport(allow_private=allow_private), has_key=self._has_key
            ),
            follow_redirects=False,
            trust_env=False,
            timeout=timeout,
        )
        self.client = AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            max_retries=0,
            timeout=timeout,
            http_client=http,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self.client.close()

    async def attempt(
        self, call: Callable[[], Awaitable[Result]], *, patience: float = LONGEST_PAUSE
    ) -> Result:
        """Call, and again after 429, 5xx or a connection that failed, at most twice more.

        Args:
            call: What to try.
            patience: Seconds; a pause that is longer is the caller's to wait for.

        Raises:
            ProviderError: What the upstream said, in our own words.
            UpstreamBusy: The retries did not help.
        """
        for attempt in range(RETRIES + 1):
            try:
                return await call()
            except (APIStatusError, APIConnectionError, AddressRefused) as error:
                failure = self.translate(error)
                pause = max(_PAUSE * 2**attempt, retry_after(error) or 0.0)
                last = attempt == RETRIES or pause > patience
                if last or not isinstance(failure, UpstreamBusy):
                    raise failure from error
            await asyncio.sleep(pause)
        raise UpstreamBusy("the provider cannot be reached")

    def translate(self, error: Exception) -> ProviderError:
        """Say what happened, with nothing of the upstream's text but a plain error code."""
        if isinstance(error, ProviderError):
            return error
        if isinstance(error, APITimeoutError):
            slow = isinstance(error.__cause__, httpx2.ConnectTimeout)
            if slow:
                return UpstreamBusy("the provider cannot be reached")
            return UpstreamTimeout(f"nothing arrived for {self.limits.idle:g} s")
        if isinstance(error, APIStatusError):
            return self._refusal(error)
        return UpstreamBusy("the provider cannot be reached")

    def _refusal(self, error: APIStatusError) -> ProviderError:
        status = error.status_code
        if status in _NO_ENTRY and not self._has_key:
            return KeyMissing(f"{status} the provider needs a key and has none")
        detail = f"{status} {_phrase(status)}{plain_code(error.body)}"
        if status == _BUSY or status >= _SERVER:
            return UpstreamBusy(detail, status=status, retry_after=retry_after(error))
        return UpstreamRefused(detail, status=status)


def _phrase(status: int) -> str:
    if status >= _SERVER:
        return "the provider failed"
    if status in range(300, 400):
        return "the provider redirects elsewhere; give its final address as base URL"
    return _PHRASES.get(status, "the provider refused")


def plain_code(body: object) -> str:
    """Give ` (code)` if an error body carries a plain one, else nothing."""
    fields: Any = body
    if isinstance(fields, dict) and isinstance(fields.get("error"), dict):  # pyright: ignore[reportUnknownMemberType]  # Any JSON may arrive; what is used is checked below.
        fields = fields["error"]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(fields, dict):
        return ""
    named: list[object] = [fields.get("code"), fields.get("type")]  # pyright: ignore[reportUnknownMemberType]
    for code in named:
        if isinstance(code, str) and len(code) <= _LONGEST_CODE and _CODE.fullmatch(code):
            return f" ({code})"
    return ""


def retry_after(error: Exception) -> float | None:
    """Give the seconds that a refusal wants to be left alone for; None where it names none.

    Both forms of RFC 9110, section 10.2.3: seconds, and a date.
    """
    if not isinstance(error, APIStatusError):
        return None
    wanted = error.response.headers.get("retry-after", "").strip()
    if wanted.isascii() and wanted.replace(".", "", 1).isdecimal():
        return float(wanted)
    try:
        moment = parsedate_to_datetime(wanted)
    except (ValueError, TypeError, OverflowError):
        return None
    # RFC 5322 writes an unknown zone as -0000, which Python reads as none.
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((zoned - datetime.now(UTC)).total_seconds(), 0.0)
