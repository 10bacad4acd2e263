"""Limits of integrations hold over processes: they are counted in Postgres, one statement each."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.errors import RateLimited
from app.accounts.tables import User
from app.audit.record import SERVER
from app.db.engine import Database
from app.integrations import store
from app.integrations.limits import forget, spend, take
from app.integrations.tables import Integration, RateBucket
from ingest.corpus.tables import Project

FIELDS = {
    "name": "Shop",
    "kind": "widget",
    "rate_limit_per_minute": 3,
    "customer_limit_per_minute": 3,
}


async def made(session: AsyncSession) -> Integration:
    owner = User(name="Ada", email=f"{uuid4()}@example.com")
    project = Project(name="House", owner_id=owner.id)
    session.add_all([owner, project])
    await session.flush()
    row, _ = await store.create(session, SERVER, project.id, FIELDS)
    return row


async def test_a_bucket_gives_as_many_as_it_holds_and_says_how_long_to_wait(
    session: AsyncSession,
) -> None:
    for _ in range(3):
        await take(session, "one", 3)
    with pytest.raises(RateLimited) as refused:
        await take(session, "one", 3)
    assert 1 <= refused.value.retry_after_s <= 20
    await take(session, "another", 3)


async def test_it_fills_up_with_time_and_is_forgotten_when_full(session: AsyncSession) -> None:
    for _ in range(3):
        await take(session, "one", 3)
    await _let_pass(session, 20)
    await take(session, "one", 3)
    with pytest.raises(RateLimited):
        await take(session, "one", 3)
    await forget(session)
    assert (await _keys(session)) == ["one"]
    await _let_pass(session, 200)
    await forget(session)
    assert (await _keys(session)) == []


async def test_a_bucket_that_a_request_holds_is_forgotten_another_time(database: Database) -> None:
    held, free = f"held:{uuid4()}", f"free:{uuid4()}"
    async with database.transaction() as session:
        for key in (held, free):
            await take(session, key, 3)
        await _let_pass(session, 200)
    async with database.transaction() as request:
        await take(request, held, 3)
        async with asyncio.timeout(5), database.transaction() as sweep:
            await forget(sweep)
    async with database.session() as session:
        keys = await _keys(session)
    assert held in keys
    assert free not in keys


async def test_requests_that_come_at_once_are_each_counted(database: Database) -> None:
    key = f"race:{uuid4()}"

    async def one() -> bool:
        try:
            async with database.transaction() as session:
                await take(session, key, 5)
        except RateLimited:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(20)))) == 5


async def test_a_day_has_its_budget(session: AsyncSession) -> None:
    row = await made(session)
    for _ in range(2):
        await spend(session, row.id, 2)
    with pytest.raises(RateLimited, match="used up"):
        await spend(session, row.id, 2)
    await spend(session, row.id, None)


async def test_a_token_is_stored_as_its_hash_and_a_rotated_one_finds_nothing(
    session: AsyncSession,
) -> None:
    row = await made(session)
    first = await store.rotate(session, SERVER, row)
    second = await store.rotate(session, SERVER, row)
    assert await store.by_token(session, second) == row
    assert await store.by_token(session, first) is None
    assert await store.by_token(session, row.token_hash) is None
    assert (row.generation, row.token_last4) == (3, second[-4:])


async def _keys(session: AsyncSession) -> Sequence[str]:
    return list(await session.exec(select(RateBucket.key)))


async def _let_pass(session: AsyncSession, seconds: float) -> None:
    earlier = col(RateBucket.spent_until) - timedelta(seconds=seconds)
    await session.exec(update(RateBucket).values(spent_until=earlier))
