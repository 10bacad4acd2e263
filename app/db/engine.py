"""The connection pool, sessions and transactions."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

CONNECT_TIMEOUT_S = 5


class Database:
    """One pool of connections to one Postgres database.

    Args:
        conninfo: A libpq connection string or URL (`postgresql://…`).
        pool_size: Connections kept; as many again may be opened under load.
        application_name: How this process appears in `pg_stat_activity`.
    """

    def __init__(
        self, conninfo: str, *, pool_size: int = 5, application_name: str = "lumen"
    ) -> None:
        self.conninfo = conninfo
        url = make_url(conninfo).set(drivername="postgresql+psycopg")
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=CONNECT_TIMEOUT_S,
            pool_pre_ping=True,
            connect_args={
                "application_name": application_name,
                "connect_timeout": CONNECT_TIMEOUT_S,
            },
        )

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncSession]:
        """Open a session that reads; what is not committed in the block is rolled back."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
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
