"""An OpenAI-compatible server in a process of its own, as fast as its model's name says.

`short` sends 20 tokens at once, `paced` 200 tokens at 40 a second, `flood` 4,000 as fast as they
can be written; `silent` says one word and then nothing for an hour.
"""

import asyncio
import json
import multiprocessing
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

import uvloop

from tests.upstreams.http_server import Exchange, RawServer


@dataclass(frozen=True)
class Model:
    """How an answer arrives: tokens, and seconds before each but the first."""

    tokens: int
    pause_s: float = 0.0


MODELS = {
    "short": Model(20),
    "paced": Model(200, 1 / 40),
    "flood": Model(4_000),
    "silent": Model(2, 3_600),
}


@contextmanager
def upstream() -> Generator[int]:
    """Its port on loopback; it ends with the block."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(port: Connection) -> None:
    uvloop.run(_served(port))


async def _served(port: Connection) -> None:
    async with RawServer(_answer) as server:
        port.send(server.port)
        await asyncio.Event().wait()


async def _answer(exchange: Exchange) -> None:
    model = MODELS[exchange.seen.body["model"]]
    await exchange.head(200, kind="text/event-stream")
    for number in range(model.tokens):
        if number and model.pause_s:
            await asyncio.sleep(model.pause_s)
        await exchange.send(_TOKEN)
    await exchange.send(_END)


def _chunk(delta: dict[str, str], *, finish: str | None = None, **fields: object) -> bytes:
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return b"data: " + json.dumps({**body, "choices": choices, **fields}).encode() + b"\n\n"


_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
_TOKEN = _chunk({"content": "words "})
_END = _chunk({}, finish="stop") + _chunk({}, usage=_USAGE, choices=[]) + b"data: [DONE]\n\n"
