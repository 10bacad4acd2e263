"""Bytes on a connection, for requests that no client library would send."""

import asyncio
from urllib.parse import urlsplit

import msgspec

PATIENCE_S = 10


async def exchange(url: str, *pieces: bytes) -> bytes:
    """Send the pieces, each in a write of its own; all that comes back until the server closes.

    A server that refuses closes before everything is sent: what it said still counts.
    """
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        async with asyncio.timeout(PATIENCE_S):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await _all_of(reader)
    except ConnectionError:
        return await _all_of(reader)
    finally:
        writer.close()


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    received = b""
    try:
        while piece := await reader.read(65536):
            received += piece
    except ConnectionError:
        pass
    return received


def status_of(answer: bytes) -> int:
    """The status of the (last) answer."""
    return int(answer.split(b" ", 2)[1])


def error_of(answer: bytes) -> object:
    """The error's code."""
    return msgspec.json.decode(answer.rpartition(b"\r\n\r\n")[2])["error"]


def request(method: str, path: str, *headers: str, host: str = "localhost") -> bytes:
    """A request's head; the connection closes after the answer."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")
