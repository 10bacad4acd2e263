"""An ingest worker of its own process that halts at a step, so that it can be killed there.

Called with a connection string, the blobs' folder, the models' folder and a step: `parse` halts
before a file is read, `embed` before the second batch of vectors, `commit` when a version's chunks
are swapped in and nobody sees it yet, `delete` before bytes are deleted. It prints the step's name
when it halts, and goes on when the file named by the last argument exists.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.engine import Database
from app.tasks import WorkerOptions, WorkerParts, run_worker
from ingest.blobs import DirectoryBlobStore
from ingest.corpus.sessions import Transactions
from ingest.embedding import EmbeddingOptions
from ingest.pipeline import Pipeline, PipelineOptions
from ingest.sandbox import Sandbox
from ingest.sandbox_protocol import Parsed
from ingest.sniff import Kind
from providers.contract import Vectors
from providers.local.embedder import LocalEmbedder, open_counter, open_embedder
from tests.jobs.sql import STORED_HERE

QUICK = WorkerOptions(heartbeat=0.1, stalled=0.6, sweep=0.2, grace=0.2, forgotten=0.5)
SMALL_BATCHES = PipelineOptions(embedding=EmbeddingOptions(batch_texts=1))


class Halt:
    """A place to wait at."""

    def __init__(self, step: str, go: Path) -> None:
        self._step = step
        self._go = go

    async def at(self, step: str) -> None:
        if step != self._step:
            return
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()
        while not self._go.exists():  # noqa: ASYNC110 # What is waited for is another process.
            await asyncio.sleep(0.02)


class HaltingSandbox(Sandbox):
    halt: Halt

    async def parse(self, path: Path, kind: Kind) -> Parsed:
        await self.halt.at("parse")
        return await super().parse(path, kind)


class HaltingEmbedder:
    """The real model, with a pause."""

    def __init__(self, model: LocalEmbedder, halt: Halt) -> None:
        self._model = model
        self._halt = halt
        self._batches = 0
        self.name, self.dimensions, self.max_tokens = model.name, model.dimensions, model.max_tokens

    async def embed_query(self, text: str) -> Vectors:
        return await self._model.embed_query(text)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self._batches += 1
        if self._batches > 1:
            await self._halt.at("embed")
        return await self._model.embed_passages(texts)


class HaltingStore(DirectoryBlobStore):
    halt: Halt

    async def delete(self, key: str) -> None:
        await self.halt.at("delete")
        await super().delete(key)


def halting(database: Database, halt: Halt) -> Transactions:
    """Transactions with a pause between the swap of a document's chunks and its commit."""

    @asynccontextmanager
    async def transaction() -> AsyncGenerator[AsyncSession]:
        async with database.transaction() as session:
            yield session
            connection = await session.connection()
            if (await connection.execute(STORED_HERE)).scalar_one():
                await halt.at("commit")

    return transaction


async def main(conninfo: str, blobs: str, models: str, step: str, go: str) -> None:
    halt = Halt(step, Path(go))
    sandbox = HaltingSandbox()
    sandbox.halt = halt
    database = Database(conninfo)
    store = HaltingStore(Path(blobs))
    store.halt = halt
    pipeline = Pipeline(
        transactions=halting(database, halt),
        blobs=store,
        sandbox=sandbox,
        embedder=HaltingEmbedder(open_embedder(None, Path(models)), halt),
        counter=open_counter(None, Path(models)),
        options=SMALL_BATCHES,
    )
    parts = WorkerParts(conninfo, database.transaction, pipeline, store)
    await run_worker(parts, asyncio.Event(), QUICK)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
