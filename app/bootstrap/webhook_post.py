"""How webhooks are reached: checked addresses alone, no redirects, a short while, few bytes."""

import asyncio
from collections.abc import Mapping

import httpx2

from app.webhooks.errors import AddressNotAllowed
from app.webhooks.sending import Told
from providers.addresses import GuardedTransport, check_url
from providers.errors import AddressRefused

WHOLE_S = 10.0
KEPT_BYTES = 1_000


class GuardedPost:
    """Posts to receivers.

    Args:
        allow_private: Whether loopback and private ranges may be reached.
        whole_s: Seconds for all of an attempt.
    """

    def __init__(self, *, allow_private: bool, whole_s: float = WHOLE_S) -> None:
        self._allow_private = allow_private
        self._whole_s = whole_s
        self._client = httpx2.AsyncClient(
            transport=GuardedTransport(allow_private=allow_private),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx2.Timeout(whole_s),
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Told:
        """Send it; whatever happens is told."""
        try:
            check_url(url, allow_private=self._allow_private)
            async with asyncio.timeout(self._whole_s):
                return await self._send(url, body, headers)
        except AddressRefused as error:
            return Told(error=sentence(error))
        except (TimeoutError, httpx2.TimeoutException):
            return Told(error=f"No answer within {self._whole_s:g} seconds.")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return Told(error=f"The receiver cannot be reached ({type(error).__name__}).")

    async def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Told:
        plain = {"Accept-Encoding": "identity", **headers}
        async with self._client.stream("POST", url, content=body, headers=plain) as response:
            said = b""
            async for piece in response.aiter_raw():
                said += piece
                if len(said) >= KEPT_BYTES:
                    break
        text = said[:KEPT_BYTES].decode("utf-8", "replace").replace("\x00", "")
        if response.is_success:
            return Told(response.status_code, text)
        if response.is_redirect:
            error = f"{response.status_code}: it redirects elsewhere. Give its final address."
        else:
            error = f"The receiver answered {response.status_code}."
        return Told(response.status_code, text, error)


class AddressRule:
    """Where webhooks may point.

    Args:
        allow_private: Whether loopback and private ranges are among it.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    def __call__(self, url: str) -> None:
        """Refuse what the server may not reach; names are checked again when they are called.

        Raises:
            AddressNotAllowed: It is no such address as the server may call.
        """
        try:
            check_url(url, allow_private=self._allow_private)
        except AddressRefused as error:
            raise AddressNotAllowed(sentence(error)) from error


def sentence(error: AddressRefused) -> str:
    """Why an address is refused, where it is a webhook's."""
    said = error.detail.replace("the base URL", "the address")
    return f"{said[:1].upper()}{said[1:]}."
