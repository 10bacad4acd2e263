"""Notifications reach who subscribed, also after the listening connection was cut."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from app.db.engine import Database
from app.db.listener import LOST, MOST_WAITING, Listener, Mailbox
from tests.waiting import eventually

CHANNEL = "lumen_test"


@pytest.fixture
async def listener(database: Database) -> AsyncGenerator[Listener]:
    listener = Listener(database.conninfo, CHANNEL)
    listener.start()
    yield listener
    await listener.close()


async def say(database: Database, word: str) -> None:
    async with database.autocommit() as connection:
        await connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, word))


async def heard(box: Mailbox) -> str:
    async with asyncio.timeout(20):
        return await box.get()


async def test_every_subscriber_hears_every_word(database: Database, listener: Listener) -> None:
    async with listener.subscribe(CHANNEL) as one, listener.subscribe(CHANNEL) as two:
        assert {await heard(one), await heard(two)} == {LOST}  # It has just begun to listen.
        await say(database, "hello")
        assert (await heard(one), await heard(two)) == ("hello", "hello")


async def test_after_a_cut_subscribers_are_told_to_look_for_themselves(
    database: Database, listener: Listener
) -> None:
    async with listener.subscribe(CHANNEL) as box:
        assert await heard(box) == LOST
        async with database.autocommit() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'lumen-listener' AND datname = current_database()"
            )
        assert await heard(box) == LOST
        assert await heard(box) == LOST
        await say(database, "again")
        assert await heard(box) == "again"


async def test_a_subscriber_that_does_not_keep_up_is_told_so_and_holds_little(
    database: Database, listener: Listener
) -> None:
    async with listener.subscribe(CHANNEL) as slow:
        assert await heard(slow) == LOST
        async with database.autocommit() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_notify(%s, n::text) FROM generate_series(1, %s) AS n",
                (CHANNEL, MOST_WAITING + 1),
            )
        await eventually(lambda: len(slow) == 1)
        assert await heard(slow) == LOST
