"""A connection of one's own beside the pool, in autocommit, made anew when it breaks."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import AsyncConnection, Error

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5


async def connect(conninfo: str, application_name: str) -> AsyncConnection:
    """Open a connection in autocommit.

    Raises:
        psycopg.Error: The server can't be reached.
    """
    return await AsyncConnection.connect(
        conninfo,
        autocommit=True,
        application_name=application_name,
        connect_timeout=CONNECT_TIMEOUT_S,
        # A peer that vanished without a word is noticed within half a minute.
        keepalives_idle=15,
        keepalives_interval=5,
        keepalives_count=3,
    )


class OwnConnection:
    """Runs one statement at a time; a broken connection is replaced at the next statement.

    Args:
        conninfo: A libpq connection string or URL.
        application_name: How it appears in `pg_stat_activity`.
    """

    def __init__(self, conninfo: str, application_name: str) -> None:
        self._conninfo = conninfo
        self._name = application_name
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    async def execute(
        self, statement: LiteralString, parameters: Mapping[str, Any]
    ) -> list[tuple[Any, ...]]:
        """Run one statement, which is one commit, and give its rows.

        Raises:
            psycopg.Error: It failed, or the server can't be reached.
        """
        async with self._turn:
            if self._connection is None or self._connection.closed:
                self._connection = await connect(self._conninfo, self._name)
            try:
                cursor = await self._connection.execute(statement, parameters, prepare=True)
                return await cursor.fetchall()
            except Error:
                await self._connection.close()
                raise

    async def close(self) -> None:
        """Close it, after the statement that is running."""
        async with self._turn:
            if self._connection is not None:
                await self._connection.close()
