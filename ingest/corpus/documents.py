"""Documents as their project's people see them: every query names the project."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.corpus.notices import notify
from ingest.corpus.tables import Document, DocumentStatus, Page, now
from ingest.errors import CursorInvalid, DocumentMissing

LIMIT = 50
"""Documents on one page of a list, where the caller does not say."""


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One page of a list.

    Attributes:
        documents: Newest first.
        total: Documents that match, on all pages.
        next_cursor: Asks for the next page; None on the last.
    """

    documents: Sequence[Document]
    total: int
    next_cursor: str | None


async def create(session: AsyncSession, document: Document) -> tuple[Document, bool]:
    """Add a document, unless its project has one with the same bytes.

    Two that race wait for each other at the unique constraint.

    Returns:
        The document that is there now, and whether it was there before.
    """
    added = await session.exec(
        insert(Document)
        .values(document.model_dump())
        .on_conflict_do_nothing(index_elements=["project_id", "sha256"])
        .returning(col(Document.id))
    )
    if added.first() is None:
        return await by_hash(session, document.project_id, document.sha256), True
    await notify(session, document.project_id, document.id)
    return document, False


async def set_free(session: AsyncSession, document: Document) -> Document:
    """Let a document that came with another one stay when that one goes: it was sent by itself."""
    freed = await session.exec(
        update(Document)
        .where(*_is(document.project_id, document.id))
        .values(parent_id=None)
        .returning(Document)
    )
    await notify(session, document.project_id, document.id)
    return _there(freed.scalars().first())


async def by_hash(session: AsyncSession, project_id: UUID, sha256: str) -> Document:
    """The project's document with these bytes.

    Raises:
        DocumentMissing: It has none.
    """
    found = await session.exec(
        select(Document).where(Document.project_id == project_id, Document.sha256 == sha256)
    )
    return _there(found.first())


async def has_hash(session: AsyncSession, project_id: UUID, sha256: str) -> bool:
    """Whether a document of the project has these bytes."""
    found = await session.exec(
        select(Document.id).where(Document.project_id == project_id, Document.sha256 == sha256)
    )
    return found.first() is not None


async def hold_arrival(session: AsyncSession, project_id: UUID, sha256: str, name: str) -> None:
    """Let those that bring the same bytes or the same name take turns until this transaction ends.

    Everybody asks for the bytes first: nobody waits for whoever waits for them.
    """
    for what in (sha256, f"named {name.lower()}"):
        held = func.pg_advisory_xact_lock(func.hashtextextended(f"{project_id} {what}", 0))
        await session.exec(select(held))


async def named(session: AsyncSession, project_id: UUID, name: str) -> Document | None:
    """The project's only document of this name, in any case; nobody else changes it meanwhile.

    What came with another one, as a mail's attachment, is not meant. None where there is none, and
    where there are several: which one is meant can't be told.
    """
    found = await session.exec(
        select(Document)
        .where(
            Document.project_id == project_id,
            func.lower(Document.name) == func.lower(name),
            col(Document.parent_id).is_(None),
        )
        .order_by(col(Document.id))
        .limit(2)
        .with_for_update()
    )
    rows = found.all()
    return rows[0] if len(rows) == 1 else None


def outlived(document: Document) -> str | None:
    """The bytes that nobody needs any more once the newest version is read."""
    older = document.ready_blob_key
    return older if older != document.blob_key else None


async def get(session: AsyncSession, project_id: UUID, document_id: UUID) -> Document:
    """One document.

    Raises:
        DocumentMissing: The project has no such document.
    """
    found = await session.exec(select(Document).where(*_is(project_id, document_id)))
    return _there(found.first())


async def lock(session: AsyncSession, project_id: UUID, document_id: UUID) -> Document:
    """One document, which nobody else changes until this transaction ends.

    Raises:
        DocumentMissing: The project has no such document.
    """
    found = await session.exec(
        select(Document).where(*_is(project_id, document_id)).with_for_update()
    )
    return _there(found.first())


async def project_of(session: AsyncSession, document_id: UUID) -> UUID:
    """The project that a document is in: the first step of every access decision about it.

    Raises:
        DocumentMissing: There is no such document anywhere.
    """
    found = await session.exec(select(Document.project_id).where(Document.id == document_id))
    project_id = found.first()
    if project_id is None:
        raise DocumentMissing("There is no such document.")
    return project_id


def _is(project_id: UUID, document_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Document.project_id) == project_id, col(Document.id) == document_id


def _there(document: Document | None) -> Document:
    if document is None:
        raise DocumentMissing("There is no such document in this project.")
    return document


