"""Rows by COPY: what a long document stores by the thousand goes in one stream.

PostgreSQL's manual, "Populating a Database", and psycopg's, "Using COPY TO and COPY FROM".
"""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier
from sqlmodel.ext.asyncio.session import AsyncSession


async def copy_in(
    session: AsyncSession,
    table: str,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[object]],
) -> None:
    """Add rows to a table, in the session's transaction, in Postgres's binary format.

    Args:
        session: In a transaction.
        table: Its name.
        columns: Name and type of each; `bytea` for a type that comes in its own binary form.
        rows: A value for each column.
    """
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        Identifier(table), SQL(", ").join(Identifier(name) for name, _ in columns)
    )
    raw = await (await session.connection()).get_raw_connection()
    driver: AsyncConnection[Any] = raw.driver_connection  # pyright: ignore[reportAssignmentType] # psycopg's, by the engine's URL.
    async with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([of for _, of in columns])
        for row in rows:
            await copy.write_row(row)
