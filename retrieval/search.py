"""The way in: a question becomes passages."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ingest.corpus.sessions import Transactions
from ingest.corpus.spaces import Spaces
from providers.contract import Embedder, Reranker, TokenCounter, Vectors
from providers.errors import EmbedderFailed
from retrieval.candidates import Channels, Effort, Reach, find
from retrieval.context import Place, StoredChunk, fetch, gather, passage, read
from retrieval.fusion import Fused, fuse
from retrieval.names import named
from retrieval.passage import Passage
from retrieval.relevance import Evidence, Relevance, evidence, trust
from retrieval.rerank import Reranking, rerank
from retrieval.trace import Choice, SearchTrace, Verdict, traced

_log = logging.getLogger(__name__)

MOST_RANKED = 200
NAMING = 8
"""Of the best chunks, in which the question's names are looked for."""
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
        self._spaces = spaces

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
        async with self._transactions() as session:
            passages = await read(await session.connection(), query.project_id, stretches, chunks)
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
            asked = await self._asked(question)
            found = await self._look(query, asked, take=take, around=around)
            if self._spaces is None or found.channels.space in {None, asked.space}:
                return found
            await self._spaces.renew()
        raise EmbedderFailed("the embedding model changes again and again")

    async def _asked(self, text: str) -> "_Asked":
        """The question in the space that searches go by.

        While a new model is taking over, an old one that is away costs its channel alone.

        Raises:
            EmbedderFailed: The model that is set could not embed it.
        """
        weight = trust(text, self._counter)
        if self._spaces is None:
            vector = await self._embedder.embed_query(text)
            return _Asked(text, self._embedder.name, vector, weight)
        space = await self._spaces.active()
        if space.embedder is None:
            return _Asked(text, space.name, None, 0.0)
        try:
            return _Asked(text, space.name, await space.embedder.embed_query(text), weight)
        except EmbedderFailed as error:
            if space.name == self._embedder.name:
                raise
            _log.warning("searching by words alone: %s: %s", space.name, error.detail)
            return _Asked(text, space.name, None, 0.0)

    async def _look(
        self, query: SearchQuery, asked: "_Asked", *, take: int, around: int
    ) -> "_Found":
        async with self._transactions() as session:
            connection = await session.connection()
            channels = await find(
                connection,
                Reach(query.project_id, query.document_ids),
                question=asked.text,
                vector=asked.vector,
                embedder=asked.space,
                effort=self._options.effort,
            )
            hits = fuse(channels.dense, channels.lexical, trust=asked.trust)[:take]
            chunks = await fetch(connection, query.project_id, hits, reach=around) if hits else {}
        return _Found(channels, hits, chunks, asked.trust)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question where it is looked for: without a vector, by its words alone."""

    text: str
    space: str
    vector: Vectors | None
    trust: float


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
