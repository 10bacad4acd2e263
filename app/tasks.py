"""The jobs of the queue and the worker that runs them."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import procrastinate
import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.worker import Worker
from psycopg.errors import OperationalError
from sqlalchemy.exc import DBAPIError

from app.integrations.limits import forget
from app.webhooks import jobs as webhooks
from app.webhooks.sending import Sender
from ingest.blobs import BlobStore
from ingest.corpus import documents
from ingest.corpus.sessions import Transactions
from ingest.errors import EmbeddingFailed
from ingest.jobs import QUEUE, Job, read_forgotten
from ingest.pipeline import Pipeline

STOP_AGAIN_S = 0.1

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker goes about it.

    Attributes:
        concurrency: Documents under way at a time: while one is embedded another is parsed.
        heartbeat: Seconds between two signs of life.
        stalled: Seconds without a sign after which a worker counts as dead. One that was only
            slow writes nothing any more: its leases are gone.
        sweep: Seconds between two searches for dead workers' jobs.
        grace: Seconds that running jobs get to end when the worker is stopped.
        pause: Seconds before a worker that ended by itself begins anew.
        forgotten: Seconds after which an unfinished document without a job gets one.
        buckets: Seconds between two clearings of limits' counters that are full again.
        orphan_age: Age in hours of a blob without a document at which it is deleted; longer than
            any upload takes.
        sending: Webhooks that are waited for at a time.
        unsent: Seconds after which something due without a job gets one.
    """

    concurrency: int = 2
    heartbeat: float = 2.0
    stalled: float = 10.0
    sweep: float = 3.0
    grace: float = 0.5
    pause: float = 0.5
    forgotten: float = 30.0
    buckets: float = 60.0
    orphan_age: float = 24.0
    sending: int = 8
    unsent: float = 60.0


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a worker works with.

    Attributes:
        conninfo: Where the queue is; a libpq string.
        transactions: Opens a transaction in the same database.
        pipeline: Reads documents.
        blobs: Where their bytes are.
        sender: Sends to webhooks; None where that is somebody else's work.
    """

    conninfo: str
    transactions: Transactions
    pipeline: Pipeline
    blobs: BlobStore
    sender: Sender | None = None


class _Again(BaseRetryStrategy):
    """When a job that raised is tried again.

    A stop of the worker puts it back at once; a failing model or database, after a pause that
    doubles; everything else is a defect and ends the job.
    """

    ATTEMPTS = 6
    FIRST_PAUSE_S = 5
    LONGEST_PAUSE_S = 300

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision()
        if not isinstance(exception, (EmbeddingFailed, DBAPIError, OperationalError, OSError)):
            return None
        if job.attempts >= self.ATTEMPTS:
            return None
        pause = min(self.FIRST_PAUSE_S * 2**job.attempts, self.LONGEST_PAUSE_S)
        return RetryDecision(retry_in={"seconds": pause})


def queue_app(parts: WorkerParts) -> procrastinate.App:
    """The queue with its jobs: name to function."""
    connector = procrastinate.PsycopgConnector(conninfo=parts.conninfo, min_size=1, max_size=4)
    app = procrastinate.App(connector=connector)
    again = _Again()

    @app.task(name=Job.READ_DOCUMENT.value, queue=QUEUE, pass_context=True, retry=again)
    async def read_document(context: procrastinate.JobContext, document_id: str) -> None:
        last_try = context.job.attempts >= _Again.ATTEMPTS
        await parts.pipeline.read(UUID(document_id), last_try=last_try)

    @app.task(name=Job.DELETE_BLOB.value, queue=QUEUE, retry=again)
    async def delete_blob(key: str) -> None:
        await parts.blobs.delete(key)

    @app.task(name=webhooks.SEND, queue=webhooks.QUEUE, retry=again)
    async def send_webhook(delivery_id: str) -> None:
        if parts.sender is not None:
            await parts.sender.send(UUID(delivery_id))

    # Registered by their decorators.
    del read_document, delete_blob, send_webhook
    return app


async def run_worker(
    parts: WorkerParts, stop: asyncio.Event, options: WorkerOptions | None = None
) -> None:
    """Work until `stop` is set; then give unfinished documents back and return within seconds.

    A worker that loses the database, or that slept so long that the others took it for dead,
    begins anew after a pause.

    Raises:
        ConnectorException: The database cannot be reached at the start.
    """
    chosen = options or WorkerOptions()
    app = queue_app(parts)
    async with app.open_async():
        await rescue(app, parts, chosen)
        async with _beside(_sweep(app, parts, chosen)):
            lanes = [_lane(app, stop, chosen, QUEUE, chosen.concurrency)]
            if parts.sender is not None:
                # A lane of their own: a receiver that is slow holds no document up.
                lanes.append(_lane(app, stop, chosen, webhooks.QUEUE, chosen.sending))
            await asyncio.gather(*lanes)


async def _lane(
    app: procrastinate.App,
    stop: asyncio.Event,
    options: WorkerOptions,
    queue: str,
    concurrency: int,
) -> None:
    while not stop.is_set():
        await _work(app, stop, options, queue, concurrency)


async def _work(
    app: procrastinate.App,
    stop: asyncio.Event,
    options: WorkerOptions,
    queue: str,
    concurrency: int,
) -> None:
    """Fetch and do jobs until `stop` is set or the queue's worker ends by itself."""
    worker = Worker(
        app,
        queues=[queue],
        name=queue,
        concurrency=concurrency,
        shutdown_graceful_timeout=options.grace,
        delete_jobs="successful",
        install_signal_handlers=False,
        update_heartbeat_interval=options.heartbeat,
        stalled_worker_timeout=options.stalled,
    )
    try:
        async with _beside(_stop_with(worker, stop)):
            await worker.run()
    except ConnectorException as error:
        log.warning("worker_begins_anew", cause=type(error.__cause__).__name__)
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), options.pause)


