"""What changes in a project, told as it happens: how a list on a screen is kept fresh."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Protocol

from litestar.response import Stream

from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.guarded import while_allowed
from app.api.live import Live
from app.api.streams import FAREWELL
from app.db.listener import LOST, Listener
from app.wire.sse import HEARTBEAT, MEDIA_TYPE, STREAM_HEADERS

HEARTBEAT_S = 15.0


class Changes(Protocol):
    """Changes of one kind in one project, as events."""

    @property
    def channel(self) -> str:
        """Where they are notified."""
        ...

    async def anew(self) -> bytes:
        """Said first, and wherever something may have been missed."""
        ...

    async def told(self, payload: str) -> bytes | None:
        """What a notification says; None where it is about another project."""
        ...


def as_they_happen(
    changes: Changes, listener: Listener, watch: AccessWatch, standing: Standing
) -> Stream:
    """The changes until the reader goes, or what they may do falls below the standing."""
    return Live(
        while_allowed(_events(changes, listener), watch, standing, FAREWELL),
        media_type=MEDIA_TYPE,
        headers=dict(STREAM_HEADERS),
    )


async def _events(changes: Changes, listener: Listener) -> AsyncGenerator[bytes]:
    async with listener.subscribe(changes.channel) as payloads:
        yield await changes.anew()
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    payload = await payloads.get()
            except TimeoutError:
                yield HEARTBEAT
                continue
            said = await (changes.anew() if payload == LOST else changes.told(payload))
            if said is not None:
                yield said