async def listed(
    session: AsyncSession,
    project_id: UUID,
    *,
    search: str | None = None,
    status: DocumentStatus | None = None,
    limit: int = LIMIT,
    cursor: str | None = None,
) -> DocumentList:
    """The project's documents, newest first.

    Args:
        session: Where to look.
        project_id: Whose.
        search: Part of the name, in any case.
        status: Only those in this state.
        limit: At most so many, from 1.
        cursor: `next_cursor` of the page before.

    Raises:
        CursorInvalid: The cursor is none of ours.
    """
    wanted = [col(Document.project_id) == project_id]
    if search:
        wanted.append(col(Document.name).icontains(search, autoescape=True))
    if status is not None:
        wanted.append(col(Document.status) == status)
    total = await session.exec(select(func.count()).select_from(Document).where(*wanted))
    if cursor is not None:
        place = tuple_(col(Document.created_at), col(Document.id))
        wanted.append(place < tuple_(*_read_cursor(cursor)))
    found = await session.exec(
        select(Document)
        .where(*wanted)
        .order_by(col(Document.created_at).desc(), col(Document.id).desc())
        .limit(limit + 1)
    )
    rows = found.all()
    last = rows[limit - 1] if len(rows) > limit else None
    return DocumentList(rows[:limit], total.one(), _cursor(last) if last is not None else None)


async def unfinished(session: AsyncSession, project_id: UUID) -> Sequence[Document]:
    """Documents of the project that are waiting or being read, oldest first."""
    under_way = (DocumentStatus.QUEUED, DocumentStatus.PARSING, DocumentStatus.EMBEDDING)
    found = await session.exec(
        select(Document)
        .where(col(Document.project_id) == project_id, col(Document.status).in_(under_way))
        .order_by(col(Document.id))
    )
    return found.all()


def _cursor(document: Document) -> str:
    place = f"{document.created_at.isoformat()} {document.id}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        moment, identity = base64.urlsafe_b64decode(padded).decode().split(" ")
        place = datetime.fromisoformat(moment), UUID(identity)
    except (ValueError, binascii.Error):
        raise CursorInvalid("The cursor is not one that this server gave out.") from None
    if place[0].tzinfo is None:
        raise CursorInvalid("The cursor is not one that this server gave out.")
    return place


async def rename(session: AsyncSession, project_id: UUID, document_id: UUID, name: str) -> Document:
    """Give a document another name.

    Raises:
        DocumentMissing: The project has no such document.
    """
    renamed = await session.exec(
        update(Document)
        .where(*_is(project_id, document_id))
        .values(name=name, updated_at=now())
        .returning(Document)
    )
    document = _there(renamed.scalars().first())
    await notify(session, project_id, document_id)
    return document


async def remove(session: AsyncSession, project_id: UUID, document_id: UUID) -> set[str]:
    """Delete a document with its pages and chunks.

    Returns:
        The keys of its blobs, which are the caller's to delete.

    Raises:
        DocumentMissing: The project has no such document.
    """
    removed = await session.exec(
        delete(Document)
        .where(*_is(project_id, document_id))
        .returning(col(Document.blob_key), col(Document.ready_blob_key))
    )
    keys = removed.first()
    if keys is None:
        raise DocumentMissing("There is no such document in this project.")
    await notify(session, project_id, document_id)
    return {key for key in keys if key is not None}


async def blob_keys(session: AsyncSession, project_id: UUID) -> set[str]:
    """Keys of all blobs of a project."""
    found = await session.exec(
        select(Document.blob_key, Document.ready_blob_key).where(Document.project_id == project_id)
    )
    return {key for keys in found for key in keys if key is not None}


async def unknown_blobs(session: AsyncSession, keys: Sequence[str]) -> list[str]:
    """Those of the keys that no document of any project has."""
    known: set[str | None] = set()
    for column in (col(Document.blob_key), col(Document.ready_blob_key)):
        known.update(await session.exec(select(column).where(column.in_(keys))))
    return [key for key in keys if key not in known]


async def page(session: AsyncSession, project_id: UUID, document_id: UUID, number: int) -> Page:
    """The text of one page, numbered from 1.

    Raises:
        DocumentMissing: The project has no such document, or the document no such page.
    """
    found = await session.exec(
        select(Page)
        .join(Document, col(Document.id) == col(Page.document_id))
        .where(*_is(project_id, document_id), Page.number == number)
    )
    row = found.first()
    if row is None:
        raise DocumentMissing("There is no such page in this document.")
    return row


async def text(session: AsyncSession, project_id: UUID, document_id: UUID) -> str:
    """The whole text of a document: its pages, joined in order; empty before it was read."""
    found = await session.exec(
        select(Page.text)
        .join(Document, col(Document.id) == col(Page.document_id))
        .where(*_is(project_id, document_id))
        .order_by(col(Page.number))
    )
    return "".join(found.all())
