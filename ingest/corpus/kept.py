"""Chunks that stand in the new version of a document as they stood in the one before.

They keep their ids, by which answers cite them, and their vectors, which cost the most.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.chunking import TextChunk, embedded_text
from ingest.corpus import sql


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk of the version that was read last.

    Attributes:
        embedded: What the embedder reads of it: the heading path, then the text.
        language: The text search configuration by which its words are stored.
        spaces: Names of the vector spaces that it has a vector in.
    """

    id: UUID
    embedded: str
    language: str
    spaces: frozenset[str]


async def stored(session: AsyncSession, document_id: UUID) -> list[StoredChunk]:
    """The chunks that a document has now, in its order; none before it was first read."""
    connection = await session.connection()
    rows = await connection.execute(sql.STORED_CHUNKS, {"document": document_id})
    return [
        StoredChunk(
            row.id, embedded_text(row.heading, row.text), row.language, frozenset(row.spaces)
        )
        for row in rows
    ]


def keep(former: Sequence[StoredChunk], chunks: Sequence[TextChunk]) -> list[StoredChunk | None]:
    """For each new chunk the stored one that it is; None where it is new.

    They are the same where the embedder reads the same of them, wherever in the document they
    stand. Each stored one is given once: those of the same words in their order.
    """
    waiting: defaultdict[str, deque[StoredChunk]] = defaultdict(deque)
    for one in former:
        waiting[one.embedded].append(one)
    return [
        waiting[chunk.embedded].popleft() if waiting.get(chunk.embedded) else None
        for chunk in chunks
    ]


@dataclass(frozen=True, slots=True)
class Placed:
    """A version's chunks, in their order.

    Attributes:
        gaps: What stands between each of them and the next.
    """

    chunks: Sequence[TextChunk]
    gaps: Sequence[str]


async def settle(
    session: AsyncSession, document_id: UUID, placed: Placed, kept: Sequence[StoredChunk | None]
) -> None:
    """Delete the document's chunks that are not kept, and move the others to their new places."""
    pairs = [
        (one.id, chunk) for one, chunk in zip(kept, placed.chunks, strict=True) if one is not None
    ]
    moved = {
        "document": document_id,
        "ids": [chunk_id for chunk_id, _ in pairs],
        "ordinals": [chunk.ordinal for _, chunk in pairs],
        "pages": [chunk.page_number for _, chunk in pairs],
        "starts": [chunk.start for _, chunk in pairs],
        "stops": [chunk.end for _, chunk in pairs],
        "counts": [chunk.token_count for _, chunk in pairs],
        "gaps": [placed.gaps[chunk.ordinal] for _, chunk in pairs],
    }
    connection = await session.connection()
    for statement in (sql.HOLD_CHUNKS, sql.DROP_CHUNKS, sql.MOVE_CHUNKS, sql.MOVE_VECTORS):
        await connection.execute(statement, moved)
