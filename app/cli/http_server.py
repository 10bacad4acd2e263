"""How HTTP is spoken: whose word on the client is taken, and how long a request's head may be."""

import asyncio
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any

import msgspec
import uvicorn
from uuid_utils.compat import uuid7
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CLOSE_STREAMS_S = 1  # Streams have been closed by then; this is for what a client holds open.
KEEP_ALIVE_S = 75  # Longer than a proxy reuses one (nginx: 60 s): it never meets one being closed.
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 200
TOO_LONG = "The request has too many headers, or too long ones."


def http_config(app: Any, trusted_proxies: Sequence[str]) -> uvicorn.Config:  # noqa: ANN401 - ASGI, as each library types it
    """How the application is served.

    Args:
        app: What answers.
        trusted_proxies: Addresses and networks whose word on address and scheme is taken.
    """
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=CLOSE_STREAMS_S,
    )


class BoundedProtocol(HttpToolsProtocol):
    """Bounds what is held of a request before anything looks at it; the parser itself does not."""

    _head_bytes = 0
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Name a client of a two-stack socket by its own address."""
        super().connection_made(transport)
        if self.client is not None:
            self.client = (_plain(self.client[0]), self.client[1])

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless the head goes on and on."""
        within = self._in_head
        super().data_received(data)
        # A header that does not end is not reported by the parser: its pieces are counted here.
        if within and self._in_head:
            self._count(len(data))

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._head_bytes, self._in_head = 0, True

    def on_url(self, url: bytes) -> None:
        """Count the address."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        super().on_header(name, value)
        self._count(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """The head ends; one that was refused goes nowhere."""
        self._in_head = False
        if not self.transport.is_closing():
            super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        too_long = self._head_bytes > MOST_HEAD_BYTES or len(self.headers) > MOST_HEADERS
        if too_long and not self.transport.is_closing():
            self.transport.write(_refusal())
            self.transport.close()


def _refusal() -> bytes:
    """The whole answer to a head that is too long, in the contract's own error body."""
    problem = {"error": "invalid_request", "message": TOO_LONG, "requestId": str(uuid7())}
    body = msgspec.json.encode(problem)
    return (
        b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\n"
        b"connection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    )


def _plain(host: str) -> str:
    """An IPv4 address as such, also where it came in as an IPv6 one."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or host)
