"""A receiver of webhooks on loopback: keeps what arrived, and answers by a script."""

import asyncio
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Arrived:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebhookReceiver:
    """Listens on loopback.

    Attributes:
        answers: Statuses for the next requests, in order; 204 behind them.
        silent: Whether it reads and never answers.
        arrived: What came.
    """

    answers: list[int] = field(default_factory=list[int])
    silent: bool = False
    arrived: list[Arrived] = field(default_factory=list[Arrived])
    extra: str = ""
    text: bytes = b"thanks"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._port: int = self._server.sockets[0].getsockname()[1]
        self._open: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        lines = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.arrived.append(Arrived(head[0].split(" ")[1], headers, body))
        if self.silent:
            await asyncio.Event().wait()
        status = self.answers.pop(0) if self.answers else 200
        answer = f"HTTP/1.1 {status} Said\r\ncontent-length: {len(self.text)}\r\n{self.extra}"
        writer.write(answer.encode() + b"connection: close\r\n\r\n" + self.text)
        await writer.drain()
