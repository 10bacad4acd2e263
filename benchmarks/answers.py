"""What the server adds to an answer: time to its first event and text, and speed of relaying.

Run from the checkout's root: python -m benchmarks.answers [chunks] [questions]

Real questions to a project of 10,000 chunks, each in a conversation of its own, answered by an
OpenAI-compatible server on loopback that is also read directly, by the same client, in the same
run. What the upstream takes itself to its first token is taken off the time to the first text.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from time import perf_counter

import httpx
import numpy as np
import uvloop

from app.db.engine import Database
from benchmarks.product import Product, answered_by, running, samples
from benchmarks.search import fill
from benchmarks.upstream import MODELS, upstream
from providers.local.embedder import open_embedder
from retrieval.evaluation import golden
from tests.evaluation.corpus import pieces

STREAMS = 50
FLOODS = 5
EVENTS = {
    "meta": b"event: meta",
    "sources": b"event: sources",
    "writing": b'"stage":"writing"',
    "text": b"event: text",
    "end": b"event: done",
}
CHUNKS = {"text": b'"content"', "end": b"data: [DONE]"}
LONGEST_MARK = 32


@dataclass(frozen=True)
class Reading:
    """One stream.

    Attributes:
        began: When it was asked for.
        marks: Seconds from then to the first of each kind of event, and to the end.
    """

    began: float
    marks: dict[str, float]


Ask = Callable[[str, str], Awaitable[Reading]]
"""Asks a model a question."""


@dataclass(frozen=True)
class Target:
    """A stream of server-sent events: `/path` on a loopback port, and what to look for in it."""

    port: int
    path: str
    marks: dict[str, bytes]
    token: str = ""

    async def read(self, body: dict[str, object]) -> Reading:
        """Send a request on a connection of its own and read to the end.

        Raises:
            RuntimeError: The stream did not end well.
        """
        began = perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self._request(json.dumps(body).encode()))
        marks: dict[str, float] = {}
        recent = b""
        while data := await reader.read(1 << 16):
            recent = recent[-LONGEST_MARK:] + data
            for name, mark in self.marks.items():
                if name not in marks and mark in recent:
                    marks[name] = perf_counter() - began
        writer.close()
        if "end" not in marks:
            raise RuntimeError(recent.decode(errors="replace")[-400:])
        return Reading(began, marks)

    def _request(self, body: bytes) -> bytes:
        head = (
            f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\nconnection: close\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            f"authorization: Bearer {self.token}\r\n\r\n"
        )
        return head.encode() + body


async def filled(product: Product, texts: list[str], count: int) -> str:
    """A project of so many chunks; its id."""
    database = Database(product.conninfo)
    with open_embedder(None, product.folder / "models") as embedder:
        project = await fill(database, embedder, texts, count)
    await database.close()
    return str(project)


async def one_by_one(ask: Ask, model: str, questions: Sequence[str]) -> list[Reading]:
    """Ask after a warm-up, each question when the one before is answered."""
    for question in questions[:10]:
        await ask(model, question)
    return [await ask(model, question) for question in questions]


async def together(ask: Ask, model: str, questions: Sequence[str]) -> list[Reading]:
    """Keep `STREAMS` streams open, begun evenly over the length of an answer."""
    waiting = iter(questions)
    length = MODELS[model].tokens * MODELS[model].pause_s

    async def client(number: int) -> list[Reading]:
        await asyncio.sleep(number * length / STREAMS)
        return [await ask(model, question) for question in waiting]

    found = await asyncio.gather(*(client(number) for number in range(STREAMS)))
    return [reading for readings in found for reading in readings]


async def tokens_a_second(ask: Ask, question: str, streams: int) -> float:
    """Tokens a second of so many streams at a time, searching left out: to the last end."""
    found = await asyncio.gather(*(ask("flood", question) for _ in range(streams)))
    first = min(reading.began + reading.marks.get("sources", 0.0) for reading in found)
    last = max(reading.began + reading.marks["end"] for reading in found)
    return streams * MODELS["flood"].tokens / (last - first)


def print_times(streams: int, served: Sequence[Reading], direct: Sequence[Reading]) -> None:
    """Print rows; what found nothing has no text of the upstream's and is left out."""
    answered = [reading for reading in served if "writing" in reading.marks]
    own = [reading.marks["text"] * 1e3 for reading in direct]
    rows = {
        "first event": [reading.marks["meta"] * 1e3 for reading in answered],
        "sources": [reading.marks["sources"] * 1e3 for reading in answered],
        "first text": [reading.marks["text"] * 1e3 for reading in answered],
        "upstream's own first token": own,
        "first text beyond it": [
            reading.marks["text"] * 1e3 - float(np.median(own)) for reading in answered
        ],
    }
    for name, taken in rows.items():
        p50, p95 = np.percentile(taken, [50, 95])
        print(f"| {streams} | {name} | {len(taken)} | {p50:.1f} | {p95:.1f} |", flush=True)


