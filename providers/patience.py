"""Calls to an endpoint of models that waits to be asked again, within reason."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from openai import APIConnectionError, APIStatusError

from providers.endpoint import OpenAIEndpoint
from providers.errors import (
    AddressRefused,
    EmbedderFailed,
    ProviderError,
    UpstreamBusy,
    UpstreamRefused,
)

_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 10.0
"""Seconds between two tries where the endpoint names none; the first pause doubles up to it."""
_TOO_LARGE: Final = 413

Result = TypeVar("Result")


class TooMuchAtOnce(EmbedderFailed):
    """The endpoint takes smaller requests only."""


class PatientCalls:
    """Asks one endpoint, and again while it is busy.

    Args:
        endpoint: Where to.
    """

    def __init__(self, endpoint: OpenAIEndpoint) -> None:
        self.client = endpoint.client
        self._endpoint = endpoint

    async def call(self, ask: Callable[[], Awaitable[Result]], patience: float) -> Result:
        """Ask until there is an answer: 429, 5xx and broken connections are met by waiting.

        A `Retry-After` is kept to. What comes back is not looked at.

        Args:
            ask: Sends one request.
            patience: Seconds that the waiting may take altogether.

        Raises:
            TooMuchAtOnce: The request is too large.
            EmbedderFailed: What the endpoint said, in our own words.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        pause = _PAUSE
        while True:
            try:
                return await ask()
            except (APIStatusError, APIConnectionError, AddressRefused) as error:
                failure = self._endpoint.translate(error)
                wait = max(pause, _wanted(error))
                if not isinstance(failure, UpstreamBusy) or loop.time() + wait > until:
                    kind = TooMuchAtOnce if _is_too_large(failure) else EmbedderFailed
                    raise kind(failure.detail) from error
            await asyncio.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._endpoint.aclose()


def _is_too_large(failure: ProviderError) -> bool:
    return isinstance(failure, UpstreamRefused) and failure.status == _TOO_LARGE


def _wanted(error: Exception) -> float:
    """The pause that the endpoint names; 0 where it names none."""
    if not isinstance(error, APIStatusError):
        return 0.0
    value: str = error.response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.replace(".", "", 1).isdecimal() else 0.0
