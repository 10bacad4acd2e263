"""What other processes say about answers: new events in the log, and requests to stop."""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from uuid import UUID

from psycopg import AsyncConnection, Error
from psycopg.sql import SQL, Identifier

from app.chat.connection import connect
from app.chat.sql import ANSWER_CHANNEL, STOP_CHANNEL

logger = logging.getLogger(__name__)

RECONNECT_S = 0.5


class Signals:
    """One LISTEN connection for the process, made anew when it breaks.

    A notification only says "look again"; nothing is lost when one is, because everyone who waits
    also looks again now and then.

    Args:
        conninfo: A libpq connection string or URL.
        on_stop: Called with the message whose generation somebody wants stopped.
    """

    def __init__(self, conninfo: str, on_stop: Callable[[UUID], None]) -> None:
        self._conninfo = conninfo
        self._on_stop = on_stop
        self._watched: dict[UUID, set[asyncio.Event]] = {}
        self.listening = asyncio.Event()

    @contextmanager
    def watch(self, message_id: UUID) -> Generator[asyncio.Event]:
        """Give an event that is set whenever the message's log grew."""
        event = asyncio.Event()
        self._watched.setdefault(message_id, set()).add(event)
        try:
            yield event
        finally:
            watchers = self._watched[message_id]
            watchers.discard(event)
            if not watchers:
                del self._watched[message_id]

    async def listen(self) -> None:
        """Listen for ever; cancel it to end."""
        while True:
            try:
                async with await connect(self._conninfo, "lumen-signals") as connection:
                    await self._receive(connection)
            except Error:
                logger.warning("The connection that listens for answers broke.", exc_info=True)
            self.listening.clear()
            await asyncio.sleep(RECONNECT_S)

    async def _receive(self, connection: AsyncConnection) -> None:
        for channel in (ANSWER_CHANNEL, STOP_CHANNEL):
            await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
        self.listening.set()
        # What was said while nobody listened is not repeated.
        for message_id in list(self._watched):
            self._grew(message_id)
        async for notification in connection.notifies():
            ids = (UUID(part) for part in notification.payload.split(",") if part)
            act = self._on_stop if notification.channel == STOP_CHANNEL else self._grew
            if notification.channel == STOP_CHANNEL or self._watched:
                for message_id in ids:
                    act(message_id)

    def _grew(self, message_id: UUID) -> None:
        for event in self._watched.get(message_id, ()):
            event.set()
