"""Workers die, sleep and stop; no document is lost, doubled or half read."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import col, select, update

from app.integrations.limits import take
from app.integrations.tables import RateBucket
from app.tasks import WorkerOptions, run_worker
from ingest.corpus import attempts, chunks
from ingest.corpus.tables import Chunk, ChunkVector, Document, DocumentStatus
from ingest.errors import LeaseLost
from ingest.intake import Upload
from tests.jobs.conftest import House, in_pieces
from tests.jobs.sql import END_JOBS, JOBS
from tests.jobs.victim import QUICK
from tests.waiting import eventually, eventually_async

ROOT = Path(__file__).resolve().parents[2]
LONG = b"".join(
    b"## Night %d\n\nThe keeper lit the lamp and wrote of %d ships that passed the rock. "
    b"Some of them answered his light, and some of them did not. %s\n\n"
    % (night, night * 7, b"The wind came from the west. " * 12)
    for night in range(12)
)


@asynccontextmanager
async def working(house: House, options: WorkerOptions = QUICK) -> AsyncGenerator[None]:
    """A worker in this process, which has to stop within its promise."""
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(house.parts, stop, options))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(3):
            await worker


@asynccontextmanager
async def victim(
    house: House, model_cache: Path, step: str, go: Path
) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.victim",
        house.database.conninfo,
        str(house.blobs.path("0" * 32).parent.parent),
        str(model_cache),
        step,
        str(go),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()


async def halted(process: asyncio.subprocess.Process, step: str) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while (line := await process.stdout.readline()) != f"{step}\n".encode():
            assert line, "the worker ended before it came to its step"


async def until(house: House, document_id: UUID, is_so: Callable[[Document], bool]) -> Document:
    async with asyncio.timeout(30):
        while not is_so(document := await house.document(document_id)):  # noqa: ASYNC110 # What is waited for is in another process.
            await asyncio.sleep(0.02)
    return document


def is_ready(document: Document) -> bool:
    return document.status == DocumentStatus.READY


async def content(house: House, document_id: UUID) -> list[tuple[object, ...]]:
    async with house.database.session() as session:
        found = await session.exec(
            select(Chunk).where(Chunk.document_id == document_id).order_by(col(Chunk.ordinal))
        )
        return [
            (c.ordinal, c.page_number, c.start, c.end, c.heading, c.text, c.token_count, c.lexemes)
            for c in found
        ]


async def undisturbed(house: House) -> list[tuple[object, ...]]:
    """What reading `LONG` gives when nothing goes wrong."""
    document = await house.read("undisturbed.md", LONG)
    assert document.status == "ready", document.error_message
    expected = await content(house, document.id)
    await house.intake.delete(house.project_id, document.id)
    return expected


@pytest.mark.parametrize("step", ["parse", "embed"])
async def test_a_killed_workers_document_is_read_by_another_as_if_undisturbed(
    house: House, model_cache: Path, tmp_path: Path, step: str
) -> None:
    expected = await undisturbed(house)
    document = (await house.upload("night.md", LONG)).document
    async with victim(house, model_cache, step, tmp_path / "never") as process:
        await halted(process, step)
        process.kill()
    async with working(house):
        document = await until(house, document.id, is_ready)
    assert await content(house, document.id) == expected
    assert document.lease is None


@pytest.mark.parametrize("step", ["parse", "embed"])
async def test_a_worker_that_wakes_up_late_changes_nothing(
    house: House, model_cache: Path, tmp_path: Path, step: str
) -> None:
    expected = await undisturbed(house)
    document = (await house.upload("night.md", LONG)).document
    go = tmp_path / "go"
    async with victim(house, model_cache, step, go) as process:
        await halted(process, step)
        process.send_signal(signal.SIGSTOP)
        async with working(house):
            before = await until(house, document.id, is_ready)
        ids = await chunk_ids(house, document.id)
        go.touch()
        process.send_signal(signal.SIGCONT)
        # The late worker has come to its end when it reads another document.
        second = (await house.upload("second.md", b"# Another\n\nA short one.")).document
        await until(house, second.id, is_ready)
    after = await house.document(document.id)
    assert await chunk_ids(house, document.id) == ids
    assert await content(house, document.id) == expected
    assert (after.status, after.updated_at) == (before.status, before.updated_at)


async def chunk_ids(house: House, document_id: UUID) -> list[UUID]:
    async with house.database.session() as session:
        listed = await chunks.listed(session, house.project_id, document_id)
        return [chunk.id for chunk in listed.chunks]


async def test_a_file_that_kills_its_workers_fails_after_three_deaths(house: House) -> None:
    document = (await house.upload("night.md", LONG)).document
    for _ in range(attempts.MAX_DEATHS):
        async with house.database.transaction() as session:
            assert await attempts.claim(session, document.id) is not None
    async with working(house):
        failed = await until(house, document.id, lambda d: d.status == "failed")
        other = (await house.upload("other.md", b"# Other\n\nThe queue goes on.")).document
        await until(house, other.id, is_ready)
    assert (failed.error_code, failed.deaths) == ("worker_died", 3)
    assert failed.error_message
    assert failed.lease is None


async def test_a_stopped_worker_gives_its_document_back_without_a_death(
    house: House, model_cache: Path, tmp_path: Path
) -> None:
    document = (await house.upload("night.md", LONG)).document
    async with victim(house, model_cache, "parse", tmp_path / "never") as process:
        await halted(process, "parse")
    # The victim was killed: its death counts. A worker that is stopped counts none.
    async with working(house):
        await until(house, document.id, lambda d: d.status != "queued" and d.deaths == 1)
    given_back = await house.document(document.id)
    if given_back.status != "ready":
        assert (given_back.status, given_back.lease, given_back.deaths) == ("queued", None, 1)
        async with working(house):
            await until(house, document.id, is_ready)


async def test_an_unfinished_document_without_a_job_is_taken_up(house: House) -> None:
    document = (await house.upload("night.md", LONG)).document
    async with house.database.transaction() as session:
        await (await session.connection()).execute(END_JOBS)
    async with working(house):
        await until(house, document.id, is_ready)


async def test_only_the_lease_holder_writes(house: House) -> None:
    document = (await house.upload("night.md", LONG)).document
    async with house.database.transaction() as session:
        late = await attempts.claim(session, document.id)
    async with house.database.transaction() as session:
        assert await attempts.claim(session, document.id) is not None
    assert late is not None
    effects: list[Callable[..., Coroutine[object, object, None]]] = [
        attempts.renew,
        attempts.release,
    ]
    for effect in effects:
        with pytest.raises(LeaseLost):
            async with house.database.transaction() as session:
                await effect(session, late)
    async with house.database.transaction() as session:
        with pytest.raises(LeaseLost):
            await attempts.advance(session, late, DocumentStatus.EMBEDDING, 0.5)


async def test_the_old_version_answers_until_the_new_one_is_read(
    house: House, model_cache: Path, tmp_path: Path
) -> None:
    document = await house.read("night.md", LONG)
    old = await content(house, document.id)
    upload = Upload("new.md", in_pieces(b"# New\n\nEntirely other words."), house.project_id, None)
    await house.intake.replace(document.id, upload)
    go = tmp_path / "go"
    async with victim(house, model_cache, "parse", go) as process:
        await halted(process, "parse")
        meanwhile = await house.document(document.id)
        assert (meanwhile.status, meanwhile.version, meanwhile.ready_version) == ("parsing", 2, 1)
        assert await content(house, document.id) == old
        go.touch()
        await until(house, document.id, is_ready)
    new = await content(house, document.id)
    assert [row[5] for row in new] == ["# New\n\nEntirely other words."]
    assert (await house.document(document.id)).ready_version == 2


async def test_a_failed_new_version_leaves_the_old_one_answering(house: House) -> None:
    document = await house.read("night.md", LONG)
    old = await content(house, document.id)
    broken = Upload("new.pdf", in_pieces(b"%PDF-1.7 broken"), house.project_id, None)
    await house.intake.replace(document.id, broken)
    await house.pipeline.read(document.id)
    failed = await house.document(document.id)
    assert (failed.status, failed.error_code, failed.ready_version) == ("failed", "corrupt_file", 1)
    assert await content(house, document.id) == old


async def test_a_retry_reads_a_failed_document_again(house: House) -> None:
    document = await house.read("night.md", LONG)
    async with house.database.transaction() as session:
        await session.exec(
            update(Document)
            .where(col(Document.id) == document.id)
            .values(status="failed", error_code="parse_timeout", error_message="-", deaths=2)
        )
    again = await house.intake.retry(house.project_id, document.id)
    assert (again.status, again.error_code, again.deaths) == ("queued", None, 0)
    async with working(house):
        await until(house, document.id, is_ready)


async def test_a_document_deleted_while_it_is_read_stays_deleted(
    house: House, model_cache: Path, tmp_path: Path
) -> None:
    document = (await house.upload("night.md", LONG)).document
    go = tmp_path / "go"
    async with victim(house, model_cache, "embed", go) as process:
        await halted(process, "embed")
        await house.intake.delete(house.project_id, document.id)
        go.touch()
        second = (await house.upload("second.md", b"# Another\n\nA short one.")).document
        await until(house, second.id, is_ready)
        await eventually(lambda: not house.blobs.path(document.blob_key).exists())
    assert await content(house, document.id) == []


async def test_a_stored_vector_is_that_of_the_headings_and_the_text(house: House) -> None:
    document = await house.read("night.md", LONG)
    async with house.database.session() as session:
        listed = await chunks.listed(session, house.project_id, document.id)
    with_heading = next(chunk for chunk in listed.chunks if chunk.ordinal == 1)
    read = f"{with_heading.heading}\n{with_heading.text}".strip()
    vector = await house.pipeline._embedder.embed_passages([read])
    async with house.database.session() as session:
        query = select(ChunkVector).where(ChunkVector.chunk_id == with_heading.id)
        stored = np.array((await session.exec(query)).one().embedding)
    assert float(vector[0] @ stored) > 0.999


async def test_finished_jobs_leave_the_queue(house: House) -> None:
    document = (await house.upload("night.md", LONG)).document
    async with working(house):
        await until(house, document.id, is_ready)
    async with house.database.session() as session:
        connection = await session.connection()
        assert (await connection.execute(JOBS)).all() == []


async def test_full_counters_of_limits_are_cleared_as_time_goes_on(house: House) -> None:
    async def buckets() -> set[str]:
        async with house.database.session() as session:
            return set(await session.exec(select(RateBucket.key)))

    async def spend(key: str, per_minute: int) -> None:
        async with house.database.transaction() as session:
            await take(session, key, per_minute)

    await spend("slow", 1)
    async with working(house, replace(QUICK, buckets=0.1)):
        # The first clearing comes with the start; these are full again after it.
        for key in ("first", "second"):
            await spend(key, 600)
            await eventually_async(lambda: _when(buckets, {"slow"}))


async def _when(found: Callable[[], Awaitable[set[str]]], expected: set[str]) -> bool | None:
    return await found() == expected or None
