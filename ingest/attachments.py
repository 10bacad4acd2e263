"""What a document holds becomes documents of its own: each once, however often it is read."""

from collections.abc import AsyncGenerator
from hashlib import sha256

import structlog

from ingest.blobs import BlobStore
from ingest.corpus import attachments, attempts
from ingest.corpus.attempts import Attempt
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import Attachment
from ingest.errors import (
    DocumentUnreadable,
    FileTooLarge,
    IngestError,
    NestedTooDeep,
    TooManyAttachments,
    UploadRefused,
)
from ingest.intake import Intake, tidy_name
from ingest.removal import remove
from ingest.sandbox import Sandbox
from ingest.sandbox_protocol import Enclosed
from ingest.sniff import Kind

HOLDING = frozenset({Kind.EMAIL, Kind.PDF})
"""Kinds of files that may hold others."""
MOST = 100
"""Attachments that are taken out of one document."""
DEEPEST = 3
"""Documents that a file may lie within, and still be looked into."""

log = structlog.get_logger(__name__)


class Attachments:
    """Takes the attachments of documents in, by the way that uploads take.

    Args:
        transactions: Opens a transaction.
        blobs: Where the bytes of the documents are.
        sandbox: Where they are taken apart.
        intake: Takes files in.
        most: Attachments that are taken out of one document.
    """

    def __init__(
        self,
        transactions: Transactions,
        blobs: BlobStore,
        sandbox: Sandbox,
        intake: Intake,
        *,
        most: int = MOST,
    ) -> None:
        self._transactions = transactions
        self._blobs = blobs
        self._sandbox = sandbox
        self._intake = intake
        self._most = most

    async def take_in(self, attempt: Attempt) -> None:
        """Make documents of what this one holds, and note what became of each.

        A file that is not taken is noted with its reason: the document itself stays as good as it
        is. What somebody has deleted since the last reading does not come back.

        Raises:
            LeaseLost: Another worker reads the document by now.
            OSError: The blob store can't be reached.
        """
        if Kind(attempt.mime_type) not in HOLDING:
            return
        async with self._transactions() as session:
            before = await attachments.listed(session, attempt.project_id, attempt.document_id)
            within = await attachments.depth(session, attempt.document_id, most=DEEPEST)
        known = [one.attachment for one in before]
        taking = _Taking(attempt, self._intake, known, deep=within >= DEEPEST)
        try:
            await self._each(attempt, taking)
        except DocumentUnreadable as error:
            taking.note("Attachments", error)
        if taking.rows or known:
            await self._settle(attempt, taking.rows)
            log.info("attachments", document=str(attempt.document_id), count=len(taking.rows))

    async def _each(self, attempt: Attempt, taking: "_Taking") -> None:
        kind = Kind(attempt.mime_type)
        async with self._blobs.local(attempt.blob_key) as path:
            total = self._most
            while len(taking.rows) < min(total, self._most):
                taken = await self._sandbox.take_out(path, kind, len(taking.rows))
                total = taken.total
                if not taken.enclosed:
                    break
                for enclosed in taken.enclosed[: self._most - len(taking.rows)]:
                    await taking.take(enclosed)
        if total > self._most:
            rest = total - self._most
            error = TooManyAttachments(
                f"Only the first {self._most} files inside this document were taken out. Save the "
                "others and upload them."
            )
            taking.note(f"{rest} more", error)

    async def _settle(self, attempt: Attempt, rows: list[Attachment]) -> None:
        async with self._transactions() as session:
            await attempts.hold(session, attempt)
            gone = await attachments.settle(session, attempt, rows)
            await remove(session, attempt.project_id, gone)


class _Taking:
    """One reading's attachments, in their order."""

    def __init__(
        self, attempt: Attempt, intake: Intake, known: list[Attachment], *, deep: bool
    ) -> None:
        self.rows: list[Attachment] = []
        self._attempt = attempt
        self._intake = intake
        self._deep = deep
        self._size = 0
        self._deleted = {
            row.sha256 for row in known if row.document_id is None and row.error_code is None
        }

    async def take(self, enclosed: Enclosed) -> None:
        """Take one in, or note why not."""
        row = self._add(enclosed.name, len(enclosed.content))
        row.sha256 = sha256(enclosed.content).hexdigest()
        if row.sha256 in self._deleted:
            return
        try:
            self._check(enclosed)
            received = await self._intake.attach(self._attempt, row.name, _whole(enclosed.content))
        except UploadRefused as error:
            row.error_code, row.error_message = error.code, error.message
        else:
            row.document_id = received.document.id

    def note(self, name: str, error: IngestError) -> None:
        """Note what was not even taken out."""
        row = self._add(name, 0)
        row.error_code, row.error_message = error.code, error.message

    def _add(self, name: str, size: int) -> Attachment:
        row = Attachment(
            parent_id=self._attempt.document_id,
            ordinal=len(self.rows) + 1,
            name=tidy_name(name),
            size_bytes=size,
        )
        self.rows.append(row)
        return row

    def _check(self, enclosed: Enclosed) -> None:
        """Keep a small file from becoming a heap.

        Raises:
            NestedTooDeep: It lies within too many others.
            FileTooLarge: All together are larger than one file may be.
        """
        if self._deep:
            raise NestedTooDeep(
                f"It lies within {DEEPEST} other documents. Save it and upload it by itself."
            )
        self._size += len(enclosed.content)
        if self._size > self._intake.max_bytes:
            raise FileTooLarge(
                "The files inside this document are larger than this server takes at once. Save "
                "this one and upload it by itself."
            )


async def _whole(content: bytes) -> AsyncGenerator[bytes]:
    yield content
