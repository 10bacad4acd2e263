"""A reranker orders what it read in time."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from providers.errors import EmbedderFailed
from retrieval.context import Place, StoredChunk
from retrieval.fusion import Fused
from retrieval.passage import Ranks
from retrieval.rerank import Reranking, rerank

DOCUMENT = UUID(int=1)


class ByLength:
    """The longest text answers best."""

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        assert query
        return [float(len(passage)) for passage in passages]


class Slow:
    """Never done."""

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        await asyncio.Event().wait()
        return [float(passage == query) for passage in passages]


class Broken:
    """Never there."""

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        raise EmbedderFailed(f"{len(passages)} {query}")


def found(texts: Sequence[str]) -> tuple[list[Fused], dict[Place, StoredChunk]]:
    hits = [
        Fused(UUID(int=at + 10), DOCUMENT, at, 1 - at / 10, similarity=None, ranks=Ranks())
        for at in range(len(texts))
    ]
    chunks = {
        (DOCUMENT, at): StoredChunk(
            UUID(int=at + 10), DOCUMENT, "name", 1, at, 1, 0, len(text), "", text, 5
        )
        for at, text in enumerate(texts)
    }
    return hits, chunks


async def test_the_reranker_orders_what_it_read_and_the_rest_follows() -> None:
    hits, chunks = found(["a", "abc", "ab", "abcdef", "abcde"])

    order = await rerank(ByLength(), "?", hits, chunks, Reranking(pool=3))

    assert [hit.ordinal for hit in order] == [1, 2, 0, 3, 4]
    scores = [hit.score for hit in order]
    assert scores == sorted(scores, reverse=True)


async def test_a_reranker_that_is_late_changes_nothing() -> None:
    hits, chunks = found(["a", "abc"])

    assert await rerank(Slow(), "?", hits, chunks, Reranking(seconds=0.01)) == hits


async def test_a_reranker_that_fails_changes_nothing() -> None:
    hits, chunks = found(["a", "abc"])

    assert await rerank(Broken(), "?", hits, chunks, Reranking()) == hits


async def test_nothing_found_is_nothing_to_read() -> None:
    assert await rerank(ByLength(), "?", [], {}, Reranking()) == []
