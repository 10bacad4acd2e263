"""An OpenAI-compatible endpoint on loopback that writes as slowly as a test wants."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

SENTENCE = "The quiet lamp shows one line at a time and waits for whoever reads it [1]."


class SlowModel:
    """Answers each question word by word; holds its breath while `gate` is closed."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.url = ""
        self.keys: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request; the connection ends with it."""
        with suppress(ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(
                line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line
            )
            length = int(headers.get("content-length", "0"))
            body = json.loads(await reader.readexactly(length) if length else b"{}")
            self.keys.append(headers.get("authorization", ""))
            if "/models" in head.split("\r\n", 1)[0]:
                await self._whole(writer, {"object": "list", "data": [{"id": "slow-1"}]})
            elif body.get("stream"):
                await self._stream(writer)
            else:
                choice = {"message": {"role": "assistant", "content": "Hello."}}
                await self._whole(
                    writer, {"choices": [{"index": 0, "finish_reason": "stop", **choice}]}
                )
        writer.close()

    async def _whole(self, writer: asyncio.StreamWriter, body: dict[str, object]) -> None:
        payload = json.dumps(body).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(payload), payload)
        )
        await writer.drain()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        )
        words = SENTENCE.split()
        for number, word in enumerate(words):
            if number == len(words) // 2:
                await self.gate.wait()
            await _event(writer, {"delta": {"content": word + " "}, "finish_reason": None})
        await _event(writer, {"delta": {}, "finish_reason": "stop"})
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()


async def _event(writer: asyncio.StreamWriter, choice: dict[str, object]) -> None:
    chunk = {"id": "1", "object": "chat.completion.chunk", "choices": [{"index": 0, **choice}]}
    writer.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    await writer.drain()


@asynccontextmanager
async def slow_model() -> AsyncGenerator[SlowModel]:
    """The endpoint, for as long as the block lasts."""
    model = SlowModel()
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        model.gate.set()
        server.close()
        await server.wait_closed()
