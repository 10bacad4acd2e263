"""Where the words of pages stand: kept beside the pages, and gone with them."""

from uuid import UUID

from sqlmodel import col, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.corpus.tables import Document, PageWords
from ingest.parsed import ParsedDocument

PAGES_AT_ONCE = 500
"""Rows sent together; some 0.5 MB."""


async def add(session: AsyncSession, document_id: UUID, parsed: ParsedDocument) -> None:
    """Keep the boxes of a document whose pages were stored in this transaction."""
    rows = [
        {"document_id": document_id, "number": page.number, "boxes": boxes}
        for page, boxes in zip(parsed.pages, parsed.boxes, strict=False)
        if boxes is not None
    ]
    for place in range(0, len(rows), PAGES_AT_ONCE):
        await session.exec(insert(PageWords), params=rows[place : place + PAGES_AT_ONCE])


async def of_page(
    session: AsyncSession, project_id: UUID, document_id: UUID, number: int
) -> bytes | None:
    """The packed boxes of a page, numbered from 1; None where none are kept."""
    found = await session.exec(
        select(PageWords.boxes)
        .join(Document, col(Document.id) == col(PageWords.document_id))
        .where(
            Document.project_id == project_id,
            PageWords.document_id == document_id,
            PageWords.number == number,
        )
    )
    return found.first()
