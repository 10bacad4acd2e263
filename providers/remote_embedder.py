"""Embeddings by an endpoint, whatever it speaks: batches, waiting, and a look at what came back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from providers.contract import TokenCounter, Vectors
from providers.endpoint import OpenAIEndpoint
from providers.errors import EmbedderFailed
from providers.patience import PatientCalls, TooMuchAtOnce
from providers.prompts import OWN, Prompts
from providers.token_counts import EstimatedTokens

BATCH: Final = 64
"""Texts a request; most endpoints take more. One that says 413 gets fewer from then on."""
_AT_ONCE: Final = 4
"""Requests for passages under way together; questions wait for none of them."""
_LEAST_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that an endpoint gets.

    Attributes:
        question: For waiting while somebody waits for an answer.
        answer: For the answer to a question.
        passages: For waiting while documents are read.
    """

    question: float = 5.0
    answer: float = 15.0
    passages: float = 90.0


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """What is known of a model elsewhere.

    Attributes:
        name: Of its vector space: the same wherever the same model is served.
        dimensions: What it gives; anything else is an error.
        max_tokens: Its window; longer texts are cut before they are sent.
        prompts: What is put before texts; counted as part of them.
    """

    name: str
    dimensions: int
    max_tokens: int = 512
    prompts: Prompts = OWN


class VectorProtocol(Protocol):
    """How an endpoint is asked for vectors."""

    async def ask(self, calls: PatientCalls, texts: Sequence[str]) -> bytes:
        """Send one request and give the body of its answer."""
        ...

    def read(self, body: bytes, wanted: int) -> list[list[float]]:
        """Give one row a text, in the order of the texts.

        Raises:
            EmbedderFailed: The body holds something else.
        """
        ...


class RemoteEmbedder:
    """An `Embedder` at an endpoint.

    Args:
        endpoint: Where it is.
        protocol: What it speaks.
        model: What it serves.
        counter: Counts its tokens.
        patience: How long it may take.
    """

    def __init__(
        self,
        endpoint: OpenAIEndpoint,
        protocol: VectorProtocol,
        model: RemoteModel,
        *,
        counter: TokenCounter | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._calls = PatientCalls(endpoint)
        self._protocol = protocol
        self._model = model
        self._counter = counter or EstimatedTokens()
        self._patience = patience or Patience()
        self._batch = BATCH
        self._slots = asyncio.Semaphore(_AT_ONCE)

    @property
    def name(self) -> str:
        """Of the vector space."""
        return self._model.name

    @property
    def dimensions(self) -> int:
        """Length of one vector."""
        return self._model.dimensions

    @property
    def max_tokens(self) -> int:
        """The window."""
        return self._model.max_tokens

    async def embed_query(self, text: str) -> Vectors:
        """Embed one question; shape (1, dimensions).

        Raises:
            EmbedderFailed: The endpoint failed, took too long, or gave nothing usable.
        """
        fitting = self._fitting((self._model.prompts.query or "") + text)
        try:
            async with asyncio.timeout(self._patience.question + self._patience.answer):
                return await self._request([fitting], self._patience.question)
        except TimeoutError as error:
            raise EmbedderFailed("the embedding endpoint took too long") from error

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; shape (len(texts), dimensions), in the order given.

        What a request gave is kept while another waits or is cut into smaller ones.

        Raises:
            EmbedderFailed: The endpoint failed or gave nothing usable.
        """
        vectors = np.empty((len(texts), self._model.dimensions), dtype=np.float32)
        prompt = self._model.prompts.passage or ""
        fitting = [self._fitting(prompt + text) for text in texts]

        async def fill(rows: slice) -> None:
            async with self._slots:
                vectors[rows] = await self._some(fitting[rows])

        starts = range(0, len(texts), self._batch)
        tasks = [asyncio.create_task(fill(slice(at, at + starts.step))) for at in starts]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        return vectors

    async def aclose(self) -> None:
        """Close all connections."""
        await self._calls.aclose()

    async def _some(self, texts: Sequence[str]) -> Vectors:
        """One request where the endpoint takes so much, else several.

        Raises:
            TooMuchAtOnce: One text alone is too large for it.
        """
        if len(texts) <= self._batch:
            try:
                return await self._request(texts, self._patience.passages)
            except TooMuchAtOnce:
                if len(texts) == 1:
                    raise
                self._batch = min(self._batch, len(texts) // 2)
        size = self._batch
        parts = [await self._some(texts[at : at + size]) for at in range(0, len(texts), size)]
        return np.concatenate(parts)

    async def _request(self, texts: Sequence[str], patience: float) -> Vectors:
        body = await self._calls.call(lambda: self._protocol.ask(self._calls, texts), patience)
        return unit_vectors(self._protocol.read(body, len(texts)), self._model.dimensions)

    def _fitting(self, text: str) -> str:
        """As much of the text as the window holds: some endpoints refuse longer ones."""
        while len(text) > max(self._model.max_tokens, _LEAST_CHARACTERS):
            count = self._counter.count([text])[0]
            if count <= self._model.max_tokens:
                break
            text = text[: min(len(text) * self._model.max_tokens // count, len(text) - 1)]
        return text


def unit_vectors(rows: list[list[float]], dimensions: int) -> Vectors:
    """Give rows as vectors of unit length.

    Raises:
        EmbedderFailed: A row is of another length, or is no vector.
    """
    lengths = {len(row) for row in rows}
    if lengths - {dimensions}:
        found = ", ".join(map(str, sorted(lengths - {dimensions})))
        raise EmbedderFailed(
            f"the embedding endpoint sent vectors of {found} numbers, not of {dimensions}"
        )
    vectors = np.array(rows, dtype=np.float64).reshape(len(rows), dimensions)
    with np.errstate(over="ignore"):
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or not norms.all():
        raise EmbedderFailed("the embedding endpoint sent numbers that are no vector")
    return (vectors / norms).astype(np.float32)
