"""Bringing files into a project and waiting until they are read.

Nothing is kept beside the database: what was brought in is known by its bytes, so that a run that
was cut, however it was, is taken up by running it again.
"""

import asyncio
import zipfile
import zlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from uuid import UUID

from sqlmodel import col, select

from app.cli.import_report import Outcome
from app.cli.import_sources import BETWEEN, Found
from app.db.engine import Database
from ingest.corpus import attachments, documents
from ingest.corpus.tables import Document, DocumentStatus
from ingest.errors import CorruptFile, DocumentMissing, FileTooLarge, IngestError, UploadRefused
from ingest.intake import Intake, Upload

READ_BYTES = 1024 * 1024
LOOK_AGAIN_S = 0.5
AT_ONCE = 500
"""Documents that are asked for together."""
PATIENCE_S = 60.0
"""Seconds without any progress after which it is said that nobody seems to read."""
_FINISHED = (DocumentStatus.READY, DocumentStatus.FAILED)


class UnreadableFile(IngestError):
    """The file can't be read from where it is."""

    code = "unreadable"


@dataclass(slots=True)
class Import:
    """One import into one project.

    Attributes:
        user_id: Who sends the files; None for the terminal.
        retry: Whether files that failed before are read again.
        outcomes: What became of each file so far, in the order in which they were found.
        added: How many became documents.
    """

    database: Database
    intake: Intake
    project_id: UUID
    user_id: UUID | None
    retry: bool = False
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    added: int = 0
    _waiting: dict[UUID, list[Outcome]] = field(default_factory=dict[UUID, list[Outcome]])
    _names: set[str] = field(default_factory=set[str])

    async def take(self, found: Found) -> None:
        """Bring one file in, unless the project has its bytes already."""
        outcome = Outcome(found.path)
        self.outcomes.append(outcome)
        try:
            await self._take(found, outcome)
        except (UploadRefused, CorruptFile, UnreadableFile) as error:
            outcome.fail(error.code, error.message)

    async def _take(self, found: Found, outcome: Outcome) -> None:
        if found.size > self.intake.max_bytes:
            raise FileTooLarge(
                f"This file is larger than {self.intake.max_bytes / 1024 / 1024:.0f} MiB, the most "
                "that this server takes. Split it."
            )
        sha256 = await asyncio.to_thread(_digest, found)
        document = await self._known(sha256)
        if document is None:
            # Two files of one name brought together are two; one that comes again is a new version.
            name = found.name.lower()
            upload = Upload(
                found.name,
                _pieces(found),
                self.project_id,
                self.user_id,
                is_apart=name in self._names,
            )
            self._names.add(name)
            received = await self.intake.receive(upload)
            document, known = received.document, received.duplicate
        else:
            known = True
        if known:
            outcome.end = "duplicate"
            if self.retry:
                document = await self.intake.retry(self.project_id, document.id)
        else:
            self.added += 1
        self._follow(document, outcome)

    async def _known(self, sha256: str) -> Document | None:
        """The project's document of these bytes, unless the upload has something to do with it."""
        async with self.database.session() as session:
            try:
                document = await documents.by_hash(session, self.project_id, sha256)
            except DocumentMissing:
                return None
        return document if document.parent_id is None else None

    def _follow(self, document: Document, outcome: Outcome) -> None:
        outcome.follow(document)
        if document.status not in _FINISHED:
            self._waiting.setdefault(document.id, []).append(outcome)

    @property
    def unread(self) -> int:
        """Documents that are still to be read."""
        return len(self._waiting)

    async def wait(self, told: Callable[[], None], stuck: Callable[[], None]) -> None:
        """Wait until everything is read, what came with mails included.

        Args:
            told: Called when something was looked at.
            stuck: Called when nothing has moved for `PATIENCE_S`, once.
        """
        clock = asyncio.get_running_loop().time
        moved, before, warned = clock(), "", False
        while self._waiting:
            now = await self._look()
            told()
            if now != before:
                moved, before = clock(), now
            elif not warned and clock() - moved > PATIENCE_S:
                warned = True
                stuck()
            if self._waiting:
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _look(self) -> str:
        """Look at what is still to be read; what is returned differs when something has moved."""
        ids = list(self._waiting)[:AT_ONCE]
        query = select(Document).where(
            Document.project_id == self.project_id, col(Document.id).in_(ids)
        )
        async with self.database.session() as session:
            found = {document.id: document for document in await session.exec(query)}
        for document_id in ids:
            document = found.get(document_id)
            if document is None:
                for outcome in self._waiting.pop(document_id):
                    outcome.fail("deleted", "Somebody deleted it while it was read.")
            elif document.status in _FINISHED:
                outcomes = self._waiting.pop(document_id)
                for outcome in outcomes:
                    outcome.follow(document)
                await self._attached(document, outcomes[0])
        moving = [(one.status, one.progress) for one in found.values()]
        return f"{len(self._waiting)} {sorted(moving)}"

    async def _attached(self, document: Document, outcome: Outcome) -> None:
        """Follow what came with a mail that was just read."""
        if not document.attachment_count:
            return
        async with self.database.session() as session:
            held = await attachments.listed(session, self.project_id, document.id)
        for one in held:
            inner = Outcome(f"{outcome.path}{BETWEEN}{one.attachment.name}")
            self.outcomes.append(inner)
            if one.document is not None:
                if one.document.parent_id != document.id:
                    inner.end = "duplicate"
                self._follow(one.document, inner)
            else:
                code, message = one.attachment.error_code, one.attachment.error_message
                inner.fail(code or "deleted", message or "Somebody deleted it.", "skipped")


def _digest(found: Found) -> str:
    """SHA-256 of a file, in hex.

    Raises:
        UnreadableFile: It can't be read.
        CorruptFile: Its archive is damaged here.
    """
    try:
        with found.open() as file:
            return file_digest(file, "sha256").hexdigest()  # pyright: ignore[reportArgumentType] # A member of an archive reads like a file.
    except OSError as error:
        raise UnreadableFile(f"{error.strerror or error}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise CorruptFile("The archive is damaged where this file is.") from error


async def _pieces(found: Found) -> AsyncGenerator[bytes]:
    with found.open() as file:
        while piece := await asyncio.to_thread(file.read, READ_BYTES):
            yield piece


def worst(outcomes: Sequence[Outcome]) -> int:
    """The exit status: 1 where a file failed."""
    return int(any(outcome.end == "failed" for outcome in outcomes))
