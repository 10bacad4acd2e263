"""Where a provider's base URL may point: checked when it is set, and again at every connection.

The connection goes to the very address that was checked, so that a name that changes its address
between check and connection gains nothing.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext
from typing import Final
from urllib.parse import urlsplit

import httpx2

from providers.errors import AddressRefused

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Awaitable[Sequence[Address]]]

_METADATA: Final = (
    # Services that hand a machine's credentials to whoever asks from it.
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
    ip_network("fd00:ec2::/32"),
    ip_network("fd20:ce::/32"),
    ip_network("100.100.100.200/32"),
    ip_network("168.63.129.16/32"),
    ip_network("192.0.0.0/24"),
)
_TUNNELS: Final = tuple(
    # IPv6 that carries an IPv4 address: mapped, compatible, NAT64, 6to4, Teredo.
    ip_network(network)
    for network in ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
_COMPATIBLE: Final = ip_network("::/96")
_SHARED: Final = ip_network("100.64.0.0/10")
_METADATA_NAMES: Final = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data"}
)
_ODD: Final = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*\.?", re.IGNORECASE)
"""What `inet_aton` would read as an address: 127.1, 0x7f.1, 2130706433, 0177.0.0.1."""

LARGEST_REFUSAL = 64 * 1024
LARGEST_ANSWER = 64 * 1024 * 1024


def check_url(url: str, *, allow_private: bool) -> None:
    """Refuse a base URL that names a place where the server may not go; resolves no name.

    Raises:
        AddressRefused: Not http or https, no host, credentials in it, an odd spelling of an
            address, or an address that is refused.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        httpx2.URL(url)  # What the client can't read, nobody may store.
    except (ValueError, httpx2.InvalidURL) as error:
        raise AddressRefused("the base URL cannot be read") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefused("the base URL must begin with https:// or http:// and name a host")
    if parts.username is not None or "\\" in url or any(char <= " " for char in url):
        raise AddressRefused("the base URL must hold no user name, backslash or space")
    check_host(host, allow_private=allow_private)


def check_host(host: str, *, allow_private: bool) -> None:
    """Refuse a host by its spelling; names pass and are checked once resolved.

    Raises:
        AddressRefused: A metadata name, an odd spelling, or an address that is refused.
    """
    plain = host.strip("[]").rstrip(".").lower()
    if not plain.isascii():
        try:
            plain = plain.encode("idna").decode().lower()
        except UnicodeError as error:
            raise AddressRefused("the base URL names no host that there could be") from error
    if plain in _METADATA_NAMES or "%" in plain:
        raise AddressRefused("the base URL points at an address that is never allowed")
    try:
        address = ip_address(plain)
    except ValueError as error:
        if _ODD.fullmatch(plain):
            raise AddressRefused("the base URL spells an address in an odd way") from error
        is_local = plain == "localhost" or plain.endswith(".localhost")
        if is_local and not allow_private:
            raise AddressRefused("the base URL points at this machine or a private net") from error
        return
    check_address(address, allow_private=allow_private)


def check_address(address: Address, *, allow_private: bool) -> None:
    """Refuse an address.

    Raises:
        AddressRefused: Always for link-local, metadata, multicast, reserved and tunnelled ones;
            for loopback and private ranges unless these are allowed.
    """
    if _is_never_allowed(address):
        raise AddressRefused("the base URL points at an address that is never allowed")
    if not allow_private and not _is_public(address):
        raise AddressRefused("the base URL points at this machine or a private net")


def _is_public(address: Address) -> bool:
    # Python counts the shared range, and IPv6's old site-local one, among the global.
    is_site_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and address not in _SHARED and not is_site_local


def _is_never_allowed(address: Address) -> bool:
    if any(address in network for network in (*_METADATA, *_TUNNELS)):
        return True
    if address in _COMPATIBLE and not address.is_loopback:
        return True
    # Python counts ::1 and 240/4 among the reserved.
    reserved = address.is_reserved and not address.is_loopback
    return address.is_unspecified or address.is_multicast or reserved


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends after some bytes, whatever the upstream still has to say."""

    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self._stream = stream
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk[: self._left]
            self._left -= len(chunk)
            if self._left <= 0:
                return

    async def aclose(self) -> None:
        await self._stream.aclose()


async def resolved(host: str) -> list[Address]:
    """The addresses that the system knows a name by, each once, in its order.

    Raises:
        OSError: It knows none.
        UnicodeError: There can be no such name.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))


@cache
def _trust() -> SSLContext:
    """Whose certificates are good: read once, since it holds up the event loop for 20 to 40 ms."""
    return httpx2.create_ssl_context()


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Resolves, checks, and connects to the address that was checked.

    The name stays in the Host header and in the TLS handshake, so that certificates are verified
    against it.

    Args:
        allow_private: Whether loopback and private ranges may be reached.
        resolve: Gives a name's addresses; the system's own way by default.
    """

    def __init__(self, *, allow_private: bool, resolve: Resolve | None = None) -> None:
        self._allow_private = allow_private
        self._resolve = resolve or resolved
        self._inner = httpx2.AsyncHTTPTransport(verify=_trust())

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to a checked address.

        Raises:
            AddressRefused: The host, or one of the addresses its name has, is refused.
            ConnectError: The name has no address, or none of them answers.
        """
        host = request.url.host
        check_host(host, allow_private=self._allow_private)
        failure = httpx2.ConnectError("the host name is unknown", request=request)
        for address in await self._addresses(host, request):
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=str(address))
            try:
                response = await self._inner.handle_async_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
                continue
            return _bounded(response)
        raise failure

    async def _addresses(self, host: str, request: httpx2.Request) -> Sequence[Address]:
        try:
            addresses = await self._resolve(host)
        except (OSError, UnicodeError) as error:
            raise httpx2.ConnectError("the host name is unknown", request=request) from error
        for address in addresses:
            check_address(address, allow_private=self._allow_private)
        return addresses

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


def _bounded(response: httpx2.Response) -> httpx2.Response:
    limit = LARGEST_ANSWER if response.is_success else LARGEST_REFUSAL
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream, limit)
    return response
