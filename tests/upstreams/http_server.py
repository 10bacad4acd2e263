"""A server raw enough to misbehave: it reads requests well and lets a handler write any bytes."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Seen:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Exchange:
    """One request and the way to answer it."""

    seen: Seen
    writer: asyncio.StreamWriter
    turn: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, status: int, *, kind: str = "application/json", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"content-type: {kind}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def json(self, status: int, body: Any, **headers: str) -> None:
        await self.head(status, **headers)
        await self.send(json.dumps(body).encode())

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Handler = Callable[[Exchange], Awaitable[None]]


class RawServer:
    """Listens on loopback; `requests` holds what arrived, in order."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.requests: list[Seen] = []
        self.gone = asyncio.Event()
        """Set when a client left before its answer was over."""
        self.reached = asyncio.Event()
        """Set when a first request arrived."""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._exchange(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ")
        pairs = (line.partition(": ") for line in head[1:] if line)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        seen = Seen(method, path, headers, json.loads(body) if body else None)
        self.requests.append(seen)
        self.reached.set()
        exchange = Exchange(seen, writer, turn=len(self.requests))
        watch = asyncio.create_task(self._watch(reader, exchange))
        try:
            await self._handler(exchange)
        finally:
            watch.cancel()

    async def _watch(self, reader: asyncio.StreamReader, exchange: Exchange) -> None:
        """The client says nothing more; that its side ends means that it left."""
        with suppress(ConnectionError):
            await reader.read()
        exchange.closed.set()
        self.gone.set()
