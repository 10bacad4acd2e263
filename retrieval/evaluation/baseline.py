"""What every figure is held against: fixed windows of characters, found by meaning alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from providers.contract import Embedder, Vectors
from retrieval.evaluation.metrics import Span

WINDOW = 1_000
"""Characters; what a first version of such a product is mostly made of."""
FOUND = 10


class Windows:
    """Documents cut every so many characters, whatever stands there.

    Args:
        embedder: The same as the search's.
        spans: The windows.
        vectors: Theirs, in the same order.
    """

    def __init__(self, embedder: Embedder, spans: Sequence[Span], vectors: Vectors) -> None:
        self._embedder = embedder
        self._spans = spans
        self._vectors = vectors

    @classmethod
    async def over(cls, documents: Mapping[str, str], embedder: Embedder) -> "Windows":
        """Cut and embed documents, name to text.

        Raises:
            EmbedderFailed: The embedder failed.
        """
        spans = [
            Span(name, start, min(start + WINDOW, len(text)))
            for name, text in documents.items()
            for start in range(0, len(text), WINDOW)
        ]
        texts = [documents[span.document][span.start : span.end] for span in spans]
        return cls(embedder, spans, await embedder.embed_passages(texts))

    async def find(self, question: str) -> list[Span]:
        """The nearest windows, at most 10.

        Raises:
            EmbedderFailed: The embedder failed.
        """
        near = self._vectors @ (await self._embedder.embed_query(question))[0]
        return [self._spans[at] for at in np.argsort(-near, kind="stable")[:FOUND]]