async def first_texts(product: Product, served: Ask, direct: Ask, questions: Sequence[str]) -> None:
    """Print how long readers wait, and what the server spends on it."""
    print("| streams | time to | questions | p50 ms | p95 ms |\n|---:|---|---:|---:|---:|")
    many = list(islice(cycle(questions), STREAMS * 6))
    spent: list[str] = []
    for streams, model, asked, ways in (
        (1, "short", questions, one_by_one),
        (STREAMS, "paced", many, together),
    ):
        before = product.processor_seconds()
        readings = await ways(served, model, asked)
        busy = product.processor_seconds()
        busy.subtract(before)
        print_times(streams, readings, await ways(direct, model, asked[: STREAMS * 2]))
        parts = (
            f"{part} {1e3 * took / len(asked):.1f}" for part, took in busy.most_common() if took
        )
        spent.append(f"{streams} streams, processor ms a question: {', '.join(parts)}")
    print("\n" + "\n".join(spent), flush=True)


async def relay(served: Ask, direct: Ask, question: str) -> None:
    """Print how fast tokens pass."""
    print("\n| streams | tokens/s served | tokens/s read directly | share |\n|---:|---:|---:|---:|")
    for streams in (1, STREAMS):
        rates = [
            (
                await tokens_a_second(served, question, streams),
                await tokens_a_second(direct, question, streams),
            )
            for _ in range(FLOODS if streams == 1 else 1)
        ]
        ours, theirs = np.median(rates, axis=0)
        print(f"| {streams} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.2f} |", flush=True)


def targets(client: httpx.Client, product: Product, project: str, port: int) -> tuple[Ask, Ask]:
    """Make the upstream a provider; how to ask the server, and how to ask the upstream."""
    answered_by(client, port, [*MODELS])
    token = client.headers["authorization"].removeprefix("Bearer ")
    server = Target(product.port, f"/chat/projects/{project}", EVENTS, token)
    source = Target(port, "/v1/chat/completions", CHUNKS)

    async def served(model: str, question: str) -> Reading:
        return await server.read({"message": question, "modelId": f"upstream/{model}"})

    async def direct(model: str, question: str) -> Reading:
        messages = [{"role": "user", "content": question}]
        return await source.read({"model": model, "messages": messages, "stream": True})

    return served, direct


async def main(count: int, asked: int) -> None:
    """Fill a fresh server and measure."""
    one = golden.chunking(samples("chunking"))
    texts = [p.text for read in one.documents.values() for p in pieces(read().decode())]
    questions = [question.text for question in one.questions[:: len(one.questions) // asked]]
    with running() as product, product.signed_in() as client, upstream() as port:
        project = await filled(product, texts[:count], count)
        print(f"{count} chunks, {len(questions)} questions\n", flush=True)
        served, direct = targets(client, product, project, port)
        await first_texts(product, served, direct, questions)
        await relay(served, direct, questions[0])


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    uvloop.run(main(*(numbers or [10_000, 150])))
