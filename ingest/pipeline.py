"""The life of a document, step by step: claim, fetch, parse, chunk, embed, store."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import structlog

from ingest.attachments import Attachments
from ingest.blobs import BlobStore
from ingest.chunking import Chunker, ChunkOptions, TextChunk
from ingest.corpus import attempts, kept
from ingest.corpus.attempts import Attempt
from ingest.corpus.chunks import Embedded, ReadDocument, swap_in
from ingest.corpus.kept import StoredChunk
from ingest.corpus.sessions import Transactions
from ingest.corpus.spaces import OneSpace, Spaces
from ingest.corpus.tables import DocumentStatus
from ingest.embedding import EmbeddingOptions, Progress, embed
from ingest.errors import EmbeddingFailed, IngestError, LeaseLost, SpaceChanged
from ingest.jobs import delete_blob_later
from ingest.parsed import ParsedDocument
from ingest.recognition import Recognition, Tesseract
from ingest.sandbox import Sandbox
from ingest.sandbox_protocol import Parsed
from ingest.sniff import Kind
from providers.contract import Embedder, TokenCounter, Vectors

PARSED_SHARE = 0.1
"""How much of the progress bar reading takes; embedding takes the rest."""
RECOGNISED_SHARE = 0.8
"""How much it takes besides where every page is a scan: seconds each, to embed takes tenths."""
PROGRESS_PAUSE_S = 0.3
"""Least time between two writings of progress."""
RENEWALS = 3
"""How often a lease is renewed in its time."""
NO_VECTORS: Vectors = np.zeros((0, 0), dtype=np.float32)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """How documents are read.

    Attributes:
        chunks: Their sizes.
        embedding: How they are handed to the model.
        tesseract: What recognises the text of scanned pages; None where the host has none.
    """

    chunks: ChunkOptions = field(default_factory=ChunkOptions)
    embedding: EmbeddingOptions = field(default_factory=EmbeddingOptions)
    tesseract: Tesseract | None = None


class Pipeline:
    """Reads documents: each by its id, as often as asked; only the lease's holder writes.

    Args:
        transactions: Opens a transaction.
        blobs: Where the bytes are.
        sandbox: Where parsers run.
        embedder: Makes the vectors.
        counter: Counts tokens as the embedder does.
        options: Sizes and patience.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        blobs: BlobStore,
        sandbox: Sandbox,
        embedder: Embedder,
        counter: TokenCounter,
        options: PipelineOptions | None = None,
    ) -> None:
        self._transactions = transactions
        self._blobs = blobs
        self._sandbox = sandbox
        self._embedder = embedder
        self._spaces: Spaces = OneSpace(embedder)
        self._spaced = False
        self._counter = counter
        self._options = options or PipelineOptions()
        self._attachments: Attachments | None = None
        self._recognition = Recognition(sandbox, self._options.tesseract)

    def follow(self, spaces: Spaces) -> None:
        """Give chunks vectors in all spaces in use, in place of the embedder's alone."""
        self._spaces, self._spaced = spaces, True

    def look_into(self, attachments: Attachments) -> None:
        """Make documents of what mails and the like hold."""
        self._attachments = attachments

    async def read(self, document_id: UUID, *, last_try: bool = True) -> None:
        """Read one document, from its bytes to its chunks; ends as `ready` or `failed`.

        Does nothing where there is nothing to read. When it is cancelled it gives the lease back.

        Args:
            document_id: Which.
            last_try: Whether a failure of the embedding model fails the document.

        Raises:
            EmbeddingFailed: The model failed, and this was not the last try: the document is
                queued again.
            OSError: The blob store could not be reached; the document is queued again.
        """
        async with self._transactions() as session:
            attempt = await attempts.claim(session, document_id)
        if attempt is None:
            return
        with suppress(LeaseLost):
            async with self._holding(attempt):
                await self._try(attempt, last_try=last_try)

    async def _try(self, attempt: Attempt, *, last_try: bool) -> None:
        try:
            await self._steps(attempt)
        except LeaseLost:
            log.info("lease_lost", document=str(attempt.document_id))
            raise
        except EmbeddingFailed as error:
            await self._end(attempt, error, retry=not last_try)
            if not last_try:
                raise
        except IngestError as error:
            await self._end(attempt, error)
        except OSError:
            # The store is away, or the machine is short of something: no fault of the document.
            await self._give_back(attempt)
            raise
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(attempt))
            raise

    async def _steps(self, attempt: Attempt) -> None:
        parsed = await self._parse(attempt)
        if self._attachments is not None:
            await self._attachments.take_in(attempt)
        chunks = await self._chunk(parsed.document)
        begun = _read_share(parsed.document)
        await self._advance(attempt, DocumentStatus.EMBEDDING, begun)
        former = await self._former(attempt, chunks)
        vectors: dict[str, Embedded] = {}
        while True:
            excused = await self._embed(attempt, chunks, former, vectors, begun)
            read = ReadDocument(
                parsed.document, parsed.language, chunks, former, vectors, excused, self._spaced
            )
            with suppress(SpaceChanged):
                await self._store(attempt, read)
                break
        log.info(
            "document_ready",
            document=str(attempt.document_id),
            chunks=len(chunks),
            kept=len(chunks) - former.count(None),
        )

    async def _parse(self, attempt: Attempt) -> Parsed:
        async with self._blobs.local(attempt.blob_key) as path:
            parsed = await self._sandbox.parse(path, Kind(attempt.mime_type))
            if not parsed.document.scans:
                return parsed
            most = _read_share(parsed.document)

            async def progress(share: float) -> None:
                await self._advance(attempt, DocumentStatus.PARSING, most * share)

            return await self._recognition.read(path, parsed, progress)

    async def _chunk(self, document: ParsedDocument) -> list[TextChunk]:
        """Divide the text, in a thread: a long document takes seconds."""
        window = min(
            [
                self._embedder.max_tokens,
                *(
                    space.embedder.max_tokens
                    for space in await self._spaces.written()
                    if space.embedder is not None
                ),
            ]
        )
        chunker = Chunker(self._counter, window=window, options=self._options.chunks)
        return await asyncio.to_thread(chunker.chunk, document)

    async def _former(self, attempt: Attempt, chunks: list[TextChunk]) -> list[StoredChunk | None]:
        """What of them is stored already: in the version before."""
        async with self._transactions() as session:
            stored = await kept.stored(session, attempt.document_id)
        return kept.keep(stored, chunks)

    async def _embed(
        self,
        attempt: Attempt,
        chunks: list[TextChunk],
        former: list[StoredChunk | None],
        vectors: dict[str, Embedded],
        begun: float,
    ) -> str | None:
        """Add the vectors of every space in use that are not there yet.

        What stood in the version before keeps those that it has.

        While one model takes over from another, either of them may be away: what it did not embed
        is caught up with.

        Returns:
            The active space, if it is its model that is away.

        Raises:
            EmbeddingFailed: The only model, or both, failed.
        """
        spaces = await self._spaces.written()
        for turn, space in enumerate(spaces):
            if space.name in vectors:
                continue
            places = _without(former, space.name)
            if not places:
                vectors[space.name] = Embedded((), NO_VECTORS)
                continue
            if space.embedder is None or (space.failing and vectors):
                continue
            begin, end = (begun + (0.99 - begun) * n / len(spaces) for n in (turn, turn + 1))
            progress = self._progress_of(attempt, begin, end)
            try:
                made = await embed(
                    [chunks[place] for place in places],
                    space.embedder,
                    progress,
                    self._options.embedding,
                )
                vectors[space.name] = Embedded(places, made)
            except EmbeddingFailed as error:
                last = turn == len(spaces) - 1 and not vectors
                if last or space.name == self._embedder.name == spaces[0].name:
                    raise
                log.warning("embedding_left_out", space=space.name, error=error.message)
        if not vectors:
            raise EmbeddingFailed("The embedding model can't be reached. Try again when it can.")
        return None if spaces[0].name in vectors else spaces[0].name

    async def _store(self, attempt: Attempt, read: ReadDocument) -> None:
        async with self._transactions() as session:
            await swap_in(session, attempt, read)
            if attempt.former_blob is not None:
                await delete_blob_later(session, attempt.former_blob)

    def _progress_of(self, attempt: Attempt, begin: float, end: float) -> Progress:
        """Write progress at most every `PROGRESS_PAUSE_S`, below 1 until the chunks are stored.

        Args:
            attempt: Whose progress it is.
            begin: Share of the work that is done at 0.
            end: Share that is done at 1.
        """
        clock = asyncio.get_running_loop().time
        written = clock()

        async def progress(share: float) -> None:
            nonlocal written
            if clock() - written < PROGRESS_PAUSE_S:
                return
            written = clock()
            done = begin + (end - begin) * share
            await self._advance(attempt, DocumentStatus.EMBEDDING, done)

        return progress

    async def _advance(self, attempt: Attempt, status: DocumentStatus, progress: float) -> None:
        async with self._transactions() as session:
            await attempts.advance(session, attempt, status, progress)

    async def _end(self, attempt: Attempt, error: IngestError, *, retry: bool = False) -> None:
        log.info("document_unread", document=str(attempt.document_id), code=error.code)
        async with self._transactions() as session:
            if retry:
                await attempts.release(session, attempt)
            else:
                await attempts.fail(session, attempt, error)

    async def _give_back(self, attempt: Attempt) -> None:
        with suppress(LeaseLost):
            async with self._transactions() as session:
                await attempts.release(session, attempt)

    @asynccontextmanager
    async def _holding(self, attempt: Attempt) -> AsyncGenerator[None]:
        """Renew the lease while the block runs."""
        renewal = asyncio.create_task(self._renew(attempt), name="renew lease")
        try:
            yield
        finally:
            renewal.cancel()
            with suppress(asyncio.CancelledError, LeaseLost):
                await renewal

    async def _renew(self, attempt: Attempt) -> None:
        while True:
            await asyncio.sleep(attempts.LEASE.total_seconds() / RENEWALS)
            async with self._transactions() as session:
                await attempts.renew(session, attempt)


def _without(former: Sequence[StoredChunk | None], space: str) -> list[int]:
    """Places of the chunks that have no vector in a space."""
    return [place for place, one in enumerate(former) if one is None or space not in one.spaces]


def _read_share(document: ParsedDocument) -> float:
    """Share of the work that is done when a document has been read and not yet embedded."""
    return PARSED_SHARE + RECOGNISED_SHARE * len(document.scans) / len(document.pages)
