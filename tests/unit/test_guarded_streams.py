"""A stream that is watched over ends with its watch or its reader, and closes its source."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.guarded import while_allowed
from app.db.engine import Database
from app.db.listener import Listener

SLOWLY = 5  # Turns of the loop that the source takes to end.
NOWHERE = "postgresql://nowhere/none"


@dataclass
class Source:
    """Says one thing, then waits."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    is_closed: bool = False

    async def pieces(self) -> AsyncGenerator[bytes]:
        try:
            yield b"one"
            self.begun.set()
            await asyncio.Event().wait()
        finally:
            for _ in range(SLOWLY):
                await asyncio.sleep(0)
            self.is_closed = True


@asynccontextmanager
async def watching() -> AsyncIterator[AccessWatch]:
    database = Database(NOWHERE)
    yield AccessWatch(database.transaction, Listener(NOWHERE))
    await database.close()


async def test_a_server_that_ends_ends_the_stream_without_a_word() -> None:
    source, heard = Source(), list[bytes]()
    async with watching() as watch:
        stream = while_allowed(source.pieces(), watch, Standing(uuid4(), uuid4()), b"bye")

        async def read() -> None:
            heard.extend([piece async for piece in stream])

        reading = asyncio.create_task(read())
        await source.begun.wait()
        watch.release()
        await reading
    assert heard == [b"one"]
    assert source.is_closed
    assert not reading.cancelling()


async def test_a_reader_that_is_cancelled_closes_the_source() -> None:
    source = Source()
    async with watching() as watch:
        stream = while_allowed(source.pieces(), watch, Standing(uuid4(), uuid4()), b"bye")

        async def read() -> None:
            async for _ in stream:
                pass

        reading = asyncio.create_task(read())
        await source.begun.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert source.is_closed
