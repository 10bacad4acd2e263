"""Words are looked up within their project, and common ones don't decide what a search costs."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, delete, select

from app.db.engine import Database
from ingest.corpus.tables import Document, Project
from retrieval import sql
from retrieval.candidates import Effort, Reach, find_by_words, look
from retrieval.fusion import Hit
from retrieval.word_census import tend_word_census
from tests.database.retrieval.vectors import clustered, fill
from tests.evaluation.sql import ADD_OWNER, ADD_PROJECT, ANALYZE, explain

SPACE = "space of 8"
CHUNKS = 600
EFFORT = Effort(postings=200, read_through=50)
"""Every chunk says `slate` and `number`; each has a number of its own."""


@pytest.fixture
async def projects(database: Database) -> list[UUID]:
    made = [uuid4() for _ in range(3)]
    owner = uuid4()
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.execute(ADD_OWNER, {"id": owner, "email": "owner@example.test"})
        for seed, project in enumerate(made):
            about = {"id": project, "name": "project", "owner": owner}
            await connection.execute(ADD_PROJECT, about)
            await fill(session, project, clustered(CHUNKS, 8, seed=seed), embedder=SPACE)
    async with database.autocommit() as connection:
        await connection.execute(ANALYZE)
    return made


async def words(
    database: Database,
    project: UUID,
    question: str,
    effort: Effort = EFFORT,
    documents: tuple[UUID, ...] | None = None,
) -> list[Hit]:
    async with database.transaction() as session:
        connection = await session.connection()
        reach = Reach(project, documents)
        opened = await look(connection, reach, SPACE, effort)
        return await find_by_words(connection, reach, question, opened, effort)


async def count(database: Database, *, rows: int = 100, common: int = 200) -> int:
    async with database.autocommit() as connection:
        return await tend_word_census(connection, rows=rows, common=common)


def parameters(project: UUID, question: str) -> dict[str, object]:
    return {
        "project": project,
        "documents": None,
        "questions": [question],
        "languages": ["english"],
        "chunks": CHUNKS,
        "lexemes": 64,
        "prior": sql.IDF_PRIOR,
        "postings": 100,
        "pool": 300,
        "limit": 100,
        "k1": 1.2,
        "b": 0.75,
    }


async def test_words_are_looked_up_in_the_index_of_their_project(
    database: Database, projects: list[UUID]
) -> None:
    async with database.transaction() as session:
        connection = await session.connection()
        rows = await connection.execute(
            explain(sql.LEXICAL), parameters(projects[0], "slate number 271")
        )
        plan = "\n".join(rows.scalars())

    assert "Bitmap Index Scan on chunk_words" in plan
    assert "chunk_project" not in plan
    assert "Seq Scan on chunk" not in plan


async def test_what_there_is_to_search_is_summed_from_an_index(
    database: Database, projects: list[UUID]
) -> None:
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.execute(sql.text("SET LOCAL enable_seqscan = off"))
        asked = {
            "project": projects[0],
            "documents": None,
            "index": "none",
            "ef_least": 40,
            "ef_most": 400,
            "ef_chunks": 200,
        }
        rows = await connection.execute(explain(sql.OPEN), asked)

        assert "document_searched" in "\n".join(rows.scalars())


async def test_a_word_is_weighed_by_its_own_project_alone(
    database: Database, projects: list[UUID]
) -> None:
    async with database.transaction() as session:
        await fill(session, projects[0], clustered(2, 8, seed=9), embedder=SPACE, word="basalt")

    mine = await words(database, projects[0], "basalt")
    assert [hit.ordinal for hit in sorted(mine, key=lambda hit: hit.ordinal)] == [0, 1]
    assert await words(database, projects[1], "basalt") == []


async def test_a_rare_word_finds_the_same_whether_common_ones_are_known_or_not(
    database: Database, projects: list[UUID]
) -> None:
    before = await words(database, projects[0], "slate number 271")
    assert await count(database) == len(projects)
    after = await words(database, projects[0], "slate number 271")

    assert (before[0].ordinal, before[0].coverage) == (271, pytest.approx(1))
    assert after[0].chunk_id == before[0].chunk_id
    assert after[0].score == pytest.approx(before[0].score, rel=0.05)
    assert after[0].coverage == pytest.approx(1)


async def test_a_common_word_is_not_followed_beside_a_rare_one(
    database: Database, projects: list[UUID]
) -> None:
    assert len(await words(database, projects[0], "slate 271")) == EFFORT.candidates
    await count(database)
    assert [hit.ordinal for hit in await words(database, projects[0], "slate 271")] == [271]


async def test_common_words_alone_find_those_that_hold_them_together(
    database: Database, projects: list[UUID]
) -> None:
    async with database.transaction() as session:
        for word in ("slate basalt", "basalt"):
            chunks = clustered(300, 8, seed=11)
            await fill(session, projects[0], chunks, embedder=SPACE, word=word)
    await count(database)

    found = await words(database, projects[0], "basalt slate")

    assert len(found) == EFFORT.candidates
    assert all(hit.coverage == pytest.approx(1) for hit in found)
    assert await words(database, projects[0], "slate")


async def test_a_few_documents_are_read_through_and_find_what_the_index_finds(
    database: Database, projects: list[UUID]
) -> None:
    async with database.transaction() as session:
        few = await fill(session, projects[0], clustered(40, 8, seed=5), embedder=SPACE)
    await count(database)

    read = await words(database, projects[0], "slate number 27", documents=(few,))
    sought = await words(
        database,
        projects[0],
        "slate number 27",
        replace(EFFORT, read_through=0, postings=10_000),
        documents=(few,),
    )

    assert {hit.document_id for hit in read} == {few}
    assert read[0].ordinal == 27
    assert len(read) == 40
    assert [hit.chunk_id for hit in read] == [hit.chunk_id for hit in sought]
    assert await words(database, projects[1], "slate number 27", documents=(few,)) == []


async def test_words_are_counted_again_only_where_a_project_changed_much(
    database: Database, projects: list[UUID]
) -> None:
    assert await count(database, rows=10_000) == 0
    assert await count(database) == len(projects)
    assert await count(database) == 0
    async with database.transaction() as session:
        await fill(session, projects[1], clustered(300, 8, seed=6), embedder=SPACE, word="basalt")
    assert await count(database) == 1
    async with database.session() as session:
        connection = await session.connection()
        rows = await connection.execute(
            sql.text("SELECT lexeme, holders FROM common_word WHERE project_id = :id ORDER BY 1"),
            {"id": projects[1]},
        )
        assert [tuple(row) for row in rows] == [("basalt", 300), ("number", 900), ("slate", 600)]


async def test_the_count_goes_with_what_was_counted(
    database: Database, projects: list[UUID]
) -> None:
    await count(database)
    async with database.transaction() as session:
        await session.exec(delete(Project).where(col(Project.id) == projects[0]))
        await session.exec(delete(Document).where(col(Document.project_id) == projects[1]))
        assert (await session.exec(select(Project.id).where(Project.id == projects[1]))).one()
    await count(database)

    async with database.session() as session:
        connection = await session.connection()
        rows = await connection.execute(sql.text("SELECT DISTINCT project_id FROM common_word"))
        assert set(rows.scalars()) == {projects[2]}


async def test_while_one_process_counts_another_does_nothing(
    database: Database, projects: list[UUID]
) -> None:
    assert projects
    async with database.autocommit() as busy, database.autocommit() as other:
        assert (await busy.execute(sql.CLAIM_CENSUS)).scalar_one()
        assert await tend_word_census(other, rows=100) == 0
