"""Pages and chunks of a document: written in one transaction, read within one project."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TypeVar
from uuid import UUID

from pgvector import HalfVector
from sqlalchemy import bindparam, cast, func
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from ingest.chunking import TextChunk
from ingest.corpus import word_boxes
from ingest.corpus.attempts import Attempt, effect, held
from ingest.corpus.copying import copy_in
from ingest.corpus.kept import Placed, StoredChunk, settle
from ingest.corpus.lexemes import STEMLESS, searchable
from ingest.corpus.notices import notify
from ingest.corpus.spaces import hold_active
from ingest.corpus.spaces import place as place_vectors
from ingest.corpus.sql import ADD_CHUNKS
from ingest.corpus.tables import Chunk, Document, DocumentStatus, Page, now
from ingest.errors import SpaceChanged
from ingest.parsed import ParsedDocument
from providers.contract import Vectors

_Row = TypeVar("_Row")
ROWS_AT_ONCE = 500
"""Rows sent together; keeps the memory for their parameters small."""
PAGE_COLUMNS = (
    ("document_id", "uuid"),
    ("number", "int4"),
    ("start", "int4"),
    ("end", "int4"),
    ("label", "text"),
    ("text", "text"),
)
VECTOR_COLUMNS = (
    ("chunk_id", "uuid"),
    ("embedder", "text"),
    ("project_id", "uuid"),
    ("document_id", "uuid"),
    ("ordinal", "int4"),
    ("embedding", "bytea"),
)
LIMIT = 100
"""Chunks on one page of a list, where the caller does not say."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors that were made in one space.

    Attributes:
        places: Ordinals of the chunks that had none there.
        vectors: One row for each of them.
    """

    places: Sequence[int]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """Everything that reading a document gave.

    Attributes:
        parsed: Text and pages.
        language: Name of a Postgres text search configuration.
        chunks: In order.
        kept: For each of them the stored chunk that it is; None where it is new.
        vectors: By the name of their space.
        excused: An active space whose model could not be reached; its vectors are made later.
        spaced: Whether the active space's vectors must be there.
    """

    parsed: ParsedDocument
    language: str
    chunks: Sequence[TextChunk]
    kept: Sequence[StoredChunk | None]
    vectors: Mapping[str, Embedded]
    excused: str | None = None
    spaced: bool = False


async def swap_in(session: AsyncSession, attempt: Attempt, read: ReadDocument) -> None:
    """Put this version's pages and chunks in the place of the old ones and end the attempt.

    In one transaction: readers see the old version until it commits, and the new one after. Chunks
    that stand in both keep their rows and vectors.

    Raises:
        LeaseLost: The lease is another's; nothing was written.
        SpaceChanged: Searches go by another space by now; nothing was written.
    """
    if read.spaced:
        active = await hold_active(session)
        if active not in {*read.vectors, read.excused}:
            raise SpaceChanged("Searches go by another embedding model now.")
    await effect(session, held(attempt).values(_ready(attempt, read)))
    await settle(session, attempt.document_id, Placed(read.chunks, _gaps(read)), read.kept)
    await session.exec(delete(Page).where(col(Page.document_id) == attempt.document_id))
    await _add_pages(session, attempt.document_id, read.parsed)
    await word_boxes.add(session, attempt.document_id, read.parsed)
    await _add_chunks(session, attempt, read)
    await notify(session, attempt.project_id, attempt.document_id)


def _ready(attempt: Attempt, read: ReadDocument) -> dict[str, object]:
    return {
        "status": DocumentStatus.READY,
        "progress": 1.0,
        "ready_version": attempt.version,
        "ready_blob_key": attempt.blob_key,
        "ready_mime_type": attempt.mime_type,
        "page_count": len(read.parsed.pages),
        "chunk_count": len(read.chunks),
        "paged": read.parsed.paged,
        "language": read.language,
        "deaths": 0,
        "lease": None,
        "lease_until": None,
        "updated_at": now(),
    }


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    iterator = iter(rows)
    while some := list(islice(iterator, ROWS_AT_ONCE)):
        yield some


async def _add_pages(session: AsyncSession, document_id: UUID, parsed: ParsedDocument) -> None:
    rows = (
        (
            document_id,
            page.number,
            page.start,
            page.end,
            page.label,
            parsed.text[page.start : page.end],
        )
        for page in parsed.pages
    )
    await copy_in(session, "page", PAGE_COLUMNS, rows)


async def _add_chunks(session: AsyncSession, attempt: Attempt, read: ReadDocument) -> None:
    ids = [uuid7() if one is None else one.id for one in read.kept]
    gaps = _gaps(read)
    new = [chunk for chunk, one in zip(read.chunks, read.kept, strict=True) if one is None]
    connection = await session.connection()
    for some in _batches(new):
        await connection.execute(
            ADD_CHUNKS,
            {
                "project": attempt.project_id,
                "document": attempt.document_id,
                "language": read.language,
                "ids": [ids[chunk.ordinal] for chunk in some],
                "ordinals": [chunk.ordinal for chunk in some],
                "pages": [chunk.page_number for chunk in some],
                "starts": [chunk.start for chunk in some],
                "ends": [chunk.end for chunk in some],
                "headings": [chunk.heading for chunk in some],
                "texts": [chunk.text for chunk in some],
                "tokens": [chunk.token_count for chunk in some],
                "gaps": [gaps[chunk.ordinal] for chunk in some],
                "searchable": [searchable(chunk.embedded, read.language) for chunk in some],
            },
        )
    # The document may be of another language by now, as a whole; and what was read before words
    # had their beginnings beside them gets them now.
    spoken = [
        {"kept": one.id, "searchable": searchable(one.embedded, read.language)}
        for one in read.kept
        if one is not None and (one.language != read.language or read.language == STEMLESS)
    ]
    lexemes = func.to_tsvector(cast(read.language, REGCONFIG), bindparam("searchable"))
    relexed = (
        update(Chunk)
        .where(col(Chunk.id) == bindparam("kept"), col(Chunk.lexemes) != lexemes)
        .values(lexemes=lexemes)
    )
    for some in _batches(spoken):
        await connection.execute(relexed, some)
    fresh = {chunk.ordinal for chunk in new}
    for embedder, made in read.vectors.items():
        await _add_vectors(session, attempt, ids, embedder, made, fresh)


async def _add_vectors(
    session: AsyncSession,
    attempt: Attempt,
    ids: Sequence[UUID],
    embedder: str,
    made: Embedded,
    fresh: AbstractSet[int],
) -> None:
    """Those of `fresh` chunks, which have none yet, by COPY; those of chunks that were kept after.

    What catches up with a space may have been faster with a chunk that is kept, and COPY takes no
    conflict.
    """
    owner = (attempt.project_id, attempt.document_id)
    copied = (
        (ids[place], embedder, *owner, place, HalfVector(vector).to_binary())
        for place, vector in zip(made.places, made.vectors, strict=True)
        if place in fresh
    )
    await copy_in(session, "chunk_vector", VECTOR_COLUMNS, copied)
    late = (at for at, place in enumerate(made.places) if place not in fresh)
    for some in _batches(late):
        kept = [ids[made.places[at]] for at in some]
        await place_vectors(session, embedder, kept, made.vectors[some])


def _gaps(read: ReadDocument) -> list[str]:
    """What stands between each chunk and the next; nothing behind the last."""
    if not read.chunks:
        return []
    between = pairwise(read.chunks)
    return [*(read.parsed.text[one.end : next_one.start] for one, next_one in between), ""]


@dataclass(frozen=True, slots=True)
class ChunkList:
    """One page of a document's chunks.

    Attributes:
        chunks: In the document's order.
        next_cursor: Ordinal to begin the next page at; None on the last.
    """

    chunks: Sequence[Chunk]
    next_cursor: int | None


async def listed(
    session: AsyncSession,
    project_id: UUID,
    document_id: UUID,
    *,
    limit: int = LIMIT,
    cursor: int = 0,
) -> ChunkList:
    """Chunks of a document from ordinal `cursor` on, at most `limit`."""
    found = await session.exec(
        select(Chunk)
        .join(Document, col(Document.id) == col(Chunk.document_id))
        .where(
            Chunk.project_id == project_id,
            Document.project_id == project_id,
            Chunk.document_id == document_id,
            Chunk.ordinal >= cursor,
        )
        .order_by(col(Chunk.ordinal))
        .limit(limit + 1)
    )
    rows = found.all()
    return ChunkList(rows[:limit], rows[limit].ordinal if len(rows) > limit else None)


async def get(session: AsyncSession, project_id: UUID, chunk_id: UUID) -> Chunk | None:
    """One chunk; None where the project has no such chunk."""
    found = await session.exec(
        select(Chunk).where(Chunk.project_id == project_id, Chunk.id == chunk_id)
    )
    return found.first()
