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


class Mailbox:
    """What one subscriber has not read yet.

    An `asyncio.Queue` does the same and takes 3 KB more, for each of thousands that wait.
    """

    __slots__ = ("_arrival", "_payloads")

    def __init__(self) -> None:
        self._payloads: list[str] = []
        self._arrival: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._payloads)

    def put(self, payload: str) -> None:
        """Add a payload; what does not fit becomes one `LOST`, in place of all that wait."""
        if len(self._payloads) < MOST_WAITING:
            self._payloads.append(payload)
        else:
            self._payloads = [LOST]
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    async def get(self) -> str:
        """Take the oldest payload, when there is one; one task reads at a time."""
        while not self._payloads:
            self._arrival = asyncio.get_running_loop().create_future()
            await self._arrival
        self._arrival = None
        return self._payloads.pop(0)


class Listener:
    """Hands notifications on to whoever subscribed.

    Args:
        conninfo: A libpq string or URL.
        channels: What to listen to.
    """

    def __init__(self, conninfo: str, *channels: str) -> None:
        self._conninfo = conninfo
        self._channels = channels
        self._boxes: dict[str, set[Mailbox]] = defaultdict(set)
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
    async def subscribe(self, channel: str) -> AsyncGenerator[Mailbox]:
        """Receive the channel's payloads while the block lasts.

        A subscriber that does not keep up gets `LOST` once in place of what did not fit.
        """
        box = Mailbox()
        self._boxes[channel].add(box)
        try:
            yield box
        finally:
            self._boxes[channel].discard(box)

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
        for box in self._boxes[channel]:
            box.put(payload)
