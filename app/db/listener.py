"""Notifications of Postgres: one listening connection a process, any number of subscribers."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
from psycopg import sql

_log = logging.getLogger(__name__)

RECONNECT_S = 0.5
MOST_WAITING = 1000
LOST = ""
"""Delivered in place of a payload when notifications may have been missed: look for yourself."""


class Listener:
    """Hands notifications on to whoever subscribed.

    Args:
        conninfo: A libpq string or URL.
        channels: What to listen to.
    """

    def __init__(self, conninfo: str, *channels: str) -> None:
        self._conninfo = conninfo
        self._channels = channels
        self._queues: dict[str, set[asyncio.Queue[str]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen; reconnects by itself."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncGenerator[asyncio.Queue[str]]:
        """Receive the channel's payloads while the block lasts.

        A subscriber that does not keep up gets `LOST` once in place of what did not fit.
        """
        queue: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._queues[channel].add(queue)
        try:
            yield queue
        finally:
            self._queues[channel].discard(queue)

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                _log.warning("the listening connection broke: %s", error)
            for channel in self._channels:
                self._deliver(channel, LOST)
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True, application_name="lumen-listener"
        )
        async with connection:
            for channel in self._channels:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            # What happened while there was no connection was not heard.
            for channel in self._channels:
                self._deliver(channel, LOST)
            async for notification in connection.notifies():
                self._deliver(notification.channel, notification.payload)

    def _deliver(self, channel: str, payload: str) -> None:
        for queue in self._queues[channel]:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(LOST)
            else:
                queue.put_nowait(payload)
