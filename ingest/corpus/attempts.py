"""Attempts to read a document: who holds the lease, and what only its holder may write."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Update
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.corpus import documents
from ingest.corpus.notices import notify
from ingest.corpus.tables import Document, DocumentStatus, now
from ingest.errors import IngestError, LeaseLost, WorkerDied

MAX_DEATHS = 3
"""Workers that may die over one version of a document before it is given up."""
LEASE = timedelta(seconds=30)
"""How long a lease lasts unless it is renewed."""

_FINISHED = (DocumentStatus.READY, DocumentStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The right to write about one version of one document.

    Attributes:
        lease: The token; every effect says `WHERE lease = mine`.
        former_blob: Bytes of the version that answers meanwhile, where they are other ones:
            nobody needs them any more when this one is read.
    """

    document_id: UUID
    project_id: UUID
    lease: UUID
    version: int
    blob_key: str
    mime_type: str
    name: str
    former_blob: str | None


async def claim(session: AsyncSession, document_id: UUID) -> Attempt | None:
    """Begin to read a document, taking the lease from whoever held it.

    A lease that is still held says that its holder died, or lost its job to a rescue: that is
    counted, and after `MAX_DEATHS` the document fails, so that a file that kills its reader does
    not loop. The queue lets one job of a document run at a time; the lease guards against
    holders that the queue took for dead.

    Returns:
        The attempt; None where there is nothing to read: the document is gone, is read already,
        or has just been given up.
    """
    found = await session.exec(select(Document).where(Document.id == document_id).with_for_update())
    document = found.first()
    if document is None or document.status in _FINISHED:
        return None
    if document.lease is not None:
        document.deaths += 1
    if document.deaths >= MAX_DEATHS:
        _give_up(document)
        await notify(session, document.project_id, document.id)
        return None
    lease = uuid4()
    document.lease, document.lease_until = lease, now() + LEASE
    document.status, document.progress = DocumentStatus.PARSING, 0.0
    document.updated_at = now()
    await notify(session, document.project_id, document.id)
    return Attempt(
        document_id=document.id,
        project_id=document.project_id,
        lease=lease,
        version=document.version,
        blob_key=document.blob_key,
        mime_type=document.mime_type,
        name=document.name,
        former_blob=documents.outlived(document),
    )


def _give_up(document: Document) -> None:
    document.status = DocumentStatus.FAILED
    document.error_code = WorkerDied.code
    document.error_message = (
        f"The process that read this file died {document.deaths} times. "
        "Try again; if it fails again, save the file in a simpler form."
    )
    document.lease = document.lease_until = None
    document.updated_at = now()


def held(attempt: Attempt) -> Update:
    """An update of the document that does nothing once the lease is another's."""
    return update(Document).where(
        col(Document.id) == attempt.document_id,
        col(Document.project_id) == attempt.project_id,
        col(Document.lease) == attempt.lease,
    )


async def effect(session: AsyncSession, statement: Update) -> None:
    """Run an update built on `held`.

    Raises:
        LeaseLost: The lease is another's, or the document is gone: nothing was written.
    """
    result = await session.exec(statement)
    if result.rowcount == 0:
        raise LeaseLost("Another worker has taken this document over.")


async def hold(session: AsyncSession, attempt: Attempt) -> Document:
    """The document, which nobody else changes until this transaction ends.

    Raises:
        LeaseLost: The lease is another's, or the document is gone.
    """
    found = await session.exec(
        select(Document)
        .where(Document.id == attempt.document_id, Document.lease == attempt.lease)
        .with_for_update()
    )
    document = found.first()
    if document is None:
        raise LeaseLost("Another worker has taken this document over.")
    return document


async def renew(session: AsyncSession, attempt: Attempt) -> None:
    """Hold the lease for another while.

    Raises:
        LeaseLost: It is another's.
    """
    await effect(session, held(attempt).values(lease_until=now() + LEASE))


async def advance(
    session: AsyncSession, attempt: Attempt, status: DocumentStatus, progress: float
) -> None:
    """Write how far the reading is, 0 to 1, and tell the listeners.

    Raises:
        LeaseLost: The lease is another's.
    """
    values = {"status": status, "progress": progress, "updated_at": now()}
    await effect(session, held(attempt).values(values))
    await notify(session, attempt.project_id, attempt.document_id)


async def release(session: AsyncSession, attempt: Attempt) -> None:
    """Give the lease back, so that the next worker begins anew and counts no death.

    Raises:
        LeaseLost: It is another's.
    """
    values = {
        "lease": None,
        "lease_until": None,
        "status": DocumentStatus.QUEUED,
        "progress": 0.0,
        "updated_at": now(),
    }
    await effect(session, held(attempt).values(values))
    await notify(session, attempt.project_id, attempt.document_id)


async def fail(session: AsyncSession, attempt: Attempt, error: IngestError) -> None:
    """End the attempt with the reason; what an earlier version gave stays.

    Raises:
        LeaseLost: The lease is another's.
    """
    values = {
        "status": DocumentStatus.FAILED,
        "error_code": error.code,
        "error_message": error.message,
        "lease": None,
        "lease_until": None,
        "updated_at": now(),
    }
    await effect(session, held(attempt).values(values))
    await notify(session, attempt.project_id, attempt.document_id)
