"""The way in: a question becomes passages."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.corpus.sessions import Transactions
from ingest.corpus.spaces import OneSpace, Reached, Spaces
from providers.contract import Embedder, Reranker, TokenCounter, Vectors
from providers.errors import EmbedderFailed
from retrieval.candidates import (
    Channels,
    Effort,
    Opened,
    Reach,
    find_by_meaning,
    find_by_words,
    look,
)
from retrieval.context import Place, StoredChunk, fetch, gather, passage, read
from retrieval.fusion import Fused, Hit, fuse
from retrieval.names import named
from retrieval.passage import Passage
from retrieval.relevance import Evidence, Relevance, evidence, trust
from retrieval.rerank import Reranking, rerank
from retrieval.trace import Choice, SearchTrace, Verdict, traced

_log = logging.getLogger(__name__)

MOST_RANKED = 200
NAMING = 8
"""Of the best chunks, in which the question's names are looked for."""
MOMENT_S = 0.05
"""How long a search keeps its connection while the question is embedded."""
_MOVES = 3  # A change of the embedding model between two statements is met by asking again.
LONGEST_QUESTION = 4_000  # Characters; what follows says nothing that a search could use.


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is asked, and of what.

    Attributes:
        project_id: Nothing outside this project is read.
        text: The question, standing for itself (see `retrieval.rewrite`).
        document_ids: Only these documents of the project; None for all.
        limit: Passages (or, for `ranked`, chunks up to 200) at most.
        token_budget: Tokens at most over all passages, as the embedder counts them.
    """

    project_id: UUID
    text: str
    document_ids: tuple[UUID, ...] | None = None
    limit: int = 8
    token_budget: int = 2_400


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How a search goes about it.

    Attributes:
        effort: How far the channels look.
        neighbours: Chunks on either side that may join a passage where the budget allows.
        relevance: What counts as relevant.
        reranking: How much a reranker may do, where there is one.
    """

    effort: Effort = field(default_factory=Effort)
    neighbours: int = 1
    relevance: Relevance = field(default_factory=Relevance)
    reranking: Reranking = field(default_factory=Reranking)


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """What a search gives to an answer.

    Attributes:
        passages: Best first; where `relevant` is false they are the nearest there is, for a trace,
            and no answer should be written from them.
        relevant: Whether the documents seem to speak of what is asked.
        evidence: What that was decided on.
        trace: Why these passages; None where nothing was looked for.
    """

    passages: Sequence[Passage] = ()
    relevant: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    trace: SearchTrace | None = None


