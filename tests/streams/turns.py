"""Turns with a script, and the rows that a run needs."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from uuid import UUID

from sqlmodel import col, func, select
from uuid_utils.compat import uuid7

from app.accounts.tables import User
from app.chat.events import AnswerEvent, Finished, Started, Text
from app.chat.runs import Runs
from app.chat.tables import Conversation, LoggedEvent, Message
from app.db.engine import Database
from ingest.corpus.tables import Project


async def begin_conversation(database: Database) -> UUID:
    """A person, a project, a conversation; its id."""
    person = User(email=f"{uuid7()}@example.org", name="Ada", password_hash="-")
    project = Project(name="Reports", owner_id=person.id)
    conversation = Conversation(project_id=project.id, user_id=person.id)
    async with database.transaction() as session:
        session.add(person)
        await session.flush()
        session.add(project)
        await session.flush()
        session.add(conversation)
    return conversation.id


async def reserve_answer(database: Database, runs: Runs) -> UUID:
    """An empty answer, marked as streaming, with its run; its id."""
    conversation_id = await begin_conversation(database)
    message = Message(conversation_id=conversation_id, role="assistant", status="streaming")
    async with database.transaction() as session:
        session.add(message)
        await session.flush()
        await runs.reserve(session, message.id)
    return message.id


def started(message_id: UUID) -> Started:
    return Started(uuid7(), message_id, "test/scripted", "docs")


def finished(message_id: UUID) -> Finished:
    return Finished(message_id, 3, 5, "stop", ())


class ScriptedTurn:
    """Yields events; before the event at `hold_before` it waits for `go`.

    Attributes:
        closed: Set when the generator was closed, by its end or from outside.
    """

    def __init__(self, events: Sequence[AnswerEvent], *, hold_before: int | None = None) -> None:
        self._events = events
        self._hold_before = hold_before
        self.go = asyncio.Event()
        self.closed = asyncio.Event()
        self._message_id = next(e.message_id for e in events if isinstance(e, Started))

    async def events(self) -> AsyncGenerator[AnswerEvent]:
        try:
            for at, event in enumerate(self._events):
                if at == self._hold_before:
                    await self.go.wait()
                yield event
                # A model's deltas come apart in time: each may be an event of its own.
                await asyncio.sleep(0)
        finally:
            self.closed.set()

    async def stopped(self) -> Finished:
        return Finished(self._message_id, 1, 1, "stopped", ())


def whole_answer(message_id: UUID, words: int = 8) -> list[AnswerEvent]:
    texts = [Text(f"wörd {n} 😀\u2028 ") for n in range(words)]
    return [started(message_id), *texts, finished(message_id)]


async def collect(runs: Runs, message_id: UUID, after: int = 0) -> list[tuple[int, AnswerEvent]]:
    async with asyncio.timeout(15):
        return [numbered async for numbered in runs.follow(message_id, after)]


async def logged_count(database: Database, message_id: UUID) -> int:
    async with database.session() as session:
        query = select(func.count()).where(col(LoggedEvent.message_id) == message_id)
        return (await session.exec(query)).one()


async def has_logged(database: Database, message_id: UUID, count: int) -> bool:
    return await logged_count(database, message_id) >= count


async def until(check: Callable[[], Awaitable[bool]], within_s: float = 10.0) -> None:
    """Wait until an async condition holds.

    Raises:
        TimeoutError: It did not hold in time.
    """
    async with asyncio.timeout(within_s):
        while not await check():  # noqa: ASYNC110 - what is awaited is in the database
            await asyncio.sleep(0.01)
