"""One Postgres for the whole run, one migrated template, one clone where a test commits."""

import asyncio
import fcntl
import gc
import os
import shutil
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import migrate
from tests.fixtures.memory import short_lived

# The same examples at every run: what fails here fails everywhere.
settings.register_profile("lumen", derandomize=True)
settings.load_profile("lumen")
pytest_plugins = ["tests.fixtures.embedding", "tests.fixtures.benches"]

TEMPLATE = "lumen_template"
# Durability is not under test except where a test starts a server of its own.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "max_wal_size": "256MB",  # It is kept in memory.
    "autovacuum": "off",
}
# A worker takes whole files: what takes minutes comes first, so that none is left alone with it.
LONGEST = ("test_schemathesis.py", "test_matrix.py", "test_files.py", "test_golden.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """Leave out of every later collection what was imported: it stays, and is a lot to look at."""
    gc.collect()
    gc.freeze()


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def server(testrun_uid: str) -> Generator[EmbeddedPostgres]:
    """The run's Postgres, shared by all test workers; the last one out stops it."""
    folder = short_lived() / f"lumen-tests-{testrun_uid[:12]}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    users = folder / "users"
    postgres = EmbeddedPostgres(folder / "data", settings=FAST)
    with _locked(folder / "lock"):
        users.mkdir(exist_ok=True)
        (users / str(os.getpid())).touch()
        postgres.start()
        _make_template(postgres)
    yield postgres
    with _locked(folder / "lock"):
        (users / str(os.getpid())).unlink()
        last = not any(users.iterdir())
        if last:
            postgres.stop()
    if last:
        shutil.rmtree(folder, ignore_errors=True)


def _make_template(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        names = connection.execute("SELECT datname FROM pg_database").fetchall()
        if (TEMPLATE,) in names:
            return
        connection.execute(f"CREATE DATABASE {TEMPLATE}_draft")
        migrate(postgres.conninfo(f"{TEMPLATE}_draft"))
        connection.execute(f"ALTER DATABASE {TEMPLATE}_draft RENAME TO {TEMPLATE}")


@contextmanager
def _clone(postgres: EmbeddedPostgres) -> Generator[str]:
    name = f"t_{uuid4().hex}"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        # Six times as quick as the default for so small a database that nobody writes to.
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        yield postgres.conninfo(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def clone(server: EmbeddedPostgres) -> Callable[[], AbstractContextManager[str]]:
    """Makes a database for as long as a block lasts, for what several tests of a file share."""
    return partial(_clone, server)


@pytest.fixture(scope="session")
def shared_conninfo(server: EmbeddedPostgres) -> Generator[str]:
    """A clone for this worker; only for tests that roll back."""
    with _clone(server) as conninfo:
        yield conninfo


@pytest.fixture
async def session(shared_conninfo: str) -> AsyncGenerator[AsyncSession]:
    """A session in one transaction that is rolled back at the end."""
    database = Database(shared_conninfo, pool_size=1)
    async with database.engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session
        await outer.rollback()
    await database.close()


@pytest.fixture
async def database(server: EmbeddedPostgres) -> AsyncGenerator[Database]:
    """A database of the test's own, for what commits or uses several connections."""
    with _clone(server) as conninfo:
        database = Database(conninfo)
        yield database
        await database.close()
        await asyncio.sleep(0)
