"""The queue of a provider as the database keeps it: the dead stand in nobody's way."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, update
from uuid_utils.compat import uuid7

from app.accounts.tables import User
from app.catalog.patience import Patience
from app.catalog.queue import Queue
from app.catalog.tables import Provider
from app.chat.tables import Conversation, Message, Run
from app.db.engine import Database
from ingest.corpus.tables import Project, now
from providers.errors import UpstreamBusy

PATIENCE = Patience(queue_s=0.2, poll_s=0.02)


@pytest.fixture
async def provider(database: Database) -> UUID:
    row = Provider(name="A", slug="a", type="openai", max_concurrent=1)
    async with database.transaction() as session:
        session.add(row)
    return row.id


async def runs(database: Database, count: int) -> list[UUID]:
    """Open runs, each of a conversation of its own."""
    ada = User(email=f"{uuid7()}@example.com", name="Ada", password_hash="-")
    made: list[UUID] = []
    async with database.transaction() as session:
        session.add(ada)
        await session.flush()
        project = Project(name="P", owner_id=ada.id)
        session.add(project)
        await session.flush()
        for _ in range(count):
            talk = Conversation(project_id=project.id, user_id=ada.id)
            answer = Message(conversation_id=talk.id, role="assistant", status="streaming")
            lease = now() + timedelta(minutes=1)
            run = Run(message_id=answer.id, owner=uuid7(), lease_until=lease)
            for row in (talk, answer, run):
                session.add(row)
                await session.flush()
            made.append(answer.id)
    return made


async def places(queue: Queue, provider: UUID, messages: Sequence[UUID]) -> list[str]:
    """What each is told, asked one after another; `busy` for whoever lost patience."""
    said: list[str] = []
    for message in messages:
        try:
            notices = [notice.detail async for notice in queue.wait(provider, message)]
        except UpstreamBusy:
            said.append("busy")
        else:
            said += notices or ["-"]
    return said


async def test_a_place_is_kept_and_asked_for_again_without_a_new_wait(
    database: Database, provider: UUID
) -> None:
    queue = Queue(database.transaction, PATIENCE)
    first, second = await runs(database, 2)
    assert await places(queue, provider, [first, second, first]) == ["-", "busy", "-"]


async def test_a_run_whose_process_died_stands_in_nobody_s_way(
    database: Database, provider: UUID
) -> None:
    queue = Queue(database.transaction, PATIENCE)
    first, second = await runs(database, 2)
    assert await places(queue, provider, [first]) == ["-"]
    async with database.transaction() as session:
        dead = update(Run).where(col(Run.message_id) == first)
        await session.exec(dead.values(lease_until=now() - timedelta(seconds=1)))
    assert await places(queue, provider, [second]) == ["-"]


async def test_of_many_at_once_no_two_have_the_same_place(
    database: Database, provider: UUID
) -> None:
    queues = [Queue(database.transaction, PATIENCE) for _ in range(2)]
    messages = await runs(database, 8)
    asked = (places(queues[at % 2], provider, [each]) for at, each in enumerate(messages))
    said = await asyncio.gather(*asked)
    assert said.count(["-"]) == 1
    assert sum(each[-1] == "busy" for each in said) == 7


async def test_a_run_that_has_ended_takes_no_place(database: Database, provider: UUID) -> None:
    queue = Queue(database.transaction, PATIENCE)
    first, second = await runs(database, 2)
    async with database.transaction() as session:
        ended = update(Run).where(col(Run.message_id) == first)
        await session.exec(ended.values(closed_at=now()))
    assert await places(queue, provider, [first, second]) == ["-", "-"]