async def _stop_with(worker: Worker, stop: asyncio.Event) -> None:
    await stop.wait()
    while True:
        # Said again until it is heard: a worker that has only begun to run forgets the first word.
        worker.stop()
        await asyncio.sleep(STOP_AGAIN_S)


@asynccontextmanager
async def _beside(work: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    """Run something while the block runs."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def rescue(app: procrastinate.App, parts: WorkerParts, options: WorkerOptions) -> int:
    """Put dead workers' jobs back into the queue, and give forgotten documents a job.

    The library does neither: a killed worker's job would stay `doing` for ever, and a late worker
    may finish a job that another has taken over.

    Returns:
        How many jobs are to be done again.
    """
    await app.job_manager.prune_stalled_workers(options.stalled)
    count = 0
    for queue in (QUEUE, webhooks.QUEUE):
        stalled = await app.job_manager.get_stalled_jobs(
            queue=queue, seconds_since_heartbeat=options.stalled
        )
        for job in stalled:
            await app.job_manager.retry_job(job)
            count += 1
    async with parts.transactions() as session:
        forgotten = await read_forgotten(session, grace_seconds=options.forgotten)
        await webhooks.send_forgotten(session, grace_s=options.unsent)
    if count or forgotten:
        log.warning("jobs_rescued", stalled=count, forgotten=len(forgotten))
    return count + len(forgotten)


async def delete_orphans(parts: WorkerParts, options: WorkerOptions) -> int:
    """Delete blobs that no document names: an upload was cut by a crash.

    Returns:
        How many there were.
    """
    age = timedelta(hours=options.orphan_age)
    await parts.blobs.tidy(older_than=age)
    keys = await parts.blobs.keys(older_than=age)
    async with parts.transactions() as session:
        orphans = await documents.unknown_blobs(session, keys)
    for key in orphans:
        await parts.blobs.delete(key)
    return len(orphans)


async def _sweep(app: procrastinate.App, parts: WorkerParts, options: WorkerOptions) -> None:
    """Rescue and tidy again and again; a database that is away for a moment must not end it."""
    next_orphans = next_buckets = 0.0
    clock = asyncio.get_running_loop().time
    while True:
        try:
            await rescue(app, parts, options)
            if clock() >= next_orphans:
                next_orphans = clock() + options.orphan_age * 3600 / 4
                await delete_orphans(parts, options)
            if clock() >= next_buckets:
                next_buckets = clock() + options.buckets
                async with parts.transactions() as session:
                    await forget(session)
        except (ConnectorException, DBAPIError, OSError) as error:
            log.warning("sweep_failed", error=type(error).__name__)
        await asyncio.sleep(options.sweep)
