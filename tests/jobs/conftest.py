"""A project, a blob store, a pipeline: the real parts, put together as the server does."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.db.engine import Database
from app.tasks import WorkerParts
from ingest.attachments import Attachments
from ingest.blobs import DirectoryBlobStore
from ingest.corpus import documents
from ingest.corpus.tables import Document
from ingest.intake import Intake, Received, Upload
from ingest.pipeline import Pipeline
from ingest.sandbox import Sandbox
from providers.contract import Embedder, TokenCounter
from tests.jobs.sql import ADD_OWNER, ADD_PROJECT


async def in_pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for place in range(0, len(content), size):
        yield content[place : place + size]


@dataclass
class House:
    """The parts of one test, and short words for what it does."""

    database: Database
    blobs: DirectoryBlobStore
    sandbox: Sandbox
    pipeline: Pipeline
    intake: Intake
    project_id: UUID

    @property
    def parts(self) -> WorkerParts:
        return WorkerParts(
            self.database.conninfo, self.database.transaction, self.pipeline, self.blobs
        )

    async def upload(self, name: str, content: bytes) -> Received:
        return await self.intake.receive(Upload(name, in_pieces(content), self.project_id, None))

    async def read(self, name: str, content: bytes) -> Document:
        received = await self.upload(name, content)
        await self.pipeline.read(received.document.id)
        return await self.document(received.document.id)

    async def document(self, document_id: UUID) -> Document:
        async with self.database.transaction() as session:
            return await documents.get(session, self.project_id, document_id)


async def make_project(database: Database) -> UUID:
    owner, project = uuid4(), uuid4()
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.execute(ADD_OWNER, {"id": owner, "email": f"{owner}@example.test"})
        await connection.execute(ADD_PROJECT, {"id": project, "owner": owner})
    return project


@pytest.fixture
async def house(
    database: Database, embedder: Embedder, token_counter: TokenCounter, tmp_path: Path
) -> AsyncGenerator[House]:
    blobs = DirectoryBlobStore(tmp_path / "blobs")
    sandbox = Sandbox(size=2)
    intake = Intake(database.transaction, blobs, max_bytes=5_000_000)
    pipeline = Pipeline(
        transactions=database.transaction,
        blobs=blobs,
        sandbox=sandbox,
        embedder=embedder,
        counter=token_counter,
    )
    pipeline.look_into(Attachments(database.transaction, blobs, sandbox, intake))
    yield House(database, blobs, sandbox, pipeline, intake, await make_project(database))
    await sandbox.close()
