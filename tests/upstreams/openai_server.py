"""An OpenAI-compatible server on loopback, one fault per model name.

`plain` answers well; every other name of `FAULTS` misbehaves in its own way. `steps` gives one
token for each `release()`.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from email.utils import formatdate
from time import time
from typing import Any

import pytest

from tests.upstreams.http_server import Exchange, RawServer

WORDS = ["The ", "rent ", "is ", "due ", "on ", "Monday", " [1]."]
ANSWER = "".join(WORDS)
USAGE = {"prompt_tokens": 21, "completion_tokens": 7, "total_tokens": 28}
CANARY_KEY = "sk-canary-0123456789abcdef"
CANARY_TEXT = f"Incorrect API key provided: {CANARY_KEY}. See http://10.0.0.7/admin <b>now</b>"
DIMENSIONS = 4

Fault = Callable[["OpenAIServer", Exchange], Awaitable[None]]
FAULTS: dict[str, Fault] = {}


def fault(*names: str) -> Callable[[Fault], Fault]:
    def register(handler: Fault) -> Fault:
        FAULTS.update(dict.fromkeys(names, handler))
        return handler

    return register


def chunk(content: str | None = None, *, finish: str | None = None, **fields: Any) -> bytes:
    delta = {} if content is None else {"content": content}
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    body["choices"] = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return b"data: " + json.dumps(body | fields).encode() + b"\n\n"


def usage_chunk() -> bytes:
    return chunk(choices=[], usage=USAGE)


DONE = b"data: [DONE]\n\n"


class OpenAIServer(RawServer):
    """See the module; `base_url` is what a provider row would hold."""

    def __init__(self) -> None:
        super().__init__(self._route)
        self._steps = asyncio.Semaphore(0)
        self.key: str | None = None
        """When set, other keys are refused."""
        self._answering = 0
        self.most_at_once = 0
        """How many answers were being given at the busiest time."""
        self.models: Sequence[str] | None = None
        """When set, what the server lists."""

    @property
    def questions(self) -> int:
        """How many times a model was asked."""
        return sum(seen.path == "/v1/chat/completions" for seen in self.requests)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def release(self, tokens: int = 1) -> None:
        """Let `steps` produce some more tokens."""
        for _ in range(tokens):
            self._steps.release()

    async def step(self) -> None:
        await self._steps.acquire()

    async def _route(self, exchange: Exchange) -> None:
        if self.key and exchange.seen.headers.get("authorization") != f"Bearer {self.key}":
            await refused(self, exchange, 401)
        elif exchange.seen.path == "/v1/models":
            names = listed() if self.models is None else self.models
            await exchange.json(200, {"object": "list", "data": [{"id": name} for name in names]})
        elif exchange.seen.path in {"/v1/chat/completions", "/v1/embeddings"}:
            await self._answer(exchange)
        else:
            await refused(self, exchange, 404)

    async def _answer(self, exchange: Exchange) -> None:
        handler = FAULTS.get(exchange.seen.body["model"])
        self._answering += 1
        self.most_at_once = max(self.most_at_once, self._answering)
        try:
            await (handler(self, exchange) if handler else refused(self, exchange, 404))
        finally:
            self._answering -= 1


def listed() -> list[str]:
    """What the server says it has: all but those that are there and unlisted."""
    return [name for name in FAULTS if not name.endswith("-unlisted")]


async def refused(_: OpenAIServer, exchange: Exchange, status: int, **headers: str) -> None:
    code = "model_not_found" if status == 404 else "some_error"
    error = {"message": CANARY_TEXT, "type": "bad", "code": code}
    await exchange.json(status, {"error": error}, **headers)


async def begin(exchange: Exchange, words: list[str] | None = None) -> None:
    await exchange.head(200, kind="text/event-stream")
    for word in WORDS if words is None else words:
        await exchange.send(chunk(word))


async def finish(exchange: Exchange, reason: str = "stop") -> None:
    await exchange.send(chunk(finish=reason))
    if exchange.seen.body.get("stream_options"):
        await exchange.send(usage_chunk())
    await exchange.send(DONE)


@fault("plain")
async def _plain(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange)
    await finish(exchange)


@fault("steps")
async def _steps(server: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    for word in WORDS:
        await server.step()
        await exchange.send(chunk(word))
    await finish(exchange)


@fault("length", "content_filter", "tool_calls")
async def _other_finish(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange)
    await finish(exchange, exchange.seen.body["model"])


@fault("cut-close")
async def _cut_close(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, WORDS[:3])


@fault("cut-reset")
async def _cut_reset(server: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, WORDS[:3])
    await server.step()
    exchange.reset()


@fault("cut-mid-chunk")
async def _cut_mid_chunk(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, WORDS[:3])
    await exchange.send(chunk(WORDS[3])[:40])


@fault("cut-chunked")
async def _cut_chunked(_: OpenAIServer, exchange: Exchange) -> None:
    await exchange.head(200, kind="text/event-stream", transfer_encoding="chunked")
    piece = chunk(WORDS[0])
    await exchange.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\nff\r\nda")


@fault("no-finish")
async def _no_finish(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange)
    await exchange.send(DONE)


@fault("no-done")
async def _no_done(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange)
    await exchange.send(chunk(finish="stop") + usage_chunk())


@fault("no-usage")
async def _no_usage(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange)
    await exchange.send(chunk(finish="stop") + DONE)


@fault("reset-after-finish")
async def _reset_after_finish(server: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange)
    await exchange.send(chunk(finish="stop"))
    await server.step()
    exchange.reset()


@fault("malformed")
async def _malformed(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, WORDS[:2])
    await exchange.send(b'data: {"choices": [{"delta"\n\n')


@fault("malformed-first")
async def _malformed_first(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    await exchange.send(b"data: " + CANARY_TEXT.encode() + b"\n\n")


@fault("wrong-types")
async def _wrong_types(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    await exchange.send(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n')


@fault("invalid-utf8")
async def _invalid_utf8(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    await exchange.send(chunk("caf\x00e").replace(b"caf", b"caf\xff"))
    await finish(exchange)


@fault("split-character")
async def _split_character(server: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    raw = 'data: {"choices":[{"index":0,"delta":{"content":"Zürich 😀"}}]}\n\n'.encode()
    cut = raw.index("😀".encode()) + 2
    await exchange.send(raw[:cut])
    await server.step()
    await exchange.send(raw[cut:])
    await finish(exchange)


@fault("one-byte")
async def _one_byte(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    raw = b"".join(chunk(word) for word in WORDS) + chunk(finish="stop") + usage_chunk() + DONE
    for byte in raw:
        await exchange.send(bytes([byte]))


@fault("error-event")
async def _error_event(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, WORDS[:2])
    error = {"error": {"message": CANARY_TEXT, "code": "server_overloaded"}}
    await exchange.send(b"data: " + json.dumps(error).encode() + b"\n\n")


@fault("named-error-event")
async def _named_error_event(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, WORDS[:2])
    await exchange.send(b"event: error\ndata: " + CANARY_TEXT.encode() + b"\n\n")


@fault("stall-before-headers")
async def _stall_before_headers(_: OpenAIServer, exchange: Exchange) -> None:
    await exchange.closed.wait()


@fault("stall-after-chunks")
async def _stall_after_chunks(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, WORDS[:3])
    await exchange.closed.wait()


@fault("trickle")
async def _trickle(_: OpenAIServer, exchange: Exchange) -> None:
    """One chunk after another, each in time, and never the last."""
    await begin(exchange, [])
    while not exchange.closed.is_set():
        await exchange.send(chunk("drip "))
        await asyncio.sleep(0.1)


@fault("endless")
async def _endless(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    while not exchange.closed.is_set():
        await exchange.send(chunk("and on ") * 100)


@fault("endless-silence")
async def _endless_silence(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    while not exchange.closed.is_set():
        await exchange.send(b": still here\n\n")
        await asyncio.sleep(0.01)


@fault("huge-line")
async def _huge_line(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    await exchange.send(b"data: ")
    for _ in range(1024):
        await exchange.send(b"x" * (1 << 20))


@fault("empty-deltas")
async def _empty_deltas(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    await exchange.send(chunk() + chunk("") + chunk(choices=[]) + chunk(choices=None))
    for word in WORDS:
        await exchange.send(chunk(word) + chunk(""))
    await finish(exchange)


@fault("401", "402", "403", "404", "500-always", "429-always", "400-always", "400-unlisted")
async def _status(server: OpenAIServer, exchange: Exchange) -> None:
    await refused(server, exchange, int(exchange.seen.body["model"][:3]))


@fault("429-then-fine", "500-then-fine", "502-then-fine", "503-then-fine")
async def _then_fine(server: OpenAIServer, exchange: Exchange) -> None:
    if exchange.turn == 1:
        await refused(server, exchange, int(exchange.seen.body["model"][:3]))
    else:
        await _plain(server, exchange)


@fault("429-retry-after")
async def _retry_after(server: OpenAIServer, exchange: Exchange) -> None:
    if exchange.turn == 1:
        await refused(server, exchange, 429, retry_after="0.3")
    else:
        await _plain(server, exchange)


@fault("429-retry-late")
async def _retry_late(server: OpenAIServer, exchange: Exchange) -> None:
    await refused(server, exchange, 429, retry_after="3600")


@fault("no-stream-options")
async def _no_stream_options(server: OpenAIServer, exchange: Exchange) -> None:
    if "stream_options" in exchange.seen.body:
        await refused(server, exchange, 400)
    else:
        await _plain(server, exchange)


@fault("html")
async def _html(_: OpenAIServer, exchange: Exchange) -> None:
    await exchange.head(200, kind="text/html; charset=utf-8")
    await exchange.send(b"<html>" + CANARY_TEXT.encode())


@fault("429-retry-date")
async def _retry_date(server: OpenAIServer, exchange: Exchange) -> None:
    if exchange.turn == 1:
        # A date has whole seconds: two ahead is one to two from now.
        await refused(server, exchange, 429, retry_after=formatdate(time() + 2, usegmt=True))
    else:
        await _plain(server, exchange)


@fault("429-retry-soon-always")
async def _retry_soon(server: OpenAIServer, exchange: Exchange) -> None:
    await refused(server, exchange, 429, retry_after="1.5")


@fault("error-first")
async def _error_first(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    await exchange.send(b"event: error\ndata: " + CANARY_TEXT.encode() + b"\n\n")


@fault("nothing")
async def _nothing(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])


@fault("empty")
async def _empty(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, [])
    await finish(exchange)


@fault("json")
async def _json(_: OpenAIServer, exchange: Exchange) -> None:
    await exchange.json(200, {"choices": [{"message": {"content": CANARY_TEXT}}]})


@fault("301", "302", "303", "307", "308")
async def _redirect(server: OpenAIServer, exchange: Exchange) -> None:
    status = int(exchange.seen.body["model"])
    await exchange.json(status, {}, location=f"{server.base_url}/elsewhere")


@fault("huge-refusal")
async def _huge_refusal(_: OpenAIServer, exchange: Exchange) -> None:
    await exchange.head(500)
    while not exchange.closed.is_set():
        await exchange.send(b"x" * (1 << 20))


def _rows(exchange: Exchange) -> list[dict[str, Any]]:
    texts: list[str] = exchange.seen.body["input"]
    return [
        {"index": at, "embedding": [float(len(text)), 1.0, 0.0, 0.0], "object": "embedding"}
        for at, text in enumerate(texts)
    ]


async def _embeddings(exchange: Exchange, rows: list[dict[str, Any]]) -> None:
    await exchange.json(200, {"object": "list", "data": rows, "model": "m", "usage": USAGE})


@fault("embed")
async def _embed(_: OpenAIServer, exchange: Exchange) -> None:
    await _embeddings(exchange, _rows(exchange))


@fault("embed-reordered")
async def _embed_reordered(_: OpenAIServer, exchange: Exchange) -> None:
    await _embeddings(exchange, _rows(exchange)[::-1])


@fault("embed-few")
async def _embed_few(_: OpenAIServer, exchange: Exchange) -> None:
    await _embeddings(exchange, _rows(exchange)[:-1])


@fault("embed-twice")
async def _embed_twice(_: OpenAIServer, exchange: Exchange) -> None:
    rows = _rows(exchange)
    await _embeddings(exchange, [*rows[:-1], rows[0]])


@fault("embed-wide")
async def _embed_wide(_: OpenAIServer, exchange: Exchange) -> None:
    await _embeddings(exchange, [row | {"embedding": [1.0] * 5} for row in _rows(exchange)])


@fault("embed-ragged")
async def _embed_ragged(_: OpenAIServer, exchange: Exchange) -> None:
    rows = _rows(exchange)
    await _embeddings(exchange, [rows[0] | {"embedding": [1.0]}, *rows[1:]])


@fault("embed-nan")
async def _embed_nan(_: OpenAIServer, exchange: Exchange) -> None:
    nan = [float("nan"), 1.0, 1.0, 1.0]
    await _embeddings(exchange, [row | {"embedding": nan} for row in _rows(exchange)])


@fault("embed-zero")
async def _embed_zero(_: OpenAIServer, exchange: Exchange) -> None:
    await _embeddings(exchange, [row | {"embedding": [0.0] * 4} for row in _rows(exchange)])


@fault("embed-html")
async def _embed_html(_: OpenAIServer, exchange: Exchange) -> None:
    await exchange.head(200, kind="text/html")
    await exchange.send(b"<html>")


@fault("embed-429-then-fine")
async def _embed_429(server: OpenAIServer, exchange: Exchange) -> None:
    if exchange.turn == 2:
        await refused(server, exchange, 429)
    else:
        await _embeddings(exchange, _rows(exchange))


@asynccontextmanager
async def running_openai_server() -> AsyncGenerator[OpenAIServer]:
    server = OpenAIServer()
    async with server:
        yield server


@pytest.fixture
async def openai_upstream() -> AsyncGenerator[OpenAIServer]:
    """A server of the test's own."""
    async with running_openai_server() as server:
        yield server
