"""Connections: reads outside of transactions, dead ones replaced, bursts queued."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import column, func, select, table

from app.db.engine import Database

ME = select(func.pg_backend_pid())
TRANSACTION_BEGAN = select(func.now())
_ACTIVITY = table("pg_stat_activity", column("pid"), column("application_name"))
END_SMALL = select(func.pg_terminate_backend(_ACTIVITY.c.pid, 2000)).where(
    _ACTIVITY.c.application_name == "small"
)


@pytest.fixture
async def small(shared_conninfo: str) -> AsyncIterator[Database]:
    """Two connections at most."""
    database = Database(shared_conninfo, pool_size=1, application_name="small")
    yield database
    await database.close()


async def test_reads_are_no_transaction(small: Database) -> None:
    async with small.session() as session:
        connection = await session.connection()
        first = (await connection.execute(TRANSACTION_BEGAN)).scalar_one()
        second = (await connection.execute(TRANSACTION_BEGAN)).scalar_one()
    assert first < second


async def test_a_connection_that_read_serves_a_transaction_next(small: Database) -> None:
    async with small.session() as session:
        await (await session.connection()).execute(ME)
    async with small.transaction() as session:
        connection = await session.connection()
        first = (await connection.execute(TRANSACTION_BEGAN)).scalar_one()
        second = (await connection.execute(TRANSACTION_BEGAN)).scalar_one()
    assert first == second


async def test_a_connection_that_died_while_it_rested_is_replaced_unseen(
    shared_conninfo: str,
) -> None:
    small = Database(shared_conninfo, pool_size=1, application_name="small", rested_s=0)
    other = Database(shared_conninfo, pool_size=1)
    async with small.session() as session:
        before = (await (await session.connection()).execute(ME)).scalar_one()
    async with other.transaction() as session:
        await (await session.connection()).execute(END_SMALL)
    async with small.session() as session:
        after = (await (await session.connection()).execute(ME)).scalar_one()
    await small.close()
    await other.close()
    assert after != before


async def test_a_burst_waits_for_connections_and_nobody_is_refused(small: Database) -> None:
    async def one() -> int:
        async with small.transaction() as session:
            return (await (await session.connection()).execute(ME)).scalar_one()

    served = await asyncio.gather(*(one() for _ in range(200)))
    assert len(served) == 200
    assert len(set(served)) <= 2
