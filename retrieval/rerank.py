"""The best candidates read again by a cross-encoder, if it is quick enough."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

from providers.contract import Reranker
from providers.errors import EmbedderFailed
from retrieval.context import Place, StoredChunk
from retrieval.fusion import Fused

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reranking:
    """How much a reranker may do.

    Attributes:
        pool: Hits that it reads, from the top.
        seconds: How long it may take; after that the fused order stands.
    """

    pool: int = 32
    seconds: float = 0.5


async def rerank(
    reranker: Reranker,
    question: str,
    hits: Sequence[Fused],
    chunks: Mapping[Place, StoredChunk],
    reranking: Reranking,
) -> list[Fused]:
    """Order the first hits by the reranker's scores; those it did not read follow as they were.

    A reranker that is late or fails changes nothing: its order is a gain, not a need.
    """
    pool = [hit for hit in hits[: reranking.pool] if (hit.document_id, hit.ordinal) in chunks]
    texts = [chunks[hit.document_id, hit.ordinal].text for hit in pool]
    try:
        async with asyncio.timeout(reranking.seconds):
            scores = await reranker.score(question, texts)
    except TimeoutError:
        return list(hits)
    except EmbedderFailed as error:
        _log.warning("the reranker failed: %s", error.detail)
        return list(hits)
    order = sorted(range(len(pool)), key=lambda at: (-scores[at], at))
    # A later hit's fused score scales with the lowest logistic one, so that the list stays sorted.
    read = [replace(pool[at], score=0.5 + 0.5 * _logistic(scores[at])) for at in order]
    rest = [replace(hit, score=0.5 * hit.score) for hit in hits[reranking.pool :]]
    return read + rest


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))
