"""Small projects are compared exactly, large ones through an index of their own."""

from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest
from pgvector import HalfVector
from sqlalchemy import TextClause
from sqlmodel import col, delete

from app.db.engine import Database
from ingest.corpus.tables import Project
from providers.contract import Vectors
from retrieval import sql
from retrieval.candidates import Channels, Effort, Reach
from retrieval.dense_index import build_dense_index, drop_dense_index, tend_dense_indexes
from tests.database.retrieval.vectors import clustered, fill
from tests.evaluation.channels import find
from tests.evaluation.sql import ADD_OWNER, ADD_PROJECT, ANALYZE, explain

SPACE = "space of 48"
DIMENSIONS = 48
EFFORT = Effort(exact_rows=1_000)


class Crowd:
    """A large project among small ones, analysed, as a server in use has them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.large = uuid4()
        self.small = [uuid4() for _ in range(4)]
        self.vectors = clustered(3_000, DIMENSIONS, seed=1)
        self.document = uuid4()

    async def fill(self) -> None:
        owner = uuid4()
        async with self.database.transaction() as session:
            connection = await session.connection()
            await connection.execute(ADD_OWNER, {"id": owner, "email": "owner@example.test"})
            for project in (self.large, *self.small):
                await connection.execute(
                    ADD_PROJECT, {"id": project, "name": "project", "owner": owner}
                )
            self.document = await fill(session, self.large, self.vectors, embedder=SPACE)
            for number, project in enumerate(self.small):
                await fill(
                    session, project, clustered(300, DIMENSIONS, seed=number + 2), embedder=SPACE
                )
        async with self.database.autocommit() as connection:
            await connection.execute(ANALYZE)

    async def build(self, embedder: str = SPACE) -> bool:
        async with self.database.autocommit() as connection:
            return await build_dense_index(
                connection, self.large, embedder=embedder, dimensions=DIMENSIONS
            )

    async def find(
        self, vector: Vectors, project: UUID, effort: Effort = EFFORT, **reach: tuple[UUID, ...]
    ) -> Channels:
        async with self.database.transaction() as session:
            return await find(
                await session.connection(),
                Reach(project, **reach),
                question="slate",
                vector=vector[None],
                embedder=SPACE,
                effort=effort,
            )

    async def plan(self, statement: TextClause, parameters: dict[str, object]) -> str:
        async with self.database.transaction() as session:
            connection = await session.connection()
            await connection.execute(
                sql.OPEN,
                {**parameters, "index": "none", "ef_least": 40, "ef_most": 400, "ef_chunks": 200},
            )
            rows = await connection.execute(explain(statement), parameters)
            return "\n".join(rows.scalars())


@pytest.fixture
async def crowd(database: Database) -> Crowd:
    crowd = Crowd(database)
    await crowd.fill()
    return crowd


def _parameters(project: UUID, vector: Vectors) -> dict[str, object]:
    return {
        "project": project,
        "documents": None,
        "embedder": SPACE,
        "vector": HalfVector(vector).to_text(),
        "limit": 100,
    }


async def test_a_small_project_is_scanned_through_its_own_rows(crowd: Crowd) -> None:
    plan = await crowd.plan(sql.DENSE_EXACT, _parameters(crowd.small[0], crowd.vectors[0]))

    assert "chunk_vector_project" in plan
    assert "Seq Scan" not in plan


async def test_a_large_project_is_asked_through_its_own_index(crowd: Crowd) -> None:
    assert await crowd.build()

    plan = await crowd.plan(
        sql.dense_indexed(DIMENSIONS), _parameters(crowd.large, crowd.vectors[0])
    )

    assert f"Index Scan using {sql.index_name(crowd.large, SPACE)}" in plan


async def test_the_index_finds_what_exact_search_finds(crowd: Crowd) -> None:
    questions = clustered(30, DIMENSIONS, seed=99)
    foreign = np.random.default_rng(5).normal(size=(30, DIMENSIONS)).astype(np.float32)
    foreign /= np.linalg.norm(foreign, axis=1, keepdims=True)
    await crowd.build()

    shared = 0
    for question in (*questions, *foreign):
        near = await crowd.find(question, crowd.large)
        exact = await crowd.find(question, crowd.large, replace(EFFORT, exact_rows=10_000))
        assert len(near.dense) == len(exact.dense) == EFFORT.candidates
        tops = [{hit.chunk_id for hit in found.dense[:10]} for found in (near, exact)]
        shared += len(tops[0] & tops[1])

    assert shared / (10 * 60) >= 0.98


async def test_before_the_index_is_built_the_large_project_is_scanned_exactly(
    crowd: Crowd,
) -> None:
    found = await crowd.find(crowd.vectors[7], crowd.large)

    assert found.chunks == 3_000
    assert found.dense[0].ordinal == 7


async def test_a_few_documents_of_a_large_project_are_compared_exactly(crowd: Crowd) -> None:
    await crowd.build()
    async with crowd.database.transaction() as session:
        few = await fill(
            session, crowd.large, clustered(20, DIMENSIONS, seed=8), embedder=SPACE, word="basalt"
        )

    found = await crowd.find(crowd.vectors[0], crowd.large, documents=(few,))

    assert found.chunks == 20
    assert {hit.document_id for hit in found.dense} == {few}
    assert len(found.dense) == 20


async def test_a_document_filter_loses_nothing_in_the_index(crowd: Crowd) -> None:
    async with crowd.database.transaction() as session:
        some = await fill(
            session, crowd.large, clustered(400, DIMENSIONS, seed=9), embedder=SPACE, word="chalk"
        )
    await crowd.build()

    found = await crowd.find(
        crowd.vectors[0], crowd.large, replace(EFFORT, exact_rows=300), documents=(some,)
    )

    assert len(found.dense) == EFFORT.candidates
    assert {hit.document_id for hit in found.dense} == {some}


async def test_vectors_of_another_embedder_are_not_compared(crowd: Crowd) -> None:
    async with crowd.database.transaction() as session:
        other = await fill(session, crowd.small[0], clustered(50, 16, seed=3), embedder="other")

    found = await crowd.find(crowd.vectors[0], crowd.small[0], replace(EFFORT, pool=1_000))

    assert other not in {hit.document_id for hit in found.dense}
    assert other in {hit.document_id for hit in found.lexical}


async def test_building_again_changes_nothing_and_another_space_takes_its_place(
    crowd: Crowd,
) -> None:
    assert await crowd.build()
    assert not await crowd.build()
    assert await crowd.build("it's another: space")

    async with crowd.database.autocommit() as connection:
        names = await connection.execute(sql.INDEXES, {"prefix": sql.index_prefix(crowd.large)})
        assert [row.name for row in names] == [sql.index_name(crowd.large, "it's another: space")]


async def test_vectors_too_long_for_an_index_are_left_to_exact_search(crowd: Crowd) -> None:
    async with crowd.database.autocommit() as connection:
        assert not await build_dense_index(
            connection, crowd.large, embedder="long", dimensions=4_001
        )


async def test_dropping_leaves_nothing_and_spares_other_projects(crowd: Crowd) -> None:
    await crowd.build()
    async with crowd.database.autocommit() as connection:
        await build_dense_index(connection, crowd.small[0], embedder=SPACE, dimensions=DIMENSIONS)
        await drop_dense_index(connection, crowd.large)
        await drop_dense_index(connection, crowd.large)
        gone = await connection.execute(sql.INDEXES, {"prefix": sql.index_prefix(crowd.large)})
        kept = await connection.execute(sql.INDEXES, {"prefix": sql.index_prefix(crowd.small[0])})

        assert gone.all() == []
        assert len(kept.all()) == 1


async def test_upkeep_builds_what_is_missing_and_drops_what_lost_its_project(
    database: Database,
) -> None:
    crowd = Crowd(database)
    await crowd.fill()
    tend = {"spaces": {SPACE: DIMENSIONS}, "exact_rows": EFFORT.exact_rows}
    async with database.autocommit() as connection:
        assert await tend_dense_indexes(connection, **tend) == 1  # pyright: ignore[reportArgumentType]
        assert await tend_dense_indexes(connection, **tend) == 0  # pyright: ignore[reportArgumentType]
    async with database.transaction() as session:
        await session.exec(delete(Project).where(col(Project.id) == crowd.large))
    async with database.autocommit() as connection:
        await tend_dense_indexes(connection, **tend)  # pyright: ignore[reportArgumentType]
        left = await connection.execute(sql.INDEXES, {"prefix": sql.INDEX_FAMILY})
        assert left.all() == []


async def test_the_index_of_a_space_that_takes_over_stands_beside_the_one_in_use(
    database: Database,
) -> None:
    crowd = Crowd(database)
    await crowd.fill()

    async def tend(*spaces: str, keep: tuple[str, ...] = (), wait: bool = False) -> set[str]:
        async with database.autocommit() as connection:
            await tend_dense_indexes(
                connection,
                spaces=dict.fromkeys(spaces, DIMENSIONS),
                exact_rows=EFFORT.exact_rows,
                keep=keep,
                wait=wait,
            )
            found = await connection.execute(sql.INDEXES, {"prefix": sql.INDEX_FAMILY})
            return {row.name for row in found if row.valid}

    old, new = sql.index_name(crowd.large, SPACE), sql.index_name(crowd.large, "next")
    assert await tend(SPACE) == {old}
    assert await tend("next", keep=(SPACE, "next"), wait=True) == {old, new}
    assert await tend(SPACE, keep=(SPACE, "next")) == {old, new}
    assert await tend("next") == {new}


async def test_while_one_process_looks_after_the_indexes_another_does_nothing(
    database: Database,
) -> None:
    crowd = Crowd(database)
    await crowd.fill()
    tend = {"spaces": {SPACE: DIMENSIONS}, "exact_rows": EFFORT.exact_rows}
    async with database.autocommit() as busy, database.autocommit() as other:
        assert (await busy.execute(sql.CLAIM_UPKEEP)).scalar_one()
        assert await tend_dense_indexes(other, **tend) == 0  # pyright: ignore[reportArgumentType]
