"""From an upload to a row and a job: all of it, or nothing."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.arrival import Arrival
from ingest.blobs import BlobStore, StoredBlob
from ingest.corpus import attachments, attempts, documents
from ingest.corpus.attempts import Attempt
from ingest.corpus.notices import notify
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import Document, DocumentStatus, now
from ingest.errors import AlreadyStored
from ingest.jobs import delete_blob_later, forget_project, read_later
from ingest.parsers.draft import clean
from ingest.removal import remove
from ingest.sniff import Kind

MAX_NAME = 255
"""Characters of a document's name, as in most file systems."""
DEFAULT_MAX_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that somebody sends.

    Attributes:
        name: As the sender names it; folders in it are dropped.
        content: Its bytes, piece by piece.
        project_id: Where it goes.
        user_id: Who sends it.
        is_apart: Whether it is a document of its own even where the project has one of its name.
    """

    name: str
    content: AsyncIterator[bytes]
    project_id: UUID
    user_id: UUID | None
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an upload.

    Attributes:
        document: As it is in the database now.
        duplicate: Whether the project had these bytes already.
    """

    document: Document
    duplicate: bool


@dataclass(frozen=True, slots=True)
class _Arrived:
    blob: StoredBlob
    kind: Kind


class Intake:
    """Takes files in, and what else changes a document's bytes or reads them anew."""

    def __init__(
        self,
        transactions: Transactions,
        blobs: BlobStore,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        self._transactions = transactions
        self._blobs = blobs
        self.max_bytes = max_bytes

    async def receive(self, upload: Upload) -> Received:
        """Take one file in: when this returns, it will be read.

        Under the name of a document that the project has, in any case, it is the new version of
        that one, whatever state that is in; of two documents of one name it is neither's.

        Raises:
            EmptyFile: No bytes came.
            FileTooLarge: More came than are taken; the rest was not waited for.
            UnsupportedType: It is nothing that is read.
        """
        async with self._arriving(upload.name, upload.content) as arrived:
            document = Document(
                project_id=upload.project_id,
                name=tidy_name(upload.name),
                mime_type=arrived.kind.value,
                size_bytes=arrived.blob.size,
                sha256=arrived.blob.sha256,
                blob_key=arrived.blob.key,
                uploaded_by=upload.user_id,
            )
            async with self._transactions() as session:
                received = await self._place(session, document, upload, arrived)
            if received.duplicate:
                await self._blobs.delete(arrived.blob.key)
            return received

    async def attach(self, attempt: Attempt, name: str, content: AsyncIterator[bytes]) -> Received:
        """Take in a file that a document holds, on behalf of whoever sent that document.

        Raises:
            LeaseLost: Another worker reads the document by now; nothing was written.
            EmptyFile: It holds no bytes.
            FileTooLarge: It is larger than what is taken.
            UnsupportedType: It is nothing that is read.
        """
        async with self._arriving(name, content) as arrived:
            async with self._transactions() as session:
                await documents.hold_arrival(
                    session, attempt.project_id, arrived.blob.sha256, tidy_name(name)
                )
                parent = await attempts.hold(session, attempt)
                document = Document(
                    project_id=parent.project_id,
                    parent_id=parent.id,
                    name=tidy_name(name),
                    mime_type=arrived.kind.value,
                    size_bytes=arrived.blob.size,
                    sha256=arrived.blob.sha256,
                    blob_key=arrived.blob.key,
                    uploaded_by=parent.uploaded_by,
                )
                stored, duplicate = await documents.create(session, document)
                if not duplicate:
                    await read_later(session, stored.id)
                received = Received(stored, duplicate)
            if duplicate:
                await self._blobs.delete(arrived.blob.key)
            return received

    async def _place(
        self, session: AsyncSession, document: Document, upload: Upload, arrived: _Arrived
    ) -> Received:
        await documents.hold_arrival(session, document.project_id, document.sha256, document.name)
        if not await documents.has_hash(session, document.project_id, document.sha256):
            older = await documents.named(session, document.project_id, document.name)
            if older is not None and not upload.is_apart:
                await self._renew(session, older, upload, arrived)
                return Received(older, duplicate=False)
        stored, duplicate = await documents.create(session, document)
        if not duplicate:
            await read_later(session, stored.id)
        elif stored.parent_id is not None:
            stored = await documents.set_free(session, stored)
        return Received(stored, duplicate)

    async def replace(self, document_id: UUID, upload: Upload) -> Received:
        """Put new bytes in a document's place; the old version answers until they are read.

        The same bytes again change nothing.

        Raises:
            DocumentMissing: The project has no such document.
            AlreadyStored: Another document of the project has these bytes.
            EmptyFile: No bytes came.
            FileTooLarge: More came than are taken.
            UnsupportedType: It is nothing that is read.
        """
        async with self._arriving(upload.name, upload.content) as arrived:
            async with self._transactions() as session:
                await documents.hold_arrival(
                    session, upload.project_id, arrived.blob.sha256, tidy_name(upload.name)
                )
                document = await documents.lock(session, upload.project_id, document_id)
                duplicate = document.sha256 == arrived.blob.sha256
                if not duplicate:
                    await self._renew(session, document, upload, arrived)
            if duplicate:
                await self._blobs.delete(arrived.blob.key)
            return Received(document, duplicate)

    async def _renew(
        self, session: AsyncSession, document: Document, upload: Upload, arrived: _Arrived
    ) -> None:
        if await documents.has_hash(session, document.project_id, arrived.blob.sha256):
            raise AlreadyStored("This project has a document with exactly these bytes already.")
        if document.blob_key != document.ready_blob_key:
            # Bytes that nobody came to read; those of the version that answers stay until then.
            await delete_blob_later(session, document.blob_key)
        document.blob_key = arrived.blob.key
        document.sha256 = arrived.blob.sha256
        document.size_bytes = arrived.blob.size
        document.mime_type = arrived.kind.value
        document.name = tidy_name(upload.name)
        document.uploaded_by = upload.user_id
        document.parent_id = None  # These bytes came with nothing but themselves.
        await _requeue(session, document)

    async def reindex(self, project_id: UUID, document_id: UUID) -> Document:
        """Read a document's bytes anew, whatever became of the last reading.

        A reading under way is dropped. What was read before answers until this one is done.

        Raises:
            DocumentMissing: The project has no such document.
        """
        async with self._transactions() as session:
            document = await documents.lock(session, project_id, document_id)
            await _requeue(session, document)
            return document

    async def retry(self, project_id: UUID, document_id: UUID) -> Document:
        """Read a failed document again; one that did not fail is left alone.

        Raises:
            DocumentMissing: The project has no such document.
        """
        async with self._transactions() as session:
            return await retry(session, project_id, document_id)

    async def delete(self, project_id: UUID, document_id: UUID) -> None:
        """Delete a document, its pages and chunks now, its bytes right after.

        Raises:
            DocumentMissing: The project has no such document.
        """
        async with self._transactions() as session:
            await delete(session, project_id, document_id)

    async def delete_project_files(self, session: AsyncSession, project_id: UUID) -> None:
        """Have all bytes of a project deleted, in the transaction that deletes the project."""
        await forget_project(session, project_id)
        for key in await documents.blob_keys(session, project_id):
            await delete_blob_later(session, key)

    def open(self, document: Document) -> AsyncIterator[bytes]:
        """Yield a document's bytes as they were uploaded.

        Raises:
            BlobMissing: They are gone.
        """
        return self._blobs.open(document.blob_key)

    @asynccontextmanager
    async def _arriving(self, name: str, content: AsyncIterator[bytes]) -> AsyncGenerator[_Arrived]:
        """Stream a file into the blob store; an error inside the block takes it out again."""
        async with AsyncExitStack() as undo:
            async with self._blobs.create() as writer:
                arrival = Arrival(name, writer, self.max_bytes)
                async for piece in content:
                    await arrival.take(piece)
                kind = arrival.kind()
                blob = await writer.finish()
            undo.push_async_callback(self._take_back, blob.key)
            yield _Arrived(blob, kind)
            undo.pop_all()

    async def _take_back(self, key: str) -> None:
        """Delete a blob that no row came to name.

        A connection that breaks during a commit leaves open whether it took place, so look; where
        the database cannot be asked, the search for orphans finds the blob later.
        """
        async with self._transactions() as session:
            orphans = await documents.unknown_blobs(session, [key])
        for orphan in orphans:
            await self._blobs.delete(orphan)


async def retry(session: AsyncSession, project_id: UUID, document_id: UUID) -> Document:
    """Read a failed document again, in a transaction of the caller's.

    Raises:
        DocumentMissing: The project has no such document.
    """
    document = await documents.lock(session, project_id, document_id)
    if document.status == DocumentStatus.FAILED:
        await _requeue(session, document)
    return document


async def delete(session: AsyncSession, project_id: UUID, document_id: UUID) -> None:
    """Delete a document in a transaction of the caller's; its bytes go when that is committed.

    With a mail go its attachments, but for those that another document holds as well.

    Raises:
        DocumentMissing: The project has no such document.
    """
    await documents.lock(session, project_id, document_id)
    going = await attachments.going_with(session, project_id, document_id)
    await remove(session, project_id, going)


async def _requeue(session: AsyncSession, document: Document) -> None:
    """Set a locked document back to the start, as a new version, and enqueue its reading."""
    document.version += 1
    document.status = DocumentStatus.QUEUED
    document.progress = 0.0
    document.error_code = document.error_message = None
    document.lease = document.lease_until = None
    document.deaths = 0
    document.updated_at = now()
    await session.flush()
    await notify(session, document.project_id, document.id)
    await read_later(session, document.id)


def tidy_name(name: str) -> str:
    """A file name for people: no folders, no controls, of bearable length."""
    last = clean(name).replace("\\", "/").split("/")[-1]
    return " ".join(last.split())[:MAX_NAME] or "Unnamed"
