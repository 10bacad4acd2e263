"""How long a search takes, and what an index of a project's own loses.

Run from the checkout's root: python -m benchmarks.search [chunks] [questions]

Real text where the sample documents are beside the checkout, repeated with its words shuffled until
there are enough chunks; the vectors of repeated chunks are real ones, moved a little.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4

import numpy as np
from pgvector import HalfVector
from sqlalchemy import text

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import migrate
from providers.contract import Vectors
from providers.local.embedder import LocalEmbedder, open_counter, open_embedder
from retrieval.candidates import Effort, Reach, find_by_meaning, find_by_words, look
from retrieval.dense_index import build_dense_index
from retrieval.evaluation import golden
from retrieval.search import Search, SearchOptions, SearchQuery
from retrieval.word_census import tend_word_census
from tests.evaluation import sql
from tests.evaluation.channels import find
from tests.evaluation.corpus import Shelf, pieces

MODELS = Path(tempfile.gettempdir()) / "lumen-test-models"
SAMPLES = Path("shared/data")
BATCH = 1_000
JITTER = 0.02  # A component's; cosine to the original is about 0.93 at 384 dimensions.


def samples() -> Path:
    """The sample documents, beside the checkout or further up."""
    here = Path(__file__).resolve()
    return next(p / SAMPLES for p in here.parents if (p / SAMPLES).is_dir())


async def fill(database: Database, embedder: LocalEmbedder, texts: list[str], count: int) -> UUID:
    """Make a project of so many chunks."""
    project = await Shelf(database.transaction, embedder).project("large")
    real = await embedder.embed_passages(texts)
    dice = np.random.default_rng(1)
    for start in range(0, count, BATCH):
        document = uuid4()
        rows: list[dict[str, object]] = []
        for number in range(start, min(count, start + BATCH)):
            source = number % len(texts)
            words = texts[source].split()
            vector = real[source]
            if number >= len(texts):
                dice.shuffle(words)
                vector = vector + dice.normal(scale=JITTER, size=vector.shape)
                vector /= np.linalg.norm(vector)
            said = " ".join(words)
            rows.append(
                {
                    "id": uuid4(),
                    "project": project,
                    "document": document,
                    "language": "english",
                    "ordinal": number - start,
                    "page": 1,
                    "start": (number - start) * 1_000,
                    "end": (number - start) * 1_000 + 1_000,
                    "text": said,
                    "tokens": len(words),
                    "gap": "",
                    "embedder": embedder.name,
                    "embedding": HalfVector(vector).to_text(),
                    "searchable": said,
                }
            )
        async with database.transaction() as session:
            connection = await session.connection()
            about = {
                "id": document,
                "project": project,
                "name": f"{start}.txt",
                "size": 1,
                "sha256": document.hex * 2,
                "chunks": len(rows),
                "paged": False,
                "language": "english",
            }
            await connection.execute(sql.ADD_DOCUMENT, about)
            page = {"document": document, "number": 1, "start": 0, "end": BATCH * 1_000}
            await connection.execute(sql.ADD_PAGE, {**page, "text": "x" * BATCH * 1_000})
            await connection.execute(sql.ADD_CHUNK, rows)
    async with database.autocommit() as connection:
        await connection.execute(text("VACUUM ANALYZE chunk, chunk_vector"))
        await connection.execute(text("ANALYZE document"))
        await tend_word_census(connection)
    return project


async def timed(
    questions: list[str], step: Callable[[str], Awaitable[object]]
) -> tuple[float, float]:
    """p50 and p95 of one step, in milliseconds, after a warm-up."""
    for question in questions[:20]:
        await step(question)
    taken: list[float] = []
    for question in questions:
        start = perf_counter()
        await step(question)
        taken.append((perf_counter() - start) * 1e3)
    p50, p95 = np.percentile(taken, [50, 95])
    return float(p50), float(p95)


async def measure(
    database: Database, embedder: LocalEmbedder, project: UUID, questions: list[str]
) -> None:
    """Print a table."""
    counter = open_counter(None, MODELS)
    near = SearchOptions(effort=Effort(exact_rows=0))
    search = Search(database.transaction, embedder, counter=counter)
    indexed = Search(database.transaction, embedder, near, counter=counter)
    vectors = {question: await embedder.embed_query(question) for question in questions}

    async def channels(question: str, effort: Effort) -> list[UUID]:
        async with database.transaction() as session:
            found = await find(
                await session.connection(),
                Reach(project),
                question=question,
                vector=vectors[question],
                embedder=embedder.name,
                effort=effort,
            )
        return [hit.chunk_id for hit in found.dense]

    async def statement(question: str, vector: Vectors, *, lexical: bool) -> None:
        await single(database, embedder, project, question, vector, lexical=lexical)

    exact, approximate = Effort(exact_rows=10**9), near.effort
    query = lambda question: SearchQuery(project, question)  # noqa: E731 - one expression, five uses
    steps: dict[str, Callable[[str], Awaitable[object]]] = {
        "embed the question": embedder.embed_query,
        "SQL: dense, exact": lambda q: statement(q, vectors[q], lexical=False),
        "SQL: lexical": lambda q: statement(q, vectors[q], lexical=True),
        "SQL: both channels": lambda q: channels(q, exact),
        "ranked, whole": lambda q: search.ranked(query(q)),
        "passages, whole": lambda q: search.passages(query(q)),
    }
    print("| step | p50 ms | p95 ms |\n|---|---:|---:|")
    for name, step in steps.items():
        print("| {} | {:.1f} | {:.1f} |".format(name, *await timed(questions, step)), flush=True)
    start = perf_counter()
    async with database.autocommit() as connection:
        await build_dense_index(
            connection, project, embedder=embedder.name, dimensions=embedder.dimensions
        )
    built = perf_counter() - start
    for name, step in {
        "SQL: both channels, dense indexed": lambda q: channels(q, approximate),
        "passages, whole, dense indexed": lambda q: indexed.passages(query(q)),
    }.items():
        print("| {} | {:.1f} | {:.1f} |".format(name, *await timed(questions, step)), flush=True)
    shared = [
        len({*(await channels(q, exact))[:10]} & {*(await channels(q, approximate))[:10]}) / 10
        for q in questions
    ]
    print(f"\nindex built in {built:.1f} s; recall@10 against exact {np.mean(shared):.3f}")


async def single(
    database: Database,
    embedder: LocalEmbedder,
    project: UUID,
    question: str,
    vector: Vectors,
    *,
    lexical: bool,
) -> None:
    """One channel, with the statement that opens the transaction."""
    async with database.transaction() as session:
        connection = await session.connection()
        reach, effort = Reach(project), Effort(exact_rows=10**9)
        opened = await look(connection, reach, embedder.name, effort)
        if lexical:
            await find_by_words(connection, reach, question, opened, effort)
        else:
            await find_by_meaning(connection, reach, vector, embedder.name, opened, effort)


def server(folder: Path, settings: Mapping[str, str] | None = None) -> EmbeddedPostgres:
    """A server as people run it; where this is root, it runs as another user and must pass."""
    folder.chmod(0o711)
    return EmbeddedPostgres(folder / "data", settings=settings)


async def main(count: int, asked: int) -> None:
    """Fill a fresh server and measure."""
    one = golden.chunking(samples() / "chunking")
    texts = [p.text for read in one.documents.values() for p in pieces(read().decode())]
    questions = [question.text for question in one.questions[:asked]]
    with tempfile.TemporaryDirectory(prefix="lumen-bench-") as folder:
        postgres = server(Path(folder))
        postgres.start()
        try:
            migrate(postgres.conninfo())
            database = Database(postgres.conninfo())
            with open_embedder(None, MODELS) as embedder:
                project = await fill(database, embedder, texts, count)
                print(f"{count} chunks, {len(questions)} questions\n", flush=True)
                await measure(database, embedder, project, questions)
            await database.close()
        finally:
            postgres.stop()


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*(numbers or [10_000, 200])))
