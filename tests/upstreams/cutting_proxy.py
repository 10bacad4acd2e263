"""A proxy on loopback whose connections break, each after so many bytes of answer."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 65_536


@dataclass
class CuttingProxy:
    """Passes bytes on.

    Attributes:
        url: Where it listens.
        cuts: For each connection to come, how many bytes of answers it lasts; then all last.
        connections: How many there were.
    """

    url: str = ""
    cuts: list[int] = field(default_factory=list[int])
    connections: int = 0

    def plan(self, cuts: Iterable[int]) -> None:
        """Count connections anew, and break them so."""
        self.cuts, self.connections = list(cuts), 0


@asynccontextmanager
async def cutting_proxy(upstream: str) -> AsyncGenerator[CuttingProxy]:
    """Listen in front of an upstream."""
    proxy, place = CuttingProxy(), urlsplit(upstream)
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        proxy.connections += 1
        if (task := asyncio.current_task()) is not None:
            serving.add(task)
        left = proxy.cuts.pop(0) if proxy.cuts else None
        there, back = await asyncio.open_connection(place.hostname, place.port)
        asking = asyncio.create_task(_pass_on(reader, back, None))
        try:
            await _pass_on(there, writer, left)
        finally:
            asking.cancel()
            writer.transport.abort()
            back.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def _pass_on(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, left: int | None
) -> None:
    while data := await source.read(CHUNK):
        target.write(data if left is None else data[:left])
        await target.drain()
        if left is not None:
            left -= len(data)
            if left <= 0:
                return
