"""Jobs, put into the queue in the transaction that made their reason."""

from enum import StrEnum
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.sql import DEFER_JOB, FORGET, FORGET_PROJECT, FORGOTTEN

QUEUE = "ingest"


class Job(StrEnum):
    """Names of the jobs; the shell's table gives each its function."""

    READ_DOCUMENT = "read_document"
    DELETE_BLOB = "delete_blob"


async def read_later(session: AsyncSession, document_id: UUID) -> None:
    """Have a document read. Its jobs run one at a time."""
    args = {"document_id": str(document_id)}
    await _defer(session, Job.READ_DOCUMENT, args, lock=f"document:{document_id}")


async def delete_blob_later(session: AsyncSession, key: str) -> None:
    """Have a blob deleted; again and again until the store agrees."""
    await _defer(session, Job.DELETE_BLOB, {"key": key}, lock=None)


async def forget(session: AsyncSession, document_id: UUID) -> None:
    """Take back the jobs of a document that is deleted; one under way finds nothing to do."""
    connection = await session.connection()
    await connection.execute(FORGET, {"document": document_id})


async def forget_project(session: AsyncSession, project_id: UUID) -> None:
    """Take back the jobs of all documents of a project that is about to be deleted."""
    connection = await session.connection()
    await connection.execute(FORGET_PROJECT, {"project": project_id})


async def read_forgotten(session: AsyncSession, *, grace_seconds: float) -> list[UUID]:
    """Give a job to every unfinished document that has had none for that long."""
    connection = await session.connection()
    found = await connection.execute(FORGOTTEN, {"grace": grace_seconds})
    forgotten = [UUID(str(identity)) for identity in found.scalars()]
    for document_id in forgotten:
        await read_later(session, document_id)
    return forgotten


async def _defer(
    session: AsyncSession, job: Job, args: dict[str, str], *, lock: str | None
) -> None:
    parameters = {
        "queue": QUEUE,
        "task": job.value,
        "priority": 0,
        "lock": lock,
        "args": msgspec.json.encode(args).decode(),
    }
    connection = await session.connection()
    await connection.execute(DEFER_JOB, parameters)
