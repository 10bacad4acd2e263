"""Embeddings by an OpenAI-compatible endpoint."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np

from providers.contract import Vectors
from providers.endpoint import OpenAIEndpoint
from providers.errors import EmbedderFailed, ProviderError

BATCH: Final = 64
"""Texts a request; endpoints take 96 or more, but not all of them."""


class _Row(msgspec.Struct):
    index: int
    embedding: list[float]


class _Rows(msgspec.Struct):
    data: list[_Row]


class OpenAIEmbedder:
    """An `Embedder` at an endpoint.

    Args:
        slug: The provider's; with the model it names the vector space.
        model: As the endpoint calls it.
        dimensions: What it gives; anything else is an error.
        max_tokens: Its window.
    """

    def __init__(
        self,
        endpoint: OpenAIEndpoint,
        *,
        slug: str,
        model: str,
        dimensions: int,
        max_tokens: int = 8191,
    ) -> None:
        self._endpoint = endpoint
        self._model = model
        self._name = f"{slug}/{model}"
        self._dimensions = dimensions
        self._max_tokens = max_tokens

    @property
    def name(self) -> str:
        """`slug/model`."""
        return self._name

    @property
    def dimensions(self) -> int:
        """Length of one vector."""
        return self._dimensions

    @property
    def max_tokens(self) -> int:
        """The window."""
        return self._max_tokens

    async def embed_query(self, text: str) -> Vectors:
        """Embed one question; shape (1, dimensions).

        Raises:
            EmbedderFailed: The endpoint failed or gave nothing usable.
        """
        return await self.embed_passages([text])

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; shape (len(texts), dimensions), in the order given.

        Raises:
            EmbedderFailed: The endpoint failed or gave nothing usable.
        """
        vectors = np.empty((len(texts), self._dimensions), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            rows = slice(start, start + BATCH)
            vectors[rows] = await self._batch(texts[rows])
        return vectors

    async def _batch(self, texts: Sequence[str]) -> Vectors:
        create = self._endpoint.client.embeddings.with_raw_response.create
        try:
            answer: Any = await self._endpoint.attempt(
                lambda: create(model=self._model, input=list(texts), encoding_format="float")
            )
            rows = msgspec.json.decode(answer.http_response.content, type=_Rows).data
        except ProviderError as error:
            raise EmbedderFailed(error.detail) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise EmbedderFailed("the embedding endpoint sent no vectors") from error
        return self._checked(rows, len(texts))

    def _checked(self, rows: list[_Row], wanted: int) -> Vectors:
        if sorted(row.index for row in rows) != list(range(wanted)):
            raise EmbedderFailed("the embedding endpoint did not send one vector a text")
        if any(len(row.embedding) != self._dimensions for row in rows):
            raise EmbedderFailed("the embedding endpoint sent vectors of another length")
        ordered = sorted(rows, key=lambda row: row.index)
        vectors = np.array([row.embedding for row in ordered], dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise EmbedderFailed("the embedding endpoint sent numbers that are no vector")
        return vectors / lengths
