"""Each statement keeps to its project by itself, whatever the others let through."""

from uuid import UUID

import pytest

from app.db.engine import Database
from providers.local.embedder import LocalEmbedder
from retrieval.candidates import Channels, Effort, Reach
from retrieval.context import Stretch, fetch, read
from retrieval.dense_index import build_dense_index
from retrieval.fusion import fuse
from tests.evaluation.channels import find
from tests.evaluation.corpus import Shelf

CANARY = "The canary sings in the shaft at noon."
PLAIN = "The miners eat in the canteen at noon."


@pytest.fixture
async def mine(shelf: Shelf) -> UUID:
    project = await shelf.project()
    await shelf.add(project, "plain.txt", PLAIN, chunks=[PLAIN])
    return project


@pytest.fixture
async def theirs(shelf: Shelf) -> UUID:
    project = await shelf.project()
    await shelf.add(project, "canary.txt", CANARY, chunks=[CANARY])
    return project


async def channels(
    database: Database, embedder: LocalEmbedder, reach: Reach, *, exact_rows: int = 100
) -> Channels:
    vector = await embedder.embed_query(CANARY)
    async with database.transaction() as session:
        return await find(
            await session.connection(),
            reach,
            question=CANARY,
            vector=vector,
            embedder=embedder.name,
            effort=Effort(exact_rows=exact_rows),
        )


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize("indexed", [False, True])
async def test_neither_channel_leaves_the_project(
    database: Database, embedder: LocalEmbedder, mine: UUID, *, indexed: bool
) -> None:
    if indexed:
        async with database.autocommit() as connection:
            await build_dense_index(
                connection, mine, embedder=embedder.name, dimensions=embedder.dimensions
            )

    found = await channels(database, embedder, Reach(mine), exact_rows=0 if indexed else 100)

    assert found.chunks == 1
    assert len(found.dense) == 1
    assert len(found.lexical) == 1
    assert found.dense[0].chunk_id == found.lexical[0].chunk_id


async def test_neither_channel_leaves_the_documents_asked_for(
    database: Database, embedder: LocalEmbedder, shelf: Shelf, mine: UUID
) -> None:
    asked = await shelf.add(mine, "asked.txt", "Noon is at twelve.", chunks=["Noon is at twelve."])
    await shelf.add(mine, "canary.txt", CANARY, chunks=[CANARY])

    found = await channels(database, embedder, Reach(mine, (asked,)))

    assert found.chunks == 1
    assert {hit.document_id for hit in (*found.dense, *found.lexical)} == {asked}


async def test_a_foreign_document_among_those_asked_for_is_not_read(
    database: Database, embedder: LocalEmbedder, shelf: Shelf, mine: UUID, theirs: UUID
) -> None:
    asked = await shelf.add(mine, "asked.txt", "Noon is at twelve.", chunks=["Noon is at twelve."])
    foreign = await shelf.add(theirs, "noon.txt", PLAIN, chunks=[PLAIN])

    found = await channels(database, embedder, Reach(mine, (asked, foreign)))

    assert found.chunks == 1
    assert {hit.document_id for hit in (*found.dense, *found.lexical)} == {asked}


@pytest.mark.parametrize("gaps", [False, True])
async def test_foreign_hits_are_neither_fetched_nor_read(
    database: Database, embedder: LocalEmbedder, shelf: Shelf, mine: UUID, *, gaps: bool
) -> None:
    theirs = await shelf.project()
    pages = (CANARY, f" {PLAIN}")
    await shelf.add(theirs, "canary.txt", pages, chunks=[CANARY, PLAIN], gaps=gaps)
    found = await channels(database, embedder, Reach(theirs))
    foreign = fuse(found.dense, found.lexical)
    stretches = [Stretch(foreign[0], 0, 1)]

    async with database.transaction() as session:
        connection = await session.connection()
        theirs_own = await fetch(connection, theirs, foreign)

        assert len(theirs_own) == 2
        assert await fetch(connection, mine, foreign) == {}
    assert await read(database.transaction, mine, stretches, theirs_own) == []
    [passage] = await read(database.transaction, theirs, stretches, theirs_own)
    assert passage.text == "".join(pages)
    assert passage.pages == ((0, 1), (len(CANARY), 2))
