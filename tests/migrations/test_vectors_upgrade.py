"""What was found by meaning before vectors had a table of their own is found after."""

from uuid import uuid4

import psycopg
from pgvector import HalfVector

from app.db.engine import Database
from app.db.migrate import migrate
from ingest.corpus import spaces
from providers.local.embedder import LocalEmbedder
from retrieval.search import Search, SearchQuery
from tests.migrations.test_migrate import make_database

TEXTS = ["The keeper trims the lamp at dusk.", "Bananas are yellow.", "Rent is due on Monday."]


async def test_vectors_of_the_schema_before_are_searched(server, embedder: LocalEmbedder) -> None:
    conninfo = make_database(server, "upgrade_vectors")
    migrate(conninfo, target="0006_web_sources")
    owner, project, document = uuid4(), uuid4(), uuid4()
    vectors = await embedder.embed_passages(TEXTS)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO user_account (id, email, name, created_at, updated_at) "
            "VALUES (%s, 'ada@example.com', 'Ada', now(), now())",
            (owner,),
        )
        connection.execute(
            "INSERT INTO project (id, name, color, owner_id, created_at, updated_at) "
            "VALUES (%s, 'Lamps', '#4f6bed', %s, now(), now())",
            (project, owner),
        )
        connection.execute(
            "INSERT INTO document (id, project_id, name, mime_type, size_bytes, sha256, blob_key, "
            "status, ready_version, chunk_count, created_at, updated_at) VALUES "
            "(%s, %s, 'lamp.txt', 'text/plain', 1, %s, '-', 'ready', 1, 3, now(), now())",
            (document, project, "0" * 64),
        )
        connection.execute(
            "INSERT INTO page VALUES (%s, 1, 0, 100, NULL, %s)", (document, " ".join(TEXTS))
        )
        for ordinal, (text, vector) in enumerate(zip(TEXTS, vectors, strict=True)):
            connection.execute(
                'INSERT INTO chunk (id, project_id, document_id, ordinal, page_number, start, "end"'
                ", text, token_count, embedder, embedding, lexemes) VALUES "
                "(%s, %s, %s, %s, 1, 0, 20, %s, 9, %s, %s::halfvec, to_tsvector(%s))",
                (
                    uuid4(), project, document, ordinal, text, embedder.name,
                    HalfVector(vector).to_text(), text,
                ),
            )  # fmt: skip

    assert "0007_vector_spaces" in migrate(conninfo)

    database = Database(conninfo)
    async with database.session() as session:
        [space] = await spaces.in_use(session)
        assert (space.name, space.dimensions, space.state) == (embedder.name, 384, "active")
        assert space.spec == {"kind": "local", "model": None}
        assert await spaces.counted(session, space.name) == (3, 3)
    search = Search(database.transaction, embedder, spaces=spaces.OneSpace(embedder))
    best, *_ = await search.ranked(SearchQuery(project, "Who looks after the lamp?"))
    assert best.text == TEXTS[0]
    assert (best.ranks.dense, best.ranks.lexical) == (1, 1)
    [passage] = (await search.passages(SearchQuery(project, "Who looks after the lamp?"))).passages
    assert passage.text == " ".join(TEXTS)[:20]
    await database.close()


def test_a_database_without_documents_begins_without_a_space(server) -> None:
    conninfo = make_database(server, "upgrade_no_vectors")
    migrate(conninfo)
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM vector_space").fetchone() == (0,)
