"""The connection pool, sessions and transactions."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic

from sqlalchemy import Engine, PoolProxiedConnection, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel.ext.asyncio.session import AsyncSession

CONNECT_TIMEOUT_S = 5
POOL_WAIT_S = 60
"""How long a burst of requests queues for a connection, first come, first served."""
RESTED_S = 1.0
"""A connection that rested so long is tried before it is used; a busy one was just seen alive."""


class Database:
    """One pool of connections to one Postgres database.

    Args:
        conninfo: A libpq connection string or URL (`postgresql://…`).
        pool_size: Connections kept; as many again may be opened under load.
        application_name: How this process appears in `pg_stat_activity`.
        rested_s: After so many seconds of rest, a connection is tried before it is used.
    """

    def __init__(
        self,
        conninfo: str,
        *,
        pool_size: int = 5,
        application_name: str = "lumen",
        rested_s: float = RESTED_S,
    ) -> None:
        self.conninfo = conninfo
        url = make_url(conninfo).set(drivername="postgresql+psycopg")
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=POOL_WAIT_S,
            # The last one used comes first: its prepared statements and caches are warm.
            pool_use_lifo=True,
            connect_args={
                "application_name": application_name,
                "connect_timeout": CONNECT_TIMEOUT_S,
            },
        )
        _try_rested(self.engine.sync_engine, rested_s)

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncSession]:
        """Open a session that only reads: no transaction, so nothing locks and nothing is local.

        Postgres gives each statement a snapshot of its own anyway, at the isolation that we use: a
        transaction around reads would buy nothing and cost two more round trips.
        """
        # Not by an engine with that option: cancelled while it sets it, it loses the connection.
        async with (
            self.autocommit() as connection,
            AsyncSession(connection, expire_on_commit=False) as session,
        ):
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncSession]:
        """Open a session in one transaction: commits at the end, rolls back on an error."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def autocommit(self) -> AsyncGenerator[AsyncConnection]:
        """Open a connection without a transaction, for statements that refuse one."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self.engine.dispose()


def _try_rested(engine: Engine, rested_s: float) -> None:
    """Try a connection that has rested, and take another where it is dead.

    SQLAlchemy's own `pool_pre_ping` asks each time, which is a round trip for each of them. See
    "Custom / Legacy Pessimistic Ping" in its documentation of pooling.
    """

    @event.listens_for(engine, "checkin")
    def note(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        del connection
        entry.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def check(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection
    ) -> None:
        del proxy
        if monotonic() - entry.info.get("rests_since", monotonic()) < rested_s:
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error
        if not alive:
            raise DisconnectionError
