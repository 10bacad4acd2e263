"""Gives every chunk a vector of the model that is set, beside those of the one in use."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select

from ingest.chunking import embedded_text
from ingest.corpus import spaces, sql
from ingest.corpus.sessions import Transactions
from ingest.corpus.spaces import FIRST, Reached, Spaces, Unplaced
from ingest.corpus.tables import Document, DocumentStatus
from ingest.embedding import EmbeddingOptions, batches, embed_batch
from ingest.errors import EmbeddingFailed, SpaceChanged
from providers.contract import Vectors

log = structlog.get_logger(__name__)

Autocommit: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Prepare: TypeAlias = Callable[[str, int], Awaitable[None]]
"""Makes a space quick to search, by its name and the length of its vectors."""

_UNREAD = (DocumentStatus.QUEUED, DocumentStatus.PARSING, DocumentStatus.EMBEDDING)


@dataclass(frozen=True, slots=True)
class ReembeddingOptions:
    """How it goes about it.

    Attributes:
        chunks: Placed in one transaction.
        yielding: Seconds between two batches while documents wait to be read.
        grace: How long vectors outlive their space's use: searches that began in it may end.
        deleted: Of them at a time.
        embedding: How chunks are handed to the model.
    """

    chunks: int = 128
    yielding: float = 2.0
    grace: timedelta = timedelta(minutes=2)
    deleted: int = 5_000
    embedding: EmbeddingOptions = field(default_factory=EmbeddingOptions)


class Reembedding:
    """Fills vector spaces: one worker at a time, as often as asked, from where it was left.

    Args:
        transactions: Opens a transaction.
        autocommit: Opens a connection without one, which holds the lock.
        spaces: How the models are reached.
        prepare: Called before searches go over to a space.
        options: Sizes and patience.
    """

    def __init__(
        self,
        transactions: Transactions,
        autocommit: Autocommit,
        spaces: Spaces,
        prepare: Prepare,
        options: ReembeddingOptions | None = None,
    ) -> None:
        self._transactions = transactions
        self._autocommit = autocommit
        self._spaces = spaces
        self._prepare = prepare
        self._options = options or ReembeddingOptions()
        self._whole: set[str] = set()

    async def go_on(self) -> None:
        """Fill what is not filled, let searches go over to it, delete what is left of others.

        Does nothing while another worker does so.
        """
        async with self._alone() as mine:
            if not mine:
                return
            active, *following = await self._spaces.written()
            # New chunks always get vectors in the active space: to look once is enough.
            if active.name not in self._whole and await self._fill(active):
                self._whole.add(active.name)
            for space in following:
                while await self._fill(space) and not await self._switch(space):
                    log.info("vector_space_grew", space=space.name)
            await self._forget()

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[bool]:
        async with self._autocommit() as connection:
            mine = (await connection.execute(sql.CLAIM_FILLING)).scalar_one()
            try:
                yield mine
            finally:
                if mine:
                    await connection.execute(sql.RELEASE_FILLING)

    async def _fill(self, space: Reached) -> bool:
        """Place every chunk that has no vector; whether none is left."""
        if space.embedder is None:
            return False
        after, filled = FIRST, 0
        while True:
            async with self._transactions() as session:
                some = await spaces.missing(session, space.name, after, self._options.chunks)
            if not some:
                break
            if not filled:
                await self._begin(space)
            try:
                vectors = await self._embed(space, some)
            except EmbeddingFailed as error:
                await self._paused(space, error)
                return False
            if not await self._place(space, some, vectors):
                return False
            after, filled = some[-1].id, filled + len(some)
            await self._yield_to_documents()
        if filled:
            log.info("vector_space_filled", space=space.name, chunks=filled)
        return True

    async def _begin(self, space: Reached) -> None:
        log.info("vector_space_filling", space=space.name)
        if space.embedder is None:
            return
        async with self._transactions() as session:
            cut = await spaces.longer_than(session, space.embedder.max_tokens)
        if cut:
            log.warning("chunks_beyond_the_window", space=space.name, chunks=cut)

    async def _embed(self, space: Reached, some: list[Unplaced]) -> Vectors:
        """Embed some chunks, in their order.

        Raises:
            EmbeddingFailed: The model failed again and again.
        """
        if space.embedder is None:
            raise EmbeddingFailed("The embedding model can't be reached.")
        vectors = np.empty((len(some), space.embedder.dimensions), dtype=np.float32)
        options = self._options.embedding
        for batch in batches([chunk.token_count for chunk in some], options):
            texts = [embedded_text(some[place].heading, some[place].text) for place in batch]
            vectors[batch] = await embed_batch(texts, space.embedder, options)
        return vectors

    async def _place(self, space: Reached, some: list[Unplaced], vectors: Vectors) -> bool:
        """Store vectors; whether the space is still wanted."""
        async with self._transactions() as session:
            if space.name not in {each.name for each in await spaces.in_use(session)}:
                log.info("vector_space_given_up", space=space.name)
                return False
            await spaces.place(session, space.name, [chunk.id for chunk in some], vectors)
            await spaces.note(session, space.name, None)
        return True

    async def _paused(self, space: Reached, error: EmbeddingFailed) -> None:
        log.warning("vector_space_paused", space=space.name, error=error.message)
        async with self._transactions() as session:
            await spaces.note(session, space.name, error.message)

    async def _yield_to_documents(self) -> None:
        """Leave the model to documents that wait, without standing still for one that is stuck."""
        query = select(Document.id).where(col(Document.status).in_(_UNREAD)).limit(1)
        async with self._transactions() as session:
            waiting = (await session.exec(query)).first()
        if waiting is not None:
            await asyncio.sleep(self._options.yielding)

    async def _switch(self, space: Reached) -> bool:
        """Let searches go over to a filled space; False where a chunk came in between."""
        if space.embedder is None:
            return False
        await self._prepare(space.name, space.embedder.dimensions)
        try:
            async with self._transactions() as session:
                await spaces.promote(session, space.name)
        except SpaceChanged:
            return not await self._is_wanted(space)
        self._whole.add(space.name)
        log.info("vector_space_active", space=space.name)
        return True

    async def _is_wanted(self, space: Reached) -> bool:
        async with self._transactions() as session:
            return space.name in {each.name for each in await spaces.in_use(session)}

    async def _forget(self) -> None:
        options = self._options
        gone = options.deleted
        while gone == options.deleted:
            async with self._transactions() as session:
                gone = await spaces.forget(session, grace=options.grace, limit=options.deleted)
