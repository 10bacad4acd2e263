"""Pages and chunks of a document: written in one transaction, read within one project."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TypeVar
from uuid import UUID

from sqlalchemy import bindparam, cast, func
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlmodel import col, delete, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from ingest.chunking import TextChunk
from ingest.corpus import word_boxes
from ingest.corpus.attempts import Attempt, effect, held
from ingest.corpus.half_vector import ShortHalfVector
from ingest.corpus.kept import Placed, StoredChunk, settle
from ingest.corpus.lexemes import STEMLESS, searchable
from ingest.corpus.notices import notify
from ingest.corpus.spaces import hold_active
from ingest.corpus.tables import Chunk, ChunkVector, Document, DocumentStatus, Page, now
from ingest.errors import SpaceChanged
from ingest.parsed import ParsedDocument
from providers.contract import Vectors

_Row = TypeVar("_Row")
ROWS_AT_ONCE = 500
"""Rows sent together; keeps the memory for their parameters small."""
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
    rows = [
        {
            "document_id": document_id,
            "number": page.number,
            "start": page.start,
            "end": page.end,
            "label": page.label,
            "text": parsed.text[page.start : page.end],
        }
        for page in parsed.pages
    ]
    for some in _batches(rows):
        await session.exec(insert(Page), params=some)


async def _add_chunks(session: AsyncSession, attempt: Attempt, read: ReadDocument) -> None:
    lexemes = func.to_tsvector(cast(read.language, REGCONFIG), bindparam("searchable"))
    ids = [uuid7() if one is None else one.id for one in read.kept]
    gaps = _gaps(read)
    new = [chunk for chunk, one in zip(read.chunks, read.kept, strict=True) if one is None]
    for some in _batches(new):
        rows = [
            {
                "id": ids[chunk.ordinal],
                "project_id": attempt.project_id,
                "document_id": attempt.document_id,
                "ordinal": chunk.ordinal,
                "page_number": chunk.page_number,
                "start": chunk.start,
                "end": chunk.end,
                "heading": chunk.heading,
                "text": chunk.text,
                "token_count": chunk.token_count,
                "searchable": searchable(chunk.embedded, read.language),
                "gap": gaps[chunk.ordinal],
            }
            for chunk in some
        ]
        await session.exec(insert(Chunk).values(lexemes=lexemes), params=rows)
    # The document may be of another language by now, as a whole; and what was read before words
    # had their beginnings beside them gets them now.
    spoken = [
        {"kept": one.id, "searchable": searchable(one.embedded, read.language)}
        for one in read.kept
        if one is not None and (one.language != read.language or read.language == STEMLESS)
    ]
    relexed = (
        update(Chunk)
        .where(col(Chunk.id) == bindparam("kept"), col(Chunk.lexemes) != lexemes)
        .values(lexemes=lexemes)
    )
    for some in _batches(spoken):
        await (await session.connection()).execute(relexed, some)
    for embedder, made in read.vectors.items():
        await _add_vectors(session, attempt, ids, embedder, made)


async def _add_vectors(
    session: AsyncSession, attempt: Attempt, ids: Sequence[UUID], embedder: str, made: Embedded
) -> None:
    # What catches up with a space may have been faster with a chunk that is kept.
    statement = insert_or(ChunkVector).on_conflict_do_nothing()
    for some in _batches(zip(made.places, made.vectors, strict=True)):
        placed = [
            {
                "chunk_id": ids[place],
                "embedder": embedder,
                "project_id": attempt.project_id,
                "document_id": attempt.document_id,
                "ordinal": place,
                "embedding": ShortHalfVector(vector),
            }
            for place, vector in some
        ]
        await session.exec(statement, params=placed)


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
