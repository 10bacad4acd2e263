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
    parser_sandbox,
    shared_models,
)
from app.db.engine import Database
from app.db.sql import FORGET_REPEATS
from app.settings import Settings
from app.tasks import WorkerParts, run_worker
from ingest.pipeline import Pipeline, PipelineOptions
from providers.contract import Embedder
from retrieval.candidates import Effort
from retrieval.dense_index import tend_dense_indexes

Work: TypeAlias = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set."""

UPKEEP_S = 60.0

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_worker(settings: Settings, models: Models | None = None) -> AsyncGenerator[Work]:
    """Open what an ingest worker needs, and give what it does."""
    async with AsyncExitStack() as stack:
        database = await open_database(settings, stack, "lumen-worker")
        models = models or await shared_models(settings, stack)
        blobs = blob_store(settings)
        sandbox = parser_sandbox(settings)
        stack.push_async_callback(sandbox.close)
        pipeline = Pipeline(
            transactions=database.transaction,
            blobs=blobs,
            sandbox=sandbox,
            embedder=models.embedder,
            counter=models.counter,
            options=PipelineOptions(embedding=models.batching),
        )
        parts = WorkerParts(database.conninfo, database.transaction, pipeline, blobs)

        async def work(stop: asyncio.Event) -> None:
            tending = asyncio.create_task(_tend(database, models.embedder))
            try:
                await run_worker(parts, stop)
            finally:
                tending.cancel()
                await asyncio.gather(tending, return_exceptions=True)

        yield work


async def _tend(database: Database, embedder: Embedder) -> None:
    """Look after what grows or goes while documents come and are deleted."""
    while True:
        try:
            async with database.autocommit() as connection:
                await connection.execute(FORGET_REPEATS)
                await tend_dense_indexes(
                    connection,
                    embedder=embedder.name,
                    dimensions=embedder.dimensions,
                    exact_rows=Effort().exact_rows,
                )
        except SQLAlchemyError:
            _log.warning("the database could not be looked after", exc_info=True)
        await asyncio.sleep(UPKEEP_S)
