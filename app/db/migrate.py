"""Bring the schema up to date: versioned SQL files, in order, under an advisory lock.

Migrations go forward only: what undoes an upgrade is the backup made before it.
"""

from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files

import psycopg
from alembic import command, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.db.errors import DatabaseUnreachable, ExtensionMissing, SchemaTooNew
from app.db.sql import EXTENSION_VERSIONS, MIGRATION_LOCK, MIGRATION_UNLOCK

OLDEST_PGVECTOR = (0, 8, 0)  # The first with iterative index scans.
CONNECT_TIMEOUT_S = 5


def migrate(conninfo: str, *, target: str = "head") -> list[str]:
    """Check the server and run what is missing, one process at a time.

    Args:
        conninfo: A `postgresql://` URL.
        target: The revision to stop at.

    Returns:
        The revisions that were missing, oldest first.

    Raises:
        DatabaseUnreachable: No connection.
        ExtensionMissing: pgvector is not there, or too old.
        SchemaTooNew: The database knows a revision that this version does not.
    """
    with _connected(conninfo) as connection:
        connection.execute(MIGRATION_LOCK)
        try:
            check_extension(connection)
            before = _current(connection)
            pending = _pending(before)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(MIGRATION_UNLOCK)
            connection.commit()
    return pending


def is_current(conninfo: str) -> bool:
    """Whether the database's schema is the one that this version was written for.

    Raises:
        DatabaseUnreachable: No connection.
    """
    with _connected(conninfo) as connection:
        return _current(connection) == _scripts().get_current_head()


def check_extension(connection: Connection) -> None:
    """Make sure that pgvector is there and new enough.

    Raises:
        ExtensionMissing: It is not; the message says what to install.
    """
    row = connection.execute(EXTENSION_VERSIONS).one()
    installed: str | None = row.installed or row.available
    if installed is None:
        raise ExtensionMissing(
            f"The Postgres server ({row.server}) has no pgvector. Install the package "
            "postgresql-<version>-pgvector on it, or use the image pgvector/pgvector, then start "
            "Lumen again. See runbooks/database-down.md."
        )
    if tuple(int(part) for part in installed.split(".")) < OLDEST_PGVECTOR:
        raise ExtensionMissing(
            f"pgvector {installed} is too old; Lumen needs 0.8.0 or newer. Upgrade the package and "
            "run: ALTER EXTENSION vector UPDATE. See runbooks/database-down.md."
        )


def run_sql(name: str) -> None:
    """Run one file of `migrations/sql` on Alembic's connection, as it stands.

    It goes to the driver without parameters, so that `%` and `:` mean what they mean in SQL.

    Raises:
        TypeError: The connection is not psycopg's.
    """
    script = files("app.db.migrations").joinpath("sql", name).read_text(encoding="utf-8")
    raw = op.get_bind().connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError("Migrations run on psycopg connections.")
    raw.execute(script.encode())  # Bytes: several statements in one go, nothing interpolated.


@contextmanager
def _connected(conninfo: str) -> Generator[Connection]:
    url = make_url(conninfo).set(drivername="postgresql+psycopg")
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
    )
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise DatabaseUnreachable(
            f"No connection to the database at {url.host or 'the local socket'}: "
            f"{str(error.orig).strip()}. See runbooks/database-down.md."
        ) from error
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("app.db.migrations")))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _pending(current: str | None) -> list[str]:
    known = [script.revision for script in _scripts().walk_revisions()][::-1]
    if current is None:
        return known
    if current not in known:
        raise SchemaTooNew(
            f"The database was last used by a newer Lumen (schema {current}); this version knows "
            f"up to {known[-1]}. Upgrade Lumen, or restore the backup made before that upgrade. "
            "See runbooks/upgrade.md."
        )
    return known[known.index(current) + 1 :]