class Search:
    """Finds passages in the projects of one database.

    Args:
        transactions: Opens a transaction on the corpus; only read here.
        embedder: The one that is set; vectors of others are not compared with its own.
        options: How to go about it.
        reranker: Orders the best again, by reading them.
        counter: The embedder's tokenizer; without it the dense channel is always trusted.
        spaces: The models of the spaces that searches go by; None where it is always the
            embedder's.
    """

    def __init__(
        self,
        transactions: Transactions,
        embedder: Embedder,
        options: SearchOptions | None = None,
        *,
        reranker: Reranker | None = None,
        counter: TokenCounter | None = None,
        spaces: Spaces | None = None,
    ) -> None:
        self._transactions = transactions
        self._embedder = embedder
        self._options = options or SearchOptions()
        self._reranker = reranker
        self._counter = counter
        self._spaces = spaces or OneSpace(embedder)
        self._moves = spaces is not None

    async def passages(self, query: SearchQuery) -> SearchOutcome:
        """Find what an answer may be written from; neighbours joined, cut to the budget.

        Raises:
            EmbedderFailed: The question could not be embedded.
        """
        question = _clean(query.text)
        if not question or query.document_ids == ():
            return SearchOutcome()
        reach = self._options.neighbours
        found = await self._find(query, question, take=3 * query.limit, around=reach)
        hits, chunks = found.hits, found.chunks
        if self._reranker is not None:
            hits = await rerank(self._reranker, question, hits, chunks, self._options.reranking)
        stretches = gather(
            hits, chunks, limit=query.limit, token_budget=query.token_budget, reach=reach
        )
        passages = await read(self._transactions, query.project_id, stretches, chunks)
        names = named(question, _texts(hits[:NAMING], chunks))
        seen = evidence(found.channels.dense, found.channels.lexical, found.trust, names)
        limits = self._options.relevance
        relevant = bool(passages) and limits(seen)
        trace = traced(
            question,
            found.channels,
            found.trust,
            Choice(found.hits, hits, chunks, stretches, query.token_budget),
            Verdict(relevant, seen, limits.told(seen), limits.threshold),
        )
        return SearchOutcome(passages, relevant, seen, trace)

    async def ranked(self, query: SearchQuery) -> list[Passage]:
        """Find chunks, each by itself, best first; up to 200, whatever their relevance.

        Raises:
            EmbedderFailed: The question could not be embedded.
        """
        question = _clean(query.text)
        if not question or query.document_ids == ():
            return []
        limit = min(query.limit, MOST_RANKED)
        found = await self._find(query, question, take=limit)
        hits = found.hits
        if self._reranker is not None:
            hits = await rerank(
                self._reranker, question, hits, found.chunks, self._options.reranking
            )
        places = ((hit, (hit.document_id, hit.ordinal)) for hit in hits)
        return [passage(hit, found.chunks) for hit, place in places if place in found.chunks]

    async def _find(
        self, query: SearchQuery, question: str, *, take: int, around: int = 0
    ) -> "_Found":
        for _ in range(_MOVES):
            space = await self._spaces.active()
            embedding = asyncio.ensure_future(self._embedded(question, space))
            try:
                found = await self._look(
                    query, question, space.name, embedding, take=take, around=around
                )
            finally:
                embedding.cancel()
                await asyncio.gather(embedding, return_exceptions=True)
            if not self._moves or found.channels.space in {None, space.name}:
                return found
            await self._spaces.renew()
        raise EmbedderFailed("the embedding model changes again and again")

    async def _embedded(self, question: str, space: Reached) -> Vectors | None:
        """The question in that space; None where it is looked for by its words alone.

        While a new model is taking over, an old one that is away costs its channel alone.

        Raises:
            EmbedderFailed: The model that is set could not embed it.
        """
        if space.embedder is None:
            return None
        try:
            return await space.embedder.embed_query(question)
        except EmbedderFailed as error:
            if space.name == self._embedder.name:
                raise
            _log.warning("searching by words alone: %s: %s", space.name, error.detail)
            return None

    async def _look(
        self,
        query: SearchQuery,
        question: str,
        space: str,
        embedding: "asyncio.Future[Vectors | None]",
        *,
        take: int,
        around: int,
    ) -> "_Found":
        """Ask both channels and read what they found: by words while the question is embedded.

        A model that takes longer than a moment is waited for without a connection.
        """
        reach = Reach(query.project_id, query.document_ids)
        effort = self._options.effort
        async with self._transactions() as session:
            connection = await session.connection()
            opened = await look(connection, reach, space, effort)
            if not opened.chunks:
                return _Found(Channels(0, space=opened.space), (), {}, 0.0)
            words = await find_by_words(connection, reach, question, opened, effort)
            weight = trust(question, self._counter)
            await asyncio.wait([embedding], timeout=MOMENT_S)
            if embedding.done():
                sought = _Sought(reach, space, opened, words, weight, await embedding)
                return await self._near(connection, sought, take=take, around=around)
        vector = await embedding
        async with self._transactions() as session:
            connection = await session.connection()
            opened = await look(connection, reach, space, effort)
            sought = _Sought(reach, space, opened, words, weight, vector)
            return await self._near(connection, sought, take=take, around=around)

    async def _near(
        self, connection: AsyncConnection, sought: "_Sought", *, take: int, around: int
    ) -> "_Found":
        reach, opened, vector = sought.reach, sought.opened, sought.vector
        near: Sequence[Hit] = ()
        if vector is not None:
            effort = self._options.effort
            near = await find_by_meaning(connection, reach, vector, sought.space, opened, effort)
        weight = 0.0 if vector is None else sought.trust
        hits = fuse(near, sought.words, trust=weight)[:take]
        chunks = await fetch(connection, reach.project_id, hits, reach=around) if hits else {}
        channels = Channels(opened.chunks, near, sought.words, opened.space)
        return _Found(channels, hits, chunks, weight)


@dataclass(frozen=True, slots=True)
class _Sought:
    """A search between its two channels.

    Attributes:
        space: Name of the one that `vector` lives in.
        trust: How far the dense channel knows the question's language.
        vector: The question's; None to go by words alone.
    """

    reach: Reach
    space: str
    opened: Opened
    words: Sequence[Hit]
    trust: float
    vector: Vectors | None


@dataclass(frozen=True, slots=True)
class _Found:
    channels: Channels
    hits: Sequence[Fused]
    chunks: dict[Place, StoredChunk]
    trust: float


def _texts(hits: Sequence[Fused], chunks: Mapping[Place, StoredChunk]) -> Iterator[str]:
    for hit in hits:
        if chunk := chunks.get((hit.document_id, hit.ordinal)):
            yield f"{chunk.document_name}\n{chunk.heading}\n{chunk.text}"


def _clean(text: str) -> str:
    """The question as Postgres and tokenizers take it: no NUL, no lone surrogates, not endless."""
    whole = text[:LONGEST_QUESTION].encode("utf-8", errors="replace").decode()
    return whole.replace("\x00", " ").strip()
