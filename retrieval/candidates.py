"""The two channels: by meaning and by words, each from what the project may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from ingest.corpus.half_vector import ShortHalfVector
from ingest.corpus.lexemes import searchable
from providers.contract import Vectors
from retrieval import sql
from retrieval.fusion import Hit


@dataclass(frozen=True, slots=True)
class Reach:
    """What a search may read: one project, or some of its documents."""

    project_id: UUID
    documents: tuple[UUID, ...] | None = None

    def bound(self) -> dict[str, object]:
        """The parameters by which every statement is confined."""
        documents = None if self.documents is None else list(self.documents)
        return {"project": self.project_id, "documents": documents}


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to look.

    Attributes:
        candidates: Hits a channel gives at most.
        exact_rows: Up to so many chunks every vector is compared; beyond, the project's
            approximate index is used, where it has been built.
        ef_least: How many neighbours that index keeps in view at least; all that it may where only
            some documents are asked, of which it knows nothing.
        ef_most: The same at most; no index keeps more than 1,000.
        ef_chunks: Chunks of the project for each of them, in between.
        pool: Chunks whose words are counted, after a first look at which words they hold.
        postings: Chunks that hold the common words that are looked up, all together; no word is
            followed to more than four times as many.
        read_through: Where only some documents are asked, up to so many chunks are read one by
            one instead of looking up who holds the words.
    """

    candidates: int = 100
    exact_rows: int = 20_000
    ef_least: int = 400
    ef_most: int = 1_000
    ef_chunks: int = 200
    pool: int = 300
    postings: int = sql.MOST_POSTINGS
    read_through: int = 2_000


@dataclass(frozen=True, slots=True)
class Opened:
    """What there is to search.

    Attributes:
        chunks: How many are in reach.
        languages: Text search configurations of their documents.
        indexed: Whether the project's approximate index stands.
        space: The active vector space; None where none is written down.
    """

    chunks: int
    languages: Sequence[str]
    indexed: bool
    space: str | None


@dataclass(frozen=True, slots=True)
class Channels:
    """What was found, best first in each.

    Attributes:
        chunks: How many were in reach.
        space: The active vector space; None where none is written down.
    """

    chunks: int
    dense: Sequence[Hit] = ()
    lexical: Sequence[Hit] = ()
    space: str | None = None


async def look(connection: AsyncConnection, reach: Reach, embedder: str, effort: Effort) -> Opened:
    """See what there is, and set the transaction up; before anything is found in it."""
    row = (
        await connection.execute(
            sql.OPEN,
            {
                **reach.bound(),
                "index": sql.index_name(reach.project_id, embedder),
                "ef_least": effort.ef_least if reach.documents is None else effort.ef_most,
                "ef_most": effort.ef_most,
                "ef_chunks": effort.ef_chunks,
            },
        )
    ).one()
    return Opened(row.chunks, row.languages, row.indexed, row.space)


async def find_by_meaning(
    connection: AsyncConnection,
    reach: Reach,
    vector: Vectors,
    embedder: str,
    opened: Opened,
    effort: Effort,
) -> list[Hit]:
    """The chunks whose vectors are nearest, best first: of all, or by the project's own index."""
    approximate = opened.indexed and opened.chunks > effort.exact_rows
    statement = sql.dense_indexed(vector.shape[1]) if approximate else sql.DENSE_EXACT
    rows = await connection.execute(
        statement,
        {
            **reach.bound(),
            "embedder": embedder,
            "vector": ShortHalfVector(vector[0]).to_text(),
            "limit": effort.candidates,
        },
    )
    return [Hit(chunk, document, at, float(score)) for chunk, document, at, score in rows]


async def find_by_words(
    connection: AsyncConnection, reach: Reach, question: str, opened: Opened, effort: Effort
) -> list[Hit]:
    """The chunks that hold the question's rarest words, by BM25."""
    few = reach.documents is not None and opened.chunks <= effort.read_through
    rows = await connection.execute(
        sql.LEXICAL_WITHIN if few else sql.LEXICAL,
        {
            **reach.bound(),
            "questions": [searchable(question, language) for language in opened.languages],
            "languages": opened.languages,
            "chunks": opened.chunks,
            "lexemes": sql.MOST_LEXEMES,
            "prior": sql.IDF_PRIOR,
            "postings": effort.postings,
            "pool": effort.pool,
            "limit": effort.candidates,
            "k1": sql.BM25_K1,
            "b": sql.BM25_B,
        },
    )
    return [
        Hit(chunk, document, at, float(score), float(coverage))
        for chunk, document, at, coverage, score in rows
    ]
