"""The line in front of a model: questions before passages, long jobs in slices."""

import asyncio
import heapq
import os
import sys
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
"""Of a call's texts: about 1,000 tokens. More give no more tokens a second, and take memory; where
questions stand in the same line, one waits 0.1 s at most on two cores."""

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(order=True, slots=True)
class _Slice:
    priority: int
    turn: int
    texts: Sequence[str] = field(compare=False)
    result: "Future[Vectors]" = field(compare=False)


class LazyModel:
    """A model that is opened by its first call, and again by the first one after `close`.

    Args:
        open_model: Opens it; blocks.
    """

    def __init__(self, open_model: Callable[[], Embed]) -> None:
        self._open_model = open_model
        self._embed: Embed | None = None
        self._opening = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions)."""
        with self._opening:
            embed = self._embed = self._embed or self._open_model()
        return embed(texts)

    def close(self) -> None:
        """Let go of it; calls that run end first."""
        with self._opening:
            self._embed = None


class ModelQueue:
    """Threads that call a model, fed in order of priority and, within one, of arrival.

    Jobs of equal priority take turns slice by slice, so that no long job holds up a short one.

    Args:
        embed: The model; called from as many threads at once as there are.
        dimensions: Length of its vectors.
        threads: How many, at most; each begins when it is needed.
        niceness: Of the threads and of those that they start, 0 to 19: how far they step back
            where others want the processor. On Linux alone.
        rest: Seconds without work after which a thread ends; None for never.
        rested: Called when the last has ended so.
    """

    def __init__(
        self,
        embed: Embed,
        *,
        dimensions: int,
        threads: int = 1,
        niceness: int = 0,
        rest: float | None = None,
        rested: Callable[[], None] | None = None,
    ) -> None:
        self._embed = embed
        self._dimensions = dimensions
        self._most = threads
        self._niceness = niceness
        self._rest = rest
        self._rested = rested
        self._waiting: list[_Slice] = []
        self._ready = threading.Condition()
        self._turns = count()
        self._closed = False
        self._threads: set[threading.Thread] = set()
        self._idle = 0

    async def run(self, texts: Sequence[str], *, priority: int) -> Vectors:
        """Embed texts, longest first, and put the rows back in the order given.

        Raises:
            EmbedderFailed: The model failed, gave something unusable, or the queue is closed.
        """
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        vectors = np.empty((len(texts), self._dimensions), dtype=np.float32)
        room = asyncio.Semaphore(self._most)

        async def fill(rows: list[int]) -> None:
            async with room:
                vectors[rows] = await self._slice([texts[row] for row in rows], priority)

        slices = list(_slices(order, texts))
        if len(slices) == 1:
            await fill(slices[0])
            return vectors
        tasks = [asyncio.create_task(fill(rows)) for rows in slices]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        return vectors

    async def _slice(self, texts: Sequence[str], priority: int) -> Vectors:
        result: Future[Vectors] = Future()
        with self._ready:
            if self._closed:
                raise EmbedderFailed("the embedding model is shutting down")
            heapq.heappush(self._waiting, _Slice(priority, next(self._turns), texts, result))
            self._ready.notify()
            if len(self._waiting) > self._idle and len(self._threads) < self._most:
                thread = threading.Thread(target=self._work, name="embedder", daemon=True)
                self._threads.add(thread)
                thread.start()
        try:
            vectors = await asyncio.wrap_future(result)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise EmbedderFailed("the embedding model failed") from error
        return checked(vectors, rows=len(texts), dimensions=self._dimensions)

    def _work(self) -> None:
        _step_back(self._niceness)
        while (task := self._next()) is not None:
            if not task.result.set_running_or_notify_cancel():
                continue
            try:
                task.result.set_result(self._embed(task.texts))
            except Exception as error:  # noqa: BLE001  # Whoever waits must hear of it, whatever it is.
                task.result.set_exception(error)

    def _next(self) -> _Slice | None:
        """Wait for work; None when this thread is to end."""
        with self._ready:
            self._idle += 1
            self._ready.wait_for(lambda: self._closed or self._waiting, self._rest)
            self._idle -= 1
            if self._waiting and not self._closed:
                return heapq.heappop(self._waiting)
            self._threads.discard(threading.current_thread())
            all_rest = not self._threads and not self._closed
        if all_rest and self._rested is not None:
            self._rested()
        return None

    def close(self) -> None:
        """Let the running calls end, refuse the rest."""
        with self._ready:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            threads = list(self._threads)
            self._ready.notify_all()
        for task in waiting:
            if task.result.set_running_or_notify_cancel():
                task.result.set_exception(EmbedderFailed("the embedding model is shutting down"))
        for thread in threads:
            thread.join()


def _step_back(niceness: int) -> None:
    """Lower the calling thread's priority; threads that it starts inherit that."""
    if niceness and sys.platform == "linux":
        thread = threading.get_native_id()
        # A process that was started nice already may not become less so.
        wanted = max(niceness, os.getpriority(os.PRIO_PROCESS, thread))
        os.setpriority(os.PRIO_PROCESS, thread, wanted)


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
