"""A server of models on loopback: embeddings as OpenAI and TEI give them, scores as TEI and Cohere.

A vector is the sum of its words' own random vectors, so that texts that share words are near.
`faults` are met in order, one a request, before it answers well; `fault` is met every time.
"""

import re
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any

import numpy as np
import pytest

from providers.contract import Vectors
from tests.upstreams.http_server import Exchange, RawServer
from tests.upstreams.openai_server import CANARY_TEXT

DIMENSIONS = 16
Rows = list[Any]


def meanings(texts: Sequence[str], dimensions: int = DIMENSIONS) -> Vectors:
    """Vectors that know what words are in a text; not of unit length."""
    return np.array(
        [
            sum(
                np.random.default_rng(zlib.crc32(word.encode())).normal(size=dimensions)
                for word in ["", *re.findall(r"\w+", text.casefold())]
            )
            for text in texts
        ]
    )


def rows_of(texts: Sequence[str], dimensions: int) -> Rows:
    return [
        {"object": "embedding", "index": at, "embedding": list(vector)}
        for at, vector in enumerate(meanings(texts, dimensions))
    ]


def _with(vector: Callable[[list[float]], Any]) -> Callable[[Rows], Rows]:
    def change(rows: Rows) -> Rows:
        return [*rows[:-1], rows[-1] | {"embedding": vector(rows[-1]["embedding"])}]

    return change


CHANGED: dict[str, Callable[[Rows], Rows]] = {
    "wide": lambda rows: [row | {"embedding": [*row["embedding"], 1.0]} for row in rows],
    "ragged": _with(lambda vector: vector[:-1]),
    "nan": _with(lambda vector: [float("nan"), *vector[1:]]),
    "null": _with(lambda vector: [None, *vector[1:]]),
    "null-vector": _with(lambda _: None),
    "endless-number": _with(lambda vector: [1e200, *vector[1:]]),
    "words": _with(lambda vector: ["1.0", *vector[1:]]),
    "zero": _with(lambda vector: [0.0 for _ in vector]),
    "few": lambda rows: rows[:-1],
    "many": lambda rows: [*rows, rows[-1] | {"index": len(rows)}],
    "none": lambda _: [],
    "reordered": lambda rows: rows[::-1],
    "index-twice": lambda rows: [*rows[:-1], rows[-1] | {"index": 0}],
    "index-beyond": lambda rows: [*rows[:-1], rows[-1] | {"index": len(rows)}],
}
"""What only the index tells, TEI cannot send: it has none."""
INDEXED = {"reordered", "index-twice", "index-beyond"}


class VectorServer(RawServer):
    """See the module."""

    def __init__(self, *, dimensions: int = DIMENSIONS) -> None:
        super().__init__(self._route)
        self.dimensions = dimensions
        self.faults: list[str] = []
        self.fault = ""
        self.most = 1_000
        """Texts it takes at once; 413 for more."""
        self.embedded: list[str] = []
        """The texts that were answered well."""
        self.before: Callable[[], Awaitable[None]] | None = None
        """Awaited before a good answer is sent."""

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _route(self, exchange: Exchange) -> None:
        fault = self.faults.pop(0) if self.faults else self.fault
        if fault.isdecimal() or fault.startswith("429"):
            status, _, pause = fault.partition(" ")
            headers = {"retry_after": pause} if pause else {}
            await exchange.json(
                int(status), {"error": CANARY_TEXT}, location=f"{self.root}/else", **headers
            )
        elif fault == "stall":
            await exchange.closed.wait()
        elif fault == "reset":
            exchange.reset()
        elif fault == "html":
            await exchange.head(200, kind="text/html")
            await exchange.send(b"<html>" + CANARY_TEXT.encode())
        elif fault == "cut":
            await exchange.head(200, content_length="100000")
            await exchange.send(b'{"data": [{"index": 0, "embedding": [0.1')
        else:
            await self._answer(exchange, fault)

    async def _answer(self, exchange: Exchange, fault: str) -> None:
        said, path = exchange.seen.body, exchange.seen.path
        texts: list[str] = next(
            said[k] for k in ("input", "inputs", "texts", "documents") if k in said
        )
        if len(texts) > self.most:
            await exchange.json(413, {"error": CANARY_TEXT, "error_type": "Validation"})
            return
        if self.before is not None:
            await self.before()
        rows = CHANGED.get(fault, lambda rows: rows)(rows_of(texts, self.dimensions))
        if path == "/rerank":
            await exchange.json(200, _scores(said, rows))
            return
        if path not in {"/embed", "/v1/embeddings"}:
            await exchange.json(404, {"error": CANARY_TEXT})
            return
        if fault not in CHANGED:
            self.embedded += texts
        vectors = [row["embedding"] for row in rows]
        await exchange.json(200, vectors if path == "/embed" else {"data": rows, "model": "m"})


def _scores(said: dict[str, Any], rows: Rows) -> Any:
    """The closer to the query, the higher; sent best first, as the real ones do."""
    query = meanings([said["query"]])[0]
    found = [(row["index"], row["embedding"]) for row in rows]
    scored = [
        (index, None if vector is None or None in vector else float(np.dot(vector[:16], query)))
        for index, vector in found
    ]
    scored.sort(key=lambda pair: -(pair[1] or 0))
    if "texts" in said:
        return [{"index": index, "score": score} for index, score in scored]
    return {"results": [{"index": index, "relevance_score": score} for index, score in scored]}


@pytest.fixture
async def vector_upstream() -> AsyncGenerator[VectorServer]:
    """A server of the test's own."""
    async with VectorServer() as server:
        yield server
