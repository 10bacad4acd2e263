"""A TCP door in front of the server that a test can shut: what a lost connection looks like."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Door:
    """Passes bytes both ways while it is open.

    Attributes:
        url: Where it is.
        heard: All that the server has sent through it.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = True
        self.url = ""
        self.heard = bytearray()

    def shut(self) -> None:
        """Drop every connection and take no new one."""
        self._open = False
        for writer in self._writers:
            writer.transport.abort()

    def reopen(self) -> None:
        """Let connections through again."""
        self._open = True

    async def pass_through(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, until either side ends it."""
        if not self._open:
            writer.transport.abort()
            return
        inner_reader, inner_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, inner_writer}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(reader, inner_writer))
                both.create_task(_copy(inner_reader, writer, self.heard))
        finally:
            self._writers -= {writer, inner_writer}
            writer.transport.abort()
            inner_writer.transport.abort()


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray | None = None
) -> None:
    try:
        while piece := await reader.read(65536):
            if heard is not None:
                heard += piece
            writer.write(piece)
            await writer.drain()
        writer.close()
    except ConnectionError:
        writer.transport.abort()


@asynccontextmanager
async def door_to(url: str) -> AsyncGenerator[Door]:
    """A door of its own port in front of the server at `url`."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    door = Door(parts.hostname, parts.port)
    server = await asyncio.start_server(door.pass_through, "127.0.0.1", 0)
    door.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield door
    finally:
        door.shut()
        server.close()
        await server.wait_closed()
