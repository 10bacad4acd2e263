"""Chunks to vectors, in batches of like length."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ingest.chunking import TextChunk
from ingest.errors import EmbeddingFailed
from providers.contract import Embedder, Vectors
from providers.errors import EmbedderFailed

Progress = Callable[[float], Awaitable[None]]
"""Told the share of the work that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class EmbeddingOptions:
    """How chunks are handed to the model.

    Attributes:
        batch_tokens: Tokens in one batch, padding included. Measured on two cores: eight
            passages of 200 tokens at a time are read faster than 32.
        batch_texts: Passages in one batch at most.
        attempts: Tries of one batch before the document is given up.
        first_pause: Seconds before the second try; each further pause is twice as long.
    """

    batch_tokens: int = 2048
    batch_texts: int = 32
    attempts: int = 4
    first_pause: float = 0.5


async def embed(
    chunks: Sequence[TextChunk],
    embedder: Embedder,
    progress: Progress,
    options: EmbeddingOptions,
) -> Vectors:
    """Embed chunks: shape (chunks, dimensions), in their order.

    The next batch waits at the embedder while one is read, so that the model never idles.

    Raises:
        EmbeddingFailed: A batch failed at every attempt, or the vectors are unusable.
    """
    vectors = np.zeros((len(chunks), embedder.dimensions), dtype=np.float32)
    total = sum(chunk.token_count for chunk in chunks)
    done = 0
    waiting: asyncio.Task[Vectors] | None = None
    places: list[int] = []
    try:
        for batch in [*batches([chunk.token_count for chunk in chunks], options), []]:
            texts = [chunks[place].embedded for place in batch]
            following = (
                asyncio.create_task(embed_batch(texts, embedder, options)) if batch else None
            )
            if waiting is not None:
                vectors[places] = await waiting
                done += sum(chunks[place].token_count for place in places)
                await progress(done / total)
            waiting, places = following, batch
    finally:
        if waiting is not None:
            waiting.cancel()
    return vectors


def batches(token_counts: Sequence[int], options: EmbeddingOptions) -> Iterator[list[int]]:
    """Places of the chunks that are read together, the longest first.

    Within a batch lengths are alike, so that little is padding; the longest batch comes first,
    so that a lack of memory shows at once.
    """
    batch: list[int] = []
    for place in sorted(range(len(token_counts)), key=lambda place: -token_counts[place]):
        longest = token_counts[batch[0]] if batch else 0
        full = (len(batch) + 1) * longest > options.batch_tokens
        if batch and (full or len(batch) >= options.batch_texts):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


async def embed_batch(
    texts: Sequence[str], embedder: Embedder, options: EmbeddingOptions
) -> Vectors:
    """Embed one batch, again after a pause where it failed.

    Raises:
        EmbeddingFailed: It failed at every attempt.
    """
    pause = options.first_pause
    for _ in range(options.attempts - 1):
        with suppress(EmbedderFailed):
            return await _once(texts, embedder)
        await asyncio.sleep(pause)
        pause *= 2
    try:
        return await _once(texts, embedder)
    except EmbedderFailed as error:
        raise EmbeddingFailed(
            f"The embedding model did not answer: {error.detail}. Try again when it does."
        ) from error


async def _once(texts: Sequence[str], embedder: Embedder) -> Vectors:
    return _usable(await embedder.embed_passages(texts), len(texts), embedder.dimensions)


def _usable(vectors: Vectors, rows: int, dimensions: int) -> Vectors:
    """Check what came back.

    Raises:
        EmbedderFailed: Rows are missing, of another length, or hold no numbers.
    """
    if vectors.shape != (rows, dimensions) or not np.isfinite(vectors).all():
        raise EmbedderFailed("its vectors are unusable")
    return vectors
