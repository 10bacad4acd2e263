"""An ingest worker: what reads and embeds documents."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap.parts import (
    Models,
    blob_store,
    open_database,
    open_spaces,
    parser_sandbox,
    shared_models,
    text_recognition,
)
from app.bootstrap.spaces import OpenSpaces
from app.bootstrap.vault import key_vault
from app.bootstrap.webhook_post import GuardedPost
from app.db.engine import Database
from app.db.sql import FORGET_REPEATS
from app.settings import Settings
from app.tasks import WorkerParts, run_worker
from app.webhooks.jobs import forget
from app.webhooks.sending import Sender, SendingOptions
from ingest.attachments import Attachments
from ingest.corpus.spaces import in_use
from ingest.intake import Intake
from ingest.pipeline import Pipeline, PipelineOptions
from ingest.reembedding import Reembedding, ReembeddingOptions
from providers.contract import Embedder
from retrieval.candidates import Effort
from retrieval.dense_index import tend_dense_indexes
from retrieval.word_census import tend_word_census

Work: TypeAlias = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set."""

UPKEEP_S = 60.0
FILL_S = 5.0

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_worker(
    settings: Settings,
    models: Models | None = None,
    *,
    follows: bool = True,
    sending: SendingOptions | None = None,
) -> AsyncGenerator[Work]:
    """Open what an ingest worker needs, and give what it does.

    Args:
        settings: What is set.
        models: The embedding model; None for the one that is set.
        follows: Whether chunks follow a change of the model; False where each has its projects.
        sending: How patient webhooks are.
    """
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack, "lumen-worker")
        models = models or await shared_models(settings, database, stack)
        spaces = await open_spaces(settings, database, models, stack) if follows else None
        blobs = blob_store(settings)
        sandbox = parser_sandbox(settings)
        stack.push_async_callback(sandbox.close)
        pipeline = Pipeline(
            transactions=database.transaction,
            blobs=blobs,
            sandbox=sandbox,
            embedder=models.embedder,
            counter=models.counter,
            options=PipelineOptions(
                embedding=models.batching, tesseract=text_recognition(settings)
            ),
        )
        intake = Intake(database.transaction, blobs, max_bytes=settings.max_upload_bytes)
        pipeline.look_into(Attachments(database.transaction, blobs, sandbox, intake))
        if spaces is not None:
            pipeline.follow(spaces)
        post = GuardedPost(allow_private=settings.providers_may_be_private)
        stack.push_async_callback(post.aclose)
        sender = Sender(database.transaction, key_vault(settings), post, sending)
        parts = WorkerParts(database.conninfo, database.transaction, pipeline, blobs, sender)

        async def work(stop: asyncio.Event) -> None:
            beside = [asyncio.create_task(_tend(database, models.embedder))]
            if spaces is not None:
                filling = _reembedding(database, spaces, models)
                beside.append(asyncio.create_task(_fill(filling)))
            try:
                await run_worker(parts, stop)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)

        yield work


async def _tend(database: Database, embedder: Embedder) -> None:
    """Look after what grows or goes while documents come and are deleted."""
    while True:
        try:
            async with database.transaction() as session:
                known = await in_use(session)
                await forget(session)
            searched = {known[0].name: known[0].dimensions} if known else {}
            async with database.autocommit() as connection:
                await connection.execute(FORGET_REPEATS)
                await tend_word_census(connection)
                await tend_dense_indexes(
                    connection,
                    spaces=searched or {embedder.name: embedder.dimensions},
                    keep=[space.name for space in known],
                    exact_rows=Effort().exact_rows,
                )
        except SQLAlchemyError:
            _log.warning("the database could not be looked after", exc_info=True)
        await asyncio.sleep(UPKEEP_S)


def _reembedding(database: Database, spaces: OpenSpaces, models: Models) -> Reembedding:
    async def prepare(name: str, dimensions: int) -> None:
        async with database.transaction() as session:
            known = await in_use(session)
        async with database.autocommit() as connection:
            await tend_dense_indexes(
                connection,
                spaces={name: dimensions},
                keep=[space.name for space in known],
                exact_rows=Effort().exact_rows,
                wait=True,
            )

    options = ReembeddingOptions(embedding=models.batching)
    return Reembedding(database.transaction, database.autocommit, spaces, prepare, options)


async def _fill(reembedding: Reembedding) -> None:
    """Follow a change of the embedding model, again and again."""
    while True:
        try:
            await reembedding.go_on()
        except SQLAlchemyError:
            _log.warning("vectors could not be looked after", exc_info=True)
        await asyncio.sleep(FILL_S)
