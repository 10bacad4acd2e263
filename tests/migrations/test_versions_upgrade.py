"""Documents from before versions kept their bytes: pages are drawn, new versions are read."""

from uuid import UUID, uuid4

import psycopg
import pytest

from app.db.engine import Database
from app.db.migrate import migrate
from ingest.corpus import documents
from ingest.corpus.tables import Document
from tests.migrations.test_migrate import make_database

BEFORE = "0012_idempotency"


def _document(
    connection: psycopg.Connection, project: UUID, name: str, *, version: int, ready: int | None
) -> UUID:
    identity = uuid4()
    connection.execute(
        "INSERT INTO document (id, project_id, name, mime_type, size_bytes, sha256, blob_key,"
        " status, version, ready_version, created_at, updated_at)"
        " VALUES (%s, %s, %s, 'application/pdf', 1, %s, %s, 'queued', %s, %s, now(), now())",
        (identity, project, name, identity.hex * 2, f"bytes of {name}", version, ready),
    )
    for ordinal in range(2):
        connection.execute(
            'INSERT INTO chunk (id, project_id, document_id, ordinal, page_number, start, "end",'
            " text, token_count, lexemes) VALUES (%s, %s, %s, %s, 1, 0, 20, 'Words', 9, '')",
            (uuid4(), project, identity, ordinal),
        )
    return identity


@pytest.fixture
def upgraded(server) -> tuple[str, UUID, dict[str, UUID]]:
    """A database of the schema before with three documents, upgraded."""
    conninfo = make_database(server, "upgrade_versions")
    migrate(conninfo, target=BEFORE)
    owner, project = uuid4(), uuid4()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO user_account (id, email, name, created_at, updated_at)"
            " VALUES (%s, 'ada@example.com', 'Ada', now(), now())",
            (owner,),
        )
        connection.execute(
            "INSERT INTO project (id, name, color, owner_id, created_at, updated_at)"
            " VALUES (%s, 'Lamps', '#4f6bed', %s, now(), now())",
            (project, owner),
        )
        ids = {
            "read.pdf": _document(connection, project, "read.pdf", version=3, ready=3),
            "renewed.pdf": _document(connection, project, "renewed.pdf", version=2, ready=1),
            "new.pdf": _document(connection, project, "new.pdf", version=1, ready=None),
        }
    assert migrate(conninfo)[:2] == ["0013_kept_chunks", "0014_ready_files"]
    return conninfo, project, ids


async def test_the_bytes_of_a_version_that_answers_are_known_where_they_are_there(
    upgraded: tuple[str, UUID, dict[str, UUID]],
) -> None:
    conninfo, project, _ = upgraded
    database = Database(conninfo)
    async with database.session() as session:
        found: dict[str, Document] = {
            one.name: one for one in (await documents.listed(session, project)).documents
        }
        assert await documents.named(session, project, "READ.pdf") is not None
    await database.close()
    assert {name: one.ready_blob_key for name, one in found.items()} == {
        "read.pdf": "bytes of read.pdf",
        "renewed.pdf": None,
        "new.pdf": None,
    }
    assert found["read.pdf"].ready_mime_type == "application/pdf"


def test_chunks_change_places_in_one_statement_and_still_share_none(
    upgraded: tuple[str, UUID, dict[str, UUID]],
) -> None:
    conninfo, _, ids = upgraded
    turned = "UPDATE chunk SET ordinal = 1 - ordinal WHERE document_id = %s"
    shared = "UPDATE chunk SET ordinal = 0 WHERE document_id = %s"
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(turned, (ids["read.pdf"],))
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(shared, (ids["read.pdf"],))
