"""A reranker at an endpoint: TEI's `/rerank`, or that of Cohere and Jina, which vLLM speaks."""

import math
from collections.abc import Sequence
from typing import Final

import httpx2
import msgspec

from providers.endpoint import OpenAIEndpoint
from providers.errors import EmbedderFailed
from providers.patience import PatientCalls, TooMuchAtOnce
from providers.remote_embedder import Patience

_BATCH: Final = 32
"""Passages a request: what TEI takes unless it is told otherwise."""


class _Scored(msgspec.Struct):
    index: int
    score: float


class _Relevant(msgspec.Struct):
    index: int
    relevance_score: float


class _Results(msgspec.Struct):
    results: list[_Relevant]


class RemoteReranker:
    """A `Reranker` at an endpoint.

    Args:
        endpoint: Where it is; `/rerank` is put behind its base URL.
        model: As the endpoint calls it; None for TEI, which serves one and takes no name.
        patience: How long it may take.
    """

    def __init__(
        self, endpoint: OpenAIEndpoint, model: str | None, *, patience: Patience | None = None
    ) -> None:
        self._calls = PatientCalls(endpoint)
        self._model = model
        self._patience = patience or Patience()
        self._batch = _BATCH

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """One score a passage, higher is better, in the order given.

        Raises:
            EmbedderFailed: The endpoint failed or gave nothing usable.
            TooMuchAtOnce: One passage alone is too large for it.
        """
        scores: list[float] = []
        while len(scores) < len(passages):
            some = passages[len(scores) : len(scores) + self._batch]
            try:
                scores += await self._request(query, some)
            except TooMuchAtOnce:
                if len(some) == 1:
                    raise
                self._batch = len(some) // 2
        return scores

    async def aclose(self) -> None:
        """Close all connections."""
        await self._calls.aclose()

    async def _request(self, query: str, passages: Sequence[str]) -> list[float]:
        body: dict[str, object] = {"query": query}
        if self._model is None:
            body |= {"texts": list(passages), "truncate": True, "raw_scores": True}
        else:
            body |= {"model": self._model, "documents": list(passages)}

        async def ask() -> httpx2.Response:
            return await self._calls.client.post("/rerank", cast_to=httpx2.Response, body=body)

        answer = await self._calls.call(ask, self._patience.question)
        return _ordered(self._read(answer.content), len(passages))

    def _read(self, body: bytes) -> list[tuple[int, float]]:
        try:
            if self._model is None:
                rows = msgspec.json.decode(body, type=list[_Scored])
                return [(row.index, row.score) for row in rows]
            found = msgspec.json.decode(body, type=_Results).results
            return [(row.index, row.relevance_score) for row in found]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise EmbedderFailed("the reranking endpoint sent no scores") from error


def _ordered(rows: list[tuple[int, float]], wanted: int) -> list[float]:
    if sorted(index for index, _ in rows) != list(range(wanted)):
        raise EmbedderFailed("the reranking endpoint did not send one score a passage")
    if not all(math.isfinite(score) for _, score in rows):
        raise EmbedderFailed("the reranking endpoint sent a number that is not finite")
    return [score for _, score in sorted(rows)]
