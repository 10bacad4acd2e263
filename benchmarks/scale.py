"""What a search costs in a server that holds a million chunks, and what its indexes lose.

Run from the checkout's root: python -m benchmarks.scale [chunks …]

For each number of chunks a server of its own is filled and measured: 1,000 projects whose sizes
follow a power law, from 10 chunks to three tenths of all of them, in documents of up to 100 chunks
that came in one after the other, whichever project's they were. It takes about 8 GB of disk at a
million.

A chunk is made of two pieces of real text, half the sentences of each, and of two names that only
its document has, so that words are as common and as rare as in text. Its vector lies between those
of the two pieces and is moved a little (its cosine to where it was is about 0.93), further where
the real vectors spread further: moved alike in all directions they would lie in a space of far more
dimensions than text has, in which no index finds anything. Chunks of a document stay near one place
in the text. The nearest to a question is then as near as among real chunks (cosine .60 and .61, of
a foreign question .34 and .31); the tenth, there being more of them, is nearer (.56 and .39).
Questions are real ones on the text, and foreign ones that were asked of other text.

Times are the wall's and, where the server's processes can be seen, the processor's; beside other
work believe the latter.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import cast
from uuid import UUID, uuid4

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import HalfVector
from pgvector.psycopg import register_vector
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.engine import Database
from app.db.migrate import migrate
from benchmarks.search import MODELS, samples, server
from providers.contract import Vectors
from providers.local.embedder import open_embedder
from retrieval.candidates import Effort, Reach, find_by_meaning, find_by_words, look
from retrieval.dense_index import tend_dense_indexes
from retrieval.evaluation import golden
from retrieval.word_census import tend_word_census
from tests.evaluation.corpus import Shelf, pieces

PROJECTS = 1_000
LEAST = 10
LARGEST_SHARE = 0.3
DOCUMENT = 100
JITTER = 0.4
"""Length of what a vector is moved by, beside its own of 1."""
MEASURED = (10, 100, 1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 300_000)
QUESTIONS = 50
SETTINGS = {
    "shared_buffers": "4GB",
    "maintenance_work_mem": "2GB",
    "max_wal_size": "4GB",
    "synchronous_commit": "off",
    "fsync": "off",
}
"""Data in memory; nothing that is measured is written."""

STAGED = """
    CREATE UNLOGGED TABLE staged (
        id uuid, project_id uuid, document_id uuid, ordinal integer, text text, tokens integer,
        embedding halfvec
    )
"""
UNPACK = """
    INSERT INTO chunk (id, project_id, document_id, ordinal, page_number, start, "end", text,
                       token_count, lexemes)
    SELECT id, project_id, document_id, ordinal, 1, ordinal * 1000, ordinal * 1000 + 1000, text,
           tokens, to_tsvector('english', text)
    FROM staged;
    INSERT INTO chunk_vector (chunk_id, embedder, project_id, document_id, ordinal, embedding)
    SELECT id, %(embedder)s, project_id, document_id, ordinal, embedding FROM staged;
    TRUNCATE staged
