"""A stream is closed in order, also when whoever reads it is cancelled again and again."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest

from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.guarded import while_allowed
from app.db.engine import Database
from app.db.listener import Listener

SLOWLY = 5  # Turns of the loop that the source takes to end.


async def test_a_reader_that_is_cancelled_repeatedly_closes_the_source_once() -> None:
    closed: list[str] = []
    begun = asyncio.Event()

    async def source() -> AsyncGenerator[bytes]:
        try:
            yield b"one"
            begun.set()
            await asyncio.Event().wait()
        finally:
            for _ in range(SLOWLY):
                await asyncio.sleep(0)
            closed.append("source")

    database = Database("postgresql://nowhere/none")
    watch = AccessWatch(database.transaction, Listener("postgresql://nowhere/none"))
    stream = while_allowed(source(), watch, Standing(uuid4(), uuid4()), b"bye")

    async def read() -> None:
        async for _ in stream:
            pass

    reading = asyncio.create_task(read())
    await begun.wait()
    while not reading.done():
        reading.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await reading
    await stream.aclose()
    await database.close()
    assert closed == ["source"]
