"""The line in front of a model: questions before passages, long jobs in slices."""

import asyncio
import heapq
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from providers.contract import Vectors
from providers.errors import EmbedderFailed

QUERY, PASSAGE = 0, 1
BATCH = 8
"""Texts a call at most; on two cores 8 give more tokens a second than 32."""
CHARACTERS = 4096
"""Of a call's texts: about 1,000 tokens, so that a question waits 0.1 s at most on two cores; four
passages a call give as many tokens a second as eight."""

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(order=True, slots=True)
class _Slice:
    priority: int
    turn: int
    texts: Sequence[str] = field(compare=False)
    result: "Future[Vectors]" = field(compare=False)


class ModelQueue:
    """One thread that calls a model, fed in order of priority and, within one, of arrival.

    Jobs of equal priority take turns slice by slice, so that no long job holds up a short one.
    """

    def __init__(self, embed: Embed, *, dimensions: int) -> None:
        self._embed = embed
        self._dimensions = dimensions
        self._waiting: list[_Slice] = []
        self._ready = threading.Condition()
        self._turns = count()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="embedder", daemon=True)
        self._thread.start()

    async def run(self, texts: Sequence[str], *, priority: int) -> Vectors:
        """Embed texts, longest first, and put the rows back in the order given.

        Raises:
            EmbedderFailed: The model failed, gave something unusable, or the queue is closed.
        """
        if not texts:
            return np.empty((0, self._dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        vectors = np.empty((len(texts), self._dimensions), dtype=np.float32)
        for rows in _slices(order, texts):
            vectors[rows] = await self._slice([texts[row] for row in rows], priority)
        return vectors

    async def _slice(self, texts: Sequence[str], priority: int) -> Vectors:
        result: Future[Vectors] = Future()
        with self._ready:
            if self._closed:
                raise EmbedderFailed("the embedding model is shutting down")
            heapq.heappush(self._waiting, _Slice(priority, next(self._turns), texts, result))
            self._ready.notify()
        try:
            vectors = await asyncio.wrap_future(result)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise EmbedderFailed("the embedding model failed") from error
        return checked(vectors, rows=len(texts), dimensions=self._dimensions)

    def _work(self) -> None:
        while (task := self._next()) is not None:
            if not task.result.set_running_or_notify_cancel():
                continue
            try:
                task.result.set_result(self._embed(task.texts))
            except Exception as error:  # noqa: BLE001  # Whoever waits must hear of it, whatever it is.
                task.result.set_exception(error)

    def _next(self) -> _Slice | None:
        with self._ready:
            self._ready.wait_for(lambda: self._closed or self._waiting)
            return None if self._closed else heapq.heappop(self._waiting)

    def close(self) -> None:
        """Let the running call end, refuse the rest."""
        with self._ready:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            self._ready.notify_all()
        for task in waiting:
            if task.result.set_running_or_notify_cancel():
                task.result.set_exception(EmbedderFailed("the embedding model is shutting down"))
        self._thread.join()


def _slices(order: Sequence[int], texts: Sequence[str]) -> Iterator[list[int]]:
    """Cut rows, longest first, so that no slice passes `BATCH` texts or `CHARACTERS`."""
    start = 0
    while start < len(order):
        longest = max(len(texts[order[start]]), 1)
        size = min(max(CHARACTERS // longest, 1), BATCH)
        yield list(order[start : start + size])
        start += size


def checked(vectors: Vectors, *, rows: int, dimensions: int) -> Vectors:
    """Give vectors back if they are what an index may hold.

    Raises:
        EmbedderFailed: Wrong shape, or a number that is not finite.
    """
    if vectors.shape != (rows, dimensions):
        shape = "×".join(map(str, vectors.shape))
        raise EmbedderFailed(f"the embedding model gave {shape} numbers, not {rows}×{dimensions}")
    if not np.isfinite(vectors).all():
        raise EmbedderFailed("the embedding model gave a number that is not finite")
    return vectors
