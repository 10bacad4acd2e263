"""What goes with a document: its rows, its jobs and its bytes."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.corpus import documents
from ingest.jobs import delete_blob_later, forget


async def remove(session: AsyncSession, project_id: UUID, document_ids: Iterable[UUID]) -> None:
    """Delete documents in a transaction of the caller's; their bytes go when that is committed.

    Raises:
        DocumentMissing: The project has no such document.
    """
    for document_id in document_ids:
        keys = await documents.remove(session, project_id, document_id)
        await forget(session, document_id)
        for key in sorted(keys):
            await delete_blob_later(session, key)
