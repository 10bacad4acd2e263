"""What must work before questions can be answered."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError

from app.api.operations import Readiness
from app.db.engine import Database
from app.db.errors import DatabaseError
from app.db.migrate import is_current
from app.db.sql import PING, QUEUE_HEALTH
from providers.contract import Embedder
from providers.errors import EmbedderFailed

UNKNOWN = "not known: no connection"


def readiness(database: Database, embedder: Embedder) -> Readiness:
    """The checks of `/health/ready`, by the names that it shows."""
    parts = _Parts(database, embedder)
    return Readiness(
        {
            "database": parts.database_answers,
            "migrations": parts.schema_is_current,
            "embedder": parts.embedder_is_warm,
            "queue": parts.queue_moves,
        }
    )


class _Parts:
    """Each check says what is wrong, or None."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._embedder = embedder

    async def database_answers(self) -> str | None:
        try:
            async with self._database.engine.connect() as connection:
                await connection.execute(PING)
        except SQLAlchemyError:
            return "no connection; see runbooks/database-down.md"
        return None

    async def schema_is_current(self) -> str | None:
        try:
            current = await asyncio.to_thread(is_current, self._database.conninfo)
        except DatabaseError:
            return UNKNOWN
        return None if current else "not up to date; run: lumen migrate"

    async def embedder_is_warm(self) -> str | None:
        try:
            await self._embedder.embed_query("ready?")
        except EmbedderFailed as error:
            return error.detail
        return None

    async def queue_moves(self) -> str | None:
        try:
            async with self._database.engine.connect() as connection:
                health = (await connection.execute(QUEUE_HEALTH)).one()
        except SQLAlchemyError:
            return UNKNOWN
        if health.waiting and not health.alive:
            return (
                f"no worker runs and {health.waiting} jobs wait; "
                "see runbooks/document-queued-or-failed.md"
            )
        return None
