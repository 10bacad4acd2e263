"""The database: does it answer, may it be written, has it room for connections, is it current."""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import TextClause

from app.db.engine import Database
from app.db.errors import DatabaseError
from app.db.migrate import is_current
from app.doctor.check import DATABASE, Check, Finding, failed, ok, warning
from app.doctor.sql import CONNECTIONS, STATE

ALMOST = 0.8
"""Share of the connections from which on somebody should look."""
SLOW_S = 1.0
_USED_UP = ("too many", "remaining connection slots")
"""How Postgres words it that no connection is left; a refused one carries no SQLSTATE."""
_REFUSED = ("password authentication failed", "no pg_hba.conf entry", "does not exist")


async def ask(
    database: Database, statement: TextClause, **values: object
) -> Sequence[Row[tuple[object, ...]]]:
    """The rows of a statement, on a connection that is given back at once."""
    async with database.engine.connect() as connection:
        return (await connection.execute(statement, values)).all()


class Postgres:
    """Checks of the database itself.

    Args:
        database: With a small pool of its own, so that a web process's full pool hides nothing.
        stopped: Whether it is this host's own server, and that does not run.
    """

    def __init__(self, database: Database, stopped: Callable[[], bool]) -> None:
        self._database = database
        self._stopped = stopped

    def checks(self) -> list[Check]:
        """In the order in which they are shown."""
        page = "database-down"
        return [
            Check(id=DATABASE, name="Database", runbook=page, run=self.answers),
            Check(id="connections", name="Database connections", runbook=page, run=self.room),
            Check(id="migrations", name="Database schema", runbook="upgrade", run=self.current),
        ]

    async def answers(self) -> Finding:
        """Whether it answers, and may be written."""
        if await asyncio.to_thread(self._stopped):
            return failed("Lumen's own Postgres does not run. Start Lumen: make serve")
        began = perf_counter()
        try:
            (state,) = await ask(self._database, STATE)
        except SQLAlchemyError as error:
            return failed(_why(error))
        took = perf_counter() - began
        if state.is_replica:
            return failed("The database is a replica, or still recovering: nothing can be written.")
        if state.is_read_only:
            return failed("The database is read-only (default_transaction_read_only is on).")
        said = f"Postgres {state.version} answers in {took * 1000:.0f} ms and can be written."
        return warning(said) if took > SLOW_S else ok(said)

    async def room(self) -> Finding:
        """How many connections are left, by the server's, the database's and the role's limit."""
        (row,) = await ask(self._database, CONNECTIONS)
        limits: list[tuple[str, int, int]] = [
            (what, used or 0, most)
            for what, used, most in (
                ("server", row.server_used, row.server_most),
                ("database", row.database_used, row.database_most),
                ("role", row.role_used, row.role_most),
            )
            if most > 0
        ]
        what, used, most = max(limits, key=lambda each: each[1] / each[2])
        said = f"{used} of the {what}'s {most} connections are used."
        return warning(said) if used >= ALMOST * most else ok(said)

    async def current(self) -> Finding:
        """Whether the schema is that of this version."""
        try:
            current = await asyncio.to_thread(is_current, self._database.conninfo)
        except DatabaseError:
            return warning("Not known: no further connection to the database.")
        if not current:
            return failed("The schema is not that of this version. Run: lumen migrate")
        return ok("The schema is up to date.")


def _why(error: SQLAlchemyError) -> str:
    said = str(getattr(error, "orig", error)).lower()
    if any(words in said for words in _USED_UP):
        return "All connections of the database are used: it lets nobody in."
    if any(words in said for words in _REFUSED):
        return "The database refuses DATABASE_URL: its user, password or name is not right."
    return "No connection to the database."
