"""What each step of reading a document costs: parse, chunk, embed, store.

Run from the checkout's root: python -m benchmarks.steps [rounds]

The quarterly reports (PDF), one after the other and step by step, through the same parts as in the
product, in this process: the parser's child, the chunker, the embedding model, Postgres. Pages a
second by the clock, and processor seconds of everything that took part.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import perf_counter
from uuid import UUID

import psutil

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import migrate
from benchmarks.product import samples
from ingest.blobs import DirectoryBlobStore
from ingest.chunking import Chunker
from ingest.corpus import attempts
from ingest.corpus.chunks import ReadDocument, swap_in
from ingest.embedding import EmbeddingOptions, embed
from ingest.intake import Intake, Upload
from ingest.sandbox import Sandbox
from ingest.sniff import Kind
from providers.local.embedder import LocalEmbedder, open_counter, open_embedder
from providers.local.tokenizer import ModelTokenCounter
from tests.jobs.conftest import in_pieces, make_project

ROUNDS = 2
MODELS = Path(gettempdir()) / "lumen-test-models"
STEPS = ("parse", "chunk", "embed", "store")


@dataclass
class Spent:
    """By step.

    Attributes:
        seconds: By the clock.
        busy: Of the processor.
    """

    postgres: psutil.Process
    seconds: Counter[str] = field(default_factory=Counter)
    busy: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def on(self, step: str) -> AsyncGenerator[None]:
        """Count the block as a step."""
        began, before = perf_counter(), self._processor_seconds()
        yield
        self.seconds[step] += perf_counter() - began
        self.busy[step] += self._processor_seconds() - before

    def _processor_seconds(self) -> float:
        """Of this process, its children, and the database."""
        here = psutil.Process()
        found = [here, *here.children(recursive=True)]
        found += [self.postgres, *self.postgres.children(recursive=True)]
        return sum(sum(process.cpu_times()[:2]) for process in found)


async def nothing(share: float) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class House:
    """The parts."""

    database: Database
    blobs: DirectoryBlobStore
    sandbox: Sandbox
    embedder: LocalEmbedder
    counter: ModelTokenCounter
    project: UUID

    async def read(self, name: str, content: bytes, spent: Spent) -> tuple[int, int]:
        """Read a file; its pages and chunks.

        Raises:
            LookupError: It is not to be read.
        """
        intake = Intake(self.database.transaction, self.blobs, max_bytes=len(content))
        upload = Upload(name, in_pieces(content), self.project, None)
        received = await intake.receive(upload)
        async with self.database.transaction() as session:
            attempt = await attempts.claim(session, received.document.id)
        if attempt is None:
            raise LookupError(name)
        async with spent.on("parse"), self.blobs.local(attempt.blob_key) as local:
            parsed = await self.sandbox.parse(local, Kind(attempt.mime_type))
        async with spent.on("chunk"):
            chunks = Chunker(self.counter, window=self.embedder.max_tokens).chunk(parsed.document)
        async with spent.on("embed"):
            vectors = await embed(chunks, self.embedder, nothing, EmbeddingOptions())
        read = ReadDocument(parsed.document, parsed.language, chunks, {self.embedder.name: vectors})
        async with spent.on("store"), self.database.transaction() as session:
            await swap_in(session, attempt, read)
        return len(parsed.document.pages), len(chunks)


async def measure(
    rounds: int, postgres: EmbeddedPostgres, folder: Path, files: Mapping[str, bytes]
) -> None:
    """Print a table."""
    database = Database(postgres.conninfo())
    sandbox = Sandbox()
    spent = Spent(psutil.Process(postgres.running_pid()))
    pages = chunks = 0
    with open_embedder(None, MODELS) as embedder:
        counter, blobs = open_counter(None, MODELS), DirectoryBlobStore(folder / "blobs")
        for turn in range(rounds + 1):
            project = await make_project(database)
            house = House(database, blobs, sandbox, embedder, counter, project)
            if not turn:  # Starts the parser's child and opens the model.
                await house.read(*next(iter(files.items())), Spent(spent.postgres))
                continue
            for name, content in files.items():
                found = await house.read(name, content, spent)
                pages, chunks = pages + found[0], chunks + found[1]
    await sandbox.close()
    await database.close()
    print(f"{pages} pages, {chunks} chunks\n\n| step | pages/s | processor s | share |")
    print("|---|---:|---:|---:|")
    for step in STEPS:
        share = spent.busy[step] / spent.busy.total()
        print(
            f"| {step} | {pages / spent.seconds[step]:.1f} | {spent.busy[step]:.1f} | {share:.2f} |"
        )
    whole = pages / spent.seconds.total()
    print(f"| one after the other | {whole:.1f} | {spent.busy.total():.1f} | 1 |")


def main() -> None:
    """Start a server for it."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    files = {path.name: path.read_bytes() for path in sorted(samples("sec-10q").glob("*.pdf"))}
    with TemporaryDirectory(prefix="lumen-bench-") as name:
        folder = Path(name)
        # Where this is root, Postgres runs as another user, who must pass.
        folder.chmod(0o711)
        postgres = EmbeddedPostgres(folder / "data")
        postgres.start()
        try:
            migrate(postgres.conninfo())
            asyncio.run(measure(rounds, postgres, folder, files))
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