"""
WORDS_INDEX = "SELECT pg_get_indexdef('chunk_words'::regclass)"
DOCUMENTS = (
    "COPY document (id, project_id, name, mime_type, size_bytes, sha256, blob_key, status, "
    "ready_version, chunk_count, language, created_at, updated_at) FROM STDIN"
)
CHUNKS = (
    "COPY staged (id, project_id, document_id, ordinal, text, tokens, embedding) "
    "FROM STDIN (FORMAT binary)"
)
BACKEND = text("SELECT pg_backend_pid()")
SIZES = text(
    "SELECT pg_size_pretty(pg_table_size('chunk')), pg_size_pretty(pg_table_size('chunk_vector')), "
    "pg_size_pretty(pg_relation_size('chunk_words'))"
)


@dataclass(frozen=True)
class Source:
    """Real text with its vectors, and questions with theirs."""

    embedder: str
    texts: Sequence[str]
    vectors: Vectors
    own: Sequence[tuple[str, Vectors]]
    foreign: Sequence[tuple[str, Vectors]]


async def source() -> Source:
    """Read and embed the sample documents."""
    one = golden.chunking(samples() / "chunking")
    texts = [p.text for read in one.documents.values() for p in pieces(read().decode())]
    own = [question.text for question in one.questions[:: len(one.questions) // QUESTIONS]]
    other = json.loads((samples() / "xquad" / "xquad.en.json").read_text())["data"]
    foreign = [article["paragraphs"][0]["qas"][0]["question"] for article in other]
    with open_embedder(None, MODELS) as embedder:
        return Source(
            embedder.name,
            texts,
            await embedder.embed_passages(texts),
            [(q, await embedder.embed_query(q)) for q in own[:QUESTIONS]],
            [(q, await embedder.embed_query(q)) for q in foreign[:QUESTIONS]],
        )


def sizes(chunks: int) -> list[int]:
    """Chunks of each project, largest first: a power law that gives so many in all."""
    ranks = np.arange(1, PROJECTS + 1)
    low, high = 0.0, 4.0
    for _ in range(50):
        power = (low + high) / 2
        found = np.maximum(LEAST, chunks * LARGEST_SHARE * ranks**-power).astype(int)
        low, high = (power, high) if found.sum() > chunks else (low, power)
    return found.tolist()


def documents(projects: Sequence[tuple[UUID, int]], dice: np.random.Generator) -> list[UUID]:
    """For each document to come, its project; shuffled."""
    owners = [project for project, size in projects for _ in range(-(-size // DOCUMENT))]
    return [owners[at] for at in dice.permutation(len(owners))]


class Maker:
    """Makes the chunks of document after document."""

    def __init__(self, source: Source, dice: np.random.Generator) -> None:
        self._vectors = source.vectors
        centred = source.vectors - source.vectors.mean(axis=0)
        _, spread, axes = np.linalg.svd(centred, full_matrices=False)
        self._moves = axes * (JITTER * spread / np.linalg.norm(spread))[:, None]
        self._sentences = [re.split(r"(?<=[.!?])\s+", one) for one in source.texts]
        self._dice = dice

    def document(self, count: int) -> tuple[list[str], NDArray[np.float16]]:
        """Texts and vectors of so many chunks, all of them near one place in the real text."""
        dice, there = self._dice, len(self._sentences)
        letters = dice.choice(list("bdfgklmnprstvaeiou"), (DOCUMENT // 5, 9))
        names = ["".join(name) for name in letters]
        first = (dice.integers(there) + dice.integers(40, size=count)) % there
        second = dice.integers(there, size=count)
        share = dice.uniform(0.5, 1.0, size=(count, 1))
        vectors = share * self._vectors[first] + (1 - share) * self._vectors[second]
        vectors = vectors + dice.normal(size=(count, len(self._moves))) @ self._moves
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        picked = dice.integers(len(names), size=(count, 2))
        said = [
            " ".join([*self._sentences[one][::2], *self._sentences[other][1::2]])
            + f" {names[here]} {names[also]}"
            for one, other, (here, also) in zip(first, second, picked, strict=True)
        ]
        return said, vectors.astype(np.float16)


def fill(conninfo: str, source: Source, projects: Sequence[tuple[UUID, int]]) -> None:
    """Copy documents in, in batches; indexes that are built faster over whole tables come last."""
    dice = np.random.default_rng(1)
    left = dict(projects)
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET session_replication_role = replica")  # No foreign keys are asked.
        (index,) = connection.execute(WORDS_INDEX).fetchone() or ("",)
        connection.execute("DROP INDEX chunk_words")
        connection.execute(STAGED)
        register_vector(connection)
        order, maker = documents(projects, dice), Maker(source, dice)
        for start in range(0, len(order), 200):
            batch: list[tuple[UUID, UUID, int]] = []
            for project in order[start : start + 200]:
                count = min(DOCUMENT, left[project])
                left[project] -= count
                batch.append((uuid4(), project, count))
            with connection.cursor().copy(DOCUMENTS) as copy:
                for document, project, count in batch:
                    name, digest = f"{document}.txt", document.hex * 2
                    kept = (
                        document,
                        project,
                        name,
                        "text/plain",
                        1,
                        digest,
                        "-",
                        "ready",
                        1,
                        count,
                    )
                    copy.write_row((*kept, "english", "now", "now"))
            with connection.cursor().copy(CHUNKS) as copy:
                copy.set_types(["uuid", "uuid", "uuid", "int4", "text", "int4", "halfvec"])
                for document, project, count in batch:
                    texts, vectors = maker.document(count)
                    for ordinal, (said, vector) in enumerate(zip(texts, vectors, strict=True)):
                        tokens, place = len(said) // 4, (project, document, ordinal)
                        copy.write_row((uuid4(), *place, said, tokens, HalfVector(vector)))
            for step in UNPACK.split(";"):
                connection.execute(step, {"embedder": source.embedder})
            connection.commit()
        connection.execute(index)
        connection.execute("DROP TABLE staged")
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE document, chunk, chunk_vector")


def processor(pid: int) -> float:
    """Milliseconds that a process has had of a processor; 0 where that can't be seen."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        return 0.0


class Probe:
    """Asks one project, again and again, and notes what it takes."""

    def __init__(self, connection: AsyncConnection, pid: int, embedder: str, reach: Reach) -> None:
        self._connection = connection
        self._pid = pid
        self._embedder = embedder
        self._reach = reach
        self.taken: dict[str, list[tuple[float, float]]] = {"meaning": [], "words": [], "both": []}

    async def ask(self, question: str, vector: Vectors, effort: Effort) -> list[UUID]:
        """Both channels in one transaction, as a search asks them; the ten nearest."""
        async with self._connection.begin():
            begun, used = perf_counter(), processor(self._pid)
            opened = await look(self._connection, self._reach, self._embedder, effort)
            midst, spent = perf_counter(), processor(self._pid)
            near = await find_by_meaning(
                self._connection, self._reach, vector, self._embedder, opened, effort
            )
            then, gone = perf_counter(), processor(self._pid)
            await find_by_words(self._connection, self._reach, question, opened, effort)
            ended, whole = perf_counter(), processor(self._pid)
        self.taken["meaning"].append(((then - midst) * 1e3, gone - spent))
        self.taken["words"].append(((ended - then) * 1e3, whole - gone))
        self.taken["both"].append(((ended - begun) * 1e3, whole - used))
        return [hit.chunk_id for hit in near[:10]]


