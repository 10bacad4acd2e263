"""An embedding model that tells what it was asked."""

from collections.abc import Sequence

from providers.contract import Embedder, Vectors


class CountingEmbedder:
    """The real model, with a list of the passages that it was given."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self.name, self.dimensions, self.max_tokens = model.name, model.dimensions, model.max_tokens
        self.asked: list[str] = []

    async def embed_query(self, text: str) -> Vectors:
        return await self._model.embed_query(text)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return await self._model.embed_passages(texts)
