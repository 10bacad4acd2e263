"""Chunks reach the model in batches of like length and come back in their order."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunking import TextChunk
from ingest.embedding import EmbeddingOptions, batches, embed
from ingest.errors import EmbeddingFailed
from providers.contract import Vectors
from providers.errors import EmbedderFailed

QUICK = EmbeddingOptions(batch_tokens=60, batch_texts=4, attempts=3, first_pause=0.001)


def chunks(*sizes: int) -> list[TextChunk]:
    return [TextChunk(n, n, n + 1, 1, "", f"{n}", size) for n, size in enumerate(sizes)]


class Numbers:
    """An embedder whose vector is the number that the text says; fails as often as told."""

    name = "numbers"
    dimensions = 2
    max_tokens = 100

    def __init__(self, failures: int = 0, answer: Vectors | None = None) -> None:
        self.failures = failures
        self.answer = answer
        self.calls: list[list[str]] = []

    async def embed_query(self, text: str) -> Vectors:
        return await self.embed_passages([text])

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        if self.failures:
            self.failures -= 1
            raise EmbedderFailed("it is asleep")
        if self.answer is not None:
            return self.answer
        return np.array([[float(text), 1.0] for text in texts], dtype=np.float32)


async def nothing(_: float) -> None:
    pass


@given(st.lists(st.integers(1, 80), max_size=60))
def test_batches_hold_every_chunk_once_within_their_bounds(sizes: list[int]) -> None:
    found = list(batches(sizes, QUICK))
    assert sorted(place for batch in found for place in batch) == list(range(len(sizes)))
    for batch in found:
        longest = max(sizes[place] for place in batch)
        assert len(batch) == 1 or len(batch) * longest <= QUICK.batch_tokens
        assert len(batch) <= QUICK.batch_texts
    lengths = [sizes[place] for batch in found for place in batch]
    assert lengths == sorted(lengths, reverse=True)


async def test_vectors_come_back_in_the_chunks_order() -> None:
    vectors = await embed(chunks(5, 40, 20, 30, 1), Numbers(), nothing, QUICK)
    assert vectors[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


async def test_progress_counts_tokens_up_to_one() -> None:
    shares: list[float] = []

    async def note(share: float) -> None:
        shares.append(share)

    await embed(chunks(50, 30, 20), Numbers(), note, QUICK)
    assert shares == [0.5, 1.0]


async def test_a_batch_that_failed_is_tried_again() -> None:
    vectors = await embed(chunks(5, 6), Numbers(failures=2), nothing, QUICK)
    assert vectors[:, 0].tolist() == [0.0, 1.0]


async def test_a_model_that_never_answers_is_named_in_the_error() -> None:
    with pytest.raises(EmbeddingFailed, match="it is asleep"):
        await embed(chunks(5), Numbers(failures=99), nothing, QUICK)


@pytest.mark.parametrize(
    "answer",
    [
        np.zeros((1, 2), dtype=np.float32),
        np.zeros((2, 3), dtype=np.float32),
        np.full((2, 2), np.nan, dtype=np.float32),
    ],
)
async def test_unusable_vectors_are_refused(answer: Vectors) -> None:
    with pytest.raises(EmbeddingFailed):
        await embed(chunks(5, 5), Numbers(answer=answer), nothing, QUICK)


async def test_a_document_without_chunks_needs_no_model() -> None:
    embedder = Numbers()
    vectors = await embed([], embedder, nothing, QUICK)
    assert vectors.shape == (0, 2)
    assert embedder.calls == []


async def test_a_failing_progress_ends_the_work() -> None:
    async def lost(_: float) -> None:
        raise RuntimeError

    embedder = Numbers()
    with pytest.raises(RuntimeError):
        await embed(chunks(*[60] * 20), embedder, lost, QUICK)
    assert len(embedder.calls) <= 3