async def measure(database: Database, source: Source, projects: Sequence[tuple[UUID, int]]) -> None:
    """Print a row for each measured size: times over all questions, recall by kind of question."""
    print("| chunks in the project | " + " | ".join(_COLUMNS) + " |")
    print("|---:|" + "---:|" * len(_COLUMNS), flush=True)
    effort = Effort()
    async with database.engine.connect() as connection:
        pid = (await connection.execute(BACKEND)).scalar_one()
        await connection.rollback()
        nearest = [min(projects, key=lambda one: abs(one[1] - wanted)) for wanted in MEASURED]
        for project, size in dict.fromkeys(nearest):
            probe = Probe(connection, pid, source.embedder, Reach(project))
            warm = Probe(connection, pid, source.embedder, Reach(project))
            recalls: list[str] = []
            for asked in (source.own, source.foreign):
                shared = 0
                for question, vector in asked:
                    exact = await warm.ask(question, vector, replace(effort, exact_rows=10**9))
                    await warm.ask(question, vector, effort)
                    near = await probe.ask(question, vector, effort)
                    shared += len({*exact} & {*near}) / max(1, len(exact))
                recalls.append(f"{shared / len(asked):.3f}")
            figures = [
                f"{np.percentile([pair[kind] for pair in probe.taken[name]], [50, 95])[at]:.1f}"
                for kind, name in ((1, "meaning"), (1, "words"), (1, "both"), (0, "both"))
                for at in (0, 1)
            ]
            print(f"| {size:,} | " + " | ".join([*figures, *recalls]) + " |", flush=True)
        await show_plans(connection, warm, *source.own[0])


async def show_plans(
    connection: AsyncConnection, probe: Probe, question: str, vector: Vectors
) -> None:
    """Print how the server goes to the tables for one question; the largest project was last."""
    sent: list[tuple[str, dict[str, object]]] = []

    def note(*arguments: object) -> None:
        sent.append((str(arguments[2]), cast("dict[str, object]", arguments[3])))

    event.listen(connection.engine.sync_engine, "before_cursor_execute", note)
    await probe.ask(question, vector, Effort())
    event.remove(connection.engine.sync_engine, "before_cursor_execute", note)
    print("\nPlans of the largest:\n")
    async with connection.begin():
        for statement, parameters in sent:
            explained = f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {statement}"
            rows = await connection.exec_driver_sql(explained, parameters)
            for line in rows.scalars().all():
                if re.search(r"Scan (on|using) .*(chunk|document)|Index Cond", line):
                    print(f"- `{line.strip()[:150]}`", flush=True)


_COLUMNS = (
    "meaning, processor p50 ms",
    "p95",
    "words, processor p50",
    "p95",
    "SQL, processor p50",
    "p95",
    "SQL, wall p50",
    "p95",
    "recall@10",
    "foreign",
)


async def one(source: Source, chunks: int) -> None:
    """Fill a fresh server with so many chunks, and measure."""
    with tempfile.TemporaryDirectory(prefix="lumen-bench-") as folder:
        postgres = server(Path(folder), SETTINGS)
        postgres.start()
        try:
            migrate(postgres.conninfo())
            database = Database(postgres.conninfo())
            shelf = Shelf(database.transaction, None)  # pyright: ignore[reportArgumentType]
            projects = [(await shelf.project(), size) for size in sizes(chunks)]
            begun = perf_counter()
            await asyncio.to_thread(fill, postgres.conninfo(), source, projects)
            filled = perf_counter()
            async with database.autocommit() as connection:
                counted = await tend_word_census(connection)
                census = perf_counter()
                spaces = {source.embedder: source.vectors.shape[1]}
                built = await tend_dense_indexes(
                    connection, spaces=spaces, exact_rows=Effort().exact_rows
                )
                tables = (await connection.execute(SIZES)).one()
            print(
                f"\n{sum(size for _, size in projects):,} chunks, {PROJECTS:,} projects; chunks, "
                f"vectors, words: {', '.join(tables)}\n\nfilled in {filled - begun:.0f} s, words "
                f"of {counted} projects counted in {census - filled:.0f} s, {built} indexes of "
                f"large projects built in {perf_counter() - census:.0f} s\n",
                flush=True,
            )
            await measure(database, source, projects)
            await database.close()
        finally:
            postgres.stop()


async def main(totals: Sequence[int]) -> None:
    """Measure each total by itself."""
    read = await source()
    for total in totals:
        await one(read, total)


if __name__ == "__main__":
    asyncio.run(main([int(argument) for argument in sys.argv[1:]] or [10_000, 100_000, 1_000_000]))
