"""What must work before questions can be answered."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError

from app.api.operations import Readiness
from app.bootstrap.parts import Models
from app.bootstrap.spaces import OpenSpaces
from app.db.engine import Database
from app.db.errors import DatabaseError
from app.db.migrate import is_current
from app.db.sql import PING, QUEUE_HEALTH
from providers.errors import EmbedderFailed

REMEMBERED_S = 30.0
"""An endpoint's answer counts so long: those who watch this server are not to wear it out."""
UNKNOWN = "not known: no connection"


def readiness(database: Database, models: Models, spaces: OpenSpaces) -> Readiness:
    """The checks of `/health/ready`, by the names that it shows."""
    parts = _Parts(database, models, spaces)
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

    def __init__(self, database: Database, models: Models, spaces: OpenSpaces) -> None:
        self._database = database
        self._models = models
        self._spaces = spaces
        self._warm_until = 0.0

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
        now = asyncio.get_running_loop().time()
        if now < self._warm_until:
            return None
        try:
            await self._spaces.current().embed_query("ready?")
        except EmbedderFailed as error:
            return error.detail
        if self._models.remote:
            self._warm_until = now + REMEMBERED_S
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
