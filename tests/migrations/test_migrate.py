"""The schema comes up from nothing, once, whoever races, and is what the queue library wants."""

import asyncio
import re
from importlib.resources import files

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from sqlmodel import SQLModel

from app.access import tables as _access
from app.accounts import tables as _accounts
from app.audit import tables as _audit
from app.catalog import tables as _catalog
from app.chat import tables as _chat
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.errors import DatabaseUnreachable, SchemaTooNew
from app.db.migrate import is_current, migrate
from app.desk import tables as _desk
from app.management import tables as _management
from app.sharing import tables as _sharing
from app.webhooks import tables as _webhooks
from ingest.corpus import tables as _corpus

MIRRORED = (
    _access,
    _accounts,
    _audit,
    _catalog,
    _chat,
    _corpus,
    _desk,
    _management,
    _sharing,
    _webhooks,
)


def make_database(server: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return server.conninfo(name)


def test_an_empty_database_gets_every_revision_and_a_second_run_does_nothing(server) -> None:
    conninfo = make_database(server, "migrate_fresh")
    assert not is_current(conninfo)
    assert migrate(conninfo) == [
        "0001_foundation",
        "0002_queue",
        "0003_people",
        "0004_accountability",
        "0005_upstreams",
        "0006_web_sources",
        "0007_vector_spaces",
        "0008_integrations",
        "0009_sharing",
        "0010_webhooks",
        "0011_management",
        "0012_idempotency",
        "0013_kept_chunks",
        "0014_ready_files",
        "0015_word_search",
        "0016_word_boxes",
        "0017_attachments",
        "0018_gaps",
        "0019_trace",
    ]
    assert is_current(conninfo)
    assert migrate(conninfo) == []


async def test_five_processes_that_start_at_once_migrate_once(server) -> None:
    conninfo = make_database(server, "migrate_race")
    ran = await asyncio.gather(*(asyncio.to_thread(migrate, conninfo) for _ in range(5)))
    assert sorted(map(len, ran)) == [0, 0, 0, 0, 19]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(server) -> None:
    conninfo = make_database(server, "migrate_newer")
    migrate(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    with pytest.raises(SchemaTooNew, match="9999_future"):
        migrate(conninfo)


def test_no_connection_says_what_was_tried(tmp_path) -> None:
    with pytest.raises(DatabaseUnreachable, match="database-down"):
        migrate(f"postgresql://nobody@/none?host={tmp_path}")


async def test_the_classes_mirror_the_columns_of_the_schema(database: Database) -> None:
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT table_name, column_name, is_nullable = 'YES' FROM information_schema.columns "
            "WHERE table_schema = 'public'"
        )
        found: dict[str, dict[str, bool]] = {}
        for table, column, nullable in rows:
            found.setdefault(table, {})[column] = nullable
    for name, table in SQLModel.metadata.tables.items():
        declared = {column.name: bool(column.nullable) for column in table.columns}
        assert declared == found[name], name


def test_the_queue_schema_is_the_pinned_library_s_own() -> None:
    ours = files("app.db.migrations").joinpath("sql", "0002_queue.sql").read_text()
    body = re.sub(r"\A(--[^\n]*\n)+\n", "", ours, count=1)
    assert body.strip().endswith(SchemaManager.get_schema().strip()[-400:])
    assert SchemaManager.get_schema().strip() in ours
